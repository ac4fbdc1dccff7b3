"""Writing a patient in the plain form and reading it again gives the same facts."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, given, settings

from paratope.patient.model import Patient
from paratope.patient.plain import read_plain, read_plain_text
from paratope.patient.problems import errors
from paratope.patient.write_plain import dump_plain, write_plain
from tests.patient.strategies import facts_of, patients

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
