"""Results with a word for an answer: HBsAg, HIV antibody, pregnancy test, cytology; and yes/no observations."""

from __future__ import annotations

from paratope.patient.fhir import numbers
from paratope.patient.fhir.answers import (
    BELOW,
    DETECTED,
    INDETERMINATE,
    NEGATIVE,
    POSITIVE,
    answer_of,
    contradicts_itself,
    interpretation_of,
    yes_or_no,
)
from paratope.patient.fhir.chart import Chart
from paratope.patient.fhir.coding import text_of
from paratope.patient.fhir.labs import Seen, remember
from paratope.patient.fhir.shape import Json, number, obj, objs, shown, text, value_of
from paratope.patient.model import Flag, Result

_TITRED = frozenset({"RPR", "treponemal antibody"})
"""Tests whose titre is only given of a reactive serum."""

_AS_ANSWER = {BELOW: NEGATIVE, DETECTED: POSITIVE}


def read_result(
    chart: Chart, seen: Seen, name: str, element: dict[str, Json], clash: str | None = None
) -> None:
    """One qualitative answer as a Result of the test ``name``."""
    item = seen.item
    kind, content = value_of(element)
    called = interpretation_of(element.get("interpretation"))
    called = _AS_ANSWER.get(called or "", called)
    if not kind and called is None:
        reason = text_of(element.get("dataAbsentReason"))
        chart.skip(item, f"{name}: no value{f' ({reason})' if reason else ''}")
        return
    value, problem, printed = _answer(name, kind, content, called)
    if clash is not None:
        value, problem = INDETERMINATE, clash
    if problem is not None:
        chart.skip(item, f"{name} {printed}: {problem}".replace(" : ", ": "))
    about = None
    for focus in objs(item.body.get("focus")):
        found = chart.find(focus, item)
        if found is not None:
            about = found.key
            break
        chart.skip(
            item,
            f"{name}: what it is about ({text(focus.get('reference')) or 'not named'}) is not in the file",
        )
    fact = Result(
        concept=name,
        value=value,
        source=item.key,
        when=seen.when,
        text=f"{name} {printed or value}".strip(),
        about=about,
        problem=problem,
        amended=seen.amended,
    )
    chart.add(item, fact)
    remember(chart, seen, name, fact)


def _answer(name: str, kind: str, content: Json, called: str | None) -> tuple[str, str | None, str]:
    """(positive | negative | indeterminate, problem, printed)."""
    said: str | None = None
    printed = ""
    match kind:
        case "":
            printed = called or ""
        case "CodeableConcept" | "String":
            printed = text_of(content)[:80]
            if contradicts_itself(content):
                return INDETERMINATE, "its codes and its text contradict each other", printed
            said = answer_of(content)
            if said is None and name in _TITRED:
                said = _titre_answer(printed)
        case "Boolean":
            said = answer_of(content)
            printed = said or ""
        case "Ratio":
            printed, said = _ratio(name, obj(content))
        case "Quantity":
            quantity = obj(content)
            value = number(quantity.get("value"))
            unit = text(quantity.get("unit")) or text(quantity.get("code")) or ""
            sign = text(quantity.get("comparator")) or ""
            printed = f"{sign}{shown(value) if value is not None else ''} {unit}".strip()
        case "Integer" | "Decimal":
            value = number(content)
            printed = shown(value) if value is not None else ""
        case _:
            printed = f"a value of type {kind}"
    if said is not None and called is not None and {said, called} == {POSITIVE, NEGATIVE}:
        return INDETERMINATE, f"its value says {said}, its interpretation {called}", printed
    answer = said or called
    if answer is None:
        if kind in ("Quantity", "Integer", "Decimal"):
            return INDETERMINATE, "a number, without the laboratory's word for it", printed
        return INDETERMINATE, "its answer is not understood", printed
    return answer, None, printed or answer


def _titre_answer(words: str) -> str | None:
    found = numbers.titre(words)
    if found is None:
        return None
    return NEGATIVE if found[0].startswith("<") else POSITIVE


def _ratio(name: str, content: dict[str, Json]) -> tuple[str, str | None]:
    above, below = obj(content.get("numerator")), obj(content.get("denominator"))
    top, bottom = number(above.get("value")), number(below.get("value"))
    if top is None or bottom is None:
        return "a ratio without numbers", None
    sign = text(above.get("comparator")) or text(below.get("comparator")) or ""
    printed = f"{sign}{shown(top)}:{shown(bottom)}"
    return printed, _titre_answer(printed) if name in _TITRED else None


def read_flag(chart: Chart, seen: Seen, name: str, element: dict[str, Json]) -> None:
    """A yes/no observation that is no disease."""
    kind, content = value_of(element)
    value = yes_or_no(kind, content)
    if value is None:
        why = "no value" if not kind else f"'{text_of(content)[:60]}' is neither yes nor no"
        chart.skip(seen.item, f"{name}: {why}")
        return
    words = f"{name}: {'yes' if value else 'no'}"
    chart.add(seen.item, Flag(name, value, seen.item.key, seen.when, words))
