"""The plain form: what is read from it, and everything it says about what is wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paratope.patient.model import TABLE_HALF_LIFE, Entry, Interval, Patient, When
from paratope.patient.plain import read_plain, read_plain_text
from paratope.patient.plain.fields import SECTIONS
from paratope.patient.problems import Problem, errors, warnings
from tests.patient.strategies import facts_of

HEAD = "patient: {id: P1, sex: male, born: 1964-06-06, extracted: 2026-06-15}\n"


def read(text: str) -> tuple[Patient | None, tuple[Problem, ...]]:
    ((patient, problems),) = read_plain_text(HEAD + text, "test.yaml")
    return patient, problems


def good(text: str) -> Patient:
    patient, problems = read(text)
    assert problems == ()
    assert patient is not None
    return patient


def kept(text: str) -> Patient:
    """Read with warnings only."""
    patient, problems = read(text)
    assert problems
    assert not errors(problems)
    assert patient is not None
    return patient


def on(text: str) -> When:
    day = date.fromisoformat(text).toordinal()
    return When(day, day, text)


# --- what is read --------------------------------------------------------------------------------------


def test_the_person() -> None:
    patient = good("")
    assert (patient.id, patient.sex, patient.born, patient.extracted) == (
        "P1", "male", on("1964-06-06"), date(2026, 6, 15).toordinal(),
    )  # fmt: skip
    assert patient.born_fact is not None
    assert patient.born_fact.source == "patient.born (line 1)"


def test_a_result() -> None:
    (m,) = good("labs: [{is: Hb, value: 5.8 g/dL, range: 13-17.5, on: 2026-06-10}]").measurements[
        "haemoglobin"
    ]
    assert (m.value, m.low, m.high) == (Interval(58, 58), 130, 175)
    assert (m.printed, m.text, m.when) == ("5.8 g/dL", "haemoglobin 5.8 g/dL", on("2026-06-10"))
    assert m.source == "labs[0] (line 2)"


@pytest.mark.parametrize(
    ("item", "concept", "value"),
    [
        ("{is: haemoglobin, value: 118, unit: g/L}", "haemoglobin", Interval(118, 118)),
        ("{is: haemoglobin, value: 118, range: 130-175 g/L}", "haemoglobin", Interval(118, 118)),
        ("{is: 血红蛋白, value: 11.8 g/dL}", "haemoglobin", Interval(118, 118)),
        ("{is: neutrophils, value: 620 /uL}", "neutrophils", Interval(0.62, 0.62)),
        ("{is: platelets, value: 14.2万/uL}", "platelets", Interval(142, 142)),
        ("{is: platelets, value: 142 ×10⁹/L}", "platelets", Interval(142, 142)),
        ("{is: HBV DNA, value: '<20 IU/mL'}", "HBV DNA", Interval(0, 20, False, True)),
        ("{is: HBV DNA, value: 3 x 10^4 IU/mL}", "HBV DNA", Interval(30_000, 30_000)),
        ("{is: HBV DNA, value: not detected}", "HBV DNA", Interval(0, 0)),
        ("{is: HBV DNA, value: <20 IU/mL (not detected)}", "HBV DNA", Interval(0, 20, False, True)),
        ("{is: ferritin, value: '> 2000 ug/L'}", "ferritin", Interval(2000, float("inf"), True, False)),
        ("{is: LVEF, value: 60-65 %}", "LVEF", Interval(60, 65)),
        ("{is: ECOG, value: 1}", "ECOG", Interval(1, 1)),
        ("{is: ECOG, value: 0-1}", "ECOG", Interval(0, 1)),
        ("{is: Karnofsky, value: 80 %}", "Karnofsky", Interval(80, 80)),
        ("{is: ECOG, value: 1分}", "ECOG", Interval(1, 1)),
    ],
)
@pytest.mark.parametrize("section", ["labs", "vitals", "scores", "echo", "measures"])
def test_values(section: str, item: str, concept: str, value: Interval) -> None:
    (m,) = good(f"{section}: [{item}]").measurements[concept]
    assert (m.value, m.problem) == (value, None)


@pytest.mark.parametrize(
    ("range_", "low", "high"),
    [
        ("130-175 g/L", 130, 175),
        ("13.0 - 17.5 g/dL", 130, 175),
        ("'<= 175 g/L'", None, 175),
        ("'<175'", None, 175),
        ("'> 130 g/L'", 130, None),
        ("0-175", 0, 175),
    ],
)
def test_ranges(range_: str, low: float | None, high: float | None) -> None:
    (m,) = good(f"labs: [{{is: haemoglobin, value: 118 g/L, range: {range_}}}]").measurements["haemoglobin"]
    assert (m.low, m.high) == (low, high)


def test_newest_first_and_partial_dates() -> None:
    dates = [
        m.when.text if m.when else None
        for m in good(
            "labs:\n"
            "  - {is: ALT, value: 10 U/L, on: 2025}\n"
            "  - {is: ALT, value: 11 U/L}\n"
            "  - {is: ALT, value: 12 U/L, on: 2026-06-10}\n"
            "  - {is: ALT, value: 13 U/L, on: 2026-05}\n"
        ).measurements["ALT"]
    ]
    assert dates == ["2026-06-10", "2026-05", "2025", None]


def test_a_result_that_cannot_be_right_is_kept_and_decides_nothing() -> None:
    patient, problems = read("labs: [{is: haemoglobin, value: 1180 g/L, range: 130-175 g/L}]")
    (problem,) = problems
    assert problem.warning
    assert "1180 g/L cannot be right: haemoglobin lies between" in problem.message
    assert patient is not None
    (m,) = patient.measurements["haemoglobin"]
    assert (m.value, m.printed, m.high) == (None, "1180 g/L", 175)
    assert m.problem
    assert "cannot be right" in m.problem


def test_a_problem_keeps_the_result_from_deciding() -> None:
    (m,) = good("labs: [{is: potassium, value: 7.9 mmol/L, problem: haemolysed}]").measurements["potassium"]
    assert (m.value, m.problem, m.printed) == (None, "haemolysed", "7.9 mmol/L")


def test_copies_are_no_international_units() -> None:
    (m,) = kept("labs: [{is: HBV DNA, value: 2e4 copies/mL}]").measurements["HBV DNA"]
    assert m.value is None


def test_tests_and_what_they_are_about() -> None:
    patient = good(
        "findings:\n"
        "  - {is: CNS leukaemia, to: 2026-01}\n"
        "  - {is: brain metastasis, id: left}\n"
        "  - {is: brain metastasis, id: right}\n"
        "tests:\n"
        "  - {is: HBsAg, result: 阴性}\n"
        "  - {is: CSF cytology, result: negative, about: CNS leukaemia}\n"
        "  - {is: MRD, result: positive, about: right}\n"
    )
    assert patient.results["HBsAg"][0].value == "negative"
    assert patient.results["cerebrospinal fluid cytology"][0].about == patient.entries[0].source
    assert patient.results["minimal residual disease"][0].about == patient.entries[2].source


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("{is: HER2, by: IHC, score: 2+}", {"score": 2, "value": None}),
        ("{is: HER2, by: IHC, score: 0}", {"score": 0}),
        ("{is: HER2, by: FISH, result: amplified}", {"method": "ISH", "amplified": True, "value": None}),
        ("{is: HER2, by: ISH, result: not amplified}", {"amplified": False}),
        ("{is: HER2, by: ISH, result: positive}", {"amplified": True, "value": None}),
        ("{is: HER2, by: ISH, ratio: 2.4, copies: 7.1}", {"amplified": True, "ratio": 2.4}),
        ("{is: HER2, by: ISH, ratio: 1.4, copies: 3.1}", {"amplified": False}),
        ("{is: HER2, by: ISH, ratio: 2.4, copies: 3.1}", {"amplified": None}),
        ("{is: BCMA, by: flow, result: positive, cells: 92 %}", {"percent": {"any": Interval(92, 92)}}),
        (
            "{is: PSMA, by: IHC, cells: {1+: 30 %, 3+: 8}}",
            {"percent": {"1+": Interval(30, 30), "3+": Interval(8, 8)}},
        ),
        ("{is: PSMA, by: PET/CT, result: positive}", {"method": "PET", "value": "positive"}),
        (
            "{is: FAP, result: equivocal, compartment: stroma}",
            {"value": "equivocal", "compartment": "stroma"},
        ),
    ],
)
def test_antigens(item: str, expected: dict[str, Any]) -> None:
    ((test,),) = good(f"antigens: [{item}]").antigens.values()
    assert {name: getattr(test, name) for name in expected} == expected


def entry(text: str) -> Entry:
    (found,) = good(text).entries
    return found


def test_a_therapy() -> None:
    t = entry(
        "therapies: [{is: T-DXd, classes: [antibody-drug conjugate], from: 2025-03-01, to: 2026-05-01, line: 2, "
        "outcome: progression, half-life: 5.7 days, targets: [HER2], study: X1}]"
    )
    assert (t.kind, t.text, t.study) == ("therapy", "trastuzumab deruxtecan", "X1")
    assert t.concepts == {"trastuzumab deruxtecan", "antibody-drug conjugate"}
    assert "anticancer treatment" in t.closure
    assert t.attributes == {"line": 2.0, "outcome": "progression", "half-life": 5.7}
    assert t.targets == {"HER2"}
    assert (t.start, t.end, t.ongoing) == (on("2025-03-01"), on("2026-05-01"), False)


@pytest.mark.parametrize(
    ("item", "start", "end", "ongoing"),
    [
        ("{is: bortezomib, on: 2025-03-01}", "2025-03-01", "2025-03-01", False),
        ("{is: bortezomib, from: 2025-03-01, ongoing: yes}", "2025-03-01", None, True),
        ("{is: bortezomib, from: 2025-03-01, to: ongoing}", "2025-03-01", None, True),
        ("{is: bortezomib, from: 2025-03-01, to: unknown}", "2025-03-01", None, False),
        ("{is: bortezomib, until: 2025-03-01}", None, "2025-03-01", False),
    ],
)
def test_the_dates_of_a_therapy(item: str, start: str | None, end: str | None, ongoing: bool) -> None:
    t = entry(f"therapies: [{item}]")
    assert (t.start, t.end, t.ongoing) == (on(start) if start else None, on(end) if end else None, ongoing)


def test_what_a_therapy_leaves_unsaid_is_taken_from_the_catalogue() -> None:
    t = entry("therapies: [{is: [daratumumab, bortezomib], on: 2025-03-01}]")
    assert t.targets == {"CD38"}
    assert t.attributes[TABLE_HALF_LIFE] == 18.0
    assert (
        TABLE_HALF_LIFE
        not in entry("therapies: [{is: daratumumab, on: 2025-03-01, half-life: unknown}]").attributes
    )
    assert entry("therapies: [{is: daratumumab, on: 2025-03-01, targets: []}]").targets == frozenset()


def test_a_regimen_in_one_word_and_one_of_an_unknown_name() -> None:
    assert entry("therapies: [{is: cisplatin + topotecan, on: 2025}]").concepts == {"cisplatin", "topotecan"}
    (t,) = kept("therapies: [{is: newmab, classes: [antibody], on: 2025}]").entries
    assert (t.concepts, t.text) == ({"antibody therapy"}, "newmab")
    assert TABLE_HALF_LIFE not in t.attributes


def test_what_is_listed_as_cancer_treatment_is_one() -> None:
    assert "anticancer treatment" in entry("therapies: [{is: prednisone, on: 2025}]").closure
    assert "anticancer treatment" not in entry("medicines: [{is: prednisone}]").closure


def test_medicines_go_on_unless_they_ended() -> None:
    m = entry("medicines: [{is: prednisone, daily dose: 5 mg twice daily, route: po, from: 2026-05}]")
    assert (m.kind, m.ongoing) == ("medicine", True)
    assert m.attributes == {"daily dose": 10.0, "route": "oral"}
    assert not entry("medicines: [{is: prednisone, from: 2026-05-01, to: 2026-05-14}]").ongoing
    assert not entry("medicines: [{is: prednisone, on: 2026-05-01}]").ongoing
    assert not entry("medicines: [{is: prednisone, to: unknown}]").ongoing


@pytest.mark.parametrize(
    ("item", "kind", "active"),
    [
        (
            "{is: pulmonary embolism, on: 2026-02-10}",
            "condition",
            None,
        ),  # an event: whether it is over is not said
        ("{is: heart failure, on: 2024}", "condition", True),
        ("{is: heart failure, on: 2024, to: 2025}", "condition", False),
        ("{is: heart failure, on: 2024, to: unknown}", "condition", False),
        ("{is: heart failure, ongoing: yes}", "condition", True),
        ("{is: heart failure, active: no}", "condition", False),
        ("{is: heart failure, active: unknown}", "condition", None),
        ("{is: appendectomy, on: 2020}", "procedure", None),
        ("{is: live zoster vaccine, on: 2026-06-01}", "vaccine", None),
        ("{is: allergy to filgrastim, severity: severe}", "allergy", None),
        ("{is: platelet transfusion, on: 2026-06-01}", "supportive", None),
    ],
)
def test_findings(item: str, kind: str, active: bool | None) -> None:
    item = item.replace("appendectomy", "surgery")
    found = entry(f"findings: [{item}]")
    assert (found.kind, found.attributes.get("active")) == (kind, active)


def test_one_day_is_the_whole_of_a_vaccine_and_the_beginning_of_an_illness() -> None:
    assert entry("vaccines: [{is: live zoster vaccine, on: 2026-06-01}]").end == on("2026-06-01")
    assert entry("findings: [{is: stroke, on: 2026-06-01}]").end is None


def test_attributes() -> None:
    found = entry(
        "findings: [{is: heart failure, NYHA class: III, severity: severe, grade: G2, symptomatic: yes, "
        "controlled: 否, treated: [2026-01-12, 2026-02], marrow fraction: 4 %, cells_per_kg: 1.6e6 cells/kg, "
        "cause: alcohol, note: text}]"
    )
    assert found.attributes == {
        "NYHA class": 3.0, "severity": "severe", "grade": 2.0, "symptomatic": True, "controlled": False,
        "treated": True, "marrow fraction": 4.0, "cells per kg": 1.6e6, "cause": "alcohol", "active": True,
    }  # fmt: skip
    assert [w.text for w in found.treated] == ["2026-01-12", "2026-02"]
    assert found.note == "text"


def test_another_cancer_is_another_malignancy() -> None:
    patient = good(
        "cancer: {is: DLBCL}\nfindings: [{is: gastric adenocarcinoma, on: 2019, to: 2020}, basal cell carcinoma]"
    )
    assert all("other malignancy" in e.closure for e in patient.entries)
    (alone,) = good("findings: [gastric adenocarcinoma]").entries
    assert "other malignancy" not in alone.closure


def test_asked_about_and_absent() -> None:
    patient = good(
        "none of: [active infection, {is: stroke, on: 2026-06-10}, liver metastases]\nabsent: 癫痫\n"
    )
    assert [(sorted(e.concepts), e.present) for e in patient.entries] == [
        (["active infection"], False), (["stroke"], False), (["epilepsy"], False),
    ]  # fmt: skip
    assert patient.absent["stroke"][0].start == on("2026-06-10")
    assert patient.present == {}
    assert [f.value for f in patient.flags["liver metastases"]] == [False]


def test_flags() -> None:
    patient = good(
        "flags: {肝转移: yes, pregnant: {value: no, on: 2026-06-10}, breast-feeding: }\nfindings: [bone metastases]"
    )
    assert {name: [f.value for f in group] for name, group in patient.flags.items()} == {
        "liver metastases": [True], "pregnant": [False], "bone metastases": [True],
    }  # fmt: skip


def test_statements() -> None:
    patient = good(
        "statements:\n"
        "  - {about: 预期生存期, value: 12 weeks, by: investigator, study: S1, on: 2026-06-10}\n"
        "  - {about: venous access, value: Adequate}\n"
        "  - {about: other unsuitability, value: none}\n"
        "  - {about: contraception, value: at least 12 months, parts: {gamete donation forgone: yes}}\n"
        "  - {about: lack of effective treatment, value: yes, parts: {severely life-threatening disease: yes}}\n"
    )
    values = {topic: [s.value for s in group] for topic, group in patient.statements.items()}
    assert values == {
        "life expectancy": [12.0],
        "venous access": ["adequate"],
        "other unsuitability": ["none"],
        "contraception": [12.0],
        "lack of effective treatment": [True],
        "severely life-threatening disease": [True],
    }
    assert patient.statements["contraception"][0].parts == {
        "months after last dose": 12.0,
        "gamete donation forgone": True,
    }
    (stated,) = patient.statements["life expectancy"]
    assert (stated.author, stated.study, stated.when) == ("investigator", "S1", on("2026-06-10"))


def test_lists_lesions_consents_and_notes() -> None:
    patient = good(
        "reviewed: [medicines, {is: allergies, on: 2026-06-10}]\n"
        "lesions: [{site: liver, longest: 7.2 cm, slice thickness: 5 mm, kind: soft, on: 2026-06-07}]\n"
        "imaging: CT\n"
        "consents: [{study: S1, on: 2026-06-08, by: patient}, {study: S2, on: 2026-06-08, active: no}]\n"
        "notes: [a letter is on its way]\n"
    )
    assert [r.covers for r in patient.reviews] == ["medicines", "allergies"]
    (lesion,) = patient.lesions
    assert (lesion.longest, lesion.slice_thickness, lesion.kind) == (Interval(72, 72), 5.0, "soft tissue")
    assert [i.modality for i in patient.imaging] == ["CT"]
    assert [(c.study, c.active) for c in patient.consents] == [("S1", True), ("S2", False)]
    assert "a letter is on its way" in patient.unused[0].why


def test_names_of_fields_and_sections_in_other_spellings() -> None:
    (t,) = good(
        "None_Of: [stroke]\nTherapies: [{is: bortezomib, lastDose: 2025-03-01, half_life: 4.5 d}]"
    ).entries[1:]
    assert (t.end, t.attributes["half-life"]) == (on("2025-03-01"), 4.5)


def test_data_that_another_parser_has_read() -> None:
    """YAML 1.1 turns ``on`` into True and a date into a date; a protocol's loader may hand us such data."""
    data = {
        "patient": {"id": 7, "born": date(1964, 6, 6), "extracted": datetime(2026, 6, 15, 10, 0)},
        "labs": [{"is": "ALT", "value": "32 U/L", True: date(2026, 6, 10)}, {"is": "ECOG", "value": 1}],
        "flags": {"liver metastases": False},
    }
    patient, problems = read_plain(data, "data")
    assert problems == ()
    assert patient is not None
    assert (patient.id, patient.measurements["ALT"][0].when) == ("7", on("2026-06-10"))
    assert patient.measurements["ALT"][0].source == "labs[0]"


def test_several_patients_in_one_file() -> None:
    two = "patient: {id: A}\n---\npatient: {id: B}\nlabs: [{is: x}]\n"
    (a, _), (b, problems) = read_plain_text(two, "two.yaml")
    assert a is not None
    assert a.id == "A"
    assert b is None
    assert [p.line for p in problems] == [4, 4]
    listed = "- patient: {id: A}\n- patient: {id: B}\n  labs: [{is: x, value: 1}]\n"
    (a, _), (b, problems) = read_plain_text(listed, "two.yaml")
    assert a is not None
    assert [(p.place, p.line) for p in problems] == [("$.labs[0].is", 3)]


# --- what is wrong -------------------------------------------------------------------------------------

ERRORS = [
    ("lab: []", "$.lab", "is not a section of the form; did you mean 'labs'?"),
    ("zzz: []", "$.zzz", "known here: patient, cancer, labs"),
    ("labs: [{is: hemoglobine, value: 118 g/L}]", "$.labs[0].is", "Did you mean haemoglobin"),
    (
        "labs: [{is: HBsAg, value: 118 g/L}]",
        "$.labs[0].is",
        "'HBsAg' is a test, which does not go here; it belongs under tests",
    ),
    ("labs: [{is: haemoglobin, valu: 118 g/L}]", "$.labs[0].valu", "did you mean 'value'?"),
    ("labs: [{is: haemoglobin}]", "$.labs[0]", "'value' is missing: the result as printed, as in `value: 118 g/L`"),
    ("labs: [{is: haemoglobin, value: 118}]", "$.labs[0].value", "'118' has no unit: write it out, as in 118 g/L"),
    ("labs: [{is: haemoglobin, value: 118 g/DLL}]", "$.labs[0].value", "the unit 'g/DLL' is not known"),
    ("labs: [{is: haemoglobin, value: 118 U/L}]", "$.labs[0].value", "does not fit: it is measured in g/L"),
    ("labs: [{is: haemoglobin, value: low}]", "$.labs[0].value", "'low' is no number"),
    ("labs: [{is: haemoglobin, value: [1, 2]}]", "$.labs[0].value", "one value is expected here"),
    ("labs: [{is: haemoglobin, value: 118 g/L, unit: g/dL}]", "$.labs[0].unit", "the value is already in g/L"),
    ("labs: [{is: haemoglobin, value: 118 g/L, range: 130}]", "$.labs[0].range", "'130' is one number"),
    ("labs: [{is: haemoglobin, value: 118 g/L, range: 130-175 U/L}]", "$.labs[0].range", "does not fit"),
    ("labs: [{is: haemoglobin, value: 118 g/L, on: 10/06/2026}]", "$.labs[0].on", "several ways"),
    ("labs: [{is: haemoglobin, value: 118 g/L, on: 2026-06-31}]", "$.labs[0].on", "no day 31"),
    ("labs: [{is: haemoglobin, value: 118 g/L, on: 2026, date: 2025}]", "$.labs[0].date", "says the same as 'on'"),
    ("labs: [{is: creatinine clearance, value: 60 mL/min}]", "$.labs[0].is", "'measured creatinine clearance'"),
    ("labs: [{is: ECOG, value: 1.5}]", "$.labs[0].value", "takes whole numbers only"),
    (
        "labs: [haemoglobin 118 g/L]",
        "$.labs[0]",
        "a mapping is expected here, as in {is: haemoglobin, value: 118 g/L}",
    ),
    ("labs: [{is: platelets, value: 50,000 /uL}]", "$.labs[0].000 /uL", "put that value in quotes"),
    ("tests: [{is: HBsAg, result: negativ}]", "$.tests[0].result", "did you mean negative?"),
    ("tests: [{is: HBV DNA, result: negative}]", "$.tests[0].is", "it belongs under labs"),
    (
        "tests: [{is: CSF cytology, result: negative, about: CNS leukaemia}]",
        "$.tests[0].about",
        "no finding is called",
    ),
    ("antigens: [{is: HER2}]", "$.antigens[0]", "what was found is missing"),
    ("antigens: [{is: HER2, score: 4+}]", "$.antigens[0].score", "write 0, 1+, 2+ or 3+"),
    ("antigens: [{is: HER2, cells: {4+: 5 %}}]", "$.antigens[0].cells.4+", "is no intensity"),
    ("antigens: [{is: HER2, cells: 130 %}]", "$.antigens[0].cells", "between 0 and 100 %"),
    ("therapies: [{is: bortezomb, on: 2025}]", "$.therapies[0].is", "Did you mean bortezomib?"),
    ("therapies: [{is: stroke, on: 2025}]", "$.therapies[0].is", "is a condition, which does not go here"),
    (
        "therapies: [{is: bortezomib, from: 2026, to: 2025}]",
        "$.therapies[0].to",
        "it ends (2025) before it begins (2026)",
    ),
    ("therapies: [{is: bortezomib, on: 2026, to: 2026}]", "$.therapies[0].on", "one single day"),
    (
        "therapies: [{is: bortezomib, to: 2026-01, ongoing: yes}]",
        "$.therapies[0].ongoing",
        "cannot be going on and have ended",
    ),
    (
        "therapies: [{is: bortezomib, on: 2026, half-life: 5}]",
        "$.therapies[0].half-life",
        "has no unit: write it out, as in 5.7 days",
    ),
    ("therapies: [{is: bortezomib, on: 2026, line: second}]", "$.therapies[0].line", "'second' is no number"),
    ("medicines: [{is: prednisone, daily dose: 5 mg}]", "$.medicines[0].daily dose", "does not say how often"),
    ("findings: [{is: stroke, grade: 7}]", "$.findings[0].grade", "it goes from 0 to 5"),
    ("findings: [{is: stroke, symptomatic: maybe}]", "$.findings[0].symptomatic", "neither yes nor no"),
    (
        "findings: [{is: stroke, severity: dreadful}]",
        "$.findings[0].severity",
        "write mild, moderate, severe or life-threatening",
    ),
    ("findings: [{is: stroke, treated: sometime}]", "$.findings[0].treated", "or write yes or no"),
    ("findings: [unicorn]", "$.findings[0]", "'unicorn' is not a name known here"),
    ("findings: [MM]", "$.findings[0]", "can mean multiple myeloma or melanoma: write which"),
    ("none of: [haemoglobin]", "$.none of[0]", "it belongs under labs"),
    ("reviewed: [alergies]", "$.reviewed[0]", "did you mean allergies?"),
    ("flags: {liver metastasis: perhaps}", "$.flags.liver metastasis.value", "neither yes nor no"),
    ("flags: [liver metastasis]", "$.flags", "names with yes or no are expected here"),
    ("cancer: {is: gastric adenocarcinoma, extent: metastatc}", "$.cancer.extent", "did you mean metastatic?"),
    ("cancer: [{is: HBsAg}]", "$.cancer[0].is", "it belongs under tests"),
    ("statements: [{about: life expectancy}]", "$.statements[0]", "write `value`, as in `value: 52 weeks`"),
    ("statements: [{about: life expectancy, value: 3 kg}]", "$.statements[0].value", "does not fit"),
    ("lesions: [{longest: 5}]", "$.lesions[0].longest", "has no unit"),
    ("notes: [{a: b}]", "$.notes[0]", "words are expected here"),
    ("labs: [{is: haemoglobin, value: 118 g/L, range: normal}]", "$.labs[0].range", "write the limits, as in"),
    ("antigens: [{is: HER2, result: amplified, amplified: no}]", "$.antigens[0].amplified", "`result` says amplified"),
    ("antigens: [{is: PSMA, cells: {2: 5 %, 2+: 6 %}}]", "$.antigens[0].cells.2+", "2+ is given twice"),
    ("antigens: [{is: PSMA, cells: {2+: [6]}}]", "$.antigens[0].cells.2+", "a percentage is expected here"),
    ("antigens: [{is: PSMA, cells: many}]", "$.antigens[0].cells", "'many' is no number"),
    ("antigens: [{is: PSMA, cells: 5 kg}]", "$.antigens[0].cells", "does not fit"),
    ("lesions: [{longest: 5000 mm}]", "$.lesions[0].longest", "no lesion has that size"),
    ("lesions: [{longest: big}]", "$.lesions[0].longest", "'big' is no number"),
    ("therapies: [{is: bortezomib, on: 2026, half-life: long}]", "$.therapies[0].half-life", "(here: 5.7 days)"),
    ("therapies: [{is: bortezomib, on: 2026, half-life: 3-5 d}]", "$.therapies[0].half-life", "no single number"),
    ("therapies: [{is: bortezomib, ongoing: no, to: now}]", "$.therapies[0].ongoing", "`to` says 'now'"),
    ("findings: [{is: pregnant, grade: 2}]", "$.findings[0]", "is a yes-or-no observation: it has no grade"),
    ("statements: [{about: contraception, parts: yes}]", "$.statements[0].parts", "names with answers are expected"),
    ("statements: [{about: contraception, parts: {a: [b]}}]", "$.statements[0].parts.a", "a word, a number"),
    ("statements: [{about: contraception, value: 3 cows}]", "$.statements[0].value", "the unit 'cows' is not known"),
    ("form: 2", "$.form", "reads form 1"),
    ("labs: {is: ALT, value: 5 U/L, value: 6 U/L}", "$.labs.value", "is written twice"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "place", "words"), ERRORS, ids=[e[0] for e in ERRORS])
def test_errors(text: str, place: str, words: str) -> None:
    patient, problems = read(text)
    assert patient is None
    found = {p.place: p for p in errors(problems)}
    assert place in found, problems
    assert words in found[place].message
    assert found[place].line == 2


WARNINGS = [
    ("labs: [{is: ALT, value: 5 U/L, on: 2026-07-01}]", "$.labs[0].on", "is after the day the record was taken"),
    ("therapies: [{is: bortezomib, from: 2025}]", "$.therapies[0]", "when it ended is missing"),
    (
        "therapies: [{is: bortezomib, on: 2025, outcome: progresion}]",
        "$.therapies[0].outcome",
        "did you mean progression?",
    ),
    ("medicines: [{is: prednisone, daily dose: 40 mg weekly}]", "$.medicines[0].daily dose", "is not taken daily"),
    ("none of: [CNS tumour]\nfindings: [brain metastasis]", "$.none of[0]", "both are kept"),
    ("antigens: [{is: PSMA, cells: {1+: 60 %, 2+: 50 %}}]", "$.antigens[0].cells", "add up to 110 %"),
    ("statements: [{about: life expectancy, value: long}]", "$.statements[0].value", "is kept as words"),
    ("statements: [{about: life expectancy, value: '<3 months'}]", "$.statements[0].value", "is kept as words"),
    ("lesions: [{site: liver}]", "$.lesions[0]", "its size is missing"),
    ("consents: [{study: S1}]", "$.consents[0]", "decides nothing"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "place", "words"), WARNINGS, ids=[w[0] for w in WARNINGS])
def test_warnings(text: str, place: str, words: str) -> None:
    patient, problems = read(text)
    assert patient is not None
    (problem,) = warnings(problems)
    assert problem.place == place
    assert words in problem.message


def test_a_test_may_be_about_one_finding_only() -> None:
    patient, problems = read(
        "findings: [{is: brain metastasis, on: 2025}, {is: brain metastasis, on: 2026}]\n"
        "tests: [{is: CSF cytology, result: negative, about: brain metastasis}]\n"
    )
    assert patient is None
    assert [(p.place, p.line) for p in problems] == [("$.tests[0].about", 3)]
    assert "give the one that is meant an `id`" in problems[0].message


@pytest.mark.parametrize(
    ("person", "place", "words"),
    [
        ("{sex: male}", "$.patient", "'id' is missing"),
        ("{id: P, extracted: 2026-06}", "$.patient.extracted", "a full date is needed here"),
        (
            "{id: P, born: 2027-01-01, extracted: 2026-06-15}",
            "$.patient.born",
            "after the day the record was taken",
        ),
        ("{id: P, sex: x}", "$.patient.sex", "write male, female, other or unknown"),
        ("P", "$.patient", "a mapping is expected here, as in {id: EXAMPLE-1}"),
    ],
)
def test_what_is_wrong_with_the_person(person: str, place: str, words: str) -> None:
    ((patient, problems),) = read_plain_text(f"patient: {person}\n", "test.yaml")
    assert patient is None
    assert any(p.place == place and words in p.message for p in errors(problems)), problems


def test_everything_at_once_in_the_order_of_the_file() -> None:
    text = "".join(
        f"{text}\n" for text, *_ in ERRORS if text.split(":")[0] in ("zzz", "reviewed", "cancer", "form")
    )
    ((_, problems),) = read_plain_text(text.replace("cancer: [{is: HBsAg}]\n", ""), "test.yaml")
    assert [p.line for p in problems] == sorted(p.line for p in problems if p.line)
    assert len({p.place for p in errors(problems)}) == 5  # and the missing patient


@pytest.mark.parametrize("text", ["", "# nothing\n", "[]", "5", "patient", "{}", "- a\n- b\n"])
def test_what_is_no_form(text: str) -> None:
    for patient, problems in read_plain_text(text, "test.yaml"):
        assert patient is None
        assert errors(problems)


# --- nothing raises ------------------------------------------------------------------------------------

scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["haemoglobin", "118 g/L", "stroke", "2026-06-10", "yes", "unknown", "<5", "2+", "5 mg bid"])
)  # fmt: skip
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@st.composite
def nearly_forms(draw: st.DrawFn) -> dict[str, Any]:
    """Forms with sections and fields of the right names, filled with examples or with anything at all."""
    form: dict[str, Any] = {"patient": {"id": "P1"}}
    for section in draw(st.lists(st.sampled_from(SECTIONS), max_size=4)):
        items = []
        for _ in range(draw(st.integers(0, 2))):
            fields = draw(st.lists(st.sampled_from(section.fields), max_size=6)) if section.fields else []
            items.append({f.name: draw(st.just(f.example) | anything) for f in fields})
        form[draw(st.sampled_from(section.names))] = draw(st.just(items) | anything)
    return form


@settings(max_examples=150, deadline=None)
@given(nearly_forms() | anything)
def test_no_data_makes_it_raise(data: object) -> None:
    patient, problems = read_plain(data, "data")
    assert patient is not None or errors(problems)
    if patient is not None:
        assert not errors(problems)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_no_text_makes_it_raise(text: str) -> None:
    for patient, problems in read_plain_text(HEAD + text, "text"):
        assert patient is not None or errors(problems)


def test_the_same_facts_from_yaml_and_from_json() -> None:
    by_yaml = good("labs: [{is: ALT, value: 32 U/L, on: 2026-06-10}]\nnone of: [stroke]")
    text = (
        '{"patient": {"id": "P1", "sex": "male", "born": "1964-06-06", "extracted": "2026-06-15"},\n'
        ' "labs": [{"is": "ALT", "value": "32 U/L", "on": "2026-06-10"}],\n "none of": ["stroke"]}'
    )
    ((by_json, problems),) = read_plain_text(text, "test.json")
    assert problems == ()
    assert by_json is not None
    assert facts_of(by_json) == facts_of(by_yaml)
    assert by_json.measurements["ALT"][0].source == "labs[0] (line 2)"


def test_an_origin_changes_nothing() -> None:
    patient, _ = read_plain({"patient": {"id": "P"}}, "here")
    other, _ = read_plain({"patient": {"id": "P"}}, "there")
    assert patient is not None
    assert other is not None
    assert replace(patient, id="Q") == replace(other, id="Q")
