"""The criteria of NCT07409766 against the text they came from: all of them, under their ids, in their place."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import paratope
from tests.shared import SHARED, needs_shared

STUDIES = Path(paratope.__file__).parent / "protocol" / "studies"
STUDY = "NCT07409766"
PREFIX = "S2."


@lru_cache(maxsize=1)
def protocol() -> dict[str, Any]:
    """The protocol file as plain data."""
    data: dict[str, Any] = yaml.safe_load((STUDIES / f"{STUDY}.yaml").read_text(encoding="utf-8"))
    return data


def criteria() -> dict[str, dict[str, Any]]:
    return {c["id"]: c for c in protocol()["criteria"]}


@lru_cache(maxsize=1)
def seed() -> str:
    assert SHARED is not None
    (path,) = (SHARED / "seeds").glob("002_*.txt")
    return path.read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def requirements() -> dict[str, dict[str, Any]]:
    """What the requirements list for this study, by id without its prefix."""
    assert SHARED is not None
    listed = json.loads((SHARED / "requirements" / "criteria.json").read_text(encoding="utf-8"))
    return {c["id"].removeprefix(PREFIX): c for c in listed if c["id"].startswith(PREFIX)}


def required() -> dict[str, dict[str, Any]]:
    """The eligibility criteria among them."""
    return {k: c for k, c in requirements().items() if c["section"] in ("inclusion", "exclusion")}


def folded(text: str) -> str:
    """Without the record's escaping backslashes, white space made even."""
    return " ".join(text.replace("\\", "").split())


def line_bounds(line: int) -> tuple[int, int]:
    """First character of a line of the text and the one after its last."""
    lines = seed().split("\n")
    start = sum(len(one) + 1 for one in lines[: line - 1])
    return start, start + len(lines[line - 1])


def sources(value: object) -> list[dict[str, Any]]:
    """Every mapping with a line and a span, wherever it stands in the file."""
    if isinstance(value, dict):
        own = [value] if "line" in value and "span" in value else []
        return own + [s for v in value.values() for s in sources(v)]
    if isinstance(value, list):
        return [s for v in value for s in sources(v)]
    return []


def said(source: dict[str, Any]) -> str:
    """The passage a source points at."""
    start, end = source["span"]
    return folded(seed()[start:end])


def test_ids_are_unique_and_sections_follow_them() -> None:
    listed = [c["id"] for c in protocol()["criteria"]]
    assert len(listed) == len(set(listed))
    for c in protocol()["criteria"]:
        assert c["section"] == ("inclusion" if c["id"].startswith("I") else "exclusion"), c["id"]


def test_what_belongs_to_a_cohort_chooses_it_and_decides_nothing_else() -> None:
    names = {c["name"] for c in protocol()["cohorts"]}
    assert names == {"HER2", "PSMA", "FAP"}
    for key, c in criteria().items():
        prefix, _, name = key.partition(".")
        if prefix in ("I2", "I3") and name:
            assert (c["role"], c["cohort"]) == ("cohort", name), key
            assert name in names, key
        else:
            assert (c.get("role", "gate"), c.get("cohort")) == ("gate", None), key


def test_both_schedules_give_the_same_dose_and_the_second_half_waits_for_its_gate() -> None:
    regimens = {r["name"]: r for r in protocol()["regimens"]}
    totals = {n: sum(float(d["amount"]) for d in r["doses"]) for n, r in regimens.items()}
    assert totals == {"split": 5e9, "bolus": 5e9}
    assert [d["day"] for d in regimens["split"]["doses"]] == [1, 7]
    gate = regimens["split"]["gate"]
    assert gate["before_day"] == 7
    assert len(gate["readings"]) == 2
    for word in (
        "cytokine release syndrome",
        "ICANS",
        "creatinine",
        "grade 2",
        "has not been graded",
        "hold",
    ):
        assert word in gate["used"], word
    assert "gate" not in regimens["bolus"]


def test_the_toxicity_window_names_both_ends() -> None:
    dlt = protocol()["dlt"]
    assert dlt["window"] == "28 days"
    for day in ("D28", "D35"):
        assert any(day in reading for reading in dlt["readings"])
        assert day in dlt["used"]


@needs_shared
def test_every_criterion_is_there_and_no_other() -> None:
    assert set(criteria()) == set(required())
    for key, c in criteria().items():
        assert c["section"] == required()[key]["section"], key


@needs_shared
def test_each_span_lies_on_its_line_and_holds_the_words_that_locate_it() -> None:
    for key, c in criteria().items():
        wanted = required()[key]
        line, (start, end) = c["source"]["line"], c["source"]["span"]
        assert line == wanted["line"], key
        first, last = line_bounds(line)
        assert first <= start < end <= last, key
        assert start <= wanted["char_offset"] < end, key
        assert folded(wanted["locator"]) in said(c["source"]), key


@needs_shared
def test_every_other_span_of_the_file_lies_on_its_line() -> None:
    found = sources(protocol())
    assert len(found) > len(criteria())
    for source in found:
        first, last = line_bounds(source["line"])
        start, end = source["span"]
        assert first <= start < end <= last, source


@needs_shared
def test_no_word_of_the_eligibility_section_is_left_over() -> None:
    """Between the spans of the criteria only line breaks and list signs remain (and an `and` or `or`)."""
    start, end = protocol()["record"]["eligibility"]
    covered: set[int] = set()
    for c in criteria().values():
        for source in (c["source"], *c.get("other_sources", ())):
            covered.update(range(*source["span"]))
    for passage in protocol()["record"]["not_criteria"]:
        covered.update(range(*passage["span"]))
    left = "".join(seed()[i] if i not in covered else " " for i in range(start, end))
    assert set(left.replace("\\n", " ").replace("*", " ").replace(",", " ").replace(";", " ").split()) <= {
        "and",
        "or",
    }


@needs_shared
def test_the_other_items_of_the_requirements_stand_where_the_file_says() -> None:
    """The words that locate the protocol items (doses, gate, samplings, endpoints) lie in the spans of their fields."""
    p = protocol()
    split, bolus = p["regimens"]
    places = {
        "P3": split["source"],
        "P4": split["gate"]["source"],
        "P5": bolus["source"],
        "P6": next(e for e in p["endpoints"] if e["name"] == "dose-limiting toxicity")["source"],
        "P7": p["follow_up"][0]["source"],
        "P8": p["endpoints"][2]["source"],
        **{f"P{9 + i}": s["source"] for i, s in enumerate(p["samplings"])},
        **{
            f"P{13 + i}": next(e for e in p["endpoints"] if e["name"] == name)["source"]
            for i, name in enumerate(("ORR", "DOR", "DCR", "PFS"))
        },
    }
    for key, source in places.items():
        wanted = requirements()[key]
        assert folded(wanted["locator"]) in said(source), key
        start, end = source["span"]
        assert start <= wanted["char_offset"] < end, key


@needs_shared
def test_times_agree_with_the_requirements() -> None:
    spelled = {"0h": "0 hours", "6h": "6 hours", "24h": "24 hours", "72h": "72 hours", "SCR": "screening"}
    p = protocol()
    items = [*p["samplings"], *(e for e in p["endpoints"] if e["name"] in ("ORR", "DOR", "DCR", "PFS"))]
    for number, item in enumerate(items, start=9):
        wanted = requirements()[f"P{number}"]["value"]
        assert item["times"] == [spelled.get(t, t) for t in wanted], number


@needs_shared
@pytest.mark.parametrize(
    ("field", "written"),
    [
        ("registry", "'nctId': '{}'"),
        ("phase", "'phases': ['{}']"),
        ("status", "'overallStatus': '{}'"),
        ("status_date", "'statusVerifiedDate': '{}'"),
        ("study_type", "'studyType': '{}'"),
        ("start", "'startDateStruct': {{'date': '{}'"),
        ("completion", "'completionDateStruct': {{'date': '{}'"),
        ("primary_completion", "'primaryCompletionDateStruct': {{'date': '{}'"),
        ("first_posted", "'studyFirstPostDateStruct': {{'date': '{}'"),
        ("updated", "'lastUpdatePostDateStruct': {{'date': '{}'"),
        ("enrolment", "'count': {}"),
        ("enrolment_type", "'enrollmentInfo': {{'type': '{}'"),
        ("allocation", "'allocation': '{}'"),
        ("model", "'interventionModel': '{}'"),
        ("masking", "'masking': '{}'"),
        ("sex", "'sex': '{}'"),
        ("sponsor", "'leadSponsor': {{'name': '{}'"),
        ("sponsor_type", "'organization': {{'class': '{}'"),
    ],
)
def test_the_structured_fields_repeat_the_record(field: str, written: str) -> None:
    assert written.format(protocol()["identity"][field]) in seed()


@needs_shared
def test_what_the_requirements_call_an_issue_is_shown_as_one() -> None:
    """Every criterion with an issue has an ambiguity with its readings and a question."""
    for key, wanted in required().items():
        if not wanted["issue"]:
            continue
        ambiguities = criteria()[key].get("ambiguities")
        assert ambiguities, key
        for ambiguity in ambiguities:
            assert len(ambiguity["readings"]) >= 2, key
            assert ambiguity["used"], key
            assert ambiguity["ask"].endswith(("?", ".")), key


@needs_shared
def test_reserved_criteria_and_documents_agree_with_the_requirements() -> None:
    for key, wanted in required().items():
        assert criteria()[key].get("judgement", False) is wanted["judgement"], key
        assert criteria()[key]["evidence"] == wanted["evidence"], key
