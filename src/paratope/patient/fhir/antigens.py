"""Tests of the tumour for a target antigen: immunohistochemistry, in-situ hybridisation, flow, PET."""

from __future__ import annotations

import re
from typing import NamedTuple

from paratope.patient.fhir import quantities as q
from paratope.patient.fhir.amplification import amplified_by as amplified_by
from paratope.patient.fhir.answers import INDETERMINATE, NEGATIVE, POSITIVE, answer_of, interpretation_of
from paratope.patient.fhir.chart import Chart
from paratope.patient.fhir.coding import codes_of, concept, kind_of, named, text_of, words_of
from paratope.patient.fhir.gather import Item
from paratope.patient.fhir.labs import Seen, remember
from paratope.patient.fhir.shape import Json, number, obj, objs, shown, text, value_of
from paratope.patient.model import AntigenTest, Interval

METHODS = ("IHC", "ISH", "flow cytometry", "PET")

_METHOD_OF_CODE = {"18474-7": "IHC", "85319-2": "IHC", "31150-6": "ISH", "85318-4": "ISH", "48676-1": None}
"""LOINC codes that say how HER2 was tested."""

SHARES = {
    "stained cells": "any",
    "stained cells 1+": "1+",
    "stained cells 2+": "2+",
    "stained cells 3+": "3+",
}
"""Concept of a component to the key of ``AntigenTest.percent``."""

RATIO, COPIES, COMPARTMENT = "HER2/CEP17 ratio", "HER2 copy number", "stained compartment"

_SHARE_WORDS = re.compile(r"%|percent|proportion|share|fraction|百分|比例|占比")
_EXACT = re.compile(r"(?<![0-9>≥=+])([123])\s*\+(?![0-9+])|\b(weak|moderate|strong)(?:ly)?\b|([弱中强])阳")
_CUMULATIVE = re.compile(r"≥|>=|at least|or (?:more|greater|higher|above|stronger)|及以上|以上|and above")
_WORD_INTENSITY = {"weak": "1+", "moderate": "2+", "strong": "3+", "弱": "1+", "中": "2+", "强": "3+"}


class Value(NamedTuple):
    """What the value of a test says."""

    value: str | None = None
    score: int | None = None
    amplified: bool | None = None
    share: Interval | None = None


def method_of(item: Item) -> tuple[str | None, str | None]:
    """The assay (stated, else by a code that implies it) and what was wrong with it."""
    stated: str | None = None
    raw = item.body.get("method")
    if raw is not None:
        found = named(raw)
        kinds = [m for m in METHODS if m in found.concepts]
        if len(kinds) == 1:
            stated = kinds[0]
        else:
            words = " ".join(words_of(raw))
            stated = next((m for pattern, m in _METHOD_WORDS if pattern.search(words)), None)
            if stated is None and words:
                return None, f"the method '{text_of(raw)[:60]}' is not one we know"
    implied = {_METHOD_OF_CODE[c] for _, c in codes_of(item.body.get("code")) if _METHOD_OF_CODE.get(c)}
    if stated is None:
        return (implied.pop() if len(implied) == 1 else None), None
    if implied and stated not in implied:
        return stated, f"its code is for {', '.join(sorted(filter(None, implied)))}, its method says {stated}"
    return stated, None


_METHOD_WORDS = (
    (re.compile(r"\bpet\b|positron|正电子"), "PET"),
    (re.compile(r"\b(?:f|c|s|d)?ish\b|in[ -]situ hybrid|原位杂交"), "ISH"),
    (re.compile(r"\bflow\b|cytometr|流式"), "flow cytometry"),
    (re.compile(r"\bihc\b|immunohistochem|immune stain|immunostain|免疫组"), "IHC"),
)


def read_antigen(chart: Chart, seen: Seen, antigen: str) -> None:
    """One test of one antigen as an AntigenTest."""
    item = seen.item
    method, problem = method_of(item)
    kind, content = value_of(item.body)
    said = _value(kind, content, method)
    called = interpretation_of(item.body.get("interpretation"))
    value = said.value
    if called in (POSITIVE, NEGATIVE):
        if value in (POSITIVE, NEGATIVE) and value != called:
            problem = f"its value says {value}, its interpretation {called}"
        elif value is None and said.amplified is None:
            value = called
    amplified = said.amplified
    if method == "ISH" and amplified is None and value in (POSITIVE, NEGATIVE):
        amplified, value = value == POSITIVE, None
    percent, ratio, copies, compartment, score = _components(chart, item)
    if said.share is not None:
        percent.setdefault("any", said.share)
    if score is None:
        score = said.score
    if problem is None and (why := _impossible(percent)) is not None:
        problem = why
    nothing = not percent and all(said is None for said in (value, score, amplified, ratio, copies))
    if nothing and problem is None:
        absent = text_of(item.body.get("dataAbsentReason"))
        shown_value = text_of(content)[:60] if isinstance(content, (dict, str)) else ""
        why = "no value" + (f" ({absent})" if absent else "")
        if kind:
            why = f"its result '{shown_value}' is not understood"
        chart.skip(item, f"{antigen}: {why}")
        if not kind:
            return
        problem = why
    elif problem is not None:
        chart.skip(item, f"{antigen}: {problem}")
    fact = AntigenTest(
        antigen=antigen,
        method=method,
        source=item.key,
        when=seen.when,
        text=_text(antigen, method, value, score, amplified, percent),
        value=value,
        score=score,
        amplified=amplified,
        ratio=ratio,
        copies=copies,
        percent=percent,
        compartment=compartment,
        specimen=specimen_of(chart, item),
        problem=problem,
    )
    chart.add(item, fact)
    remember(chart, seen, f"{antigen} {method}", fact)


def read_signals(chart: Chart, seen: Seen, name: str) -> None:
    """A ratio or copy number reported as an Observation of its own: in-situ hybridisation of HER2."""
    value = _number(chart, seen.item, name, seen.item.body)
    if value is None:
        return
    ratio, copies = (value, None) if name == RATIO else (None, value)
    words = f"HER2 ISH {name} {shown(value)}"
    fact = AntigenTest(
        "HER2", "ISH", seen.item.key, seen.when, words, ratio=ratio, copies=copies,
        specimen=specimen_of(chart, seen.item),
    )  # fmt: skip
    chart.add(seen.item, fact)


def specimen_of(chart: Chart, item: Item) -> str | None:
    """What was examined: the type of the specimen, as a concept where it is one, else in its own words."""
    reference = item.body.get("specimen")
    if reference is None:
        return None
    found = chart.take(reference, item)
    if found is None:
        return text(obj(reference).get("display"))
    what = named(found.body.get("type"))
    kinds = [c for c in what.concepts if kind_of(c) == "specimen"]
    return kinds[0] if len(kinds) == 1 else what.text or None


# --- the value -----------------------------------------------------------------------------------------

_SCORE = re.compile(
    r"(?:ihc|score|her-?2(?:/neu)?|评分|\s|:|=)*\(?\s*(?:(0)|([1-3])\s*\+|(\+{1,3}))\s*\)?"
    r"(?:\s*[(（,;:-]?\s*(?P<word>positive|negative|equivocal|strong|moderate|weak|阳性|阴性)[)）]?)?",
    re.IGNORECASE,
)
_NOT_AMPLIFIED = re.compile(
    r"(?:her2[ :]*)?(?:gene )?(?:not|non|no|un)[- ]?(?:gene )?amplifi(?:ed|cation)(?: detected)?|"
    r"[无未不]扩增|扩增阴性"
)
_AMPLIFIED = re.compile(r"(?:her2[ :]*)?(?:gene )?amplifi(?:ed|cation)(?: detected)?|扩增|有扩增|扩增阳性")
_SHARE = re.compile(
    r"(?:positive|阳性)?[ :,(]*([<>≤≥]?=?\s*[0-9.]+(?:\s*[-–~]\s*[0-9.]+)?)\s*%\s*\)?(?: positive| of cells)?"
)
_WORD_VALUE = {
    "positive": POSITIVE, "阳性": POSITIVE, "negative": NEGATIVE, "阴性": NEGATIVE, "equivocal": "equivocal",
}  # fmt: skip


def _value(kind: str, content: Json, method: str | None) -> Value:
    match kind:
        case "CodeableConcept" | "String":
            found = Value()
            for words in words_of(content):
                found = _merge(found, _words_value(words, method))
            said = answer_of(content)
            if said is not None and found.value is None and found.amplified is None and found.score is None:
                found = found._replace(value="equivocal" if said == INDETERMINATE else said)
            return found
        case "Boolean":
            return Value(value=answer_of(content))
        case "Integer" | "Decimal":
            return _score_number(number(content), method)
        case "Quantity":
            return _quantity(obj(content), method)
    return Value()


def _merge(a: Value, b: Value) -> Value:
    return Value(
        a.value or b.value,
        a.score if a.score is not None else b.score,
        a.amplified if a.amplified is not None else b.amplified,
        a.share or b.share,
    )


def _words_value(words: str, method: str | None) -> Value:
    plain = words.strip().lower()
    if _NOT_AMPLIFIED.fullmatch(plain):
        return Value(amplified=False)
    if _AMPLIFIED.fullmatch(plain):
        return Value(amplified=True)
    if method in ("IHC", None):
        match = _SCORE.fullmatch(plain)
        if match is not None and (match[1] is None or method == "IHC"):
            score = 0 if match[1] else int(match[2]) if match[2] else len(match[3])
            return Value(value=_WORD_VALUE.get(match["word"] or ""), score=score)
    if plain in ("equivocal", "borderline", "可疑"):
        return Value(value="equivocal")
    share = _SHARE.fullmatch(plain)
    found = concept("stained cells") if share is not None else None
    if share is not None and found is not None:
        return Value(share=q.from_text(f"{share[1]} %", found).value)
    return Value()


def _score_number(value: float | None, method: str | None) -> Value:
    if value is not None and method == "IHC" and value in (0, 1, 2, 3):
        return Value(score=int(value))
    return Value()


def _quantity(content: dict[str, Json], method: str | None) -> Value:
    unit = text(content.get("code")) or text(content.get("unit")) or ""
    if unit == "%":
        found = concept("stained cells")
        return Value(share=q.quantity(content, found).value) if found is not None else Value()
    if unit in ("", "1", "{score}", "+"):
        return _score_number(number(content.get("value")), method)
    return Value()


# --- components ----------------------------------------------------------------------------------------

Parts = tuple[dict[str, Interval], float | None, float | None, str | None, int | None]


def _components(chart: Chart, item: Item) -> Parts:
    percent: dict[str, Interval] = {}
    ratio = copies = None
    compartment = None
    score: int | None = None
    for part in objs(item.body.get("component")):
        code = part.get("code")
        found = named(code).concepts
        words = text_of(code).lower()
        key = next((SHARES[c] for c in found if c in SHARES), None) or _share_key(words)
        if key is not None:
            share = concept("stained cells")
            kind, content = value_of(part)
            reading = _share(kind, content) if share is not None else None
            if reading is None:
                chart.skip(
                    item, f"component '{text_of(code)[:60]}': its value cannot be read as a percentage"
                )
            elif key in percent and percent[key] != reading:
                chart.skip(item, f"component '{text_of(code)[:60]}' stands there twice with different values")
            else:
                percent[key] = reading
        elif RATIO in found:
            ratio = _number(chart, item, RATIO, part)
        elif COPIES in found:
            copies = _number(chart, item, COPIES, part)
        elif COMPARTMENT in found:
            _, content = value_of(part)
            compartment = text_of(content).lower() or None
        elif _is_score(words):
            kind, content = value_of(part)
            score = _value(kind, content, "IHC").score
            if score is None:
                chart.skip(item, f"component '{text_of(code)[:60]}' is not understood")
        elif re.search(r"h[- ]?score|组化评分|h评分", words):
            chart.skip(
                item, f"'{text_of(code)[:60]}': an H-score decides nothing without the shares of cells"
            )
        else:
            chart.skip(item, f"component '{text_of(code)[:60] or '(without a code)'}' is not understood")
    return percent, ratio, copies, compartment, score


def _is_score(words: str) -> bool:
    return re.fullmatch(r"(?:her2 )?(?:ihc )?(?:staining )?(?:score|intensity|强度|评分)", words) is not None


def _share_key(words: str) -> str | None:
    """``Percentage of cells staining 2+`` is "2+"; a cumulative share (2+ and above) is none of ours."""
    if not _SHARE_WORDS.search(words) or _CUMULATIVE.search(words):
        return None
    found = {f"{a}+" if a else _WORD_INTENSITY[b or c] for a, b, c in _EXACT.findall(words)}
    if len(found) == 1:
        return found.pop()
    if not found and re.search(r"positive|阳性|expressing|stained", words) and "0" not in words:
        return "any"
    return None


def _share(kind: str, content: Json) -> Interval | None:
    found = concept("stained cells")
    if found is None:
        return None
    match kind:
        case "Quantity":
            given = obj(content)
            if not text(given.get("unit")) and not text(given.get("code")):
                given = {**given, "code": "%"}  # the component is a percentage by its name
            return q.quantity(given, found).value
        case "Integer" | "Decimal":
            value = number(content)
            return Interval(value, value) if value is not None and 0 <= value <= 100 else None
        case "Range":
            return q.from_range(obj(content), found).value
        case "String":
            said = content.strip() if isinstance(content, str) else ""
            return q.from_text(said if "%" in said else f"{said} %", found).value
    return None


def _number(chart: Chart, item: Item, name: str, part: dict[str, Json]) -> float | None:
    kind, content = value_of(part)
    value = number(obj(content).get("value")) if kind == "Quantity" else number(content)
    if value is None or obj(content).get("comparator"):
        chart.skip(item, f"{name}: no number that can be used")
        return None
    found = concept(name)
    if (
        found is not None
        and found.plausible is not None
        and not found.plausible[0] <= value <= found.plausible[1]
    ):
        chart.skip(item, f"{name} {shown(value)}: impossible value")
        return None
    return value


def _impossible(percent: dict[str, Interval]) -> str | None:
    """The shares at exactly 1+, 2+ and 3+ cannot exceed all cells."""
    total = sum(i.low for k, i in percent.items() if k != "any")
    if total > 100.5:
        return f"its shares of cells add up to {shown(total)} %"
    return None


def _text(
    antigen: str,
    method: str | None,
    value: str | None,
    score: int | None,
    amplified: bool | None,
    percent: dict[str, Interval],
) -> str:
    parts = [antigen, method or ""]
    if score is not None:
        parts.append(f"{score}+" if score else "0")
    if amplified is not None:
        parts.append("amplified" if amplified else "not amplified")
    if value is not None:
        parts.append(value)
    parts += [f"{_percent(i)} % {k}".replace(" any", " of cells") for k, i in percent.items()]
    return " ".join(p for p in parts if p)


def _percent(share: Interval) -> str:
    if share.low == share.high:
        return shown(share.low)
    return f"{shown(share.low)}-{shown(share.high)}"
