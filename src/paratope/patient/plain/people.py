"""The person, the cancer, and what people stated, signed and went through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from paratope.patient.build import closure_of
from paratope.patient.model import Cancer, Consent, Demographic, Flag, Review, Statement, When
from paratope.patient.plain.fields import Field
from paratope.patient.plain.load import Path
from paratope.patient.plain.measures import in_unit
from paratope.patient.plain.reading import Reading, Row, plainly, text_of
from paratope.patient.plain.scalars import Trouble, read_amounts, read_number, squeeze, yes_or_no
from paratope.terms import Concept


class Person(NamedTuple):
    """The ``patient`` section."""

    id: str
    sex: str | None
    sex_fact: Demographic | None
    born: When | None
    born_fact: Demographic | None
    extracted: int | None


def read_person(row: Row) -> Person | None:
    """The ``patient`` section; also tells the reading when the record was taken."""
    if not row.usable:
        return None
    own = row.text("id")
    word = row.word("sex")
    born, taken = row.date("born"), row.date("extracted")
    extracted = None
    if taken is not None:
        if taken.first != taken.last:
            row.report("extracted", "a full date is needed here, as in 2026-06-15")
        else:
            extracted = taken.first
            if born is not None and born.first > extracted:
                row.report("born", "this is after the day the record was taken")
    source = row.reading.source
    sex = word if word in ("male", "female") else None
    return Person(
        id=own or "",
        sex=sex,
        sex_fact=None if word is None else Demographic(source(row.at("sex")), None, f"sex: {word}"),
        born=born,
        born_fact=None if born is None else Demographic(source(row.at("born")), born, f"born {born.text}"),
        extracted=extracted,
    )


def read_cancer(row: Row) -> Cancer | None:
    """The ``cancer`` section, or one of several."""
    if not row.usable:
        return None
    names = row.names("is")
    extent, status, features = row.words("extent"), row.words("status"), row.words("features")
    confirmed, diagnosed = row.words("confirmed by"), row.date("diagnosed")
    called = row.text("called")
    row.text("note")
    if not names:
        return None
    concepts = frozenset(names)
    return Cancer(
        concepts=concepts,
        closure=closure_of(concepts),
        source=row.reading.source(row.path),
        text=called or " + ".join(names),
        when=diagnosed,
        extent=extent,
        confirmed_by=confirmed,
        status=status,
        features=features,
    )


def read_review(row: Row) -> Review | None:
    """One name of ``reviewed``."""
    if not row.usable:
        return None
    covers, when = row.word("is"), row.date("on")
    if covers is None:
        return None
    return Review(covers, row.reading.source(row.path), when, f"{covers} reviewed")


def read_consent(row: Row) -> Consent | None:
    """One entry of ``consents``."""
    if not row.usable:
        return None
    study, when, by, active = row.text("study"), row.date("on"), row.text("by"), row.yes("active")
    row.text("note")
    missing = [name for name, value in (("study", study), ("on", when)) if value is None]
    if missing:
        example = "{study: NCT07409766, on: 2026-06-08}"
        message = f"a consent without {' and '.join(missing)} decides nothing: write it as in {example}"
        row.reading.report(row.path, message, warning=True)
    signed = active is not False
    words = ["consent" if signed else "consent withdrawn", *([f"to {study}"] if study else [])]
    return Consent(
        study=study,
        source=row.reading.source(row.path),
        when=when,
        text=" ".join(words),
        active=signed,
        signed_by=by,
    )


def read_flags(reading: Reading, data: object, path: Path, fields: tuple[Field, ...]) -> list[Flag]:
    """The ``flags`` section: names with yes or no, or ``{value, on}``, or a list of those."""
    if not isinstance(data, Mapping):
        reading.report(path, "names with yes or no are expected here, as in {liver metastases: no}")
        return []
    found: list[Flag] = []
    for key, value in data.items():
        here = (*path, str(key))
        name = reading.concept(str(key), here, ("flag",))
        items = value if isinstance(value, list) else [value]
        for index, item in enumerate(items):
            at = (*here, index) if isinstance(value, list) else here
            plain = {"value": item} if text_of(item) is not None else item
            if item is None:
                continue  # an empty line: not recorded
            row = Row(reading, plain, at, fields)
            yes, when = row.yes("value"), row.date("on")
            if name is not None and yes is not None:
                found.append(Flag(name, yes, reading.source(at), when, f"{name}: {'yes' if yes else 'no'}"))
    return found


# --- statements ----------------------------------------------------------------------------------------

MONTHS = "months after last dose"
LIFE_THREATENING = "severely life-threatening disease"
PARTS = (MONTHS, "gamete donation forgone", LIFE_THREATENING)
"""The further answers that rules ask for, by name; others are kept and ask nothing."""


def read_statement(row: Row) -> tuple[Statement, ...]:
    """One entry of ``statements``; an answer on life-threatening disease in it is a statement of its own."""
    if not row.usable:
        return ()
    topic, when = row.name("about"), row.date("on")
    by, study = row.text("by"), row.text("study")
    row.text("note")
    parts = _parts(row)
    if topic is None:
        return ()
    concept = row.reading.terms.get(topic)
    assert concept is not None
    value = _answer(row, concept)
    if "value" not in row and not parts:
        row.reading.report(row.path, f"what was stated is missing: write `value`, as in {_example(concept)}")
        return ()
    source = row.reading.source(row.path)
    shown = row.text("value") or ", ".join(f"{k}: {v}" for k, v in parts.items())
    more: tuple[Statement, ...] = ()
    if topic != LIFE_THREATENING and LIFE_THREATENING in parts:
        answer = parts.pop(LIFE_THREATENING)
        words = f"{LIFE_THREATENING}: {'yes' if answer is True else 'no' if answer is False else answer}"
        more = (Statement(LIFE_THREATENING, answer, source, when, words, study, by),)
    if topic == "contraception":
        months = parts.get(MONTHS)
        if value is None and isinstance(months, float) and not isinstance(months, bool):
            value = months
        elif isinstance(value, float):
            parts.setdefault(MONTHS, value)
    return (Statement(topic, value, source, when, f"{topic}: {shown}", study, by, parts), *more)


def _example(concept: Concept) -> str:
    return (
        f"`value: 52 {'weeks' if concept.unit == 'wk' else concept.unit}`"
        if concept.unit
        else "`value: adequate`"
    )


def _answer(row: Row, concept: Concept) -> str | float | bool | None:
    """Yes or no, a number in the canonical unit of the topic, or the words as written."""
    text = row.text("value")
    if text is None:
        return None
    answer = yes_or_no(text)
    if isinstance(answer, bool) and squeeze(text).casefold() not in ("none", "无", "有", "on", "off"):
        return answer
    words = squeeze(text)
    if words[1:].islower():  # "Adequate" as "adequate"; an acronym stays
        words = words.lower()
    if not concept.unit:
        number = read_number(text)
        return words if isinstance(number, Trouble) else number
    canonical = _in_canonical(text, concept.unit)
    if isinstance(canonical, float):
        return canonical
    message = f"{concept.name}: a number is expected, as in {_example(concept)}; '{text}' is kept as words"
    if isinstance(canonical, Trouble):
        if any(character.isdigit() for character in text):
            row.report("value", f"{concept.name}: {canonical.message}")
            return None
        row.report("value", message, warning=True)
        return words
    row.report("value", message, warning=True)
    return words


def _in_canonical(text: str, unit: str) -> float | Trouble | None:
    """A number in the unit; of "at least 12 months" and "12-24 months" the 12; None for "under 12 months"."""
    amounts = read_amounts(text)
    if isinstance(amounts, Trouble):
        return amounts
    converted = in_unit(amounts, unit)
    if isinstance(converted, Trouble):
        return converted
    return None if amounts.limit == "upper" else converted.value.low


def _parts(row: Row) -> dict[str, str | float | bool]:
    """Further answers: yes or no, a bare number, a span of time in months, or words."""
    value = row.values.get("parts")
    if value is None:
        return {}
    path = row.at("parts")
    if not isinstance(value, Mapping):
        row.report("parts", "names with answers are expected here, as in {gamete donation forgone: yes}")
        return {}
    known = {plainly(name): name for name in PARTS}
    found: dict[str, str | float | bool] = {}
    for key, item in value.items():
        here = (*path, str(key))
        name = known.get(plainly(str(key)), str(key))
        text = text_of(item)
        if text is None or not text.strip():
            row.reading.report(here, "a word, a number, or yes or no is expected here")
            continue
        found[name] = _part(text.strip(), months="months" in name)
    return found


def _part(text: str, months: bool) -> str | float | bool:
    answer = yes_or_no(text)
    if isinstance(answer, bool):
        return answer
    amounts = read_amounts(text)
    if isinstance(amounts, Trouble) or amounts.low != amounts.high:
        return text
    if not amounts.unit:
        return float(amounts.low)
    converted = in_unit(amounts, "mo") if months else None
    return text if converted is None or isinstance(converted, Trouble) else converted.value.low
