"""What the dossier says, as plain data: the page only lays it out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from paratope.patient.model import Imaging, Lesion, Measurement, Result
from paratope.report.document import why
from paratope.report.phrases import say, t
from paratope.report.phrases.words import bound as bound_words
from paratope.report.phrases.words import dated, number
from paratope.rules.written import write_rule
from paratope.screening import CriterionResult, Effect, Screening, Status, StudyResult
from paratope.screening.whatif import Margin, margins, sole_obstacle, status_without
from paratope.terms import catalogue
from paratope.truth import Kind, Reason, Truth, Verdict

# --- parts ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Evidence:
    """One fact as shown: what, when, from where."""

    text: str
    date: str
    source: str


@dataclass(frozen=True, slots=True)
class CriterionCard:
    """One criterion as shown."""

    id: str
    section: str
    text: str
    rule: str
    verdict: str
    effect: str  # for the style
    effect_words: str
    why: str
    evidence: tuple[Evidence, ...]
    from_day: str | None
    margins: tuple[str, ...]
    presumed: bool
    ambiguities: tuple[str, ...]
    place: str  # where in the study's text


@dataclass(frozen=True, slots=True)
class StudyCard:
    """One study as shown."""

    key: str
    title: str
    status: str  # for the style
    status_words: str
    record_status: str
    cohorts: tuple[tuple[str, str, str], ...]  # name, word for the style, why
    change: tuple[str, ...]  # what would change the answer
    failing: tuple[CriterionCard, ...]
    open: tuple[CriterionCard, ...]
    judgement: tuple[CriterionCard, ...]
    cohort_criteria: tuple[CriterionCard, ...]
    passing: tuple[CriterionCard, ...]
    examples: tuple[CriterionCard, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to bring, inside a document."""

    what: str
    why: str
    fresh: str
    asked_by: str


@dataclass(frozen=True, slots=True)
class Document:
    """A document a site asks for, and what it must say."""

    name: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything on the page."""

    patient: str
    facts: tuple[str, ...]
    as_of: str
    presumed: bool
    studies: tuple[StudyCard, ...]
    bring: tuple[Document, ...]
    expiring: tuple[tuple[str, str], ...]  # last day, the facts that count until then
    washouts: tuple[tuple[str, str, str], ...]  # day, study and criterion, what
    near: tuple[str, ...]
    questions: tuple[tuple[str, tuple[str, ...]], ...]  # study, questions
    unused: tuple[tuple[str, str], ...]
    policies: tuple[str, ...]


# --- building ------------------------------------------------------------------------------------------


def content(screening: Screening) -> Dossier:
    """The dossier of one screening."""
    patient = screening.patient
    known = [f.text for f in (patient.sex_fact, patient.born_fact) if f is not None]
    known += [dated(c) for c in patient.cancers]
    return Dossier(
        patient.id,
        tuple(known),
        _iso(screening.as_of),
        screening.presumed_absence,
        tuple(study_card(s) for s in screening.hopeful_first),
        _to_bring(screening),
        _expiring(screening),
        _washouts(screening),
        _near(screening),
        _questions(screening),
        tuple((u.resource, u.why) for u in patient.unused),
        _policies(screening),
    )


def study_card(result: StudyResult) -> StudyCard:
    """One study."""
    protocol = result.protocol
    cards = {r.criterion.id: criterion_card(r) for r in result.criteria}

    def pick(effect: Effect, *verdicts: Verdict) -> tuple[CriterionCard, ...]:
        return tuple(
            cards[r.criterion.id]
            for r in result.criteria
            if r.effect is effect and (not verdicts or r.verdict in verdicts)
        )

    return StudyCard(
        protocol.key,
        protocol.title,
        result.status.value,
        t("status." + result.status.value),
        _record_status(result),
        tuple((c.name, c.word, why(c.outcome)) for c in result.cohorts),
        _change(result),
        pick(Effect.FAIL),
        pick(Effect.OPEN, Verdict.UNKNOWN),
        pick(Effect.OPEN, Verdict.JUDGEMENT),
        pick(Effect.COHORT_ONLY),
        pick(Effect.PASS),
        pick(Effect.ILLUSTRATIVE),
    )


def criterion_card(result: CriterionResult) -> CriterionCard:
    """One criterion."""
    criterion, outcome = result.criterion, result.outcome
    source = criterion.source
    place = "" if source is None or source.line is None else t("place", line=source.line)
    day = result.from_day
    return CriterionCard(
        criterion.id,
        t("section." + criterion.section),
        criterion.text,
        write_rule(criterion.rule),
        t("verdict." + result.verdict.value),
        "judgement"
        if result.effect is Effect.OPEN and result.verdict is Verdict.JUDGEMENT
        else result.effect.value,
        t("effect.long." + result.effect.value),
        why(outcome),
        tuple(_evidence(outcome.facts)),
        None if day is None else _iso(day),
        tuple(margin_words(m) for m in margins(result) if m.fails or m.near),
        outcome.presumed,
        tuple(a.about for a in criterion.ambiguities),
        place,
    )


def _evidence(found: Iterable[Any]) -> Iterable[Evidence]:
    for f in found:
        yield Evidence(f.text, "" if f.when is None else f.when.text, f.source)


def margin_words(m: Margin) -> str:
    """How far a value lies from its limit, in words."""
    key = "margin.on" if m.distance == 0 else "margin.fails" if m.fails else "margin.keeps"
    return t(
        key,
        measure=m.measure,
        distance=f"{number(round(abs(m.distance), 2))} {_unit(m.unit)}".strip(),
        limit=f"{number(round(m.limit, 2))} {_unit(m.unit)}".strip(),
    )


def _unit(unit: str) -> str:
    return {"a": "years", "10*9/L": "× 10⁹/L", "[IU]/mL": "IU/mL"}.get(unit, unit)


def _record_status(result: StudyResult) -> str:
    identity = result.protocol.identity
    if identity.status is None:
        return t("record_status.none")
    when = identity.status_date
    return t(
        "record_status",
        status=identity.status.replace("_", " ").lower(),
        date=when.text if when is not None else t("unknown_date"),
    )


def _change(result: StudyResult) -> tuple[str, ...]:
    """What would change the study's answer."""
    said = []
    excluding = [r.criterion.id for r in result.criteria if r.effect is Effect.FAIL]
    if len(excluding) > 1:
        said.append(t("change.several", count=len(excluding), ids=", ".join(excluding)))
    elif result.status is Status.EXCLUDED and not excluding:
        said.append(t("change.no_cohort"))
    sole = sole_obstacle(result)
    if sole is not None:
        after = status_without(result, sole.criterion.id)
        said.append(t("change.sole", id=sole.criterion.id, status=t("status." + after.value)))
    said += [
        t("change.date", id=r.criterion.id, day=_iso(r.from_day))
        for r in result.criteria
        if r.from_day is not None and r.effect is Effect.FAIL
    ]
    if result.status is Status.INCOMPLETE:
        missing = [n.what for n in result.needs if n.why not in _NOT_TO_BRING]
        withheld = [n for n in result.needs if n.why == Kind.WITHHELD.value]
        shown = ", ".join(missing[:6]) + (" …" if len(missing) > 6 else "")
        if missing:
            said.append(t("change.facts", count=len(missing), what=shown))
        if withheld:
            asked = dict.fromkeys(id for n in withheld for id in n.criteria)
            said.append(t("change.withheld", ids=", ".join(asked)))
    if result.status is Status.NEEDS_JUDGEMENT:
        ids = [r.criterion.id for r in result.criteria if r.effect is Effect.OPEN]
        said.append(t("change.judgement", ids=", ".join(ids)))
    return tuple(said)


def _iso(day: int) -> str:
    return date.fromordinal(day).isoformat()


_NOT_TO_BRING = frozenset({Kind.JUDGEMENT.value, Kind.WITHHELD.value, Kind.UNREAD.value})
"""What no document of the patient's could settle."""


# --- what to bring -------------------------------------------------------------------------------------


def _to_bring(screening: Screening) -> tuple[Document, ...]:
    """The missing facts, grouped by the document that would show them.

    Studies that already exclude the patient ask for nothing, unless every study does.
    """
    hopeful = [s for s in screening.studies if s.status is not Status.EXCLUDED] or list(screening.studies)
    grouped: dict[str, dict[tuple[str, str], list[str]]] = {}
    for study in hopeful:
        documents = {r.criterion.id: r.criterion.evidence for r in study.criteria}
        for need in study.needs:
            if need.why in _NOT_TO_BRING:
                continue
            evidence = [d for id in need.criteria for d in documents.get(id, ())]
            name = evidence[0] if evidence else t("bring.other")
            asked = f"{study.protocol.key} {', '.join(need.criteria)}"
            grouped.setdefault(name, {}).setdefault((need.what, need.why), []).append(asked)
    return tuple(
        Document(
            name,
            tuple(
                Item(what, t("need." + kind), _fresh_words(screening, what), "; ".join(asked))
                for (what, kind), asked in items.items()
            ),
        )
        for name, items in sorted(grouped.items())
    )


def _fresh_words(screening: Screening, what: str) -> str:
    concept = catalogue().get(what)
    if concept is None or concept.freshness is None:
        return ""
    limits = {s.protocol.policies.freshness.get(concept.freshness) for s in screening.studies}
    days = [d for d in limits if d is not None]
    return t("fresh", days=min(days)) if days else ""


def _expiring(screening: Screening) -> tuple[tuple[str, str], ...]:
    """The facts that verdicts rest on and that will go stale, soonest first, with the last day they count."""
    last_day: dict[str, int] = {}
    for study in screening.studies:
        freshness = study.protocol.policies.freshness
        for r in study.criteria:
            if r.outcome.truth is Truth.UNKNOWN:
                continue
            for f in r.outcome.facts:
                cls = _freshness_class(f)
                limit = freshness.get(cls) if cls is not None else None
                if limit is None or f.when is None:
                    continue
                day = f.when.first + limit
                last_day[dated(f)] = min(day, last_day.get(dated(f), day))
    by_day: dict[int, list[str]] = {}
    for text, day in last_day.items():
        by_day.setdefault(day, []).append(text)
    return tuple((_iso(day), "; ".join(texts)) for day, texts in sorted(by_day.items()))


def _freshness_class(fact: object) -> str | None:
    if isinstance(fact, (Imaging, Lesion)):
        return "imaging"
    if isinstance(fact, (Measurement, Result)):
        concept = catalogue().get(fact.concept)
        return None if concept is None else concept.freshness
    return None


def _washouts(screening: Screening) -> tuple[tuple[str, str, str], ...]:
    """The dates from which failed windows would hold, soonest first."""
    found = [
        (r.from_day, f"{s.protocol.key} {r.criterion.id}", r.criterion.text)
        for s in screening.studies
        for r in s.criteria
        if r.from_day is not None
    ]
    return tuple((_iso(day), where, what) for day, where, what in sorted(found))


def _near(screening: Screening) -> tuple[str, ...]:
    """Limits nearly met and limits barely kept."""
    said: dict[str, list[str]] = {}
    for s in screening.studies:
        for r in s.criteria:
            for m in margins(r):
                if m.near:
                    said.setdefault(margin_words(m), []).append(f"{s.protocol.key} {r.criterion.id}")
    return tuple(f"{words} ({'; '.join(where)})" for words, where in said.items())


# --- questions -----------------------------------------------------------------------------------------


def _questions(screening: Screening) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Questions for each site that does not already exclude the patient: what is reserved, withheld or read in
    two ways where it decides, and limits barely kept."""
    asked = []
    for s in screening.studies:
        if s.status is Status.EXCLUDED:
            continue
        questions: dict[str, None] = {}
        for r in s.criteria:
            if r.effect is not Effect.OPEN and not (
                r.effect is Effect.COHORT_ONLY and r.verdict is Verdict.JUDGEMENT
            ):
                continue
            ready = [a.ask for a in r.criterion.ambiguities if a.ask]
            unclear = [say(reason) for reason in r.outcome.reasons if _asks_the_site(reason)]
            if unclear and ready:
                questions.update(dict.fromkeys(f"{r.criterion.id}: {question}" for question in ready))
            elif unclear:
                why_open = "; ".join(dict.fromkeys(unclear))
                questions[t("question.open", id=r.criterion.id, why=why_open)] = None
            elif any(reason.kind is Kind.JUDGEMENT for reason in r.outcome.reasons):
                questions[t("question.judge", id=r.criterion.id, text=r.criterion.text)] = None
        for r in s.criteria:
            if r.effect is Effect.PASS:
                for m in margins(r):
                    if m.near and not m.fails:
                        questions[t("question.marginal", id=r.criterion.id, margin=margin_words(m))] = None
        if questions:
            asked.append((s.protocol.key, tuple(questions)))
    return tuple(asked)


def _asks_the_site(reason: Reason) -> bool:
    """Whether only the study can answer: a number it withholds, words it leaves unclear."""
    return reason.kind in (Kind.WITHHELD, Kind.UNREAD) or reason.code in (
        "readings.disagree",
        "anchor.unstated",
    )


def _policies(screening: Screening) -> tuple[str, ...]:
    """The house policies that were applied, in words."""
    lines: dict[str, None] = {}
    for s in screening.studies:
        p = s.protocol.policies
        for cls, days in p.freshness.items():
            if days is not None:
                lines[t("policy.freshness", cls=cls, days=days)] = None
    lines[t("policy.windows")] = None
    lines[t("policy.age")] = None
    if any(s.protocol.policies.instance_answers_topic for s in screening.studies):
        lines[t("policy.topic")] = None
    return tuple(lines)


__all__ = ["Dossier", "bound_words", "content"]
