"""Rule texts of a protocol file: parsed once, with every concept name looked up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from paratope.protocol._shape import nearest
from paratope.protocol.walk import names_used
from paratope.rules.nodes import Rule
from paratope.rules.written import RuleProblem, parse_rule
from paratope.terms import catalogue

KINDS: dict[str, tuple[str, ...]] = {
    "measure": ("measure",),
    "test": ("test",),
    "antigen": ("antigen",),
    "flag": ("flag",),
    "cancer": ("cancer",),
    "statement": ("statement", "condition"),
    "entry": (
        "cancer", "condition", "procedure", "therapy", "drug", "medicine class", "vaccine", "device", "trial",
        "allergy", "supportive", "product",
    ),
}  # fmt: skip
"""Which kinds of concept may stand in which part of a sentence."""


class Fault(NamedTuple):
    """What is wrong with a rule, and at which character (from 1) of its text, if that is known."""

    message: str
    character: int | None


def faults_of(text: str) -> tuple[Fault, ...]:
    """Everything wrong with a rule text: its grammar, else its names."""
    rule = parsed(text)
    if isinstance(rule, tuple):
        return tuple(Fault(p.message, _character(text, p)) for p in rule)
    return tuple(_names(rule, text))


@cache
def parsed(text: str) -> Rule | tuple[RuleProblem, ...]:
    """The rule, or what is wrong with its grammar. Equal texts are parsed once."""
    return parse_rule(text)


def advice_on(name: str) -> str:
    """``; write 'haemoglobin'`` for a synonym, ``; did you mean ...?`` for a near name, or nothing."""
    terms = catalogue()
    several = terms.find_all(name)
    if len(several) == 1:
        return f"; write '{several[0]}'"
    if several:
        return f"; it may mean {' or '.join(repr(n) for n in several)}: write the one meant"
    return nearest(name, terms.names())


def name_fault(name: str, role: str) -> str | None:
    """What is wrong with a concept name in this part of a sentence; None when nothing is."""
    concept = catalogue().get(name)
    if concept is None:
        return f"unknown {'name' if role == 'entry' else role} '{name}'{advice_on(name)}"
    if concept.kind not in KINDS[role]:
        wanted = "something on a patient's record" if role == "entry" else f"a {role}"
        return f"'{name}' is a {concept.kind}, not {wanted}"
    return None


def _names(rule: Rule, text: str) -> Iterator[Fault]:
    for role, name in dict.fromkeys(names_used(rule)):
        message = name_fault(name, role)
        if message is not None:
            found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE)
            yield Fault(message, found.start() + 1 if found else None)


def _character(text: str, problem: RuleProblem) -> int:
    """The place of a problem as a character of the whole text, from 1."""
    lines = text.split("\n")
    return sum(len(line) + 1 for line in lines[: problem.line - 1]) + problem.column
