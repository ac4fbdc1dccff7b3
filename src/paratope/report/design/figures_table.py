"""The decision table as a grid: patients at a level across, their DLTs down, a letter in every cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import altair as alt
import numpy as np

from paratope.designs.base import STOP, Design
from paratope.designs.interval.base import Boundary, IntervalDesign
from paratope.designs.modifiers import Modifier
from paratope.designs.seen import Seen
from paratope.designs.three_plus_three import ThreePlusThree
from paratope.report.design.figures_style import INK, Chart, data, titled

WORDS = {
    "E": "escalate",
    "S": "stay at this level",
    "D": "de-escalate",
    "X": "close this level and all above",
}
"""The letters in the cells."""
COLOURS = {"E": "#a9cdea", "S": "#e6eaef", "D": "#d9822b", "X": "#3a3f47"}
WIDEST = 36
"""Columns beyond which only multiples of the cohort size are drawn."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What happens after ``dlt`` DLTs among ``n`` patients at a level: a letter of `WORDS`."""

    n: int
    dlt: int
    letter: str


def bare(design: Design) -> Design:
    """The design without its modifiers."""
    while isinstance(design, Modifier):
        design = design.inner
    return design


def letter(row: Boundary, dlt: int) -> str:
    """The decision of one row of a table."""
    if row.eliminate is not None and dlt >= row.eliminate:
        return "X"
    if row.deescalate is not None and dlt >= row.deescalate:
        return "D"
    return "E" if row.escalate is not None and dlt <= row.escalate else "S"


def table_cells(table: Sequence[Boundary]) -> tuple[Cell, ...]:
    """Every cell of a table of boundaries."""
    return tuple(Cell(r.n, y, letter(r, y)) for r in table for y in range(r.n + 1))


def rule_cells(design: ThreePlusThree) -> tuple[Cell, ...]:
    """Every cell of 3+3, as its rule decides at a middle level after three patients without DLT below."""
    middle = ThreePlusThree(doses=3, variant=design.variant)
    return tuple(Cell(n, y, _ruled(middle, n, y)) for n in (3, 6) for y in range(n + 1))


def _ruled(design: ThreePlusThree, n: int, dlt: int) -> str:
    r = design.judge(Seen.one((3, n, 0), (0, dlt, 0), 2))
    if bool(r.closed[0, 1]):
        return "X"
    dose = int(r.dose[0])
    return "S" if dose in (STOP, 2) else "E" if dose > 2 else "D"


def cells_of(design: Design, table: Sequence[Boundary] | None = None) -> tuple[Cell, ...]:
    """The cells of a design's decision table; none where decisions do not rest on one level's counts alone."""
    inner = bare(design)
    if table is not None:
        return table_cells(table)
    if isinstance(inner, IntervalDesign):
        return table_cells(inner.table())
    return rule_cells(inner) if isinstance(inner, ThreePlusThree) else ()


def shown(cells: Sequence[Cell], cohort_size: int = 1) -> tuple[Cell, ...]:
    """The cells that a figure has room for: of a wide table, those at multiples of the cohort size."""
    if len({c.n for c in cells}) <= WIDEST or cohort_size < 2:
        return tuple(cells)
    return tuple(c for c in cells if c.n % cohort_size == 0)


def decision_table(cells: Sequence[Cell]) -> Chart:
    """The cells as a grid. DLTs from the number on at which every level is closed share the last row."""
    top = _highest(cells)
    rows = list(_rows(cells, top))
    across = [str(n) for n in sorted({c.n for c in cells})]
    down = [*map(str, range(top)), rows[-1]["last"]]
    size = 30 if len(across) <= 12 else 22
    used = [k for k in WORDS if any(c.letter == k for c in cells)]
    legend = alt.Legend(title=None, orient="top", columns=4, symbolType="square", symbolSize=160)
    base = alt.Chart(data(rows)).encode(
        x=alt.X(
            "n:O",
            sort=across,
            title="patients treated at this level",
            axis=alt.Axis(labelAngle=0, orient="top", domain=False, ticks=False),
        ),
        y=alt.Y("dlt:O", sort=down, title="of them with DLT", axis=alt.Axis(domain=False, ticks=False)),
    )
    named = [f"{k}  {WORDS[k]}" for k in used]
    grid = base.mark_rect(stroke="white", strokeWidth=1.5).encode(
        color=alt.Color(
            "what:N", legend=legend, scale=alt.Scale(domain=named, range=[COLOURS[k] for k in used])
        )
    )
    dark = alt.condition("datum.letter == 'X'", alt.value("white"), alt.value(INK))
    letters = base.mark_text(fontSize=12, fontWeight="bold").encode(text="letter:N", color=dark)
    chart: alt.LayerChart = (grid + letters).properties(
        width=size * len(across), height=(size - 2) * len(down)
    )
    return titled(chart, "Decision table", f"Decision table. {words(cells)}")


def _highest(cells: Sequence[Cell]) -> int:
    """The first number of DLTs from which on all cells say the same thing: close."""
    rest = [c.dlt for c in cells if c.letter != "X"]
    return min(max(rest, default=0) + 1, max(c.dlt for c in cells))


def _rows(cells: Sequence[Cell], top: int) -> Iterator[dict[str, str]]:
    last = f"{top} or more" if any(c.dlt > top for c in cells) else str(top)
    for c in cells:
        if c.dlt <= top:
            dlt = last if c.dlt == top else str(c.dlt)
            what = f"{c.letter}  {WORDS[c.letter]}"
            yield {"n": str(c.n), "dlt": dlt, "letter": c.letter, "what": what, "last": last}


def words(cells: Sequence[Cell]) -> str:
    """The table as sentences: for each number of patients, which DLTs lead to what."""
    said = []
    for n in sorted({c.n for c in cells}):
        parts = []
        for key in WORDS:
            dlts = [c.dlt for c in cells if c.n == n and c.letter == key]
            if dlts:
                parts.append(f"{WORDS[key]} with {span(dlts)}")
        said.append(f"After {n}: {', '.join(parts)}.")
    return " ".join(said)


def span(numbers: Sequence[int]) -> str:
    """``0``, ``2-3`` or ``0-1, 4``."""
    found = np.split(np.array(numbers), np.flatnonzero(np.diff(numbers) > 1) + 1)
    return ", ".join(f"{a[0]}" if len(a) == 1 else f"{a[0]}-{a[-1]}" for a in found)
