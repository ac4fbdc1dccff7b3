"""Expanded access asks whether another study is open to the patient: NCT04008524 I1b beside the other four."""

from __future__ import annotations

from functools import cache
from itertools import permutations

import pytest

from paratope.patient.model import Patient
from paratope.protocol import bundled, load_protocol
from paratope.protocol.load import file_of
from paratope.protocol.patients import load_patients, patients_file
from paratope.report.document import patient_part
from paratope.screening import CriterionResult, Plan, Screening, Status, Study, prepare, screen
from paratope.truth import Kind, Verdict
from tests.screening.small import TODAY, person

ACCESS = "NCT04008524"
OTHERS = tuple(key for key in bundled() if key != ACCESS)


@cache
def studies() -> dict[str, Study]:
    found = {}
    for key in bundled():
        protocol = load_protocol(key).protocol
        assert protocol is not None
        found[key] = prepare(protocol)
    return found


def screened(patient: Patient, *keys: str, plan: Plan | None = None) -> Screening:
    known = studies()
    return screen(patient, [known[k] for k in keys], TODAY, plan or Plan(), on_file=tuple(known.values()))


def access(screening: Screening) -> CriterionResult:
    (study,) = (s for s in screening.studies if s.protocol.key == ACCESS)
    (found,) = (r for r in study.criteria if r.criterion.id == "I1b")
    return found


def stating(words: str, born: str, more: str = "") -> Patient:
    statement = f"{{about: access to other trials, value: {words}, by: treating physician, on: 2026-06-08}}"
    return person(f"{{patient: {{id: P, born: {born}}}, statements: [{statement}]{more}}}")


CHILD, ADULT = "2015-01-01", "1970-01-01"
ALL, ONE, UNABLE = "no other trial is open to this patient", "too young for the trial", "unable to travel"


def test_only_expanded_access_asks() -> None:
    assert {key for key, study in studies().items() if study.asks_others} == {ACCESS}


def test_a_child_is_excluded_by_every_other_study() -> None:
    assert {s.status for s in screened(stating(ONE, CHILD), *OTHERS).studies} == {Status.EXCLUDED}
    assert Status.EXCLUDED not in {s.status for s in screened(stating(ONE, ADULT), *OTHERS).studies}


@pytest.mark.parametrize(
    ("words", "born", "verdict"),
    [
        (ALL, CHILD, Verdict.MET),
        (ALL, ADULT, Verdict.MET),  # the others are incomplete, none finds the patient eligible
        (ONE, CHILD, Verdict.MET),  # every other study on file excludes as well
        (ONE, ADULT, Verdict.JUDGEMENT),  # others are still open
        (UNABLE, CHILD, Verdict.MET),
        (UNABLE, ADULT, Verdict.MET),
    ],
)
def test_a_statement_and_the_other_verdicts_decide(words: str, born: str, verdict: Verdict) -> None:
    found = access(screened(stating(words, born), ACCESS))
    assert found.verdict is verdict
    assert found.outcome.facts


@pytest.mark.parametrize("born", [CHILD, ADULT])
def test_without_a_statement_it_is_unknown_whatever_the_other_verdicts(born: str) -> None:
    found = access(screened(person(f"{{patient: {{id: P, born: {born}}}}}"), ACCESS))
    assert found.verdict is Verdict.UNKNOWN
    assert [(r.kind, r.needs) for r in found.outcome.reasons] == [(Kind.MISSING, "access to other trials")]


@pytest.mark.parametrize(
    "statement",
    [
        "{about: access to other trials, value: no other trial is open to this patient, by: x}",
        "{about: access to other trials, value: no other trial is open to this patient, on: 2026-06-16}",
    ],
    ids=["undated", "after the as-of date"],
)
def test_a_statement_must_be_dated_and_made_by_now(statement: str) -> None:
    assert access(screened(person(f"{{statements: [{statement}]}}"), ACCESS)).verdict is Verdict.UNKNOWN


def test_the_studies_still_open_are_named() -> None:
    found = access(screened(stating(ONE, ADULT), ACCESS))
    (reason,) = found.outcome.reasons
    assert set(reason.args[1]) == set(OTHERS)


def test_a_study_that_has_turned_the_patient_down_is_open_no_longer() -> None:
    said = "screen failure, study: NCT07409766"
    found = access(screened(stating(said, ADULT), ACCESS))
    (reason,) = found.outcome.reasons
    assert found.verdict is Verdict.JUDGEMENT
    assert set(reason.args[1]) == set(OTHERS) - {"NCT07409766"}


@cache
def eligible() -> tuple[str, Patient, Plan]:
    """A study and one of its own little patients that it finds eligible, who is said to have no other trial."""
    from paratope.patient.plain import read_plain

    for key in OTHERS:
        file = file_of(key)
        assert file is not None
        for little in load_patients(patients_file(file)).patients:
            if little.expect.status == "eligible" and little.as_of.first == TODAY:
                form = dict(little.patient)
                said = {
                    "about": "access to other trials",
                    "value": ALL,
                    "by": "treating physician",
                    "on": "2026-06-08",
                }
                form["statements"] = [*form.get("statements", []), said]
                patient, _ = read_plain(form, "little")
                assert patient is not None
                return key, patient, Plan({k: day.first for k, day in little.plan.items()})
    raise AssertionError("no study has an eligible little patient")


def test_a_study_that_would_take_the_patient_contradicts_the_statement() -> None:
    key, patient, plan = eligible()
    screening = screened(patient, ACCESS, key, plan=plan)
    assert screening.studies[1].status is Status.ELIGIBLE
    found = access(screening)
    assert found.verdict is Verdict.JUDGEMENT
    assert found.outcome.reasons[0].args[1] == (key,)


def test_it_does_not_matter_in_which_order_studies_are_asked_for_or_whether_they_are_shown() -> None:
    for born, words in ((CHILD, ONE), (ADULT, ONE)):
        patient = stating(words, born)
        alone = access(screened(patient, ACCESS))
        for order in list(permutations(bundled()))[:: len(bundled())]:
            screening = screened(patient, *order)
            assert [s.protocol.key for s in screening.studies] == list(order)
            assert access(screening).verdict is alone.verdict


def test_the_other_studies_do_not_notice() -> None:
    patient = stating(ALL, ADULT)
    beside = {s.protocol.key: patient_part_of(s) for s in screened(patient, *bundled()).studies}
    for key in OTHERS:
        (alone,) = screened(patient, key).studies
        assert patient_part_of(alone) == beside[key]


def patient_part_of(result) -> object:  # type: ignore[no-untyped-def]
    return [(r.criterion.id, r.verdict, r.outcome.reasons) for r in result.criteria]


def test_the_answer_stands_in_the_document() -> None:
    part = patient_part(screened(stating(ONE, CHILD), ACCESS))
    (row,) = (c for c in part["studies"][0]["criteria"] if c["id"] == "I1b")
    assert (row["verdict"], row["effect"]) == ("met", "pass")
    assert "every other study on file excludes" in row["why"]
