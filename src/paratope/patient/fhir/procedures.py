"""Procedures: radiotherapy, transplants, surgery, transfusions; what was not done."""

from __future__ import annotations

import re

from paratope.patient.build import closure_of
from paratope.patient.dates import years_after
from paratope.patient.fhir.chart import Chart
from paratope.patient.fhir.coding import Named, codes_of, exact_code, kind_of, named, text_of, words_of
from paratope.patient.fhir.drugs import drugs_in
from paratope.patient.fhir.gather import Item
from paratope.patient.fhir.qualifiers import refine, said_in
from paratope.patient.fhir.shape import Json, note_of, number, obj, objs, text, value_of
from paratope.patient.fhir.studies import study_of
from paratope.patient.fhir.therapies import (
    ANTICANCER,
    KNOWN,
    attributes_of,
    has_profile,
    outcome_of,
)
from paratope.patient.fhir.treatments import intent_of
from paratope.patient.model import Entry, When
from paratope.terms import catalogue

_STATUS = {
    "completed": "", "in-progress": "ongoing", "stopped": "", "on-hold": "", "not-done": "refuted",
    "preparation": "only prepared, not known to be done",
    "entered-in-error": "entered in error", "unknown": "its status is unknown: not known to be done",
}  # fmt: skip

ENTRY_KIND = {
    "cancer": "condition", "condition": "condition", "procedure": "procedure", "therapy": "therapy", "drug": "therapy",
    "medicine class": "medicine", "vaccine": "vaccine", "device": "device", "trial": "trial", "allergy": "allergy",
    "supportive": "supportive", "product": "product",
}  # fmt: skip
"""Kind of a concept to the kind of an entry."""


def entry_kind(concepts: frozenset[str], otherwise: str) -> str:
    """The kind of an entry with these concepts: that of the first, by name, that has one."""
    if ANTICANCER in closure_of(concepts):
        return "therapy"
    return next((ENTRY_KIND[k] for c in sorted(concepts) if (k := kind_of(c)) in ENTRY_KIND), otherwise)


def procedure_concepts(chart: Chart, item: Item) -> Named:
    """What was done. A radiotherapy course is one by its profile, whatever it is called."""
    raw = item.body.get("code")
    found = named(raw)
    concepts = {c for c in found.concepts if kind_of(c) in ENTRY_KIND}
    concepts |= {c for system, code in codes_of(raw) for c in _ops(system, code)} if not concepts else set()
    if not concepts and found.text:
        in_words = drugs_in(found.text)
        if not in_words.unknown:
            concepts = {n for n in in_words.names if ANTICANCER in closure_of(frozenset((n,)))}
    if has_profile(item, "radiotherapy"):
        if "radiotherapy" not in closure_of(frozenset(concepts)):
            concepts.add("radiotherapy")
        clash = found.why if found.clash else None
        return Named(catalogue().most_specific(concepts), found.text or "radiotherapy", clash)
    if not concepts and has_profile(item, "cancer-related-surgical-procedure"):
        return Named(frozenset({"surgery"}), found.text or "cancer surgery")
    if not concepts:
        concepts = _of_words(words_of(raw))
    if not concepts and _is_surgical(item):
        concepts = {"surgery"}
    if not concepts and chart.history.get(item.key):
        return Named(frozenset({chart.history[item.key]}), found.text, found.why)
    if not concepts:
        return Named(frozenset(), found.text, found.why or f"'{found.text[:80]}' is no procedure we know")
    return Named(
        catalogue().most_specific(concepts), found.text, found.why if found.clash else None, found.clash
    )


# The German procedure classification (OPS), by prefix. Source: BfArM, OPS 2024, chapters 5 and 8.
_OPS = {
    "5411": "stem cell transplant", "8805": "stem cell transplant", "5": "surgery", "852": "radiotherapy",
    "8530": "radioligand therapy", "8541": "chemotherapy", "8542": "chemotherapy", "8543": "chemotherapy",
    "8544": "chemotherapy", "8800": "blood transfusion",
}  # fmt: skip


def _ops(system: str, code: str) -> tuple[str, ...]:
    """What an OPS code stands for; empty for another system."""
    if not system.lower().rstrip("/").endswith("/ops"):
        return ()
    plain = code.replace("-", "").replace(".", "")
    return next(((_OPS[plain[:n]],) for n in range(len(plain), 0, -1) if plain[:n] in _OPS), ())


_WORDS = (
    (re.compile(r"radiotherap|radiation therapy|irradiation|放疗|放射治疗"), "radiotherapy"),
    (re.compile(r"\bauto(?:logous)?\b.{0,30}\b(?:hsct|(?:stem cell|bone marrow) transplant\w*)|自体.{0,8}移植"),
     "autologous stem cell transplant"),
    (re.compile(r"\b(?:allo|allogene?ic|haploidentical)\b.{0,30}\b(?:hsct|(?:stem cell|bone marrow) transplant\w*)|"
                r"异基因.{0,8}移植"), "allogeneic stem cell transplant"),
    (re.compile(r"\bcar[- ]?t\b"), "CAR-T therapy"),
)  # fmt: skip
_OF_SURGERY = re.compile(
    r"\b(?:surg(?:ery|ical)|resection|excision|\w+ectomy|laparotomy|laparoscop\w+|thoracotomy|craniotomy|operation)\b"
    r"|手术|切除术"
)
_NEGATED = re.compile(r"\b(?:no|not|without|never|planned|plan|consider\w*|declin\w*|refus\w*)\b|未|无|拟")


def _of_words(said: tuple[str, ...]) -> set[str]:
    """A procedure recognised by a word in its name: radiotherapy to the hip, resection of a naevus."""
    found: set[str] = set()
    for words in said:
        if _NEGATED.search(words):
            return set()
        found |= {name for pattern, name in _WORDS if pattern.search(words)}
        if _OF_SURGERY.search(words):
            found.add("surgery")
    return set(catalogue().most_specific(found))


def _is_surgical(item: Item) -> bool:
    return any(c == "387713003" for _, c in codes_of(item.body.get("category")))


_VAGUE = frozenset({ANTICANCER})


def read_procedure(chart: Chart, item: Item) -> None:
    """A Procedure as an Entry; one that only treated a condition we hold as its treatment."""
    status = text(item.body.get("status")) or ""
    said = _STATUS.get(status, "")
    if status and status not in _STATUS:
        chart.skip(item, f"its status '{status[:30]}' is not one we know: read as done")
    if said not in ("", "ongoing", "refuted"):
        chart.skip(item, said, void=status == "entered-in-error")
        return
    extensions = chart.extensions(item, KNOWN)
    found = procedure_concepts(chart, item)
    start, end = _performed(chart, item)
    treated = chart.treats.get(item.key, [])
    if (
        treated
        and said != "refuted"
        and found.concepts <= _VAGUE
        and not set(treated) & set(chart.cancer_keys)
    ):
        chart.supports.setdefault(
            item.key, treated[0]
        )  # "treatment of malignancy": of that one, no more is said
        return
    if not found.concepts:
        chart.skip(item, found.why or "it does not say what was done")
        return
    if found.why is not None:
        chart.skip(item, found.why)
    refuted = said == "refuted"
    if refuted and (found.clash or not _exact(item, found)):
        chart.skip(item, "not done, but what was not done is not clear", void=True)
        return
    note = note_of(item.body)
    concepts = found.concepts if refuted else refine(found.concepts, note)
    attributes = attributes_of(chart, item, extensions)
    for words in (found.text, note):
        for attribute, value in said_in(words, concepts).items():
            attributes.setdefault(attribute, value)
    intent = intent_of(item)
    if intent == "local palliative":
        attributes.setdefault("local palliative", True)
    elif intent == "curative":
        attributes.setdefault("curative", True)
    outcome = outcome_of(item, extensions)
    if outcome is not None:
        attributes["outcome"] = outcome
        if outcome in ("recovered", "not recovered"):
            attributes.setdefault("recovered", outcome == "recovered")
    reasons = [t for r in objs(item.body.get("reasonCode")) if (t := text_of(r))]
    fact = Entry(
        kind=entry_kind(concepts, "procedure"),
        concepts=concepts,
        closure=closure_of(concepts),
        source=item.key,
        text=found.text or ", ".join(sorted(concepts)),
        present=not refuted,
        start=start,
        end=end if not refuted else None,
        ongoing=said == "ongoing" and end is None,
        attributes=attributes,
        targets=_targets(concepts),
        note="; ".join(filter(None, [*reasons, note])) or None,
        study=study_of(chart, item, extensions),
    )
    chart.add(item, fact)


def _exact(item: Item, found: Named) -> bool:
    """A refutation must refute just what was said, not something broader that a code was read as."""
    raw = item.body.get("code")
    codes = codes_of(raw)
    return all(named({"text": found.text}).one == c or exact_code(c, codes) for c in found.concepts)


def _targets(concepts: frozenset[str]) -> frozenset[str]:
    terms = catalogue()
    found: set[str] = set()
    for name in closure_of(concepts):
        concept = terms.get(name)
        if concept is not None:
            found.update(concept.targets)
    return frozenset(found)


def _performed(chart: Chart, item: Item) -> tuple[When | None, When | None]:
    """First and last day."""
    kind, raw = value_of(item.body, "performed")
    if not kind:
        kind, raw = value_of(item.body, "occurrence")  # R5
    match kind:
        case "DateTime":
            when = chart.when(raw, item, "its date")
            return when, when
        case "Period":
            return chart.period(raw, item, "its period")
        case "Age" | "Range":
            when = at_age(chart, kind, raw)
            return when, when
        case "String":
            when = chart.when(raw, item, "its date")
            return when, when
    return None, None


def at_age(chart: Chart, kind: str, raw: Json) -> When | None:
    """The days on which the patient had an Age (in years) or was in a Range of ages; None without a birth date."""
    if chart.born is None:
        return None
    ends = [obj(raw)] * 2 if kind == "Age" else [obj(obj(raw).get("low")), obj(obj(raw).get("high"))]
    years = []
    for end in ends:
        value = number(end.get("value"))
        unit = text(end.get("code")) or text(end.get("unit")) or "a"
        if value is None or unit not in ("a", "years", "year", "yr", "岁"):
            return None
        years.append(value)
    return years_after(chart.born, years[0], years[1])
