"""`implies` and `excludes`: what they show, what they leave open, and that the evaluator never disagrees."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paratope.protocol.lint import excludes, implies
from paratope.protocol.lint.normal import Scope, clauses, normal, passing, size
from paratope.rules import nodes as n
from paratope.rules.evaluate import compile_rule
from paratope.rules.nodes import Rule
from paratope.truth import Truth
from tests.protocol.small import rule
from tests.rules.universe import PARSED, context, states

# What follows from what. The first column is narrower, so it never follows from the second.
FOLLOWS = [
    # connectives
    ("HBsAg is positive and consent is signed", "HBsAg is positive"),
    ("HBsAg is positive", "HBsAg is positive or consent is signed"),
    ("HBsAg is positive unless consent is signed", "HBsAg is positive"),
    ("consent is signed", "if HBsAg is positive then consent is signed"),
    ("HBsAg is positive and HIV antibody is positive and consent is signed",
     "at least 2 of (HBsAg is positive; HIV antibody is positive; consent is signed)"),
    ("at least 2 of (HBsAg is positive; HIV antibody is positive; consent is signed)",
     "at least 1 of (HBsAg is positive; HIV antibody is positive; consent is signed)"),
    ("(HBsAg is positive or HIV antibody is positive) and consent is signed",
     "HIV antibody is positive or HBsAg is positive"),
    ("not (HBsAg is positive or consent is signed)", "not consent is signed"),
    ("not (if HBsAg is positive then consent is signed)", "HBsAg is positive"),
    # limits
    ("haemoglobin >= 100 g/L", "haemoglobin >= 90 g/L"),
    ("haemoglobin > 90 g/L", "haemoglobin >= 90 g/L"),
    ("haemoglobin > 9 g/dL", "haemoglobin >= 90 g/L"),
    ("haemoglobin >= 10 g/dL", "haemoglobin >= 90 g/L"),
    ("creatinine <= 1 mg/dL", "creatinine <= 100 umol/L"),
    ("haemoglobin = 95 g/L", "haemoglobin between 90 and 100 g/L"),
    ("haemoglobin between 90 and 100 g/L", "haemoglobin >= 90 g/L"),
    ("haemoglobin < 80 g/L", "not haemoglobin >= 90 g/L"),
    ("each of ALT, AST <= 2.5 x ULN", "AST <= 2.5 x ULN"),
    ("ALT <= 2.5 x ULN", "ALT <= 2.5 x ULN, relaxed to 5 x ULN with (observed liver metastases)"),
    ("ALT <= 2.5 x ULN, relaxed to 5 x ULN with (observed liver metastases)", "ALT <= 5 x ULN"),
    ("potassium within the normal range and haemoglobin >= 90 g/L", "potassium <= 1 x ULN"),
    ("age at consent < 70 years", "age at consent <= 70 years"),
    ("ECOG <= 1", "ECOG < 3"),
    ("stated life expectancy >= 6 months", "stated life expectancy >= 12 weeks"),
    ("measurable lesions up to 60 mm >= 1", "measurable lesions >= 1"),
    ("measurable lesions >= 2", "measurable lesions >= 1"),
    ("H-score of HER2 >= 200", "H-score of HER2 >= 150"),
    ("PSMA stained 3+ in >= 30 % of cells by IHC", "PSMA stained at least 2+ in >= 30 % of cells by IHC"),
    ("PSMA stained at least 3+ in >= 30 % of cells by IHC", "PSMA stained at least 2+ in >= 10 % of cells by IHC"),
    ("HER2 scored 3+ by IHC", "HER2 scored 2+, 3+ by IHC"),
    ("prednisone-equivalent dose > 10 mg/d within 14 days before screening",
     "prednisone-equivalent dose > 5 mg/d within 1 month before screening"),
    # things: breadth, window, filter
    ("any type 1 diabetes", "any autoimmune disease"),
    ("no autoimmune disease", "no type 1 diabetes"),
    ("any stroke", "any stroke, epilepsy"),
    ("no stroke, epilepsy", "no epilepsy"),
    ("any stroke within 6 months before screening", "any stroke"),
    ("no stroke", "no stroke within 6 months before screening"),
    ("any stroke within 4 weeks before consent", "any stroke within 1 month before consent"),
    ("any stroke within 4 weeks before consent", "any stroke within 4 weeks before either of consent, screening"),
    ("any chemotherapy within the shorter of 2 weeks and 5 half-lives before apheresis",
     "any chemotherapy within 4 weeks before apheresis"),
    ("any radiotherapy within 4 weeks before apheresis", "any anticancer treatment within 4 weeks before apheresis"),
    ("any stroke where (symptomatic and grade >= 3)", "any stroke where (grade >= 2)"),
    ("any stroke where (symptomatic)", "any stroke where (symptomatic or not controlled)"),
    ("any infection where (not (symptomatic or treated))", "any infection where (not treated)"),
    ("any infection where (severity >= severe)", "any infection where (severity >= moderate)"),
    ("any infection where (severity = severe)", "any infection where (severity >= moderate)"),
    ("any infection where (not grade >= 3)", "any infection where (grade < 4)"),
    ("any radiotherapy where (outcome is progression)", "any radiotherapy where (outcome is progression, intolerance)"),
    ("any type 1 diabetes", "any autoimmune disease where (kind of type 1 diabetes, psoriasis)"),
    ("any psoriasis where (not controlled)",
     "any autoimmune disease where (not kind of type 1 diabetes or not controlled)"),
    ("any other malignancy where (inactive within 5 years before today)",
     "any other malignancy where (inactive within 2 years before today)"),
    ("any other malignancy where (last treated within 4 weeks before today)",
     "any other malignancy where (last treated within 8 weeks before today)"),
    ("the cancer is diffuse large B-cell lymphoma", "the cancer is B-cell lymphoma, multiple myeloma"),
    ("the cancer is multiple myeloma where (status is relapsed)",
     "the cancer is any where (status is relapsed, refractory)"),
    ("the cancer is multiple myeloma where (status is relapsed)", "the cancer is multiple myeloma"),
]  # fmt: skip

# Related, but neither follows from the other.
OPEN = [
    ("HBsAg is positive", "HBsAg is negative"),
    ("HBsAg is positive or consent is signed", "HBsAg is positive or HIV antibody is positive"),
    ("haemoglobin >= 90 g/L", "haemoglobin >= 1 x LLN"),
    ("haemoglobin >= 90 g/L", "neutrophils >= 90 10*9/L"),
    ("oxygen saturation on room air > 90 %", "oxygen saturation >= 90 %"),
    ("any stroke within 4 weeks before consent", "any stroke within 4 weeks before screening"),
    ("any stroke within 30 days before consent", "any stroke within 1 month before consent"),
    ("any stroke within 4 weeks before consent", "any stroke within 4 weeks after consent"),
    ("any stroke within an unpublished window before consent", "any stroke within 4 weeks before consent"),
    (
        "any chemotherapy within 5 half-lives before apheresis",
        "any chemotherapy within 4 weeks before apheresis",
    ),
    ("any stroke where (symptomatic)", "any stroke where (controlled)"),
    ("any type 1 diabetes where (controlled)", "any autoimmune disease where (not kind of psoriasis)"),
    ("any stroke where (grade >= 3)", "any epilepsy where (grade >= 3)"),
    ("PSMA stained 2+ in >= 30 % of cells by IHC", "PSMA stained at least 3+ in >= 30 % of cells by IHC"),
    ("PSMA stained 2+ in >= 30 % of cells by IHC", "FAP stained 2+ in >= 30 % of cells by IHC"),
    ("the cancer is any where (status is relapsed)", "the cancer is multiple myeloma"),
    ("prednisone-equivalent dose > 10 mg/d", "prednisone-equivalent dose <= 10 mg/d"),
    ('not in the public record: "a"', 'not in the public record: "b"'),
    ("stated venous access is adequate", "the investigator judges venous access is adequate"),
]

EXCLUDES = [
    ("haemoglobin >= 90 g/L", "haemoglobin < 80 g/L"),
    ("haemoglobin >= 9 g/dL", "haemoglobin = 80 g/L"),
    ("no infection", "any GAS pharyngitis"),
    ("no stroke", "any stroke within 6 months before screening"),
    ("HBsAg is positive", "HBsAg is negative"),
    ("the patient is male", "the patient is female"),
    ("stated access to other trials is yes", "stated access to other trials is no"),
    ("consent is signed and no stroke", "not consent is signed or any stroke"),
    ("LVEF >= 50 %", "any heart failure where (NYHA class >= 3) and LVEF < 50 %"),
]


@pytest.mark.parametrize(("narrow", "wide"), FOLLOWS)
def test_what_follows(narrow: str, wide: str) -> None:
    assert implies(rule(narrow), rule(wide))
    assert not implies(rule(wide), rule(narrow))
    assert implies(n.Not(rule(wide)), n.Not(rule(narrow)))


@pytest.mark.parametrize(("one", "other"), OPEN)
def test_what_does_not_follow(one: str, other: str) -> None:
    assert not implies(rule(one), rule(other))
    assert not implies(rule(other), rule(one))


@pytest.mark.parametrize(("one", "other"), EXCLUDES)
def test_what_cannot_both_be_true(one: str, other: str) -> None:
    assert excludes(rule(one), rule(other))
    assert excludes(rule(other), rule(one))
    assert not implies(rule(one), rule(other))


def test_a_confirming_test_counts_on_the_safe_side() -> None:
    reflex = rule("HCV RNA > 1 x ULN, tested only if HCV antibody is positive")
    own, screen = rule("HCV RNA > 1 x ULN"), rule("HCV antibody is positive")
    assert implies(reflex, own)
    assert implies(n.Not(own), n.Not(reflex))
    # A negative antibody does not settle it when the RNA itself is positive, and it may be the only reason.
    assert not implies(n.Not(screen), n.Not(reflex))
    assert not implies(n.Not(reflex), n.Not(own))


def test_readings_are_true_or_false_only_together() -> None:
    both = rule("by one reading (HBsAg is positive), by another (consent is signed)")
    assert implies(both, rule("HBsAg is positive and consent is signed"))
    assert implies(n.Not(both), rule("not HBsAg is positive and not consent is signed"))
    assert not implies(rule("not HBsAg is positive"), n.Not(both))


def test_references_are_followed_once() -> None:
    scope = Scope(
        {"A": rule("criterion B holds and consent is signed"), "B": rule("any stroke")},
        (rule("any epilepsy"),),
    )
    assert implies(rule("criterion A holds"), rule("any stroke"), scope)
    assert implies(rule("any epilepsy"), rule("fits a cohort"), scope)
    assert not implies(rule("criterion A holds"), rule("any stroke"))
    circle = Scope({"A": rule("criterion B holds"), "B": rule("criterion A holds")})
    assert not implies(rule("criterion A holds"), rule("consent is signed"), circle)


def test_a_rule_that_grows_too_large_is_kept_whole() -> None:
    many = tuple(n.ResultIs(f"t{i}", "positive") for i in range(12))
    assert normal(n.AtLeast(6, many), weaker=True) == n.AtLeast(6, many)
    assert size(normal(n.AtLeast(2, many[:4]), weaker=True)) == 12
    assert implies(n.AtLeast(6, many), n.AtLeast(6, many))
    assert implies(rule("consent is signed"), n.Not(n.AtLeast(3, many[:2])))


def test_passing_an_exclusion_is_its_text_being_false() -> None:
    text = rule("any stroke, epilepsy unless consent is signed")
    (demand,) = clauses(passing(text, "exclusion", weaker=False))
    assert demand == n.Or((n.And((rule("no stroke"), rule("no epilepsy"))), rule("consent is signed")))
    assert passing(text, "inclusion", weaker=False) != demand


# --- against the evaluator -----------------------------------------------------------------------------------

MORE = [
    "haemoglobin >= 9.5 g/dL", "haemoglobin between 80 and 100 g/L", "ALT <= 5 x ULN",
        "any stroke within 1 year before consent",
    "any stroke within 8 weeks before screening", "any stroke, epilepsy", "any other malignancy",
    "any basal cell carcinoma where (not active)", "any anticancer treatment within 4 weeks before administration",
    "any other malignancy where (not active or kind of papillary thyroid carcinoma)", "HBsAg is negative",
    "stated venous access is inadequate", "any chemotherapy within 14 days before administration",
]  # fmt: skip

leaves = st.sampled_from([*PARSED.values(), *map(rule, MORE)])


def _compound(inner: st.SearchStrategy[Rule]) -> st.SearchStrategy[Rule]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        several.map(n.And), several.map(n.Or), inner.map(n.Not), st.builds(n.Unless, inner, inner),
        st.builds(n.AtLeast, st.integers(1, 2), several), st.builds(n.Applies, inner, inner), several.map(n.Readings),
        st.builds(n.Reflex, inner, inner),
    )  # fmt: skip


rules = st.recursive(leaves, _compound, max_leaves=4)
related = st.one_of(
    st.tuples(rules, rules),
    st.tuples(rules, rules).map(lambda p: (n.And(p), p[1])),
    st.tuples(rules, rules).map(lambda p: (p[0], n.Or(p))),
    st.tuples(leaves, leaves),
    st.tuples(leaves, leaves).map(lambda p: (n.Not(p[0]), n.Not(p[1]))),
)


@settings(max_examples=200, deadline=None)
@given(related, st.lists(states, min_size=1, max_size=4))
def test_the_evaluator_agrees_with_every_implication(
    pair: tuple[Rule, Rule], worlds: list[dict[str, int | None]]
) -> None:
    a, b = pair
    follows, ruled_out = implies(a, b), excludes(a, b)
    for world in worlds:
        if compile_rule(a)(context(world)).truth is Truth.TRUE:
            truth = compile_rule(b)(context(world)).truth
            assert not follows or truth is Truth.TRUE
            assert not ruled_out or truth is Truth.FALSE


@settings(max_examples=200, deadline=None)
@given(rules, st.booleans(), states)
def test_the_weaker_form_holds_and_the_stronger_form_suffices(
    a: Rule, true: bool, world: dict[str, int | None]
) -> None:
    wanted = Truth.TRUE if true else Truth.FALSE
    weaker, stronger = (normal(a, true=true, weaker=w) for w in (True, False))
    held = compile_rule(a)(context(world)).truth is wanted
    if held:
        assert compile_rule(weaker)(context(world)).truth is Truth.TRUE
    if compile_rule(stronger)(context(world)).truth is Truth.TRUE:
        assert held
