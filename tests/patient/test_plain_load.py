"""From text to data: nothing is guessed, everything has its line, and no text makes it raise."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from paratope.patient.plain.load import DEEPEST, Document, load, place


def one(text: str) -> Document:
    (document,) = load(text)
    return document


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("off", "off"),
        ("1:30", "1:30"),
        ("010", "010"),
        ("0x1F", "0x1F"),
        ("5.80", "5.80"),
        ("1e3", "1e3"),
        ("2026-05-01", "2026-05-01"),
        ("2+", "2+"),
        ("=", "="),
        ("NaN", "NaN"),
        (".inf", ".inf"),
        ('"null"', "null"),
        ("'~'", "~"),
        ("null", None),
        ("~", None),
        ("", None),
    ],
)
def test_a_scalar_stays_as_written(written: str, kept: str | None) -> None:
    assert one(f"field: {written}\n").data == {"field": kept}


def test_names_stay_as_written_too() -> None:
    assert one("{on: 1, no: 2, 1: 3}").data == {"on": "1", "no": "2", "1": "3"}


def test_lines_are_those_of_the_names() -> None:
    document = one("labs:\n  - is: ALT\n    value:\n      32 U/L\n  -\n    is: AST\n")
    assert document.lines[("labs",)] == 1
    assert document.lines[("labs", 0, "value")] == 3
    assert document.lines[("labs", 1, "is")] == 6


def test_json_has_lines_exact_numbers_and_tabs() -> None:
    document = one('{\n\t"a": 5.80,\n\t"b": [true, null, 1e400]\n}')
    assert document.data == {"a": "5.80", "b": [True, None, "1e400"]}
    assert document.lines[("b", 1)] == 3


def test_json_is_read_though_yaml_could_not() -> None:
    assert one('{"a": "\\ud83d\\ude00"}').data == {"a": "😀"}


@pytest.mark.parametrize("text", ['{"a": 1, "b": 2, "a": 3}', "a: 1\nb: 2\na: 3\n"])
def test_a_name_written_twice_is_told_and_the_first_kept(text: str) -> None:
    document = one(text)
    assert document.data == {"a": "1", "b": "2"}
    (problem,) = document.problems
    assert problem.place == "$.a"
    assert "twice" in problem.message


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: > 1000\n", 1, 'must stand in quotes: "> 1000"'),
        ("a: 1\nb: {v: > 1000 /uL, w: 2}\n", 2, 'must stand in quotes: "> 1000 /uL"'),
        ("a: %x\n", 1, "must stand in quotes"),
        ("a:\n\tb: 1\n", 2, "tab"),
        ("note: pain: severe\n", 1, "a text with a colon in it must stand in quotes"),
        ("a: [1, 2\nb: 3\n", 2, "line 1 is not finished"),
        ("a: &x 1\nb: *x\n", 2, "anchors and aliases"),
        ("? [a]\n: 1\n", 1, "a name must stand before the colon"),
        ("a: \0\n", None, "not a text file"),
        ("[" * 200, None, f"more than {DEEPEST} deep"),
        ("- " * 200 + "x", 1, f"more than {DEEPEST} deep"),
    ],
)
def test_what_cannot_be_read_is_told_in_plain_words(text: str, line: int | None, words: str) -> None:
    problems = [p for d in load(text) for p in d.problems]
    assert any(words in p.message and p.line == line for p in problems), problems


@pytest.mark.parametrize("piece", ["- ", "? ", "[", "{a: ", "!a ", "&a ", "a:\n ", '{"a":'])
def test_depth_without_end_is_refused_not_recursed_into(piece: str) -> None:
    for document in load(piece * 50_000 + "x"):
        assert document.problems


def test_several_documents() -> None:
    assert [d.data for d in load("a: 1\n---\na: 2\n")] == [{"a": "1"}, {"a": "2"}]
    assert load("# nothing but a comment\n") == ()


def test_places() -> None:
    assert place(("labs", 2, "value")) == "$.labs[2].value"
    assert place(()) == "$"


@settings(max_examples=150, deadline=None)
@given(st.text() | st.text(alphabet="abon:{}[],- \n\t'\"#&*!|>%@019?~\\", max_size=40))
def test_no_text_makes_it_raise(text: str) -> None:
    for document in load(text):
        assert document.data is not None or document.problems


scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
trees = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)


def as_texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: as_texts(v) for k, v in value.items()}
    if isinstance(value, list):
        return [as_texts(v) for v in value]
    return json.dumps(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.text(), trees, max_size=3))
def test_json_is_read_as_json(value: dict[str, Any]) -> None:
    document = one(json.dumps(value))
    assert (document.data, document.problems) == (as_texts(value), ())


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="ab:{}[],- \n'\"#019?", max_size=30))
def test_yaml_is_read_as_the_reference_parser_reads_it(text: str) -> None:
    """Oracle: PyYAML's BaseLoader, which keeps scalars as texts, wherever it reads the text at all."""
    try:
        expected = [d for d in yaml.load_all(text, Loader=yaml.BaseLoader) if d not in ("", None)]
    except (yaml.YAMLError, RecursionError, TypeError):
        return
    documents = load(text)
    if not any(d.problems for d in documents):
        assert [blank(d.data) for d in documents if d.data not in ("", None)] == [blank(d) for d in expected]


def blank(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: blank(v) for k, v in value.items()}
    if isinstance(value, list):
        return [blank(v) for v in value]
    return None if value == "" else value
