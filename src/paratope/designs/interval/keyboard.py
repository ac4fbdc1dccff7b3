"""Keyboard and mTPI-2: which of many equally wide intervals most likely holds the DLT probability."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import betainc

from paratope.designs.interval.base import Boundary
from paratope.designs.interval.margins import MarginDesign
from paratope.designs.problems import Problem
from paratope.designs.seen import Floats, Ints
from paratope.designs.tails import first_count

ROUNDING = 1e-9
NARROWEST = 0.01
"""Narrowest target key: with narrower ones there would be hundreds of keys, none of them meaningful."""


@dataclass(frozen=True, kw_only=True)
class Keyboard(MarginDesign):
    """Keyboard: where is the strongest key, below the target key, on it, or above?

    The target key is (target - margin_low, target + margin_high); keys of the same width are laid beside it
    between 0 and 1. The strongest key is the one with the largest posterior probability under a uniform prior;
    the target key where another is equally strong. What is left over at either end is a shorter key, and counts
    by its probability per width: without the one at the lower end, a target below three margins would have no
    key to escalate from. So Keyboard decides exactly as mTPI-2.

    Source: Yan, Mandrekar, Yuan, Clin Cancer Res 2017;23:3994-4003 (who leave the shorter keys out). Boundaries
    and elimination (from the first patient on) agree with R Keyboard 0.1.3, ``get.boundary.kb``, which counts them;
    where two keys are equally strong by symmetry (targets .45 and .55) its answer depends on rounding. Its
    simulation, ``get.oc.kb``, eliminates from three patients on only.
    """

    name = "keyboard"
    title = "Keyboard design"
    source = "Yan, Mandrekar, Yuan, Clin Cancer Res 2017;23:3994-4003"

    @cached_property
    def edges(self) -> Floats:
        """The edges of the intervals that are compared, rising from 0 to 1."""
        low, high = self.target - self.margin_low, self.target + self.margin_high
        width = high - low
        below = int((low + ROUNDING) / width)
        above = int((1 - high + ROUNDING) / width)
        whole = np.clip(low + width * np.arange(-below, above + 2, dtype=np.float64), 0.0, 1.0)
        bottom = [0.0] if whole[0] > ROUNDING else []
        top = [1.0] if whole[-1] < 1 - ROUNDING else []
        return np.concatenate([bottom, whole, top])

    @cached_property
    def _aimed(self) -> int:
        """Which interval is the target key."""
        return int(np.searchsorted(self.edges, self.target)) - 1

    def _strongest(self, n: int) -> Ints:
        """(n + 1,) the interval of the largest posterior probability per width, for y = 0 to n."""
        y = np.arange(n + 1)[:, None]
        held = np.diff(betainc(1.0 + y, 1.0 + n - y, self.edges[None, :]), axis=1) / np.diff(self.edges)
        strongest = held.argmax(axis=1)
        as_strong = held[:, self._aimed] >= held.max(axis=1) * (1 - ROUNDING)
        chosen: Ints = np.where(as_strong, self._aimed, strongest)
        return chosen

    def boundary(self, n: int) -> Boundary:
        strongest = self._strongest(n)
        up, down = np.flatnonzero(strongest < self._aimed), np.flatnonzero(strongest > self._aimed)
        shut = first_count(self.target, n, self.cutoff)
        falls = int(down[0]) if len(down) else None
        if shut is not None:
            falls = shut if falls is None else min(falls, shut)
        return Boundary(n, int(up[-1]) if len(up) else None, falls, shut)

    def inconsistencies(self) -> Iterator[Problem]:
        yield from super().inconsistencies()
        if self.margin_low + self.margin_high < NARROWEST:
            yield Problem(
                "$.margin_low",
                f"the target interval is only {self.margin_low + self.margin_high:g} wide: expected at least "
                f"{NARROWEST:g}",
            )


@dataclass(frozen=True, kw_only=True)
class Mtpi2(Keyboard):
    """mTPI-2: intervals of equal width around the target and shorter ones at both ends; the one with the largest
    posterior probability per width decides. The same decisions as Keyboard.

    Source: Guo, Wang, Yang, Lynn, Ji, Contemp Clin Trials 2017;58:23-33 (equal-length intervals, the largest
    unit probability mass decides).
    """

    name = "mtpi2"
    title = "Modified toxicity probability interval design 2 (mTPI-2)"
    source = "Guo, Wang, Yang, Lynn, Ji, Contemp Clin Trials 2017;58:23-33"
