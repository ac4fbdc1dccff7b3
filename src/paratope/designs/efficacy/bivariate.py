"""Posterior of the EffTox model, by deterministic integration over its six parameters.

Response and DLT each follow a logistic curve in the coded dose; given the curves, an association parameter psi
ties the two outcomes of a patient together. The likelihood is the two binomial likelihoods times, for every
patient, ``1 + tanh(psi / 2) (response - pi_E) (DLT - pi_T)``. So the curves are laid on two small grids, and
only the association couples them: nothing is sampled, and the same counts always give the same numbers.

Model: Thall & Cook, Biometrics 2004;60:684-693, section 2.1 (Gumbel-Morgenstern association); Thall, Herrick,
Nguyen, Venier, Norris, Clin Trials 2014;11:657-666.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.special import expit, logit, sici

from paratope.designs.seen import Floats, Ints

REACH = 8.0
"""How many standard deviations of the normal approximation the first, coarse grid reaches."""
LIGHT = 1e-5
"""Grid points that carry less than this part of the probability are left out of the coupling."""
MOST_POINTS = 40
"""Points along one axis beyond which a decision is not worth it: priors so vague (a standard deviation above some 5 on
the logit scale) are integrated less accurately rather than for minutes."""
ROWS = 64
"""Grid points of the response curve handled at once: keeps the work inside the processor's cache."""


@dataclass(frozen=True, slots=True)
class Curve:
    """One logistic curve on its grid of parameter values.

    ``eta``: (M, K) the logit at each dose level. ``weight``: (M,) posterior probability of each grid point, the
    other outcome set aside. ``step``: (K,) how far the logit moves between neighbours, along the axis where it
    moves farthest.
    """

    eta: Floats
    weight: Floats
    step: Floats


@dataclass(frozen=True, slots=True)
class Fit:
    """The posterior at each dose level, (K,) arrays.

    ``eff``, ``tox``: mean probability of response and of DLT. ``eff_above``: Pr(response probability above its
    limit). ``tox_below``: Pr(DLT probability below its limit). ``merit``: mean of the desirability (None unless
    asked for).
    """

    eff: Floats
    tox: Floats
    eff_above: Floats
    tox_below: Floats
    merit: Floats | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """The priors and what is asked of the posterior; equal models share their fits.

    ``coded``: coded doses, the log amount less the mean log amount. ``tox``, ``eff``, ``psi``: mean and standard
    deviation of each parameter's normal prior: intercept, slope (and for response the slope of the square).
    ``max_tox``, ``min_eff``: the limits of the probabilities.
    """

    coded: tuple[float, ...]
    tox: tuple[tuple[float, float], ...]
    eff: tuple[tuple[float, float], ...]
    psi: tuple[float, float]
    max_tox: float
    min_eff: float


@dataclass(frozen=True, slots=True)
class Tradeoff:
    """Desirability of a pair of probabilities: above 0 is better than the pairs that were elicited as just good
    enough, (``eff0``, 0) and (1, ``tox1``); ``power`` bends the contour through the third one.

    Source: Thall et al., Clin Trials 2014;11:657-666, equation 3 (Cook, Thall, Clin Trials 2006, for the L^p form).
    """

    eff0: float
    tox1: float
    power: float

    def __call__(self, eff: Floats, tox: Floats) -> Floats:
        """Desirability of each pair; equal shapes."""
        worse = ((1 - eff) / (1 - self.eff0)) ** self.power + (tox / self.tox1) ** self.power
        return np.asarray(1 - worse ** (1 / self.power))


def solve_power(eff0: float, tox1: float, eff: float, tox: float) -> float | None:
    """The power of the contour through (eff0, 0), (1, tox1) and (eff, tox), by bisection; None if there is none
    from 0.01 to 100.

    Source: Thall et al., Clin Trials 2014;11:657-666 (0.97737 for (0.5, 0), (1, 0.65), (0.7, 0.25)).
    """
    a, b = (1 - eff) / (1 - eff0), tox / tox1

    def gap(power: float) -> float:
        return float(a**power + b**power - 1)

    low, high = 0.01, 100.0
    if not (0 < a < 1 and 0 < b < 1 and gap(low) > 0 > gap(high)):
        return None
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if gap(middle) > 0 else (low, middle)
    return (low + high) / 2


def curve(basis: Floats, prior: Floats, n: Ints, events: Ints, fineness: float) -> Curve:
    """Lay one curve's posterior on a grid.

    ``basis``: (K, P) what multiplies each parameter at each dose level. ``prior``: (P, 2) mean and standard
    deviation of its independent normal priors. ``n``, ``events``: (K,) counts. ``fineness``: points per
    unit length, 1 for decisions. Sums over an evenly spaced grid converge exponentially fast for smooth
    integrands; the spacing is bounded both in standard deviations and on the logit scale, whose logistic function
    has its nearest poles at +-i pi.

    Source of the rule: Trefethen, Weideman, SIAM Rev 2014;56:385-458.
    """

    mean, sd = prior.T

    def height(theta: Floats) -> Floats:
        eta = theta @ basis.T
        away = (((theta - mean) / sd) ** 2).sum(axis=-1)
        data = (events * eta - n * np.logaddexp(0.0, eta)).sum(axis=-1)
        return np.asarray(data - 0.5 * away)

    centre, root = _mode(basis, mean, sd, n, events)
    theta, weight = _lattice(height, centre, root, [np.arange(-REACH, REACH + 0.5)] * len(mean))
    centre = np.asarray(weight @ theta, dtype=np.float64)
    spread = (theta - centre).T @ ((theta - centre) * weight[:, None])
    root = np.asarray(np.linalg.cholesky(spread), dtype=np.float64)
    axes = []
    along = np.linalg.solve(root, (theta - centre).T)
    for i, own in enumerate(along):
        # where the coarse grid still holds probability, with a margin of half a standard deviation
        held = own[weight > LIGHT * weight.max()]
        slope = float(np.abs(basis @ root[:, i]).max())
        step = max(min(0.7, 1.5 / max(slope, 1e-9)), float(np.ptp(held)) / MOST_POINTS) / fineness
        axes.append(np.arange(held.min() - 0.5, held.max() + 0.5 + step, step))
    theta, weight = _lattice(height, centre, root, axes)
    moves = np.abs(basis @ root) * [a[1] - a[0] for a in axes]
    return Curve(theta @ basis.T, weight, moves.max(axis=1))


def _mode(basis: Floats, mean: Floats, sd: Floats, n: Ints, events: Ints) -> tuple[Floats, Floats]:
    """The highest point of a log-concave posterior, and a root of its inverse curvature (lower triangular)."""
    theta: Floats = np.array(mean)
    keep = np.diag(sd**-2.0)
    for _ in range(60):
        p = expit(basis @ theta)
        slope = basis.T @ (events - n * p) - (theta - mean) / sd**2
        bend = (basis.T * (n * p * (1 - p))) @ basis + keep
        move = np.linalg.solve(bend, slope)
        part = min(1.0, 2.0 / max(float(np.abs(basis @ move).max()), 1e-12))
        theta = np.asarray(theta + part * move, dtype=np.float64)
        if float(np.abs(move).max()) < 1e-6:
            break
    return theta, np.linalg.cholesky(np.linalg.inv(bend))


def _lattice(
    height: Callable[[Floats], Floats], centre: Floats, root: Floats, axes: list[Floats]
) -> tuple[Floats, Floats]:
    """Grid points (M, P) and their normalised weights (M,)."""
    mesh = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(axes))
    theta = centre + mesh @ root.T
    log = height(theta)
    weight = np.exp(log - log.max())
    return theta, weight / weight.sum()


Cells = tuple[tuple[int, int, int, int], ...]
"""Per dose level the patients with neither, DLT only, response only, both."""


@lru_cache(maxsize=100_000)
def posterior(
    model: Model, cells: Cells, fineness: float = 1.0, nodes: int = 5, tradeoff: Tradeoff | None = None
) -> Fit:
    """The posterior of a model after ``cells`` (K rows). The same call is answered from memory.

    ``fineness`` and ``nodes`` (Gauss-Hermite points for psi) set the accuracy. As they stand, means are within 1e-4
    and the probabilities beyond a limit within 2e-4 of a much finer integration, for up to 39 patients in five
    levels. ``tradeoff``: also the posterior mean of the desirability (slower: both grids fine at once).
    """
    counts = np.array(cells, np.int64)
    n, tox, eff = counts.sum(axis=1), counts[:, 1] + counts[:, 3], counts[:, 2] + counts[:, 3]
    x = np.array(model.coded)

    def curves(fineness: float) -> tuple[Curve, Curve]:
        powers = (np.ones_like(x), x, x**2)
        return (
            curve(np.stack(powers, axis=1), np.array(model.eff), n, eff, fineness),
            curve(np.stack(powers[:2], axis=1), np.array(model.tox), n, tox, fineness),
        )

    # The coupling hardly bends either curve, so for the one a coarse grid of the other is enough.
    fine, coarse = curves(fineness), curves(0.5 * fineness)
    psi = np.polynomial.hermite_e.hermegauss(nodes)
    strength, masses = np.tanh((model.psi[0] + model.psi[1] * psi[0]) / 2), psi[1] / psi[1].sum()
    mass_e, _, _ = _couple(fine[0], coarse[1], counts, strength, masses)
    _, mass_t, _ = _couple(coarse[0], fine[1], counts, strength, masses)
    merit = _couple(*fine, counts, strength, masses, tradeoff)[2] if tradeoff is not None else None
    return Fit(
        mass_e @ expit(fine[0].eta),
        mass_t @ expit(fine[1].eta),
        1 - _below(fine[0], mass_e, model.min_eff),
        _below(fine[1], mass_t, model.max_tox),
        merit,
    )


def _couple(
    eff: Curve,
    tox: Curve,
    cells: Ints,
    strength: Floats,
    masses: Floats,
    tradeoff: Tradeoff | None = None,
) -> tuple[Floats, Floats, Floats]:
    """Posterior probability of each grid point of both curves, and the mean desirability at each level (zeros
    unless asked for). ``strength``, ``masses``: values of tanh(psi / 2) and their prior probabilities.
    """
    keep_e, keep_t = (np.flatnonzero(c.weight > LIGHT * c.weight.max()) for c in (eff, tox))
    p_e, p_t = expit(eff.eta[keep_e]), expit(tox.eta[keep_t])
    groups = [
        (response - p_e[:, level], dlt - p_t[:, level], int(cells[level, cell]))
        for level in range(len(cells))
        for cell, (dlt, response) in enumerate(((0, 0), (1, 0), (0, 1), (1, 1)))
        if cells[level, cell]
    ]
    mass_e, mass_t = np.zeros(len(eff.weight)), np.zeros(len(tox.weight))
    merit = np.zeros(len(cells))
    for start in range(0, len(keep_e), ROWS):
        rows = slice(start, start + ROWS)
        own = keep_e[rows]
        joint = _association([(r_e[rows], r_t, count) for r_e, r_t, count in groups], strength, masses)
        joint = joint * eff.weight[own][:, None] * tox.weight[keep_t]
        mass_e[own] = joint.sum(axis=1)
        mass_t[keep_t] += joint.sum(axis=0)
        if tradeoff is not None:
            for level in range(len(merit)):
                merit[level] += (joint * tradeoff(p_e[rows, level][:, None], p_t[:, level])).sum()
    whole = mass_e.sum()
    return mass_e / whole, mass_t / whole, merit / whole


def _association(
    groups: list[tuple[Floats, Floats, int]], strength: Floats, masses: Floats
) -> Floats | float:
    """What the association multiplies the likelihood by at each pair of grid points, integrated over psi.

    ``groups``: equal patients, as residuals of response and of DLT at the grid points, and how many. In single
    precision: the factors are near 1, and the error stays below 1e-5.
    """
    if not groups:
        return 1.0
    total = np.zeros((len(groups[0][0]), len(groups[0][1])))
    each = np.empty(total.shape, np.float32)
    for t, mass in zip(strength, masses, strict=True):
        factor = np.full(total.shape, mass, np.float32)
        for r_e, r_t, count in groups:
            np.multiply.outer((t * r_e).astype(np.float32), r_t.astype(np.float32), out=each)
            each += 1
            for _ in range(count):
                factor *= each
        total += factor
    return total


def _below(c: Curve, mass: Floats, limit: float) -> Floats:
    """(K,) Pr(probability at the level < limit).

    A jump would spoil the sum over an even grid. Along one axis (the one along which the logit moves farthest) the
    density is instead interpolated between the grid points by cardinal sine functions, and those are integrated up
    to the limit: a grid point x steps below the limit counts for 1/2 + Si(pi x) / pi.

    Source: Stenger, Numerical Methods Based on Sinc and Analytic Functions (1993), 1.
    """
    steps = (float(logit(limit)) - c.eta) / c.step
    part = 0.5 + sici(math.pi * steps)[0] / math.pi
    return np.asarray(np.clip(mass @ part, 0.0, 1.0))
