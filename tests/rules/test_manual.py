"""The reference of the rule language is current, complete, and its examples read."""

from __future__ import annotations

from pathlib import Path

import pytest

from paratope.rules import nodes
from paratope.rules.attributes import ATTRIBUTES
from paratope.rules.manual import FILTERS, RULES, render_language, reserved_words
from paratope.rules.walk import FILTER_KINDS, RULE_KINDS, walk
from paratope.rules.written import parse_rule, write_rule
from paratope.terms import catalogue

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "rule-language.md"
EXAMPLES = [(kind, text) for examples in RULES.values() for kind, text in examples.items()]


def test_the_stored_page_is_current() -> None:
    stored = PAGE.read_text(encoding="utf-8")
    assert stored == render_language(), f"run: python -m paratope.rules.manual > docs/reference/{PAGE.name}"


def test_every_kind_of_node_is_on_the_page_once() -> None:
    assert [kind for kind, _ in EXAMPLES] == list(RULE_KINDS)
    assert list(FILTERS) == list(FILTER_KINDS)


@pytest.mark.parametrize(("kind", "text"), EXAMPLES, ids=[kind.__name__ for kind, _ in EXAMPLES])
def test_an_example_is_a_rule_of_its_kind_in_the_written_form(kind: type, text: str) -> None:
    rule = parse_rule(text, known=lambda name: catalogue().get(name) is not None)
    assert isinstance(rule, kind), rule
    assert write_rule(rule) == text


@pytest.mark.parametrize(("kind", "text"), FILTERS.items(), ids=[kind.__name__ for kind in FILTERS])
def test_an_example_is_a_filter_of_its_kind_in_the_written_form(kind: type, text: str) -> None:
    rule = parse_rule(f"any stroke where ({text})")
    assert isinstance(rule, nodes.Any), rule
    assert isinstance(rule.where, kind)
    assert write_rule(rule) == f"any stroke where ({text})"
    assert len(list(walk(rule))) >= 2


def test_the_tables_are_on_the_page() -> None:
    page = render_language()
    assert all(f"| `{name}` |" in page for name in ATTRIBUTES)
    assert all(f"`{anchor}`" in page for anchor in nodes.ANCHORS)
    assert "| unknown | false | false | unknown | unknown | unknown |" in page


@pytest.mark.parametrize("word", reserved_words())
def test_a_reserved_word_cannot_be_part_of_a_name(word: str) -> None:
    assert isinstance(parse_rule(f"observed red {word} blue"), tuple)
    assert isinstance(parse_rule(f"observed {word} blue"), tuple)
