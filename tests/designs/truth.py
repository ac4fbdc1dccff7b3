"""The numbers of others that the shared folder holds, where it is beside this checkout."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.shared import SHARED

TRUTH = (SHARED or Path("absent")) / "truth" / "dose-finding"


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a table; none where it is absent."""
    path = TRUTH / name
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def floats(text: str) -> tuple[float, ...]:
    """``0.1 0.2`` as numbers."""
    return tuple(map(float, text.split()))
