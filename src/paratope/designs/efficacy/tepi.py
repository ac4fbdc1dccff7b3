"""TEPI: a table over intervals of toxicity and efficacy decides; a utility selects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincinv

from paratope.designs.base import STOP, BaseDesign, Rulings
from paratope.designs.efficacy.levels import open_above, open_below
from paratope.designs.fields import numbers, probability, table
from paratope.designs.isotonic import isotonic
from paratope.designs.problems import Problem
from paratope.designs.reasons import declare
from paratope.designs.seen import Bools, Floats, Ints, Seen
from paratope.designs.tails import above

PAPER = "Li, Whitmore, Guo, Ji, Clin Cancer Res 2017;23:13-20"
POINTS, GENERATOR = 2_039, 1_487
"""The lattice over the posterior of the DLT probabilities; the mean of f1 is then right to about 0.001.

Source: L'Ecuyer & Lemieux, Manage Sci 2000;46:1214-1235, table 1.
"""
CHUNK = 64
"""Situations whose utility is worked out at once, so that memory stays small."""

_SEEN = "{tox} DLT and {eff} responses among {n} at dose level {dose}"
_CELL = f"{_SEEN}: DLT probability likeliest in {{tox_interval}}, response probability in {{eff_interval}}"
ESCALATE = declare("tepi.escalate", f"{_CELL}: the table says escalate, so go to level {{next}}", PAPER)
STAY = declare("tepi.stay", f"{_CELL}: the table says stay", PAPER)
DEESCALATE = declare(
    "tepi.de-escalate", f"{_CELL}: the table says de-escalate, so go to level {{next}}", PAPER
)
TOP = declare(
    "tepi.stay-no-level-above",
    f"{_CELL}: the table says escalate, but no level above is open, so stay",
    PAPER,
)
LOWEST = declare(
    "tepi.stay-no-level-below",
    f"{_CELL}: the table says de-escalate, but no level below is open, so stay",
    PAPER,
)
TOO_TOXIC = declare(
    "tepi.close-too-toxic",
    f"{_SEEN}: Pr(DLT probability > {{target:g}}) = {{toxic:.4f}}, more than {{eta:g}}: this level and all above are "
    "closed for good; go to level {next}",
    f"{PAPER}, safety rule",
)
FUTILE = declare(
    "tepi.close-futile",
    f"{_SEEN}: Pr(response probability > {{min_eff:g}}) = {{active:.4f}}, less than {{xi:g}}: this level is closed for "
    "good; go to level {next}",
    f"{PAPER}, futility rule",
)
ALL_TOXIC = declare(
    "tepi.stop-too-toxic",
    "the lowest dose level is too toxic ({tox_lowest} DLT among {n_lowest}): stop, no level is selected",
    f"{PAPER}, safety rule",
)
NONE_LEFT = declare(
    "tepi.stop-no-level", f"{_SEEN}: this level is closed and so is every level to go to: stop", PAPER
)

LETTERS = {"E": "escalate", "S": "stay", "D": "de-escalate"}
EXAMPLE = (("E", "E", "E", "E"), ("E", "E", "E", "S"), ("D", "S", "S", "S"), ("D", "D", "D", "D"))
"""The paper's table: rows by toxicity (0-0.15, -0.33, -0.40, -1), columns by efficacy (0-0.2, -0.4, -0.6, -1)."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One row of the decision table: what goes into a protocol.

    ``n``, ``tox``, ``eff``: patients at a level, with DLT, with response. ``decision``: E escalate, S stay,
    D de-escalate; DUT de-escalate and close this level and those above as too toxic; DUE de-escalate, EUE escalate, and
    close this level as futile.
    """

    n: int
    tox: int
    eff: int
    decision: str


@dataclass(frozen=True, kw_only=True)
class Tepi(BaseDesign):
    """TEPI: the likeliest pair of intervals, for the probabilities of DLT and response, is looked up in a table that
    the investigators agreed on beforehand.

    Likeliest is the pair with the highest joint unit probability mass: posterior probability per area, with
    independent uniform priors, so it is the likeliest interval of each. A level, and those above, are closed
    when Pr(DLT probability > ``target``) > ``eta``; a level is closed when Pr(response probability > ``min_eff``) <
    ``xi``. Closed levels are passed over. A futile level is left upwards when the table says escalate, otherwise
    downwards.

    At the end the open level with the highest posterior mean of the utility f1(DLT) f2(response) is selected. f1 falls
    in a line from 1 at ``tox_utility[0]`` to 0 at ``tox_utility[1]``; f2 rises from 0 at ``eff_utility[0]`` to 1 at
    ``eff_utility[1]``. The DLT probabilities are made non-decreasing point by point of their posterior; a fixed
    lattice takes the place of the paper's random draws there, so the answer is always the same.

    Source: Li, Whitmore, Guo, Ji, Clin Cancer Res 2017;23:13-20 (table 1; safety and futility rules; utility).
    Decisions agree with R Keyboard 0.1.3, ``get.decision.obd.kb``, which calls itself the same design.
    """

    name = "tepi"
    title = "Toxicity and efficacy probability interval design (TEPI)"
    source = PAPER
    columns = ("n", "tox", "eff")

    target: float = probability("highest acceptable DLT probability (p_T)", default=0.40)
    min_eff: float = probability("lowest acceptable response probability (q_E)", default=0.20)
    eta: float = probability(
        "close a level, and those above, when Pr(DLT probability > target) exceeds this", default=0.95
    )
    xi: float = probability(
        "close a level when Pr(response probability > min_eff) is less than this", default=0.30
    )
    tox_edges: tuple[float, ...] = numbers(
        "inner edges of the toxicity intervals", 0.0, 1.0, default=(0.15, 0.33, 0.40), open=True, rising=True
    )
    eff_edges: tuple[float, ...] = numbers(
        "inner edges of the efficacy intervals", 0.0, 1.0, default=(0.20, 0.40, 0.60), open=True, rising=True
    )
    decisions: tuple[tuple[str, ...], ...] = table(
        "E, S or D for each toxicity interval (rows) and efficacy interval (columns)", default=EXAMPLE
    )
    tox_utility: tuple[float, ...] = numbers(
        "DLT probabilities up to which f1 is 1 and from which it is 0",
        0.0,
        1.0,
        default=(0.15, 0.40),
        rising=True,
    )
    eff_utility: tuple[float, ...] = numbers(
        "response probabilities up to which f2 is 0 and from which it is 1",
        0.0,
        1.0,
        default=(0.20, 0.60),
        rising=True,
    )

    @cached_property
    def _moves(self) -> Ints:
        """The table as moves: 1 up, 0 stay, -1 down."""
        return np.array([["DSE".index(letter) - 1 for letter in row] for row in self.decisions])

    def intervals(self, seen: Seen) -> tuple[Ints, Ints]:
        """(S, K) which toxicity and which efficacy interval is likeliest, 0 the lowest."""
        return _likeliest(self.tox_edges, seen.n, seen.tox), _likeliest(self.eff_edges, seen.n, seen.eff)

    def toxic(self, seen: Seen) -> Bools:
        """(S, K) levels closed as too toxic: one that is, and all above."""
        over = (seen.n > 0) & (above(self.target, seen.n, seen.tox) > self.eta)
        shut: Bools = np.logical_or.accumulate(over, axis=1)
        return shut

    def futile(self, seen: Seen) -> Bools:
        """(S, K) levels closed as not active enough."""
        low: Bools = (seen.n > 0) & (above(self.min_eff, seen.n, seen.eff) < self.xi)
        return low

    def judge(self, seen: Seen) -> Rulings:
        toxic, futile = self.toxic(seen), self.futile(seen)
        closed = toxic | futile
        dose = np.maximum(seen.dose, 1)
        lower, upper = open_below(dose, ~closed), open_above(dose, ~closed)
        tox_at, eff_at = (seen.here(v) for v in self.intervals(seen))
        move = self._moves[tox_at, eff_at]

        rule = np.select([move > 0, move < 0], [ESCALATE, DEESCALATE], STAY)
        next_dose = np.select([move > 0, move < 0], [upper, lower], dose)
        stuck = next_dose == STOP
        rule = np.where(stuck, np.where(move > 0, TOP, LOWEST), rule)
        next_dose = np.where(stuck, dose, next_dose)

        here_toxic, here_futile = seen.here(toxic), seen.here(futile)
        leaves = np.where((move > 0) & (upper > 0), upper, lower)
        next_dose = np.where(here_toxic, lower, np.where(here_futile, leaves, next_dose))
        rule = np.where(here_toxic, TOO_TOXIC, np.where(here_futile, FUTILE, rule))
        rule = np.where(next_dose == STOP, NONE_LEFT, rule)
        next_dose = np.where(toxic[:, 0], STOP, next_dose)
        rule = np.where(toxic[:, 0], ALL_TOXIC, rule)
        return Rulings(next_dose, np.where(next_dose == STOP, 0, self.cohort_size), rule, closed)

    def select(self, seen: Seen) -> Ints:
        fine = (seen.n > 0) & ~self.toxic(seen) & ~self.futile(seen)
        best = np.where(fine, self.utility(seen), -1.0).argmax(axis=1) + 1
        chosen: Ints = np.where(fine.any(axis=1), best, 0)
        return chosen

    def utility(self, seen: Seen) -> Floats:
        """(S, K) posterior mean of f1(DLT) f2(response); 0 at levels never given.

        f1 and f2 are independent, and the mean of f2 is exact. The DLT probabilities made non-decreasing are those of
        the levels given, weighted by their inverse posterior variance (Ji, Li, Bekele, Clin Trials 2007;4:235-244).
        """
        low, high = self.eff_utility
        a, b = np.asarray(1.0 + seen.eff), np.asarray(1.0 + seen.n - seen.eff)
        gain = (_partial_mean(a, b, low, high) - low * _between(a, b, low, high)) / (high - low)
        gain = gain + 1 - betainc(a, b, high)
        distinct, which = np.unique(seen.counts[:, :, :2], axis=0, return_inverse=True)
        parts = [self._safety(distinct[i : i + CHUNK]) for i in range(0, len(distinct), CHUNK)]
        safety = np.concatenate(parts)[which.reshape(-1)]
        return np.where(seen.n > 0, np.round(safety * gain, 12), 0.0)

    def _safety(self, counts: Ints) -> Floats:
        """(S, K) posterior mean of f1 of the DLT probabilities made non-decreasing; ``counts``: (S, K, 2)."""
        n, tox = counts[:, :, 0], counts[:, :, 1]
        a, b = 1.0 + tox, 1.0 + n - tox
        pairs, which = np.unique(counts.reshape(-1, 2), axis=0, return_inverse=True)
        points = _lattice(self.doses)
        draws = np.empty((*n.shape, POINTS))
        at = which.reshape(n.shape)
        for level in range(self.doses):
            own = np.unique(at[:, level])
            quantiles = np.zeros((len(pairs), POINTS))
            alpha, beta = 1.0 + pairs[own, 1], 1.0 + pairs[own, 0] - pairs[own, 1]
            quantiles[own] = betaincinv(alpha[:, None], beta[:, None], points[level])
            draws[:, level] = quantiles[at[:, level]]
        weight = (a + b) ** 2 * (a + b + 1) / (a * b)
        flat = draws.transpose(0, 2, 1).reshape(-1, self.doses)
        repeated = (np.repeat(v, POINTS, axis=0) for v in (weight, n > 0))
        rising = isotonic(flat, *repeated).reshape(len(n), POINTS, self.doses)
        low, high = self.tox_utility
        value = np.clip((high - np.nan_to_num(rising, nan=1.0)) / (high - low), 0.0, 1.0)
        return np.asarray(value.mean(axis=1))

    def table(self) -> tuple[Cell, ...]:
        """The decision for every outcome at a level with each multiple of the cohort size up to the most patients."""
        sizes = range(self.cohort_size, self.max_n + 1, self.cohort_size)
        counts = np.array(
            [(n, tox, eff) for n in sizes for tox, eff in product(range(n + 1), repeat=2)], np.int64
        )
        seen = Seen(counts[:, None, :], np.ones(len(counts), np.int64), np.zeros_like(counts))
        tox_at, eff_at = (v[:, 0] for v in self.intervals(seen))
        move = self._moves[tox_at, eff_at]
        toxic, futile = self.toxic(seen)[:, 0], self.futile(seen)[:, 0]
        codes = np.select(
            [toxic, futile & (move > 0), futile, move > 0, move < 0], ["DUT", "EUE", "DUE", "E", "D"], "S"
        )
        return tuple(
            Cell(int(n), int(tox), int(eff), str(code))
            for (n, tox, eff), code in zip(counts, codes, strict=True)
        )

    def inconsistencies(self) -> Iterator[Problem]:
        yield from super().inconsistencies()
        for name in ("tox_utility", "eff_utility"):
            if len(getattr(self, name)) != 2:
                yield Problem(f"$.{name}", f"has {len(getattr(self, name))} numbers, 2 are needed")
        rows, columns = len(self.tox_edges) + 1, len(self.eff_edges) + 1
        if len(self.decisions) != rows:
            yield Problem(
                "$.decisions", f"has {len(self.decisions)} rows, the toxicity edges make {rows} intervals"
            )
        for i, row in enumerate(self.decisions):
            if len(row) != columns:
                yield Problem(
                    f"$.decisions[{i}]",
                    f"has {len(row)} decisions, the efficacy edges make {columns} intervals",
                )
            for j, letter in enumerate(row):
                if letter not in LETTERS:
                    yield Problem(
                        f"$.decisions[{i}][{j}]",
                        f"{letter!r} is no decision: E escalate, S stay, D de-escalate",
                    )

    def numbers(self, seen: Seen) -> dict[str, Any]:
        said = super().numbers(seen)
        at = max(said["dose"], 1) - 1
        tox_at, eff_at = (int(v[0, at]) for v in self.intervals(seen))
        return {
            **said,
            "eff": int(seen.eff[0, at]),
            "target": self.target,
            "min_eff": self.min_eff,
            "eta": self.eta,
            "xi": self.xi,
            "tox_interval": _named(self.tox_edges, tox_at),
            "eff_interval": _named(self.eff_edges, eff_at),
            "table": LETTERS[self.decisions[tox_at][eff_at]],
            "toxic": float(above(self.target, said["n"], said["tox"])),
            "active": float(above(self.min_eff, said["n"], seen.eff[0, at])),
            "utility": [float(u) for u in self.utility(seen)[0]],
            "n_lowest": int(seen.n[0, 0]),
            "tox_lowest": int(seen.tox[0, 0]),
        }


def _likeliest(edges: tuple[float, ...], n: Ints, events: Ints) -> Ints:
    """The interval with the most posterior probability per length, uniform prior; the lowest of equals."""
    ends = np.array([0.0, *edges, 1.0])
    held = np.diff(betainc(1.0 + events[..., None], 1.0 + n[..., None] - events[..., None], ends), axis=-1)
    found: Ints = np.round(held / np.diff(ends), 12).argmax(axis=-1)
    return found


def _between(a: NDArray[Any], b: NDArray[Any], low: float, high: float) -> Floats:
    """Pr(low < p < high) for p ~ Beta(a, b)."""
    return np.asarray(betainc(a, b, high) - betainc(a, b, low))


def _partial_mean(a: NDArray[Any], b: NDArray[Any], low: float, high: float) -> Floats:
    """Mean of p where low < p < high, 0 elsewhere, for p ~ Beta(a, b): the mean times a tail of Beta(a + 1, b)."""
    return np.asarray(a / (a + b) * _between(a + 1, b, low, high))


def _lattice(dimensions: int) -> Floats:
    """(dimensions, POINTS) evenly spread points of the unit cube, folded so that opposite edges meet.

    Source: Korobov lattice as in L'Ecuyer & Lemieux, Manage Sci 2000;46:1214-1235; folding: Hickernell, in Monte Carlo
    and Quasi-Monte Carlo Methods 2000 (2002):274-289.
    """
    steps = np.array([pow(GENERATOR, k, POINTS) for k in range(dimensions)])
    points = (np.outer(steps, np.arange(POINTS)) + 0.5) / POINTS % 1.0
    return np.asarray(1.0 - np.abs(2.0 * points - 1.0))


def _named(edges: tuple[float, ...], which: int) -> str:
    ends = (0.0, *edges, 1.0)
    return f"{ends[which]:g} to {ends[which + 1]:g}"
