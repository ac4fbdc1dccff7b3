"""The criteria of NCT06101082 against the text they came from: all of them, under their ids, in their place."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import paratope
from tests.shared import SHARED, needs_shared

STUDIES = Path(paratope.__file__).parent / "protocol" / "studies"
STUDY = "NCT06101082"
PREFIX = "S4."


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
    (path,) = (SHARED / "seeds").glob("004_*.txt")
    return path.read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def required() -> dict[str, dict[str, Any]]:
    """The eligibility criteria the requirements list for this study, by id without its prefix."""
    assert SHARED is not None
    listed = json.loads((SHARED / "requirements" / "criteria.json").read_text(encoding="utf-8"))
    return {
        c["id"].removeprefix(PREFIX): c
        for c in listed
        if c["id"].startswith(PREFIX) and c["section"] in ("inclusion", "exclusion")
    }


def folded(text: str) -> str:
    """Without the page's escaping backslashes, white space made even."""
    return " ".join(text.replace("\\", "").split())


def line_bounds(text: str, line: int) -> tuple[int, int]:
    """First character of a line and the one after its last."""
    lines = text.split("\n")
    start = sum(len(one) + 1 for one in lines[: line - 1])
    return start, start + len(lines[line - 1])


def test_ids_are_unique_and_sections_follow_them() -> None:
    listed = [c["id"] for c in protocol()["criteria"]]
    assert len(listed) == len(set(listed))
    for c in protocol()["criteria"]:
        assert c["section"] == ("inclusion" if c["id"].startswith("I") else "exclusion"), c["id"]


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
        first, last = line_bounds(seed(), line)
        assert first <= start < end <= last, key
        assert start <= wanted["char_offset"] < end, key
        assert folded(wanted["locator"]) in folded(seed()[start:end]), key


def sources(value: object) -> list[dict[str, Any]]:
    """Every mapping with a line and a span, wherever it stands in the file."""
    if isinstance(value, dict):
        own = [value] if "line" in value and "span" in value else []
        return own + [s for v in value.values() for s in sources(v)]
    if isinstance(value, list):
        return [s for v in value for s in sources(v)]
    return []


@needs_shared
def test_every_other_span_of_the_file_lies_on_its_line() -> None:
    found = sources(protocol())
    assert len(found) > len(criteria())
    for source in found:
        first, last = line_bounds(seed(), source["line"])
        start, end = source["span"]
        assert first <= start < end <= last, source


@needs_shared
def test_no_word_of_the_eligibility_section_is_left_over() -> None:
    """Between the spans of the criteria only list numbers, list signs and headings remain."""
    start, end = protocol()["record"]["eligibility"]
    covered: set[int] = set()
    for c in criteria().values():
        for source in (c["source"], *c.get("other_sources", ())):
            covered.update(range(*source["span"]))
    for passage in protocol()["record"]["not_criteria"]:
        covered.update(range(*passage["span"]))
    left = "".join(seed()[i] if i not in covered else "\n" for i in range(start, end))
    words = [w for w in re.split(r"[\s;,]+", left) if w and not re.fullmatch(r"\d{1,2}\.", w)]
    assert words == []


@needs_shared
def test_the_dose_levels_stand_where_the_file_says() -> None:
    for level in protocol()["dose_levels"]:
        start, end = level["source"]["span"]
        found = re.fullmatch(r"(\d)×10\\\^(\d) CAR-T cells/kg", seed()[start:end])
        assert found is not None, level
        assert float(level["amount"]) == int(found[1]) * 10 ** int(found[2]), level


@needs_shared
@pytest.mark.parametrize(
    ("field", "label"),
    [
        ("status", "Recruitment Status"),
        ("phase", "Clinical Phase"),
        ("start", "Study Start Date"),
        ("completion", "Study Completion Date"),
        ("minimum_age", "Minimum Eligible Age"),
        ("maximum_age", "Maximum Eligible Age"),
        ("sex", "Eligible Sex"),
        ("allocation", "Allocation Method"),
        ("model", "Intervention Model"),
        ("masking", "Blinding Strategy"),
        ("study_type", "Study Classification"),
    ],
)
def test_the_structured_fields_repeat_the_record(field: str, label: str) -> None:
    lines = [one.strip() for one in seed().split("\n") if one.strip()]
    said = lines[lines.index(label) + 1]
    assert str(protocol()["identity"][field]).casefold() == said.casefold()


@needs_shared
def test_what_the_requirements_call_an_issue_is_shown_as_one() -> None:
    """Every criterion with an issue has an ambiguity with both readings and a question, or a note."""
    for key, wanted in required().items():
        if not wanted["issue"]:
            continue
        c = criteria()[key]
        if wanted["issue"].startswith(("subset", "mirror")):
            assert c.get("notes") or c.get("ambiguities"), key
            continue
        assert c.get("ambiguities"), key
        for ambiguity in c["ambiguities"]:
            assert len(ambiguity["readings"]) >= 2, key
            assert ambiguity["ask"].endswith(("?", ".")), key


@needs_shared
def test_reserved_criteria_and_documents_agree_with_the_requirements() -> None:
    for key, wanted in required().items():
        assert criteria()[key].get("judgement", False) is wanted["judgement"], key
        assert criteria()[key].get("evidence"), key
