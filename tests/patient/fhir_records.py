"""Small FHIR records to read in tests: a patient and a handful of resources, all invented."""

from __future__ import annotations

from typing import Any

from paratope.patient.fhir import Reading, read_all
from paratope.patient.model import Entry, Measurement, Patient

Json = dict[str, Any]

LOINC = "http://loinc.org"
SCT = "http://snomed.info/sct"
UCUM = "http://unitsofmeasure.org"
ICD10 = "http://hl7.org/fhir/sid/icd-10"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
X = "http://paratope.example/fhir/StructureDefinition/"
M = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-"
VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
SUBJECT = {"reference": "Patient/p"}
EXTRACT = "2026-06-15"


def person(**fields: Any) -> Json:
    return {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1970-03-01", **fields}


def concept(text: str | None = None, *codings: tuple[str, str], display: str | None = None) -> Json:
    found: Json = {}
    if codings:
        found["coding"] = [
            {"system": s, "code": c} | ({"display": display} if display else {}) for s, c in codings
        ]
    if text is not None:
        found["text"] = text
    return found


def quantity(value: Any, unit: str | None = None, code: str | None = None, **fields: Any) -> Json:
    found: Json = {"value": value, **fields}
    if unit is not None:
        found["unit"] = unit
    if code is not None:
        found |= {"system": UCUM, "code": code}
    return found


_counter = 0


def resource(kind: str, **fields: Any) -> Json:
    """A resource of the patient with an id of its own."""
    global _counter
    _counter += 1
    return {"resourceType": kind, "id": f"r{_counter}", "subject": SUBJECT, **fields}


def observation(code: Json | str, **fields: Any) -> Json:
    wanted = concept(code) if isinstance(code, str) else code
    return resource(
        "Observation", **{"status": "final", "code": wanted, "effectiveDateTime": "2026-06-10", **fields}
    )


def lab(loinc: str, value: Json, **fields: Any) -> Json:
    return observation(concept(None, (LOINC, loinc)), valueQuantity=value, **fields)


def condition(
    code: Json | str, status: str | None = "confirmed", clinical: str | None = None, **fields: Any
) -> Json:
    wanted = concept(code) if isinstance(code, str) else code
    found = resource("Condition", code=wanted, **fields)
    if status is not None:
        found["verificationStatus"] = concept(None, (VERIFICATION, status))
    if clinical is not None:
        found["clinicalStatus"] = concept(None, (CLINICAL, clinical))
    return found


def cancer(code: Json | str = "Multiple myeloma", **fields: Any) -> Json:
    return condition(
        code, meta={"profile": [f"{M}primary-cancer-condition"]}, **{"clinical": "active", **fields}
    )


def extension(name: str, **value: Any) -> Json:
    return {"url": name if "://" in name else f"{X}{name}", **value}


def bundle(*resources: Json, **fields: Any) -> Json:
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": f"{EXTRACT}T00:00:00Z",
        "entry": [{"resource": r} for r in resources],
        **fields,
    }


def reading(*resources: Json, **who: Any) -> Reading:
    """What is read of one patient with these resources."""
    (found,) = read_all([bundle(person(**who), *resources)]).readings
    return found


def read(*resources: Json, **who: Any) -> Patient:
    return reading(*resources, **who).patient


def measured(*resources: Json, **who: Any) -> Measurement:
    """The one measurement in these resources."""
    ((found,),) = read(*resources, **who).measurements.values()
    return found


def entry(*resources: Json, **who: Any) -> Entry:
    """The one entry in these resources."""
    (found,) = read(*resources, **who).entries
    return found


def unused(*resources: Json, **who: Any) -> list[str]:
    """What is said of unused resources and parts, without their names."""
    return [u.why for u in read(*resources, **who).unused]
