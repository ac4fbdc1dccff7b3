"""``paratope design oc`` and ``simulate``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from paratope.cli.design import given
from paratope.cli.design.clock import CLOCK, progress, read_clock
from paratope.cli.design.options import assemble
from paratope.cli.design.show import deliver, design_page, refused, stray
from paratope.designs import Problem, Truth, Unusable, characteristics
from paratope.designs.base import Design
from paratope.designs.characteristics import Characteristics
from paratope.designs.paths import dose_paths
from paratope.report.design import data, delimited, text
from paratope.report.design.sheets import timed

Said = tuple[Sequence[str] | None, Sequence[str] | None, str | None]
AS_IF_KNOWN = (
    "This design may decide while patients are pending; here it is taken to know every outcome before each decision. "
    "'paratope design simulate' runs it on a clock."
)


def _asked(
    said: Mapping[str, Any], words: Sequence[str], truth: Said, planned: str | None, also: Sequence[str] = ()
) -> tuple[Design | None, tuple[Truth, ...], int | None, list[Problem]]:
    """The design, the assumed truths and the planned number, with everything that is wrong with them."""
    found = assemble(said, words, also=also)
    found.as_many_levels_as(truth[0])
    design = found.read()
    problems = [*found.problems, *stray(found.rest)]
    truths = given.truths(*truth, design, problems, levels=found.levels)
    return design, truths, given.whole(planned, "--planned", problems, 1), problems


def run_oc(
    said: Mapping[str, Any],
    words: Sequence[str],
    truth: Said,
    planned: str | None,
    simulation: tuple[str | None, str, str],
    format: str,
    out: Path | None,
) -> int:
    """``paratope design oc``."""
    if simulation[0] is not None:
        return run_simulate(said, words, truth, planned, simulation, format, out)
    design, truths, n, problems = _asked(said, words, truth, planned)
    if design is None or problems:
        return refused(problems)
    try:
        ocs = characteristics(design, truths)
    except Unusable as bad:
        return refused(
            Problem(p.place, p.message.replace("simulate instead", "give --trials to simulate instead"))
            for p in bad.problems
        )
    note = AS_IF_KNOWN if timed(design) else None
    return _tell(design, ocs, n, format, out, note)


def run_simulate(
    said: Mapping[str, Any],
    words: Sequence[str],
    truth: Said,
    planned: str | None,
    simulation: tuple[str | None, str, str],
    format: str,
    out: Path | None,
) -> int:
    """``paratope design simulate``, and ``oc`` with ``--trials``."""
    from paratope.designs.simulation import simulate

    design, truths, n, problems = _asked(said, words, truth, planned, CLOCK)
    trials, seed, workers = given.simulation(simulation, problems)
    clock = read_clock(said, () if design is None else (design,), problems)
    if design is None or problems:
        return refused(problems)
    try:
        ocs = tuple(
            simulate(design, each, trials, seed, clock, workers, progress(trials, i, len(truths)))
            for i, each in enumerate(truths, 1)
        )
    except Unusable as bad:
        return refused(bad.problems)
    return _tell(design, ocs, n, format, out)


def _tell(
    design: Design,
    ocs: Sequence[Characteristics],
    planned: int | None,
    format: str,
    out: Path | None,
    note: str | None = None,
) -> int:
    said = [data.oc_data(design, c, planned) for c in ocs]
    if note is not None:
        said = [{**each, "note": note} for each in said]

    def page() -> str:
        try:
            paths = dose_paths(design, 2)
        except Unusable:
            paths = None
        return design_page(design, paths, ocs, planned)

    return deliver(
        format,
        out,
        table=lambda width: text.oc_lines(design, ocs, planned, width, note),
        data=lambda: said[0] if len(said) == 1 else said,
        csv=lambda: delimited.oc_csv(said),
        html=page,
    )
