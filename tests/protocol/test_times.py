"""Dates, lengths and times as protocol files write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paratope.protocol.lint.limits import never_longer
from paratope.protocol.times import (
    Period,
    Timepoint,
    length_text,
    longest_days,
    parse_date,
    parse_length,
    parse_period,
    parse_timepoint,
    shortest_days,
)
from paratope.rules.nodes import Span

DATES = [
    ("2026-02-13", "2026-02-13", "2026-02-13"),
    ("2026-02", "2026-02-01", "2026-02-28"),
    ("2024-02", "2024-02-01", "2024-02-29"),
    ("2026", "2026-01-01", "2026-12-31"),
]


@pytest.mark.parametrize(("text", "first", "last"), DATES)
def test_a_date_is_all_the_days_it_may_mean(text: str, first: str, last: str) -> None:
    found = parse_date(text)
    assert found is not None
    assert (date.fromordinal(found.first).isoformat(), date.fromordinal(found.last).isoformat()) == (
        first,
        last,
    )
    assert found.text == text


@pytest.mark.parametrize(
    "text", ["", "2026-13", "2026-02-30", "13 February 2026", "26-02-13", "2026-2", "0000"]
)
def test_what_is_no_date(text: str) -> None:
    assert parse_date(text) is None


@pytest.mark.parametrize(
    ("text", "span"),
    [("28 days", Span(28, "days")), ("1 month", Span(1, "months")), ("72 hours", Span(72, "hours")),
     ("18 Years", Span(18, "years")), ("1.5 weeks", Span(1.5, "weeks"))],
)  # fmt: skip
def test_lengths(text: str, span: Span) -> None:
    assert parse_length(text) == span
    assert parse_length(length_text(span)) == span


@pytest.mark.parametrize(
    "text", ["28", "days", "28days", "a month", "5 half-lives", "-1 days", "28 days ago"]
)
def test_what_is_no_length(text: str) -> None:
    assert parse_length(text) is None


def test_periods() -> None:
    assert parse_period("24 months") == Period(Span(24, "months"))
    assert parse_period("24 months after the last dose") == Period(Span(24, "months"), "last dose")
    assert parse_period("long after the last dose") is None


@pytest.mark.parametrize(
    ("text", "point", "day"),
    [("D28", Timepoint("day 28", 28, "days"), 28), ("day 0", Timepoint("day 0", 0, "days"), 0),
     ("M3", Timepoint("month 3", 3, "months"), None), ("week 4", Timepoint("week 4", 4, "weeks"), 28),
     ("24 h", Timepoint("24 hours", 24, "hours"), None), ("1 hour", Timepoint("1 hour", 1, "hours"), None),
     ("Screening", Timepoint("screening"), None), ("before each dose", Timepoint("before each dose"), None)],
)  # fmt: skip
def test_times(text: str, point: Timepoint, day: float | None) -> None:
    assert parse_timepoint(text) == point
    assert parse_timepoint(point.text) == point
    assert point.day == day


@pytest.mark.parametrize("text", ["", "28", "day", "day x", "the day after", "3rd month"])
def test_what_is_no_time(text: str) -> None:
    assert parse_timepoint(text) is None


def calendar_days(start: date, span: Span) -> int:
    """How many days a span of whole months really lasts from a day (the last of the month stays the last)."""
    months = int(span.count * (12 if span.unit == "years" else 1)) + start.month - 1
    year, month = start.year + months // 12, months % 12 + 1
    for day in range(start.day, 0, -1):
        try:
            return (date(year, month, day) - start).days
        except ValueError:
            continue
    raise AssertionError


@settings(max_examples=200)
@given(st.dates(date(1990, 1, 1), date(2030, 12, 31)), st.integers(1, 40))
def test_months_last_between_the_shortest_and_the_longest(start: date, count: int) -> None:
    span = Span(count, "months")
    shortest, longest = shortest_days(span), longest_days(span)
    assert shortest is not None
    assert longest is not None
    assert shortest <= calendar_days(start, span) <= longest


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (Span(2, "weeks"), Span(14, "days"), True),
        (Span(72, "hours"), Span(3, "days"), True),
        (Span(4, "weeks"), Span(1, "months"), True),
        (Span(1, "months"), Span(4, "weeks"), False),
        (Span(1, "months"), Span(31, "days"), True),
        (Span(30, "days"), Span(1, "months"), False),
        (Span(12, "months"), Span(1, "years"), True),
        (Span(6, "months"), Span(1, "years"), True),
        (Span(5, "half-lives"), Span(5, "half-lives"), True),
        (Span(5, "half-lives"), Span(90, "days"), False),
    ],
)
def test_never_longer(a: Span, b: Span, expected: bool) -> None:
    assert never_longer(a, b) is expected
