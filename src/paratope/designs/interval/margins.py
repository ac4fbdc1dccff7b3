"""Interval designs whose interval reaches a margin below and above the target."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from paratope.designs.fields import probability
from paratope.designs.interval.base import IntervalDesign
from paratope.designs.problems import Problem


@dataclass(frozen=True, kw_only=True)
class MarginDesign(IntervalDesign):
    """An interval around the target, and the certainty at which a level is closed."""

    margin_low: float = probability("how far the target interval reaches below the target", default=0.05)
    margin_high: float = probability("how far the target interval reaches above the target", default=0.05)
    cutoff: float = probability("close a level when Pr(DLT probability > target) exceeds this", default=0.95)

    def inconsistencies(self) -> Iterator[Problem]:
        yield from super().inconsistencies()
        if not 0 < self.target < 1:
            return  # what follows from that would only be said twice
        if self.target - self.margin_low <= 0:
            yield Problem(
                "$.margin_low", f"{self.margin_low:g} reaches to 0 or below: target {self.target:g}"
            )
        if self.target + self.margin_high >= 1:
            yield Problem(
                "$.margin_high", f"{self.margin_high:g} reaches to 1 or above: target {self.target:g}"
            )
