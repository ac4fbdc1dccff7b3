"""The published schema of ``paratope screen --format json`` holds for what the program writes, and for nothing else."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from paratope.report.document import SCHEMA
from paratope.screening import COHORT_WORDS, Effect, Status
from paratope.truth import Kind, Verdict
from tests.docs.session import EXAMPLES, ROOT

PUBLISHED = ROOT / "docs" / "reference" / "screen.schema.json"
PAGE = ROOT / "docs" / "reference" / "json.md"
schema: dict[str, Any] = json.loads(PUBLISHED.read_text(encoding="utf-8"))
validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def _printed(*args: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "paratope", "screen", *args, "--format", "json"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, cwd=ROOT)
    document: dict[str, Any] = json.loads(done.stdout)
    return document


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What the program writes of the example patients in three ways, of a thin one, and of none."""
    patients = sorted(p.as_posix() for p in (ROOT / EXAMPLES).iterdir() if p.is_file())
    folder: Path = tmp_path_factory.mktemp("json")
    (folder / "empty").mkdir()
    unread = folder / "unread.json"
    extra = [{"resource": {"resourceType": "Patient", "id": "U"}}, {"resource": {"resourceType": "Nonsense"}}]
    unread.write_text(json.dumps({"resourceType": "Bundle", "entry": extra}), encoding="utf-8")
    return [
        _printed(*patients),
        _printed(*patients, "--presume-absence"),
        _printed(
            *patients,
            "--as-of",
            "2027-03-01",
            "--plan",
            str(ROOT / EXAMPLES / ".." / "plans" / "EXAMPLE-4.json"),
        ),
        _printed(unread.as_posix()),
        _printed((folder / "empty").as_posix()),
    ]


def _all(node: object, key: str) -> Iterator[Any]:
    """Every value under a key, at any depth."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name == key:
                yield value
            yield from _all(value, key)
    elif isinstance(node, list):
        for value in node:
            yield from _all(value, key)


def test_the_schema_is_a_schema_and_names_the_version_written() -> None:
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == schema["properties"]["schema"]["const"] == SCHEMA


def test_what_the_program_writes_is_valid(documents: list[dict[str, Any]]) -> None:
    for document in documents:
        faults = [f"{e.json_path}: {e.message[:200]}" for e in validator.iter_errors(document)]
        assert faults == []
    assert [len(d["patients"]) for d in documents] == [8, 8, 8, 1, 0]


def test_the_documents_show_most_of_what_the_schema_allows(documents: list[dict[str, Any]]) -> None:
    """Else a word could be wrong in the schema and nobody would see."""
    assert set(_all(documents, "verdict")) == {v.value for v in Verdict}
    assert set(_all(documents, "effect")) == {e.value for e in Effect}
    assert len(set(_all(documents, "status"))) >= 3
    assert {w for cohorts in _all(documents, "cohorts") for w in cohorts.values()} >= {
        "match",
        "no",
        "unknown",
    }
    assert len(set(_all(documents, "kind"))) >= 7
    assert any(_all(documents, "unused"))
    assert any(day is not None for day in _all(documents, "from"))
    assert {True, False} == set(_all(documents, "presumed")) == set(_all(documents, "presumed_absence"))
    assert {True, False} == {"needs" in r for reasons in _all(documents, "reasons") for r in reasons}


def _enum(*path: str) -> set[str]:
    node: Any = schema["$defs"]
    for name in path:
        node = node[name]
    return set(node["enum"])


def test_the_words_of_the_schema_are_those_of_the_program() -> None:
    accompanying = {Kind.BECAUSE.value, Kind.NOTE.value}
    assert _enum("study", "properties", "status") == {s.value for s in Status}
    assert _enum("criterion", "properties", "verdict") == {v.value for v in Verdict}
    assert _enum("criterion", "properties", "effect") == {e.value for e in Effect}
    assert _enum("reason", "properties", "kind") == {k.value for k in Kind}
    assert _enum("missing", "properties", "why") == {k.value for k in Kind} - accompanying
    assert _enum("study", "properties", "cohorts", "additionalProperties") == set(COHORT_WORDS.values())


def _objects(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path of every object of a document."""
    if isinstance(node, dict):
        yield path
        for key, value in node.items():
            yield from _objects(value, (*path, key))
    elif isinstance(node, list):
        for i, value in enumerate(node[:1]):
            yield from _objects(value, (*path, i))


def _at(node: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        node = node[step]
    return node


SMALL: dict[str, Any] = {
    "schema": SCHEMA,
    "patients": [
        {
            "patient": "P",
            "as_of": "2026-06-15",
            "presumed_absence": False,
            "unused": [{"resource": "Observation/1", "why": "no code"}],
            "studies": [
                {
                    "study": "S",
                    "status": "excluded",
                    "cohorts": {"HER2": "match"},
                    "criteria": [
                        {
                            "id": "E1",
                            "section": "exclusion",
                            "verdict": "met",
                            "effect": "fail",
                            "why": "on record",
                            "presumed": False,
                            "reasons": [{"kind": "because", "text": "on record"}],
                            "facts": [{"source": "Condition/1", "date": "2026-05", "text": "stroke"}],
                            "from": "2026-11-01",
                        }
                    ],
                    "missing": [{"what": "ECOG", "why": "missing", "criteria": ["I4"]}],
                }
            ],
        }
    ],
}
OPEN_ENDED = ("patients", 0, "studies", 0, "cohorts")
"""An object whose keys are names of the study's own."""


def test_the_small_document_is_valid() -> None:
    validator.validate(SMALL)


@pytest.mark.parametrize("path", list(_objects(SMALL)), ids=lambda p: ".".join(map(str, p)) or "$")
def test_an_unknown_field_and_a_missing_one_are_refused_everywhere(path: tuple[str | int, ...]) -> None:
    more = copy.deepcopy(SMALL)
    _at(more, path)["surprise"] = "x"
    assert not validator.is_valid(more)
    if path == OPEN_ENDED:
        return
    for field in _at(SMALL, path):
        less = copy.deepcopy(SMALL)
        del _at(less, path)[field]
        assert not validator.is_valid(less), field


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schema",), "paratope.screen/2"),
        (("patients", 0, "as_of"), "15.06.2026"),
        (("patients", 0, "studies", 0, "status"), "ok"),
        (("patients", 0, "studies", 0, "criteria", 0, "verdict"), "unknown"),
        (("patients", 0, "studies", 0, "criteria", 0, "effect"), "open"),
        (("patients", 0, "studies", 0, "criteria", 0, "effect"), "pass"),
        (("patients", 0, "studies", 0, "criteria", 0, "from"), "soon"),
        (("patients", 0, "studies", 0, "criteria", 0, "reasons", 0, "kind"), "whim"),
        (("patients", 0, "studies", 0, "missing", 0, "criteria"), []),
    ],
)
def test_a_wrong_value_is_refused(path: tuple[str | int, ...], value: object) -> None:
    wrong = copy.deepcopy(SMALL)
    _at(wrong, path[:-1])[path[-1]] = value
    assert not validator.is_valid(wrong)


def test_the_page_explains_every_field_and_every_word() -> None:
    page = PAGE.read_text(encoding="utf-8")
    names = {name for part in [schema, *schema["$defs"].values()] for name in part.get("properties", {})}
    words = {w for found in _all(schema["$defs"], "enum") for w in found}
    assert len(names) > 20
    assert len(words) > 20
    assert {n for n in names | words if f"`{n}`" not in page} == set()
