"""A decision with its reason while patients are still in their DLT window."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from paratope.designs.base import STOP, Design
from paratope.designs.decision import Decision, action_word, decide_seen, kept_closed
from paratope.designs.outcomes import Outcomes
from paratope.designs.reasons import rule
from paratope.designs.seen import Bools
from paratope.designs.timed.followed import WAIT, Followed
from paratope.designs.timed.wrapped import next_followed, numbers_followed


def decide_followed(design: Design, outcomes: Outcomes, closed: Bools | None = None) -> Decision:
    """What to do next, for a design that decides with pending patients (`wrapped.timed_core`), plain or modified.

    Patients count at the level received; those that cannot be evaluated are left out, as the notes say. An action of
    ``wait`` suspends accrual. When the study stops while patients are pending, ``selected`` is None: the level is
    selected once their outcomes are known. Raises `Unusable` for levels that do not exist, and ``TypeError`` for a
    design that needs every outcome. ``closed``: (K,) levels that were closed for good before; they stay closed.
    """
    seen = outcomes.seen(design.doses, design.columns)
    notes = outcomes.notes()
    if not outcomes.pending:
        return decide_seen(design, seen, notes, closed)
    counted = [p for p in outcomes.cohorts[-1] if p.evaluable]
    last = np.array([[len(counted), sum(bool(p.tox) for p in counted)]], np.int64)
    followed = replace(Followed.one(outcomes.patients, design.doses, outcomes.current), last=last)
    r, notes = kept_closed(next_followed(design, followed), followed.counts(), closed, notes)
    dose, now = int(r.dose[0]), int(followed.now[0])
    waits = dose == WAIT
    numbers = numbers_followed(design, followed) | {"next": dose if dose > STOP else None}
    action = "wait" if waits else action_word(dose, now)
    why = rule(int(r.rule[0]))
    if dose == STOP:
        notes += ("the dose level is selected once the pending outcomes are known",)
    return Decision(
        action=action,
        dose=dose if dose > STOP else None,
        size=int(r.size[0]),
        rule=why.key,
        reason=why.sentence(numbers),
        admissible=tuple(int(k) + 1 for k in np.flatnonzero(~r.closed[0])),
        numbers=numbers,
        notes=notes,
    )
