"""Daily doses as prescriptions say them: ``30 mg/d``, ``5 mg twice daily``, ``20 mg every other day``."""

from __future__ import annotations

import re

from paratope.patient.plain.scalars import Trouble, read_amounts, squeeze
from paratope.units import convert, parse_unit

_A_DAY = r"(?:(?:a |per )?da(?:y|ily))"
_TIMES = tuple(
    (re.compile(rf"\b(?:{english})(?!\w)|{chinese}", re.I), times)
    for times, english, chinese in (
        (1.0, rf"once {_A_DAY}|every day|daily|per day|a day|od|qd|nocte|mane", "每[日天](?:一次|1次)"),
        (
            2.0,
            rf"(?:twice|two times) {_A_DAY}|bid|b\.i\.d\.?|bd|q12h|every 12 h(?:ours)?",
            "每[日天](?:两次|二次|2次)",
        ),
        (3.0, rf"three times {_A_DAY}|tid|t\.i\.d\.?|tds|q8h|every 8 h(?:ours)?", "每[日天](?:三次|3次)"),
        (4.0, rf"four times {_A_DAY}|qid|q\.i\.d\.?|qds|q6h|every 6 h(?:ours)?", "每[日天](?:四次|4次)"),
    )
)
"""Doses per day, with the words for them. The longer phrases are taken out before the shorter are looked for."""
_NOT_DAILY = re.compile(
    r"every (?:other|second|two|three|2|3|4|21|28) |alternate|\bqod\b|\bq[2-4]?w\b|week|month|cycle|needed|"
    r"\bprn\b|隔[日天]|每周|每[三四]周|需要时",
    re.I,
)
_COUNT = re.compile(
    r"^(?P<count>\d+(?:\.\d+)?)\s*(?:x|×|\*)\s*(?P<rest>.+?)(?:\s*(?:/|per |a )\s*(?:d|day))?$"
)
_COUNT_AFTER = re.compile(
    r"^(?P<rest>.+?)\s*(?:x|×|\*)\s*(?P<count>\d+)(?:\s*(?:/|per |a )\s*(?:d|day)|\s*daily)?$"
)


class NoDailyDose(Trouble):
    """A dose that is none in mg a day: units of insulin, puffs, 40 mg every Monday. Worth a word, no error."""

    __slots__ = ()


def read_daily_dose(text: str) -> float | Trouble:
    """Milligrams per day of a medicine taken every day.

    A dose without "per day" or "twice daily" is trouble: it may be of any rhythm. One taken less than daily
    has no daily dose (40 mg every Monday is not 5.7 mg a day).
    """
    given = squeeze(text)
    if _NOT_DAILY.search(given):
        return NoDailyDose(f"'{text}' is not taken daily: it is kept as a medicine without a daily dose")
    rhythm: float | None = None
    for pattern, times in sorted(_TIMES, key=lambda pair: pair[1] == 1.0):
        given, found = pattern.subn(" ", given)
        if found and rhythm is not None:
            return Trouble(f"'{text}' names two rhythms: write the amount per day, as in 30 mg/d")
        rhythm = times if found else rhythm
    given = given.strip(" ,;")
    for pattern in (_COUNT, _COUNT_AFTER):
        counted = pattern.fullmatch(given)
        if counted and rhythm in (None, 1.0) and re.match(r"[\d.,]+\s*[a-zA-Zµμ]", counted["rest"]):
            rhythm, given = float(counted["count"]), counted["rest"]
            break
    amounts = read_amounts(given)
    if isinstance(amounts, Trouble):
        return Trouble(f"'{text}' is no dose: write the amount per day, as in 30 mg/d or 5 mg twice daily")
    if amounts.low != amounts.high:
        return Trouble(f"'{text}' is no single dose: write the amount per day that was taken, as in 30 mg/d")
    unit = re.sub(r"\s*/\s*(?:day|天|日)$", "/d", amounts.unit)
    if not unit:
        return Trouble(f"'{text}' has no unit: write the amount per day, as in 30 mg/d")
    if parse_unit(unit) is None:
        return NoDailyDose(f"'{text}' is no dose in mg: the medicine is kept without a daily dose")
    if rhythm is not None and not unit.endswith("/d"):
        unit = f"{unit}/d"
    elif rhythm is None and not unit.endswith("/d") and convert(1, unit, "mg") is not None:
        return Trouble(f"'{text}' does not say how often: write the amount per day, as in {amounts.low} mg/d")
    dose = convert(amounts.low, unit, "mg/d")
    if dose is None:
        return NoDailyDose(f"'{text}' is no dose in mg: the medicine is kept without a daily dose")
    if dose < 0:
        return Trouble(f"'{text}' is no dose")
    return dose if rhythm is None or rhythm == 1 else dose * rhythm
