"""Things that were, are, or were not: ``any STROKE where (...) within ...``."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from paratope.patient.model import TABLE_HALF_LIFE, Entry, When
from paratope.rules.evaluate.context import Context
from paratope.rules.evaluate.filters import FilterCheck, compile_filter, may_be
from paratope.rules.evaluate.logic import Check
from paratope.rules.evaluate.windows import extent_of, in_window
from paratope.rules.nodes import Any, Window
from paratope.terms import catalogue
from paratope.truth import AND, Kind, Outcome, Reason, Truth, distinct, unique

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN

PLANNED = frozenset({"planned surgery"})
"""Entries that lie ahead by their nature; any other entry after the as-of date is not yet known."""


# --- any ... -------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _acute_concepts() -> frozenset[str]:
    """The concepts that are events, dated by their onset."""
    terms = catalogue()
    return frozenset(c for c in terms.names() if (found := terms.get(c)) is not None and found.acute)


class Weighed(NamedTuple):
    """One entry held against the filter and the window: whether it fits, why that is open, the day from which
    it would have left the window, and the anchors used."""

    entry: Entry
    truth: Truth
    reasons: tuple[Reason, ...] = ()
    flips: int | None = None
    anchors: tuple[object, ...] = ()
    notes: tuple[Reason, ...] = ()


def compile_any(node: Any) -> Check:
    """``Any``: is there an entry that fits?"""
    accept = compile_filter(node.where) if node.where is not None else None
    window = node.window
    acute = _acute_concepts()
    plans = tuple(Wanted.of(c) for c in node.concepts)

    nothing = ("nothing like it", node.concepts)

    def run(ctx: Context) -> Outcome:
        candidates = _candidates(ctx, plans)
        if not candidates:  # by far the most frequent, and the same for every study
            key = (nothing, ctx.presume, ctx.history)
            found = ctx.shared.get(key)
            if found is None:
                found = ctx.shared[key] = _not_found(ctx, plans, [])
            return found  # type: ignore[return-value]
        weighed = [_weigh(ctx, entry, vague, accept, window, acute) for entry, vague in candidates]
        sure = [w for w in weighed if w.truth is T]
        return _found(ctx, sure) if sure else _not_found(ctx, plans, weighed)

    return run


def _candidates(ctx: Context, plans: tuple[Wanted, ...]) -> list[tuple[Entry, tuple[Reason, ...]]]:
    """The entries that are one of the wanted concepts, then those recorded so broadly that they might be (with
    the reason that leaves it open)."""
    found: list[tuple[Entry, tuple[Reason, ...]]] = []
    seen: set[int] = set()
    for plan in plans:
        for entry in ctx.patient.present.get(plan.concept, ()):
            if id(entry) not in seen:
                seen.add(id(entry))
                found.append((entry, ()))
    for plan in plans:
        for entry in plan.vaguely(ctx):
            if id(entry) not in seen and may_be(entry, plan.broader) and not plan.denied_within(ctx, entry):
                seen.add(id(entry))
                reason = Reason(Kind.MISSING, "kind.vague", (entry.text, (plan.concept,)), entry.text)
                found.append((entry, (reason,)))
    return found


def _weigh(
    ctx: Context,
    entry: Entry,
    vague: tuple[Reason, ...],
    accept: FilterCheck | None,
    window: Window | None,
    acute: frozenset[str],
) -> Weighed:
    """An entry against filter and window; ``vague``: why it may not be the thing at all."""
    start = entry.start
    if start is not None and start.first > ctx.as_of and not entry.closure & PLANNED:
        return Weighed(entry, F)  # after the as-of date: not yet known
    truth, reasons = (U if vague else T), vague
    if accept is not None:
        fit = accept(ctx, entry)
        truth = AND[truth, fit.truth]
        if truth is F:
            return Weighed(entry, F)
        reasons += fit.reasons
    if window is None:
        return Weighed(entry, truth, reasons)
    extent = extent_of(entry, ctx, bool(entry.closure & acute))
    if extent is None:
        undated = Reason(Kind.UNDATED, "date.missing", (entry.text,), entry.text)
        return Weighed(entry, U, (*reasons, undated))
    days, notes = _half_life(ctx, entry, window)
    held = in_window(extent, window, ctx, days, entry.text)
    truth = AND[truth, held.truth]
    if truth is F:
        return Weighed(entry, F, (), None, held.facts, notes)
    return Weighed(entry, truth, (*reasons, *held.reasons), held.flips, held.facts, notes)


def _half_life(ctx: Context, entry: Entry, window: Window) -> tuple[float | None, tuple[Reason, ...]]:
    """The half-life that counts, in days, with a note if it is the drug's and not the record's."""
    if not any(span.unit == "half-lives" for span in window.spans):
        return None, ()
    recorded = entry.attributes.get("half-life")
    if isinstance(recorded, (int, float)):
        return float(recorded), ()
    known = entry.attributes.get(TABLE_HALF_LIFE)
    if not isinstance(known, (int, float)):
        return None, ()
    if not ctx.policies.half_lives_from_table:
        return None, (Reason(Kind.NOTE, "half_life.not_documented", (entry.text, float(known))),)
    return float(known), (Reason(Kind.NOTE, "half_life.table", (entry.text, float(known))),)


def _found(ctx: Context, sure: list[Weighed]) -> Outcome:
    """True, unless refutations on record contradict everything that was found."""
    entries = [w.entry for w in sure]
    denials = (r for e in entries for c in e.closure for r in ctx.patient.absent.get(c, ()))
    against = distinct(r for r in denials if r.start is None or r.start.first <= ctx.as_of)
    if against and all(_contradicted(e, against) for e in entries):
        texts = tuple(e.text for e in entries)
        reason = Reason(
            Kind.CONFLICTING, "refuted_and_present", (texts, tuple(a.text for a in against)), texts[0]
        )
        return Outcome(U, (reason,), (*entries, *against))
    flips = [w.flips for w in sure]
    known = [day for day in flips if day is not None]
    latest = max(known) if known and len(known) == len(flips) else None
    anchors = distinct(a for w in sure for a in w.anchors)
    told = Reason(Kind.BECAUSE, "found", (tuple(entries),))
    notes = unique(note for w in sure for note in w.notes)
    return Outcome(T, (told, *notes), (*entries, *anchors), latest)


def _not_found(ctx: Context, plans: tuple[Wanted, ...], weighed: list[Weighed]) -> Outcome:
    """False if each concept was asked about and nothing may fit; else unknown."""
    reasons = [r for w in weighed if w.truth is U for r in w.reasons]
    absences: list[object] = []
    asked_about: list[str] = []
    presumed: list[str] = []
    for plan in plans:
        asked = plan.asked(ctx)
        if asked is not None:
            absences.extend(asked)
            asked_about.append(plan.concept)
        elif ctx.presume:
            presumed.append(plan.concept)
        else:
            reasons.append(plan.not_asked)
    wanted = tuple(p.concept for p in plans)
    anchors = [a for w in weighed for a in w.anchors]
    if reasons:
        doubtful = [w.entry for w in weighed if w.truth is U]
        reasons += [note for w in weighed if w.truth is U for note in w.notes]
        return Outcome(U, unique(reasons), distinct((*doubtful, *anchors)))
    passed = tuple(w.entry for w in weighed)
    told: list[Reason] = []
    if passed:
        told.append(Reason(Kind.BECAUSE, "none_fits", (wanted, passed)))
    elif asked_about:
        told.append(Reason(Kind.BECAUSE, "none", (tuple(asked_about),)))
    told += unique(note for w in weighed for note in w.notes)
    if presumed:
        told.append(Reason(Kind.NOTE, "presumed", (tuple(presumed),)))
    return Outcome(F, tuple(told), distinct((*passed, *absences, *anchors)), None, bool(presumed))


def _contradicted(entry: Entry, refutations: Iterable[Entry]) -> bool:
    """A refutation speaks against the entry unless it was made before the entry began."""
    for r in refutations:
        if not r.concepts & entry.closure:
            continue
        if r.start is not None and entry.start is not None and entry.start.first > r.start.last:
            continue
        return True
    return False


class Wanted(NamedTuple):
    """What can prove a concept absent, worked out once."""

    concept: str
    lineage: frozenset[str]  # the concept and its ancestors
    broader: frozenset[str]  # the ancestors alone
    topics: tuple[str, ...]  # those of the lineage that are questions asked at screening
    reviews: frozenset[str]  # the reviewed lists that cover it
    not_asked: Reason  # what to say when nobody did

    @classmethod
    def of(cls, concept: str) -> Wanted:
        terms = catalogue()
        lineage = terms.ancestors(concept)
        known = [found for c in lineage if (found := terms.get(c)) is not None]
        return cls(
            concept,
            lineage,
            lineage - {concept},
            tuple(k.name for k in known if k.topic),
            frozenset(k.covered_by for k in known if k.covered_by),
            Reason(Kind.MISSING, "not_asked", (concept,), concept),
        )

    def vaguely(self, ctx: Context) -> list[Entry]:
        """Present entries recorded only as something broader: they might be this."""
        index = ctx.recorded_as()
        broader = index.keys() & self.broader
        return [e for concept in sorted(broader) for e in index[concept]] if broader else []

    def denied_within(self, ctx: Context, entry: Entry) -> bool:
        """Whether a denial narrower than the entry's own words says that the entry is not this."""
        narrower = self.lineage - entry.closure
        return any(_counts(r.start or r.end, ctx) for c in narrower for r in ctx.patient.absent.get(c, ()))

    def asked(self, ctx: Context) -> tuple[object, ...] | None:
        """The facts that show somebody looked; None if nothing does."""
        key = (self.concept, ctx.history)
        if key not in ctx.shared:
            ctx.shared[key] = self._asked(ctx)
        return ctx.shared[key]  # type: ignore[return-value]

    def _asked(self, ctx: Context) -> tuple[object, ...] | None:
        absent = ctx.patient.absent
        refuted = tuple(r for c in self.lineage for r in absent.get(c, ()) if _counts(r.start or r.end, ctx))
        if refuted:
            return refuted
        if self.reviews:
            # What stands on two lists (methotrexate) is absent only if both were gone through.
            reviews = tuple(
                r for r in ctx.patient.reviews if r.covers in self.reviews and _counts(r.when, ctx)
            )
            if self.reviews <= {r.covers for r in reviews}:
                return reviews
        if ctx.policies.instance_answers_topic:
            for topic in self.topics:
                found = tuple(
                    e
                    for e in ctx.patient.present.get(topic, ())
                    if e.start is None or e.start.first <= ctx.as_of or e.closure & PLANNED
                )
                if found:
                    return found
        return None


def _counts(when: When | None, ctx: Context) -> bool:
    """Whether a denial or a list gone through still speaks for the as-of date. Undated: it does."""
    if when is None:
        return True
    limit = ctx.policies.freshness.get("history")
    return when.first <= ctx.as_of and (limit is None or ctx.as_of - when.first <= limit)
