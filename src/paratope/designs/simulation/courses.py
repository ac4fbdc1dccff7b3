"""Simulation with a clock: all trials of a chunk go forward together, arrival by arrival."""

from __future__ import annotations

import numpy as np

from paratope.designs.base import Design
from paratope.designs.seen import Ints, Seen
from paratope.designs.simulation.board import BACKFILL, Board, PatientRow
from paratope.designs.simulation.clock import Clock
from paratope.designs.simulation.conduct import CLOSED, Conduct, conduct
from paratope.designs.simulation.finals import Finals, finals
from paratope.designs.simulation.patients import CHUNK, Patients
from paratope.designs.truth import Truth


def run_courses(design: Design, patients: Patients, clock: Clock) -> Finals:
    """Every trial of a chunk to its end and to its last outcome."""
    every, last = np.arange(CHUNK), np.full(CHUNK, np.inf)
    board, run, turned_away = _run(design, patients, clock, every)
    counts = board.counts(every, last, len(design.columns))
    w = board.width(every)
    there = board.level[:, :w] > 0
    seen = Seen(counts, run.dose, np.zeros((CHUNK, counts.shape[2]), np.int64))
    return finals(
        counts,
        run.dose,
        design.select(seen),
        run.rule,
        duration=np.where(there, board.known[:, :w], 0.0).max(axis=1),
        suspended=run.suspended,
        replaced=(there & ~board.evaluable[:, :w]).sum(axis=1),
        turned_away=turned_away,
        backfilled=(there & (board.cohort[:, :w] == BACKFILL)).sum(axis=1),
    )


def one_course(
    design: Design, truth: Truth, clock: Clock, seed: int = 1, trial: int = 0
) -> tuple[PatientRow, ...]:
    """The patients of one trial of `simulate` with the same arguments, ``trial`` from 0: for a dose-time board."""
    return some_courses(design, truth, clock, seed, range(trial, trial + 1))[0]


def some_courses(
    design: Design, truth: Truth, clock: Clock, seed: int, trials: range
) -> tuple[tuple[PatientRow, ...], ...]:
    """As `one_course`, for several trials."""
    found = []
    for chunk in sorted({trial // CHUNK for trial in trials}):
        rows = np.array([trial % CHUNK for trial in trials if trial // CHUNK == chunk])
        board, *_others = _run(design, Patients(truth, seed, chunk, clock), clock, rows)
        found += [board.trial(row) for row in rows]
    return tuple(found)


def _run(design: Design, patients: Patients, clock: Clock, rows: Ints) -> tuple[Board, Conduct, Ints]:
    """Run those trials of the chunk: the board with their patients, how they were run, who was turned away."""
    board = Board(patients, clock, design.doses)
    run = conduct(design, board)
    turned_away = np.zeros(CHUNK, np.int64)
    last = np.zeros(CHUNK)
    arrival = 0
    while len(rows):
        came = patients.arrivals(arrival)
        todo, day = rows, np.maximum(came[rows], last[rows])
        while len(todo):
            level = run.level(todo, day)
            go = level != CLOSED
            board.treat(todo[go], level[go], day[go], came[todo[go]], run.cohort[todo[go]])
            run.treated(todo[go], day[go])
            last[todo[go]] = day[go]
            closed = ~go & ~run.over[todo]
            todo, day = todo[closed], day[closed]
            if clock.closed == "turned-away":
                # Who comes after the last patient was treated is not turned away from anything.
                wanted = ~run.full(todo, day)[0]
                todo, day = todo[wanted], day[wanted]
                lower = run.lower(todo, day)
                down = lower != CLOSED
                board.treat(todo[down], lower[down], day[down], day[down], np.full(int(down.sum()), BACKFILL))
                turned_away[todo[~down]] += 1
                break
            day = run.opens(todo, day)
        rows = rows[~run.over[rows]]
        arrival += 1
    return board, run, turned_away
