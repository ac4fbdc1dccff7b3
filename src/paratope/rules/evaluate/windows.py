"""Windows of time: is an event, possibly known only roughly, inside a window that hangs on an anchor?

Conventions (house policy; the studies are silent): "within N days before X" means elapsed days < N, so day N
itself no longer counts; the anchor day counts. Months and years are calendar ones. Hours are whole days.
"""

from __future__ import annotations

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
def shift(day: int, count: float, unit: str) -> int:
    """``day`` moved by ``count`` units (negative: back). A day the month lacks becomes its last day."""
    if unit in ("months", "years"):
        d = date.fromordinal(day)
        months = d.year * 12 + d.month - 1 + int(count * (12 if unit == "years" else 1))
        year, month = divmod(months, 12)
        if not 1 <= year <= 9998:
            return 1 if year < 1 else FAR
        last = (date(year + month // 11, (month + 1) % 12 + 1, 1).toordinal()) - date(
            year, month + 1, 1
        ).toordinal()
        return date(year, month + 1, min(d.day, last)).toordinal()
    days = {"hours": count / 24, "days": count, "weeks": count * 7}[unit]
    whole = int(days) if days == int(days) else int(days // 1) + 1
    return max(1, min(FAR, day + whole))


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
    if entry.ongoing or entry.attributes.get("active") is True:
        begin = (start.first, start.last) if start is not None else (1, ctx.as_of)
        return Extent(begin, (FAR, FAR))
    if start is None:
        return None
    if entry.attributes.get("active") is False:
        return Extent((start.first, start.last), (start.first, ctx.as_of))
    if entry.kind in LASTING:
        return Extent((start.first, start.last), (start.first, FAR))  # when it ended is not recorded
    return Extent((start.first, start.last), (start.first, start.last))


def _span_back(day: int, span: Span, half_life: float | None) -> int | None:
    if span.unit == "half-lives":
        return None if half_life is None else shift(day, -span.count * half_life, "days")
    return shift(day, -span.count, span.unit)


def _against(extent: Extent, window: Window, anchor: Anchor, half_life: float | None, what: str) -> Held:
    """One anchor. See ``in_window``."""
    a1 = anchor.first
    a2 = anchor.last if anchor.last is not None else FAR
    facts = (anchor.fact,) if anchor.fact is not None else ()
    if window.direction == "since":
        if extent.last[1] < a1:
            return Held(F, facts=facts)
        if extent.last[0] >= a2 and anchor.last is not None:
            return Held(T, facts=facts)
        return Held(U, (_doubt(anchor, what),), facts=facts)
    if window.direction == "after":
        if not window.spans:
            if extent.last[1] < a1:
                return Held(F, facts=facts)
            return Held(
                U,
                (
                    Reason(
                        Kind.WITHHELD, "window.unpublished_after", (what, anchor.name), "length of the window"
                    ),
                ),
                facts=facts,
            )
        (span,) = window.spans
        if extent.last[1] < a1 or extent.start[0] >= shift(a2, span.count, span.unit):
            return Held(F, facts=facts)
        if (
            anchor.last is not None
            and extent.last[0] >= a2
            and extent.start[1] < shift(a1, span.count, span.unit)
        ):
            return Held(T, facts=facts)
        return Held(U, (_doubt(anchor, what),), facts=facts)
    if extent.start[0] > a2:
        return Held(F, facts=facts)  # it came after the anchor
    if not window.spans:
        return Held(
            U,
            (Reason(Kind.WITHHELD, "window.unpublished", (what, anchor.name), "length of the window"),),
            facts=facts,
        )
    edges1 = [_span_back(a1, s, half_life) for s in window.spans]
    edges2 = [_span_back(a2, s, half_life) for s in window.spans]
    known1 = [e for e in edges1 if e is not None]
    known2 = [e for e in edges2 if e is not None]
    # With two spans the shorter holds: the later of the two window openings.
    if known1 and extent.last[1] <= max(known1):
        flips = None
        return Held(F, flips=flips, facts=facts)
    if len(known2) < len(edges2) or not known2:
        return Held(U, (Reason(Kind.MISSING, "half_life.unknown", (what,), "half-life"),), facts=facts)
    flips = _end_of_window(extent, window, half_life)
    if anchor.last is not None and extent.last[0] > max(known2) and extent.start[1] <= a1:
        return Held(T, flips=flips, facts=facts)
    return Held(U, (_doubt(anchor, what),), flips, facts)


def _end_of_window(extent: Extent, window: Window, half_life: float | None) -> int | None:
    """The first anchor day from which the extent lies outside."""
    last = extent.last[1]
    if last >= FAR:
        return None
    ends = [
        shift(last, s.count * (half_life or 0), "days")
        if s.unit == "half-lives"
        else shift(last, s.count, s.unit)
        for s in window.spans
    ]
    return min(ends) if ends else None


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
            reason = Reason(Kind.JUDGEMENT, "anchor.unstated", (what,))
            return Held(U, (reason,), _latest_flip(tried))
        for value in (U, T, F):
            for h in tried:
                if h.truth is value:
                    return Held(value, h.reasons, _latest_flip(tried), h.facts)
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
