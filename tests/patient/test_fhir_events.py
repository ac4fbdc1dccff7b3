"""Vaccines, allergies, trials, consents, lists, products."""

from __future__ import annotations

from typing import Any

import pytest

from tests.patient.fhir_records import (
    SCT,
    SUBJECT,
    Json,
    concept,
    entry,
    observation,
    quantity,
    read,
    reading,
    resource,
    unused,
)

CVX = "http://hl7.org/fhir/sid/cvx"


def of_patient(kind: str, **fields: Any) -> Json:
    found = resource(kind, patient=SUBJECT, **fields)
    del found["subject"]
    return found


# --- vaccines ------------------------------------------------------------------------------------------


def vaccine(code: Json, **fields: Any) -> Json:
    return of_patient(
        "Immunization",
        vaccineCode=code,
        **{"status": "completed", "occurrenceDateTime": "2026-06-12", **fields},
    )


VACCINES: list[tuple[Json, set[str]]] = [
    (concept("live zoster vaccine", (CVX, "121")), {"live zoster vaccine"}),
    (concept(None, (CVX, "03")), {"MMR vaccine"}),
    (concept("Live attenuated whatever vaccine"), {"live vaccine"}),
    (concept("Something new, not live"), {"inactivated vaccine"}),
    (concept("Influenza, seasonal, injectable, preservative free"), {"inactivated vaccine"}),
    (concept("DTaP"), {"inactivated vaccine"}),
    (concept("influenza, live, intranasal, quadrivalent"), {"live vaccine"}),
    (concept("Something new"), {"vaccine"}),
]


@pytest.mark.parametrize(("code", "concepts"), VACCINES)
def test_vaccines(code: Json, concepts: set[str]) -> None:
    found = entry(vaccine(code))
    assert (found.kind, found.concepts, found.present) == ("vaccine", concepts, True)
    assert found.start is not None
    assert found.start.text == "2026-06-12"


def test_a_vaccine_not_given_is_refuted_if_it_is_clear_which() -> None:
    assert entry(vaccine(concept(None, (CVX, "121")), status="not-done")).present is False
    assert read(vaccine(concept("something"), status="not-done")).entries == ()


# --- allergies -----------------------------------------------------------------------------------------

VERIFIED = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification"


def allergy(code: Json | str, verification: str = "confirmed", **fields: Any) -> Json:
    wanted = concept(code) if isinstance(code, str) else code
    return of_patient(
        "AllergyIntolerance",
        code=wanted,
        verificationStatus=concept(None, (VERIFIED, verification)),
        **fields,
    )


ALLERGIES: list[tuple[Json | str, Json, set[str]]] = [
    ("filgrastim", {}, {"allergy to filgrastim"}),
    ("Allergy to tocilizumab", {}, {"allergy to tocilizumab"}),
    ("cyclophosphamide", {}, {"allergy to cyclophosphamide"}),
    ("prednisone", {}, {"allergy to corticosteroids"}),
    ("aspirin", {}, {"allergy to aspirin"}),
    ("sixpence", {}, {"drug allergy"}),
    (concept("penicillin"), {}, {"allergy to penicillin"}),
]


@pytest.mark.parametrize(("code", "fields", "concepts"), ALLERGIES)
def test_allergies(code: Json | str, fields: Json, concepts: set[str]) -> None:
    found = entry(allergy(code, **fields))
    assert (found.kind, found.concepts) == ("allergy", concepts)


SEVERITY: list[tuple[Json, str | None]] = [
    ({"reaction": [{"severity": "mild"}, {"severity": "severe"}]}, "severe"),
    ({"criticality": "high"}, "severe"),
    ({"criticality": "high", "reaction": [{"severity": "moderate"}]}, "moderate"),
    ({"criticality": "low"}, None),
    ({}, None),
]


@pytest.mark.parametrize(("fields", "severity"), SEVERITY)
def test_severity_of_an_allergy(fields: Json, severity: str | None) -> None:
    assert entry(allergy("filgrastim", **fields)).attributes.get("severity") == severity


def test_an_allergy_to_a_drug_nobody_asks_about_is_an_allergy_to_nothing_else() -> None:
    patient = read(allergy("aspirin"))
    assert patient.present.keys() == {"allergy to aspirin", "drug allergy"}
    assert patient.unused == ()
    assert any("is not one we know" in u.why for u in read(allergy("sixpence")).unused)


def test_an_allergy_to_food_is_none_of_those_asked() -> None:
    patient = read(allergy("peanut", category=["food"]))
    assert patient.entries == ()
    assert "asked by no study" in patient.unused[0].why


def test_no_known_allergy_is_a_review() -> None:
    for given in (
        allergy(concept(None, (SCT, "716186003"))),
        allergy("No known allergies"),
        allergy("否认过敏史"),
    ):
        patient = read(given)
        assert patient.entries == ()
        assert [r.covers for r in patient.reviews] == ["allergies"]


def test_no_known_drug_allergy_refutes_just_that() -> None:
    patient = read(allergy(concept("No known drug allergies", (SCT, "409137002"))))
    assert patient.reviews == ()
    assert patient.absent.keys() == {"drug allergy"}
    assert read(allergy(concept(None, (SCT, "429625007")))).absent == {}, "food is another thing"


def test_verification_of_an_allergy() -> None:
    assert read(allergy("filgrastim", "entered-in-error")).entries == ()
    assert entry(allergy("filgrastim", "refuted")).present is False
    assert read(allergy("something", "refuted")).entries == (), "not clear what was refuted"
    patient = read(allergy("filgrastim", "unconfirmed"))
    assert patient.entries[0].present is True
    assert any("not confirmed" in u.why for u in patient.unused)


# --- trials and consents -------------------------------------------------------------------------------


def trial(status: str, **fields: Any) -> Json:
    found = resource("ResearchSubject", status=status, individual=SUBJECT,
                     study={"identifier": {"value": "NCT01234567"}}, **fields)  # fmt: skip
    del found["subject"]
    return found


PHASES = [
    ("follow-up", "follow-up", True), ("on-study", "on study", True), ("on-study-intervention", "on study", True),
    ("off-study", "completed", False), ("withdrawn", "withdrawn", False),
]  # fmt: skip


@pytest.mark.parametrize(("status", "phase", "ongoing"), PHASES)
def test_trials(status: str, phase: str, ongoing: bool) -> None:
    found = entry(trial(status, period={"start": "2025-01-01"}))
    assert (found.kind, found.attributes["phase"], found.ongoing) == ("trial", phase, ongoing)
    assert found.concepts == {"trial participation"}
    assert found.study == "NCT01234567"


@pytest.mark.parametrize("status", ["candidate", "screening", "ineligible", "not-registered"])
def test_who_was_never_enrolled_took_part_in_nothing(status: str) -> None:
    patient = read(trial(status))
    assert patient.entries == ()
    assert "not enrolled in NCT01234567" in patient.unused[0].why


def consent(**fields: Any) -> Json:
    study = {"type": "ResearchStudy", "identifier": {"system": "s", "value": "NCT07409766"}}
    usual = {
        "status": "active",
        "scope": concept(None, ("http://terminology.hl7.org/CodeSystem/consentscope", "research")),
        "dateTime": "2026-06-08",
        "performer": [SUBJECT],
        "provision": {
            "extension": [
                {
                    "url": "http://hl7.org/fhir/StructureDefinition/consent-ResearchStudyContext",
                    "valueReference": study,
                }
            ]
        },
    }
    return of_patient("Consent", **{**usual, **fields})


def test_a_consent() -> None:
    (found,) = read(consent()).consents
    assert (found.study, found.active, found.signed_by) == ("NCT07409766", True, "patient")
    assert found.when is not None
    assert found.when.text == "2026-06-08"


def test_a_minors_consent_is_signed_by_two() -> None:
    mother = {"resourceType": "RelatedPerson", "id": "m", "relationship": [concept("mother")]}
    given = consent(performer=[{"reference": "RelatedPerson/m"}, {**SUBJECT, "display": "patient assent"}])
    (found,) = read(mother, given).consents
    assert found.signed_by == "mother and patient assent"


CONSENTS: list[tuple[Json, list[bool]]] = [
    ({"status": "inactive"}, [False]),
    ({"status": "rejected"}, [False]),
    ({"status": "proposed"}, []),
    ({"status": "draft"}, []),
    ({"status": "entered-in-error"}, []),
    ({"scope": concept(None, ("s", "patient-privacy")), "provision": {}}, []),
]


@pytest.mark.parametrize(("fields", "active"), CONSENTS)
def test_consents_that_are_not_in_force(fields: Json, active: list[bool]) -> None:
    patient = read(consent(**fields))
    assert [c.active for c in patient.consents] == active
    assert active or patient.unused


def test_a_study_in_the_file_lends_its_registry_number() -> None:
    study = {
        "resourceType": "ResearchStudy",
        "id": "s",
        "identifier": [{"value": "EUDRACT-1"}, {"value": "NCT07409766"}],
    }
    context = {"url": "http://hl7.org/fhir/StructureDefinition/consent-ResearchStudyContext",
               "valueReference": {"reference": "ResearchStudy/s"}}  # fmt: skip
    found = reading(study, consent(provision={"extension": [context]}))
    assert found.patient.consents[0].study == "NCT07409766"
    assert "ResearchStudy/s" in found.supports


# --- lists ---------------------------------------------------------------------------------------------

NIL = {"emptyReason": concept(None, ("http://terminology.hl7.org/CodeSystem/list-empty-reason", "nilknown"))}


def listed(title: str, **fields: Any) -> Json:
    return resource(
        "List", **{"status": "current", "mode": "snapshot", "title": title, "code": concept(title), **fields}
    )


TITLES: list[tuple[Json, str | None]] = [
    (listed("Anticancer treatment history", **NIL), "anticancer treatment"),
    (listed("Concomitant medication review", **NIL), "medicines"),
    (listed("Supportive care review (transfusions and growth factors)", **NIL), "supportive care"),
    (listed("Allergy review", **NIL), "allergies"),
    (listed("x", code=concept(None, ("http://loinc.org", "10160-0")), **NIL), "medicines"),
    (listed("x", code=concept(None, ("http://loinc.org", "48765-2")), **NIL), "allergies"),
    (listed("Problem list", **NIL), None),
    (listed("Allergy review", mode="changes", **NIL), None),
    (listed("Allergy review", status="retired", **NIL), None),
    (listed("Allergy review", emptyReason=concept(None, ("s", "notasked"))), None),
    (listed("Allergy review", emptyReason=concept(None, ("s", "unavailable"))), None),
    (listed("Allergy review"), None),
]


@pytest.mark.parametrize(("given", "covers"), TITLES)
def test_lists(given: Json, covers: str | None) -> None:
    patient = read(given)
    assert [r.covers for r in patient.reviews] == ([] if covers is None else [covers])
    assert bool(patient.unused) == (covers is None)


def statement(text: str, **fields: Any) -> Json:
    return resource(
        "MedicationStatement", medicationCodeableConcept=concept(text), **{"status": "active", **fields}
    )


def test_a_list_is_complete_if_all_that_is_on_it_was_read() -> None:
    aspirin, gone = statement("aspirin"), statement("apixaban", status="entered-in-error")
    both = listed(
        "Medication list",
        entry=[{"item": {"reference": f"MedicationStatement/{s['id']}"}} for s in (aspirin, gone)],
    )
    assert len(read(aspirin, gone, both).reviews) == 1


def test_a_list_that_holds_what_is_not_here_proves_nothing() -> None:
    aspirin = statement("aspirin")
    here = {"item": {"reference": f"MedicationStatement/{aspirin['id']}"}}
    for missing in (
        {"item": {"reference": "MedicationStatement/elsewhere"}},
        {"item": {"display": "warfarin 5 mg"}},
    ):
        patient = read(aspirin, listed("Medication list", entry=[here, missing]))
        assert patient.reviews == ()
        assert any("is not taken as complete" in u.why for u in patient.unused)
    assert len(read(aspirin, listed("Medication list", entry=[here, {**here, "deleted": True}])).reviews) == 1


def test_a_document_with_complete_sections() -> None:
    sections = [
        {"title": "Allergies", "code": concept(None, ("http://loinc.org", "48765-2")), **NIL},
        {"title": "Medicines", "code": concept(None, ("http://loinc.org", "10160-0")), "entry": []},
        {"title": "Plan", "text": {"div": "..."}},
    ]
    patient = read(resource("Composition", status="final", date="2026-06-10", section=sections))
    assert [(r.covers, r.when.text if r.when else None) for r in patient.reviews] == [
        ("allergies", "2026-06-10")
    ]


# --- manufactured cells --------------------------------------------------------------------------------


def test_a_cell_product_and_what_was_measured_of_it() -> None:
    product = {
        "resourceType": "BiologicallyDerivedProduct", "id": "bp", "productCategory": "cells",
        "productCode": concept("manufactured cell product"),
    }  # fmt: skip
    about = [{"reference": "BiologicallyDerivedProduct/bp"}]
    dose = observation(
        "CAR-positive cells per kg body weight",
        focus=about,
        valueQuantity=quantity(2.5, "10*6/kg", "10*6/kg"),
    )
    release = observation(
        "Product release result", focus=about, valueCodeableConcept=concept("Out of specification")
    )
    found = reading(product, dose, release)
    (only,) = found.patient.entries
    assert (only.kind, only.concepts) == ("product", {"manufactured cell product"})
    assert only.attributes == {"cells per kg": 2.5e6, "release": "out of specification"}
    assert set(found.supports) == {f"Observation/{dose['id']}", f"Observation/{release['id']}"}


def test_a_measurement_of_no_product_is_said() -> None:
    patient = read(observation("Product release result", valueCodeableConcept=concept("released")))
    assert patient.entries == ()
    assert "of which product is not said" in patient.unused[0].why


@pytest.mark.parametrize(
    ("said", "release"),
    [("released", "released"), ("passed", "released"), ("not released", "out of specification"), ("合格", "released"),
     ("不合格", "out of specification"), ("pending", None)],
)  # fmt: skip
def test_release_words(said: str, release: str | None) -> None:
    product = {"resourceType": "BiologicallyDerivedProduct", "id": "bp"}
    patient = read(product, observation("Product release result", valueString=said))
    assert patient.entries[0].attributes.get("release") == release


# --- what is recognised and not used -------------------------------------------------------------------

NOT_USED = [
    ("Encounter", "visits are not facts"),
    ("Coverage", "insurance is asked by no study"),
    ("FamilyMemberHistory", "a relative's disease"),
    ("ServiceRequest", "an order is not a result"),
    ("OperationOutcome", "a server's message"),
    ("Specimen", "nothing that was read refers to it"),
    ("Moonbeam", "resources of type Moonbeam are not read"),
]


@pytest.mark.parametrize(("kind", "why"), NOT_USED)
def test_resources_that_are_not_used_say_why(kind: str, why: str) -> None:
    (said,) = unused(resource(kind))
    assert why in said
