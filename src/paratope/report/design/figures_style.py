"""How figures look, and how they are written: offline SVG and PNG, with a title for those who cannot see them.

Colours are from Okabe & Ito, "Color Universal Design" (2008), lightened or darkened so that neighbours differ in
grey print too; no figure rests on colour alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import altair as alt
import vl_convert

from paratope.designs.problems import Problem, Unusable

Chart: TypeAlias = alt.Chart | alt.LayerChart | alt.HConcatChart | alt.VConcatChart | alt.ConcatChart
_C = TypeVar("_C", alt.Chart, alt.LayerChart, alt.HConcatChart, alt.VConcatChart, alt.ConcatChart)

FONT = "DejaVu Sans, Verdana, Arial, Helvetica, sans-serif"
INK, QUIET, LINE, WASH = "#1c2430", "#5b6676", "#c4cbd4", "#f2f4f7"
RIGHT, OTHER, ABOVE = "#0b5394", "#a9cdea", "#d9822b"
"""Dark blue, the level that would be right; light blue, another; orange, above the target."""
TOXIC = "#8c1d18"
"""Dark red: DLTs, and the line that must not be passed."""
LEVELS = ("#56b4e9", "#0072b2", "#009e73", "#b8860b", "#d55e00", "#cc79a7", "#7b4ab5", "#404040")
"""One colour per dose level, over again from the ninth on; the level is always written beside it."""


def level_colour(level: int) -> str:
    """The colour of a dose level, 1 being the lowest."""
    return LEVELS[(level - 1) % len(LEVELS)]


def data(rows: Iterable[Mapping[str, Any]]) -> alt.InlineData:
    """Rows as the data of a chart; a tuple, as Altair copies lists, rows and all, whenever charts are combined."""
    return alt.InlineData(values=tuple(dict(r) for r in rows))


def percent(p: float, digits: int = 1) -> str:
    """A probability as people read it. What is neither 0 nor 1 is not rounded to them."""
    least = 10**-digits
    value = 100 * p
    if 0 < value < least / 2:
        return f"<{least:g}%"
    if 100 - least / 2 < value < 100 and p < 1 - 1e-12:
        return f">{100 - least:.{digits}f}%"
    return f"{value:.{digits}f}%"


def titled(chart: _C, title: str, description: str) -> _C:
    """The chart, whole, with its title, its description (what the alt text says) and the house's look.

    Set on the chart itself, which nothing else holds yet: each of Altair's own ways would copy it with all its data.
    """
    chart.title = alt.TitleParams(title, anchor="start", fontSize=14, fontWeight="bold", offset=12)
    chart.description = description
    chart.config = look()
    return chart


def look() -> alt.Config:
    """The house's look."""
    return alt.Config(
        font=FONT,
        background="white",
        padding=8,
        view=alt.ViewConfig(stroke=None),
        axis=alt.AxisConfig(
            labelFontSize=11,
            titleFontSize=11,
            titleFontWeight="normal",
            labelColor=INK,
            titleColor=QUIET,
            gridColor="#e6e9ee",
            domainColor=QUIET,
            tickColor=QUIET,
        ),
        legend=alt.LegendConfig(labelFontSize=11, titleFontSize=11, titleFontWeight="normal", labelLimit=400),
        title=alt.TitleConfig(color=INK, fontSize=12, subtitleFontSize=11, subtitleColor=QUIET),
    )


def svg(chart: Chart, prefix: str = "") -> str:
    """The chart as SVG with a ``<title>``, its description. Several in one page each need a ``prefix`` for the
    names of their parts.
    """
    plain = vl_convert.vegalite_to_svg(chart.to_dict(validate=False))
    said = chart.description if isinstance(chart.description, str) else ""
    label = escape(said, quote=True)
    opened = plain.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)
    head, _, rest = opened.partition(">")
    return _renamed(f"{head}><title>{escape(said, quote=False)}</title>{rest}", prefix)


def inline(chart: Chart, prefix: str) -> str:
    """The chart as SVG to stand in an HTML page: no namespaces, so nothing in it looks like an address."""
    return re.sub(r'\s(?:xmlns(?::\w+)?|version)="[^"]*"', "", svg(chart, prefix))


def _renamed(text: str, prefix: str) -> str:
    if not prefix:
        return text
    text = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}-\1"', text)
    return re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", text)


def save(chart: Chart, path: Path) -> None:
    """Write the chart as ``.svg`` or ``.png``. Raises `Unusable` for another ending."""
    ending = path.suffix.lower()
    if ending == ".svg":
        path.write_text(svg(chart), encoding="utf-8")
    elif ending == ".png":
        path.write_bytes(vl_convert.vegalite_to_png(chart.to_dict(validate=False), scale=2))
    else:
        raise Unusable(
            [Problem(str(path), "figures are written as .svg or .png: give the file such an ending")]
        )
