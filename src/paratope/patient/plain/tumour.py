"""The tumour: tests for target antigens, lesions, imaging."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from paratope.patient.fhir.antigens import amplified_by
from paratope.patient.model import AntigenTest, Imaging, Interval, Lesion
from paratope.patient.plain.measures import in_unit
from paratope.patient.plain.reading import Row, either, text_of
from paratope.patient.plain.scalars import (
    Trouble,
    interval_text,
    number_text,
    read_amounts,
    read_number,
    squeeze,
)

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
        if (
            test.antigen == "HER2"
            and test.amplified is None
            and (test.ratio is not None or test.copies is not None)
        ):
            same = {t.score for t in scored if t.when == test.when and t.specimen in (None, test.specimen)}
            found, _ = amplified_by(test.ratio, test.copies, same.pop() if len(same) == 1 else None)
            if found is not None:
                test = replace(
                    test, amplified=found, text=f"{test.text} {_amplified(found)} by ASCO/CAP 2018"
                )
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
