"""Dated patient rows: what a study team keeps, read as outcomes on a given day.

One row per patient, in the order of dosing. A DLT counts when it began within the window, the day of dosing being
day 0 and the last day of the window included; a patient without DLT is complete when followed to the end of the
window, and pending before. Nothing that the counts would hide is left unsaid.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from io import StringIO
from typing import Any

from paratope.designs.outcomes import Outcomes, Patient
from paratope.designs.problems import Problem, refuse

COLUMNS = {
    "patient": ("id", "patient_id", "subject", "subject_id", "pid"),
    "assigned": ("assigned_level", "level", "dose_level", "dose", "assigned_dose"),
    "received": ("received_level", "actual_level", "given", "received_dose"),
    "dosed_on": (
        "dosed",
        "dose_date",
        "dosing_date",
        "dosed_date",
        "first_dose",
        "infused_on",
        "infusion_date",
    ),
    "dlt_on": ("dlt", "dlt_date", "dlt_day"),
    "followed_to": ("followed", "last_seen", "last_follow_up", "followed_until", "follow_up_to"),
    "evaluable": ("is_evaluable", "dlt_evaluable"),
    "response_on": ("response_date", "response_known_on", "assessed_on"),
    "response": ("responded", "responder", "responds"),
    "replaces": ("replacement_for", "replacing", "replaced_patient"),
    "cohort": ("cohort_number",),
}
"""Columns, and other names under which they are known. Only ``patient``, ``assigned`` and ``dosed_on`` must be."""

NEEDED = ("patient", "assigned", "dosed_on")
YES, NO = ("yes", "y", "true", "1"), ("no", "n", "false", "0")
EMPTY = ("", "na", "n/a", "-", "none", "null")


@dataclass(frozen=True, slots=True)
class Row:
    """One patient. Days are ordinals (`datetime.date.toordinal`); None: not said. ``place``: ``line 3``."""

    place: str
    patient: str
    assigned: int
    dosed_on: int
    received: int | None = None
    dlt_on: int | None = None
    followed_to: int | None = None
    evaluable: bool = True
    response: bool | None = None
    replaces: str | None = None
    cohort: str | None = None
    response_on: int | None = None
    presumed: bool = False


@dataclass(frozen=True, slots=True)
class Followup:
    """The outcomes on one day, and what about them the patients themselves do not say."""

    outcomes: Outcomes
    notes: tuple[str, ...]


def read_rows(text: str, doses: int) -> tuple[Row, ...]:
    """Rows from CSV (commas, semicolons or tabs) or JSON (a list of objects). Raises `Unusable` with every problem,
    each at its place and column: ``line 5`` as a spreadsheet counts, the header being line 1, or ``row 4`` of a JSON
    list.
    """
    problems: list[Problem] = []
    records = _records(text, problems)
    refuse(problems)
    rows = [_row(place, record, doses, problems) for place, record in records]
    read = [r for r in rows if r is not None]
    _between(read, problems)
    refuse(problems)
    return tuple(read)


def _records(text: str, problems: list[Problem]) -> list[tuple[str, Mapping[str, Any]]]:
    """Rows by the names of `COLUMNS`, each with its place."""
    if text.lstrip().startswith(("[", "{")):
        try:
            data = json.loads(text)
        except ValueError as error:
            line = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
            problems.append(Problem("$", f"is not JSON{line}"))
            return []
        data = data.get("patients", data.get("rows")) if isinstance(data, dict) else data
        if not isinstance(data, list) or not all(isinstance(r, dict) for r in data):
            problems.append(Problem("$", "expected a list of objects, one per patient"))
            return []
        names = list(dict.fromkeys(str(k) for r in data for k in r))
        known = _columns(names, problems)
        missing = [name for name in NEEDED if data and name not in known.values()]
        problems += [Problem("$", f"no patient has {name!r}") for name in missing]
        return [
            (f"row {i}", {known[str(k)]: v for k, v in r.items() if str(k) in known})
            for i, r in enumerate(data, 1)
        ]
    numbered = enumerate(text.removeprefix("\ufeff").splitlines(), 1)
    lines = {n: line for n, line in numbered if line.strip(" ,;\t")}
    if not lines:
        problems.append(Problem("$", "there are no rows"))
        return []
    places = [f"line {n}" for n in lines]
    first = next(iter(lines.values()))
    cells = list(csv.reader(StringIO("\n".join(lines.values())), delimiter=max(",;\t", key=first.count)))
    known = _columns(cells[0], problems)
    missing = [name for name in NEEDED if name not in known.values()]
    problems += [Problem("header", f"the column {name!r} is missing") for name in missing]
    if missing:  # not such a file at all, or its header is elsewhere: the rows would only add noise
        return []
    named = list(zip(places[1:], cells[1:], strict=False))
    for place, row in named:
        if len(row) != len(cells[0]):
            problems.append(Problem(place, f"has {len(row)} columns, the header has {len(cells[0])}"))
    return [
        (place, {known[h]: c for h, c in zip(cells[0], row, strict=False) if h in known})
        for place, row in named
    ]


def _columns(header: Sequence[str], problems: list[Problem]) -> dict[str, str]:
    """Column of ours by the name in the file; unknown and doubled ones are problems."""
    names = {alias: name for name, others in COLUMNS.items() for alias in (name, *others)}
    found: dict[str, str] = {}
    for said in header:
        key = re.sub(r"[^a-z]+", "_", said.strip().lower()).strip("_")
        if not key:
            continue
        name = names.get(key)
        if name is None:
            near = get_close_matches(key, list(names), 1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(COLUMNS)}"
            problems.append(Problem("header", f"there is no column {said.strip()!r}; {hint}"))
        elif name in found.values():
            problems.append(Problem("header", f"{said.strip()!r} says {name!r} a second time"))
        else:
            found[said] = name
    return found


def _row(place: str, record: Mapping[str, Any], doses: int, problems: list[Problem]) -> Row | None:
    """One row; None, and its problems noted, where it cannot be read."""
    cells = {k: "" if v is None else str(v).strip() for k, v in record.items()}
    before = len(problems)

    def said(column: str) -> str | None:
        text = cells.get(column, "")
        return None if text.lower() in EMPTY else text

    def wrong(column: str, message: str) -> None:
        problems.append(Problem(f"{place}, {column}", message))

    def level(column: str) -> int | None:
        text = said(column)
        if text is None:
            return None
        if text.isascii() and text.isdigit() and 1 <= int(text) <= doses:
            return int(text)
        wrong(column, f"expected a dose level from 1 to {doses}, not {text!r}")
        return None

    def day(column: str) -> int | None:
        text = said(column)
        if text is None:
            return None
        try:
            return date.fromisoformat(text).toordinal()
        except ValueError:
            wrong(column, f"expected a date like 2026-06-15, not {text!r}")
            return None

    def answer(column: str) -> bool | None:
        text = said(column)
        if text is None or text.lower() in (*YES, *NO):
            return None if text is None else text.lower() in YES
        wrong(column, f"expected yes or no, not {text!r}")
        return None

    for column in NEEDED:
        if said(column) is None:
            wrong(column, "is missing")
    evaluable = answer("evaluable")
    assigned, dosed = level("assigned"), day("dosed_on")
    received, dlt, followed = level("received"), day("dlt_on"), day("followed_to")
    responded_on = day("response_on")
    response, replaces, cohort = answer("response"), said("replaces"), said("cohort")
    if dosed is not None:
        for column, value in (("dlt_on", dlt), ("followed_to", followed), ("response_on", responded_on)):
            if value is not None and value < dosed:
                wrong(column, f"{_iso(value)} is before the day of dosing, {_iso(dosed)}")
    if dlt is not None and followed is not None and followed < dlt:
        wrong("followed_to", f"{_iso(followed)} is before the DLT, {_iso(dlt)}")
    if responded_on is not None and response is None:
        wrong("response", "is missing: there is a day for it")
    if dlt is not None and evaluable is False:
        wrong("evaluable", "a patient with a DLT can be evaluated: say yes")
    if len(problems) > before or assigned is None or dosed is None:
        return None
    return Row(
        place,
        said("patient") or "",
        assigned,
        dosed,
        received,
        dlt,
        followed,
        evaluable is not False,
        response,
        replaces,
        cohort,
        responded_on,
    )


def _between(rows: Sequence[Row], problems: list[Problem]) -> None:
    """What is wrong between rows: doubled patients, dosing out of order, replacements of nobody."""
    by_id: dict[str, Row] = {}
    last: Row | None = None
    for row in rows:
        if row.patient in by_id:
            problems.append(
                Problem(f"{row.place}, patient", f"{row.patient!r} is in {by_id[row.patient].place} already")
            )
        if last is not None and row.dosed_on < last.dosed_on:
            problems.append(
                Problem(
                    f"{row.place}, dosed_on",
                    f"{_iso(row.dosed_on)} is before {last.place} ({_iso(last.dosed_on)}): rows go in the order of "
                    "dosing",
                )
            )
        if row.replaces is not None and row.replaces not in by_id:
            problems.append(
                Problem(f"{row.place}, replaces", f"there is no patient {row.replaces!r} before this row")
            )
        by_id.setdefault(row.patient, row)
        last = row


Size = Callable[[Outcomes], int | None]
"""How many patients that can be evaluated the next cohort has, after those before it; None: no end."""


def outcomes_on(
    rows: Sequence[Row],
    window: float,
    as_of: int,
    size: Size | int | None = None,
) -> Followup:
    """The outcomes as they were known on the day ``as_of`` (an ordinal), with a DLT window of ``window`` days.

    Cohorts are as the rows say (``cohort``), or else consecutive rows with the same assigned level, a new one
    beginning when ``size`` patients that can be evaluated are in it. Patients dosed later are left out.

    Silence is not absence: a patient of whom nobody says to which day they were followed is pending. Rows whose
    follow-up was only ``presumed`` are named in a note.
    """
    notes: list[str] = []
    by_id = {r.patient: r for r in rows}
    presumed = [r.patient for r in rows if r.presumed]
    if presumed:
        notes.append(f"presumed followed to {_iso(as_of)} without DLT: {', '.join(presumed)}")
    cohorts: list[tuple[Patient, ...]] = []
    last: Row | None = None
    room: int | None = None
    for row in rows:
        if row.dosed_on > as_of:
            notes.append(
                f"patient {row.patient} was dosed on {_iso(row.dosed_on)}, later than {_iso(as_of)}: left out"
            )
            continue
        if last is None or not _together(row, last, cohorts[-1], room):
            room = size(Outcomes(tuple(cohorts))) if callable(size) else size
            cohorts.append(())
        cohorts[-1] += (_patient(row, window, as_of, notes),)
        last = row
        replaced = None if row.replaces is None else by_id.get(row.replaces)
        if replaced is not None and replaced.evaluable:
            notes.append(
                f"patient {row.patient} replaces patient {replaced.patient}, who can be evaluated: both count"
            )
    return Followup(Outcomes(tuple(cohorts)), tuple(notes))


def _together(row: Row, last: Row, cohort: Sequence[Patient], room: int | None) -> bool:
    """Whether a row goes on with the cohort of the one before it."""
    if row.cohort is not None or last.cohort is not None:
        return row.cohort == last.cohort
    return row.assigned == last.assigned and (room is None or sum(p.evaluable for p in cohort) < room)


def _patient(row: Row, window: float, as_of: int, notes: list[str]) -> Patient:
    seen = Patient(
        assigned=row.assigned,
        tox=None,
        received=row.received,
        eff=row.response if row.response_on is None or row.response_on <= as_of else None,
        evaluable=row.evaluable,
        id=row.patient,
        replaces=row.replaces,
    )
    if not row.evaluable:
        return seen
    known = row.dlt_on is not None and row.dlt_on <= as_of
    if known and row.dlt_on is not None:
        if row.dlt_on - row.dosed_on <= window:
            return replace(seen, tox=True, followed=(row.dlt_on - row.dosed_on) / window)
        notes.append(
            f"patient {row.patient} had a toxicity on {_iso(row.dlt_on)}, day {row.dlt_on - row.dosed_on} after dosing "
            f"and past the window of {window:g} days: not counted as DLT"
        )
        return replace(seen, tox=False)
    if row.dlt_on is not None and not known:
        notes.append(
            f"patient {row.patient} has a DLT on {_iso(row.dlt_on)}, later than {_iso(as_of)}, the day this is judged "
            "from: NOT counted"
        )
    if row.followed_to is None:
        notes.append(
            f"patient {row.patient}: nobody says to which day they were followed (followed_to), so nothing of the DLT "
            "window counts as observed"
        )
    end = row.dosed_on if row.followed_to is None else min(row.followed_to, as_of)
    if end - row.dosed_on >= window:
        return replace(seen, tox=False)
    if row.followed_to is not None and row.followed_to < as_of and as_of - row.dosed_on >= window:
        notes.append(
            f"patient {row.patient} was followed only to {_iso(row.followed_to)}, though the window ended on "
            f"{_iso(row.dosed_on + int(window))}: pending until followed further, or said not to be evaluable"
        )
    return replace(seen, tox=None, followed=max(end - row.dosed_on, 0) / window)


def _iso(day: int) -> str:
    return date.fromordinal(day).isoformat()
