"""Bundles, references, patients: what belongs to whom, and that nothing is lost on the way."""

from __future__ import annotations

import json
from typing import Any

import pytest

from paratope.patient.fhir import read_all, read_bundle, read_resources
from paratope.patient.model import Patient
from paratope.rules.attributes import ATTRIBUTES
from paratope.terms import catalogue
from tests.patient.fhir_records import (
    LOINC,
    SCT,
    Json,
    X,
    bundle,
    concept,
    extension,
    lab,
    observation,
    person,
    quantity,
    read,
    resource,
    unused,
)
from tests.shared import SHARED, needs_shared

HB = {"resourceType": "Observation", "status": "final", "code": concept(None, (LOINC, "718-7")),
      "valueQuantity": quantity(118, "g/L", "g/L")}  # fmt: skip


def haemoglobin(subject: Any, **fields: Any) -> Json:
    found = {**HB, "id": "hb", **fields}
    if subject is not None:
        found["subject"] = subject
    return found


def counts(patients: list[Patient]) -> dict[str, int]:
    return {p.id: sum(len(m) for m in p.measurements.values()) for p in patients}


# --- shapes of files -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind", ["collection", "searchset", "transaction", "batch", "document", "history", "odd", None]
)
def test_any_type_of_bundle(kind: str | None) -> None:
    document = bundle(person(), haemoglobin({"reference": "Patient/p"}), type=kind)
    assert counts(read_bundle(document)) == {"p": 1}


def test_lists_bare_resources_and_bundles_in_bundles() -> None:
    parts = [person(), haemoglobin({"reference": "Patient/p"})]
    assert counts(read_bundle(parts)) == {"p": 1}
    assert counts(read_resources(parts)) == {"p": 1}
    assert counts(read_bundle(bundle(bundle(*parts)))) == {"p": 1}
    assert counts(read_bundle(person())) == {"p": 0}
    assert counts(read_bundle(haemoglobin({"reference": "Patient/p"}))) == {"p": 1}


@pytest.mark.parametrize(
    "document",
    [
        None,
        1,
        "text",
        True,
        [],
        {},
        [[]],
        [None],
        {"resourceType": None},
        {"entry": []},
        {"resourceType": "Bundle"},
    ],
)
def test_what_holds_no_patient(document: Any) -> None:
    assert read_bundle(document) == []


def test_the_day_of_the_extract_is_the_date_of_the_timestamp() -> None:
    (patient,) = read_bundle(bundle(person(), timestamp="2026-06-15T23:00:00-08:00"))
    assert patient.extracted == 739782
    (unknown,) = read_bundle(bundle(person(), timestamp=None, meta={"lastUpdated": "2026-06-15T00:00:00Z"}))
    assert unknown.extracted is None
    (told,) = read_resources([person()], extracted=739782)
    assert told.extracted == 739782


def test_entries_that_hold_nothing_are_said() -> None:
    document = bundle(person())
    document["entry"] += [
        {"request": {"method": "DELETE", "url": "Patient/9"}},
        {},
        "x",
        {"resource": {"id": "1"}},
    ]
    (patient,) = read_bundle(document)
    assert [u.why for u in patient.unused] == [
        "a request to delete a resource", "an entry without a resource", "not an entry",
        "not a resource: it has no resourceType",
    ]  # fmt: skip


# --- whose it is ---------------------------------------------------------------------------------------

SUBJECTS: list[tuple[str, Json, Any, str | None]] = [
    ("relative", person(), {"reference": "Patient/p"}, None),
    ("absolute", person(), {"reference": "https://server.example/fhir/Patient/p"}, None),
    ("with a version", person(), {"reference": "Patient/p/_history/3"}, None),
    ("by fullUrl", person(), {"reference": "urn:uuid:0000-1"}, "urn:uuid:0000-1"),
    ("by fullUrl elsewhere", person(), {"reference": "https://b.example/x/Patient/77"}, "https://b.example/x/Patient/77"),
    ("by identifier", person(identifier=[{"system": "mrn", "value": "V1"}]),
     {"identifier": {"system": "mrn", "value": "V1"}}, None),
    ("a lone text", person(), "Patient/p", None),
    ("none, and one patient", person(), None, None),
]  # fmt: skip


@pytest.mark.parametrize(("what", "who", "subject", "url"), SUBJECTS, ids=[s[0] for s in SUBJECTS])
def test_references_to_the_patient(what: str, who: Json, subject: Any, url: str | None) -> None:
    document = bundle(haemoglobin(subject))
    document["entry"].insert(0, {"resource": who} | ({"fullUrl": url} if url else {}))
    (patient,) = read_bundle(document)
    assert sum(len(m) for m in patient.measurements.values()) == 1, what
    assert patient.unused == ()


def test_resources_of_a_patient_who_is_not_in_the_file_make_a_patient() -> None:
    (patient,) = read_bundle(bundle(haemoglobin({"reference": "Patient/77"})))
    assert (patient.id, patient.sex, patient.born) == ("77", None, None)


def test_several_patients_are_never_mixed() -> None:
    document = bundle(
        person(id="a"), person(id="b", gender="male"),
        haemoglobin({"reference": "Patient/a"}), haemoglobin({"reference": "Patient/b"}, id="hb2"),
        haemoglobin({"reference": "Patient/c"}, id="hb3"), haemoglobin(None, id="hb4"),
        haemoglobin({"reference": "Group/g"}, id="hb5"),
    )  # fmt: skip
    patients = read_bundle(document)
    assert counts(patients) == {"a": 1, "b": 1, "c": 1}
    assert [p.sex for p in patients] == ["female", "male", None]
    assert {u.resource for u in patients[0].unused} == {"Observation/hb4", "Observation/hb5"}


def test_patients_of_two_servers_with_one_id_stay_two() -> None:
    def entry_of(server: str, r: Json) -> Json:
        return {"fullUrl": f"https://{server}/fhir/{r['resourceType']}/{r['id']}", "resource": r}

    entries = [
        entry_of("a", person(gender="male")), entry_of("a", haemoglobin({"reference": "Patient/p"})),
        entry_of("b", person(gender="female")), entry_of("b", haemoglobin({"reference": "Patient/p"}, id="hb2")),
    ]  # fmt: skip
    patients = read_bundle({"resourceType": "Bundle", "entry": entries})
    assert [(p.sex, sum(len(m) for m in p.measurements.values())) for p in patients] == [
        ("male", 1),
        ("female", 1),
    ]


def test_a_contained_resource_is_found_and_belongs_to_its_parent() -> None:
    report = resource(
        "DiagnosticReport", status="final", code=concept("Full blood count"), result=[{"reference": "#hb"}],
        contained=[{**HB, "id": "hb"}],
    )  # fmt: skip
    patient = read(report)
    ((found,),) = patient.measurements.values()
    assert found.source == f"DiagnosticReport/{report['id']}#hb"


# --- the same twice ------------------------------------------------------------------------------------


def test_a_copy_counts_once() -> None:
    one = lab("718-7", quantity(118, "g/L"))
    patient = read(one, json.loads(json.dumps(one)))
    assert len(patient.measurements["haemoglobin"]) == 1
    assert [u.why for u in patient.unused] == ["the same resource again"]


def test_the_newest_version_counts() -> None:
    old = lab("718-7", quantity(108, "g/L"), meta={"lastUpdated": "2026-06-10T08:00:00Z"})
    new = {
        **lab("718-7", quantity(118, "g/L"), meta={"lastUpdated": "2026-06-11T08:00:00Z"}),
        "id": old["id"],
    }
    for order in ((old, new), (new, old)):
        patient = read(*order)
        assert [m.printed for m in patient.measurements["haemoglobin"]] == ["118 g/L"]
        assert ["older version" in u.why for u in patient.unused] == [True]


def test_two_that_differ_without_a_version_are_both_read() -> None:
    one = lab("718-7", quantity(108, "g/L"))
    two = {**lab("718-7", quantity(118, "g/L")), "id": one["id"]}
    patient = read(one, two)
    assert len(patient.measurements["haemoglobin"]) == 2
    assert {m.source for m in patient.measurements["haemoglobin"]} == {
        f"Observation/{one['id']}", f"Observation/{one['id']} (2)",
    }  # fmt: skip
    assert any("2 different resources carry this id" in u.why for u in patient.unused)


# --- the person ----------------------------------------------------------------------------------------

BIRTH_SEX = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex"
PEOPLE: list[tuple[Json, str | None]] = [
    ({"gender": "male"}, "male"),
    ({"gender": "other"}, None),
    ({"gender": None, "extension": [extension(BIRTH_SEX, valueCode="F")]}, "female"),
    ({"gender": "male", "extension": [extension(BIRTH_SEX, valueCode="F")]}, None),
    ({"gender": 1}, None),
]


@pytest.mark.parametrize(("fields", "sex"), PEOPLE)
def test_sex(fields: Json, sex: str | None) -> None:
    patient = read(**fields)
    assert patient.sex == sex
    assert (patient.sex_fact is None) == (sex is None)


@pytest.mark.parametrize(
    ("written", "text"), [("1970-03-01", "1970-03-01"), ("1970", "1970"), ("2030-01-01", None), ("x", None)]
)
def test_date_of_birth(written: str, text: str | None) -> None:
    patient = read(birthDate=written)
    assert (patient.born.text if patient.born is not None else None) == text
    assert (patient.born_fact is None) == (text is None)
    assert bool(patient.unused) == (text is None)


def test_the_record_number_names_the_patient_and_no_name_does() -> None:
    patient = read(
        identifier=[{"system": "ssn", "value": "1"}, {"type": concept(None, ("v2", "MR")), "value": "V17"}],
        name=[{"family": "Secret"}],
    )
    assert patient.id == "V17"
    assert read(identifier=[{"system": "http://hospital.example/identifier/mrn", "value": "V18"}]).id == "V18"
    assert read(identifier=[{"system": "ssn", "value": "1"}]).id == "p"
    assert "Secret" not in repr(patient)


def test_a_death_and_a_linked_record_are_said() -> None:
    assert any("died on 2026-01-01" in why for why in unused(deceasedDateTime="2026-01-01"))
    assert any("died" in why for why in unused(deceasedBoolean=True))
    assert unused(deceasedBoolean=False) == []
    link = [{"other": {"reference": "Patient/old"}, "type": "replaces"}]
    assert any("linked to Patient/old" in why for why in unused(link=link))


# --- nothing is lost -----------------------------------------------------------------------------------


def sources(patient: Patient) -> set[str]:
    """Every resource some fact comes from or names as its support."""
    found = {patient.sex_fact.source} if patient.sex_fact is not None else set()
    grouped = (patient.measurements, patient.results, patient.antigens, patient.statements, patient.flags)
    for group in grouped:
        found |= {f.source for facts in group.values() for f in facts}
    plain = (
        patient.entries,
        patient.cancers,
        patient.consents,
        patient.reviews,
        patient.lesions,
        patient.imaging,
    )
    found |= {f.source for facts in plain for f in facts}
    return found | {s for c in patient.cancers for s in c.supporting}


@needs_shared
def test_every_resource_of_the_shared_cases_is_a_fact_or_in_one_or_says_why_not() -> None:
    assert SHARED is not None
    bundles = sorted((SHARED / "cases" / "bundles").glob("*.json"))
    assert bundles
    for path in bundles:
        document = json.loads(path.read_text(encoding="utf-8"))
        whole = read_all([document])
        (reading,) = whole.readings
        accounted = (
            sources(reading.patient) | set(reading.supports) | {u.resource for u in reading.patient.unused}
        )
        resources = {f"{e['resource']['resourceType']}/{e['resource']['id']}" for e in document["entry"]}
        assert resources - accounted == set(), path.name
        assert reading.patient.extracted == 739782
        assert not [u for u in reading.patient.unused if "is not a concept we know" in u.why], path.name


@needs_shared
def test_every_code_of_the_shared_cases_is_understood() -> None:
    """The fixed texts of the codes table that stand for a fact of their own."""
    assert SHARED is not None
    lines = (SHARED / "cases" / "codes.tsv").read_text(encoding="utf-8").splitlines()[1:]
    lost = []
    for line in lines:
        group, _, system, code, display, text = line.split("\t")
        said = concept(text or None, *(((system, code),) if code else ()), display=display or None)
        given: Json | None = None
        if group in ("finding", "diagnosis"):
            given = resource("Condition", code=said)
        elif group in ("observation", "person", "serology", "statement", "product", "biomarker"):
            given = observation(said, valueString="1")
        elif group in ("procedure", "supportive"):
            given = resource("Procedure", status="completed", code=said)
        elif group == "drug":
            given = resource("MedicationStatement", status="active", medicationCodeableConcept=said)
        elif group == "list":
            given = resource(
                "List", status="current", code=said, emptyReason=concept(None, ("s", "nilknown"))
            )
        if given is None or text.startswith("("):
            continue
        lost += [(text, u.why) for u in read(given).unused if "not a concept we know" in u.why]
    assert lost == []


def test_every_resource_of_an_invented_bundle_is_accounted_for() -> None:
    from tests.patient.fhir_sample import SAMPLE

    (reading,) = read_all([SAMPLE]).readings
    accounted = (
        sources(reading.patient) | set(reading.supports) | {u.resource for u in reading.patient.unused}
    )
    resources = {f"{e['resource']['resourceType']}/{e['resource']['id']}" for e in SAMPLE["entry"]}
    assert len(resources) > 40
    assert resources - accounted == set()


# --- the tables ----------------------------------------------------------------------------------------


def test_the_tables_name_attributes_and_concepts_that_exist() -> None:
    from paratope.patient.fhir import antigens, drugs, lesions, observations, products, statements, tables

    attributes = {*tables.YES_NO_EXTENSIONS.values(), *tables.NUMBER_EXTENSIONS.values()}
    assert attributes <= ATTRIBUTES.keys()
    names = {
        *tables.CLASS_CODES.values(), *tables.REVIEWS, *drugs._ATC.values(), *lesions.LESION_CODES, *antigens.SHARES,
        antigens.RATIO, antigens.COPIES, antigens.COMPARTMENT, *products.MARKS, products.PRODUCT,
        statements.LIFE_THREATENING, *statements._PARTS, *observations._NOT_A_MEASURE, *observations._NOT_A_TEST,
        "cancer", "cancer disease status", "disease feature", "other malignancy", "unresolved toxicity",
        "anticancer drug therapy", "investigational therapy", "trial participation", "surgery", "radiotherapy",
        "distant metastasis", "live vaccine", "vaccine", "drug allergy", "HER2", "oxygen saturation",
    }  # fmt: skip
    assert sorted(n for n in names if n not in catalogue()) == []


def test_extensions_are_known_by_the_last_part_of_their_url() -> None:
    for url in (f"{X}symptomatic", "https://another.example/StructureDefinition/symptomatic"):
        given = resource(
            "Condition",
            code=concept("Stroke", (SCT, "230690007")),
            extension=[{"url": url, "valueBoolean": True}],
        )
        assert read(given).entries[0].attributes["symptomatic"] is True
