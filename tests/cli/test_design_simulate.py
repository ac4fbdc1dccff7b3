"""``paratope design``: simulation, pages, and the designs beyond the interval ones."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path

import pytest

from paratope.cli.design.asked import CLOCK
from paratope.cli.design.clock import progress
from paratope.designs import NAMES
from paratope.designs.fields import parameters
from paratope.designs.simulation import Clock
from tests.cli.test_cli import run
from tests.cli.test_design import BOIN, THREE, data, refused, said, table

TRUTH = ("--truth", "0.1,0.2,0.3,0.4")


def test_every_setting_of_the_clock_is_an_option() -> None:
    names = {f.name for f, _ in parameters(Clock)}
    assert names | {"rate"} == set(CLOCK)
    shown = run("design", "simulate", "--help").stdout
    assert all("--" + name.replace("_", "-") in shown for name in CLOCK)


def test_a_simulation_without_a_clock_agrees_with_the_exact_answer() -> None:
    drawn, exact = (
        data("simulate", *BOIN, *TRUTH, "--trials", "4000", "--planned", "24"),
        data("oc", *BOIN, *TRUTH),
    )
    assert (drawn["exact"], drawn["trials"], drawn["seed"]) == (False, 4000, 1)
    assert "duration" not in drawn
    for p, q, e in zip(drawn["select"], exact["select"], drawn["mc_error"]["select"], strict=True):
        assert abs(p - q) <= 4.5 * e + 1e-9
    mean, error = drawn["n_total"]["mean"], drawn["mc_error"]["n_total"]["mean"]
    assert abs(mean - exact["n_total"]["mean"]) <= 4.5 * error
    assert data("oc", *BOIN, *TRUTH, "--trials", "4000", "--planned", "24") == drawn
    assert 0 < drawn["mc_error"]["more_than_planned"] < 0.01
    assert data("simulate", *BOIN, *TRUTH, "--trials", "4000", "--seed", "2")["select"] != drawn["select"]


def test_with_a_clock_time_is_told() -> None:
    given = ("simulate", *BOIN, *TRUTH, "--trials", "500", "--rate", "6", "--window", "21", "--sentinel", "7")
    drawn = data(*given)
    assert (drawn["clock"]["arrival"], drawn["clock"]["window"], drawn["clock"]["sentinel"]) == (5, 21, 7)
    assert drawn["duration"]["mean"] > 0
    assert drawn["duration"]["quantiles"]["5"] <= drawn["duration"]["quantiles"]["95"]
    assert drawn["mc_error"]["duration"]["mean"] > 0
    shown = said(*given)
    assert "Simulated: 500 trials, seed 1" in shown
    assert re.search(r"duration: +mean \d+ ± ", shown)
    assert max(map(len, shown.splitlines())) <= 100
    assert len(table(*given)) == 5


def test_a_design_that_decides_with_pending_patients_has_a_clock_of_its_own() -> None:
    given = ("--design", "tite-boin", "--doses", "4", *TRUTH)
    drawn = data("simulate", *given, "--window", "42", "--trials", "200")
    assert drawn["design"]["window"] == drawn["clock"]["window"] == 42
    shown = said("oc", *given)
    assert "taken to know every outcome before each decision" in " ".join(shown.split())
    assert "note" in data("oc", *given)


@pytest.mark.parametrize(
    ("args", "places"),
    [
        (["--trials", "0", "--seed", "-1", "--workers", "x"], ["--trials", "--seed", "--workers"]),
        (["--arrival", "0", "--onset", "late", "--window", "x"], ["--window", "--arrival", "--onset"]),
        (["--rate", "0"], ["--rate"]),
        (["--rate", "2", "--arrival", "3"], ["--rate"]),
        (["--backfill", "--closed", "wait"], ["--closed"]),
    ],
)
def test_what_is_wrong_with_a_simulation_is_said(args: list[str], places: list[str]) -> None:
    assert sorted(line.split(": ")[0] for line in refused("simulate", *BOIN, *TRUTH, *args)) == sorted(places)


def test_designs_are_compared_on_the_same_random_patients(tmp_path: Path) -> None:
    files = []
    for name, design in (("a", BOIN), ("b", (*BOIN, "--cohort-size", "1", "--cohorts", "30"))):
        said("new", *design, "--out", tmp_path / f"{name}.json")
        files += ["--file", tmp_path / f"{name}.json"]
    drawn = data("compare", *files, *TRUTH, "--trials", "400", "--arrival", "9")
    assert drawn["exact"] is False
    (less,) = drawn["designs"][1]["by_truth"]
    first = drawn["designs"][0]["by_truth"][0]
    assert less["less_first"]["dlt"] == pytest.approx(sum(less["dlt"]) - sum(first["dlt"]))
    assert less["less_first"]["mc_error"]["duration"] > 0
    assert "on the same random patients: 400 trials" in said("compare", *files, *TRUTH, "--trials", "400")
    exact = data("compare", *files, *TRUTH)
    assert exact["exact"] is True
    assert exact["designs"][1]["by_truth"][0]["less_first"]["mc_error"]["n"] is None
    assert "--arrival: needs --trials: exact answers have no clock" in refused(
        "compare", *files, *TRUTH, "--arrival", "9"
    )


def test_progress_is_for_people_who_watch(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("design", "simulate", *BOIN, *TRUTH, "--trials", "100").stderr == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    tick = progress(200, 2, 3)
    assert tick is not None
    tick(100, 200)
    tick(200, 200)
    assert capsys.readouterr().err == "\r100 of 200 trials of truth 2 of 3\r\x1b[K\r"
    monkeypatch.setattr("sys.stderr.isatty", lambda: False, raising=False)
    assert progress(200) is None


# --- pages ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["oc", *BOIN, *TRUTH, "--planned", "24"], ["Bayesian optimal interval design", "cutoff"]),
        (["table", *THREE], ["3+3 design", "no-deescalation"]),
        (["paths", *BOIN, "--ahead", "1"], ["1NNT"]),
        (
            ["next", *BOIN, "1NNN 3NNT"],
            ["Stay: the next 3 patients at dose level 3", "would have chosen level 2"],
        ),
    ],
)
def test_a_page_can_be_printed(tmp_path: Path, args: list[str], words: list[str]) -> None:
    file = tmp_path / "page.html"
    said(*args, "--format", "html", "--out", file)
    page = file.read_text(encoding="utf-8")
    assert page.lstrip().lower().startswith("<!doctype html>")
    assert all(word in page for word in words)
    assert "http://" not in re.sub(r'xmlns(:\w+)?="[^"]*"', "", page)


def test_a_page_for_a_safety_board_needs_cohorts() -> None:
    counts = ("--n", "3,0,0,0", "--dlt", "0,0,0,0", "--dose", "1")
    assert refused("next", *BOIN, *counts, "--format", "html")[0].startswith("--format html: shows cohorts")


def test_a_page_with_dated_patients_has_their_board() -> None:
    rows = "patient,assigned,dosed_on,dlt_on\nP1,1,2026-01-05,\nP2,1,2026-01-12,2026-01-20\n"
    given = ("next", *BOIN, "--rows", "-", "--window", "28", "--as-of", "2026-01-25", "--format", "html")
    page = said(*given, given=rows)
    assert "Patients in time" in page
    assert page.count("<svg") >= 1


# --- other designs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("design", "columns"),
    [
        (
            "tite-boin",
            ["n", "tox", "pending_from", "pending_to", "decision", "escalate_from", "deescalate_upto"],
        ),
        ("rolling6", ["enrolled", "dlt", "complete_without_dlt", "decision"]),
        ("boin12", ["n", "tox", "eff", "both", "desirability", "rank", "closed"]),
        ("tepi", ["n", "tox", "eff", "decision"]),
    ],
)
def test_designs_with_tables_of_their_own(design: str, columns: list[str]) -> None:
    given = ("table", "--design", design, "--doses", "3", "--cohorts", "6")
    rows = table(*given)
    assert list(rows[0]) == columns
    assert len(data(*given)["table"]) == len(rows)
    short, full = said(*given), said(*given, "--full")
    assert len(full.splitlines()) >= len(rows)
    assert len(short) <= len(full) or "--full shows them" not in short
    assert max(map(len, full.splitlines())) <= 100


def test_a_design_without_a_table_shows_its_paths() -> None:
    crm = ("--design", "crm", "--doses", "4", "--target", "0.25", "--halfwidth", "0.05")
    shown = said("table", *crm)
    assert "has no fixed table" in shown
    assert "  1NNN  escalate to level 2: 3 patients" in shown
    assert data("table", *crm)["note"].startswith("This design has no fixed table")
    assert table("table", *crm)[0]["outcome"] == "1NNN"


def test_a_list_that_is_wrong_is_told_by_its_place() -> None:
    crm = ("new", "--design", "crm", "--doses", "4", "--target", "0.25")
    assert json.loads(said(*crm, "--skeleton", "0.1,0.2,0.3,0.4"))["skeleton"] == [0.1, 0.2, 0.3, 0.4]
    assert any(
        line.startswith("--skeleton[3]: 0.2 is not above")
        for line in refused(*crm, "--skeleton", "0.1,0.3,0.2,0.4")
    )
    assert refused(*crm, "--skeleton", "0.1,x,0.3,y") == [
        "--skeleton[2]: expected a number, not 'x'",
        "--skeleton[4]: expected a number, not 'y'",
    ]
    assert json.loads(said(*crm, "--halfwidth", "0.05", "--no-skipping=false"))["no_skipping"] is False


def test_designs_that_weigh_efficacy() -> None:
    boin12 = ("--design", "boin12", "--doses", "3", "--cohorts", "4")
    truth = ("--truth", "0.1,0.2,0.3", "--truth-eff", "0.2,0.3,0.4")
    oc = data("oc", *boin12, *truth, "--odds-ratio", "2")
    assert (oc["truth"], oc["truth_efficacy"], oc["odds_ratio"]) == ([0.1, 0.2, 0.3], [0.2, 0.3, 0.4], 2)
    assert len(oc["response"]) == 3
    assert sum(oc["select"]) + oc["select_none"] == pytest.approx(1)
    assert "true response probability" in said("oc", *boin12, *truth)
    assert any(
        "--truth: the design weighs efficacy too" in line for line in refused("oc", *boin12, *truth[:2])
    )
    by_letters = data("next", *boin12, "1NEB")
    by_counts = data("next", *boin12, "--n", "3,0,0", "--dlt", "1,0,0", "--eff", "2,0,0", "--dose", "1")
    assert by_letters["decision"] == by_counts["decision"]
    assert len(by_letters["next_cohort"]) > 4
    assert refused("next", *boin12, "--n", "3,0,0", "--dlt", "1,0,0", "--dose", "1") == [
        "--eff: is missing: the design weighs efficacy too"
    ]


def test_every_design_s_parameters_can_be_looked_up() -> None:
    for name in NAMES:
        assert [p["option"] for p in data("list", name)][:1] == ["--doses"]


def test_help_is_quick_because_designs_are_not_loaded_for_it() -> None:
    import paratope.cli.design.asked as asked
    import paratope.cli.design.commands as commands

    for module in (asked, commands):
        top = [line for line in inspect.getsource(module).splitlines() if line.startswith(("import", "from"))]
        assert not any("paratope.designs" in line or "numpy" in line for line in top)
