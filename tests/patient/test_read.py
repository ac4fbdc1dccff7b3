"""Files and directories: bundles, NDJSON, bulk exports, pages, the plain form; what cannot be read."""

from __future__ import annotations

import io
import json
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from paratope.patient.read import Record, read_path
from tests.patient.fhir_records import LOINC, Json, bundle, concept, person, quantity

FORM = "patient: {id: P1, sex: male, born: 1964-06-06}\nlabs: [{is: haemoglobin, value: 118 g/L, on: 2026-06-10}]\n"


def hb(who: str, value: float = 118, **fields: Any) -> Json:
    return {
        "resourceType": "Observation", "id": f"hb-{who}-{value}", "status": "final",
        "code": concept(None, (LOINC, "718-7")), "valueQuantity": quantity(value, "g/L", "g/L"),
        "subject": {"reference": f"Patient/{who}"}, "effectiveDateTime": "2026-06-10", **fields,
    }  # fmt: skip


def lines(*resources: Any) -> str:
    return "".join(json.dumps(r) + "\n" for r in resources)


def found(path: Path | str) -> dict[str, int]:
    """Patients of a path and how many measurements each has."""
    return {
        r.patient.id: sum(map(len, r.patient.measurements.values())) for r in read_path(path) if r.patient
    }


def problems(path: Path | str) -> list[str]:
    return [p.message for r in read_path(path) for p in r.problems]


# --- one file ------------------------------------------------------------------------------------------


def write(folder: Path, name: str, content: str | bytes | Json | list[Json]) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


CONTENTS: list[tuple[str, str, Any, dict[str, int]]] = [
    ("a bundle", "a.json", bundle(person(id="a"), hb("a")), {"a": 1}),
    (
        "several patients",
        "a.json",
        bundle(person(id="a"), person(id="b"), hb("a"), hb("b"), hb("b", 99)),
        {"a": 1, "b": 2},
    ),
    ("a list", "a.json", [person(id="a"), hb("a")], {"a": 1}),
    ("a bare resource", "a.json", person(id="a"), {"a": 0}),
    ("lines", "a.ndjson", lines(person(id="a"), hb("b"), hb("a"), person(id="b")), {"a": 1, "b": 1}),
    ("lines under another name", "a.json", lines(person(id="a"), hb("a")), {"a": 1}),
    (
        "bundles in lines",
        "a.jsonl",
        lines(bundle(person(id="a"), hb("a")), bundle(person(id="b"))),
        {"a": 1, "b": 0},
    ),
    ("a form", "a.yaml", FORM, {"P1": 1}),
    ("a form in JSON", "a.json", {"patient": {"id": "P1"}}, {"P1": 0}),
    ("several forms", "a.yaml", FORM + "---\npatient: {id: P2}\n", {"P1": 1, "P2": 0}),
    ("without a suffix", "record", bundle(person(id="a"), hb("a")), {"a": 1}),
    (
        "with a byte-order mark",
        "a.json",
        b"\xef\xbb\xbf" + json.dumps(bundle(person(id="a"))).encode(),
        {"a": 0},
    ),
]


@pytest.mark.parametrize(("what", "name", "content", "patients"), CONTENTS, ids=[c[0] for c in CONTENTS])
def test_files(tmp_path: Path, what: str, name: str, content: Any, patients: dict[str, int]) -> None:
    path = write(tmp_path, name, content)
    assert found(path) == patients, what
    assert problems(path) == []


def test_origins_tell_patients_apart(tmp_path: Path) -> None:
    one = write(tmp_path, "one.json", bundle(person(id="a")))
    assert [r.origin for r in read_path(one)] == [str(one)]
    two = write(tmp_path, "two.json", bundle(person(id="a"), person(id="b")))
    assert [r.origin for r in read_path(two)] == [f"{two}#a", f"{two}#b"]


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    for text, patients in ((json.dumps(bundle(person(id="a"), hb("a"))), {"a": 1}), (FORM, {"P1": 1}),
                           (lines(person(id="a"), hb("a"), hb("a", 99)), {"a": 2})):  # fmt: skip
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        assert found("-") == patients


# --- what cannot be read -------------------------------------------------------------------------------

BROKEN: list[tuple[str, str, str | bytes, str]] = [
    ("cut off", "a.json", json.dumps(bundle(person()))[:-20], "not JSON"),
    ("bytes", "a.json", b"\xff\xfe\x00", "not a text in UTF-8"),
    ("compressed", "a.ndjson.gz", b"\x1f\x8b\x08\x00", "unpack it first"),
    ("empty", "a.json", "", "empty"),
    ("no patient", "a.json", json.dumps(bundle()), "no patient is in it"),
    (
        "a server's message",
        "a.json",
        json.dumps({"resourceType": "OperationOutcome", "id": "1"}),
        "a server's message",
    ),
    ("nested beyond reason", "a.json", "[" * 100_000, "nested"),
    (
        "a number beyond reason",
        "a.json",
        '{"resourceType": "Bundle", "total": ' + "9" * 5000 + "}",
        "not JSON that can be read",
    ),
    ("a form with a slip", "a.yaml", "patient: {id: P1}\nlaps: []\n", "is not a section"),
    ("prose", "a.txt", "the patient is well", "mapping"),
]


@pytest.mark.parametrize(("what", "name", "content", "why"), BROKEN, ids=[b[0] for b in BROKEN])
def test_what_cannot_be_read_says_why(
    tmp_path: Path, what: str, name: str, content: str | bytes, why: str
) -> None:
    path = write(tmp_path, name, content)
    records = list(read_path(path))
    assert records, what
    assert all(r.patient is None for r in records)
    assert any(why in p.message for r in records for p in r.problems), [
        str(p) for r in records for p in r.problems
    ]


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    (record,) = read_path(tmp_path / "missing.json")
    assert record.patient is None
    assert "no such file" in record.problems[0].message
    assert problems(tmp_path / "missing.ndjson") == ["cannot be read: no such file or directory"]


def test_a_bad_line_costs_only_itself(tmp_path: Path) -> None:
    text = lines(person(id="a")) + "{broken\n\n" + lines(hb("a"), [1], hb("a", 99))
    for name in ("a.ndjson", "a.json"):
        path = write(tmp_path, name, text)
        assert found(path) == {"a": 2}
    path = write(tmp_path, "a.ndjson", text)
    bad = [r for r in read_path(path) if r.patient is None]
    assert [r.origin for r in bad] == [f"{path}:2", f"{path}:5"]
    assert bad[0].problems[0].line == 2


# --- directories ---------------------------------------------------------------------------------------


def test_a_directory_of_bundles_forms_and_other_things(tmp_path: Path) -> None:
    write(tmp_path, "b/two.json", bundle(person(id="b"), hb("b")))
    write(tmp_path, "a.json", bundle(person(id="a")))
    write(tmp_path, "form.yaml", FORM)
    write(tmp_path, "notes.txt", "x")
    write(tmp_path, ".hidden.json", "x")
    assert found(tmp_path) == {"a": 0, "b": 1, "P1": 1}
    assert problems(tmp_path) == ["a file of type '.txt' is not read (json, ndjson, yaml are)"]


def test_an_empty_directory(tmp_path: Path) -> None:
    assert problems(tmp_path) == ["the directory is empty"]


def test_a_bulk_export_by_resource_type(tmp_path: Path) -> None:
    role = {"resourceType": "PractitionerRole", "id": "r", "code": [concept("investigator")]}
    organisation = {"resourceType": "Organization", "id": "unused", "name": "x"}
    stated = {
        "resourceType": "Observation", "id": "s", "status": "final", "code": concept("Venous access"),
        "valueString": "adequate", "subject": {"reference": "Patient/b"},
        "performer": [{"reference": "PractitionerRole/r"}],
    }  # fmt: skip
    write(tmp_path, "Observation.1.ndjson", lines(hb("b"), hb("a"), stated))
    write(tmp_path, "Observation.2.ndjson", lines(hb("a", 99), hb("c")))
    write(tmp_path, "Patient.ndjson", lines(person(id="a"), person(id="b", gender="male")))
    write(tmp_path, "Practitioner.ndjson", lines(role, organisation))
    assert found(tmp_path) == {"b": 1, "a": 2, "c": 1}
    records = {r.patient.id: r.patient for r in read_path(tmp_path) if r.patient is not None}
    assert [records[i].sex for i in "abc"] == ["female", "male", None]
    assert records["b"].statements["venous access"][0].author == "investigator"
    assert all(p.unused == () for p in records.values()), "what nobody refers to is nobody's"


def test_one_resource_per_file(tmp_path: Path) -> None:
    for n, r in enumerate((hb("a"), person(id="a"), hb("a", 99), person(id="b"))):
        write(tmp_path, f"{n}.json", r)
    assert found(tmp_path) == {"a": 2, "b": 0}


def test_subjects_by_identifier_or_address_or_none(tmp_path: Path) -> None:
    mrn = {"system": "mrn", "value": "77"}
    write(tmp_path, "p.ndjson", lines(
        hb("a", 1, subject={"identifier": mrn}), hb("a", 2, subject={"reference": "https://x.example/fhir/Patient/a"}),
        hb("a", 3, subject=None), person(id="a", identifier=[mrn])))  # fmt: skip
    assert found(tmp_path) == {"77": 3}


def test_resources_of_nobody_in_particular_are_reported(tmp_path: Path) -> None:
    write(tmp_path, "p.ndjson", lines(person(id="a"), person(id="b"), hb("a", subject=None)))
    assert found(tmp_path) == {"a": 0, "b": 0}
    (said,) = problems(tmp_path)
    assert "1 resources name no patient" in said
    assert "p.ndjson:3" in said


def test_the_pages_of_a_search_belong_together(tmp_path: Path) -> None:
    def page(n: int, *resources: Json, more: str = "next") -> None:
        link = [{"relation": more, "url": "x"}]
        write(tmp_path, f"page{n}.json", bundle(*resources, type="searchset", link=link))

    page(1, person(id="a"), hb("a"))
    page(2, hb("a", 99), person(id="b"), more="next")
    page(3, hb("b"), hb("b", 77), more="previous")
    page(4, person(id="z"), hb("z"))
    assert found(tmp_path) == {"a": 2, "b": 2, "z": 1}


def test_a_patient_in_two_files_is_warned_of(tmp_path: Path) -> None:
    for name in ("a.json", "b.json"):
        write(tmp_path, name, bundle(person(id="a"), hb("a")))
    records = list(read_path(tmp_path))
    assert [r.patient is not None for r in records] == [True, True]
    (said,) = records[1].problems
    assert said.warning
    assert "is also in" in said.message


def test_a_file_that_changes_while_it_is_read_raises_nothing(tmp_path: Path) -> None:
    path = write(tmp_path, "p.ndjson", lines(person(id="a"), person(id="b"), hb("a")))
    stream = read_path(tmp_path)
    first = next(stream)
    path.write_text("x" * 10)
    rest: list[Record] = list(stream)
    assert first.patient is not None
    assert len(rest) <= 2


def test_memory_stays_flat(tmp_path: Path) -> None:
    """Ten times the patients of an export take about the same memory: only places are kept."""

    def peak(patients: int) -> int:
        folder = tmp_path / str(patients)
        comment = "x" * 4000
        write(folder, "Patient.ndjson", lines(*(person(id=f"p{n}") for n in range(patients))))
        write(
            folder,
            "Observation.ndjson",
            lines(*(hb(f"p{n}", note=[{"text": comment}]) for n in range(patients))),
        )
        tracemalloc.start()
        for record in read_path(folder):
            assert record.patient is not None
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(5)  # warm the caches
    few, many = peak(40), peak(400)
    assert many - few < 360 * 4000 / 3
