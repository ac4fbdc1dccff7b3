"""Things that were, are, or were not: findings, therapies, medicines, and what was asked about and absent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from paratope.patient.build import closure_of
from paratope.patient.fhir.coding import is_cancer
from paratope.patient.fhir.drugs import Drugs, drugs_in
from paratope.patient.fhir.procedures import entry_kind
from paratope.patient.model import TABLE_HALF_LIFE, AttributeValue, Entry, Flag, When
from paratope.patient.plain.attributes import read_attributes
from paratope.patient.plain.reading import Row
from paratope.patient.plain.scalars import UNKNOWN, squeeze
from paratope.terms import catalogue

STILL = frozenset({"ongoing", "now", "present", "today", "continuing", "至今", "目前", "现在"})
"""Words for "has not ended"."""

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
    return section != "findings" or kind in (
        "vaccine",
        "procedure",
        "supportive",
        "therapy",
        "medicine",
        "product",
    )


def goes_on(concepts: frozenset[str], attributes: Mapping[str, AttributeValue]) -> bool:
    """Whether it goes on, where the form says nothing of an end: a trial somebody is on."""
    return "trial participation" in closure_of(concepts) and attributes.get("phase") in (
        "on study",
        "follow-up",
    )


def is_active(
    concepts: frozenset[str], end: When | None, ended: bool, ongoing: bool, taken: int | None
) -> bool | None:
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
    attributes, treated = read_attributes(row)
    targets = frozenset(row.names("targets"))
    present, kind = row.yes("present"), row.word("kind")
    note, study, called = row.text("note"), row.text("study"), row.text("called")
    row.text("id")
    if names is None:
        return None
    present = present is not False
    concepts = frozenset((*names.known, *names.classes, *_added(row, names, section, present)))
    kind = kind or kind_of_entry(concepts, section)
    if (
        on_one_day(kind, section)
        and row.written.get("on") in ("on", "date")
        and "to" not in row
        and not ongoing
    ):
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
    second = (
        row.reading.has_cancer and OTHER_MALIGNANCY not in closure and any(is_cancer(n) for n in names.known)
    )
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
            attributes[TABLE_HALF_LIFE] = days


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
