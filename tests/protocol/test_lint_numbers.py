"""Numbers, grades, ages, branches, windows: what the lint finds in a rule."""

from __future__ import annotations

import pytest

from paratope.protocol import Protocol, read_protocol
from paratope.protocol.lint import lint
from paratope.protocol.lint.grading import CTCAE, excluded_grade
from paratope.protocol.model import Criterion
from paratope.protocol.quantities import number_faults
from paratope.rules import nodes as n
from paratope.terms import catalogue
from paratope.units import parse_unit
from tests.protocol.small import HEAD, found, rule
from tests.shared import SHARED, needs_shared

# --- units and proportion ------------------------------------------------------------------------------------

NUMBERS = [
    ("haemoglobin >= 90 g/L", []),
    ("haemoglobin >= 9 g/dL", []),
    ("haemoglobin >= 90", ["unit-missing"]),
    ("haemoglobin >= 90 mm", ["unit-wrong"]),
    ("haemoglobin >= 90 g/dL", ["implausible"]),
    ("neutrophils >= 1 10*9/L", []),
    ("neutrophils >= 600 /uL", []),
    ("neutrophils >= 109 /L", ["implausible"]),
    ("lymphocytes > 0.3 10*9/L", []),
    ("each of ALT, AST <= 2.5 x ULN", []),
    ("each of ALT, AST <= 100 umol/L", ["unit-wrong", "unit-wrong"]),
    ("ALT <= 2.5 x ULN, relaxed to 200 mmol/L with (observed liver metastases)", ["unit-wrong"]),
    ("creatinine <= 1.5 mg/dL", []),
    ("HBV DNA > 1000 copies/mL", []),
    ("HBV DNA > 200 IU/mL", []),
    ("HBV DNA > 200 mg/dL", ["unit-wrong"]),
    ("ECOG <= 2", []),
    ("ECOG <= 2 points", ["unit-wrong"]),
    ("stated venous access >= 3 months", ["unit-wrong"]),
    ("ECOG <= 20", ["implausible"]),
    ("oxygen saturation on room air > 90 %", []),
    ("stated life expectancy >= 3 months", []),
    ("stated life expectancy >= 3 kg", ["unit-wrong"]),
    ("prednisone-equivalent dose > 10 mg/d", []),
    ("any radiotherapy where (marrow fraction <= 5 %)", []),
    ("any manufactured cell product where (cells per kg > 1e5 /kg)", []),
    ("any manufactured cell product where (cells per kg > 10.6 /kg)", ["implausible"]),
    ("any infection where (grade >= 3)", []),
    ("any infection where (grade >= 6)", ["implausible"]),
    ("any heart failure where (NYHA class >= 3)", []),
    ("any heart failure where (NYHA class >= 5)", ["implausible"]),
    ("PSMA stained 2+ in >= 30 % of cells by IHC", []),
    ("PSMA stained 2+ in >= 300 % of cells by IHC", ["implausible"]),
    ("H-score of HER2 >= 150", []),
    ("H-score of HER2 >= 301", ["implausible"]),
    ("measurable lesions up to 60 mm >= 1", []),
    ("measurable lesions up to 6 cm >= 1", []),
    ("measurable lesions up to 60 kg >= 1", ["unit-wrong"]),
]


@pytest.mark.parametrize(("text", "codes"), NUMBERS)
def test_numbers(text: str, codes: list[str]) -> None:
    assert [fault.code for fault in number_faults(rule(text))] == codes


def test_what_cannot_be_evaluated_is_refused_and_the_rest_is_an_error_of_the_lint() -> None:
    (finding,) = found("I1: neutrophils >= 109 /L", codes=("implausible",))
    assert (finding.severity, finding.criteria, finding.place) == ("error", ("I1",), "$.criteria[0].rule")
    bare = Protocol(1, "S", "s", (Criterion("I1", "inclusion", "x", rule("haemoglobin >= 90")),))
    assert [f.code for f in lint(bare) if f.severity == "error"] == ["unit-missing"]


# --- grades ----------------------------------------------------------------------------------------------------

GRADES = [
    ("any haematological toxicity where (grade >= 2)", "haematological toxicity", 2),
    ("any haematological toxicity where (grade > 2)", "haematological toxicity", 3),
    ("any unresolved toxicity where (grade >= 3)", "haematological toxicity", 3),
    ("any unresolved toxicity where (grade >= 3)", "unresolved toxicity", 3),
    ("any haematological toxicity where (grade >= 2 and not waived)", "haematological toxicity", 2),
    ("any unresolved toxicity where ((kind of haematological toxicity and grade >= 2) or grade >= 3)",
     "haematological toxicity", 2),
    ("any unresolved toxicity where ((kind of haematological toxicity and grade >= 2) or grade >= 3)",
     "unresolved toxicity", 3),
    ("any unresolved toxicity where (not kind of haematological toxicity and grade >= 3)",
     "haematological toxicity", None),
    ("any haematological toxicity", "haematological toxicity", None),
    ("any stroke where (grade >= 2)", "haematological toxicity", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "toxicity", "grade"), GRADES)
def test_the_grade_an_exclusion_starts_at(text: str, toxicity: str, grade: int | None) -> None:
    assert excluded_grade(rule(text), toxicity) == grade


COLLISIONS = [
    (["I1: haemoglobin >= 90 g/L", "E1: any haematological toxicity where (grade >= 2)"], ["I1"]),
    (["I1: haemoglobin >= 9 g/dL", "E1: any haematological toxicity where (grade >= 2)"], ["I1"]),
    (["I1: haemoglobin >= 100 g/L", "E1: any haematological toxicity where (grade >= 2)"], []),
    (["I1: haemoglobin >= 90 g/L", "E1: any haematological toxicity where (grade >= 3)"], []),
    (["I1: platelets >= 50 10*9/L", "E1: any haematological toxicity where (grade >= 2)"], ["I1"]),
    (
        [
            "I1: platelets >= 80 10*9/L and neutrophils >= 1.5 10*9/L",
            "E1: any haematological toxicity where (grade >= 2)",
        ],
        [],
    ),
    (["I1: ALT <= 5 x ULN", "E1: any unresolved toxicity where (grade >= 2)"], ["I1"]),
    (["I1: ALT <= 2.5 x ULN", "E1: any unresolved toxicity where (grade >= 2)"], []),
    (["I1: ALT <= 5 x ULN", "E1: any unresolved toxicity where (grade >= 3)"], []),
]


@pytest.mark.parametrize(("lines", "ids"), COLLISIONS)
def test_a_limit_that_admits_an_excluded_grade(lines: list[str], ids: list[str]) -> None:
    findings = found(*lines, codes=("grade-collision",))
    assert [f.criteria[0] for f in findings] == ids
    assert all(f.criteria[1] == "E1" for f in findings)


def test_the_grading_table_speaks_of_known_measures_on_their_own_scales() -> None:
    for grading in CTCAE:
        concept = catalogue().get(grading.measure)
        assert concept is not None
        assert grading.scale in ("ULN", concept.unit)
        bounds = [grading.bounds[g] for g in sorted(grading.bounds)]
        assert bounds == sorted(bounds, reverse=grading.beyond == "<")


@needs_shared
def test_the_grading_table_agrees_with_the_published_cases() -> None:
    """Graded examples of a public derivation of CTCAE 5: one value each, its grade beside it."""
    import csv

    assert SHARED is not None
    names = {"anemia": "haemoglobin", "neutrophil count decreased": "neutrophils",
             "platelet count decreased": "platelets", "lymphocyte count decreased": "lymphocytes"}  # fmt: skip
    compared = 0
    with (SHARED / "truth" / "safety" / "ctcae_v5_lab_grades.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            grading = next((g for g in CTCAE if g.measure == names.get(row["term"].lower())), None)
            expected = int(row["expected_grade"]) if row["expected_grade"].isdigit() else 0
            if grading is None or expected < 2 or not row["aval"] or row["criteria"] != "ctcv5":
                continue
            unit = parse_unit(row["avalu"]) if row["avalu"] else None
            if unit is None or unit.text.lower() != grading.scale.lower().replace("*", "^"):
                continue
            value = float(row["aval"])
            reached = max((g for g, bound in grading.bounds.items() if value < bound), default=1)
            assert reached == expected, row
            compared += 1
    assert compared >= 2


# --- the record's own fields ------------------------------------------------------------------------------------

AGES = [
    ("minimum_age: 18 years, maximum_age: 75 years", "age at consent between 18 and 75 years", []),
    (
        "minimum_age: 18 years, maximum_age: 70 years",
        "age at consent >= 18 years and age at consent < 70 years",
        ["highest"],
    ),
    (
        "minimum_age: 18 years, maximum_age: 69 years",
        "age at consent >= 18 years and age at consent < 70 years",
        [],
    ),
    ("minimum_age: 18 years", "age at consent > 18 years", ["lowest"]),
    ("minimum_age: 18 years", "age at consent >= 21 years", ["lowest"]),
    ("minimum_age: 216 months", "age at consent >= 18 years", []),
    ("maximum_age: 75 years", "age at consent >= 18 years", ["no inclusion criterion"]),
    ("sex: ALL", "age at consent >= 18 years", []),
]


@pytest.mark.parametrize(("fields", "text", "words"), AGES)
def test_ages_beside_the_records_fields(fields: str, text: str, words: list[str]) -> None:
    findings = found(f"I1: {text}", more=f"identity: {{{fields}}}\n", codes=("age-field",))
    assert [word for f, word in zip(findings, words, strict=True) if word in f.message] == words


@pytest.mark.parametrize(("sex", "text", "count"), [
    ("ALL", "the patient is female", 1), ("FEMALE", "the patient is female", 0), ("MALE", "the patient is female", 1),
    ("ALL", "if the patient is female then pregnancy test is negative", 0),
])  # fmt: skip
def test_sex_beside_the_records_field(sex: str, text: str, count: int) -> None:
    assert len(found(f"I1: {text}", more=f"identity: {{sex: {sex}}}\n", codes=("sex-field",))) == count


# --- if/else traps ----------------------------------------------------------------------------------------------

METS = "observed liver metastases"
TRAPS = [
    (f"({METS} and ALT <= 5 x ULN) or (not {METS} and ALT <= 2.5 x ULN)", [METS]),
    (f"(ALT <= 2.5 x ULN unless {METS}) or (ALT <= 5 x ULN and {METS})", [METS]),
    (f"(if {METS} then ALT <= 5 x ULN) and (if not {METS} then ALT <= 2.5 x ULN)", [METS]),
    ("(ECOG <= 1 and haemoglobin >= 90 g/L) or (ECOG > 1 and haemoglobin >= 100 g/L)", ["ECOG <= 1"]),
    ("any infection where ((treated and grade >= 3) or (not treated and grade >= 2))", ["treated"]),
    (f"ALT <= 2.5 x ULN, relaxed to 5 x ULN with ({METS})", []),
    (f"ALT <= 2.5 x ULN or (ALT <= 5 x ULN and {METS})", []),
    (f"{METS} or not {METS}", []),
    ("if the patient is of childbearing potential then pregnancy test is negative", []),
    (
        "any infection where (kind of tuberculosis and grade >= 3 or not kind of tuberculosis and grade >= 2)",
        [],
    ),
    ("(HER2 scored 2+ by IHC and HER2 amplified by ISH) or HER2 scored 3+ by IHC", []),
]


@pytest.mark.parametrize(("text", "facts"), TRAPS)
def test_branches_on_a_fact_that_may_be_missing(text: str, facts: list[str]) -> None:
    findings = found(f"I1: {text}", codes=("split-on-unknown",))
    assert [f.message.split("`")[1] for f in findings] == facts


# --- windows and unread words -----------------------------------------------------------------------------------

ASKED = "withheld: [{item: the washout, question: How long?}]\n"
READY = "ambiguities: [{about: the day, readings: [a, b], ask: Which day?}]"
WINDOWS = [
    ("E1: any stroke within 6 months before consent", "", []),
    ("E1: any stroke within 6 months before an unstated date", "", [("window-unstated", "warning")]),
    (f"E1 ({READY}): any stroke within 6 months before an unstated date", "", [("window-unstated", "note")]),
    (
        "E1: any stroke within 6 months before either of consent, screening",
        "",
        [("window-two-anchors", "note")],
    ),
    (
        "E1: any chemotherapy within an unpublished window before administration",
        "",
        [("window-unpublished", "warning")],
    ),
    (
        "E1: any chemotherapy within an unpublished window before administration",
        ASKED,
        [("window-unpublished", "note")],
    ),
    ("E1: any chemotherapy since screening", "", []),
    (
        "E1: any other malignancy where (inactive within 2 years before an unstated date)",
        "",
        [("window-unstated", "warning")],
    ),
    ('I1: not read: "and the like"', "", [("unread", "warning")]),
    ("I1: consent is signed", "", []),
]


@pytest.mark.parametrize(("line", "more", "expected"), WINDOWS)
def test_windows(line: str, more: str, expected: list[tuple[str, str]]) -> None:
    codes = ("window-unstated", "window-two-anchors", "window-unpublished", "unread")
    assert [(f.code, f.severity) for f in found(line, more=more, codes=codes)] == expected


# --- words of the text that no criterion covers -------------------------------------------------------------------

TEXT = """\
About the study.

Inclusion Criteria:
1. Adults.
2. Consent is signed.

A sentence that nobody read.

Exclusion Criteria
* Stroke; and
* Epilepsy.
Contact us.
"""


def covering(more: str = "", *, without: str = "") -> list[str]:
    """The uncovered passages when each of the four criteria covers its words."""
    lines = [f"paratope: 1\nkey: S\ntitle: s\n{more}criteria:"]
    for id, words in (("I1", "Adults."), ("I2", "Consent is signed."), ("E1", "Stroke"), ("E2", "Epilepsy.")):
        if id != without:
            at = TEXT.index(words)
            section = "inclusion" if id[0] == "I" else "exclusion"
            source = f"{{span: [{at}, {at + len(words)}]}}"
            lines.append(
                f"  - {{id: {id}, section: {section}, text: x, rule: consent is signed, source: {source}}}"
            )
    loaded = read_protocol("\n".join(lines))
    assert loaded.protocol is not None, loaded.problems
    findings = [f for f in lint(loaded.protocol, text=TEXT) if f.code == "uncovered"]
    return [f"{f.line} {f.severity}: {f.message.split(chr(39))[1]}" for f in findings]


def test_headings_bullets_and_joining_words_are_no_gap() -> None:
    at = TEXT.index("A sentence")
    passage = f"record: {{not_criteria: [{{span: [{at}, {at + 28}], why: a remark}}]}}\n"
    assert covering(passage) == []


def test_a_passage_nobody_read_is_found_with_its_line() -> None:
    assert covering() == ["7 warning: A sentence that nobody read."]


def test_a_criterion_left_out_is_found() -> None:
    assert covering(without="I2") == [
        "5 warning: 2. Consent is signed.",
        "7 warning: A sentence that nobody read.",
    ]


def test_the_section_may_be_said() -> None:
    start, end = TEXT.index("Inclusion"), len(TEXT)
    assert covering(f"record: {{eligibility: [{start}, {end}]}}\n") == [
        "7 warning: A sentence that nobody read.", "12 note: Contact us.",
    ]  # fmt: skip


def test_a_span_beyond_the_text_is_an_error() -> None:
    more = (
        HEAD
        + "criteria: [{id: I1, section: inclusion, text: x, rule: consent is signed, source: {span: [1, 999]}}]"
    )
    protocol = read_protocol(more).protocol
    assert protocol is not None
    (finding,) = [f for f in lint(protocol, text=TEXT) if f.code == "uncovered"]
    assert finding.severity == "error"
    assert isinstance(protocol.criteria[0].rule, n.ConsentSigned)
