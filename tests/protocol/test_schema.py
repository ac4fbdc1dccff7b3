"""The published JSON schema: current, valid, and of one mind with the loader about shape."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from paratope.patient.plain.load import load
from paratope.protocol import bundled, read_protocol
from paratope.protocol.load import STUDIES
from paratope.protocol.model import FORMAT
from paratope.protocol.schema import protocol_schema, published

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "cd19.yaml"
VALIDATOR = Draft202012Validator(protocol_schema())


def as_json(value: object) -> Any:
    """What an editor's YAML reader would make of the texts of a file."""
    if isinstance(value, dict):
        return {k: as_json(v) for k, v in value.items()}
    if isinstance(value, list):
        return [as_json(v) for v in value]
    if isinstance(value, str):
        if re.fullmatch(r"[-+]?(0|[1-9]\d*)", value):
            return int(value)
        if re.fullmatch(r"[-+]?(\d+\.?\d*)([eE][-+]?\d+)?", value) and not value.startswith("0"):
            return float(value)
        return {"true": True, "false": False}.get(value, value)
    return value


def data_of(text: str) -> Any:
    (document,) = load(text)
    return as_json(document.data)


def test_the_published_schema_is_current() -> None:
    file = ROOT / "docs" / "reference" / "protocol.schema.json"
    assert file.read_text(encoding="utf-8") == published(), "run python -m paratope.protocol.schema"


def test_the_schema_is_a_schema_and_carries_the_version() -> None:
    schema = protocol_schema()
    Draft202012Validator.check_schema(schema)
    assert schema["$id"].endswith(f":{FORMAT}")
    assert schema["properties"]["paratope"]["const"] == FORMAT
    assert json.loads(published()) == schema


@pytest.mark.parametrize(
    "file", [EXAMPLE, *(STUDIES / f"{key}.yaml" for key in bundled())], ids=lambda f: f.stem
)
def test_real_files_have_the_shape(file: Path) -> None:
    errors = [
        f"{e.json_path}: {e.message}"
        for e in VALIDATOR.iter_errors(data_of(file.read_text(encoding="utf-8")))
    ]
    assert errors == []


# Changes to the example that are wrong in shape: schema and loader must both say so.
CHANGES = [
    ("paratope: 1", "paratope: 2"),
    ("title: CAR-T", "titel: CAR-T"),
    ("phase: PHASE1", "phase: PHASE9"),
    ("status_date: 2026-05-01", "status_date: May"),
    ("enrolment: 18", "enrolment: many"),
    ("enrolment: 18", "enrolment: 18.5"),
    ("minimum_age: 18 years", "minimum_age: adult"),
    ("minimum_age: 18 years", "lowest_age: 18 years"),
    ("targets: [CD19]", "targets: CD19"),
    ("section: inclusion", "section: included"),
    ("span: [118, 143]", "span: [118]"),
    ("span: [118, 143]", "span: [118, x]"),
    ("line: 4", "line: 0"),
    ("evidence: [identity document]", "evidence: identity document"),
    ("{design: 3+3, cohort_size: 3}", "{design: 3+3, cohort_size: three}"),
    ("{blood: 14}", "{blod: 14}"),
    ("{blood: 14}", "{blood: soon}"),
    ("{level: 1, amount: 1e6, unit: CAR+ cells/kg}", "{level: 1, unit: CAR+ cells/kg}"),
    ("withheld:", "withheld: everything\nvisits:"),
]


@pytest.mark.parametrize(("old", "new"), CHANGES, ids=[new for _, new in CHANGES])
def test_schema_and_loader_refuse_the_same(old: str, new: str) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    assert old in text
    changed = text.replace(old, new, 1)
    assert read_protocol(changed).problems
    assert list(VALIDATOR.iter_errors(data_of(changed)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("short: CD19 example", "short:"),
        ("status_date: 2026-05-01", "status_date: 2026-05"),
        ("dose_levels:", "visits: withheld\nlymphodepletion: none\ndlt: withheld\ndose_levels:"),
        ("{blood: 14}", "{blood: null}"),
        ("short: CD19 example", "visits: [{at: D28}, {at: month 3, tolerance: 7 days}]"),
        (
            "short: CD19 example",
            "follow_up: [{what: adverse events, until: 24 months after the last dose, from: consent}]",
        ),
    ],
)
def test_schema_and_loader_accept_the_same(old: str, new: str) -> None:
    changed = EXAMPLE.read_text(encoding="utf-8").replace(old, new, 1)
    assert read_protocol(changed).problems == ()
    assert [e.message for e in VALIDATOR.iter_errors(data_of(changed))] == []
