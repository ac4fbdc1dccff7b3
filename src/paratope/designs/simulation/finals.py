"""How simulated trials ended, and the same as an exact result would give it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from paratope.designs.base import STOP, Design
from paratope.designs.exact import Ends, Step, distinct
from paratope.designs.reasons import rules
from paratope.designs.seen import Floats, Ints, Seen


@dataclass(frozen=True, slots=True)
class Finals:
    """The end of each of ``T`` trials, in the order of their numbers.

    ``counts``: (T, K, C) evaluable patients, as in `Seen`. ``dose``: (T,) the last level given. ``selected``: (T,) 0
    for none. ``rule``: (T,) which of ``rules`` (by key: numbers differ between processes) ended the trial. With a
    clock, else empty: ``duration``: (T,) days from the first arrival to the last outcome. ``suspended``: (T,) days
    closed, waiting for outcomes. ``replaced``, ``turned_away``, ``backfilled``: (T,) patients.
    """

    counts: Ints
    dose: Ints
    selected: Ints
    rule: Ints
    rules: tuple[str, ...]
    duration: Floats
    suspended: Floats
    replaced: Ints
    turned_away: Ints
    backfilled: Ints

    def first(self, trials: int) -> Finals:
        """Only the first trials."""
        return replace(self, **{name: getattr(self, name)[:trials] for name in _ARRAYS})


_ARRAYS = (
    "counts",
    "dose",
    "selected",
    "rule",
    "duration",
    "suspended",
    "replaced",
    "turned_away",
    "backfilled",
)


def finals(
    counts: Ints,
    dose: Ints,
    selected: Ints,
    rule: Ints,
    duration: Floats | None = None,
    suspended: Floats | None = None,
    replaced: Ints | None = None,
    turned_away: Ints | None = None,
    backfilled: Ints | None = None,
) -> Finals:
    """The ends of trials; ``rule`` as rulings number them."""
    used, which = np.unique(rule, return_inverse=True)
    known = rules()
    none, no_days = np.empty(0, np.int64), np.empty(0)
    return Finals(
        counts,
        dose,
        selected,
        which.astype(np.int64),
        tuple(known[int(r)].key for r in used),
        no_days if duration is None else duration,
        no_days if suspended is None else suspended,
        none if replaced is None else replaced,
        none if turned_away is None else turned_away,
        none if backfilled is None else backfilled,
    )


def join(parts: Sequence[Finals]) -> Finals:
    """The trials of all parts, in order."""
    keys = tuple(sorted({key for part in parts for key in part.rules}))
    columns = {name: np.concatenate([getattr(p, name) for p in parts]) for name in _ARRAYS if name != "rule"}
    where = [np.array([keys.index(k) for k in part.rules], np.int64) for part in parts]
    rule = np.concatenate([at[part.rule] for at, part in zip(where, parts, strict=True)])
    return Finals(rule=rule, rules=keys, **columns)


def as_ends(design: Design, found: Finals) -> Ends:
    """The trials as the ends of an exact calculation, so that both are summarised by the same code; each with weight
    1 (not 1 / T), so that sums are exact and are divided once. ``states`` and ``visited``: distinct ends among them.
    """
    trials = len(found.dose)
    number = {r.key: i for i, r in enumerate(rules())}
    rule = np.array([number[key] for key in found.rules], np.int64)[found.rule]
    seen = Seen(found.counts, found.dose, np.zeros((trials, found.counts.shape[2]), np.int64))
    over = np.full(trials, STOP)
    states = len(distinct(found.counts, [found.selected], design.max_n)[0])
    step = Step(seen, over, over, rule, np.ones((1, trials)), np.ones(trials, np.int64))
    return Ends(step, found.selected, states, states)
