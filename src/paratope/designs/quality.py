"""How good an answer is: which level would be right under a truth, and how often a design selects it."""

from __future__ import annotations

from paratope.designs.characteristics import Characteristics
from paratope.designs.truth import Truth

NEAR = 1e-9


def right_levels(truth: Truth, target: float, too_toxic: float | None = None) -> tuple[int, ...]:
    """The levels that would be right to select: those whose true DLT probability is nearest the target.

    ``(0,)``, no level, where even the lowest is above ``too_toxic`` (1.4 x target unless given: the lowest DLT
    probability that BOIN takes as too high, p_tox; Liu & Yuan 2015).
    """
    limit = 1.4 * target if too_toxic is None else too_toxic
    if min(truth.tox) > limit + NEAR:
        return (0,)
    away = [abs(p - target) for p in truth.tox]
    return tuple(k for k, a in enumerate(away, 1) if a <= min(away) + NEAR)


def right_selection(found: Characteristics, target: float, too_toxic: float | None = None) -> float:
    """Pr(a right level is selected)."""
    chosen = (found.select_none, *found.select)
    return sum(chosen[k] for k in right_levels(found.truth, target, too_toxic))


def accuracy(found: Characteristics, target: float) -> float:
    """Accuracy index: 1 when a level with exactly the target is always selected, 0 for a choice at random, below 0 for
    worse. To select no level counts like a choice at random (the index has no place for it).

    1 - K sum_k |p_k - target| Pr(select k) / sum_k |p_k - target| - Pr(none). Source: Cheung, Dose Finding by the
    Continual Reassessment Method (2011), section 6.2.
    """
    away = [abs(p - target) for p in found.truth.tox]
    total = sum(away)
    if total <= NEAR:
        return 1.0
    missed = sum(a * s for a, s in zip(away, found.select, strict=True))
    return 1 - len(away) * missed / total - found.select_none


def mean_above(found: Characteristics) -> float:
    """Expected number of patients treated above the target (`Characteristics.above`)."""
    return sum(n * p for n, p in found.above.items())
