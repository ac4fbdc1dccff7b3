"""Observations with numbers: value, unit, range, status, circumstances."""

from __future__ import annotations

import math
from typing import Any

import pytest

from paratope.patient.model import Interval
from tests.patient.fhir_records import (
    LOINC,
    SCT,
    Json,
    concept,
    lab,
    measured,
    observation,
    quantity,
    read,
    resource,
    unused,
)

HB = "718-7"
CREATININE = "2160-0"


def point(value: float) -> Interval:
    return Interval(value, value)


# --- values and units ----------------------------------------------------------------------------------

VALUES: list[tuple[str, Json, str, Interval, str]] = [
    ("canonical", lab(HB, quantity(118, "g/L", "g/L")), "haemoglobin", point(118), "118 g/L"),
    ("g/dL", lab(HB, quantity(5.8, "g/dL", "g/dL")), "haemoglobin", point(58), "5.8 g/dL"),
    ("printed unit only", lab(HB, quantity(5.8, "g/dL")), "haemoglobin", point(58), "5.8 g/dL"),
    ("UCUM code only", lab(HB, quantity(5.8, None, "g/dL")), "haemoglobin", point(58), "5.8 g/dL"),
    ("a gloss beside the code", lab("26499-4", quantity(620, "cells per uL", "/uL")), "neutrophils", point(0.62),
     "620 cells per uL"),
    ("counts", lab("26515-7", quantity(52, "10^9/L", "10*9/L")), "platelets", point(52), "52 10^9/L"),
    ("K/uL", lab("777-3", quantity(52, "K/uL")), "platelets", point(52), "52 K/uL"),
    ("by molar mass", lab(CREATININE, quantity(1, "mg/dL", "mg/dL")), "creatinine", point(88.40169731258841),
     "1 mg/dL"),
    ("a number as a text", lab(HB, quantity("118", "g/L")), "haemoglobin", point(118), "118 g/L"),
    ("a limit inside the value", lab(HB, quantity("<60", "g/L")), "haemoglobin", Interval(0, 60, False, True),
     "<60 g/L"),
    ("below", lab("42595-9", quantity(20, "IU/mL", "[IU]/mL", comparator="<")), "HBV DNA",
     Interval(0, 20, False, True), "<20 IU/mL"),
    ("above", lab("42595-9", quantity(1e8, "IU/mL", "[IU]/mL", comparator=">")), "HBV DNA",
     Interval(1e8, math.inf, True, False), ">100000000 IU/mL"),
    ("a range", observation(concept("Neutrophils"),
                            valueRange={"low": quantity(600, "/uL"), "high": quantity(900, "/uL")}),
     "neutrophils", Interval(0.6, 0.9), "600 /uL to 900 /uL"),
    ("a range that ends nowhere", observation(concept("LVEF"), valueRange={"low": quantity(60, "%", "%")}),
     "LVEF", Interval(60, math.inf), "60 % to ?"),
    ("a score", observation("ECOG performance status", valueInteger=1), "ECOG", point(1), "1"),
    ("a score with a unit", observation("Karnofsky score", valueQuantity=quantity(80, "%", "%")), "Karnofsky",
     point(80), "80 %"),
    ("a score in UCUM", observation("ECOG", valueQuantity=quantity(2, None, "{score}")), "ECOG", point(2), "2 {score}"),
    ("text", observation("HBV DNA", valueString="<20 IU/mL"), "HBV DNA", Interval(0, 20, False, True), "<20 IU/mL"),
    ("text in Chinese", observation("血红蛋白", valueString="118 g/L"), "haemoglobin", point(118), "118 g/L"),
    ("text with a decimal comma", observation("Haemoglobin", valueString="11,8 g/dL"), "haemoglobin", point(118),
     "11,8 g/dL"),
    ("text with a power", observation("HBV DNA", valueString="1.2×10⁶ IU/mL"), "HBV DNA", point(1.2e6),
     "1.2×10⁶ IU/mL"),
    ("text with a range", observation("LVEF", valueString="60-65 %"), "LVEF", Interval(60, 65), "60-65 %"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "given", "name", "value", "printed"), VALUES, ids=[v[0] for v in VALUES])
def test_values(what: str, given: Json, name: str, value: Interval, printed: str) -> None:
    found = measured(given)
    assert (found.concept, found.printed, found.problem) == (name, printed, None), what
    assert found.value is not None
    assert found.value.low == pytest.approx(value.low, rel=1e-12)
    assert found.value.high == pytest.approx(value.high, rel=1e-12)
    assert (found.value.low_open, found.value.high_open) == (value.low_open, value.high_open)
    assert found.source == f"Observation/{given['id']}"


SCORES: list[tuple[str, Json, str, float]] = [
    ("LOINC answer", {"valueCodeableConcept": concept(None, (LOINC, "LA9624-3"))}, "89247-1", 2),
    ("SNOMED grade", {"valueCodeableConcept": concept(None, (SCT, "422512005"))}, "89247-1", 1),
    ("words", {"valueCodeableConcept": concept("ECOG 1")}, "89247-1", 1),
    (
        "words with the meaning",
        {"valueString": "1 - restricted in strenuous activity, able to walk 2 km"},
        "89247-1",
        1,
    ),
    ("PS", {"valueString": "PS: 2"}, "89247-1", 2),
    ("Chinese", {"valueString": "1分"}, "89247-1", 1),
    ("Karnofsky answer", {"valueCodeableConcept": concept(None, (LOINC, "LA29178-3"))}, "89243-0", 70),
    (
        "a code list of its own",
        {"valueCodeableConcept": concept("Selbstversorgung", ("https://x.example/cs/ecog", "3"))},
        "89247-1",
        3,
    ),
    ("only as interpretation", {"interpretation": [concept(None, (LOINC, "LA9623-5"))]}, "89247-1", 1),
    ("NYHA in Roman", {"valueCodeableConcept": concept("NYHA class III")}, "88020-3", 3),
    ("NYHA code", {"valueCodeableConcept": concept(None, (SCT, "420300004"))}, "88020-3", 1),
]


@pytest.mark.parametrize(("what", "value", "loinc", "score"), SCORES, ids=[s[0] for s in SCORES])
def test_scores_in_words_and_codes(what: str, value: Json, loinc: str, score: float) -> None:
    assert measured(observation(concept(None, (LOINC, loinc)), **value)).value == point(score), what


def test_a_score_between_two_is_kept_as_a_range() -> None:
    assert measured(observation("ECOG", valueString="ECOG 1-2")).value == Interval(1, 2)


# --- values that decide nothing ------------------------------------------------------------------------

PROBLEMS: list[tuple[str, Json, str]] = [
    ("unit of another quantity", lab(HB, quantity(118, "mm", "mm")), "does not measure haemoglobin"),
    (
        "mass without a molar mass",
        lab("1751-7", quantity(600, "umol/L", "umol/L")),
        "does not measure albumin",
    ),
    ("no unit", lab(HB, quantity(118)), "it has no unit"),
    ("an unknown unit", lab(HB, quantity(118, "blobs")), "'blobs' is not one we know"),
    ("code and print differ", lab(HB, quantity(118, "g/dL", "g/L")), "coded as g/L and printed as g/dL"),
    ("a lost power of ten", lab(HB, quantity(1180, "g/L", "g/L")), "impossible value: 1180 g/L"),
    ("a negative count", lab("26499-4", quantity(-1, "10*9/L", "10*9/L")), "impossible value"),
    ("half a score", observation("ECOG", valueQuantity=quantity(1.5, None, "{score}")), "only whole numbers"),
    ("a score off the scale", observation("ECOG", valueInteger=7), "impossible value: 7"),
    (
        "a comparator of a later version",
        lab(HB, quantity(118, "g/L", "g/L", comparator="ad")),
        "'ad' is not one we know",
    ),
    ("a number without end", lab(HB, quantity(math.inf, "g/L", "g/L")), "not a number"),
    ("not a number", lab(HB, quantity(math.nan, "g/L", "g/L")), "not a number"),
    ("a list", lab(HB, quantity([118], "g/L", "g/L")), "not a number"),
    ("a yes", lab(HB, quantity(True, "g/L", "g/L")), "not a number"),
    (
        "a comma that could be either",
        observation("Platelets", valueString="1,200 10*9/L"),
        "cannot be read as a number",
    ),
    ("prose", observation("Haemoglobin", valueString="sample haemolysed"), "cannot be read as a number"),
    ("several scores", observation("ECOG", valueString="ECOG 1 in May, 3 now"), "cannot be read as a number"),
    ("a boolean", observation("Haemoglobin", valueBoolean=True), "a value of type Boolean is not a number"),
]


@pytest.mark.parametrize(("what", "given", "why"), PROBLEMS, ids=[p[0] for p in PROBLEMS])
def test_a_value_that_cannot_be_used_is_kept_without_deciding(what: str, given: Json, why: str) -> None:
    found = measured(given)
    assert found.value is None, what
    assert found.problem is not None
    assert why in found.problem
    assert any(why in u for u in unused(given)), "and it is listed"


def test_a_value_for_want_of_which_there_is_no_result() -> None:
    for given in (
        observation("Haemoglobin", dataAbsentReason=concept("not performed")),
        observation("Haemoglobin"),
        observation(
            concept("CBC"), component=[{"code": concept("Haemoglobin"), "dataAbsentReason": concept("error")}]
        ),
    ):
        patient = read(given)
        assert patient.measurements == {}
        assert any("no value" in u.why for u in patient.unused)


# --- detected or not -----------------------------------------------------------------------------------


def call(code: str) -> list[Json]:
    return [concept(None, ("http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", code))]


DETECTION: list[tuple[str, Json, Interval | None]] = [
    ("not detected, 0", {"valueQuantity": quantity(0, "IU/mL", "[IU]/mL"), "interpretation": call("ND")}, point(0)),
    ("not detected, no value", {"interpretation": call("ND")}, point(0)),
    ("not detected, no number", {"valueQuantity": {"unit": "IU/mL"}, "interpretation": call("ND")}, point(0)),
    ("not detected, under the limit", {"valueQuantity": quantity(20, "IU/mL", comparator="<"),
                                       "interpretation": call("ND")}, Interval(0, 20, False, True)),
    ("not detected, yet a number", {"valueQuantity": quantity(300, "IU/mL"), "interpretation": call("ND")}, None),
    ("in words", {"valueString": "not detected"}, point(0)),
    ("in Chinese", {"valueString": "未检出"}, point(0)),
    ("as a code", {"valueCodeableConcept": concept(None, (SCT, "260415000"))}, point(0)),
    ("detected, with a number", {"valueQuantity": quantity(300, "IU/mL"), "interpretation": call("DET")}, point(300)),
    ("detected, no number", {"interpretation": call("DET")}, None),
    ("detected, 0", {"valueQuantity": quantity(0, "IU/mL"), "interpretation": call("DET")}, None),
    ("high is no word of presence", {"valueQuantity": quantity(300, "IU/mL"), "interpretation": call("H")}, point(300)),
]  # fmt: skip


@pytest.mark.parametrize(("what", "fields", "value"), DETECTION, ids=[d[0] for d in DETECTION])
def test_detection(what: str, fields: Json, value: Interval | None) -> None:
    found = measured(observation(concept(None, (LOINC, "42595-9")), **fields))
    assert found.value == value, what
    assert (found.problem is None) == (value is not None)


# --- the laboratory's own range ------------------------------------------------------------------------

G = {"unit": "g/L"}
RANGES: list[tuple[str, Any, tuple[float | None, float | None]]] = [
    ("low and high", [{"low": quantity(115, "g/L"), "high": quantity(150, "g/L")}], (115, 150)),
    ("in another unit than the value", [{"low": quantity(11.5, "g/dL"), "high": quantity(15, "g/dL")}], (115, 150)),
    ("without a unit of its own", [{"low": quantity(115), "high": quantity(150)}], (115, 150)),
    ("high only", [{"high": quantity(150, "g/L")}], (None, 150)),
    ("text", [{"text": "115-150"}], (115, 150)),
    ("text with a unit", [{"text": "11.5 - 15 g/dL"}], (115, 150)),
    ("text, one limit", [{"text": "<=150 g/L"}], (None, 150)),
    ("text, up to", [{"text": "up to 150"}], (None, 150)),
    ("text from zero", [{"text": "0-150"}], (0, 150)),
    ("text in Chinese", [{"text": "参考值：115～150"}], (115, 150)),
    ("a lone object", {"low": quantity(115, "g/L"), "high": quantity(150, "g/L")}, (115, 150)),
    ("by type", [{"type": concept(None, ("s", "treatment")), "high": quantity(99, "g/L")},
                 {"type": concept(None, ("s", "normal")), "low": quantity(115, "g/L"), "high": quantity(150, "g/L")}],
     (115, 150)),
    ("by sex in words", [{"text": "male 130-175"}, {"text": "female 115-150"}], (115, 150)),
    ("by sex as a code", [{"appliesTo": [concept(None, (SCT, "248153007"))], "low": quantity(130, "g/L"),
                           "high": quantity(175, "g/L")},
                          {"appliesTo": [concept(None, (SCT, "248152002"))], "low": quantity(115, "g/L"),
                           "high": quantity(150, "g/L")}], (115, 150)),
    ("by age", [{"age": {"high": quantity(17, "a", "a")}, "low": quantity(100, "g/L"), "high": quantity(140, "g/L")},
                {"age": {"low": quantity(18, "a", "a")}, "low": quantity(115, "g/L"), "high": quantity(150, "g/L")}],
     (115, 150)),
    ("the same twice", [{"text": "115-150"}, {"low": quantity(115, "g/L"), "high": quantity(150, "g/L")}], (115, 150)),
    ("two that differ", [{"text": "115-150"}, {"text": "110-140"}], (None, None)),
    ("nothing readable", [{"text": "see comment"}], (None, None)),
    ("in a unit that does not fit", [{"low": quantity(1, "mm"), "high": quantity(2, "mm")}], (None, None)),
    ("upside down", [{"low": quantity(150, "g/L"), "high": quantity(115, "g/L")}], (None, None)),
    ("none", [], (None, None)),
    ("not a list", "115-150", (None, None)),
]  # fmt: skip


@pytest.mark.parametrize(("what", "given", "limits"), RANGES, ids=[r[0] for r in RANGES])
def test_reference_ranges(what: str, given: Any, limits: tuple[float | None, float | None]) -> None:
    found = measured(lab(HB, quantity(118, "g/L", "g/L"), referenceRange=given))
    assert (found.low, found.high) == limits, what
    assert found.value == point(118), "a range that cannot be read leaves the value alone"


def test_a_range_that_could_not_be_used_is_said() -> None:
    for given in ([{"text": "115-150"}, {"text": "110-140"}], [{"text": "see comment"}]):
        assert any(
            "reference range" in why for why in unused(lab(HB, quantity(118, "g/L"), referenceRange=given))
        )


def test_ranges_for_either_sex_need_to_know_the_sex() -> None:
    given = lab(
        HB, quantity(118, "g/L"), referenceRange=[{"text": "male 130-175"}, {"text": "female 115-150"}]
    )
    assert measured(given, gender="unknown").low is None
    assert measured(given, gender="male").low == 130


# --- status --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["preliminary", "registered", "entered-in-error", "cancelled", "unknown"])
def test_results_that_are_not_final_are_not_used(status: str) -> None:
    patient = read(lab(HB, quantity(118, "g/L"), status=status))
    assert patient.measurements == {}
    assert len(patient.unused) == 1


@pytest.mark.parametrize(("status", "amended"), [("final", False), ("amended", True), ("corrected", True)])
def test_results_that_are_used(status: str, amended: bool) -> None:
    assert measured(lab(HB, quantity(118, "g/L"), status=status)).amended is amended


def test_a_status_nobody_knows_is_said() -> None:
    assert any(
        "'odd' is not one we know" in why for why in unused(lab(HB, quantity(118, "g/L"), status="odd"))
    )


def test_an_amended_result_supersedes_the_first_report_of_the_same_day() -> None:
    first = lab(HB, quantity(108, "g/L"))
    amended = lab(HB, quantity(118, "g/L"), status="corrected")
    other_day = lab(HB, quantity(100, "g/L"), effectiveDateTime="2026-06-01")
    patient = read(first, amended, other_day)
    assert [m.value for m in patient.measurements["haemoglobin"]] == [point(118), point(100)]
    assert [u.why for u in patient.unused] == [
        f"superseded by the amended result Observation/{amended['id']}"
    ]


def test_two_samples_of_one_day_do_not_supersede_each_other() -> None:
    morning = lab(HB, quantity(108, "g/L"), effectiveDateTime="2026-06-10T08:00:00+08:00")
    evening = lab(HB, quantity(118, "g/L"), effectiveDateTime="2026-06-10T18:00:00+08:00", status="amended")
    assert [m.value for m in read(morning, evening).measurements["haemoglobin"]] == [point(118), point(108)]


# --- when, how, under which circumstances --------------------------------------------------------------

DATES: list[tuple[str, Json, str | None]] = [
    ("a day", {"effectiveDateTime": "2026-06-10"}, "2026-06-10"),
    ("the local calendar day", {"effectiveDateTime": "2026-06-10T23:30:00+08:00"}, "2026-06-10T23:30:00+08:00"),
    ("an instant", {"effectiveDateTime": None, "effectiveInstant": "2026-06-10T08:00:00Z"}, "2026-06-10T08:00:00Z"),
    ("a period", {"effectiveDateTime": None, "effectivePeriod": {"start": "2026-06-09", "end": "2026-06-10"}},
     "2026-06-09 to 2026-06-10"),
    ("one moment of a timing", {"effectiveDateTime": None, "effectiveTiming": {"event": ["2026-06-10"]}}, "2026-06-10"),
    ("the date of issue is no date of the sample", {"effectiveDateTime": None, "issued": "2026-06-10T08:00:00Z"}, None),
    ("a month", {"effectiveDateTime": "2026-06"}, "2026-06"),
    ("no date", {"effectiveDateTime": "soon"}, None),
    ("before the birth", {"effectiveDateTime": "1900-01-01"}, None),
    ("the wrong type", {"effectiveDateTime": 20260610}, None),
]  # fmt: skip


@pytest.mark.parametrize(("what", "fields", "text"), DATES, ids=[d[0] for d in DATES])
def test_dates_of_results(what: str, fields: Json, text: str | None) -> None:
    when = measured(lab(HB, quantity(118, "g/L"), **fields)).when
    assert (when.text if when is not None else None) == text, what


def test_a_bad_date_is_said() -> None:
    assert any(
        "is not a date we can read" in w
        for w in unused(lab(HB, quantity(118, "g/L"), effectiveDateTime="soon"))
    )
    early = lab(HB, quantity(118, "g/L"), effectiveDateTime="1950-01-01")
    assert any("before the patient's birth" in why for why in unused(early))


def test_a_sample_counts_from_its_collection() -> None:
    specimen = resource("Specimen", type=concept("blood"), collection={"collectedDateTime": "2026-05-01"})
    taken = lab(HB, quantity(118, "g/L"), specimen={"reference": f"Specimen/{specimen['id']}"})
    when = read(specimen, taken).measurements["haemoglobin"][0].when
    assert when is not None
    assert when.text == "2026-05-01"


AIR: list[tuple[str, Json, str | None]] = [
    ("words", {"valueCodeableConcept": concept("room air")}, "room air"),
    ("code", {"valueCodeableConcept": concept(None, (SCT, "722742002"))}, "room air"),
    ("oxygen as a code", {"valueCodeableConcept": concept(None, (SCT, "371825009"))}, "supplemental oxygen"),
    ("oxygen in words", {"valueString": "2 L/min by nasal cannula"}, "supplemental oxygen"),
    ("something else", {"valueCodeableConcept": concept("see chart")}, None),
]


@pytest.mark.parametrize(("what", "value", "condition"), AIR, ids=[a[0] for a in AIR])
def test_what_was_breathed(what: str, value: Json, condition: str | None) -> None:
    given = lab("59408-5", quantity(97, "%", "%"), component=[{"code": concept("Inhaled oxygen"), **value}])
    assert measured(given).condition == condition, what


@pytest.mark.parametrize(
    ("loinc", "value", "unit", "condition"),
    [
        ("3151-8", 0, "L/min", "room air"),
        ("3151-8", 2, "L/min", "supplemental oxygen"),
        ("3150-6", 21, "%", "room air"),
        ("3150-6", 40, "%", "supplemental oxygen"),
    ],
)
def test_oxygen_as_flow_or_concentration(loinc: str, value: float, unit: str, condition: str) -> None:
    part = {"code": concept(None, (LOINC, loinc)), "valueQuantity": quantity(value, unit, unit)}
    assert measured(lab("59408-5", quantity(97, "%", "%"), component=[part])).condition == condition


def test_how_the_ejection_fraction_was_measured() -> None:
    echo = lab("10230-1", quantity(62, "%", "%"), method=concept(None, (SCT, "40701008")))
    muga = lab("10230-1", quantity(62, "%", "%"), method=concept("Radionuclide ventriculography (MUGA)"))
    other = lab("10230-1", quantity(62, "%", "%"), method=concept("Left ventriculography"))
    assert measured(echo).method == "echocardiography"
    assert measured(muga).method == "MUGA"
    assert measured(other).method == "left ventriculography"


# --- which measure it is -------------------------------------------------------------------------------


def test_components_are_results_of_their_own() -> None:
    parts = [
        {"code": concept(None, (LOINC, "8480-6")), "valueQuantity": quantity(150, "mmHg", "mm[Hg]")},
        {"code": concept(None, (LOINC, "8462-4")), "valueQuantity": quantity(90, "mmHg", "mm[Hg]")},
        {"code": concept("Cuff size"), "valueString": "large"},
    ]
    patient = read(observation(concept("Blood pressure panel", (LOINC, "85354-9")), component=parts))
    assert {n: m[0].value for n, m in patient.measurements.items()} == {
        "systolic blood pressure": point(150), "diastolic blood pressure": point(90),
    }  # fmt: skip
    assert [u.why for u in patient.unused] == ["component 'Cuff size' is not understood"]


def test_a_panel_without_a_value_says_so() -> None:
    panel = observation("Complete blood count", hasMember=[{"reference": "Observation/x"}])
    assert any("a panel" in why for why in unused(panel))


def test_an_unknown_measure_is_listed() -> None:
    assert unused(observation("Serum rhubarb", valueQuantity=quantity(3, "mg/L"))) == [
        "code text 'Serum rhubarb' is not a concept we know"
    ]
    assert unused(observation(concept(None, (LOINC, "99999-9")), valueInteger=1)) == [
        "code 99999-9 ('99999-9') is not a concept we know"
    ]
    assert unused(observation({}, valueInteger=1)) == ["it has no code and no text"]


def test_what_code_and_text_disagree_on_decides_nothing() -> None:
    given = observation(concept("Bilirubin, total", (LOINC, "14629-0")), valueQuantity=quantity(3, "umol/L"))
    patient = read(given)
    assert {n for n, (m,) in patient.measurements.items() if m.value is None} == {
        "total bilirubin",
        "direct bilirubin",
    }
    assert any("its text says total bilirubin" in u.why for u in patient.unused)


@pytest.mark.parametrize(
    ("text", "display", "why"),
    [
        ("Creatinine", "Creatinine [Mass/volume] in Urine", "measured in Urine, not in blood"),
        ("Creatinine", "Urine creatinine", "measured in urine, not in blood"),
        ("Albumin", "Albumin [Mass/volume] in Pleural fluid", "not in blood"),
        ("Creatinine", "Creatinine [Mass/volume] in Serum or Plasma", None),
        ("Creatinine", "Creatinine [Mass/volume] in Venous blood", None),
    ],
)
def test_the_text_of_a_result_from_another_fluid(text: str, display: str, why: str | None) -> None:
    unit = "g/L" if text == "Albumin" else "umol/L"
    code = {"coding": [{"system": LOINC, "code": "00000-0", "display": display}], "text": text}
    patient = read(observation(code, valueQuantity=quantity(40, unit)))
    assert bool(patient.measurements) == (why is None)
    assert why is None or any(why in u.why for u in patient.unused)


def test_a_computed_measure_is_not_taken_from_the_record() -> None:
    patient = read(observation("Corrected calcium", valueQuantity=quantity(2.3, "mmol/L")))
    assert patient.measurements == {}
    assert any("is computed here" in u.why for u in patient.unused)
