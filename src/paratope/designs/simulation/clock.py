"""When things happen in a study: arrivals, DLT times, the gap between patients, drop-outs. All times in days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from paratope.designs.fields import (
    choice,
    flag,
    number,
    parameter_problems,
    probability,
    whole,
)
from paratope.designs.problems import Problem, refuse
from paratope.designs.seen import Floats

CERTAIN = 1.0 - 1e-12
"""A DLT probability of 1 has no time scale; it is taken as this."""


@dataclass(frozen=True, kw_only=True)
class Clock:
    """How a study runs in time; day 0 is the arrival of the first patient.

    Arrivals keep coming whether accrual is open or not. While it is closed (a cohort awaits its outcomes, a timed
    design suspends, a stagger runs) arriving patients are turned away, or they wait and are treated in order.
    The first patient at a level is followed for ``sentinel`` days before the second is treated there; later ones
    keep ``between`` days.

    A patient becomes not evaluable with probability ``not_evaluable``, on a day spread evenly over the window, unless
    a DLT comes first; the place is filled again. (So those evaluated have DLT somewhat more often than the truth
    says, as in real studies that replace patients.)

    With ``backfill``, patients who arrive while a whole-cohort design waits are treated at the highest level below
    the current one that has had fewer than ``backfill_most`` patients, from which the design would not go down
    on what is known there, and, with ``backfill_response``, at which a response was seen; they count in later
    decisions once known, and not towards the maximum of patients. After Zhao, Yuan, Korn, Freidlin, Clin Cancer
    Res 2024;30:673-679 (BF-BOIN), without its pooling of neighbouring levels when they conflict.

    Raises `Unusable` with every problem.
    """

    window: float = number("length of the DLT window in days", 0.0, 3_650.0, default=28.0, open=True)
    arrival: float = number(
        "mean number of days between arriving patients", 0.0, 3_650.0, default=10.0, open=True
    )
    accrual: str = choice(
        "gaps between arrivals: all the same, even between none and twice the mean, or a Poisson process",
        ("fixed", "uniform", "poisson"),
        default="poisson",
    )
    onset: str = choice(
        "when DLTs come: evenly over the window, or Weibull with a given part in its second half",
        ("uniform", "weibull"),
        default="uniform",
    )
    late: float = probability(
        "Weibull onset: the part of the DLTs that comes in the second half", default=0.5
    )
    sentinel: float = number(
        "days for which the first patient at a level is followed before the next there",
        0.0,
        3_650.0,
        default=0.0,
    )
    between: float = number("days between later patients at the same level", 0.0, 3_650.0, default=0.0)
    closed: str = choice(
        "patients who arrive while accrual is closed", ("turned-away", "wait"), default="turned-away"
    )
    not_evaluable: float = number(
        "probability that a patient cannot be evaluated for DLT", 0.0, 0.9, default=0.0
    )
    backfill: bool = flag("treat patients at lower levels while a cohort awaits its outcomes")
    backfill_most: int = whole(
        "most patients at a level, beyond which it is not backfilled", 1, 1_000, default=12
    )
    backfill_response: bool = flag("backfill only levels at which a response was seen")

    def __post_init__(self) -> None:
        refuse(self.problems())

    def problems(self) -> Iterator[Problem]:
        """Everything that is wrong with the parameters."""
        if self.backfill is True and self.closed == "wait":
            yield Problem("$.closed", "with backfill, patients who arrive meanwhile do not wait: turned-away")
        yield from parameter_problems(self)

    @property
    def staggered(self) -> bool:
        """Whether patients at a level keep a distance in time."""
        return self.sentinel > 0 or self.between > 0

    def gaps(self, uniform: Floats) -> Floats:
        """Days between arrivals, from uniform random numbers in [0, 1)."""
        if self.accrual == "fixed":
            return np.full(uniform.shape, self.arrival)
        if self.accrual == "uniform":
            return 2 * self.arrival * uniform
        return -self.arrival * np.log1p(-uniform)

    def dlt_days(self, uniform: Floats, p: Floats) -> Floats:
        """Days from treatment to DLT for patients who have one, given their DLT probability ``p``.

        Weibull: its two parameters make the DLT probability ``p`` by the end of the window and ``(1 - late) p`` by
        its middle (Liu, Yin, Yuan, Ann Appl Stat 2013;7:2138-2156, section 4; Yuan et al., Clin Cancer Res
        2018;24:4921, simulation settings).
        """
        if self.onset == "uniform":
            return self.window * uniform
        p = np.clip(p, 1e-12, CERTAIN)
        whole_, half = -np.log1p(-p), -np.log1p(-(1 - self.late) * p)
        shape = np.log(whole_ / half) / np.log(2)
        days: Floats = self.window * (-np.log1p(-uniform * p) / whole_) ** (1 / shape)
        return np.minimum(days, self.window)
