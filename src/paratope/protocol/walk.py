"""What a rule refers to: names by the part of the sentence they stand in, and other criteria."""

from __future__ import annotations

from typing import Any

from paratope.rules import nodes
from paratope.rules.nodes import Filter, Rule
from paratope.rules.walk import walk

NAMING: dict[type[Any], tuple[str, str]] = {
    nodes.Compare: ("measures", "measure"),
    nodes.Normal: ("measures", "measure"),
    nodes.Any: ("concepts", "entry"),
    nodes.CancerIs: ("concepts", "cancer"),
    nodes.ResultIs: ("test", "test"),
    nodes.FlagIs: ("concept", "flag"),
    nodes.Expresses: ("antigen", "antigen"),
    nodes.Scored: ("antigen", "antigen"),
    nodes.Amplified: ("antigen", "antigen"),
    nodes.Stained: ("antigen", "antigen"),
    nodes.HScore: ("antigen", "antigen"),
    nodes.Stated: ("topic", "statement"),
    nodes.Judged: ("topic", "statement"),
    nodes.IsA: ("concepts", "entry"),
}
"""The field of each node that holds concept names, and what sort of name it is."""


def names_at(part: Rule | Filter) -> tuple[tuple[str, str], ...]:
    """(sort of name, name) for the names in a node itself, not in what it holds."""
    field, role = NAMING.get(type(part), (None, ""))
    if field is None:
        return ()
    value = getattr(part, field)
    return tuple((role, name) for name in value) if isinstance(value, tuple) else ((role, value),)


def criteria_used(rule: Rule) -> tuple[str, ...]:
    """The ids of the criteria that the rule refers to."""
    return tuple(part.id for part in walk(rule) if isinstance(part, nodes.Criterion))
