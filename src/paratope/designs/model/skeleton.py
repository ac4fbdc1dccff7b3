"""The skeleton of the CRM: DLT probabilities guessed beforehand, calibrated by an indifference interval."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.special import expit, logit

from paratope.designs.problems import Problem, refuse

INTERCEPT = 3.0
"""Fixed intercept of the one-parameter logistic model (R dfcrm 0.2-2.1, ``intcpt``; O'Quigley & Chevret, Stat Med
1991;10:1647-1664, use the same)."""

MODELS = ("power", "logistic")


def indifference_skeleton(
    halfwidth: float,
    target: float,
    nu: int,
    doses: int,
    model: str = "power",
    intercept: float = INTERCEPT,
) -> tuple[float, ...]:
    """The skeleton (K,) whose indifference interval is ``target`` +- ``halfwidth`` at every level.

    ``nu``: the level guessed to be the MTD, 1 to K: its skeleton is the target. Neighbouring levels are set so that
    where the model puts one at target + halfwidth, it puts the one below at target - halfwidth. Both models are
    linear in exp(beta) on their own scale (log p; logit p less the intercept), so the scaled doses form a geometric
    series around level ``nu``.

    Raises `Unusable` with every problem (an interval that leaves (0, 1), a level that does not exist).

    Source: Lee & Cheung, Clin Trials 2009;6:227-238, section 3; agrees with R dfcrm 0.2-2.1, ``getprior``.
    """
    refuse(skeleton_problems(halfwidth, target, nu, doses, model, intercept))
    steps = np.arange(1, doses + 1) - nu
    low, high = target - halfwidth, target + halfwidth
    if model == "power":
        ratio = np.log(high) / np.log(low)
        return tuple(float(p) for p in np.exp(np.log(target) * ratio**steps))
    ratio = (logit(high) - intercept) / (logit(low) - intercept)
    return tuple(float(p) for p in expit(intercept + (logit(target) - intercept) * ratio**steps))


def skeleton_problems(
    halfwidth: float, target: float, nu: int, doses: int, model: str, intercept: float = INTERCEPT
) -> Iterator[Problem]:
    """What stands against a skeleton with these arguments; places are those of a design's parameters."""
    if not 1 <= nu <= doses:
        yield Problem("$.nu", f"dose level {nu} does not exist: there are {doses} dose levels")
    if not 0 < halfwidth < min(target, 1 - target):
        yield Problem(
            "$.halfwidth",
            f"the target {target:g} plus or minus {halfwidth:g} must lie between 0 and 1 (neither included)",
        )
    elif model == "logistic" and target + halfwidth >= expit(intercept):
        yield Problem(
            "$.halfwidth",
            f"the logistic model needs target plus half-width below {expit(intercept):.4f}, not "
            f"{target + halfwidth:g}",
        )
