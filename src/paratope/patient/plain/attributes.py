"""The properties of an entry: yes or no, numbers, words, doses, dates of treatment."""

from __future__ import annotations

import math

from paratope.patient.model import AttributeValue, When
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
from paratope.patient.plain.scalars import (
    UNKNOWN,
    Trouble,
    read_amounts,
    read_date,
    read_number,
    squeeze,
    yes_or_no,
)

_LIMITS = {"grade": (0.0, 5.0), "NYHA class": (1.0, 4.0), "line": (0.0, 30.0)}


def read_attributes(row: Row) -> tuple[dict[str, AttributeValue], tuple[When, ...]]:
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
            row.report(
                field.name, f"'{row.text(field.name)}' is no {field.name}: it goes from {least:g} to {most:g}"
            )
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
