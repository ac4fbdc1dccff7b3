"""Dose paths: what could happen next, cohort by cohort, and what the design would then do.

Source of the idea: dose transition pathways, Yap, Billingham, Cheung, Craddock, O'Quigley, Clin Cancer Res
2017;23:7440-7447.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from paratope.designs.base import STOP, Design, Rulings
from paratope.designs.decision import Decision, decide_seen, explain
from paratope.designs.exact import Step, advance, begin, settle
from paratope.designs.problems import Problem, Unusable
from paratope.designs.seen import Floats, Ints, Seen
from paratope.designs.truth import Truth

MOST_NODES = 200_000
"""Nodes beyond which paths are refused: nobody reads them."""


class Node(NamedTuple):
    """A situation on the way. ``id`` counts from 0 (now). ``depth``: cohorts from now.

    ``counts``: (K, C). ``dose``: level of the next cohort, None at an end; ``size`` its patients; ``rule``: what
    decided; ``selected``: at an end the level selected, 0 for none. ``paths``: ways to get here. ``p``: its
    probability under each truth.
    """

    id: int
    depth: int
    counts: tuple[tuple[int, ...], ...]
    dose: int | None
    size: int
    selected: int | None
    paths: int
    p: tuple[float, ...]
    row: int


class Edge(NamedTuple):
    """A cohort's outcome: from ``parent`` to ``child`` (node ids), at level ``dose``. ``outcome``: the counts it
    adds (patients, DLTs, and responses where they are counted). ``p``: its probability there, by truth.
    """

    parent: int
    child: int
    dose: int
    outcome: tuple[int, ...]
    p: tuple[float, ...]

    @property
    def label(self) -> str:
        """``2NNT``; where responses count too, ``level 2: 1 DLT, 2 responses of 3``."""
        n, tox = self.outcome[:2]
        if len(self.outcome) == 2:
            return f"{self.dose}{'N' * (n - tox)}{'T' * tox}"
        return f"level {self.dose}: {tox} DLT, {self.outcome[2]} responses of {n}"


@dataclass(frozen=True, slots=True)
class Paths:
    """What could follow. ``steps``: the situations by depth, as arrays; `nodes` and `edges` read them out."""

    design: Design
    truths: tuple[Truth, ...]
    steps: tuple[Step, ...]
    links: tuple[tuple[Ints, Ints, Ints, Ints, Floats], ...]

    @property
    def starts(self) -> tuple[int, ...]:
        """Id of the first node of each depth."""
        sizes = [len(s.dose) for s in self.steps]
        return tuple(int(v) for v in np.cumsum([0, *sizes]))

    def nodes(self) -> Iterator[Node]:
        """Every situation, nearest first."""
        for depth, (step, start) in enumerate(zip(self.steps, self.starts, strict=False)):
            over = step.dose == STOP
            ended = (
                np.where(over, self.design.select(step.seen), -1) if over.any() else np.full(len(over), -1)
            )
            columns = (step.dose, step.size, ended, step.paths, step.p.T)
            counts = step.seen.counts.tolist()
            rows = zip(counts, *(c.tolist() for c in columns), strict=True)
            for row, (seen, dose, size, selected, paths, p) in enumerate(rows):
                yield Node(
                    start + row,
                    depth,
                    tuple(map(tuple, seen)),
                    dose or None,
                    size,
                    None if selected < 0 else selected,
                    int(paths),
                    tuple(p),
                    row,
                )

    def edges(self) -> Iterator[Edge]:
        """Every outcome of a next cohort."""
        for depth, (parent, child, dose, outcome, p) in enumerate(self.links):
            here, there = self.starts[depth], self.starts[depth + 1]
            for a, b, d, o, q in zip(
                parent.tolist(), child.tolist(), dose.tolist(), outcome.tolist(), p.T.tolist(), strict=True
            ):
                yield Edge(here + a, there + b, d, tuple(o), tuple(q))

    def decision(self, node: Node) -> Decision:
        """The decision in a situation, with its reason in words."""
        step = self.steps[node.depth].take(np.array([node.row]))
        if not step.seen.total[0]:
            return decide_seen(self.design, step.seen)
        closed = self.design.judge(step.seen).closed
        return explain(self.design, step.seen, Rulings(step.dose, step.size, step.rule, closed))

    def expected(self) -> dict[str, Any]:
        """How many nodes, ends and ways."""
        ways = sum(float(s.paths[s.dose == STOP].sum()) for s in self.steps)
        return {
            "nodes": self.starts[-1],
            "ends": sum(int((s.dose == STOP).sum()) for s in self.steps),
            "paths": int(ways + self.steps[-1].paths[self.steps[-1].dose != STOP].sum()),
        }


def dose_paths(
    design: Design,
    ahead: int | None = None,
    truths: tuple[Truth, ...] = (),
    seen: Seen | None = None,
    merge: bool = True,
) -> Paths:
    """What could follow over the next ``ahead`` cohorts (None: to the end), from nothing or from what was seen.

    Equal situations are merged unless told otherwise. Without truths there are no probabilities. Raises
    `Unusable` where there would be too many nodes to read.
    """
    step = begin(design, truths, seen if seen is not None and seen.total[0] else None)
    steps = [step]
    links: list[tuple[Ints, Ints, Ints, Ints, Floats]] = []
    total = 1
    while (step.dose != STOP).any() and (ahead is None or len(links) < ahead):
        going = np.flatnonzero(step.dose != STOP)
        split = advance(design, truths, step.take(going), merge)
        after, child = split.after, split.child
        if merge:
            after, again = settle(design, after)
            child = again[child]
        parent = going[split.parent]
        links.append((parent, child, step.dose[parent], split.outcome, split.p))
        steps.append(after)
        step = after
        total += len(step.dose)
        if total > MOST_NODES:
            raise Unusable(
                [Problem("--ahead", f"more than {MOST_NODES:,} situations: look fewer cohorts ahead")]
            )
    return Paths(design, truths, tuple(steps), tuple(links))
