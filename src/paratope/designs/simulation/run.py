"""Simulate a design under a truth: the same trials from the same seed, on however many workers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from paratope.designs.base import Design
from paratope.designs.problems import Problem, refuse
from paratope.designs.simulation.clock import Clock
from paratope.designs.simulation.cohorts import Situations, run_cohorts
from paratope.designs.simulation.courses import run_courses
from paratope.designs.simulation.finals import Finals, join
from paratope.designs.simulation.patients import CHUNK, Patients
from paratope.designs.simulation.simulated import Simulated, simulated
from paratope.designs.timed.wrapped import timed_core
from paratope.designs.truth import Truth, truth_problems

Progress = Callable[[int, int], None]
"""Called with the trials done and the trials in all."""

_PER_TASK = 5
"""Chunks per task handed to a worker, which remembers the situations met; with a clock it is one."""


def simulate(
    design: Design,
    truth: Truth,
    trials: int = 10_000,
    seed: int = 1,
    clock: Clock | None = None,
    workers: int = 1,
    progress: Progress | None = None,
    executor: Any = None,
) -> Simulated:
    """Operating characteristics of ``design`` under ``truth`` from so many simulated ``trials``.

    Without a ``clock`` every outcome is known before the next cohort, as in exact operating characteristics. With one
    (`Clock`), patients arrive, DLTs come in their time, and a design that decides with pending patients does so.
    The same ``seed`` gives the same result bit for bit for any number of ``workers`` (processes) and any
    ``executor`` (see `spread`). Raises `Unusable` with every problem.
    """
    refuse(simulation_problems((design,), (truth,), trials, clock, seed, workers))
    found = ends_of(design, truth, trials, seed, clock, workers, progress, executor)
    return simulated(design, truth, found, seed, clock)


def ends_of(
    design: Design,
    truth: Truth,
    trials: int,
    seed: int,
    clock: Clock | None = None,
    workers: int = 1,
    progress: Progress | None = None,
    executor: Any = None,
) -> Finals:
    """How each trial ended, in the order of their numbers (see `simulate`)."""
    chunks = range(-(-trials // CHUNK))
    each = _PER_TASK if clock is None else 1
    tasks = [chunks[i : i + each] for i in range(0, len(chunks), each)]
    parts = []
    for task, part in zip(
        tasks, spread(partial(_task, design, truth, seed, clock), tasks, workers, executor), strict=True
    ):
        parts.append(part)
        if progress is not None:
            progress(min((task[-1] + 1) * CHUNK, trials), trials)
    return join(parts).first(trials)


def spread(
    work: Callable[[Sequence[int]], Finals],
    tasks: Iterable[Sequence[int]],
    workers: int = 1,
    executor: Any = None,
) -> Iterator[Finals]:
    """The result of each task, in order.

    ``executor``: None for this process, or with more than one worker processes of joblib's own; the name of a joblib
    backend (``loky``, ``threading``; ``dask`` with a client running; ``ray`` once registered with joblib); or any
    object with the ``map`` of ``concurrent.futures.Executor``.
    """
    if executor is not None and not isinstance(executor, str):
        yield from executor.map(work, tasks)
    elif executor is None and workers == 1:
        yield from map(work, tasks)
    else:
        from joblib import Parallel, delayed, parallel_config  # type: ignore[import-untyped]  # slow to load

        # dask and ray cannot give results one by one.
        one_by_one = executor in (None, "loky", "threading")
        with parallel_config(backend=executor or "loky", n_jobs=workers):
            run = Parallel(return_as="generator" if one_by_one else "list")
            yield from run(delayed(work)(task) for task in tasks)


def _task(design: Design, truth: Truth, seed: int, clock: Clock | None, chunks: Sequence[int]) -> Finals:
    met = Situations(design)
    parts = []
    for chunk in chunks:
        patients = Patients(truth, seed, chunk, clock)
        parts.append(run_cohorts(met, patients) if clock is None else run_courses(design, patients, clock))
    return join(parts)


def simulation_problems(
    designs: Sequence[Design],
    truths: Sequence[Truth],
    trials: int,
    clock: Clock | None,
    seed: int = 1,
    workers: int = 1,
) -> Iterator[Problem]:
    """What is wrong with what is to be simulated."""
    for name, value, least in (("trials", trials, 1), ("seed", seed, 0), ("workers", workers, 1)):
        if isinstance(value, bool) or not isinstance(value, int) or (value < least and value != -1):
            yield Problem(name, f"expected a whole number from {least} on, not {value!r}")
        elif value == -1 and name != "workers":
            yield Problem(name, f"expected a whole number from {least} on, not -1")
    for i, design in enumerate(designs, 1):
        place = f"design {i}" if len(designs) > 1 else "design"
        for j, truth in enumerate(truths, 1):
            where = f"truth {j}" if len(truths) > 1 else "truth"
            where = f"{where} for {place}" if len(designs) > 1 else where
            yield from truth_problems(truth, design.doses, len(design.columns) > 2, where)
        if clock is None:
            continue
        core = timed_core(design)
        if core is not None and core.window != clock.window:
            yield Problem(
                f"{place}: window",
                f"the design's DLT window is {core.window:g} days, the clock's {clock.window:g}: give the same",
            )
        if core is not None and clock.backfill:
            yield Problem(
                "clock: backfill",
                f"{place} ({design.title}) decides with pending patients: backfill is for designs that wait for "
                "whole cohorts",
            )
    if clock is not None and clock.backfill and clock.backfill_response:
        for j, truth in enumerate(truths, 1):
            if truth.eff is None:
                where = f"truth {j}" if len(truths) > 1 else "truth"
                yield Problem(where, "backfill asks for a response: give the probabilities of response too")
