"""The one-parameter working models of the CRM, and their estimate from what was seen, for many situations at once.

Power ("empiric") model: p_k = s_k ^ exp(b). Logistic model: logit p_k = 3 + exp(b) x_k with x_k = logit s_k - 3.
At b = 0 both give the skeleton s back. The prior of b is normal with mean 0. A patient followed for a part w of
the DLT window without DLT so far contributes 1 - w p (Cheung & Chappell, Biometrics 2000;56:1177-1182).

Source: O'Quigley, Pepe, Fisher, Biometrics 1990;46:33-48; Cheung, Dose Finding by the Continual Reassessment Method
(2011), chapters 3 and 5. Numbers agree with R dfcrm 0.2-2.1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from scipy.special import expit, logit

from paratope.designs.exact import distinct
from paratope.designs.model.skeleton import INTERCEPT
from paratope.designs.seen import Floats, Ints

REACH = 10.0
"""b is sought, and its moments are integrated, over -10 to 10, as R dfcrm 0.2-2.1 does."""

_INFORMATION = {"power": 0.65, "logistic": 3.2}
"""The most that one patient tells about b: the largest p (log p)^2 / (1 - p), and (logit p - 3)^2 p (1 - p)."""

_NOTHING = -50.0
"""Logarithm of a density, relative to its peak, that adds nothing to any printed digit."""

_PRODUCT = 250_000
"""Size of the matrix product for situations fitted together: their tables stay in the processor's cache, and the
product is not spread over threads, which would cost more than it gains."""


@dataclass(frozen=True, slots=True)
class Pending:
    """Patients without DLT whose window is still open, (S, P): ``level`` 1 to K (0 for nobody), ``weight`` 0 to 1."""

    level: Ints
    weight: Floats


@dataclass(frozen=True)
class Working:
    """One working model with its way to estimate b.

    ``scale``: standard deviation of the prior. ``method``: ``bayes`` (posterior mean) or ``likelihood``. ``most``:
    patients for which the grid is fine enough (its step is 0.6 of the smallest likely posterior standard
    deviation, at which the trapezoid rule errs by less than 1e-12).
    """

    skeleton: tuple[float, ...]
    model: str
    method: str
    scale: float
    most: int

    @cached_property
    def labels(self) -> Floats:
        """(K,) scaled doses: log s (power), logit s - 3 (logistic); all negative."""
        s = np.array(self.skeleton)
        return np.log(s) if self.model == "power" else np.asarray(logit(s) - INTERCEPT)

    def log_parts(self, b: Floats) -> tuple[Floats, Floats]:
        """log p and log(1 - p) at every level for ``b``, any shape; a last axis of K is added."""
        x = np.exp(b)[..., None] * self.labels
        if self.model == "power":
            return x, np.log(-np.expm1(x))
        eta = INTERCEPT + x
        return -np.logaddexp(0.0, -eta), -np.logaddexp(0.0, eta)

    def ptox(self, b: Floats) -> Floats:
        """DLT probabilities at every level for ``b``; a last axis of K is added."""
        x = np.exp(b)[..., None] * self.labels
        found: Floats = np.asarray(np.exp(x) if self.model == "power" else expit(INTERCEPT + x), np.float64)
        return found

    def nearest(self, ptox: Floats, target: float) -> Ints:
        """(S,) the level whose DLT probability is nearest to the target: the lower on ties; the highest where all
        are at most the target (R dfcrm 0.2-2.1, ``crm``)."""
        level: Ints = np.abs(ptox - target).argmin(axis=1) + 1
        return np.where((ptox <= target).all(axis=1), ptox.shape[1], level)

    @cached_property
    def nodes(self) -> Floats:
        """(Q,) the grid of b: -10 to 10, farther for a prior wider than that."""
        sd = 1 / math.sqrt(1 / self.scale**2 + _INFORMATION[self.model] * max(self.most, 10))
        step = min(0.15, 0.6 * sd)
        inside = math.ceil(REACH / step)
        beyond = math.ceil(max(0.0, 9 * self.scale - REACH) / REACH * inside)
        return np.linspace(
            -REACH - beyond * REACH / inside, REACH + beyond * REACH / inside, 2 * (inside + beyond) + 1
        )

    @cached_property
    def _logs(self) -> Floats:
        """(2 K, Q) log p, then log(1 - p), at the nodes."""
        return np.concatenate([t.T for t in self.log_parts(self.nodes)])

    @cached_property
    def _p(self) -> Floats:
        """(K, Q) p at the nodes."""
        return np.exp(self._logs[: len(self.skeleton)])

    @cached_property
    def _moments(self) -> Floats:
        """(Q, 2) what the posterior is multiplied by: 1, and b where it is within reach (R dfcrm integrates the
        mean over -10 to 10 and the norm over everything; they differ only for priors with scale above 1.5)."""
        return np.stack([np.ones_like(self.nodes), self.nodes * self._within], axis=1)

    @cached_property
    def _within(self) -> Floats:
        """(Q,) 1 within reach, one half at its ends (trapezoid rule), 0 beyond."""
        far = np.abs(self.nodes) - REACH
        return np.where(far > 1e-9, 0.0, np.where(far > -1e-9, 0.5, 1.0))

    def estimate(self, n: Ints, tox: Ints) -> Floats:
        """(S,) the estimate of b from counts (S, K); each distinct row is fitted once."""
        both = np.stack([n, tox], axis=2)
        first, which = distinct(both, [], int(n.max(initial=0)))
        return self.fit(n[first], tox[first])[which]

    def fit(self, n: Ints, tox: Ints, pending: Pending | None = None) -> Floats:
        """(S,) the estimate of b.

        ``n``, ``tox``: (S, K) patients and DLTs, those with an open window left out (they are in ``pending``).
        Where the likelihood has no maximum (all patients had DLT, or none had), its estimate is put at the end of
        the range, -10 or 10, where it grows to: the lowest level is nearest to any target, or the highest. R dfcrm
        there takes a prior of scale 500 but integrates its mean over -10 to 10 only, which leaves the estimate near
        0, so that the guess of the MTD is recommended even after DLTs in all patients; that is not followed.
        """
        parts = []
        together = max(_PRODUCT // self._logs.size, 16)
        for start in range(0, len(n), together):
            rows = slice(start, start + together)
            some = None if pending is None else Pending(pending.level[rows], pending.weight[rows])
            fit = self._mean if self.method == "bayes" else self._maximum
            parts.append(fit(n[rows], tox[rows], some))
        return np.concatenate(parts) if parts else np.zeros(0)

    def _mean(self, n: Ints, tox: Ints, pending: Pending | None) -> Floats:
        density, kept = self._likelihood(n, tox, pending, self.scale)
        sums = density @ self._moments[kept]
        found: Floats = sums[:, 1] / sums[:, 0]
        return found

    def _likelihood(
        self, n: Ints, tox: Ints, pending: Pending | None, scale: float | None
    ) -> tuple[Floats, slice]:
        """Likelihood at the nodes, times the prior of that scale, each row up to a factor; and at which nodes (those
        where no situation has anything left are not worth the time)."""
        logs = np.concatenate([tox, n - tox], axis=1).astype(float) @ self._logs
        if scale is not None:
            logs -= 0.5 * (self.nodes / scale) ** 2
        logs -= logs.max(axis=1, keepdims=True)
        some = np.flatnonzero(logs.max(axis=0, initial=-np.inf) > _NOTHING)
        kept = slice(int(some[0]), int(some[-1]) + 1) if len(some) else slice(0, 1)
        logs = np.maximum(logs[:, kept], -600.0)  # keeps exp away from its slow, denormal end
        found: Floats = np.exp(logs, out=logs)
        if pending is not None:
            p = self._p[:, kept]
            for level, weight in zip(pending.level.T, pending.weight.T, strict=True):
                there = np.flatnonzero(level)
                factor = p[level[there] - 1]
                factor *= -weight[there, None]
                factor += 1.0
                if len(there) == len(found):
                    found *= factor
                else:
                    found[there] *= factor
        return found, kept

    def _maximum(self, n: Ints, tox: Ints, pending: Pending | None) -> Floats:
        """Best node of the grid, then the root of the score next to it by bisection."""
        likelihood, kept = self._likelihood(n, tox, pending, None)
        likelihood[:, self._within[kept] == 0] = -1.0
        best = likelihood.argmax(axis=1) + kept.start
        step = self.nodes[1] - self.nodes[0]
        low = np.maximum(self.nodes[best] - step, -REACH)
        high = np.minimum(self.nodes[best] + step, REACH)
        for _ in range(40):
            middle = 0.5 * (low + high)
            rising = self._score(middle, n, tox, pending) > 0
            low, high = np.where(rising, middle, low), np.where(rising, high, middle)
        total = n.sum(axis=1)
        if pending is not None:
            total = total + (pending.level > 0).sum(axis=1)
        events = tox.sum(axis=1)
        found = 0.5 * (low + high)
        found = np.where((events == total), -REACH, found)
        found = np.where(events == 0, REACH, found)
        return np.where(total == 0, 0.0, found)

    def log_likelihood(self, b: Floats, n: Ints, tox: Ints, pending: Pending | None = None) -> Floats:
        """(S,) log-likelihood at one ``b`` per situation."""
        log_p, log_q = self.log_parts(b)
        found: Floats = (tox * log_p + (n - tox) * log_q).sum(axis=1)
        if pending is not None:
            rows = np.arange(len(b))[:, None]
            p = np.exp(log_p)[rows, np.maximum(pending.level, 1) - 1]
            part = np.where(pending.level > 0, np.log1p(-pending.weight * p), 0.0)
            found = found + part.sum(axis=1)
        return found

    def _score(self, b: Floats, n: Ints, tox: Ints, pending: Pending | None) -> Floats:
        """(S,) derivative of the log-likelihood at one ``b`` per situation."""
        log_p, log_q = self.log_parts(b)
        p, q = np.exp(log_p), np.exp(log_q)
        slope = np.exp(b)[:, None] * self.labels  # of log p
        if self.model == "logistic":
            slope = slope * q
        at = tox * slope - (n - tox) * slope * p / q
        found: Floats = at.sum(axis=1)
        if pending is not None:
            rows = np.arange(len(b))[:, None]
            where = np.maximum(pending.level, 1) - 1
            w = np.where(pending.level > 0, pending.weight, 0.0)
            lost = w * p[rows, where] * slope[rows, where]
            found = found - (lost / (q[rows, where] + (1 - w) * p[rows, where])).sum(axis=1)
        return found

    def second_moment(self, n: Ints, tox: Ints, pending: Pending | None = None) -> Floats:
        """(S,) posterior mean of b^2; for the likelihood method under a prior of scale 500 (R dfcrm 0.2-2.1)."""
        scale = self.scale if self.method == "bayes" else 500.0
        density, kept = self._likelihood(n, tox, pending, scale)
        within, nodes = self._within[kept], self.nodes[kept]
        norm = density.sum(axis=1) if self.method == "bayes" else density @ within
        found: Floats = (density @ (within * nodes**2)) / norm
        return found


@lru_cache(maxsize=16)
def working(skeleton: tuple[float, ...], model: str, method: str, scale: float, most: int) -> Working:
    """The working model with these parameters: one object each, so that its tables are made once."""
    return Working(skeleton, model, method, scale, most)
