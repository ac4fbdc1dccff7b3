"""What a single change would do: the obstacle that stands alone, the limit nearly met."""

from __future__ import annotations

import pytest

from paratope.screening import Effect, Status, StudyResult, screen_study
from paratope.screening.whatif import NEAR, margins, sole_obstacle, status_without
from tests.screening.small import TODAY, person, study


def result_of(criteria: str, form: str = "{}", more: str = "") -> StudyResult:
    return screen_study(person(form), study("A", criteria, more), TODAY)


def labs(*results: str) -> str:
    return "{labs: [" + ", ".join(f"{{is: {r}, on: 2026-06-10}}" for r in results) + "]}"


CRITERIA = "I1: haemoglobin >= 90 g/L\nI2: platelets >= 50 10*9/L\nE1: neutrophils < 1 10*9/L"
LOW_HB = ("haemoglobin, value: 85 g/L", "platelets, value: 90 10*9/L", "neutrophils, value: 2 10*9/L")


# --- the obstacle -----------------------------------------------------------------------------------------


def test_one_failing_criterion_is_the_obstacle() -> None:
    result = result_of(CRITERIA, labs(*LOW_HB))
    obstacle = sole_obstacle(result)
    assert obstacle is not None
    assert obstacle.criterion.id == "I1"
    assert status_without(result, "I1") is Status.ELIGIBLE
    assert status_without(result, "I2") is Status.EXCLUDED


def test_without_it_the_rest_may_still_be_open() -> None:
    result = result_of(CRITERIA, labs(*LOW_HB[:2]))
    obstacle = sole_obstacle(result)
    assert obstacle is not None
    assert status_without(result, obstacle.criterion.id) is Status.INCOMPLETE


@pytest.mark.parametrize(
    "results",
    [
        ("haemoglobin, value: 95 g/L", "platelets, value: 90 10*9/L", "neutrophils, value: 2 10*9/L"),
        ("haemoglobin, value: 85 g/L", "platelets, value: 40 10*9/L", "neutrophils, value: 2 10*9/L"),
        (),
    ],
    ids=["none fails", "two fail", "nothing is known"],
)
def test_no_obstacle_stands_alone(results: tuple[str, ...]) -> None:
    assert sole_obstacle(result_of(CRITERIA, labs(*results))) is None


def test_an_obstacle_beside_a_cohort_that_does_not_fit_is_not_alone() -> None:
    more = "cohorts: [{name: BCMA, rule: the tumour expresses BCMA}]"
    form = labs(*LOW_HB)[:-1] + ", antigens: [{is: BCMA, by: IHC, result: %s, on: 2026-06-01}]}"
    assert sole_obstacle(result_of(CRITERIA, form % "negative", more)) is None
    assert sole_obstacle(result_of(CRITERIA, form % "positive", more)) is not None


# --- margins ----------------------------------------------------------------------------------------------


def margin(criterion: str, *results: str):  # type: ignore[no-untyped-def]
    (found,) = result_of(criterion, labs(*results)).criteria
    return margins(found)


def test_a_margin_is_value_less_limit_in_the_measures_own_unit() -> None:
    (found,) = margin("I1: haemoglobin >= 9 g/dL", "haemoglobin, value: 8.5 g/dL")
    assert (found.measure, found.value, found.limit, found.unit) == ("haemoglobin", 85, 90, "g/L")
    assert (found.distance, round(found.share, 4), found.fails, found.near) == (-5, 0.0556, True, True)


@pytest.mark.parametrize(
    ("criterion", "value", "fails"),
    [
        ("I1: haemoglobin >= 90 g/L", 95, False),
        ("I1: haemoglobin >= 90 g/L", 85, True),
        ("E1: haemoglobin < 90 g/L", 95, False),
        ("E1: haemoglobin < 90 g/L", 85, True),
        ("I1: not haemoglobin < 90 g/L", 85, True),
    ],
)
def test_it_says_whether_the_value_stands_in_the_way(criterion: str, value: int, fails: bool) -> None:
    (found,) = margin(criterion, f"haemoglobin, value: {value} g/L")
    assert found.fails is fails


@pytest.mark.parametrize(
    ("value", "near"), [(81, True), (80.9, False), (90, True), (99, True), (99.1, False)]
)
def test_near_is_a_tenth_of_the_limit(value: float, near: bool) -> None:
    (found,) = margin("I1: haemoglobin >= 90 g/L", f"haemoglobin, value: {value} g/L")
    assert found.near is near
    assert NEAR == 0.10


def test_a_multiple_of_the_laboratorys_limit_uses_that_limit() -> None:
    (found,) = margin("I1: ALT <= 2.5 x ULN", "ALT, value: 110 U/L, range: 7-40 U/L")
    assert (found.limit, found.distance) == (100, 10)
    (found,) = margin("I1: calcium >= 1 x LLN", "calcium, value: 2.0 mmol/L, range: 2.1-2.5 mmol/L")
    assert (found.limit, found.distance) == (2.1, -0.1)


def test_between_has_two_margins() -> None:
    found = margin("I1: haemoglobin between 90 and 120 g/L", "haemoglobin, value: 95 g/L")
    assert [(m.limit, m.distance) for m in found] == [(90, 5), (120, -25)]


@pytest.mark.parametrize(("value", "limit"), [(85, 90), (125, 120)])
def test_of_two_limits_only_the_limit_that_is_missed_stands_in_the_way(value: int, limit: int) -> None:
    (found,) = margin("I1: haemoglobin between 90 and 120 g/L", f"haemoglobin, value: {value} g/L")
    assert (found.limit, found.fails) == (limit, True)


def test_what_is_open_stands_in_nobodys_way_yet() -> None:
    criterion = "I1: by one reading (haemoglobin >= 90 g/L), by another (haemoglobin >= 100 g/L)"
    assert margin(criterion, "haemoglobin, value: 95 g/L") == ()


def test_two_measures_have_each_their_own() -> None:
    criterion = "I1: each of ALT, AST <= 2.5 x ULN"
    results = ("ALT, value: 90 U/L, range: 7-40 U/L", "AST, value: 80 U/L, range: 7-40 U/L")
    assert [(m.measure, m.distance) for m in margin(criterion, *results)] == [("ALT", -10), ("AST", -20)]


@pytest.mark.parametrize(
    ("criterion", "result"),
    [
        ("I1: haemoglobin >= 90 g/L", "platelets, value: 90 10*9/L"),  # not known
        ("I1: haemoglobin >= 90 g/L", 'haemoglobin, value: ">100 g/L"'),  # no point
        ("I1: neutrophils > 0 10*9/L", "neutrophils, value: 2 10*9/L"),  # nothing is a share of nought
        ("I1: ECOG <= 1", "ECOG, value: 2"),  # scores have steps, not distances
        ("I1: HBV DNA <= 1000 copies/mL", "HBV DNA, value: 10 IU/mL"),  # copies depend on the assay
        ("I1: potassium within the normal range", "potassium, value: 4 mmol/L, range: 3.5-5.3 mmol/L"),
        ("I1: any stroke", "haemoglobin, value: 95 g/L"),
    ],
)
def test_no_margin_where_a_distance_means_nothing(criterion: str, result: str) -> None:
    assert margin(criterion, result) == ()


def test_only_what_decided_has_a_margin() -> None:
    criterion = "I1: haemoglobin >= 90 g/L or platelets >= 50 10*9/L"
    found = margin(criterion, "haemoglobin, value: 85 g/L", "platelets, value: 60 10*9/L")
    assert [m.measure for m in found] == ["platelets"]


def test_effects_are_untouched_by_asking() -> None:
    result = result_of(CRITERIA, labs(*LOW_HB))
    before = [r.effect for r in result.criteria]
    sole_obstacle(result), status_without(result, "I1"), [margins(r) for r in result.criteria]
    assert [r.effect for r in result.criteria] == before == [Effect.FAIL, Effect.PASS, Effect.PASS]
