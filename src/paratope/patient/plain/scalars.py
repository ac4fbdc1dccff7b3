"""What a person may write in one field: dates, yes and no, numbers with comparators and units.

Every function takes the text and returns the value, or a ``Trouble``: what is wrong, in plain words.
"""

from __future__ import annotations

import math
import re
import unicodedata
from calendar import monthrange
from datetime import date
from typing import NamedTuple

from paratope.patient.dates import EARLIEST_YEAR, LATEST_YEAR, not_after, parse_when
from paratope.patient.model import Interval, When

_SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"  # an ordinary digit would make 10⁹ a hundred and nine


class Trouble(NamedTuple):
    """What is wrong with a text, and what to write instead."""

    message: str


def squeeze(text: str) -> str:
    """The text with full-width signs as ordinary ones and runs of blanks as one."""
    if text.isascii():
        return " ".join(text.split())
    ordinary = "".join(c if c in _SUPERSCRIPTS else unicodedata.normalize("NFKC", c) for c in text)
    return " ".join(ordinary.split())


# --- yes and no ----------------------------------------------------------------------------------------

UNKNOWN = frozenset({"unknown", "?", "不详", "未知"})
"""Words for "not known", where a field may say so expressly."""

_YES = frozenset({"yes", "true", "y", "t", "on", "是", "有", "真"})
_NO = frozenset({"no", "false", "n", "f", "off", "none", "否", "无", "没有", "不", "假"})


def yes_or_no(text: str) -> bool | Trouble:
    """``yes``, ``no`` and their usual spellings."""
    word = squeeze(text).casefold().rstrip(".!")
    if word in _YES:
        return True
    if word in _NO:
        return False
    return Trouble(f"'{text}' is neither yes nor no")


# --- dates ---------------------------------------------------------------------------------------------

_LOOSE = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?")
_CHINESE = re.compile(r"(\d{4})年(?:(\d{1,2})月(?:(\d{1,2})[日号])?)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_BETWEEN = re.compile(r"\s*(?:\bto\b|\.\.|至|到|~)\s*")
_BY = re.compile(r"(?:by|until|no later than|不晚于)\s+(.*)", re.I)
_OTHER_ORDER = re.compile(
    r"\d{1,2}[-/. ]\s*(?:\d{1,2}|[A-Za-z]{3,9})[-/., ]\s*\d{2,4}|[A-Za-z]{3,9} \d{1,2},? \d{4}"
)


def read_date(text: str) -> When | Trouble:
    """A day, a month, a year; ``A to B``: any day from the first of A to the last of B; ``by A``."""
    given = squeeze(text)
    by_then = _BY.fullmatch(given)
    if by_then:
        when = _one_date(by_then[1])
        return when if isinstance(when, Trouble) else not_after(when)
    parts = _BETWEEN.split(given)
    if len(parts) == 2 and all(parts):
        first, last = _one_date(parts[0]), _one_date(parts[1])
        if isinstance(first, Trouble):
            return first
        if isinstance(last, Trouble):
            return last
        if last.last < first.first:
            return Trouble(f"'{text}': the second date is before the first")
        return When(first.first, last.last, f"{first.text} to {last.text}")
    return _one_date(given)


def _one_date(text: str) -> When | Trouble:
    when = parse_when(text)
    if when is not None:
        return when
    found = _COMPACT.fullmatch(text) or _LOOSE.fullmatch(text) or _CHINESE.fullmatch(text.replace(" ", ""))
    if found is None:
        if _OTHER_ORDER.fullmatch(text):
            return Trouble(f"'{text}' could be read in several ways: write the year first, as in 2026-06-10")
        return Trouble(
            f"'{text}' is no date: write a day, a month or a year, as in 2026-06-10, 2026-06 or 2026"
        )
    when = parse_when("-".join(part.zfill(2) for part in found.groups() if part is not None))
    if when is not None:
        return when
    year, month, day = (None if g is None else int(g) for g in found.groups())
    assert year is not None
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        return Trouble(f"'{text}': the year {year} cannot be right")
    if month is not None and not 1 <= month <= 12:
        return Trouble(f"'{text}': there is no month {month} (year first, then month, then day)")
    return Trouble(
        f"'{text}': there is no day {day} in that month (it has {monthrange(year, month or 1)[1]})"
    )


def date_text(when: When) -> str:
    """A date as the form writes it, so that ``read_date`` gives the same days back."""
    read = read_date(when.text)
    if isinstance(read, When) and (read.first, read.last) == (when.first, when.last):
        return when.text
    last = date.fromordinal(when.last).isoformat()
    if when.first == when.last:
        return last
    return f"by {last}" if when.first <= 1 else f"{date.fromordinal(when.first).isoformat()} to {last}"


# --- numbers -------------------------------------------------------------------------------------------

_NUMBER = r"(?:[+-]?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:[.,]\d+)?(?:[eE][+-]?\d{1,3}(?!\d))?|[+-]?\.\d+)"
_BARE = re.compile(_NUMBER)
_VALUE = re.compile(rf"(?P<number>{_NUMBER})\s*(?P<rest>.*)")
_TWO = re.compile(
    rf"(?P<low>{_NUMBER})(?:\s*(?P<unit1>%|[^\d\s<>-][^<>]*?(?=\s-\s|\s+to\b|至|到)))?\s*"
    rf"(?:-|to\b|至|到)\s*(?P<high>{_NUMBER})\s*(?P<rest>.*)"
)
_COMPARED = re.compile(rf"(?P<op><=|>=|<|>)\s*(?P<number>{_NUMBER})\s*(?P<rest>.*)")
_BOTH = re.compile(
    rf"(?P<op1>>=|>)\s*(?P<low>{_NUMBER})\s*(?P<unit1>[^<>]*?)\s*(?:,|and\b|且)\s*"
    rf"(?P<op2><=|<)\s*(?P<high>{_NUMBER})\s*(?P<rest>.*)"
)
_ONE_COMMA = re.compile(r"[+-]?\d{1,3},\d{3}(?:[eE].*)?")
_FLAG = re.compile(r"(?:\s+\(?[HL]{1,2}\)?|\s*\*+|\s*\([HL]\))$")  # the laboratory's own "high", "low"
_POWER = re.compile(
    r"(?:[x×*]|\bx)\s*10\s*(?:\^|\*\*|\*|E|e)?\s*(?P<power>[+-]?\d{1,2})(?!\d)\s*(?P<rest>.*)"
)

_SIGNS = str.maketrans(
    {"≤": "<=", "≥": ">=", "⩽": "<=", "⩾": ">=", "–": "-", "—": "-", "−": "-", "~": "-", "↑": "", "↓": ""}
)
_OPERATORS = (
    (
        re.compile(r"^(?:at most|no more than|not more than|up to|不超过|不高于|至多|小于等于|=<)\s*", re.I),
        "<=",
    ),
    (re.compile(r"^(?:at least|no less than|not less than|不低于|不少于|至少|大于等于|=>)\s*", re.I), ">="),
    (re.compile(r"^(?:less than|below|under|fewer than|小于|低于|少于)\s*", re.I), "<"),
    (re.compile(r"^(?:more than|greater than|above|over|大于|高于|超过)\s*", re.I), ">"),
)


class Amounts(NamedTuple):
    """A quantity as written: the numbers in the printed unit, the unit's text, and what was printed.

    Below a limit means from 0 (nothing measured here is negative, unless the limit is); above one has the
    bound ``inf``. ``limit``: "upper" or "lower" when a comparator gave one limit only. ``power``: by how many
    tens the number is to be multiplied when the unit, as it stands, is not one (``3 x 10^4 IU/mL``);
    ``plain_unit`` is then the unit without it.
    """

    low: str
    high: str
    low_open: bool
    high_open: bool
    unit: str
    printed: str
    power: int = 0
    plain_unit: str = ""
    limit: str = ""


def read_amounts(text: str) -> Amounts | Trouble:
    """A number, a comparison or a range of numbers, with or without a unit; the unit is not looked at."""
    printed = " ".join(text.split())
    given = " ".join(squeeze(text).translate(_SIGNS).split())
    for pattern, sign in _OPERATORS:
        given = pattern.sub(sign, given)
    found = _BOTH.fullmatch(given)
    if found:
        one, two = found["unit1"].strip(), found["rest"].strip()
        if one and two and one != two:
            return Trouble(f"'{text}': write both limits in one unit")
        low_open, high_open = found["op1"] == ">", found["op2"] == "<"
        return _checked(found["low"], found["high"], low_open, high_open, one or two, printed)
    found = _COMPARED.fullmatch(given)
    if found:
        below = found["op"].startswith("<")
        open_end = len(found["op"]) == 1
        number = found["number"]
        low, high = ("-inf" if number.startswith("-") else "0", number) if below else (number, "inf")
        read = _checked(low, high, open_end and not below, open_end and below, found["rest"], printed)
        return read if isinstance(read, Trouble) else read._replace(limit="upper" if below else "lower")
    found = _TWO.fullmatch(given)
    if found:
        one, two = (found["unit1"] or "").strip(), found["rest"].strip()
        if one and two and one != two:
            return Trouble(f"'{text}': write both numbers in one unit")
        return _checked(found["low"], found["high"], False, False, one or two, printed)
    found = _VALUE.fullmatch(given)
    if found:
        return _checked(found["number"], found["number"], False, False, found["rest"], printed)
    return Trouble(f"'{text}' is no number: write the result as printed, as in 118 g/L or \"<20 IU/mL\"")


def _checked(
    low: str, high: str, low_open: bool, high_open: bool, rest: str, printed: str
) -> Amounts | Trouble:
    for number in (low, high):
        if _ONE_COMMA.fullmatch(number):
            either = f"{number.replace(',', '')} or {number.replace(',', '.')}"
            return Trouble(f"'{printed}': {number} may be {either}: write it without a comma")
    low, high = _without_commas(low), _without_commas(high)
    for number in (low, high):
        if abs(float(number)) > 1e15 and not math.isinf(float(number)):
            return Trouble(f"'{printed}': {number} cannot be right")
    if not math.isfinite(float(low)) and not math.isfinite(float(high)):
        return Trouble(f"'{printed}' is too large to be right")
    if float(low) > float(high):
        return Trouble(f"'{printed}': the first number is larger than the second")
    unit = _FLAG.sub("", rest).strip()
    powered = _POWER.fullmatch(unit)
    if powered:
        return Amounts(
            low, high, low_open, high_open, unit, printed, int(powered["power"]), powered["rest"].strip()
        )
    return Amounts(low, high, low_open, high_open, unit, printed)


def _without_commas(number: str) -> str:
    """Thousands marks dropped; a lone comma that cannot be one is a decimal point."""
    if number.count(",") == 1 and "." not in number:
        return number.replace(",", ".")
    head, point, tail = number.rpartition(",")
    if point and len(tail.split(".")[0].split("e")[0].split("E")[0]) != 3:  # 1,200,5
        return f"{head.replace(',', '')}.{tail}"
    return number.replace(",", "")


def read_number(text: str) -> float | Trouble:
    """A bare number; ``grade 2``, ``G2``, ``III`` and ``2+`` too."""
    given = re.sub(r"^(?:grade|class|line|score|level|no\.|g|nyha)\s*", "", squeeze(text), flags=re.I)
    roman = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5}.get(given.upper())
    if roman is not None:
        return float(roman)
    if re.fullmatch(r"\d\+", given):
        given = given[:-1]
    if _BARE.fullmatch(given) is None:
        return Trouble(f"'{text}' is no number")
    if _ONE_COMMA.fullmatch(given):
        return Trouble(
            f"'{text}' may be {given.replace(',', '')} or {given.replace(',', '.')}: leave out the comma"
        )
    value = float(_without_commas(given))
    return value if abs(value) <= 1e15 else Trouble(f"'{text}' cannot be right")


# --- printing ------------------------------------------------------------------------------------------


def number_text(value: float) -> str:
    """The shortest text that reads back as the same number; no exponent for numbers of ordinary size."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return repr(value)


def interval_text(value: Interval, unit: str) -> str:
    """An interval as the form writes it: ``58 g/L``, ``<0.1 g/L``, ``60-65 %``, ``>2, <=5 g/L``."""
    tail = f" {unit}" if unit else ""
    low, high = number_text_or_none(value.low), number_text_or_none(value.high)
    if low is not None and low == high and not value.low_open and not value.high_open:
        return f"{low}{tail}"
    if high is not None and (low is None or (value.low == 0 and not value.low_open and value.high > 0)):
        return f"{'<' if value.high_open else '<='}{high}{tail}"
    if high is None and low is not None:
        return f"{'>' if value.low_open else '>='}{low}{tail}"
    if not value.low_open and not value.high_open and value.low >= 0:
        return f"{low}-{high}{tail}"
    return f"{'>' if value.low_open else '>='}{low}, {'<' if value.high_open else '<='}{high}{tail}"


def number_text_or_none(value: float) -> str | None:
    """As ``number_text``; None for a bound that is not there."""
    return number_text(value) if math.isfinite(value) else None
