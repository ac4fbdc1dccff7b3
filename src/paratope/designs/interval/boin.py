"""BOIN: the Bayesian optimal interval design."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from paratope.designs.fields import flag, number, probability
from paratope.designs.interval.base import Boundary, IntervalDesign
from paratope.designs.isotonic import nearest
from paratope.designs.problems import Problem
from paratope.designs.seen import Bools, Floats, Ints, Seen
from paratope.designs.tails import first_count

TOLERANCE = 1e-12


def boin_limits(target: float, p_saf: float, p_tox: float) -> tuple[float, float]:
    """The escalation and de-escalation limits (lambda_e, lambda_d) on the observed DLT rate.

    ``p_saf``: the highest DLT probability that is too low, so that escalation is wanted; ``p_tox``: the lowest
    that is too high. Source: Liu & Yuan, J R Stat Soc C 2015;64:507-523, equations 4 and 5 (non-informative
    prior over the three hypotheses).
    """
    e = math.log((1 - p_saf) / (1 - target)) / math.log(target * (1 - p_saf) / (p_saf * (1 - target)))
    d = math.log((1 - target) / (1 - p_tox)) / math.log(p_tox * (1 - target) / (target * (1 - p_tox)))
    return e, d


@dataclass(frozen=True, kw_only=True)
class Boin(IntervalDesign):
    """BOIN: escalate while the observed DLT rate is at most lambda_e, de-escalate when it is above lambda_d.

    At a rate of exactly lambda_d, which happens for few targets only, R BOIN 2.7.2 stays, and so does this; the paper
    would de-escalate.

    Source: Liu & Yuan, J R Stat Soc C 2015;64:507-523; Yuan, Hess, Hilsenbeck, Gilbert, Clin Cancer Res
    2016;22:4291-4301. Boundaries, elimination (from three patients on, uniform prior), the extra safe rule and
    selection agree with R BOIN 2.7.2.
    """

    name = "boin"
    title = "Bayesian optimal interval design (BOIN)"
    source = "Liu & Yuan, J R Stat Soc C 2015;64:507-523"

    p_saf: float | None = probability(
        "highest DLT probability that is too low; 0.6 x target unless given", default=None
    )
    p_tox: float | None = probability(
        "lowest DLT probability that is too high; 1.4 x target unless given", default=None
    )
    cutoff: float = probability("close a level when Pr(DLT probability > target) exceeds this", default=0.95)
    extra_safe_stop: bool = flag("stop sooner at the lowest level: at the cutoff less the offset")
    offset: float = number("how much sooner the extra safe rule stops", 0.0, 0.5, default=0.05)
    bound_mtd: bool = flag("select no level whose isotonic rate is above lambda_d")

    @cached_property
    def limits(self) -> tuple[float, float]:
        """lambda_e and lambda_d."""
        return boin_limits(self.target, *self._margins())

    def _margins(self) -> tuple[float, float]:
        saf = 0.6 * self.target if self.p_saf is None else self.p_saf
        tox = 1.4 * self.target if self.p_tox is None else self.p_tox
        return saf, tox

    def derived(self) -> dict[str, Any]:
        saf, tox = self._margins()
        low, high = self.limits
        return {"p_saf": saf, "p_tox": tox, "lambda_e": low, "lambda_d": high}

    def boundary(self, n: int) -> Boundary:
        low, high = self.limits
        up = math.floor(low * n)
        near = round(high * n)
        down = near + 1 if abs(near - high * n) < TOLERANCE else math.ceil(high * n)
        shut = first_count(self.target, n, self.cutoff) if n >= 3 else None
        return Boundary(n, up, down if shut is None else min(down, shut), shut)

    def extra_safe(self, n: int) -> int | None:
        if not self.extra_safe_stop or n < 3:
            return None
        return first_count(self.target, n, self.cutoff - self.offset)

    def _choose(self, fitted: Floats, used: Bools) -> Ints:
        if self.bound_mtd:
            used = used & (np.nan_to_num(fitted, nan=np.inf) <= self.limits[1])
        return nearest(fitted, self.target, used)

    def inconsistencies(self) -> Iterator[Problem]:
        yield from super().inconsistencies()
        if not (0 < self.target < 1 and 0 < self.cutoff < 1):
            return  # what follows from that would only be said twice
        saf, tox = self._margins()
        if saf > 0.9 * self.target:
            yield Problem("$.p_saf", f"{saf:g} is not at least a tenth below the target {self.target:g}")
        if tox < 1.1 * self.target:
            yield Problem("$.p_tox", f"{tox:g} is not at least a tenth above the target {self.target:g}")
        if tox >= 1:
            yield Problem(
                "$.p_tox", f"1.4 x target is {tox:g}, no probability: give p_tox for so high a target"
            )
        if not 0 < self.cutoff - self.offset < 1:
            yield Problem(
                "$.offset", f"the offset {self.offset:g} leaves nothing of the cutoff {self.cutoff:g}"
            )

    def numbers(self, seen: Seen) -> dict[str, Any]:
        said = super().numbers(seen)
        low, high = self.limits
        return {**said, "lambda_e": low, "lambda_d": high}
