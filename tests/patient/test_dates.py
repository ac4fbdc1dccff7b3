"""Dates as records write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paratope.patient.dates import day_of, not_after, parse_when, span, years_after
from paratope.patient.model import When


def day(text: str) -> int:
    return date.fromisoformat(text).toordinal()


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2026", "2026-01-01", "2026-12-31"),
        ("2026-05", "2026-05-01", "2026-05-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2026-12", "2026-12-01", "2026-12-31"),
        ("2026-06-10", "2026-06-10", "2026-06-10"),
        ("2026-06-10T08:15", "2026-06-10", "2026-06-10"),
        ("2026-06-10T23:30:00+08:00", "2026-06-10", "2026-06-10"),
        ("2026-06-10T00:30:00.123-05:00", "2026-06-10", "2026-06-10"),
        ("2026-06-10T00:00:00Z", "2026-06-10", "2026-06-10"),
        ("2026-06-10 08:15:00", "2026-06-10", "2026-06-10"),
        (" 2026-06-10 ", "2026-06-10", "2026-06-10"),
        ("2026/6/1", "2026-06-01", "2026-06-01"),
        ("2026.06", "2026-06-01", "2026-06-30"),
    ],
)
def test_dates_that_are_read(written: str, first: str, last: str) -> None:
    assert parse_when(written) == When(day(first), day(last), written.strip())


@pytest.mark.parametrize(
    "written",
    [
        "", " ", "yesterday", "10.06.2026", "06/10/2026", "2026-13", "2026-02-30", "2026-00-10", "20260610", "26-06-10",
        "0026-06-10", "9999-01-01", "1700-01-01", "2026-06-10X", "2026-06-10T", "2026-6", "２０２６",
    ],
)  # fmt: skip
def test_what_is_no_date(written: str) -> None:
    assert parse_when(written) is None


@settings(max_examples=200)
@given(st.text(max_size=30))
def test_any_text_is_a_date_or_none(written: str) -> None:
    found = parse_when(written)
    assert found is None or found.first <= found.last


@settings(max_examples=200)
@given(st.dates(date(1850, 1, 1), date(2199, 12, 31)))
def test_a_date_lies_in_its_month_and_its_year(d: date) -> None:
    exact, month, year = (parse_when(d.isoformat()[:n]) for n in (10, 7, 4))
    assert exact is not None
    assert month is not None
    assert year is not None
    assert exact.first == exact.last == d.toordinal() == day_of(d.isoformat())
    assert year.first <= month.first <= exact.first <= month.last <= year.last
    assert (month.last - month.first) in range(27, 31)


def test_one_day_only_of_an_exact_date() -> None:
    assert day_of("2026-06") is None
    assert day_of("no date") is None


def test_span_is_any_day_between() -> None:
    start, end = parse_when("2026-05"), parse_when("2026-06-10")
    assert span(start, end) == When(day("2026-05-01"), day("2026-06-10"), "2026-05 to 2026-06-10")
    assert span(start, None) is start
    assert span(None, end) is end
    assert span(None, None) is None
    assert span(end, end) is end


def test_a_date_of_recording_is_a_latest_date() -> None:
    recorded = parse_when("2015-03-01")
    assert recorded is not None
    assert not_after(recorded, day("1970-01-01")) == When(
        day("1970-01-01"), day("2015-03-01"), "by 2015-03-01"
    )
    assert not_after(recorded, day("2020-01-01")).first == day("2015-03-01")


@pytest.mark.parametrize(
    ("born", "low", "high", "first", "last"),
    [
        ("1970-03-01", 40, 40, "2010-03-01", "2011-02-28"),
        ("1970-03-01", 40, 45, "2010-03-01", "2016-02-29"),
        ("1972-02-29", 1, 1, "1973-03-01", "1974-02-28"),
        ("1970", 10, 10, "1980-01-01", "1981-12-30"),
    ],
)
def test_ages_to_dates(born: str, low: float, high: float, first: str, last: str) -> None:
    when = parse_when(born)
    assert when is not None
    found = years_after(when, low, high)
    assert found is not None
    assert (found.first, found.last) == (day(first), day(last))


@pytest.mark.parametrize(("low", "high"), [(-1, 3), (5, 3), (0, 200)])
def test_impossible_ages(low: float, high: float) -> None:
    when = parse_when("1970-03-01")
    assert when is not None
    assert years_after(when, low, high) is None
