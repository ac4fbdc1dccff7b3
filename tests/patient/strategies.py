"""Whole patients for property tests: facts of every kind, consistent as a reader leaves them.

``facts_of`` is what two patients must share to be the same record: everything but sources and texts.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from datetime import date
from functools import cache
from typing import Any

from hypothesis import strategies as st

from paratope.patient.build import build_patient, closure_of
from paratope.patient.model import (
    AntigenTest,
    AttributeValue,
    Cancer,
    Consent,
    Demographic,
    Entry,
    Fact,
    Flag,
    Imaging,
    Interval,
    Lesion,
    Measurement,
    Patient,
    Result,
    Review,
    Statement,
    When,
)
from paratope.patient.plain.entries import OTHER_MALIGNANCY, kind_of_entry
from paratope.patient.plain.fields import ATTRIBUTE_FIELDS, DAILY_DOSE, NUMBER, TREATED, WORD, YES_NO
from paratope.terms import Concept, catalogue

TAKEN = date(2026, 6, 15).toordinal()

# --- parts ---------------------------------------------------------------------------------------------


@cache
def concepts_of(*kinds: str) -> tuple[Concept, ...]:
    """The concepts of these kinds."""
    return tuple(c for c in catalogue() if c.kind in kinds)


def names(*kinds: str) -> st.SearchStrategy[str]:
    """A name of one of these kinds."""
    return st.sampled_from([c.name for c in concepts_of(*kinds)])


def words() -> st.SearchStrategy[str]:
    """Something a person might write in a free text."""
    letters = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=12)
    return (
        letters | st.sampled_from(["no", "null", "~", "1:30", "a: b", "- x", "# y", "'", '"', "中文"])
    ).map(lambda t: " ".join(t.split()) or "x")


def days() -> st.SearchStrategy[int]:
    """Days of a living patient's record, before it was taken."""
    return st.integers(date(1940, 1, 1).toordinal(), TAKEN)


@st.composite
def whens(draw: st.DrawFn) -> When:
    """A date: a day (perhaps with a time), a month, a year, between two days, or by a day."""
    day = draw(days())
    d = date.fromordinal(day)
    match draw(st.integers(0, 5)):
        case 0:
            return When(date(d.year, 1, 1).toordinal(), date(d.year, 12, 31).toordinal(), f"{d.year}")
        case 1:
            after = date(d.year + d.month // 12, d.month % 12 + 1, 1).toordinal()
            return When(d.replace(day=1).toordinal(), after - 1, f"{d:%Y-%m}")
        case 2:
            return When(day, day, f"{d.isoformat()}T08:30:00+08:00")
        case 3:
            return When(day, day + draw(st.integers(0, 900)), "about then")
        case 4:
            return When(1, day, f"by {d.isoformat()}")
    return When(day, day, d.isoformat())


maybe_when = st.none() | whens()


def numbers(low: float, high: float, whole: bool = False) -> st.SearchStrategy[float]:
    """Numbers as results have them, and a few as only computers print them."""
    if whole:
        return st.integers(int(low), int(high)).map(float)
    steps = st.integers(0, 1000).map(lambda n: float(f"{low + (high - low) * n / 1000:.6g}"))
    return (steps | st.floats(low, high, allow_subnormal=False)).filter(lambda x: low <= x <= high)


@st.composite
def intervals(draw: st.DrawFn, low: float, high: float, whole: bool = False) -> Interval:
    """A point, a limit or a range, of numbers that are possible."""
    a, b = sorted((draw(numbers(low, high, whole)), draw(numbers(low, high, whole))))
    kind = draw(st.integers(0, 5))
    if kind == 0 and b > 0:
        return Interval(0.0, b, False, draw(st.booleans()))
    if kind == 1:
        return Interval(a, float("inf"), draw(st.booleans()), False)
    if kind == 2 and a < b:
        return Interval(a, b, draw(st.booleans()), draw(st.booleans()))
    return Interval(a, a)


# --- facts ---------------------------------------------------------------------------------------------


@st.composite
def measurements(draw: st.DrawFn) -> Measurement:
    """A result of any measure that is recorded."""
    concept = draw(st.sampled_from([c for c in concepts_of("measure") if not c.derived]))
    least, most = concept.plausible or (0.0, 1000.0)
    value = draw(st.none() | intervals(least, most, concept.whole))
    printed = draw(words() | st.sampled_from(["5.8 g/dL", "<20 IU/mL", "118 g/L"]))
    if value is not None and value.low == value.high and draw(st.booleans()):
        printed = f"{value.low:.12g} {concept.unit or ''}".strip()
        value = Interval(float(f"{value.low:.12g}"), float(f"{value.low:.12g}"))
        value = value if least <= value.low <= most else Interval(least, least)
    low, high = draw(
        st.sampled_from([(None, None), (1.0, 2.5), (None, 1.2), (0.3, None), (106.08203677510608, 120.0)])
    )
    return Measurement(
        concept=concept.name,
        value=value,
        source="s",
        when=draw(maybe_when),
        text="t",
        printed=printed,
        low=low,
        high=high,
        method=draw(st.none() | names("method")),
        condition=draw(st.sampled_from([None, "room air", "supplemental oxygen"])),
        problem=None if value is not None else draw(words()),
        amended=draw(st.booleans()),
    )


@st.composite
def results(draw: st.DrawFn) -> Result:
    """A positive, negative or indeterminate result."""
    return Result(
        concept=draw(names("test")),
        value=draw(st.sampled_from(["positive", "negative", "indeterminate"])),
        source="s",
        when=draw(maybe_when),
        text="t",
        problem=draw(st.none() | words()),
        amended=draw(st.booleans()),
    )


@st.composite
def antigen_tests(draw: st.DrawFn) -> AntigenTest:
    """A test of the tumour that says something."""
    antigen, method = (
        draw(names("antigen")),
        draw(st.sampled_from([None, "IHC", "ISH", "flow cytometry", "PET"])),
    )
    shares = draw(st.dictionaries(st.sampled_from(["1+", "2+", "3+"]), numbers(0, 33), max_size=3))
    percent = {level: Interval(x, x) for level, x in shares.items()}
    if draw(st.booleans()):
        percent["any"] = draw(intervals(0, 100))
    value = draw(st.sampled_from([None, "positive", "negative", "equivocal"]))
    amplified = draw(st.sampled_from([None, True, False]))
    ratio, copies = draw(st.none() | numbers(0, 20)), draw(st.none() | numbers(0, 50))
    if amplified is None and (
        method == "ISH" or (antigen == "HER2" and (ratio is not None or copies is not None))
    ):
        amplified = True
    score = draw(st.sampled_from([None, 0, 1, 2, 3]))
    nothing = not percent and {value, score, amplified, ratio, copies} == {None}
    return AntigenTest(
        antigen=antigen,
        method=method,
        source="s",
        when=draw(maybe_when),
        text="t",
        value="positive" if nothing else value,
        score=score,
        amplified=amplified,
        ratio=ratio,
        copies=copies,
        percent=percent,
        compartment=draw(st.none() | words()),
        specimen=draw(st.none() | words()),
        problem=draw(st.none() | words()),
    )


@st.composite
def attributes(draw: st.DrawFn) -> dict[str, AttributeValue]:
    """Some of the properties an entry may have."""
    found: dict[str, AttributeValue] = {}
    for field in draw(st.lists(st.sampled_from(ATTRIBUTE_FIELDS), max_size=6, unique=True)):
        match field.type:
            case kind if kind in (YES_NO, TREATED):
                found[field.name] = draw(st.booleans())
            case kind if kind == WORD:
                found[field.name] = draw(st.sampled_from(field.words))
            case kind if kind == DAILY_DOSE:
                found[field.name] = draw(numbers(0, 2000))
            case kind if kind == NUMBER and field.unit:
                found[field.name] = draw(numbers(0, 100))
            case _:
                found[field.name] = float(draw(st.integers(1, 4)))
    return found


@st.composite
def entries(draw: st.DrawFn, second: bool = False) -> Entry:
    """A finding, a therapy, a medicine, or something asked about and absent.

    ``second``: whether the patient has a cancer besides, so that a cancer among findings is another one.
    """
    section = draw(st.sampled_from(["findings", "findings", "therapies", "medicines", "none of"]))
    if section in ("findings", "none of"):
        name = draw(
            names("cancer", "condition", "procedure", "vaccine", "device", "allergy", "supportive", "therapy")
        )
        concepts = {name}
        if section == "none of":
            start, note = draw(maybe_when), draw(st.none() | words())
            fixed = frozenset(concepts)
            kind = kind_of_entry(fixed, "findings")
            return Entry(kind, fixed, closure_of(fixed), "s", "t", False, start, note=note)
        if (
            catalogue().get(name).kind == "cancer"
            and second
            and OTHER_MALIGNANCY not in closure_of(frozenset((name,)))
        ):  # type: ignore[union-attr]
            concepts.add(OTHER_MALIGNANCY)
    else:
        whole = {"therapies": "anticancer treatment", "medicines": "medicine"}[section]
        treatments = concepts_of("drug", "therapy", "medicine class", "procedure")
        pool = [c.name for c in treatments if whole in closure_of(frozenset((c.name,)))]
        concepts = set(draw(st.lists(st.sampled_from(pool), min_size=1, max_size=3)))
    start, end = draw(maybe_when), draw(maybe_when)
    if start is not None and end is not None and end.last < start.first:
        start, end = end, start
    said = draw(attributes())
    treated = (
        sorted(draw(st.lists(whens(), max_size=2)), key=lambda w: (w.last, w.first))
        if "treated" in said
        else []
    )
    if treated:
        said["treated"] = True
    fixed = frozenset(concepts)
    return Entry(
        kind=draw(
            st.sampled_from([kind_of_entry(fixed, section)] * 4 + ["condition", "therapy", "medicine"])
        ),
        concepts=fixed,
        closure=closure_of(fixed),
        source="s",
        text=draw(words()),
        start=start,
        end=end,
        ongoing=end is None and draw(st.booleans()),
        attributes=said,
        targets=draw(st.frozensets(names("antigen"), max_size=2)),
        note=draw(st.none() | words()),
        treated=tuple(treated),
        study=draw(st.none() | words()),
    )


@st.composite
def cancers(draw: st.DrawFn) -> Cancer:
    """The cancer to be treated."""
    concepts = draw(st.frozensets(names("cancer"), min_size=1, max_size=2))
    return Cancer(
        concepts=concepts,
        closure=closure_of(concepts),
        source="s",
        text=draw(words()),
        when=draw(maybe_when),
        extent=draw(st.frozensets(st.sampled_from(["advanced", "locally advanced", "metastatic"]))),
        confirmed_by=draw(
            st.frozensets(st.sampled_from(["histology", "cytology", "bone marrow examination"]))
        ),
        status=draw(st.frozensets(st.sampled_from(["relapsed", "refractory"]))),
        features=draw(st.frozensets(st.just("persistent minimal residual disease"))),
    )


@st.composite
def statements(draw: st.DrawFn) -> Statement:
    """What somebody stated."""
    concept = draw(st.sampled_from([c for c in concepts_of("statement") if c.name != "contraception"]))
    said: st.SearchStrategy[str | float | bool] = st.booleans() | st.sampled_from(
        ["adequate", "none", "present"]
    )
    if concept.unit:
        said = numbers(0, 1000)
    parts = st.dictionaries(
        st.sampled_from(["gamete donation forgone", "other"]), st.booleans() | numbers(0, 99), max_size=2
    )
    return Statement(
        topic=concept.name,
        value=draw(said),
        source="s",
        when=draw(maybe_when),
        text="t",
        study=draw(st.none() | words()),
        author=draw(st.none() | words()),
        parts=draw(parts),
    )


@st.composite
def lesions(draw: st.DrawFn) -> Lesion:
    """One lesion, with a size or without."""
    return Lesion(
        source="s",
        when=draw(maybe_when),
        text="t",
        site=draw(st.none() | words()),
        longest=draw(st.none() | intervals(0, 300)),
        short_axis=draw(st.none() | intervals(0, 80)),
        slice_thickness=draw(st.none() | numbers(0.5, 12)),
        kind=draw(st.sampled_from([None, "soft tissue", "lymph node", "bone"])),
        modality=draw(st.none() | words()),
        problem=draw(st.none() | words()),
    )


@st.composite
def others(draw: st.DrawFn) -> Fact:
    """The small facts."""
    when = draw(maybe_when)
    match draw(st.integers(0, 3)):
        case 0:
            signed = draw(st.none() | words())
            return Consent(draw(st.none() | words()), "s", when, "t", draw(st.booleans()), signed)
        case 1:
            covers = draw(
                st.sampled_from(["anticancer treatment", "medicines", "supportive care", "allergies"])
            )
            return Review(covers, "s", when, "t")
        case 2:
            return Imaging(draw(st.none() | words()), "s", when, "t")
    return Flag(draw(names("flag")), draw(st.booleans()), "s", when, "t")


@st.composite
def patients(draw: st.DrawFn) -> Patient:
    """A whole patient."""
    found: list[Fact] = list(draw(st.lists(cancers(), max_size=2)))
    second = bool(found)
    any_fact = (
        measurements() | results() | antigen_tests() | entries(second) | entries(second) | statements()
        | lesions() | others()
    )  # fmt: skip
    found += draw(st.lists(any_fact, max_size=8))
    found = [replace(f, source=f"s{n}") for n, f in enumerate(found)]
    subjects = [f for f in found if isinstance(f, Entry) and f.present]
    if subjects:
        found = [
            replace(f, about=draw(st.sampled_from([None, *(e.source for e in subjects)])))
            if isinstance(f, Result)
            else f
            for f in found
        ]
    sex = draw(st.sampled_from([None, "male", "female"]))
    born = draw(maybe_when)
    return build_patient(
        draw(words()),
        found,
        sex=sex,
        sex_fact=None if sex is None else Demographic("s", None, "t"),
        born=born,
        born_fact=None if born is None else Demographic("s", born, "t"),
        extracted=draw(st.sampled_from([None, TAKEN])),
    )


# --- comparing -----------------------------------------------------------------------------------------


def facts_of(patient: Patient) -> dict[str, Any]:
    """Everything that a patient is on record for, without sources, texts and what was not used.

    What a test is about is said by the entry itself; entries in no particular order.
    """
    by_source = {e.source: _bare(e) for e in patient.entries}
    found = {f.name: getattr(patient, f.name) for f in fields(patient)}
    for name in ("unused", "present", "absent"):
        del found[name]
    found["results"] = {
        name: tuple((_bare(replace(r, about=None)), by_source.get(r.about or "")) for r in group)
        for name, group in patient.results.items()
    }
    found["entries"] = sorted(map(repr, (_bare(e) for e in patient.entries)))
    return {name: _bare(value) for name, value in found.items()}


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        return tuple(sorted((k, _bare(v)) for k, v in value.items()))
    if isinstance(value, tuple | list):
        return tuple(_bare(v) for v in value)
    if isinstance(value, frozenset):
        return tuple(sorted(value))
    if is_dataclass(value) and not isinstance(value, type):
        return (
            type(value).__name__,
            tuple(
                (f.name, _bare(getattr(value, f.name)))
                for f in fields(value)
                if f.name not in ("source", "text", "supporting")
            ),
        )
    return value
