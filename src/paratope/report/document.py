"""A screening as a JSON document (schema ``paratope.screen/1``, published as ``screen.schema.json``)."""

from __future__ import annotations

from datetime import date
from typing import Any

from paratope.report.phrases import say, say_all
from paratope.screening import CriterionResult, Need, Screening, StudyResult
from paratope.truth import Kind, Outcome, Reason

SCHEMA = "paratope.screen/1"


def document(screenings: list[dict[str, Any]]) -> dict[str, Any]:
    """The whole document from the patients' parts (see ``patient_part``)."""
    return {"schema": SCHEMA, "patients": screenings}


def patient_part(screening: Screening) -> dict[str, Any]:
    """One patient of the document."""
    return {
        "patient": screening.patient.id,
        "as_of": _iso(screening.as_of),
        "presumed_absence": screening.presumed_absence,
        "unused": [{"resource": u.resource, "why": u.why} for u in screening.patient.unused],
        "studies": [_study(s) for s in screening.studies],
    }


def _study(result: StudyResult) -> dict[str, Any]:
    return {
        "study": result.protocol.key,
        "status": result.status.value,
        "cohorts": {c.name: c.word for c in result.cohorts},
        "criteria": [_criterion(c) for c in result.criteria],
        "missing": [_need(n) for n in result.needs],
    }


def _criterion(result: CriterionResult) -> dict[str, Any]:
    outcome = result.outcome
    day = result.from_day
    return {
        "id": result.criterion.id,
        "section": result.criterion.section,
        "verdict": result.verdict.value,
        "effect": result.effect.value,
        "why": why(outcome),
        "presumed": outcome.presumed,
        "reasons": [_reason(r) for r in outcome.reasons],
        "facts": [_fact(f) for f in outcome.facts],
        "from": None if day is None else _iso(day),
    }


def why(outcome: Outcome) -> str:
    """The reasons that matter as one line: those that keep it open, or those that decided it, then notes."""
    said = say_all([r for r in outcome.reasons if r.kind is not Kind.NOTE])
    said += say_all([r for r in outcome.reasons if r.kind is Kind.NOTE])
    return "; ".join(dict.fromkeys(said))


def _reason(reason: Reason) -> dict[str, Any]:
    part: dict[str, Any] = {"kind": reason.kind.value, "text": say(reason)}
    if reason.needs is not None:
        part["needs"] = reason.needs
    return part


def _fact(fact: Any) -> dict[str, Any]:
    return {"source": fact.source, "date": None if fact.when is None else fact.when.text, "text": fact.text}


def _need(need: Need) -> dict[str, Any]:
    return {"what": need.what, "why": need.why, "criteria": list(need.criteria)}


def _iso(day: int) -> str:
    return date.fromordinal(day).isoformat()
