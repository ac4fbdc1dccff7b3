"""Posterior tails of a DLT probability under a beta prior."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc

from paratope.designs.seen import Floats


def above(limit: float, n: ArrayLike, y: ArrayLike, a: float = 1.0, b: float = 1.0) -> Floats:
    """Pr(p > limit | y of n) under p ~ Beta(a, b); a uniform prior unless told."""
    n_, y_ = np.asarray(n), np.asarray(y)
    return np.asarray(1.0 - betainc(a + y_, b + n_ - y_, limit), dtype=np.float64)


def first_count(limit: float, n: int, certainty: float, a: float = 1.0, b: float = 1.0) -> int | None:
    """The fewest events among ``n``, one at least, for which Pr(p > limit) exceeds ``certainty``; None if not
    even ``n`` do.

    No events at all never count against a level, however low the limit: R BOIN 2.7.2, ``get.boundary``, looks
    from one event on.
    """
    over = np.flatnonzero(above(limit, n, np.arange(1, n + 1), a, b) > certainty)
    return int(over[0]) + 1 if len(over) else None
