"""i3+3: the observed DLT rate against an interval around the target, with one patient of doubt."""

from __future__ import annotations

from dataclasses import dataclass

from paratope.designs.interval.base import Boundary
from paratope.designs.interval.margins import MarginDesign
from paratope.designs.tails import first_count

ROUNDING = 1e-9


@dataclass(frozen=True, kw_only=True)
class I3plus3(MarginDesign):
    """i3+3: escalate below the equivalence interval, stay inside it; above it, de-escalate unless one DLT fewer
    would already be below it (then stay).

    Source: Liu, Wang, Ji, J Biopharm Stat 2020;30:294-304, algorithm 1; levels are closed when
    Pr(DLT probability > target) exceeds 0.95 under a uniform prior, from three patients on.
    """

    name = "i3+3"
    title = "i3+3 design"
    source = "Liu, Wang, Ji, J Biopharm Stat 2020;30:294-304"

    def boundary(self, n: int) -> Boundary:
        low, high = self.target - self.margin_low - ROUNDING, self.target + self.margin_high + ROUNDING
        up = [y for y in range(n + 1) if y / n < low]
        down = [y for y in range(n + 1) if y / n > high and (y - 1) / n >= low]
        shut = first_count(self.target, n, self.cutoff) if n >= 3 else None
        falls = down[0] if down else None
        if shut is not None:
            falls = shut if falls is None else min(falls, shut)
        return Boundary(n, up[-1] if up else None, falls, shut)
