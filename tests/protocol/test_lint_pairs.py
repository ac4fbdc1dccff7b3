"""Criteria against one another: studies of two (or a few) criteria, and what must or must not be found."""

from __future__ import annotations

import pytest

from paratope.protocol.lint import lint
from tests.protocol.small import found, protocol

PAIRS = ("never-together", "same", "overruled", "covered", "different-terms", "dead-alternative")

# Two criteria; the code found, and the ids in the order in which the finding names them.
CASES = [
    # nobody can pass both
    (["I1: haemoglobin >= 90 g/L", "I2: haemoglobin < 80 g/L"], "never-together", ("I1", "I2")),
    (["I1: haemoglobin >= 9 g/dL", "I2: haemoglobin between 60 and 80 g/L"], "never-together", ("I1", "I2")),
    (["I1: any infection", "E1: any infection"], "never-together", ("I1", "E1")),
    (["I1: any GAS pharyngitis", "E1: any infection"], "never-together", ("I1", "E1")),
    (["I1: HBsAg is positive", "I2: HBsAg is negative"], "never-together", ("I1", "I2")),
    (["I1: the patient is female", "E1: the patient is female"], "never-together", ("I1", "E1")),
    (["I1: any stroke within 3 months before consent", "E1: any stroke within 6 months before consent"],
     "never-together", ("I1", "E1")),
    (["I1: LVEF >= 50 %", "I2: LVEF < 50 % and consent is signed"], "never-together", ("I1", "I2")),
    # the same twice
    (["E1: any stroke, epilepsy", "E2: any epilepsy or any stroke"], "same", ("E1", "E2")),
    (["I1: haemoglobin >= 90 g/L", "E1: haemoglobin < 9 g/dL"], "same", ("I1", "E1")),
    (["I1: no stroke", "E1: any stroke"], "same", ("I1", "E1")),
    (["E1: any substance abuse", "E2: any substance abuse"], "same", ("E1", "E2")),
    (["I1: age at consent < 70 years", "I2: age at consent <= 69 years"], "same", ("I1", "I2")),
    # an exception, a time limit, a degree or a limit that the other criterion makes useless
    (["E1: any infection unless any GAS pharyngitis", "E2: any infection"], "overruled", ("E1", "E2")),
    (["E1: any infection where (systemic therapy and not kind of urinary tract infection)",
      "E2: any infection where (systemic therapy)"], "overruled", ("E1", "E2")),
    (["E1: any stroke within 6 months before consent", "E2: any stroke, epilepsy"], "overruled", ("E1", "E2")),
    (["E1: any myocardial infarction, stroke within 6 months before consent", "E2: any stroke"], "overruled", ("E1",
     "E2")),
    (["E1: any stroke", "E2: any stroke within 6 months before consent"], "overruled", ("E2", "E1")),
    (["E1: any heart failure where (NYHA class >= 3)", "E2: any heart failure"], "overruled", ("E1", "E2")),
    (["E1: any drug allergy where (severity >= severe)", "E2: any drug allergy"], "overruled", ("E1", "E2")),
    (["I1: haemoglobin >= 80 g/L", "I2: haemoglobin >= 90 g/L"], "overruled", ("I1", "I2")),
    (["I1: ALT <= 2.5 x ULN, relaxed to 5 x ULN with (observed liver metastases)", "I2: ALT <= 2.5 x ULN"],
     "overruled", ("I1", "I2")),
    # the narrower beside the wider
    (["E1: any substance abuse", "E2: any substance abuse, psychiatric disorder"], "covered", ("E1", "E2")),
    (["I1: no allergy to filgrastim where (severity >= severe)",
      "E1: any allergy to filgrastim, allergy to tocilizumab where (severity >= severe)"], "covered", ("I1", "E1")),
    (["E1: any anti-PD-1 antibody within 4 weeks before apheresis",
     "E2: any antibody therapy within 4 weeks before apheresis"],
     "covered", ("E1", "E2")),
    (["I1: LVEF >= 50 %", "E1: any heart failure where (NYHA class >= 3) and LVEF < 50 %"], "covered", ("E1", "I1")),
    (["I1: HER2 scored 3+ by IHC", "I2: HER2 scored 2+, 3+ by IHC"], "covered", ("I2", "I1")),
    # the same condition on different terms
    (["E1: any psoriasis where (active)", "E2: any psoriasis where (systemic therapy)"], "different-terms", ("E1",
     "E2")),
    # an alternative that another criterion closes
    (["I1: HER2 scored 3+ by IHC or haemoglobin < 80 g/L", "I2: haemoglobin >= 90 g/L"], "dead-alternative", ("I1",
     "I2")),
    (["I1: ALT <= 2.5 x ULN, relaxed to 5 x ULN with (any liver disease)", "E1: any liver disease"],
     "dead-alternative", ("I1", "E1")),
]  # fmt: skip

QUIET = [
    ["I1: haemoglobin >= 90 g/L", "I2: neutrophils >= 1 10*9/L"],
    ["I1: haemoglobin >= 90 g/L", "E1: haemoglobin > 180 g/L"],
    ["E1: any stroke", "E2: any epilepsy"],
    ["E1: any stroke within 6 months before consent", "E2: any epilepsy"],
    ["I1: any chemotherapy", "E1: any chemotherapy within 4 weeks before apheresis"],
    [
        "I1: the cancer is solid tumour and ECOG <= 2",
        "I2: the cancer is solid tumour where (extent is metastatic)",
    ],
    ["I1: haemoglobin >= 90 g/L", "I2: haemoglobin >= 1 x LLN"],
    [
        "E1: any radiotherapy within 4 weeks before apheresis",
        "E2: any chemotherapy within 4 weeks before apheresis",
    ],
    ["I1: if the patient is female then pregnancy test is negative", "I2: consent is signed"],
    # one refers to the other: the repetition is meant
    ["E1: any stroke", "E2: criterion E1 holds or any epilepsy"],
    # an example decides nothing
    ["I1: haemoglobin >= 90 g/L", "I2 (role: illustrative): haemoglobin < 80 g/L"],
]


@pytest.mark.parametrize(("lines", "code", "ids"), CASES)
def test_what_is_found(lines: list[str], code: str, ids: tuple[str, ...]) -> None:
    findings = found(*lines, codes=PAIRS)
    assert [(f.code, f.criteria) for f in findings] == [(code, ids)]
    assert findings[0].place.startswith("$.criteria[")
    assert all(id in findings[0].message for id in ids)


@pytest.mark.parametrize("lines", QUIET, ids=lambda lines: lines[0][:40])
def test_what_is_not_found(lines: list[str]) -> None:
    assert found(*lines, codes=PAIRS) == []


def test_one_criterion_that_contradicts_itself() -> None:
    (finding,) = found(
        "I1: haemoglobin >= 90 g/L and haemoglobin < 80 g/L", "I2: haemoglobin >= 90 g/L", codes=PAIRS[:1]
    )
    assert finding.criteria == ("I1",)
    assert "contradicts itself" in finding.message


COHORTS = """\
cohorts:
  - {name: A, rule: criterion I1 holds}
  - {name: B, rule: criterion I2 holds}
"""


@pytest.mark.parametrize(
    ("lines", "codes"),
    [
        # different cohorts: nobody faces both
        (["I1 (cohort: A): haemoglobin >= 90 g/L", "I2 (cohort: B): haemoglobin < 80 g/L"], []),
        (["I1 (cohort: A): haemoglobin >= 90 g/L", "I2 (cohort: B): haemoglobin >= 90 g/L"], []),
        # one for everybody, one for a cohort
        (["I1 (cohort: A): haemoglobin >= 90 g/L", "I2: haemoglobin < 80 g/L"], ["never-together"]),
        # what only a cohort must pass covers nothing that everybody must pass
        (["I1 (cohort: A): haemoglobin >= 90 g/L", "I2: haemoglobin >= 80 g/L"], []),
        (["I1: haemoglobin >= 90 g/L", "I2 (cohort: B): haemoglobin >= 80 g/L"], ["overruled"]),
    ],
)
def test_cohorts_keep_criteria_apart(lines: list[str], codes: list[str]) -> None:
    findings = found(*lines, more=COHORTS, codes=PAIRS)
    assert [f.code for f in findings] == codes


def test_the_worst_comes_first() -> None:
    severities = [
        f.severity
        for f in lint(
            protocol(
                "E1: any substance abuse",
                "E2: any substance abuse, psychiatric disorder",
                "I1: haemoglobin >= 90 g/L",
                "I2: haemoglobin < 80 g/L",
                "I3: neutrophils >= 109 10*9/L",
            )
        )
    ]
    order = {"error": 0, "warning": 1, "note": 2}
    assert severities == sorted(severities, key=order.__getitem__)
    assert severities[0] == "error"
