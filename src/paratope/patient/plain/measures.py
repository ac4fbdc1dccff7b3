"""Numbers of the form: results with their units and ranges, tests, antigen tests, lesions."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

from paratope.patient.fhir.antigens import amplified_by
from paratope.patient.model import AntigenTest, Entry, Imaging, Interval, Lesion, Measurement, Result
from paratope.patient.plain.reading import Row, either, text_of
from paratope.patient.plain.scalars import (
    Amounts,
    Trouble,
    interval_text,
    number_text,
    read_amounts,
    read_number,
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
        return Trouble(f"'{amounts.printed}' has no unit: write it out, as in {hint or f'{amounts.high} {unit}'}")
    if printed_unit and parse_unit(printed_unit) is None:
        return Trouble(f"the unit '{amounts.unit}' is not known; write it as in {hint or unit or 'a bare number'}")
    bounds: list[float] = []
    for number in (amounts.low, amounts.high):
        if "inf" in number:
            bounds.append(float(number))
            continue
        exact = Fraction(number) * Fraction(10) ** power
        converted = float(exact) if printed_unit == unit else convert(exact, printed_unit, unit, mass)
        if converted is None:
            expected = f"it is measured in {unit}" if unit else "it is a bare number"
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
        why = "copies convert to international units only with the assay's own factor; the IU result is needed"
        row.report(place, f"{concept.name}: {why}", warning=True)
        return amounts, None, why
    bound = amounts.low if amounts.limit == "lower" else amounts.high
    converted = in_unit(amounts, unit, concept.molar_mass, f"{bound} {unit}".strip())
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
            why = f"cannot be right: {concept.name} lies between {number_text(least)} and {number_text(most)} {unit}"
            why = why.rstrip()
            in_canonical = "" if converted.unit == unit else f" (that is {_shown(value)} {unit})".rstrip()
            message = f"{amounts.printed}{in_canonical} {why}; kept, but it decides nothing"
            row.report("value", message, warning=True)
            return amounts, None, why
    return amounts, value, None


_NOT_DETECTED = re.compile(
    r"(?:target )?not detected|none detected|undetectable|undetected|negative|tnd|nd|未检出|低于检测下限|阴性", re.I
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
        row.report("range", f"{limits.message} (write the limits, as in 130-175 g/L or \"<= 40 U/L\")")
        return None, None
    if limits.low == limits.high:
        row.report("range", f"'{text}' is one number: write both limits, or \"<= {text}\" for an upper limit alone")
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
        row.report("about", f"several findings are '{about}': give the one that is meant an `id` and write that")
    else:
        row.report("about", f"no finding is called '{about}': write its name, or the `id` it has under `findings`")
    return None


# --- antigens ------------------------------------------------------------------------------------------


def read_antigen(row: Row) -> AntigenTest | None:
    """One entry of ``antigens``."""
    if not row.usable:
        return None
    name, method, when = row.name("is"), row.word("by"), row.date("on")
    result, score = row.word("result"), row.word("score")
    ratio, copies = row.take("ratio", read_number), row.take("copies", read_number)
    amplified, percent = row.yes("amplified"), _cells(row)
    compartment, specimen, problem = row.text("compartment"), row.text("specimen"), row.text("problem")
    row.text("note")
    if result in ("amplified", "not amplified"):
        if amplified is not None and amplified is not (result == "amplified"):
            row.report("amplified", f"`result` says {result}")
        amplified, result = result == "amplified", None
    elif method == "ISH" and amplified is None and result in ("positive", "negative"):
        amplified, result = result == "positive", None
    answers = (result, score, ratio, copies, amplified, problem)
    if not percent and all(answer is None for answer in answers):
        known = "`result`, `score`, `cells`, `ratio` or `copies`"
        if not any(field in row for field in ("result", "score", "cells", "ratio", "copies")):
            row.reading.report(row.path, f"what was found is missing: write {known}")
        return None
    if problem is None and (problem := _too_many(percent)) is not None:
        message = f"{problem}; each counts the cells of that intensity alone. Kept, but it decides nothing"
        row.report("cells", message, warning=True)
    if name is None:
        return None
    shown = [word for word in (result, score, None if amplified is None else _amplified(amplified)) if word]
    if percent:
        shown.append(", ".join(f"{_level(k)}{interval_text(v, '%')}" for k, v in percent.items()))
    return AntigenTest(
        antigen=name,
        method=method,
        source=row.reading.source(row.path),
        when=when,
        text=" ".join([name, *([method] if method else []), *shown]),
        value=result,
        score=None if score is None else int(score[0]),
        amplified=amplified,
        ratio=ratio,
        copies=copies,
        percent=percent,
        compartment=compartment,
        specimen=specimen,
        problem=problem,
    )


def _amplified(yes: bool) -> str:
    return "amplified" if yes else "not amplified"


def _level(level: str) -> str:
    return "" if level == "any" else f"{level} "


LEVELS = ("any", "0", "1+", "2+", "3+")


def _cells(row: Row) -> dict[str, Interval]:
    """Percentages of cells by intensity, exactly that intensity; a bare percentage is of any intensity."""
    value = row.values.get("cells")
    if value is None:
        return {}
    path = row.at("cells")
    if not isinstance(value, dict):
        text = row.text("cells")
        interval = None if text is None else _one_percentage(row, text, path)
        return {} if interval is None else {"any": interval}
    found: dict[str, Interval] = {}
    for key, item in value.items():
        here = (*path, str(key))
        level = squeeze(str(key)).replace(" ", "")
        level = f"{level}+" if level in ("1", "2", "3") else level
        text = text_of(item)
        if level not in LEVELS:
            row.reading.report(here, f"'{key}' is no intensity: write {either(LEVELS)}")
        elif level in found:
            row.reading.report(here, f"{level} is given twice")
        elif text is None:
            row.reading.report(here, "a percentage is expected here, as in 30 %")
        else:
            interval = _one_percentage(row, text, here)
            if interval is not None:
                found[level] = interval
    return found


def _too_many(percent: Mapping[str, Interval]) -> str | None:
    """The shares at exactly 0, 1+, 2+ and 3+ are of all cells; half a percent is left to rounding."""
    total = sum(v.low for level, v in percent.items() if level != "any")
    return f"its shares of cells add up to {number_text(round(total, 3))} %" if total > 100.5 else None


def settle_amplification(tests: list[AntigenTest]) -> list[AntigenTest]:
    """HER2 by in-situ hybridisation with numbers and no word: amplified by the ASCO/CAP 2018 groups, with the
    immunohistochemistry of the same day and specimen where a group needs it."""
    scored = [t for t in tests if t.antigen == "HER2" and t.score is not None and t.problem is None]
    settled: list[AntigenTest] = []
    for test in tests:
        if test.antigen == "HER2" and test.amplified is None and (test.ratio is not None or test.copies is not None):
            same = {t.score for t in scored if t.when == test.when and t.specimen in (None, test.specimen)}
            found, _ = amplified_by(test.ratio, test.copies, same.pop() if len(same) == 1 else None)
            if found is not None:
                test = replace(test, amplified=found, text=f"{test.text} {_amplified(found)} by ASCO/CAP 2018")
        settled.append(test)
    return settled


def _one_percentage(row: Row, text: str, path: tuple[str | int, ...]) -> Interval | None:
    amounts = read_amounts(text)
    if isinstance(amounts, Trouble):
        row.reading.report(path, amounts.message)
        return None
    if not amounts.unit:
        amounts = amounts._replace(unit="%")
    converted = in_unit(amounts, "%")
    if isinstance(converted, Trouble):
        row.reading.report(path, converted.message)
        return None
    interval = converted.value
    if interval.high < 0 or interval.low > 100:
        row.reading.report(path, f"'{text}' is no share of the cells: it lies between 0 and 100 %")
        return None
    return interval


# --- imaging -------------------------------------------------------------------------------------------


def read_lesion(row: Row) -> Lesion | None:
    """One entry of ``lesions``; sizes in millimetres."""
    if not row.usable:
        return None
    site, kind, modality, when = row.text("site"), row.word("kind"), row.text("modality"), row.date("on")
    problem = row.text("problem")
    row.text("note")
    longest, short = _size(row, "longest"), _size(row, "short axis")
    slices = row.take("slice thickness", _millimetres)
    if not any(field in row for field in ("longest", "short axis", "problem")):
        message = "its size is missing: write `longest`, or for a lymph node `short axis`"
        row.reading.report(row.path, message, warning=True)
    sizes = [
        f"{interval_text(size, 'mm')}{what}"
        for size, what in ((longest, ""), (short, " short axis"))
        if size is not None
    ]
    return Lesion(
        source=row.reading.source(row.path),
        when=when,
        text=" ".join(["lesion", *([site] if site else []), *sizes]),
        site=site,
        longest=longest,
        short_axis=short,
        slice_thickness=None if slices is None else slices.low,
        kind=kind,
        modality=modality,
        problem=problem,
    )


def _size(row: Row, field: str) -> Interval | None:
    interval = row.take(field, _millimetres)
    if interval is not None and math.isfinite(interval.low) and not 0 <= interval.low <= 1000:
        row.report(field, "no lesion has that size", warning=False)
        return None
    return interval


def _millimetres(text: str) -> Interval | Trouble:
    amounts = read_amounts(text)
    if isinstance(amounts, Trouble):
        return amounts
    converted = in_unit(amounts, "mm")
    return converted if isinstance(converted, Trouble) else converted.value


def read_imaging(row: Row) -> Imaging | None:
    """One entry of ``imaging``."""
    if not row.usable:
        return None
    modality, when = row.text("is"), row.date("on")
    row.text("note")
    return Imaging(modality, row.reading.source(row.path), when, modality or "imaging")
