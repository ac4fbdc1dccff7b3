"""What was given: anticancer therapies, growth factors, concomitant medicines."""

from __future__ import annotations

from paratope.patient.build import closure_as_medicine, closure_of
from paratope.patient.fhir.chart import Chart
from paratope.patient.fhir.coding import (
    codes_of,
    concept,
    found_in,
    is_cancer,
    kind_of,
    named,
    text_of,
    words_of,
)
from paratope.patient.fhir.doses import daily_dose, route_of
from paratope.patient.fhir.drugs import Drugs, drugs_of
from paratope.patient.fhir.gather import Item
from paratope.patient.fhir.shape import Json, boolean, note_of, number, obj, objs, shown, text, texts
from paratope.patient.fhir.studies import study_of
from paratope.patient.fhir.tables import (
    CLASS_CODES,
    LIMITS,
    NIL_KNOWN,
    NO_INFORMATION,
    NUMBER_EXTENSIONS,
    OUTCOME_OF,
    YES_NO_EXTENSIONS,
)
from paratope.patient.model import TABLE_HALF_LIFE, AttributeValue, Entry, Review, When
from paratope.terms import catalogue
from paratope.units import convert

ANTICANCER = "anticancer treatment"
VAGUE = "anticancer drug therapy"
MEDICINE = "medicine"
SUPPORTIVE = "supportive care"
INVESTIGATIONAL = "investigational therapy"

KNOWN = frozenset(
    {*YES_NO_EXTENSIONS, *NUMBER_EXTENSIONS, "therapy-class", "target-antigen", "investigational-agent",
     "workflow-researchStudy", "mcode-treatment-termination-reason", "mcode-procedure-intent",
     "mcode-treatment-intent"}
)  # fmt: skip

_STATUS = {
    "MedicationAdministration": {
        "completed": "", "in-progress": "ongoing", "stopped": "", "on-hold": "",
        "not-done": "this dose was not given (which does not say that the medicine never was)",
        "entered-in-error": "entered in error", "unknown": "",
    },
    "MedicationStatement": {
        "active": "ongoing", "completed": "", "stopped": "", "on-hold": "", "unknown": "",
        "intended": "only intended, not known to be taken",
        "not-taken": "not taken at the time (which does not say that it never was)",
        "entered-in-error": "entered in error",
    },
    "MedicationRequest": {
        "active": "ongoing", "completed": "", "stopped": "", "on-hold": "", "unknown": "",
        "cancelled": "the order was cancelled", "draft": "the order is a draft",
        "entered-in-error": "entered in error",
    },
}  # fmt: skip
_VOID = frozenset({"not-done", "entered-in-error", "not-taken", "cancelled", "draft", "intended"})


def status_of(chart: Chart, item: Item) -> str | None:
    """ "ongoing" or ""; None (said in unused) when by its status nothing was given."""
    status = text(item.body.get("status")) or ""
    known = _STATUS[item.kind]
    if status not in known:
        if status:
            chart.skip(item, f"its status '{status[:30]}' is not one we know: read as given")
        return ""
    said = known[status]
    if status in _VOID:
        chart.skip(item, said, void=True)
        return None
    if status == "unknown":
        chart.skip(item, "its status is unknown: read as given")
    return said


def read_medication(chart: Chart, item: Item) -> None:
    """MedicationAdministration, MedicationStatement or MedicationRequest as an Entry."""
    status = status_of(chart, item)
    if status is None:
        return
    body = item.body
    if item.kind == "MedicationRequest":
        intent = text(body.get("intent")) or "order"
        if intent in ("proposal", "plan", "option") or boolean(body.get("doNotPerform")):
            chart.skip(item, "a proposal or an order not to give it, not an order", void=True)
            return
    what = _medication(chart, item)
    nil = next((code for _, code in codes_of(what) if code in NIL_KNOWN), None)
    if nil is not None:
        chart.add(item, Review(NIL_KNOWN[nil], item.key, _period(chart, item, status)[0], text_of(what)))
        return
    if any(code in NO_INFORMATION for _, code in codes_of(what)):
        chart.skip(item, "it says that nothing is known")
        return
    drugs = drugs_of(what)
    if not drugs.text:
        chart.skip(item, "it does not say which medicine")
    start, end = _period(chart, item, status)
    add_given(chart, item, drugs, start, end, status == "ongoing" and end is None)


def add_given(
    chart: Chart, item: Item, drugs: Drugs, start: When | None, end: When | None, ongoing: bool
) -> None:
    """Something given, as an Entry of the kind that its class, its profile or its list says.

    A part of it that is not known may be of any class: it is an Entry of its own ("anticancer drug therapy",
    "medicine"), unless classes are given, which then are the whole of it.
    """
    extensions = chart.extensions(item, KNOWN)
    classes = _classes(chart, item, extensions)
    oncology = _is_oncological(chart, item, drugs.names, classes)
    if drugs.why is not None:
        chart.skip(item, drugs.why)
    names = set(drugs.names | classes)
    if any(boolean(v) for v in extensions.get("investigational-agent", ())):
        names.add(INVESTIGATIONAL)
    unknown = _not_understood(chart, item, drugs, oncology)
    parts = [catalogue().most_specific(names)] if names else []
    if not classes and (unknown or not names - {INVESTIGATIONAL}):
        listed = SUPPORTIVE if chart.history.get(item.key) == SUPPORTIVE else MEDICINE
        parts.append(frozenset({VAGUE if oncology else listed}))
    supportive = any(SUPPORTIVE in closure_of(part) for part in parts)
    kind = "therapy" if oncology else "supportive" if supportive else "medicine"
    attributes = attributes_of(chart, item, extensions)
    if outcome := outcome_of(item, extensions):
        attributes["outcome"] = outcome
    if start is not None and end is None and not ongoing:
        attributes.setdefault("active", False)  # it has ended, and on which day is not recorded
    if oncology and "half-life" not in attributes and not unknown:
        known = _half_life(drugs.names, classes)
        if known is not None:
            attributes[TABLE_HALF_LIFE] = known
    dosages = _dosages(item)
    route = route_of(dosages)
    if route is not None:
        attributes["route"] = route
    if kind == "medicine":
        dose, why = daily_dose(dosages)
        if dose is not None:
            attributes["daily dose"] = dose
        elif why is not None and item.kind != "MedicationAdministration":
            chart.skip(item, f"no daily dose: {why}")
    reasons = [text_of(r) for r in objs(item.body.get("reasonCode"))]
    note = "; ".join(filter(None, [*reasons, note_of(item.body) or "", *_dosage_words(dosages)])) or None
    targets = _targets(chart, item, extensions, drugs)
    study = study_of(chart, item, extensions)
    for concepts in parts:
        fact = Entry(
            kind=kind,
            concepts=concepts,
            closure=closure_of(concepts) if oncology else closure_as_medicine(concepts),
            source=item.key,
            text=drugs.text or "medicine that is not named",
            start=start,
            end=end,
            ongoing=ongoing,
            attributes=attributes,
            targets=targets,
            note=note,
            study=study,
        )
        chart.add(item, fact)


def _medication(chart: Chart, item: Item) -> Json:
    """The CodeableConcept of the medicine, in place or in a Medication (whose ingredients speak if it does not)."""
    found = item.body.get("medicationCodeableConcept")
    if found is None:
        raw = item.body.get("medicationReference") or item.body.get("medication")
        medication = chart.take(raw, item)
        if medication is not None:
            found = medication.body.get("code")
            if not drugs_of(found).names:
                parts = [i.get("itemCodeableConcept") for i in objs(medication.body.get("ingredient"))]
                named = [p for p in parts if drugs_of(p).names]
                if named and len(named) == len(parts):
                    codings = [c for p in named for c in objs(obj(p).get("coding"))]
                    return {"coding": codings, "text": " + ".join(text_of(p) for p in named)}
        elif isinstance(raw, dict):
            found = raw.get("concept") or (raw.get("display") and {"text": raw.get("display")})
            if found is None:
                chart.skip(
                    item, f"its medicine ({text(raw.get('reference')) or 'not named'}) is not in the file"
                )
    return found


def _period(chart: Chart, item: Item, status: str) -> tuple[When | None, When | None]:
    body = item.body
    period = body.get("effectivePeriod") or body.get("occurencePeriod") or body.get("occurrencePeriod")
    if period is not None:
        return chart.period(period, item, "its period")
    moment = body.get("effectiveDateTime") or body.get("occurenceDateTime") or body.get("occurrenceDateTime")
    if moment is not None:
        when = chart.when(moment, item, "its date")
        return when, None if status == "ongoing" else when
    if item.kind == "MedicationRequest":
        for dosage in objs(body.get("dosageInstruction")):
            bounds = obj(obj(obj(dosage.get("timing")).get("repeat")).get("boundsPeriod"))
            if bounds:
                return chart.period(bounds, item, "its period")
        start = chart.when(body.get("authoredOn"), item, "its date")
        return start, None if status == "ongoing" else _supplied_until(item, start)
    return None, None


def _supplied_until(item: Item, start: When | None) -> When | None:
    """The days on which what was ordered was used up at the latest: from the order to the end of its supply."""
    dispense = obj(item.body.get("dispenseRequest"))
    supply = obj(dispense.get("expectedSupplyDuration"))
    value, unit = number(supply.get("value")), text(supply.get("code")) or text(supply.get("unit")) or ""
    days = convert(value, unit, "d") if value is not None and unit else None
    if start is None or days is None or not 0 < days < 1000:
        return None
    repeats = number(dispense.get("numberOfRepeatsAllowed")) or 0.0
    last = start.last + int(days * (1 + min(max(repeats, 0.0), 99.0)))
    return When(start.first, last, f"within {last - start.last} days of {start.text}")


def _dosages(item: Item) -> list[dict[str, Json]]:
    body = item.body
    return objs(body.get("dosage")) or objs(body.get("dosageInstruction"))


def _dosage_words(dosages: list[dict[str, Json]]) -> list[str]:
    return [t for d in dosages if (t := text(d.get("text"))) is not None]


# --- what it is ----------------------------------------------------------------------------------------


def _classes(chart: Chart, item: Item, extensions: dict[str, list[Json]]) -> frozenset[str]:
    found: set[str] = set()
    for raw in extensions.get("therapy-class", ()):
        said = text(raw) or text_of(raw)
        name = CLASS_CODES.get(said) or catalogue().find(said.replace("_", " "))
        if name is None:
            chart.skip(item, f"therapy class '{said[:40]}' is not one we know")
        else:
            found.add(name)
    return frozenset(found)


def has_profile(item: Item, part: str) -> bool:
    """Whether one of the profiles the resource claims has this in its name."""
    meta = item.body.get("meta")
    return isinstance(meta, dict) and any(part in p for p in texts(meta.get("profile")))


def _is_oncological(chart: Chart, item: Item, names: frozenset[str], classes: frozenset[str]) -> bool:
    if has_profile(item, "cancer-related-medication") or chart.history.get(item.key) == ANTICANCER:
        return True
    if classes:
        return ANTICANCER in closure_of(classes)
    closure = closure_of(names)
    if ANTICANCER not in closure:
        return False
    # An antineoplastic drug given for something else (methotrexate for arthritis) is a medicine.
    given_for = {
        c
        for r in objs(item.body.get("reasonCode"))
        for c in (*named(r).concepts, *found_in(text_of(r)))
        if kind_of(c) in ("condition", "cancer")
    }
    if given_for and not any(is_cancer(c) for c in given_for):
        return False
    reasons = [c for r in objs(item.body.get("reasonReference")) if (c := chart.find(r, item)) is not None]
    conditions = [c for c in reasons if c.kind == "Condition"]
    return not conditions or any(
        chart.cancer_again.get(c.key, c.key) in chart.cancer_keys for c in conditions
    )


def _not_understood(chart: Chart, item: Item, drugs: Drugs, oncology: bool) -> tuple[str, ...]:
    """The parts of the name that may be another medicine, reported. Of a concomitant medicine only what
    stands as a component of its own: the rest are brands, salts and forms."""
    unknown = drugs.unknown if oncology or not drugs.names else drugs.joined
    if unknown:
        said = "', '".join(u[:40] for u in unknown[:6])
        chart.skip(item, f"medicine text '{drugs.text[:80]}': '{said}' is not a concept we know")
    return unknown


def _half_life(names: frozenset[str], classes: frozenset[str]) -> float | None:
    """Days, of the longest-lived component, if that of every component is known."""
    terms = catalogue()
    found = []
    for name in names:
        one = terms.half_life(name)
        if one is None:
            return None
        found.append(one.days)
    if not found or not all(any(terms.is_a(n, c) or terms.is_a(c, n) for n in names) for c in classes):
        return None  # a class on record that none of the named drugs is: a component without a name
    return max(found)


def _targets(chart: Chart, item: Item, extensions: dict[str, list[Json]], drugs: Drugs) -> frozenset[str]:
    found: set[str] = set(drugs.targets)
    for raw in extensions.get("target-antigen", ()):
        said = text(raw) or text_of(raw)
        name = catalogue().find(said)
        known = concept(name) if name is not None else None
        if known is None or known.kind != "antigen":
            chart.skip(item, f"target antigen '{said[:40]}' is not one we know")
        else:
            found.add(known.name)
    if not extensions.get("target-antigen"):
        for name in drugs.names:
            for ancestor in catalogue().ancestors(name):
                known = concept(ancestor)
                if known is not None:
                    found.update(known.targets)
    return frozenset(found)


# --- how it was ----------------------------------------------------------------------------------------


def attributes_of(chart: Chart, item: Item, extensions: dict[str, list[Json]]) -> dict[str, AttributeValue]:
    """The attributes that extensions state."""
    found: dict[str, AttributeValue] = {}
    for name, values in extensions.items():
        attribute = YES_NO_EXTENSIONS.get(name)
        if attribute is not None:
            said = {boolean(v) for v in values}
            if len(said) == 1 and None not in said:
                found[attribute] = bool(said.pop())
            else:
                chart.skip(item, f"extension {name} says neither yes nor no")
            continue
        attribute = NUMBER_EXTENSIONS.get(name)
        if attribute is not None:
            value = _number(values[0]) if len(values) == 1 else None
            low, high = LIMITS[attribute]
            if value is None:
                chart.skip(item, f"extension {name} holds no number that can be used")
            elif not low <= value <= high:
                chart.skip(item, f"extension {name}: {shown(value)} is impossible")
            else:
                found[attribute] = value
    return found


def _number(raw: Json) -> float | None:
    return number(obj(raw).get("value")) if isinstance(raw, dict) else number(raw)


def outcome_word(raw: Json) -> str | None:
    """How it ended, as the rule language says it; other words as they stand."""
    for _, code in codes_of(raw):
        if code in OUTCOME_OF:
            return OUTCOME_OF[code]
    for words in words_of(raw):
        if words.casefold() in OUTCOME_OF:
            return OUTCOME_OF[words.casefold()]
    return text_of(raw).lower() or None


def outcome_of(item: Item, extensions: dict[str, list[Json]]) -> str | None:
    """The outcome from statusReason, outcome or the termination reason; the first that is understood."""
    body = item.body
    raw = [*objs(body.get("statusReason")), *objs(body.get("outcome"))]
    raw += extensions.get("mcode-treatment-termination-reason", ())
    said = [w for r in raw if (w := outcome_word(r)) is not None]
    known = [w for w in said if w in OUTCOME_OF.values()]
    return known[0] if known else said[0] if said else None
