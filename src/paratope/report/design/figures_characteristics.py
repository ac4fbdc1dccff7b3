"""Figures of operating characteristics: by truth, the sample size, and designs beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import altair as alt

from paratope.designs.characteristics import Characteristics
from paratope.designs.quality import right_levels
from paratope.designs.truth import Truth
from paratope.report.design.figures_style import (
    ABOVE,
    INK,
    OTHER,
    QUIET,
    RIGHT,
    TOXIC,
    Chart,
    data,
    percent,
    titled,
)

NONE = "none"
KINDS = ("right to select", "another level", "above the target")
LONG_SAMPLE = 16
"""More sample sizes than this leave no room for a number above each bar."""


def truth_name(truth: Truth, number: int | None = None) -> str:
    """A truth in words: its DLT probabilities, lowest level first."""
    said = ", ".join(f"{p:.4g}" for p in truth.tox)
    return f"Truth {number}: {said}" if number is not None else f"Truth: {said}"


def names_of(found: Sequence[Characteristics]) -> list[str]:
    """A name for each truth."""
    return [truth_name(f.truth, i if len(found) > 1 else None) for i, f in enumerate(found, 1)]


def kind(found: Characteristics, level: int, target: float | None) -> str:
    """Whether a level (0 for none) is right to select, above the target, or another one (`KINDS`).

    With responses the right level does not follow from the target alone, so none is marked.
    """
    if target is None:
        return KINDS[1]
    if found.truth.eff is None and level in right_levels(found.truth, target):
        return KINDS[0]
    return KINDS[2] if level and found.truth.tox[level - 1] > target else KINDS[1]


def operating_characteristics(
    found: Sequence[Characteristics],
    target: float | None = None,
    names: Sequence[str] | None = None,
    columns: int = 3,
) -> Chart:
    """Per truth (or design): how often each level is selected, its expected patients and DLTs, its true DLT
    probability. ``target``: the DLT probability aimed at, drawn as a line; None draws and marks nothing.
    ``names``: a title for each of ``found``; the truths themselves unless given.
    """
    titles = list(names) if names is not None else names_of(found)
    wide = max(len(f.select) for f in found)
    most_n = max(max(f.n) for f in found)
    width = max(46 * (wide + 1), 150)
    blocks = [_block(f, t, target, width, most_n) for f, t in zip(found, titles, strict=True)]
    most = max(1, min(columns, 900 // width))
    lines = -(-len(blocks) // most)
    chart = alt.concat(*blocks, columns=-(-len(blocks) // lines), spacing=28)
    said = "; ".join(
        f"{t}: "
        + ", ".join(f"level {k} selected {percent(p)}" for k, p in enumerate(f.select, 1))
        + f", none {percent(f.select_none)}"
        for f, t in zip(found, titles, strict=True)
    )
    return titled(chart, "Operating characteristics by truth", f"Operating characteristics. {said}.")


def _block(found: Characteristics, title: str, target: float | None, width: int, most_n: float) -> Any:
    levels = [str(k) for k in range(1, len(found.select) + 1)]
    every = alt.Scale(domain=[*levels, NONE])
    plain = alt.X("level:O", scale=every, title=None, axis=alt.Axis(labelAngle=0))
    last = alt.X("level:O", scale=every, title="dose level", axis=alt.Axis(labelAngle=0))
    kinds = [kind(found, k, target) for k in range(len(levels) + 1)]
    parts = [
        _selected(found, levels, kinds, plain, width, target is not None),
        _treated(found, levels, plain, width, most_n),
        _assumed(found, levels, last, width, target),
    ]
    return alt.vconcat(*parts, spacing=6).properties(
        title=alt.TitleParams(title, anchor="start", fontSize=12, fontWeight="bold")
    )


def _selected(
    found: Characteristics, levels: list[str], kinds: list[str], axis: Any, width: int, marked: bool
) -> Any:
    rows = [
        {"level": k, "p": 100 * p, "said": percent(p), "kind": kinds[i]}
        for i, (k, p) in enumerate(zip(levels, found.select, strict=True), 1)
    ]
    rows.append(
        {"level": NONE, "p": 100 * found.select_none, "said": percent(found.select_none), "kind": kinds[0]}
    )
    legend = alt.Legend(title=None, orient="top", columns=3, symbolType="square") if marked else None
    base = alt.Chart(data(rows)).encode(
        x=axis,
        y=alt.Y(
            "p:Q", title="selected (%)", scale=alt.Scale(domain=[0, 118]), axis=alt.Axis(values=[0, 50, 100])
        ),
    )
    colour = alt.Color(
        "kind:N", legend=legend, scale=alt.Scale(domain=list(KINDS), range=[RIGHT, OTHER, ABOVE])
    )
    bars = base.mark_bar(stroke=INK, strokeWidth=0.5).encode(color=colour)
    numbers = base.mark_text(dy=-7, fontSize=10.5, color=INK).encode(text="said:N")
    return (bars + numbers).properties(width=width, height=120)


def _treated(found: Characteristics, levels: list[str], axis: Any, width: int, most_n: float) -> Any:
    rows: list[dict[str, Any]] = []
    for k, n, dlt in zip(levels, found.n, found.dlt, strict=True):
        rows.append({"level": k, "from": 0.0, "to": dlt, "what": "with DLT"})
        rows.append({"level": k, "from": dlt, "to": n, "what": "without DLT"})
    said = [
        {"level": k, "n": n, "said": [f"{n:.1f}", f"({dlt:.1f} DLT)"]}
        for k, n, dlt in zip(levels, found.n, found.dlt, strict=True)
    ]
    top = alt.Scale(domain=[0, 1.45 * max(most_n, 0.5)])
    bars = (
        alt.Chart(data(rows))
        .mark_bar(stroke=INK, strokeWidth=0.5)
        .encode(
            x=axis,
            y=alt.Y("from:Q", title="expected patients", scale=top, axis=alt.Axis(tickCount=4)),
            y2="to:Q",
            color=alt.Color(
                "what:N",
                legend=None,
                scale=alt.Scale(domain=["without DLT", "with DLT"], range=["#e1e6ec", TOXIC]),
            ),
        )
    )
    numbers = (
        alt.Chart(data(said))
        .mark_text(dy=-18, fontSize=9.5, lineHeight=11, color=INK)
        .encode(x=axis, y=alt.Y("n:Q", scale=top), text="said:N")
    )
    return (bars + numbers).resolve_scale(color="independent").properties(width=width, height=105)


def _assumed(found: Characteristics, levels: list[str], axis: Any, width: int, target: float | None) -> Any:
    rows = [
        {"level": k, "p": 100 * p, "said": f"{100 * p:.4g}%"}
        for k, p in zip(levels, found.truth.tox, strict=True)
    ]
    scale = alt.Scale(domain=[0, 118])
    y = alt.Y("p:Q", title="true DLT (%)", scale=scale, axis=alt.Axis(values=[0, 50, 100]))
    base = alt.Chart(data(rows)).encode(x=axis, y=y)
    chart: Any = base.mark_line(color=TOXIC) + base.mark_point(color=TOXIC, filled=True, size=45, opacity=1)
    if target is not None:
        line = [{"p": 100 * target, "said": f"target {100 * target:.4g}%"}]
        chart += (
            alt.Chart(data(line)).mark_rule(strokeDash=[5, 3], color=INK).encode(y=alt.Y("p:Q", scale=scale))
        )
        chart += (
            alt.Chart(data(line))
            .mark_text(dy=-3, fontSize=10, align="right", baseline="bottom", color=INK)
            .encode(x=alt.value(width), y=y, text="said:N")
        )
    halo = base.mark_text(dy=-9, fontSize=10, stroke="white", strokeWidth=3, strokeJoin="round")
    chart += halo.encode(text="said:N") + base.mark_text(dy=-9, fontSize=10, color=INK).encode(text="said:N")
    if found.truth.eff is not None:
        seen = [
            {"level": k, "p": 100 * p, "said": f"{100 * p:.4g}%"}
            for k, p in zip(levels, found.truth.eff, strict=True)
        ]
        other = alt.Chart(data(seen)).encode(x=axis, y=y)
        chart += other.mark_line(color=RIGHT, strokeDash=[4, 3])
        chart += other.mark_point(color=RIGHT, shape="triangle-up", filled=True, size=55, opacity=1)
        chart += other.mark_text(dy=11, fontSize=10, color=RIGHT).encode(text="said:N")
        note = [{"level": NONE, "p": 112, "said": ["● DLT", "▲ response"]}]
        chart += (
            alt.Chart(data(note))
            .mark_text(fontSize=9.5, lineHeight=12, color=QUIET, baseline="top")
            .encode(x=axis, y=y, text="said:N")
        )
    return chart.properties(width=width, height=95)


def sample_size(
    found: Sequence[Characteristics], planned: int | None = None, names: Sequence[str] | None = None
) -> Chart:
    """Probability of each number of patients, under each truth; what is beyond ``planned`` is marked and its
    probability said. None plans nothing.
    """
    titles = list(names) if names is not None else names_of(found)
    sizes = sorted({n for f in found for n in f.n_total})
    step = min((b - a for a, b in pairwise(sizes)), default=1)
    most = max(max(f.n_total.values()) for f in found)
    low, high = min(sizes), max(sizes)
    if planned is not None:
        low, high = min(low, planned), max(high, planned)
    x = alt.Scale(domain=[low - step, high + step], nice=False, zero=False)
    y = alt.Scale(domain=[0, 100 * most * 1.4])
    width = 620
    bar = max(1.5, 0.72 * width * step / (high - low + 2 * step))
    panels = [
        _sample_panel(f, t, planned, sizes, step, x, y, width, bar)
        for f, t in zip(found, titles, strict=True)
    ]
    said = "; ".join(f"{t}: {_sample_words(f, planned)}" for f, t in zip(found, titles, strict=True))
    return titled(
        alt.vconcat(*panels, spacing=18), "How many patients the study needs", f"Sample size. {said}."
    )


def _sample_words(found: Characteristics, planned: int | None) -> str:
    words = f"{found.mean_n:.1f} patients on average"
    if planned is None:
        return words
    return f"{words}; Pr(more than the planned {planned}): {percent(found.more_than(planned))}"


def _sample_panel(
    found: Characteristics,
    title: str,
    planned: int | None,
    sizes: list[int],
    step: int,
    x: alt.Scale,
    y: alt.Scale,
    width: int,
    bar: float,
) -> Any:
    more = "more than planned"
    rows = [
        {
            "n": n,
            "p": 100 * p,
            "said": percent(p, 0 if len(sizes) > 11 else 1),
            "what": more if planned is not None and n > planned else "as planned",
        }
        for n, p in found.n_total.items()
    ]
    shown = sizes if len(sizes) <= 2 * LONG_SAMPLE else None
    axis = alt.Axis(values=shown, format="d", grid=False) if shown else alt.Axis(format="d", grid=False)
    base = alt.Chart(data(rows)).encode(
        x=alt.X("n:Q", scale=x, title="patients treated in all", axis=axis),
        y=alt.Y(
            "p:Q",
            scale=y,
            title="probability (%)",
            axis=alt.Axis(values=[0, 10, 20, 30, 40, 50, 60, 80, 100]),
        ),
    )
    colours = alt.Color(
        "what:N", legend=None, scale=alt.Scale(domain=["as planned", more], range=[OTHER, ABOVE])
    )
    chart: Any = base.mark_bar(size=bar, stroke=INK, strokeWidth=0.5).encode(color=colours)
    if len(sizes) <= LONG_SAMPLE:
        chart += base.mark_text(dy=-7, fontSize=10.5, color=INK).encode(text="said:N")
    if planned is not None:
        after = [n for n in sizes if n > planned]
        upto = [n for n in sizes if n <= planned]
        edge = (max(upto, default=planned) + after[0]) / 2 if after else planned + step / 2
        words = [{"n": edge, "said": f"planned: {planned} ◂"}]
        rule = alt.Chart(data(words)).mark_rule(color=TOXIC, strokeWidth=2, strokeDash=[6, 3])
        chart += rule.encode(x=alt.X("n:Q", scale=x))
        text = alt.Chart(data(words)).mark_text(align="right", dx=-4, y=7, fontSize=11, color=TOXIC)
        chart += text.encode(x=alt.X("n:Q", scale=x), text="said:N")
    return chart.properties(
        width=width,
        height=130,
        title=alt.TitleParams(title, subtitle=_sample_words(found, planned), anchor="start", fontSize=12),
    )
