"""What an evaluation returns: a truth value, why, and the facts it rests on."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Any, NamedTuple, TypeVar

from paratope.truth._kleene import Truth

_T = TypeVar("_T")


class Kind(Enum):
    """What sort of reason this is. The first group keeps a verdict open, the last two accompany any verdict."""

    MISSING = "missing"  # nothing on record says
    STALE = "stale"  # there is a result, but it is too old (or older than a later therapy)
    UNDATED = "undated"  # there is a fact, but its date is missing or too coarse
    CONFLICTING = "conflicting"  # two facts on record disagree where it decides
    UNUSABLE = "unusable"  # there is a result that cannot be right or cannot be read
    WITHHELD = "not in the public record"  # the study does not publish the number
    UNREAD = "not read"  # words of the criterion that no rule covers
    JUDGEMENT = "needs judgement"  # the facts are there (or cannot settle it); a person must decide
    BECAUSE = "because"  # how a decided verdict was reached
    NOTE = "note"  # worth saying; decides nothing


JUDGED_KINDS = frozenset({Kind.JUDGEMENT})
"""The open kinds that more facts would not close: with only these open, the verdict is ``judgement``."""


class Reason(NamedTuple):
    """One reason. ``code`` names a phrase of the report's catalogue, ``args`` fill it; no prose here.

    ``needs`` names what would settle it (a concept, a statement topic), for the list of what to bring.
    """

    kind: Kind
    code: str
    args: tuple[Any, ...] = ()
    needs: str | None = None


class Outcome(NamedTuple):
    """The result of evaluating a rule.

    ``reasons``: for an unknown, every reason that keeps it open (never empty); for a decided value, how it
    was decided and notes. ``facts``: the facts it rests on, in order of use. ``flips``: the ordinal day from
    which, with the anchor moved there and no new fact, the value would be the opposite; None if no date alone
    changes it. ``presumed``: absence was presumed somewhere below, by the user's choice.
    """

    truth: Truth
    reasons: tuple[Reason, ...] = ()
    facts: tuple[Any, ...] = ()
    flips: int | None = None
    presumed: bool = False


DECIDED_TRUE = Outcome(Truth.TRUE)
DECIDED_FALSE = Outcome(Truth.FALSE)


def unknown(reason: Reason, *facts: Any) -> Outcome:
    """An unknown with one reason."""
    return Outcome(Truth.UNKNOWN, (reason,), facts)


def unique(found: Iterable[_T]) -> tuple[_T, ...]:
    """Each once, in order; by equality, since facts hold mappings and cannot be hashed."""
    kept: list[_T] = []
    for each in found:
        if each not in kept:
            kept.append(each)
    return tuple(kept)


def distinct(found: Iterable[_T]) -> tuple[_T, ...]:
    """Each object once, in order. Facts are the record's own objects: the same fact is the same object."""
    return tuple({id(each): each for each in found}.values())


class Verdict(Enum):
    """The four outward words."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"
    JUDGEMENT = "judgement"


def verdict_of(outcome: Outcome) -> Verdict:
    """The outward word: an unresolved outcome is ``judgement`` only if no open reason is a missing fact."""
    if outcome.truth is Truth.TRUE:
        return Verdict.MET
    if outcome.truth is Truth.FALSE:
        return Verdict.NOT_MET
    open_reasons = [r for r in outcome.reasons if r.kind not in (Kind.BECAUSE, Kind.NOTE)]
    if open_reasons and all(r.kind in JUDGED_KINDS for r in open_reasons):
        return Verdict.JUDGEMENT
    return Verdict.UNKNOWN
