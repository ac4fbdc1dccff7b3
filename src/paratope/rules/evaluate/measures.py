"""Numbers against limits: ``HAEMOGLOBIN >= 90 g/L``, ``ALT <= 2.5 x ULN, relaxed to ...``, normal ranges."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from paratope.patient.model import Interval
from paratope.rules.evaluate.context import Context
from paratope.rules.evaluate.derived import DERIVED
from paratope.rules.evaluate.logic import Check, combine
from paratope.rules.evaluate.quantities import Quantity, compare, freshness_of, newest
from paratope.rules.nodes import Amount, Bound, Compare, Multiple, Normal
from paratope.terms import catalogue
from paratope.truth import Kind, Outcome, Reason, Truth
from paratope.units import convert

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN


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


def source_of(measure: str, condition: str | None) -> Callable[[Context], tuple[Quantity, ...] | Outcome]:
    """Where a measure's quantities come from: computed, or the record; cached per evaluation context."""
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
