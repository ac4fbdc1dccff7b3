"""Lint: what is probably wrong with a protocol, or with the study it states.

Each check is a small function from a ``Study`` to findings. None knows any particular study.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from paratope.protocol.lint import coverage, grading, hygiene, numeric, pairs, structure, traps, windows
from paratope.protocol.lint.findings import Finding, Severity, Study
from paratope.protocol.lint.implies import excludes, implies
from paratope.protocol.model import Protocol
from paratope.protocol.patients import LittlePatient

__all__ = ["CHECKS", "Finding", "Severity", "excludes", "implies", "lint"]

Check = Callable[[Study], Iterator[Finding]]

CHECKS: tuple[Check, ...] = (
    pairs.never_together,
    pairs.repeated,
    pairs.dead_alternatives,
    grading.grade_collisions,
    numeric.units,
    numeric.record_fields,
    traps.split_on_unknown,
    windows.windows,
    coverage.unread,
    coverage.uncovered,
    structure.disagreements,
    structure.day_zero,
    structure.dlt_window,
    structure.enrolment,
    structure.arms,
    structure.dates,
    structure.status_old,
    structure.not_said,
    hygiene.judgement_without_topic,
    hygiene.ambiguity_without_question,
    hygiene.cohorts_used,
    hygiene.little_patients,
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
    found = [finding for check in CHECKS for finding in check(study)]
    return tuple(sorted(found, key=lambda f: _ORDER[f.severity]))
