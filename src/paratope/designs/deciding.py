"""Decide from the outcomes so far, whatever is known of them."""

from __future__ import annotations

import numpy as np

from paratope.designs.base import Design
from paratope.designs.decision import Decision, decide_seen
from paratope.designs.outcomes import Outcomes
from paratope.designs.reasons import declare, rule
from paratope.designs.seen import Bools
from paratope.designs.timed.decide import decide_followed
from paratope.designs.timed.wrapped import timed_core

WAIT = declare("wait", "the outcomes of {awaited} are not known yet: wait for them before deciding")


def decide(design: Design, outcomes: Outcomes) -> Decision:
    """Decide from the outcomes so far.

    While patients are still in their DLT window (or their response is awaited, where it counts), a design that needs
    every outcome waits; one for late toxicity decides with what is known of them.
    """
    seen = outcomes.seen(design.doses, design.columns)
    notes = outcomes.notes(design.columns)
    awaited = outcomes.awaited(design.columns)
    closed = closed_before(design, outcomes)
    if awaited and timed_core(design) is not None:
        return decide_followed(design, outcomes, closed)
    if awaited:
        who = "1 patient" if len(awaited) == 1 else f"{len(awaited)} patients"
        numbers = {**design.numbers(seen), "awaited": who}
        open_ = tuple(int(k) + 1 for k in np.flatnonzero(~closed))
        return Decision(
            "wait", None, 0, rule(WAIT).key, rule(WAIT).sentence(numbers), open_, None, numbers, notes
        )
    return decide_seen(design, seen, notes, closed)


def closed_before(design: Design, outcomes: Outcomes) -> Bools:
    """(K,) levels that were closed for good at any time: by everything seen, or by the cohorts up to an earlier one.

    Counts alone would open a level again that was given in spite of being closed.
    """
    closed = np.zeros(design.doses, bool)
    for i in range(1, len(outcomes.cohorts) + 1):
        seen = Outcomes(outcomes.cohorts[:i]).seen(design.doses, design.columns)
        if seen.total[0]:
            closed |= design.judge(seen).closed[0]
    return closed
