"""Patients with the part of the DLT window that was observed: what designs for late toxicity look at."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from paratope.designs.base import BaseDesign, Rulings
from paratope.designs.fields import number
from paratope.designs.outcomes import Patient
from paratope.designs.seen import Bools, Floats, Ints, Seen

WAIT = -1
"""The dose of a ruling that suspends accrual: nobody may be treated until more is known."""


@dataclass(frozen=True, slots=True)
class Followed:
    """``S`` situations of up to ``P`` patients each, over ``K`` dose levels.

    ``dose``: (S, P) the level received, 0 where there is no patient. ``tox``: (S, P) DLT seen so far.
    ``weight``: (S, P) the part of the DLT window observed, 0 to 1; 1 once complete; with DLT the part at which it
    came (1 where that is not known). ``now``: (S,) the level of the last patient treated. ``levels``: K. ``last``:
    (S, 2) patients of the last cohort and their DLTs so far; without it the last patient stands for the cohort.
    Patients that cannot be evaluated are not in here.
    """

    dose: Ints
    tox: Bools
    weight: Floats
    now: Ints
    levels: int
    last: Ints | None = None

    @classmethod
    def one(cls, patients: Sequence[Patient], levels: int, now: int | None = None) -> Followed:
        """One situation, from patients in the order of treatment. ``now``: the level at which the study is; unless
        given, the one assigned to the last patient."""
        counted = [p for p in patients if p.evaluable]
        dose = np.array([[p.dose for p in counted]], np.int64).reshape(1, -1)
        tox = np.array([[bool(p.tox) for p in counted]], bool).reshape(1, -1)
        part = np.array([[1.0 if p.tox is False else p.part for p in counted]]).reshape(1, -1)
        now = (patients[-1].assigned if patients else 0) if now is None else now
        return cls(dose, tox, part, np.array([now], np.int64), levels)

    def __len__(self) -> int:
        return len(self.now)

    @property
    def pending(self) -> Bools:
        """(S, P) patients without DLT whose window is still open."""
        open_: Bools = (self.dose > 0) & ~self.tox & (self.weight < 1)
        return open_

    def per_level(self, values: Floats | Bools | Ints) -> Floats:
        """(S, K) sums of (S, P) ``values`` by dose level."""
        found = [(values * (self.dose == k)).sum(axis=1) for k in range(1, self.levels + 1)]
        sums: Floats = np.stack(found, axis=1).astype(np.float64)
        return sums

    def counts(self) -> Seen:
        """Everybody treated, with the DLTs seen so far (pending patients count as treated, without DLT)."""
        n = self.per_level(self.dose > 0).astype(np.int64)
        tox = self.per_level(self.tox).astype(np.int64)
        return Seen(np.stack([n, tox], axis=2), self.now, np.zeros((len(self), 2), np.int64))


@dataclass(frozen=True, kw_only=True)
class TimedDesign(BaseDesign):
    """A design that may decide while patients are still in their DLT window.

    With every outcome known it is a design on counts like any other (``judge``). ``window`` is only the unit in
    which follow-up is expressed; the part observed is what decides.
    """

    window: float = number("length of the DLT window in days", 0.0, 3_650.0, default=28.0)

    @abstractmethod
    def judge_followed(self, followed: Followed) -> Rulings:
        """Rule on each situation; a dose of ``WAIT`` suspends accrual. The maximum of patients set aside."""

    @abstractmethod
    def numbers_followed(self, followed: Followed) -> dict[str, Any]:
        """As ``numbers``, for one situation with pending patients."""

    @property
    def may_wait(self) -> bool:
        """Whether accrual is ever suspended."""
        return True

    @property
    def waits_for_followup(self) -> bool:
        """Whether mere follow-up, without a new outcome, may end a suspension."""
        return False
