"""Rolling six: two to six patients treated at a level at once, without waiting after every third."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from paratope.designs.base import STOP, Rulings
from paratope.designs.fields import flag, probability, whole
from paratope.designs.reasons import declare
from paratope.designs.seen import Bools, Ints, Seen
from paratope.designs.timed.followed import WAIT, Followed, TimedDesign

_SOURCE = "Skolnik et al., J Clin Oncol 2008;26:190-195"
_SEEN = "{tox} DLT, {clear} without and {pending} pending among {n} at dose level {dose}"
STAY = declare("rolling6.stay", f"{_SEEN}: the next patient is treated at this level", _SOURCE)
SUSPEND = declare(
    "rolling6.suspend",
    f"{_SEEN}: six are the most at a level, so suspend accrual until outcomes are known",
    _SOURCE,
)
ESCALATE = declare("rolling6.escalate", f"{_SEEN}: tolerated, so escalate to level {{next}}", _SOURCE)
DOWN = declare(
    "rolling6.de-escalate",
    f"{_SEEN}: a level with two or more DLT is above the MTD; level {{next}} is filled to six",
    _SOURCE,
)
EXPAND = declare(
    "rolling6.fill-to-six",
    f"{_SEEN}: tolerated, and the level above is too toxic: fill this level to six",
    _SOURCE,
)
CONFIRM = declare(
    "rolling6.six-at-mtd", f"{_SEEN}: tolerated, and this is the highest level: fill it to six", _SOURCE
)
FOUND = declare("rolling6.stop-mtd-found", f"{_SEEN}: the level above the MTD is too toxic: stop", _SOURCE)
TOP = declare("rolling6.stop-at-highest", f"{_SEEN}: tolerated, and this is the highest level: stop", _SOURCE)
NONE = declare(
    "rolling6.stop-too-toxic",
    "two or more DLT at the lowest dose level ({tox_lowest} among {n_lowest}), so no level is tolerated: stop",
    _SOURCE,
)

MOST = 6
"""The most patients at a level."""

TABLE: tuple[tuple[int, tuple[int, int], tuple[int, int], str], ...] = (
    (1, (0, 1), (0, 1), "stay"),
    (2, (0, 1), (0, 2), "stay"),
    (2, (2, 2), (0, 0), "de-escalate"),
    (3, (0, 0), (0, 2), "stay"),
    (3, (0, 0), (3, 3), "escalate"),
    (3, (1, 1), (0, 2), "stay"),
    (3, (2, 3), (0, 1), "de-escalate"),
    (4, (0, 0), (0, 3), "stay"),
    (4, (0, 0), (4, 4), "escalate"),
    (4, (1, 1), (0, 3), "stay"),
    (4, (2, 4), (0, 2), "de-escalate"),
    (5, (0, 0), (0, 4), "stay"),
    (5, (0, 0), (5, 5), "escalate"),
    (5, (1, 1), (0, 4), "stay"),
    (5, (2, 5), (0, 3), "de-escalate"),
    (6, (0, 0), (0, 4), "suspend"),
    (6, (0, 0), (5, 6), "escalate"),
    (6, (1, 1), (0, 4), "suspend"),
    (6, (1, 1), (5, 5), "escalate"),
    (6, (2, 6), (0, 4), "de-escalate"),
)
"""Enrolled at the level, DLTs, complete without DLT (each from, to), and the decision for the next patient; whoever
is neither is pending.

Source: Skolnik, Barrett, Jayaraman, Patel, Adamson, J Clin Oncol 2008;26:190-195, table 1; checked against its
rendering in Frankel et al., JAMA Netw Open 2020;3:e204787, table 2.
"""

_WORDS = ("stay", "suspend", "escalate", "de-escalate")


def _lookup() -> Ints:
    """(7, 7, 7) by enrolled, DLTs and complete without DLT: which of the four decisions."""
    found = np.zeros((MOST + 1,) * 3, np.int64)
    for enrolled, dlt, clear, decision in TABLE:
        found[enrolled, dlt[0] : dlt[1] + 1, clear[0] : clear[1] + 1] = _WORDS.index(decision)
    return found


_DECISION = _lookup()


@dataclass(frozen=True, kw_only=True)
class RollingSix(TimedDesign):
    """Rolling six: the 3+3 rules, but up to six patients at a level at once, decided at each arrival by the table of
    enrolled, DLT, complete and pending (`TABLE`).

    Two DLTs or more: the level is above the MTD, and the next lower one is filled to six. The MTD is the highest
    level tolerated: no DLT among three or more, or at most one among six; with the level above too toxic it must
    have had six. With ``six_at_mtd`` the highest level of all must have had six too before it is the MTD (many
    protocols ask for this; the table itself does not).

    With every outcome known (``judge``) it decides on counts: ``cohort_size`` is how many patients are treated
    together between two decisions, as when patients come so slowly that all are complete by the next decision
    (1), in threes (3, which is the 3+3 design that de-escalates to six), or so fast that all six are in (6).

    Source: Skolnik, Barrett, Jayaraman, Patel, Adamson, J Clin Oncol 2008;26:190-195.
    """

    name = "rolling6"
    title = "Rolling six design"
    source = "Skolnik, Barrett, Jayaraman, Patel, Adamson, J Clin Oncol 2008;26:190-195"
    promises = frozenset({"monotone"})

    cohort_size: int = whole("patients treated together when all outcomes are awaited", 1, MOST, default=3)
    cohorts: int | None = whole(
        "most cohorts; unless given, as many as the rule asks for (six patients per dose level at most)",
        1,
        1_000,
        default=None,
    )
    target: float | None = probability(
        "DLT probability above which a level counts as toxic in the operating characteristics; the rule itself "
        "has no target",
        default=None,
    )
    six_at_mtd: bool = flag("the highest level, too, must have had six patients before it is the MTD")

    @property
    def max_n(self) -> int:
        return MOST * self.doses if self.cohorts is None else self.cohort_size * self.cohorts

    def exceeded(self, seen: Seen) -> Bools:
        """(S, K) levels above the MTD: two DLTs or more, and every level above such a one."""
        over: Bools = np.logical_or.accumulate(seen.tox >= 2, axis=1)
        return over

    def _rule(self, seen: Seen, pending: Ints) -> Rulings:
        """The table at the current level, with (S,) patients ``pending`` there; then what the other levels say."""
        dose = np.maximum(seen.dose, 1)
        n, tox = seen.here(seen.n), seen.here(seen.tox)
        exceeded = self.exceeded(seen)
        # More than six at a level (some received another level than assigned): read as six, pending ones kept.
        enrolled, hit = np.minimum(n, MOST), np.minimum(tox, MOST)
        said = _DECISION[enrolled, hit, np.clip(enrolled - hit - pending, 0, MOST)]
        over = seen.here(exceeded)
        top = dose == self.doses
        blocked = ~top & exceeded[np.arange(len(seen)), np.minimum(dose, self.doses - 1)]
        fine = said == _WORDS.index("escalate")
        below = np.where(exceeded.any(axis=1), exceeded.argmax(axis=1), dose)
        below_full = seen.n[np.arange(len(seen)), np.maximum(below, 1) - 1] >= MOST

        rule = np.full(len(seen), STAY)
        rule[said == _WORDS.index("suspend")] = SUSPEND
        rule[fine] = ESCALATE
        rule[fine & top] = TOP
        rule[fine & top & self.six_at_mtd & (n < MOST)] = CONFIRM
        rule[fine & blocked] = np.where((n < MOST)[fine & blocked], EXPAND, FOUND)
        rule[over] = np.where(below_full[over], FOUND, DOWN)
        rule[exceeded[:, 0]] = NONE

        stops = np.isin(rule, (FOUND, TOP, NONE))
        next_dose = np.where(rule == ESCALATE, dose + 1, np.where(rule == DOWN, below, dose))
        next_dose = np.where(stops, STOP, np.where(rule == SUSPEND, WAIT, next_dose))
        there = seen.n[np.arange(len(seen)), np.maximum(next_dose, 1) - 1]
        size = np.where(next_dose > STOP, np.minimum(self.cohort_size, np.maximum(MOST - there, 1)), 0)
        return Rulings(next_dose, size, rule, exceeded)

    def judge(self, seen: Seen) -> Rulings:
        return self._rule(seen, np.zeros(len(seen), np.int64))

    def judge_followed(self, followed: Followed) -> Rulings:
        seen = followed.counts()
        r = self._rule(seen, self._pending(followed, seen))
        return Rulings(r.dose, np.minimum(r.size, 1), r.rule, r.closed)

    def _pending(self, followed: Followed, seen: Seen) -> Ints:
        here: Ints = seen.here(followed.per_level(followed.pending)).astype(np.int64)
        return here

    def select(self, seen: Seen) -> Ints:
        enough = ((seen.n >= 3) & (seen.tox == 0)) | ((seen.n >= MOST) & (seen.tox <= 1))
        fine = enough & ~self.exceeded(seen)
        highest = self.doses - fine[:, ::-1].argmax(axis=1)
        chosen: Ints = np.where(fine.any(axis=1), highest, 0)
        return chosen

    def numbers(self, seen: Seen) -> dict[str, Any]:
        said = super().numbers(seen)
        return {
            **said,
            "clear": said["n"] - said["tox"],
            "pending": 0,
            "n_lowest": int(seen.n[0, 0]),
            "tox_lowest": int(seen.tox[0, 0]),
        }

    def numbers_followed(self, followed: Followed) -> dict[str, Any]:
        """The numbers behind the decision in one situation with pending patients: ``clear`` are complete without
        DLT, ``pending`` still in their window, both at the current level.
        """
        seen = followed.counts()
        said, pending = self.numbers(seen), int(self._pending(followed, seen)[0])
        return {**said, "clear": said["clear"] - pending, "pending": pending}
