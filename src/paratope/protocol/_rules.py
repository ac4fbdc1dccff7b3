"""Rule texts of a protocol file: each parsed once, gone through once, with every name looked up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from paratope.protocol._shape import nearest
from paratope.protocol.quantities import NumberFault, faults_at
from paratope.protocol.walk import names_at
from paratope.rules import nodes as n
from paratope.rules.nodes import Rule
from paratope.rules.walk import walk
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


class Referring(NamedTuple):
    """What a rule refers to within its study: the ids of other criteria, and whether it asks the cohorts."""

    criteria: tuple[str, ...]
    cohorts: bool


class Reading(NamedTuple):
    """A rule text, read. ``rule`` is None when it could not be parsed; with faults it must not be used."""

    rule: Rule | None
    faults: tuple[Fault, ...]
    refers: Referring | None


@cache
def read_rule(text: str) -> Reading:
    """The rule with what it refers to, and everything wrong with it: its grammar, else its names and units."""
    rule = parse_rule(text)
    if isinstance(rule, tuple):
        return Reading(None, tuple(Fault(p.message, _character(text, p)) for p in rule), None)
    names: dict[tuple[str, str], None] = {}
    numbers: dict[NumberFault, None] = {}
    criteria: dict[str, None] = {}
    cohorts = False
    for part in walk(rule):
        names.update(dict.fromkeys(names_at(part)))
        numbers.update(dict.fromkeys(faults_at(part)))
        if isinstance(part, n.Criterion):
            criteria[part.id] = None
        cohorts = cohorts or isinstance(part, n.InACohort)
    # Values nobody could have can be evaluated all the same; the lint speaks of them.
    unusable = [fault for fault in numbers if fault.code != "implausible"]
    faults = [*_unknown(names, text), *(Fault(f.message, _where(f.number, text)) for f in unusable)]
    return Reading(rule, tuple(faults), Referring(tuple(criteria), cohorts))


def refers(text: str) -> Referring | None:
    """What a rule text refers to; None when it cannot be parsed."""
    return read_rule(text.strip()).refers if text.strip() else None


def name_fault(name: str, role: str) -> str | None:
    """What is wrong with a concept name in this part of a sentence; None when nothing is."""
    concept = catalogue().get(name)
    if concept is None:
        return f"unknown {'name' if role == 'entry' else role} '{name}'{_advice_on(name)}"
    if concept.kind not in KINDS[role]:
        wanted = "something on a patient's record" if role == "entry" else f"a {role}"
        return f"'{name}' is a {concept.kind}, not {wanted}"
    return None


def _advice_on(name: str) -> str:
    """``; write 'haemoglobin'`` for a synonym, ``; did you mean ...?`` for a near name, or nothing."""
    terms = catalogue()
    several = terms.find_all(name)
    if len(several) == 1:
        return f"; write '{several[0]}'"
    if several:
        return f"; it may mean {' or '.join(repr(n) for n in several)}: write the one meant"
    return nearest(name, terms.names())


def _unknown(names: dict[tuple[str, str], None], text: str) -> Iterator[Fault]:
    for role, name in names:
        message = name_fault(name, role)
        if message is not None:
            yield Fault(message, _where(name, text))


def _where(words: str, text: str) -> int | None:
    found = re.search(rf"(?<![\w.]){re.escape(words)}(?![\w.])", text, re.IGNORECASE)
    return found.start() + 1 if found else None


def _character(text: str, problem: RuleProblem) -> int:
    """The place of a problem as a character of the whole text, from 1."""
    lines = text.split("\n")
    return sum(len(line) + 1 for line in lines[: problem.line - 1]) + problem.column
