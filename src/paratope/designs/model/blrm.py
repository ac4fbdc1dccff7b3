"""The two-parameter Bayesian logistic regression model (BLRM) with overdose control."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import logit

from paratope.designs.base import STOP, BaseDesign, Rulings
from paratope.designs.fields import flag, number, numbers, probability
from paratope.designs.model.two_parameter import Posterior, Prior, TwoParameter, two_parameter
from paratope.designs.problems import Problem
from paratope.designs.reasons import declare
from paratope.designs.seen import Bools, Floats, Ints, Seen

_SOURCE = "Neuenschwander, Branson, Gsponer, Stat Med 2008;27:2420-2439"
_BEST = (
    "among levels with Pr(DLT probability above {target_high:g}) below {overdose_limit:g}, level {chosen} is likeliest "
    "to be between {target_low:g} and {target_high:g} ({prob_target_chosen:.3f}; overdose {prob_over_chosen:.3f})"
)
ESCALATE = declare("blrm.escalate", f"{_BEST}: escalate to level {{next}}", _SOURCE)
STAY = declare("blrm.stay", f"{_BEST}, where the study is: stay", _SOURCE)
DEESCALATE = declare("blrm.de-escalate", f"{_BEST}: de-escalate to level {{next}}", _SOURCE)
NO_SKIP = declare(
    "blrm.no-skipping",
    "the likeliest to be in the target interval without too much risk of overdose is level {best}; no level may be "
    "skipped, so escalate to level {next} only (target interval {prob_target_chosen:.3f}, overdose "
    "{prob_over_chosen:.3f})",
    _SOURCE,
)
TOXIC = declare(
    "blrm.stop-overdose",
    "Pr(DLT probability above {target_high:g}) is at least {overdose_limit:g} at every level ({prob_over_lowest:.3f} "
    "at the lowest): stop, no level is selected",
    "Babb, Rogatko, Zacks, Stat Med 1998;17:1103-1120; " + _SOURCE,
)

_RULES_BY_MOVE = np.array([DEESCALATE, STAY, ESCALATE])


@dataclass(frozen=True, slots=True)
class BlrmFit:
    """A fitted BLRM. Lists run over dose levels 1 to K.

    ``prob_under``, ``prob_target``, ``prob_over``: posterior probability that the level's DLT probability is below,
    in, or above the target interval. ``ptox``: posterior mean DLT probability. ``log_alpha``, ``log_beta``: posterior
    means. ``admissible``: levels whose probability of overdosing is below the limit.
    """

    prob_under: tuple[float, ...]
    prob_target: tuple[float, ...]
    prob_over: tuple[float, ...]
    ptox: tuple[float, ...]
    log_alpha: float
    log_beta: float
    admissible: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Blrm(BaseDesign):
    """BLRM: the level likeliest to be in the target interval, among those unlikely to be an overdose.

    logit p = log alpha + beta log(dose / reference), with (log alpha, log beta) normal beforehand. Levels with
    Pr(p > ``target_high``) at least ``overdose_limit`` are not given (escalation with overdose control); if that
    holds for all, the study stops. What is not given now may be given later, so no level is closed but by that stop.
    At the end the same rule selects among the levels that were treated.

    The doses and the reference have no default: nobody can guess them. Unless given, the prior is centred on a DLT
    probability of ``target`` at the reference dose and on beta = 1, with standard deviations 2 and 1 and no
    correlation: the weakly informative prior of Neuenschwander et al. 2015. It is a start, not advice: look at
    the interval probabilities before the first patient.

    Source: Neuenschwander, Branson, Gsponer, Stat Med 2008;27:2420-2439 (model, interval probabilities; their target
    interval is 0.20 to 0.35); Babb, Rogatko, Zacks, Stat Med 1998;17:1103-1120 (overdose control, limit 0.25);
    Neuenschwander, Matano, Tang, Roychoudhury, Wandel, Bailey, in Zhao & Yang (eds), Statistical Methods in Drug
    Combination Studies (2015), chapter 6 (interval 0.16 to 0.33, weakly informative prior).
    """

    name = "blrm"
    title = "Bayesian logistic regression model with overdose control (BLRM)"
    source = _SOURCE

    dose_amounts: tuple[float, ...] = numbers(
        "the doses themselves, one per level, all in one unit", 0.0, 1e12, open=True, rising=True
    )
    reference: float = number("the dose at which alpha is the odds of DLT", 0.0, 1e12, open=True)
    target: float = probability(
        "DLT probability aimed at, within the target interval: for the prior, for safety rules and for operating "
        "characteristics; the design itself decides by the interval",
        default=0.25,
    )
    target_low: float = probability("lower end of the target interval", default=0.16)
    target_high: float = probability("upper end of the target interval; above is an overdose", default=0.33)
    overdose_limit: float = probability("a level is given only if Pr(overdose) is below this", default=0.25)
    log_alpha_mean: float | None = number(
        "prior mean of log alpha, the logit of the DLT probability at the reference (of 1% to 99%); that of the "
        "target unless given",
        -4.6,
        4.6,
        default=None,
    )
    log_alpha_sd: float = number("prior standard deviation of log alpha", 0.05, 10.0, default=2.0)
    log_beta_mean: float = number("prior mean of log beta (0 is beta = 1)", -3.0, 3.0, default=0.0)
    log_beta_sd: float = number("prior standard deviation of log beta", 0.05, 3.0, default=1.0)
    correlation: float = number("prior correlation of log alpha and log beta", -0.95, 0.95, default=0.0)
    no_skipping: bool = flag("never escalate past the level above the current one", default=True)

    def inconsistencies(self) -> Iterator[Problem]:
        yield from super().inconsistencies()
        if len(self.dose_amounts) != self.doses:
            yield Problem(
                "$.dose_amounts", f"has {len(self.dose_amounts)} doses, the design has {self.doses} levels"
            )
        if not self.target_low < self.target_high:
            yield Problem(
                "$.target_high", f"{self.target_high:g} is not above the lower end {self.target_low:g}"
            )
        elif not self.target_low <= self.target <= self.target_high:
            yield Problem(
                "$.target",
                f"{self.target:g} is not in the target interval {self.target_low:g} to {self.target_high:g}",
            )

    @property
    def model(self) -> TwoParameter:
        """The model with its prior."""
        mean = float(logit(self.target)) if self.log_alpha_mean is None else float(self.log_alpha_mean)
        prior = Prior(
            mean,
            float(self.log_alpha_sd),
            float(self.log_beta_mean),
            float(self.log_beta_sd),
            float(self.correlation),
        )
        log_doses = tuple(math.log(d / self.reference) for d in self.dose_amounts)
        return two_parameter(log_doses, (self.target_low, self.target_high), prior, self.max_n)

    def judge(self, seen: Seen) -> Rulings:
        now = np.maximum(seen.dose, 1)
        _, target, over = _intervals(self.model.posterior(seen.n, seen.tox))
        safe = over < self.overdose_limit
        best = _likeliest(target, safe)
        levels = np.arange(1, self.doses + 1)
        near = safe & (levels <= now[:, None] + 1) if self.no_skipping else safe
        dose = _likeliest(target, near)
        rule = _RULES_BY_MOVE[np.sign(dose - now) + 1]
        rule = np.where((best > now + 1) & (dose == now + 1) & self.no_skipping, NO_SKIP, rule)
        stops = dose == STOP
        rule = np.where(stops, TOXIC, rule)
        closed = np.broadcast_to(stops[:, None], seen.n.shape).copy()
        return Rulings(dose, np.where(stops, 0, self.cohort_size), rule, closed)

    def barred(self, seen: Seen) -> Bools:
        _, _, over = _intervals(self.model.posterior(seen.n, seen.tox))
        risky: Bools = over >= self.overdose_limit
        return risky

    def cautions(self, seen: Seen) -> tuple[str, ...]:
        at = int(seen.dose[0]) or self.start
        over = self.fit(seen).prob_over[at - 1]
        if seen.total[0] or over < self.overdose_limit:
            return ()
        return (
            f"before the first patient Pr(DLT probability above {self.target_high:g}) at level {at} is {over:.3f}, not "
            f"below the limit of {self.overdose_limit:g}: the prior itself does not allow this level",
        )

    def select(self, seen: Seen) -> Ints:
        _, target, over = _intervals(self.model.posterior(seen.n, seen.tox))
        return _likeliest(target, (over < self.overdose_limit) & (seen.n > 0))

    def fit(self, seen: Seen) -> BlrmFit:
        """The fit of one situation."""
        post = self.model.posterior(seen.n, seen.tox)
        under, target, over = _intervals(post)
        return BlrmFit(
            _plain(under),
            _plain(target),
            _plain(over),
            _plain(post.ptox),
            float(post.log_alpha[0]),
            float(post.log_beta[0]),
            tuple(int(k) + 1 for k in np.flatnonzero(over[0] < self.overdose_limit)),
        )

    def numbers(self, seen: Seen) -> dict[str, Any]:
        fit = self.fit(seen)
        target = np.array([fit.prob_target])
        safe = np.isin(np.arange(1, self.doses + 1), fit.admissible)[None]
        chosen = int(self.judge(seen).dose[0])
        return {
            **super().numbers(seen),
            "target": self.target,
            "target_low": self.target_low,
            "target_high": self.target_high,
            "overdose_limit": self.overdose_limit,
            "prob_under": list(fit.prob_under),
            "prob_target": list(fit.prob_target),
            "prob_over": list(fit.prob_over),
            "ptox": list(fit.ptox),
            "log_alpha": fit.log_alpha,
            "log_beta": fit.log_beta,
            "unlikely_overdose": list(fit.admissible),
            "best": int(_likeliest(target, safe)[0]) or None,
            "chosen": chosen or None,
            "prob_target_chosen": fit.prob_target[chosen - 1] if chosen else None,
            "prob_over_chosen": fit.prob_over[chosen - 1] if chosen else None,
            "prob_over_lowest": fit.prob_over[0],
        }


def _intervals(post: Posterior) -> tuple[Floats, Floats, Floats]:
    """(S, K) Pr(below), Pr(in) and Pr(above the target interval)."""
    low, high = post.below
    return low, np.maximum(high - low, 0.0), 1.0 - high


def _likeliest(target: Floats, allowed: Bools) -> Ints:
    """(S,) the allowed level with the highest probability, the lowest on ties; `STOP` (0) where none is allowed."""
    found: Ints = np.where(allowed, target, -1.0).argmax(axis=1) + 1
    return np.where(allowed.any(axis=1), found, STOP)


def _plain(values: Floats) -> tuple[float, ...]:
    return tuple(float(v) for v in values[0])
