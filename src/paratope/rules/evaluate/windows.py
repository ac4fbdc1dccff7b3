"""Windows of time: is an event, possibly known only roughly, inside a window that hangs on an anchor?

Conventions (house policy; the studies are silent): "within N days before X" means elapsed days < N, so day N
itself no longer counts; the anchor day counts. Months and years are calendar ones. Hours are whole days.
"""

from __future__ import annotations

import math
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from paratope.patient.model import Entry
from paratope.rules.evaluate.context import Anchor, Context
from paratope.rules.nodes import Span, Window
from paratope.truth import Kind, Reason, Truth

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN

FAR = date.max.toordinal() - 400 * 366
"""Stands for "no end known"; far enough to be after everything, near enough to add a window to."""

LASTING = frozenset({"therapy", "medicine", "condition", "trial", "device"})
"""Kinds of entry that last: without a recorded end they may have ended on any day, or not yet."""

EPISODIC = frozenset({"epilepsy"})
"""Diseases of single attacks: that one is active does not say when the last attack was."""

UNSTATED = ("consent", "screening", "today", "administration")
"""The anchors tried where a text names none."""


class Extent(NamedTuple):
    """When something was the case: it began in ``start`` and was last so in ``last`` (inclusive ranges)."""

    start: tuple[int, int]
    last: tuple[int, int]


class Held(NamedTuple):
    """Whether the extent touches the window; why, if open; the day from which it no longer would; facts used."""

    truth: Truth
    reasons: tuple[Reason, ...] = ()
    flips: int | None = None
    facts: tuple[object, ...] = ()


@lru_cache(maxsize=65536)
def shift(day: int, count: float, unit: str, *, roll: bool = False) -> int:
    """``day`` moved by ``count`` units (negative: back).

    A part of a day counts as a whole one, away from ``day``: 28.5 days have not passed after 28. A day that the
    month lacks becomes its last day, or with ``roll`` the first of the next.
    """
    if unit in ("months", "years"):
        months = count * (12 if unit == "years" else 1)
        whole = math.floor(abs(months) + 1e-9)
        sign = 1 if months >= 0 else -1
        moved = _months(day, sign * whole, roll)
        rest = (abs(months) - whole) * 365.25 / 12
        return moved if rest < 1e-9 else shift(moved, sign * rest, "days")
    days = {"hours": count / 24, "days": count, "weeks": count * 7}[unit]
    whole = math.ceil(abs(days) - 1e-9)
    return max(1, min(FAR, day + (whole if days >= 0 else -whole)))


def _months(day: int, count: int, roll: bool) -> int:
    d = date.fromordinal(day)
    year, month = divmod(d.year * 12 + d.month - 1 + count, 12)
    if not 1 <= year <= 9998:
        return 1 if year < 1 else FAR
    first = date(year, month + 1, 1).toordinal()
    length = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1).toordinal() - first
    if d.day > length and roll:
        return first + length
    return first + min(d.day, length) - 1


def lasts(entry: Entry) -> bool:
    """Whether an entry of this kind goes on over time, so that without a recorded end it may not have ended."""
    return entry.kind in LASTING or (entry.kind == "supportive" and "growth factor" in entry.closure)


def extent_of(entry: Entry, ctx: Context, acute: bool) -> Extent | None:
    """When the entry was the case, as far as the record says; None if it has no usable date.

    An acute event lies on its onset. What is ongoing reaches to the far future (it has not ended yet); what
    ended on no recorded day ended somewhere between its start and the as-of date.
    """
    start, end = entry.start, entry.end
    if acute:
        when = start or end
        return None if when is None else Extent((when.first, when.last), (when.first, when.last))
    if end is not None and not entry.ongoing:
        begin = (start.first, start.last) if start is not None else (1, end.last)
        return Extent(begin, (end.first, end.last))
    if entry.closure & EPISODIC and end is None:  # the disease lasts, its attacks are not dated by that
        return None if start is None else Extent((start.first, start.last), (start.first, FAR))
    if entry.ongoing or entry.attributes.get("active") is True:
        begin = (start.first, start.last) if start is not None else (1, ctx.as_of)
        return Extent(begin, (FAR, FAR))
    if start is None:
        return None
    if entry.attributes.get("active") is False:
        return Extent((start.first, start.last), (start.first, ctx.as_of))
    if lasts(entry):
        return Extent((start.first, start.last), (start.first, FAR))  # when it ended is not recorded
    return Extent((start.first, start.last), (start.first, start.last))


def _edge(day: int, span: Span, half_life: float | None, sign: int, *, roll: bool = False) -> int | None:
    """``day`` moved by a span; None for half-lives that are not known."""
    if span.unit == "half-lives":
        return None if half_life is None else shift(day, sign * span.count * half_life, "days")
    return shift(day, sign * span.count, span.unit, roll=roll)


def _against(extent: Extent, window: Window, anchor: Anchor, half_life: float | None, what: str) -> Held:
    """One anchor. See ``in_window``."""
    facts = (anchor.fact,) if anchor.fact is not None else ()
    if half_life is not None and half_life <= 0:
        half_life = None  # no drug has one; whatever was meant, it is not known
    match window.direction:
        case "since":
            held = _since(extent, anchor, what)
        case "after":
            held = _after(extent, window, anchor, half_life, what)
        case _:
            held = _before(extent, window, anchor, half_life, what)
    return held._replace(facts=facts)


def _since(extent: Extent, anchor: Anchor, what: str) -> Held:
    if extent.last[1] < anchor.first:
        return Held(F)
    if anchor.last is not None and extent.last[0] >= anchor.last:
        return Held(T)
    return Held(U, (_doubt(anchor, what),))


def _after(extent: Extent, window: Window, anchor: Anchor, half_life: float | None, what: str) -> Held:
    a1, a2 = anchor.first, anchor.last if anchor.last is not None else FAR
    if extent.last[1] < a1:
        return Held(F)
    if not window.spans:
        return Held(U, (_unpublished("window.unpublished_after", what, anchor),))
    late = [e for s in window.spans if (e := _edge(a2, s, half_life, 1)) is not None]
    early = [e for s in window.spans if (e := _edge(a1, s, half_life, 1)) is not None]
    if late and extent.start[0] >= min(late):  # with two spans the shorter holds
        return Held(F)
    if len(late) < len(window.spans):
        return Held(U, (_no_half_life(what),))
    if anchor.last is not None and extent.last[0] >= a2 and extent.start[1] < min(early):
        return Held(T)
    return Held(U, (_doubt(anchor, what),))


def _before(extent: Extent, window: Window, anchor: Anchor, half_life: float | None, what: str) -> Held:
    a1, a2 = anchor.first, anchor.last if anchor.last is not None else FAR
    if extent.start[0] > a2:
        return Held(F)  # it came after the anchor
    if not window.spans:
        return Held(U, (_unpublished("window.unpublished", what, anchor),))
    opens_first = [e for s in window.spans if (e := _edge(a1, s, half_life, -1)) is not None]
    opens_last = [e for s in window.spans if (e := _edge(a2, s, half_life, -1)) is not None]
    # With two spans the shorter holds: the later of the two window openings.
    if opens_first and extent.last[1] <= max(opens_first):
        return Held(F)
    if len(opens_last) < len(window.spans):
        return Held(U, (_no_half_life(what),))
    flips = _end_of_window(extent, window, half_life)
    if anchor.last is not None and extent.last[0] > max(opens_last) and extent.start[1] <= a1:
        return Held(T, (), flips)
    return Held(U, (_doubt(anchor, what),), flips)


def _end_of_window(extent: Extent, window: Window, half_life: float | None) -> int | None:
    """The first anchor day from which the extent lies outside."""
    last = extent.last[1]
    if last >= FAR:
        return None
    return min(e for s in window.spans if (e := _edge(last, s, half_life, 1, roll=True)) is not None)


def _no_half_life(what: str) -> Reason:
    return Reason(Kind.MISSING, "half_life.unknown", (what,), "half-life")


def _unpublished(code: str, what: str, anchor: Anchor) -> Reason:
    return Reason(Kind.WITHHELD, code, (what, anchor.name), "length of the window")


def _doubt(anchor: Anchor, what: str) -> Reason:
    if anchor.fact is None and anchor.last is None:
        return Reason(Kind.MISSING, "anchor.unknown", (anchor.name, what), f"date of {anchor.name}")
    return Reason(Kind.UNDATED, "date.partial", (what, anchor.name), what)


def in_window(extent: Extent, window: Window, ctx: Context, half_life: float | None, what: str) -> Held:
    """Whether the extent touches the window at any of its anchors; ``what`` names the event in reasons.

    An anchor that nothing on record fixes lies on or after the as-of date: what is already outside then stays
    outside. Where the text names no anchor the plausible ones are tried; if they disagree, a person decides.
    """
    if window.anchors == ("an unstated date",):
        tried = [_against(extent, window, ctx.anchor(name), half_life, what) for name in UNSTATED]
        values = {h.truth for h in tried}
        if T in values and F in values:
            reason = Reason(Kind.JUDGEMENT, "anchor.unstated", (what,), "the day the text counts from")
            return Held(U, (reason,), _latest_flip(tried))
        telling = next(h for value in (U, T, F) for h in tried if h.truth is value)
        return telling._replace(flips=_latest_flip(tried))
    held = [_against(extent, window, ctx.anchor(name), half_life, what) for name in window.anchors]
    for value in (T, U):
        hits = [h for h in held if h.truth is value]
        if hits:
            return Held(
                value,
                tuple(r for h in hits for r in h.reasons),
                _latest_flip(hits),
                tuple(f for h in hits for f in h.facts),
            )
    return held[0] if len(held) == 1 else Held(F, facts=tuple(f for h in held for f in h.facts))


def _latest_flip(held: list[Held]) -> int | None:
    days = [h.flips for h in held if h.flips is not None]
    return max(days) if days else None
