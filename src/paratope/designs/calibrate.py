"""Try a design over a grid of its parameters against a set of truths; exactness makes that affordable.

Source of the idea: Lee & Cheung, Clin Trials 2009;6:227-238 (calibrate the skeleton's half-width against
scenarios, by the average probability of a right selection).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import product
from typing import Any

from paratope.designs.base import Design
from paratope.designs.characteristics import Characteristics, characteristics
from paratope.designs.problems import Problem, Unusable
from paratope.designs.quality import accuracy, mean_above, right_selection
from paratope.designs.spec import read_design
from paratope.designs.truth import Truth

MEASURES = ("mean", "worst")


@dataclass(frozen=True, slots=True)
class Setting:
    """One point of the grid.

    ``values``: the parameters varied. ``found``: exact characteristics by truth. ``right``: Pr(right selection)
    by truth; ``accuracy``: accuracy index by truth; ``above``: expected patients above the target by truth.
    """

    values: dict[str, Any]
    design: Design
    found: tuple[Characteristics, ...]
    right: tuple[float, ...]
    accuracy: tuple[float, ...]
    above: tuple[float, ...]

    @property
    def mean_right(self) -> float:
        """Pr(right selection), averaged over the truths."""
        return sum(self.right) / len(self.right)

    @property
    def worst_right(self) -> float:
        """Pr(right selection) under the truth where it is lowest."""
        return min(self.right)

    @property
    def mean_n(self) -> float:
        """Expected patients, averaged over the truths."""
        return sum(c.mean_n for c in self.found) / len(self.found)


@dataclass(frozen=True, slots=True)
class Calibration:
    """All settings, best first; ``left_out``: settings that are no design, each with its problems."""

    settings: tuple[Setting, ...]
    left_out: tuple[tuple[dict[str, Any], tuple[Problem, ...]], ...]


def calibrate(
    base: Mapping[str, Any],
    grid: Mapping[str, Sequence[Any]],
    truths: tuple[Truth, ...],
    by: str = "mean",
    too_toxic: float | None = None,
    target: float | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Calibration:
    """Exact characteristics of ``base`` (plain data, see `spec.read_design`) at every combination of ``grid``.

    ``grid``: values by parameter; ``modifier.parameter`` names one of a modifier that ``base`` has. ``by``:
    ``mean`` or ``worst`` probability of right selection over the truths ranks them; ties go to fewer patients.
    ``target``: what right means, where the design has no target of its own. Raises `Unusable` where the grid
    names nothing that exists, or no combination is a design.
    """
    problems = [Problem(f"--vary {key}", "expected at least one value") for key, v in grid.items() if not v]
    problems += [p for key in grid for p in _unknown_modifier(base, key)]
    if by not in MEASURES:
        problems.append(Problem("--by", f"expected one of {', '.join(MEASURES)}, not {by!r}"))
    if not truths:
        problems.append(Problem("--truth", "expected at least one"))
    if problems:
        raise Unusable(problems)
    points = [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]
    settings: list[Setting] = []
    left_out: list[tuple[dict[str, Any], tuple[Problem, ...]]] = []
    for i, values in enumerate(points):
        try:
            settings.append(_try(_with(base, values), values, truths, too_toxic, target))
        except Unusable as bad:
            left_out.append((values, bad.problems))
        if progress is not None:
            progress(i + 1, len(points))
    if not settings:
        raise Unusable([p for _, found in left_out for p in found])
    return Calibration(tuple(sorted(settings, key=_rank(by))), tuple(left_out))


def _rank(by: str) -> Callable[[Setting], tuple[float, float]]:
    def key(s: Setting) -> tuple[float, float]:
        return (-round(s.mean_right if by == "mean" else s.worst_right, 12), s.mean_n)

    return key


def _try(
    spec: dict[str, Any],
    values: dict[str, Any],
    truths: tuple[Truth, ...],
    too_toxic: float | None,
    target: float | None,
) -> Setting:
    design = read_design(spec)
    aim = design.target if target is None else target
    if aim is None:
        raise Unusable(
            [Problem("--target", "is missing: the design has none, so nothing says what is right")]
        )
    found = characteristics(design, truths)
    return Setting(
        values,
        design,
        found,
        tuple(right_selection(c, aim, too_toxic) for c in found),
        tuple(accuracy(c, aim) for c in found),
        tuple(mean_above(c) for c in found),
    )


def _with(base: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    spec = deepcopy(dict(base))
    for key, value in values.items():
        modifier, dot, parameter = key.rpartition(".")
        if not dot:
            spec[key] = value
            continue
        for each in spec["modifiers"]:
            if each["modifier"] == modifier:
                each[parameter] = value
    return spec


def _unknown_modifier(base: Mapping[str, Any], key: str) -> list[Problem]:
    modifier, dot, _ = key.rpartition(".")
    known = [m.get("modifier") for m in base.get("modifiers", [])]
    if not dot or modifier in known:
        return []
    return [Problem(f"--vary {key}", f"the design has no modifier {modifier!r} to vary")]
