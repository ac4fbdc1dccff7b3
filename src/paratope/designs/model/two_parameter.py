"""The two-parameter logistic model, and its posterior by quadrature, for many situations at once.

logit p = a + exp(c) log(dose / reference), with (a, c) = (log alpha, log beta) normal beforehand.

The posterior is summed over a fixed grid of (a, c), which for smooth functions converges faster than any power of the
step (trapezoid rule). An interval probability has an edge, so there the grid's sum along a is replaced by the exact
integral, up to the edge, of the band-limited function through the grid's values (Whittaker's cardinal series): a
value at a_i counts 1/2 + Si(pi (edge - a_i) / h) / pi. These weights do not depend on the data, so that everything
asked of the posterior is one matrix product.

Source of the quadrature: Stenger, Numerical Methods Based on Sinc and Analytic Functions (1993), chapters 1 and 3.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from scipy.special import expit, logit, sici, xlogy

from paratope.designs.model.memo import Memo
from paratope.designs.seen import Floats, Ints

_NOTHING = -50.0
"""Logarithm of a prior density, relative to its peak, that adds nothing to the digits promised (1e-5)."""

MOST = 300
"""Patients beyond which the grid is made no finer (its tables would not fit into memory)."""

_ROWS, _NODES = 64, 220
"""Situations and nodes worked on together: few enough to stay in the processor's cache, and for the matrix products not
to be spread over threads, which costs more than it gains."""


@dataclass(frozen=True, slots=True)
class Prior:
    """Normal prior of (log alpha, log beta): means, standard deviations and correlation."""

    log_alpha_mean: float
    log_alpha_sd: float
    log_beta_mean: float
    log_beta_sd: float
    correlation: float


@dataclass(frozen=True, slots=True)
class Posterior:
    """What is asked of the posterior: all (S, K) but the last two.

    ``below``: (E, S, K) probability that the DLT probability is below each edge. ``ptox``: posterior mean DLT
    probability. ``log_alpha``, ``log_beta``: (S,) posterior means.
    """

    below: Floats
    ptox: Floats
    log_alpha: Floats
    log_beta: Floats


@dataclass(frozen=True)
class TwoParameter:
    """The model for given doses. ``log_doses``: (K,) log(dose / reference). ``edges``: the DLT probabilities for
    which `Posterior.below` is wanted. ``most``: patients for which the grid is fine enough.

    With up to ``most`` patients (`MOST` at most) probabilities are right to 1e-5: compared with a grid of four times
    as many nodes each way, for priors and data of many kinds, the largest error was 6e-7 from 20 patients on.
    """

    log_doses: tuple[float, ...]
    edges: tuple[float, ...]
    prior: Prior
    most: int

    @cached_property
    def _grid(self) -> tuple[Floats, Floats, Floats, float]:
        """Nodes a and c (N,), log prior (N,), and the step along a."""
        p, n = self.prior, min(max(self.most, 20), MOST)
        own_sd = p.log_alpha_sd * math.sqrt(1 - p.correlation**2)  # of log alpha, given log beta
        # One patient tells at most 1/4 about a; about c it depends on the doses: 0.7 is what the comparison needs
        h_a = 0.66 / math.sqrt(1 / own_sd**2 + n / 4)
        h_c = 0.66 / math.sqrt(1 / p.log_beta_sd**2 + 0.7 * n)
        # A vague prior is not followed as far into its tails, where the data have the say
        reach_a = min(12 * own_sd, 5 * own_sd + 2)
        reach_c = min(12 * p.log_beta_sd, 5 * p.log_beta_sd + 1.5)
        da = np.arange(-math.ceil(reach_a / h_a), math.ceil(reach_a / h_a) + 1) * h_a
        dc = np.arange(-math.ceil(reach_c / h_c), math.ceil(reach_c / h_c) + 1) * h_c
        tilt = p.correlation * p.log_alpha_sd / p.log_beta_sd
        a = p.log_alpha_mean + tilt * dc[:, None] + da
        c = np.broadcast_to(p.log_beta_mean + dc[:, None], a.shape)
        log_prior = -0.5 * ((da / own_sd) ** 2 + (dc[:, None] / p.log_beta_sd) ** 2)
        kept = log_prior > _NOTHING
        return a[kept], c[kept], log_prior[kept], h_a

    @cached_property
    def _logits(self) -> Floats:
        """(N, K) logit p at the nodes."""
        a, c, _, _ = self._grid
        found: Floats = a[:, None] + np.exp(c)[:, None] * np.array(self.log_doses)
        return found

    @cached_property
    def _logs(self) -> Floats:
        """(2 K + 1, N) log p, log(1 - p), log prior at the nodes."""
        eta = self._logits.T
        return np.concatenate([-np.logaddexp(0.0, -eta), -np.logaddexp(0.0, eta), self._grid[2][None]])

    @cached_property
    def _asked(self) -> Floats:
        """(N, 1 + E K + K + 2) what the posterior is multiplied by: 1, below the edges, p, a, c."""
        a, c, _, h = self._grid
        below = [0.5 + sici(np.pi * (logit(edge) - self._logits) / h)[0] / np.pi for edge in self.edges]
        return np.concatenate(
            [np.ones((len(a), 1)), *below, expit(self._logits), a[:, None], c[:, None]], axis=1
        )

    @cached_property
    def _memo(self) -> Memo:
        return Memo()

    def posterior(self, n: Ints, tox: Ints) -> Posterior:
        """The posterior of each situation, from patients and DLTs by level, (S, K); each distinct one once."""
        k, e = len(self.log_doses), len(self.edges)
        found = self._memo.of(np.concatenate([tox, n - tox], axis=1), self._fit)
        below = np.moveaxis(found[:, : e * k].reshape(-1, e, k), 1, 0)
        ptox = found[:, e * k : (e + 1) * k]
        return Posterior(np.clip(below, 0.0, 1.0), ptox, found[:, -2], found[:, -1])

    def _fit(self, counts: Ints) -> Floats:
        rows = np.concatenate([counts, np.ones((len(counts), 1), np.int64)], axis=1).astype(float)
        best = _saturated(counts)[:, None]  # no curve fits better: keeps the likelihood from vanishing
        sums = np.zeros((len(rows), self._asked.shape[1]))
        for at in range(0, len(rows), _ROWS):
            some = slice(at, at + _ROWS)
            for node in range(0, self._asked.shape[0], _NODES):
                nodes = slice(node, node + _NODES)
                logs = rows[some] @ self._logs[:, nodes]
                logs -= best[some]
                np.maximum(logs, -600.0, out=logs)  # keeps exp away from its slow, denormal end
                sums[some] += np.exp(logs, out=logs) @ self._asked[nodes]
        found: Floats = sums[:, 1:] / sums[:, :1]
        return found


def _saturated(counts: Ints) -> Floats:
    """(S,) log-likelihood of the DLTs, and patients without, at their own rates."""
    tox, not_ = np.split(counts, 2, axis=1)
    n = np.maximum(tox + not_, 1)
    found: Floats = (xlogy(tox, tox / n) + xlogy(not_, not_ / n)).sum(axis=1)
    return found


@lru_cache(maxsize=8)
def two_parameter(
    log_doses: tuple[float, ...], edges: tuple[float, ...], prior: Prior, most: int
) -> TwoParameter:
    """The model with these parameters: one object each, so that its tables are made once."""
    return TwoParameter(log_doses, edges, prior, most)
