"""Daily doses of medicines in mg per day, and routes."""

from __future__ import annotations

import re

from paratope.patient.fhir.coding import codes_of, words_of
from paratope.patient.fhir.numbers import tidy
from paratope.patient.fhir.shape import Json, boolean, number, obj, objs, text
from paratope.units import convert

MG_PER_DAY = "mg/d"


def daily_dose(dosages: list[dict[str, Json]]) -> tuple[float | None, str | None]:
    """mg per day of a medicine taken every day, and why there is none where a dose is on record.

    A rate in mg per day; or a dose in mg times how often a day it is taken. A dose taken less than once a day
    has no daily dose (40 mg every Monday is not 5.7 mg a day), nor has one taken when needed, a range, or a
    dose in tablets. Several dosages count together only where each has its own time of day.
    """
    found: list[float] = []
    for dosage in dosages:
        value, why = _one(dosage)
        if why is not None:
            return None, why
        if value is not None:
            found.append(value)
    if not found:
        return None, None
    if len(found) > 1:
        sequences = {number(d.get("sequence")) for d in dosages}
        if sequences != {None} and len(sequences) > 1:
            return None, "its dose changes over time"
        if not all(_time_of_day(d) for d in dosages):
            return None, f"{len(found)} dosages, and it is not said whether they are taken together"
    return sum(found), None


def _time_of_day(dosage: dict[str, Json]) -> bool:
    repeat = obj(obj(dosage.get("timing")).get("repeat"))
    return bool(repeat.get("when") or repeat.get("timeOfDay"))


def _one(dosage: dict[str, Json]) -> tuple[float | None, str | None]:
    if boolean(dosage.get("asNeededBoolean")) or dosage.get("asNeededCodeableConcept"):
        return None, "it is taken when needed"
    for given in [*objs(dosage.get("doseAndRate")), dosage]:
        rate = given.get("rateQuantity")
        if isinstance(rate, dict):
            return _milligrams(rate, MG_PER_DAY, "rate")
        ratio = obj(given.get("rateRatio"))
        if ratio:
            return None, "its rate is a ratio"
        if given.get("doseRange") or given.get("rateRange"):
            return None, "its dose is a range"
        dose = given.get("doseQuantity") or given.get("dose")
        if isinstance(dose, dict):
            amount, why = _milligrams(dose, "mg", "dose")
            if amount is None:
                return None, why
            times, why = times_a_day(dosage)
            if times is None:
                return None, why
            return amount * times, None
    said = text(dosage.get("text"))
    return (_in_words(said), None) if said is not None else (None, None)


def _milligrams(quantity: dict[str, Json], unit: str, what: str) -> tuple[float | None, str | None]:
    value = number(quantity.get("value"))
    if value is None or quantity.get("comparator"):
        return None, f"its {what} is no plain number"
    written = text(quantity.get("code")) or text(quantity.get("unit")) or ""
    found = convert(value, written, unit) if written else None
    if found is None and text(quantity.get("unit")):
        found = convert(value, text(quantity.get("unit")) or "", unit)
    if found is None:
        return None, f"its {what} is in '{written or 'no unit'}', not in mg"
    return found, None


_PER_DAY = {"d": 1.0, "h": 24.0, "min": 1440.0}
_TIMING_CODES = {
    "QD": 1.0, "QAM": 1.0, "QPM": 1.0, "AM": 1.0, "PM": 1.0, "BED": 1.0, "QHS": 1.0, "BID": 2.0, "TID": 3.0,
    "QID": 4.0, "Q1H": 24.0, "Q2H": 12.0, "Q3H": 8.0, "Q4H": 6.0, "Q6H": 4.0, "Q8H": 3.0, "Q12H": 2.0,
    "Q24H": 1.0, "229797004": 1.0, "229799001": 2.0, "229798009": 3.0, "307439001": 4.0,
}  # fmt: skip
"""HL7 timing abbreviations (GTS) and SNOMED CT frequencies to doses a day."""


def times_a_day(dosage: dict[str, Json]) -> tuple[float | None, str | None]:
    """How often a day a dose is taken; None and why if that is less than daily or not said."""
    timing = obj(dosage.get("timing"))
    repeat = obj(timing.get("repeat"))
    if repeat.get("dayOfWeek"):
        return None, "it is taken on certain days of the week, not daily"
    if number(repeat.get("frequencyMax")) or number(repeat.get("periodMax")):
        return None, "how often it is taken is a range"
    period, unit = number(repeat.get("period")), text(repeat.get("periodUnit"))
    if period is not None and unit is not None:
        per_day = _PER_DAY.get(unit)
        times = number(repeat.get("frequency")) or float(len(repeat.get("timeOfDay") or ()) or 1)
        if per_day is None or period <= 0:
            return None, "it is not taken daily"
        often = times * per_day / period
        return (often, None) if often >= 1 else (None, "it is not taken daily")
    for clock in ("timeOfDay", "when"):
        listed = repeat.get(clock)
        if isinstance(listed, list) and listed:
            return float(len(listed)), None
    for _, code in codes_of(timing.get("code")):
        if code.upper() in _TIMING_CODES:
            return _TIMING_CODES[code.upper()], None
    said = [*words_of(timing.get("code")), (text(dosage.get("text")) or "").lower()]
    for words in said:
        often_ = _often(words)
        if often_ is not None:
            return often_, None
    return None, "how often it is taken is not said"


_OFTEN = (
    (
        re.compile(
            r"\b(?:once (?:a day|daily)|daily|every day|qd|od|q24h|per day|each morning)\b|每日一?次?|每天"
        ),
        1.0,
    ),
    (
        re.compile(
            r"\b(?:twice (?:a day|daily)|two times (?:a day|daily)|bid|b\.i\.d|q12h)\b|每[日天][两二]次"
        ),
        2.0,
    ),
    (re.compile(r"\b(?:three times (?:a day|daily)|tid|t\.i\.d|q8h)\b|每[日天]三次"), 3.0),
    (re.compile(r"\b(?:four times (?:a day|daily)|qid|q\.i\.d|q6h)\b|每[日天]四次"), 4.0),
)
_LESS = re.compile(
    r"week|every (?:other|second|two|2|three|3|21|28|14)|alternate|qod|q[2-4]w|month|隔日|每周|needed|prn|day 1|d1"
)


def _often(words: str) -> float | None:
    if not words or _LESS.search(words):
        return None
    hits = {times for pattern, times in _OFTEN if pattern.search(words)}
    several = hits - {1.0}  # "twice daily" also holds "daily"
    if len(several) > 1:
        return None
    return several.pop() if several else 1.0 if hits else None


_DOSE_WORDS = re.compile(
    r"(?P<dose>[0-9]+(?:\.[0-9]+)?)\s*(?P<unit>mg|g|µg|ug|mcg)\s*(?:/|per)?\s*(?P<often>d(?:ay)?\b|.{0,40})",
    re.IGNORECASE,
)


def _in_words(said: str) -> float | None:
    """``30 mg/d``, ``5 mg twice daily``: only where the whole text is a dose."""
    plain = tidy(said).lower().rstrip(".")
    match = _DOSE_WORDS.fullmatch(plain)
    if match is None:
        return None
    often = 1.0 if match["often"] in ("d", "day") else _often(match["often"])
    unit = {"mcg": "ug", "µg": "ug"}.get(match["unit"], match["unit"])
    amount = convert(float(match["dose"]), unit, "mg")
    return amount * often if often is not None and amount is not None else None


# --- routes --------------------------------------------------------------------------------------------

_ROUTE_CODES = {
    "26643006": "oral", "47625008": "iv", "34206005": "subcutaneous", "78421000": "intramuscular",
    "37161004": "rectal", "46713006": "nasal", "6064005": "topical", "448598008": "topical", "45890007": "transdermal",
    "54485002": "ophthalmic", "72607000": "intrathecal", "12130007": "intra-articular", "447694001": "inhaled",
    "PO": "oral", "IV": "iv", "IVINF": "iv", "SQ": "subcutaneous", "IM": "intramuscular",
    "20053000": "oral", "20045000": "iv", "20066000": "subcutaneous", "20035000": "intramuscular",
}  # fmt: skip
"""SNOMED CT routes, HL7 v3 routes and EDQM standard terms (oral, intravenous, subcutaneous, intramuscular)."""

_ROUTE_WORDS = (
    (re.compile(r"\b(?:oral|po|p\.o\.|per os|by mouth|口服)"), "oral"),
    (re.compile(r"\b(?:iv|i\.v\.|intravenous)|静脉"), "iv"),
    (re.compile(r"\b(?:sc|s\.c\.|subcutaneous)|皮下"), "subcutaneous"),
    (re.compile(r"\b(?:im|i\.m\.|intramuscular)|肌[肉内]"), "intramuscular"),
    (re.compile(r"intrathecal|鞘内"), "intrathecal"),
    (re.compile(r"inhal|nebuli|吸入"), "inhaled"),
    (re.compile(r"\bnasal|intranasal|鼻"), "nasal"),
    (re.compile(r"topical|cutaneous use|on the skin|外用"), "topical"),
    (re.compile(r"ophthalm|eye|眼"), "ophthalmic"),
    (re.compile(r"intra-?articular|关节"), "intra-articular"),
    (re.compile(r"rectal|直肠"), "rectal"),
    (re.compile(r"transdermal|透皮"), "transdermal"),
)


def route_of(dosages: list[dict[str, Json]]) -> str | None:
    """The route all dosages agree on, as one word; None if none is said or they differ."""
    found: set[str] = set()
    for dosage in dosages:
        raw = dosage.get("route")
        if raw is None:
            continue
        coded = next((_ROUTE_CODES[c] for _, c in codes_of(raw) if c in _ROUTE_CODES), None)
        words = " ".join(words_of(raw))
        said = next((route for pattern, route in _ROUTE_WORDS if pattern.search(words)), None)
        route = coded or said or words
        if route:
            found.add(route)
    return found.pop() if len(found) == 1 else None
