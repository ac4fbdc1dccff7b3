"""Modifiers around a design that decides with pending patients: the same wrapping, the same order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from paratope.designs.base import STOP, Design, Rulings, capped, grounded
from paratope.designs.modifiers import TITRATE, Modifier
from paratope.designs.reasons import declare
from paratope.designs.seen import Ints, Seen
from paratope.designs.timed.followed import WAIT, Followed, TimedDesign

PENDING_FIRST = declare(
    "wait.before-escalating",
    "single patients may only go on to a higher level once their outcome is known: suspend accrual",
)


def timed_core(design: Design) -> TimedDesign | None:
    """The design inside all modifiers, if it is one that decides with pending patients; else None."""
    while isinstance(design, Modifier):
        design = design.inner
    return design if isinstance(design, TimedDesign) else None


@dataclass(frozen=True)
class _Ruled(Design):
    """Stands in for a design whose rulings on pending patients are known already."""

    core: TimedDesign
    rulings: Rulings

    @property
    def doses(self) -> int:
        return self.core.doses

    @property
    def max_n(self) -> int:
        return self.core.max_n

    @property
    def target(self) -> float | None:
        return self.core.target

    def first(self) -> tuple[int, int]:
        return self.core.first()

    def judge(self, seen: Seen) -> Rulings:
        del seen
        return self.rulings

    def select(self, seen: Seen) -> Ints:
        return self.core.select(seen)

    def numbers(self, seen: Seen) -> dict[str, Any]:
        return self.core.numbers(seen)

    def spec(self) -> dict[str, Any]:
        return self.core.spec()


def _rewrap(design: Design, core: Design) -> Design:
    return replace(design, inner=_rewrap(design.inner, core)) if isinstance(design, Modifier) else core


def counts_with_last(followed: Followed) -> Seen:
    """The counts so far; the last patient treated (with the DLT seen so far) stands for the last cohort."""
    seen = followed.counts()
    if followed.last is not None:
        return Seen(seen.counts, seen.dose, followed.last)
    if not followed.dose.shape[1]:
        return seen
    there = followed.dose > 0
    last = there.shape[1] - 1 - there[:, ::-1].argmax(axis=1)
    tox = followed.tox[np.arange(len(seen)), last]
    own = np.stack([there.any(axis=1), tox & there.any(axis=1)], axis=1).astype(np.int64)
    return Seen(seen.counts, seen.dose, own)


def judge_followed(design: Design, followed: Followed) -> Rulings:
    """Rule on situations with pending patients, modifiers included; a dose of ``WAIT`` suspends accrual.

    Modifiers look at everybody treated with the DLTs seen so far. While the design waits, a modifier can only end
    the wait by closing the current level (safety); and no modifier (titration) escalates while a patient at the
    level is pending. The maximum of patients is set aside.
    """
    core = _core(design)
    plain = core.judge_followed(followed)
    if core is design:
        return plain
    seen = counts_with_last(followed)
    going = _going(plain, seen)
    r = _rewrap(design, _Ruled(core, going)).judge(seen)
    waits = plain.dose == WAIT
    pending = seen.here(followed.per_level(followed.pending)) > 0
    raised = pending & ((r.dose > going.dose) | (r.rule == TITRATE)) & ~waits
    still = waits & ~seen.here(r.closed)
    dose = np.where(still | raised, WAIT, r.dose)
    rule = np.where(still, plain.rule, np.where(raised, PENDING_FIRST, r.rule))
    return Rulings(dose, np.where(dose > STOP, np.maximum(r.size, 1), 0), rule, r.closed)


def next_followed(design: Design, followed: Followed) -> Rulings:
    """As `judge_followed`, the maximum of patients kept: who is treated and counts is counted, pending or not."""
    seen = followed.counts()
    return capped(grounded(judge_followed(design, followed), seen), design.max_n - seen.total)


def numbers_followed(design: Design, followed: Followed) -> dict[str, Any]:
    """The numbers behind the decision in one situation, modifiers' included. ``pending``: patients pending at the
    current level, unless the design says it otherwise; ``pending_in_all``: at any level.
    """
    core = _core(design)
    seen = counts_with_last(followed)
    going = _going(core.judge_followed(followed), seen)
    said = _rewrap(design, _Ruled(core, going)).numbers(seen)
    here = seen.here(followed.per_level(followed.pending))
    said |= {"pending": int(here[0]), "pending_in_all": int(followed.pending.sum())}
    return {**said, **core.numbers_followed(followed), "max_n": design.max_n}


def _going(plain: Rulings, seen: Seen) -> Rulings:
    """What modifiers are shown in place of a wait: going on at the current level."""
    dose = np.where(plain.dose == WAIT, np.maximum(seen.dose, 1), plain.dose)
    return Rulings(dose, plain.size, plain.rule, plain.closed)


def _core(design: Design) -> TimedDesign:
    core = timed_core(design)
    if core is None:
        raise TypeError(f"{design.title} does not decide with pending patients")
    return core
