"""A small world in which every completion of the missing facts can be tried.

``SLOTS``: what a patient may have on record, each slot with all its complete states. A patient with a slot
left out is one whose fact is missing; the completions are the products of the states of the missing slots.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import product

from hypothesis import strategies as st

from paratope.patient.build import build_patient
from paratope.patient.model import (
    Consent,
    Demographic,
    Entry,
    Fact,
    Flag,
    Interval,
    Measurement,
    Patient,
    Result,
    Review,
    Statement,
    When,
)
from paratope.rules import nodes as n
from paratope.rules.evaluate import Context
from paratope.rules.written import parse_rule

TODAY = date(2026, 6, 15)


def when(days_ago: int) -> When:
    day = TODAY - timedelta(days=days_ago)
    return When(day.toordinal(), day.toordinal(), day.isoformat())


def lab(concept: str, value: float, *, high: float | None = None, days_ago: int = 3) -> Measurement:
    return Measurement(
        concept, Interval(value, value), f"Observation/{concept}", when(days_ago), f"{concept} {value}", str(value),
        high=high,
    )  # fmt: skip


def thing(concept: str, days_ago: int, kind: str = "condition", **attributes: bool | float | str) -> Entry:
    return Entry(
        kind, frozenset({concept}), frozenset(), f"Condition/{concept}", concept, start=when(days_ago),
        end=when(days_ago) if kind == "therapy" else None, attributes=attributes,
    )  # fmt: skip


def no(concept: str) -> Entry:
    return Entry(
        "condition", frozenset({concept}), frozenset(), f"Condition/no-{concept}", f"no {concept}", False
    )


REVIEW = Review("anticancer treatment", "List/treatments", when(1), "treatment history")

SLOTS: dict[str, tuple[tuple[Fact, ...], ...]] = {
    "haemoglobin": ((lab("haemoglobin", 85),), (lab("haemoglobin", 95),)),
    "ALT": tuple((lab("ALT", v, high=40),) for v in (40, 160, 240)),
    "liver metastases": tuple(
        (Flag("liver metastases", v, "Observation/mets", when(3), "mets"),) for v in (True, False)
    ),
    "stroke": ((no("stroke"),), (thing("stroke", 60),), (thing("stroke", 400),)),
    "HBsAg": tuple((Result("HBsAg", v, "Observation/hbsag", when(9), v),) for v in ("positive", "negative")),
    "HIV": tuple(
        (Result("HIV antibody", v, "Observation/hiv", when(9), v),) for v in ("positive", "negative")
    ),
    "consent": ((Consent("TEST", "Consent/1", when(5), "consent"),),),
    "venous access": tuple(
        (Statement("venous access", v, "Observation/access", when(5), v, author="investigator"),)
        for v in ("adequate", "inadequate")
    ),
    "chemotherapy": (
        (REVIEW,),
        (REVIEW, thing("chemotherapy", 5, "therapy")),
        (REVIEW, thing("chemotherapy", 90, "therapy")),
    ),
    "other malignancy": (
        (no("other malignancy"),),
        (thing("basal cell carcinoma", 700, active=False),),
        (thing("papillary thyroid carcinoma", 700, active=True),),
    ),
}

LEAVES: dict[str, tuple[str, ...]] = {
    "haemoglobin >= 90 g/L": ("haemoglobin",),
    "haemoglobin < 80 g/L": ("haemoglobin",),
    "ALT <= 2.5 x ULN": ("ALT",),
    "ALT <= 2.5 x ULN, relaxed to 5 x ULN with (observed liver metastases)": ("ALT", "liver metastases"),
    "observed liver metastases": ("liver metastases",),
    "any stroke": ("stroke",),
    "any stroke within 6 months before screening": ("stroke",),
    "no stroke within 6 months before screening": ("stroke",),
    "HBsAg is positive": ("HBsAg",),
    "HIV antibody is negative": ("HIV",),
    "consent is signed": ("consent",),
    "stated venous access is adequate": ("venous access",),
    "the investigator judges venous access is inadequate": ("venous access",),
    "any chemotherapy within 2 weeks before administration": ("chemotherapy",),
    "any chemotherapy": ("chemotherapy",),
    "any other malignancy where (not kind of basal cell carcinoma)": ("other malignancy",),
    "any other malignancy where (active)": ("other malignancy",),
}
"""Rules without connectives, and the slots each looks at."""


def leaf(text: str) -> n.Rule:
    rule = parse_rule(text)
    assert not isinstance(rule, tuple), rule
    return rule


PARSED = {text: leaf(text) for text in LEAVES}

leaves = st.sampled_from(sorted(LEAVES)).map(PARSED.__getitem__)


def _compound(inner: st.SearchStrategy[n.Rule]) -> st.SearchStrategy[n.Rule]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        several.map(n.And),
        several.map(n.Or),
        inner.map(n.Not),
        st.builds(n.Unless, inner, inner),
        st.builds(n.AtLeast, st.integers(1, 2), several),
        st.builds(n.Applies, inner, inner),
        several.map(n.Readings),
    )


rules = st.recursive(leaves, _compound, max_leaves=5)
"""Rules over the small world: every connective but Reflex, whose conflict is a law of its own."""

states = st.fixed_dictionaries(
    {slot: st.one_of(st.none(), st.integers(0, len(values) - 1)) for slot, values in SLOTS.items()}
)
"""Which state each slot is in; None: missing."""


def patient(chosen: Mapping[str, int | None]) -> Patient:
    facts = [f for slot, state in chosen.items() if state is not None for f in SLOTS[slot][state]]
    born = When(date(1970, 1, 1).toordinal(), date(1970, 1, 1).toordinal(), "1970-01-01")
    told = Demographic("Patient/1", None, "female, born 1970-01-01")
    return build_patient("TEST", facts, sex="female", sex_fact=told, born=born, born_fact=told)


def context(chosen: Mapping[str, int | None]) -> Context:
    plan = {
        "consent": TODAY.toordinal() - 7,
        "screening_start": TODAY.toordinal() - 7,
        "first_dose": TODAY.toordinal() + 5,
    }
    return Context(patient(chosen), TODAY.toordinal(), "TEST", plan)


def slots_of(rule: n.Rule) -> set[str]:
    """The slots a rule looks at."""
    from paratope.rules.walk import walk

    found: set[str] = set()
    for node in walk(rule):
        for text, slots in LEAVES.items():
            if PARSED[text] == node:
                found.update(slots)
    return found


def completions(rule: n.Rule, chosen: Mapping[str, int | None]) -> list[dict[str, int | None]]:
    """Every way to fill in the missing facts that the rule looks at."""
    missing = sorted(s for s in slots_of(rule) if chosen[s] is None)
    options = [range(len(SLOTS[s])) for s in missing]
    return [{**chosen, **dict(zip(missing, filled, strict=True))} for filled in product(*options)]
