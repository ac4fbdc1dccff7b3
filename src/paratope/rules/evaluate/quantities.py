"""What is known of a number: the newest usable result of a measure, and how it compares to a limit."""

from __future__ import annotations

import math
from typing import NamedTuple

from paratope.patient.model import Interval, Measurement
from paratope.rules.evaluate.context import Context
from paratope.truth import Kind, Outcome, Reason, Truth, unknown

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
        newer = next((m for m in on_record if m.condition is None and _newer(m, matching[0])), None)
        if newer is not None:
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
