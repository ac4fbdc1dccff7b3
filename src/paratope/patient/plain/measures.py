"""Numbers of the form: results with their units and ranges, tests, antigen tests, lesions."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import NamedTuple

from paratope.patient.model import Entry, Interval, Measurement, Result
from paratope.patient.plain.reading import Row
from paratope.patient.plain.scalars import (
    Amounts,
    Trouble,
    number_text,
    read_amounts,
    squeeze,
)
from paratope.terms import Concept
from paratope.units import convert, parse_unit

_WORD_UNITS = (
    (re.compile(r"hours?|hrs?|小时|h"), "h"),
    (re.compile(r"days?|天|日|d"), "d"),
    (re.compile(r"weeks?|wks?|周|星期"), "wk"),
    (re.compile(r"months?|mos?|个?月"), "mo"),
    (re.compile(r"years?|yrs?|年"), "a"),
    (re.compile(r"percent|per cent|pct|％"), "%"),
    (re.compile(r"points?|分|级|度"), ""),
)


SCORE_UNITS = frozenset({"%", "1", "score", "grade", "class", "{score}", "{points}"})
"""What may stand behind a score, beside the words for points."""


def unit_of(text: str) -> str:
    """A unit as ``paratope.units`` reads it: words for spans of time become their signs."""
    given = squeeze(text)
    for pattern, sign in _WORD_UNITS:
        if pattern.fullmatch(given.casefold()):
            return sign
    return given


def plainer(unit: str) -> str:
    """A canonical unit as people write it: ``10^9/L``, ``IU/mL``."""
    return unit.replace("10*", "10^").translate(str.maketrans("", "", "[]{}"))


class Converted(NamedTuple):
    """A quantity in the unit asked for."""

    value: Interval
    unit: str  # the unit as printed that was understood


def in_unit(amounts: Amounts, unit: str, mass: str | None = None, hint: str = "") -> Converted | Trouble:
    """A quantity converted; ``unit`` empty: a bare number. ``hint``: an example for the message."""
    printed_unit = unit_of(amounts.unit)
    power = 0
    if printed_unit and parse_unit(printed_unit) is None and amounts.power:
        printed_unit, power = unit_of(amounts.plain_unit), amounts.power
    if not printed_unit and unit:
        return Trouble(
            f"'{amounts.printed}' has no unit: write it out, as in {hint or f'{amounts.high} {plainer(unit)}'}"
        )
    if printed_unit and parse_unit(printed_unit) is None:
        return Trouble(
            f"the unit '{amounts.unit}' is not known; write it as in {hint or plainer(unit) or 'a bare number'}"
        )
    bounds: list[float] = []
    for number in (amounts.low, amounts.high):
        if "inf" in number:
            bounds.append(float(number))
            continue
        exact = Fraction(number) * Fraction(10) ** power
        converted = float(exact) if printed_unit == unit else convert(exact, printed_unit, unit, mass)
        if converted is None:
            expected = f"it is measured in {plainer(unit)}" if unit else "it is a bare number"
            return Trouble(f"the unit '{amounts.unit}' does not fit: {expected}")
        bounds.append(converted)
    return Converted(Interval(bounds[0], bounds[1], amounts.low_open, amounts.high_open), printed_unit)


# --- results -------------------------------------------------------------------------------------------


def read_measurement(row: Row) -> Measurement | None:
    """One entry of ``labs``, ``vitals``, ``scores`` or ``echo``."""
    if not row.usable:
        return None
    name = row.name("is")
    when = row.date("on")
    condition, method, amended = row.word("condition"), row.name("method"), row.yes("amended")
    problem, printed = row.text("problem"), row.text("printed")
    written = row.text("value")
    row.text("note")
    concept = None if name is None else row.reading.terms.get(name)
    if concept is None or written is None:
        return None
    if concept.derived:
        row.report("is", f"{concept.name} is computed from other facts, not recorded{_instead(concept)}")
        return None
    source = row.reading.source(row.path)
    value: Interval | None = None
    low = high = None
    if problem is None:
        read = _value(row, concept, written)
        if read is None:
            return None
        amounts, value, problem = read
        low, high = _range(row, concept, amounts)
        shown = amounts.printed
    else:
        low, high = _range(row, concept, None)
        own = row.text("unit") or ""
        shown = " ".join((written if own in written else f"{written} {own}").split())
    shown = printed or shown
    return Measurement(
        concept=concept.name,
        value=value,
        source=source,
        when=when,
        text=f"{concept.name} {shown}",
        printed=shown,
        low=low,
        high=high,
        method=method,
        condition=condition,
        problem=problem,
        amended=bool(amended),
    )


def _instead(concept: Concept) -> str:
    return {
        "age at consent": ": give `born` under `patient`",
        "creatinine clearance": ": write 'measured creatinine clearance' for one measured in urine, or 'creatinine'",
        "Cockcroft-Gault clearance": ": give creatinine and body weight",
        "corrected calcium": ": give calcium and albumin",
        "largest lesion diameter": ": give the lesions",
    }.get(concept.name, "")


def _value(row: Row, concept: Concept, written: str) -> tuple[Amounts, Interval | None, str | None] | None:
    """The value in the canonical unit, or why it cannot be used; None when it was reported as an error."""
    amounts = _amounts(concept, written)
    if isinstance(amounts, Trouble):
        row.report("value", amounts.message)
        return None
    given_unit = row.text("unit")
    if given_unit:
        if amounts.unit and squeeze(amounts.unit) != squeeze(given_unit):
            row.report("unit", f"the value is already in {amounts.unit}")
            return None
        amounts = amounts._replace(
            unit=given_unit, printed=amounts.printed if amounts.unit else f"{amounts.printed} {given_unit}"
        )
    elif not amounts.unit and concept.unit:
        ranged = read_amounts(row.text("range") or "")
        if isinstance(ranged, Amounts) and ranged.unit:  # laboratories print the unit once
            amounts = amounts._replace(unit=ranged.unit, printed=f"{amounts.printed} {ranged.unit}")
    unit = concept.unit or ""
    if unit == "" and squeeze(amounts.unit).casefold() in SCORE_UNITS:  # a Karnofsky of 80 % is one of 80
        amounts = amounts._replace(unit="")
    place = "unit" if given_unit else "value"
    if concept.unit == "[IU]/mL" and "cop" in amounts.unit.casefold():
        why = (
            "copies convert to international units only with the assay's own factor; the IU result is needed"
        )
        row.report(place, f"{concept.name}: {why}", warning=True)
        return amounts, None, why
    bound = amounts.low if amounts.limit == "lower" else amounts.high
    converted = in_unit(amounts, unit, concept.molar_mass, f"{bound} {plainer(unit)}".strip())
    if isinstance(converted, Trouble):
        row.report(place, f"{concept.name}: {converted.message}")
        return None
    value = converted.value
    if concept.whole and not all(b == int(b) for b in (value.low, value.high) if math.isfinite(b)):
        row.report("value", f"{concept.name} takes whole numbers only, not {amounts.printed}")
        return None
    if concept.plausible is not None:
        least, most = concept.plausible
        if value.high < least or value.low > most:
            between = f"{number_text(least)} and {number_text(most)} {plainer(unit)}".rstrip()
            why = f"cannot be right: {concept.name} lies between {between}"
            in_canonical = (
                "" if converted.unit == unit else f" (that is {_shown(value)} {plainer(unit)})".rstrip()
            )
            message = f"{amounts.printed}{in_canonical} {why}; kept, but it decides nothing"
            row.report("value", message, warning=True)
            return amounts, None, why
    return amounts, value, None


_NOT_DETECTED = re.compile(
    r"(?:target )?not detected|none detected|undetectable|undetected|negative|tnd|nd|未检出|低于检测下限|阴性",
    re.I,
)
_REMARK = re.compile(r"(?P<value>.*\S)\s*\((?:target )?not detected\)", re.I)


def _amounts(concept: Concept, written: str) -> Amounts | Trouble:
    """The numbers of a result. A viral load may be "not detected", which is none."""
    if concept.unit in ("[IU]/mL", "{copies}/mL"):
        if _NOT_DETECTED.fullmatch(squeeze(written)):
            return Amounts("0", "0", False, False, concept.unit, " ".join(written.split()))
        remark = _REMARK.fullmatch(squeeze(written))
        if remark:
            amounts = read_amounts(remark["value"])
            printed = " ".join(written.split())
            return amounts if isinstance(amounts, Trouble) else amounts._replace(printed=printed)
    return read_amounts(written)


def _shown(value: Interval) -> str:
    bound = value.low if math.isfinite(value.low) else value.high
    return f"{bound:.6g}"


def _range(row: Row, concept: Concept, amounts: Amounts | None) -> tuple[float | None, float | None]:
    """The laboratory's limits in the canonical unit; a range without a unit is in that of the value."""
    text = row.text("range")
    if text is None:
        return None, None
    limits = read_amounts(text)
    if isinstance(limits, Trouble):
        row.report("range", f'{limits.message} (write the limits, as in 130-175 g/L or "<= 40 U/L")')
        return None, None
    if limits.low == limits.high:
        row.report(
            "range", f"'{text}' is one number: write both limits, or \"<= {text}\" for an upper limit alone"
        )
        return None, None
    if not limits.unit and amounts is not None:
        limits = limits._replace(unit=amounts.unit, power=amounts.power, plain_unit=amounts.plain_unit)
    converted = in_unit(limits, concept.unit or "", concept.molar_mass)
    if isinstance(converted, Trouble):
        row.report("range", converted.message)
        return None, None
    value = converted.value
    return (None if limits.limit == "upper" else value.low, None if limits.limit == "lower" else value.high)


def read_result(row: Row, entries: list[tuple[str | None, Entry]]) -> Result | None:
    """One entry of ``tests``. ``entries``: those of the form, with their own ids, for ``about``."""
    if not row.usable:
        return None
    name, value, when = row.name("is"), row.word("result"), row.date("on")
    about, problem, amended = row.text("about"), row.text("problem"), row.yes("amended")
    row.text("note")
    subject = _about(row, about, entries) if about is not None else None
    if name is None or value is None:
        return None
    return Result(
        concept=name,
        value=value,
        source=row.reading.source(row.path),
        when=when,
        text=f"{name} {value}",
        about=subject,
        problem=problem,
        amended=bool(amended),
    )


def _about(row: Row, about: str, entries: list[tuple[str | None, Entry]]) -> str | None:
    """The source of the finding a test is about: by its ``id``, else by its name."""
    by_id = [entry for own, entry in entries if own == about]
    name = row.reading.terms.find(squeeze(about))
    found = by_id or [entry for _, entry in entries if entry.present and name in entry.closure]
    if len(found) == 1:
        return found[0].source
    if found:
        row.report(
            "about", f"several findings are '{about}': give the one that is meant an `id` and write that"
        )
    else:
        row.report(
            "about", f"no finding is called '{about}': write its name, or the `id` it has under `findings`"
        )
    return None
