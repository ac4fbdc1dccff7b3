"""When one rule's being true makes another true, by their structure alone.

Conservative: ``implies`` answers True only when it can show it, from conjunction elimination, disjunction
introduction, tighter limits (with units converted), narrower concepts, shorter windows with the same anchor
and dropped filters. False means "not shown", never "not so".
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

from paratope.protocol.lint.limits import Limit, at_least_as_tight, limit_of, within
from paratope.protocol.lint.normal import NO_SCOPE, Scope, normal
from paratope.rules import nodes as n
from paratope.rules.attributes import SEVERITIES
from paratope.rules.nodes import Filter, Rule
from paratope.terms import catalogue

T = TypeVar("T")

OPPOSITES = {"positive": "negative", "negative": "positive", "male": "female", "female": "male"}


def implies(a: Rule, b: Rule, scope: Scope = NO_SCOPE) -> bool:
    """Whether ``b`` is true of every patient of whom ``a`` is true."""
    return follows(normal(a, weaker=True, scope=scope), normal(b, weaker=False, scope=scope))


def excludes(a: Rule, b: Rule, scope: Scope = NO_SCOPE) -> bool:
    """Whether ``b`` is false of every patient of whom ``a`` is true."""
    return follows(normal(a, weaker=True, scope=scope), normal(b, true=False, weaker=False, scope=scope))


def follows(a: Rule, b: Rule) -> bool:
    """``implies`` for two normal forms, the first a weaker one and the second a stronger one."""
    return _follows(a, b)


def _entails(
    a: T, b: T, conjunct: Callable[[T], tuple[T, ...] | None], disjunct: Callable[[T], tuple[T, ...] | None],
    single: Callable[[T, T], bool],
) -> bool:  # fmt: skip
    """Entailment between two trees of conjunctions and disjunctions, given that of single statements."""
    if a == b:
        return True
    if (parts := conjunct(b)) is not None:
        return all(_entails(a, p, conjunct, disjunct, single) for p in parts)
    if (parts := disjunct(a)) is not None:
        return all(_entails(p, b, conjunct, disjunct, single) for p in parts)
    if (parts := conjunct(a)) is not None and any(_entails(p, b, conjunct, disjunct, single) for p in parts):
        return True
    if (parts := disjunct(b)) is not None:
        return any(_entails(a, p, conjunct, disjunct, single) for p in parts)
    return conjunct(a) is None and single(a, b)


# --- rules -------------------------------------------------------------------------------------------------


@lru_cache(maxsize=100_000)
def _follows(a: Rule, b: Rule) -> bool:
    return _entails(
        a, b,
        lambda r: r.items if isinstance(r, n.And) else None,
        lambda r: r.items if isinstance(r, n.Or) else None,
        statement_follows,
    )  # fmt: skip


def statement_follows(a: Rule, b: Rule) -> bool:
    """Between single statements, or their negations."""
    if type(a) is not type(b):
        return isinstance(b, n.Not) and type(a) is type(b.item) and _rules_out(a, b.item)
    if a == b:
        return True
    match a, b:
        case n.Not(x), n.Not(y):
            return statement_follows(y, x)
        case n.Any((x,), where, window), n.Any((y,), other, later):
            known = _and(n.IsA((x,)), where)
            return catalogue().is_a(x, y) and within(window, later) and filter_follows(known, other)
        case n.CancerIs(xs, where), n.CancerIs(ys, other):
            kinds = not ys or (len(xs) == 1 and any(catalogue().is_a(xs[0], y) for y in ys))
            return kinds and filter_follows(_and(n.IsA(xs), where) if xs else where, other)
        case n.SteroidDose(op, dose, where, window), n.SteroidDose(least, low, other, later):
            # More medicines can only raise the sum, so this holds of lower limits alone.
            tighter = op[0] == ">" and at_least_as_tight(_dose(op, dose), _dose(least, low))
            return tighter and within(window, later) and filter_follows(where, other)
        case n.Scored(x, scores), n.Scored(y, others):
            return x == y and set(scores) <= set(others)
        case (n.Stained() as x, n.Stained() as y):
            return _stained(x, y)
        case n.LesionCount(op, count, n.Amount() as up_to), n.LesionCount(other_op, other_count, wider):
            fits = wider is None or (wider.unit == up_to.unit and up_to.value <= wider.value)
            return (
                op[0] == ">"
                and fits
                and statement_follows(n.LesionCount(op, count), n.LesionCount(other_op, other_count))
            )
        case _:
            mine, other_limit = limit_of(a), limit_of(b)
            return mine is not None and other_limit is not None and at_least_as_tight(mine, other_limit)


def _rules_out(a: Rule, b: Rule) -> bool:
    """Whether a true statement makes another false, limits aside (they are never negated here)."""
    match a, b:
        case n.ResultIs(x, value), n.ResultIs(y, other):
            return x == y and OPPOSITES.get(value) == other
        case n.Trait(x), n.Trait(y):
            return OPPOSITES.get(x) == y
        case n.Stated(x, "is", str() as value), n.Stated(y, "is", str() as other):
            return x == y and {value, other} == {"yes", "no"}
        case _:
            mine, negated = limit_of(a), limit_of(b)
            return mine is not None and negated is not None and _disjoint(mine, negated)


def _disjoint(a: Limit, b: Limit) -> bool:
    """Whether no value is within both limits."""
    flipped = {"<": (">=",), "<=": (">",), ">": ("<=",), ">=": ("<",), "=": ("<", ">")}[b.op]
    return any(at_least_as_tight(a, b._replace(op=op)) for op in flipped)


def _dose(op: str, bound: n.Amount) -> Limit:
    return Limit(("steroid dose",), op, bound.value, bound.unit)


def _stained(a: n.Stained, b: n.Stained) -> bool:
    """A share of cells of one intensity is a share of those of at least that intensity."""
    if a.antigen != b.antigen or a.op not in (">", ">=") or b.op not in (">", ">="):
        return False
    wider = b.cumulative and b.intensity <= a.intensity
    same = a.cumulative == b.cumulative and a.intensity == b.intensity
    shares = Limit(("%",), a.op, a.percent, ""), Limit(("%",), b.op, b.percent, "")
    return (wider or same) and at_least_as_tight(*shares)


# --- filters -----------------------------------------------------------------------------------------------


def filter_follows(f: Filter | None, g: Filter | None) -> bool:
    """Whether every entry that passes ``f`` passes ``g``; None lets everything pass."""
    if g is None or f == g:
        return True
    weaker = _filter_form(f, True) if f is not None else n.AllOf(())
    return _entails(
        weaker, _filter_form(g, True),
        lambda x: x.items if isinstance(x, n.AllOf) else None,
        lambda x: x.items if isinstance(x, n.AnyOf) else None,
        _attribute_follows,
    )  # fmt: skip


def _and(f: Filter, g: Filter | None) -> Filter:
    return f if g is None else n.AllOf((f, g))


def _filter_form(f: Filter, true: bool) -> Filter:
    """Negations pushed down to single attributes."""
    match f:
        case n.AllOf(items):
            inner = tuple(_filter_form(i, true) for i in items)
            return n.AllOf(inner) if true else n.AnyOf(inner)
        case n.AnyOf(items):
            inner = tuple(_filter_form(i, true) for i in items)
            return n.AnyOf(inner) if true else n.AllOf(inner)
        case n.But(item):
            return _filter_form(item, not true)
        case n.Holds(attribute, op, value) if not true and op in _FLIPPED:
            return n.Holds(attribute, _FLIPPED[op], value)
        case _:
            return f if true else n.But(f)


_FLIPPED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def _attribute_follows(f: Filter, g: Filter) -> bool:
    match f, g:
        case n.But(x), n.But(y):
            return f == g or _attribute_follows(y, x)
        case n.But(), _:
            return False
        case n.IsA(xs), n.IsA(ys):
            return all(any(catalogue().is_a(x, y) for y in ys) for x in xs)
        case n.OneOf(x, words), n.OneOf(y, others):
            return x == y and set(words) <= set(others)
        case n.Holds(), n.Holds():
            mine, other = _held(f), _held(g)
            return mine is not None and other is not None and at_least_as_tight(mine, other)
        case n.TreatedIn(x), n.TreatedIn(y):
            return within(x, y)
        case n.InactiveIn(x), n.InactiveIn(y):
            return within(y, x)  # inactive for longer is inactive for less long
        case _:
            return f == g


def _held(f: n.Holds) -> Limit | None:
    if isinstance(f.value, str):
        if f.value not in SEVERITIES:
            return None
        return Limit((f.attribute,), f.op, SEVERITIES.index(f.value), "severity")
    return Limit((f.attribute,), f.op, f.value.value, f.value.unit)
