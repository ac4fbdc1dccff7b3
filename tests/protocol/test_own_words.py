"""The study files speak in words of their own, and name nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest
import yaml

import paratope
from tests.shared import SHARED, needs_shared

STUDIES = Path(paratope.__file__).parent / "protocol" / "studies"
FILES = sorted(STUDIES.glob("*.yaml"))
RUN = 40
"""So many characters in a row, shared with a study's text, count as copied."""

FORMAL = frozenset({"rule"})
"""Fields in the rule language: lists of disease names stand there as they stand anywhere."""

PROPER_NAMES = frozenset({"identity.sponsor", "identity.site", "identity.collaborators", "also_says.value"})
"""Names of institutions, which cannot be paraphrased."""

EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.\w+")
PHONE = re.compile(
    r"\+\d{1,3}[ -]?\d{2,4}[ -]?\d{3,}"  # with a country code
    r"|\b0\d{2,3}[- ]\d{7,8}\b"  # area code and number
    r"|\b1[3-9]\d{9}\b"  # a mobile
    r"|\b(?:86)1[3-9]\d{9}\b"
    r"|\b\d{3}[-. ]\d{3,4}[-. ]\d{4}\b"
    r"|\bext\.? ?\d+"
    r"|(?<![\w.])\d{7,8}(?<!000)(?![\w.])"  # a bare number, unless it is a round one
)
PERSON = re.compile(
    r"^([A-Z][a-z]+ [A-Z][a-z]+)(?:, (?:doctor|bachelor|master|MD|PhD|professor)\b|\n\n(?:professor|doctor)\b)"
    r"|'(?:name|investigatorFullName)': '([A-Z][a-z]+ [A-Z][a-z]+)'",
    re.MULTILINE,
)
"""Names of people as the records print them."""


def fold(text: str) -> str:
    return " ".join(text.split()).casefold()


def texts(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Every text of a file with the path of its field, list positions left out."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from texts(inner, (*path, str(key)))
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner, path)
    elif isinstance(value, str):
        yield ".".join(path), value


@lru_cache(maxsize=16)
def read(path: Path) -> object:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def seeds() -> dict[str, str]:
    assert SHARED is not None
    return {p.name: p.read_text(encoding="utf-8") for p in sorted((SHARED / "seeds").glob("*.txt"))}


@lru_cache(maxsize=1)
def runs() -> dict[str, str]:
    """Every run of ``RUN`` characters of the studies' texts, and the text it stands in."""
    return {
        folded[i : i + RUN]: name
        for name, text in seeds().items()
        for folded in [fold(text)]
        for i in range(len(folded) - RUN + 1)
    }


def copied(text: str, known: dict[str, str]) -> list[tuple[str, str]]:
    """The runs of a text that stand in a study's text, and in which."""
    folded = fold(text)
    cut = (folded[i : i + RUN] for i in range(len(folded) - RUN + 1))
    return [(run, known[run]) for run in cut if run in known]


def test_there_are_files() -> None:
    assert FILES


@needs_shared
@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_nothing_is_copied(path: Path) -> None:
    found: list[tuple[str, str, str]] = []
    for field, text in texts(read(path)):
        if field.rsplit(".", 1)[-1] in FORMAL or field in PROPER_NAMES:
            continue
        found.extend((field, *hit) for hit in copied(text, runs())[:1])
    assert found == []


@needs_shared
def test_copying_would_be_found() -> None:
    text = next(iter(seeds().values()))
    assert copied(text[: 3 * RUN], runs())


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_no_address_and_no_number_of_a_person(path: Path) -> None:
    whole = path.read_text(encoding="utf-8")
    assert EMAIL.search(whole) is None
    assert PHONE.search(whole) is None


@pytest.mark.parametrize(
    "said",
    ["+86 24 55501234", "024-55501234", "55501234 ext. 024", "8613800001234", "13800001234", "010-55501234"],
)
def test_a_number_would_be_found(said: str) -> None:
    assert PHONE.search(f"call {said} please")


@pytest.mark.parametrize(
    "said", ["2026-06-15", "NCT06101082", "1e7 cells", "5000000000", "v1.0.2", "[3902, 4009]"]
)
def test_dates_doses_and_study_numbers_are_no_numbers_of_people(said: str) -> None:
    assert PHONE.search(said) is None


@needs_shared
@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_nobody_is_named(path: Path) -> None:
    people = {
        name
        for text in seeds().values()
        for found in PERSON.finditer(text)
        for name in found.groups()
        if name
    }
    assert people, "the pattern for names finds nobody any more"
    whole = path.read_text(encoding="utf-8")
    assert {name for name in people if name in whole} == set()
