"""Units: what is understood, what is refused, and golden conversions with their sources."""

from __future__ import annotations

from fractions import Fraction

import pytest

from paratope.units import convert, parse_unit

# Each row: spellings of one unit. All are understood and are the same size.
SPELLINGS = [
    "g/dL|g/dl|g%|gm/dL|g/100 mL|g.dL-1|g·dL⁻¹|g dL-1|G/DL|grams/dL",
    "g/L|g/l|mg/mL|g.L-1",
    "10*9/L|10^9/L|10⁹/L|x10^9/L|×10⁹/L|x 10^9 / L|X10*9/L|10E9/L|10e9/L|10**9/L"
    "|1e9/L|E9/L|10(9)/L|10*9.L-1|10*9/l|G/L|Gpt/L"
    "|K/uL|k/ul|K/µL|K/μL|K/mm3|K/cumm|thou/uL|10*3/uL|10^3/µL|10³/µL|x10E3/uL"
    "|10*3/mm3|10*3 cells/uL|billion/L|10*9 cells/L"
    "|10*9{cells}/L|{K}.10*9/L",
    "/uL|/µL|cells/uL|cells/µL|{cells}/uL|1/uL|/mm3|/mm^3|/mm³|/cu mm|/cumm|cells/mm3|个/uL|10*6/L|M/L",
    "万/uL|10*4/uL|万/mm3|10*10/L",
    "10*12/L|T/L|M/uL|10*6/uL|million/uL",
    "umol/L|µmol/L|μmol/L|umol/l|UMOL/L|mcmol/L|micromol/L|umol.L-1|nmol/mL",
    "mg/dL|mg/dl|MG/DL|mg/100 mL|MG/100ML|mg%",
    "mmol/L|mmol/l|MMOL/L|mmol·L⁻¹|mmole/L|umol/mL",
    "mEq/L|meq/l|MEQ/L|mEq.L-1",
    "U/L|u/l|units/L|U.L-1|mU/mL",
    "IU/L|[IU]/L|[iU]/L|iU/L|IU/l|mIU/mL",
    "IU/mL|[IU]/mL|[iU]/mL|IU/ml|kIU/L|k[IU]/L",
    "copies/mL|{copies}/mL|copies/ml|cps/mL|cp/mL|拷贝/mL|{Copies}/mL",
    "%|percent|％|10*-2",
    "mm|MM|10*-3.m",
    "kg|KG|Kg|kgs",
    "mo|month|months|个月|月",
    "wk|week|weeks|周",
    "d|day|days|天",
    "a|y|yr|year|years|岁",
    "h|hr|hour|hours",
    "mg/d|mg/day|mg/24h|mg/24 h|mg per day|mg.d-1",
    "mL/min|ml/min|ML/MIN|mL per minute|cc/min",
    "mL/min/{1.73_m2}|mL/min/1.73m2|ml/min/1.73 m²|mL/min/1.73m^2|mL/min/{1.73m2}"
    "|mL/min/1.73 sq m|mL/min per 1.73 m2|mL/min/1.73",
    "TU/kg|{TU}/kg",
    "cells/kg|{cells}/kg|/kg|{CAR+ cells}/kg|CAR+ cells/kg|CAR-positive cells/kg|CAR-T cells/kg"
    "|CAR-positive T cells/kg",
    "10*6/kg|10^6/kg|x10^6 cells/kg|10^6 CAR+ cells/kg|×10⁶/kg",
    "mm[Hg]|mmHg|mm Hg|MMHG",
    "Cel|°C|℃|degC",
    "[degF]|°F|degF",
    "/min|bpm|beats/min|{beats}/min|breaths/min|次/min",
    "ug/L|µg/L|mcg/L|ng/mL",
    "Gy|gy",
    "|1|ratio|{score}|{ratio}|points",
]  # fmt: skip


@pytest.mark.parametrize("row", SPELLINGS, ids=lambda r: r.split("|")[0] or "number")
def test_spellings_agree(row: str) -> None:
    first, *others = row.split("|")
    wanted = parse_unit(first)
    assert wanted is not None
    for spelling in others:
        unit = parse_unit(spelling)
        assert unit is not None, spelling
        assert convert(7, spelling, first) == 7.0, spelling


REFUSED = [
    "109/L",  # a lost exponent: 10^9/L, or 109 of something
    "106/kg",
    "10.6/kg",
    "foo",
    "mg/",
    "//L",
    "mg//dL",
    "(mg/dL",
    "mg)/dL",
    ".",
    "mg..dL",
    "Mg/dL.",
    "10*99/L",
    "10*999999999/L",
    "mg/dL; fasting",
    "see comment",
    "++",
    "m" * 1000,
    "{never closed",
    "xULN",
    "log IU/mL",  # a logarithm is no multiple
    "log10 copies/mL",
    "[log_IU]/mL",
]


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text: str) -> None:
    assert parse_unit(text) is None
    assert convert(1, text, text) is None


def test_a_unit_remembers_its_spelling_and_is_hashable() -> None:
    unit = parse_unit("K/uL")
    assert unit is not None
    assert unit.text == "K/uL"
    assert unit in {unit}
    assert unit.factor == Fraction(10**12)


GOLDEN = [
    # value, from, molar mass, expected, to, source. Expected: exact, or the textbook factor to its own precision
    (5.8, "g/dL", None, 58.0, "g/L", 0, "decimal"),
    (620, "/uL", None, 0.62, "10*9/L", 0, "decimal"),
    (52, "10*9/L", None, 52000, "/uL", 0, "decimal"),
    (1.2, "万/uL", None, 12, "10*9/L", 0, "decimal: 10^4/uL"),
    (1.15, "mg/dL", "113.12", 101.66, "umol/L", 5e-4, "88.4 umol/L per mg/dL (csmu.edu.tw/~chr/Int_unit_conversion)"),
    (88.4, "umol/L", "113.12", 1.0, "mg/dL", 5e-4, "the same table"),
    (1, "mg/dL", "584.66", 17.1, "umol/L", 5e-4, "bilirubin: the same table"),
    (1, "mg/dL", "40.078", 0.2495, "mmol/L", 5e-4, "calcium: the same table"),
    (1, "mg/dL", "24.305", 0.4114, "mmol/L", 5e-4, "magnesium: the same table"),
    (100, "mg/dL", "180.156", 5.55, "mmol/L", 5e-4, "glucose, 18 mg/dL per mmol/L"),
    (10, "g/dL", "16114", 6.206, "mmol/L", 5e-4, "haemoglobin monomer, IFCC factor 0.6206"),
    (4, "mEq/L", "39.098", 4, "mmol/L", 0, "potassium: one charge"),
    (1.6, "mEq/L", "24.305", 0.8, "mmol/L", 0, "magnesium: two charges"),
    (10, "mEq/L", "40.078", 5, "mmol/L", 0, "calcium: two charges"),
    (1, "ukat/L", None, 60, "U/L", 0, "kat = mol/s, U = umol/min"),
    (98.6, "[degF]", None, 37, "Cel", 0, "UCUM"),
    (0, "Cel", None, 273.15, "K", 0, "UCUM"),
    (16, "kPa", None, 120, "mm[Hg]", 1e-3, "UCUM: 133.322387415 Pa"),
    (1, "mL/s", None, 60, "mL/min", 0, "decimal"),
    (0.55, "", None, 55, "%", 0, "decimal"),
    (0.45, "L/L", None, 45, "%", 0, "haematocrit as a ratio"),
    (3, "mo", None, 91.3125, "d", 0, "a twelfth of 365.25 d"),
    (52, "wk", None, 11.9589, "mo", 1e-5, "364 d / 30.4375 d"),
    (1, "a", None, 365.25, "d", 0, "Julian year"),
    (72, "h", None, 3, "d", 0, "decimal"),
    (1500, "mg/d", None, 1.5, "g/d", 0, "decimal"),
    (2.5, "10*6/kg", None, 2500000, "cells/kg", 0, "decimal"),
    (1000, "cGy", None, 10, "Gy", 0, "decimal"),
    (1, "inch", None, None, "cm", 0, "not in use in these records"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "source", "molar_mass", "expected", "target", "within", "why"),
    GOLDEN,
    ids=lambda v: str(v)[:24],
)
def test_golden(
    value: float,
    source: str,
    molar_mass: str | None,
    expected: float | None,
    target: str,
    within: float,
    why: str,
) -> None:
    found = convert(value, source, target, molar_mass)
    if expected is None:
        assert found is None
    elif within == 0:
        assert found == expected, why
    else:
        assert found == pytest.approx(expected, rel=within), why


NEVER = [
    # what must not convert, whatever the molar mass
    ("U/L", "[IU]/L"),
    ("[IU]/L", "U/L"),
    ("[IU]/mL", "copies/mL"),
    ("IU/mL", "copies/mL"),
    ("copies/mL", "/mL"),
    ("U/mL", "IU/mL"),
    ("TU/kg", "cells/kg"),
    ("mL/min", "mL/min/{1.73_m2}"),
    ("mL/min/{1.73_m2}", "mL/min"),
    ("mmol/mol", "%"),  # HbA1c: IFCC to NGSP is 0.0915 x + 2.15, not a factor
    ("mg/kg", "%"),
    ("g/L", "10*9/L"),
    ("mEq/L", "mg/h"),
    ("wk", "kg"),
    ("mm", "mm2"),
]


@pytest.mark.parametrize(("source", "target"), NEVER)
@pytest.mark.parametrize("molar_mass", [None, "40.078"])
def test_never_converts(source: str, target: str, molar_mass: str | None) -> None:
    assert convert(1, source, target, molar_mass) is None


def test_mass_and_amount_need_the_molar_mass_and_equivalents_a_known_ion() -> None:
    assert convert(1, "mg/dL", "umol/L") is None
    assert convert(1, "mEq/L", "mmol/L") is None
    assert convert(1, "mEq/L", "mmol/L", "113.12") is None
    assert convert(1, "mEq/L", "mEq/L") == 1.0


def test_iu_without_brackets_is_read_as_u_where_an_enzyme_is_meant() -> None:
    assert convert(40, "IU/L", "U/L") == 40.0
    assert convert(40, "iu/l", "U/L") == 40.0
    assert convert(40, "IU/mL", "[IU]/mL") == 40.0
    assert convert(0.04, "kIU/L", "U/L") == 40.0


def test_capital_g_per_litre_is_giga_or_gram_as_the_target_asks() -> None:
    assert convert(130, "G/L", "g/L") == 130.0
    assert convert(130, "G/L", "10*9/L") == 130.0


@pytest.mark.parametrize(
    "value", ["", "abc", "1,5", "1/3", "nan", "inf", "1e999", "0x10", "1_000", "٣", "9" * 400]
)
def test_text_that_is_no_number(value: str) -> None:
    assert convert(value, "g/L", "g/L") is None


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_is_not_finite(value: float) -> None:
    assert convert(value, "g/L", "g/L") is None


@pytest.mark.parametrize("value", ["5.8", " 5.8 ", "58e-1", "+5.8", "5.80", Fraction(29, 5), 5.8])
def test_ways_to_give_a_number(value: str | float | Fraction) -> None:
    assert convert(value, "g/dL", "g/L") == 58.0


def test_rounding_happens_once() -> None:
    """0.1 + 0.2 style errors do not appear: the decimal that was printed is what is converted."""
    assert convert(0.29, "mg/dL", "ug/dL") == 290.0
    assert convert("0.07", "", "%") == 7.0
    assert convert(1.1, "10*9/L", "/uL") == 1100.0
