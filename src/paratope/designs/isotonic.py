"""DLT rates made non-decreasing over dose (isotonic regression), for many situations at once."""

from __future__ import annotations

import numpy as np

from paratope.designs.seen import Bools, Floats, Ints

TIE = 1e-10
"""Added per level to fitted rates, so that equal ones below the target choose the highest level and equal ones
above it the lowest (R BOIN 2.7.2, ``select.mtd``)."""


def isotonic(values: Floats, weights: Floats, used: Bools) -> Floats:
    """Weighted isotonic regression of each row of ``values`` (S, K) over the ``used`` levels; nan elsewhere.

    By the min-max formula, which equals the pool-adjacent-violators result: the fit at j is the largest, over
    starts a <= j, of the smallest, over ends b >= j, of the weighted mean of a..b.

    Source: Barlow, Bartholomew, Bremner, Brunk, Statistical Inference under Order Restrictions (1972), 1.2.
    """
    rows, levels = values.shape
    x = np.where(used, values, 0.0)
    w = np.where(used, weights, 0.0)
    fit = np.full((rows, levels), -np.inf)
    for a in range(levels):
        sums, mass = np.zeros(rows), np.zeros(rows)
        means = np.full((rows, levels), np.inf)
        for b in range(a, levels):
            sums = sums + w[:, b] * x[:, b]
            mass = mass + w[:, b]
            alone = mass == w[:, b]
            mean = np.divide(sums, mass, out=np.full(rows, np.inf), where=mass > 0)
            means[:, b] = np.where(used[:, b], np.where(alone, x[:, b], mean), np.inf)
        lowest = np.minimum.accumulate(means[:, ::-1], axis=1)[:, ::-1]
        starts = used[:, a]
        fit[starts, a:] = np.maximum(fit[starts, a:], lowest[starts, a:])
    return np.where(used, fit, np.nan)


def rates(n: Ints, tox: Ints, used: Bools) -> Floats:
    """Isotonic DLT rates as BOIN, Keyboard and their kin estimate them at the end.

    Raw rates (y + 0.05) / (n + 0.1), weighted by the inverse variance of the beta distribution with those
    counts. Source: R BOIN 2.7.2, ``select.mtd``; Liu & Yuan, J R Stat Soc C 2015;64:507, section 2.3.
    """
    a, b = tox + 0.05, n - tox + 0.05
    variance = a * b / ((n + 0.1) ** 2 * (n + 1.1))
    return isotonic(a / (n + 0.1), 1.0 / variance, used)


def nearest(fitted: Floats, target: float, used: Bools) -> Ints:
    """(S,) the used level whose fitted rate is nearest to the target; ties as `TIE` says; 0 where none is used."""
    order = np.cumsum(used, axis=1)
    away = np.where(used, np.abs(fitted + TIE * order - target), np.inf)
    chosen: Ints = np.where(used.any(axis=1), away.argmin(axis=1) + 1, 0)
    return chosen
