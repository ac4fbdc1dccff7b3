"""Plans: dates that are no part of the record, for every study or for one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from paratope.screening import NO_PLAN, Plan, read_plan
from paratope.screening.plan import KEYS

JUNE_8 = date(2026, 6, 8).toordinal()
JULY_1 = date(2026, 7, 1).toordinal()


@pytest.mark.parametrize(
    "written",
    ["2026-06-08", " 2026-06-08 ", "2026-06-08T08:30:00", date(2026, 6, 8), datetime(2026, 6, 8, 23, 59)],
)
def test_a_date_may_be_written_as_text_or_be_one(written: Any) -> None:
    plan, problems = read_plan({"consent": written})
    assert (plan.common, problems) == ({"consent": JUNE_8}, ())


@pytest.mark.parametrize("nothing", [None, {}])
def test_no_plan_is_a_plan(nothing: Any) -> None:
    assert read_plan(nothing) == (NO_PLAN, ())
    assert NO_PLAN.of("ANY") == {}


def test_one_study_may_have_its_own_date() -> None:
    plan, problems = read_plan(
        {"consent": "2026-06-08", "first_dose": {"A": "2026-07-01"}, "apheresis": "2026-06-08"}
    )
    assert problems == ()
    assert plan.of("A") == {"consent": JUNE_8, "apheresis": JUNE_8, "first_dose": JULY_1}
    assert plan.of("B") == {"consent": JUNE_8, "apheresis": JUNE_8}


def test_the_studys_own_date_goes_before_the_common_one() -> None:
    plan = Plan({"consent": JUNE_8}, {"A": {"consent": JULY_1}})
    assert plan.of("A") == {"consent": JULY_1}
    assert plan.of("B") == {"consent": JUNE_8}


def test_every_mistake_is_told_at_once_with_its_place() -> None:
    data = {
        "consnet": "2026-06-08",
        "consent": "soon",
        "apheresis": 20260608,
        "first_dose": {"A": "?", "B": None},
    }
    plan, problems = read_plan(data)
    assert {p.place for p in problems} == {
        "$.consnet",
        "$.consent",
        "$.apheresis",
        "$.first_dose.A",
        "$.first_dose.B",
    }
    assert plan == NO_PLAN
    told = {p.place: p.message for p in problems}
    assert all(key in told["$.consnet"] for key in KEYS)
    assert "'soon'" in told["$.consent"]


def test_what_can_be_read_is_read_beside_what_cannot() -> None:
    plan, problems = read_plan({"consent": "2026-06-08", "first_dose": {"A": "2026-07-01", "B": "later"}})
    assert len(problems) == 1
    assert plan == Plan({"consent": JUNE_8}, {"A": {"first_dose": JULY_1}})


@pytest.mark.parametrize("data", ["2026-06-08", ["2026-06-08"], 7])
def test_a_plan_is_an_object(data: Any) -> None:
    plan, problems = read_plan(data)
    assert plan == NO_PLAN
    assert [p.place for p in problems] == ["$"]
