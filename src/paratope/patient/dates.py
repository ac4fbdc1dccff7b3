"""Dates as records write them: a year, a month, a day, or a day with a time and a zone.

A date is kept as the range of days it may mean (``When``), with what was written. The local calendar date
counts as written: ``2026-06-10T23:30:00+08:00`` is 10 June, whatever day it was in Greenwich.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from paratope.patient.model import When

EARLIEST_YEAR = 1850
LATEST_YEAR = 2199
"""A year outside cannot belong to a living patient's record; a date with one is taken as a slip."""

_ISO = re.compile(
    r"(?P<y>[0-9]{4})"
    r"(?:-(?P<m>[0-9]{2})(?:-(?P<d>[0-9]{2})(?:[T ][0-9]{1,2}(?::[0-9]{2}){0,2}(?:[.,][0-9]+)?"
    r"\s*(?:Z|z|[+-][0-9]{2}:?[0-9]{2})?)?)?)?"
)
_SLASHES = re.compile(r"(?P<y>[0-9]{4})[/.](?P<m>[0-9]{1,2})(?:[/.](?P<d>[0-9]{1,2}))?")


@lru_cache(maxsize=16384)
def parse_when(text: str) -> When | None:
    """The days that ``text`` may mean; None if it is no date, or no date of the calendar.

    Read are ``2026``, ``2026-05``, ``2026-05-03``, ``2026-05-03T08:00:00+08:00`` and, since it cannot be
    misread, year-first dates with slashes or dots (``2026/5/3``). Day-first and month-first dates are not
    read: ``03/05/2026`` is one day in London and another in Boston.
    """
    written = text.strip()
    match = _ISO.fullmatch(written) or _SLASHES.fullmatch(written)
    if match is None:
        return None
    year = int(match["y"])
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        return None
    try:
        if match["m"] is None:
            first, last = date(year, 1, 1), date(year, 12, 31)
        elif match["d"] is None:
            month = int(match["m"])
            first = date(year, month, 1)
            after = date(year + month // 12, month % 12 + 1, 1)
            return When(first.toordinal(), after.toordinal() - 1, written)
        else:
            first = last = date(year, int(match["m"]), int(match["d"]))
    except ValueError:
        return None
    return When(first.toordinal(), last.toordinal(), written)


def day_of(text: str) -> int | None:
    """The ordinal of the one day that ``text`` means; None if it is no date or a coarser one."""
    when = parse_when(text)
    return when.first if when is not None and when.first == when.last else None


def span(start: When | None, end: When | None) -> When | None:
    """Some day from ``start`` to ``end`` (either may be missing: then the other alone)."""
    if start is None or end is None:
        return start or end
    if start == end:
        return start
    return When(min(start.first, end.first), max(start.last, end.last), f"{start.text} to {end.text}")


def not_after(when: When, since: int = 1) -> When:
    """On or before ``when``: what a date of recording says of the onset. ``since``: the birth, if known."""
    return When(min(since, when.last), when.last, f"by {when.text}")


def years_after(born: When, low: float, high: float) -> When | None:
    """The days on which someone born on ``born`` is ``low`` to ``high`` years old, in completed years.

    ``years_after(born, 40, 40)``: from the fortieth birthday to the day before the forty-first.
    """
    if not 0 <= low <= high <= 150:
        return None
    first, last = _birthday(born.first, int(low)), _birthday(born.last, int(high) + 1) - 1
    text = f"at age {low:g}" if low == high else f"at age {low:g} to {high:g}"
    return When(first, last, text)


def _birthday(born: int, years: int) -> int:
    day = date.fromordinal(born)
    try:
        return day.replace(year=day.year + years).toordinal()
    except ValueError:  # born on 29 February, and a common year
        return date(day.year + years, 3, 1).toordinal()
