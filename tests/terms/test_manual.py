"""The page of the manual is that of the data."""

from __future__ import annotations

from pathlib import Path

from paratope.terms import catalogue
from paratope.terms.manual import render_terms

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "terms.md"
REMAKE = "make it again: python -c 'from paratope.terms.manual import render_terms; print(render_terms(), end=\"\")'"


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == render_terms(), REMAKE


def test_every_concept_is_on_it_once() -> None:
    rows = [
        line.split(" | ")[0].removeprefix("| ")
        for line in render_terms().splitlines()
        if line.startswith("| ")
    ]
    listed = [row.replace("\\*", "*") for row in rows if row != "Name"]
    assert sorted(listed) == sorted(catalogue().names())
