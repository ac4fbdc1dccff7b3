"""A study's own little patients: differences are told, unreadable ones too."""

from __future__ import annotations

import pytest

from paratope.protocol import bundled, load_protocol
from paratope.protocol.load import file_of
from paratope.protocol.patients import load_patients, patients_file, read_patients
from paratope.screening import prepare
from paratope.screening.check import CheckReport, Difference, check
from tests.screening.small import protocol, study

STUDY = protocol(
    "A",
    "I1: haemoglobin >= 90 g/L\nE1: any stroke within 6 months before consent",
    "cohorts: [{name: BCMA, rule: the tumour expresses BCMA}]",
)

LITTLE = """
- name: well
  why: nothing against it
  as_of: 2026-06-15
  plan: {consent: 2026-06-08}
  patient:
    patient: {id: L1}
    labs: [{is: haemoglobin, value: 95 g/L, on: 2026-06-10}]
    none of: [stroke]
    antigens: [{is: BCMA, by: IHC, result: positive, on: 2026-06-01}]
  expect: {status: eligible, cohorts: {BCMA: match}, criteria: {I1: met, E1: not_met}}
"""


def checked(text: str) -> CheckReport:
    read = read_patients(text, "little", STUDY)
    assert read.problems == ()
    return check(STUDY, read.patients)


def test_a_patient_as_expected_passes() -> None:
    report = checked(LITTLE)
    assert report.passed
    assert (report.run, report.expectations) == (1, 4)


def test_every_difference_is_told() -> None:
    wrong = LITTLE.replace("95 g/L", "85 g/L").replace("BCMA: match", "BCMA: no")
    report = checked(wrong)
    assert not report.passed
    assert report.differences == (
        Difference("well", "criterion I1", "met", "not_met", "$[0]"),
        Difference("well", "cohort BCMA", "no", "match", "$[0]"),
        Difference("well", "status", "eligible", "excluded", "$[0]"),
    )


def test_only_what_is_named_is_held_against_it() -> None:
    report = checked(LITTLE.split("  expect:")[0] + "  expect: {criteria: {I1: met}}\n")
    assert (report.passed, report.expectations) == (True, 1)


def test_the_plan_of_the_patient_counts() -> None:
    had = LITTLE.replace("none of: [stroke]", "findings: [{is: stroke, on: 2025-12-10}]")
    assert checked(
        had.replace("E1: not_met", "E1: met").replace("status: eligible", "status: excluded")
    ).passed
    later = had.replace("consent: 2026-06-08", "consent: 2026-06-10")
    assert checked(later).passed


def test_a_patient_that_cannot_be_read_is_told() -> None:
    report = checked(LITTLE.replace("value: 95 g/L", "value: ninety-five"))
    assert not report.passed
    assert [u.patient for u in report.unreadable] == ["well"]
    nothing = checked(LITTLE.replace("    patient: {id: L1}\n", "    patience: {id: L1}\n"))
    assert {u.patient for u in nothing.unreadable} == {"well"}
    assert any("patience" in u.problem for u in nothing.unreadable)
    assert (nothing.run, nothing.expectations) == (1, 0)


def test_a_cohort_or_criterion_that_is_not_there_is_found_as_nothing() -> None:
    (little,) = read_patients(LITTLE.replace("I1: met", "I9: met"), "little").patients
    assert check(STUDY, [little]).differences[0].found == "nothing"


def test_other_studies_on_file_are_asked() -> None:
    asking = protocol("A", "I1: no other study is open to the patient")
    text = """
- name: no trial left
  why: another study is open all the same
  as_of: 2026-06-15
  patient:
    patient: {id: L1}
    statements:
      - {about: access to other trials, value: no other trial is open to this patient, on: 2026-06-08}
      - {about: severely life-threatening disease, value: yes, on: 2026-06-08}
  expect: {criteria: {I1: judgement}}
"""
    (little,) = read_patients(text, "little", asking).patients
    fits, open_still = (
        study("B", "I1: stated severely life-threatening disease is yes"),
        study("B", "I1: no stroke"),
    )
    assert [d.found for d in check(asking, [little]).differences] == ["met"]
    assert [d.found for d in check(asking, [little], on_file=[open_still]).differences] == ["met"]
    assert check(asking, [little], on_file=[fits]).passed


@pytest.mark.parametrize("key", bundled())
def test_the_bundled_studies_patients_come_out_as_expected(key: str) -> None:
    loaded, file = load_protocol(key), file_of(key)
    assert loaded.protocol is not None
    assert file is not None
    patients = load_patients(patients_file(file), loaded.protocol)
    assert patients.problems == ()
    known = [load_protocol(k).protocol for k in bundled()]
    report = check(loaded.protocol, patients.patients, on_file=[prepare(p) for p in known if p is not None])
    assert report.differences == ()
    assert report.unreadable == ()
    assert report.run >= 5
