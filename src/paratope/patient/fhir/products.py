"""A manufactured cell product, with the Observations that measure it."""

from __future__ import annotations

import re

from paratope.patient.build import closure_of
from paratope.patient.fhir import quantities as q
from paratope.patient.fhir.chart import Chart
from paratope.patient.fhir.coding import concept, named, text_of, words_of
from paratope.patient.fhir.gather import Item
from paratope.patient.fhir.labs import Seen
from paratope.patient.fhir.shape import note_of, obj, objs, text, value_of
from paratope.patient.model import AttributeValue, Entry

PRODUCT = "manufactured cell product"
MARKS = frozenset({"product cell dose", "product release"})
_OUT = re.compile(
    r"\b(?:not|no|never|without)\b[^.;]{0,30}\b(?:meet|met|fulfil|pass|releas|conform|accept)\w*|\bunmet\b|"
    r"below spec|outside|deviat|"
    r"out[- ]of[- ]spec|\boos\b|not released|non-?conform|rejected|fail|不合格|不符合"
)
_RELEASED = re.compile(r"releas|conform|within spec|pass|accept|合格|放行")


def read_product_mark(chart: Chart, seen: Seen, name: str) -> None:
    """What an Observation says of the product in its focus; kept until the product is read."""
    item = seen.item
    kind, content = value_of(item.body)
    said: float | str | None = None
    if name == "product cell dose":
        found = concept(name)
        reading = q.quantity(obj(content), found) if kind == "Quantity" and found is not None else None
        if reading is not None and reading.value is not None and reading.value.low == reading.value.high:
            said = reading.value.low
        why = reading.problem if reading is not None else "no number"
    else:
        words = " ".join(words_of(content)) if kind in ("CodeableConcept", "String") else ""
        said = (
            "out of specification" if _OUT.search(words) else "released" if _RELEASED.search(words) else None
        )
        why = f"'{words[:60]}' is not understood"
    if said is None:
        chart.skip(item, f"{name}: {why}")
        return
    products = [f for r in objs(item.body.get("focus")) if (f := chart.find(r, item)) is not None]
    products = [p for p in products if p.kind == "BiologicallyDerivedProduct"]
    if not products:
        products = chart.by_kind.get("BiologicallyDerivedProduct", [])
    if len(products) != 1:
        chart.skip(item, f"{name}: of which product is not said")
        return
    attribute = "cells per kg" if name == "product cell dose" else "release"
    chart.product_marks.setdefault(products[0].key, []).append((attribute, said, item))


def read_product(chart: Chart, item: Item) -> None:
    """A BiologicallyDerivedProduct as an Entry."""
    code = item.body.get("productCode")
    category = text(item.body.get("productCategory"))
    found = named(code)
    if category in ("organ", "tissue", "fluid", "biologicalAgent") and PRODUCT not in found.concepts:
        chart.skip(item, f"a product of the category {category}, not manufactured cells")
        return
    attributes: dict[str, AttributeValue] = {}
    for attribute, value, mark in chart.product_marks.get(item.key, ()):
        if attribute in attributes and attributes[attribute] != value:
            chart.skip(mark, f"{attribute}: another Observation says otherwise ({attributes[attribute]})")
            continue
        attributes[attribute] = value
        chart.support(mark, item.key)
    status = text(item.body.get("status"))
    if status == "unavailable":
        chart.skip(item, "its status is unavailable")
    made = obj(item.body.get("manipulation")) or obj(item.body.get("collection"))
    when = None
    for stem in ("time", "collected"):
        kind, raw = value_of(made, stem)
        if kind == "DateTime":
            when = chart.when(raw, item, "its date")
        elif kind == "Period":
            start, end = chart.period(raw, item, "its period")
            when = end or start
    concepts = frozenset({PRODUCT})
    fact = Entry(
        kind="product",
        concepts=concepts,
        closure=closure_of(concepts),
        source=item.key,
        text=text_of(code) or PRODUCT,
        start=when,
        end=when,
        attributes=attributes,
        targets=frozenset(c for c in found.concepts if (k := concept(c)) is not None and k.kind == "antigen"),
        note=note_of(item.body),
    )
    chart.add(item, fact)
