"""Lint: what is probably wrong with a protocol, or with the study it states.

Each check is a small function from a ``Study`` to findings. None knows any particular study.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from paratope.protocol.lint import coverage, grading, hygiene, numeric, pairs, structure, traps, windows
from paratope.protocol.lint.findings import Finding, Severity, Study
from paratope.protocol.lint.implies import excludes, implies
from paratope.protocol.model import Protocol
from paratope.protocol.patients import LittlePatient

__all__ = ["CHECKS", "Check", "Finding", "Severity", "excludes", "implies", "lint"]


class Check(NamedTuple):
    """A check and the codes of what it finds."""

    codes: tuple[str, ...]
    run: Callable[[Study], Iterator[Finding]]


CHECKS: tuple[Check, ...] = (
    Check(("never-together",), pairs.never_together),
    Check(("same", "overruled", "covered", "different-terms"), pairs.repeated),
    Check(("dead-alternative",), pairs.dead_alternatives),
    Check(("grade-collision",), grading.grade_collisions),
    Check(("unit-missing", "unit-wrong", "implausible"), numeric.units),
    Check(("age-field", "sex-field"), numeric.record_fields),
    Check(("split-on-unknown",), traps.split_on_unknown),
    Check(("window-unstated", "window-two-anchors", "window-unpublished"), windows.windows),
    Check(("unread",), coverage.unread),
    Check(("uncovered",), coverage.uncovered),
    Check(("disagrees",), structure.disagreements),
    Check(("day-zero", "sampling-at-dose"), structure.day_zero),
    Check(("dlt-window",), structure.dlt_window),
    Check(("enrolment",), structure.enrolment),
    Check(("arms",), structure.arms),
    Check(("dates",), structure.dates),
    Check(("status-old",), structure.status_old),
    Check(("not-said",), structure.not_said),
    Check(("judgement-no-topic",), hygiene.judgement_without_topic),
    Check(("ambiguity-unfinished",), hygiene.ambiguity_without_question),
    Check(("cohort-rule", "criterion-unused"), hygiene.cohorts_used),
    Check(("patients",), hygiene.little_patients),
)
"""All checks, in the order in which their findings are shown."""

_ORDER: dict[Severity, int] = {"error": 0, "warning": 1, "note": 2}


def lint(
    protocol: Protocol,
    *,
    text: str | None = None,
    as_of: date | None = None,
    patients: Sequence[LittlePatient] | None = None,
    line_of: Callable[[str], int | None] | None = None,
) -> tuple[Finding, ...]:
    """Every finding, the worst first.

    ``text``: the study's own text, to find passages that no criterion covers. ``as_of``: to judge the age of
    the recruitment status. ``patients``: the protocol's little patients. ``line_of``: the line of a place in
    the protocol file (``Loaded.line_of``). What is not given is not checked.
    """
    day = None if as_of is None else as_of.toordinal()
    study = Study(protocol, text, day, patients, *((line_of,) if line_of else ()))
    found = [finding for check in CHECKS for finding in check.run(study)]
    return tuple(sorted(found, key=lambda f: _ORDER[f.severity]))
