"""``paratope design``, as a user meets it: what it prints, where, and with which exit code."""

from __future__ import annotations

import csv
import json
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from paratope.designs import Truth, characteristics, read_design
from tests.cli.test_cli import run, terminal
from tests.shared import SHARED, needs_shared

TRUTH = (SHARED or Path("absent")) / "truth" / "dose-finding"
BOIN = ("--design", "boin", "--doses", "4")
THREE = ("--design", "3+3", "--doses", "3", "--variant", "no-deescalation")


def said(*args: object, given: str | None = None) -> str:
    return run("design", *args, given=given).stdout


def refused(*args: object, given: str | None = None) -> list[str]:
    """The complaints of a command that does nothing."""
    result = run("design", *args, given=given, code=2)
    assert result.stdout == ""
    assert all(line.startswith("paratope: ") for line in result.stderr.splitlines())
    return [line.removeprefix("paratope: ") for line in result.stderr.splitlines()]


def data(*args: object, given: str | None = None) -> Any:
    return json.loads(said(*args, "--format", "json", given=given))


def table(*args: object) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(said(*args, "--format", "csv"))))


# --- list and new --------------------------------------------------------------------------------------


def test_a_design_s_parameters_are_listed_with_bounds_defaults_and_meaning() -> None:
    shown = said("list", "boin")
    assert "Liu & Yuan" in shown
    assert re.search(r"--p-saf +highest DLT probability that is too low", shown)
    assert "must be given" in shown
    by_name = {p["option"]: p for p in data("list", "boin")}
    assert by_name["--doses"]["required"]
    assert by_name["--cutoff"]["default"] == 0.95
    assert by_name["--cutoff"]["bounds"] == "number between 0 and 1"
    assert "--limit" in said("list", "too-toxic")
    assert [r["parameter"] for r in table("list", "3+3")] == [p["parameter"] for p in data("list", "3+3")]
    assert refused("list", "boim") == ["NAME: there is no design or modifier 'boim'; did you mean boin?"]


def test_every_design_and_modifier_is_listed() -> None:
    from paratope.designs import NAMES
    from paratope.designs.modifiers import MODIFIERS

    listed = data("list")
    assert [d["design"] for d in listed if "design" in d] == list(NAMES)
    assert [d["modifier"] for d in listed if "modifier" in d] == list(MODIFIERS)
    shown = said("list")
    assert all(d["title"].split()[0] in shown for d in listed)
    assert max(map(len, shown.splitlines())) <= 100


def test_a_new_design_is_written_with_every_parameter_and_can_be_read_again(tmp_path: Path) -> None:
    spec = json.loads(said("new", *BOIN, "--target", "0.25", "--p-tox=0.4", "--extrasafe", "--start", "2"))
    assert (spec["target"], spec["p_tox"], spec["extra_safe_stop"], spec["start"]) == (0.25, 0.4, True, 2)
    assert spec["cutoff"] == 0.95
    file = tmp_path / "design.json"
    assert said("new", *BOIN, "--out", file) == ""
    assert json.loads(said("new", "--file", file)) == json.loads(file.read_text(encoding="utf-8"))
    assert json.loads(said("new", "--file", "-", given=file.read_text(encoding="utf-8")))["doses"] == 4
    assert json.loads(said("new", "--file", file, "--cohorts", "6"))["cohorts"] == 6
    assert "cannot be written: no such file" in run(
        "design", "new", *BOIN, "--out", tmp_path / "none" / "x.json", code=1
    ).stderr.replace("it cannot", "cannot")


def test_modifiers_by_name_and_by_their_short_forms(tmp_path: Path) -> None:
    spec = json.loads(
        said(
            *("new", *BOIN, "--too-toxic", "--max-n", "21", "--titration", "--stop-at-dose", "9"),
            *(
                "--precision",
                "0.3",
                "--no-skipping",
                "--coherent",
                "--modifier",
                "too-toxic:limit=0.33,certainty=0.9",
            ),
        )
    )
    # titration is innermost, what --modifier says comes before the short forms; none is there twice
    assert [m["modifier"] for m in spec["modifiers"]] == [
        *("titration", "too-toxic", "no-skipping", "coherence", "enough-at-dose", "precision", "maximum-n")
    ]
    assert spec["modifiers"][1] == {"modifier": "too-toxic", "level": 1, "limit": 0.33, "certainty": 0.9}
    file = tmp_path / "design.json"
    file.write_text(json.dumps(spec), encoding="utf-8")
    again = json.loads(said("new", "--file", file, "--max-n", "18"))
    assert again["modifiers"][:-1] == spec["modifiers"][:-1]
    assert again["modifiers"][-1]["n"] == 18


def test_the_names_of_r_boin_are_understood() -> None:
    spec = json.loads(said("new", *BOIN, "--n-earlystop", "9", "--cutoff-eli", "0.9", "--p-saf", "0.2"))
    assert (spec["early_stop_n"], spec["cutoff"], spec["p_saf"]) == (9, 0.9, 0.2)


# --- everything wrong at once ----------------------------------------------------------------------------


def test_all_that_is_wrong_with_the_options_is_said_at_once() -> None:
    complaints = refused(
        *("oc", "--design", "boin", "--target", "1.5", "--cohort-size", "three", "--cutof", "0.9", "stray"),
        *("--modifier", "too-toxic:limit=2", "--truth", "0.1,x,0.3", "--truth", "0.1,1.2", "--planned", "0"),
    )
    places = [c.split(": ")[0] for c in complaints]
    assert sorted(places) == sorted(
        [
            *("--cohort-size", "--cutof", "--target", "--modifier too-toxic:limit", "'stray'"),
            *("--truth 1[2]", "--truth 2[2]", "--planned"),
        ]
    )
    assert any("did you mean --cutoff?" in c for c in complaints)


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (["oc"], "--design: is missing: name one of 3+3"),
        (["oc", "--design", "bion"], "--design: there is no design 'bion'; did you mean boin?"),
        (["new", "--design", "3+3", "--doses", "3"], "there are three incompatible 3+3 designs"),
        (["new", *THREE[:4], "--variant", "korn"], "--variant: expected one of no-deescalation"),
        (["new", *BOIN, "--start", "9"], "--start: dose level 9 does not exist"),
        (["new", *BOIN, "--extra-safe-stop=perhaps"], "--extra-safe-stop: expected true or false"),
        (["new", *BOIN, "--p-saf"], "--p-saf: expected a value after it"),
        (["new", *BOIN, "--truth", "0.1"], "--truth: the design boin has no such option"),
        (
            ["new", *BOIN, "--modifier", "to-toxic"],
            "there is no modifier 'to-toxic'; did you mean too-toxic?",
        ),
        (
            ["new", *BOIN, "--modifier", "too-toxic:lmit=1"],
            "--modifier too-toxic:lmit: there is no parameter",
        ),
        (["new", *BOIN, "--modifier", "too-toxic:limit"], "--modifier too-toxic:limit: expected a value"),
        (["new", *BOIN, "--max-n", "0"], "--max-n: expected"),
        (["new", *BOIN, "--stop-at-dose", "x"], "--stop-at-dose: expected a whole number"),
        (["oc", *BOIN], "--truth: is missing"),
        (["oc", *BOIN, "--truth", "0.1,0.2"], "--truth: has 2 dose levels, the design has 4"),
        (
            ["oc", *BOIN, "--truth", "0.1,0.2,0.3,0.4", "--truth-eff", "0.1", "--truth-eff", "0.2"],
            "--truth-eff:",
        ),
        (["oc", *BOIN, "--truth", "0.1,0.2,0.3,0.4", "--truth-eff", "0.1,0.2,0.3"], "--truth-eff: has 3"),
        (
            ["oc", *BOIN, "--truth", "0.1,0.2,0.3,0.4", "--odds-ratio", "-1"],
            "--odds-ratio: expected a number above",
        ),
        (["paths", *BOIN, "--ahead", "0"], "--ahead: expected a whole number"),
        (["paths", *BOIN, "5NNN"], "cohort 1 ('5NNN'): dose level 5 does not exist"),
        (["paths", *BOIN, "1NN?"], "OUTCOMES: paths go on from known outcomes"),
        (
            ["paths", *BOIN, "--cohorts", "40", "--cohort-size", "1", "--ahead", "all"],
            "look fewer cohorts ahead",
        ),
        (["next", *BOIN, "1NNQ 2X"], "cohort 1 ('1NNQ'): 'Q' is no outcome"),
        (["next", *BOIN, "1NNE"], "E and B (responses) are for designs that weigh efficacy"),
        (["next", *BOIN, "1NNN", "--n", "3,0,0,0", "--dlt", "0,0,0,0"], "say the outcomes in one way only"),
        (["next", *BOIN, "--dlt", "0,1,0,0"], "--dlt: goes with --n"),
        (["next", *BOIN, "--n", "3,0,0,0", "--dlt", "4,0,0,0", "--dose", "1"], "--dlt[1]: 4 of 3 patients"),
        (["next", *BOIN, "--n", "3,0,0,0", "--dlt", "1,0,0", "--dose", "1"], "--dlt: has 3 dose levels"),
        (["next", *BOIN, "--n", "3,0,0,0", "--dlt", "1,0,0,0", "--dose", "2"], "nobody was treated there"),
        (["next", *BOIN, "--n", "3,0,0,0", "--dlt", "1,0,0,0"], "--dose: is missing"),
        (
            ["next", *BOIN, "--n", "3,0", "--dlt", "1,0", "--dose", "1"],
            "--n: has 2 dose levels, the design has 4",
        ),
        (
            ["next", *BOIN, "--n", "3,.5,0,0", "--dlt", "0,0,0,0", "--dose", "1"],
            "--n[2]: expected a whole number",
        ),
        (
            ["next", *BOIN, "--coherent", "--n", "3,0,0,0", "--dlt", "0,0,0,0", "--dose", "1"],
            "write them as cohorts",
        ),
        (["next", *BOIN, "--window", "28"], "--window: goes with --rows"),
        (["next", *BOIN, "--as-of", "2026-01-01"], "--as-of: goes with --rows"),
        (["table", *BOIN, "--table", "x.csv"], "--table: is for --design table, not for boin"),
        (["list", "--format", "html"], "--format html: there is no page for this"),
    ],
)
def test_what_is_wrong_is_said(args: list[str], complaint: str) -> None:
    told = refused(*args)
    assert any(complaint in line for line in told), told


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("{", "is not JSON (line 1"),
        ("[]", "expected an object"),
        ('{"doses": 3}', "--design: is missing"),
        ('{"design": 3}', "$.design: expected the name of a design"),
        ('{"design": "bion"}', "$.design: there is no design 'bion'"),
        ('{"design": "boin", "doses": 3, "p_sav": 0.1}', "$.p_sav: there is no parameter 'p_sav'"),
        ('{"design": "boin", "doses": 3, "target": 30}', "$.target: expected a number between 0 and 1"),
        ('{"design": "boin"}', "$.doses: is missing"),
        ('{"design": "boin", "doses": 3, "modifiers": 3}', "$.modifiers: expected a list"),
        (
            '{"design": "boin", "doses": 3, "modifiers": [{"modifier": "maximum-n"}]}',
            "$.modifiers[0].n: is missing",
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_place(
    tmp_path: Path, content: str, complaint: str
) -> None:
    file = tmp_path / "design.json"
    file.write_text(content, encoding="utf-8")
    told = refused("new", "--file", file)
    assert complaint in told[0]
    assert all("design.json" in line or line.startswith("--design") for line in told)


def test_an_option_beside_a_file_is_named_as_the_option(tmp_path: Path) -> None:
    file = tmp_path / "design.json"
    file.write_text('{"design": "boin", "doses": 3, "cutoff": 2}', encoding="utf-8")
    told = refused("new", "--file", file, "--target", "3")
    assert [c.split(": ")[0] for c in told[:2]] == ["--target", str(file)]
    assert "cannot be read: no such file" in refused("new", "--file", tmp_path / "none")[0]


# --- tables --------------------------------------------------------------------------------------------


@needs_shared
@pytest.mark.parametrize("target", [25, 30])
def test_the_csv_of_boin_s_table_is_the_published_one(target: int) -> None:
    theirs = (TRUTH / f"boin_table_target{target}_n1_30.csv").read_text(encoding="utf-8").split("\n")[1:]
    ours = said("table", *BOIN, "--target", f"0.{target}", "--format", "csv").split("\n")
    assert ours[0] == "n,escalate_if_at_most,deescalate_if_at_least,eliminate_if_at_least"
    assert [line.split(",") for line in ours[1:] if line] == [
        ["" if c == "NA" else c for c in line.replace('"', "").split(",")] for line in theirs if line
    ]


def test_an_interval_design_s_table_in_steps_of_the_cohort_and_in_full() -> None:
    short = said("table", *BOIN)
    (patients,) = [line for line in short.splitlines() if line.startswith("patients")]
    assert patients.split()[-10:] == ["3", "6", "9", "12", "15", "18", "21", "24", "27", "30"]
    (close,) = [line for line in short.splitlines() if line.startswith("close")]
    assert close.split()[-10:] == ["3", "4", "5", "7", "8", "9", "10", "11", "12", "14"]  # R BOIN 2.7.2
    full = said("table", *BOIN, "--full")
    assert max(map(len, full.splitlines())) <= 100
    counted = [int(n) for line in full.splitlines() if line.startswith("patients") for n in line.split()[4:]]
    assert counted == list(range(1, 31))
    both = data("table", *BOIN)
    assert both["table"][2] == {
        "n": 3,
        "escalate_if_at_most": 0,
        "deescalate_if_at_least": 2,
        "eliminate_if_at_least": 3,
    }
    assert both["lambda_e"] == pytest.approx(0.2364907, abs=5e-8)
    assert len(table("table", *BOIN, "--max-n", "12")) == 12


def test_the_extra_safe_rule_is_in_the_table() -> None:
    assert "2/3, 4/6, 5/9" in " ".join(said("table", *BOIN, "--extrasafe").split())  # R BOIN 2.7.2


BELOW_THREE = "the level below has three patients"


@pytest.mark.parametrize(
    ("variant", "where", "rule"),
    [
        ("no-deescalation", ("3", "2 or more", BELOW_THREE), ("stop", "the level below is the MTD")),
        ("no-deescalation", ("3", "0", "this is the highest level"), ("stop", "this level is the MTD")),
        ("deescalate-to-six", ("3", "2 or more", BELOW_THREE), ("de-escalate", "3 more at the level below")),
        ("deescalate-to-six", ("3", "0", "this is the highest level"), ("stop", "this level is the MTD")),
        ("six-at-mtd", ("3", "0", "this is the highest level"), ("stay", "3 more at this level")),
        ("six-at-mtd", ("3", "1", "any"), ("stay", "3 more at this level")),
        ("six-at-mtd", ("6", "1 or fewer", "the level above is untried"), ("escalate", "3 at the next level")),
        ("six-at-mtd", ("6", "2 or more", "this is the lowest level"), ("stop", "no level is tolerated")),
    ],
)  # fmt: skip
def test_three_plus_three_s_rule_as_a_table(
    variant: str, where: tuple[str, ...], rule: tuple[str, ...]
) -> None:
    rows = table("table", *THREE[:4], "--variant", variant)
    (row,) = [r for r in rows if (r["patients"], r["dlt"], r["where"]) == where]
    assert (row["action"], row["next"]) == rule
    assert rule[1] in said("table", *THREE[:4], "--variant", variant)


def test_a_table_of_one_s_own_in_both_forms(tmp_path: Path) -> None:
    wide = tmp_path / "wide.csv"
    wide.write_text(said("table", *BOIN, "--cohorts", "4", "--format", "csv"), encoding="utf-8")
    own = ("--table", wide, "--doses", "4", "--cohorts", "4")
    assert table("table", *own) == table("table", *BOIN, "--cohorts", "4")
    long = tmp_path / "long.csv"
    lines = ["n;dlt;decision"]
    for row in table("table", *own):
        up, down, shut = (int(row[c] or -1) for c in list(row)[1:])
        for y in range(int(row["n"]) + 1):
            decision = "E" if y <= up else "DU" if 0 <= shut <= y else "D" if 0 <= down <= y else "S"
            lines.append(f"{row['n']};{y};{decision}")
    long.write_text("\n".join(lines), encoding="utf-8")
    assert table("table", "--table", long, "--doses", "4", "--cohorts", "4") == table("table", *own)
    assert data("oc", *own, "--truth", "0.1,0.2,0.3,0.4")["select"] == pytest.approx(
        data("oc", *BOIN, "--cohorts", "4", "--truth", "0.1,0.2,0.3,0.4")["select"]
    )


HEADER = "n,escalate_if_at_most,deescalate_if_at_least,eliminate_if_at_least\n"


@pytest.mark.parametrize(
    ("content", "complaints"),
    [
        ("", ["--table {}: the table is empty"]),
        ("n,up,down\n1,2,3\n", ["{} line 1: expected the header n,escalate"]),
        (HEADER, ["--table {}: the table has a header and no rows"]),
        (HEADER + "1,0,x,\n2,0\n3,,-1,\n", ["line 2, deescalate_if_at_least: ", "line 3: expected 4", "line 4, dees"]),
        (HEADER + "1,0,1,\n3,4,2,1\n", ["{} line 3: 4 DLT", "line 3: at n = 3", "line 3: at n = 3", "there is no row"]),
        ("n,dlt,decision\n1,0,E\n1,1,Q\n1,x,D\n2,3,D\n", ["line 3, decision: ", "line 4, dlt: ", "line 5, dlt: 3"]),
        ("n,dlt,decision\n1,0,D\n1,1,E\n2,1,S\n", ["line 3, decision: E for 1 DLT", "line 4: n = 2 has no deci"]),
        ("n,dlt,decision\n1,0,D\n1,0,E\n", ["line 3: n = 1 with 0 DLT is there twice"]),
    ],
)  # fmt: skip
def test_a_bad_table_is_told_with_every_line(tmp_path: Path, content: str, complaints: list[str]) -> None:
    file = tmp_path / "own.csv"
    file.write_text(content, encoding="utf-8")
    told = refused("table", "--table", file, "--doses", "3", "--cohorts", "1")
    for each in complaints:
        assert any(each.format(file) in line for line in told), (each, told)
    assert len(told) >= len(complaints) - 1
    assert "cannot be read" in refused("table", "--table", tmp_path / "none", "--doses", "3")[0]


# --- oc ------------------------------------------------------------------------------------------------


def test_operating_characteristics_as_json() -> None:
    oc = data("oc", *THREE, "--truth", "0.05,0.15,0.30", "--planned", "9")
    assert oc["design"]["variant"] == "no-deescalation"
    assert (oc["truth"], oc["exact"], oc["states"], oc["paths"]) == ([0.05, 0.15, 0.30], True, 43, 43)
    # R escalation 0.2.3
    assert oc["select"] == pytest.approx([0.18126, 0.40063, 0.39155], abs=5e-6)
    assert oc["select_none"] == pytest.approx(0.02656, abs=5e-6)
    assert oc["n_total"]["mean"] == pytest.approx(10.70052, abs=5e-6)
    assert oc["dlt_total"]["mean"] == pytest.approx(1.77815, abs=5e-6)
    assert oc["more_than_planned"] == pytest.approx(1 - 0.488, abs=5e-4)
    distribution = {int(n): p for n, p in oc["n_total"]["distribution"].items()}
    assert sum(distribution.values()) == pytest.approx(1)
    assert sum(n * p for n, p in distribution.items()) == pytest.approx(oc["n_total"]["mean"])
    assert sum(oc["select"]) + oc["select_none"] == pytest.approx(1)
    assert sum(oc["n"]) == pytest.approx(oc["n_total"]["mean"])
    assert sum(oc["dlt"]) == pytest.approx(oc["dlt_total"]["mean"])
    assert sum(oc["ended_by"].values()) == pytest.approx(1)
    assert read_design(oc["design"]) == read_design(
        {"design": "3+3", "doses": 3, "variant": "no-deescalation"}
    )


def test_several_truths_are_a_list_in_json_and_one_after_the_other_for_people() -> None:
    truths = ("--truth", "0.05,0.15,0.30,0.45", "--truth", "0.3,0.4,0.5,0.6")
    both = data("oc", *BOIN, *truths)
    assert [c["truth"] for c in both] == [[0.05, 0.15, 0.30, 0.45], [0.3, 0.4, 0.5, 0.6]]
    design = read_design({"design": "boin", "doses": 4})
    for each, found in zip(
        both, characteristics(design, tuple(Truth(tuple(c["truth"])) for c in both)), strict=True
    ):
        assert each["select"] == pytest.approx(found.select)
        assert sum(n * p for n, p in found.above.items()) == pytest.approx(each["above_target"]["mean"])
    shown = said("oc", *BOIN, *truths, "--planned", "24")
    assert shown.count("more than 24 patients:") == 2
    assert "Exact, without simulation" in shown
    assert f"{100 * both[0]['select'][1]:.1f}%" in shown
    rows = table("oc", *BOIN, *truths)
    assert [(r["truth"], r["level"]) for r in rows] == [(str(t), str(k)) for t in (1, 2) for k in range(5)]
    assert [float(r["select"]) for r in rows[1:5]] == pytest.approx(both[0]["select"])
    assert float(rows[0]["select"]) == pytest.approx(both[0]["select_none"])


def test_wide_tables_are_broken_not_wrapped() -> None:
    p = ",".join(f"{0.02 * k:g}" for k in range(1, 16))
    shown = said("oc", "--design", "boin", "--doses", "15", "--cohorts", "3", "--truth", p)
    assert max(map(len, shown.splitlines())) <= 100
    assert shown.count("true DLT probability") == 2
    assert "level 15" in shown


# --- next ----------------------------------------------------------------------------------------------


def test_the_next_decision_with_its_reason_and_what_could_follow() -> None:
    answer = data("next", "1NNN 2NTN", *BOIN)
    decision = answer["decision"]
    assert (decision["action"], decision["dose"], decision["size"]) == ("stay", 2, 3)
    assert decision["rule"] == "interval.stay"
    assert decision["reason"].startswith("1 DLT among 3 at dose level 2")
    assert decision["numbers"]["deescalate_if_at_least"] == 2
    assert answer["deviations"] == []
    after = {n["outcome"]: (n["action"], n["dose"]) for n in answer["next_cohort"]}
    assert after == {
        "2NNN": ("escalate", 3),
        "2NNT": ("stay", 2),
        "2NTT": ("de-escalate", 1),
        "2TTT": ("de-escalate", 1),
    }
    shown = said("next", *BOIN, "1NNN", "2NTN")
    assert "stay at level 2: 3 patients" in shown
    assert "2TTT  de-escalate to level 1" in shown
    rows = table("next", "1NNN 2NTN", *BOIN)
    assert [r["outcome"] for r in rows] == ["", "2NNN", "2NNT", "2NTT", "2TTT"]
    assert rows[0]["rule"] == "interval.stay"


def test_counts_decide_as_outcomes_do() -> None:
    by_counts = data("next", *BOIN, "--n", "3,3,0,0", "--dlt", "0,1,0,0", "--dose", "2")
    by_outcomes = data("next", *BOIN, "1NNN 2NTN")
    assert {**by_counts, "deviations": []} == by_outcomes


def test_before_the_first_patient_the_study_starts() -> None:
    answer = data("next", *BOIN, "--start", "2")
    assert (answer["decision"]["action"], answer["decision"]["dose"]) == ("start", 2)
    assert len(answer["next_cohort"]) == 4
    assert data("next", *BOIN, "--start", "2", "--n", "0,0,0,0", "--dlt", "0,0,0,0") == answer


def test_a_study_that_stops_says_what_is_selected() -> None:
    shown = said("next", *THREE, "1NNN 2NNN 3TTN")
    assert "stop; level 2 is selected" in shown
    assert "After the next cohort" not in shown
    answer = data("next", *THREE, "1NTT")
    assert (answer["decision"]["action"], answer["decision"]["selected"]) == ("stop", 0)
    assert answer["next_cohort"] == []


def test_what_was_not_on_protocol_is_said() -> None:
    skipped, gone_on = data("next", *THREE, "1NNN 3NNN 2NN")["deviations"]
    assert skipped.startswith(
        "cohort 2 was treated at level 3, but the design would have chosen level 2: 0 DLT among 3"
    )
    assert gone_on.startswith(
        "cohort 3 was treated at level 2, but the design had stopped: 0 DLT among 3 at dose level 3"
    )
    assert data("next", *BOIN, "1NNNN 2N")["deviations"] == [
        "cohort 1 has 4 patients that count, the design asks for 3",
        "cohort 2 has 1 of the 3 patients that the design asks for: it decides after complete cohorts",
    ]
    assert "Not as the design would have it" in said("next", *BOIN, "1NNNN 2N")


def test_pending_patients_are_waited_for_and_looked_ahead_of() -> None:
    answer = data("next", *BOIN, "1NNN 2N?X?")
    assert answer["decision"]["action"] == "wait"
    assert any("cannot be evaluated" in n for n in answer["decision"]["notes"])
    assert [(n["outcome"], n["action"]) for n in answer["next_cohort"]] == [
        ("0 of 2 at level 2 with DLT", "escalate"),
        ("1 of 2 at level 2 with DLT", "stay"),
        ("2 of 2 at level 2 with DLT", "de-escalate"),
    ]
    assert "When the pending patients are known" in said("next", *BOIN, "1NNN 2N?X?")
    early = data("next", *BOIN, "1NN? 2NNN")["deviations"]
    assert early[0].startswith("cohort 2 was treated at level 2, but the design would have waited")


ROWS = """\
Patient,Dose level,Received,Dosed on,DLT on,Followed to,Evaluable,Replaces
P1,1,,2026-01-05,,2026-03-01,,
P2,1,,2026-01-12,,2026-01-20,no,
P3,1,,2026-01-19,,2026-04-10,,
P4,1,,2026-01-26,2026-03-30,,,P2
P5,2,1,2026-02-02,2026-02-10,,,
P6,2,,2026-03-09,,2026-04-10,,
P7,2,,2026-04-01,,2026-05-09,,
"""


def test_dated_rows_are_read_as_of_a_day(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(ROWS, encoding="utf-8")
    given = ("next", *BOIN, "--rows", file, "--window", "28")
    answer = data(*given, "--as-of", "2026-04-10")
    assert answer["decision"]["action"] == "wait"
    assert answer["decision"]["notes"] == [
        "patient P2 at level 1 cannot be evaluated: not counted, to be replaced",
        "patient P4 replaces patient P2",
        "patient P5 was assigned level 2 and received level 1: counted at level 1",
        "patient P7 at level 2 is still in the DLT window, followed for 32% of it: outcome pending",
        "patient P4 had a toxicity on 2026-03-30, day 63 after dosing and past the window of 28 days: "
        "not counted as DLT",
    ]
    assert answer["deviations"] == [  # P5 was dosed on 2 February, P3 and P4 were still in their window
        "cohort 2 was treated at level 2, but the design would have waited: "
        "the outcomes of 2 patients are not known yet: wait for them before deciding"
    ]
    later = data(*given, "--as-of", "2026-05-10")
    assert later["decision"]["action"] == "escalate"
    assert later["decision"]["numbers"]["n_lowest"] == 4
    assert "left out" in " ".join(data(*given, "--as-of", "2026-03-20")["decision"]["notes"])
    shown = said("next", *BOIN, "--rows", "-", "--window", "28", "--as-of", "2026-04-10", given=ROWS)
    assert "Seen:      1NXNN 1T+2N?" in shown


def test_what_is_wrong_with_rows_is_said_with_row_and_column(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(ROWS.replace("P3,1", "P3,9").replace("2026-04-01", "April"), encoding="utf-8")
    told = refused("next", *BOIN, "--rows", file, "--as-of", "soon")
    assert [line.split(": ")[0] for line in told] == [
        "--as-of",
        f"{file} line 4, assigned",
        f"{file} line 8, dosed_on",
        "--window",
    ]
    assert "cannot be read" in refused("next", *BOIN, "--rows", tmp_path / "none", "--window", "28")[0]


# --- paths ---------------------------------------------------------------------------------------------


def test_paths_as_a_tree_as_data_and_as_rows() -> None:
    given = ("paths", *BOIN, "--ahead", "2", "--truth", "0.1,0.2,0.3,0.4")
    tree = data(*given)
    nodes = {n["id"]: n for n in tree["nodes"]}
    assert len(nodes) == tree["situations"]
    assert nodes[0]["action"] == "start"
    assert sum(n["probability"][0] for n in tree["nodes"] if n["depth"] == 1) == pytest.approx(1)
    for edge in tree["edges"]:
        assert nodes[edge["to"]]["depth"] == nodes[edge["from"]]["depth"] + 1
        assert edge["outcome"][0] == str(edge["dose"])
    assert {e["outcome"]: nodes[e["to"]]["reason"] for e in tree["edges"]}["2NNN"].endswith(
        "escalate to level 3"
    )
    shown = said(*given)
    assert "  1NNN  escalate to level 2: 3 patients  72.9%" in shown
    assert "0 DLT among 3 at dose level 1" in said(*given, "-v")
    rows = table(*given)
    assert len(rows) == len(tree["edges"])
    assert sum(float(r["p"]) for r in rows if r["cohort"] == "1") == pytest.approx(1)


def test_paths_go_on_from_what_was_seen_and_may_be_kept_apart() -> None:
    after = data("paths", *BOIN, "1NNN", "2NNN", "--ahead", "1")
    assert [e["outcome"] for e in after["edges"]] == ["3NNN", "3NNT", "3NTT", "3TTT"]
    assert all(n["probability"] == [] for n in after["nodes"])
    merged, apart = (
        data("paths", *BOIN, "--ahead", "3", *more)["situations"] for more in ((), ("--no-merge",))
    )
    assert merged < apart
    assert data("paths", *THREE, "--ahead", "all")["paths"] == 43  # R escalation 0.2.3


# --- compare and calibrate -----------------------------------------------------------------------------


@pytest.fixture
def designs(tmp_path: Path) -> tuple[Path, Path]:
    boin, three = tmp_path / "boin.json", tmp_path / "three.json"
    said("new", "--design", "boin", "--doses", "3", "--cohorts", "6", "--out", boin)
    said("new", *THREE, "--target", "0.3", "--out", three)
    return boin, three


def test_designs_are_compared_under_the_same_truths(designs: tuple[Path, Path]) -> None:
    files = [w for f in designs for w in ("--file", f)]
    given = ("compare", *files, "--truth", "0.05,0.15,0.30", "--truth", "0.5,0.6,0.7", "--planned", "12")
    found = data(*given)
    assert [d["label"] for d in found["designs"]] == ["boin", "three"]
    three = found["designs"][1]["by_truth"]
    assert three[0]["right"] == pytest.approx(0.39155, abs=5e-6)  # level 3 is at the target
    assert three[1]["right_levels"] == [0]
    assert three[1]["right"] == pytest.approx(three[1]["select_none"])
    rows = table(*given)
    assert [(r["truth"], r["design"]) for r in rows] == [(t, d) for t in "12" for d in ("boin", "three")]
    assert float(rows[1]["n"]) == pytest.approx(10.70052, abs=5e-6)
    shown = said(*given)
    assert "more than 12" in shown
    assert "39.2%" in shown


def test_what_cannot_be_compared_is_said(designs: tuple[Path, Path], tmp_path: Path) -> None:
    assert refused("compare", "--file", designs[0], "--truth", "0.1,0.2,0.3") == [
        "--file: give two designs or more, each with its own --file"
    ]
    told = refused("compare", "--file", designs[0], "--file", tmp_path / "none", "--truth", "0.1,0.2")
    assert any("--truth 1 for" in line and "has 2 dose levels" in line for line in told)
    assert any("cannot be read" in line for line in told)


def test_a_design_is_calibrated_over_a_grid(designs: tuple[Path, Path]) -> None:
    given = (
        "calibrate",
        "--file",
        designs[0],
        "--truth",
        "0.05,0.15,0.30",
        "--truth",
        "0.3,0.45,0.6",
        "--too-toxic",
    )
    vary = ("--vary", "cutoff=0.8,0.95,2", "--vary", "too-toxic.certainty=0.9,0.99")
    found = data(*given, *vary)
    assert len(found["settings"]) == 4
    assert len(found["left_out"]) == 2
    assert [s["mean_right"] for s in found["settings"]] == sorted(
        (s["mean_right"] for s in found["settings"]), reverse=True
    )
    for s in found["settings"]:
        assert s["design"]["cutoff"] == s["values"]["cutoff"]
        assert s["design"]["modifiers"][0]["certainty"] == s["values"]["too-toxic.certainty"]
    worst = data(*given, *vary, "--by", "worst")["settings"]
    assert worst[0]["worst_right"] == max(s["worst_right"] for s in worst)
    assert len(table(*given, *vary)) == 4
    assert "left out: cutoff 2" in said(*given, *vary)


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        ([], "--vary: is missing"),
        (["--vary", "cutof=1"], "--vary cutof: there is no parameter 'cutof'; did you mean cutoff?"),
        (["--vary", "cutoff"], "--vary cutoff: expected a parameter and its values"),
        (["--vary", "cutoff=a"], "--vary cutoff: expected a number"),
        (["--vary", "cutoff=2"], "expected a number between 0 and 1"),
        (["--vary", "doses=3,4"], "--vary doses: cannot be varied"),
        (["--vary", "cutoff=0.9", "--by", "best"], "--by: expected one of mean, worst"),
        (["--vary", "too-toxic.certainty=0.9"], "the design has no modifier 'too-toxic' to vary"),
        (["--vary", "to.certainty=0.9"], "there is no modifier 'to'"),
        (["--vary", "cutoff=0.9", "--truth", "0.1,0.2"], "--truth 2: has 2 dose levels, the design has 3"),
    ],
)
def test_what_cannot_be_calibrated_is_said(
    designs: tuple[Path, Path], args: list[str], complaint: str
) -> None:
    told = refused("calibrate", "--file", designs[0], "--truth", "0.1,0.2,0.3", *args)
    assert any(complaint in line for line in told), told


# --- everywhere ----------------------------------------------------------------------------------------


def test_every_command_says_how_to_look_up_options() -> None:
    for command in ("new", "table", "paths", "oc", "next", "compare", "calibrate"):
        shown = " ".join(run("design", command, "--help").stdout.split())
        assert "paratope design list NAME" in shown
        assert "--modifier" in shown


def test_results_can_go_to_a_file_and_a_terminal_gets_colours(tmp_path: Path) -> None:
    file = tmp_path / "oc.json"
    assert said("oc", *THREE, "--truth", "0.1,0.2,0.3", "--format", "json", "--out", file) == ""
    assert json.loads(file.read_text(encoding="utf-8"))["exact"] is True
    coloured = terminal(["design", "table", *BOIN])
    assert "\x1b[1m" in coloured
    assert re.sub(r"\x1b\[\d*m", "", coloured) == said("table", *BOIN)
