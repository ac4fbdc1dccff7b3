"""Writing a patient in the plain form and reading it again gives the same facts."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, given, settings

from paratope.patient.build import build_patient
from paratope.patient.fhir import read_bundle
from paratope.patient.model import Patient, Unused
from paratope.patient.plain import read_plain, read_plain_text
from paratope.patient.problems import errors
from paratope.patient.template import TEMPLATE
from paratope.patient.write_plain import dump_plain, write_plain
from tests.patient.strategies import facts_of, patients
from tests.shared import SHARED, needs_shared

SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def again(read: tuple[Patient | None, tuple[object, ...]]) -> Patient:
    patient, problems = read
    assert patient is not None, [str(p) for p in errors(problems)]  # type: ignore[arg-type]
    return patient


@SLOW
@given(patients())
def test_written_and_read_is_the_same(patient: Patient) -> None:
    form = write_plain(patient)
    assert facts_of(again(read_plain(form, "again"))) == facts_of(patient)


@SLOW
@given(patients())
def test_also_through_json_and_yaml(patient: Patient) -> None:
    (by_json,) = read_plain_text(json.dumps(write_plain(patient), ensure_ascii=False), "a.json")
    (by_yaml,) = read_plain_text(dump_plain(patient), "a.yaml")
    assert facts_of(again(by_json)) == facts_of(again(by_yaml)) == facts_of(patient)


@needs_shared
def test_a_fhir_record_is_the_same_in_plain_form() -> None:
    assert SHARED is not None
    for file in sorted((SHARED / "cases" / "bundles").glob("*.json")):
        for patient in read_bundle(json.loads(file.read_bytes())):
            written = again(read_plain(write_plain(patient), file.name))
            assert facts_of(written) == facts_of(patient), file.name


def test_what_a_reader_did_not_use_is_written_as_notes() -> None:
    patient = build_patient("P1", [], unused=[Unused("Observation/7", "its code is not one we know")])
    form = write_plain(patient)
    assert form["notes"] == ["Observation/7: its code is not one we know"]
    notes = again(read_plain(form, "again")).unused
    assert write_plain(build_patient("P1", [], unused=notes)) == form


def test_the_printed_value_is_kept_where_it_says_the_same() -> None:
    ((patient, _),) = read_plain_text(
        "patient: {id: P1}\n"
        "labs:\n"
        "  - {is: haemoglobin, value: 5.8 g/dL, range: 13-17.5}\n"
        "  - {is: creatinine, value: 1.1 mg/dL, range: <= 1.2 mg/dL}\n"
        "statements: [{about: life expectancy, value: 12 months}]\n",
        "test.yaml",
    )
    assert patient is not None
    form = write_plain(patient)
    assert form["labs"] == [
        {"is": "haemoglobin", "value": "5.8 g/dL", "range": "13-17.5 g/dL"},
        {"is": "creatinine", "value": "1.1 mg/dL", "range": "<= 1.2 mg/dL"},
    ]
    assert form["statements"][0]["value"] == "12 months"


def test_yaml_is_written_a_fact_a_line() -> None:
    ((patient, _),) = read_plain_text(TEMPLATE, "template")
    assert patient is not None
    text = dump_plain(patient)
    assert "  - {is: haemoglobin, value: 108 g/L, range: 115-150 g/L, on: 2026-06-10}\n" in text
    assert "reviewed: [anticancer treatment, medicines, supportive care, allergies]\n" in text
    assert max(map(len, text.splitlines())) <= 118
