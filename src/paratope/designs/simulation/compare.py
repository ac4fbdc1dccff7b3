"""Several designs under several truths, on the same random patients or exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from paratope.designs.base import Design
from paratope.designs.characteristics import Characteristics, characteristics
from paratope.designs.problems import Problem, refuse
from paratope.designs.simulation.clock import Clock
from paratope.designs.simulation.finals import Finals
from paratope.designs.simulation.run import Progress, ends_of, simulation_problems
from paratope.designs.simulation.simulated import simulated
from paratope.designs.truth import Truth


@dataclass(frozen=True, slots=True)
class Figure:
    """A difference, and its Monte-Carlo standard error (None where it is exact)."""

    value: float
    error: float | None


@dataclass(frozen=True, slots=True)
class Difference:
    """A design less the first one, under one truth; both on the same random patients, so the error is that of
    paired differences. ``select``: by level; ``n``, ``dlt``, ``above``: mean patients, DLTs, and patients above
    the first design's target (None without one); ``duration``: mean days (None without a clock).
    """

    select: tuple[Figure, ...]
    select_none: Figure
    n: Figure
    dlt: Figure
    above: Figure | None
    duration: Figure | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """``results[t][d]``: operating characteristics of design ``d`` under truth ``t``. ``differences[t][d - 1]``:
    of design ``d`` (from the second on) from the first.
    """

    designs: tuple[Design, ...]
    truths: tuple[Truth, ...]
    results: tuple[tuple[Characteristics, ...], ...]
    differences: tuple[tuple[Difference, ...], ...]
    exact: bool


def compare(
    designs: Sequence[Design],
    truths: Sequence[Truth],
    trials: int = 10_000,
    seed: int = 1,
    clock: Clock | None = None,
    workers: int = 1,
    exact: bool = False,
    progress: Progress | None = None,
    executor: Any = None,
) -> Comparison:
    """Operating characteristics of every design under every truth, and the differences from the first design.

    Simulated with common random numbers: patient i of trial t has the same latent DLT, response and times under
    every design and truth. With ``exact`` nothing is simulated (and designs for late toxicity are taken to await
    every outcome, as without a clock). Raises `Unusable` with every problem.
    """
    designs, truths = tuple(designs), tuple(truths)
    refuse(_problems(designs, truths, trials, clock, seed, workers, exact))
    if exact:
        by_design = [characteristics(d, truths) for d in designs]
        results = tuple(zip(*by_design, strict=True))
        differences = tuple(tuple(_exact_difference(designs[0], r[0], o) for o in r[1:]) for r in results)
        return Comparison(designs, truths, results, differences, True)

    in_all = trials * len(designs) * len(truths)
    found: list[Finals] = []
    for truth, design in product(truths, designs):
        before = len(found) * trials

        def report(done: int, _of: int, before: int = before) -> None:
            if progress is not None:
                progress(before + done, in_all)

        found.append(ends_of(design, truth, trials, seed, clock, workers, report, executor))
    rows = [found[i : i + len(designs)] for i in range(0, len(found), len(designs))]
    results = tuple(
        tuple(simulated(d, truth, f, seed, clock) for d, f in zip(designs, row, strict=True))
        for truth, row in zip(truths, rows, strict=True)
    )
    differences = tuple(
        tuple(_difference(designs[0], truth, row[0], other) for other in row[1:])
        for truth, row in zip(truths, rows, strict=True)
    )
    return Comparison(designs, truths, results, differences, False)


def _problems(
    designs: tuple[Design, ...],
    truths: tuple[Truth, ...],
    trials: int,
    clock: Clock | None,
    seed: int,
    workers: int,
    exact: bool,
) -> list[Problem]:
    found = list(simulation_problems(designs, truths, trials, clock, seed, workers))
    if not designs:
        found.append(Problem("designs", "expected at least one design"))
    if not truths:
        found.append(Problem("truths", "expected at least one truth"))
    if exact and clock is not None:
        found.append(Problem("exact", "exact results have no clock: simulate, or leave the clock out"))
    return found


def _above(design: Design, truth: Truth) -> np.ndarray | None:
    return None if design.target is None else np.array(truth.tox) > design.target


def _difference(first: Design, truth: Truth, a: Finals, b: Finals) -> Difference:
    over = _above(first, truth)
    return Difference(
        select=tuple(_paired(b.selected == k, a.selected == k) for k in range(1, first.doses + 1)),
        select_none=_paired(b.selected == 0, a.selected == 0),
        n=_paired(b.counts[:, :, 0].sum(axis=1), a.counts[:, :, 0].sum(axis=1)),
        dlt=_paired(b.counts[:, :, 1].sum(axis=1), a.counts[:, :, 1].sum(axis=1)),
        above=None
        if over is None
        else _paired(b.counts[:, over, 0].sum(axis=1), a.counts[:, over, 0].sum(axis=1)),
        duration=_paired(b.duration, a.duration) if len(a.duration) else None,
    )


def _paired(b: ArrayLike, a: ArrayLike) -> Figure:
    away = np.asarray(b, dtype=np.float64) - np.asarray(a, dtype=np.float64)
    error = float(away.std(ddof=1) / np.sqrt(len(away))) if len(away) > 1 else 0.0
    return Figure(float(away.mean()), error)


def _exact_difference(first: Design, a: Characteristics, b: Characteristics) -> Difference:
    over = _above(first, a.truth)
    return Difference(
        select=tuple(Figure(y - x, None) for x, y in zip(a.select, b.select, strict=True)),
        select_none=Figure(b.select_none - a.select_none, None),
        n=Figure(b.mean_n - a.mean_n, None),
        dlt=Figure(sum(b.dlt) - sum(a.dlt), None),
        above=None
        if over is None
        else Figure(float(np.array(b.n)[over].sum() - np.array(a.n)[over].sum()), None),
        duration=None,
    )
