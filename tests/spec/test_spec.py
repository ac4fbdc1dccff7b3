"""Every row of the semantics' tables holds, and the manual's page shows those tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from paratope.patient.plain import read_plain
from paratope.report.document import why
from paratope.rules.evaluate import Context, OtherStudy, compile_rule
from paratope.rules.written import parse_rule
from paratope.screening import read_plan
from paratope.truth import verdict_of
from tests.spec import AS_OF, PLAN, Case, cases
from tests.spec.manual import PAGE, render

ROOT = Path(__file__).parents[2]


def outcome_of(case: Case):  # type: ignore[no-untyped-def]
    given = dict(case.given)
    others = given.pop("others", None)
    given["patient"] = {"id": "SPEC", **given.get("patient", {})}
    patient, problems = read_plain(given, "spec")
    assert patient is not None, problems
    rule = parse_rule(case.rule)
    assert not isinstance(rule, tuple), rule
    plan, wrong = read_plan(PLAN if case.plan is None else case.plan)
    assert not wrong
    standing = None if others is None else tuple(OtherStudy(k, v) for k, v in others.items())
    context = Context(patient, AS_OF.toordinal(), "STUDY", plan.of("STUDY"), others=standing)
    return compile_rule(rule)(context)


@pytest.mark.parametrize("case", cases(), ids=lambda c: f"{c.section}-{c.then}")
def test_row(case: Case) -> None:
    outcome = outcome_of(case)
    said = why(outcome)
    assert verdict_of(outcome).value == case.then, said
    if case.because is not None:
        assert case.because in said


def test_the_manual_shows_these_tables() -> None:
    assert (ROOT / PAGE).read_text(encoding="utf-8") == render(), f"run: python -m tests.spec.manual > {PAGE}"
