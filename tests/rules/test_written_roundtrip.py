"""What is written is read back as the same rule, whatever the rule."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paratope.rules import nodes
from paratope.rules.walk import FILTER_KINDS, RULE_KINDS, children, walk
from paratope.rules.written import parse_rule, write_rule
from tests.rules import strategies

PARTS = {nodes.Amount, nodes.Multiple, nodes.Span, nodes.Window}


def test_every_kind_of_node_is_generated() -> None:
    declared = {
        each for each in vars(nodes).values()
        if isinstance(each, type) and dataclasses.is_dataclass(each) and each.__module__ == nodes.__name__
    }  # fmt: skip
    assert set(RULE_KINDS) | set(FILTER_KINDS) == declared - PARTS
    assert declared - PARTS == strategies.GENERATED


@pytest.mark.parametrize("kind", RULE_KINDS, ids=lambda kind: kind.__name__)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_each_kind_of_rule_reads_back(kind: type, data: st.DataObject) -> None:
    rule = data.draw(strategies.rule_of(kind))
    assert isinstance(rule, kind)
    assert parse_rule(write_rule(rule)) == rule


@pytest.mark.parametrize("kind", FILTER_KINDS, ids=lambda kind: kind.__name__)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_each_kind_of_filter_reads_back(kind: type, data: st.DataObject) -> None:
    item = data.draw(strategies.filter_of(kind))
    assert isinstance(item, kind)
    rule = nodes.Any(("stroke",), item)
    assert parse_rule(write_rule(rule)) == rule


def depth(node: object) -> int:
    return 1 + max((depth(child) for child in children(node)), default=0)


@settings(max_examples=100, deadline=None)
@given(strategies.deep_rules(4))
def test_deep_rules_read_back(rule: nodes.Rule) -> None:
    assert depth(rule) > 4
    assert parse_rule(write_rule(rule)) == rule


@settings(max_examples=100, deadline=None)
@given(strategies.rules(), st.sampled_from([10, 40, 88]))
def test_laid_out_rules_read_back(rule: nodes.Rule, width: int) -> None:
    laid_out = write_rule(rule, width=width)
    assert parse_rule(laid_out) == rule
    assert all(line == line.rstrip() and line for line in laid_out.split("\n"))


@settings(max_examples=100, deadline=None)
@given(strategies.rules())
def test_there_is_one_written_form(rule: nodes.Rule) -> None:
    once = write_rule(rule)
    again = parse_rule(once)
    assert not isinstance(again, tuple)
    assert write_rule(again) == once
    assert "\n" not in once
    one_line = write_rule(rule, width=10**6)
    assert one_line == once


@settings(max_examples=100, deadline=None)
@given(strategies.rules())
def test_white_space_outside_quotes_does_not_matter(rule: nodes.Rule) -> None:
    if any(isinstance(each, (nodes.Withheld, nodes.Unread, nodes.Reserved)) for each in walk(rule)):
        return
    spread = "\n\t" + write_rule(rule).replace(" ", " \n \u00a0") + "\r\n"
    assert parse_rule(spread) == rule


WORDS = [
    "haemoglobin", ">=", "<", "90", "g/L", "%", "x ULN", "and", "or", "not", "no", "any", "(", ")", ",", ";", "where",
    "unless", "if", "then", "stroke", "is", "positive", "within 4 weeks before", "screening", '"', "each of",
    "by one reading", "observed", "at least", "2", "of", "acute", "kind of", "relaxed to", "with", "\n", "“",
]  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60) | st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join))
def test_any_text_is_a_rule_or_has_problems_in_it(text: str) -> None:
    result = parse_rule(text)
    if isinstance(result, tuple):
        assert result
        lines = text.split("\n")
        for problem in result:
            assert problem.message
            assert 1 <= problem.line <= len(lines)
            assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
    else:
        assert parse_rule(write_rule(result)) == result
