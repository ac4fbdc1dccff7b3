"""Numeric limits on one scale, so that two of them can be compared."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

from paratope.protocol.quantities import canonical
from paratope.protocol.times import longest_days, shortest_days
from paratope.rules import nodes as n
from paratope.rules.nodes import Rule, Span
from paratope.terms import catalogue

AGE = "age at consent"
"""A measure in completed years: below 70 is 69 at most."""


class Limit(NamedTuple):
    """``of`` (what is measured, and in which circumstance) ``op`` ``value`` on ``scale``.

    ``scale``: ``ULN``, ``LLN``, or the canonical unit of what is measured. Two limits are comparable only if
    ``of`` and ``scale`` are equal.
    """

    of: tuple[str, ...]
    op: str
    value: float
    scale: str


@lru_cache(maxsize=10_000)
def limit_of(rule: Rule) -> Limit | None:
    """The limit that a single comparison sets; None when it is none, or its unit does not convert."""
    match rule:
        case n.Compare((measure,), op, bound, None, condition, ()):
            scaled = canonical(measure, bound)
            return _whole(Limit(("measure", measure, condition or ""), op, *scaled)) if scaled else None
        case n.Stated(topic, op, n.Amount() as amount):
            scaled = canonical(topic, amount)
            return Limit(("stated", topic), op, *scaled) if scaled else None
        case n.HScore(antigen, op, value):
            return Limit(("H-score", antigen), op, value, "")
        case n.LesionCount(op, count, None):
            return _whole(Limit(("measurable lesions",), op, count, ""), whole=True)
        case _:
            return None


def _whole(limit: Limit, whole: bool | None = None) -> Limit:
    """A limit on something counted in whole numbers, written with ``>=`` or ``<=``."""
    if whole is None:
        concept = catalogue().get(limit.of[1])
        counted = limit.of[1] == AGE or (concept is not None and concept.whole)
        whole = counted and limit.scale not in ("ULN", "LLN")
    if not whole or limit.op == "=":
        return limit
    if limit.op in ("<", "<="):
        top = math.ceil(limit.value) - 1 if limit.op == "<" else math.floor(limit.value)
        return limit._replace(op="<=", value=top)
    bottom = math.floor(limit.value) + 1 if limit.op == ">" else math.ceil(limit.value)
    return limit._replace(op=">=", value=bottom)


def at_least_as_tight(a: Limit, b: Limit) -> bool:
    """Whether every value within ``a`` is within ``b``."""
    if a.of != b.of or a.scale != b.scale:
        return False
    if a.op == "=":
        return {"=": a.value == b.value, "<": a.value < b.value, "<=": a.value <= b.value,
                ">": a.value > b.value, ">=": a.value >= b.value}[b.op]  # fmt: skip
    if b.op == "=" or a.op[0] != b.op[0]:
        return False
    if a.value == b.value:
        return not (b.op in ("<", ">") and a.op in ("<=", ">="))
    return a.value < b.value if a.op[0] == "<" else a.value > b.value


def never_longer(a: Span, b: Span) -> bool:
    """Whether ``a`` lasts no longer than ``b``, whichever months and years are meant."""
    if a.unit == b.unit:
        return a.count <= b.count
    in_months = {"months": 1, "years": 12}
    if a.unit in in_months and b.unit in in_months:
        return a.count * in_months[a.unit] <= b.count * in_months[b.unit]
    longest, shortest = longest_days(a), shortest_days(b)
    return longest is not None and shortest is not None and longest <= shortest


def within(a: n.Window | None, b: n.Window | None) -> bool:
    """Whether whatever falls in window ``a`` falls in ``b``; None is any time at all."""
    if b is None or a == b:
        return True
    if a is None or a.direction != b.direction or not set(a.anchors) <= set(b.anchors):
        return False
    if not a.spans or not b.spans:
        return a.spans == b.spans
    # Both spans of a pair must hold ("the shorter of"), so each of b needs one of a that is no longer.
    return all(any(never_longer(mine, other) for mine in a.spans) for other in b.spans)
