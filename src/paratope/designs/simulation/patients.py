"""What is drawn at random about each patient, before any design looks: the same for every design.

Trials come in chunks of `CHUNK`, each with its own generators derived from the seed and the chunk's number, so the
result does not depend on how chunks are spread over workers; and each kind of draw has its own stream, read patient
by patient, so patient i of trial t is the same person under every design, with and without a clock.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from paratope.designs.seen import Floats, Ints
from paratope.designs.simulation.clock import Clock
from paratope.designs.truth import Truth

CHUNK: Final = 2_000
"""Trials per chunk. Part of the definition of the random patients: changing it changes every seeded result."""

_BLOCK = 32
_TOX, _EFF, _DAY, _LEAVES, _LEAVE_DAY, _GAP = range(6)


class Stream:
    """Uniform random numbers, (patient, trial), drawn further as they are asked for."""

    def __init__(self, seed: int, chunk: int, kind: int) -> None:
        # The seed sequence that SeedSequence(seed).spawn would give, without spawning those before it.
        sequence = np.random.SeedSequence(seed, spawn_key=(chunk, kind))
        self._rng = np.random.Generator(np.random.PCG64(sequence))
        self._drawn: Floats = np.empty((0, CHUNK))

    def upto(self, number: int) -> Floats:
        """(at least ``number``, `CHUNK`) numbers."""
        while len(self._drawn) < number:
            self._drawn = np.concatenate([self._drawn, self._rng.random((_BLOCK, CHUNK))])
        return self._drawn

    def at(self, number: Ints, trials: Ints) -> Floats:
        """The numbers of those patients of those trials (shapes that broadcast)."""
        values: Floats = self.upto(int(number.max(initial=-1)) + 1)[number, trials]
        return values


class Patients:
    """The random patients of one chunk of trials under one truth."""

    def __init__(self, truth: Truth, seed: int, chunk: int, clock: Clock | None = None) -> None:
        self._streams = [Stream(seed, chunk, kind) for kind in range(6)]
        self._clock = clock
        self.tox = np.array(truth.tox)
        self._eff: Floats | None = None
        if truth.eff is not None:
            _neither, tox_only, eff_only, both = truth.cells(4).T
            with_, without = tox_only + both, 1 - tox_only - both
            given = [
                np.divide(a, b, out=np.zeros_like(a), where=b > 0)
                for a, b in ((eff_only, without), (both, with_))
            ]
            self._eff = np.stack(given)  # (2, K) probability of response without and with DLT
        self._arrivals: Floats = np.zeros((1, CHUNK))

    def dlt(self, number: Ints, trials: Ints, level: Ints) -> np.ndarray:
        """Whether those patients have a DLT at those levels, were they followed for the whole window."""
        return np.asarray(self._streams[_TOX].at(number, trials) < self.tox[level - 1])

    def response(self, number: Ints, trials: Ints, level: Ints, tox: np.ndarray) -> np.ndarray:
        """Whether those patients respond, given their DLT; nobody where the truth has no responses."""
        if self._eff is None:
            return np.zeros(np.shape(tox), bool)
        p = self._eff[tox.astype(np.int64), level - 1]
        return np.asarray(self._streams[_EFF].at(number, trials) < p)

    def dlt_days(self, number: Ints, trials: Ints, level: Ints) -> Floats:
        """Days from treatment to DLT, for those who have one."""
        assert self._clock is not None
        return self._clock.dlt_days(self._streams[_DAY].at(number, trials), self.tox[level - 1])

    def leave_days(self, number: Ints, trials: Ints) -> Floats:
        """Days from treatment to becoming not evaluable; infinite for those who do not."""
        assert self._clock is not None
        if not self._clock.not_evaluable:
            return np.full(np.shape(number), np.inf)
        leaves = self._streams[_LEAVES].at(number, trials) < self._clock.not_evaluable
        return np.where(leaves, self._clock.window * self._streams[_LEAVE_DAY].at(number, trials), np.inf)

    def arrivals(self, number: int) -> Floats:
        """(`CHUNK`,) the day on which the arrival of that number (from 0) comes in each trial."""
        assert self._clock is not None
        while len(self._arrivals) <= number:
            have = len(self._arrivals) - 1
            gaps = self._clock.gaps(self._streams[_GAP].upto(have + _BLOCK)[have : have + _BLOCK])
            self._arrivals = np.concatenate([self._arrivals, self._arrivals[-1] + np.cumsum(gaps, axis=0)])
        day: Floats = self._arrivals[number]
        return day
