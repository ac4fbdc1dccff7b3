"""The pages made from the code are those in the manual."""

from __future__ import annotations

from paratope.designs.manual import render as render_designs
from tests.designs import manual
from tests.docs.session import ROOT


def test_the_page_of_designs_is_current() -> None:
    page = (ROOT / "docs/reference/designs.md").read_text(encoding="utf-8")
    assert page == render_designs(), "make it again: docs/regenerate.sh"


def test_the_page_of_decisions_is_current() -> None:
    page = (ROOT / manual.PAGE).read_text(encoding="utf-8")
    assert page == manual.render(), "make it again: docs/regenerate.sh"
