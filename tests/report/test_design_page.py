"""Pages about designs: complete, self-contained, and with the numbers that were computed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest

from paratope import __version__
from paratope.designs import Decision, Truth, characteristics, decide, parse_outcomes
from paratope.designs.base import Design
from paratope.designs.fields import parameters
from paratope.designs.interval import Boin, DecisionTable
from paratope.designs.modifiers import EnoughAtDose, TooToxic
from paratope.designs.outcomes import Outcomes, Patient
from paratope.designs.paths import dose_paths
from paratope.designs.simulation import Clock, simulate
from paratope.designs.three_plus_three import ThreePlusThree
from paratope.report.design.board import BoardRow
from paratope.report.design.figures_style import percent
from paratope.report.design.page import render_comparison_page, render_design_page, render_next_page
from paratope.report.design.page_next import headline
from paratope.report.design.page_parts import in_general, layers, value

THREE = ThreePlusThree(doses=3, variant="no-deescalation", target=0.30)
LOW, HIGH = Truth((0.05, 0.15, 0.30)), Truth((0.40, 0.50, 0.60))
WRAPPED = TooToxic(inner=EnoughAtDose(inner=Boin(doses=3, target=0.30, cohorts=5), n=9), certainty=0.9)
PARTS = (
    *("the-design", "parameters", "decisions", "stopping", "characteristics"),
    *("sample-size", "paths", "exactness", "left"),
)


class _Tables(HTMLParser):
    """The cells of every table of a page, and its words."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.words: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:  # noqa: ARG002
        self._inside.append(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "style" in self._inside:
            return
        self.words.append(data)
        if {"td", "th"} & set(self._inside[-1:]):
            self.rows[-1][-1] += data.strip()


def read(page: str) -> _Tables:
    found = _Tables()
    found.feed(page)
    return found


def check(page: str) -> None:
    """Self-contained, nothing left open, every figure has its words."""
    assert page.startswith("<!DOCTYPE html>")
    assert "://" not in page
    assert not re.search(r"<script|<link|<img|@import|src=", page)
    words = "".join(read(page).words)
    assert "{" not in words
    assert "}" not in words
    assert "None" not in words
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    drawn = re.findall(r"<svg\b[^>]*>", page)
    assert all('role="img"' in s and 'aria-label="' in s for s in drawn)
    assert page.count("<figcaption>") == len(drawn)
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)
    assert __version__ in page


@lru_cache(maxsize=1)
def three_plus_three() -> str:
    truths = (LOW, HIGH)
    return render_design_page(
        THREE, characteristics(THREE, truths), dose_paths(THREE, None, truths), planned=9
    )


@lru_cache(maxsize=1)
def wrapped() -> str:
    return render_design_page(WRAPPED, characteristics(WRAPPED, (LOW,)), dose_paths(WRAPPED, 2, (LOW,)))


def test_reports_are_whole() -> None:
    for page in (three_plus_three(), wrapped()):
        check(page)
        for part in PARTS:
            assert f'<section id="{part}">' in page
        assert page.count("<svg") == 4
        assert page.count("Answers CONSORT-DEFINE") == len(PARTS) - 1
        assert "BMJ 2023;383:e076387" in page
        assert "BMJ 2023;383:e076386" in page


@pytest.mark.parametrize(("design", "page"), [(THREE, three_plus_three), (WRAPPED, wrapped)])
def test_every_parameter_is_printed(design: Design, page: Any) -> None:
    rows = read(page()).rows
    printed = 0
    for layer in layers(design):
        for f, p in parameters(type(layer)):
            mine = [r for r in rows if r[0] == f.name.replace("_", " ") and r[-1] == p.help]
            assert mine, f.name
            assert mine[0][1] == value(getattr(layer, f.name))
            said = "default" if getattr(layer, f.name) == f.default else "chosen"
            assert mine[0][2].startswith(said)
            printed += 1
    assert printed > 5


def test_the_numbers_are_those_of_the_characteristics() -> None:
    found = read(three_plus_three())
    rows = found.rows
    for f in characteristics(THREE, (LOW, HIGH)):
        for k in range(3):
            row = [
                str(k + 1),
                f"{f.truth.tox[k]:.4g}",
                percent(f.select[k], 2),
                f"{f.n[k]:.2f}",
                f"{f.dlt[k]:.2f}",
            ]
            assert row in rows
        assert any(r[:1] == ["in all"] and f"{f.mean_n:.2f}" in r for r in rows)
        assert any(percent(f.select_none, 2) in r for r in rows if r[:1] == ["none"])
        for key, p in f.ended_by.items():
            assert any(r[0] == key and percent(p) in r for r in rows)
        for n, p in f.n_total.items():
            assert any(r[0] == str(n) and percent(p, 2) in r for r in rows)
    low, high = (f.more_than(9) for f in characteristics(THREE, (LOW, HIGH)))
    assert f"planned 9 patients: truth 1, {percent(low)}; truth 2, {percent(high)}." in "".join(found.words)
    assert percent(low) == "51.2%"  # P(N <= 9) = .488, exact enumeration of 3+3 without de-escalation


def test_the_report_says_what_is_exact() -> None:
    (f, _) = characteristics(THREE, (LOW, HIGH))
    words = "".join(read(three_plus_three()).words)
    assert f"{f.states:,} distinct ends" in words
    assert "no Monte-Carlo error" in words
    assert "Nothing in this report is simulated." in words


def test_stopping_rules_are_said_with_what_is_known_beforehand() -> None:
    rows = read(wrapped()).rows
    said = {r[0]: r[1] for r in rows if len(r) > 2}
    assert "(at least 9)" in said["enough-at-dose.stop"]
    assert in_general("{tox} of {n} at {dose}: {max_n:d}, {other_tox:.3f}, {strange}", {"max_n": 9}) == (
        "x of n at d: 9, x, …"
    )


def test_a_report_without_truths_says_so() -> None:
    rows = tuple((n, 0, n, None) for n in range(1, 5))
    design = DecisionTable(doses=2, cohort_size=2, cohorts=2, rows=rows)
    page = render_design_page(design)
    check(page)
    assert "Not known without a truth" in page
    assert "1 / 0 / 1 / –" in page  # the rows of the table are a parameter
    assert page.count("<svg") == 1


def test_simulated_figures_carry_their_errors() -> None:
    design = Boin(doses=3, target=0.30, cohorts=3)
    found = simulate(design, LOW, 200, 7, Clock(arrival=5.0))
    page = render_design_page(design, simulated=(found,))
    check(page)
    assert "200 simulated trials, seed 7" in page
    assert f"{100 * found.select[0]:.2f}% ± {100 * found.mc_error.select[0]:.2f}" in page
    assert f"{found.mean_n:.2f} ± {found.mc_error.mean_n:.3f}" in page
    assert "mean number of days between arriving patients" in page
    assert "have no Monte-Carlo error" not in page
    assert "those of the simulation" in page


def next_page(text: str, design: Design = WRAPPED, **more: Any) -> tuple[str, Decision]:
    outcomes = parse_outcomes(text, design.doses)
    decision = decide(design, outcomes)
    paths = None
    if not outcomes.pending:
        paths = dose_paths(design, 2, (LOW,), seen=outcomes.seen(design.doses))
    return render_next_page(design, outcomes, decision, paths, **more), decision


def test_the_board_is_told_the_decision_first() -> None:
    page, decision = next_page("1NNN 2NTX 2N")
    check(page)
    words = "".join(read(page).words)
    assert headline(decision) == "Stay: the next 3 patients at dose level 2"
    assert words.index(headline(decision)) < words.index("Why")
    assert decision.reason in words
    assert decision.rule in words
    assert "Patient 6 at level 2 cannot be evaluated" in words
    assert "1NNN 2NTX 2N" in words
    assert ["level 2", "3", "1", "33.3%", "0", "open"] in read(page).rows


def test_each_outcome_of_the_next_cohort_is_there() -> None:
    page, _ = next_page("1NNN")
    rows = {r[0]: r for r in read(page).rows if re.fullmatch(r"2[NT]+", r[0])}
    assert list(rows) == ["2NNN", "2NNT", "2NTT", "2TTT"]
    outcomes = parse_outcomes("1NNN 2TTT", 3)
    assert rows["2TTT"][2] == headline(decide(WRAPPED, outcomes))
    assert rows["2NNN"][1] == percent(0.85**3)


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("1TTT", "stop", "Stop: no level is selected"),
        ("1NN?", "wait", "Wait: nobody is treated until more is known"),
        ("", "go", "Start: the first 3 patients at dose level 1"),
        ("1NNN 2NNN 3NNN 3NNN 3NNN", "stop", "Stop: dose level 3 is selected"),
    ],
)
def test_every_kind_of_decision_has_its_page(text: str, kind: str, said: str) -> None:
    page, _ = next_page(text)
    check(page)
    assert f'<div class="banner {kind}"><strong>{said}</strong>' in page


def test_levels_closed_and_patients_off_their_dose_are_said() -> None:
    cohort = (
        Patient(1, False, id="<b>"),
        Patient(1, False, received=2),
        Patient(1, True, id="c", replaces="a"),
    )
    outcomes = Outcomes((cohort, *parse_outcomes("1NNN 3TTT", 3).cohorts))
    design = Boin(doses=3, target=0.30, cohorts=5)
    page = render_next_page(design, outcomes, decide(design, outcomes))
    check(page)
    assert "<b>" not in page.replace("<body>", "")
    assert "was assigned level 1 and received level 2" in page
    assert ["level 3", "3", "3", "100.0%", "0", "closed"] in read(page).rows


def test_dated_patients_bring_the_board_figure() -> None:
    rows = [BoardRow(f"P{i}", 1, date(2026, 1, i)) for i in (1, 2, 3)]
    page, _ = next_page("1NNN", rows=rows, window=28.0, as_of=date(2026, 3, 1))
    check(page)
    assert '<section id="time">' in page
    assert "P3 · level 1: complete, no DLT" in unescape(page)
    assert '<section id="time">' not in next_page("1NNN", rows=rows)[0]


def test_designs_compared_on_one_page() -> None:
    designs: Sequence[tuple[str, Design]] = (("A", THREE), ("B & C", Boin(doses=3, target=0.30, cohorts=4)))
    found = [(name, d, characteristics(d, (LOW, HIGH))) for name, d in designs]
    page = render_comparison_page(found, 0.30)
    check(page)
    rows = read(page).rows
    for name, _, each in found:
        for f in each:
            assert any(r[0] == name and f"{f.mean_n:.2f}" in r for r in rows)
    assert "B &amp; C" in page
