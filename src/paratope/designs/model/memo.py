"""Answers kept by what was seen: each distinct row of counts is worked out once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from paratope.designs.seen import Floats, Ints

MOST = 300_000
"""Rows kept; beyond them the memory starts anew."""


class Memo:
    """Rows of counts and what was worked out from each; for work that takes far longer than looking it up."""

    def __init__(self) -> None:
        self._place: dict[bytes, int] = {}
        self._known: list[Floats] = []

    def of(self, counts: Ints, work: Callable[[Ints], Floats]) -> Floats:
        """(S, M) answers for the rows of ``counts`` (S, C); ``work`` gives them, (U, M), for distinct new rows."""
        if len(self._place) > MOST:
            self._place.clear()
            self._known.clear()
        rows = np.ascontiguousarray(counts, dtype=np.int64)
        width = rows.shape[1] * rows.itemsize
        raw = rows.tobytes()
        keys = [raw[i : i + width] for i in range(0, len(raw), width)]
        fresh = {key: i for i, key in enumerate(keys) if key not in self._place}
        if fresh:
            answers = work(rows[list(fresh.values())])
            start = len(self._place)
            self._known = [np.concatenate([*self._known, answers])]
            self._place.update({key: start + i for i, key in enumerate(fresh)})
        found: Floats = self._known[0][[self._place[key] for key in keys]]
        return found
