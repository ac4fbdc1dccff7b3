"""A protocol in plain English: sections of labelled lines, for any face to lay out. Nothing is computed here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from paratope.protocol.model import (
    Ambiguity,
    Criterion,
    DltWindow,
    Dose,
    Endpoint,
    Escalation,
    Lymphodepletion,
    Protocol,
    Regimen,
    Sampling,
    Source,
    Visit,
)
from paratope.protocol.times import length_text
from paratope.rules.nodes import Span
from paratope.rules.written import write_rule

NOT_PUBLIC = "not in the public record"
NOT_STATED = "not stated"


class Line(NamedTuple):
    """``label: text``, with finer points below it."""

    label: str
    text: str
    points: tuple[str, ...] = ()


class Section(NamedTuple):
    """A heading and its lines. ``lead``: a sentence under the heading."""

    title: str
    lines: tuple[Line, ...]
    lead: str | None = None


def describe(protocol: Protocol) -> tuple[Section, ...]:
    """The whole study; a part about which the file says nothing says so or is left out."""
    sections = (
        study(protocol),
        treatment(protocol),
        schedule(protocol),
        Section("Outcomes", tuple(map(_endpoint, protocol.endpoints)) or (Line("Outcomes", "none listed"),)),
        cohorts(protocol),
        criteria(protocol, "inclusion"),
        criteria(protocol, "exclusion"),
        policies(protocol),
        withheld(protocol),
        silences(protocol),
        questions(protocol),
        Section("Notes", tuple(Line("", note) for note in (*protocol.notes, *protocol.record.notes))),
    )
    return tuple(section for section in sections if section.lines)


def study(protocol: Protocol) -> Section:
    """Who the study is."""
    i = protocol.identity
    status = " ".join(
        filter(None, (_word(i.status), f"(as of {i.status_date.text})" if i.status_date else None))
    )
    enrolment = f"{i.enrolment} ({_word(i.enrolment_type)})" if i.enrolment_type else i.enrolment
    ages = f"{_length(i.minimum_age) or 'any'} to {_length(i.maximum_age) or 'any'}"
    rows = (
        ("Registration", i.registry),
        ("Other numbers", ", ".join(i.other_ids)),
        ("Phase", _word(i.phase)),
        ("Status", status),
        ("Sponsor", i.sponsor),
        ("With", ", ".join(i.collaborators)),
        ("Site", ", ".join(filter(None, (i.site, i.country)))),
        ("Patients", enrolment),
        ("Start", i.start.text if i.start else None),
        ("Completion", i.completion.text if i.completion else None),
        (
            "Design",
            ", ".join(filter(None, (_word(i.allocation), _word(i.model), _word(i.masking, "masking: ")))),
        ),
        ("Ages in the record", ages if i.minimum_age or i.maximum_age else None),
        ("Text found as", protocol.record.rendering),
    )
    claims = tuple(
        Line("But", f"{c.where} says {c.value} for {c.field}", _asked(c.ask)) for c in protocol.also_says
    )
    return Section(protocol.title, (*_filled(rows), *claims), _key(protocol))


def treatment(protocol: Protocol) -> Section:
    """What is given, in which doses and steps, and how toxicity is watched."""
    lines: list[Line] = []
    product = protocol.product
    if product is not None:
        what = ", ".join(filter(None, (product.name, product.kind, product.route, product.vector)))
        lines.append(Line("Product", what, product.notes))
        if product.targets:
            lines.append(Line("Targets", ", ".join(product.targets)))
    if protocol.sequence:
        lines.append(Line("Steps", ", ".join(protocol.sequence)))
    if isinstance(protocol.regimens, str):
        lines.append(Line("Regimens", NOT_PUBLIC))
    else:
        lines.extend(map(_regimen, protocol.regimens))
    if isinstance(protocol.dose_levels, str):
        lines.append(Line("Dose levels", NOT_PUBLIC))
    elif protocol.dose_levels:
        steps = tuple(f"level {d.level}: {_number(d.amount)} {d.unit}" for d in protocol.dose_levels)
        lines.append(Line("Dose levels", "; ".join(steps)))
    lines.append(_lymphodepletion(protocol.lymphodepletion))
    lines.append(_escalation(protocol.escalation))
    lines.append(_dlt(protocol.dlt))
    return Section("Treatment", tuple(lines))


def schedule(protocol: Protocol) -> Section:
    """Visits, measurements at fixed times, and how long what is watched."""
    visits: tuple[Line, ...]
    if isinstance(protocol.visits, str):
        visits = (Line("Visits", NOT_PUBLIC),)
    else:
        visits = (Line("Visits", ", ".join(map(_visit, protocol.visits))),) if protocol.visits else ()
    watched = tuple(
        Line(f.what, " ".join(filter(None, (
            f"from {f.from_}" if f.from_ else None, f"for {length_text(f.until.length)}",
            f"after {f.until.after}" if f.until.after else None,
        ))), f.notes)
        for f in protocol.follow_up
    )  # fmt: skip
    return Section("Schedule", (*visits, *map(_sampling, protocol.samplings), *watched))


def cohorts(protocol: Protocol) -> Section:
    """The target cohorts. Which of them fit is reported one by one."""
    lines = tuple(
        Line(c.name, c.indication or c.target or "", (write_rule(c.rule), *_unclear(c.ambiguities), *c.notes))
        for c in protocol.cohorts
    )
    return Section("Cohorts", lines)


def criteria(protocol: Protocol, section: str) -> Section:
    """The criteria of one section, each with its rule."""
    lead = (
        "Each must be true of the patient." if section == "inclusion" else "None may be true of the patient."
    )
    lines = tuple(
        Line(c.id, c.text, (write_rule(c.rule), *_scope(c)))
        for c in protocol.criteria
        if c.section == section
    )
    return Section(f"{section.capitalize()} criteria", lines, lead)


def describe_criterion(protocol: Protocol, id: str) -> tuple[Section, ...]:
    """Everything known of one criterion; empty when there is none."""
    c = protocol.criterion(id)
    if c is None:
        return ()
    lines = [Line("Asks", c.text), Line("Rule", write_rule(c.rule))]
    lines.extend(Line("Scope", scope) for scope in _scope(c))
    lines.extend(Line("Text", _source(s, protocol)) for s in (c.source, *c.other_sources) if s is not None)
    if c.evidence:
        lines.append(Line("Bring", "; ".join(c.evidence)))
    lines.extend(map(_ambiguity, c.ambiguities))
    lines.extend(Line("Note", note) for note in c.notes)
    return (Section(f"{c.section.capitalize()} criterion {c.id}", tuple(lines), _key(protocol)),)


def policies(protocol: Protocol) -> Section:
    """What the text leaves open and this program fixes; a protocol file may change each."""

    def age(days: int | None) -> str:
        return "any age" if days is None else f"up to {days} days old"

    held = protocol.policies
    low, high = held.copies_per_iu
    answer = "counts as asked" if held.instance_answers_topic else "answers only itself"
    return Section(
        "Policies",
        (
            Line("Results", "; ".join(f"{name} {age(days)}" for name, days in held.freshness.items())),
            Line("A topic with a recorded finding", answer),
            Line("HBV DNA", f"1 IU is {low:g} to {high:g} copies, by assay"),
        ),
        "Not in the study's text: conventions of this program.",
    )


def withheld(protocol: Protocol) -> Section:
    """What the public text does not give."""
    lines = tuple(Line(w.item, f"ask the {w.ask}", _asked(w.question)) for w in protocol.withheld)
    return Section("Not in the public record", lines)


def silences(protocol: Protocol) -> Section:
    """What such studies usually ask and this text does not."""
    lead = "The text does not ask this; it neither passes nor fails anybody."
    return Section("Not asked", tuple(Line(s.topic, s.note or "") for s in protocol.silent_on), lead)


def questions(protocol: Protocol) -> Section:
    """Every question that is ready to be sent, with the criterion it is about."""
    lines = [Line("Study", a.ask) for a in (*protocol.ambiguities, *protocol.record.repairs) if a.ask]
    for cohort in protocol.cohorts:
        lines.extend(Line(cohort.name, a.ask) for a in cohort.ambiguities if a.ask)
    for c in protocol.criteria:
        lines.extend(Line(c.id, a.ask) for a in c.ambiguities if a.ask)
    lines.extend(Line(w.item, w.question) for w in protocol.withheld if w.question)
    return Section("Questions to send", tuple(lines))


# --- small pieces ------------------------------------------------------------------------------------------


def _key(protocol: Protocol) -> str:
    return f"{protocol.key} ({protocol.short})" if protocol.short else protocol.key


def _filled(rows: Iterable[tuple[str, object]]) -> tuple[Line, ...]:
    return tuple(Line(label, str(text)) for label, text in rows if text not in (None, ""))


def _word(code: str | None, before: str = "") -> str | None:
    """A registry code as words: ``NOT_YET_RECRUITING`` as ``not yet recruiting``."""
    return None if code is None else before + re.sub(r"phase(?=\d)", "phase ", code.replace("_", " ").lower())


def _number(value: float) -> str:
    """``2.5e9``, ``118``."""
    return f"{value:g}".replace("e+0", "e").replace("e+", "e")


def _length(span: Span | None) -> str | None:
    return None if span is None else length_text(span)


def _asked(question: str | None) -> tuple[str, ...]:
    return (f"ask: {question}",) if question else ()


def _used(used: str | None) -> tuple[str, ...]:
    return (f"used here: {used}",) if used else ()


def _unclear(ambiguities: tuple[Ambiguity, ...]) -> tuple[str, ...]:
    return tuple(f"unclear: {a.about}" for a in ambiguities)


def _ambiguity(a: Ambiguity) -> Line:
    return Line("Unclear", a.about, (*(f"may mean: {r}" for r in a.readings), *_used(a.used), *_asked(a.ask)))


def _scope(c: Criterion) -> tuple[str, ...]:
    return tuple(filter(None, (
        f"only for cohort {c.cohort}" if c.cohort else None,
        "only chooses a cohort" if c.role == "cohort" else None,
        "an example in the text: it decides nothing" if c.role == "illustrative" else None,
        "reserved to the investigator" if c.judgement else None,
        *_unclear(c.ambiguities),
    )))  # fmt: skip


def _source(source: Source, protocol: Protocol) -> str:
    parts = [source.file or protocol.record.file or "the text"]
    if source.line is not None:
        parts.append(f"line {source.line}")
    if source.span is not None:
        parts.append(f"characters {source.span[0]} to {source.span[1]}")
    return ", ".join(parts) + (f" ({source.about})" if source.about else "")


def _dose(d: Dose) -> str:
    amount = "" if d.amount is None else f" {_number(d.amount)}"
    return f"day {d.day}{amount}{' ' + d.unit if d.unit and d.amount is not None else ''}"


def _regimen(r: Regimen) -> Line:
    points: list[str] = []
    if r.gate is not None:
        points.append(f"before the dose on day {r.gate.before_day}: {r.gate.rule}")
        points.extend(f"may mean: {reading}" for reading in r.gate.readings)
        points.extend((*_used(r.gate.used), *_asked(r.gate.ask)))
    return Line(f"Regimen {r.name}", "; ".join(map(_dose, r.doses)), (*points, *r.notes))


def _lymphodepletion(given: Lymphodepletion | str | None) -> Line:
    if isinstance(given, Lymphodepletion):
        doses = NOT_PUBLIC if given.doses == "withheld" else given.doses or NOT_STATED
        return Line("Lymphodepletion", f"{', '.join(given.drugs)} (doses: {doses})", given.notes)
    return Line("Lymphodepletion", {"withheld": NOT_PUBLIC, "none": "none"}.get(given or "", NOT_STATED))


def _escalation(given: Escalation | str | None) -> Line:
    if not isinstance(given, Escalation):
        return Line("Escalation", NOT_PUBLIC if given == "withheld" else NOT_STATED)
    design = NOT_PUBLIC if given.design == "withheld" else given.design or NOT_STATED
    size = f", {given.cohort_size} patients at a time" if given.cohort_size else ""
    return Line("Escalation", design + size, (*_stagger(given.stagger), *given.notes))


def _stagger(given: Span | str | None) -> tuple[str, ...]:
    if given is None:
        return ()
    return (f"between patients: {length_text(given) if isinstance(given, Span) else NOT_PUBLIC}",)


def _dlt(given: DltWindow | str | None) -> Line:
    label = "Dose-limiting toxicity"
    if not isinstance(given, DltWindow):
        return Line(label, NOT_PUBLIC if given == "withheld" else NOT_STATED)
    length = length_text(given.window) if isinstance(given.window, Span) else given.window and NOT_PUBLIC
    window = f"window: {length or NOT_STATED}{' from ' + given.from_ if given.from_ else ''}"
    parts = [window, f"graded by {given.grading}" if given.grading else None]
    points = (
        *(f"may mean: {r}" for r in given.readings),
        *_used(given.used),
        *_asked(given.ask),
        *given.notes,
    )
    return Line(label, "; ".join(filter(None, parts)), points)


def _visit(v: Visit) -> str:
    return f"{v.name} ({v.at.text})" if v.name and v.name != v.at.text else v.at.text


def _sampling(s: Sampling) -> Line:
    after = f" after {s.after}" if s.after else ""
    return Line(s.what, ", ".join(t.text for t in s.times) + after, s.notes)


def _endpoint(e: Endpoint) -> Line:
    when = ", ".join(t.text for t in e.times) or e.time_frame
    text = "; ".join(filter(None, (e.role, e.criteria, when)))
    return Line(e.name, text, (*((e.definition,) if e.definition else ()), *e.notes))
