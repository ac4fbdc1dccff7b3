"""The commands end to end, as a user meets them: what they print, where, and with which exit code."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from paratope import __version__, cli
from paratope.cli.app import app
from paratope.patient.template import TEMPLATE
from paratope.protocol import bundled

EXAMPLES = Path(__file__).parents[2] / "src" / "paratope" / "patient" / "examples"
FHIR, PLAIN = EXAMPLES / "example-2-dlbcl-hepatitis-b.json", EXAMPLES / "example-1-myeloma.yaml"
STUDY = "in-vivo-iit"
ANSWERS = ("excluded", "incomplete", "needs judgement", "no obstacle")


def run(*args: object, given: str | bytes | None = None, code: int = 0) -> Result:
    """Run the program in this process; whatever happens, no traceback and the exit code that was meant."""
    result = CliRunner().invoke(app, [str(a) for a in args], input=given, prog_name="paratope")
    assert result.exit_code == code, (result.exit_code, result.output, result.exception)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    return result


def program(args: Sequence[object], given: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the program as a process of its own, its output in pipes."""
    return subprocess.run(
        [sys.executable, "-m", "paratope", *map(str, args)],
        input=given,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, **environment},
        check=False,
    )


@pytest.fixture
def form(tmp_path: Path) -> Path:
    """The template, saved."""
    path = tmp_path / "form.yaml"
    path.write_text(TEMPLATE, encoding="utf-8")
    return path


# --- the top -------------------------------------------------------------------------------------------


def test_without_a_command_the_help_is_shown() -> None:
    said = run(code=2).output
    assert "Usage: paratope" in said
    assert all(word in said for word in ("screen", "explain", "studies", "show", "check", "patient"))


@pytest.mark.parametrize("option", ["-h", "--help"])
@pytest.mark.parametrize(
    "command", ["", "screen", "explain", "studies", "show", "check", "patient", "patient show"]
)
def test_every_command_has_help(command: str, option: str) -> None:
    assert f"Usage: paratope {command}".rstrip() in run(*command.split(), option).stdout


def test_no_line_of_the_list_of_commands_is_cut() -> None:
    assert "..." not in run("--help").stdout.split("Commands:")[1]


def test_version() -> None:
    assert run("--version").stdout == f"paratope {__version__}\n"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["scren"], "Did you mean 'screen'?"),
        (["screen"], "Missing argument"),
        (["screen", "x", "--frmat", "json"], "--format"),
        (["screen", "x", "--format", "xml"], "'table', 'json', 'html'"),
        (["explain", "x", "y"], "Missing argument"),
    ],
)
def test_a_wrong_command_line_says_what_would_be_right(args: list[str], said: str) -> None:
    result = run(*args, code=2)
    assert said in result.stderr
    assert result.stdout == ""


# --- screen: formats -----------------------------------------------------------------------------------


@pytest.mark.parametrize("patient", [FHIR, PLAIN], ids=["fhir", "plain"])
def test_the_table_names_every_study_with_its_answer(patient: Path) -> None:
    said = run("screen", patient).stdout
    assert "as of 2026-06-15" in said
    assert said.rstrip().endswith("of each study decide.")
    for key in bundled():
        (head,) = [line for line in said.splitlines() if line.startswith(key)]
        assert any(answer in head for answer in ANSWERS)


def test_the_table_fits_a_hundred_columns() -> None:
    assert max(map(len, run("screen", PLAIN, "-v").stdout.splitlines())) <= 100


def test_the_long_table_names_every_criterion(form: Path) -> None:
    short, long = (run("screen", form, "-s", STUDY, *more).stdout for more in ((), ("--verbose",)))
    listed = {c["id"] for c in _one(run("screen", form, "-s", STUDY, "--format", "json"))["criteria"]}
    assert {
        line.split()[1] for line in long.splitlines() if line.startswith("  ") and line[2] != " "
    } >= listed
    assert len(short) < len(long)


def _one(result: Result) -> dict[str, object]:
    """The only study of the only patient of a JSON document."""
    (patient,) = json.loads(result.stdout)["patients"]
    (study,) = patient["studies"]
    assert isinstance(study, dict)
    return study


def test_json_is_one_document_of_every_patient_in_order(form: Path) -> None:
    document = json.loads(run("screen", PLAIN, form, FHIR, "--format", "json").stdout)
    assert document["schema"] == "paratope.screen/1"
    assert [p["patient"] for p in document["patients"]] == ["EXAMPLE-1", "EXAMPLE-0", "EXAMPLE-2"]
    for patient in document["patients"]:
        assert {s["study"] for s in patient["studies"]} == set(bundled())


def test_the_three_formats_give_the_same_answers() -> None:
    document = json.loads(run("screen", FHIR, "--format", "json").stdout)
    table, page = run("screen", FHIR).stdout, run("screen", FHIR, "--format", "html").stdout
    words = {
        "excluded": "excluded",
        "incomplete": "incomplete",
        "needs_judgement": "needs judgement",
        "eligible": "no obstacle on record",
    }
    for study in document["patients"][0]["studies"]:
        word = words[study["status"]]
        assert re.search(rf"^{study['study']} .*: {word}", table, re.MULTILINE)
        article = page[page.index(f"<h2>{study['study']}:") :]
        assert re.search(rf'class="badge {study["status"]}">{word}', article)
        for name, fits in study["cohorts"].items():
            assert f"{name} {fits}" in table


def test_html_is_one_whole_page_without_anything_from_outside() -> None:
    page = run("screen", FHIR, "--format", "html").stdout
    assert page.startswith("<!DOCTYPE html>")
    assert page.rstrip().endswith("</html>")
    assert "<script" not in page
    assert not re.search(r'(?:src|href)="(?!#)', page)
    assert "http" not in page


def test_what_a_record_says_is_text_in_the_page(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text("patient: {id: <b>X</b>, extracted: 2026-06-15}\n", encoding="utf-8")
    page = run("screen", path, "--format", "html").stdout
    assert "<b>X</b>" not in page
    assert "&lt;b&gt;X&lt;/b&gt;" in page


def test_no_value_of_the_program_s_own_objects_reaches_a_reader() -> None:
    for args in (
        ["screen", FHIR, "-v"],
        ["screen", FHIR, "--format", "html"],
        ["studies"],
        ["show", "NCT07409766"],
    ):
        said = run(*args).stdout
        assert not re.search(
            r"\b(When|Interval|Measurement|Amount|Span)\(|object at 0x|\bNone\b(?! may)|\bnan\b", said
        )


# --- screen: where it goes -----------------------------------------------------------------------------


@pytest.mark.parametrize("form_of", ["table", "json"])
def test_out_writes_a_file_and_nothing_on_the_screen(tmp_path: Path, form: Path, form_of: str) -> None:
    out = tmp_path / "new" / "folder" / "result"
    shown = run("screen", form, "-s", STUDY, "--format", form_of).stdout
    assert run("screen", form, "-s", STUDY, "--format", form_of, "--out", out).stdout == ""
    assert out.read_text(encoding="utf-8") == shown


def test_one_dossier_goes_into_the_file_named(tmp_path: Path, form: Path) -> None:
    out = tmp_path / "dossier.html"
    assert run("screen", form, "--format", "html", "--out", out).stdout.split() == [str(out)]
    assert "EXAMPLE-0" in out.read_text(encoding="utf-8")


def test_several_dossiers_go_into_a_directory_each_under_its_patient(tmp_path: Path, form: Path) -> None:
    out = tmp_path / "dossiers"
    said = run("screen", PLAIN, form, form, FHIR, "--format", "html", "--out", out).stdout.split()
    assert said == [
        str(out / n) for n in ("EXAMPLE-1.html", "EXAMPLE-0.html", "EXAMPLE-0-2.html", "EXAMPLE-2.html")
    ]
    assert sorted(p.name for p in out.iterdir()) == sorted(Path(s).name for s in said)


def test_an_identifier_that_is_no_file_name_cannot_leave_the_directory(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text('patient: {id: "../../a b/c", extracted: 2026-06-15}\n', encoding="utf-8")
    run("screen", path, "--format", "html", "--out", tmp_path / "d")
    (written,) = (tmp_path / "d").iterdir()
    assert re.fullmatch(r"[\w.-]+\.html", written.name)


def test_several_dossiers_need_a_directory(tmp_path: Path, form: Path) -> None:
    shown = run("screen", form, PLAIN, "--format", "html", code=1)
    assert "--out" in shown.stderr
    assert shown.stdout.count("<!DOCTYPE html>") == 1
    assert (
        "directory"
        in run("screen", form, PLAIN, "--format", "html", "--out", tmp_path / "x.html", code=1).stderr
    )


@pytest.mark.parametrize("form_of", ["table", "json", "html"])
def test_a_place_that_cannot_be_written_is_said(tmp_path: Path, form: Path, form_of: str) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    said = run(
        "screen", form, "--format", form_of, "--out", tmp_path / "file" / "x" / "y.html", code=1
    ).stderr
    assert "cannot be written" in said


def test_table_and_json_into_a_directory_is_said(tmp_path: Path, form: Path) -> None:
    assert "cannot be written" in run("screen", form, "--out", tmp_path, code=1).stderr


# --- screen: what is given -----------------------------------------------------------------------------


def test_standard_input_is_read_like_a_file(form: Path) -> None:
    assert run("screen", "-", given=TEMPLATE).stdout == run("screen", form).stdout
    text = FHIR.read_bytes()
    assert run("screen", "-", "-s", STUDY, given=text).stdout == run("screen", FHIR, "-s", STUDY).stdout


def test_a_directory_is_every_patient_in_it(tmp_path: Path) -> None:
    for path in (PLAIN, FHIR):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    document = json.loads(run("screen", tmp_path, "-s", STUDY, "--format", "json").stdout)
    assert [p["patient"] for p in document["patients"]] == ["EXAMPLE-1", "EXAMPLE-2"]


def test_the_bundled_examples_are_read_as_a_directory_without_a_complaint() -> None:
    result = run("screen", EXAMPLES, "-s", STUDY, "--format", "json")
    assert result.stderr == ""
    patients = [p["patient"] for p in json.loads(result.stdout)["patients"]]
    assert patients == [f"EXAMPLE-{n}" for n in range(1, 9)]


def test_ndjson_holds_a_bundle_in_each_line(tmp_path: Path) -> None:
    bundle = json.loads(FHIR.read_text(encoding="utf-8"))
    path = tmp_path / "export.ndjson"
    path.write_text(f"{json.dumps(bundle)}\n\n{{broken\n", encoding="utf-8")
    result = run("screen", path, "-s", STUDY, "--format", "json", code=1)
    assert [p["patient"] for p in json.loads(result.stdout)["patients"]] == ["EXAMPLE-2"]
    assert f"{path}:3" in result.stderr


def test_a_patient_that_cannot_be_read_does_not_stop_the_others(tmp_path: Path, form: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(
        "patient: {id: P, sex: femal}\nlabs: [{is: haemoglobim, value: 9 g/dL}]\n", encoding="utf-8"
    )
    result = run("screen", bad, tmp_path / "none.yaml", form, "-s", STUDY, code=1)
    assert "Patient EXAMPLE-0" in result.stdout
    told = result.stderr.splitlines()
    assert len(told) == 3  # both errors of one file, one of the other
    assert "$.patient.sex (line 1)" in told[0]
    assert "did you mean female?" in told[0]
    assert "$.labs[0].is (line 2)" in told[1]
    assert "haemoglobin" in told[1]
    assert "none.yaml: cannot be read: no such file or directory" in told[2]


@pytest.mark.parametrize(
    "text", [b"", b"\n \n", b"\x00\x01\xff", b"%", b"{", b"[]", b"[1, 2]", b"a: [", b"- x", b"7"]
)
def test_what_is_no_record_is_said_in_one_line_without_a_path(tmp_path: Path, text: bytes) -> None:
    for suffix in ("json", "yaml", "ndjson"):
        path = tmp_path / f"p.{suffix}"
        path.write_bytes(text)
        result = run("screen", path, "-s", STUDY, "--format", "json", code=1)
        assert json.loads(result.stdout)["patients"] == []
        assert result.stderr.strip()
        assert ": $: " not in result.stderr
    assert run("screen", "-", "-s", STUDY, given=text, code=1).stderr.strip()


def test_an_empty_directory_is_said(tmp_path: Path) -> None:
    assert "the directory is empty" in run("screen", tmp_path, code=1).stderr


@pytest.mark.parametrize("day", ["15.06.2026", "2026-13-01", "2026-06-31", "soon", ""])
def test_a_date_that_is_none_is_said(form: Path, day: str) -> None:
    result = run("screen", form, "--as-of", day, code=2)
    assert result.stderr == f"paratope: --as-of: expected a date like 2026-06-15, found {day!r}\n"


def test_the_day_given_goes_before_the_day_of_the_record(form: Path) -> None:
    said = run("screen", form, "-s", STUDY, "--as-of", "2026-09-01", "-v").stdout
    assert "as of 2026-09-01" in said
    assert "days old; at most 28 days count" in said


def test_absence_is_presumed_only_when_asked(form: Path) -> None:
    plain, presumed = (
        run("screen", form, "-s", STUDY, "-v", *more).stdout for more in ((), ("--presume-absence",))
    )
    assert "presumed" not in plain
    assert "absence presumed, not recorded" in presumed
    assert "presumed (by your choice)" in presumed


# --- screen: plans and studies -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ['{"first_dose": {"in-vivo-iit": "2026-09-20"}}', "first_dose: 2026-09-20\n"]
)
def test_a_plan_as_json_or_yaml_moves_a_window(tmp_path: Path, text: str) -> None:
    plan = tmp_path / "plan"
    plan.write_text(text, encoding="utf-8")

    def verdict(*more: object) -> str:
        study = _one(run("screen", FHIR, "-s", STUDY, "--format", "json", *more))
        (found,) = [c["verdict"] for c in study["criteria"] if c["id"] == "E1.1"]  # type: ignore[attr-defined]
        return str(found)

    assert verdict("--plan", plan) == "not_met"
    plan.write_text('{"first_dose": "2026-07-06"}', encoding="utf-8")
    assert verdict("--plan", plan) == "met"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '{"consnt": "2026-06-08", "first_dose": {"NCT07409766": "July"}}',
            ["$.consnt", "$.first_dose.NCT07409766"],
        ),
        ("[1]", ["a plan is an object of dates"]),
        ("[", ["neither JSON nor YAML"]),
        ('{"first_dose": {"NCT0740976": "2026-07-01"}}', ["NCT07409766"]),
    ],
)
def test_every_fault_of_a_plan_is_told_with_its_place(
    tmp_path: Path, form: Path, text: str, said: list[str]
) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(text, encoding="utf-8")
    result = run("screen", form, "--plan", plan, code=2)
    told = result.stderr.splitlines()
    assert len(told) == len(said)
    for line, part in zip(told, said, strict=True):
        assert part in line
        assert str(plan) in line
    assert result.stdout == ""


def test_a_plan_that_is_not_there_is_said(tmp_path: Path, form: Path) -> None:
    assert (
        "cannot be read: no such file" in run("screen", form, "--plan", tmp_path / "p", code=2).stderr.lower()
    )


@pytest.mark.parametrize(
    ("key", "said"),
    [("NCT0740976", "did you mean 'NCT07409766'?"), ("xyz", "in-vivo-iit"), ("x.yaml", "cannot be read")],
)
def test_an_unknown_study_is_said_with_what_there_is(form: Path, key: str, said: str) -> None:
    for result in (
        run("screen", form, "-s", key, code=2),
        run("explain", form, key, "I1", code=2),
        run("show", key, code=2),
        run("check", key, code=1),
    ):
        assert said in result.stderr
        assert key in result.stderr
        assert ": $: " not in result.stderr
        assert result.stdout == ""


def test_studies_may_be_named_by_key_short_name_and_file_in_any_case(tmp_path: Path, form: Path) -> None:
    def heads(*studies: object) -> list[str]:
        chosen = [part for s in studies for part in ("-s", s)]
        document = json.loads(run("screen", form, *chosen, "--format", "json").stdout)
        return [s["study"] for s in document["patients"][0]["studies"]]

    mine = tmp_path / "mine.yaml"
    mine.write_text(SMALL, encoding="utf-8")
    assert heads("nct07409766") == heads("car-m platform") == ["NCT07409766"]
    assert set(heads(mine, STUDY, mine)) == {"MINE", STUDY}


SMALL = """\
paratope: 1
key: MINE
title: a small study
criteria:
  - {id: I1, section: inclusion, text: The patient is an adult., rule: age at consent >= 18 years}
  - {id: E1, section: exclusion, text: There was a stroke., rule: any stroke}
"""


# --- explain, show, studies, check, patient ------------------------------------------------------------


def test_explain_shows_the_verdict_the_rule_the_values_and_the_facts(form: Path) -> None:
    said = run("explain", form, "NCT07409766", "i6.5").stdout
    assert "NCT07409766 I6.5 (inclusion)" in said
    assert "verdict on the text: met; no obstacle" in said
    assert "true: each of ALT, AST <= 2.5 x ULN, relaxed to 5 x ULN with (observed liver metastases)" in said
    assert "ALT 32 U/L = 0.8 × ULN (2026-06-10)" in said
    assert re.search(r"← AST 28 U/L.* \[labs\[6\] \(line \d+\)\]", said)


@pytest.mark.parametrize("key", bundled())
def test_criteria_can_be_explained_and_shown(key: str) -> None:
    study = _one(run("screen", FHIR, "-s", key, "--format", "json"))
    for criterion in study["criteria"][::9]:  # type: ignore[index]
        said = run("explain", FHIR, key, criterion["id"]).stdout
        assert f"verdict on the text: {_words(criterion['verdict'])}" in said
        assert (
            run("show", key, criterion["id"]).stdout.splitlines()[0].endswith(f"criterion {criterion['id']}")
        )


def _words(verdict: str) -> str:
    return {"not_met": "not met", "judgement": "needs judgement"}.get(verdict, verdict)


def test_a_criterion_that_is_not_there_is_said_with_near_ones(form: Path) -> None:
    for result in (
        run("explain", form, "NCT07409766", "I6.55", code=2),
        run("show", "NCT07409766", "I6.55", code=2),
    ):
        assert "has no criterion 'I6.55'; did you mean " in result.stderr
        assert "I6.5" in result.stderr


def test_studies_are_listed_for_people_and_for_programs() -> None:
    table, listed = run("studies").stdout, json.loads(run("studies", "--json").stdout)
    assert [s["study"] for s in listed] == list(bundled())
    for study in listed:
        assert study["study"] in table
        assert study["title"] in table
        assert study["criteria"] > 0
        assert study["status_date"] is None or re.fullmatch(r"\d{4}(-\d\d){0,2}", study["status_date"])


@pytest.mark.parametrize("key", bundled())
def test_show_names_every_part_of_a_study(key: str) -> None:
    said = run("show", key).stdout
    for title in (
        "Treatment",
        "Inclusion criteria",
        "Exclusion criteria",
        "Policies",
        "Not in the public record",
    ):
        assert f"\n{title}\n" in said


def test_check_runs_a_study_s_patients_and_lint(tmp_path: Path) -> None:
    assert re.search(
        r"^in-vivo-iit\n  \d+ little patients, \d+ expectations, 0 not met", run("check", STUDY).stdout
    )
    mine = tmp_path / "mine.yaml"
    mine.write_text(SMALL, encoding="utf-8")
    assert "no little patients of its own" in run("check", mine).stdout
    (tmp_path / "mine.patients.yaml").write_text(
        "- name: a child\n  why: too young\n  as_of: 2026-06-15\n  patient: {patient: {id: A, born: 2015-03-01}}\n"
        "  expect: {status: excluded, criteria: {I1: not_met, E1: not_met}}\n",
        encoding="utf-8",
    )
    said = run("check", mine, code=1).stdout
    assert "1 little patient" in said
    assert "a child: criterion E1 is unknown, expected not_met" in said
    document = json.loads(run("check", mine, "--json", code=1).stdout)
    assert document["schema"] == "paratope.check/1"
    (study,) = document["studies"]
    assert study["differences"] == [
        {"patient": "a child", "what": "criterion E1", "expected": "not_met", "found": "unknown"}
    ]


def test_check_tells_everything_that_is_wrong_with_a_file(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text(SMALL.replace("title", "titel").replace("any stroke", "any strook"), encoding="utf-8")
    told = run("check", mine, code=1).stderr
    assert "did you mean 'title'?" in told
    assert "$.criteria[1].rule (line 6" in told
    assert "stroke" in told


def test_check_finds_words_that_no_criterion_covers(tmp_path: Path) -> None:
    text = tmp_path / "mine.txt"
    text.write_text("Adults of 18 years.\nNobody who suffers from gout.\nNo stroke.\n", encoding="utf-8")
    mine = tmp_path / "mine.yaml"
    covered = SMALL.replace("18 years}", "18 years, source: {line: 1, span: [0, 19]}}")
    mine.write_text(
        covered.replace("any stroke}", "any stroke, source: {line: 3, span: [50, 60]}}"), encoding="utf-8"
    )
    assert "gout" in run("check", mine, "--text", text).output
    assert "exactly one study" in run("check", "--text", text, code=2).stderr
    missing = run("check", mine, "--text", tmp_path / "none", code=2).stderr
    assert "cannot be read: no such file" in missing.lower()
    assert "Errno" not in missing


def test_a_template_can_be_screened_and_shown_as_it_stands() -> None:
    template = run("patient", "template").stdout
    assert template == TEMPLATE
    shown = run("patient", "show", "-", given=template).stdout
    assert shown != template
    assert _verdicts("-", given=shown) == _verdicts("-", given=template)


def _verdicts(*args: object, given: str | None = None) -> dict[str, str]:
    """Study and criterion -> verdict."""
    (patient,) = json.loads(run("screen", *args, "--format", "json", given=given).stdout)["patients"]
    return {f"{s['study']} {c['id']}": c["verdict"] for s in patient["studies"] for c in s["criteria"]}


def test_what_was_understood_of_a_fhir_record_is_shown_in_the_plain_form() -> None:
    shown = run("patient", "show", FHIR).stdout
    assert shown.startswith("---\npatient: {id: EXAMPLE-2")
    assert _verdicts("-", given=shown) == _verdicts(FHIR)


def test_patient_show_says_what_cannot_be_read(tmp_path: Path) -> None:
    assert "cannot be read: no such file" in run("patient", "show", tmp_path / "x", code=1).stderr.lower()


# --- terminals, pipes, faults --------------------------------------------------------------------------


def test_pipes_get_no_colours() -> None:
    done = program(["screen", FHIR])
    assert done.returncode == 0
    assert "\x1b" not in done.stdout + done.stderr


def terminal(args: Sequence[object], **environment: str) -> str:
    """What a terminal of a hundred columns gets to see."""
    ours, theirs = pty.openpty()
    clean = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "TERM")}
    with subprocess.Popen(
        [sys.executable, "-m", "paratope", *map(str, args)],
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        env={**clean, "TERM": "xterm", "COLUMNS": "100", **environment},
    ) as running:
        os.close(theirs)
        seen = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # the other side is closed
                break
            if not part:
                break
            seen += part
        assert running.wait() == 0
    os.close(ours)
    return seen.decode("utf-8").replace("\r\n", "\n")


def test_terminals_get_colours_unless_they_are_not_wanted() -> None:
    coloured = terminal(["studies"])
    assert "\x1b[1m" in coloured
    plain = program(["studies"]).stdout
    assert terminal(["studies"], NO_COLOR="1") == plain
    assert terminal(["studies"], TERM="dumb") == plain
    assert re.sub(r"\x1b\[\d*m", "", coloured) == plain


def test_a_reader_that_has_had_enough_is_no_error() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "paratope", "screen", str(PLAIN), "-v"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.readline().startswith(b"Patient EXAMPLE-1")
        running.stdout.close()
        said = running.stderr.read()
        running.stderr.close()
        assert running.wait() == 0
    assert said == b""


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_a_terminal_that_is_not_utf_8_is_served(encoding: str) -> None:
    done = program(["screen", FHIR, "-v"], PYTHONIOENCODING=encoding)
    assert done.returncode == 0, done.stderr
    assert "Patient EXAMPLE-2" in done.stdout


def test_the_template_can_be_piped_into_screen() -> None:
    template = program(["patient", "template"]).stdout
    done = program(["screen", "-", "-s", STUDY], given=template)
    assert done.returncode == 0
    assert done.stdout.startswith("Patient EXAMPLE-0, as of 2026-06-15\n")
    assert done.stderr == ""


def test_a_fault_of_the_program_is_owned_up_to_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_as_json: bool) -> int:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("paratope.cli.protocols.run_studies", broken)
    monkeypatch.setattr(sys, "argv", ["paratope", "studies"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == cli.FAULT
    said = capsys.readouterr().err
    assert "a fault of the program, not of your input: ZeroDivisionError: division by zero" in said
    assert "Traceback" not in said
    monkeypatch.setenv("PARATOPE_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        cli.main()
