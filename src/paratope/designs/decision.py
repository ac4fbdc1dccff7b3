"""A decision with its reason: what a safety board is shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from paratope.designs.base import STOP, Design, Rulings
from paratope.designs.reasons import START, rule
from paratope.designs.seen import Seen


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do next, and why.

    ``action``: ``start``, ``escalate``, ``stay``, ``de-escalate``, ``stop`` or ``wait``. ``dose``: the level of
    the next cohort, None when the study stops (or waits). ``size``: patients in the next cohort. ``rule``: the
    rule that decided, for programs; ``reason``: the same as a sentence with its numbers. ``admissible``: levels
    not closed. ``selected``: when the study stops, the level selected, 0 for none. ``numbers``: what the decision
    rests on. ``notes``: what the counts hide (pending, replaced, off their dose).
    """

    action: str
    dose: int | None
    size: int
    rule: str
    reason: str
    admissible: tuple[int, ...]
    selected: int | None = None
    numbers: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def decide_seen(design: Design, seen: Seen, notes: tuple[str, ...] = ()) -> Decision:
    """Decide from counts."""
    numbers = design.numbers(seen)
    if not seen.total[0]:
        dose, size = design.first()
        numbers["next"] = dose
        every = tuple(range(1, design.doses + 1))
        return Decision(
            "start", dose, size, rule(START).key, rule(START).sentence(numbers), every, None, numbers, notes
        )
    return explain(design, seen, design.next(seen), notes)


def explain(design: Design, seen: Seen, ruling: Rulings, notes: tuple[str, ...] = ()) -> Decision:
    """One ruling on one situation, with its reason in words."""
    dose, now = int(ruling.dose[0]), int(seen.dose[0])
    numbers = {**design.numbers(seen), "next": dose or None}
    action = (
        "stop" if dose == STOP else "escalate" if dose > now else "stay" if dose == now else "de-escalate"
    )
    why = rule(int(ruling.rule[0]))
    return Decision(
        action=action,
        dose=dose or None,
        size=int(ruling.size[0]),
        rule=why.key,
        reason=why.sentence(numbers),
        admissible=tuple(int(k) + 1 for k in np.flatnonzero(~ruling.closed[0])),
        selected=int(design.select(seen)[0]) if dose == STOP else None,
        numbers=numbers,
        notes=notes,
    )
