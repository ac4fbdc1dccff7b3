"""Going through rules: nothing inside a rule is overlooked."""

from __future__ import annotations

import dataclasses
from typing import Any, get_type_hints

from hypothesis import given, settings

from paratope.rules import nodes
from paratope.rules.nodes import Any as AnyEntry
from paratope.rules.walk import FILTER_KINDS, RULE_KINDS, children, concepts_used, walk, windows_used
from paratope.rules.written import parse_rule
from tests.rules import strategies

TEXT = """
if the patient is female and any stroke, epilepsy where (kind of dementia and not inactive within 2 years before today)
then each of ALT, AST on room air <= 2.5 x ULN, relaxed to 5 x ULN
    with (observed liver metastases and no stroke since consent)
  or HER2 scored 2+ by IHC or stated life expectancy >= 3 months or HBsAg is positive
"""


def rule() -> nodes.Rule:
    read = parse_rule(TEXT)
    assert not isinstance(read, tuple), read
    return read


def test_nodes_come_in_the_order_in_which_they_are_written() -> None:
    kinds = [type(node).__name__ for node in walk(rule())]
    assert kinds == [
        "Applies", "And", "Trait", "Any", "AllOf", "IsA", "But", "InactiveIn",
        "Or", "Compare", "And", "FlagIs", "Not", "Any", "Scored", "Stated", "ResultIs",
    ]  # fmt: skip


def test_children_are_only_those_directly_inside() -> None:
    assert [type(node).__name__ for node in children(rule())] == ["And", "Or"]
    assert children(nodes.Trait("female")) == ()


def test_each_concept_once_in_the_order_of_use() -> None:
    assert concepts_used(rule()) == (
        "stroke", "epilepsy", "dementia", "ALT", "AST", "liver metastases", "HER2", "life expectancy", "HBsAg",
    )  # fmt: skip


def test_windows() -> None:
    assert windows_used(rule()) == (
        nodes.Window((nodes.Span(2, "years"),), "before", ("today",)),
        nodes.Window((), "since", ("consent",)),
    )
    steroid = nodes.SteroidDose(">", nodes.Amount(10, "mg/d"), None, nodes.Window((), "since", ("consent",)))
    entry = AnyEntry(("x",), nodes.TreatedIn(nodes.Window((), "since", ("screening",))), steroid.window)
    assert [window.anchors for window in windows_used(nodes.And((steroid, entry)))] == [
        ("consent",), ("consent",), ("screening",),
    ]  # fmt: skip


NOT_CONCEPTS = {
    ("Compare", "op"), ("Compare", "condition"), ("LesionCount", "op"), ("SteroidDose", "op"), ("ResultIs", "value"),
    ("Trait", "name"), ("Stained", "op"), ("HScore", "op"), ("Stated", "op"), ("Stated", "value"), ("Judged", "value"),
    ("Withheld", "what"), ("Unread", "words"), ("Criterion", "id"), ("Yes", "attribute"), ("Holds", "attribute"),
    ("Holds", "op"), ("Holds", "value"), ("OneOf", "attribute"), ("OneOf", "words"), ("Reserved", "what"),
}  # fmt: skip


def test_every_field_of_words_holds_concepts_or_is_known_not_to() -> None:
    for kind in RULE_KINDS + FILTER_KINDS:
        for name, hint in get_type_hints(kind, vars(nodes)).items():
            if hint not in (str, tuple[str, ...], str | None, str | nodes.Amount, nodes.Amount | str):
                continue
            node = object.__new__(kind)
            for field in dataclasses.fields(kind):
                object.__setattr__(node, field.name, ())
            object.__setattr__(node, name, "a" if hint is not tuple[str, ...] else ("a",))
            assert (concepts_used(node) == ()) == ((kind.__name__, name) in NOT_CONCEPTS), (kind, name)


def everything_in(value: Any) -> list[Any]:
    """All nodes in a value, by brute force through every field."""
    if isinstance(value, tuple):
        return [node for each in value for node in everything_in(each)]
    if dataclasses.is_dataclass(value):
        inside = [node for f in dataclasses.fields(value) for node in everything_in(getattr(value, f.name))]
        return ([value] if type(value) in RULE_KINDS + FILTER_KINDS else []) + inside
    return []


@settings(max_examples=60, deadline=None)
@given(strategies.rules())
def test_nothing_is_overlooked(rule: nodes.Rule) -> None:
    assert list(walk(rule)) == everything_in(rule)
