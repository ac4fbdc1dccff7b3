"""The semantics as tables: each file is a chapter of the manual and a test."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
AS_OF = date(2026, 6, 15)
PLAN = {
    "consent": "2026-06-08",
    "screening_start": "2026-06-08",
    "apheresis": "2026-06-29",
    "preconditioning": "2026-07-20",
    "first_dose": "2026-07-25",
}


@dataclass(frozen=True)
class Case:
    """One row: a rule, what is on record, the verdict, and (for an open one) words its reasons must contain."""

    chapter: str
    section: str
    rule: str
    given: dict[str, Any]
    then: str
    because: str | None
    note: str | None
    plan: dict[str, str] | None


def chapters() -> list[dict[str, Any]]:
    """Every chapter, as written."""
    return [_mended(yaml.safe_load(p.read_text(encoding="utf-8"))) for p in sorted(HERE.glob("*.yaml"))]


def _mended(value: Any) -> Any:
    """YAML 1.1 reads the key ``on`` as true; here it is a date's name."""
    if isinstance(value, dict):
        return {"on" if k is True else k: _mended(v) for k, v in value.items()}
    return [_mended(v) for v in value] if isinstance(value, list) else value


def cases() -> list[Case]:
    """Every row of every chapter."""
    found = []
    for chapter in chapters():
        for section in chapter["sections"]:
            for row in section["cases"]:
                given = {k: v for k, v in row.items() if k not in ("then", "because", "note", "plan", "rule")}
                found.append(
                    Case(
                        chapter["title"],
                        section["title"],
                        row.get("rule", section["rule"]),
                        given,
                        row["then"],
                        row.get("because"),
                        row.get("note"),
                        row.get("plan", section.get("plan")),
                    )
                )
    return found
