"""Whole generated patients against the bundled studies: nothing raises, nothing is said without a reason."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paratope.patient.model import Patient
from paratope.patient.plain import read_plain
from paratope.protocol import bundled, load_protocol
from paratope.protocol.load import file_of
from paratope.protocol.patients import load_patients, patients_file
from paratope.report.document import document, patient_part
from paratope.rules.walk import concepts_used
from paratope.screening import Effect, Plan, Screening, Status, Study, prepare, screen
from paratope.terms import catalogue
from paratope.truth import Kind, Truth, Verdict
from tests.patient.strategies import TAKEN, patients

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
PLAN = Plan(
    {
        "consent": TAKEN - 7,
        "screening_start": TAKEN - 7,
        "apheresis": TAKEN + 14,
        "preconditioning": TAKEN + 35,
        "first_dose": TAKEN + 40,
    }
)


@cache
def studies() -> tuple[Study, ...]:
    found = []
    for key in bundled():
        protocol = load_protocol(key).protocol
        assert protocol is not None
        found.append(prepare(protocol))
    return tuple(found)


# --- facts the studies ask for ----------------------------------------------------------------------------


@cache
def pool() -> Mapping[str, tuple[Any, ...]]:
    """The facts of all little patients of all studies, by section of the plain form."""
    found: dict[str, list[Any]] = {}
    for key in bundled():
        file = file_of(key)
        assert file is not None
        for little in load_patients(patients_file(file)).patients:
            for section, items in little.patient.items():
                if section == "flags":
                    items = [{name: value} for name, value in items.items()]
                found.setdefault(section, []).extend(items if isinstance(items, list) else [items])
    return {section: tuple(items) for section, items in found.items()}


def form_of(rng: random.Random) -> dict[str, Any]:
    """A patient put together from the facts of many."""
    form: dict[str, Any] = {}
    for section, items in pool().items():
        if section in ("patient", "cancer"):
            form[section] = rng.choice(items)
        elif section == "flags":
            form[section] = {k: v for flag in rng.choices(items, k=3) for k, v in flag.items()}
        else:
            form[section] = rng.choices(items, k=rng.randint(0, 14))
    return form


def read(form: Mapping[str, Any]) -> Patient | None:
    return read_plain(dict(form), "mixed")[0]


# --- what must hold of any screening ----------------------------------------------------------------------


def hold(screening: Screening) -> None:
    text = json.dumps(document([patient_part(screening)]), allow_nan=False)
    assert json.loads(text)["patients"][0]["studies"]
    assert [s.protocol.key for s in screening.studies] == list(bundled())
    for study in screening.studies:
        assert [r.criterion for r in study.criteria] == list(study.protocol.criteria)
        assert [c.name for c in study.cohorts] == [c.name for c in study.protocol.cohorts]
        for r in study.criteria:
            o = r.outcome
            open_reasons = [x for x in o.reasons if x.kind not in (Kind.BECAUSE, Kind.NOTE)]
            assert o.reasons, (study.protocol.key, r.criterion.id)
            assert bool(open_reasons) == (o.truth is Truth.UNKNOWN), (study.protocol.key, r.criterion.id)
            if o.truth is Truth.UNKNOWN:
                judged = all(x.kind is Kind.JUDGEMENT for x in open_reasons)
                assert r.verdict is (Verdict.JUDGEMENT if judged else Verdict.UNKNOWN)
            else:
                assert o.facts or o.presumed, (study.protocol.key, r.criterion.id)
            assert not o.presumed or screening.presumed_absence
            assert r.from_day is None or o.flips == r.from_day
        asked_for = {id for need in study.needs for id in need.criteria}
        shown = {r.criterion.id for r in study.criteria if r.effect is not Effect.ILLUSTRATIVE}
        still_open = {r.criterion.id for r in study.criteria if r.outcome.truth is Truth.UNKNOWN}
        assert asked_for == still_open & shown
        _status(study)


def _status(study: Any) -> None:
    effects = [(r.effect, r.verdict) for r in study.criteria]
    cohorts = {c.word for c in study.cohorts}
    unmatched = bool(cohorts) and "match" not in cohorts
    if any(e is Effect.FAIL for e, _ in effects) or (unmatched and cohorts == {"no"}):
        assert study.status is Status.EXCLUDED
    elif (Effect.OPEN, Verdict.UNKNOWN) in effects or (unmatched and "unknown" in cohorts):
        assert study.status is Status.INCOMPLETE
    elif (Effect.OPEN, Verdict.JUDGEMENT) in effects or unmatched:
        assert study.status is Status.NEEDS_JUDGEMENT
    else:
        assert study.status is Status.ELIGIBLE


@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
@given(patients(), st.booleans(), st.booleans())
def test_any_patient_can_be_screened(patient: Patient, presume: bool, planned: bool) -> None:
    hold(screen(patient, studies(), TAKEN, PLAN if planned else Plan(), presume_absence=presume))


@pytest.mark.parametrize("seed", range(60))
def test_any_mixture_of_facts_the_studies_ask_for_can_be_screened(seed: int) -> None:
    rng = random.Random(seed)
    patient = read(form_of(rng))
    if patient is not None:
        plan = PLAN if rng.random() < 0.7 else Plan()
        hold(
            screen(
                patient,
                studies(),
                TAKEN + rng.choice([0, 0, -40, 400]),
                plan,
                presume_absence=rng.random() < 0.3,
            )
        )


# --- laws -------------------------------------------------------------------------------------------------


def verdicts(patient: Patient, as_of: int = TAKEN, **options: Any) -> dict[str, Truth]:
    found = screen(patient, studies(), as_of, PLAN, **options)
    return {f"{s.protocol.key} {r.criterion.id}": r.outcome.truth for s in found.studies for r in s.criteria}


@pytest.mark.parametrize("seed", range(12))
def test_the_order_of_the_record_does_not_matter(seed: int) -> None:
    rng = random.Random(seed)
    form = form_of(rng)
    patient = read(form)
    if patient is None:
        return
    shuffled = {k: rng.sample(v, len(v)) if isinstance(v, list) else v for k, v in sorted(form.items())}
    again = read(shuffled)
    assert again is not None
    assert verdicts(patient) == verdicts(again)


@cache
def irrelevant() -> tuple[tuple[str, Any], ...]:
    """Facts of every kind that no bundled rule looks at."""
    terms = catalogue()
    used = {
        name
        for study in studies()
        for part in (*study.protocol.criteria, *study.protocol.cohorts)
        for name in concepts_used(part.rule)
    }
    near = {a for name in used for a in terms.ancestors(name)} | {
        d for name in used for d in terms.descendants(name)
    }

    def spare(kind: str) -> str:
        return next(
            c.name for c in terms if c.kind == kind and not c.derived and not terms.ancestors(c.name) & near
        )

    measure = terms.get(spare("measure"))
    assert measure is not None
    return (
        ("labs", {"is": measure.name, "value": f"{(measure.plausible or (1, 1))[0]:g} {measure.unit or ''}"}),
        ("tests", {"is": spare("test"), "result": "positive", "on": "2026-06-10"}),
        ("antigens", {"is": spare("antigen"), "by": "IHC", "result": "negative", "on": "2026-06-10"}),
        ("findings", {"is": spare("condition"), "on": "2026-06-10"}),
        ("none of", spare("condition")),
        (
            "statements",
            {"about": spare("statement"), "value": "yes", "by": "investigator", "on": "2026-06-10"},
        ),
        ("consents", {"study": "ELSEWHERE", "on": "2026-06-10"}),
        ("consents", {"study": "ELSEWHERE", "on": "2026-06-10", "active": "no"}),
    )


@pytest.mark.parametrize("number", range(8))
def test_a_fact_that_nobody_asks_for_changes_nothing(number: int) -> None:
    section, fact = irrelevant()[number]
    for seed in range(4):
        form = form_of(random.Random(seed))
        patient, more = read(form), read({**form, section: [*form[section], fact]})
        assert (patient is None) == (more is None)
        if patient is not None and more is not None:
            assert len(more.entries) + sum(map(len, more.measurements.values())) >= len(patient.entries)
            assert verdicts(patient) == verdicts(more), fact


LEFT_OUT = ("labs", "tests", "none of", "reviewed", "statements", "consents", "antigens")
"""Sections of which a fact may be left out and nothing decided becomes its opposite, where each is there once."""


@cache
def eligible() -> tuple[dict[str, Any], ...]:
    """The forms of the little patients whom a study finds eligible: every question asked, every fact once."""
    found = []
    for key in bundled():
        file = file_of(key)
        assert file is not None
        found += [
            dict(p.patient)
            for p in load_patients(patients_file(file)).patients
            if p.expect.status == "eligible" and p.as_of.first == TAKEN
        ]
    return tuple(found)


@pytest.mark.parametrize("section", LEFT_OUT)
def test_leaving_out_a_fact_only_opens(section: str) -> None:
    assert eligible()
    for form in eligible():
        whole = read(form)
        assert whole is not None
        before = verdicts(whole)
        items = form.get(section, [])
        for i in range(0, len(items), 1 + len(items) // 12):
            patient = read({**form, section: [*items[:i], *items[i + 1 :]]})
            assert patient is not None
            after = verdicts(patient)
            for id, truth in after.items():
                assert truth in (before[id], Truth.UNKNOWN), (id, items[i])
