"""Numbers, dates and facts as words: what every language shares."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from paratope.patient.model import Interval, Measurement
from paratope.rules.evaluate import Quantity
from paratope.rules.nodes import Amount, Bound, Multiple
from paratope.terms import catalogue

SIGNS = {">=": "≥", "<=": "≤", ">": ">", "<": "<", "=": "="}


def number(value: float) -> str:
    """At most four significant digits after what matters: 87.1, 0.48, 60, 3.2."""
    if value == float("inf"):
        return "∞"
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.4g}" if abs(value) < 1000 else f"{value:.0f}"


def interval(value: Interval) -> str:
    """A point, a comparator or a range."""
    if value.low == value.high:
        return number(value.low)
    if value.low == float("-inf") or (value.low_open and value.low <= 0):
        return f"{'<' if value.high_open else '≤'}{number(value.high)}"
    if value.high == float("inf"):
        return f"{'>' if value.low_open else '≥'}{number(value.low)}"
    return f"{number(value.low)}–{number(value.high)}"


def day(ordinal: int) -> str:
    """ISO date."""
    return date.fromordinal(ordinal).isoformat()


def dated(fact: Any) -> str:
    """A fact with its date, when it has one and its text does not already say it."""
    text: str = fact.text
    when = fact.when
    return text if when is None or when.text in text else f"{text} ({when.text})"


def facts(found: Sequence[Any]) -> str:
    """Several facts, each with its date."""
    return "; ".join(dated(f) for f in found)


def bound(b: Bound) -> str:
    """``90 g/L``, ``2.5 × ULN``."""
    if isinstance(b, Multiple):
        return f"{number(b.factor)} × {b.limit}"
    return f"{number(b.value)} {b.unit}".strip() if isinstance(b, Amount) else str(b)


def quantity(measure: str, q: Quantity, against: Bound | None = None) -> str:
    """A measured or computed value; in multiples of the laboratory's limit where the rule asks so."""
    concept = catalogue().get(measure)
    unit = concept.unit if concept is not None and concept.unit is not None else ""
    first = q.facts[0] if q.facts else None
    if isinstance(first, Measurement) and len(q.facts) == 1:
        text = f"{measure} {first.printed}"
        if isinstance(against, Multiple):
            limit = q.high if against.limit == "ULN" else q.low
            if limit:
                text += f" = {number(round(q.value.high / limit, 2))} × {against.limit}"
        return f"{text} ({first.when.text})" if first.when is not None else text
    shown = {"a": "years"}.get(unit, unit)
    rounded = Interval(round(q.value.low, 2), round(q.value.high, 2), q.value.low_open, q.value.high_open)
    return f"{measure} {interval(rounded)} {shown}".strip()
