"""Things that were, are, or were not: findings, therapies, medicines, and what was asked about and absent."""

from __future__ import annotations

import math
from collections.abc import Iterable

from paratope.patient.build import closure_of
from paratope.patient.fhir.drugs import drugs_in
from paratope.patient.model import AttributeValue, Entry, Flag, When
from paratope.patient.plain.doses import NoDailyDose, read_daily_dose
from paratope.patient.plain.fields import ATTRIBUTE_FIELDS, DAILY_DOSE, NUMBER, TREATED, WORD, YES_NO, Field
from paratope.patient.plain.measures import in_unit
from paratope.patient.plain.reading import Row
from paratope.patient.plain.scalars import Trouble, read_amounts, read_date, read_number, squeeze, yes_or_no
from paratope.terms import Catalogue

STILL = frozenset({"ongoing", "now", "present", "today", "continuing", "至今", "目前", "现在"})
"""Words for "has not ended"."""
UNKNOWN = frozenset({"unknown", "?", "不详", "未知"})

_LIMITS = {"grade": (0.0, 5.0, True), "NYHA class": (1.0, 4.0, True), "line": (0.0, 30.0, True)}
_KIND_WORD = {
    "cancer": "condition",
    "drug": "therapy",
    "medicine class": "medicine",
}
"""Kind of concept -> kind of entry, where they differ."""


def kind_of_entry(names: Iterable[str], default: str | None, terms: Catalogue) -> str:
    """The kind of an entry: its section's, else what its concepts are."""
    closure = closure_of(frozenset(names))
    kinds = [c.kind for n in names if (c := terms.get(n)) is not None]
    if default is not None and "procedure" not in kinds:
        return default
    for name, kind in (("anticancer drug therapy", "therapy"), ("medicine", "medicine")):
        if name in closure and "procedure" not in kinds:
            return kind
    return _KIND_WORD.get(kinds[0], kinds[0]) if kinds else default or "condition"


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
    if not names:
        return None
    terms = row.reading.terms
    present = present is not False
    concepts = set(names)
    if present and section == "therapies" and "anticancer treatment" not in closure_of(frozenset(concepts)):
        concepts.add("anticancer treatment")
    if present and section == "medicines" and "medicine" not in closure_of(frozenset(concepts)):
        concepts.add("medicine")
    if present and any(row.reading.kind(n) == "cancer" for n in names) and not treatment:
        concepts.add("other malignancy")
    if "targets" not in row.values and present:
        targets = frozenset(t for n in names if (c := terms.get(n)) is not None for t in c.targets)
    default = {"therapies": "therapy", "medicines": "medicine"}.get(section)
    fixed = frozenset(concepts)
    return Entry(
        kind=kind or kind_of_entry(names, default, terms),
        concepts=fixed,
        closure=closure_of(fixed),
        source=row.reading.source(row.path),
        text=called or _shown(row) or " + ".join(names),
        present=present,
        start=start,
        end=end,
        ongoing=ongoing,
        attributes=attributes,
        targets=targets,
        note=note,
        treated=treated,
        study=study,
    )


def _shown(row: Row) -> str:
    """The names without the classes: canonical where they are known, else as written."""
    found = (row.reading.terms.find(squeeze(text)) or text for _, text in row.texts("is"))
    return " + ".join(dict.fromkeys(found))


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


def _named(row: Row) -> tuple[str, ...]:
    """The concepts of an entry.

    A treatment may be written as one word for several drugs ("trastuzumab-XELOX"), and one of an unknown
    name is read by its classes, with a warning.
    """
    if "classes" not in row.fields:
        return row.names("is")
    classes = row.names("classes")
    found: list[str] = []
    for path, text in row.texts("is"):
        parts = _regimen(row, text)
        if parts or not classes or row.reading.terms.find_all(squeeze(text)):
            name = None if parts else row.reading.concept(text, path, row.fields["is"].kinds)
            found += parts or ([name] if name is not None else [])
        else:
            near = row.reading.did_you_mean(text, row.fields["is"].kinds)
            message = f"'{text}' is not a name known here; it is read by its classes{near}"
            row.reading.report(path, message, warning=True)
    return tuple(dict.fromkeys((*found, *classes)))


def _regimen(row: Row, text: str) -> tuple[str, ...]:
    """The drugs of a regimen written as one word, if every part of it is known."""
    if row.reading.terms.find_all(squeeze(text)):
        return ()
    parts = drugs_in(squeeze(text))
    if parts.unknown or parts.targets or not parts.names:
        return ()
    return tuple(sorted(parts.names))


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
    for field in ATTRIBUTE_FIELDS:
        if field.name not in row:
            continue
        value: AttributeValue | None
        match field.type:
            case kind if kind == YES_NO:
                value = row.yes(field.name)
            case kind if kind == WORD:
                value = row.word(field.name)
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
        row.report("treated", "it cannot be untreated and have dates of treatment")
    return answer


def _number(row: Row, field: Field) -> float | None:
    """A number, in the unit of the field where it has one."""
    if not field.unit:
        value = row.take(field.name, read_number)
        limits = _LIMITS.get(field.name)
        if value is None or limits is None:
            return value
        least, most, whole = limits
        if not least <= value <= most or (whole and value != int(value)):
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
        kind=kind_of_entry((name,), None, reading.terms),
        concepts=concepts,
        closure=closure_of(concepts),
        source=source,
        text=f"no {name}",
        present=False,
        start=when,
        note=note,
    )
