"""What a rule refers to: names by the part of the sentence they stand in, and other criteria."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from paratope.rules import nodes
from paratope.rules.nodes import Rule
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


def names_used(rule: Rule) -> Iterator[tuple[str, str]]:
    """(sort of name, name), in the order of the rule; a name used twice comes twice."""
    for part in walk(rule):
        field, role = NAMING.get(type(part), (None, ""))
        if field is not None:
            value = getattr(part, field)
            for name in value if isinstance(value, tuple) else (value,):
                yield role, name


def criteria_used(rule: Rule) -> tuple[str, ...]:
    """The ids of the criteria that the rule refers to."""
    return tuple(part.id for part in walk(rule) if isinstance(part, nodes.Criterion))


def asks_cohorts(rule: Rule) -> bool:
    """Whether the rule asks if any cohort fits."""
    return any(isinstance(part, nodes.InACohort) for part in walk(rule))
