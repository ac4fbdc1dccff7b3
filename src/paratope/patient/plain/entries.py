"""Things that were, are, or were not: findings, therapies, medicines, and what was asked about and absent."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from paratope.patient.build import closure_of
from paratope.patient.fhir.cancers import is_cancer
from paratope.patient.fhir.drugs import Drugs, drugs_in
from paratope.patient.fhir.procedures import entry_kind
from paratope.patient.model import AttributeValue, Entry, Flag, When
from paratope.patient.plain.doses import NoDailyDose, read_daily_dose
from paratope.patient.plain.fields import (
    ATTRIBUTE_FIELDS,
    DAILY_DOSE,
    MORE_FIELDS,
    NUMBER,
    TEXT,
    TREATED,
    WORD,
    YES_NO,
    Field,
)
from paratope.patient.plain.measures import in_unit
from paratope.patient.plain.reading import Row, text_of
from paratope.patient.plain.scalars import Trouble, read_amounts, read_date, read_number, squeeze, yes_or_no
from paratope.terms import catalogue

STILL = frozenset({"ongoing", "now", "present", "today", "continuing", "至今", "目前", "现在"})
"""Words for "has not ended"."""
UNKNOWN = frozenset({"unknown", "?", "不详", "未知"})

_LIMITS = {"grade": (0.0, 5.0), "NYHA class": (1.0, 4.0), "line": (0.0, 30.0)}

ANTICANCER, MEDICINE, OTHER_MALIGNANCY = "anticancer treatment", "medicine", "other malignancy"


def kind_of_entry(concepts: frozenset[str], section: str) -> str:
    """The kind of an entry, where the form does not say: its section's, else that of its concepts."""
    closure = closure_of(concepts)
    if section == "therapies":
        return "therapy"
    if "supportive care" in closure:
        return "supportive"
    if section == "medicines" or (MEDICINE in closure and ANTICANCER not in closure):
        return "medicine"
    return entry_kind(concepts, "condition")


def on_one_day(kind: str, section: str) -> bool:
    """Whether ``on`` is the whole of it: a vaccine was given on one day, an illness began on it."""
    return section != "findings" or kind in ("vaccine", "procedure", "supportive", "therapy", "medicine", "product")


def goes_on(concepts: frozenset[str], attributes: Mapping[str, AttributeValue]) -> bool:
    """Whether it goes on, where the form says nothing of an end: a trial somebody is on."""
    return "trial participation" in closure_of(concepts) and attributes.get("phase") in ("on study", "follow-up")


def is_active(concepts: frozenset[str], end: When | None, ended: bool, ongoing: bool, taken: int | None) -> bool | None:
    """Whether a finding is active, where the form does not say.

    It is if it is going on; it is not once it has ended; a lasting disease without an end on record is. Of an
    event (a stroke), a procedure, a treatment or a trial nothing is concluded.
    """
    if "trial participation" in concepts:
        return None
    if ongoing:
        return True
    if ended and (end is None or taken is None or end.first <= taken):
        return False
    terms = catalogue()
    lasting = [c for n in concepts if (c := terms.get(n)) is not None and c.kind in ("condition", "cancer")]
    return True if lasting and not any(c.acute for c in lasting) else None


def targets_of(concepts: Iterable[str]) -> frozenset[str]:
    """The antigens these treatments are directed at, by the catalogue."""
    terms = catalogue()
    return frozenset(
        t for name in closure_of(frozenset(concepts)) if (c := terms.get(name)) is not None for t in c.targets
    )


def half_life_of(names: Iterable[str], classes: Iterable[str]) -> float | None:
    """Days, of the longest-lived of these drugs; None if one is not known or a class is none of theirs."""
    terms = catalogue()
    known = [terms.half_life(n) for n in names]
    found = [h.days for h in known if h is not None]
    related = all(any(terms.is_a(n, c) or terms.is_a(c, n) for n in names) for c in classes)
    return max(found) if found and len(found) == len(known) and related else None


def read_entry(row: Row, section: str) -> Entry | Flag | None:
    """One entry of ``findings`` (and its other names), ``therapies`` or ``medicines``.

    A yes/no observation written among findings ("liver metastases") becomes a flag.
    """
    if not row.usable:
        return None
    treatment = section in ("therapies", "medicines")
    flag = None if treatment else _as_flag(row)
    if flag is not None:
        return flag
    names = _named(row)
    start, end, ongoing = _dates(row, section, treatment)
    attributes, treated = _attributes(row)
    targets = frozenset(row.names("targets"))
    present, kind = row.yes("present"), row.word("kind")
    note, study, called = row.text("note"), row.text("study"), row.text("called")
    row.text("id")
    if names is None:
        return None
    present = present is not False
    concepts = frozenset((*names.known, *names.classes, *_added(row, names, section, present)))
    kind = kind or kind_of_entry(concepts, section)
    if on_one_day(kind, section) and row.written.get("on") in ("on", "date") and "to" not in row and not ongoing:
        end = start
    if "ongoing" not in row and "to" not in row:
        ongoing = ongoing or goes_on(concepts, attributes)
    if present:
        _derive(row, attributes, concepts, names, section, end, ongoing)
    return Entry(
        kind=kind,
        concepts=concepts,
        closure=closure_of(concepts),
        source=row.reading.source(row.path),
        text=called or names.shown,
        present=present,
        start=start,
        end=end,
        ongoing=ongoing,
        attributes=attributes,
        targets=targets if "targets" in row.values or not present else targets_of(concepts) | names.targets,
        note=note,
        treated=treated,
        study=study,
    )


def _added(row: Row, names: Names, section: str, present: bool) -> tuple[str, ...]:
    """What the section itself says of an entry: a cancer treatment, a medicine, a second malignancy."""
    closure = closure_of(frozenset((*names.known, *names.classes)))
    if not present:
        return ()
    if section == "therapies":
        return () if ANTICANCER in closure else (ANTICANCER,)
    if section == "medicines":
        return (MEDICINE,) if names.unknown else ()
    second = row.reading.has_cancer and OTHER_MALIGNANCY not in closure and any(is_cancer(n) for n in names.known)
    return (OTHER_MALIGNANCY,) if second else ()


def _derive(
    row: Row,
    attributes: dict[str, AttributeValue],
    concepts: frozenset[str],
    names: Names,
    section: str,
    end: When | None,
    ongoing: bool,
) -> None:
    """What follows from the rest where the form is silent: active, treated, half-life."""
    if section == "findings" and "active" not in row:
        ended = "to" in row and not ongoing
        active = is_active(concepts, end, ended, ongoing, row.reading.extracted)
        if active is not None:
            attributes["active"] = active
    if section == "therapies" and "half-life" not in row and not names.unknown:
        days = half_life_of(names.known, names.classes)
        if days is not None:
            attributes["half-life"] = days


def _as_flag(row: Row) -> Flag | None:
    """The flag a finding really is, or None."""
    texts = row.texts("is") if "is" in row else ()
    if len(texts) != 1:
        return None
    name = row.reading.terms.find(squeeze(texts[0][1]))
    if name is None or row.reading.kind(name) != "flag":
        return None
    value = row.yes("present") is not False
    when = row.date("on")
    extra = [row.written[f] for f in row.values if f not in ("is", "on", "present", "note")]
    if extra:
        row.reading.report(row.path, f"{name} is a yes-or-no observation: it has no {', '.join(extra)}")
    return Flag(name, value, row.reading.source(row.path), when, f"{name}: {'yes' if value else 'no'}")


class Names(NamedTuple):
    """What an entry is: the concepts named, the classes given besides, antigens named in a regimen's name,
    whether something was not understood, and how to show it."""

    known: tuple[str, ...]
    classes: tuple[str, ...] = ()
    targets: frozenset[str] = frozenset()
    unknown: bool = False
    shown: str = ""


def _named(row: Row) -> Names | None:
    """What an entry is; None if that could not be read.

    A treatment may be written as one word for several drugs ("trastuzumab-XELOX"), and one of an unknown
    name is read by its classes, with a warning.
    """
    classes = row.names("classes") if "classes" in row.fields else ()
    known: list[str] = []
    shown: list[str] = []
    targets: frozenset[str] = frozenset()
    unknown = False
    for path, text in row.texts("is"):
        parts = _regimen(row, text) if "classes" in row.fields else None
        if parts is not None:
            known += sorted(parts.names)
            targets |= parts.targets
            shown.append(text)
        elif classes and not row.reading.terms.find_all(squeeze(text)):
            near = row.reading.did_you_mean(text, row.fields["is"].kinds)
            message = f"'{text}' is not a name known here; it is read by its classes{near}"
            row.reading.report(path, message, warning=True)
            unknown = True
            shown.append(text)
        else:
            name = row.reading.concept(text, path, row.fields["is"].kinds)
            if name is not None:
                known.append(name)
                shown.append(name)
    if not known and not (unknown and classes):
        return None
    return Names(tuple(dict.fromkeys(known)), classes, targets, unknown, " + ".join(dict.fromkeys(shown)))


def _regimen(row: Row, text: str) -> Drugs | None:
    """The drugs of a regimen written as one word, if every part of it is known."""
    if row.reading.terms.find_all(squeeze(text)):
        return None
    parts = drugs_in(squeeze(text))
    return None if parts.unknown or not parts.names else parts


def _dates(row: Row, section: str, treatment: bool) -> tuple[When | None, When | None, bool]:
    """Start, end and whether it was still going on when the record was taken."""
    ended = row.text("to")
    still = ended is not None and squeeze(ended).casefold() in STILL
    end = None if still or ended is None or squeeze(ended).casefold() in UNKNOWN else row.date("to")
    ongoing = row.yes("ongoing")
    if treatment:
        start, only = row.date("from"), row.date("on")
        if "on" in row:
            if "from" in row or "to" in row or ongoing:
                row.report("on", "'on' is for one single day: write `from` and `to`, or `on` alone")
            start = end = only
    else:
        start = row.date("on")
    if start is not None and end is not None and end.last < start.first:
        row.report("to", f"it ends ({end.text}) before it begins ({start.text})")
    if ongoing is True and ended is not None and not still:
        row.report("ongoing", "it cannot be going on and have ended: keep `to` or `ongoing: yes`")
    if ongoing is False and still:
        row.report("ongoing", f"`to` says '{ended}'")
    if section == "medicines" and ongoing is None and ended is None and "on" not in row:
        ongoing = True
    said = ended is not None or "on" in row or ongoing is not None or row.values.get("present") is not None
    if section == "therapies" and not said:
        message = "when it ended is missing: write `to` (the last dose), `ongoing: yes`, or `to: unknown`"
        row.reading.report(row.path, message, warning=True)
    return start, end, ongoing is True or still


# --- attributes ----------------------------------------------------------------------------------------


def _attributes(row: Row) -> tuple[dict[str, AttributeValue], tuple[When, ...]]:
    """The named properties that are recorded, and the dates of its treatments, newest last."""
    found: dict[str, AttributeValue] = {}
    treated: list[When] = []
    for field in (*ATTRIBUTE_FIELDS, *MORE_FIELDS):
        if field.name not in row or _is_unknown(row, field):
            continue
        value: AttributeValue | None
        match field.type:
            case kind if kind == YES_NO:
                value = row.yes(field.name)
            case kind if kind == WORD:
                value = row.word(field.name)
            case kind if kind == TEXT:
                value = row.text(field.name)
            case kind if kind == DAILY_DOSE:
                value = _dose(row)
            case kind if kind == TREATED:
                value = _treated(row, treated)
            case kind if kind == NUMBER:
                value = _number(row, field)
            case other:
                raise TypeError(f"no attribute has the type {other!r}")
        if value is not None:
            found[field.name] = value
    return found, tuple(sorted(treated, key=lambda w: (w.last, w.first)))


def _is_unknown(row: Row, field: Field) -> bool:
    """Whether a property is said to be not known (which also keeps it from being derived)."""
    text = text_of(row.values[field.name])
    return text is not None and squeeze(text).casefold() in UNKNOWN


def _dose(row: Row) -> float | None:
    text = row.text("daily dose")
    if text is None:
        return None
    dose = read_daily_dose(text)
    if isinstance(dose, Trouble):
        row.report("daily dose", dose.message, warning=isinstance(dose, NoDailyDose))
        return None
    return dose


def _treated(row: Row, dates: list[When]) -> bool | None:
    """``yes``, ``no``, or dates, which are added to ``dates``."""
    answer: bool | None = None
    for path, text in row.texts("treated"):
        said = yes_or_no(text)
        if isinstance(said, bool):
            answer = said
            continue
        when = read_date(text)
        if isinstance(when, Trouble):
            row.reading.report(path, f"{when.message}; or write yes or no")
        else:
            dates.append(when)
    if answer is False and dates:
        message = "it is said not to be treated and has dates of treatment: both are kept"
        row.report("treated", message, warning=True)
    return True if answer is None and dates else answer


def _number(row: Row, field: Field) -> float | None:
    """A number, in the unit of the field where it has one."""
    if not field.unit:
        value = row.take(field.name, read_number)
        limits = _LIMITS.get(field.name)
        if value is None or limits is None:
            return value
        least, most = limits
        if not least <= value <= most or value != int(value):
            row.report(field.name, f"'{row.text(field.name)}' is no {field.name}: it goes from {least:g} to {most:g}")
            return None
        return value
    text = row.text(field.name)
    amounts = None if text is None else read_amounts(text)
    if amounts is None:
        return None
    if isinstance(amounts, Trouble):
        row.report(field.name, f"{amounts.message} (here: {field.example})")
        return None
    converted = in_unit(amounts, field.unit, hint=field.example)
    if isinstance(converted, Trouble):
        row.report(field.name, converted.message)
        return None
    value = converted.value.low
    if converted.value.high != value or not math.isfinite(value) or value < 0:
        row.report(field.name, f"'{text}' is no single number; write it as in {field.example}")
        return None
    return value


# --- asked about and absent -----------------------------------------------------------------------------


def read_absent(row: Row) -> Entry | Flag | None:
    """One name of ``none of``: a refuted entry, or a flag that is no."""
    reading = row.reading
    if not row.usable:
        return None
    when, note = row.date("on"), row.text("note")
    text = row.text("is")
    if text is None:
        return None
    name = reading.concept(text, row.at("is"), (*row.fields["is"].kinds, "flag"))
    if name is None:
        return None
    source = reading.source(row.path)
    if reading.kind(name) == "flag":
        return Flag(name, False, source, when, f"{name}: no")
    concepts = frozenset((name,))
    return Entry(
        kind=entry_kind(concepts, "condition"),
        concepts=concepts,
        closure=closure_of(concepts),
        source=source,
        text=f"no {name}",
        present=False,
        start=when,
        note=note,
    )
