"""TITE-BOIN: BOIN that decides while patients are still in their DLT window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from paratope.designs.base import STOP, Rulings
from paratope.designs.fields import probability
from paratope.designs.interval.base import (
    CLOSED,
    DOWN,
    ENOUGH,
    ENOUGH_ANY,
    ESCALATE,
    SHUT,
    TOP,
    UP,
)
from paratope.designs.interval.base import STAY as STAY_KNOWN
from paratope.designs.interval.boin import Boin
from paratope.designs.reasons import declare
from paratope.designs.seen import Bools, Floats, Ints, Seen
from paratope.designs.timed.followed import WAIT, Followed, TimedDesign

_SOURCE = "Yuan et al., Clin Cancer Res 2018;24:4921-4930"
_OPEN = "{tox} DLT among {n} at dose level {dose}, {pending} of them pending"
_TIME = _OPEN + " with {stft:.2f} windows of follow-up in all"
SUSPEND = declare(
    "tite-boin.suspend",
    f"{_OPEN}, more than {{most_pending:.0%}}: suspend accrual until more outcomes are known",
    _SOURCE,
)
RISE = declare(
    "tite-boin.escalate",
    f"{_TIME}, at least the {{escalate_from:.2f}} asked for: escalate to level {{next}}",
    _SOURCE,
)
RISE_TOP = declare(
    "tite-boin.stay-at-highest",
    f"{_TIME}, at least the {{escalate_from:.2f}} asked for, would escalate, but this is the highest level: stay",
    _SOURCE,
)
RISE_CLOSED = declare(
    "tite-boin.stay-below-closed",
    f"{_TIME}, at least the {{escalate_from:.2f}} asked for, would escalate, but the level above is closed as too "
    "toxic: stay",
    _SOURCE,
)
STAY = declare(
    "tite-boin.stay", f"{_OPEN}: whatever the follow-up of the pending ones, the decision is to stay", _SOURCE
)
STAY_LESS = declare(
    "tite-boin.stay-too-little-follow-up",
    f"{_TIME}, less than the {{escalate_from:.2f}} asked for to escalate: stay",
    _SOURCE,
)
STAY_MORE = declare(
    "tite-boin.stay-enough-follow-up",
    f"{_TIME}, more than the {{deescalate_upto:.2f}} up to which one de-escalates: stay",
    _SOURCE,
)
FALL = declare(
    "tite-boin.de-escalate",
    f"{_TIME}, at most {{deescalate_upto:.2f}}: de-escalate to level {{next}}",
    _SOURCE,
)
FALL_LOWEST = declare(
    "tite-boin.stay-at-lowest",
    f"{_TIME}, at most {{deescalate_upto:.2f}}, would de-escalate, but this is the lowest level: stay",
    _SOURCE,
)

ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class TimedBoundary:
    """What to do after ``n`` patients at a level, ``tox`` of them with DLT and ``pending`` (first, last) pending.

    ``decision``: ``escalate``, ``stay``, ``de-escalate``, ``de-escalate and eliminate`` or ``suspend accrual``;
    ``escalate or stay`` and the like where follow-up decides. ``escalate_from``: escalate when the standardised
    total follow-up time (STFT, in windows) is at least this; ``deescalate_upto``: de-escalate when it is at most
    this; None where follow-up does not decide.
    """

    n: int
    tox: int
    pending: tuple[int, int]
    decision: str
    escalate_from: float | None = None
    deescalate_upto: float | None = None


@dataclass(frozen=True, kw_only=True)
class TiteBoin(Boin, TimedDesign):
    """TITE-BOIN: pending patients count as the DLTs that are to be expected of them, then BOIN's limits decide.

    Of ``n`` patients at the current level ``s`` had DLT and ``c`` are pending, with a standardised total
    follow-up time (STFT) of the pending ones in windows. The DLTs expected in the end are
    ``s + odds x (c - STFT)``, the odds being those of ``p = (s + target / 2) / (n - c + 1)``, the posterior mean
    under a Beta(target / 2, 1 - target / 2) prior on those no longer pending. Escalate when they are at most
    ``n lambda_e``, de-escalate when at least ``n lambda_d``; as thresholds on the STFT, what is printed in a
    protocol. A level whose observed rate ``s / n`` is below the target is never left downwards on account of
    pending patients (the published table's row of 6 patients, 1 DLT). Accrual is suspended when more than half of
    the patients at the level are pending, unless the DLTs already seen ask to de-escalate. Levels are closed on the
    DLTs seen, as in BOIN.

    With nobody pending it is BOIN (``judge``).

    Source: Yuan, Lin, Li, Nie, Warren, Clin Cancer Res 2018;24:4921-4930; its decision table for a target of 0.20
    as printed in PMC9260438, table 1.
    """

    name = "tite-boin"
    title = "Time-to-event Bayesian optimal interval design (TITE-BOIN)"
    source = "Yuan, Lin, Li, Nie, Warren, Clin Cancer Res 2018;24:4921-4930"

    most_pending: float = probability(
        "suspend accrual when more than this part of the patients at the level is pending", default=0.5
    )

    def thresholds(self, n: Ints, tox: Ints, pending: Ints) -> tuple[Floats, Floats]:
        """(S,) the least STFT to escalate (inf: never) and the greatest to de-escalate (-inf: never).

        For ``n`` patients at a level of whom ``tox`` had DLT and ``pending`` are pending, all (S,). Without
        pending patients the STFT is 0, and the thresholds are 0 or infinite as BOIN's boundaries say.
        """
        low, high = self.limits
        p = (tox + self.target / 2) / (n - pending + 1)
        odds = p / (1 - p)
        least = pending - (n * low - tox) / odds
        most = pending - (n * high - tox) / odds
        reached = tox >= self._at(DOWN, n)
        below_target = tox < n * self.target - ROUNDING
        open_ = pending > 0
        never = np.inf
        rise = np.where(open_, least, np.where(tox <= self._at(UP, n), 0.0, never))
        fall = np.where(open_, np.where(below_target, -never, most), -never)
        return np.where(reached, never, rise), np.where(reached, never, fall)

    def _here(self, followed: Followed) -> tuple[Seen, Ints, Floats]:
        """The counts, and at the current level the (S,) patients pending and their STFT."""
        seen = followed.counts()
        pending = followed.pending
        c = seen.here(followed.per_level(pending)).astype(np.int64)
        stft = seen.here(followed.per_level(np.where(pending, followed.weight, 0.0)))
        return seen, c, stft

    def _suspended(self, seen: Seen, pending: Ints) -> Bools:
        n, tox = seen.here(seen.n), seen.here(seen.tox)
        falls = tox >= self._at(DOWN, n)
        many: Bools = (pending > self.most_pending * n + ROUNDING) & ~falls
        return many

    def judge_followed(self, followed: Followed) -> Rulings:
        seen, pending, stft = self._here(followed)
        known = self.judge(seen)
        n, tox = seen.here(seen.n), seen.here(seen.tox)
        dose = np.maximum(seen.dose, 1)
        least, most = self.thresholds(n, tox, pending)
        rising, falling = stft >= least - ROUNDING, stft <= most + ROUNDING

        highest = dose == self.doses
        closed_above = ~highest & known.closed[np.arange(len(seen)), np.minimum(dose, self.doses - 1)]
        rule = np.full(len(seen), STAY)
        rule[least < pending] = STAY_LESS
        rule[most >= 0] = STAY_MORE
        rule[rising] = RISE
        rule[rising & highest] = RISE_TOP
        rule[rising & closed_above] = RISE_CLOSED
        rule[falling] = FALL
        rule[falling & (dose == 1)] = FALL_LOWEST
        next_dose = dose + np.where(rule == RISE, 1, np.where(rule == FALL, -1, 0))
        if self.early_stop_n is not None:
            enough = n >= self.early_stop_n
            if self.early_stop_rule == "with-stay":
                enough &= next_dose == dose
            rule[enough] = ENOUGH if self.early_stop_rule == "with-stay" else ENOUGH_ANY
            next_dose = np.where(enough, STOP, next_dose)
        waits = self._suspended(seen, pending)
        rule[waits] = SUSPEND
        next_dose = np.where(waits, WAIT, next_dose)

        # Without pending patients, and wherever the DLTs seen decide alone, BOIN has the word.
        alone = np.isin(known.rule, (ESCALATE, TOP, CLOSED, STAY_KNOWN, ENOUGH, ENOUGH_ANY))
        decided = (pending == 0) | ~alone | (tox >= self._at(DOWN, n))
        next_dose = np.where(decided, known.dose, next_dose)
        size = np.where(next_dose > STOP, self.cohort_size, 0)
        return Rulings(next_dose, size, np.where(decided, known.rule, rule), known.closed)

    def numbers_followed(self, followed: Followed) -> dict[str, Any]:
        """The numbers behind the decision in one situation with pending patients.

        Beside those of `numbers`: ``pending`` at the current level, their ``stft`` in windows, and the thresholds
        ``escalate_from`` and ``deescalate_upto`` on it (None where no follow-up would lead there).
        """
        seen, pending, stft = self._here(followed)
        low, high = self.thresholds(seen.here(seen.n), seen.here(seen.tox), pending)
        least, most = float(low[0]), float(high[0])
        return {
            **self.numbers(seen),
            "pending": int(pending[0]),
            "stft": float(stft[0]),
            "escalate_from": max(least, 0.0) if least < max(int(pending[0]), ROUNDING) else None,
            "deescalate_upto": most if 0 <= most < np.inf else None,
            "most_pending": self.most_pending,
        }

    def timed_table(self, upto: int | None = None) -> tuple[TimedBoundary, ...]:
        """What goes into a protocol: every n (multiples of the cohort size, to ``upto`` or the most patients), DLTs
        and pending patients with its decision, or the STFT that decides. Neighbouring counts of pending patients
        with the same decision are one row, as in Yuan et al. 2018, table 1.
        """
        rows: list[TimedBoundary] = []
        for n in range(self.cohort_size, (upto or self.max_n) + 1, self.cohort_size):
            for tox in range(n + 1):
                cells = [self._cell(n, tox, c) for c in range(n - tox + 1)]
                rows += _merged(n, tox, cells)
        return tuple(rows)

    def _cell(self, n: int, tox: int, pending: int) -> TimedBoundary:
        one = [np.array([v], np.int64) for v in (n, tox, pending)]
        here = Seen(np.stack(one[:2], axis=1)[:, None, :], np.ones(1, np.int64), np.zeros((1, 2), np.int64))
        span = (pending, pending)
        if tox >= self._at(SHUT, one[0])[0]:
            return TimedBoundary(n, tox, span, "de-escalate and eliminate")
        if tox >= self._at(DOWN, one[0])[0]:
            return TimedBoundary(n, tox, span, "de-escalate")
        if self._suspended(here, one[2])[0]:
            return TimedBoundary(n, tox, span, "suspend accrual")
        low, high = (float(v[0]) for v in self.thresholds(*one))
        always_up, never_up = low <= ROUNDING, low >= max(pending, ROUNDING)
        always_down, never_down = high >= pending > 0, high < -ROUNDING
        words = ["escalate"] * (not never_up)
        words += ["stay"] * (not (always_up or always_down))
        words += ["de-escalate"] * (not never_down)
        return TimedBoundary(
            n,
            tox,
            span,
            " or ".join(words),
            None if always_up or never_up else low,
            None if always_down or never_down else high,
        )


def _merged(n: int, tox: int, cells: list[TimedBoundary]) -> list[TimedBoundary]:
    rows: list[TimedBoundary] = []
    for cell in cells:
        plain = cell.escalate_from is None and cell.deescalate_upto is None
        if plain and rows and rows[-1].decision == cell.decision and rows[-1].escalate_from is None:
            rows[-1] = TimedBoundary(n, tox, (rows[-1].pending[0], cell.pending[1]), cell.decision)
        else:
            rows.append(cell)
    return rows
