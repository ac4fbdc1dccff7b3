"""Numbers, dates of day and scores in a text field."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paratope.patient.fhir.numbers import Written, grade_word, plain_number, tidy, titre, written
from paratope.patient.fhir.shape import boolean, brief, number, objs, shown, text, texts, value_of

WRITTEN: list[tuple[str, Written | None]] = [
    ("118", Written(118, 118)),
    ("118 g/L", Written(118, 118, unit="g/L")),
    (".5", Written(0.5, 0.5)),
    ("5,8 g/dL", Written(5.8, 5.8, unit="g/dL")),
    ("1,234,567 /uL", Written(1234567, 1234567, unit="/uL")),
    ("1,234.5", Written(1234.5, 1234.5)),
    ("0,123", Written(0.123, 0.123)),
    ("1,200", None),
    ("1,23,4", None),
    ("1'200", Written(1200, 1200)),
    ("<0.1", Written(0, 0.1, False, True)),
    ("≤ 40 U/L", Written(0, 40, unit="U/L")),
    ("up to 40", Written(0, 40)),
    ("> 90 %", Written(90, math.inf, True, False, "%")),
    ("at least 3 months", Written(3, math.inf, unit="months")),
    ("＜０．１", Written(0, 0.1, False, True)),
    ("130-175 g/L", Written(130, 175, unit="g/L")),
    ("3.5 – 5.3 mmol/L", Written(3.5, 5.3, unit="mmol/L")),
    ("130 g/L - 175 g/L", Written(130, 175, unit="g/L")),
    ("175-130", None),
    ("1.2x10^6 /mL", Written(1.2e6, 1.2e6, unit="/mL")),
    ("1.2×10⁶", Written(1.2e6, 1.2e6)),
    ("2×10¹²", Written(2e12, 2e12)),
    ("3E5", Written(3e5, 3e5)),
    ("小于 20", Written(0, 20, False, True)),
    ("5 8", None),
    ("-5", None),
    ("about 5", None),
    ("5 to", Written(5, 5, unit="to")),
    ("", None),
    ("x" * 100, None),
    ("1e999", None),
]


@pytest.mark.parametrize(("said", "found"), WRITTEN)
def test_numbers_in_words(said: str, found: Written | None) -> None:
    assert written(said) == found


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("1:32", ("", 32)),
        ("<1:8", ("<", 8)),
        ("≥ 1 : 64", ("≥", 64)),
        ("1/16", ("", 16)),
        ("2:8", None),
        ("x", None),
    ],
)
def test_titres(said: str, found: tuple[str, int] | None) -> None:
    assert titre(said) == found


GRADES: list[tuple[str, tuple[int, int] | None]] = [
    ("ECOG 1", (1, 1)), ("1", (1, 1)), ("PS: 2", (2, 2)), ("ECOG PS 0", (0, 0)), ("1 - restricted", (1, 1)),
    ("2, up and about more than 50 % of waking hours", (2, 2)), ("ECOG 1-2", (1, 2)), ("0 or 1", (0, 1)),
    ("NYHA III", (3, 3)), ("class ii", (2, 2)), ("II-III", (2, 3)), ("2分", (2, 2)), ("90 %", (90, 90)),
    ("good", None), ("1 then 3", None), ("III-II", None), ("x" * 500, None),
]  # fmt: skip


@pytest.mark.parametrize(("said", "found"), GRADES)
def test_scores_in_words(said: str, found: tuple[int, int] | None) -> None:
    assert grade_word(said) == found


def test_superscripts_are_powers_and_never_digits() -> None:
    assert tidy("10⁶") == "10^6"
    assert tidy("10¹²") == "10^12"
    assert tidy("Ｈｂ  １１８") == "Hb 118"


@settings(max_examples=200)
@given(st.text(max_size=90))
def test_any_text_is_read_or_not(said: str) -> None:
    found = written(said)
    assert found is None or found.low <= found.high
    assert grade_word(said) is None or len(grade_word(said) or ()) == 2
    titre(said)
    plain = plain_number(said)
    assert plain is None or math.isfinite(plain)


@settings(max_examples=100)
@given(st.decimals(min_value=0, max_value=10**6, places=3))
def test_what_is_written_is_read_back(value: object) -> None:
    assert written(f"{value} g/L") == Written(float(str(value)), float(str(value)), unit="g/L")


# --- JSON of any shape ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "found"),
    [(1, 1.0), (1.5, 1.5), ("5.8", 5.8), (" -2 ", -2.0), ("５", None), (True, None), (None, None), ("", None),
     ("1e3", 1000.0),
     (math.nan, None), (math.inf, None), (10**400, None), ([1], None), ("1.2.3", None), ("9" * 50, None),
     ("+-5", None), ("1e999", None)],
)  # fmt: skip
def test_numbers_of_any_type(raw: object, found: float | None) -> None:
    assert number(raw) == found


def test_shapes_of_any_type() -> None:
    assert objs([{"a": 1}, 2, None, {}]) == [{"a": 1}, {}]
    assert objs({"a": 1}) == [{"a": 1}]
    assert objs("x") == objs(None) == []
    assert text(" x ") == "x"
    assert text(" ") is text(1) is text(None) is None
    assert texts(["a", 1, " "]) == ["a"]
    assert texts("a") == ["a"]
    assert texts(None) == []
    assert [boolean(v) for v in (True, False, "true", "false", "yes", 1, None)] == [
        True,
        False,
        True,
        False,
        None,
        None,
        None,
    ]
    assert value_of({"valueString": None, "valueInteger": 3}) == ("Integer", 3)
    assert value_of({"value": 3, "valueset": 4}) == ("", None)
    assert (shown(0.62), shown(1234567.0), brief(79.561527), brief(1234567.4)) == (
        "0.62",
        "1234567",
        "79.56",
        "1234567",
    )
