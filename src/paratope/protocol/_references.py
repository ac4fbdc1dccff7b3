"""What must agree across a protocol file: ids, cohorts, references between rules, spans, names.

Works on the data of the file rather than on the finished protocol, so that these problems are told together
with those of single fields. Anything of the wrong type has been reported already and is passed over here.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from paratope.patient.plain.load import Path
from paratope.protocol import model
from paratope.protocol._field import key_of
from paratope.protocol._rules import Referring, name_fault, refers
from paratope.protocol._shape import nearest

Complaint = tuple[Path, str]

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
COHORTS = "the cohorts"
"""The node of the reference graph that stands for `fits a cohort`."""


class _Item(NamedTuple):
    """A criterion or cohort as far as it could be read."""

    path: Path
    name: str | None
    refers: Referring | None  # None when its rule could not be read
    raw: Mapping[str, Any]


def complaints(data: Mapping[str, Any]) -> Iterator[Complaint]:
    """Everything that does not agree."""
    criteria, cohorts = _items(data, "criteria", "id"), _items(data, "cohorts", "name")
    yield from _version(data)
    yield from _names_of(criteria, "id", "criterion")
    yield from _names_of(cohorts, "name", "cohort")
    yield from _cohorts_exist(criteria, cohorts)
    yield from _criteria_exist(criteria, cohorts)
    yield from _cycles(criteria, cohorts)
    yield from _claims(data)
    yield from _concepts(data)
    yield from _doses(data)


def _items(data: Mapping[str, Any], field: str, name: str) -> list[_Item]:
    listed = data.get(field)
    found = []
    for i, raw in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(raw, Mapping):
            text = raw.get("rule")
            called = raw.get(name)
            known = called if isinstance(called, str) else None
            found.append(_Item((field, i), known, refers(text) if isinstance(text, str) else None, raw))
    return found


def _version(data: Mapping[str, Any]) -> Iterator[Complaint]:
    written = data.get("paratope")
    if isinstance(written, str) and written.isdigit() and int(written) != model.FORMAT:
        yield ("paratope",), f"this program reads version {model.FORMAT} of the format, not {written}"


def _names_of(items: list[_Item], field: str, what: str) -> Iterator[Complaint]:
    """Present, well formed and different."""
    first: dict[str, Path] = {}
    for item in items:
        if item.name is None:
            continue
        path = (*item.path, field)
        if item.name.lower() in first:
            earlier = first[item.name.lower()]
            yield path, f"there is already a {what} '{item.name}' ({earlier[0]}[{earlier[1]}])"
        first.setdefault(item.name.lower(), item.path)
        if what == "criterion" and not _ID.fullmatch(item.name):
            yield path, f"'{item.name}' is no id: use letters, digits, dots, hyphens"


def _cohorts_exist(criteria: list[_Item], cohorts: list[_Item]) -> Iterator[Complaint]:
    names = [c.name for c in cohorts if c.name is not None]
    for item in criteria:
        named = item.raw.get("cohort")
        if isinstance(named, str) and named not in names:
            there = f"; there are {', '.join(names)}" if names else "; the file names no cohorts"
            yield (*item.path, "cohort"), f"there is no cohort '{named}'{nearest(named, names) or there}"


def _criteria_exist(criteria: list[_Item], cohorts: list[_Item]) -> Iterator[Complaint]:
    ids = [c.name for c in criteria if c.name is not None]
    for item in (*criteria, *cohorts):
        if item.refers is None:
            continue
        for id in item.refers.criteria:
            if id not in ids:
                yield (*item.path, "rule"), f"there is no criterion '{id}'{nearest(id, ids)}"
        if item.refers.cohorts and not cohorts:
            yield (*item.path, "rule"), "'fits a cohort' needs cohorts, and the file names none"


def _cycles(criteria: list[_Item], cohorts: list[_Item]) -> Iterator[Complaint]:
    """A criterion may not rest on itself, be it through others or through the cohorts."""
    uses: dict[str, tuple[str, ...]] = {COHORTS: ()}
    where: dict[str, Path] = {}
    for item in criteria:
        if item.refers is not None and item.name is not None:
            uses[item.name] = item.refers.criteria + ((COHORTS,) if item.refers.cohorts else ())
            where[item.name] = (*item.path, "rule")
    for item in cohorts:
        if item.refers is not None:
            uses[COHORTS] += item.refers.criteria + ((COHORTS,) if item.refers.cohorts else ())
            where.setdefault(COHORTS, (*item.path, "rule"))
    reported: set[frozenset[str]] = set()
    for start in uses:
        ring = _ring(start, uses)
        if ring and frozenset(ring) not in reported:
            reported.add(frozenset(ring))
            yield where.get(start, ()), f"it rests on itself: {' -> '.join((*ring, start))}"


def _ring(start: str, uses: Mapping[str, tuple[str, ...]]) -> tuple[str, ...] | None:
    """The shortest way from a node back to itself."""
    waiting: list[tuple[str, ...]] = [(start,)]
    seen: set[str] = set()
    for way in waiting:
        for following in uses.get(way[-1], ()):
            if following == start:
                return way
            if following not in seen:
                seen.add(following)
                waiting.append((*way, following))
    return None


def _claims(data: Mapping[str, Any]) -> Iterator[Complaint]:
    """`also_says` names a field of this format."""
    listed = data.get("also_says")
    for i, claim in enumerate(listed if isinstance(listed, list) else ()):
        field = _inside(claim, "field")
        if isinstance(field, str) and field not in claimable():
            yield ("also_says", i, "field"), f"there is no field '{field}'{nearest(field, claimable())}"


def claimable() -> tuple[str, ...]:
    """The fields of which another passage may say something else."""
    parts: dict[str, type[Any]] = {
        "identity": model.Identity, "product": model.Product, "dlt": model.DltWindow, "escalation": model.Escalation,
        "lymphodepletion": model.Lymphodepletion,
    }  # fmt: skip
    return ("title", *(f"{name}.{key_of(f)}" for name, cls in parts.items() for f in dataclasses.fields(cls)))


def _concepts(data: Mapping[str, Any]) -> Iterator[Complaint]:
    """Antigens and drugs named outside the rules are concepts too."""
    named: list[tuple[Path, object, str]] = [
        ((*c.path, "target"), c.raw.get("target"), "antigen") for c in _items(data, "cohorts", "name")
    ]
    for part, field, role in (("product", "targets", "antigen"), ("lymphodepletion", "drugs", "entry")):
        listed = _inside(data.get(part), field)
        if isinstance(listed, list):
            named += [((part, field, i), name, role) for i, name in enumerate(listed)]
    for path, name, role in named:
        fault = name_fault(name.strip(), role) if isinstance(name, str) else None
        if fault is not None:
            yield path, fault


def _inside(value: object, field: str) -> object:
    return value.get(field) if isinstance(value, Mapping) else None


def _doses(data: Mapping[str, Any]) -> Iterator[Complaint]:
    """A gate guards a dose of its regimen; levels count up from the first."""
    regimens, levels = data.get("regimens"), data.get("dose_levels")
    for i, regimen in enumerate(regimens if isinstance(regimens, list) else ()):
        gate, doses = _inside(regimen, "gate"), _inside(regimen, "doses")
        if isinstance(gate, Mapping) and isinstance(doses, list) and "before_day" in gate:
            days = [str(d.get("day")) for d in doses if isinstance(d, Mapping)]
            if gate["before_day"] not in days:
                where = ("regimens", i, "gate", "before_day")
                yield where, f"the regimen has no dose on day {gate['before_day']}; it has {', '.join(days)}"
    numbers = [
        (i, int(level["level"]))
        for i, level in enumerate(levels if isinstance(levels, list) else ())
        if isinstance(level, Mapping) and str(level.get("level")).isdigit()
    ]
    for (_, before), (i, number) in pairwise(numbers):
        if number <= before:
            yield ("dose_levels", i, "level"), f"levels count up: {number} comes after {before}"
