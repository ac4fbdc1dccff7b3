"""Quantities to canonical units: what a result says, or why it cannot be used."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import NamedTuple

from paratope.patient.fhir.coding import concept as concept_named
from paratope.patient.fhir.numbers import Written, grade_word, written
from paratope.patient.fhir.shape import Json, number, obj, objs, shown, text
from paratope.patient.model import Interval
from paratope.terms import Concept
from paratope.units import convert, parse_unit


class Reading(NamedTuple):
    """``value`` in the canonical unit, or None and the ``problem``; ``printed`` as the record has it."""

    value: Interval | None
    printed: str
    problem: str | None = None


SCORE_UNITS = frozenset(
    {"", "1", "{score}", "{points}", "score", "points", "point", "分", "级", "grade", "class", "%"}
)
"""What may stand as the unit of a score (a Karnofsky of "80 %" is one of 80)."""


@lru_cache(maxsize=4096)
def unit_of(code: str | None, printed: str | None, system: str | None) -> tuple[str, str | None]:
    """The unit to use: the UCUM code where there is one, else the printed unit; and why neither can be used.

    Where both are there and differ (code g/L, printed g/dL), neither can be trusted.
    """
    if code is None and printed is None:
        return "", None
    by_code = (
        parse_unit(code) if code is not None and (system is None or "unitsofmeasure" in system) else None
    )
    by_text = parse_unit(printed) if printed is not None else None
    if by_code is not None and by_text is not None and code != printed:
        one = convert(1, code or "", printed or "")
        if one is not None and not math.isclose(one, 1.0, rel_tol=1e-9):
            return code or "", f"its unit is coded as {code} and printed as {printed}"
        if one is None and by_code.dimension != by_text.dimension and not _only_words(printed or ""):
            return code or "", f"its unit is coded as {code} and printed as {printed}"
    if by_code is not None:
        return code or "", None
    if by_text is not None:
        return printed or "", None
    return printed or code or "", None


def _only_words(printed: str) -> bool:
    """A printed unit like "ratio" or "copies/nucleus" is a gloss, not a competing unit."""
    return re.fullmatch(r"[A-Za-z ./{}]+", printed) is not None and parse_unit(printed) is None


@lru_cache(maxsize=8192)
def canonical(value: float, unit: str, name: str) -> float | None:
    """A number in the canonical unit of a concept; None if the unit does not measure it."""
    concept = concept_named(name)
    if concept is None or concept.unit is None:
        return None
    if concept.unit == "":
        return value if unit.strip().lower() in SCORE_UNITS or unit.startswith("{") else None
    if unit == concept.unit:
        return value
    return convert(value, unit, concept.unit, concept.molar_mass) if unit else None


def _interval(low: float, high: float, low_open: bool, high_open: bool) -> Interval:
    return Interval(low, high, low_open, high_open)


def _checked(concept: Concept, found: Interval, printed: str) -> Reading:
    """The reading, unless no living patient could have it or the measure takes only whole numbers."""
    if concept.plausible is not None:
        lowest, highest = concept.plausible
        if found.low > highest or found.high < lowest:
            bounds = f"{shown(lowest)} to {shown(highest)} {concept.unit or ''}".rstrip()
            return Reading(None, printed, f"impossible value: {printed} ({bounds} is possible)")
    if concept.whole and found.low == found.high and found.low != int(found.low):
        return Reading(None, printed, f"impossible value: {printed} (only whole numbers are possible)")
    return Reading(found, printed)


def quantity(element: dict[str, Json], concept: Concept) -> Reading:
    """A Quantity as a value of a concept."""
    raw, unit, system = element.get("value"), text(element.get("unit")), text(element.get("system"))
    code = text(element.get("code"))
    sign = text(element.get("comparator")) or ""
    value = number(raw)
    label = unit or code or ""
    if value is None:
        if isinstance(raw, str):
            said = written(raw)
            if said is not None:
                used = said._replace(unit=said.unit or code or label)
                return from_written(used, concept, f"{raw.strip()} {'' if said.unit else label}".strip())
        return Reading(None, f"{_raw(raw)} {label}".strip(), "its value is not a number")
    printed = f"{sign}{shown(value)} {label}".strip()
    use, conflict = unit_of(code, unit, system)
    if conflict is not None:
        return Reading(None, printed, conflict)
    match sign:
        case "":
            said = Written(value, value, unit=use)
        case "<" | "<=":
            said = Written(0.0 if value >= 0 else -math.inf, value, False, sign == "<", use)
        case ">" | ">=":
            said = Written(value, math.inf, sign == ">", False, use)
        case _:
            return Reading(None, printed, f"its comparator '{sign}' is not one we know")
    return from_written(said, concept, printed)


def _raw(raw: Json) -> str:
    return str(raw)[:40] if isinstance(raw, (str, int, float)) else ""


def from_written(said: Written, concept: Concept, printed: str) -> Reading:
    """Bounds and a unit, however they were written, as a value of a concept."""
    if not said.unit and concept.unit:
        return Reading(None, printed, "it has no unit")
    low = canonical(said.low, said.unit, concept.name) if math.isfinite(said.low) else said.low
    high = low if said.high == said.low else said.high
    if math.isfinite(said.high) and said.high != said.low:
        high_ = canonical(said.high, said.unit, concept.name)
        if high_ is None:
            low = None
        else:
            high = high_
    if low is None or high is None:
        if said.unit and parse_unit(said.unit) is None:
            return Reading(None, printed, f"its unit '{said.unit[:40]}' is not one we know")
        right = concept.unit or "a score"
        return Reading(None, printed, f"its unit {said.unit} does not measure {concept.name} ({right})")
    return _checked(concept, _interval(low, high, said.low_open, said.high_open), printed)


def from_range(element: dict[str, Json], concept: Concept) -> Reading:
    """A Range (either end may be missing) as a value of a concept."""
    low, high = obj(element.get("low")), obj(element.get("high"))
    if number(low.get("value")) is None and number(high.get("value")) is None:
        return Reading(None, "", "its range has no numbers")
    unit_source = low if text(low.get("code")) or text(low.get("unit")) else high
    ends: list[Reading | None] = []
    for end in (low, high):
        if number(end.get("value")) is None:
            ends.append(None)
            continue
        given = (
            end if text(end.get("code")) or text(end.get("unit")) else {**end, **_unit_fields(unit_source)}
        )
        one = quantity({k: v for k, v in given.items() if k != "comparator"}, concept)
        if one.value is None:
            return one
        ends.append(one)
    lowest = ends[0].value.low if ends[0] is not None and ends[0].value is not None else 0.0
    highest = ends[1].value.high if ends[1] is not None and ends[1].value is not None else math.inf
    printed = " to ".join(e.printed if e is not None else "?" for e in ends)
    if lowest > highest:
        return Reading(None, printed, "its range ends before it begins")
    return Reading(Interval(lowest, highest), printed)


def _unit_fields(element: dict[str, Json]) -> dict[str, Json]:
    return {k: element[k] for k in ("unit", "code", "system") if k in element}


def from_number(raw: Json, concept: Concept) -> Reading:
    """A bare number (valueInteger, valueDecimal): only a score has no unit."""
    value = number(raw)
    if value is None:
        return Reading(None, _raw(raw), "its value is not a number")
    return from_written(Written(value, value), concept, shown(value))


def from_text(said: str, concept: Concept) -> Reading:
    """A number written as text; of a score also words such as ``ECOG 1`` or ``NYHA III``."""
    found = written(said)
    if found is not None and (found.unit or concept.unit or found.low == found.high):
        reading = from_written(found, concept, said)
        if reading.value is not None or concept.unit:
            return reading
    if concept.unit == "":
        graded = grade_word(said)
        if graded is not None:
            return _checked(concept, Interval(float(graded[0]), float(graded[1])), said)
    return Reading(None, said[:80], "its value cannot be read as a number")


# --- the laboratory's own range ------------------------------------------------------------------------

_OTHER_SEX = {"male": "female", "female": "male"}
_SEX_WORDS = {
    "male": ("male", "males", "man", "men", "m", "男", "男性", "248153007"),
    "female": ("female", "females", "woman", "women", "f", "女", "女性", "248152002"),
}


class Limits(NamedTuple):
    """A reference range in the canonical unit; ``why``: why there is none, where that is worth saying."""

    low: float | None = None
    high: float | None = None
    why: str | None = None


NO_LIMITS = Limits()


def reference(ranges: Json, concept: Concept, unit: str, sex: str | None, age: float | None) -> Limits:
    """The range that applies: of type normal, for this sex and age where the ranges say.

    ``unit``: that of the value, for limits that state none. Several ranges that remain and differ: none.
    """
    if not isinstance(ranges, (list, dict)):
        return NO_LIMITS
    fitting: list[Limits] = []
    for one in objs(ranges):
        if not _applies(one, sex, age):
            continue
        found = _limits(one, concept, unit)
        if found is not None and found not in fitting:
            fitting.append(found)
    if not fitting:
        return NO_LIMITS
    usable = [f for f in fitting if f.why is None]
    if len(usable) > 1:
        return Limits(why=f"its {len(usable)} reference ranges differ, and none says for whom")
    return usable[0] if usable else fitting[0]


def _applies(one: dict[str, Json], sex: str | None, age: float | None) -> bool:
    if _PLAIN.issuperset(one):
        return True
    kind = {c.get("code") for c in objs(obj(one.get("type")).get("coding"))}
    if kind and not kind & {"normal"}:
        return False
    words = set(re.split(r"[^\w]+", " ".join(_words(one)).lower()))
    for who, names in _SEX_WORDS.items():
        if words & set(names):
            other = _OTHER_SEX[who]
            if sex == other and not words & set(_SEX_WORDS[other]):
                return False
            if sex is None:
                return False
    years = obj(one.get("age"))
    if years and age is not None:
        low, high = number(obj(years.get("low")).get("value")), number(obj(years.get("high")).get("value"))
        factor = {"mo": 12.0, "months": 12.0, "d": 365.25, "wk": 52.18}.get(
            text(obj(years.get("low")).get("code")) or text(obj(years.get("high")).get("code")) or "a", 1.0
        )
        if (low is not None and age * factor < low) or (high is not None and age * factor > high):
            return False
    return True


_PLAIN = frozenset({"low", "high"})


def _words(one: dict[str, Json]) -> list[str]:
    found = [text(one.get("text")) or ""]
    for who in objs(one.get("appliesTo")):
        found.append(text(who.get("text")) or "")
        for c in objs(who.get("coding")):
            found += [text(c.get("code")) or "", text(c.get("display")) or ""]
    return found


def _limits(one: dict[str, Json], concept: Concept, unit: str) -> Limits | None:
    low, high = _limit(one.get("low"), concept, unit), _limit(one.get("high"), concept, unit)
    if low is None and high is None:
        said = text(one.get("text"))
        if said is None:
            bad = any(number(obj(one.get(end)).get("value")) is not None for end in ("low", "high"))
            return Limits(why="its reference range is in a unit that does not fit") if bad else None
        return _limits_in(said, concept, unit)
    if low is not None and high is not None and low > high:
        return Limits(why="its reference range ends before it begins")
    return Limits(low, high)


def _limit(end: Json, concept: Concept, unit: str) -> float | None:
    if not isinstance(end, dict):
        return None
    value = number(end.get("value"))
    if value is None:
        return None
    own, conflict = unit_of(text(end.get("code")), text(end.get("unit")), text(end.get("system")))
    if conflict is not None:
        return None
    return canonical(value, own or unit, concept.name)


_LABEL = re.compile(
    r"^[^0-9<>≤≥]*[:：]\s*|^(?:normal|reference|ref\.?|range|参考(?:值|范围)|正常值?)\s*", re.IGNORECASE
)
_FOR_WHOM = re.compile(r"^(?:fe)?males?\b|^(?:wo)?men\b|^[男女]性?", re.IGNORECASE)


def _limits_in(said: str, concept: Concept, unit: str) -> Limits:
    bare = said.strip()
    for _ in range(3):
        bare = _FOR_WHOM.sub("", _LABEL.sub("", bare)).strip(" ()[]（）：:")
    found = written(bare)
    if found is None or (found.low == found.high):
        return Limits(why=f"its reference range '{said[:60]}' cannot be read")
    use = found.unit or unit
    low = canonical(found.low, use, concept.name) if found.low > 0 or bare[:1].isdigit() else None
    high = canonical(found.high, use, concept.name) if math.isfinite(found.high) else None
    if low is None and high is None:
        return Limits(why=f"its reference range '{said[:60]}' is in a unit that does not fit")
    return Limits(low, high)
