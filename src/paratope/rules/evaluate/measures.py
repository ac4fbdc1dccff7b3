"""Numbers: the newest usable result against a limit, and the quantities computed from several results."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from paratope.patient.model import Interval, Measurement
from paratope.rules.evaluate.context import Context
from paratope.rules.evaluate.logic import Check, combine
from paratope.rules.nodes import Amount, Bound, Compare, Multiple, Normal
from paratope.terms import catalogue
from paratope.truth import OR, Kind, Outcome, Reason, Truth, unknown
from paratope.units import convert

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN


class Quantity(NamedTuple):
    """A value to compare: what is known of it, the laboratory's own limits, the facts, how it was computed."""

    value: Interval
    low: float | None
    high: float | None
    facts: tuple[object, ...]
    working: Reason | None = None


Found = Quantity | Outcome
"""A quantity, or the unknown that explains why there is none."""


def newest(ctx: Context, concept: str, condition: str | None = None) -> Found | tuple[Quantity, ...]:
    """The newest current result of a measure; several if one day has several; an unknown if none decides."""
    on_record = [
        m for m in ctx.patient.measurements.get(concept, ()) if m.when is None or m.when.first <= ctx.as_of
    ]
    if not on_record:
        return unknown(Reason(Kind.MISSING, "measure.missing", (concept,), concept))
    matching = on_record
    if condition is not None:
        matching = [m for m in on_record if m.condition == condition]
        if not matching:
            stated = on_record[0].condition
            code = "measure.condition_other" if stated else "measure.condition_unstated"
            return unknown(Reason(Kind.MISSING, code, (on_record[0], condition), concept), on_record[0])
        newer = on_record[0]
        if newer.condition is None and matching[0] is not newer and _newer(newer, matching[0]):
            reason = Reason(Kind.MISSING, "measure.condition_unstated", (newer, condition), concept)
            return unknown(reason, newer, matching[0])
    dated = [m for m in matching if m.when is not None]
    limit = freshness_of(ctx, concept)
    if not dated:
        if limit is not None:
            return unknown(Reason(Kind.UNDATED, "measure.undated", (matching[0],), concept), matching[0])
        same_day = matching
    else:
        top = dated[0].when
        assert top is not None
        if limit is not None and ctx.as_of - top.first > limit:
            if ctx.as_of - top.last > limit:
                args = (dated[0], ctx.as_of - top.last, limit)
                return unknown(Reason(Kind.STALE, "measure.stale", args, concept), dated[0])
            return unknown(Reason(Kind.UNDATED, "measure.date_partial", (dated[0], limit), concept), dated[0])
        same_day = [m for m in dated if m.when is not None and m.when.last >= top.first]
    broken = [m for m in same_day if m.value is None or m.problem]
    if broken:
        code = "measure.unusable" if len(broken) == len(same_day) else "measure.unusable_same_day"
        return unknown(Reason(Kind.UNUSABLE, code, (broken[0], broken[0].problem), concept), *same_day)
    return tuple(_quantity(m) for m in same_day)


def _newer(a: Measurement, b: Measurement) -> bool:
    """Whether ``a`` may have been taken after ``b``."""
    return a.when is not None and (b.when is None or a.when.last > b.when.last)


def _quantity(m: Measurement) -> Quantity:
    assert m.value is not None
    return Quantity(m.value, m.low, m.high, (m,))


def freshness_of(ctx: Context, concept: str) -> int | None:
    """Days a result of this concept stays current under the study's policy; None: no limit."""
    found = ctx.terms.get(concept)
    if found is None or found.freshness is None:
        return None
    return ctx.policies.freshness.get(found.freshness)


# --- comparing -----------------------------------------------------------------------------------------


SAME = 1e-9
"""Two numbers closer than this share of themselves are one: 1.5 x 22.9 is 34.35, whatever binary makes of it."""


def _order(a: float, b: float) -> int:
    """-1, 0 or 1 as ``a`` is below, the same as, or above ``b``."""
    if a == b or (math.isfinite(a) and math.isfinite(b) and abs(a - b) <= SAME * max(abs(a), abs(b))):
        return 0
    return -1 if a < b else 1


def compare(value: Interval, op: str, bound: Interval) -> Truth:
    """An interval against a bound that may itself be known only within limits."""
    if op == "=":
        if value.low == value.high and bound.low == bound.high:
            return T if _order(value.low, bound.low) == 0 else F
        apart = F in (compare(value, ">=", bound), compare(value, "<=", bound))
        return F if apart else U
    if op in (">", ">="):
        return compare(bound, "<" if op == ">" else "<=", value)
    strict = op == "<"
    top = _order(value.high, bound.low)
    if top < 0 or (top == 0 and (not strict or value.high_open or bound.low_open)):
        return T
    bottom = _order(value.low, bound.high)
    if bottom > 0 or (bottom == 0 and (strict or value.low_open or bound.high_open)):
        return F
    return U


def bound_of(bound: Bound, measure: str) -> Callable[[Context, Quantity], Interval | Reason]:
    """The bound in the measure's own unit. A unit that does not fit is a programmer's error: the protocol
    loader has checked it."""
    if isinstance(bound, Multiple):
        factor, side = bound.factor, bound.limit

        def own(_ctx: Context, q: Quantity) -> Interval | Reason:
            limit = q.high if side == "ULN" else q.low
            if limit is None:
                return Reason(
                    Kind.MISSING, "range.missing", (q.facts[0], side), f"reference range of {measure}"
                )
            return Interval(factor * limit, factor * limit)

        return own
    concept = catalogue().get(measure)
    unit = concept.unit if concept is not None and concept.unit is not None else ""
    mass = concept.molar_mass if concept is not None else None
    if measure == "HBV DNA" and "copies" in bound.unit:
        target = convert(bound.value, bound.unit, "{copies}/mL")
        assert target is not None

        def copies(ctx: Context, _q: Quantity) -> Interval | Reason:
            few, many = ctx.policies.copies_per_iu
            return Interval(target / many, target / few)

        return copies
    if bound.unit in ("", unit):
        number: float | None = float(bound.value)
    else:
        number = convert(bound.value, bound.unit, unit, mass)
    if number is None:
        raise ValueError(f"{bound.unit!r} does not measure {measure}")
    fixed = Interval(number, number)
    return lambda _ctx, _q: fixed


def _judge(
    ctx: Context,
    measure: str,
    quantities: Sequence[Quantity],
    test: Callable[[Context, Quantity], tuple[Truth, Reason | None]],
    told: Callable[[Quantity], Reason],
) -> Outcome:
    """Test every quantity of the day; they must agree."""
    outcomes = [test(ctx, q) for q in quantities]
    values = {truth for truth, _ in outcomes}
    facts = tuple(f for q in quantities for f in q.facts)
    if T in values and F in values:
        return Outcome(U, (Reason(Kind.CONFLICTING, "measure.conflict", facts, measure),), facts)
    if U in values:
        why = tuple(r for truth, r in outcomes if truth is U and r is not None)
        return Outcome(U, why, facts)
    (value,) = values
    reasons = tuple(told(q) for q in quantities)
    workings = tuple(q.working for q in quantities if q.working is not None)
    return Outcome(value, (*reasons, *workings), facts)


def compile_compare(node: Compare, compile_rule: Callable[..., Check]) -> Check:
    """``Compare``."""
    checks = [_compare_one(m, node, compile_rule) for m in node.measures]
    if len(checks) == 1:
        return checks[0]
    return lambda ctx: combine([c(ctx) for c in checks], F)


def _compare_one(measure: str, node: Compare, compile_rule: Callable[..., Check]) -> Check:
    fetch = source_of(measure, node.condition)
    plain = _limit_test(measure, node.op, node.bound, node.upper)
    looser = [
        (_limit_test(measure, node.op, bound, node.upper), bound, compile_rule(rule))
        for bound, rule in node.relaxed
    ]

    def told(bound: Bound) -> Callable[[Quantity], Reason]:
        return lambda q: Reason(Kind.BECAUSE, "measure", (measure, q, node.op, bound, node.upper))

    tell = told(node.bound)
    tells = [told(bound) for _, bound, _ in looser]

    def run(ctx: Context) -> Outcome:
        found = fetch(ctx)
        if isinstance(found, Outcome):
            return found
        first = _judge(ctx, measure, found, plain, tell)
        if first.truth is T or not looser:
            return first
        outcomes = [first]
        for (test, _, when), tell_it in zip(looser, tells, strict=True):
            own = _judge(ctx, measure, found, test, tell_it)
            outcomes.append(combine([own, when(ctx)], F) if own.truth is not F else own)
        return combine(outcomes, T)

    return run


def _limit_test(
    measure: str, op: str, bound: Bound, upper: Bound | None
) -> Callable[[Context, Quantity], tuple[Truth, Reason | None]]:
    lower_of = bound_of(bound, measure)
    assay = isinstance(bound, Amount) and "copies" in bound.unit
    if op == "between":
        assert upper is not None
        upper_of = bound_of(upper, measure)
        low_test = _limit_test(measure, ">=", bound, None)
        high_test = _limit_test(measure, "<=", upper, None)
        del upper_of

        def within(ctx: Context, q: Quantity) -> tuple[Truth, Reason | None]:
            a, why_a = low_test(ctx, q)
            b, why_b = high_test(ctx, q)
            if F in (a, b):
                return F, None
            return (T, None) if a is T and b is T else (U, why_a or why_b)

        return within

    def test(ctx: Context, q: Quantity) -> tuple[Truth, Reason | None]:
        limit = lower_of(ctx, q)
        if isinstance(limit, Reason):
            return U, limit
        truth = compare(q.value, op, limit)
        if truth is U:
            if assay:
                return U, Reason(Kind.JUDGEMENT, "measure.assay_decides", (measure, q, op, bound), measure)
            return U, Reason(Kind.MISSING, "measure.imprecise", (measure, q, op, bound), measure)
        return truth, None

    return test


def compile_normal(node: Normal) -> Check:
    """``Normal``: inside the laboratory's own range."""
    checks = [_normal_one(m) for m in node.measures]
    if len(checks) == 1:
        return checks[0]
    return lambda ctx: combine([c(ctx) for c in checks], F)


def _normal_one(measure: str) -> Check:
    fetch = source_of(measure, None)

    def test(_ctx: Context, q: Quantity) -> tuple[Truth, Reason | None]:
        if q.low is None and q.high is None:
            return U, Reason(
                Kind.MISSING, "range.missing", (q.facts[0], "range"), f"reference range of {measure}"
            )
        low = T if q.low is None else compare(q.value, ">=", Interval(q.low, q.low))
        high = T if q.high is None else compare(q.value, "<=", Interval(q.high, q.high))
        if F in (low, high):
            return F, None
        if q.low is None or q.high is None:
            return U, Reason(Kind.MISSING, "range.one_sided", (q.facts[0],), f"reference range of {measure}")
        if low is T and high is T:
            return T, None
        return U, Reason(Kind.MISSING, "measure.imprecise_range", (measure, q), measure)

    def tell(q: Quantity) -> Reason:
        return Reason(Kind.BECAUSE, "measure.normal", (measure, q))

    def run(ctx: Context) -> Outcome:
        found = fetch(ctx)
        return found if isinstance(found, Outcome) else _judge(ctx, measure, found, test, tell)

    return run


def either(a: Outcome, b: Outcome) -> Truth:
    """OR of two outcomes' values."""
    return OR[a.truth, b.truth]


def source_of(measure: str, condition: str | None) -> Callable[[Context], tuple[Quantity, ...] | Outcome]:
    """Where a measure's quantities come from: computed, or the record; cached per evaluation context."""
    from paratope.rules.evaluate.derived import DERIVED

    compute = DERIVED.get(measure)
    key = ("measure", measure, condition)

    def fetch(ctx: Context) -> tuple[Quantity, ...] | Outcome:
        # A computed measure depends on the study's plan and policies; a recorded one only on its limit of age.
        cache = ctx.memo if compute is not None else ctx.shared
        own_key = key if compute is not None else (*key, freshness_of(ctx, measure))
        found = cache.get(own_key)
        if found is None:
            found = newest(ctx, measure, condition) if compute is None else compute(ctx)
            if isinstance(found, Quantity):
                found = (found,)
            cache[own_key] = found
        return found  # type: ignore[return-value]

    return fetch
