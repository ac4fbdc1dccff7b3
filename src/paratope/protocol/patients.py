"""A protocol's own little patients (``<KEY>.patients.yaml``): read and checked here, screened elsewhere.

Each shows one thing about the study: a patient in the plain form, and the verdicts expected of them. Only
what is named is expected. The patient's own body is left as it was read; ``paratope.patient.plain`` reads it.
"""

# ruff: noqa: RUF009  (every field is declared by a call of `entry`, which returns a dataclass field)

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath
from typing import Any, Literal

from paratope.patient.model import When
from paratope.patient.plain.load import Path, place
from paratope.protocol._field import entry
from paratope.protocol._shape import BAD, NAMED, Report, nearest, reader_of, shown
from paratope.protocol.load import Session, one_document
from paratope.protocol.model import Protocol
from paratope.protocol.problems import Problem, in_order
from paratope.protocol.times import parse_date

Verdict = Literal["met", "not_met", "unknown", "judgement"]
Match = Literal["match", "no", "unknown", "judgement"]
Overall = Literal["excluded", "incomplete", "needs_judgement", "eligible"]

VERDICTS: tuple[Verdict, ...] = ("met", "not_met", "unknown", "judgement")
MATCHES: tuple[Match, ...] = ("match", "no", "unknown", "judgement")

PLAN = (
    "consent", "screening_start", "apheresis", "preconditioning", "first_dose", "enrolment", "last_dose",
)  # fmt: skip
"""What a plan may date, for this study."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What screening must say of a little patient."""

    status: Overall | None = entry("the overall status", None)
    cohorts: Mapping[str, Match] = entry("by cohort: match, no, unknown or judgement", {}, as_="matches")
    criteria: Mapping[str, Verdict] = entry(
        "by criterion: met, not_met, unknown or judgement", {}, as_="verdicts"
    )


@dataclass(frozen=True, slots=True)
class LittlePatient:
    """One example. ``patient`` is the plain form as read: mappings, lists and texts."""

    name: str = entry("a short name")
    why: str = entry("what the example shows")
    as_of: When = entry("the day of the screening")
    patient: Mapping[str, Any] = entry("the patient, in the plain form", as_="raw")
    expect: Expected = entry("the verdicts expected")
    plan: Mapping[str, When] = entry("planned dates", {}, as_="plan")
    place: str = field(default="$", compare=False)  # where it stands in its file
    lines: Mapping[Path, int] = field(default_factory=dict, compare=False)  # of the patient's own form


@dataclass(frozen=True, slots=True)
class LoadedPatients:
    """``patients`` holds those that could be read; with ``problems`` nothing should be concluded from them."""

    patients: tuple[LittlePatient, ...]
    problems: tuple[Problem, ...]
    origin: str
    lines: Mapping[Path, int]


def patients_file(protocol_file: str | FilePath) -> FilePath:
    """The file of the little patients beside a protocol file."""
    file = FilePath(protocol_file)
    return file.with_name(f"{file.stem}.patients.yaml")


def load_patients(file: str | FilePath, protocol: Protocol | None = None) -> LoadedPatients:
    """Read a file of little patients; with ``protocol``, the criteria and cohorts they name must exist."""
    try:
        text = FilePath(file).read_bytes().decode("utf-8")
    except OSError as error:
        problem = Problem("$", f"cannot be read: {error.strerror or error}")
        return LoadedPatients((), (problem,), str(file), {})
    except UnicodeDecodeError as error:
        return LoadedPatients((), (Problem("$", f"is not UTF-8 text (byte {error.start})"),), str(file), {})
    return read_patients(text, str(file), protocol)


def read_patients(text: str, origin: str = "patients", protocol: Protocol | None = None) -> LoadedPatients:
    """Read the text of a file of little patients: a list, or a mapping with the field ``patients``."""
    document, problems = one_document(text)
    if document is None:
        return LoadedPatients((), problems, origin, {})
    session = Session(document, text)
    session.problems.extend(problems)
    data = document.data
    if not isinstance(data, list):
        expected = "a list of patients, each with name, why, as_of, patient and expect"
        session.report((), f"expected {expected}; found {shown(data)}")
        return LoadedPatients((), in_order(session.problems), origin, document.lines)
    found = []
    for i, raw in enumerate(data):
        patient = reader_of(LittlePatient)(raw, (i,), session.report)
        if isinstance(patient, LittlePatient):
            found.append(replace(patient, place=place((i,)), lines=_below((i, "patient"), document.lines)))
        if protocol is not None and isinstance(raw, Mapping):
            _agree(raw.get("expect"), (i, "expect"), protocol, session.report)
    _names_differ(data, session.report)
    return LoadedPatients(tuple(found), in_order(session.problems), origin, document.lines)


def _below(path: Path, lines: Mapping[Path, int]) -> Mapping[Path, int]:
    """The lines of a part of the file, by paths from that part."""
    return {there[len(path) :]: line for there, line in lines.items() if there[: len(path)] == path}


def _agree(expect: object, path: Path, protocol: Protocol, report: Report) -> None:
    """What is expected concerns criteria and cohorts that the protocol has."""
    known = {
        "criteria": ("criterion", [c.id for c in protocol.criteria]),
        "cohorts": ("cohort", [c.name for c in protocol.cohorts]),
    }
    if not isinstance(expect, Mapping):
        return
    for name, (what, there) in known.items():
        named = expect.get(name)
        for key in named if isinstance(named, Mapping) else ():
            if key not in there:
                report((*path, name, key), f"the protocol has no {what} '{key}'{nearest(str(key), there)}")


def _names_differ(data: list[Any], report: Report) -> None:
    first: dict[str, int] = {}
    for i, raw in enumerate(data):
        name = raw.get("name") if isinstance(raw, Mapping) else None
        if isinstance(name, str):
            if name in first:
                report((i, "name"), f"there is already a patient '{name}' ([{first[name]}])")
            first.setdefault(name, i)


def _by_word(words: tuple[str, ...]) -> Any:
    choice = reader_of(Literal[words])

    def read(value: object, path: Path, report: Report) -> Any:
        if not isinstance(value, Mapping):
            report(path, f"expected a mapping of names to {', '.join(words)}, found {shown(value)}")
            return BAD
        found = {str(key): choice(given, (*path, key), report) for key, given in value.items()}
        return BAD if any(v is BAD for v in found.values()) else found

    return read


def _read_plan(value: object, path: Path, report: Report) -> Any:
    if not isinstance(value, Mapping):
        report(path, f"expected a mapping of {', '.join(PLAN)} to dates, found {shown(value)}")
        return BAD
    found: dict[str, When] = {}
    bad = False
    for key, given in value.items():
        date = parse_date(given) if isinstance(given, str) else None
        if key not in PLAN:
            report((*path, key), f"a plan has no date '{key}'{nearest(str(key), PLAN)}")
            bad = True
        elif given is not None and date is None:
            report((*path, key), f"expected a date such as 2026-02-13, found {shown(given)}")
            bad = True
        elif date is not None:
            found[str(key)] = date
    return BAD if bad else found


def _read_raw(value: object, path: Path, report: Report) -> Any:
    if isinstance(value, Mapping):
        return value
    report(path, f"expected a patient in the plain form, found {shown(value)}")
    return BAD


NAMED.update(verdicts=_by_word(VERDICTS), matches=_by_word(MATCHES), plan=_read_plan, raw=_read_raw)
