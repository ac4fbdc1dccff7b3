"""From facts to a patient: sorted, indexed, closed."""

from __future__ import annotations

from paratope.patient.build import build_patient, closure_of, newest_first
from paratope.patient.dates import parse_when
from paratope.patient.model import (
    AntigenTest,
    Cancer,
    Consent,
    Demographic,
    Entry,
    Flag,
    Imaging,
    Interval,
    Lesion,
    Measurement,
    Result,
    Review,
    Statement,
    Unused,
)


def haemoglobin(value: float, on: str | None, source: str = "s") -> Measurement:
    when = parse_when(on) if on is not None else None
    return Measurement("haemoglobin", Interval(value, value), source, when, "haemoglobin", "printed")


def test_newest_first_by_day_then_time_then_record_order_and_the_undated_last() -> None:
    facts = [
        haemoglobin(1, None, "first undated"),
        haemoglobin(2, "2026-06-10T08:00:00+08:00"),
        haemoglobin(3, "2026-06-12"),
        haemoglobin(4, "2026-06-10T19:00:00+08:00"),
        haemoglobin(5, "2026-05"),
        haemoglobin(6, None, "second undated"),
    ]
    assert [f.value.low for f in newest_first(facts) if f.value] == [3, 4, 2, 5, 1, 6]
    assert [f.value.low for f in build_patient("x", facts).measurements["haemoglobin"] if f.value] == [
        3,
        4,
        2,
        5,
        1,
        6,
    ]


def test_every_kind_of_fact_lands_in_its_place() -> None:
    none = frozenset[str]()
    facts = [
        haemoglobin(1, None),
        Result("HBsAg", "negative", "s", None, "t"),
        AntigenTest("BCMA", "IHC", "s", None, "t"),
        Entry("condition", frozenset({"brain metastasis"}), none, "s", "t"),
        Cancer(frozenset({"multiple myeloma"}), none, "s", "t"),
        Statement("venous access", "adequate", "s", None, "t"),
        Consent("study", "s", None, "t"),
        Review("medicines", "s", None, "t"),
        Lesion("s", None, "t"),
        Imaging("CT", "s", None, "t"),
        Flag("liver metastases", True, "s", None, "t"),
        Demographic("s", None, "female"),
    ]
    patient = build_patient("x", facts, unused=[Unused("r", "why")])
    counts = {
        "measurements": 1, "results": 1, "antigens": 1, "entries": 1, "cancers": 1, "statements": 1, "consents": 1,
        "reviews": 1, "lesions": 1, "imaging": 1, "flags": 1, "unused": 1,
    }  # fmt: skip
    assert {name: len(getattr(patient, name)) for name in counts} == counts
    assert patient.sex is None  # demographics are passed by name


def test_closures_are_filled_in() -> None:
    patient = build_patient(
        "x",
        [
            Entry("condition", frozenset({"brain metastasis"}), frozenset(), "s", "t"),
            Cancer(frozenset({"multiple myeloma"}), frozenset(), "s", "t"),
        ],
    )
    assert {"brain metastasis", "CNS tumour"} <= patient.entries[0].closure
    assert "haematological malignancy" in patient.cancers[0].closure
    assert patient.entries[0].closure == closure_of(frozenset({"brain metastasis"}))


def test_present_is_found_under_everything_broader_and_absent_only_under_what_was_refuted() -> None:
    here = Entry("condition", frozenset({"pulmonary embolism"}), frozenset(), "s1", "t")
    gone = Entry("condition", frozenset({"deep vein thrombosis"}), frozenset(), "s2", "t", present=False)
    patient = build_patient("x", [here, gone])
    assert [e.source for e in patient.present["venous thromboembolism"]] == ["s1"]
    assert [e.source for e in patient.present["pulmonary embolism"]] == ["s1"]
    assert [e.source for e in patient.absent["deep vein thrombosis"]] == ["s2"]
    assert "venous thromboembolism" not in patient.absent
    assert "deep vein thrombosis" not in patient.present


def test_an_empty_record_is_a_patient() -> None:
    patient = build_patient("x", [])
    assert patient.entries == ()
    assert patient.present == {}
    assert patient.extracted is None
