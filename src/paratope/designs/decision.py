"""A decision with its reason: what a safety board is shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from paratope.designs.base import STOP, Design, Rulings, grounded
from paratope.designs.reasons import START, declare, rule
from paratope.designs.seen import Bools, Seen
from paratope.designs.tails import above

AGAIN = declare(
    "start-again", "of the patients treated nobody counts yet: the study starts again at dose level {next}"
)


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


def decide_seen(
    design: Design, seen: Seen, notes: tuple[str, ...] = (), closed: Bools | None = None
) -> Decision:
    """Decide from counts. ``closed``: (K,) levels that were closed for good before; they stay closed."""
    if not seen.total[0]:
        dose, size = design.first()
        numbers = {**design.numbers(seen), "next": dose}
        every = tuple(range(1, design.doses + 1))
        why = rule(AGAIN if seen.dose[0] else START)
        notes = (*notes, *design.cautions(seen))
        return Decision("start", dose, size, why.key, why.sentence(numbers), every, None, numbers, notes)
    r, notes = kept_closed(design.next(seen), seen, closed, notes)
    return explain(design, seen, r, notes)


def action_word(dose: int, now: int) -> str:
    """What going from the level ``now`` to ``dose`` is called (`Decision.action`)."""
    if dose == STOP:
        return "stop"
    return "escalate" if dose > now else "stay" if dose == now else "de-escalate"


def kept_closed(
    r: Rulings, seen: Seen, closed: Bools | None, notes: tuple[str, ...]
) -> tuple[Rulings, tuple[str, ...]]:
    """One ruling with levels that were closed for good before, (K,), kept closed; and a note where that matters."""
    if closed is None or not (closed & ~r.closed[0]).any():
        return r, notes
    again = ", ".join(str(k + 1) for k in np.flatnonzero(closed & ~r.closed[0]))
    said = f"closed for good by earlier cohorts, and given all the same: level {again}; kept closed"
    return grounded(Rulings(r.dose, r.size, r.rule, r.closed | closed), seen), (*notes, said)


def explain(design: Design, seen: Seen, ruling: Rulings, notes: tuple[str, ...] = ()) -> Decision:
    """One ruling on one situation, with its reason in words."""
    dose, now = int(ruling.dose[0]), int(seen.dose[0])
    numbers = {**design.numbers(seen), "next": dose or None}
    action = action_word(dose, now)
    why = rule(int(ruling.rule[0]))
    notes = (*notes, *design.cautions(seen))
    notes = (*notes, *_warnings(design, seen, dose))
    selected = int(design.select(seen)[0]) if dose == STOP else None
    if selected and not seen.n[0, selected - 1]:
        notes = (
            *notes,
            f"nobody was treated at level {selected}, which is selected: the model alone says so",
        )
    return Decision(
        action=action,
        dose=dose or None,
        size=int(ruling.size[0]),
        rule=why.key,
        reason=why.sentence(numbers),
        admissible=tuple(int(k) + 1 for k in np.flatnonzero(~ruling.closed[0])),
        selected=selected,
        numbers=numbers,
        notes=notes,
    )


LIKELY = 0.95
"""Probability from which a level is called likely too toxic in a note (the usual cut-off of safety rules)."""


def _warnings(design: Design, seen: Seen, dose: int) -> tuple[str, ...]:
    """What the rule does not look at, and a board would."""
    said = []
    now = int(seen.dose[0])
    if dose > now and seen.tox[0, dose - 1]:
        said.append(
            f"level {dose}, to which the design escalates, has had {seen.tox[0, dose - 1]} DLT among "
            f"{seen.n[0, dose - 1]} already"
        )
    if dose == 1 and design.target is not None and seen.n[0, 0] >= 3:
        likely = float(above(design.target, seen.n[0, 0], seen.tox[0, 0]))
        if likely > LIKELY:
            said.append(
                f"the lowest level is likely too toxic, Pr(DLT probability > {design.target:g}) = {likely:.3f}, and no "
                "rule of this design stops for that (modifier too-toxic)"
            )
    return tuple(said)
