"""Goes through rules and filters, whatever their kind: children, all nodes, names and windows used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any, TypeAlias, get_args

from paratope.rules import nodes as n

Node: TypeAlias = "n.Rule | n.Filter"

RULE_KINDS: tuple[type, ...] = get_args(n.Rule)
"""Every kind of rule, in the order of ``nodes``."""

FILTER_KINDS: tuple[type, ...] = get_args(n.Filter)
"""Every kind of filter, in the order of ``nodes``."""

_KINDS = frozenset(RULE_KINDS + FILTER_KINDS)

_NAME_FIELDS = ("measures", "concepts", "test", "concept", "antigen", "topic")
"""The fields that hold concept names, a name or several, in whatever node they stand."""

_FIELDS = {kind: tuple(field.name for field in fields(kind)) for kind in _KINDS}
_NAMES = {kind: tuple(name for name in names if name in _NAME_FIELDS) for kind, names in _FIELDS.items()}


def children(node: Node) -> tuple[Node, ...]:
    """The rules and filters directly inside a node, in the order in which they are written."""
    found: list[Node] = []
    for name in _FIELDS[type(node)]:
        _collect(getattr(node, name), found)
    return tuple(found)


def _collect(value: Any, found: list[Node]) -> None:
    if isinstance(value, tuple):
        for each in value:
            _collect(each, found)
    elif type(value) in _KINDS:
        found.append(value)


def walk(node: Node) -> Iterator[Node]:
    """A node and all nodes inside it, each before its children, in the order in which they are written."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(children(node)))


def concepts_used(node: Node) -> tuple[str, ...]:
    """The concept names a rule uses, each once, in the order of their first use.

    The result circumstance of a comparison (``room air``) and the words of attributes are not concepts.
    """
    used: dict[str, None] = {}
    for each in walk(node):
        for name in _NAMES[type(each)]:
            value = getattr(each, name)
            used.update(dict.fromkeys((value,) if isinstance(value, str) else value))
    return tuple(used)


def windows_used(node: Node) -> tuple[n.Window, ...]:
    """The time windows of a rule, in the order in which they are written."""
    return tuple(
        window for each in walk(node) if isinstance(window := getattr(each, "window", None), n.Window)
    )
