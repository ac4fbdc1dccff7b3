"""The structured part, and things left half done: what the lint finds there."""

from __future__ import annotations

from datetime import date

import pytest

from paratope.protocol.lint import CHECKS, lint
from paratope.protocol.lint.structure import field_text, phase_in
from paratope.protocol.patients import read_patients
from tests.protocol.small import found, protocol

SPLIT = (
    "regimens: [{name: split, doses: [{day: 1, amount: 5, unit: cells}, {day: 7, amount: 5, unit: cells}]}]\n"
)
SINGLE = "regimens: [{name: single, doses: [{day: 1, amount: 10, unit: cells}]}]\n"
BOTH = SPLIT.removesuffix("]\n") + ", {name: bolus, doses: [{day: 1, amount: 10, unit: cells}]}]\n"
LEVELS = "dose_levels:\n" + "".join(f"  - {{level: {i}, amount: {i}, unit: cells}}\n" for i in (1, 2, 3))

# YAML of the structured part; the code found, its severity, and words of its message.
CASES = [
    ("identity: {phase: PHASE1}\nalso_says: [{field: identity.phase, value: PHASE2, where: the title}]\n",
     "disagrees", "warning", "identity.phase is PHASE1, but the title says PHASE2"),
    ("identity: {phase: PHASE1}\nalso_says: [{field: identity.phase, value: PHASE2, where: the title, ask: Which?}]\n",
     "disagrees", "note", "PHASE2"),
    ("identity: {maximum_age: 75 years}\nalso_says: [{field: identity.maximum_age, value: 70 years, where: a page}]\n",
     "disagrees", "warning", "is 75 years, but a page says 70 years"),
    (SINGLE + "samplings: [{what: copies, times: [day 0, day 7]}]\n", "day-zero", "warning",
     "copies is measured on day 0"),
    (SPLIT + "samplings: [{what: biopsy, times: [24 hours, D7]}]\n", "sampling-at-dose", "note", "measured on day 7"),
    (SPLIT + "dlt: {window: 28 days, from: first dose}\n", "dlt-window", "warning", "it would end on day 35"),
    (SPLIT + "dlt: {window: 28 days}\n", "dlt-window", "warning", "day 35"),
    (SPLIT + "dlt: {window: 28 days, ask: From which dose?}\n", "dlt-window", "note", "day 35"),
    ("identity: {enrolment: 9}\nescalation: {design: 3+3}\n" + LEVELS, "enrolment", "warning",
     "9 to 18 patients; 9 are"),
    ("identity: {enrolment: 8}\nescalation: {design: 3+3}\n" + LEVELS, "enrolment", "warning", "too few even if"),
    ("identity: {model: SINGLE_GROUP}\n" + BOTH, "arms", "warning", "there are 2 regimens"),
    ("identity: {model: PARALLEL}\n" + SINGLE, "arms", "warning", "there is one regimen"),
    ("identity: {model: PARALLEL}\nescalation: {design: 3+3}\n" + BOTH, "arms", "warning",
     "every regimen gives 10 in all"),
    ("identity: {start: 2026-05, completion: 2026-04}\n", "dates", "error", "completion (2026-04) comes before"),
    ("identity: {status: NOT_YET_RECRUITING, status_date: 2026-02-13, start: 2026-01-31}\n", "dates", "warning",
     "had passed"),
    ("identity: {status: RECRUITING, status_date: 2025-06}\n", "status-old", "warning", "1.5 years before"),
    ("identity: {status: RECRUITING}\n", "status-old", "warning", "has no date"),
    ("", "not-said", "note", "nothing is said about dlt"),
]  # fmt: skip

QUIET = [
    (
        "disagrees",
        "identity: {phase: PHASE1}\nalso_says: [{field: identity.phase, value: phase1, where: the title}]\n",
    ),
    ("disagrees", "also_says: [{field: identity.phase, value: PHASE1, where: the title}]\n"),
    ("day-zero", SINGLE + "samplings: [{what: copies, times: [day 1, day 7]}]\n"),
    ("day-zero", SINGLE.replace("day: 1", "day: 0") + "samplings: [{what: copies, times: [day 0]}]\n"),
    ("sampling-at-dose", SINGLE + "samplings: [{what: biopsy, times: [D7, 24 hours]}]\n"),
    ("dlt-window", SINGLE + "dlt: {window: 28 days, from: first dose}\n"),
    ("dlt-window", SPLIT + "dlt: {window: 28 days, from: each dose}\n"),
    ("dlt-window", SPLIT + "dlt: {window: withheld}\n"),
    ("dlt-window", "regimens: withheld\ndlt: withheld\n"),
    ("enrolment", "identity: {enrolment: 18}\nescalation: {design: 3+3}\n" + LEVELS),
    ("enrolment", "identity: {enrolment: 9}\nescalation: {design: BOIN}\n" + LEVELS),
    ("enrolment", "identity: {enrolment: 9}\nescalation: withheld\ndose_levels: withheld\n"),
    ("arms", "identity: {model: SINGLE_GROUP}\n" + SINGLE),
    ("arms", "identity: {model: PARALLEL}\n" + BOTH),
    ("dates", "identity: {start: 2026-05, completion: 2026-05}\n"),
    ("dates", "identity: {status: NOT_YET_RECRUITING, status_date: 2026-02, start: 2026-02-20}\n"),
    ("status-old", "identity: {status: RECRUITING, status_date: 2026-06-15}\n"),
    ("status-old", "identity: {status_date: 2001}\n"),
    (
        "not-said",
        "dlt: withheld\nvisits: withheld\nregimens: withheld\nendpoints: [{name: ORR, role: primary}]\n",
    ),
    ("not-said", "withheld: [{item: doses and visits}, {item: outcomes and dose-limiting toxicity}]\n"),
]


def lints(more: str) -> list[tuple[str, str, str]]:
    found = lint(protocol("I1: consent is signed", more=more), as_of=date(2026, 12, 31))
    return [(f.code, f.severity, f.message) for f in found]


@pytest.mark.parametrize(("more", "code", "severity", "words"), CASES)
def test_what_is_found(more: str, code: str, severity: str, words: str) -> None:
    assert any(c == code and s == severity and words in m for c, s, m in lints(more)), lints(more)


@pytest.mark.parametrize(("code", "more"), QUIET)
def test_what_is_not_found(code: str, more: str) -> None:
    findings = lint(protocol("I1: consent is signed", more=more), as_of=date(2026, 6, 15))
    assert [f for f in findings if f.code == code] == []


@pytest.mark.parametrize(
    ("title", "phase"),
    [("A Phase I study", "PHASE1"), ("Phase 1/2 trial", "PHASE1/PHASE2"), ("Phase Ib/II", None), ("early phase 1",
     "EARLY_PHASE1"),
     ("Phase III", "PHASE3"), ("Phase IV", "PHASE4"), ("CAR-T cells", None), ("emphasise 1", None)],
)  # fmt: skip
def test_the_phase_a_title_names(title: str, phase: str | None) -> None:
    assert phase_in(title) == phase


def test_a_title_beside_the_phase_field() -> None:
    def told(more: str) -> list[str]:
        whole = protocol("I1: consent is signed", more=more)
        titled = type(whole)(
            **{**{f: getattr(whole, f) for f in whole.__slots__}, "title": "A phase 2 study"}
        )
        return [f.message for f in lint(titled) if f.code == "disagrees"]

    assert told("identity: {phase: PHASE1}\n") == ["the title names PHASE2, identity.phase is PHASE1"]
    assert told("identity: {phase: PHASE2}\n") == []
    assert told("") == []


def test_fields_are_shown_as_they_are_written() -> None:
    whole = protocol(
        "I1: consent is signed",
        more="identity: {enrolment: 9, start: 2026-05, minimum_age: 18 years, other_ids: [A, B],\n"
        "  monitoring_committee: yes}\n"
        "dlt: {from: first dose}\n",
    )
    paths = ("enrolment", "start", "minimum_age", "other_ids", "monitoring_committee", "sponsor", "nothing")
    shown = [field_text(whole, f"identity.{path}") for path in paths]
    assert shown == ["9", "2026-05", "18 years", "A, B", "true", None, None]
    assert field_text(whole, "dlt.from") == "first dose"


# --- half done ----------------------------------------------------------------------------------------------------

HALF = [
    ("I1 (judgement: true): consent is signed", "", "judgement-no-topic", 1),
    ("I1 (judgement: true): the investigator judges organ function is adequate", "", "judgement-no-topic", 0),
    ("I1 (judgement: true): no infection where (needs intervention)", "", "judgement-no-topic", 0),
    ("I1 (judgement: true): stated organ function is adequate", "", "judgement-no-topic", 0),
    ("I1 (judgement: false): consent is signed", "", "judgement-no-topic", 0),
    (
        "I1 (ambiguities: [{about: a, readings: [x, y], ask: q}]): consent is signed",
        "",
        "ambiguity-unfinished",
        0,
    ),
    (
        "I1 (ambiguities: [{about: a, readings: [x], ask: q}]): consent is signed",
        "",
        "ambiguity-unfinished",
        1,
    ),
    ("I1 (ambiguities: [{about: a, readings: [x, y]}]): consent is signed", "", "ambiguity-unfinished", 1),
    ("I1 (ambiguities: [{about: a}]): consent is signed", "", "ambiguity-unfinished", 2),
    ("I1: consent is signed", "ambiguities: [{about: a, ask: q}]\n", "ambiguity-unfinished", 1),
    (
        "I1: consent is signed",
        "record: {repairs: [{about: a, readings: [x, y]}]}\n",
        "ambiguity-unfinished",
        0,
    ),
    ("I1 (role: cohort): consent is signed", "", "criterion-unused", 1),
    (
        "I1 (role: cohort): consent is signed",
        "cohorts: [{name: A, rule: criterion I1 holds}]\n",
        "criterion-unused",
        0,
    ),
    ("I1: consent is signed", "cohorts: [{name: A, rule: consent is signed}]\n", "cohort-rule", 0),
    (
        "I1: consent is signed",
        "cohorts: [{name: A, target: CD19, rule: consent is signed}]\n",
        "cohort-rule",
        1,
    ),
    (
        "I1: the tumour expresses CD19",
        "cohorts: [{name: A, target: CD19, rule: criterion I1 holds}]\n",
        "cohort-rule",
        0,
    ),
    (
        "I1 (role: cohort, cohort: A): consent is signed",
        "cohorts: [{name: A, rule: consent is signed}]\n",
        "cohort-rule",
        1,
    ),
]


@pytest.mark.parametrize(("line", "more", "code", "count"), HALF)
def test_half_done(line: str, more: str, code: str, count: int) -> None:
    assert len(found(line, more=more, codes=(code,))) == count


def test_little_patients() -> None:
    whole = protocol("I1: consent is signed", "I2: consent is signed")
    expect = "{criteria: {I1: met, I9: met}, cohorts: {X: match}}"
    text = f"- {{name: a, why: b, as_of: 2026-06-15, patient: {{}}, expect: {expect}}}"
    patients = read_patients(text).patients
    messages = [(f.severity, f.message) for f in lint(whole, patients=patients) if f.code == "patients"]
    assert messages == [
        ("error", "the little patient 'a' expects something of 'I9', which there is not"),
        ("error", "the little patient 'a' expects something of 'X', which there is not"),
        ("note", "no little patient shows I2"),
    ]
    assert [f for f in lint(whole) if f.code == "patients"] == []


def test_every_check_says_what_it_finds_and_no_code_is_used_twice() -> None:
    codes = [code for check in CHECKS for code in check.codes]
    assert len(codes) == len(set(codes))
    assert all(check.run.__doc__ for check in CHECKS)
