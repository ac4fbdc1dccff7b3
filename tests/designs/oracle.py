"""Designs once more, written from the papers in plain Python: one study at a time, every path walked.

Slow, and without a line in common with the package: agreement on small studies is the test of both. Posterior
tails are sums of binomial probabilities (Pr(p > t | y of n) under a uniform prior is Pr(Bin(n + 1, t) <= y)),
isotonic rates pool adjacent violators with a stack, and elimination is remembered, not worked out from counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from math import ceil, comb, floor, log

Counts = tuple[int, ...]


@dataclass(frozen=True)
class Path:
    """One study under way: ``n`` and ``y`` by level, the current level ``d`` (from 1), levels ``gone`` for good,
    ``single``: whether it still treats single patients, ``last``: DLTs and patients of the last cohort."""

    n: Counts
    y: Counts
    d: int
    gone: frozenset[int] = frozenset()
    single: bool = False
    last: tuple[int, int] = (0, 0)

    def treat(self, size: int, tox: int) -> Path:
        n, y = list(self.n), list(self.y)
        n[self.d - 1] += size
        y[self.d - 1] += tox
        return replace(self, n=tuple(n), y=tuple(y), last=(tox, size))

    def at(self, level: int) -> tuple[int, int]:
        return self.n[level - 1], self.y[level - 1]


Step = tuple[Path, int, int]
"""The path (its memory brought up to date), the next level (0 to stop), the size of the next cohort."""
Rule = Callable[[Path], Step]


@dataclass
class Result:
    """What all paths together come to."""

    select: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    n: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    dlt: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    n_total: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    paths: int = 0

    def end(self, path: Path, chance: float, selected: int) -> None:
        self.select[selected] += chance
        for level, (n, y) in enumerate(zip(path.n, path.y, strict=True), 1):
            self.n[level] += chance * n
            self.dlt[level] += chance * y
        self.n_total[sum(path.n)] += chance
        self.paths += 1


def walk(
    rule: Rule,
    select: Callable[[Path], int],
    p: tuple[float, ...],
    start: Path,
    size: int,
    most: int,
) -> Result:
    """Every path, its probability and what is selected at its end."""
    found = Result()

    def go(path: Path, size: int, chance: float) -> None:
        for tox in range(size + 1):
            here = binomial(tox, size, p[path.d - 1])
            seen, dose, more = rule(path.treat(size, tox))
            left = most - sum(seen.n)
            if dose == 0 or left <= 0:
                found.end(seen, chance * here, select(seen))
            else:
                go(replace(seen, d=dose), min(more, left), chance * here)

    go(start, min(size, most), 1.0)
    return found


def binomial(y: int, n: int, p: float) -> float:
    return comb(n, y) * p**y * (1 - p) ** (n - y)


def tail(limit: float, n: int, y: int) -> float:
    """Pr(p > limit | y of n), uniform prior."""
    return sum(binomial(i, n + 1, limit) for i in range(y + 1))


def boin_rule(
    target: float,
    doses: int,
    size: int,
    saf: float | None = None,
    tox: float | None = None,
    cutoff: float = 0.95,
    extra: float | None = None,
    enough: int | None = None,
) -> Rule:
    """Liu & Yuan 2015: compare the observed rate with two limits; after R BOIN 2.7.2's flow of a trial.

    ``extra``: the extra safe rule's offset, None without. ``enough``: stop once so many at a level where one stays.
    """
    saf = 0.6 * target if saf is None else saf
    tox = 1.4 * target if tox is None else tox
    low = log((1 - saf) / (1 - target)) / log(target * (1 - saf) / (saf * (1 - target)))
    high = log((1 - target) / (1 - tox)) / log(tox * (1 - target) / (target * (1 - tox)))

    def move(n: int, y: int) -> int:
        down = ceil(high * n) if abs(high * n - round(high * n)) > 1e-12 else round(high * n) + 1
        return 1 if y <= floor(low * n) else -1 if y >= down else 0

    return interval_rule(move, doses, size, target, cutoff, 3, extra, enough)


def keyboard_rule(
    target: float, doses: int, size: int, low: float = 0.05, high: float = 0.05, cutoff: float = 0.95
) -> Rule:
    """Yan et al. 2017, with the shorter keys at both ends by probability per width (mTPI-2, R Keyboard 0.1.3)."""
    keys = [(target - low, target + high)]
    width = low + high
    while keys[0][0] > 1e-9:
        keys.insert(0, (max(0.0, keys[0][0] - width), keys[0][0]))
    while keys[-1][1] < 1 - 1e-9:
        keys.append((keys[-1][1], min(1.0, keys[-1][1] + width)))

    def move(n: int, y: int) -> int:
        held = {key: (tail(key[0], n, y) - tail(key[1], n, y)) / (key[1] - key[0]) for key in keys}
        most = max(held.values())
        if held[target - low, target + high] >= most * (1 - 1e-9):
            return 0
        strongest = next(key for key in keys if held[key] == most)
        return 1 if strongest[0] < target - low else -1

    return interval_rule(move, doses, size, target, cutoff, 1)


def i3plus3_rule(target: float, doses: int, size: int, low: float, high: float) -> Rule:
    """Liu, Wang, Ji 2020, algorithm 1."""

    def side(y: int, n: int) -> int:
        rate = y / n
        return -1 if rate < target - low - 1e-9 else 1 if rate > target + high + 1e-9 else 0

    def move(n: int, y: int) -> int:
        if side(y, n) == 1:
            return 0 if side(y - 1, n) == -1 else -1
        return -side(y, n)

    return interval_rule(move, doses, size, target, 0.95, 3)


def interval_rule(
    move: Callable[[int, int], int],
    doses: int,
    size: int,
    target: float,
    cutoff: float,
    least: int,
    extra: float | None = None,
    enough: int | None = None,
) -> Rule:
    def rule(path: Path) -> Step:
        if path.single:
            if sum(path.y) == 0 and path.d < doses:
                return path, path.d + 1, 1
            return replace(path, single=False), path.d, size - 1
        n, y = path.at(path.d)
        gone = path.gone
        if n >= least and y > 0 and tail(target, n, y) > cutoff:
            gone = gone | set(range(path.d, doses + 1))
        path = replace(path, gone=gone)
        n1, y1 = path.at(1)
        if 1 in gone or (extra is not None and n1 >= 3 and y1 > 0 and tail(target, n1, y1) > cutoff - extra):
            return replace(path, gone=frozenset(range(1, doses + 1))), 0, 0
        step = -1 if path.d in gone else move(n, y)
        new = min(max(path.d + step, 1), doses)
        if new in gone:
            new = path.d
        if enough is not None and n >= enough and new == path.d:
            return path, 0, 0
        return path, new, size

    return rule


def nearest(path: Path, target: float, limit: float | None = None) -> int:
    """The level whose isotonic rate is nearest to the target, of those treated and not gone; of equally near ones
    below the target the highest, else the lowest."""
    levels = [k for k in range(1, len(path.n) + 1) if path.n[k - 1] and k not in path.gone]
    blocks: list[tuple[float, float, list[int]]] = []
    for k in levels:
        n, y = path.at(k)
        a, b = y + 0.05, n - y + 0.05
        rate, weight, members = a / (n + 0.1), (n + 0.1) ** 2 * (n + 1.1) / (a * b), [k]
        while blocks and blocks[-1][0] > rate:
            r, w, m = blocks.pop()
            rate, weight, members = (r * w + rate * weight) / (w + weight), w + weight, m + members
        blocks.append((rate, weight, members))
    fitted = {k: rate for rate, _, members in blocks for k in members}
    if limit is not None:
        fitted = {k: r for k, r in fitted.items() if r <= limit}
    if not fitted:
        return 0
    least = min(abs(r - target) for r in fitted.values())
    near = [k for k, r in fitted.items() if abs(r - target) - least < 1e-8]
    below = [k for k in near if fitted[k] < target]
    return max(below) if below else min(near)


Leaf = tuple[float, Counts, Counts, int]


def three_plus_three(p: tuple[float, ...], variant: str) -> Iterator[Leaf]:
    """Every path of a 3+3 study by its story: up by threes, then (if the variant says so) down by threes."""
    k = len(p)

    def three(
        level: int,
        n: Counts,
        y: Counts,
        chance: float,
        then: Callable[[Counts, Counts, float], Iterator[Leaf]],
    ) -> Iterator[Leaf]:
        for tox in range(4):
            m, z = list(n), list(y)
            m[level - 1] += 3
            z[level - 1] += tox
            yield from then(tuple(m), tuple(z), chance * binomial(tox, 3, p[level - 1]))

    def up(level: int, n: Counts, y: Counts, chance: float) -> Iterator[Leaf]:
        def first(n: Counts, y: Counts, chance: float) -> Iterator[Leaf]:
            if y[level - 1] == 1:
                return three(level, n, y, chance, six)
            return six(n, y, chance)

        def six(n: Counts, y: Counts, chance: float) -> Iterator[Leaf]:
            if y[level - 1] >= 2:
                return down(level - 1, n, y, chance)
            if level < k:
                return up(level + 1, n, y, chance)
            if variant == "six-at-mtd" and n[level - 1] == 3:
                return three(level, n, y, chance, six)
            return iter([(chance, n, y, level)])

        return three(level, n, y, chance, first)

    def down(level: int, n: Counts, y: Counts, chance: float) -> Iterator[Leaf]:
        def after(n: Counts, y: Counts, chance: float) -> Iterator[Leaf]:
            if y[level - 1] >= 2:
                return down(level - 1, n, y, chance)
            return iter([(chance, n, y, level)])

        if level == 0 or variant == "no-deescalation" or n[level - 1] == 6:
            return iter([(chance, n, y, level)])
        return three(level, n, y, chance, after)

    yield from up(1, (0,) * k, (0,) * k, 1.0)


def three_plus_three_result(p: tuple[float, ...], variant: str) -> Result:
    """Its paths together."""
    found = Result()
    for chance, n, y, selected in three_plus_three(p, variant):
        found.end(Path(n, y, 1), chance, selected)
    return found
