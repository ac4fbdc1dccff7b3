"""Keyboard and mTPI-2: which of many equally wide intervals most likely holds the DLT probability."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import betainc

from paratope.designs.fields import probability
from paratope.designs.interval.base import Boundary, IntervalDesign
from paratope.designs.problems import Problem
from paratope.designs.seen import Floats
from paratope.designs.tails import first_count

ROUNDING = 1e-9


@dataclass(frozen=True, kw_only=True)
class Keyboard(IntervalDesign):
    """Keyboard: where is the strongest key, below the target key, on it, or above?

    The target key is (target - margin_low, target + margin_high); keys of the same width are laid beside it
    while they fit between 0 and 1, and what is left over at either end is no key. The strongest key is the one
    with the largest posterior probability under a uniform prior.

    Source: Yan, Mandrekar, Yuan, Clin Cancer Res 2017;23:3994-4003. Boundaries and elimination (from the first
    patient on) agree with R Keyboard 0.1.3.
    """

    name = "keyboard"
    title = "Keyboard design"
    source = "Yan, Mandrekar, Yuan, Clin Cancer Res 2017;23:3994-4003"

    margin_low: float = probability("how far the target interval reaches below the target", default=0.05)
    margin_high: float = probability("how far the target interval reaches above the target", default=0.05)
    cutoff: float = probability("close a level when Pr(DLT probability > target) exceeds this", default=0.95)

    @cached_property
    def edges(self) -> Floats:
        """The edges of the intervals that are compared, rising."""
        low, high = self.target - self.margin_low, self.target + self.margin_high
        width = high - low
        below = int((low + ROUNDING) / width)
        above = int((1 - high + ROUNDING) / width)
        edges: Floats = low + width * np.arange(-below, above + 2, dtype=np.float64)
        return edges

    def _strength(self, n: int) -> Floats:
        """(n + 1, intervals) the posterior weight of each interval, for y = 0 to n."""
        y = np.arange(n + 1)[:, None]
        edges = np.clip(self.edges, 0, 1)
        held: Floats = np.diff(betainc(1.0 + y, 1.0 + n - y, edges[None, :]), axis=1)
        return held

    def boundary(self, n: int) -> Boundary:
        strongest = self._strength(n).argmax(axis=1)
        aimed = int(np.searchsorted(self.edges, self.target)) - 1
        up, down = np.flatnonzero(strongest < aimed), np.flatnonzero(strongest > aimed)
        shut = first_count(self.target, n, self.cutoff)
        falls = int(down[0]) if len(down) else None
        if shut is not None:
            falls = shut if falls is None else min(falls, shut)
        return Boundary(n, int(up[-1]) if len(up) else None, falls, shut)

    def inconsistencies(self) -> Iterator[Problem]:
        yield from super().inconsistencies()
        if self.target - self.margin_low <= 0:
            yield Problem(
                "$.margin_low", f"{self.margin_low:g} reaches to 0 or below: target {self.target:g}"
            )
        if self.target + self.margin_high >= 1:
            yield Problem(
                "$.margin_high", f"{self.margin_high:g} reaches to 1 or above: target {self.target:g}"
            )


@dataclass(frozen=True, kw_only=True)
class Mtpi2(Keyboard):
    """mTPI-2: as Keyboard, but the shorter intervals at both ends count too, each by its probability per width.

    Source: Guo, Wang, Yang, Lynn, Ji, Contemp Clin Trials 2017;58:23-33 (equal-length intervals, the largest
    unit probability mass decides).
    """

    name = "mtpi2"
    title = "Modified toxicity probability interval design 2 (mTPI-2)"
    source = "Guo, Wang, Yang, Lynn, Ji, Contemp Clin Trials 2017;58:23-33"

    @cached_property
    def edges(self) -> Floats:
        inner = super().edges
        low = [0.0] if inner[0] > ROUNDING else []
        high = [1.0] if inner[-1] < 1 - ROUNDING else []
        return np.concatenate([low, inner, high])

    def _strength(self, n: int) -> Floats:
        per_width: Floats = super()._strength(n) / np.diff(self.edges)
        return per_width
