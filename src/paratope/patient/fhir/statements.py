"""Statements of people: life expectancy, contraception, venous access, unsuitability, ..."""

from __future__ import annotations

import math

from paratope.patient.fhir import quantities as q
from paratope.patient.fhir.chart import Chart
from paratope.patient.fhir.coding import concept, kind_of, named, text_of
from paratope.patient.fhir.labs import Seen
from paratope.patient.fhir.shape import Json, boolean, number, obj, objs, shown, text, value_of
from paratope.patient.fhir.studies import author_of, study_of
from paratope.patient.model import Statement

MONTHS = "months after last dose"
LIFE_THREATENING = "severely life-threatening disease"
_PARTS = {"contraception": MONTHS, "gamete donation forgone": "gamete donation forgone"}
"""Concept of a component to the name of the part."""

KNOWN = frozenset({"workflow-researchStudy"})
Answer = str | float | bool


def read_statement(chart: Chart, seen: Seen, topic: str, extensions: dict[str, list[Json]]) -> None:
    """One survey Observation as a Statement; its component on life-threatening disease as one of its own."""
    item = seen.item
    study = study_of(chart, item, extensions)
    author = author_of(chart, item)
    kind, content = value_of(item.body)
    value, unit = _answer(topic, kind, content)
    if kind and value is None:
        chart.skip(item, f"{topic}: its answer is not understood")
    parts: dict[str, Answer] = {}
    for component in objs(item.body.get("component")):
        code = component.get("code")
        part_kind, part_content = value_of(component)
        names = [c for c in named(code).concepts if kind_of(c) == "statement"]
        name = names[0] if len(names) == 1 else ""
        if not part_kind:
            continue
        if name == LIFE_THREATENING and topic != name:
            said, _ = _answer(name, part_kind, part_content)
            if said is not None:
                words = f"{name}: {_shown(said)}"
                chart.add(item, Statement(name, said, item.key, seen.when, words, study, author))
            else:
                chart.skip(item, f"component '{text_of(code)[:60]}': its answer is not understood")
            continue
        part = _PARTS.get(name) or text_of(code).lower()
        said, _ = _answer(name or topic, part_kind, part_content)
        if not part or said is None:
            chart.skip(item, f"component '{text_of(code)[:60] or '(without a code)'}' is not understood")
        else:
            parts[part] = said
    if topic == "contraception" and value is None and isinstance(parts.get(MONTHS), float):
        value, unit = parts[MONTHS], "mo"
    elif topic == "contraception" and isinstance(value, float):
        parts.setdefault(MONTHS, value)
    if value is None and not parts:
        if not kind:
            chart.skip(item, f"{topic}: no value")
        if not chart.read or item.key not in chart.read:
            return
    words = f"{topic}: {_shown(value)}{f' {unit}' if unit else ''}" if value is not None else topic
    chart.add(item, Statement(topic, value, item.key, seen.when, words, study, author, parts))


def _shown(value: Answer | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return shown(value) if isinstance(value, float) else str(value)


def _answer(topic: str, kind: str, content: Json) -> tuple[Answer | None, str]:
    """The answer, numbers in the unit of the topic (and that unit)."""
    found = concept(topic)
    unit = found.unit if found is not None and found.unit else ""
    match kind:
        case "Boolean":
            return boolean(content), ""
        case "CodeableConcept":
            words = text_of(content).lower()
            return words or None, ""
        case "String":
            words = text(content) or ""
            if unit and found is not None:
                reading = q.from_text(words, found)
                if reading.value is not None:
                    return _least(reading.value.low, reading.value.high, words), unit
            return words or None, ""
        case "Integer" | "Decimal":
            value = number(content)
            return (value, unit) if value is not None else (None, "")
        case "Quantity":
            quantity = obj(content)
            if found is not None and unit:
                reading = q.quantity(quantity, found)
                if reading.value is None:
                    return None, ""
                return _least(reading.value.low, reading.value.high, reading.printed), unit
            value = number(quantity.get("value"))
            own = text(quantity.get("code")) or text(quantity.get("unit")) or ""
            return (value, own) if value is not None and not quantity.get("comparator") else (None, "")
        case "Range":
            if found is not None and unit:
                reading = q.from_range(obj(content), found)
                if reading.value is not None:
                    return _least(reading.value.low, reading.value.high, reading.printed), unit
    return None, ""


def _least(low: float, high: float, words: str) -> Answer:
    """Of "at least 12 weeks" or "12 to 24 weeks" the 12; "less than 12 weeks" is no number but those words."""
    if low == high or math.isinf(high) or low > 0:
        return low
    return words
