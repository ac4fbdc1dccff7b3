"""Numeric results: laboratory, vital signs, scores, ejection fraction, body weight, viral load."""

from __future__ import annotations

import re
from typing import NamedTuple

from paratope.patient.fhir import quantities as q
from paratope.patient.fhir.answers import BELOW, DETECTED, interpretation_of, loinc_score
from paratope.patient.fhir.chart import Chart
from paratope.patient.fhir.coding import codes_of, concept, kind_of, named, text_of, words_of
from paratope.patient.fhir.gather import Item
from paratope.patient.fhir.shape import Json, brief, number, obj, objs, shown, text, value_of
from paratope.patient.model import Interval, Measurement, When
from paratope.terms import Concept


class Seen(NamedTuple):
    """What all facts of one Observation share."""

    item: Item
    when: When | None
    amended: bool


def read_measure(
    chart: Chart, seen: Seen, name: str, element: dict[str, Json], clash: str | None = None
) -> None:
    """One numeric value (of the Observation or of a component) as a Measurement of ``name``."""
    found = concept(name)
    if found is None:
        return
    item = seen.item
    if found.derived:
        chart.skip(item, f"{name} is computed here from its parts: the recorded value is not used")
        return
    kind, content = value_of(element)
    if kind == "Quantity" and obj(content).get("value") is None:
        kind = ""
    called = interpretation_of(element.get("interpretation"))
    if not kind and (score := _score_of(element, name)) is not None:
        kind, content = "Integer", score
    if not kind and called not in (BELOW, DETECTED):
        chart.skip(item, f"{name}: {_absent(element)}")
        return
    reading = _read(kind, content, called, found)
    if clash is not None:
        reading = q.Reading(None, reading.printed, clash)
    limits = q.NO_LIMITS
    if "referenceRange" in element:
        age = chart.age_at(seen.when)
        limits = q.reference(element["referenceRange"], found, _unit(kind, content), chart.sex, age)
    if limits.why is not None:
        chart.skip(item, f"{name}: {limits.why}")
    if reading.problem is not None:
        chart.skip(item, f"{name} {reading.printed}: {reading.problem}".replace(" : ", ": "))
    fact = Measurement(
        concept=name,
        value=reading.value,
        source=item.key,
        when=seen.when,
        text=_text(found, reading),
        printed=reading.printed,
        low=limits.low,
        high=limits.high,
        method=_method(item),
        condition=_condition(chart, item) if name == "oxygen saturation" else None,
        problem=reading.problem,
        amended=seen.amended,
    )
    chart.add(item, fact)
    remember(chart, seen, name, fact)


def _score_of(element: dict[str, Json], name: str) -> int | None:
    """A score given only by the code of its interpretation, as some exports of performance status do."""
    for one in objs(element.get("interpretation")):
        for _, code in codes_of(one):
            score = loinc_score(name, code)
            if score is not None:
                return score
    return None


def remember(chart: Chart, seen: Seen, name: str, fact: object) -> None:
    """Note a result, so that an amended one may supersede the first report of the same sample."""
    when = seen.when
    day = (name, when.first, when.last) if when is not None else (name, 0, 0)
    chart.repeated.setdefault(day, []).append((fact, seen.item, seen.amended))  # type: ignore[arg-type]


def drop_superseded(chart: Chart) -> None:
    """A result that was amended or corrected replaces the first report of the same measure, day and hour."""
    gone: set[int] = set()
    for same in chart.repeated.values():
        if len(same) < 2:
            continue
        amended = [(f, i) for f, i, new in same if new]
        if not amended:
            continue
        for fact, item, new in same:
            if new:
                continue
            by = next((i for f, i in amended if _same_sample(f.when, fact.when)), None)
            if by is not None:
                gone.add(id(fact))
                chart.skip(item, f"superseded by the amended result {by.key}", void=True)
    if gone:
        chart.facts = [f for f in chart.facts if id(f) not in gone]


def _same_sample(a: When | None, b: When | None) -> bool:
    """Two times of day, both written and different, are two samples."""
    if a is None or b is None:
        return a is b
    return not ("T" in a.text and "T" in b.text and a.text != b.text)


def _absent(element: dict[str, Json]) -> str:
    reason = text_of(element.get("dataAbsentReason"))
    return f"no value ({reason})" if reason else "no value"


def _read(kind: str, content: Json, called: str | None, found: Concept) -> q.Reading:
    reading = _value(kind, content, found)
    words = text_of(content) if kind in ("String", "CodeableConcept") else ""
    if words and reading.value is None:
        answer = interpretation_of(content if isinstance(content, dict) else {"text": words})
        if answer in (BELOW, DETECTED):
            called = called or answer
            kind = ""
    if called == BELOW:
        return _below(kind, reading, found)
    if called == DETECTED:
        if not kind:
            return q.Reading(None, words or "detected", "detected, but no amount is given")
        if reading.value is not None and reading.value.high == 0:
            return q.Reading(None, reading.printed, "it says detected, and the amount is 0")
    return reading


def _below(kind: str, reading: q.Reading, found: Concept) -> q.Reading:
    """Not detected: 0, or up to the limit of detection where the result states it as ``<20``."""
    if not kind:
        return q.Reading(Interval(0.0, 0.0), "not detected")
    value = reading.value
    if value is None:
        return reading
    if value.low == value.high != 0:
        why = f"it says not detected, and the amount is {shown(value.low)} {found.unit}"
        return q.Reading(None, reading.printed, why)
    return q.Reading(value, f"{reading.printed} (not detected)")


def _value(kind: str, content: Json, found: Concept) -> q.Reading:
    match kind:
        case "Quantity":
            return q.quantity(obj(content), found)
        case "Integer" | "Decimal":
            return q.from_number(content, found)
        case "Range":
            return q.from_range(obj(content), found)
        case "String":
            return q.from_text(content.strip(), found) if isinstance(content, str) else _unreadable(kind)
        case "CodeableConcept":
            return _coded(content, found)
        case "Ratio":
            return _ratio(obj(content), found)
        case "":
            return q.Reading(None, "", "no value")
    return _unreadable(kind)


def _unreadable(kind: str) -> q.Reading:
    return q.Reading(None, "", f"a value of type {kind} is not a number")


_BARE = re.compile(r"[0-9]{1,3} ?%?")


def _coded(content: Json, found: Concept) -> q.Reading:
    """A score as an answer code (LOINC, SNOMED CT) or in words."""
    show = text_of(content)
    for system, code in codes_of(content):
        value = loinc_score(found.name, code)
        if value is None and found.unit == "" and "snomed" not in system and _BARE.fullmatch(code):
            return q.from_text(code.rstrip(" %"), found)._replace(
                printed=show or code
            )  # a code list of its own: 0 to 5
        if value is not None:
            return q.Reading(Interval(float(value), float(value)), show or str(value))
    for words in words_of(content):
        reading = q.from_text(words, found)
        if reading.value is not None:
            return q.Reading(reading.value, show)
    return q.Reading(None, show[:80], "its value cannot be read as a number")


def _ratio(content: dict[str, Json], found: Concept) -> q.Reading:
    above, below = obj(content.get("numerator")), obj(content.get("denominator"))
    top, bottom = number(above.get("value")), number(below.get("value"))
    printed = f"{shown(top) if top is not None else '?'}:{shown(bottom) if bottom is not None else '?'}"
    if top is None or not bottom or found.unit:
        return q.Reading(None, printed, "a ratio does not measure it")
    return q.from_number(top / bottom, found)


def _unit(kind: str, content: Json) -> str:
    """The unit of the value, for a reference range that states none."""
    if kind == "Quantity":
        quantity = obj(content)
        used, _ = q.unit_of(
            text(quantity.get("code")), text(quantity.get("unit")), text(quantity.get("system"))
        )
        return used
    return ""


def _text(found: Concept, reading: q.Reading) -> str:
    value = reading.value
    if value is None:
        return f"{found.name} {reading.printed}".strip()
    unit = found.unit or ""
    if value.low == value.high:
        said = brief(value.low)
    elif value.high == float("inf"):
        said = f"{'>' if value.low_open else '>='}{brief(value.low)}"
    elif value.low == 0:
        said = f"{'<' if value.high_open else '<='}{brief(value.high)}"
    else:
        said = f"{brief(value.low)} to {brief(value.high)}"
    return f"{found.name} {said} {unit}".strip()


def _method(item: Item) -> str | None:
    raw = item.body.get("method")
    if raw is None:
        return None
    found = named(raw)
    methods = [c for c in found.concepts if kind_of(c) == "method"]
    if len(methods) == 1:
        return methods[0]
    return found.text.lower() or None


# --- what a patient breathed ---------------------------------------------------------------------------

ROOM_AIR = "room air"
SUPPLEMENTAL = "supplemental oxygen"
_AIR_CODES = {
    "722742002": ROOM_AIR,
    "15158005": ROOM_AIR,
    "371825009": SUPPLEMENTAL,
    "57485005": SUPPLEMENTAL,
}
_OXYGEN_FLOW = "3151-8"
_OXYGEN_SHARE = "3150-6"


def is_oxygen_component(component: dict[str, Json]) -> bool:
    """Whether a component states the oxygen breathed in, in words, as a flow or as a concentration."""
    code = component.get("code")
    if any(c in (_OXYGEN_FLOW, _OXYGEN_SHARE) for _, c in codes_of(code)):
        return True
    return "inhaled oxygen" in named(code).concepts


def _condition(chart: Chart, item: Item) -> str | None:
    found: set[str] = set()
    for component in objs(item.body.get("component")):
        if is_oxygen_component(component):
            said = _breathed(component)
            if said is None:
                chart.skip(item, f"inhaled oxygen '{_shown_value(component)}' is not understood")
            else:
                found.add(said)
    for note in objs(item.body.get("note")):
        words = (text(note.get("text")) or "").lower()
        if words in ("room air", "on room air", "ra", "未吸氧", "不吸氧"):
            found.add(ROOM_AIR)
    if SUPPLEMENTAL in found:
        return SUPPLEMENTAL
    return ROOM_AIR if found else None


def _shown_value(component: dict[str, Json]) -> str:
    _, content = value_of(component)
    return text_of(content) if isinstance(content, dict) else str(content)[:40]


def _breathed(component: dict[str, Json]) -> str | None:
    kind, content = value_of(component)
    if kind == "Quantity":
        value = number(obj(content).get("value"))
        unit = (text(obj(content).get("code")) or text(obj(content).get("unit")) or "").lower()
        if value is None:
            return None
        if unit == "%":
            return ROOM_AIR if value <= 21 else SUPPLEMENTAL
        if unit.startswith("l/min"):
            return ROOM_AIR if value == 0 else SUPPLEMENTAL
        return None
    if kind == "CodeableConcept":
        for _, code in codes_of(content):
            if code in _AIR_CODES:
                return _AIR_CODES[code]
    words = " ".join(words_of(content if kind in ("CodeableConcept", "String") else None))
    if any(w in words for w in ("room air", "ambient air", "breathing air", "空气", "未吸氧", "不吸氧")):
        return ROOM_AIR
    if any(
        w in words for w in ("supplement", "cannula", "on oxygen", "oxygen mask", "ventilat", "l/min", "吸氧")
    ):
        return SUPPLEMENTAL
    return None
