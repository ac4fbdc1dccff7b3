"""What was done against what the design would have done; and what patients still pending would change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

from paratope.designs.base import Design
from paratope.designs.deciding import decide
from paratope.designs.decision import Decision
from paratope.designs.modifiers import Modifier
from paratope.designs.outcomes import Outcomes, Patient
from paratope.designs.rows import Row, outcomes_on
from paratope.designs.timed.followed import TimedDesign

MOST_NAMED = 5
"""Pending patients up to whom they are told apart, where that matters."""
MOST_OPEN = 64
"""Ways in which pending patients may turn out beyond which they are not listed."""


def deviations(
    design: Design, outcomes: Outcomes, rows: Sequence[Row] = (), window: float = 0.0
) -> tuple[str, ...]:
    """Where the study did not do what the design asked for: another dose level, more patients, going on after the
    end, or too soon.

    Each cohort is held against the decision from what was known before it: with dated ``rows``, on the day its
    first patient was dosed; without, everything before it. Designs that decide while patients are pending are
    judged only with dated rows, because nothing else says what was known when.
    """
    return tuple(_deviations(design, outcomes, rows, window))


def _deviations(design: Design, outcomes: Outcomes, rows: Sequence[Row], window: float) -> Iterator[str]:
    timed = _timed(design)
    if timed and not rows:
        return
    by_id = {r.patient: r for r in rows}
    for i, cohort in enumerate(outcomes.cohorts):
        before = Outcomes(outcomes.cohorts[:i])
        if rows:
            before = _as_known(before, by_id, window, by_id[cohort[0].id].dosed_on)
        asked = decide(design, before)
        where = f"cohort {i + 1} was treated at level {cohort[0].assigned}"
        if len({p.assigned for p in cohort}) > 1:
            yield f"cohort {i + 1} has patients assigned to different levels"
        elif asked.action == "wait":
            yield f"{where}, but the design would have waited: {asked.reason}"
        elif asked.dose is None:
            yield f"{where}, but the design had stopped: {asked.reason}"
        elif asked.dose != cohort[0].assigned:
            yield f"{where}, but the design would have chosen level {asked.dose}: {asked.reason}"
        elif not timed:
            counted = sum(p.evaluable for p in cohort)
            last = i == len(outcomes.cohorts) - 1
            if counted > asked.size:
                yield f"cohort {i + 1} has {counted} patients that count, the design asks for {asked.size}"
            elif counted < asked.size:
                yield (
                    f"cohort {i + 1} has {counted} of the {asked.size} patients that the design asks for"
                    + (": it decides after complete cohorts" if last else "")
                )


def _as_known(before: Outcomes, by_id: dict[str, Row], window: float, day: int) -> Outcomes:
    """The same cohorts with what was known of each patient on that day."""
    known = outcomes_on([by_id[p.id] for p in before.patients], window, day).outcomes
    now = {p.id: p for p in known.patients}
    return Outcomes(tuple(tuple(now[p.id] for p in c if p.id in now) for c in before.cohorts))


def _timed(design: Design) -> bool:
    while isinstance(design, Modifier):
        design = design.inner
    return isinstance(design, TimedDesign)


def once_known(design: Design, outcomes: Outcomes) -> list[tuple[str, Decision]]:
    """What the design would decide once the pending patients are known, for each number of DLTs among them (by
    level). Without responses: a design that weighs efficacy cannot be looked ahead of in so few words.
    """
    if len(design.columns) > 2 or not outcomes.pending:
        return []
    if design.uses_last and len(outcomes.pending) <= MOST_NAMED:
        return _by_patient(design, outcomes)
    levels = sorted({p.dose for p in outcomes.pending})
    open_at = {k: sum(p.dose == k for p in outcomes.pending) for k in levels}
    ways = list(product(*(range(open_at[k] + 1) for k in levels)))
    if len(ways) > MOST_OPEN:
        return []
    found = []
    for way in ways:
        left = dict(zip(levels, way, strict=True))
        label = ", ".join(f"{y} of {open_at[k]} at level {k} with DLT" for k, y in left.items())
        cohorts = tuple(tuple(_settled(p, left) for p in c) for c in outcomes.cohorts)
        found.append((label, decide(design, Outcomes(cohorts))))
    return found


def _by_patient(design: Design, outcomes: Outcomes) -> list[tuple[str, Decision]]:
    """As `once_known`, told apart by patient: who has the DLT matters where the last cohort's own outcomes do."""
    found = []
    for way in product((False, True), repeat=len(outcomes.pending)):
        left = iter(way)
        cohorts = tuple(
            tuple(replace(p, tox=next(left), followed=None) if p.pending else p for p in c)
            for c in outcomes.cohorts
        )
        everybody = Outcomes(cohorts).patients
        named = [
            p.id or f"number {i}"
            for i, (p, was) in enumerate(zip(everybody, outcomes.patients, strict=True), 1)
            if was.pending and p.tox
        ]
        label = f"DLT in patient {', '.join(named)}" if named else "no DLT among them"
        found.append((label, decide(design, Outcomes(cohorts))))
    return found


def _settled(p: Patient, left: dict[int, int]) -> Patient:
    if not p.pending:
        return p
    toxic = left[p.dose] > 0
    left[p.dose] -= toxic
    return replace(p, tox=toxic, followed=None)
