"""Where a result goes, and in which form."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from paratope.cli import OK, TROUBLE, USAGE
from paratope.cli.terminal import coloured, complain, paint, reason_of, speak_utf8, width
from paratope.designs import Problem
from paratope.designs.base import Design
from paratope.designs.characteristics import Characteristics
from paratope.designs.paths import Paths
from paratope.report.design.text import Line


def refused(problems: Iterable[Problem]) -> int:
    """Say everything that is wrong; the exit code of a command that did nothing."""
    for problem in dict.fromkeys(problems):
        complain(str(problem).removeprefix("$: "))
    return USAGE


def stray(words: Iterable[str]) -> list[Problem]:
    """Words of the command line that mean nothing here."""
    return [
        Problem(repr(w), "is no option, and nothing was expected here; a value follows its option")
        for w in words
    ]


def deliver(
    format: str,
    out: Path | None,
    *,
    table: Callable[[int], Iterable[Line]],
    data: Callable[[], Any],
    csv: Callable[[], str],
    html: Callable[[], str] | None = None,
) -> int:
    """Write a result in one of its forms, to ``out`` or to the screen. ``table`` is told the width."""
    if format == "html" and html is None:
        complain("--format html: there is no page for this; choose table, json or csv")
        return USAGE
    if format == "table":
        colour = out is None and coloured(sys.stdout)
        columns = width() if out is None else 100
        text = "".join(paint(line.text.rstrip(), line.style, colour) + "\n" for line in table(columns))
    elif format == "json":
        text = json.dumps(data(), ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    elif format == "csv":
        text = csv()
    else:
        assert html is not None
        text = html()
    return write(text, out, utf8=format != "table")


def write(text: str, out: Path | None, utf8: bool = True) -> int:
    """Write to ``out``, or to the screen."""
    if out is None:
        if utf8:
            speak_utf8()
        sys.stdout.write(text)
        return OK
    try:
        out.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        complain(f"--out {out}: cannot be written: {reason_of(error)}")
        return TROUBLE
    return OK


def design_page(
    design: Design,
    paths: Paths | None = None,
    found: Sequence[Characteristics] = (),
    planned: int | None = None,
) -> str:
    """The page about a design, with what there is to show. Loading it is slow, so only when a page is asked for."""
    from paratope.report.design.page import render_design_page

    return render_design_page(design, found, paths, planned=planned)
