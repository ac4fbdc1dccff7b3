"""Thousands of bundles with something wrong in them: whatever comes in, values come out, never an exception."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from paratope.patient.fhir import read_all, read_bundle
from paratope.patient.model import (
    AntigenTest,
    Cancer,
    Consent,
    Entry,
    Flag,
    Imaging,
    Interval,
    Lesion,
    Measurement,
    Patient,
    Result,
    Review,
    Statement,
    When,
)
from tests.patient.fhir_records import bundle, person
from tests.patient.fhir_sample import RESOURCES, SAMPLE
from tests.shared import SHARED

SEED = 20260615
COUNT = 4000

Json = Any


def deep(levels: int, leaf: Json = "x") -> Json:
    for n in range(levels):
        leaf = {"extension": [leaf]} if n % 2 else [leaf]
    return leaf


ODD: list[Callable[[random.Random], Json]] = [
    lambda _: None,
    lambda _: True,
    lambda _: False,
    lambda _: "",
    lambda _: " ",
    lambda _: [],
    lambda _: {},
    lambda _: [None],
    lambda _: [[]],
    lambda _: {"": ""},
    lambda _: math.nan,
    lambda _: math.inf,
    lambda _: -math.inf,
    lambda _: 10**400,
    lambda _: -(10**30),
    lambda _: 1e308,
    lambda _: 5e-324,
    lambda r: r.randint(-5, 5),
    lambda r: r.random() * 1e6,
    lambda _: "1e999",
    lambda _: "+-5",
    lambda _: "NaN",
    lambda _: "９９",
    lambda _: "0001-01-01",
    lambda _: "9999-12-31",
    lambda _: "2026-02-30",
    lambda _: "2026-13-45T99:99:99+99:99",
    lambda _: "-",
    lambda _: "#",
    lambda _: "#p",
    lambda _: "Patient/",
    lambda _: "/////",
    lambda _: "urn:uuid:",
    lambda _: "Patient/p/_history/",
    lambda _: "\u0000\ud800\U0001f9ec",
    lambda _: "x" * 5000,
    lambda _: "((((((" * 50,
    lambda _: "+" * 300,
    lambda _: "1 " * 200,
    lambda _: "a-" * 200,
    lambda _: "阳性（＋）未检出≤10⁶×10⁹／Ｌ",
    lambda _: "<",
    lambda _: "<=>=",
    lambda _: "1:0",
    lambda r: deep(r.randint(1, 60)),
    lambda _: {"coding": "x"},
    lambda _: {"coding": [{"system": 1, "code": 2, "display": 3}], "text": 4},
    lambda _: {"coding": [{"system": "http://loinc.org", "code": "718-7"}]},
    lambda _: {"reference": {"reference": "x"}},
    lambda _: {"reference": "#"},
    lambda _: {"value": "x", "unit": [], "code": {}},
    lambda _: {"low": 1, "high": []},
    lambda _: {"start": "2027", "end": "1999"},
]
"""Values that stand where others should."""


def nodes(tree: Json) -> Iterator[tuple[Json, Any]]:
    """Every place in a tree: the container and the key or index in it."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            for key in node:
                yield node, key
                waiting.append(node[key])
        elif isinstance(node, list):
            for n, element in enumerate(node):
                yield node, n
                waiting.append(element)


def mangle(tree: Json, random_: random.Random, times: int) -> None:
    """Damage a tree in place, ``times`` times, somewhere."""
    for _ in range(times):
        places = list(nodes(tree))
        if not places:
            return
        container, key = random_.choice(places)
        match random_.randrange(10):
            case 0 if isinstance(container, dict):
                del container[key]
            case 0 | 1 | 2 | 3:
                container[key] = random_.choice(ODD)(random_)
            case 4 if isinstance(container, dict):
                container[random_.choice(NAMES)] = container.pop(key)
            case 5:
                other, place = random_.choice(places)
                container[key] = (
                    json.loads(json.dumps(other[place], default=str)) if place in _keys(other) else None
                )
            case 6 if isinstance(container, list):
                container.insert(random_.randrange(len(container) + 1), container[key])
            case 7 if isinstance(container[key], str):
                text = container[key]
                cut = random_.randrange(len(text) + 1)
                container[key] = text[:cut] + random_.choice(
                    ["", "\u0301", "?", " ", "9" * 30, text[cut:] * 3]
                )
            case 8 if isinstance(container[key], list):
                container[key] = container[key][:1] * random_.randrange(4)
            case 9 if isinstance(container, dict):
                container[random_.choice(NAMES)] = random_.choice(ODD)(random_)
            case _:
                container[key] = [container[key]]


def _keys(node: Json) -> Json:
    return node if isinstance(node, dict) else range(len(node))


NAMES = [
    "resourceType", "id", "status", "subject", "patient", "code", "text", "coding", "value", "valueQuantity",
    "valueString", "valueCodeableConcept", "valueBoolean", "valueInteger", "valueRange", "valueRatio",
    "valueDateTime", "component", "referenceRange", "interpretation", "effectiveDateTime", "effectivePeriod",
    "effectiveTiming", "onsetAge", "onsetString", "onsetRange", "abatementString", "abatementDateTime",
    "extension", "modifierExtension", "contained", "focus", "performer", "specimen", "method", "bodySite",
    "reasonReference", "dosage", "timing", "note", "stage", "evidence", "severity", "meta", "entry", "item",
    "emptyReason", "reaction", "category", "identifier", "link", "deceasedDateTime", "birthDate", "gender",
    "performedPeriod", "performedAge", "period", "study", "provision", "medicationReference", "hasMember",
    "dataAbsentReason",
]  # fmt: skip


def originals() -> list[str]:
    """Bundles to damage, as text: the invented one, and the shared ones where they are at hand."""
    texts = [json.dumps(SAMPLE)]
    if SHARED is not None:
        paths = sorted((SHARED / "cases" / "bundles").glob("*.json"))
        texts += [p.read_text(encoding="utf-8") for p in paths[::4]]
    return texts


def is_sound(patient: Patient) -> None:
    """Every fact of the right type, every number a number, every date a range."""
    kinds: dict[str, type] = {
        "measurements": Measurement, "results": Result, "antigens": AntigenTest, "statements": Statement, "flags": Flag,
    }  # fmt: skip
    for name, kind in kinds.items():
        for topic, facts in getattr(patient, name).items():
            assert isinstance(topic, str)
            assert facts
            assert all(isinstance(f, kind) for f in facts)
    plain: dict[str, type] = {
        "entries": Entry, "cancers": Cancer, "consents": Consent, "reviews": Review, "lesions": Lesion,
        "imaging": Imaging,
    }  # fmt: skip
    for name, kind in plain.items():
        assert all(isinstance(f, kind) for f in getattr(patient, name))
    for facts in patient.measurements.values():
        for m in facts:
            assert (m.value is None) == (m.problem is not None)
            assert m.value is None or sound_interval(m.value)
            assert m.low is None or math.isfinite(m.low)
    for lesion in patient.lesions:
        assert all(i is None or sound_interval(i) for i in (lesion.longest, lesion.short_axis))
    for e in patient.entries:
        assert e.concepts <= e.closure
        assert e.concepts
        assert all(isinstance(v, (bool, float, str)) for v in e.attributes.values()), e.attributes
        assert all(sound_when(w) for w in (e.start, e.end, *e.treated))
    for unused in patient.unused:
        assert isinstance(unused.resource, str)
        assert unused.why
    assert patient.sex in (None, "male", "female")
    assert hash(patient.id) is not None


def sound_interval(interval: Interval) -> bool:
    return not (math.isnan(interval.low) or math.isnan(interval.high)) and interval.low <= interval.high


def sound_when(when: When | None) -> bool:
    return when is None or (isinstance(when.text, str) and when.first <= when.last)


def test_mangled_bundles_give_values_and_never_an_exception() -> None:
    random_ = random.Random(SEED)
    texts = originals()
    single = [json.dumps(r) for r in RESOURCES]
    read = facts = 0
    for n in range(COUNT):
        if n % 8 == 0:  # a whole bundle, damaged in many places
            document = json.loads(random_.choice(texts))
            mangle(document, random_, random_.randint(5, 40))
        else:  # one resource of each of a few kinds, damaged in a few: far faster, and no less odd
            chosen = [json.loads(s) for s in random_.sample(single, 4)]
            document = bundle(person(), *chosen)
            mangle(document, random_, random_.randint(1, 8))
        for reading in read_all([document]).readings:
            is_sound(reading.patient)
            read += 1
            facts += len(reading.patient.entries) + len(reading.patient.measurements)
    assert read > COUNT / 2, "most of them still hold a patient"
    assert facts > COUNT


@pytest.mark.parametrize("make", ODD)
def test_any_value_in_the_place_of_a_document(make: Callable[[random.Random], Json]) -> None:
    value = make(random.Random(SEED))
    for document in (
        value,
        [value],
        {"resourceType": "Bundle", "entry": value},
        {"resourceType": value, "id": value},
    ):
        for patient in read_bundle(document):
            is_sound(patient)


@pytest.mark.parametrize(
    "text", [json.dumps(r) for r in RESOURCES], ids=[r["resourceType"] for r in RESOURCES]
)
def test_every_field_of_every_kind_of_resource_replaced_by_every_odd_value(text: str) -> None:
    random_ = random.Random(SEED)
    for number in range(len(list(nodes(json.loads(text))))):
        make = ODD[number % len(ODD)]
        resource = json.loads(text)
        container, key = list(nodes(resource))[number]
        container[key] = make(random_)
        for reading in read_all([bundle(person(), resource)]).readings:
            is_sound(reading.patient)


def test_references_in_a_circle() -> None:
    circle = bundle(
        person(link=[{"other": {"reference": "Patient/p"}}]),
        {"resourceType": "List", "id": "l", "status": "current", "title": "Allergy review",
         "subject": {"reference": "Patient/p"},
         "entry": [{"item": {"reference": "List/l"}}]},
        {"resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/p"}, "code": {"text": "Stroke"},
         "extension": [{"url": "condition-dueTo", "valueReference": {"reference": "Condition/c"}}]},
        {"resourceType": "Observation", "id": "o", "status": "final", "subject": {"reference": "Observation/o"},
         "focus": [{"reference": "Observation/o"}], "code": {"text": "Cancer disease status"},
         "valueString": "relapsed"},
        {"resourceType": "Specimen", "id": "s", "subject": {"reference": "Specimen/s"},
         "parent": [{"reference": "Specimen/s"}]},
    )  # fmt: skip
    (patient,) = read_bundle(circle)
    is_sound(patient)
    assert patient.reviews == ()
