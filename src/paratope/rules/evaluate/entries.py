"""Things that were, are, or were not: ``any STROKE where (...) within ...``, and the cancer itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple

from paratope.patient.model import Cancer, Entry
from paratope.rules.attributes import ATTRIBUTES, SEVERITIES
from paratope.rules.evaluate.context import Context
from paratope.rules.evaluate.logic import Check
from paratope.rules.evaluate.windows import FAR, extent_of, in_window
from paratope.rules.nodes import (
    AllOf,
    Amount,
    Any,
    AnyOf,
    But,
    CancerIs,
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
from paratope.truth import AND, NOT, OR, Kind, Outcome, Reason, Truth, unique

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN


class Fit(NamedTuple):
    """How well an entry fits a filter: truth, and the reasons that keep it open."""

    truth: Truth
    reasons: tuple[Reason, ...] = ()


YES, NO = Fit(T), Fit(F)
FilterCheck = Callable[[Context, Entry], Fit]


# --- filters -------------------------------------------------------------------------------------------


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


def _unrecorded(attribute: str, entry: Entry | Cancer) -> Fit:
    # How bad an allergic reaction was is on some record; how severe a disease is, a physician says.
    told = isinstance(entry, Entry) and entry.kind == "allergy"
    kind = Kind.JUDGEMENT if ATTRIBUTES[attribute].reserved and not told else Kind.MISSING
    return Fit(U, (Reason(kind, "attribute.missing", (attribute, entry.text), entry.text),))


def _attribute(entry: Entry, name: str) -> object:
    value = entry.attributes.get(name)
    if value is None and name == "treated" and entry.treated:
        return True
    return value


def _yes(attribute: str) -> FilterCheck:
    def run(_ctx: Context, entry: Entry) -> Fit:
        value = _attribute(entry, attribute)
        if value is None:
            return _unrecorded(attribute, entry)
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
            return _unrecorded(attribute, entry)
        return YES if compare(float(recorded), limit) else NO

    return run


def _one_of(attribute: str, words: frozenset[str]) -> FilterCheck:
    def run(_ctx: Context, entry: Entry) -> Fit:
        recorded = _attribute(entry, attribute)
        if not isinstance(recorded, str):
            return _unrecorded(attribute, entry)
        return YES if recorded in words else NO

    return run


def _is_a(concepts: tuple[str, ...]) -> FilterCheck:
    wanted = frozenset(concepts)
    terms = catalogue()
    broader = frozenset(a for c in concepts for a in terms.ancestors(c)) - wanted

    def run(_ctx: Context, entry: Entry) -> Fit:
        if entry.closure & wanted:
            return YES
        specific = _most_specific(entry)
        if specific & broader and specific <= broader:
            return Fit(U, (Reason(Kind.MISSING, "kind.vague", (entry.text, concepts), entry.text),))
        return NO

    return run


def _most_specific(entry: Entry | Cancer) -> frozenset[str]:
    """The recorded concepts that no other recorded concept refines."""
    terms = catalogue()
    found = entry.concepts
    if len(found) == 1:
        return found
    return frozenset(c for c in found if not any(o != c and terms.is_a(o, c) for o in found))


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
    from paratope.rules.evaluate.windows import Extent

    def run(ctx: Context, entry: Entry) -> Fit:
        if not entry.treated:
            if entry.attributes.get("treated") is False:
                return NO
            return Fit(U, (Reason(Kind.UNDATED, "treatment.undated", (entry.text,), entry.text),))
        newest = max(entry.treated, key=lambda w: w.last)
        days = (newest.first, newest.last)
        held = in_window(Extent(days, days), window, ctx, None, f"treatment of {entry.text}")
        return Fit(held.truth, held.reasons)

    return run


PLANNED = frozenset({"planned surgery"})
"""Entries that lie ahead by their nature; any other entry after the as-of date is not yet known."""


# --- any ... -------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _acute_concepts() -> frozenset[str]:
    """The concepts that are events, dated by their onset."""
    terms = catalogue()
    return frozenset(c for c in terms.names() if (found := terms.get(c)) is not None and found.acute)


def compile_any(node: Any) -> Check:
    """``Any``: is there an entry that fits?"""
    accept = compile_filter(node.where) if node.where is not None else None
    window = node.window
    wanted = node.concepts
    acute = _acute_concepts()
    plans = tuple(_Wanted.of(c) for c in wanted)

    def run(ctx: Context) -> Outcome:
        sure: list[tuple[Entry, int | None]] = []
        reasons: list[Reason] = []
        doubtful: list[object] = []
        passed: list[object] = []
        used: list[object] = []
        seen: set[int] = set()
        present = ctx.patient.present
        for plan in plans:
            for entry in present.get(plan.concept, ()):
                if id(entry) in seen:
                    continue
                seen.add(id(entry))
                truth, why, flips, facts = _fits(ctx, entry, T, (), accept, window, acute)
                used.extend(facts)
                if truth is T:
                    sure.append((entry, flips))
                elif truth is U:
                    reasons.extend(why)
                    doubtful.append(entry)
                else:
                    passed.append(entry)
            for entry in plan.vaguely(ctx):
                if id(entry) in seen or not _most_specific(entry) & plan.broader:
                    continue
                seen.add(id(entry))
                vague = (Reason(Kind.MISSING, "kind.vague", (entry.text, (plan.concept,)), entry.text),)
                truth, why, _flips, _facts = _fits(ctx, entry, U, vague, accept, window, acute)
                if truth is U:
                    reasons.extend(why)
                    doubtful.append(entry)
        if sure:
            return _found(ctx, sure, used)
        absences: list[object] = []
        presumed = False
        for plan in plans:
            asked = plan.asked(ctx)
            if asked is None:
                if ctx.presume:
                    presumed = True
                    continue
                reasons.append(Reason(Kind.MISSING, "not_asked", (plan.concept,), plan.concept))
            else:
                absences.extend(a for a in asked if a not in absences)
        if reasons:
            return Outcome(U, unique(reasons), (*doubtful, *used))
        how: list[Reason] = [Reason(Kind.BECAUSE, "none", (wanted,))]
        if passed:
            how = [Reason(Kind.BECAUSE, "none_fits", (wanted, tuple(passed)))]
        if presumed:
            how.append(Reason(Kind.NOTE, "presumed", (wanted,)))
        return Outcome(F, tuple(how), (*passed, *absences, *used), None, presumed)

    return run


def _fits(
    ctx: Context,
    entry: Entry,
    truth: Truth,
    why: tuple[Reason, ...],
    accept: FilterCheck | None,
    window: Window | None,
    acute: frozenset[str],
) -> tuple[Truth, tuple[Reason, ...], int | None, tuple[object, ...]]:
    """An entry against filter and window: truth, open reasons, when it would leave the window, facts used."""
    flips: int | None = None
    facts: tuple[object, ...] = ()
    start = entry.start
    if start is not None and start.first > ctx.as_of and not entry.closure & PLANNED:
        return F, (), None, ()  # after the as-of date: not yet known
    if accept is not None:
        fit = accept(ctx, entry)
        truth = AND[truth, fit.truth]
        if truth is F:
            return F, (), None, ()
        why += fit.reasons
    if window is not None:
        extent = extent_of(entry, ctx, bool(entry.closure & acute))
        if extent is None:
            reason = Reason(Kind.UNDATED, "date.missing", (entry.text,), entry.text)
            return U, (*why, reason), None, ()
        half_life = entry.attributes.get("half-life")
        held = in_window(
            extent, window, ctx, float(half_life) if isinstance(half_life, (int, float)) else None, entry.text
        )
        truth = AND[truth, held.truth]
        if truth is F:
            return F, (), None, held.facts
        why += held.reasons
        flips, facts = held.flips, held.facts
    return truth, why, flips, facts


def _found(ctx: Context, sure: list[tuple[Entry, int | None]], used: list[object]) -> Outcome:
    """True, unless a refutation on record contradicts what was found."""
    against: list[Entry] = []
    for entry, _ in sure:
        for concept in entry.closure:
            against.extend(r for r in ctx.patient.absent.get(concept, ()) if r not in against)
    entries = [e for e, _ in sure]
    if against and len(against) >= 1 and all(_contradicted(e, against) for e in entries):
        texts = tuple(e.text for e in entries)
        reason = Reason(
            Kind.CONFLICTING, "refuted_and_present", (texts, tuple(a.text for a in against)), texts[0]
        )
        return Outcome(U, (reason,), (*entries, *against))
    flips = [f for _, f in sure]
    latest = max((f for f in flips if f is not None), default=None) if None not in flips else None
    reason = Reason(Kind.BECAUSE, "found", (tuple(entries),))
    return Outcome(T, (reason,), (*entries, *unique(used)), latest)


def _contradicted(entry: Entry, refutations: Iterable[Entry]) -> bool:
    """A refutation speaks against the entry unless it was made before the entry began."""
    for r in refutations:
        if not r.closure & entry.closure:
            continue
        if r.start is not None and entry.start is not None and entry.start.first > r.start.last:
            continue
        return True
    return False


class _Wanted(NamedTuple):
    """What can prove a concept absent, worked out once."""

    concept: str
    lineage: frozenset[str]  # the concept and its ancestors
    broader: frozenset[str]  # the ancestors alone
    topics: tuple[str, ...]  # those of the lineage that are questions asked at screening
    reviews: frozenset[str]  # the reviewed lists that cover it

    @classmethod
    def of(cls, concept: str) -> _Wanted:
        terms = catalogue()
        lineage = terms.ancestors(concept)
        known = [found for c in lineage if (found := terms.get(c)) is not None]
        return cls(
            concept,
            lineage,
            lineage - {concept},
            tuple(k.name for k in known if k.topic),
            frozenset(k.covered_by for k in known if k.covered_by),
        )

    def vaguely(self, ctx: Context) -> list[Entry]:
        """Present entries recorded only as something broader: they might be this."""
        return [e for broad in self.broader for e in ctx.vague(broad)]

    def asked(self, ctx: Context) -> tuple[object, ...] | None:
        """The facts that show somebody looked; None if nothing does."""
        key = ("asked", self.concept, ctx.policies.instance_answers_topic)
        if key not in ctx.shared:
            ctx.shared[key] = self._asked(ctx)
        return ctx.shared[key]  # type: ignore[return-value]

    def _asked(self, ctx: Context) -> tuple[object, ...] | None:
        absent = ctx.patient.absent
        refuted = tuple(r for c in self.lineage for r in absent.get(c, ()))
        if refuted:
            return refuted
        reviews = tuple(r for r in ctx.patient.reviews if r.covers in self.reviews)
        if reviews:
            return reviews
        if ctx.policies.instance_answers_topic:
            for topic in self.topics:
                found = ctx.patient.present.get(topic)
                if found:
                    return tuple(found)
        return None


# --- the cancer ----------------------------------------------------------------------------------------

_SETS = {"extent": "extent", "confirmed by": "confirmed_by", "status": "status", "feature": "features"}


def compile_cancer(node: CancerIs) -> Check:
    """``CancerIs``: of the cancer under study."""
    terms = catalogue()
    wanted = frozenset(node.concepts)
    broader = frozenset(a for c in wanted for a in terms.ancestors(c)) - wanted
    accept = _cancer_filter(node.where) if node.where is not None else None

    def run(ctx: Context) -> Outcome:
        cancers = ctx.patient.cancers
        if not cancers:
            return Outcome(U, (Reason(Kind.MISSING, "cancer.missing", (), "diagnosis"),))
        outcomes = [_one_cancer(c, node, wanted, broader, accept) for c in cancers]
        first = outcomes[0]
        if all(o.truth is first.truth for o in outcomes):
            return first
        reason = Reason(Kind.CONFLICTING, "cancer.several", tuple(c.text for c in cancers), "diagnosis")
        return Outcome(U, (reason,), tuple(cancers))

    return run


def _one_cancer(
    cancer: Cancer,
    node: CancerIs,
    wanted: frozenset[str],
    broader: frozenset[str],
    accept: Callable[[Cancer], Fit] | None,
) -> Outcome:
    facts = (cancer,)
    truth = T
    reasons: tuple[Reason, ...] = ()
    if wanted and not cancer.closure & wanted:
        specific = _most_specific(cancer)
        if not (specific & broader) and specific:
            return Outcome(F, (Reason(Kind.BECAUSE, "cancer.other", (cancer, node.concepts)),), facts)
        truth = U
        reasons = (Reason(Kind.MISSING, "kind.vague", (cancer.text, node.concepts), "diagnosis"),)
    if accept is not None:
        fit = accept(cancer)
        truth = AND[truth, fit.truth]
        if truth is F:
            return Outcome(F, (Reason(Kind.BECAUSE, "cancer.not_so", (cancer,)),), facts)
        reasons += fit.reasons
    if truth is U:
        return Outcome(U, reasons, facts)
    return Outcome(T, (Reason(Kind.BECAUSE, "cancer", (cancer,)),), facts)


def _cancer_filter(node: Filter) -> Callable[[Cancer], Fit]:
    match node:
        case AllOf(items) | AnyOf(items):
            table, dominant = (AND, F) if isinstance(node, AllOf) else (OR, T)
            checks = [_cancer_filter(i) for i in items]

            def folded(cancer: Cancer) -> Fit:
                truth = NOT[dominant]
                reasons: tuple[Reason, ...] = ()
                for check in checks:
                    fit = check(cancer)
                    truth = table[truth, fit.truth]
                    reasons += fit.reasons
                return Fit(truth, reasons if truth is U else ())

            return folded
        case But(item):
            inner = _cancer_filter(item)

            def negated(cancer: Cancer) -> Fit:
                fit = inner(cancer)
                return Fit(NOT[fit.truth], fit.reasons)

            return negated
        case OneOf(attribute, words) if attribute in _SETS:
            field, accepted = _SETS[attribute], frozenset(words)

            def member(cancer: Cancer) -> Fit:
                recorded: frozenset[str] = getattr(cancer, field)
                if not recorded:
                    return _unrecorded(attribute, cancer)
                return YES if recorded & accepted else NO

            return member
        case Reserved(what):
            return lambda _cancer: Fit(U, (Reason(Kind.JUDGEMENT, "reserved", (what,), what),))
    asked = getattr(node, "attribute", type(node).__name__)
    return lambda cancer: Fit(U, (Reason(Kind.UNREAD, "filter.not_of_cancer", (asked, cancer.text)),))


__all__ = ["FAR", "Fit", "compile_any", "compile_cancer", "compile_filter"]
