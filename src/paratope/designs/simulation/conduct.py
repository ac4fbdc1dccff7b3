"""Who may be treated, where and when: with whole cohorts, and with designs that decide on pending patients."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from paratope.designs.base import STOP, Design, capped, grounded
from paratope.designs.reasons import MAXIMUM
from paratope.designs.seen import Bools, Floats, Ints, Seen
from paratope.designs.simulation.board import BACKFILL, Board
from paratope.designs.simulation.patients import CHUNK
from paratope.designs.timed.followed import WAIT
from paratope.designs.timed.wrapped import judge_followed, next_followed, timed_core

CLOSED = 0
"""Nobody may be treated now."""


class Conduct(ABC):
    """How the trials of a chunk are run. Arrays are (CHUNK,): ``over``: the study takes no more patients; ``rule``:
    what ended it; ``dose``: the level of the current cohort; ``cohort``: its number from 0; ``suspended``: days closed
    while waiting for outcomes.
    """

    def __init__(self, design: Design, board: Board) -> None:
        self.design, self.board = design, board
        self.over = np.zeros(CHUNK, bool)
        self.suspended = np.zeros(CHUNK)
        self.rule, self.cohort = np.zeros(CHUNK, np.int64), np.zeros(CHUNK, np.int64)
        first = design.first()
        self.dose, self.left = (np.full(CHUNK, v) for v in first)

    @abstractmethod
    def level(self, rows: Ints, day: Floats) -> Ints:
        """(R,) the level at which a patient is treated on ``day`` (R,), or `CLOSED`; notes which studies are over."""

    @abstractmethod
    def treated(self, rows: Ints, day: Floats) -> None:
        """A patient has just been treated in those trials."""

    def opens(self, rows: Ints, day: Floats) -> Floats:
        """(R,) the next day after ``day`` on which accrual may open."""
        stagger = self.board.stagger_over(rows, self.dose[rows])
        later = np.where(stagger > day, stagger, np.inf)
        return np.minimum(self.board.next_known(rows, day), later)

    def lower(self, rows: Ints, day: Floats) -> Ints:
        """(R,) the level at which a patient is backfilled on ``day`` (R,), or `CLOSED`."""
        return np.full(np.broadcast_shapes(rows.shape, day.shape), CLOSED)

    def full(self, rows: Ints, day: Floats) -> tuple[Bools, Bools]:
        """Whether the maximum is treated, as known on the day; and whether all of those stay to the end."""
        w = self.board.width(rows)
        main = self.board.cohort[rows, :w] >= 0
        stay = self.board.evaluable[rows, :w]
        gone = ~stay & (self.board.known[rows, :w] <= day[:, None])
        most = self.design.max_n
        full = (main & ~gone).sum(axis=1) >= most
        return full, full & ((main & stay).sum(axis=1) >= most)

    def _end(self, rows: Ints, rule: Ints) -> None:
        self.over[rows], self.rule[rows] = True, rule

    def _unstaggered(self, rows: Ints, day: Floats, level: Ints) -> Ints:
        return np.where(day < self.board.stagger_over(rows, self.dose[rows]), CLOSED, level)


class WholeCohorts(Conduct):
    """A cohort is filled, its outcomes are awaited (places of patients who leave are filled again), and the design
    decides on the day on which the last is known. ``left`` is the size of the cohort.
    """

    def __init__(self, design: Design, board: Board) -> None:
        super().__init__(design, board)
        self.filled = np.zeros(CHUNK)

    def _places(self, rows: Ints, day: Floats) -> tuple[Ints, Bools]:
        """(R,) places free in the current cohort, and whether all of it is known."""
        w = self.board.width(rows)
        mine = self.board.cohort[rows, :w] == self.cohort[rows][:, None]
        known = mine & (self.board.known[rows, :w] <= day[:, None])
        stay = self.board.evaluable[rows, :w]
        free = self.left[rows] - (mine & ~(known & ~stay)).sum(axis=1)
        return free, (known & stay).sum(axis=1) >= self.left[rows]

    def level(self, rows: Ints, day: Floats) -> Ints:
        free, complete = self._places(rows, day)
        if complete.any():
            self._decide(rows[complete])
            free = np.where(complete, self.left[rows], free)
        level = np.where((free > 0) & ~self.over[rows], self.dose[rows], CLOSED)
        return self._unstaggered(rows, day, level)

    def _decide(self, rows: Ints) -> None:
        w = self.board.width(rows)
        stay = self.board.evaluable[rows, :w]
        mine = stay & (self.board.cohort[rows, :w] == self.cohort[rows][:, None])
        day = np.where(mine, self.board.known[rows, :w], -np.inf).max(axis=1)
        c = len(self.design.columns)
        seen = Seen(
            self.board.counts(rows, day, c),
            self.dose[rows],
            self.board.cohort_counts(rows, self.cohort[rows], c),
        )
        main = (stay & (self.board.cohort[rows, :w] >= 0)).sum(axis=1)
        r = capped(grounded(self.design.judge(seen), seen), self.design.max_n - main)
        stops = r.dose == STOP
        self._end(rows[stops], r.rule[stops])
        going = rows[~stops]
        self.suspended[going] += (day - self.filled[rows])[~stops]
        self.dose[going], self.cohort[going] = r.dose[~stops], self.cohort[going] + 1
        # A level that was backfilled may have had all the patients that the rule would still ask for.
        self.left[going] = np.maximum(r.size[~stops], 1)

    def treated(self, rows: Ints, day: Floats) -> None:
        free, _complete = self._places(rows, day)
        self.filled[rows[free <= 0]] = day[free <= 0]

    def lower(self, rows: Ints, day: Floats) -> Ints:
        clock, board = self.board.clock, self.board
        chosen = np.full(len(rows), CLOSED)
        if not clock.backfill or not len(rows):
            return chosen
        counts = board.counts(rows, day, 4)
        w = board.width(rows)
        own = np.zeros((len(rows), len(self.design.columns)), np.int64)
        for level in range(self.design.doses - 1, 0, -1):
            there = np.full(len(rows), level)
            r = self.design.judge(Seen(counts[:, :, : len(self.design.columns)], there, own))
            left = board.known[rows, :w] <= day[:, None]
            have = (board.level[rows, :w] == level) & ~(left & ~board.evaluable[rows, :w])
            fine = (chosen == CLOSED) & (level < self.dose[rows]) & (counts[:, level - 1, 0] > 0)
            fine &= (r.dose >= level) & ~r.closed[:, level - 1]
            fine &= have.sum(axis=1) < clock.backfill_most
            if clock.backfill_response:
                fine &= counts[:, level - 1, 2] > 0
            chosen[fine] = level
        return chosen


class WithPending(Conduct):
    """The design decides at each arrival; within a cohort it goes on at its level, unless the design now stops or
    closes that level. ``left``: patients still to come in the cohort. ``opens_on``: accrual is suspended until then.
    """

    def __init__(self, design: Design, board: Board) -> None:
        super().__init__(design, board)
        self.opens_on = np.full(CHUNK, -np.inf)
        core = timed_core(design)
        assert core is not None
        self.may_wait, self.daily = core.may_wait, core.waits_for_followup

    def level(self, rows: Ints, day: Floats) -> Ints:
        full, settled = self.full(rows, day)
        self._end(rows[settled], np.full(int(settled.sum()), MAXIMUM))
        level = np.full(len(rows), CLOSED)
        free = np.flatnonzero(~full & (day >= self.opens_on[rows]))
        nobody = self.board.counted(rows[free], day[free]) == 0
        level[free[nobody]] = self._begin(rows[free[nobody]])
        asked = free[~nobody]
        if len(asked):
            level[asked] = self._decide(rows[asked], day[asked])
        return self._unstaggered(rows, day, level)

    def _begin(self, rows: Ints) -> Ints:
        """Nobody counts (yet, or all have left): the study starts, or starts again."""
        self.dose[rows], self.left[rows] = self.design.first()
        return self.dose[rows]

    def _decide(self, rows: Ints, day: Floats) -> Ints:
        followed = self.board.followed(rows, day, self.dose[rows], self.cohort[rows])
        r = next_followed(self.design, followed)
        if ((r.dose == WAIT) & ~followed.pending.any(axis=1)).any():
            raise RuntimeError(f"{self.design.title} waits although every outcome is known")
        here = self.dose[rows]
        shut = r.closed[np.arange(len(rows)), here - 1]
        kept = (self.left[rows] > 0) & (r.dose != STOP) & ~shut
        stops = ~kept & (r.dose == STOP)
        self._end(rows[stops], r.rule[stops])
        moves = ~kept & (r.dose > STOP)
        self.dose[rows[moves]], self.left[rows[moves]] = r.dose[moves], r.size[moves]
        self.cohort[rows[moves]] += 1
        return np.where(kept, here, np.where(moves, r.dose, CLOSED))

    def treated(self, rows: Ints, day: Floats) -> None:
        self.left[rows] -= 1
        if not self.may_wait:
            return
        full, _settled = self.full(rows, day)
        asked = (self.left[rows] <= 0) & ~full
        waiting, since = rows[asked], day[asked]
        while len(waiting):
            followed = self.board.followed(waiting, since, self.dose[waiting], self.cohort[waiting])
            held = judge_followed(self.design, followed).dose == WAIT
            if (held & ~followed.pending.any(axis=1)).any():
                raise RuntimeError(f"{self.design.title} waits although every outcome is known")
            waiting, before = waiting[held], since[held]
            since = self.board.next_known(waiting, before)
            if self.daily:
                since = np.minimum(since, before + 1.0)
            self.suspended[waiting] += since - before
            self.opens_on[waiting] = since

    def opens(self, rows: Ints, day: Floats) -> Floats:
        """As `Conduct.opens`, and when a suspension ends."""
        held = self.opens_on[rows]
        return np.minimum(super().opens(rows, day), np.where(held > day, held, np.inf))


def conduct(design: Design, board: Board) -> Conduct:
    """How a design's trials are run."""
    return WholeCohorts(design, board) if timed_core(design) is None else WithPending(design, board)


__all__ = ["BACKFILL", "CLOSED", "Conduct", "conduct"]
