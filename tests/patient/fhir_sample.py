"""One invented patient with a resource of every kind that is read: for fuzzing and for tests of completeness."""

from __future__ import annotations

from tests.patient.fhir_records import (
    ICD10,
    LOINC,
    RXNORM,
    SCT,
    SUBJECT,
    Json,
    M,
    cancer,
    concept,
    condition,
    extension,
    lab,
    observation,
    person,
    quantity,
    resource,
)

_ROLE = {"resourceType": "PractitionerRole", "id": "role", "code": [concept("investigator")]}
_UNIT = {"resourceType": "Organization", "id": "unit", "name": "apheresis unit"}
_MEDICATION = {"resourceType": "Medication", "id": "med", "code": concept("aspirin", (RXNORM, "1191"))}
_STUDY = {
    "resourceType": "ResearchStudy",
    "id": "study",
    "identifier": [{"system": "s", "value": "NCT07409766"}],
}
_PRODUCT = {
    "resourceType": "BiologicallyDerivedProduct",
    "id": "product",
    "productCode": concept("manufactured cell product"),
}
_SPECIMEN = resource(
    "Specimen", type=concept("marrow", (SCT, "119359002")), collection={"collectedDateTime": "2026-06-01"}
)
_OWN = cancer(
    concept("Gastric adenocarcinoma", (SCT, "408647009"), (ICD10, "C16.9")),
    stage=[{"summary": concept("metastatic")}],
    evidence=[{"code": [concept("Histology")]}],
    extension=[
        extension(
            "http://hl7.org/fhir/StructureDefinition/condition-assertedDate", valueDateTime="2023-05-01"
        )
    ],
)
_SKIN = condition(
    concept("Basal cell carcinoma of skin", (SCT, "254701007")), clinical="inactive", abatementDateTime="2025-06-10",
    note=[{"text": "BCC excised"}], extension=[extension("last-active-date", valueDate="2025-06-10")],
)  # fmt: skip
_HEART = condition(
    concept("Heart failure", (SCT, "84114007")), clinical="active", severity=concept("moderate", (SCT, "6736007")),
    onsetAge=quantity(50, "years", "a"), note=[{"text": "NYHA II, asymptomatic"}],
    extension=[extension("symptomatic", valueBoolean=False), extension("toxicity-grade", valueInteger=2)],
)  # fmt: skip
_ABOUT = {"focus": [{"reference": f"Condition/{_OWN['id']}"}]}
_BY = {"performer": [{"reference": "PractitionerRole/role"}]}
_FOR = {
    "extension": [
        extension(
            "http://hl7.org/fhir/StructureDefinition/workflow-researchStudy",
            valueReference={"type": "ResearchStudy", "identifier": {"system": "s", "value": "NCT07409766"}},
        )
    ]
}
_PROFILE = {"meta": {"profile": [f"{M}cancer-related-medication-administration"]}}
_NIL = {"emptyReason": concept(None, ("http://terminology.hl7.org/CodeSystem/list-empty-reason", "nilknown"))}
_REGIMEN = resource(
    "MedicationAdministration", status="completed", medicationCodeableConcept=concept("trastuzumab deruxtecan"),
    effectivePeriod={"start": "2025-03-01", "end": "2026-05-20"}, statusReason=[concept("progression")],
    reasonReference=[{"reference": f"Condition/{_OWN['id']}"}], **_PROFILE,
    extension=[
        extension("therapy-class", valueCode="adc"), extension("line-of-therapy", valueInteger=2),
        extension("half-life-days", valueDecimal=5.7), extension("target-antigen", valueString="HER2"),
    ],
)  # fmt: skip


def _range(low: float, high: float, unit: str) -> list[Json]:
    return [{"low": quantity(low, unit, unit), "high": quantity(high, unit, unit)}]


def _patient(kind: str, **fields: object) -> Json:
    found = resource(kind, patient=SUBJECT, **fields)
    del found["subject"]
    return found


RESOURCES: list[Json] = [
    person(identifier=[{"system": "http://hospital.example/fhir/identifier/mrn", "value": "S1"}], name=[{"text": "x"}]),
    _ROLE, _UNIT, _MEDICATION, _STUDY, _PRODUCT, _SPECIMEN, _OWN, _SKIN, _HEART,
    condition("Active infection", status="refuted"),
    condition("Something odd", status="provisional"),
    lab("718-7", quantity(11.8, "g/dL", "g/dL"), referenceRange=_range(11.5, 15, "g/dL")),
    lab("2160-0", quantity(0.9, "mg/dL", "mg/dL"), referenceRange=[{"text": "0.5-1.1 mg/dL"}]),
    lab("26499-4", quantity(3200, "/uL", "/uL"), status="amended"),
    lab("42595-9", quantity(0, "IU/mL", "[IU]/mL"), interpretation=[concept(None, ("v3", "ND"))]),
    lab("59408-5", quantity(97, "%", "%"), component=[{"code": concept("Inhaled oxygen"),
                                                     "valueCodeableConcept": concept("room air", (SCT, "722742002"))}]),
    lab("10230-1", quantity(62, "%", "%"), method=concept("Echocardiography", (SCT, "40701008"))),
    observation(concept(None, (LOINC, "85354-9")), component=[
        {"code": concept(None, (LOINC, "8480-6")), "valueQuantity": quantity(120, "mmHg", "mm[Hg]")},
        {"code": concept(None, (LOINC, "8462-4")), "dataAbsentReason": concept("unknown")}]),
    observation(concept("ECOG performance status", (LOINC, "89247-1")), valueInteger=1),
    observation(concept("HBsAg", (LOINC, "5195-3")), valueCodeableConcept=concept("negative", (SCT, "260385009"))),
    observation(concept("RPR", (LOINC, "20507-0")),
                valueRatio={"numerator": {"value": 1}, "denominator": {"value": 8}}),
    observation("Childbearing potential", valueBoolean=False),
    observation("Liver metastases present", valueBoolean=True),
    observation(concept("Cancer disease status", (LOINC, "97509-4")),
                valueCodeableConcept=concept("refractory"), **_ABOUT),
    observation("Disease feature", valueCodeableConcept=concept("Extramedullary disease"), **_ABOUT),
    observation(concept("HER2 (ERBB2)", (LOINC, "18474-7")), valueCodeableConcept=concept("2+"),
                method=concept("IHC", (SCT, "117617002")), specimen={"reference": f"Specimen/{_SPECIMEN['id']}"}),
    observation(concept("HER2 (ERBB2)", (LOINC, "31150-6")), method=concept("FISH", (SCT, "426329006")), component=[
        {"code": concept(None, (LOINC, "49683-6")), "valueQuantity": quantity(2.6, "ratio", "{ratio}")},
        {"code": concept(None, (LOINC, "74860-8")), "valueQuantity": quantity(6.8, "copies", "{copies}/{nucleus}")}]),
    observation("PSMA (FOLH1) expression", method=concept("Immunohistochemistry"), component=[
        {"code": concept("Percentage of cells staining 2+"), "valueQuantity": quantity(25, "%", "%")},
        {"code": concept("Compartment assessed"), "valueCodeableConcept": concept("tumour cells")}]),
    observation(concept("Tumour lesion size", (LOINC, "21889-1")), bodySite=concept("lung", (SCT, "39607008")),
                method=concept("CT"), component=[
        {"code": concept(None, (LOINC, "33728-7")), "valueQuantity": quantity(24, "mm", "mm")},
        {"code": concept("Lesion type"), "valueCodeableConcept": concept("soft tissue")}]),
    observation("Estimated life expectancy", valueQuantity=quantity(52, "wk", "wk"), **_BY),
    observation("Other reason for unsuitability", valueCodeableConcept=concept("none"), **_BY, **_FOR),
    observation("Contraception agreement", component=[
        {"code": concept("Contraception duration after last dose"), "valueQuantity": quantity(12, "mo", "mo")}]),
    observation("Venous access", valueCodeableConcept=concept("adequate"),
                performer=[{"reference": "Organization/unit"}]),
    observation("CAR-positive cells per kg body weight", focus=[{"reference": "BiologicallyDerivedProduct/product"}],
                valueQuantity=quantity(2.5, "10*6/kg", "10*6/kg")),
    _REGIMEN,
    resource("MedicationAdministration", status="completed", medicationCodeableConcept=concept("G-CSF"),
             effectiveDateTime="2026-06-08"),
    resource("MedicationStatement", status="active", medicationReference={"reference": "Medication/med"},
             effectivePeriod={"start": "2026-02-10"},
             dosage=[{"route": concept("oral", (SCT, "26643006")),
                      "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}},
                      "doseAndRate": [{"doseQuantity": quantity(100, "mg", "mg")}]}]),
    resource("MedicationRequest", status="active", intent="order", authoredOn="2026-05-01",
             medicationCodeableConcept=concept("hydrocortisone"), dosageInstruction=[{"text": "30 mg/d"}]),
    resource("Procedure", status="completed", performedDateTime="2025-06-10", code=concept("Treatment of malignancy"),
             reasonReference=[{"reference": f"Condition/{_SKIN['id']}"}],
             extension=[extension(f"{M}procedure-intent",
                                  valueCodeableConcept=concept("curative", (SCT, "373808002")))]),
    resource("Procedure", status="completed", performedPeriod={"start": "2026-03-01", "end": "2026-04-01"},
             code=concept("IMRT"), meta={"profile": [f"{M}radiotherapy-course-summary"]},
             extension=[extension("marrow-fraction-irradiated", valueDecimal=4)]),
    resource("Procedure", status="not-done", code=concept("allogeneic HSCT")),
    _patient("Immunization", status="completed", occurrenceDateTime="2026-06-12",
             vaccineCode=concept("live zoster vaccine", ("http://hl7.org/fhir/sid/cvx", "121"))),
    _patient("AllergyIntolerance", code=concept("filgrastim"), criticality="high", reaction=[{"severity": "severe"}]),
    resource("ResearchSubject", status="follow-up", study={"reference": "ResearchStudy/study"}, individual=SUBJECT),
    _patient("Consent", status="active", scope=concept(None, ("s", "research")), dateTime="2026-06-08",
             performer=[SUBJECT],
             provision={"extension": [{"url": "consent-ResearchStudyContext",
                                       "valueReference": {"reference": "ResearchStudy/study"}}]}),
    resource("DiagnosticReport", status="final", category=[concept(None, ("v2", "RAD"))], code=concept("CT"),
             effectiveDateTime="2026-06-07"),
    resource("List", status="current", mode="snapshot", title="Anticancer treatment history",
             entry=[{"item": {"reference": f"MedicationAdministration/{_REGIMEN['id']}"}}]),
    resource("List", status="current", mode="snapshot", title="Allergy review", **_NIL),
    resource("Encounter", status="finished"),
]  # fmt: skip

SAMPLE: Json = {
    "resourceType": "Bundle",
    "type": "collection",
    "timestamp": "2026-06-15T00:00:00Z",
    "entry": [
        {"fullUrl": f"http://hospital.example/fhir/{r['resourceType']}/{r['id']}", "resource": r}
        for r in RESOURCES
    ],
}
"""A parsed Bundle of all of it."""
