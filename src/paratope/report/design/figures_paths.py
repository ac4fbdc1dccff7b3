"""Dose paths as a graph: cohorts from left to right, dose levels as bands, every outcome at the end of its line.

After dose transition pathways: Yap, Billingham, Cheung, Craddock, O'Quigley, Clin Cancer Res 2017;23:7440-7447.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import cos, pi
from typing import Any

import altair as alt

from paratope.designs.paths import Edge, Node, Paths
from paratope.designs.problems import Problem, Unusable
from paratope.report.design.figures_style import (
    INK,
    LINE,
    QUIET,
    TOXIC,
    WASH,
    Chart,
    data,
    level_colour,
    percent,
    titled,
)

MOST_DRAWN = 150
"""Lines beyond which nobody can read the graph."""

PORT, ROW = 15.0, 13.0
LEFT, GAP = 66.0, 118.0


@dataclass(frozen=True, slots=True)
class Box:
    """A situation as drawn. ``x``, ``y``: its left edge and middle; ``ports``: height of the end of each edge."""

    node: Node
    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...]
    ports: dict[int, float]


def reach(node: Node) -> int:
    """The band of a situation: the level of its next cohort, or at an end the level selected (0 for none)."""
    return (node.dose or 0) if node.selected is None else node.selected


def what_next(node: Node) -> str:
    """What a situation leads to, in a few words."""
    if node.selected is None:
        return f"next {node.size} at level {node.dose}"
    return f"stop, select level {node.selected}" if node.selected else "stop, select none"


def so_far(node: Node) -> str:
    """DLTs among patients by level, of those treated (with responses: ``1/3 2E``)."""
    said = []
    for level, counts in enumerate(node.counts, 1):
        if counts[0]:
            extra = f" {counts[2]}E" if len(counts) > 2 else ""
            said.append(f"L{level} {counts[1]}/{counts[0]}{extra}")
    return ", ".join(said) or "nobody treated"


def label(edge: Edge) -> str:
    """An outcome short enough for the graph: ``2NNT``, or ``1 DLT 2 resp. of 3``."""
    if len(edge.outcome) == 2:
        return edge.label
    return f"{edge.outcome[1]} DLT, {edge.outcome[2]} resp. of {edge.outcome[0]}"


def ahead(paths: Paths, cohorts: int) -> Paths:
    """The same paths, only so many cohorts ahead."""
    return Paths(paths.design, paths.truths, paths.steps[: cohorts + 1], paths.links[:cohorts])


def drawable(paths: Paths, most: int = MOST_DRAWN, cohorts: int | None = None) -> Paths | None:
    """As many cohorts ahead as leave at most ``most`` lines, and at most ``cohorts``; None where not one does."""
    longest = len(paths.links) if cohorts is None else min(cohorts, len(paths.links))
    for cohorts in range(longest, 0, -1):
        if sum(len(link[0]) for link in paths.links[:cohorts]) <= most:
            return ahead(paths, cohorts)
    return None


def dose_paths_graph(paths: Paths, truth: int = 0) -> Chart:
    """The graph; lines are as wide as their path is likely under that one of the paths' truths (all alike where
    there is none). Raises `Unusable` where there is too much to draw (`drawable` cuts it).
    """
    edges = tuple(paths.edges())
    if len(edges) > MOST_DRAWN:
        raise Unusable(
            [Problem("--ahead", f"{len(edges)} outcomes are too many to draw: look fewer cohorts ahead")]
        )
    nodes = tuple(paths.nodes())
    known = bool(paths.truths)
    boxes, bands, height = _placed(nodes, edges, truth if known else None)
    right = max(b.x + b.width for b in boxes.values()) + 4
    layers: list[Any] = _bands(bands, right, height)
    layers += _lines(edges, boxes, nodes, truth if known else None)
    layers += _boxes(boxes.values())
    layers += _heads(boxes, len(paths.steps))
    chart = alt.LayerChart(layer=layers).properties(width=right, height=height)
    said = "; ".join(_in_words(nodes, edges, truth if known else None))
    title = "What could follow, cohort by cohort"
    return titled(chart, title, f"Dose paths. {said}.")


def _in_words(nodes: Sequence[Node], edges: Sequence[Edge], truth: int | None) -> Iterator[str]:
    for e in edges:
        if nodes[e.parent].depth == 0:
            chance = f" ({percent(e.p[truth])})" if truth is not None else ""
            yield f"after {label(e)}{chance}: {what_next(nodes[e.child])}"


def _placed(
    nodes: Sequence[Node], edges: Sequence[Edge], truth: int | None
) -> tuple[dict[int, Box], list[tuple[int, float, float]], float]:
    """Where each situation is drawn, the bands (level, top, bottom), and the height of it all."""
    into: dict[int, list[Edge]] = defaultdict(list)
    for e in edges:
        into[e.child].append(e)
    texts = {n.id: _text(n, truth) for n in nodes}
    tall = {n.id: max(ROW * len(texts[n.id]) + 5, PORT * len(into[n.id])) + 5 for n in nodes}
    cells: dict[tuple[int, int], list[Node]] = defaultdict(list)
    for n in nodes:
        cells[reach(n), n.depth].append(n)
    bands: list[tuple[int, float, float]] = []
    tops: dict[int, float] = {}
    y = 0.0
    for level in sorted({k for k, _ in cells}, reverse=True):
        need = max(sum(tall[n.id] for n in some) for (k, _), some in cells.items() if k == level) + 10
        bands.append((level, y, y + need))
        tops[level] = y
        y += need
    widths = [
        max(6.9 * max(len(t) for n in nodes if n.depth == d for t in texts[n.id]) + 14, 60)
        for d in _depths(nodes)
    ]
    longest = max((len(label(e)) for e in edges), default=4)
    gap = GAP + 6.2 * longest
    lefts = [LEFT + sum(widths[:d]) + gap * d for d in _depths(nodes)]
    boxes: dict[int, Box] = {}
    for depth in _depths(nodes):
        for (level, d), some in cells.items():
            if d == depth:
                room = next(b - t for k, t, b in bands if k == level)
                at = tops[level] + (room - sum(tall[n.id] for n in some)) / 2
                for n in sorted(some, key=lambda n: _order(n, into[n.id], boxes)):
                    boxes[n.id] = _box(
                        n, lefts[depth], at, tall[n.id], widths[depth], texts[n.id], into[n.id], boxes
                    )
                    at += tall[n.id]
    return boxes, bands, y


def _depths(nodes: Sequence[Node]) -> range:
    return range(max(n.depth for n in nodes) + 1)


def _order(node: Node, into: Sequence[Edge], boxes: dict[int, Box]) -> tuple[float, int]:
    """Situations in a band in the order of where their lines come from, fewest DLTs first."""
    from_ = sum(boxes[e.parent].y for e in into) / len(into) if into else 0.0
    return (from_, sum(c[1] for c in node.counts))


def _box(
    node: Node,
    x: float,
    top: float,
    tall: float,
    width: float,
    text: tuple[str, ...],
    into: Sequence[Edge],
    boxes: dict[int, Box],
) -> Box:
    middle = top + tall / 2
    order = sorted(range(len(into)), key=lambda i: (boxes[into[i].parent].y, into[i].outcome))
    first = middle - PORT * (len(into) - 1) / 2
    ports = {into[i].parent: first + PORT * place for place, i in enumerate(order)}
    return Box(node, x, middle, width, tall - 5, text, ports)


def _text(node: Node, truth: int | None) -> tuple[str, ...]:
    chance = f" · {percent(node.p[truth])}" if truth is not None and node.depth else ""
    return (what_next(node) + chance, so_far(node))


def _bands(bands: Sequence[tuple[int, float, float]], right: float, height: float) -> list[Any]:
    rows = [
        {
            "top": top,
            "bottom": bottom,
            "x": 0.0,
            "right": right,
            "middle": (top + bottom) / 2,
            "said": f"level {level}" if level else "no level",
            "fill": WASH if i % 2 == 0 else "#ffffff",
        }
        for i, (level, top, bottom) in enumerate(bands)
    ]
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, right], nice=False))
    span = alt.Scale(domain=[height, 0], nice=False)
    base = alt.Chart(data(rows))
    wash = base.mark_rect().encode(
        x=x,
        x2="right:Q",
        y=alt.Y("top:Q", axis=None, scale=span),
        y2="bottom:Q",
        color=alt.Color("fill:N", scale=None),
    )
    names = base.mark_text(align="left", dx=6, fontSize=11, fontWeight="bold", color=QUIET).encode(
        x=x, y=alt.Y("middle:Q", axis=None, scale=span), text="said:N"
    )
    return [wash, names]


def _lines(
    edges: Sequence[Edge], boxes: dict[int, Box], nodes: Sequence[Node], truth: int | None
) -> list[Any]:
    points: list[dict[str, Any]] = []
    labels: list[dict[str, Any]] = []
    longest = max((len(label(e)) for e in edges), default=0)
    chance = truth is not None
    for i, e in enumerate(edges):
        a, b = boxes[e.parent], boxes[e.child]
        y = b.ports[e.parent]
        end = b.x - 6.6 * (longest + (7 if chance else 0)) - 12
        p = nodes[e.parent].p[truth] * e.p[truth] if truth is not None else 0.2
        look = {"edge": i, "wide": 0.8 + 7 * p, "colour": level_colour(e.dose)}
        start = a.x + a.width
        for step in range(13):
            t = step / 12
            bend = (1 - cos(pi * t)) / 2
            points.append({**look, "x": start + (end - start) * t, "y": a.y + (y - a.y) * bend, "step": step})
        said = f"{label(e)} {percent(e.p[truth], 0)}" if truth is not None else label(e)
        labels.append({"x": b.x - 8, "y": y, "said": said})
    if not edges:
        return []
    x, y_ = alt.X("x:Q"), alt.Y("y:Q")
    lines = (
        alt.Chart(data(points))
        .mark_line(opacity=0.75, strokeCap="round", interpolate="monotone")
        .encode(
            x=x,
            y=y_,
            detail="edge:N",
            order="step:Q",
            strokeWidth=alt.StrokeWidth("wide:Q", scale=None),
            color=alt.Color("colour:N", scale=None),
        )
    )
    texts = (
        alt.Chart(data(labels))
        .mark_text(align="right", fontSize=11, color=INK)
        .encode(x=x, y=y_, text="said:N")
    )
    return [lines, texts]


def _boxes(boxes: Any) -> list[Any]:
    rows = [
        {
            "x": b.x,
            "right": b.x + b.width,
            "top": b.y - b.height / 2,
            "bottom": b.y + b.height / 2,
            "colour": _edge_colour(b.node),
            "wide": 2.5 if b.node.selected is not None else 1.2,
        }
        for b in boxes
    ]
    words = [
        {"x": b.x + 7, "y": b.y + ROW * (i - (len(b.lines) - 1) / 2), "said": t, "bold": i == 0}
        for b in boxes
        for i, t in enumerate(b.lines)
    ]
    frames = (
        alt.Chart(data(rows))
        .mark_rect(fill="white", cornerRadius=4)
        .encode(
            x=alt.X("x:Q"),
            x2="right:Q",
            y=alt.Y("top:Q"),
            y2="bottom:Q",
            stroke=alt.Stroke("colour:N", scale=None),
            strokeWidth=alt.StrokeWidth("wide:Q", scale=None),
        )
    )
    layers: list[Any] = [frames]
    for bold, ink in ((True, INK), (False, QUIET)):
        some = [w for w in words if w["bold"] is bold]
        text = alt.Chart(data(some)).mark_text(
            align="left", fontSize=10.5, fontWeight="bold" if bold else "normal", color=ink
        )
        layers.append(text.encode(x=alt.X("x:Q"), y=alt.Y("y:Q"), text="said:N"))
    return layers


def _edge_colour(node: Node) -> str:
    if node.selected is None:
        return LINE
    return INK if node.selected else TOXIC


def _heads(boxes: dict[int, Box], steps: int) -> list[Any]:
    first = {d: next(b.x for b in boxes.values() if b.node.depth == d) for d in range(steps)}
    names = ["now", *(f"after {d} cohort{'s' if d > 1 else ''}" for d in range(1, steps))]
    rows = [{"x": first[d], "said": names[d]} for d in range(steps)]
    text = alt.Chart(data(rows)).mark_text(align="left", y=-9, fontSize=11, color=QUIET)
    return [text.encode(x=alt.X("x:Q"), text="said:N")]
