"""The tables the program reads with are those of the grammar, and the grammar says what the rest of the code says."""

from __future__ import annotations

import inspect
from importlib.resources import files

from paratope.rules import written
from paratope.rules.attributes import ATTRIBUTES
from paratope.rules.manual import reserved_words
from paratope.rules.written import automaton, complaints, tables
from paratope.rules.written.build import Builder
from paratope.rules.written.make_tables import make_tables


def test_the_tables_are_made_from_the_grammar_as_it_stands() -> None:
    stored = files(written).joinpath("tables.py").read_text(encoding="utf-8")
    assert stored == make_tables(), "run: python -m paratope.rules.written.make_tables"


def test_every_grammar_rule_has_a_builder_that_takes_its_children() -> None:
    for _, _, build, children, splice in tables.RULES:
        if build:
            signature = inspect.signature(getattr(Builder(), build))
            signature.bind(*(None for _ in children))
            assert not splice or any(p.kind is p.VAR_POSITIONAL for p in signature.parameters.values()), build


def test_every_terminal_can_be_named_in_a_message() -> None:
    for row in tables.ACTIONS:
        for terminal in row:
            said = complaints.in_words(frozenset({terminal}))
            assert said
            assert all(words and "_" not in words for words in said), terminal


def test_attributes_with_reserved_words_are_fixed_phrases() -> None:
    reserved = set(reserved_words())
    with_reserved = {name for name in ATTRIBUTES if reserved & set(name.split())}
    assert {phrase for phrase, terminal in tables.PHRASES.items() if terminal == "ATTRIBUTE"} == with_reserved


def test_no_phrase_is_lost_in_the_lookup() -> None:
    found = [phrase for phrases in automaton._PHRASES.values() for phrase, _, _ in phrases]
    assert sorted(found) == sorted(tables.PHRASES)
