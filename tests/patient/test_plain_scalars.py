"""What may be written in one field: tables of texts and what they mean."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paratope.patient.model import Interval, When
from paratope.patient.plain.doses import NoDailyDose, read_daily_dose
from paratope.patient.plain.measures import in_unit
from paratope.patient.plain.scalars import (
    Amounts,
    Trouble,
    date_text,
    interval_text,
    number_text,
    read_amounts,
    read_date,
    read_number,
    yes_or_no,
)

INF = float("inf")


def day(text: str) -> int:
    return date.fromisoformat(text).toordinal()


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-06-10", "2026-06-10", "2026-06-10"),
        ("2026-06", "2026-06-01", "2026-06-30"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2026", "2026-01-01", "2026-12-31"),
        ("2026-6-1", "2026-06-01", "2026-06-01"),
        ("2026/06/10", "2026-06-10", "2026-06-10"),
        ("20260610", "2026-06-10", "2026-06-10"),
        ("2026年6月10日", "2026-06-10", "2026-06-10"),
        ("2026年6月", "2026-06-01", "2026-06-30"),
        ("２０２６-０６", "2026-06-01", "2026-06-30"),
        ("2026-06-10T23:30:00+08:00", "2026-06-10", "2026-06-10"),
        ("2026-06-01 to 2026-06-10", "2026-06-01", "2026-06-10"),
        ("2025..2026-03", "2025-01-01", "2026-03-31"),
    ],
)
def test_dates(text: str, first: str, last: str) -> None:
    when = read_date(text)
    assert isinstance(when, When)
    assert (when.first, when.last) == (day(first), day(last))


def test_by_a_date_is_any_day_up_to_it() -> None:
    when = read_date("by 2020-05")
    assert isinstance(when, When)
    assert (when.first, when.last) == (1, day("2020-05-31"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2026-02-30", "no day 30 in that month (it has 28)"),
        ("2026-13", "there is no month 13"),
        ("03/05/2026", "several ways"),
        ("5 May 2026", "several ways"),
        ("last spring", "is no date"),
        ("1066", "cannot be right"),
        ("0001-01-01", "cannot be right"),
        ("2026-07 to 2026-06", "before the first"),
        ("", "is no date"),
    ],
)
def test_no_dates(text: str, words: str) -> None:
    trouble = read_date(text)
    assert isinstance(trouble, Trouble), trouble
    assert words in trouble.message


@pytest.mark.parametrize(
    ("text", "low", "high", "opened", "unit"),
    [
        ("118 g/L", 118, 118, "", "g/L"),
        ("118g/L", 118, 118, "", "g/L"),
        ("-2.5", -2.5, -2.5, "", ""),
        (".5 mg/dL", 0.5, 0.5, "", "mg/dL"),
        ("1.5e6 copies/mL", 1.5e6, 1.5e6, "", "copies/mL"),
        ("<20 IU/mL", 0, 20, "high", "IU/mL"),
        ("< 0.1", 0, 0.1, "high", ""),
        ("≤40 U/L", 0, 40, "", "U/L"),
        ("> 1000 ng/mL", 1000, INF, "low", "ng/mL"),
        (">= 60 %", 60, INF, "", "%"),
        ("at least 3", 3, INF, "", ""),
        ("小于 20 IU/mL", 0, 20, "high", "IU/mL"),
        ("60-65 %", 60, 65, "", "%"),
        ("60–65 %", 60, 65, "", "%"),
        ("60%-65%", 60, 65, "", "%"),
        ("60 to 65 %", 60, 65, "", "%"),
        ("3.5 mmol/L - 5.3 mmol/L", 3.5, 5.3, "", "mmol/L"),
        (">2, <=5 g/L", 2, 5, "low", "g/L"),
        ("1,200,000 /L", 1_200_000, 1_200_000, "", "/L"),
        ("5,8 g/dL", 5.8, 5.8, "", "g/dL"),
        ("58 g/L (L)", 58, 58, "", "g/L"),
        ("58 ↓ g/L", 58, 58, "", "g/L"),
        ("40 U/L H", 40, 40, "", "U/L"),
        ("3.2 ×10⁹/L", 3.2, 3.2, "", "×10⁹/L"),
        ("１１８ g/L", 118, 118, "", "g/L"),
        ("14.2万/uL", 14.2, 14.2, "", "万/uL"),
    ],
)
def test_amounts(text: str, low: float, high: float, opened: str, unit: str) -> None:
    read = read_amounts(text)
    assert isinstance(read, Amounts), read
    found = (float(read.low), float(read.high), read.low_open, read.high_open, read.unit)
    assert found == (low, high, opened == "low", opened == "high", unit)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("high", "is no number"),
        ("", "is no number"),
        ("1,200 /uL", "may be 1200 or 1.200"),
        ("9-5 g/L", "larger than the second"),
        ("1e400", "too large to be right"),
        ("3 g/L - 5 mg/L", "one unit"),
    ],
)
def test_no_amounts(text: str, words: str) -> None:
    trouble = read_amounts(text)
    assert isinstance(trouble, Trouble), trouble
    assert words in trouble.message


@pytest.mark.parametrize(
    ("text", "unit", "mass", "value"),
    [
        ("5.8 g/dL", "g/L", None, 58),
        ("3 x 10^4 IU/mL", "[IU]/mL", None, 30_000),
        ("3.2×10⁹/L", "10*9/L", None, 3.2),
        ("620 /uL", "10*9/L", None, 0.62),
        ("12 months", "mo", None, 12),
        ("1 year", "mo", None, 12),
        ("5.7 days", "d", None, 5.7),
        ("36 h", "d", None, 1.5),
        ("7.2 cm", "mm", None, 72),
        ("80", "", None, 80),
    ],
)
def test_units(text: str, unit: str, mass: str | None, value: float) -> None:
    amounts = read_amounts(text)
    assert isinstance(amounts, Amounts)
    converted = in_unit(amounts, unit, mass)
    assert not isinstance(converted, Trouble), converted
    assert converted.value == Interval(value, value)


@pytest.mark.parametrize(
    ("text", "unit", "words"),
    [
        ("118", "g/L", "has no unit"),
        ("118 g/DLL", "g/L", "is not known"),
        ("118 U/L", "g/L", "does not fit: it is measured in g/L"),
        ("3 kg", "", "it is a bare number"),
    ],
)
def test_units_that_do_not_fit(text: str, unit: str, words: str) -> None:
    amounts = read_amounts(text)
    assert isinstance(amounts, Amounts)
    trouble = in_unit(amounts, unit)
    assert isinstance(trouble, Trouble)
    assert words in trouble.message


@pytest.mark.parametrize(
    ("text", "milligrams"),
    [
        ("30 mg/d", 30),
        ("30 mg/day", 30),
        ("30 mg daily", 30),
        ("30 mg once daily", 30),
        ("5 mg twice daily", 10),
        ("5 mg bid", 10),
        ("5 mg b.i.d.", 10),
        ("2.5 mg three times a day", 7.5),
        ("2 x 5 mg/d", 10),
        ("5 mg x 2 daily", 10),
        ("75 ug/d", 0.075),
        ("1 g/d", 1000),
        ("5 mg 每日两次", 10),
        ("10 mg 每日一次", 10),
    ],
)
def test_daily_doses(text: str, milligrams: float) -> None:
    assert read_daily_dose(text) == pytest.approx(milligrams, rel=1e-12)


@pytest.mark.parametrize(
    "text", ["40 mg weekly", "20 mg every other day", "5 mg when needed", "12 IU/d", "2 puffs daily"]
)
def test_medicines_without_a_daily_dose_in_mg(text: str) -> None:
    assert isinstance(read_daily_dose(text), NoDailyDose)


@pytest.mark.parametrize("text", ["5 mg", "5", "much", "5-10 mg/d", "<5 mg/d", "5 mg once daily bid", ""])
def test_no_doses(text: str) -> None:
    found = read_daily_dose(text)
    assert isinstance(found, Trouble)
    assert not isinstance(found, NoDailyDose)


@pytest.mark.parametrize(
    ("text", "value"),
    [("2", 2), ("grade 2", 2), ("G3", 3), ("III", 3), ("NYHA II", 2), ("2+", 2), ("2.4", 2.4), ("line 3", 3)],
)
def test_numbers(text: str, value: float) -> None:
    assert read_number(text) == value


@pytest.mark.parametrize("text", ["two", "", "1-2", "1,200", "1e999", "nan", "inf"])
def test_no_numbers(text: str) -> None:
    assert isinstance(read_number(text), Trouble)


def test_yes_and_no() -> None:
    for text in ("yes", "Yes", "TRUE", "true", "y", "是", "有", "on"):
        assert yes_or_no(text) is True, text
    for text in ("no", "No", "FALSE", "n", "否", "无", "off"):
        assert yes_or_no(text) is False, text
    for text in ("maybe", "", "1", "0", "unknown"):
        assert isinstance(yes_or_no(text), Trouble), text


@settings(max_examples=200)
@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e14, max_value=1e14))
def test_a_number_printed_reads_back(value: float) -> None:
    assert read_number(number_text(value)) == value


finite = st.floats(0, 1e6, allow_subnormal=False)


@settings(max_examples=200)
@given(finite, finite, st.booleans(), st.booleans(), st.sampled_from(["point", "between", "below", "above"]))
def test_an_interval_printed_reads_back(
    a: float, b: float, low_open: bool, high_open: bool, kind: str
) -> None:
    low, high = sorted((a, b))
    match kind:
        case "point":
            interval = Interval(low, low)
        case "below":
            interval = Interval(0.0, high + 1, False, high_open)
        case "above":
            interval = Interval(low, INF, low_open, False)
        case _:
            interval = Interval(low, high + 1, low_open, high_open)
    amounts = read_amounts(interval_text(interval, "g/L"))
    assert isinstance(amounts, Amounts)
    converted = in_unit(amounts, "g/L")
    assert not isinstance(converted, Trouble)
    assert converted.value == interval


@settings(max_examples=200)
@given(st.integers(day("1860-01-01"), day("2150-01-01")), st.integers(0, 4000), st.text(max_size=8))
def test_a_date_printed_reads_back(first: int, days: int, text: str) -> None:
    when = When(first, first + days, text)
    again = read_date(date_text(when))
    assert isinstance(again, When)
    assert (again.first, again.last) == (when.first, when.last)


@settings(max_examples=200)
@given(st.text(max_size=30))
def test_no_text_makes_them_raise(text: str) -> None:
    for read in (read_date, read_amounts, read_number, read_daily_dose, yes_or_no):
        read(text)
