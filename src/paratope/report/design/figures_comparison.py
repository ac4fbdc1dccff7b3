"""Designs beside each other under the same truths."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from paratope.designs.characteristics import Characteristics
from paratope.designs.quality import mean_above, right_selection
from paratope.report.design.figures_characteristics import names_of
from paratope.report.design.figures_style import ABOVE, INK, OTHER, RIGHT, Chart, data, percent, titled


def comparison(
    designs: Sequence[tuple[str, Sequence[Characteristics]]],
    target: float,
    names: Sequence[str] | None = None,
) -> Chart:
    """Designs beside each other under the same truths: how often a right level is selected, expected patients
    above the target, expected patients. ``designs``: a name and its characteristics, in the order of the truths.
    """
    truths = designs[0][1]
    titles = list(names) if names is not None else names_of(truths)
    rows: list[dict[str, Any]] = [
        {
            "design": name,
            "truth": title,
            "right": 100 * right_selection(f, target),
            "right said": percent(right_selection(f, target)),
            "above": mean_above(f),
            "above said": f"{mean_above(f):.1f}",
            "n": f.mean_n,
            "n said": f"{f.mean_n:.1f}",
        }
        for name, found in designs
        for f, title in zip(found, titles, strict=True)
    ]
    order = [name for name, _ in designs]
    columns = (
        ("right", "a right level selected (%)", 100.0, RIGHT),
        ("above", "patients above the target", max(r["above"] for r in rows), ABOVE),
        ("n", "patients in all", max(r["n"] for r in rows), OTHER),
    )
    panels = []
    for title in titles:
        mine = [r for r in rows if r["truth"] == title]
        parts = []
        for i, (field, words, most, colour) in enumerate(columns):
            labels = alt.Axis(labelLimit=260, title=None, ticks=False, domain=False) if not i else None
            base = alt.Chart(data(mine)).encode(
                y=alt.Y("design:N", sort=order, axis=labels),
                x=alt.X(
                    f"{field}:Q",
                    title=words,
                    scale=alt.Scale(domain=[0, 1.22 * max(most, 0.1)]),
                    axis=alt.Axis(values=[0, 25, 50, 75, 100]) if field == "right" else alt.Axis(tickCount=4),
                ),
            )
            bars = base.mark_bar(color=colour, stroke=INK, strokeWidth=0.5, height={"band": 0.7})
            numbers = base.mark_text(align="left", dx=4, fontSize=10.5, color=INK).encode(
                text=f"{field} said:N"
            )
            parts.append((bars + numbers).properties(width=190, height=24 * len(order)))
        panels.append(
            alt.hconcat(*parts, spacing=14).properties(
                title=alt.TitleParams(title, anchor="start", fontSize=12)
            )
        )
    said = "; ".join(
        f"{r['design']}, {r['truth']}: a right level selected {r['right said']}, {r['above said']} patients above "
        f"the target, {r['n said']} in all"
        for r in rows
    )
    chart = alt.vconcat(*panels, spacing=18)
    return titled(chart, "Designs beside each other", f"Comparison. {said}.")
