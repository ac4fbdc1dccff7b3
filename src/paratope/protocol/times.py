"""Dates, lengths and points in time as protocol files write them."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

from paratope.patient.model import When
from paratope.rules.nodes import Span

LENGTH_UNITS = ("hours", "days", "weeks", "months", "years")

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_LENGTH = re.compile(r"(\d+(?:\.\d+)?)\s+(hour|day|week|month|year)s?", re.IGNORECASE)
_POINT = re.compile(r"(?P<unit>day|week|month|D|W|M)\s?(?P<count>\d+(?:\.\d+)?)", re.IGNORECASE)
_ELAPSED = re.compile(r"(?P<count>\d+(?:\.\d+)?)\s*(?P<unit>h|hours?|days?|weeks?|months?)", re.IGNORECASE)
_UNITS = {"h": "hours", "d": "days", "w": "weeks", "m": "months"}

PHASES = (
    "screening", "baseline", "consent", "apheresis", "preconditioning", "before each dose", "each dose",
    "end of treatment", "progression",
)  # fmt: skip
"""The points that have a name rather than a number."""


@dataclass(frozen=True, slots=True)
class Timepoint:
    """``day 28`` or ``D28``, ``month 3``, ``24 hours``, ``screening``.

    ``text``: the plain form. ``count`` and ``unit`` (hours, days, weeks, months) are None for a phase.
    """

    text: str
    count: float | None = None
    unit: str | None = None

    @property
    def day(self) -> float | None:
        """The study day, where it is one: hours and months have none."""
        if self.unit == "days":
            return self.count
        return None if self.unit != "weeks" or self.count is None else 7 * self.count


@dataclass(frozen=True, slots=True)
class Period:
    """``24 months``, ``24 months after the last dose``: a length, and what it is counted from if that is said."""

    length: Span
    after: str | None = None


def parse_date(text: str) -> When | None:
    """``2026-02-13``, ``2026-02`` or ``2026``: all the days it may mean. None when it is no date."""
    found = _DATE.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    if year is None:
        return None
    try:
        if month is None:
            first, last = date(year, 1, 1), date(year, 12, 31)
        elif day is None:
            first, last = date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
        else:
            first = last = date(year, month, day)
    except ValueError:
        return None
    return When(first.toordinal(), last.toordinal(), text.strip())


def parse_length(text: str) -> Span | None:
    """``28 days``, ``1 month``, ``18 years``. None when it is no length of time."""
    found = _LENGTH.fullmatch(text.strip())
    return Span(float(found[1]), found[2].lower() + "s") if found else None


def parse_period(text: str) -> Period | None:
    """See ``Period``. None when it is none."""
    length, _, after = " ".join(text.split()).partition(" after ")
    span = parse_length(length)
    return Period(span, after.removeprefix("the ") or None) if span is not None else None


def parse_timepoint(text: str) -> Timepoint | None:
    """See ``Timepoint``. None when it is none."""
    plain = " ".join(text.split())
    if plain.lower() in PHASES:
        return Timepoint(plain.lower())
    found = _POINT.fullmatch(plain)
    if found is not None:
        unit = _UNITS[found["unit"][0].lower()]
        return Timepoint(f"{unit[:-1]} {found['count']}", float(found["count"]), unit)
    found = _ELAPSED.fullmatch(plain)
    if found is None:
        return None
    elapsed = Span(float(found["count"]), _UNITS[found["unit"][0].lower()])
    return Timepoint(length_text(elapsed), elapsed.count, elapsed.unit)


def length_text(span: Span) -> str:
    """``28 days``, ``1 month``."""
    return f"{span.count:g} {span.unit[:-1] if span.count == 1 else span.unit}"


def shortest_days(span: Span) -> float | None:
    """A number of days the span always reaches; None for half-lives, which depend on the drug.

    A calendar month has 28 to 31 days and n of them, below a year, at least ``30 n - 2``.
    """
    if span.unit not in ("months", "years"):
        return _exact_days(span)
    years, months = divmod(span.count * (12 if span.unit == "years" else 1), 12)
    return 365 * years + (max(0.0, 30 * months - 2) if months else 0.0)


def longest_days(span: Span) -> float | None:
    """A number of days the span never exceeds; None for half-lives."""
    if span.unit not in ("months", "years"):
        return _exact_days(span)
    years, months = divmod(span.count * (12 if span.unit == "years" else 1), 12)
    return 366 * years + 31 * months


def _exact_days(span: Span) -> float | None:
    factor = {"hours": 1 / 24, "days": 1.0, "weeks": 7.0}.get(span.unit)
    return None if factor is None else span.count * factor
