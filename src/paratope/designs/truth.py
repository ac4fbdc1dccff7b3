"""What is assumed to be true: the probability of DLT, and of response, at each dose level."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from paratope.designs.problems import Problem, refuse
from paratope.designs.seen import Floats

MOST_ODDS = 1e6
"""Largest odds ratio: beyond, response and DLT go together as nearly as they can, and squares lose their digits."""


@dataclass(frozen=True, slots=True)
class Truth:
    """True probabilities by dose level: ``tox`` of DLT, ``eff`` of response (None where nothing depends on it).

    ``odds_ratio``: association of response and DLT within a patient; 1 is independence.
    """

    tox: tuple[float, ...]
    eff: tuple[float, ...] | None = None
    odds_ratio: float = 1.0

    def __post_init__(self) -> None:
        refuse(self.problems())

    def problems(self) -> Iterator[Problem]:
        """What is wrong with the probabilities."""
        for name, values in (("tox", self.tox), ("eff", self.eff or ())):
            for i, p in enumerate(values):
                if not 0 <= p <= 1:
                    yield Problem(f"{name}[{i + 1}]", f"{p:g} is not a probability: expected 0 to 1")
        if self.eff is not None and len(self.eff) != len(self.tox):
            yield Problem(
                "eff", f"has {len(self.eff)} dose levels, the DLT probabilities have {len(self.tox)}"
            )
        if not 0 < self.odds_ratio <= MOST_ODDS:
            yield Problem(
                "odds_ratio", f"expected a number above 0, {MOST_ODDS:g} at most, not {self.odds_ratio:g}"
            )

    def cells(self, columns: int) -> Floats:
        """(K, 2) without and with DLT; or (K, 4) neither, DLT only, response only, both."""
        t = np.array(self.tox)
        if columns == 2:
            return np.stack([1 - t, t], axis=1)
        if self.eff is None:
            raise ValueError("this design needs the probabilities of response too")
        e = np.array(self.eff)
        both = _both(t, e, self.odds_ratio)
        cells = np.stack([1 - t - e + both, t - both, e - both, both], axis=1)
        return np.asarray(np.clip(cells, 0.0, 1.0))  # rounding leaves -1e-17 where a cell is empty


def _both(t: Floats, e: Floats, odds_ratio: float) -> Floats:
    """Pr(DLT and response) with those margins and odds ratio (Plackett, J Am Stat Assoc 1965;60:516-522).

    The smaller root of (r - 1) x^2 - a x + r t e = 0 with a = 1 + (t + e)(r - 1), written in the form that does
    not subtract nearly equal numbers: near independence (r near 1) the usual one loses most of its digits.
    """
    a = 1 + (t + e) * (odds_ratio - 1)
    root = np.sqrt(np.maximum(a * a - 4 * odds_ratio * (odds_ratio - 1) * t * e, 0.0))
    product = 2 * odds_ratio * t * e
    positive = np.divide(product, a + root, out=np.zeros_like(t), where=(a > 0) & (product > 0))
    if odds_ratio >= 1:
        return positive
    return np.asarray(np.where(a > 0, positive, (a - root) / (2 * (odds_ratio - 1))))


def truth_problems(truth: Truth, doses: int, efficacy: bool, place: str) -> Iterator[Problem]:
    """Whether a truth fits a design."""
    if len(truth.tox) != doses:
        yield Problem(place, f"has {len(truth.tox)} dose levels, the design has {doses}")
    if efficacy and truth.eff is None:
        yield Problem(place, "the design weighs efficacy too: give the probabilities of response")
