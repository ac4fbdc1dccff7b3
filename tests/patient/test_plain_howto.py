"""The examples of the how-to page are run as they stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from paratope.patient.plain import read_plain_text

PAGE = Path(__file__).resolve().parents[2] / "docs" / "howto" / "add-a-patient.md"
BLOCKS = re.findall(r"^```(\w+)(?: (\w+))?\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), flags=re.M | re.S)


def blocks(language: str, kind: str = "") -> list[str]:
    return [text for lang, what, text in BLOCKS if (lang, what) == (language, kind)]


@pytest.mark.parametrize("text", blocks("yaml", "patient"))
def test_forms_are_read_without_a_problem(text: str) -> None:
    ((patient, problems),) = read_plain_text(text, "howto")
    assert problems == ()
    assert patient is not None


@pytest.mark.parametrize("text", blocks("python"))
def test_code_runs(text: str) -> None:
    exec(compile(text, str(PAGE), "exec"), {})


@pytest.mark.parametrize("kind", ["errors", "warnings"])
def test_what_is_wrong_is_told_as_shown(kind: str) -> None:
    found = [(n, text) for n, (_, what, text) in enumerate(BLOCKS) if what == kind]
    assert found
    for n, text in found:
        ((patient, problems),) = read_plain_text(text, "howto")
        assert (patient is None) is (kind == "errors")
        assert "\n".join(map(str, problems)) + "\n" == BLOCKS[n + 1][2]


def test_no_block_is_left_out() -> None:
    known = {
        ("yaml", "patient"),
        ("yaml", "errors"),
        ("yaml", "warnings"),
        ("python", ""),
        ("text", ""),
        ("sh", ""),
    }
    assert {(language, kind) for language, kind, _ in BLOCKS} == known
