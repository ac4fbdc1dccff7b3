"""Protocol x patient -> verdicts and cohorts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from paratope.patient.model import Patient
from paratope.protocol.model import Criterion, Protocol
from paratope.rules import nodes as n
from paratope.rules.evaluate import Context, OtherStudy, compile_rule
from paratope.rules.evaluate.logic import Check, combine
from paratope.rules.walk import walk
from paratope.screening.model import (
    COHORT_WORDS,
    CohortResult,
    CriterionResult,
    Effect,
    Need,
    Screening,
    Status,
    StudyResult,
)
from paratope.screening.plan import NO_PLAN, Plan
from paratope.truth import Kind, Outcome, Truth, Verdict, verdict_of


@dataclass(frozen=True, slots=True)
class Study:
    """A protocol made ready to run. Make it once with ``prepare``; it is safe to share."""

    protocol: Protocol
    checks: Mapping[str, Check]
    cohort_checks: tuple[tuple[str, Check], ...]
    asks_others: bool


def prepare(protocol: Protocol) -> Study:
    """Compile a protocol's rules."""
    return Study(
        protocol,
        {c.id: compile_rule(c.rule) for c in protocol.criteria},
        tuple((c.name, compile_rule(c.rule)) for c in protocol.cohorts),
        any(isinstance(node, n.NoOtherStudy) for c in protocol.criteria for node in walk(c.rule)),
    )


def screen(
    patient: Patient,
    studies: Sequence[Study],
    as_of: int,
    plan: Plan = NO_PLAN,
    *,
    presume_absence: bool = False,
    on_file: Sequence[Study] = (),
) -> Screening:
    """Screen one patient against studies as of a day.

    ``on_file``: every study known, for rules that ask whether another study is open to the patient; those
    not in ``studies`` are screened for that purpose only.
    """
    wanted = {s.protocol.key for s in studies}
    asking = any(s.asks_others for s in studies)
    known = {s.protocol.key: s for s in (*(on_file if asking else ()), *studies)}
    results: dict[str, StudyResult] = {}
    statuses: dict[str, OtherStudy] = {}
    shared: dict[object, object] = {}
    for study in sorted(known.values(), key=lambda s: s.asks_others):
        key = study.protocol.key
        others = tuple(o for o in statuses.values() if o.key != key) if study.asks_others else None
        result = screen_study(
            patient, study, as_of, plan, presume_absence=presume_absence, others=others, shared=shared
        )
        statuses[key] = OtherStudy(key, result.status.value)
        if key in wanted:
            results[key] = result
    ordered = tuple(results[s.protocol.key] for s in studies)
    return Screening(patient, as_of, presume_absence, ordered)


def screen_study(
    patient: Patient,
    study: Study,
    as_of: int,
    plan: Plan = NO_PLAN,
    *,
    presume_absence: bool = False,
    others: tuple[OtherStudy, ...] | None = None,
    shared: dict[object, object] | None = None,
) -> StudyResult:
    """Screen one patient against one study. ``others``: the verdicts of the studies beside it; ``shared``: a
    mapping to hand to every study of the same patient and as-of date, so that they share their work."""
    protocol = study.protocol
    outcomes: dict[str, Outcome] = {}
    cohorts: list[tuple[str, Outcome]] = []

    def criterion(wanted: str) -> Outcome:
        found = outcomes.get(wanted)
        if found is None:
            found = outcomes[wanted] = study.checks[wanted](ctx)
        return found

    def cohort_outcomes() -> tuple[tuple[str, Outcome], ...]:
        if not cohorts:
            cohorts.extend((name, check(ctx)) for name, check in study.cohort_checks)
        return tuple(cohorts)

    ctx = Context(
        patient,
        as_of,
        protocol.key,
        plan.of(protocol.key),
        protocol.policies,
        presume_absence,
        others,
        criterion,
        cohort_outcomes,
        {} if shared is None else shared,
    )
    results = []
    for c in protocol.criteria:
        outcome = criterion(c.id)
        verdict = verdict_of(outcome)
        results.append(CriterionResult(c, outcome, verdict, effect_of(c, verdict)))
    routed = tuple(CohortResult(name, o, COHORT_WORDS[verdict_of(o)]) for name, o in cohort_outcomes())
    return StudyResult(
        protocol,
        overall(results, [o for _, o in cohort_outcomes()]),
        routed,
        tuple(results),
        needs_of(results),
        ctx,
    )


def effect_of(criterion: Criterion, verdict: Verdict) -> Effect:
    """What the verdict on a criterion's text does to the study's answer."""
    if criterion.role == "illustrative":
        return Effect.ILLUSTRATIVE
    if criterion.role == "cohort":
        return Effect.COHORT_ONLY
    if verdict in (Verdict.UNKNOWN, Verdict.JUDGEMENT):
        return Effect.OPEN
    excludes = criterion.section == "exclusion"
    return Effect.FAIL if (verdict is Verdict.MET) is excludes else Effect.PASS


def overall(results: Sequence[CriterionResult], cohorts: Sequence[Outcome]) -> Status:
    """Any fail excludes; else any unknown leaves it incomplete; else any judgement; else eligible.

    The cohorts count as one more inclusion criterion: some cohort must fit.
    """
    fails = any(r.effect is Effect.FAIL for r in results)
    open_verdicts = {r.verdict for r in results if r.effect is Effect.OPEN}
    if cohorts:
        routed = combine(cohorts, Truth.TRUE)
        fails = fails or routed.truth is Truth.FALSE
        if routed.truth is Truth.UNKNOWN:
            open_verdicts.add(verdict_of(routed))
    if fails:
        return Status.EXCLUDED
    if Verdict.UNKNOWN in open_verdicts:
        return Status.INCOMPLETE
    return Status.NEEDS_JUDGEMENT if Verdict.JUDGEMENT in open_verdicts else Status.ELIGIBLE


def needs_of(results: Sequence[CriterionResult]) -> tuple[Need, ...]:
    """What is missing, each thing once, with the criteria it would help to decide."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for r in results:
        if r.outcome.truth is not Truth.UNKNOWN or r.effect is Effect.ILLUSTRATIVE:
            continue
        for reason in r.outcome.reasons:
            if reason.kind in (Kind.BECAUSE, Kind.NOTE):
                continue
            key = (reason.needs or reason.code, reason.kind.value)
            found.setdefault(key, {})[r.criterion.id] = None
    return tuple(Need(what, why, tuple(ids)) for (what, why), ids in found.items())
