"""``paratope design list`` and ``paratope design new``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from paratope.cli.design.options import assemble, unknown
from paratope.cli.design.show import deliver, design_page, refused, stray
from paratope.designs import NAMES, Problem
from paratope.designs.modifiers import MODIFIERS
from paratope.report.design import data, delimited, text


def run_list(name: str | None, format: str, out: Path | None) -> int:
    """``paratope design list``."""
    if name is None:
        return deliver(
            format, out, table=text.catalogue_lines, data=data.catalogue_data, csv=delimited.catalogue_csv
        )
    if name not in NAMES and name not in MODIFIERS:
        return refused([Problem("NAME", unknown("design or modifier", name, (*NAMES, *MODIFIERS)))])
    return deliver(
        format,
        out,
        table=lambda width: text.parameter_lines(name, width),
        data=lambda: data.parameters_data(name),
        csv=lambda: delimited.parameters_csv(name),
    )


def run_new(said: Mapping[str, Any], words: Sequence[str], format: str, out: Path | None) -> int:
    """``paratope design new``."""
    found = assemble(said, words)
    design = found.read()
    problems = [*found.problems, *stray(found.rest)]
    if design is None or problems:
        return refused(problems)
    spec = data.plain(design.spec())
    return deliver(
        format,
        out,
        table=lambda width: text.heading(design, width),
        data=lambda: spec,
        csv=lambda: delimited.text(
            ("parameter", "value"), [(k, v) for k, v in spec.items() if k != "modifiers"]
        ),
        html=lambda: design_page(design),
    )
