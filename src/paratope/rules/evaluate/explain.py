"""The whole derivation of an outcome, as a tree: every part of the rule with its own value and reasons."""

from __future__ import annotations

from dataclasses import dataclass

from paratope.rules import nodes as n
from paratope.rules.evaluate.compile import compile_rule
from paratope.rules.evaluate.context import Context
from paratope.truth import Outcome


@dataclass(frozen=True, slots=True)
class Step:
    """One part of a rule, what it came to, and its own parts."""

    rule: n.Rule
    outcome: Outcome
    parts: tuple[Step, ...]


def _parts(rule: n.Rule) -> tuple[n.Rule, ...]:
    match rule:
        case n.And(items) | n.Or(items) | n.Readings(items):
            return items
        case n.AtLeast(_, items):
            return items
        case n.Not(item):
            return (item,)
        case n.Unless(item, exception):
            return (item, exception)
        case n.Applies(population, item):
            return (population, item)
        case n.Reflex(item, screen):
            return (item, screen)
        case n.Compare() if rule.relaxed:
            return tuple(when for _, when in rule.relaxed)
    return ()


def explain(rule: n.Rule, ctx: Context) -> Step:
    """Evaluate ``rule`` and every part of it."""
    return Step(rule, compile_rule(rule)(ctx), tuple(explain(p, ctx) for p in _parts(rule)))
