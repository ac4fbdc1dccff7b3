"""What each sentence of the rule language says: a table of sentences and the nodes they read to."""

from __future__ import annotations

import pytest

from paratope.rules.attributes import ATTRIBUTES
from paratope.rules.nodes import (
    ANCHORS,
    TRAITS,
    AllOf,
    Amount,
    Amplified,
    And,
    Any,
    AnyOf,
    Applies,
    AtLeast,
    But,
    CancerIs,
    Compare,
    ConsentSigned,
    Criterion,
    Expresses,
    FlagIs,
    Holds,
    HScore,
    InACohort,
    InactiveIn,
    IsA,
    Judged,
    LesionCount,
    Multiple,
    NoOtherStudy,
    Normal,
    Not,
    OneOf,
    Or,
    Readings,
    Reflex,
    Reserved,
    ResultIs,
    Rule,
    Scored,
    Span,
    Stained,
    Stated,
    SteroidDose,
    Trait,
    TreatedIn,
    Unless,
    Unread,
    Window,
    Withheld,
    Yes,
)  # fmt: skip
from paratope.rules.written import parse_rule, write_rule

ULN25, ULN5 = Multiple(2.5, "ULN"), Multiple(5, "ULN")
A, B, C = FlagIs("a"), FlagIs("b"), FlagIs("c")
SCREENING = ("screening",)
WEEKS4 = Window((Span(4, "weeks"),), "before", SCREENING)

WRITTEN: list[tuple[str, Rule]] = [
    # numbers
    ("haemoglobin >= 90 g/L", Compare(("haemoglobin",), ">=", Amount(90, "g/L"))),
    ("haemoglobin < 90.5 g/L", Compare(("haemoglobin",), "<", Amount(90.5, "g/L"))),
    ("ECOG <= 1", Compare(("ECOG",), "<=", Amount(1, ""))),
    ("HBV DNA = 0 IU/mL", Compare(("HBV DNA",), "=", Amount(0, "IU/mL"))),
    ("platelets >= 50 10*9/L", Compare(("platelets",), ">=", Amount(50, "10*9/L"))),
    ("neutrophils >= 600 /uL", Compare(("neutrophils",), ">=", Amount(600, "/uL"))),
    ("body weight > 1e5 g", Compare(("body weight",), ">", Amount(100000, "g"))),
    ("creatinine <= 1 x ULN", Compare(("creatinine",), "<=", Multiple(1, "ULN"))),
    ("albumin >= 1 x LLN", Compare(("albumin",), ">=", Multiple(1, "LLN"))),
    ("each of ALT, AST <= 2.5 x ULN", Compare(("ALT", "AST"), "<=", ULN25)),
    ("ALT <= 2.5 x ULN, relaxed to 5 x ULN with (observed a)",
     Compare(("ALT",), "<=", ULN25, relaxed=((ULN5, A),))),
    ("ALT <= 2.5 x ULN, relaxed to 5 x ULN with (observed a or observed b), relaxed to 9 U/L with (observed c)",
     Compare(("ALT",), "<=", ULN25, relaxed=((ULN5, Or((A, B))), (Amount(9, "U/L"), C)))),
    ("oxygen saturation on room air > 90 %",
     Compare(("oxygen saturation",), ">", Amount(90, "%"), condition="room air")),
    ("age at consent between 18 and 75 years",
     Compare(("age at consent",), "between", Amount(18, "years"), Amount(75, "years"))),
    ("calcium between 1 x LLN and 1 x ULN",
     Compare(("calcium",), "between", Multiple(1, "LLN"), Multiple(1, "ULN"))),
    ("AST between 1 and 2.5 x ULN", Compare(("AST",), "between", Multiple(1, "ULN"), ULN25)),
    ("age at consent between 6 months and 18 years",
     Compare(("age at consent",), "between", Amount(6, "months"), Amount(18, "years"))),
    ("potassium within the normal range", Normal(("potassium",))),
    ("each of potassium, magnesium within the normal range", Normal(("potassium", "magnesium"))),
    ("measurable lesions >= 1", LesionCount(">=", 1)),
    ("measurable lesions up to 60 mm >= 1", LesionCount(">=", 1, Amount(60, "mm"))),
    ("prednisone-equivalent dose > 10 mg/d", SteroidDose(">", Amount(10, "mg/d"))),
    ("prednisone-equivalent dose > 10 mg/d where (not replacement) within 4 weeks before screening",
     SteroidDose(">", Amount(10, "mg/d"), But(Yes("replacement")), WEEKS4)),
    # things
    ("any stroke", Any(("stroke",))),
    ("any stroke, epilepsy, type 1 diabetes", Any(("stroke", "epilepsy", "type 1 diabetes"))),
    ("no stroke, epilepsy", Not(Any(("stroke", "epilepsy")))),
    ("no G-CSF within 1 week before screening",
     Not(Any(("G-CSF",), None, Window((Span(1, "weeks"),), "before", SCREENING)))),
    ("any live vaccine since screening", Any(("live vaccine",), None, Window((), "since", SCREENING))),
    ("any anticancer drug therapy within the shorter of 2 weeks and 5 half-lives before apheresis",
     Any(("anticancer drug therapy",), None,
         Window((Span(2, "weeks"), Span(5, "half-lives")), "before", ("apheresis",)))),
    ("any cell therapy within 1 half-life before either of apheresis, last dose",
     Any(("cell therapy",), None, Window((Span(1, "half-lives"),), "before", ("apheresis", "last dose")))),
    ("any anticancer treatment within an unpublished window before administration",
     Any(("anticancer treatment",), None, Window((), "before", ("administration",)))),
    ("any surgery within 2 weeks after administration",
     Any(("surgery",), None, Window((Span(2, "weeks"),), "after", ("administration",)))),
    ("any stroke within 6 months before an unstated date",
     Any(("stroke",), None, Window((Span(6, "months"),), "before", ("an unstated date",)))),
    ("the cancer is any", CancerIs()),
    ("the cancer is any where (confirmed by is histology, bone marrow examination)",
     CancerIs((), OneOf("confirmed by", ("histology", "bone marrow examination")))),
    ("the cancer is B-cell lymphoma, multiple myeloma where (status is relapsed, refractory and extent is advanced)",
     CancerIs(("B-cell lymphoma", "multiple myeloma"),
              AllOf((OneOf("status", ("relapsed", "refractory")), OneOf("extent", ("advanced",)))))),
    ("HBsAg is positive", ResultIs("HBsAg", "positive")),
    ("pregnancy test is negative", ResultIs("pregnancy test", "negative")),
    ("the patient is of childbearing potential", Trait("of childbearing potential")),
    ("observed liver metastases", FlagIs("liver metastases")),
    # filters
    ("any stroke where (symptomatic or grade >= 3 and not acute)",
     Any(("stroke",), AnyOf((Yes("symptomatic"), AllOf((Holds("grade", ">=", Amount(3, "")), But(Yes("acute")))))))),
    ("any stroke where (symptomatic and (acute or treated))",
     Any(("stroke",), AllOf((Yes("symptomatic"), AnyOf((Yes("acute"), Yes("treated"))))))),
    ("any stroke where (not (acute or treated))", Any(("stroke",), But(AnyOf((Yes("acute"), Yes("treated")))))),
    ("any CNS tumour where (steroid or enzyme inducer)", Any(("CNS tumour",), Yes("steroid or enzyme inducer"))),
    ("any radiotherapy where (not marrow fraction <= 5 %)",
     Any(("radiotherapy",), But(Holds("marrow fraction", "<=", Amount(5, "%"))))),
    ("any drug allergy where (severity >= severe)", Any(("drug allergy",), Holds("severity", ">=", "severe"))),
    ("any other malignancy where (not kind of basal cell carcinoma, carcinoma in situ of cervix)",
     Any(("other malignancy",), But(IsA(("basal cell carcinoma", "carcinoma in situ of cervix"))))),
    ("any autoimmune disease where (inactive within 2 years before enrolment)",
     Any(("autoimmune disease",), InactiveIn(Window((Span(2, "years"),), "before", ("enrolment",))))),
    ("any brain metastasis where (last treated within 8 weeks before today)",
     Any(("brain metastasis",), TreatedIn(Window((Span(8, "weeks"),), "before", ("today",))))),
    ('any lung disease where (in judgement: "severe")', Any(("lung disease",), Reserved("severe"))),
    ("any trial participation where (phase is on study)", Any(("trial participation",), OneOf("phase", ("on study",)))),
    # antigens
    ("the tumour expresses BCMA", Expresses("BCMA")),
    ("HER2 scored 2+, 3+ by IHC", Scored("HER2", (2, 3))),
    ("HER2 scored 0 by IHC", Scored("HER2", (0,))),
    ("HER2 amplified by ISH", Amplified("HER2")),
    ("PSMA stained 2+ in >= 30 % of cells by IHC", Stained("PSMA", 2, False, ">=", 30)),
    ("PSMA stained at least 2+ in > 12.5 % of cells by IHC", Stained("PSMA", 2, True, ">", 12.5)),
    ("H-score of HER2 >= 150", HScore("HER2", ">=", 150)),
    # people
    ("consent is signed", ConsentSigned()),
    ("stated venous access is adequate", Stated("venous access", "is", "adequate")),
    ("stated compliance concern is no", Stated("compliance concern", "is", "no")),
    ("stated life expectancy >= 3 months", Stated("life expectancy", ">=", Amount(3, "months"))),
    ("the investigator judges other unsuitability is present", Judged("other unsuitability", "present")),
    ('not in the public record: "washout  length, \\"x\\""', Withheld('washout  length, "x"')),
    ('not read: "0–2 ≥ 3\\n\\\\"', Unread("0–2 ≥ 3\n\\")),
    # the study
    ("fits a cohort", InACohort()),
    ("criterion I3.HER2 holds", Criterion("I3.HER2")),
    ("no other study is open to the patient", NoOtherStudy()),
    # connectives
    ("observed a and observed b and observed c", And((A, B, C))),
    ("(observed a and observed b) and observed c", And((And((A, B)), C))),
    ("observed a or observed b and observed c", Or((A, And((B, C))))),
    ("(observed a or observed b) and observed c", And((Or((A, B)), C))),
    ("observed a and observed b unless observed c", And((A, Unless(B, C)))),
    ("observed a unless (observed b and observed c)", Unless(A, And((B, C)))),
    ("not observed a unless not observed b", Unless(Not(A), Not(B))),
    ("not (observed a or observed b)", Not(Or((A, B)))),
    ("not (no stroke)", Not(Not(Any(("stroke",))))),
    ('not (not read: "x")', Not(Unread("x"))),
    ("not haemoglobin >= 90 g/L", Not(Compare(("haemoglobin",), ">=", Amount(90, "g/L")))),
    ("at least 2 of (observed a; observed b or observed c; if observed a then observed b)",
     AtLeast(2, (A, Or((B, C)), Applies(A, B)))),
    ("if observed a or observed b then observed b and observed c", Applies(Or((A, B)), And((B, C)))),
    ("if observed a then (if observed b then observed c)", Applies(A, Applies(B, C))),
    ("observed a and (if observed b then observed c)", And((A, Applies(B, C)))),
    ("by one reading (observed a), by another (observed b and observed c), by another (observed c)",
     Readings((A, And((B, C)), C))),
    ("observed a or observed b, tested only if observed c", Reflex(Or((A, B)), C)),
    ("(observed a, tested only if observed b) and observed c", And((Reflex(A, B), C))),
]  # fmt: skip


@pytest.mark.parametrize(("text", "rule"), WRITTEN, ids=[text for text, _ in WRITTEN])
def test_a_sentence_and_its_rule(text: str, rule: Rule) -> None:
    assert parse_rule(text) == rule
    assert write_rule(rule) == text


READ: list[tuple[str, str]] = [
    # also read: how it is written
    ("haemoglobin ≥ 90 g/L", "haemoglobin >= 90 g/L"),
    ("haemoglobin≥90g/L", "haemoglobin >= 90 g/L"),
    ("haemoglobin\u00a0>=\u00a090\u202fg/L", "haemoglobin >= 90 g/L"),
    ("haemoglobin\n   >= 90.0 g/l\n", "haemoglobin >= 90 g/L"),
    ("ALT ≤ 2.50×ULN", "ALT <= 2.5 x ULN"),
    (
        "ALT <= 2.5xULN,relaxed to 5 × ULN with(observed a)",
        "ALT <= 2.5 x ULN, relaxed to 5 x ULN with (observed a)",
    ),
    ("LVEF >= 50%", "LVEF >= 50 %"),
    ("neutrophils >= 600 /µL", "neutrophils >= 600 /uL"),
    ("neutrophils >= 600 /μL", "neutrophils >= 600 /uL"),
    ("platelets >= 50 10^9/L", "platelets >= 50 10*9/L"),
    ("platelets >= 50 ×10⁹/L", "platelets >= 50 10*9/L"),
    ("platelets >= 50 x10E9/L", "platelets >= 50 10*9/L"),
    ("creatinine <= 100 µmol/L", "creatinine <= 100 umol/L"),
    ("eGFR >= 60 mL/min/1.73m2", "eGFR >= 60 mL/min/{1.73_m2}"),
    ("SARS–CoV‑2 infection is positive", "SARS-CoV-2 infection is positive"),
    ("no G-CSF within 1 weeks before screening", "no G-CSF within 1 week before screening"),
    ("no G-CSF within 2 week before screening", "no G-CSF within 2 weeks before screening"),
    ("no drug within 5 half-life before apheresis", "no drug within 5 half-lives before apheresis"),
    ("stated life expectancy >= 1 Months", "stated life expectancy >= 1 month"),
    ("age at consent between 18 years and 75 years", "age at consent between 18 and 75 years"),
    ("AST between 1 x ULN and 2 x ULN", "AST between 1 and 2 x ULN"),
    ("cells >= 1000000 /uL", "cells >= 1e6 /uL"),
    ("cells >= 1.25E6 /uL", "cells >= 1.25e6 /uL"),
    ("cells >= 1234567 /uL", "cells >= 1234567 /uL"),
    ("cells >= 99999 /uL", "cells >= 99999 /uL"),
    ("not any stroke", "no stroke"),
    ("not not observed a", "not (not observed a)"),
    ("((observed a)) and (observed b)", "observed a and observed b"),
    ("Any stroke AND No epilepsy", "any stroke and no epilepsy"),
    ("the tumor expresses HER2", "the tumour expresses HER2"),
    ("the cancer is any where (Extent is metastatic)", "the cancer is any where (extent is metastatic)"),
    ("each of ALT <= 3 x ULN", "ALT <= 3 x ULN"),
    ("not read: “odd – words”", 'not read: "odd – words"'),
    ("nodal disease is positive", "nodal disease is positive"),
    ("any anyone, android, orchitis", "any anyone, android, orchitis"),
    ("measurable lesions-like is positive", "measurable lesions-like is positive"),
    ("血红蛋白 >= 90 g/L and no 白血病", "血红蛋白 >= 90 g/L and no 白血病"),
    ("any 5-fluorouracil, CD19 directed CAR-T therapy", "any 5-fluorouracil, CD19 directed CAR-T therapy"),
]


@pytest.mark.parametrize(("text", "written"), READ)
def test_what_is_read_generously_is_written_one_way(text: str, written: str) -> None:
    rule = parse_rule(text)
    assert not isinstance(rule, tuple), rule
    assert write_rule(rule) == written
    assert parse_rule(written) == rule


LAID_OUT = [
    """\
neutrophils >= 600 /uL
and no G-CSF within 1 week before screening
and no pegylated G-CSF within 2 weeks before screening""",
    """\
any CNS tumour
  unless (
    no brain metastases where (active or last treated within 8 weeks before today)
    and no leptomeningeal disease
  )""",
    """\
observed a and observed b
or at least 2 of (
  PSMA stained 2+ in >= 30 % of cells by IHC;
  PSMA stained 3+ in >= 10 % of cells by IHC
)""",
    """\
any anticancer treatment
and (
  by one reading (
    any unresolved toxicity where (not waived and (grade >= 3 or kind of anaemia))
  ),
  by another (
    any unresolved toxicity where (kind of anaemia and grade >= 2 or not waived)
    or (haemoglobin < 100 g/L, tested only if any unresolved toxicity)
  )
)""",
    """\
any pulmonary fibrosis, interstitial pneumonitis, pneumoconiosis, radiation pneumonitis,
  COPD
  where (
    symptomatic
    and (grade >= 3 or severity >= severe)
    and not kind of basal cell carcinoma, carcinoma in situ of cervix
  )
  within 5 years before an unstated date""",
    """\
each of alkaline phosphatase, total bilirubin <= 2.5 x ULN,
  relaxed to 5 x ULN with (observed liver metastases)""",
    """\
if the patient is of childbearing potential
then pregnancy test is negative
  or the investigator judges other unsuitability is present and any sterilisation""",
]


@pytest.mark.parametrize("text", LAID_OUT, ids=[text.split("\n")[0] for text in LAID_OUT])
def test_a_long_rule_is_laid_out_over_lines(text: str) -> None:
    rule = parse_rule(text)
    assert not isinstance(rule, tuple), rule
    assert write_rule(rule, width=88) == text
    assert "\n" not in write_rule(rule)


@pytest.mark.parametrize("anchor", ANCHORS)
def test_every_anchor_reads(anchor: str) -> None:
    text = f"any stroke within 4 weeks before {anchor}"
    assert parse_rule(text) == Any(("stroke",), None, Window((Span(4, "weeks"),), "before", (anchor,)))


@pytest.mark.parametrize("trait", TRAITS)
def test_every_trait_reads(trait: str) -> None:
    assert parse_rule(f"the patient is {trait}") == Trait(trait)


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_every_attribute_reads(name: str) -> None:
    attribute = ATTRIBUTES[name]
    asked = {
        "yes/no": (name, Yes(name)),
        "number": (f"{name} > 2 {attribute.unit}".strip(), Holds(name, ">", Amount(2, attribute.unit))),
        "grade word": (f"{name} >= severe", Holds(name, ">=", "severe")),
        "word": (f"{name} is this, that", OneOf(name, ("this", "that"))),
    }
    text, item = asked[attribute.type]
    assert parse_rule(f"any stroke where ({text})") == Any(("stroke",), item)
    assert write_rule(Any(("stroke",), item)) == f"any stroke where ({text})"


@pytest.mark.parametrize("rule", [
    And((A,)),
    Or(()),
    Readings((A,)),
    Any(("x",), AllOf((Yes("acute"),))),
    Compare(("age",), "between", Amount(18, "years")),
    Compare(("age",), "between", Amount(18, ""), Amount(75, "years")),
    Compare(("age",), "<", Amount(18, "years"), Amount(75, "years")),
    Compare(("age",), "<", Amount(float("inf"), "years")),
])  # fmt: skip
def test_a_rule_that_says_nothing_cannot_be_written(rule: Rule) -> None:
    with pytest.raises(ValueError, match=r"item|bound|written"):
        write_rule(rule)
