"""3+3, in its three incompatible variants, each under its own name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from paratope.designs.base import STOP, BaseDesign, Rulings
from paratope.designs.fields import choice, probability, whole
from paratope.designs.reasons import declare
from paratope.designs.seen import Bools, Ints, Seen

_SEEN = "{tox} DLT among {n} at dose level {dose}"
_OVER = "{over_tox} DLT among {over_n} at dose level {over_level}"
FILL = declare("3+3.fill", f"{_SEEN}: the group of {{group}} is not complete, go on at this level")
EXPAND = declare("3+3.expand", f"{_SEEN}: one DLT among three, so treat three more at this level")
ESCALATE = declare("3+3.escalate", f"{_SEEN}: tolerated, so escalate to level {{next}}")
CONFIRM = declare(
    "3+3.six-at-mtd", f"{_SEEN}: the MTD must have six patients, so treat {{more}} more at this level"
)
DOWN = declare(
    "3+3.de-escalate",
    f"{_OVER}: two or more, so this level is above the MTD; level {{next}} is expanded to six",
)
DOWN_FILL = declare(
    "3+3.fill-below",
    f"{_OVER}: two or more, so this level is above the MTD; level {{next}} has had fewer than three patients and is "
    "filled to three",
)
ABOVE = declare("3+3.stop-above-mtd", f"{_OVER}: two or more, so this level is above the MTD: stop")
NONE = declare(
    "3+3.stop-too-toxic",
    f"{_OVER}: two or more at the lowest dose level, so no level is tolerated: stop",
)
TOP = declare("3+3.stop-at-highest", f"{_SEEN}: tolerated, and there is no higher level to try: stop")
FOUND = declare("3+3.stop-mtd-found", f"{_SEEN}: tolerated, and the level above is too toxic: stop")

VARIANTS = ("no-deescalation", "deescalate-to-six", "six-at-mtd")


@dataclass(frozen=True, kw_only=True)
class ThreePlusThree(BaseDesign):
    """3+3: three patients; none with DLT, escalate; one, three more; two or more, the level is above the MTD.

    ``no-deescalation``: stop at the first level above the MTD; the level below is the MTD, with three or six
    patients. ``deescalate-to-six``: then go down and expand the level below to six; the MTD is the highest
    level with at most one DLT among six (the highest of all levels needs only three without DLT).
    ``six-at-mtd``: as before, and the highest level too must have six.

    The three give different answers and different sample sizes, so there is no default variant.

    Source: Storer, Biometrics 1989;45:925-937 (design A); Korn et al., Stat Med 1994;13:1799-1806 (going down
    to six); six at the MTD as in R precautionary 0.2.6 (Norris).
    """

    name = "3+3"
    title = "3+3 design"
    source = "Storer, Biometrics 1989;45:925-937; Korn et al., Stat Med 1994;13:1799-1806"

    variant: str = choice("which of the three 3+3 designs", VARIANTS)
    cohort_size: int = whole("patients per cohort: three", 3, 3, default=3)
    cohorts: int | None = whole(
        "most cohorts; unless given, as many as the rule asks for (two per dose level at most)",
        1,
        1_000,
        default=None,
    )
    target: float | None = probability(
        "DLT probability above which a level counts as toxic in the operating characteristics; the rule itself "
        "has no target",
        default=None,
    )

    @property
    def promises(self) -> frozenset[str]:  # type: ignore[override]
        """Monotone always; in selection unless a maximum of cohorts may end the study before the rule does (then
        toxicity at a level costs patients that would have shown the level above to be tolerated)."""
        cut = self.max_n < 6 * self.doses
        return frozenset({"monotone"} if cut else {"monotone", "selection-monotone"})

    @property
    def max_n(self) -> int:
        return 6 * self.doses if self.cohorts is None else 3 * self.cohorts

    def exceeded(self, seen: Seen) -> Bools:
        """(S, K) levels above the MTD: two DLTs or more, and every level above such a one."""
        over: Bools = np.logical_or.accumulate(seen.tox >= 2, axis=1)
        return over

    def tolerated(self, seen: Seen) -> Bools:
        """(S, K) levels at which escalation was allowed: 0 of 3, or at most 1 of 6, and not exceeded."""
        enough = ((seen.n >= 3) & (seen.tox == 0)) | ((seen.n >= 6) & (seen.tox <= 1))
        fine: Bools = enough & ~self.exceeded(seen)
        return fine

    def judge(self, seen: Seen) -> Rulings:
        dose = np.maximum(seen.dose, 1)
        levels = np.arange(1, self.doses + 1)
        exceeded, tolerated = self.exceeded(seen), self.tolerated(seen)
        n, tox = (seen.here(c) for c in (seen.n, seen.tox))
        over, fine = seen.here(exceeded), seen.here(tolerated)
        # Reports may hold what the rule would never do (a level left out, a level above the MTD given again), so
        # up is the first level above that still needs patients, and down the level below the first one exceeded.
        complete = tolerated & (seen.n >= 6)
        wanting = (levels > dose[:, None]) & ~complete
        up = np.where(wanting.any(axis=1), wanting.argmax(axis=1) + 1, 0)
        down = np.where(exceeded.any(axis=1), exceeded.argmax(axis=1), self.doses)
        blocked = up > down
        n_down = np.where(down > 0, _of(seen.n, down), 6)
        # Single patients of a titration leave a level below with too few to be the MTD: it is filled to three.
        short = (n_down > 0) & (n_down < 3)
        goes_down = short if self.variant == "no-deescalation" else n_down < 6
        six_wanted = (self.variant == "six-at-mtd") | ((self.variant == "deescalate-to-six") & blocked)

        rule = np.full(len(seen), FILL)
        rule[(n == 3) & (tox == 1)] = EXPAND
        rule[fine] = ESCALATE
        rule[fine & (up == 0)] = TOP
        rule[fine & blocked] = FOUND
        rule[fine & ((up == 0) | blocked) & six_wanted & (n < 6)] = CONFIRM
        rule[over] = ABOVE
        rule[over & goes_down] = DOWN if self.variant != "no-deescalation" else DOWN_FILL
        rule[exceeded[:, 0]] = NONE

        stops = (rule == TOP) | (rule == FOUND) | (rule == ABOVE) | (rule == NONE)
        next_dose = np.where(rule == ESCALATE, up, np.where((rule == DOWN) | (rule == DOWN_FILL), down, dose))
        next_dose = np.where(stops, STOP, next_dose)
        there = _of(seen.n, next_dose)
        size = np.where(stops, 0, np.where(there < 3, 3 - there, 6 - there))
        return Rulings(next_dose, size, rule, exceeded)

    def select(self, seen: Seen) -> Ints:
        fine = self.tolerated(seen)
        highest = self.doses - fine[:, ::-1].argmax(axis=1)
        chosen: Ints = np.where(fine.any(axis=1), highest, 0)
        return chosen

    def numbers(self, seen: Seen) -> dict[str, Any]:
        said = super().numbers(seen)
        over = np.flatnonzero(seen.tox[0] >= 2)
        level = int(over[0]) + 1 if len(over) else None
        return {
            **said,
            "group": 3 if said["n"] < 3 else 6,
            "more": max(6 - said["n"], 0),
            "variant": self.variant,
            "over_level": level,
            "over_n": None if level is None else int(seen.n[0, level - 1]),
            "over_tox": None if level is None else int(seen.tox[0, level - 1]),
        }


def _of(values: Ints, level: Ints) -> Ints:
    """Of (S, K) ``values``, those of each situation's ``level`` (S,) (level 1 where it is 0)."""
    found: Ints = values[np.arange(len(level)), np.maximum(level, 1) - 1]
    return found
