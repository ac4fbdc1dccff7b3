"""Simulation without a clock: all trials of a chunk go forward together, cohort by cohort.

Trials meet the same situations over and over, so each situation is ruled on once and remembered, with what every
outcome of its next cohort leads to; a trial is then a walk over these. Situations are told apart as in exact
operating characteristics: by their counts and the level of the last cohort.
"""

from __future__ import annotations

import numpy as np

from paratope.designs.base import STOP, Design
from paratope.designs.seen import Ints, Seen
from paratope.designs.simulation.finals import Finals, finals
from paratope.designs.simulation.patients import CHUNK, Patients

_ROOM = 1_024
_UNKNOWN = -1


class Situations:
    """The situations that trials of a design have met so far, by number; 0 is the start, nobody treated.

    ``counts``: (N, K, C). ``last_dose``: (N,) level of the last cohort. ``dose``, ``size``, ``rule``: (N,) the
    ruling. All have room for more than are met.
    """

    def __init__(self, design: Design) -> None:
        self.design = design
        self.met = 1
        self.counts = np.zeros((_ROOM, design.doses, len(design.columns)), np.int64)
        self.last_dose, self.dose, self.size, self.rule = (np.zeros(_ROOM, np.int64) for _ in range(4))
        self.dose[0], self.size[0] = design.first()
        self._selected = np.full(_ROOM, _UNKNOWN)
        self._leads_to: dict[int, int] = {}
        self._number: dict[bytes, int] = {}
        self._base = design.max_n + 1

    def after(self, situation: Ints, outcome: Ints) -> Ints:
        """(R,) the situations that cohorts with those (R, C) counts lead to."""
        ways = self._base ** (outcome.shape[1] - 1)
        code = outcome[:, 1:] @ (self._base ** np.arange(outcome.shape[1] - 1))
        edges, first, which = np.unique(situation * ways + code, return_index=True, return_inverse=True)
        known = np.array([self._leads_to.get(e, -1) for e in edges.tolist()], np.int64)
        new = np.flatnonzero(known < 0)
        if len(new):
            known[new] = self._learn(situation[first[new]], outcome[first[new]])
            self._leads_to.update(zip(edges[new].tolist(), known[new].tolist(), strict=True))
        return known[which]

    def _learn(self, parent: Ints, outcome: Ints) -> Ints:
        dose = self.dose[parent]
        counts = self.counts[parent]
        counts[np.arange(len(parent)), dose - 1] += outcome
        told = [dose[:, None], counts.reshape(len(parent), -1)]
        told += [outcome] if self.design.uses_last else []
        keys = [row.tobytes() for row in np.ascontiguousarray(np.concatenate(told, axis=1))]
        fresh: dict[bytes, int] = {}
        for i, key in enumerate(keys):
            if key not in self._number:
                fresh.setdefault(key, i)
        if fresh:
            at = np.array(list(fresh.values()), np.int64)
            self._add(Seen(counts[at], dose[at], outcome[at]))
            self._number.update({key: self.met - len(fresh) + i for i, key in enumerate(fresh)})
        return np.array([self._number[key] for key in keys], np.int64)

    def _add(self, seen: Seen) -> None:
        new = slice(self.met, self.met + len(seen))
        self.met += len(seen)
        while self.met > len(self.dose):
            for name in ("counts", "last_dose", "dose", "size", "rule", "_selected"):
                held = getattr(self, name)
                setattr(self, name, np.concatenate([held, held]))
        r = self.design.next(seen)
        self.counts[new], self.last_dose[new] = seen.counts, seen.dose
        self.dose[new], self.size[new], self.rule[new] = r.dose, r.size, r.rule
        self._selected[new] = _UNKNOWN

    def selected(self, situation: Ints) -> Ints:
        """(R,) the level selected when the study ends in those situations."""
        new = np.unique(situation[self._selected[situation] == _UNKNOWN])
        if len(new):
            own = np.zeros((len(new), self.counts.shape[2]), np.int64)
            self._selected[new] = self.design.select(Seen(self.counts[new], self.last_dose[new], own))
        chosen: Ints = self._selected[situation]
        return chosen


def run_cohorts(met: Situations, patients: Patients) -> Finals:
    """Every trial of a chunk to its end, each outcome known before the next cohort."""
    columns = len(met.design.columns)
    at = np.zeros(CHUNK, np.int64)
    before = np.zeros(CHUNK, np.int64)
    rows = np.arange(CHUNK)
    while len(rows):
        now = at[rows]
        outcome = cohort(patients, rows, met.dose[now], met.size[now], before[rows], columns)
        before[rows] += outcome[:, 0]
        now = met.after(now, outcome)
        at[rows] = now
        rows = rows[met.dose[now] != STOP]
    return finals(met.counts[at], met.last_dose[at], met.selected(at), met.rule[at])


def cohort(patients: Patients, rows: Ints, dose: Ints, size: Ints, before: Ints, columns: int) -> Ints:
    """(R, C) the counts that each trial's next cohort adds, ``before`` patients having been treated."""
    place = np.arange(int(size.max()))
    number = before[:, None] + place
    there = place < size[:, None]
    level = dose[:, None]
    tox = patients.dlt(number, rows[:, None], level) & there
    added = [size, tox.sum(axis=1)]
    if columns > 2:
        eff = patients.response(number, rows[:, None], level, tox) & there
        added += [eff.sum(axis=1), (eff & tox).sum(axis=1)]
    return np.stack(added[:columns], axis=1).astype(np.int64)
