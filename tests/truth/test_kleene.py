"""Every cell of Kleene's tables, written as a reader of the manual sees them."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paratope.truth import AND, NOT, OR, Kind, Outcome, Reason, Truth, Verdict, at_least, unknown, verdict_of

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN
LETTER = {"T": T, "F": F, "?": U}

TABLE = """
a b | and or
T T |  T  T
T F |  F  T
T ? |  ?  T
F T |  F  T
F F |  F  F
F ? |  F  ?
? T |  ?  T
? F |  F  ?
? ? |  ?  ?
"""


@pytest.mark.parametrize("row", TABLE.strip().splitlines()[1:])
def test_and_or(row: str) -> None:
    a, b, _, conjunction, disjunction = row.split()
    assert AND[LETTER[a], LETTER[b]] is LETTER[conjunction]
    assert OR[LETTER[a], LETTER[b]] is LETTER[disjunction]


def test_tables_are_complete() -> None:
    assert set(AND) == set(OR) == set(product(Truth, Truth))
    assert {a: NOT[a] for a in Truth} == {T: F, F: T, U: U}


@given(st.sampled_from(Truth), st.sampled_from(Truth))
def test_de_morgan(a: Truth, b: Truth) -> None:
    assert NOT[AND[a, b]] is OR[NOT[a], NOT[b]]
    assert NOT[OR[a, b]] is AND[NOT[a], NOT[b]]


@given(st.integers(0, 6), st.lists(st.sampled_from(Truth), max_size=6))
def test_at_least_agrees_with_every_completion(k: int, values: list[Truth]) -> None:
    completed = [
        sum(v is T for v in filled) >= k
        for filled in product(*[[v] if v is not U else [T, F] for v in values])
    ]
    expected = T if all(completed) else U if any(completed) else F
    assert at_least(k, values) is expected


@given(st.lists(st.sampled_from(Truth), min_size=1, max_size=6))
def test_at_least_one_is_or_and_all_is_and(values: list[Truth]) -> None:
    disjunction, conjunction = F, T
    for v in values:
        disjunction, conjunction = OR[disjunction, v], AND[conjunction, v]
    assert at_least(1, values) is disjunction
    assert at_least(len(values), values) is conjunction


def test_a_truth_has_no_truth() -> None:
    with pytest.raises(TypeError):
        bool(T)


MISSING = Reason(Kind.MISSING, "measure.missing", ("haemoglobin",), "haemoglobin")
JUDGE = Reason(Kind.JUDGEMENT, "judgement.reserved", ("x",), "x")
TOLD = Reason(Kind.BECAUSE, "reflex.screen_negative")


@pytest.mark.parametrize(
    ("outcome", "verdict"),
    [
        (Outcome(T, (TOLD,)), Verdict.MET),
        (Outcome(F, (TOLD,)), Verdict.NOT_MET),
        (unknown(MISSING), Verdict.UNKNOWN),
        (unknown(JUDGE), Verdict.JUDGEMENT),
        (Outcome(U, (JUDGE, MISSING)), Verdict.UNKNOWN),
        (Outcome(U, (JUDGE, TOLD)), Verdict.JUDGEMENT),
        (Outcome(U), Verdict.UNKNOWN),
    ],
)
def test_an_open_outcome_is_judgement_only_if_no_fact_is_missing(outcome: Outcome, verdict: Verdict) -> None:
    assert verdict_of(outcome) is verdict


@pytest.mark.parametrize("kind", [k for k in Kind if k not in (Kind.BECAUSE, Kind.NOTE)])
def test_every_open_kind_has_a_word(kind: Kind) -> None:
    verdict = verdict_of(unknown(Reason(kind, "x")))
    assert verdict is (Verdict.JUDGEMENT if kind is Kind.JUDGEMENT else Verdict.UNKNOWN)
