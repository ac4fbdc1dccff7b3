"""Exact operating characteristics: the probability of each distinct situation, carried forward.

A study is a walk over situations (counts by dose level, and the next level). After each cohort every situation
splits by the cohort's possible outcomes; equal situations are merged and their probabilities added. Nothing is
simulated, so there is no Monte-Carlo error. Designs rule on all situations of a step at once, and the situations
do not depend on the true probabilities, so many truths cost little more than one.

Prior art: complete path enumeration (R precautionary, escalation) walks every path; merging makes it small.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import factorial

import numpy as np

from paratope.designs.base import STOP, Design
from paratope.designs.problems import Problem, Unusable
from paratope.designs.seen import Floats, Ints, Seen
from paratope.designs.truth import Truth

MOST_STATES = 3_000_000
"""Situations in one step beyond which exactness is refused: memory, and minutes of work."""


@dataclass(frozen=True, slots=True)
class Step:
    """The distinct situations after some cohorts, each about to treat its next cohort or at its end.

    ``seen``: what was seen. ``dose``, ``size``: (S,) the next cohort's level (``STOP`` at the end) and size.
    ``rule``: (S,) the rule that decided. ``p``: (T, S) their probability under each truth. ``paths``: (S,) in
    how many ways each was reached (a float: exact below 2^53).
    """

    seen: Seen
    dose: Ints
    size: Ints
    rule: Ints
    p: Floats
    paths: Floats

    def take(self, rows: Ints | np.ndarray) -> Step:
        """Some of the situations."""
        return Step(
            self.seen.take(rows),
            self.dose[rows],
            self.size[rows],
            self.rule[rows],
            self.p[:, rows],
            self.paths[rows],
        )


@dataclass(frozen=True, slots=True)
class Split:
    """What a step's situations became: ``after`` the cohorts were seen and ruled on, with ``parent`` (E,) and
    ``child`` (E,) rows of each edge, its cohort's ``outcome`` (E, C) and its conditional probability ``p`` (T, E).
    """

    after: Step
    parent: Ints
    child: Ints
    outcome: Ints
    p: Floats


def begin(design: Design, truths: tuple[Truth, ...], seen: Seen | None = None) -> Step:
    """The situation before the next cohort: nothing seen, or (for what could follow) one thing seen."""
    k, c = design.doses, len(design.columns)
    one = np.ones((len(truths), 1))
    if seen is None:
        dose, size = design.first()
        empty = Seen(np.zeros((1, k, c), np.int64), np.zeros(1, np.int64), np.zeros((1, c), np.int64))
        return Step(empty, np.array([dose]), np.array([size]), np.array([0]), one, np.ones(1))
    r = design.next(seen)
    return Step(seen, r.dose, r.size, r.rule, one, np.ones(1))


def advance(design: Design, truths: tuple[Truth, ...], step: Step, merge: bool = True) -> Split:
    """Treat the next cohort in every situation (all of them going on), rule on what is seen, merge equals."""
    c = len(design.columns)
    parents, doses, added, chances = [], [], [], []
    for size in np.unique(step.size):
        rows = np.flatnonzero(step.size == size)
        outcomes, probs = _cohort(c, int(size), truths, design.doses)
        o = len(outcomes)
        parents.append(np.repeat(rows, o))
        doses.append(np.repeat(step.dose[rows], o))
        added.append(np.tile(outcomes, (len(rows), 1)))
        chances.append(probs[:, step.dose[rows] - 1, :].reshape(len(truths), len(rows) * o))
    parent, dose = np.concatenate(parents), np.concatenate(doses)
    outcome, chance = np.concatenate(added), np.concatenate(chances, axis=1)
    if len(parent) > MOST_STATES:
        raise Unusable(
            [Problem("$", f"exactness needs more than {MOST_STATES:,} situations here: simulate instead")]
        )
    counts = step.seen.counts[parent]
    counts[np.arange(len(parent)), dose - 1] += outcome
    seen = Seen(counts, dose, outcome)
    if merge:
        keys = [seen.dose, *((outcome.T) if design.uses_last else ())]
        first, child = distinct(counts, keys, design.max_n)
    else:
        first = child = np.arange(len(parent))
    seen = seen.take(first)
    p = _add(step.p[:, parent] * chance, child, len(first))
    (paths,) = _add(step.paths[None, parent], child, len(first))
    r = design.next(seen)
    return Split(Step(seen, r.dose, r.size, r.rule, p, paths), parent, child, outcome, chance)


def settle(design: Design, step: Step) -> tuple[Step, Ints]:
    """Merge situations that only differ in how they were reached: same counts, same next cohort (or same end).

    Returns them, and for every old row its new one.
    """
    ended = np.where(step.dose == STOP, step.rule, -1) + 1
    first, child = distinct(step.seen.counts, [step.dose, step.size, ended], design.max_n)
    kept = step.take(first)
    p = _add(step.p, child, len(first))
    (paths,) = _add(step.paths[None], child, len(first))
    return Step(kept.seen, kept.dose, kept.size, kept.rule, p, paths), child


@dataclass(frozen=True, slots=True)
class Ends:
    """Every way the study can end: ``step`` (all its doses are ``STOP``), ``selected`` (S,) the level selected.

    ``states``: distinct ends, told apart by their counts and by the level that the rule would have given next.
    ``visited``: distinct situations on the way, ends included.
    """

    step: Step
    selected: Ints
    states: int
    visited: int


def ends(design: Design, truths: tuple[Truth, ...], seen: Seen | None = None, merge: bool = True) -> Ends:
    """Carry the probabilities forward until every situation has ended."""
    step = begin(design, truths, seen)
    finished: list[Step] = []
    visited = 1
    while True:
        over = step.dose == STOP
        finished.append(step.take(np.flatnonzero(over)))
        going = step.take(np.flatnonzero(~over))
        if not len(going.dose):
            break
        if merge:
            going, _ = settle(design, going)
        step = advance(design, truths, going, merge).after
        visited += len(step.dose)
    last = _join(finished)
    wanted = design.judge(last.seen).dose
    states = len(distinct(last.seen.counts, [wanted], design.max_n)[0])
    return Ends(last, design.select(last.seen), states, visited)


def _join(steps: list[Step]) -> Step:
    seen = Seen(
        np.concatenate([s.seen.counts for s in steps]),
        np.concatenate([s.seen.dose for s in steps]),
        np.concatenate([s.seen.last for s in steps]),
    )
    return Step(
        seen,
        np.concatenate([s.dose for s in steps]),
        np.concatenate([s.size for s in steps]),
        np.concatenate([s.rule for s in steps]),
        np.concatenate([s.p for s in steps], axis=1),
        np.concatenate([s.paths for s in steps]),
    )


def _add(p: Floats, child: Ints, size: int) -> Floats:
    return np.array([np.bincount(child, weights=row, minlength=size) for row in p]).reshape(len(p), size)


def distinct(counts: Ints, keys: list[Ints], most: int) -> tuple[Ints, Ints]:
    """Rows of the first of each distinct (counts, keys), and for every row which distinct one it is."""
    columns = [*counts.reshape(len(counts), -1).T, *keys]
    base = max(most, int(counts.max(initial=0)), *(int(k.max(initial=0)) for k in keys), 0) + 1
    words: list[Ints] = []
    room = 0
    for column in columns:
        if room < base:
            words.append(np.zeros(len(counts), np.int64))
            room = 2**62
        words[-1] = words[-1] * base + column
        room //= base
    if len(words) == 1:
        _, first, child = np.unique(words[0], return_index=True, return_inverse=True)
        return first, child
    order = np.lexsort(words)
    new = np.zeros(len(order), bool)
    new[:1] = True
    for word in words:
        arranged = word[order]
        new[1:] |= arranged[1:] != arranged[:-1]
    child = np.empty(len(order), np.int64)
    child[order] = np.cumsum(new) - 1
    return order[new], child


@lru_cache(maxsize=64)
def _cohort(columns: int, size: int, truths: tuple[Truth, ...], levels: int) -> tuple[Ints, Floats]:
    """What a cohort of ``size`` may show: counts (O, C), and their probability (T, K, O) at each level."""
    cells = (
        np.stack([t.cells(columns) for t in truths])
        if truths
        else np.zeros((0, levels, 2 if columns == 2 else 4))
    )
    patterns, outcomes, where = _patterns(columns, size)
    probs = np.zeros((*cells.shape[:2], len(outcomes)))
    for pattern, at in zip(patterns, where, strict=True):
        ways = factorial(size)
        for count in pattern:
            ways //= factorial(count)
        probs[:, :, at] += ways * np.prod(cells ** np.array(pattern), axis=2)
    return outcomes, probs


@lru_cache(maxsize=64)
def _patterns(columns: int, size: int) -> tuple[tuple[tuple[int, ...], ...], Ints, tuple[int, ...]]:
    """Ways to spread ``size`` patients over the cells of an outcome, the counts each adds, and which distinct
    counts those are. Cells: without DLT, with DLT; or neither, DLT only, response only, both.
    """
    marks = {
        2: ((1, 0), (1, 1)),
        3: ((1, 0, 0), (1, 1, 0), (1, 0, 1), (1, 1, 1)),
        4: ((1, 0, 0, 0), (1, 1, 0, 0), (1, 0, 1, 0), (1, 1, 1, 1)),
    }[columns]
    patterns = tuple(c for c in _compositions(size, len(marks)))
    counts = [tuple(int(v) for v in np.array(c) @ np.array(marks)) for c in patterns]
    distinct = sorted(set(counts))
    return patterns, np.array(distinct, np.int64), tuple(distinct.index(c) for c in counts)


def _compositions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    for first in product(range(total + 1), repeat=parts - 1):
        if sum(first) <= total:
            yield (*first, total - sum(first))
