"""The pages about protocols: the reference is current, and every example on the how-to page is run."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from paratope.patient.plain import read_plain
from paratope.protocol import load_protocol, read_protocol
from paratope.protocol.lint import lint
from paratope.protocol.manual import page
from paratope.protocol.patients import load_patients, patients_file, read_patients

ROOT = Path(__file__).parents[2]
HOWTO = (ROOT / "docs" / "howto" / "write-a-protocol.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "docs" / "examples" / "cd19.yaml"


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", HOWTO, re.DOTALL | re.MULTILINE)


def test_the_reference_page_is_current() -> None:
    file = ROOT / "docs" / "reference" / "protocol-format.md"
    assert file.read_text(encoding="utf-8") == page(), "run python -m paratope.protocol.manual"


def test_every_example_of_the_page_is_of_a_known_kind() -> None:
    kinds = re.findall(r"^```(\S.*)$", HOWTO, re.MULTILINE)
    assert set(kinds) == {
        "yaml protocol",
        "yaml wrong",
        "text problems",
        "yaml part",
        "yaml patients",
        "python",
    }


def test_whole_protocols_load() -> None:
    for text in blocks("yaml protocol"):
        assert read_protocol(text).problems == ()


def test_parts_load_inside_a_protocol() -> None:
    for text in blocks("yaml part"):
        assert read_protocol("paratope: 1\nkey: S\ntitle: s\n" + text).problems == ()


def test_problems_are_those_shown() -> None:
    wrong, shown = blocks("yaml wrong"), blocks("text problems")
    assert len(wrong) == len(shown)
    for text, problems in zip(wrong, shown, strict=True):
        assert [str(p) for p in read_protocol(text).problems] == problems.splitlines()


def test_the_patients_belong_to_the_first_protocol() -> None:
    whole = read_protocol(blocks("yaml protocol")[0]).protocol
    for text in blocks("yaml patients"):
        loaded = read_patients(text, protocol=whole)
        assert loaded.problems == ()
        assert read_plain(loaded.patients[0].patient, "here", loaded.patients[0].lines)[1] == ()


def test_the_code_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    names: dict[str, Any] = {}
    for code in blocks("python"):
        exec(code, names)


def test_the_example_study_loads_lints_and_covers_its_text() -> None:
    loaded = load_protocol(EXAMPLE)
    assert loaded.problems == ()
    assert loaded.protocol is not None
    little = load_patients(patients_file(EXAMPLE), loaded.protocol)
    assert little.problems == ()
    for patient in little.patients:
        assert read_plain(patient.patient, patient.name, patient.lines)[1] == ()
    text = EXAMPLE.with_suffix(".txt").read_text(encoding="utf-8")
    findings = lint(
        loaded.protocol, text=text, as_of=date(2026, 6, 15), patients=little.patients, line_of=loaded.line_of
    )
    assert [(f.code, f.severity, f.criteria) for f in findings] == [("window-unstated", "note", ("E2",))]
    for criterion in loaded.protocol.criteria:
        assert criterion.source is not None
        assert criterion.source.start is not None
        assert text.count("\n", 0, criterion.source.start) + 1 == criterion.source.line


def test_the_example_studys_patients_come_out_as_expected() -> None:
    from paratope.screening.check import check

    whole = load_protocol(EXAMPLE).protocol
    assert whole is not None
    report = check(whole, load_patients(patients_file(EXAMPLE), whole).patients)
    assert report.passed, report
    assert (report.run, report.expectations) == (3, 16)
