"""One way to decide for all interval designs; each of them only says its boundaries."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from paratope.designs.base import STOP, BaseDesign, Rulings
from paratope.designs.fields import choice, probability, whole
from paratope.designs.isotonic import nearest, rates
from paratope.designs.reasons import declare
from paratope.designs.seen import Bools, Ints, Seen

_SEEN = "{tox} DLT among {n} at dose level {dose}"
ESCALATE = declare(
    "interval.escalate", f"{_SEEN}: at most {{escalate_if_at_most}}, so escalate to level {{next}}"
)
STAY = declare("interval.stay", f"{_SEEN}: {{stay_if}}, so stay")
NOBODY = declare(
    "interval.nobody-yet", "nobody at dose level {dose} has a known outcome yet, so treat there: level {next}"
)
TOP = declare(
    "interval.stay-at-highest",
    f"{_SEEN}: at most {{escalate_if_at_most}} would escalate, but this is the highest level, so stay",
)
CLOSED = declare(
    "interval.stay-below-closed",
    f"{_SEEN}: at most {{escalate_if_at_most}} would escalate, but the level above is closed as too toxic, so stay",
)
DEESCALATE = declare(
    "interval.de-escalate",
    f"{_SEEN}: at least {{deescalate_if_at_least}}, so de-escalate to level {{next}}",
)
LOWEST = declare(
    "interval.stay-at-lowest",
    f"{_SEEN}: at least {{deescalate_if_at_least}} would de-escalate, but this is the lowest level, so stay",
)
ELIMINATE = declare(
    "interval.eliminate",
    "{closed_tox} DLT among {closed_n} at dose level {closed_level}: at least {closed_if_at_least}, so this level "
    "and all above are closed for good; go to level {next}",
)
TOXIC = declare(
    "interval.stop-too-toxic",
    "the lowest dose level is too toxic ({tox_lowest} DLT among {n_lowest}, at least {eliminate_lowest}): "
    "stop, no level is selected",
)
ENOUGH = declare(
    "interval.stop-enough-at-dose",
    f"{_SEEN}, at least the {{early_stop_n}} patients asked for, and the decision is to stay: stop early",
)
ENOUGH_ANY = declare(
    "interval.stop-n-at-dose", f"{_SEEN}, at least the {{early_stop_n}} patients asked for: stop early"
)
EXTRA_SAFE = declare(
    "interval.stop-extra-safe",
    "the lowest dose level is likely too toxic ({tox_lowest} DLT among {n_lowest}, at least {stop_lowest} by the "
    "extra safe rule): stop, no level is selected",
    "R BOIN 2.7.2, extrasafe",
)

NEVER = 1_000_000
"""A count of DLTs that is never reached: the boundary of a decision that cannot happen at this n."""

UP, DOWN, SHUT, SAFE = range(4)
"""Rows of the limits: escalate, de-escalate, eliminate, extra safe."""


@dataclass(frozen=True, slots=True)
class Boundary:
    """What to do after ``n`` patients at a dose level, by their DLTs.

    ``escalate``: escalate if at most; ``deescalate``: de-escalate if at least; ``eliminate``: close the level
    and all above if at least. None: does not happen at this n.
    """

    n: int
    escalate: int | None
    deescalate: int | None
    eliminate: int | None


@dataclass(frozen=True, kw_only=True)
class IntervalDesign(BaseDesign):
    """Boundaries on the DLTs at the current level decide; the isotonic rate nearest the target is selected."""

    promises = frozenset({"monotone"})

    target: float = probability("DLT probability aimed at", default=0.30)
    early_stop_n: int | None = whole(
        "stop early when this many patients were treated at the current level", 1, 1_000, default=None
    )
    early_stop_rule: str = choice(
        "what else must hold to stop early: the decision is to stay (R BOIN 2.7.2), or nothing",
        ("with-stay", "simple"),
        default="with-stay",
    )

    @abstractmethod
    def boundary(self, n: int) -> Boundary:
        """The boundaries after ``n`` patients at a level (``n`` may exceed the planned maximum)."""

    def extra_safe(self, n: int) -> int | None:
        """Fewest DLTs among ``n`` at the lowest level that stop the study early as likely too toxic."""
        del n
        return None

    def table(self) -> tuple[Boundary, ...]:
        """The boundaries for n = 1 to the most patients the study may treat: what goes into a protocol."""
        return self._boundaries

    @cached_property
    def _boundaries(self) -> tuple[Boundary, ...]:
        return tuple(self.boundary(n) for n in range(1, self.max_n + 1))

    @cached_property
    def _limits(self) -> Ints:
        """(4, N + 1) by n from 0: escalate (-1 for never), de-escalate, eliminate, extra safe (`NEVER` for
        never).
        """
        return np.array([(-1, NEVER, NEVER, NEVER), *map(self._row, self._boundaries)]).T

    def _row(self, b: Boundary) -> tuple[int, int, int, int]:
        def known(value: int | None, never: int = NEVER) -> int:
            return never if value is None else value

        return known(b.escalate, -1), known(b.deescalate), known(b.eliminate), known(self.extra_safe(b.n))

    def _upto(self, n: Ints) -> Ints:
        """``n`` as an index of the limits, which end at the planned maximum."""
        return np.minimum(n, self.max_n)

    def _at(self, limit: int, n: Ints) -> Ints:
        """One of the limits at each ``n``. A level may have had more patients than the study foresees (what
        people report, never what the design would do): then the boundary is worked out for that number."""
        found: Ints = self._limits[limit, self._upto(n)]
        for more in np.unique(n[n > self.max_n]):
            found[n == more] = self._row(self.boundary(int(more)))[limit]
        return found

    def closed(self, seen: Seen) -> Bools:
        """(S, K) levels closed as too toxic: the first whose DLTs reach the boundary, and all above."""
        over: Bools = np.logical_or.accumulate(seen.tox >= self._at(SHUT, seen.n), axis=1)
        return over

    def _risky(self, seen: Seen) -> Bools:
        """(S,) the extra safe rule stops the study at the lowest level."""
        risky: Bools = seen.tox[:, 0] >= self._at(SAFE, seen.n[:, 0])
        return risky

    def judge(self, seen: Seen) -> Rulings:
        closed, risky = self.closed(seen), self._risky(seen)
        dose = np.maximum(seen.dose, 1)
        n, tox = seen.here(seen.n), seen.here(seen.tox)
        highest = dose == self.doses
        above = np.minimum(dose, self.doses - 1)
        above_closed = ~highest & closed[np.arange(len(seen)), above]
        rising, falling = tox <= self._at(UP, n), tox >= self._at(DOWN, n)
        here_closed = seen.here(closed)

        rule = np.where(n == 0, NOBODY, STAY)
        rule[rising] = ESCALATE
        rule[rising & highest] = TOP
        rule[rising & above_closed] = CLOSED
        rule[falling] = DEESCALATE
        rule[falling & (dose == 1)] = LOWEST
        rule[here_closed] = ELIMINATE
        move = np.where(rule == ESCALATE, 1, np.where((rule == DEESCALATE) | here_closed, -1, 0))
        allowed = np.where(closed.any(axis=1), closed.argmax(axis=1), self.doses)
        next_dose = np.minimum(dose + move, allowed)

        if self.early_stop_n is not None:
            enough = seen.here(seen.n) >= self.early_stop_n
            if self.early_stop_rule == "with-stay":
                enough &= next_dose == dose
            rule[enough] = ENOUGH if self.early_stop_rule == "with-stay" else ENOUGH_ANY
            next_dose = np.where(enough, STOP, next_dose)
        rule[risky] = EXTRA_SAFE
        rule[closed[:, 0]] = TOXIC
        next_dose = np.where(risky | closed[:, 0], STOP, next_dose)
        size = np.where(next_dose == STOP, 0, self.cohort_size)
        return Rulings(next_dose, size, rule, closed | risky[:, None])

    def select(self, seen: Seen) -> Ints:
        used = (seen.n > 0) & ~self.closed(seen) & ~self._risky(seen)[:, None]
        return self._choose(rates(seen.n, seen.tox, used), used)

    def _choose(self, fitted: Any, used: Bools) -> Ints:
        return nearest(fitted, self.target, used)

    def numbers(self, seen: Seen) -> dict[str, Any]:
        said = super().numbers(seen)
        here = self._said(said["n"])
        lowest = int(seen.n[0, 0])
        shut = self.closed(seen)[0]
        first = int(shut.argmax()) if shut.any() else None
        closed_n = int(seen.n[0, first or 0])
        more = [] if here.escalate is None else [f"more than {here.escalate}"]
        fewer = [] if here.deescalate is None else [f"fewer than {here.deescalate}"]
        return {
            **said,
            "target": self.target,
            "escalate_if_at_most": here.escalate,
            "deescalate_if_at_least": here.deescalate,
            "eliminate_if_at_least": here.eliminate,
            "n_lowest": lowest,
            "tox_lowest": int(seen.tox[0, 0]),
            "eliminate_lowest": self._said(lowest).eliminate,
            "stop_lowest": self.extra_safe(lowest) if lowest else None,
            "early_stop_n": self.early_stop_n,
            "stay_if": " and ".join(more + fewer) or "no boundary at this number of patients",
            "closed_level": None if first is None else first + 1,
            "closed_n": None if first is None else closed_n,
            "closed_tox": None if first is None else int(seen.tox[0, first]),
            "closed_if_at_least": None if first is None else self._said(closed_n).eliminate,
        }

    def _said(self, n: int) -> Boundary:
        if n > self.max_n:
            return self.boundary(n)
        return self._boundaries[n - 1] if n else Boundary(0, None, None, None)
