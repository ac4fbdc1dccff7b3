"""What tables cannot say: policies changed, presumed absence, derivations, and rules no loader lets through."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import yaml

from paratope.patient.build import build_patient
from paratope.patient.model import AntigenTest, Entry, Fact, Interval, Measurement, Patient, When
from paratope.patient.plain import read_plain
from paratope.report.document import why
from paratope.rules import nodes as n
from paratope.rules.evaluate import Context, compile_rule, explain
from paratope.rules.evaluate.filters import compile_filter
from paratope.rules.evaluate.logic import combine
from paratope.rules.policies import FRESHNESS, Policies
from paratope.rules.written import parse_rule
from paratope.truth import DECIDED_FALSE, DECIDED_TRUE, Kind, Outcome, Reason, Truth, unique

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN
TODAY = date(2026, 6, 15)


def rule(text: str) -> n.Rule:
    found = parse_rule(text)
    assert not isinstance(found, tuple), found
    return found


def person(text: str = "{}") -> Patient:
    form: dict[str, Any] = yaml.load(text, Loader=yaml.BaseLoader)
    patient, problems = read_plain({"patient": {"id": "X"}, **form}, "test")
    assert patient is not None, problems
    return patient


def outcome(text: str, form: str = "{}", **more: Any) -> Outcome:
    """A rule of a patient in the plain form, as of today."""
    return compile_rule(rule(text))(Context(person(form), TODAY.toordinal(), "TEST", **more))


# --- policies ---------------------------------------------------------------------------------------------


def fresh(**days: int | None) -> Policies:
    return Policies(freshness={**FRESHNESS, **days})


@pytest.mark.parametrize(
    ("text", "form", "policies", "truth"),
    [
        ("haemoglobin >= 90 g/L", "{labs: [{is: haemoglobin, value: 95 g/L, on: 2026-05-18}]}", fresh(), T),
        (
            "haemoglobin >= 90 g/L",
            "{labs: [{is: haemoglobin, value: 95 g/L, on: 2026-05-18}]}",
            fresh(blood=27),
            U,
        ),
        (
            "haemoglobin >= 90 g/L",
            "{labs: [{is: haemoglobin, value: 95 g/L, on: 2016-05-18}]}",
            fresh(blood=None),
            T,
        ),
        ("haemoglobin >= 90 g/L", "{labs: [{is: haemoglobin, value: 95 g/L}]}", fresh(blood=None), T),
        (
            "HIV antibody is positive",
            "{tests: [{is: HIV antibody, result: negative, on: 2020-01-01}]}",
            fresh(),
            F,
        ),
        (
            "HIV antibody is positive",
            "{tests: [{is: HIV antibody, result: negative, on: 2020-01-01}]}",
            fresh(serology=180),
            U,
        ),
        ("observed liver metastases", "{flags: {liver metastases: yes}}", fresh(), U),
        ("observed liver metastases", "{flags: {liver metastases: yes}}", fresh(imaging=None), T),
        ("measurable lesions >= 1", "{imaging: [{is: CT, on: 2020-01-01}]}", fresh(imaging=None), F),
        (
            "the tumour expresses BCMA",
            "{antigens: [{is: BCMA, by: IHC, result: positive, on: 2026-01-01}]}",
            fresh(),
            T,
        ),
        (
            "the tumour expresses BCMA",
            "{antigens: [{is: BCMA, by: IHC, result: positive, on: 2026-01-01}]}",
            fresh(antigen=90),
            U,
        ),
        (
            "the tumour expresses BCMA",
            "{antigens: [{is: BCMA, by: IHC, result: positive}]}",
            fresh(antigen=90),
            U,
        ),
        (
            "any pulmonary embolism",
            "{findings: [{is: deep vein thrombosis, on: 2026-02-10}]}",
            Policies(instance_answers_topic=False),
            U,
        ),
        (
            "any pulmonary embolism",
            "{findings: [{is: deep vein thrombosis, on: 2026-02-10}], none of: [pulmonary embolism]}",
            Policies(instance_answers_topic=False),
            F,
        ),
        (
            "HBV DNA > 1000 copies/mL",
            "{labs: [{is: HBV DNA, value: 200 IU/mL, on: 2026-06-09}]}",
            Policies(copies_per_iu=(5.6, 5.6)),
            T,
        ),
        (
            "HBV DNA > 1000 copies/mL",
            "{labs: [{is: HBV DNA, value: 170 IU/mL, on: 2026-06-09}]}",
            Policies(copies_per_iu=(5.6, 5.6)),
            F,
        ),
    ],
)
def test_a_study_may_change_the_policies(text: str, form: str, policies: Policies, truth: Truth) -> None:
    assert outcome(text, form, policies=policies).truth is truth


# --- presumed absence -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "form", "truth", "presumed"),
    [
        ("any stroke", "{}", F, True),
        ("no stroke", "{}", T, True),
        ("any stroke", "{none of: [stroke]}", F, False),
        ("any stroke", "{findings: [{is: stroke}]}", T, False),
        ("any stroke, dementia", "{none of: [stroke]}", F, True),
        ("any stroke or any dementia", "{findings: [{is: dementia}]}", T, False),
        ("any stroke where (symptomatic)", "{findings: [{is: stroke}]}", U, False),
        ("any pulmonary embolism", "{findings: [{is: venous thromboembolism}]}", U, False),
        ("prednisone-equivalent dose > 10 mg/d", "{}", F, True),
        ("prednisone-equivalent dose > 10 mg/d", "{reviewed: [medicines]}", F, False),
        (
            "prednisone-equivalent dose > 10 mg/d",
            "{medicines: [{is: prednisone, daily dose: 40 mg/d}]}",
            T,
            False,
        ),
        ("haemoglobin >= 90 g/L", "{}", U, False),
        ("HIV antibody is positive", "{}", U, False),
        ("consent is signed", "{}", U, False),
        ("the investigator judges other unsuitability is present", "{}", U, False),
        ("HCV RNA > 1 x ULN, tested only if HCV antibody is positive", "{}", U, False),
    ],
)
def test_only_what_can_be_asked_about_is_presumed_absent(
    text: str, form: str, truth: Truth, presumed: bool
) -> None:
    found = outcome(text, form, presume=True)
    assert (found.truth, found.presumed) == (truth, presumed)
    if presumed:
        assert any(r.code == "presumed" for r in found.reasons) or "prednisone" in text


# --- derivations ------------------------------------------------------------------------------------------

PARTS = {
    "any stroke and any dementia": 2,
    "any stroke or any dementia or any epilepsy": 3,
    "not any stroke": 1,
    "any stroke unless any dementia": 2,
    "if any stroke then any dementia": 2,
    "at least 2 of (any stroke; any dementia; any epilepsy)": 3,
    "by one reading (any stroke), by another (any dementia)": 2,
    "HCV RNA > 1 x ULN, tested only if HCV antibody is positive": 2,
    "ALT <= 2.5 x ULN, relaxed to 5 x ULN with (observed liver metastases)": 1,
    "ALT <= 2.5 x ULN": 0,
    "any stroke": 0,
}


@pytest.mark.parametrize("text", PARTS)
def test_a_derivation_has_every_part_with_its_own_outcome(text: str) -> None:
    form = "{none of: [stroke], tests: [{is: HCV antibody, result: negative, on: 2026-06-09}]}"
    context = Context(person(form), TODAY.toordinal(), "TEST")
    step = explain(rule(text), context)
    assert step.outcome == compile_rule(rule(text))(context)
    assert len(step.parts) == PARTS[text]
    for part in step.parts:
        assert part.outcome == compile_rule(part.rule)(context)


# --- reasons and facts ------------------------------------------------------------------------------------


def test_every_open_part_says_what_would_settle_it() -> None:
    found = outcome("haemoglobin >= 90 g/L and any stroke and stated venous access is adequate")
    assert [r.needs for r in found.reasons] == ["haemoglobin", "stroke", "venous access"]


def test_a_decided_conjunction_rests_only_on_what_decides() -> None:
    form = "{labs: [{is: haemoglobin, value: 70 g/L, on: 2026-06-10}], findings: [{is: stroke}]}"
    found = outcome("haemoglobin >= 90 g/L and any stroke and any dementia", form)
    assert found.truth is F
    assert [f.text for f in found.facts] == ["haemoglobin 70 g/L"]


def test_a_count_rests_only_on_what_was_counted() -> None:
    anaemia = "{is: haemoglobin, value: 70 g/L, on: 2026-06-10}"
    platelets = "{is: platelets, value: 90 10*9/L, on: 2026-06-10}"
    form = f"{{labs: [{anaemia}, {platelets}]}}"
    counted = "at least %d of (haemoglobin < 80 g/L; platelets < 50 10*9/L)"
    assert [f.text for f in outcome(counted % 1, form).facts] == ["haemoglobin 70 g/L"]
    assert [f.text for f in outcome(counted % 2, form).facts] == ["platelets 90 10*9/L"]


def test_one_fact_asked_twice_is_cited_once() -> None:
    form = "{labs: [{is: haemoglobin, value: 100 g/L, on: 2026-06-10}]}"
    found = outcome("haemoglobin >= 90 g/L and haemoglobin >= 80 g/L", form)
    assert len(found.facts) == 1
    assert unique([1, 2, 1, 3, 2]) == (1, 2, 3)


def test_a_clearance_says_how_it_was_found() -> None:
    man = "{patient: {id: X, sex: male, born: 1959-02-02}, labs: [%s]}"
    parts = "{is: creatinine, value: 72 umol/L, on: 2026-06-10}, {is: body weight, value: 70 kg}"
    own = "{is: measured creatinine clearance, value: 60 mL/min, on: 2026-06-10}"
    computed = outcome("creatinine clearance >= 45 mL/min", man % parts)
    measured = outcome("creatinine clearance >= 45 mL/min", man % f"{own}, {parts}")
    assert "Cockcroft-Gault" in why(computed)
    assert "Cockcroft-Gault" not in why(measured)
    assert (computed.truth, measured.truth) == (T, T)


def test_age_without_a_date_of_consent_says_so() -> None:
    form = "{patient: {id: X, born: 1950-06-15}}"
    told = outcome("age at consent between 18 and 75 years", form)
    planned = outcome("age at consent between 18 and 75 years", form, plan={"consent": TODAY.toordinal() - 1})
    assert (told.truth, planned.truth) == (F, T)
    assert "no date of consent" in why(told)
    assert "no date of consent" not in why(planned)


def test_one_outcome_alone_is_its_own_conjunction() -> None:
    assert combine([DECIDED_TRUE], F) is DECIDED_TRUE
    assert combine([DECIDED_FALSE], T) is DECIDED_FALSE


@pytest.mark.parametrize("kind", [Kind.MISSING, Kind.JUDGEMENT])
def test_an_open_part_never_hides_behind_a_true_one(kind: Kind) -> None:
    still_open = Outcome(U, (Reason(kind, "x"),))
    assert combine([DECIDED_TRUE, still_open], F) is not DECIDED_TRUE
    assert combine([DECIDED_TRUE, still_open], F).reasons == still_open.reasons
    assert combine([DECIDED_FALSE, still_open], T).truth is U


# --- records that only a program writes ------------------------------------------------------------------


def entry(kind: str, concept: str, **more: Any) -> Entry:
    return Entry(kind, frozenset({concept}), frozenset(), f"Condition/{concept}", concept, **more)


def day(text: str) -> When:
    ordinal = date.fromisoformat(text).toordinal()
    return When(ordinal, ordinal, text)


def of(facts: list[Fact], text: str) -> Outcome:
    return compile_rule(rule(text))(Context(build_patient("X", facts), TODAY.toordinal(), "TEST"))


def test_a_dated_treatment_is_one_though_nothing_says_treated() -> None:
    mets = entry("condition", "brain metastasis", treated=(day("2026-05-01"),))
    assert of([mets], "any brain metastasis where (treated)").truth is T


def test_a_glucocorticoid_among_allergies_is_no_dose() -> None:
    allergy = entry("allergy", "prednisone", attributes={"daily dose": 40.0})
    medicine = entry("medicine", "prednisone", attributes={"daily dose": 40.0})
    assert of([allergy], "prednisone-equivalent dose > 10 mg/d").truth is U
    assert (
        of([medicine, medicine], "prednisone-equivalent dose > 60 mg/d").truth is U
    )  # one entry, listed twice


def test_an_entry_that_is_narrower_too_is_not_vague() -> None:
    both = Entry(
        "therapy", frozenset({"anticancer drug therapy", "docetaxel"}), frozenset(), "s", "docetaxel"
    )
    refuted = entry("therapy", "anti-PD-1 antibody", present=False)
    assert of([both, refuted], "any anti-PD-1 antibody").truth is F


def test_a_range_of_shares_is_compared_as_one() -> None:
    test = AntigenTest(
        "PSMA", "IHC", "s", day("2026-05-20"), "PSMA", percent={"2+": Interval(25, 35), "3+": Interval(0, 0)}
    )
    assert of([test], "PSMA stained 2+ in >= 30 % of cells by IHC").truth is U
    assert of([test], "PSMA stained 2+ in >= 20 % of cells by IHC").truth is T
    assert of([test], "PSMA stained 2+ in >= 40 % of cells by IHC").truth is F


@pytest.mark.parametrize(
    ("ratio", "copies", "score", "truth"),
    [
        (2.4, 5.0, None, T),  # group 1
        (1.2, 3.0, None, F),  # group 5
        (2.4, 3.0, None, U),  # group 2: the stain decides
        (2.4, 3.0, 3, T),
        (2.4, 3.0, 2, F),
        (1.5, 7.0, 2, T),  # group 3
        (1.5, 5.0, 3, T),  # group 4
        (1.5, 5.0, 2, F),
        (1.5, 5.0, 0, U),
        (2.4, None, 3, U),  # no group without both numbers
        (None, 7.0, 3, U),
    ],
)
def test_without_a_call_the_her2_group_decides(
    ratio: float | None, copies: float | None, score: int | None, truth: Truth
) -> None:
    signals = AntigenTest("HER2", "ISH", "s1", day("2026-05-20"), "HER2 ISH", ratio=ratio, copies=copies)
    stain = AntigenTest("HER2", "IHC", "s2", day("2026-05-18"), "HER2 IHC", score=score)
    assert of([signals, *([] if score is None else [stain])], "HER2 amplified by ISH").truth is truth


def test_the_table_gives_a_half_life_only_where_the_study_lets_it() -> None:
    drug = (
        "{therapies: [{is: bortezomib, from: 2026-01-01, to: 2026-06-14}], reviewed: [anticancer treatment]}"
    )
    text = "any targeted therapy within 5 half-lives before today"
    told = outcome(text, drug, policies=Policies(half_lives_from_table=True))
    strict = outcome(text, drug, policies=Policies(half_lives_from_table=False))
    assert (told.truth, strict.truth) == (T, U)
    assert [r.kind for r in told.reasons] == [Kind.BECAUSE, Kind.NOTE]
    assert {r.code for r in strict.reasons} == {"half_life.unknown", "half_life.not_documented"}


def test_half_lives_may_count_forward() -> None:
    text = "any planned surgery within 5 half-lives after today"
    assert outcome(text, "{findings: [{is: planned surgery, on: 2026-08-01}]}").truth is U
    two = "any planned surgery within the shorter of 2 weeks and 3 weeks after today"
    assert outcome(two, "{findings: [{is: planned surgery, on: 2026-06-28}]}").truth is T
    assert outcome(two, "{findings: [{is: planned surgery, on: 2026-06-29}]}").truth is F


def test_a_result_without_a_value_decides_nothing() -> None:
    broken = Measurement("haemoglobin", None, "s", day("2026-06-10"), "haemoglobin ???", "???")
    assert of([broken], "haemoglobin >= 90 g/L").truth is U


# --- rules that no loader lets through ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        n.Compare(("haemoglobin",), ">=", n.Amount(90, "kg")),
        n.SteroidDose(">", n.Amount(10, "kg")),
        n.LesionCount(">=", 1, n.Amount(6, "kg")),
        n.Stated("life expectancy", ">=", n.Amount(3, "kg")),
        n.Trait("left-handed"),
    ],
)
def test_a_unit_or_trait_that_does_not_fit_is_a_programmers_error(wrong: n.Rule) -> None:
    with pytest.raises(ValueError, match=r"does not measure|is no|not a trait"):
        compile_rule(wrong)


def test_a_filter_of_no_kind_is_a_programmers_error() -> None:
    with pytest.raises(TypeError, match="not a filter"):
        compile_filter("symptomatic")  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["criterion E1 holds", "fits a cohort"])
def test_other_criteria_can_only_be_asked_inside_a_study(text: str) -> None:
    with pytest.raises(ValueError, match="inside a study"):
        outcome(text)


def test_a_study_without_cohorts_says_so() -> None:
    found = outcome("fits a cohort", cohorts=lambda: ())
    assert (found.truth, found.reasons[0].kind) == (U, Kind.WITHHELD)


def test_a_cohort_that_fits_is_named() -> None:
    cohorts = (("BCMA", DECIDED_TRUE), ("CD19", DECIDED_FALSE), ("CD20", DECIDED_TRUE))
    found = outcome("fits a cohort", cohorts=lambda: cohorts)
    assert (found.truth, found.reasons[0].args) == (T, ("BCMA", "CD20"))
    assert outcome("fits a cohort", cohorts=lambda: cohorts[1:2]).truth is F
