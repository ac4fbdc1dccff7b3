"""The dose-time board of a running study: one line per patient, from dosing to the end of the DLT window."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import altair as alt

from paratope.designs.rows import Row
from paratope.designs.simulation.board import PatientRow
from paratope.report.design.figures_style import INK, QUIET, TOXIC, Chart, data, level_colour, titled

Day = date | float
"""A date, or a day counted from the start of the study; one board uses one of the two."""


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One patient of the board.

    ``assigned``: the level assigned; ``received``: the level given, None if the same. ``dosed``: the day of
    dosing. ``dlt``: the day of the DLT, None without one. ``followed_to``: the last day observed, None for up to
    the day of the board. ``evaluable``: whether the patient counts.
    """

    id: str
    assigned: int
    dosed: Day
    received: int | None = None
    dlt: Day | None = None
    followed_to: Day | None = None
    evaluable: bool = True

    @property
    def level(self) -> int:
        """The level at which the patient counts: the one received."""
        return self.assigned if self.received is None else self.received


@dataclass(frozen=True, slots=True)
class Followup:
    """A row with its days counted from the first day of the board. ``state``: ``DLT``, ``complete``, ``pending`` or
    ``not evaluable``. ``observed``: the last day seen, at most the end of the window. ``share``: the part of the
    window observed, 0 to 1.
    """

    row: BoardRow
    start: float
    end: float
    observed: float
    dlt: float | None
    state: str
    share: float

    @property
    def words(self) -> str:
        """The state with its numbers."""
        said = {
            "DLT": f"DLT on day {self.dlt - self.start:g}" if self.dlt is not None else "",
            "complete": "complete, no DLT",
            "pending": f"pending, {self.share:.0%} of the window seen",
            "not evaluable": "not evaluable, not counted",
        }[self.state]
        given, meant = self.row.received, self.row.assigned
        return said if given in (None, meant) else f"{said}; assigned {meant}, received {given}"


def followed(rows: Sequence[BoardRow], window: float, as_of: Day) -> tuple[Followup, ...]:
    """Where each patient stands on the day ``as_of``, in the order of dosing. ``window``: days of the DLT window.

    A DLT after the window or after ``as_of`` is not counted here. Patients dosed after ``as_of`` are left out.
    """
    zero = origin(rows)
    now = _days(as_of, zero)
    known = [r for r in rows if _days(r.dosed, zero) <= now]
    return tuple(_follow(r, window, now, zero) for r in sorted(known, key=lambda r: _days(r.dosed, zero)))


def dated(rows: Sequence[Row]) -> tuple[BoardRow, ...]:
    """Dated patient rows (`designs.rows`) as rows of the board."""
    day = date.fromordinal
    return tuple(
        BoardRow(
            id=r.patient,
            assigned=r.assigned,
            dosed=day(r.dosed_on),
            received=r.received,
            dlt=None if r.dlt_on is None else day(r.dlt_on),
            followed_to=None if r.followed_to is None else day(r.followed_to),
            evaluable=r.evaluable,
        )
        for r in rows
    )


def traced(rows: Sequence[PatientRow], as_of: float) -> tuple[BoardRow, ...]:
    """The patients of one simulated trial, as known on the day ``as_of``, as rows of the board."""
    return tuple(
        BoardRow(
            id=str(r.number),
            assigned=r.level,
            dosed=r.treated,
            dlt=r.dlt_day,
            followed_to=r.left_day,
            evaluable=r.left_day is None or r.left_day > as_of,
        )
        for r in rows
    )


def origin(rows: Sequence[BoardRow]) -> date | None:
    """The first day of the board: the first dosing where days are dates, else None (day 0)."""
    dates = [r.dosed for r in rows if isinstance(r.dosed, date)]
    return min(dates) if dates else None


def _days(day: Day, zero: date | None) -> float:
    if isinstance(day, date):
        assert zero is not None
        return float((day - zero).days)
    return float(day)


def _follow(row: BoardRow, window: float, now: float, zero: date | None) -> Followup:
    start = _days(row.dosed, zero)
    end = start + window
    seen = now if row.followed_to is None else min(now, _days(row.followed_to, zero))
    seen = max(min(seen, end), start)
    dlt = None if row.dlt is None else _days(row.dlt, zero)
    if dlt is not None and end < dlt <= now:
        seen = end  # whoever had it after the window was seen through the window
    if dlt is not None and dlt > min(end, now):
        dlt = None
    share = min((seen - start) / window, 1.0) if window else 1.0
    state = "DLT" if dlt is not None else "complete" if seen >= end else "pending"
    if not row.evaluable:
        state = "not evaluable"
    return Followup(row, start, end, seen if dlt is None else dlt, dlt, state, share)


def board(rows: Sequence[BoardRow], window: float, as_of: Day) -> Chart:
    """The board: a line per patient in the order of dosing, thick where observed, dotted for the rest of the
    window; a cross for a DLT, a full dot for a complete window, an open one while pending, a hollow square for a
    patient who cannot be evaluated. Colour and label say the level; a line says the day.
    """
    found = followed(rows, window, as_of)
    zero = origin(rows)
    now = _days(as_of, zero)
    high = max([now, *(f.end for f in found)], default=1.0)
    names = [f"{f.row.id} · level {f.row.level}" for f in found]
    places = names if len(set(names)) == len(names) else [f"{i}. {n}" for i, n in enumerate(names, 1)]
    marks = list(_marks(found, places, zero))
    y = alt.Y(
        "who:N", sort=places, title=None, axis=alt.Axis(ticks=False, domain=False, labelLimit=220, grid=True)
    )
    x = _axis(zero, 0.0, high + 0.02 * max(high, 1.0))
    base = alt.Chart(data(marks)).encode(y=y)
    colour = alt.Color("colour:N", scale=None)
    layers: Any = base.mark_rule(strokeDash=[2, 4], strokeWidth=1.6).encode(
        x=x, x2="end:T" if zero else "end:Q", color=colour
    )
    layers += base.mark_rule(strokeWidth=5).encode(x=x, x2="seen:T" if zero else "seen:Q", color=colour)
    at = alt.X("seen:T" if zero else "seen:Q")
    for state, shape, filled, ink, size in (
        ("DLT", "cross", True, TOXIC, 150),
        ("complete", "circle", True, None, 110),
        ("pending", "circle", False, None, 110),
        ("not evaluable", "square", False, QUIET, 90),
    ):
        some = [m for m in marks if m["state"] == state]
        if not some:
            continue
        angle = 45 if shape == "cross" else 0
        hollow: dict[str, Any] = {} if filled else {"fill": "white"}
        points = alt.Chart(data(some)).mark_point(
            shape=shape, filled=filled, size=size, strokeWidth=2, opacity=1, angle=angle, **hollow
        )
        layers += points.encode(x=at, y=y, color=alt.value(ink) if ink else colour)
    layers += base.mark_text(align="left", dx=6, fontSize=10.5, color=INK).encode(
        x=alt.value(WIDTH), text="words:N"
    )
    layers += _today(now, zero, as_of)
    said = "; ".join(f"{n}: {f.words}" for n, f in zip(names, found, strict=True))
    chart: alt.LayerChart = layers.properties(width=WIDTH, height=max(26 * len(found), 40))
    return titled(
        chart, f"Patients on {_day_words(as_of)}", f"Dose-time board on {_day_words(as_of)}. {said}."
    )


WIDTH = 470


def _axis(zero: date | None, low: float, high: float) -> alt.X:
    if zero is None:
        return alt.X("start:Q", title="day of the study", scale=alt.Scale(domain=[low, high], nice=False))
    ends = [_stamp(low, zero), _stamp(high, zero)]
    axis = alt.Axis(format="%d %b %y", labelAngle=0, tickCount=6, labelOverlap=True)
    return alt.X("start:T", title=None, axis=axis, scale=alt.Scale(domain=ends, type="utc", nice=False))


def _stamp(days: float, zero: date | None) -> Any:
    """A day on the axis: milliseconds of that date at noon (UTC) where days are dates."""
    if zero is None:
        return days
    return ((zero - date(1970, 1, 1)) / timedelta(days=1) + days) * 86_400_000.0


def _marks(found: Sequence[Followup], places: Sequence[str], zero: date | None) -> Iterator[dict[str, Any]]:
    for f, who in zip(found, places, strict=True):
        yield {
            "who": who,
            "start": _stamp(f.start, zero),
            "seen": _stamp(f.observed, zero),
            "end": _stamp(f.end if f.state == "pending" else f.observed, zero),
            "state": f.state,
            "words": f.words,
            "colour": QUIET if f.state == "not evaluable" else level_colour(f.row.level),
        }


def _today(now: float, zero: date | None, as_of: Day) -> Any:
    row = [{"start": _stamp(now, zero), "said": _day_words(as_of)}]
    x = alt.X("start:T" if zero else "start:Q")
    rule = alt.Chart(data(row)).mark_rule(color=INK, strokeWidth=1.2).encode(x=x)
    text = alt.Chart(data(row)).mark_text(y=-7, fontSize=10.5, fontWeight="bold", color=INK)
    return rule + text.encode(x=x, text="said:N")


def _day_words(day: Day) -> str:
    return day.isoformat() if isinstance(day, date) else f"day {day:g}"
