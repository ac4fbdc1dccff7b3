"""From criteria to the study's answer: effects, statuses, cohorts, what is missing, the day from which."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

import pytest

from paratope.screening import (
    CriterionResult,
    Effect,
    Need,
    Plan,
    Status,
    Study,
    StudyResult,
    prepare,
    screen,
    screen_study,
)
from paratope.screening.model import COHORT_WORDS
from paratope.screening.screen import effect_of, overall
from paratope.truth import Kind, Truth, Verdict, verdict_of
from tests.screening.small import TODAY, person, protocol, study

HB = "labs: [{is: haemoglobin, value: %s g/L, on: 2026-06-10}]"
NOTHING_AGAINST = "{about: other unsuitability, value: none, by: investigator, on: 2026-06-10}"
STROKE = "findings: [{is: stroke, on: 2026-01-01}]"


def result_of(criteria: str, form: str = "{}", more: str = "", **options: Any) -> StudyResult:
    return screen_study(person(form), study("A", criteria, more), TODAY, **options)


# --- one study --------------------------------------------------------------------------------------------

STATUS = [
    ("{" + HB % 95 + ", none of: [stroke]}", Status.ELIGIBLE),
    ("{" + HB % 85 + ", none of: [stroke]}", Status.EXCLUDED),
    ("{" + HB % 95 + ", " + STROKE + "}", Status.EXCLUDED),
    ("{" + HB % 85 + "}", Status.EXCLUDED),
    ("{" + HB % 95 + "}", Status.INCOMPLETE),
    ("{}", Status.INCOMPLETE),
]


@pytest.mark.parametrize(("form", "status"), STATUS)
def test_one_fail_excludes_and_one_unknown_leaves_it_open(form: str, status: Status) -> None:
    assert result_of("I1: haemoglobin >= 90 g/L\nE1: any stroke", form).status is status


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ("{" + HB % 95 + "}", Status.NEEDS_JUDGEMENT),
        ("{}", Status.INCOMPLETE),
        ("{" + HB % 85 + "}", Status.EXCLUDED),
        (
            "{" + HB % 95 + ", statements: [" + NOTHING_AGAINST + "]}",
            Status.ELIGIBLE,
        ),
    ],
)
def test_a_judgement_is_asked_for_only_when_nothing_is_missing(form: str, status: Status) -> None:
    criteria = "I1: haemoglobin >= 90 g/L\nE1: the investigator judges other unsuitability is present"
    assert result_of(criteria, form).status is status


def test_statuses_follow_from_effects_whatever_the_criteria() -> None:
    results = {
        verdict: CriterionResult(r.criterion, r.outcome, verdict, effect_of(r.criterion, verdict))
        for r in result_of("I1: haemoglobin >= 90 g/L").criteria
        for verdict in Verdict
    }
    for chosen in product(Verdict, repeat=3):
        said = {v: results[v] for v in chosen}
        status = overall(list(said.values()), [])
        effects = {r.effect for r in said.values()}
        if Effect.FAIL in effects:
            assert status is Status.EXCLUDED
        elif Verdict.UNKNOWN in said:
            assert status is Status.INCOMPLETE
        elif Verdict.JUDGEMENT in said:
            assert status is Status.NEEDS_JUDGEMENT
        else:
            assert status is Status.ELIGIBLE


def test_an_illustration_neither_passes_nor_fails() -> None:
    result = result_of("I1: haemoglobin >= 90 g/L\nI1.1 (illustrative): any stroke", "{" + HB % 95 + "}")
    assert result.status is Status.ELIGIBLE
    assert [r.effect for r in result.criteria] == [Effect.PASS, Effect.ILLUSTRATIVE]
    assert result.needs == ()


# --- cohorts ----------------------------------------------------------------------------------------------

COHORTS = """
cohorts:
  - {name: BCMA, rule: the tumour expresses BCMA}
  - {name: CD19, rule: criterion I1.CD19 holds}
"""
TWO = "I1: fits a cohort\nI1.CD19 (cohort CD19): the tumour expresses CD19"


def antigens(**results: str) -> str:
    tests = ", ".join(
        f"{{is: {name}, by: IHC, result: {word}, on: 2026-06-01}}" for name, word in results.items()
    )
    return f"{{antigens: [{tests}]}}"


@pytest.mark.parametrize(
    ("form", "words", "status"),
    [
        (antigens(BCMA="positive"), {"BCMA": "match", "CD19": "unknown"}, Status.ELIGIBLE),
        (antigens(BCMA="positive", CD19="positive"), {"BCMA": "match", "CD19": "match"}, Status.ELIGIBLE),
        (antigens(BCMA="positive", CD19="negative"), {"BCMA": "match", "CD19": "no"}, Status.ELIGIBLE),
        (antigens(BCMA="negative", CD19="negative"), {"BCMA": "no", "CD19": "no"}, Status.EXCLUDED),
        (antigens(BCMA="negative"), {"BCMA": "no", "CD19": "unknown"}, Status.INCOMPLETE),
        (
            antigens(BCMA="negative", CD19="equivocal"),
            {"BCMA": "no", "CD19": "judgement"},
            Status.NEEDS_JUDGEMENT,
        ),
        ("{}", {"BCMA": "unknown", "CD19": "unknown"}, Status.INCOMPLETE),
    ],
)
def test_some_cohort_must_fit(form: str, words: dict[str, str], status: Status) -> None:
    for criteria in (TWO, "I1.CD19 (cohort CD19): the tumour expresses CD19"):  # asked by a criterion, or not
        result = result_of(criteria, form, COHORTS)
        assert {c.name: c.word for c in result.cohorts} == words
        assert result.status is status
        assert all(r.effect is Effect.COHORT_ONLY for r in result.criteria if r.criterion.role == "cohort")


def test_every_verdict_has_a_word_for_cohorts() -> None:
    assert set(COHORT_WORDS) == set(Verdict)


# --- what is missing --------------------------------------------------------------------------------------


def test_each_thing_is_asked_for_once_with_all_it_would_settle() -> None:
    criteria = """
        I1: haemoglobin >= 90 g/L
        I2: haemoglobin >= 80 g/L and platelets >= 50 10*9/L
        I3: LVEF >= 50 %
        E1: any stroke
        E2: not in the public record: "washout"
    """
    result = result_of(criteria, "{labs: [{is: LVEF, value: 60 %, on: 2025-01-01}], none of: [stroke]}")
    assert result.needs == (
        Need("haemoglobin", Kind.MISSING.value, ("I1", "I2")),
        Need("platelets", Kind.MISSING.value, ("I2",)),
        Need("LVEF", Kind.STALE.value, ("I3",)),
        Need("washout", Kind.WITHHELD.value, ("E2",)),
    )


def test_nothing_is_asked_for_where_it_would_change_nothing() -> None:
    assert result_of("I1: haemoglobin >= 90 g/L and any stroke", "{" + HB % 70 + "}").needs == ()


def test_a_conflict_is_told_without_the_facts_in_agreement() -> None:
    criteria = "I1: by one reading (any stroke), by another (any dementia)"
    result = result_of(criteria, "{" + STROKE + ", none of: [dementia]}")
    assert [(n.what, n.why) for n in result.needs] == [("how the text is read", Kind.JUDGEMENT.value)]


# --- from which day ---------------------------------------------------------------------------------------

TREATED = "{therapies: [{is: radiotherapy, to: 2026-06-10}]}"
PLAN = Plan({"apheresis": TODAY})


@pytest.mark.parametrize(
    ("criterion", "day"),
    [
        ("E1: any radiotherapy within 4 weeks before apheresis", "2026-07-08"),
        ("I1: no radiotherapy within 4 weeks before apheresis", "2026-07-08"),
        ("E1 (illustrative): any radiotherapy within 4 weeks before apheresis", "2026-07-08"),
        ("I1 (cohort X): no radiotherapy within 4 weeks before apheresis", "2026-07-08"),
        ("I1: any radiotherapy within 4 weeks before apheresis", None),  # passes; later it would not
        ("I1 (illustrative): any radiotherapy within 4 weeks before apheresis", None),
        ("E1: no radiotherapy within 4 weeks before apheresis", None),
        ("E1: any radiotherapy", None),  # no date helps
    ],
)
def test_only_what_stands_in_the_way_says_from_which_day(criterion: str, day: str | None) -> None:
    more = "cohorts: [{name: X, rule: the tumour expresses BCMA}]" if "cohort" in criterion else ""
    (found,) = result_of(criterion, TREATED, more, plan=PLAN).criteria
    assert found.from_day == (None if day is None else date.fromisoformat(day).toordinal())


def test_the_plan_of_the_study_moves_the_window() -> None:
    rule = "E1: any radiotherapy within 4 weeks before apheresis"
    later = Plan({"apheresis": TODAY}, {"A": {"apheresis": TODAY + 60}})
    assert result_of(rule, TREATED, plan=PLAN).status is Status.EXCLUDED
    assert (
        result_of(rule, TREATED, plan=later).criteria[0].outcome.truth is Truth.UNKNOWN
    )  # no review on record


# --- several studies --------------------------------------------------------------------------------------

OPEN = "I1: no other study is open to the patient"
SAID = "{statements: [{about: access to other trials, value: %s, on: 2026-06-08}], " + HB % 95 + "}"


def test_studies_come_back_in_the_order_they_were_asked_for() -> None:
    asked = [
        study("C", OPEN),
        study("A", "I1: haemoglobin >= 90 g/L"),
        study("B", "I1: haemoglobin >= 100 g/L"),
    ]
    patient = person(SAID % "no other trial is open to this patient")
    found = screen(patient, asked, TODAY)
    assert [(s.protocol.key, s.status) for s in found.studies] == [
        ("C", Status.NEEDS_JUDGEMENT), ("A", Status.ELIGIBLE), ("B", Status.EXCLUDED)
    ]  # fmt: skip
    assert [s.protocol.key for s in found.hopeful_first] == ["A", "C", "B"]


def test_studies_on_file_count_but_are_not_shown() -> None:
    patient = person(SAID % "no other trial is open to this patient")
    fits, does_not = study("A", "I1: haemoglobin >= 90 g/L"), study("B", "I1: haemoglobin >= 100 g/L")
    for on_file, status in (((fits, does_not), Status.NEEDS_JUDGEMENT), ((does_not,), Status.ELIGIBLE)):
        found = screen(patient, [study("C", OPEN)], TODAY, on_file=on_file)
        assert [(s.protocol.key, s.status) for s in found.studies] == [("C", status)]


def test_nothing_on_file_is_screened_unless_somebody_asks() -> None:
    whole = study("B", "I1: haemoglobin >= 90 g/L")
    broken = Study(whole.protocol, {}, whole.cohort_checks, whole.asks_others)
    found = screen(person(), [study("A", "I1: haemoglobin >= 90 g/L")], TODAY, on_file=[broken])
    assert len(found.studies) == 1
    with pytest.raises(KeyError):
        screen(person(), [study("A", OPEN)], TODAY, on_file=[broken])


def test_the_study_asked_for_goes_before_its_namesake_on_file() -> None:
    own = prepare(replace(protocol("A", OPEN), title="my copy"))
    found = screen(
        person(), [own], TODAY, on_file=[study("A", OPEN), study("B", "I1: haemoglobin >= 90 g/L")]
    )
    assert [s.protocol.title for s in found.studies] == ["my copy"]


def test_a_study_does_not_ask_itself() -> None:
    patient = person(SAID % "no other trial is open to this patient")
    found = screen(patient, [study("A", OPEN + "\nI2: haemoglobin >= 90 g/L")], TODAY)
    assert found.studies[0].status is Status.ELIGIBLE


def test_presumed_absence_is_kept_with_the_screening() -> None:
    asked = [study("A", "E1: any stroke"), study("B", "E1: any stroke where (symptomatic)")]
    plain, presumed = (screen(person(), asked, TODAY, presume_absence=p) for p in (False, True))
    assert [s.status for s in plain.studies] == [Status.INCOMPLETE] * 2
    assert [s.status for s in presumed.studies] == [Status.ELIGIBLE] * 2
    assert (plain.presumed_absence, presumed.presumed_absence) == (False, True)
    assert all(r.outcome.presumed for s in presumed.studies for r in s.criteria)


def test_studies_share_their_work_without_mixing_their_policies() -> None:
    strict = study("A", "I1: haemoglobin >= 90 g/L", "freshness: {blood: 3}")
    lenient = study("B", "I1: haemoglobin >= 90 g/L", "freshness: {blood: null}")
    usual = study("C", "I1: haemoglobin >= 90 g/L")
    topics = study("D", "E1: any pulmonary embolism", "policies: {instance_answers_topic: false}")
    alike = study("E", "E1: any pulmonary embolism")
    form = "{" + HB % 95 + ", findings: [{is: deep vein thrombosis, on: 2026-01-01}]}"
    for order in ([strict, lenient, usual, topics, alike], [alike, topics, usual, lenient, strict]):
        found = {s.protocol.key: s.criteria[0].verdict for s in screen(person(form), order, TODAY).studies}
        assert found == {
            "A": Verdict.UNKNOWN, "B": Verdict.MET, "C": Verdict.MET, "D": Verdict.UNKNOWN, "E": Verdict.NOT_MET
        }  # fmt: skip


def test_what_studies_share_keeps_to_each_ones_age_of_a_denial() -> None:
    short = study("A", "E1: any stroke", "freshness: {history: 30}")
    usual = study("B", "E1: any stroke")
    patient = person("{none of: [{is: stroke, on: 2026-05-01}]}")
    for order in ([short, usual], [usual, short]):
        found = {s.protocol.key: s.criteria[0].verdict for s in screen(patient, order, TODAY).studies}
        assert found == {"A": Verdict.UNKNOWN, "B": Verdict.NOT_MET}


def test_an_outcome_can_be_derived_again_from_the_kept_context() -> None:
    asked = study("A", "I1: haemoglobin >= 90 g/L\nE1: criterion I1 holds and any stroke")
    (result,) = screen(person("{" + HB % 95 + "}"), [asked], TODAY).studies
    for r in result.criteria:
        again = asked.checks[r.criterion.id](result.context)
        assert again == r.outcome
        assert verdict_of(again) is r.verdict
