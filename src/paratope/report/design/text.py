"""Designs' results as lines for a terminal: aligned, no wider than told, probabilities in per cent.

Lines carry a style name, no terminal codes; the command line colours them or not.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from paratope.designs.base import Design
from paratope.designs.characteristics import Characteristics
from paratope.designs.fields import parameters
from paratope.designs.interval import IntervalDesign
from paratope.designs.interval.read_table import WIDE
from paratope.designs.simulation import Clock, Simulated
from paratope.report.design.data import about, catalogue_data, parameters_data
from paratope.report.design.sheets import Sheet, protocol_sheet, unwrapped

MOST_VALUES = 12
"""Values of a distribution up to which all are shown; beyond, its quartiles and ends."""


MOST_ROWS = 100
"""Rows of a table beyond which only those of the first ``FEW`` cohorts are shown, unless all are asked for."""
FEW = 3


class Line(NamedTuple):
    """One line of text and the name of its style."""

    text: str
    style: str = ""


def percent(p: float) -> str:
    """A probability as people read it: 12.3%."""
    return f"{100 * p:.1f}%"


def wrapped(text: str, width: int, first: str = "", style: str = "") -> Iterator[Line]:
    """A paragraph, indented as its first line's label."""
    indent = " " * len(first)
    for part in textwrap.wrap(text, max(width, 40), initial_indent=first, subsequent_indent=indent) or [
        first
    ]:
        yield Line(part, style)


def columns(header: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> Iterator[Line]:
    """A table: the first column to the left, the others to the right; what does not fit goes below."""
    if not rows:
        return
    wide = [max(len(r[i]) for r in (header, *rows)) for i in range(len(header))]
    start = 1
    while start < len(header):
        end, room = start, width - wide[0]
        while end < len(header) and room >= wide[end] + 2:
            room -= wide[end] + 2
            end += 1
        end = max(end, start + 1)
        if start > 1:
            yield Line("")
        for i, row in enumerate((header, *rows)):
            cells = "".join(f"  {row[c]:>{wide[c]}}" for c in range(start, end))
            yield Line(f"{row[0]:<{wide[0]}}{cells}", "quiet" if i == 0 else "")
        start = end


# --- designs ---------------------------------------------------------------------------------------------


def heading(design: Design, width: int) -> Iterator[Line]:
    """What the design is, with every parameter."""
    yield Line(design.title, "title")
    spec = design.spec()
    derived = design.derived()
    known = {k: v for k, v in spec.items() if k not in ("design", "modifiers", "rows")}
    own = [
        f"{k.replace('_', '-')} {worded(v if v is not None else derived.get(k))}" for k, v in known.items()
    ] + [f"{k} {worded(v)}" for k, v in derived.items() if k not in known]
    yield from wrapped(", ".join(own), width, "  ")
    for modifier in spec.get("modifiers", []):
        said = ", ".join(f"{k.replace('_', '-')} {worded(v)}" for k, v in modifier.items() if k != "modifier")
        yield from wrapped(f"with {modifier['modifier']}" + (f" ({said})" if said else ""), width, "  ")
    yield from wrapped(design.source, width, "  ", "quiet")


def worded(value: Any) -> str:
    if value is None:
        return "not given"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return " ".join(worded(v) for v in value)
    if isinstance(value, Mapping):
        return " ".join(f"{k} {worded(v)}" for k, v in value.items())
    return f"{value:g}" if isinstance(value, float) else str(value)


def catalogue_lines(width: int) -> Iterator[Line]:
    """Every design and modifier."""
    found = catalogue_data()
    longest = max(len(d.get("design") or d["modifier"]) for d in found) + 2
    yield Line("Designs", "title")
    for each in found:
        if "design" in each:
            yield from wrapped(f"{each['title']}. {each['source']}", width, f"  {each['design']:<{longest}}")
    yield Line("")
    yield Line("Modifiers, around any design", "title")
    for each in found:
        if "modifier" in each:
            yield from wrapped(each["title"], width, f"  {each['modifier']:<{longest}}")
    yield Line("")
    yield from wrapped("'paratope design list NAME' shows the parameters of one of them.", width, "", "quiet")


def parameter_lines(name: str, width: int) -> Iterator[Line]:
    """The parameters of a design or modifier."""
    what = about(name)
    yield Line(f"{name}: {what['title']}", "title")
    if "source" in what:
        yield from wrapped(what["source"], width, "  ", "quiet")
    found = parameters_data(name)
    if not found:
        yield Line("  It has no parameters.")
    longest = max((len(p["option"]) for p in found), default=0) + 2
    for p in found:
        default = "must be given" if p["required"] else f"default: {worded(p['default'])}"
        yield from wrapped(f"{p['meaning']} ({p['bounds']}; {default})", width, f"  {p['option']:<{longest}}")


# --- tables ----------------------------------------------------------------------------------------------

_ROWS = ("patients at the level", "escalate if DLT at most", "de-escalate if at least", "close if at least")


def table_lines(design: Design, width: int, full: bool = False) -> Iterator[Line]:
    """The decision table, for interval designs in steps of the cohort size unless ``full``."""
    sheet = protocol_sheet(design)
    assert sheet is not None
    yield from heading(design, width)
    yield Line("")
    inner = unwrapped(design)
    if isinstance(inner, IntervalDesign) and sheet.columns == WIDE:
        step = 1 if full else inner.cohort_size
        shown = [r for r in sheet.rows if r[0] % step == 0] or list(sheet.rows)
        across = [[name, *(_cell(r[i]) for r in shown)] for i, name in enumerate(_ROWS)]
        yield from columns(across[0], across[1:], width)
    elif full or len(sheet.rows) <= MOST_ROWS:
        yield from sheet_lines(sheet, width)
    else:
        upto = FEW * design.first()[1]
        few = tuple(r for r in sheet.rows if r[0] <= upto)
        yield from sheet_lines(replace(sheet, rows=few), width)
        left = len(sheet.rows) - len(few)
        yield Line(f"... and {left:,} rows for more than {upto} patients: --full shows them", "quiet")
    for note in sheet.notes:
        yield from wrapped(note, width, "", "quiet")


def sheet_lines(sheet: Sheet, width: int) -> Iterator[Line]:
    """A table with its columns to the left; the last one takes what room there is."""
    cells = [[_cell(v) for v in r] for r in (sheet.columns, *sheet.rows)]
    wide = [max(len(r[i]) for r in cells) for i in range(len(sheet.columns) - 1)]
    for i, row in enumerate(cells):
        label = "".join(f"{c:<{w + 2}}" for c, w in zip(row, wide, strict=False))
        yield from wrapped(row[-1], width, label, "quiet" if i == 0 else "")


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


# --- operating characteristics ---------------------------------------------------------------------------


def oc_lines(
    design: Design,
    found: Sequence[Characteristics],
    planned: int | None,
    width: int,
    note: str | None = None,
) -> Iterator[Line]:
    """Operating characteristics, truth after truth, and how they were found."""
    yield from heading(design, width)
    yield from wrapped(found_how(found[0]), width, "  ")
    if note is not None:
        yield from wrapped(note, width, "  ", "open")
    for i, each in enumerate(found, 1):
        yield Line("")
        yield Line(f"Truth {i}" if len(found) > 1 else "Under this truth", "title")
        yield from characteristics_lines(each, planned, width)


def found_how(found: Characteristics) -> str:
    """Exact or simulated, in a sentence."""
    if not isinstance(found, Simulated):
        return f"Exact, without simulation: {found.states:,} distinct ends, {found.visited:,} situations on the way."
    said = f"Simulated: {found.trials:,} trials, seed {found.seed}; ± is the Monte-Carlo standard error."
    if found.clock is None:
        return said + " Without a clock: every outcome is known before the next cohort."
    clock = ((f.name, getattr(found.clock, f.name)) for f, _ in parameters(Clock))
    return said + " Clock: " + ", ".join(f"{k.replace('_', '-')} {worded(v)}" for k, v in clock) + "."


def characteristics_lines(found: Characteristics, planned: int | None, width: int) -> Iterator[Line]:
    """The figures under one truth: levels side by side, then the totals."""
    levels = range(len(found.truth.tox))
    header = ["", *(f"level {k + 1}" for k in levels), "none"]
    rows = [["true DLT probability", *map(percent, found.truth.tox), ""]]
    if found.truth.eff is not None:
        rows.append(["true response probability", *map(percent, found.truth.eff), ""])
    error = found.mc_error if isinstance(found, Simulated) else None
    rows.append(["selected", *map(percent, found.select), percent(found.select_none)])
    if error is not None:
        rows.append(["  ±", *map(percent, error.select), percent(error.select_none)])
    rows.append(["patients, mean", *(f"{v:.2f}" for v in found.n), ""])
    if error is not None:
        rows.append(["  ±", *(f"{v:.2f}" for v in error.n), ""])
    rows.append(["DLTs, mean", *(f"{v:.2f}" for v in found.dlt), ""])
    if error is not None:
        rows.append(["  ±", *(f"{v:.2f}" for v in error.dlt), ""])
    if found.response is not None:
        rows.append(["responses, mean", *(f"{v:.2f}" for v in found.response), ""])
    yield from columns(header, rows, width)
    yield from wrapped(_spread(found.n_total), width, "patients in all:       ")
    if planned is not None:
        yield from wrapped(
            percent(found.more_than(planned)), width, f"more than {planned} patients:".ljust(23)
        )
    yield from wrapped(_spread(found.dlt_total), width, "DLTs in all:           ")
    if found.above:
        yield from wrapped(_spread(found.above), width, "treated above target:  ")
    ended = sorted(found.ended_by.items(), key=lambda e: -e[1])
    said = ", ".join(f"{name} {percent(p)}" for name, p in ended)
    yield from wrapped(said, width, "ended by:              ")
    if isinstance(found, Simulated) and found.duration_quantiles is not None:
        yield from _time_lines(found, width)


def _time_lines(found: Simulated, width: int) -> Iterator[Line]:
    """How long it takes, in days."""
    q, error = found.duration_quantiles or {}, found.mc_error
    yield from wrapped(
        f"mean {found.duration:.0f} ± {error.duration:.1f} days; median {q[50]:.0f}, half of all studies {q[25]:.0f} "
        f"to {q[75]:.0f}, nine in ten {q[5]:.0f} to {q[95]:.0f}",
        width,
        "duration:              ",
    )
    yield from wrapped(
        f"closed for {found.suspended:.0f} ± {error.suspended:.1f} days while waiting for outcomes; "
        f"{found.turned_away:.1f} patients turned away, {found.replaced:.1f} replaced, {found.backfilled:.1f} "
        "backfilled, on average",
        width,
        "accrual:               ",
    )


def _spread(distribution: Mapping[int, float]) -> str:
    """A distribution in a line: its mean, and its values or quartiles."""
    mean = f"mean {sum(n * p for n, p in distribution.items()):.2f}"
    likely = {n: p for n, p in distribution.items() if p >= 0.0005}
    if len(likely) == 1:
        (only,) = likely
        return str(only) if len(distribution) == 1 else f"{mean}; {only} nearly always"
    if len(likely) <= MOST_VALUES:
        return f"{mean}; " + ", ".join(f"{n}: {percent(p)}" for n, p in likely.items())
    low, quarter, half, three, high = (_quantile(distribution, q) for q in (0.05, 0.25, 0.5, 0.75, 0.95))
    return f"{mean}; median {half}, half of all studies {quarter} to {three}, nine in ten {low} to {high}"


def _quantile(distribution: Mapping[int, float], q: float) -> int:
    reached = 0.0
    for n, p in distribution.items():
        reached += p
        if reached >= q - 1e-12:
            return n
    return max(distribution)
