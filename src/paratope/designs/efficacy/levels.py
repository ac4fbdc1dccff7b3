"""The nearest open levels around the current one, for many situations at once."""

from __future__ import annotations

import numpy as np

from paratope.designs.seen import Bools, Ints


def open_below(dose: Ints, open_: Bools) -> Ints:
    """(S,) the highest open level below ``dose`` (S,), 0 for none. ``open_``: (S, K)."""
    levels = np.arange(1, open_.shape[1] + 1)
    found: Ints = np.where(open_ & (levels < dose[:, None]), levels, 0).max(axis=1)
    return found


def open_above(dose: Ints, open_: Bools) -> Ints:
    """(S,) the lowest open level above ``dose`` (S,), 0 for none. ``open_``: (S, K)."""
    levels = np.arange(1, open_.shape[1] + 1)
    none = open_.shape[1] + 1
    found: Ints = np.where(open_ & (levels > dose[:, None]), levels, none).min(axis=1)
    return np.where(found == none, 0, found)


def listed(levels: Ints) -> str:
    """Levels in words: ``1, 2 and 4``; ``none``."""
    words = [str(int(v)) for v in levels]
    return (
        "none" if not words else words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]
    )
