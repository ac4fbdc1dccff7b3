"""The patients of running trials: who was treated when and where, and what is known on a given day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from paratope.designs.seen import Bools, Floats, Ints
from paratope.designs.simulation.clock import Clock
from paratope.designs.simulation.patients import CHUNK, Patients
from paratope.designs.timed.followed import Followed

BACKFILL = -1
"""The cohort of patients treated at lower levels while a cohort awaits its outcomes."""

_NOBODY = -2


@dataclass(frozen=True, slots=True)
class PatientRow:
    """One simulated patient, in the order of treatment; days from the first arrival.

    ``dlt_day``: None without DLT. ``left_day``: the day on which the patient became not evaluable, else None.
    ``known_day``: when the outcome is known (DLT, end of the window, or leaving). ``cohort``: from 1; 0 for
    backfilled patients.
    """

    number: int
    cohort: int
    level: int
    arrived: float
    treated: float
    known_day: float
    tox: bool
    eff: bool
    evaluable: bool
    dlt_day: float | None
    left_day: float | None


class Board:
    """The patients of one chunk of trials, (CHUNK, P) arrays that grow; ``count``: (CHUNK,) patients treated."""

    def __init__(self, patients: Patients, clock: Clock, levels: int) -> None:
        self.patients, self.clock, self.levels = patients, clock, levels
        self.count = np.zeros(CHUNK, np.int64)
        self.level = np.zeros((CHUNK, 0), np.int64)
        self.cohort = np.zeros((CHUNK, 0), np.int64)
        self.arrived, self.treated, self.known = (np.zeros((CHUNK, 0)) for _ in range(3))
        self.tox, self.eff, self.evaluable = (np.zeros((CHUNK, 0), bool) for _ in range(3))

    def _room(self) -> None:
        more = 16
        for name, blank in (
            ("level", 0),
            ("cohort", _NOBODY),
            ("arrived", np.inf),
            ("treated", np.inf),
            ("known", np.inf),
            ("tox", False),
            ("eff", False),
            ("evaluable", False),
        ):
            held = getattr(self, name)
            setattr(self, name, np.concatenate([held, np.full((CHUNK, more), blank, held.dtype)], axis=1))

    def treat(self, rows: Ints, level: Ints, day: Floats, arrived: Floats, cohort: Ints) -> None:
        """Treat the next patient of those trials."""
        number = self.count[rows]
        if number.max(initial=-1) >= self.level.shape[1]:
            self._room()
        at = (rows, number)
        tox = self.patients.dlt(number, rows, level)
        onset = np.where(tox, self.patients.dlt_days(number, rows, level), np.inf)
        leaves = self.patients.leave_days(number, rows)
        gone = leaves < np.minimum(onset, self.clock.window)
        self.level[at], self.cohort[at] = level, cohort
        self.arrived[at], self.treated[at] = arrived, day
        self.tox[at], self.evaluable[at] = tox & ~gone, ~gone
        self.eff[at] = self.patients.response(number, rows, level, tox) & ~gone
        self.known[at] = day + np.minimum(np.minimum(onset, leaves), self.clock.window)
        self.count[rows] += 1

    def width(self, rows: Ints) -> int:
        """The most patients that any of those trials has had."""
        return int(self.count[rows].max(initial=0))

    def counts(self, rows: Ints, day: Floats, columns: int) -> Ints:
        """(R, K, C) evaluable patients whose outcomes are known by ``day`` (R,), by level."""
        w = self.width(rows)
        counted = self.evaluable[rows, :w] & (self.known[rows, :w] <= day[:, None])
        return self._tally(rows, counted, columns)

    def cohort_counts(self, rows: Ints, cohort: Ints, columns: int) -> Ints:
        """(R, C) evaluable patients of each trial's ``cohort`` (R,)."""
        w = self.width(rows)
        mine = self.evaluable[rows, :w] & (self.cohort[rows, :w] == cohort[:, None])
        return np.asarray(self._tally(rows, mine, columns).sum(axis=1), dtype=np.int64)

    def _tally(self, rows: Ints, counted: Bools, columns: int) -> Ints:
        w, k = counted.shape[1], self.levels
        where = (np.arange(len(rows)) * k)[:, None] + self.level[rows, :w] - 1
        tox, eff = self.tox[rows, :w], self.eff[rows, :w]
        marks = (counted, counted & tox, counted & eff, counted & tox & eff)[:columns]
        sums = [np.bincount(where[m], minlength=len(rows) * k).reshape(-1, k) for m in marks]
        return np.stack(sums, axis=2).astype(np.int64)

    def followed(self, rows: Ints, day: Floats, now: Ints, cohort: Ints) -> Followed:
        """What a design for late toxicity sees on ``day`` (R,): everybody treated, but for those who left by then.
        ``now``: (R,) the level of the last patient treated, in ``cohort`` (R,). The weight of a patient with DLT is
        the part of the window at which it came (designs count such patients in full, and some look at when).
        """
        w = self.width(rows)
        known = self.known[rows, :w] <= day[:, None]
        there = (self.level[rows, :w] > 0) & ~(known & ~self.evaluable[rows, :w])
        part = np.clip((day[:, None] - self.treated[rows, :w]) / self.clock.window, 0, 1)
        tox = self.tox[rows, :w] & known & there
        onset = (self.known[rows, :w] - np.where(there, self.treated[rows, :w], 0.0)) / self.clock.window
        part = np.where(tox, onset, np.where(known, 1.0, part))
        mine = there & (self.cohort[rows, :w] == cohort[:, None])
        last = np.stack([mine.sum(axis=1), (mine & tox).sum(axis=1)], axis=1)
        return Followed(
            np.where(there, self.level[rows, :w], 0),
            tox,
            np.where(there, part, 0.0),
            now,
            self.levels,
            last.astype(np.int64),
        )

    def counted(self, rows: Ints, day: Floats) -> Ints:
        """(R,) patients treated who have not left by ``day`` (R,)."""
        w = self.width(rows)
        left = ~self.evaluable[rows, :w] & (self.known[rows, :w] <= day[:, None])
        return np.asarray(((self.level[rows, :w] > 0) & ~left).sum(axis=1), dtype=np.int64)

    def next_known(self, rows: Ints, day: Floats) -> Floats:
        """(R,) the next day after ``day`` on which an outcome is known or a patient leaves; infinite if none."""
        known = self.known[rows, : self.width(rows)]
        later: Floats = np.where(known > day[:, None], known, np.inf).min(axis=1, initial=np.inf)
        return later

    def stagger_over(self, rows: Ints, level: Ints) -> Floats:
        """(R,) the first day on which the next patient may be treated at ``level`` (R,)."""
        if not self.clock.staggered:
            return np.full(len(rows), -np.inf)
        w = self.width(rows)
        there = self.level[rows, :w] == level[:, None]
        last = np.where(there, self.treated[rows, :w], -np.inf).max(axis=1, initial=-np.inf)
        gap = np.where(there.sum(axis=1) == 1, self.clock.sentinel, self.clock.between)
        return np.asarray(last + gap)

    def trial(self, row: int) -> tuple[PatientRow, ...]:
        """The patients of one trial."""
        rows = []
        for i in range(int(self.count[row])):
            tox, stays, known = self.tox[row, i], self.evaluable[row, i], float(self.known[row, i])
            rows.append(
                PatientRow(
                    number=i + 1,
                    cohort=int(self.cohort[row, i]) + 1,
                    level=int(self.level[row, i]),
                    arrived=float(self.arrived[row, i]),
                    treated=float(self.treated[row, i]),
                    known_day=known,
                    tox=bool(tox),
                    eff=bool(self.eff[row, i]),
                    evaluable=bool(stays),
                    dlt_day=known if tox else None,
                    left_day=None if stays else known,
                )
            )
        return tuple(rows)
