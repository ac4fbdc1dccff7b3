"""One fit of the CRM, for reports and for the numbers behind a decision."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from paratope.designs.model.skeleton import INTERCEPT, MODELS
from paratope.designs.model.working import REACH, Pending, Working, working
from paratope.designs.outcomes import counted
from paratope.designs.problems import Problem, refuse

SCALE = math.sqrt(1.34)
"""Standard deviation of the prior of b, about the value of O'Quigley & Shen, Biometrics 1996;52:673-684; the default
of R dfcrm 0.2-2.1."""

METHODS = ("bayes", "likelihood")


@dataclass(frozen=True, slots=True)
class CrmFit:
    """A fitted CRM. Lists run over dose levels 1 to K.

    ``estimate``: of b (posterior mean or maximum of the likelihood). ``variance``: of b; None where the likelihood
    has no maximum. ``ptox``: plug-in DLT probability; ``low``, ``high``: its limits, from b plus or minus the normal
    quantile times the standard deviation (None without a variance). ``recommended``: the level nearest to the
    target, nothing held back. ``confidence``: probability content of the limits.
    """

    estimate: float
    variance: float | None
    ptox: tuple[float, ...]
    low: tuple[float, ...] | None
    high: tuple[float, ...] | None
    recommended: int
    confidence: float


def fit_crm(
    skeleton: Sequence[float],
    target: float,
    n: Sequence[int],
    tox: Sequence[int],
    *,
    model: str = "power",
    method: str = "bayes",
    scale: float = SCALE,
    confidence: float = 0.90,
    pending: Sequence[tuple[int, float]] = (),
) -> CrmFit:
    """Fit the CRM to ``n`` patients and ``tox`` DLTs by dose level.

    ``pending``: further patients without DLT whose window is still open, as (level, weight); not counted in ``n``.
    Raises `Unusable` with every problem.

    Source: O'Quigley, Pepe, Fisher, Biometrics 1990;46:33-48; the likelihood method O'Quigley & Shen, Biometrics
    1996;52:673-684; limits and the variance of the likelihood method as R dfcrm 0.2-2.1, ``crm``.
    """
    refuse(
        [
            *counted(n, tox),
            *_problems(skeleton, target, n, scale, confidence),
            *(
                Problem(f"pending[{i}]", f"level {level} with weight {weight:g} cannot be")
                for i, (level, weight) in enumerate(pending)
                if not (1 <= level <= len(skeleton) and 0 <= weight <= 1)
            ),
            *(Problem("model", f"expected one of {', '.join(MODELS)}") for _ in [0] if model not in MODELS),
            *(
                Problem("method", f"expected one of {', '.join(METHODS)}")
                for _ in [0]
                if method not in METHODS
            ),
            *(
                Problem(f"skeleton[{i}]", f"the logistic model needs less than {ceiling():.4f}")
                for i, s in enumerate(skeleton)
                if model == "logistic" and s >= ceiling()
            ),
        ]
    )
    total = int(sum(n)) + len(pending)
    fitted = working(tuple(map(float, skeleton)), model, method, float(scale), 10 * math.ceil(total / 10))
    return describe(fitted, target, n, tox, confidence, pending)


def describe(
    model: Working,
    target: float,
    n: Sequence[int],
    tox: Sequence[int],
    confidence: float = 0.90,
    pending: Sequence[tuple[int, float]] = (),
) -> CrmFit:
    """`fit_crm` with a working model at hand."""
    counts, events = np.array([n], np.int64), np.array([tox], np.int64)
    late = None
    if pending:
        levels, weights = zip(*pending, strict=True)
        late = Pending(np.array([levels], np.int64), np.array([weights], float))
    b = model.fit(counts, events, late)
    total, dlt = int(counts.sum()) + len(pending), int(events.sum())
    if model.method == "likelihood" and 0 < dlt < total:
        b = np.array([_as_printed(model, counts, events, late)])
    ptox = model.ptox(b)
    variance = None
    low = high = None
    if model.method == "bayes" or 0 < dlt < total:
        variance = float(model.second_moment(counts, events, late)[0] - b[0] ** 2)
        away = float(ndtri(0.5 + confidence / 2)) * math.sqrt(variance) if variance > 0 else 0.0
        low, high = (_plain(model.ptox(b + sign * away)) for sign in (1, -1))
    recommended = int(model.nearest(ptox, target)[0])
    return CrmFit(float(b[0]), variance, _plain(ptox), low, high, recommended, confidence)


def _as_printed(model: Working, n: np.ndarray, tox: np.ndarray, pending: Pending | None) -> float:
    """The maximum of the likelihood as R dfcrm 0.2-2.1 prints it.

    R's ``optimize`` stops up to 2e-5 short of it (Brent's method over -10 to 10, tolerance 1e-4; Brent, Algorithms for
    Minimization without Derivatives (1973), chapter 5). What is printed agrees with it digit by digit, for those who
    check one against the other; decisions rest on the maximum itself (`Working.fit`).
    """
    from scipy.optimize import minimize_scalar  # slow to load, and only needed here

    def less(b: float) -> float:
        return -float(model.log_likelihood(np.array([b]), n, tox, pending)[0])

    found = minimize_scalar(less, bounds=(-REACH, REACH), method="bounded", options={"xatol": 1e-4})
    return float(found.x)


def ceiling() -> float:
    """The skeleton value that the logistic model with its fixed intercept cannot reach."""
    return 1 / (1 + math.exp(-INTERCEPT))


def _plain(values: np.ndarray) -> tuple[float, ...]:
    return tuple(float(v) for v in values[0])


def _problems(
    skeleton: Sequence[float], target: float, n: Sequence[int], scale: float, confidence: float
) -> list[Problem]:
    found = []
    if len(skeleton) != len(n):
        found.append(Problem("skeleton", f"has {len(skeleton)} dose levels, the patients have {len(n)}"))
    for i, s in enumerate(skeleton):
        if not 0 < s < 1:
            found.append(Problem(f"skeleton[{i}]", f"{s:g} does not lie between 0 and 1"))
        elif i and s <= skeleton[i - 1]:
            found.append(Problem(f"skeleton[{i}]", f"{s:g} is not above {skeleton[i - 1]:g} before it"))
    for name, value in (("target", target), ("confidence", confidence)):
        if not 0 < value < 1:
            found.append(Problem(name, f"{value:g} does not lie between 0 and 1"))
    if not 0.05 <= scale <= 5:
        found.append(Problem("scale", f"expected a standard deviation from 0.05 to 5, not {scale:g}"))
    return found
