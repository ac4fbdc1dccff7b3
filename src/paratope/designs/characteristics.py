"""Operating characteristics: what a design would do under an assumed truth, exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from paratope.designs.base import Design
from paratope.designs.exact import Ends, ends
from paratope.designs.problems import refuse
from paratope.designs.reasons import rule
from paratope.designs.seen import Floats, Ints
from paratope.designs.truth import Truth, truth_problems


@dataclass(frozen=True, slots=True)
class Characteristics:
    """Exact operating characteristics of a design under one truth. All lists run over dose levels 1 to K.

    ``select``: Pr(selected); ``select_none``: Pr(no level selected). ``n``, ``dlt``: expected patients and
    DLTs. ``n_total``, ``dlt_total``: whole distributions. ``ended_by``: probability of each rule that ended the
    study. ``stop_early``: Pr(ended with fewer than the most patients). ``above``: distribution of
    the number of patients treated above the target (levels whose true DLT probability exceeds it; empty without
    a target). ``states``: distinct ends; ``visited``: distinct situations in all; ``paths``: ways through the
    study.
    """

    truth: Truth
    select: tuple[float, ...]
    select_none: float
    n: tuple[float, ...]
    dlt: tuple[float, ...]
    response: tuple[float, ...] | None
    n_total: dict[int, float]
    dlt_total: dict[int, float]
    ended_by: dict[str, float]
    stop_early: float
    above: dict[int, float]
    states: int
    visited: int
    paths: int

    @property
    def mean_n(self) -> float:
        """Expected number of patients."""
        return sum(n * p for n, p in self.n_total.items())

    def more_than(self, planned: int) -> float:
        """Pr(the study needs more than ``planned`` patients)."""
        return sum(p for n, p in self.n_total.items() if n > planned)

    def above_more_than(self, k: int) -> float:
        """Pr(more than ``k`` patients are treated above the target)."""
        return sum(p for n, p in self.above.items() if n > k)


def characteristics(
    design: Design, truths: tuple[Truth, ...], merge: bool = True
) -> tuple[Characteristics, ...]:
    """Exact operating characteristics under each truth. Without ``merge`` every path is walked on its own (slow;
    the same answer). Raises `Unusable` for truths that do not fit, and where there are too many situations.
    """
    efficacy = len(design.columns) > 2
    refuse(
        p
        for i, truth in enumerate(truths, 1)
        for p in truth_problems(truth, design.doses, efficacy, f"truth {i}")
    )
    found = ends(design, truths, merge=merge)
    return tuple(summarise(design, truth, found, i) for i, truth in enumerate(truths))


def summarise(design: Design, truth: Truth, found: Ends, row: int) -> Characteristics:
    """Operating characteristics under the ``row``-th truth of ``found``."""
    seen, p = found.step.seen, found.step.p[row]
    total, dlt = seen.total, seen.tox.sum(axis=1)
    chosen = _distribution(found.selected, p)
    ended = _distribution(found.step.rule, p)
    over = np.array(truth.tox) > design.target if design.target is not None else None
    return Characteristics(
        truth=truth,
        select=tuple(chosen.get(k, 0.0) for k in range(1, design.doses + 1)),
        select_none=chosen.get(0, 0.0),
        n=tuple(float(v) for v in p @ seen.n),
        dlt=tuple(float(v) for v in p @ seen.tox),
        response=tuple(float(v) for v in p @ seen.eff) if len(design.columns) > 2 else None,
        n_total=_distribution(total, p),
        dlt_total=_distribution(dlt, p),
        ended_by={rule(r).key: q for r, q in ended.items()},
        stop_early=float(p[total < design.max_n].sum()),
        above={} if over is None else _distribution(seen.n[:, over].sum(axis=1), p),
        states=found.states,
        visited=found.visited,
        paths=int(found.step.paths.sum()),
    )


def _distribution(values: Ints, p: Floats) -> dict[int, float]:
    """Probability of each value, in rising order."""
    distinct, which = np.unique(values, return_inverse=True)
    sums = np.bincount(which, weights=p, minlength=len(distinct))
    return {int(v): float(s) for v, s in zip(distinct, sums, strict=True)}
