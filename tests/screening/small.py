"""Little studies and little people for the tests of screening."""

from __future__ import annotations

from datetime import date
from typing import Any

import yaml

from paratope.patient.model import Patient
from paratope.patient.plain import read_plain
from paratope.protocol.load import read_protocol
from paratope.protocol.model import Protocol
from paratope.screening import Study, prepare

TODAY = date(2026, 6, 15).toordinal()


def protocol(key: str, criteria: str, more: str = "") -> Protocol:
    """A study from its criteria, one a line: ``I1: haemoglobin >= 90 g/L``; ids with E exclude.

    ``I1 (cohort HER2): ...`` and ``I1 (illustrative): ...`` give the role.
    """
    listed = []
    for line in criteria.strip().splitlines():
        label, rule = line.strip().split(": ", 1)
        id, _, role = label.partition(" ")
        part: dict[str, Any] = {
            "id": id, "section": "exclusion" if id.startswith("E") else "inclusion", "text": "words", "rule": rule
        }  # fmt: skip
        if role:
            name, _, cohort = role.strip("()").partition(" ")
            part |= {"role": name} | ({"cohort": cohort} if cohort else {})
        listed.append(part)
    head = {
        "paratope": 1,
        "key": key,
        "title": f"study {key}",
        "product": {"name": "a product", "kind": "CAR-T"},
    }
    loaded = read_protocol(yaml.safe_dump({**head, "criteria": listed, **yaml.safe_load(more or "{}")}))
    assert loaded.protocol is not None, [str(p) for p in loaded.problems]
    return loaded.protocol


def study(key: str, criteria: str, more: str = "") -> Study:
    return prepare(protocol(key, criteria, more))


def person(form: str = "{}") -> Patient:
    """A patient in the plain form."""
    data = yaml.load(form, Loader=yaml.BaseLoader)
    patient, problems = read_plain({"patient": {"id": "P"}, **data}, "small")
    assert patient is not None, [str(p) for p in problems]
    return patient
