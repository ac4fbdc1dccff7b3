"""Do the criteria of three studies point at the words they answer to? (V001, in vivo IIT, expanded access)

Read against the texts and the list of requirements that lie beside the checkout; skipped without them.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from paratope.protocol import load_protocol
from paratope.protocol.model import Protocol, Source
from tests.shared import SHARED, needs_shared

pytestmark = needs_shared


class Study(NamedTuple):
    key: str
    prefix: str  # of its ids in the list of requirements
    text: str  # beginning of the name of its text


STUDIES = (
    Study("NCT07395479", "S0.", "000_"),
    Study("in-vivo-iit", "S1.", "001_"),
    Study("NCT04008524", "S3.", "003_"),
)
ILLUSTRATIVE = {"NCT04008524": {"I2.1", "I2.2", "I2.3", "I2.4", "I2.5", "I2.6", "I3.1"}}

each_study = pytest.mark.parametrize("study", STUDIES, ids=lambda s: s.key)


@cache
def protocol_of(key: str) -> Protocol:
    loaded = load_protocol(key)
    assert loaded.protocol is not None, loaded.problems
    return loaded.protocol


@cache
def text_of(beginning: str) -> str:
    assert SHARED is not None
    (file,) = (SHARED / "seeds").glob(f"{beginning}*.txt")
    return file.read_text(encoding="utf-8")


@cache
def requirements(prefix: str) -> dict[str, dict[str, Any]]:
    """Criterion id without its prefix -> what is required of it."""
    assert SHARED is not None
    listed = json.loads(Path(SHARED, "requirements", "criteria.json").read_text(encoding="utf-8"))
    return {
        r["id"].removeprefix(prefix): r
        for r in listed
        if r["id"].startswith(prefix) and r["section"] in ("inclusion", "exclusion")
    }


def line_span(text: str, line: int) -> tuple[int, int]:
    """The characters of a line, counted from 1."""
    lines = text.split("\n")
    start = sum(len(earlier) + 1 for earlier in lines[: line - 1])
    return start, start + len(lines[line - 1])


def sources_in(thing: object) -> Iterator[Source]:
    """Every source anywhere inside a protocol."""
    if isinstance(thing, Source):
        yield thing
    elif isinstance(thing, tuple):
        for part in thing:
            yield from sources_in(part)
    elif dataclasses.is_dataclass(thing):
        for field in dataclasses.fields(thing):
            yield from sources_in(getattr(thing, field.name))


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


@each_study
def test_the_criteria_are_those_required_and_no_others(study: Study) -> None:
    required = requirements(study.prefix)
    written = protocol_of(study.key).criteria
    assert sorted(c.id for c in written) == sorted(required)
    assert {c.id: c.section for c in written} == {i: r["section"] for i, r in required.items()}
    assert {c.id for c in written if c.role == "illustrative"} == ILLUSTRATIVE.get(study.key, set())
    assert {c.id for c in written if c.judgement} == {i for i, r in required.items() if r["judgement"]}


@each_study
def test_a_criterion_points_at_the_words_it_answers_to(study: Study) -> None:
    text = text_of(study.text)
    for criterion in protocol_of(study.key).criteria:
        required = requirements(study.prefix)[criterion.id]
        source = criterion.source
        assert source is not None, criterion.id
        assert source.span is not None, criterion.id
        assert source.line == required["line"], criterion.id
        first, last = line_span(text, required["line"])
        assert first <= source.span[0] < source.span[1] <= last, criterion.id
        passage = text[slice(*source.span)]
        assert set(words(required["locator"])) <= set(words(passage)), criterion.id
        assert required["locator"] in passage, criterion.id


@each_study
def test_a_passage_printed_twice_is_kept_twice(study: Study) -> None:
    protocol = protocol_of(study.key)
    for id, required in requirements(study.prefix).items():
        second = required.get("second_span")
        if second is None:
            continue
        criterion = protocol.criterion(id)
        assert criterion is not None
        covering = [
            s
            for s in criterion.other_sources
            if s.line == second["line"] and s.span and s.span[0] <= second["char_offset"] < s.span[1]
        ]
        assert covering, id


@each_study
def test_every_source_of_the_file_lies_on_its_line(study: Study) -> None:
    text = text_of(study.text)
    sources = list(sources_in(protocol_of(study.key)))
    assert len(sources) >= len(protocol_of(study.key).criteria)
    for source in sources:
        assert source.line is not None
        assert source.span is not None
        first, last = line_span(text, source.line)
        assert first <= source.span[0] < source.span[1] <= last, source


@each_study
def test_what_is_required_as_evidence_is_asked_for(study: Study) -> None:
    protocol = protocol_of(study.key)
    for id, required in requirements(study.prefix).items():
        criterion = protocol.criterion(id)
        assert criterion is not None
        assert set(criterion.evidence) == set(required["evidence"]), id


@each_study
def test_what_is_doubtful_is_said(study: Study) -> None:
    """Every issue of the list of requirements is an ambiguity with a question, a note, or a repair."""
    protocol = protocol_of(study.key)
    repaired = {"E6.1", "E6.2", "E6.3", "E7.1", "E7.2", "I4.3", "I4.4"} if study.prefix == "S1." else set()
    for id, required in requirements(study.prefix).items():
        criterion = protocol.criterion(id)
        assert criterion is not None
        if required.get("issue") and id not in repaired:
            assert criterion.ambiguities or criterion.notes or criterion.judgement, id
    for ambiguity in (a for c in protocol.criteria for a in c.ambiguities):
        assert ambiguity.ask, ambiguity.about
        assert ambiguity.used, ambiguity.about
