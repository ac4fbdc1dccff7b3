"""From FHIR resources to patients."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from paratope.patient.build import build_patient
from paratope.patient.dates import day_of, parse_when
from paratope.patient.fhir import (
    amplification,
    cancers,
    conditions,
    events,
    labs,
    lesions,
    observations,
    procedures,
    products,
    therapies,
    treatments,
)
from paratope.patient.fhir.chart import SUPPORTING, Chart
from paratope.patient.fhir.gather import (
    Group,
    Index,
    Item,
    by_patient,
    extract_day,
    unpack,
    without_repeats,
)
from paratope.patient.fhir.shape import Json, boolean, obj, objs, text, value_of
from paratope.patient.fhir.tables import NOT_USED, UNREFERRED
from paratope.patient.model import Demographic, Patient, Unused, When


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of one patient. ``supports``: resources that are no facts of their own (a specimen, an
    author, a treatment of a condition) and the source of the fact each went into."""

    patient: Patient
    supports: Mapping[str, str]


def read_resources(
    resources: Iterable[Json], extracted: int | None = None, shared: Iterable[Json] = ()
) -> list[Patient]:
    """The patients of FHIR R4 resources or Bundles, in the order they first appear; never raises on any JSON.

    ``extracted``: the day the record was taken; None: that of a Bundle's timestamp, if there is one.
    ``shared``: resources of no patient (practitioners, organisations, medicines) that may be referred to; they
    are not reported when unused. A resource that was not used is in the patient's ``unused`` with the reason;
    one of no particular patient is so in every patient of the file. Without any patient there is none.
    """
    return [reading.patient for reading in read_all(resources, extracted, shared).readings]


def read_bundle(document: Json) -> list[Patient]:
    """The patients of one parsed JSON document: a Bundle of any type, a list of resources, or one resource."""
    return read_resources(document if isinstance(document, list) else [document])


class Whole(NamedTuple):
    """Everything read of some resources. ``left``: what was not used and is of no particular patient."""

    readings: tuple[Reading, ...]
    left: tuple[Unused, ...]


def read_all(resources: Iterable[Json], extracted: int | None = None, shared: Iterable[Json] = ()) -> Whole:
    """As ``read_resources``, with what the resources that are no facts of their own went into."""
    unused: list[Unused] = []
    listed = list(resources)
    items: list[Item] = []
    for n, document in enumerate(listed, 1):
        if isinstance(document, dict) and document.get("resourceType") == "Bundle":
            items.extend(unpack(document, unused))
        else:
            items.extend(unpack([document], unused) if len(listed) == 1 else _numbered(document, n, unused))
    if extracted is None:
        stamps = {s for d in listed if (s := extract_day(d)) is not None}
        days = {day for s in stamps if (day := day_of(s)) is not None}
        extracted = max(days) if days else None
    items = without_repeats(items, unused)
    others: list[Item] = []
    lent: list[Unused] = []
    for document in shared:
        others.extend(unpack(document, lent))
    index = Index([*items, *others])
    groups, common = by_patient(items, index, unused)
    return _read_groups(groups, common, index, extracted, unused)


def _numbered(document: Json, n: int, unused: list[Unused]) -> list[Item]:
    items = unpack(document, unused)
    for item in items:
        if not text(item.body.get("id")) and item.parent is None:
            item.key = f"{item.kind} (number {n})"
    return items


def _read_groups(
    groups: list[Group], common: list[Item], index: Index, extracted: int | None, unused: list[Unused]
) -> Whole:
    charts = []
    for group in groups:
        chart = Chart(group, index, extracted)
        charts.append((chart, *_read_group(chart)))
    taken = {key for chart, *_ in charts for key in chart.supports}
    left = [*unused]
    left.extend(Unused(item.key, _why_not(item)) for item in common if item.key not in taken)
    readings = []
    for chart, name, sex_fact, born_fact in charts:
        patient = build_patient(
            name,
            chart.facts,
            sex=chart.sex,
            sex_fact=sex_fact,
            born=chart.born,
            born_fact=born_fact,
            extracted=extracted,
            unused=dict.fromkeys([*chart.unused, *left]),
        )
        readings.append(Reading(patient, chart.supports))
    return Whole(tuple(readings), tuple(left))


def _why_not(item: Item) -> str:
    if item.kind in NOT_USED:
        return NOT_USED[item.kind]
    return UNREFERRED if item.kind in SUPPORTING else f"resources of type {item.kind} are not read"


# --- one patient ---------------------------------------------------------------------------------------

Reader = Callable[[Chart, Item], None]

_READERS: tuple[tuple[str, Reader], ...] = (
    ("Observation", observations.read_observation),
    ("Condition", conditions.read_condition),
    ("MedicationAdministration", therapies.read_medication),
    ("MedicationStatement", therapies.read_medication),
    ("MedicationRequest", therapies.read_medication),
    ("Procedure", procedures.read_procedure),
    ("Immunization", events.read_immunization),
    ("AllergyIntolerance", events.read_allergy),
    ("ResearchSubject", events.read_research_subject),
    ("Consent", events.read_consent),
    ("DiagnosticReport", lesions.read_report),
    ("ImagingStudy", lesions.read_imaging_study),
    ("BiologicallyDerivedProduct", products.read_product),
    ("List", events.read_list),
    ("Composition", events.read_composition),
)
"""The order matters: Observations tell of cancers and products, and a list is judged by what was read of it."""

_READ_KINDS = frozenset(kind for kind, _ in _READERS)


def _read_group(chart: Chart) -> tuple[str, Demographic | None, Demographic | None]:
    name, sex_fact, born_fact = _read_person(chart)
    events.note_history(chart)
    cancers.choose_cancers(chart)
    treatments.note_treatments(chart)
    for kind, reader in _READERS:
        for item in chart.by_kind.get(kind, ()):
            if item.body.get("modifierExtension"):
                chart.skip(
                    item, f"it carries a modifier ({_modifiers(item)}) that may turn its meaning round"
                )
            else:
                reader(chart, item)
    labs.drop_superseded(chart)
    amplification.settle_amplification(chart)
    _marks_without_cancer(chart)
    _rest(chart)
    return name, sex_fact, born_fact


def _modifiers(item: Item) -> str:
    names = [(text(e.get("url")) or "?").rsplit("/", 1)[-1] for e in objs(item.body.get("modifierExtension"))]
    return ", ".join(names) or "?"


def _marks_without_cancer(chart: Chart) -> None:
    """A status or a product's measurement whose subject was not read itself."""
    for marks in chart.cancer_marks.values():
        for _, word, item in marks:
            if item.key not in chart.read:
                chart.skip(item, f"'{word}': the cancer it speaks of was not read")
    for key, found in chart.product_marks.items():
        for _, _, item in found:
            if item.key not in chart.supports and key not in chart.read:
                chart.skip(item, "the product it speaks of was not read")


def _rest(chart: Chart) -> None:
    """Every resource that became no fact and went into none says why."""
    said = {u.resource for u in chart.unused}
    for item in chart.group.items:
        if item.kind in _READ_KINDS:
            if item.key not in chart.read and item.key not in chart.supports and item.key not in said:
                chart.skip(item, "nothing in it was understood")
        elif item.key in chart.supports:
            continue
        elif item.kind in NOT_USED:
            chart.skip(item, NOT_USED[item.kind])
        elif item.kind in SUPPORTING:
            chart.skip(item, UNREFERRED)
        else:
            chart.skip(item, f"resources of type {item.kind} are not read")


# --- the person ----------------------------------------------------------------------------------------


def _read_person(chart: Chart) -> tuple[str, Demographic | None, Demographic | None]:
    """The id to call the patient by, and sex and date of birth as facts. Never a name."""
    patients = chart.group.patients
    if not patients:
        return chart.group.name.removeprefix("Patient/"), None, None
    item = patients[0]
    for other in patients[1:]:
        chart.skip(other, "another Patient resource under the same id: the first is used")
    body = item.body
    sex_fact = _read_sex(chart, item)
    born_fact = _read_birth(chart, item)
    chart.read.add(item.key)
    kind, died = value_of(body, "deceased")
    if kind and boolean(died) is not False:
        when = f" on {died}" if isinstance(died, str) and parse_when(died) is not None else ""
        chart.skip(item, f"it says that the patient died{when}: no study asks, and no verdict rests on it")
    for link in objs(body.get("link")):
        other_ref = text(obj(link.get("other")).get("reference")) or "another record"
        how = text(link.get("type")) or "?"
        chart.skip(item, f"linked to {other_ref[:60]} ({how}): their facts are not put together")
    chart.extensions(item, _PERSON_EXTENSIONS)
    return _called(item), sex_fact, born_fact


_PERSON_EXTENSIONS = frozenset({"us-core-birthsex"})
_SEX_CODES = {"M": "male", "F": "female", "male": "male", "female": "female"}


def _called(item: Item) -> str:
    """The medical record number, else the resource's id."""
    found = objs(item.body.get("identifier"))
    for identifier in found:
        codes = {text(c.get("code")) for c in objs(obj(identifier.get("type")).get("coding"))}
        system = (text(identifier.get("system")) or "").lower()
        value = text(identifier.get("value"))
        if value is not None and ("MR" in codes or system.rstrip("/").endswith("mrn")):
            return value
    return text(item.body.get("id")) or item.key.removeprefix("Patient/")


def _read_sex(chart: Chart, item: Item) -> Demographic | None:
    gender = text(item.body.get("gender"))
    at_birth = None
    for extension in objs(item.body.get("extension")):
        if (text(extension.get("url")) or "").endswith("us-core-birthsex"):
            at_birth = _SEX_CODES.get(text(extension.get("valueCode")) or "")
    sex = _SEX_CODES.get(gender or "")
    if sex is not None and at_birth is not None and sex != at_birth:
        chart.skip(item, f"gender {sex}, sex at birth {at_birth}: which a study means stays open")
        return None
    sex = sex or at_birth
    if sex is None:
        if gender is not None and gender != "unknown":
            chart.skip(item, f"gender '{gender[:30]}': neither male nor female")
        return None
    chart.sex = sex
    return Demographic(item.key, None, sex)


def _read_birth(chart: Chart, item: Item) -> Demographic | None:
    raw = item.body.get("birthDate")
    if raw is None:
        return None
    born: When | None = chart.when(raw, item, "date of birth")
    if born is None:
        return None
    if chart.extracted is not None and born.first > chart.extracted:
        chart.skip(item, f"date of birth {born.text} lies after the extract: it is not used")
        return None
    chart.born = born
    return Demographic(item.key, born, f"born {born.text}")
