"""The connectives over outcomes: Kleene's tables, keeping every reason and fact.

``flips`` composes as the value does: a conjunction that fails comes true when its last failing part does; a
disjunction that holds comes false when its last holding part does. It speaks of each part's own anchor.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from paratope.rules.evaluate.context import Context
from paratope.truth import Kind, Outcome, Reason, Truth, at_least

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN
Check = Callable[[Context], Outcome]


def _latest(flips: Sequence[int | None]) -> int | None:
    """The day by which all have flipped; None if some never does."""
    days = [d for d in flips if d is not None]
    return max(days) if days and len(days) == len(flips) else None


def _earliest(flips: Sequence[int | None]) -> int | None:
    days = [d for d in flips if d is not None]
    return min(days) if days else None


def _join(outcomes: Sequence[Outcome], truth: Truth, flips: int | None) -> Outcome:
    if len(outcomes) == 1:
        only = outcomes[0]
        return Outcome(truth, only.reasons, only.facts, flips, only.presumed)
    reasons: list[Reason] = []
    facts: list[object] = []
    seen: set[int] = set()
    presumed = False
    for o in outcomes:
        presumed = presumed or o.presumed
        for reason in o.reasons:
            if reason not in reasons:
                reasons.append(reason)
        for fact in o.facts:  # facts are the record's own objects: the same fact is the same object
            if id(fact) not in seen:
                seen.add(id(fact))
                facts.append(fact)
    return Outcome(truth, tuple(reasons), tuple(facts), flips, presumed)


def combine(outcomes: Sequence[Outcome], dominant: Truth) -> Outcome:
    """AND (dominant FALSE) or OR (dominant TRUE) of several outcomes."""
    if len(outcomes) == 1:
        return outcomes[0]
    deciding: list[Outcome] = []
    still_open: list[Outcome] = []
    for o in outcomes:
        if o.truth is dominant:
            deciding.append(o)
        elif o.truth is U:
            still_open.append(o)
    if deciding:
        # One reason that was recorded is enough; and no day is promised while another part is open.
        firm = [o for o in deciding if not o.presumed] or deciding
        flips = None if still_open else _latest([o.flips for o in deciding])
        return _join(firm, dominant, flips)
    if still_open:
        return _join(still_open, U, None)
    return _join(outcomes, T if dominant is F else F, _earliest([o.flips for o in outcomes]))


def negate(o: Outcome) -> Outcome:
    """NOT: the same reasons and facts, the other value."""
    if o.truth is U:
        return o
    return Outcome(F if o.truth is T else T, o.reasons, o.facts, o.flips, o.presumed)


def all_of(checks: Sequence[Check]) -> Check:
    """AND."""
    checks = tuple(checks)
    return lambda ctx: combine([c(ctx) for c in checks], F)


def any_of(checks: Sequence[Check]) -> Check:
    """OR."""
    checks = tuple(checks)
    return lambda ctx: combine([c(ctx) for c in checks], T)


def not_(check: Check) -> Check:
    """NOT."""
    return lambda ctx: negate(check(ctx))


def count_of(count: int, checks: Sequence[Check]) -> Check:
    """At least ``count`` of the checks hold."""
    checks = tuple(checks)

    def run(ctx: Context) -> Outcome:
        outcomes = [c(ctx) for c in checks]
        truth = at_least(count, [o.truth for o in outcomes])
        relevant = [o for o in outcomes if o.truth is truth] or outcomes
        return _join(relevant, truth, None)

    return run


def readings(checks: Sequence[Check]) -> Check:
    """An ambiguous text: agreeing readings decide; decided readings that disagree are for a person."""
    checks = tuple(checks)

    def run(ctx: Context) -> Outcome:
        outcomes = [c(ctx) for c in checks]
        values = {o.truth for o in outcomes}
        if len(values) == 1:
            (value,) = values
            if value is U:
                return _join(outcomes, U, None)
            flips = [o.flips for o in outcomes]
            return _join(outcomes, value, _latest(flips))
        if T in values and F in values:
            joined = _join(outcomes, U, None)
            told = tuple(r for r in joined.reasons if r.kind in (Kind.BECAUSE, Kind.NOTE))
            values_read = tuple(o.truth.value for o in outcomes)
            split = Reason(Kind.JUDGEMENT, "readings.disagree", values_read, "how the text is read")
            return Outcome(U, (split, *told), joined.facts, None, joined.presumed)
        return _join([o for o in outcomes if o.truth is U], U, None)

    return run


NOTHING_ON_RECORD = frozenset(
    {
        "measure.missing",
        "result.missing",
        "flag.missing",
        "statement.missing",
        "feature.missing",
        "attribute.missing",
        "not_asked",
        "antigen.missing",
        "judgement.reserved",
    }
)
"""The reasons that say a test was never done, a thing never asked about, an attribute never written down."""


def reflex(check: Check, screen: Check) -> Check:
    """A test done only after a positive screening test: a negative screen settles as false what was never
    tested. A result that is there but unclear, too old or contradictory stays open."""

    def run(ctx: Context) -> Outcome:
        own = check(ctx)
        if own.truth is F:
            return own
        screened = screen(ctx)
        if screened.truth is not F:
            return own
        if own.truth is U:
            if any(r.code not in NOTHING_ON_RECORD for r in own.reasons):
                return own
            reason = Reason(Kind.BECAUSE, "reflex.screen_negative")
            return Outcome(F, (reason, *screened.reasons), screened.facts, None, screened.presumed)
        note = Reason(Kind.NOTE, "reflex.conflict")
        return Outcome(T, (*own.reasons, note), (*own.facts, *screened.facts), own.flips, own.presumed)

    return run
