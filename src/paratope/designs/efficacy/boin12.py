"""BOIN12: BOIN's toxicity boundaries, and among the levels they allow the one with the most desirable outcomes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.special import betainc

from paratope.designs.base import STOP, BaseDesign, Rulings
from paratope.designs.efficacy.levels import listed, open_above, open_below
from paratope.designs.fields import flag, number, probability, whole
from paratope.designs.interval.boin import boin_limits
from paratope.designs.isotonic import nearest, rates
from paratope.designs.problems import Problem
from paratope.designs.reasons import declare
from paratope.designs.seen import Bools, Floats, Ints, Seen
from paratope.designs.tails import above

PAPER = "Lin, Zhou, Yan, Li, Yuan, JCO Precis Oncol 2020;4:1393-1402"
DIGITS = 12
"""Desirabilities that agree to so many digits are equal: the sums behind them differ by rounding only."""

_SEEN = "{tox} DLT and {eff} responses among {n} at dose level {dose}"
_BEST = "level {next} has the highest desirability score of the levels {around} ({scores})"
DOWN = declare(
    "boin12.de-escalate",
    f"{_SEEN}: the DLT rate {{rate:.3f}} is at least {{lambda_d:.4f}}, so de-escalate to level {{next}}",
    f"{PAPER}, table 2",
)
LOWEST = declare(
    "boin12.stay-at-lowest",
    f"{_SEEN}: the DLT rate {{rate:.3f}} is at least {{lambda_d:.4f}}, but no lower level is open, so stay",
    f"{PAPER}, table 2",
)
BEST = declare("boin12.most-desirable", f"{_SEEN}: {_BEST}", f"{PAPER}, table 2")
BEST_NOT_ABOVE = declare(
    "boin12.most-desirable-not-above",
    f"{_SEEN}: the DLT rate {{rate:.3f}} is above {{lambda_e:.4f}} with at least {{n_star}} patients, so no level "
    f"above is considered; {_BEST}",
    f"{PAPER}, table 2",
)
EXPLORE = declare(
    "boin12.explore",
    f"{_SEEN}: at least {{explore_n}} patients, a DLT rate below {{lambda_d:.4f}}, and level {{next}} has never "
    "been given: explore it",
    f"{PAPER}, data supplement",
)
TOO_TOXIC = declare(
    "boin12.close-too-toxic",
    f"{_SEEN}: Pr(DLT probability > {{target:g}}) = {{toxic:.4f}}, at least {{c_t:g}}: this level and all above "
    "are closed for good; go to level {next}",
    f"{PAPER}, admissibility",
)
FUTILE = declare(
    "boin12.close-futile",
    f"{_SEEN}: Pr(response probability < {{min_eff:g}}) = {{futile:.4f}}, at least {{c_e:g}}: this level is closed "
    "for good; go to level {next}",
    f"{PAPER}, admissibility",
)
ALL_TOXIC = declare(
    "boin12.stop-too-toxic",
    "the lowest dose level is too toxic ({tox_lowest} DLT among {n_lowest}): stop, no level is selected",
    f"{PAPER}, admissibility",
)
NONE_LEFT = declare(
    "boin12.stop-no-level",
    f"{_SEEN}: no level that may be given now is both safe and active enough (levels open to it: {{open}}): stop",
    f"{PAPER}, admissibility",
)
ENOUGH = declare(
    "boin12.stop-n-at-dose", f"{_SEEN}, at least the {{early_stop_n}} patients asked for at one level: stop"
)


@dataclass(frozen=True, slots=True)
class Score:
    """One row of the desirability table: what goes into a protocol.

    ``n``, ``tox``, ``eff``, ``both``: patients at a level, with DLT, with response, with both (None where the
    utilities make it irrelevant). ``desirability``: Pr(mean utility > the benchmark). ``rank``: its place among
    the rows not closed, 1 the least desirable, equal ones sharing the mean of their places; None where the level
    is closed. ``closed``: ``too toxic``, ``futile`` or None.
    """

    n: int
    tox: int
    eff: int
    both: int | None
    desirability: float
    rank: float | None
    closed: str | None


class _Columns:
    """What a design counts: patients with both outcomes too, where its utilities need them."""

    def __get__(self, design: Boin12 | None, owner: type[Boin12]) -> tuple[str, ...]:
        joint = design is not None and not design.additive
        return ("n", "tox", "eff", "both") if joint else ("n", "tox", "eff")


@dataclass(frozen=True, kw_only=True)
class Boin12(BaseDesign):
    """BOIN12: go down when BOIN's boundary says so; otherwise to the neighbouring level, or the current one, whose
    mean utility is likeliest to exceed a benchmark.

    A patient is worth 100 with response and no DLT, ``u2`` with neither, ``u3`` with both, 0 with DLT only. The
    utilities of a level's patients count as binomial events (quasi-binomial, uniform prior). At the boundary
    lambda_d or above: next open level down. Between lambda_e and lambda_d with ``n_star`` patients or more: the
    current level or the one below. Else: those and the one above. With ``explore`` the level above, if never
    given, comes first once the current one has had ``explore_n`` patients and its rate is below lambda_d. A level
    never given has its prior desirability. Equal desirabilities: the highest level, as the authors' web program
    mostly does (the paper does not say).

    Levels are closed for good, with those above when too toxic, alone when futile. At the end: the highest
    posterior mean utility among the open levels given, up to the MTD (isotonic DLT rate nearest the target).

    ``early_stop_n`` stops as soon as the *current* level has had so many patients (the authors' web program).
    The modifier ``enough-at-dose`` looks at the level for the next cohort instead and stops later.

    With u2 + u3 = 100 the patients with both outcomes need not be counted, which keeps exact operating
    characteristics smaller. Even so they grow fast: 5 levels and cohorts of 3 have 3,887 distinct ends after 4
    cohorts, 116,286 after 6 and 562,948 after 7 (``early_stop_n`` 12, no ``explore``); larger studies must be
    simulated.

    Source: Lin, Zhou, Yan, Li, Yuan, JCO Precis Oncol 2020;4:1393-1402, table 2 (decisions), table 3 (scores) and data
    supplement (exploration; optimal biological dose, section 4). Boundaries: Liu & Yuan, J R Stat Soc C
    2015;64:507-523.
    """

    name = "boin12"
    title = "Bayesian optimal interval phase I/II design (BOIN12)"
    source = PAPER
    columns = _Columns()

    target: float = probability("highest acceptable DLT probability (phi_T)", default=0.35)
    min_eff: float = probability("lowest acceptable response probability (phi_E)", default=0.25)
    u2: float = number("utility of neither response nor DLT, 0 to 100", 0, 100, default=40.0)
    u3: float = number("utility of both response and DLT, 0 to 100", 0, 100, default=60.0)
    n_star: int = whole(
        "patients at a level from which an intermediate DLT rate forbids going up (N*)", 1, 1_000, default=6
    )
    c_t: float = probability(
        "close a level, and those above, when Pr(DLT probability > target) reaches this", default=0.95
    )
    c_e: float = probability(
        "close a level when Pr(response probability < min_eff) reaches this", default=0.90
    )
    explore: bool = flag(
        "explore the level above once explore_n patients had the current one (data supplement; the authors' web "
        "program, which is followed, does not)",
        default=False,
    )
    explore_n: int = whole(
        "patients at a level from which the level above, if never given, is explored", 1, 1_000, default=9
    )
    early_stop_n: int | None = whole(
        "stop when this many patients were treated at the current level", 1, 1_000, default=None
    )

    @property
    def additive(self) -> bool:
        """Whether response and DLT count for themselves, so that patients with both need not be told apart."""
        return self.u2 + self.u3 == 100

    @cached_property
    def limits(self) -> tuple[float, float]:
        """lambda_e and lambda_d, with 0.6 and 1.4 times the target as the margins."""
        return boin_limits(self.target, 0.6 * self.target, 1.4 * self.target)

    @property
    def benchmark(self) -> float:
        """u_b, halfway between 100 and the utility of a level just barely acceptable (response and DLT independent).

        Source: Lin et al., JCO Precis Oncol 2020;4:1393-1402.
        """
        t, e = self.target, self.min_eff
        barely = 100 * e * (1 - t) + self.u2 * (1 - e) * (1 - t) + self.u3 * e * t
        return barely + (100 - barely) / 2

    def events(self, seen: Seen) -> Floats:
        """(S, K) the patients' utilities in units of 100: the quasi-binomial events x_d."""
        worth = (100 - self.u2) * seen.eff + self.u2 * (seen.n - seen.tox)
        if not self.additive:
            worth = worth + (self.u2 + self.u3 - 100) * seen.both
        return np.asarray(worth / 100, dtype=np.float64)

    def desirability(self, seen: Seen) -> Floats:
        """(S, K) Pr(mean utility > benchmark) under Beta(1 + x, 1 + n - x)."""
        x = self.events(seen)
        over = 1.0 - betainc(1 + x, 1 + seen.n - x, self.benchmark / 100)
        return np.asarray(np.round(over, DIGITS))

    def toxic(self, seen: Seen) -> Bools:
        """(S, K) levels closed as too toxic: one that is, and all above."""
        over = (seen.n > 0) & (above(self.target, seen.n, seen.tox) >= self.c_t)
        shut: Bools = np.logical_or.accumulate(over, axis=1)
        return shut

    def futile(self, seen: Seen) -> Bools:
        """(S, K) levels closed as not active enough."""
        low: Bools = (seen.n > 0) & (1 - above(self.min_eff, seen.n, seen.eff) >= self.c_e)
        return low

    def judge(self, seen: Seen) -> Rulings:
        rows = np.arange(len(seen))
        toxic = self.toxic(seen)
        closed = toxic | self.futile(seen)
        open_ = ~closed
        dose = np.maximum(seen.dose, 1)
        n, tox = seen.here(seen.n), seen.here(seen.tox)
        rate = tox / np.maximum(n, 1)
        low, high = self.limits
        lower, upper = open_below(dose, open_), open_above(dose, open_)
        here_open = seen.here(open_)

        may_rise = (rate <= low) | (n < self.n_star)
        candidates = np.zeros_like(closed)
        for level, allowed in ((lower, lower > 0), (dose, here_open), (upper, (upper > 0) & may_rise)):
            candidates[rows[allowed], level[allowed] - 1] = True
        score = np.where(candidates, self.desirability(seen), -1.0)
        best = self.doses - score[:, ::-1].argmax(axis=1)
        next_dose = np.where(candidates.any(axis=1), best, STOP)
        rule = np.where(may_rise, BEST, BEST_NOT_ABOVE)

        falling = (rate >= high - 1e-12) | seen.here(toxic)
        staying = falling & (lower == 0) & here_open
        next_dose = np.where(falling, np.where(staying, dose, lower), next_dose)
        rule = np.where(falling, np.where(staying, LOWEST, DOWN), rule)
        if self.explore:
            new = (upper > 0) & (seen.n[rows, np.maximum(upper, 1) - 1] == 0)
            exploring = new & ~falling & (n >= self.explore_n)
            next_dose, rule = np.where(exploring, upper, next_dose), np.where(exploring, EXPLORE, rule)
        rule = np.where(here_open, rule, np.where(seen.here(toxic), TOO_TOXIC, FUTILE))
        rule = np.where(next_dose == STOP, NONE_LEFT, rule)
        if self.early_stop_n is not None:
            enough = n >= self.early_stop_n
            next_dose, rule = np.where(enough, STOP, next_dose), np.where(enough, ENOUGH, rule)
        next_dose = np.where(toxic[:, 0], STOP, next_dose)
        rule = np.where(toxic[:, 0], ALL_TOXIC, rule)
        return Rulings(next_dose, np.where(next_dose == STOP, 0, self.cohort_size), rule, closed)

    def utility(self, seen: Seen) -> Floats:
        """(S, K) posterior mean utility, 0 to 100: 100 (1 + x) / (2 + n)."""
        mean = 100 * (1 + self.events(seen)) / (2 + seen.n)
        return np.asarray(np.round(mean, DIGITS - 2))

    def select(self, seen: Seen) -> Ints:
        given = seen.n > 0
        mtd = nearest(rates(seen.n, seen.tox, given), self.target, given)
        levels = np.arange(1, self.doses + 1)
        fine = given & ~self.toxic(seen) & ~self.futile(seen) & (levels <= mtd[:, None])
        best = np.where(fine, self.utility(seen), -1.0).argmax(axis=1) + 1
        chosen: Ints = np.where(fine.any(axis=1), best, 0)
        return chosen

    def table(self, sizes: Sequence[int] | None = None) -> tuple[Score, ...]:
        """The rank-based desirability scores: every outcome at a level with so many patients.

        ``sizes``: 0 and each multiple of the cohort size up to the most patients a level can have, unless given.
        Ranks hold within one table, as they depend on its rows.
        """
        if sizes is None:
            most = self.max_n if self.early_stop_n is None else min(self.max_n, self.early_stop_n)
            sizes = range(0, min(self.max_n, most + self.cohort_size - 1) + 1, self.cohort_size)
        counts = [row for n in sizes for row in self._outcomes(n)]
        all_ = np.array(counts, np.int64)[:, None, : len(self.columns)]
        seen = Seen(all_, np.ones(len(all_), np.int64), np.zeros_like(all_[:, 0]))
        score = self.desirability(seen)[:, 0]
        toxic, futile = self.toxic(seen)[:, 0], self.futile(seen)[:, 0]
        rank = np.full(len(score), np.nan)
        fine = ~(toxic | futile)
        _, which, same = np.unique(score[fine], return_inverse=True, return_counts=True)
        rank[fine] = (np.cumsum(same) - (same - 1) / 2)[which]
        return tuple(
            Score(
                *row[:3],
                None if self.additive else row[3],
                float(s),
                None if np.isnan(r) else float(r),
                "too toxic" if t else "futile" if f else None,
            )
            for row, s, r, t, f in zip(counts, score, rank, toxic, futile, strict=True)
        )

    def _outcomes(self, n: int) -> Iterator[tuple[int, int, int, int]]:
        for tox in range(n + 1):
            for eff in range(n + 1):
                joint = [0] if self.additive else range(max(0, tox + eff - n), min(tox, eff) + 1)
                yield from ((n, tox, eff, both) for both in joint)

    def inconsistencies(self) -> Iterator[Problem]:
        yield from super().inconsistencies()
        if 1.4 * self.target >= 1:
            yield Problem(
                "$.target", f"1.4 x target is {1.4 * self.target:g}, no probability: give a lower one"
            )

    def numbers(self, seen: Seen) -> dict[str, Any]:
        said = super().numbers(seen)
        at = max(said["dose"], 1) - 1
        scores = self.desirability(seen)[0]
        open_ = ~(self.toxic(seen) | self.futile(seen))
        low, high = self.limits
        near = {at + 1, int(open_below(seen.dose, open_)[0])}
        if said["n"] < self.n_star or said["rate"] <= low:
            near.add(int(open_above(seen.dose, open_)[0]))
        around = np.array([k for k in sorted(near) if k and open_[0, k - 1]], np.int64)
        return {
            **said,
            "eff": int(seen.eff[0, at]),
            "target": self.target,
            "min_eff": self.min_eff,
            "lambda_e": low,
            "lambda_d": high,
            "n_star": self.n_star,
            "explore_n": self.explore_n,
            "early_stop_n": self.early_stop_n,
            "benchmark": self.benchmark,
            "desirability": [float(s) for s in scores],
            "utility": [float(u) for u in self.utility(seen)[0]],
            "around": listed(around),
            "scores": ", ".join(f"level {k}: {scores[k - 1]:.4f}" for k in around),
            "open": listed(np.flatnonzero(open_[0]) + 1),
            "toxic": float(above(self.target, said["n"], said["tox"])),
            "futile": float(1 - above(self.min_eff, said["n"], seen.eff[0, at])),
            "c_t": self.c_t,
            "c_e": self.c_e,
            "n_lowest": int(seen.n[0, 0]),
            "tox_lowest": int(seen.tox[0, 0]),
        }
