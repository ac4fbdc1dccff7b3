"""What has been seen so far, for many situations at once: the only thing that a design looks at.

A design decides from counts: how many patients each dose level has had, how many of them had a
dose-limiting toxicity (DLT) and, for designs that also weigh efficacy, how many responded. Many situations
are held side by side in arrays, so that one decision, the exact operating characteristics and a simulation
run the very same rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Values = TypeVar("Values", Ints, Floats, Bools)

N, TOX, EFF, BOTH = range(4)
"""Columns of the counts: patients, with DLT, with response, with both."""


@dataclass(frozen=True, slots=True)
class Seen:
    """``S`` situations over ``K`` dose levels.

    ``counts``: (S, K, C) integers, by dose level and column (``N``, ``TOX``, and for efficacy ``EFF``,
    ``BOTH``). ``dose``: (S,) the level of the last cohort, 1 to K; 0 before the first patient.
    ``last``: (S, C) the last cohort's own counts.
    """

    counts: Ints
    dose: Ints
    last: Ints

    @classmethod
    def one(
        cls,
        n: Sequence[int],
        tox: Sequence[int],
        dose: int = 0,
        eff: Sequence[int] | None = None,
        both: Sequence[int] | None = None,
        last: Sequence[int] | None = None,
    ) -> Seen:
        """One situation, from its counts by dose level."""
        columns = [c for c in (n, tox, eff, both) if c is not None]
        counts = np.array(columns, dtype=np.int64).T[None]
        own = np.zeros((1, len(columns)), dtype=np.int64)
        if last is not None:
            own[0, : len(last)] = last
        return cls(counts, np.array([dose], dtype=np.int64), own)

    def __len__(self) -> int:
        return len(self.dose)

    @property
    def n(self) -> Ints:
        """(S, K) patients treated."""
        return self.counts[:, :, N]

    @property
    def tox(self) -> Ints:
        """(S, K) patients with DLT."""
        return self.counts[:, :, TOX]

    @property
    def eff(self) -> Ints:
        """(S, K) patients with response."""
        return self.counts[:, :, EFF]

    @property
    def both(self) -> Ints:
        """(S, K) patients with DLT and response."""
        return self.counts[:, :, BOTH]

    @property
    def total(self) -> Ints:
        """(S,) patients in all."""
        sums: Ints = self.n.sum(axis=1)
        return sums

    def take(self, rows: Ints | Bools) -> Seen:
        """Some of the situations."""
        return Seen(self.counts[rows], self.dose[rows], self.last[rows])

    def here(self, values: Values) -> Values:
        """Of an (S, K) array, the (S,) values at each situation's own dose level (level 1 before the first)."""
        own: Values = values[np.arange(len(self)), np.maximum(self.dose, 1) - 1]
        return own
