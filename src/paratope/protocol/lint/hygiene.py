"""Things left half done in the protocol file itself."""

from __future__ import annotations

from collections.abc import Iterator

from paratope.protocol.lint.findings import Finding, Severity, Study
from paratope.protocol.model import Ambiguity
from paratope.protocol.walk import criteria_used
from paratope.rules import nodes as n
from paratope.rules.attributes import ATTRIBUTES
from paratope.rules.walk import walk

RESERVING = (n.Judged, n.Stated, n.Reserved, n.Withheld, n.Unread, n.Readings, n.NoOtherStudy)
"""Sentences and filters that can leave a verdict to a person."""


def judgement_without_topic(study: Study) -> Iterator[Finding]:
    """A criterion reserved to the investigator whose rule never asks a person."""
    for i, c in enumerate(study.protocol.criteria):
        if c.judgement and not any(_asks_a_person(part) for part in walk(c.rule)):
            message = f"{c.id} is reserved to the investigator, but its rule asks nobody: name what is judged"
            yield study.find("judgement-no-topic", "warning", message, f"$.criteria[{i}].judgement", (c.id,))


def _asks_a_person(part: n.Rule | n.Filter) -> bool:
    if isinstance(part, n.Yes | n.Holds | n.OneOf):
        return ATTRIBUTES[part.attribute].reserved
    return isinstance(part, RESERVING)


def ambiguity_without_question(study: Study) -> Iterator[Finding]:
    """An ambiguity without two readings, or without the question that would settle it."""
    places: list[tuple[str, tuple[str, ...], tuple[Ambiguity, ...]]] = [
        ("$", (), study.protocol.ambiguities),
        ("$.record", (), study.protocol.record.repairs),
    ]
    names = ["ambiguities", "repairs"]
    for i, c in enumerate(study.protocol.criteria):
        places.append((f"$.criteria[{i}]", (c.id,), c.ambiguities))
        names.append("ambiguities")
    for (place, ids, ambiguities), name in zip(places, names, strict=True):
        for j, a in enumerate(ambiguities):
            where = f"{place}.{name}[{j}]"
            if len(a.readings) < 2:
                severity: Severity = "warning" if name == "ambiguities" else "note"
                message = f"'{a.about}' needs at least two readings"
                yield study.find("ambiguity-unfinished", severity, message, where, ids)
            if a.ask is None and name == "ambiguities":
                yield study.find(
                    "ambiguity-unfinished", "note", f"'{a.about}' has no question to send", where, ids
                )


def cohorts_used(study: Study) -> Iterator[Finding]:
    """A cohort whose rule asks nothing of the tumour, and cohort criteria that no cohort asks."""
    protocol = study.protocol
    used = {id for c in protocol.cohorts for id in criteria_used(c.rule)}
    used |= {id for c in protocol.criteria for id in criteria_used(c.rule)}
    for i, cohort in enumerate(protocol.cohorts):
        own = [c.id for c in protocol.criteria if c.cohort == cohort.name]
        unasked = [
            id for id in own if id not in criteria_used(cohort.rule) and protocol_role(study, id) == "cohort"
        ]
        if unasked:
            message = f"the rule of cohort {cohort.name} does not ask {', '.join(unasked)}"
            yield study.find("cohort-rule", "warning", message, f"$.cohorts[{i}].rule", tuple(unasked))
        if cohort.target is not None and not own and cohort.target not in _antigens(study, cohort.rule):
            message = f"cohort {cohort.name} is for {cohort.target}, but neither its rule nor a criterion asks for it"
            yield study.find("cohort-rule", "warning", message, f"$.cohorts[{i}].rule")
    for i, c in enumerate(protocol.criteria):
        if c.role == "cohort" and c.id not in used:
            message = f"{c.id} only chooses a cohort, but no cohort and no criterion asks it"
            yield study.find("criterion-unused", "warning", message, f"$.criteria[{i}]", (c.id,))


def protocol_role(study: Study, id: str) -> str | None:
    """The role of a criterion."""
    found = study.protocol.criterion(id)
    return None if found is None else found.role


def _antigens(study: Study, rule: n.Rule) -> set[str]:
    """The antigens a rule asks for, through the criteria it refers to."""
    found: set[str] = set()
    waiting, seen = [rule], set()
    while waiting:
        for part in walk(waiting.pop()):
            antigen = getattr(part, "antigen", None)
            if isinstance(antigen, str):
                found.add(antigen)
            if isinstance(part, n.Criterion) and part.id not in seen:
                seen.add(part.id)
                other = study.protocol.criterion(part.id)
                if other is not None:
                    waiting.append(other.rule)
    return found


def little_patients(study: Study) -> Iterator[Finding]:
    """Little patients that name a criterion or cohort there is not, and criteria that none of them exercises."""
    if study.patients is None:
        return
    ids = {c.id for c in study.protocol.criteria}
    names = {c.name for c in study.protocol.cohorts}
    shown: set[str] = set()
    for patient in study.patients:
        expected = patient.expect
        shown |= set(expected.criteria)
        for unknown in (*(set(expected.criteria) - ids), *(set(expected.cohorts) - names)):
            message = (
                f"the little patient '{patient.name}' expects something of '{unknown}', which there is not"
            )
            yield Finding("patients", "error", (), patient.place, None, message)
    untried = [c.id for c in study.protocol.criteria if c.id not in shown]
    if untried:
        message = f"no little patient shows {', '.join(untried)}"
        yield study.find("patients", "note", message, "$.criteria", tuple(untried))
