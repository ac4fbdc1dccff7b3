"""``paratope design compare`` and ``calibrate``."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from paratope.cli.design import given
from paratope.cli.design.clock import CLOCK, progress, read_clock
from paratope.cli.design.options import Assembled, assemble, unknown
from paratope.cli.design.show import deliver, refused, stray
from paratope.cli.design.values import convert
from paratope.designs import Problem, Unusable
from paratope.designs.calibrate import calibrate as try_all
from paratope.designs.catalogue import design_class
from paratope.designs.fields import Parameter, parameters
from paratope.designs.modifiers import MODIFIERS
from paratope.designs.simulation import compare as side_by_side
from paratope.designs.truth import truth_problems
from paratope.report.design import comparison

Said = tuple[Sequence[str] | None, Sequence[str] | None, str | None]


def run_compare(
    said: Mapping[str, Any],
    words: Sequence[str],
    files: Sequence[str],
    truth: Said,
    planned: str | None,
    simulation: tuple[str | None, str, str],
    format: str,
    out: Path | None,
) -> int:
    """``paratope design compare``."""
    problems: list[Problem] = []
    if len(files) < 2:
        problems.append(Problem("--file", "give two designs or more, each with its own --file"))
    truths = given.truths(*truth, None, problems)
    n = given.whole(planned, "--planned", problems, 1)
    designs = []
    for file in files:
        found = assemble({**said, "file": file}, words, also=CLOCK)
        design = found.read()
        problems += [*found.problems, *stray(found.rest)]
        if design is None:
            continue
        designs.append(design)
        for i, each in enumerate(truths, 1):
            problems += truth_problems(each, design.doses, len(design.columns) > 2, f"--truth {i} for {file}")
    exact = simulation[0] is None
    trials, seed, workers = given.simulation(simulation, problems)
    clock = None if exact else read_clock(said, designs, problems)
    problems += [
        Problem("--" + k.replace("_", "-"), "needs --trials: exact answers have no clock")
        for k in CLOCK
        if exact and said.get(k) not in (None, False) and k != "window"
    ]
    if problems:
        return refused(problems)
    watched = None if exact else progress(trials)
    try:
        found_all = side_by_side(designs, truths, trials, seed, clock, workers, exact, watched)
    except Unusable as bad:
        return refused(bad.problems)
    compared = comparison.Compared(_labels(files), found_all, n)

    def page() -> str:
        from paratope.report.design.page import render_comparison_page

        assert compared.target is not None
        by_design = zip(compared.labels, designs, zip(*found_all.results, strict=True), strict=True)
        return render_comparison_page(list(by_design), compared.target)

    return deliver(
        format,
        out,
        table=lambda width: comparison.compare_lines(compared, width),
        data=lambda: comparison.compare_data(compared),
        csv=lambda: comparison.compare_csv(compared),
        html=None if compared.target is None else page,
    )


def _labels(files: Sequence[str]) -> tuple[str, ...]:
    """The files' own names; in full where two are the same."""
    stems = [Path(f).stem for f in files]
    return tuple(s if stems.count(s) == 1 else f for s, f in zip(stems, files, strict=True))


def run_calibrate(
    said: Mapping[str, Any],
    words: Sequence[str],
    vary: Sequence[str],
    truth: Said,
    by: str,
    limit: str | None,
    format: str,
    out: Path | None,
) -> int:
    """``paratope design calibrate``."""
    found = assemble(said, words)
    problems = [*found.problems, *stray(found.rest)]
    truths = given.truths(*truth, None, problems)
    too_toxic = given.number(limit, "--limit", problems)
    if not vary:
        problems.append(
            Problem("--vary", "is missing: a parameter and the values to try, such as cutoff=0.9,0.95")
        )
    grid = _grid(vary, found, problems)
    if "doses" in grid:
        problems.append(
            Problem("--vary doses", "cannot be varied: each truth is for one number of dose levels")
        )
    elif found.spec is not None and isinstance(found.spec.get("doses"), int):
        efficacy = len(design_class(found.spec["design"]).columns) > 2
        for i, each in enumerate(truths, 1):
            at = f"--truth {i}" if len(truths) > 1 else "--truth"
            problems += truth_problems(each, found.spec["doses"], efficacy, at)
    if problems or found.spec is None:
        return refused(problems)
    watching = sys.stderr.isatty() and not sys.stdout.isatty()
    try:
        tried = try_all(found.spec, grid, truths, by, too_toxic, progress=_tick if watching else None)
    except Unusable as bad:
        return refused([Problem(found.place(p.place), p.message) for p in bad.problems])
    return deliver(
        format,
        out,
        table=lambda width: comparison.calibration_lines(tried, width),
        data=lambda: comparison.calibration_data(tried),
        csv=lambda: comparison.calibration_csv(tried),
    )


def _tick(done: int, of: int) -> None:
    print(
        f"\r{done} of {of} settings tried" if done < of else "\r\x1b[K", end="", file=sys.stderr, flush=True
    )


def _grid(vary: Sequence[str], found: Assembled, problems: list[Problem]) -> dict[str, list[Any]]:
    """The values to try, by parameter."""
    grid: dict[str, list[Any]] = {}
    for text in vary:
        key, equals, said = text.partition("=")
        key = key.strip().removeprefix("--").replace("-", "_")
        place = f"--vary {key}"
        if not equals or not said.strip():
            problems.append(Problem(place, "expected a parameter and its values, such as cutoff=0.9,0.95"))
            continue
        parameter = _parameter(key, found, place, problems)
        if parameter is None:
            continue
        parts = said.split(";" if parameter.kind in ("numbers", "table") else ",")
        grid[_modifier_key(key)] = [
            convert(parameter, part, place, problems) for part in parts if part.strip()
        ]
    return grid


def _modifier_key(key: str) -> str:
    modifier, dot, parameter = key.rpartition(".")
    return f"{modifier.replace('_', '-')}.{parameter}" if dot else key


def _parameter(key: str, found: Assembled, place: str, problems: list[Problem]) -> Parameter | None:
    if found.spec is None:
        return None
    modifier, dot, name = _modifier_key(key).rpartition(".")
    if dot and modifier not in MODIFIERS:
        problems.append(Problem(place, unknown("modifier", modifier, list(MODIFIERS))))
        return None
    cls: type = MODIFIERS[modifier] if dot else design_class(found.spec["design"])
    known = {f.name: p for f, p in parameters(cls)}
    if name not in known:
        problems.append(Problem(place, unknown("parameter", name, list(known))))
    return known.get(name)
