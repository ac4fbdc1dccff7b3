"""What a single change would do: the obstacle that stands alone, the limit nearly met."""

from __future__ import annotations

from dataclasses import dataclass

from paratope.patient.model import Interval
from paratope.rules.nodes import Amount, Bound, Multiple
from paratope.screening.model import CriterionResult, Effect, Status, StudyResult
from paratope.screening.screen import overall
from paratope.terms import catalogue
from paratope.truth import Kind, Truth
from paratope.units import convert

NEAR = 0.10
"""A limit missed or kept by at most this share of itself counts as near."""


@dataclass(frozen=True, slots=True)
class Margin:
    """How far a value lies from a limit. ``distance`` is value - limit in ``unit``; ``share`` is the absolute
    distance over the limit; ``fails``: on the side that excludes (or keeps out of the cohort)."""

    measure: str
    value: float
    limit: float
    unit: str
    distance: float
    share: float
    fails: bool

    @property
    def near(self) -> bool:
        """Within ``NEAR`` of the limit."""
        return self.share <= NEAR


def status_without(result: StudyResult, id: str) -> Status:
    """The study's status were this one criterion no obstacle and no question."""
    rest = [r for r in result.criteria if r.criterion.id != id]
    return overall(rest, [c.outcome for c in result.cohorts])


def sole_obstacle(result: StudyResult) -> CriterionResult | None:
    """The one criterion that alone excludes the patient; None if there is none or there are several."""
    failing = [r for r in result.criteria if r.effect is Effect.FAIL]
    if len(failing) != 1 or status_without(result, failing[0].criterion.id) is Status.EXCLUDED:
        return None
    return failing[0]


def margins(result: CriterionResult) -> tuple[Margin, ...]:
    """How far every number that decided this criterion lies from its limit, and whether on the side that
    stands in the patient's way. Scores (ECOG) have no unit to be near in and are left out."""
    if result.outcome.truth is Truth.UNKNOWN:
        return ()
    found = []
    text_true = result.outcome.truth is Truth.TRUE
    in_the_way = text_true is (result.criterion.section == "exclusion")
    for reason in result.outcome.reasons:
        if reason.kind is not Kind.BECAUSE or reason.code != "measure":
            continue
        measure, q, op, bound, upper = reason.args
        for limit_as_written in (bound, upper):
            limit = _in_canonical(limit_as_written, measure, q.high, q.low)
            value = _point(q.value)
            if limit is None or value is None or limit == 0:
                continue
            distance = round(value - limit, 6)
            kept = distance >= 0 if limit_as_written is bound else distance <= 0
            if op == "between" and not text_true and kept:
                continue  # of two limits only the one that is missed stands in the way
            concept = catalogue().get(measure)
            if concept is None or not concept.unit:
                continue
            share = abs(distance / limit)
            found.append(Margin(measure, value, limit, concept.unit, distance, share, in_the_way))
    return tuple(found)


def _point(value: Interval) -> float | None:
    return value.low if value.low == value.high else None


def _in_canonical(bound: Bound | None, measure: str, high: float | None, low: float | None) -> float | None:
    if isinstance(bound, Multiple):
        own = high if bound.limit == "ULN" else low
        return None if own is None else bound.factor * own
    if not isinstance(bound, Amount):
        return None
    concept = catalogue().get(measure)
    if concept is None or concept.unit is None or bound.unit in ("", concept.unit):
        return bound.value
    return convert(bound.value, bound.unit, concept.unit, concept.molar_mass)
