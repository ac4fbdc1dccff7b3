"""Decide from the outcomes so far, whatever is known of them."""

from __future__ import annotations

from paratope.designs.base import Design
from paratope.designs.decision import Decision, decide_seen
from paratope.designs.outcomes import Outcomes
from paratope.designs.reasons import declare, rule
from paratope.designs.timed.decide import decide_followed
from paratope.designs.timed.wrapped import timed_core

WAIT = declare(
    "wait",
    "outcomes not known yet: {awaited}; wait for them before deciding",
)


def decide(design: Design, outcomes: Outcomes) -> Decision:
    """Decide from the outcomes so far.

    While patients are still in their DLT window (or their response is awaited, where it counts), a design that needs
    every outcome waits; one for late toxicity decides with what is known of them.
    """
    seen = outcomes.seen(design.doses, design.columns)
    notes = outcomes.notes(design.columns)
    awaited = outcomes.awaited(design.columns)
    if awaited and timed_core(design) is not None:
        return decide_followed(design, outcomes)
    if awaited:
        numbers = {**design.numbers(seen), "awaited": len(awaited)}
        return Decision(
            "wait", None, 0, rule(WAIT).key, rule(WAIT).sentence(numbers), (), None, numbers, notes
        )
    return decide_seen(design, seen, notes)
