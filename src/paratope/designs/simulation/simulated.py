"""Simulated operating characteristics, each with its Monte-Carlo error."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from math import sqrt
from typing import TypeVar

import numpy as np

from paratope.designs.base import Design
from paratope.designs.characteristics import Characteristics, summarise
from paratope.designs.seen import Floats, Ints
from paratope.designs.simulation.clock import Clock
from paratope.designs.simulation.finals import Finals, as_ends
from paratope.designs.truth import Truth

Key = TypeVar("Key", int, str)

QUANTILES = (5, 25, 50, 75, 95)
"""Percentiles of the duration that are given."""


@dataclass(frozen=True, slots=True)
class Errors:
    """The Monte-Carlo standard error beside every figure of the same name.

    Of a probability p: sqrt(p (1 - p) / trials), which is 0 where nothing, or everything, was seen: then read 3 /
    trials as the most that p may be off (Hanley & Lippman-Hand, JAMA 1983;249:1743-1745). Of a mean: its standard
    deviation over sqrt(trials). None without a clock.
    """

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
    mean_n: float
    duration: float | None
    suspended: float | None
    replaced: float | None
    turned_away: float | None
    backfilled: float | None


@dataclass(frozen=True, slots=True)
class Simulated(Characteristics):
    """Operating characteristics from simulated trials: the fields of `Characteristics`, and

    ``mc_error``: the standard error of each. ``trials``, ``seed``: to get the same again. With a clock, else None:
    ``duration``: mean days from the first arrival to the last outcome; ``duration_quantiles``: by percentile;
    ``suspended``: mean days closed while waiting for outcomes; ``replaced``, ``turned_away``, ``backfilled``: mean
    patients not evaluable and replaced, turned away while closed, and treated at lower levels meanwhile.

    ``states`` and ``visited`` are distinct ends among the trials, ``paths`` the trials; ``n`` counts evaluable
    patients.
    """

    mc_error: Errors
    trials: int
    seed: int
    clock: Clock | None
    duration: float | None
    duration_quantiles: dict[int, float] | None
    suspended: float | None
    replaced: float | None
    turned_away: float | None
    backfilled: float | None


def simulated(design: Design, truth: Truth, found: Finals, seed: int, clock: Clock | None) -> Simulated:
    """The operating characteristics of trials that ended so."""
    trials = len(found.dose)
    base = _divided(summarise(design, truth, as_ends(design, found), 0), trials)
    said = {f.name: getattr(base, f.name) for f in fields(Characteristics)}

    def spread(p: dict[int, float]) -> dict[int, float]:
        return {k: _of_share(v, trials) for k, v in p.items()}

    timed: dict[str, tuple[float, float] | tuple[None, None]] = {
        name: _mean_and_error(getattr(found, name)) if clock is not None else (None, None)
        for name in ("duration", "suspended", "replaced", "turned_away", "backfilled")
    }
    errors = Errors(
        select=tuple(_of_share(p, trials) for p in base.select),
        select_none=_of_share(base.select_none, trials),
        n=_of_means(found.counts[:, :, 0]),
        dlt=_of_means(found.counts[:, :, 1]),
        response=_of_means(found.counts[:, :, 2]) if base.response is not None else None,
        n_total=spread(base.n_total),
        dlt_total=spread(base.dlt_total),
        ended_by={k: _of_share(v, trials) for k, v in base.ended_by.items()},
        stop_early=_of_share(base.stop_early, trials),
        above=spread(base.above),
        mean_n=_of_means(found.counts[:, :, 0].sum(axis=1))[0],
        duration=timed["duration"][1],
        suspended=timed["suspended"][1],
        replaced=timed["replaced"][1],
        turned_away=timed["turned_away"][1],
        backfilled=timed["backfilled"][1],
    )
    quantiles = None
    if clock is not None:
        at = np.quantile(found.duration, [q / 100 for q in QUANTILES])
        quantiles = {q: float(v) for q, v in zip(QUANTILES, at, strict=True)}
    return Simulated(
        **said,
        mc_error=errors,
        trials=trials,
        seed=seed,
        clock=clock,
        duration_quantiles=quantiles,
        duration=timed["duration"][0],
        suspended=timed["suspended"][0],
        replaced=timed["replaced"][0],
        turned_away=timed["turned_away"][0],
        backfilled=timed["backfilled"][0],
    )


def _divided(sums: Characteristics, trials: int) -> Characteristics:
    """Sums over the trials as shares and means."""

    def part(values: dict[Key, float]) -> dict[Key, float]:
        return {k: v / trials for k, v in values.items()}

    return replace(
        sums,
        select=tuple(v / trials for v in sums.select),
        select_none=sums.select_none / trials,
        n=tuple(v / trials for v in sums.n),
        dlt=tuple(v / trials for v in sums.dlt),
        response=None if sums.response is None else tuple(v / trials for v in sums.response),
        n_total=part(sums.n_total),
        dlt_total=part(sums.dlt_total),
        ended_by=part(sums.ended_by),
        stop_early=sums.stop_early / trials,
        above=part(sums.above),
    )


def _of_share(p: float, trials: int) -> float:
    return sqrt(max(p * (1 - p), 0.0) / trials)


def _of_means(values: Floats | Ints) -> tuple[float, ...]:
    """The standard error of each column's mean; 0 from a single trial."""
    columns = values.reshape(len(values), -1)
    trials = len(columns)
    if trials < 2:
        return (0.0,) * columns.shape[1]
    return tuple(float(v) for v in columns.std(axis=0, ddof=1) / sqrt(trials))


def _mean_and_error(values: Floats | Ints) -> tuple[float, float]:
    return float(values.mean()), _of_means(values)[0]
