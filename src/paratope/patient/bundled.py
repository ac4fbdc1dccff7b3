"""Eight invented patients to try things on: six in the plain form, two as FHIR R4 bundles, with plans."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

FOLDER = Path(str(resources.files("paratope.patient"))) / "examples"
PLANS = FOLDER.parent / "plans"
"""The planned dates: in a folder of their own, so that the examples can be screened as one directory."""


def bundled() -> tuple[Path, ...]:
    """The files of the example patients, in order."""
    return tuple(sorted(p for p in FOLDER.iterdir() if p.suffix in (".yaml", ".json")))


def plan_of(example: Path) -> Path | None:
    """The file of planned dates of an example; None if it has none."""
    number = example.name.split("-")[1]
    plan = PLANS / f"EXAMPLE-{number}.json"
    return plan if plan.is_file() else None
