"""What designs decide, as tables: each file is a chapter of the manual and a test."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Case:
    """One row: a design, outcomes as people write them, and the decision.

    ``then``: what is expected of it: ``action`` and ``rule`` always; ``dose``, ``size``, ``selected`` and
    ``admissible`` where said. ``because``: words that the reason must contain. ``noted``: words that its notes must
    contain.
    """

    chapter: str
    section: str
    design: dict[str, Any]
    outcomes: str
    then: dict[str, Any]
    because: str | None
    noted: str | None


def chapters() -> list[dict[str, Any]]:
    """Every chapter, as written."""
    return [yaml.safe_load(p.read_text(encoding="utf-8")) for p in sorted(HERE.glob("*.yaml"))]


def cases() -> list[Case]:
    """Every row of every chapter."""
    return [
        Case(
            chapter["title"],
            section["title"],
            row.get("design", section["design"]),
            row["outcomes"],
            {k: row[k] for k in ("action", "rule", "dose", "size", "selected", "admissible") if k in row},
            row.get("because"),
            row.get("noted"),
        )
        for chapter in chapters()
        for section in chapter["sections"]
        for row in section["cases"]
    ]
