"""What is decided of a rough record stays so when the record is made exact: dates, values, attributes, plans.

Records are made of the concepts the bundled rules ask for (and broader and narrower ones), dated around the day
of screening, often by a month, a year or not at all. Whatever a rule decides of such a record must be what it
decides of every exact record that this may be.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache

import pytest

from paratope.patient.build import build_patient, closure_of
from paratope.patient.model import (
    AntigenTest,
    AttributeValue,
    Cancer,
    Demographic,
    Entry,
    Fact,
    Flag,
    Imaging,
    Interval,
    Lesion,
    Measurement,
    Result,
    Review,
    When,
)
from paratope.patient.plain.entries import kind_of_entry
from paratope.protocol import bundled, load_protocol
from paratope.rules import nodes as n
from paratope.rules.attributes import ATTRIBUTES, SEVERITIES
from paratope.rules.evaluate import Context, compile_rule
from paratope.rules.walk import concepts_used, walk
from paratope.rules.written import parse_rule, write_rule
from paratope.terms import catalogue
from paratope.truth import Outcome, Truth

TODAY = date(2026, 6, 15).toordinal()
PLAN = {"consent": -7, "screening_start": -7, "apheresis": 14, "preconditioning": 35, "first_dose": 40}

# --- rules --------------------------------------------------------------------------------------------------

MORE = (
    "any stroke within 1 month before consent",
    "any radiotherapy within 4 weeks before apheresis",
    "no live vaccine within 2 months before administration",
    "any chemotherapy within the shorter of 2 weeks and 5 half-lives before apheresis",
    "any pulmonary embolism, venous thromboembolism where (symptomatic) within 6 months before an unstated date",
    "any G-CSF since screening",
    "any brain metastasis where (last treated within 8 weeks before today)",
    "any other malignancy where (not inactive within 2 years before enrolment)",
    "haemoglobin between 90 and 120 g/L",
    "measurable lesions up to 60 mm >= 1",
    "H-score of HER2 >= 150",
    "the tumour expresses BCMA",
    "prednisone-equivalent dose > 10 mg/d where (not replacement) within 14 days before today",
)
ELSEWHERE = (n.InACohort, n.Criterion, n.NoOtherStudy, n.Withheld, n.Unread, n.Reflex, n.Judged, n.Stated)
"""Rules that ask no record (or, like a screening test, settle what is not on it) say nothing here."""

FOLLOWS = ("extent", "confirmed by", "status", "feature", "unexplained")
"""Attributes that are the cancer's own, or that follow from what a thing is."""

PARTS = {
    "age at consent": (),
    "Cockcroft-Gault clearance": ("creatinine", "body weight"),
    "creatinine clearance": ("creatinine", "body weight", "measured creatinine clearance"),
    "corrected calcium": ("calcium", "albumin"),
    "largest lesion diameter": ("lesion",),
}


@dataclass(frozen=True)
class Asked:
    """A rule, what it asks for, and the attributes its filters name."""

    rule: n.Rule
    names: tuple[str, ...]
    attributes: tuple[str, ...]
    half_lives: bool


def _asked(rule: n.Rule) -> Asked:
    nodes = list(walk(rule))
    names = [part for name in concepts_used(rule) for part in PARTS.get(name, (name,))]
    if any(isinstance(x, n.SteroidDose) for x in nodes):
        names += ["glucocorticoid", "prednisone", "dexamethasone"]
    if any(isinstance(x, n.LesionCount) for x in nodes):
        names.append("lesion")
    windows = [w for x in nodes if isinstance(w := getattr(x, "window", None), n.Window)]
    if any("the result" in w.anchors for w in windows):
        names += ["haemoglobin", "platelets"]
    attributes = tuple(
        a for x in nodes if (a := getattr(x, "attribute", None)) in ATTRIBUTES and a not in FOLLOWS
    )
    return Asked(
        rule, tuple(names), attributes, any(s.unit == "half-lives" for w in windows for s in w.spans)
    )


@cache
def asked() -> tuple[Asked, ...]:
    rules: list[n.Rule] = []
    for text in MORE:
        rule = parse_rule(text)
        assert not isinstance(rule, tuple), rule
        rules.append(rule)
    for key in bundled():
        protocol = load_protocol(key).protocol
        assert protocol is not None
        rules += [
            c.rule for c in protocol.criteria if not any(isinstance(x, ELSEWHERE) for x in walk(c.rule))
        ]
    return tuple(a for a in map(_asked, rules) if a.names)


# --- rough records ------------------------------------------------------------------------------------------


@dataclass
class Record:
    """One record: its facts, the plan, the date of birth."""

    facts: list[Fact]
    plan: dict[str, int]
    born: When
    log: list[str] = field(default_factory=list)


def when(first: int, last: int) -> When:
    return When(first, last, f"{date.fromordinal(first)} to {date.fromordinal(last)}")


def roughly(rng: random.Random, rough: float) -> When:
    day = TODAY - rng.randint(0, rng.choice([40, 200, 900]))
    if rng.random() > rough:
        return when(day, day)
    d = date.fromordinal(day)
    return rng.choice(
        [
            when(
                d.replace(day=1).toordinal(),
                date(d.year + d.month // 12, d.month % 12 + 1, 1).toordinal() - 1,
            ),
            when(date(d.year, 1, 1).toordinal(), date(d.year, 12, 31).toordinal()),
            when(day - rng.randint(0, 30), day),
        ]
    )


def near(rng: random.Random, name: str) -> str:
    """The concept itself, or one narrower or broader."""
    terms = catalogue()
    narrower = sorted(terms.descendants(name) - {name})
    broader = sorted(terms.ancestors(name) - {name})
    choice = rng.random()
    if choice < 0.25 and narrower:
        return rng.choice(narrower)
    return rng.choice(broader) if choice < 0.4 and broader else name


def value_of(rng: random.Random, attribute: str) -> AttributeValue:
    kind = ATTRIBUTES[attribute]
    if kind.type == "yes/no":
        return rng.random() < 0.5
    if kind.type == "grade word":
        return rng.choice(SEVERITIES)
    if kind.type == "number":
        return rng.choice([0.5, 1.0, 2.5, 5.0, 10.0, 20.0] if kind.unit else [1.0, 2.0, 3.0, 4.0])
    return rng.choice(kind.words)


def entry(rng: random.Random, name: str, a: Asked, number: int) -> Entry:
    concepts = frozenset({near(rng, name)})
    closure = closure_of(concepts)
    section = next(
        (s for c, s in (("anticancer treatment", "therapies"), ("medicine", "medicines")) if c in closure), ""
    )
    kind = kind_of_entry(concepts, section or "findings")
    if rng.random() < 0.15:
        return Entry(kind, concepts, closure, f"s{number}", name, present=False)
    start, end = roughly(rng, 0.5), None
    start = start if start.first < TODAY else when(TODAY, TODAY)
    if rng.random() < 0.5:
        day = min(start.last + rng.choice([0, 5, 30, 200]), TODAY)
        end = when(max(day, start.last), max(day, start.last) + rng.choice([0, 0, 20]))
    attributes = {x: value_of(rng, x) for x in a.attributes if rng.random() < 0.6}
    if rng.random() < 0.5:
        attributes["half-life"] = rng.choice([0.5, 1.0, 2.5, 5.7, 10.0, 20.0])
    if kind in ("medicine", "therapy") and rng.random() < 0.6:
        attributes["daily dose"] = rng.choice([1.0, 4.0, 8.0, 20.0])
    ongoing = end is None and rng.random() < 0.3
    return Entry(kind, concepts, closure, f"s{number}", name, True, start, end, ongoing, attributes)


def lesion(rng: random.Random, number: int) -> Fact:
    if rng.random() < 0.3:
        return Imaging("CT", f"s{number}", roughly(rng, 0.4), "CT")
    size = rng.choice([8, 12, 15, 40, 70])
    kind = rng.choice([None, "soft tissue", "lymph node", "bone"])
    rough = rng.choice([Interval(size, size), Interval(size - 6, size + 6)])
    return Lesion(f"s{number}", roughly(rng, 0.4), "lesion", "liver", rough, Interval(size, size), kind=kind)


def measurement(rng: random.Random, name: str, number: int) -> Measurement:
    concept = catalogue().get(name)
    assert concept is not None
    low, high = concept.plausible or (0.0, 100.0)
    x = rng.choice([low, high, rng.uniform(low, high), 1.0, 2.0, 50.0, 90.0])
    value = rng.choice([Interval(x, x)] * 3 + [Interval(0, x, False, x > 0), Interval(x, x * 1.5 + 1)])
    sides = {"low": rng.choice([None, x * 0.5, x]), "high": rng.choice([None, x * 0.4, x, x * 2])}
    air = rng.choice([None, "room air", "room air"])
    return Measurement(name, value, f"s{number}", roughly(rng, 0.35), name, str(x), condition=air, **sides)


def antigen(rng: random.Random, name: str, number: int) -> list[Fact]:
    shares = {f"{i}+": Interval(s, s) for i in (1, 2, 3) if (s := rng.choice([None, 0, 10, 30])) is not None}
    test = AntigenTest(
        name, rng.choice(["IHC", "IHC", "ISH", "flow cytometry"]), f"s{number}", roughly(rng, 0.35), name,
        rng.choice([None, "positive", "negative", "equivocal"]), rng.choice([None, 0, 1, 2, 3]),
        rng.choice([None, True, False]), percent=shares,
    )  # fmt: skip
    if rng.random() < 0.6:
        return [test]
    directed = entry(rng, "antibody therapy", Asked(n.ConsentSigned(), (), (), False), number)
    return [test, replace(directed, source=f"t{number}", targets=frozenset({name}))]


def cancer(rng: random.Random, name: str, number: int) -> Cancer:
    concepts = frozenset({near(rng, name)})
    some = [
        frozenset(rng.sample(w, rng.randint(0, 2)))
        for w in (["advanced", "metastatic"], ["relapsed", "refractory"])
    ]
    return Cancer(
        concepts, closure_of(concepts), f"s{number}", name, None, some[0], frozenset({"histology"}), some[1]
    )


def rough_record(rng: random.Random, a: Asked) -> Record:
    facts: list[Fact] = []
    terms = catalogue()
    primary = {c for x in walk(a.rule) if isinstance(x, n.CancerIs) for c in x.concepts}
    for number in range(rng.randint(1, 5)):
        name = rng.choice(a.names)
        kind = "lesion" if name == "lesion" else terms.get(name).kind  # type: ignore[union-attr]
        source = f"s{number}"
        if kind == "lesion":
            facts.append(lesion(rng, number))
        elif kind == "measure":
            facts.append(measurement(rng, name, number))
        elif kind == "test":
            words = ["positive", "negative", "negative", "indeterminate"]
            facts.append(Result(name, rng.choice(words), source, roughly(rng, 0.35), name))
        elif kind == "antigen":
            facts += antigen(rng, name, number)
        elif kind == "flag":
            facts.append(Flag(name, rng.random() < 0.5, source, roughly(rng, 0.35), name))
        elif name in primary:
            facts.append(cancer(rng, name, number))
        else:
            facts.append(entry(rng, name, a, number))
    for list_ in ("anticancer treatment", "medicines", "supportive care", "allergies"):
        if rng.random() < 0.6:
            facts.append(Review(list_, list_, None, list_))
    plan = {key: TODAY + days for key, days in PLAN.items() if rng.random() < 0.6}
    born = TODAY - rng.randint(17 * 365, 90 * 365)
    return Record(facts, plan, when(born, born + rng.choice([0, 0, 300])))


# --- made exact ---------------------------------------------------------------------------------------------


def exactly(rng: random.Random, w: When, log: list[str], what: str) -> When:
    """One of the days that a date may mean (of those up to today, if there are any)."""
    last = min(w.last, TODAY) if w.first <= TODAY else w.last
    day = rng.choice([w.first, last, rng.randint(w.first, last)])
    if w.first != w.last:
        log.append(f"{what}: {date.fromordinal(day)}")
    return when(day, day)


def point(rng: random.Random, value: Interval, log: list[str]) -> Interval:
    if value.low == value.high:
        return value
    middle = value.low + (value.high - value.low) * rng.random()
    ends = [middle] + [value.low] * (not value.low_open) + [value.high] * (not value.high_open)
    x = rng.choice(ends)
    log.append(f"value: {x}")
    return Interval(x, x)


def exact_entry(rng: random.Random, e: Entry, a: Asked, log: list[str]) -> Entry:
    if not e.present or e.start is None:
        return e
    start = exactly(rng, e.start, log, "start")
    end = e.end
    if end is not None:
        day = rng.choice([end.first, end.last])
        end = when(max(day, start.first), max(day, start.first))
    attributes = dict(e.attributes)
    for name in (*a.attributes, *(["half-life"] if a.half_lives else [])):
        if name not in attributes and rng.random() < 0.7:
            attributes[name] = value_of(rng, name)
            log.append(f"{name}: {attributes[name]}")
    return replace(e, start=start, end=end, attributes=attributes)


def exact_record(rng: random.Random, record: Record, a: Asked) -> Record:
    facts: list[Fact] = []
    log: list[str] = []
    for fact in record.facts:
        if isinstance(fact, Entry):
            fact = exact_entry(rng, fact, a, log)
        elif not isinstance(fact, Cancer | Review | Demographic) and fact.when is not None:
            fact = replace(fact, when=exactly(rng, fact.when, log, fact.text))
        if isinstance(fact, Measurement) and fact.value is not None:
            fact = replace(fact, value=point(rng, fact.value, log))
        if isinstance(fact, Lesion) and fact.longest is not None:
            fact = replace(fact, longest=point(rng, fact.longest, log))
        facts.append(fact)
    plan = dict(record.plan)
    for key in PLAN:
        if key not in plan:
            plan[key] = TODAY + rng.choice([0, 1, rng.randint(0, 60)])
            log.append(f"{key}: {date.fromordinal(plan[key])}")
    return Record(facts, plan, exactly(rng, record.born, log, "born"), log)


def evaluate(a: Asked, record: Record) -> Outcome:
    told = Demographic("Patient/1", record.born, "born")
    patient = build_patient("X", record.facts, sex="female", sex_fact=told, born=record.born, born_fact=told)
    return compile_rule(a.rule)(Context(patient, TODAY, "TEST", record.plan))


def _told(facts: Sequence[Fact]) -> str:
    return "\n".join(str(f) for f in facts if not isinstance(f, Review))


@pytest.mark.parametrize("seed", range(16))
def test_what_is_decided_of_a_rough_record_holds_of_every_exact_one(seed: int) -> None:
    rng = random.Random(seed)
    decided = 0
    for _ in range(160):
        a = rng.choice(asked())
        record = rough_record(rng, a)
        if "age at consent" in concepts_used(a.rule) and "consent" not in record.plan:
            continue  # age is then counted on the as-of date, and said so
        found = evaluate(a, record)
        if found.truth is Truth.UNKNOWN:
            continue
        decided += 1
        for _ in range(4):
            exact = exact_record(rng, record, a)
            again = evaluate(a, exact).truth
            assert again is found.truth, f"{write_rule(a.rule)}\n{_told(record.facts)}\n{exact.log}\n{again}"
    assert decided > 30
