"""The structured part: fields that disagree with one another or with what other passages say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from paratope.patient.model import When
from paratope.protocol._field import key_of
from paratope.protocol.lint.findings import Finding, Study
from paratope.protocol.model import DltWindow, Escalation, Protocol, Regimen
from paratope.protocol.times import length_text, longest_days
from paratope.rules.nodes import Span

_PHASE = re.compile(r"\b(early\s+)?phase\s+(1|2|3|4|i{1,3}v?|iv)(?:\s*/\s*(2|3|ii|iii))?\b", re.IGNORECASE)
_NUMERALS = {"i": "1", "ii": "2", "iii": "3", "iv": "4"}
YEAR = 366
"""Days after which a recruitment status is called old."""


def disagreements(study: Study) -> Iterator[Finding]:
    """A field and another passage (`also_says`) that say different things; a title that names another phase."""
    for i, claim in enumerate(study.protocol.also_says):
        said = field_text(study.protocol, claim.field)
        if said is not None and said.casefold() != claim.value.casefold():
            message = f"{claim.field} is {said}, but {claim.where} says {claim.value}"
            yield study.find("disagrees", "note" if claim.ask else "warning", message, f"$.also_says[{i}]")
    phase = study.protocol.identity.phase
    named = phase_in(study.protocol.title)
    claimed = {c.value for c in study.protocol.also_says if c.field == "identity.phase"}
    if phase is not None and named is not None and named != phase and named not in claimed:
        yield study.find(
            "disagrees", "warning", f"the title names {named}, identity.phase is {phase}", "$.title"
        )


def field_text(protocol: Protocol, path: str) -> str | None:
    """A field such as `identity.phase` as it would be written; None when it is empty."""
    value: Any = protocol
    for name in path.split("."):
        fields = getattr(type(value), "__dataclass_fields__", {})
        attribute = next((f.name for f in fields.values() if key_of(f) == name), None)
        if attribute is None:
            return None
        value = getattr(value, attribute)
    match value:
        case None | () | "":
            return None
        case When():
            return value.text
        case Span():
            return length_text(value)
        case tuple():
            return ", ".join(map(str, value))
        case _:
            return str(value).lower() if isinstance(value, bool) else str(value)


def phase_in(title: str) -> str | None:
    """The phase a title names, in the registry's word."""
    found = _PHASE.search(title)
    if found is None:
        return None
    first, second = (_NUMERALS.get(p.lower(), p) if p else None for p in found.group(2, 3))
    if found[1]:
        return f"EARLY_PHASE{first}"
    return f"PHASE{first}/PHASE{second}" if second else f"PHASE{first}"


# --- doses and time ----------------------------------------------------------------------------------------


def _regimens(protocol: Protocol) -> tuple[Regimen, ...]:
    return () if isinstance(protocol.regimens, str) else protocol.regimens


def day_zero(study: Study) -> Iterator[Finding]:
    """Doses counted from day 1 and measurements from day 0: is it the same day? And a measurement on the day of a
    later dose: before or after it?"""
    firsts = {min(d.day for d in r.doses) for r in _regimens(study.protocol) if r.doses}
    for i, sampling in enumerate(study.protocol.samplings):
        days = {t.day for t in sampling.times if t.day is not None}
        if firsts == {1} and 0 in days:
            message = (
                f"{sampling.what} is measured on day 0, but the first dose is on day 1: is that the same day?"
            )
            yield study.find("day-zero", "warning", message, f"$.samplings[{i}]")
        for r in _regimens(study.protocol):
            later = sorted({d.day for d in r.doses if d.day > min(x.day for x in r.doses)} & days)
            if later:
                message = (
                    f"{sampling.what} is measured on day {later[0]}, when the regimen '{r.name}' gives a dose: "
                    "before or after it?"
                )
                yield study.find("sampling-at-dose", "note", message, f"$.samplings[{i}]")


def dlt_window(study: Study) -> Iterator[Finding]:
    """Toxicity is looked for during a time counted from the first dose that ends less than that time after the
    last one."""
    dlt = study.protocol.dlt
    if not isinstance(dlt, DltWindow) or not isinstance(dlt.window, Span):
        return
    length = longest_days(dlt.window)
    for r in _regimens(study.protocol):
        if not r.doses or length is None or (dlt.from_ or "first dose") != "first dose":
            continue
        first, last = min(d.day for d in r.doses), max(d.day for d in r.doses)
        if last > first:
            message = (
                f"the DLT window of {length_text(dlt.window)} counts from the first dose, so that the dose on day "
                f"{last} of the regimen '{r.name}' is watched for less; counted from that dose it would end on day "
                f"{last + length:g}"
            )
            yield study.find("dlt-window", "note" if dlt.ask else "warning", message, "$.dlt.window")


def enrolment(study: Study) -> Iterator[Finding]:
    """Fewer patients planned than the escalation could need: 3+3 treats up to six at each level."""
    protocol = study.protocol
    planned, levels, escalation = protocol.identity.enrolment, protocol.dose_levels, protocol.escalation
    if planned is None or isinstance(levels, str) or not isinstance(escalation, Escalation) or not levels:
        return
    if escalation.design == "3+3" and planned < 6 * len(levels):
        least, most = 3 * len(levels), 6 * len(levels)
        enough = (
            "just enough if no toxicity occurs" if planned >= least else "too few even if no toxicity occurs"
        )
        need = f"3+3 over {len(levels)} dose levels takes {least} to {most} patients"
        message = f"{need}; {planned} are planned, {enough}"
        yield study.find("enrolment", "warning", message, "$.identity.enrolment")


def arms(study: Study) -> Iterator[Finding]:
    """One group in the model field and several regimens, or the reverse; an escalation whose regimens all give
    the same total and which names no steps."""
    protocol = study.protocol
    regimens = _regimens(protocol)
    model = protocol.identity.model
    if model == "SINGLE_GROUP" and len(regimens) > 1:
        message = f"the model is SINGLE_GROUP, but there are {len(regimens)} regimens"
        yield study.find("arms", "warning", message, "$.identity.model")
    if model == "PARALLEL" and len(regimens) == 1 and len(protocol.cohorts) < 2:
        message = "the model is PARALLEL, but there is one regimen and no second cohort"
        yield study.find("arms", "warning", message, "$.identity.model")
    totals = {sum(d.amount or 0 for d in r.doses) for r in regimens}
    escalates = isinstance(protocol.escalation, Escalation) and not protocol.dose_levels
    if escalates and len(regimens) > 1 and len(totals) == 1 and totals != {0}:
        total = f"every regimen gives {totals.pop():g} in all"
        message = f"the dose is said to be escalated, but {total} and no step is named"
        yield study.find("arms", "note" if protocol.withheld else "warning", message, "$.escalation")


# --- dates -------------------------------------------------------------------------------------------------


def dates(study: Study) -> Iterator[Finding]:
    """Dates in an impossible order, and a start that has passed without recruitment."""
    identity = study.protocol.identity
    start, end, seen = identity.start, identity.completion, identity.status_date
    if start is not None and end is not None and end.last < start.first:
        message = f"completion ({end.text}) comes before the start ({start.text})"
        yield study.find("dates", "error", message, "$.identity.completion")
    if (
        identity.status == "NOT_YET_RECRUITING"
        and start is not None
        and seen is not None
        and start.last < seen.first
    ):
        message = (
            f"the start ({start.text}) had passed when the status was still NOT_YET_RECRUITING ({seen.text})"
        )
        yield study.find("dates", "warning", message, "$.identity.start")


def status_old(study: Study) -> Iterator[Finding]:
    """A recruitment status more than a year old on the as-of date, or without a date."""
    identity = study.protocol.identity
    if study.as_of is None or identity.status is None:
        return
    if identity.status_date is None:
        yield study.find(
            "status-old", "warning", f"the status {identity.status} has no date", "$.identity.status"
        )
    elif study.as_of - identity.status_date.last > YEAR:
        age = (study.as_of - identity.status_date.last) / 365.25
        message = f"the status {identity.status} was last confirmed {identity.status_date.text}, {age:.1f} years before"
        yield study.find("status-old", "warning", message, "$.identity.status_date")


def not_said(study: Study) -> Iterator[Finding]:
    """A part of the protocol that is empty and about which nobody is asked."""
    protocol = study.protocol
    parts = {
        "endpoints": ("outcome", "endpoint"),
        "dlt": ("dose-limiting", "DLT"),
        "regimens": ("dose", "regimen"),
        "visits": ("visit", "follow-up"),
    }
    asked = " ".join(f"{item.item} {item.question or ''}" for item in protocol.withheld).casefold()
    for name, words in parts.items():
        empty = getattr(protocol, name) in (None, ())
        if empty and not any(word.casefold() in asked for word in words):
            message = f"nothing is said about {name}, and no withheld item asks"
            yield study.find("not-said", "note", message, f"$.{name}")
