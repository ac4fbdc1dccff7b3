"""What must hold of every rule and every patient, whatever the rule says."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paratope.protocol.model import Criterion
from paratope.rules import nodes as n
from paratope.rules.evaluate import compile_rule, explain
from paratope.screening import Effect
from paratope.screening.screen import effect_of
from paratope.truth import NOT, Kind, Truth, verdict_of
from tests.rules.universe import LEAVES, PARSED, completions, context, leaf, rules, states

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN


@settings(max_examples=300, deadline=None)
@given(rules, states)
def test_the_evaluator_is_never_surer_than_all_completions(
    rule: n.Rule, chosen: dict[str, int | None]
) -> None:
    """And so filling in a missing fact never turns a decided verdict around."""
    check = compile_rule(rule)
    partial = check(context(chosen)).truth
    if partial is U:
        return
    for filled in completions(rule, chosen):
        assert check(context(filled)).truth is partial


def test_how_often_it_is_less_sure_than_all_completions(capsys: pytest.CaptureFixture[str]) -> None:
    """A count to drive towards zero: Kleene's logic may say unknown where every completion agrees."""
    rng = random.Random(20260615)
    sure = less_sure = 0
    texts = sorted(LEAVES)
    for _ in range(1500):
        a, b, c = (PARSED[rng.choice(texts)] for _ in range(3))
        rule = rng.choice(
            [n.And((a, n.Or((b, c)))), n.Or((a, n.And((b, c)))), n.Unless(a, n.Or((b, c))), n.AtLeast(2, (a, b, c)),
             n.Or((n.And((a, b)), n.And((n.Not(a), c))))]
        )  # fmt: skip
        chosen = {slot: rng.choice([None, 0, 0, 1]) for slot in context({}).plan and _slots()}
        chosen = {
            slot: state if state is None else min(state, _sizes()[slot] - 1) for slot, state in chosen.items()
        }
        check = compile_rule(rule)
        partial = check(context(chosen)).truth
        values = {check(context(filled)).truth for filled in completions(rule, chosen)}
        if len(values) == 1 and U not in values:
            sure += 1
            less_sure += partial is U
    with capsys.disabled():
        print(
            f"\n[laws] sure by all completions: {sure}; left unknown by the evaluator: {less_sure / sure:.1%}"
        )
    assert sure > 300
    assert less_sure / sure < 0.10


def _slots() -> list[str]:
    from tests.rules.universe import SLOTS

    return sorted(SLOTS)


def _sizes() -> dict[str, int]:
    from tests.rules.universe import SLOTS

    return {slot: len(values) for slot, values in SLOTS.items()}


@settings(max_examples=200, deadline=None)
@given(rules, states)
def test_an_exclusion_and_its_negated_inclusion_agree(rule: n.Rule, chosen: dict[str, int | None]) -> None:
    world = context(chosen)
    excluding = Criterion(id="E1", section="exclusion", text="x", rule=rule)
    including = Criterion(id="I1", section="inclusion", text="x", rule=n.Not(rule))
    a, b = compile_rule(excluding.rule)(world), compile_rule(including.rule)(world)
    assert NOT[a.truth] is b.truth
    assert effect_of(excluding, verdict_of(a)) is effect_of(including, verdict_of(b))
    assert a.flips == b.flips


@settings(max_examples=200, deadline=None)
@given(rules, states)
def test_every_verdict_has_reasons_and_every_decision_rests_on_facts(
    rule: n.Rule, chosen: dict[str, int | None]
) -> None:
    outcome = compile_rule(rule)(context(chosen))
    assert outcome.reasons
    open_reasons = [r for r in outcome.reasons if r.kind not in (Kind.BECAUSE, Kind.NOTE)]
    assert bool(open_reasons) == (outcome.truth is U)
    if outcome.truth is not U:
        assert outcome.facts


@settings(max_examples=100, deadline=None)
@given(rules, states)
def test_presuming_absence_only_closes_and_says_so(rule: n.Rule, chosen: dict[str, int | None]) -> None:
    world, presuming = context(chosen), context(chosen)
    presuming.presume = True
    plain, presumed = compile_rule(rule)(world), compile_rule(rule)(presuming)
    if plain.truth is not U and not presumed.presumed:
        assert presumed.truth is plain.truth
    if plain.truth is U and presumed.truth is not U:
        assert presumed.presumed


@settings(max_examples=100, deadline=None)
@given(rules, states)
def test_the_derivation_agrees_with_the_verdict(rule: n.Rule, chosen: dict[str, int | None]) -> None:
    world = context(chosen)
    assert explain(rule, world).outcome == compile_rule(rule)(world)


@given(st.sampled_from(["missing", "negative", "positive"]), st.sampled_from(["missing", "below", "above"]))
def test_a_confirming_test_wins_over_its_screening_test_and_a_conflict_is_named(
    screen: str, own: str
) -> None:
    from paratope.patient.build import build_patient
    from paratope.patient.model import Result
    from paratope.rules.evaluate import Context
    from tests.rules.universe import TODAY, lab, when

    facts: list[object] = []
    if screen != "missing":
        facts.append(Result("HCV antibody", screen, "Observation/ab", when(3), screen))
    if own != "missing":
        facts.append(lab("HCV RNA", 5 if own == "below" else 500, high=15))
    rule = leaf("HCV RNA > 1 x ULN, tested only if HCV antibody is positive")
    outcome = compile_rule(rule)(Context(build_patient("X", facts), TODAY.toordinal(), "TEST"))  # type: ignore[arg-type]
    expected = {"above": T, "below": F, "missing": F if screen == "negative" else U}[own]
    assert outcome.truth is expected
    conflict = own == "above" and screen == "negative"
    assert any(r.code == "reflex.conflict" for r in outcome.reasons) == conflict


def test_effects_cover_every_verdict_and_role() -> None:
    from paratope.truth import Verdict

    rule = leaf("consent is signed")
    table = {
        ("inclusion", "gate"): ("pass", "fail", "open", "open"),
        ("exclusion", "gate"): ("fail", "pass", "open", "open"),
        ("inclusion", "cohort"): ("cohort_only",) * 4,
        ("exclusion", "illustrative"): ("illustrative",) * 4,
    }
    order = (Verdict.MET, Verdict.NOT_MET, Verdict.UNKNOWN, Verdict.JUDGEMENT)
    for (section, role), expected in table.items():
        criterion = Criterion(id="X", section=section, text="x", rule=rule, role=role)  # type: ignore[arg-type]
        assert tuple(effect_of(criterion, v) for v in order) == tuple(Effect(e) for e in expected)
