"""The table of fields, and everything made from it or shipped with it: manual, schema, template, examples."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from paratope.patient.bundled import bundled, plan_of
from paratope.patient.fhir import read_bundle
from paratope.patient.model import Patient
from paratope.patient.plain import read_plain, read_plain_text
from paratope.patient.plain.fields import ATTRIBUTE_FIELDS, SECTIONS, TYPES, Field
from paratope.patient.plain.load import load
from paratope.patient.plain.manual import render as manual
from paratope.patient.plain.reading import plainly
from paratope.patient.plain.schema import render as rendered_schema
from paratope.patient.plain.schema import schema
from paratope.patient.template import TEMPLATE
from paratope.patient.write_plain import write_plain
from paratope.rules.attributes import ATTRIBUTES
from tests.patient.strategies import facts_of

DOCS = Path(__file__).resolve().parents[2] / "docs"

PLAIN = [p for p in bundled() if p.suffix == ".yaml"]
FHIR = [p for p in bundled() if p.suffix == ".json"]


def patient_of(example: Path) -> Patient:
    text = example.read_text(encoding="utf-8")
    if example.suffix == ".json":
        (patient,) = read_bundle(json.loads(text))
        return patient
    ((found, problems),) = read_plain_text(text, example.name)
    assert problems == ()
    assert found is not None
    return found


# --- the table -----------------------------------------------------------------------------------------


def test_the_attributes_are_those_of_the_rule_language() -> None:
    of_the_cancer = {"extent", "confirmed by", "status", "feature"}
    assert {f.name for f in ATTRIBUTE_FIELDS} == set(ATTRIBUTES) - of_the_cancer
    types = {
        "yes/no": {"yes/no", "treated"},
        "number": {"number", "daily dose"},
        "word": {"word"},
        "grade word": {"word"},
    }
    for field in ATTRIBUTE_FIELDS:
        assert field.type in types[ATTRIBUTES[field.name].type], field.name


def test_names_of_sections_and_fields_are_told_apart() -> None:
    names = [plainly(n) for s in SECTIONS for n in s.names]
    assert len(names) == len(set(names))
    for section in SECTIONS:
        fields = [plainly(n) for f in section.fields for n in (f.name, *f.aliases)]
        assert len(fields) == len(set(fields)), section.names[0]
        assert {f.type for f in section.fields} <= set(TYPES)


FIELDS = [(section.names[0], field) for section in SECTIONS for field in section.fields]


@pytest.mark.parametrize(("section", "field"), FIELDS, ids=lambda x: x if isinstance(x, str) else x.name)
def test_every_example_is_read(section: str, field: Field) -> None:
    """Each example in the manual, in its place, with the required fields around it."""
    fields = next(s for s in SECTIONS if s.names[0] == section).fields
    item = {f.name: f.example for f in fields if f.required}
    item |= load(f"{field.name}: {field.example}")[0].data  # type: ignore[operator]
    if field.name == "amplified":
        item["result"] = "equivocal"
    elif section == "antigens" and field.name not in ("score", "ratio", "copies", "cells"):
        item.setdefault("result", "positive")
    if section == "statements" and field.name != "parts":
        item.setdefault("value", "52 weeks")
    form: dict[str, Any] = {"patient": {"id": "P1"}, "findings": ["CNS leukaemia"]}
    if section == "patient":
        form = {"patient": item}
    elif section == "flags":
        form["flags"] = {"liver metastases": item}
    elif section == "findings":
        form["findings"] = [item]
    else:
        form[section] = [item]
    patient, problems = read_plain(form, "example")
    assert patient is not None, problems
    for problem in problems:
        assert problem.warning
        assert "decides nothing" in problem.message or "is missing" in problem.message, problem


# --- manual and schema ---------------------------------------------------------------------------------


def test_the_manual_is_current() -> None:
    page = DOCS / "reference" / "patient-form.md"
    command = f"run: python -m paratope.patient.plain.manual > docs/reference/{page.name}"
    assert page.read_text(encoding="utf-8") == manual(), command


def test_the_schema_is_current() -> None:
    page = DOCS / "reference" / "patient.schema.json"
    command = f"run: python -m paratope.patient.plain.schema > docs/reference/{page.name}"
    assert page.read_text(encoding="utf-8") == rendered_schema(), command


def test_the_schema_knows_the_form() -> None:
    Draft202012Validator.check_schema(schema())
    validator = Draft202012Validator(schema())
    for text in (TEMPLATE, *(p.read_text(encoding="utf-8") for p in PLAIN)):
        assert list(validator.iter_errors(load(text)[0].data)) == []
    for example in bundled():
        assert list(validator.iter_errors(write_plain(patient_of(example)))) == []
    for wrong in ({}, {"patient": {}, "lab": []}, {"patient": {"id": 1}, "labs": [{"is": "ALT", "valu": 3}]}):
        assert list(validator.iter_errors(wrong))


# --- template and examples -----------------------------------------------------------------------------


def test_the_template_is_read_without_a_problem() -> None:
    ((patient, problems),) = read_plain_text(TEMPLATE, "template")
    assert problems == ()
    assert patient is not None


def test_the_template_shows_every_section_and_its_comments_are_examples() -> None:
    (document,) = load(TEMPLATE)
    assert isinstance(document.data, dict)
    assert set(document.data) >= {s.names[0] for s in SECTIONS}
    opened = re.sub(r"^(\s*)# - ", r"\1- ", TEMPLATE, flags=re.M)
    assert opened.count("\n  - ") > TEMPLATE.count("\n  - ")
    ((patient, problems),) = read_plain_text(opened, "template")
    assert problems == ()
    assert patient is not None


def test_there_are_eight_examples_at_least_two_of_them_fhir() -> None:
    assert len(bundled()) == 8
    assert len(FHIR) >= 2
    assert [patient_of(p).id for p in bundled()] == [f"EXAMPLE-{n}" for n in range(1, 9)]


@pytest.mark.parametrize("example", bundled(), ids=lambda p: p.stem)
def test_an_example_is_read_whole(example: Path) -> None:
    patient = patient_of(example)
    assert [u for u in patient.unused if "a note" not in u.why] == []
    assert patient.cancers
    assert not any(m.problem for group in patient.measurements.values() for m in group)


@pytest.mark.parametrize("example", bundled(), ids=lambda p: p.stem)
def test_an_example_is_the_same_in_plain_form(example: Path) -> None:
    patient = patient_of(example)
    again, problems = read_plain(write_plain(patient), "again")
    assert again is not None, problems
    assert facts_of(again) == facts_of(patient)


@pytest.mark.parametrize("example", bundled(), ids=lambda p: p.stem)
def test_a_plan_dates_what_a_plan_may_date(example: Path) -> None:
    plan = plan_of(example)
    if plan is None:
        assert example.name.startswith("example-8")  # of a thin letter nothing is planned
        return
    dates = json.loads(plan.read_text(encoding="utf-8"))
    assert set(dates) <= {
        "consent",
        "screening_start",
        "apheresis",
        "preconditioning",
        "first_dose",
        "enrolment",
    }
    consents = {c.study for c in patient_of(example).consents}
    assert consents <= set(dates["first_dose"])


def test_what_the_examples_are_there_to_show() -> None:
    myeloma, dlbcl, sclc, gastric, prostate, pancreas, child, letter = map(patient_of, bundled())
    assert {t.value for name in ("BCMA", "GPRC5D") for t in myeloma.antigens[name]} == {"positive"}
    assert (
        max(
            e.attributes.get("line", 0)
            for e in myeloma.entries
            if isinstance(e.attributes.get("line", 0), float)
        )
        == 3
    )
    assert dlbcl.results["HBsAg"][0].value == "positive"
    assert any("entecavir" in e.concepts for e in dlbcl.entries)
    assert any(e.end and e.end.text == "2026-05-26" and "CD20" in e.targets for e in dlbcl.entries)
    assert sclc.antigens["DLL3"][0].value == "positive"
    assert [e.attributes["symptomatic"] for e in sclc.present["brain metastasis"]] == [False]
    assert gastric.antigens["HER2"][0].score == 3
    (alt,) = gastric.measurements["ALT"]
    assert alt.value is not None
    assert alt.high is not None
    assert alt.value.low == 3 * alt.high
    (steroid,) = prostate.present["prednisone"]
    assert (steroid.attributes["daily dose"], steroid.ongoing) == (10.0, True)
    assert pancreas.antigens["FAP"][0].compartment == "stroma"
    assert pancreas.extracted is not None
    count = pancreas.measurements["neutrophils"][0].when
    assert count is not None
    assert pancreas.extracted - count.last > 28
    assert child.born is not None
    assert child.extracted is not None
    assert (child.extracted - child.born.first) // 365.25 == 15
    assert {"CAR-T therapy", "allogeneic stem cell transplant"} <= set(child.present)
    assert len(letter.measurements) + len(letter.results) == 2
