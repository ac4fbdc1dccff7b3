"""One way to decide for all interval designs; each of them only says its boundaries."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from paratope.designs.base import STOP, BaseDesign, Rulings
from paratope.designs.fields import choice, probability, whole
from paratope.designs.isotonic import nearest, rates
from paratope.designs.problems import Problem
from paratope.designs.reasons import declare
from paratope.designs.seen import Bools, Ints, Seen

_SEEN = "{tox} DLT among {n} at dose level {dose}"
ESCALATE = declare(
    "interval.escalate", f"{_SEEN}: at most {{escalate_if_at_most}}, so escalate to level {{next}}"
)
STAY = declare(
    "interval.stay",
    f"{_SEEN}: more than {{escalate_if_at_most}} and fewer than {{deescalate_if_at_least}}, so stay",
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
    f"{_SEEN}: at least {{eliminate_if_at_least}}, so this level and all above are closed for good; "
    "go to level {next}",
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
        """The boundaries after ``n`` patients at a level."""

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
    def _limits(self) -> tuple[Ints, Ints, Ints, Ints]:
        """By n from 0: escalate (-1 for never), de-escalate, eliminate, extra safe (`NEVER` for never)."""
        rows = self._boundaries
        up = [-1, *(-1 if b.escalate is None else b.escalate for b in rows)]
        down = [NEVER, *(NEVER if b.deescalate is None else b.deescalate for b in rows)]
        shut = [NEVER, *(NEVER if b.eliminate is None else b.eliminate for b in rows)]
        safe = [NEVER, *(NEVER if (s := self.extra_safe(b.n)) is None else s for b in rows)]
        return np.array(up), np.array(down), np.array(shut), np.array(safe)

    def _upto(self, n: Ints) -> Ints:
        """``n`` as an index of the boundaries; above the planned maximum those of the maximum hold."""
        return np.minimum(n, self.max_n)

    def closed(self, seen: Seen) -> Bools:
        """(S, K) levels closed as too toxic: the first whose DLTs reach the boundary, and all above."""
        shut = self._limits[2]
        over: Bools = np.logical_or.accumulate(seen.tox >= shut[self._upto(seen.n)], axis=1)
        return over

    def judge(self, seen: Seen) -> Rulings:
        up, down, _shut, safe = self._limits
        closed = self.closed(seen)
        dose = np.maximum(seen.dose, 1)
        n = self._upto(seen.here(seen.n))
        tox = seen.here(seen.tox)
        highest = dose == self.doses
        above = np.minimum(dose, self.doses - 1)
        above_closed = ~highest & closed[np.arange(len(seen)), above]
        rising, falling = tox <= up[n], tox >= down[n]
        here_closed = seen.here(closed)

        rule = np.full(len(seen), STAY)
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
        risky = seen.tox[:, 0] >= safe[self._upto(seen.n[:, 0])]
        rule[risky] = EXTRA_SAFE
        rule[closed[:, 0]] = TOXIC
        next_dose = np.where(risky | closed[:, 0], STOP, next_dose)
        size = np.where(next_dose == STOP, 0, self.cohort_size)
        return Rulings(next_dose, size, rule, closed | risky[:, None])

    def select(self, seen: Seen) -> Ints:
        risky = seen.tox[:, 0] >= self._limits[3][self._upto(seen.n[:, 0])]
        used = (seen.n > 0) & ~self.closed(seen) & ~risky[:, None]
        return self._choose(rates(seen.n, seen.tox, used), used)

    def _choose(self, fitted: Any, used: Bools) -> Ints:
        return nearest(fitted, self.target, used)

    def inconsistencies(self) -> Iterator[Problem]:
        yield from super().inconsistencies()
        if self.early_stop_n is not None and self.early_stop_n > self.max_n:
            yield Problem(
                "$.early_stop_n",
                f"{self.early_stop_n} patients at one level are never reached: the study has at most {self.max_n}",
            )

    def numbers(self, seen: Seen) -> dict[str, Any]:
        said = super().numbers(seen)
        here = self._said(said["n"])
        lowest = int(seen.n[0, 0])
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
        }

    def _said(self, n: int) -> Boundary:
        return self._boundaries[min(n, self.max_n) - 1] if n else Boundary(0, None, None, None)
