"""EffTox: a model of response and DLT together, and the dose with the best trade-off between the two."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from paratope.designs.base import STOP, BaseDesign, Rulings
from paratope.designs.efficacy.bivariate import Cells, Fit, Model, Tradeoff, posterior, solve_power
from paratope.designs.efficacy.levels import listed
from paratope.designs.fields import flag, number, numbers, probability
from paratope.designs.problems import Problem
from paratope.designs.reasons import declare
from paratope.designs.seen import Bools, Floats, Ints, Seen

PAPER = "Thall & Cook, Biometrics 2004;60:684-693"
EXAMPLE = "Thall, Herrick, Nguyen, Venier, Norris, Clin Trials 2014;11:657-666"

_SEEN = "{tox} DLT and {eff} responses among {n} at dose level {dose}"
_BEST = "level {next} has the best desirability of the acceptable levels in reach ({scores})"
BEST = declare("efftox.most-desirable", f"{_SEEN}: {_BEST}", PAPER)
NO_SKIP = declare(
    "efftox.most-desirable-in-reach",
    f"{_SEEN}: level {{wanted}} would be more desirable, but no level may be skipped that was never given; {_BEST}",
    PAPER,
)
NONE = declare(
    "efftox.stop-none-acceptable",
    f"{_SEEN}: no level in reach ({{reach}}) is acceptable, that is Pr(response probability > {{min_eff:g}}) > "
    "{p_e:g} and Pr(DLT probability < {target:g}) > {p_t:g}: stop, no level is selected",
    PAPER,
)


@dataclass(frozen=True, kw_only=True)
class EffTox(BaseDesign):
    """EffTox: of the acceptable levels, the one whose probabilities of response and DLT trade off best.

    Model, on the coded dose x = log amount - mean log amount: logit Pr(DLT) = mu_T + beta_T x; logit Pr(response) =
    mu_E + beta_E1 x + beta_E2 x^2; association psi; independent normal priors. A level is acceptable when
    Pr(response probability > ``min_eff``) > ``p_e`` and Pr(DLT probability < ``target``) > ``p_t``. The
    desirability of a level is that of its posterior mean probabilities. No level never given may be skipped, up or
    down. With ``untried_on_safety`` the lowest level above the start that was never given need only be safe.

    The study stops when no level in reach is acceptable. At the end the most desirable acceptable level is selected
    among those given: a level that nobody received is not.

    Levels are never closed for good: what is not acceptable now may be acceptable after more patients.

    Source: Thall & Cook, Biometrics 2004;60:684-693, sections 2 (model) and 3 (desirability, acceptability);
    priors by effective sample size and the example: Thall, Herrick, Nguyen, Venier, Norris, Clin Trials
    2014;11:657-666. Posterior by deterministic integration (`bivariate.posterior`).
    """

    name = "efftox"
    title = "Efficacy-toxicity trade-off design (EffTox)"
    source = f"{PAPER}; {EXAMPLE}"
    columns = ("n", "tox", "eff", "both")

    amounts: tuple[float, ...] = numbers(
        "the amount given at each dose level, in any one unit", 0.0, math.inf, open=True, rising=True
    )
    tox_mean: tuple[float, ...] = numbers("prior means of mu_T, beta_T", -100, 100)
    tox_sd: tuple[float, ...] = numbers("prior standard deviations of mu_T, beta_T", 0.0, 20, open=True)
    eff_mean: tuple[float, ...] = numbers("prior means of mu_E, beta_E1, beta_E2", -100, 100)
    eff_sd: tuple[float, ...] = numbers(
        "prior standard deviations of mu_E, beta_E1, beta_E2", 0.0, 20, open=True
    )
    psi_mean: float = number("prior mean of the association psi", -10, 10, default=0.0)
    psi_sd: float = number("prior standard deviation of the association psi", 0.0, 3, default=1.0, open=True)
    target: float = probability("highest acceptable DLT probability (pi_T)", default=0.30)
    min_eff: float = probability("lowest acceptable response probability (pi_E)", default=0.50)
    p_t: float = probability("a level must be safe with more than this probability", default=0.10)
    p_e: float = probability("a level must be active with more than this probability", default=0.10)
    contour: tuple[float, ...] = numbers(
        "four probabilities: response without any DLT, DLT with certain response, and response and DLT of a third "
        "point, all three just equally desirable",
        0.0,
        1.0,
        default=(0.5, 0.65, 0.7, 0.25),
        open=True,
    )
    untried_on_safety: bool = flag("the lowest level above the start never given need only be safe")

    @cached_property
    def tradeoff(self) -> Tradeoff:
        """The desirability through the three elicited points."""
        power = solve_power(*self.contour)
        assert power is not None  # a contour without one is refused
        return Tradeoff(self.contour[0], self.contour[1], power)

    @cached_property
    def model(self) -> Model:
        """The model with its coded doses and priors."""
        logs = np.log(self.amounts)
        return Model(
            coded=tuple(float(v) for v in logs - logs.mean()),
            tox=tuple(zip(self.tox_mean, self.tox_sd, strict=True)),
            eff=tuple(zip(self.eff_mean, self.eff_sd, strict=True)),
            psi=(self.psi_mean, self.psi_sd),
            max_tox=self.target,
            min_eff=self.min_eff,
        )

    def fits(self, seen: Seen) -> tuple[Fit, Floats]:
        """The posterior at each level, (S, K) arrays, and the desirability of its means (S, K)."""
        both, tox_only, eff_only = seen.both, seen.tox - seen.both, seen.eff - seen.both
        neither = seen.n - both - tox_only - eff_only
        cells = np.stack([neither, tox_only, eff_only, both], axis=2)
        distinct, which = np.unique(cells.reshape(len(cells), -1), axis=0, return_inverse=True)
        found = [posterior(self.model, _cells(row)) for row in distinct]
        which = which.reshape(-1)
        fit = Fit(
            *(
                np.stack([getattr(f, name) for f in found])[which]
                for name in ("eff", "tox", "eff_above", "tox_below")
            )
        )
        return fit, self.tradeoff(fit.eff, fit.tox)

    def acceptable(self, seen: Seen, fit: Fit) -> tuple[Bools, Bools]:
        """(S, K) levels acceptable, and those in reach (no untried level skipped on the way)."""
        levels = np.arange(1, self.doses + 1)
        given = seen.n > 0
        low = np.where(given, levels, self.doses + 1).min(axis=1)
        high = np.where(given, levels, 0).max(axis=1)
        # an endless study of nobody: only the start is in reach
        low, high = np.where(high == 0, self.start + 1, low), np.where(high == 0, self.start - 1, high)
        reach = (levels >= low[:, None] - 1) & (levels <= high[:, None] + 1)
        safe: Bools = fit.tox_below > self.p_t
        active: Bools = fit.eff_above > self.p_e
        if self.untried_on_safety:
            new = ~given & (levels > self.start)
            active = np.asarray(active | (new & (np.cumsum(new, axis=1) == 1)))
        return np.asarray(safe & active), np.asarray(reach)

    def judge(self, seen: Seen) -> Rulings:
        fit, merit = self.fits(seen)
        fine, reach = self.acceptable(seen, fit)
        best, any_ = _highest(merit, fine & reach)
        wanted, _ = _highest(merit, fine)
        next_dose = np.where(any_, best, STOP)
        rule = np.where(any_, np.where(wanted != best, NO_SKIP, BEST), NONE)
        closed = np.zeros(fine.shape, dtype=np.bool_)
        return Rulings(next_dose, np.where(any_, self.cohort_size, 0), rule, closed)

    def select(self, seen: Seen) -> Ints:
        fit, merit = self.fits(seen)
        fine, _ = self.acceptable(seen, fit)
        best, any_ = _highest(merit, fine & (seen.n > 0))
        chosen: Ints = np.where(any_, best, 0)
        return chosen

    def inconsistencies(self) -> Iterator[Problem]:
        yield from super().inconsistencies()
        for name, wanted in (
            ("amounts", self.doses),
            ("tox_mean", 2),
            ("tox_sd", 2),
            ("eff_mean", 3),
            ("eff_sd", 3),
        ):
            have = len(getattr(self, name))
            if have != wanted:
                yield Problem(f"$.{name}", f"has {have} numbers, {wanted} are needed")
        if len(self.contour) != 4:
            yield Problem("$.contour", f"has {len(self.contour)} numbers, 4 are needed")
        elif all(0 < p < 1 for p in self.contour) and solve_power(*self.contour) is None:
            yield Problem(
                "$.contour",
                "no contour runs through these points: the third needs a higher response probability than the first "
                "and a lower DLT probability than the second",
            )

    def numbers(self, seen: Seen) -> dict[str, Any]:
        said = super().numbers(seen)
        fit, merit = self.fits(seen)
        fine, reach = self.acceptable(seen, fit)
        usable = np.flatnonzero((fine & reach)[0])
        wanted, any_ = _highest(merit, fine)
        return {
            **said,
            "eff": int(seen.eff[0, max(said["dose"], 1) - 1]),
            "target": self.target,
            "min_eff": self.min_eff,
            "p_t": self.p_t,
            "p_e": self.p_e,
            "power": self.tradeoff.power,
            "prob_eff": _listing(fit.eff),
            "prob_tox": _listing(fit.tox),
            "prob_active": _listing(fit.eff_above),
            "prob_safe": _listing(fit.tox_below),
            "desirability": _listing(merit),
            "acceptable": [int(k) + 1 for k in np.flatnonzero(fine[0])],
            "reach": listed(np.flatnonzero(reach[0]) + 1),
            "wanted": int(wanted[0]) if any_[0] else None,
            "scores": ", ".join(f"level {k + 1}: {merit[0, k]:.4f}" for k in usable) or "none",
        }


def _cells(row: Ints) -> Cells:
    return tuple((int(a), int(b), int(c), int(d)) for a, b, c, d in row.reshape(-1, 4))


def _listing(values: Floats) -> list[float]:
    return [float(v) for v in values[0]]


def _highest(merit: Floats, usable: Bools) -> tuple[Ints, Bools]:
    """(S,) the usable level with the highest merit, the lowest of equals; and whether any is usable."""
    best: Ints = np.where(usable, merit, -np.inf).argmax(axis=1) + 1
    return best, np.asarray(usable.any(axis=1))
