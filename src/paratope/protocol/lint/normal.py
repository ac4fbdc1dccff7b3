"""Rules in negation normal form: `and`, `or`, and single statements or their negations.

What a lint compares is when a rule is *true*. Some nodes are true under conditions that these connectives
cannot say exactly; there the form is chosen on the safe side:

``weaker=True``   true whenever the rule is true (to stand left of "implies"),
``weaker=False``  true only when the rule is true (to stand right of it).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from math import comb
from typing import NamedTuple

from paratope.rules import nodes as n
from paratope.rules.nodes import Rule

FLIPPED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}

MOST_ITEMS = 400
"""A rule that grows beyond this many statements is kept whole: it then only equals itself."""


MOST_CHOICES = 70
"""`at least 4 of 8`: with more ways to choose, the sentence is kept whole."""


class Scope(NamedTuple):
    """What `criterion X holds` and `fits a cohort` stand for."""

    criteria: Mapping[str, Rule] = {}
    cohorts: tuple[Rule, ...] = ()


NO_SCOPE = Scope()


def normal(rule: Rule, *, true: bool = True, weaker: bool, scope: Scope = NO_SCOPE) -> Rule:
    """The normal form of "the rule is true" or, with ``true=False``, of "the rule is false"."""
    form = _Normaliser(weaker, scope).form(rule, true)
    return form if size(form) <= MOST_ITEMS else (rule if true else n.Not(rule))


def size(rule: Rule) -> int:
    """How many statements a normal form has."""
    return sum(map(size, rule.items)) if isinstance(rule, n.And | n.Or) else 1


def clauses(form: Rule) -> tuple[Rule, ...]:
    """What must all hold: the items of a conjunction, or the form itself."""
    return form.items if isinstance(form, n.And) else (form,)


def alternatives(form: Rule) -> tuple[Rule, ...]:
    """What may hold: the items of a disjunction, or the form itself."""
    return form.items if isinstance(form, n.Or) else (form,)


def all_of(items: list[Rule]) -> Rule:
    """A conjunction without nesting and repetition."""
    flat = dict.fromkeys(c for item in items for c in clauses(item))
    return next(iter(flat)) if len(flat) == 1 else n.And(tuple(flat))


def any_of(items: list[Rule]) -> Rule:
    """A disjunction without nesting and repetition."""
    flat = dict.fromkeys(a for item in items for a in alternatives(item))
    return next(iter(flat)) if len(flat) == 1 else n.Or(tuple(flat))


class _Normaliser:
    def __init__(self, weaker: bool, scope: Scope) -> None:
        self.weaker = weaker
        self.scope = scope
        self.open: list[str] = []  # criteria being written out, against cycles

    def form(self, rule: Rule, true: bool) -> Rule:
        join, meet = (all_of, any_of) if true else (any_of, all_of)
        match rule:
            case n.And(items):
                return join([self.form(i, true) for i in items])
            case n.Or(items):
                return meet([self.form(i, true) for i in items])
            case n.Not(item):
                return self.form(item, not true)
            case n.Unless(item, exception):
                return join([self.form(item, true), self.form(exception, not true)])
            case n.Applies(population, item):
                return meet([self.form(population, not true), self.form(item, true)])
            case n.Readings(items):
                # True when every reading is true, false when every reading is false.
                return all_of([self.form(i, true) for i in items])
            case n.AtLeast(count, items) if comb(len(items), count) <= MOST_CHOICES:
                return self.at_least(count if true else len(items) - count + 1, items, true)
            case n.Reflex(item, screen):
                own = self.form(item, true)
                return own if true or not self.weaker else any_of([own, self.form(screen, False)])
            case n.Compare():
                return self.compare(rule, true)
            case n.Normal(measures):
                limits = [
                    (m, op, n.Multiple(1, end))
                    for m in measures
                    for op, end in ((">=", "LLN"), ("<=", "ULN"))
                ]
                return join([_limit(*limit, None, true) for limit in limits])
            case n.Any(concepts, where, window):
                wheres = where.items if isinstance(where, n.AnyOf) else (where,)
                single: list[Rule] = [n.Any((c,), w, window) for c in concepts for w in wheres]
                return meet([s if true else n.Not(s) for s in single])
            case n.CancerIs(concepts, where) if len(concepts) > 1:
                kinds: list[Rule] = [n.CancerIs((c,), where) for c in concepts]
                return meet([k if true else n.Not(k) for k in kinds])
            case n.Stated(topic, op, value) if op in FLIPPED:
                return rule if true else n.Stated(topic, FLIPPED[op], value)
            case n.Criterion(id) if id in self.scope.criteria and id not in self.open:
                self.open.append(id)
                written_out = self.form(self.scope.criteria[id], true)
                self.open.pop()
                return written_out
            case n.InACohort() if self.scope.cohorts:
                return meet([self.form(c, true) for c in self.scope.cohorts])
            case _:
                return rule if true else n.Not(rule)

    def at_least(self, count: int, items: tuple[Rule, ...], true: bool) -> Rule:
        if count <= 0:
            return n.And(())  # none is needed: true of everybody
        if count == 1:
            return any_of([self.form(i, true) for i in items])
        return any_of([all_of([self.form(i, true) for i in some]) for some in combinations(items, count)])

    def compare(self, rule: n.Compare, true: bool) -> Rule:
        """One limit of one measure at a time; `relaxed` written out as the `or` that it means."""
        join, meet = (all_of, any_of) if true else (any_of, all_of)
        each: list[Rule] = []
        for measure in rule.measures:
            tight = self.limits(measure, rule, rule.bound, true)
            loose = [
                join([self.limits(measure, rule, bound, true), self.form(circumstance, true)])
                for bound, circumstance in rule.relaxed
            ]
            each.append(meet([tight, *loose]))
        return join(each)

    def limits(self, measure: str, rule: n.Compare, bound: n.Bound, true: bool) -> Rule:
        if rule.op == "between" and rule.upper is not None:
            both = [_limit(measure, ">=", bound, rule.condition, true)]
            both.append(_limit(measure, "<=", rule.upper, rule.condition, true))
            return all_of(both) if true else any_of(both)
        return _limit(measure, rule.op, bound, rule.condition, true)


def _limit(measure: str, op: str, bound: n.Bound, condition: str | None, true: bool) -> Rule:
    if true:
        return n.Compare((measure,), op, bound, condition=condition)
    if op in FLIPPED:
        return n.Compare((measure,), FLIPPED[op], bound, condition=condition)
    beside: list[Rule] = [n.Compare((measure,), o, bound, condition=condition) for o in ("<", ">")]
    return any_of(beside)


def passing(rule: Rule, section: str, *, weaker: bool, scope: Scope = NO_SCOPE) -> Rule:
    """When a patient gets past a criterion: its text is true of an inclusion, false of an exclusion."""
    return normal(rule, true=section == "inclusion", weaker=weaker, scope=scope)
