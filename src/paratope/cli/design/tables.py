"""``paratope design table``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from paratope.cli.design.options import assemble
from paratope.cli.design.show import deliver, design_page, refused, stray
from paratope.designs import Unusable
from paratope.designs.base import Design
from paratope.designs.paths import dose_paths
from paratope.report.design import data, delimited, text, text_conduct
from paratope.report.design.sheets import protocol_sheet

AHEAD = 2
"""Cohorts shown of a design that has no fixed table."""
NO_TABLE = (
    f"This design has no fixed table: its decisions depend on all levels at once. Here is what it would do after "
    f"the first {AHEAD} cohorts; 'paratope design paths --ahead N' shows more."
)


def run_table(
    said: Mapping[str, Any], words: Sequence[str], full: bool, format: str, out: Path | None
) -> int:
    """``paratope design table``."""
    found = assemble(said, words)
    design = found.read()
    problems = [*found.problems, *stray(found.rest)]
    if design is None or problems:
        return refused(problems)
    sheet = protocol_sheet(design)
    if sheet is None:
        return _paths_instead(design, format, out)
    return deliver(
        format,
        out,
        table=lambda width: text.table_lines(design, width, full),
        data=lambda: data.table_data(design),
        csv=lambda: delimited.sheet_csv(sheet),
        html=lambda: design_page(design),
    )


def _paths_instead(design: Design, format: str, out: Path | None) -> int:
    try:
        paths = dose_paths(design, AHEAD)
    except Unusable as bad:
        return refused(bad.problems)

    def lines(width: int) -> Iterator[text.Line]:
        yield from text.wrapped(NO_TABLE, width)
        yield text.Line("")
        yield from text_conduct.paths_lines(paths, width)

    return deliver(
        format,
        out,
        table=lines,
        data=lambda: {"note": NO_TABLE, **data.paths_data(paths)},
        csv=lambda: delimited.paths_csv(paths),
        html=lambda: design_page(design, paths),
    )
