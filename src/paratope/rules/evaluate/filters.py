"""What an entry must be like: the filters inside ``where (...)``."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from paratope.patient.model import Cancer, Entry
from paratope.rules.attributes import ATTRIBUTES, SEVERITIES
from paratope.rules.evaluate.context import Context
from paratope.rules.evaluate.windows import Extent, extent_of, in_window
from paratope.rules.nodes import (
    AllOf,
    Amount,
    AnyOf,
    But,
    Filter,
    Holds,
    InactiveIn,
    IsA,
    OneOf,
    Reserved,
    TreatedIn,
    Window,
    Yes,
)
from paratope.terms import catalogue
from paratope.truth import AND, NOT, OR, Kind, Reason, Truth

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN


EXPLAINED = frozenset({"vasovagal syncope", "dehydration syncope"})
"""Kinds of event that name their own cause."""


class Fit(NamedTuple):
    """How well an entry fits a filter: truth, and the reasons that keep it open."""

    truth: Truth
    reasons: tuple[Reason, ...] = ()


YES, NO = Fit(T), Fit(F)
FilterCheck = Callable[[Context, Entry], Fit]


def compile_filter(node: Filter) -> FilterCheck:
    """A filter as a function of an entry."""
    match node:
        case AllOf(items):
            return _fold([compile_filter(i) for i in items], AND, F)
        case AnyOf(items):
            return _fold([compile_filter(i) for i in items], OR, T)
        case But(item):
            inner = compile_filter(item)

            def negated(ctx: Context, entry: Entry) -> Fit:
                fit = inner(ctx, entry)
                return Fit(NOT[fit.truth], fit.reasons)

            return negated
        case Yes(attribute):
            return _yes(attribute)
        case Holds(attribute, op, value):
            return _holds(attribute, op, value)
        case OneOf(attribute, words):
            return _one_of(attribute, frozenset(words))
        case IsA(concepts):
            return _is_a(concepts)
        case InactiveIn(window):
            return _inactive(window)
        case TreatedIn(window):
            return _treated(window)
        case Reserved(what):
            reserved = Fit(U, (Reason(Kind.JUDGEMENT, "reserved", (what,), what),))
            return lambda _ctx, _entry: reserved
    raise TypeError(f"not a filter: {node!r}")


def _fold(checks: list[FilterCheck], table: dict[tuple[Truth, Truth], Truth], dominant: Truth) -> FilterCheck:
    def run(ctx: Context, entry: Entry) -> Fit:
        truth = NOT[dominant]
        reasons: tuple[Reason, ...] = ()
        for check in checks:
            fit = check(ctx, entry)
            truth = table[truth, fit.truth]
            if truth is dominant:
                return Fit(dominant)
            reasons += fit.reasons
        return Fit(truth, reasons if truth is U else ())

    return run


def unrecorded(attribute: str, entry: Entry | Cancer) -> Fit:
    # How bad an allergic reaction was is on some record; how severe a disease is, a physician says.
    told = isinstance(entry, Entry) and entry.kind == "allergy"
    kind = Kind.JUDGEMENT if ATTRIBUTES[attribute].reserved and not told else Kind.MISSING
    return Fit(U, (Reason(kind, "attribute.missing", (attribute, entry.text), entry.text),))


def _attribute(entry: Entry, name: str) -> object:
    value = entry.attributes.get(name)
    if value is None and name == "treated" and entry.treated:
        return True
    if value is None and name == "unexplained" and entry.closure & EXPLAINED:
        return False
    return value


def _yes(attribute: str) -> FilterCheck:
    def run(_ctx: Context, entry: Entry) -> Fit:
        value = _attribute(entry, attribute)
        if value is None:
            return unrecorded(attribute, entry)
        return YES if value is True else NO

    return run


def _holds(attribute: str, op: str, value: Amount | str) -> FilterCheck:
    limit = float(SEVERITIES.index(value)) if isinstance(value, str) else value.value
    compare = {
        "<": float.__lt__,
        "<=": float.__le__,
        ">": float.__gt__,
        ">=": float.__ge__,
        "=": float.__eq__,
    }[op]

    def run(_ctx: Context, entry: Entry) -> Fit:
        recorded = _attribute(entry, attribute)
        if isinstance(recorded, str) and recorded in SEVERITIES:
            recorded = SEVERITIES.index(recorded)
        if not isinstance(recorded, (int, float)) or isinstance(recorded, bool):
            return unrecorded(attribute, entry)
        return YES if compare(float(recorded), limit) else NO

    return run


def _one_of(attribute: str, words: frozenset[str]) -> FilterCheck:
    def run(_ctx: Context, entry: Entry) -> Fit:
        recorded = _attribute(entry, attribute)
        if not isinstance(recorded, str):
            return unrecorded(attribute, entry)
        if recorded in words:
            return YES
        if recorded not in ATTRIBUTES[attribute].words:
            reason = Reason(Kind.UNUSABLE, "attribute.unclear", (attribute, entry.text, recorded), entry.text)
            return Fit(U, (reason,))
        return NO

    return run


def _is_a(concepts: tuple[str, ...]) -> FilterCheck:
    wanted = frozenset(concepts)
    terms = catalogue()
    broader = frozenset(a for c in concepts for a in terms.ancestors(c)) - wanted

    def run(_ctx: Context, entry: Entry) -> Fit:
        if entry.closure & wanted:
            return YES
        if may_be(entry, broader):
            return Fit(U, (Reason(Kind.MISSING, "kind.vague", (entry.text, concepts), entry.text),))
        return NO

    return run


def most_specific(entry: Entry | Cancer) -> frozenset[str]:
    """The recorded concepts that no other recorded concept refines."""
    terms = catalogue()
    found = entry.concepts
    if len(found) == 1:
        return found
    return frozenset(c for c in found if not any(o != c and terms.is_a(o, c) for o in found))


def may_be(entry: Entry, broader: frozenset[str]) -> bool:
    """Whether an entry is recorded only as something broader. The parts of a treatment may each be it; the names
    of a condition all name one thing, and a specific one among them settles what it is."""
    specific = most_specific(entry)
    if entry.kind in ("therapy", "medicine"):
        return bool(specific & broader)
    return bool(specific) and specific <= broader


def _inactive(window: Window) -> FilterCheck:
    def run(ctx: Context, entry: Entry) -> Fit:
        if entry.attributes.get("active") is True or entry.ongoing:
            return NO
        extent = extent_of(entry, ctx, acute=False)
        if extent is None:
            return Fit(U, (Reason(Kind.UNDATED, "date.missing", (entry.text,), entry.text),))
        held = in_window(extent, window, ctx, None, entry.text)
        return Fit(NOT[held.truth], held.reasons)

    return run


def _treated(window: Window) -> FilterCheck:
    def run(ctx: Context, entry: Entry) -> Fit:
        given = [w for w in entry.treated if w.first <= ctx.as_of]
        if not given:
            if _attribute(entry, "treated") is False:
                return NO
            return Fit(U, (Reason(Kind.UNDATED, "treatment.undated", (entry.text,), entry.text),))
        newest = max(given, key=lambda w: w.last)
        days = (newest.first, newest.last)
        held = in_window(Extent(days, days), window, ctx, None, f"treatment of {entry.text}")
        return Fit(held.truth, held.reasons)

    return run
