"""Little patients: read with their problems by line; their own form is left as it was written."""

from __future__ import annotations

from pathlib import Path

import pytest

from paratope.protocol import bundled, load_protocol
from paratope.protocol.load import STUDIES
from paratope.protocol.patients import load_patients, patients_file, read_patients
from tests.protocol.small import protocol

GOOD = """\
- name: a child
  why: Under age.
  as_of: 2026-06-15
  plan: {consent: 2026-06-16, first_dose: 2026-07}
  patient:
    patient: {id: A, sex: no, born: 2015-03-01}
    labs:
      - {is: haemoglobin, value: 118 g/L, on: 2026-06-10}
  expect:
    status: excluded
    cohorts: {A: no}
    criteria: {I1: not_met}
"""
WHOLE = protocol("I1: age at consent >= 18 years", more="cohorts: [{name: A, rule: consent is signed}]\n")

BROKEN = [
    ("name: a child", "nmae: a child", "$[0].nmae", 1, "did you mean 'name'?"),
    ("  why: Under age.\n", "", "$[0]", 1, "'why' is missing"),
    ("as_of: 2026-06-15", "as_of: today", "$[0].as_of", 3, "expected a date"),
    ("consent: 2026-06-16", "consnt: 2026-06-16", "$[0].plan.consnt", 4, "did you mean 'consent'?"),
    ("consent: 2026-06-16", "consent: soon", "$[0].plan.consent", 4, "expected a date"),
    ("status: excluded", "status: exclude", "$[0].expect.status", 10, "did you mean 'excluded'?"),
    ("A: no", "A: perhaps", "$[0].expect.cohorts.A", 11, "expected one of match, no"),
    ("A: no", "B: no", "$[0].expect.cohorts.B", 11, "the protocol has no cohort 'B'"),
    ("I1: not_met", "I1: false", "$[0].expect.criteria.I1", 12, "expected one of met, not_met"),
    ("I1: not_met", "I2: not_met", "$[0].expect.criteria.I2", 12, "the protocol has no criterion 'I2'"),
    ("  patient:\n    patient", "  patient: {}\n  body:\n    patient", "$[0].body", 6, "has no field 'body'"),
]


def test_a_good_file() -> None:
    loaded = read_patients(GOOD, protocol=WHOLE)
    assert loaded.problems == ()
    (little,) = loaded.patients
    assert little.name == "a child"
    assert little.plan["first_dose"].text == "2026-07"
    assert little.expect.status == "excluded"
    assert (little.expect.cohorts, little.expect.criteria) == ({"A": "no"}, {"I1": "not_met"})
    assert little.patient["patient"]["sex"] == "no"  # as it was written
    assert little.place == "$[0]"
    assert little.lines[("labs", 0, "value")] == 8


@pytest.mark.parametrize(("old", "new", "where", "line", "words"), BROKEN)
def test_a_problem_is_told_in_its_place(old: str, new: str, where: str, line: int, words: str) -> None:
    loaded = read_patients(GOOD.replace(old, new), protocol=WHOLE)
    found = [(p.place, p.line) for p in loaded.problems if words in p.message]
    assert found == [(where, line)], [str(p) for p in loaded.problems]


def test_what_is_no_list_of_patients() -> None:
    assert "expected a list of patients" in read_patients("name: x\n").problems[0].message
    assert "empty" in read_patients("").problems[0].message
    assert "already a patient 'a child'" in read_patients(GOOD + GOOD).problems[0].message


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    assert "cannot be read" in load_patients(tmp_path / "none.yaml").problems[0].message
    (tmp_path / "odd.yaml").write_bytes(b"\xff")
    assert "UTF-8" in load_patients(tmp_path / "odd.yaml").problems[0].message


@pytest.mark.parametrize("key", bundled())
def test_every_study_has_little_patients_that_can_be_read(key: str) -> None:
    whole = load_protocol(key).protocol
    loaded = load_patients(patients_file(STUDIES / f"{key}.yaml"), whole)
    assert loaded.problems == ()
    assert loaded.patients
