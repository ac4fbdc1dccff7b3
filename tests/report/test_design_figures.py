"""Figures of designs: what they show is what was computed, and odd inputs do not break them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paratope.designs import Truth, Unusable, characteristics, parse_outcomes
from paratope.designs.characteristics import Characteristics
from paratope.designs.interval import Boin, DecisionTable, Keyboard
from paratope.designs.modifiers import TooToxic
from paratope.designs.paths import Paths, dose_paths
from paratope.designs.rows import read_rows
from paratope.designs.simulation.board import PatientRow
from paratope.designs.three_plus_three import VARIANTS, ThreePlusThree
from paratope.report.design.board import BoardRow, board, dated, followed, traced
from paratope.report.design.figures_characteristics import (
    KINDS,
    kind,
    operating_characteristics,
    sample_size,
)
from paratope.report.design.figures_comparison import comparison
from paratope.report.design.figures_paths import (
    MOST_DRAWN,
    ahead,
    dose_paths_graph,
    drawable,
    so_far,
    what_next,
)
from paratope.report.design.figures_style import Chart, inline, percent, save, svg
from paratope.report.design.figures_table import cells_of, decision_table, shown, span, words

TRUTH = Truth((0.05, 0.15, 0.30))
THREE = ThreePlusThree(doses=3, variant="no-deescalation")
BOIN = Boin(doses=5, target=0.30, cohorts=4)
FIVE = Truth((0.05, 0.15, 0.30, 0.45, 0.60))


def found(design: Any, *truths: Truth) -> tuple[Characteristics, ...]:
    return characteristics(design, truths)


def texts(chart: Chart) -> list[str]:
    """The words that stand in the drawn figure."""
    return texts_of(svg(chart))


def texts_of(drawn: str) -> list[str]:
    root = ElementTree.fromstring(drawn)
    return [
        "".join(e.itertext())
        for e in root.iter()
        if e.tag.endswith(("}text", "}tspan")) and (e.text or "").strip()
    ]


def test_percent_never_rounds_to_never_or_always() -> None:
    said = [percent(p) for p in (0, 1e-6, 0.0005, 0.123, 0.9999999, 1)]
    assert said == ["0.0%", "<0.1%", "0.1%", "12.3%", ">99.9%", "100.0%"]


def test_operating_characteristics_show_every_number() -> None:
    (f,) = found(THREE, TRUTH)
    said = texts(operating_characteristics((f,), 0.30))
    for p in (*f.select, f.select_none):
        assert percent(p) in said
    for n, dlt in zip(f.n, f.dlt, strict=True):
        assert {f"{n:.1f}", f"({dlt:.1f} DLT)"} <= set(said)
    assert {"5%", "15%", "30%", "target 30%", "none"} <= set(said)
    # 3+3 without de-escalation: .18126 .40063 .39155, none .02656 (exact, R escalation 0.2.3)
    assert {"18.1%", "40.1%", "39.2%", "2.7%"} <= set(said)


def test_the_level_that_is_right_is_marked() -> None:
    (f,) = found(BOIN, FIVE)
    assert [kind(f, k, 0.30) for k in range(6)] == [
        KINDS[1],
        KINDS[1],
        KINDS[1],
        KINDS[0],
        KINDS[2],
        KINDS[2],
    ]
    assert {kind(f, k, None) for k in range(6)} == {KINDS[1]}
    (toxic,) = found(BOIN, Truth((0.6, 0.7, 0.8, 0.9, 0.95)))
    assert kind(toxic, 0, 0.30) == KINDS[0]


def test_the_sample_size_says_what_is_beyond_the_plan() -> None:
    (f,) = found(THREE, TRUTH)
    chart = sample_size((f,), 9)
    drawn = svg(chart)
    said = " ".join(texts_of(drawn))
    assert "planned: 9" in said
    assert f"Pr(more than the planned 9): {percent(f.more_than(9))}" in said
    assert f"Pr(more than the planned 9): {percent(f.more_than(9))}" in drawn.partition("</title>")[0]
    for p in f.n_total.values():
        assert percent(p) in said
    assert "planned" not in " ".join(texts(sample_size((f,))))


@pytest.mark.parametrize("planned", [None, 1, 9, 10, 99])
def test_any_plan_can_be_drawn(planned: int | None) -> None:
    f = found(THREE, TRUTH, Truth((0.0, 0.0, 0.0)))
    assert svg(sample_size(f, planned)).startswith("<svg ")


@pytest.mark.parametrize(("doses", "target"), [(1, 0.30), (2, None), (10, 0.30)])
def test_few_and_many_levels(doses: int, target: float | None) -> None:
    design = Boin(doses=doses, target=0.30, cohorts=3)
    truth = Truth(tuple((k + 1) / (doses + 1) for k in range(doses)))
    f = found(design, truth)
    said = texts(operating_characteristics(f, target))
    assert {*map(str, range(1, doses + 1)), "none"} <= set(said)
    assert "patients treated in all" in texts(sample_size(f, 6))


def test_many_truths_stand_in_lines() -> None:
    truths = [Truth((0.01 * i, 0.1 + 0.01 * i, 0.3 + 0.01 * i)) for i in range(5)]
    drawn = svg(operating_characteristics(found(THREE, *truths), 0.30))
    assert all(any(t.startswith(f"Truth {i}:") for t in texts_of(drawn)) for i in range(1, 6))
    assert float(ElementTree.fromstring(drawn).attrib["width"]) < 1100


def test_efficacy_stands_beside_toxicity() -> None:
    (f,) = found(THREE, TRUTH)
    both = replace(f, truth=Truth(TRUTH.tox, (0.2, 0.4, 0.45)), response=(0.5, 1.0, 1.2))
    said = texts(operating_characteristics((both,), 0.30))
    assert {"20%", "40%", "45%"} <= set(said)
    assert {kind(both, k, 0.30) for k in range(4)} == {KINDS[1]}


def test_designs_beside_each_other() -> None:
    keyboard = Keyboard(doses=5, target=0.30, cohorts=4)
    designs = [("A & B", found(BOIN, FIVE)), ("Keyboard", found(keyboard, FIVE))]
    drawn = svg(comparison(designs, 0.30))
    said = texts_of(drawn)
    assert {"A & B", "Keyboard"} <= set(said)
    for _, (f,) in designs:
        assert {percent(f.select[2]), f"{f.mean_n:.1f}"} <= set(said)
    assert "A &amp; B" in drawn


def test_the_table_has_a_letter_for_every_cell() -> None:
    cells = cells_of(BOIN)
    assert len(cells) == sum(n + 1 for n in range(1, 13))
    said = {(c.n, c.dlt): c.letter for c in cells}
    # R BOIN 2.7.2, target .30: n = 3 escalate 0, de-escalate 2, eliminate 3; n = 6: 1, 3, 4
    assert [said[3, y] for y in range(4)] == ["E", "S", "D", "X"]
    assert [said[6, y] for y in range(7)] == ["E", "E", "S", "D", "X", "X", "X"]
    shown_ = texts(decision_table(cells))
    letters = [t for t in shown_ if t in ("E", "S", "D", "X")]
    top = 7  # 7 or more of at most 12 patients always close the level
    assert len(letters) == sum(min(n, top) + 1 for n in range(1, 13))
    assert "7 or more" in shown_


def test_a_table_that_never_closes_keeps_every_row() -> None:
    rows = tuple((n, 0, n, None) for n in range(1, 5))
    design = DecisionTable(doses=2, cohort_size=2, cohorts=2, rows=rows)
    said = texts(decision_table(cells_of(design)))
    assert {"0", "1", "2", "3", "4"} <= set(said)
    assert "X" not in said


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_table_of_three_plus_three(variant: str) -> None:
    said = {(c.n, c.dlt): c.letter for c in cells_of(ThreePlusThree(doses=1, variant=variant))}
    assert [said[3, y] for y in range(4)] == ["E", "S", "X", "X"]
    assert [said[6, y] for y in range(7)] == ["E", "E", *"XXXXX"]


def test_modifiers_do_not_hide_the_table_and_wide_ones_are_thinned() -> None:
    assert cells_of(TooToxic(inner=BOIN)) == cells_of(BOIN)
    wide = cells_of(Boin(doses=3, target=0.30, cohorts=20))
    assert {c.n for c in shown(wide, 3)} == set(range(3, 61, 3))
    assert len(shown(wide, 1)) == len(wide)


def test_the_table_in_words() -> None:
    said = words([c for c in cells_of(BOIN) if c.n == 3])
    assert said.startswith(
        "After 3: escalate with 0, stay at this level with 1, de-escalate with 2, close this"
    )
    assert said.endswith(" with 3.")
    assert span([0, 1, 2, 4]) == "0-2, 4"


def test_paths_are_labelled_with_outcomes_and_ends() -> None:
    paths = dose_paths(BOIN, 2, (FIVE,))
    said = texts(dose_paths_graph(paths))
    nodes = list(paths.nodes())
    for edge in paths.edges():
        assert f"{edge.label} {percent(edge.p[0], 0)}" in said
    for node in nodes[1:]:
        assert f"{what_next(node)} · {percent(node.p[0])}" in said
        assert so_far(node) in said
    assert {"now", "after 1 cohort", "after 2 cohorts", "level 1", "level 2", "level 3", "no level"} <= set(
        said
    )
    assert any(t.startswith("stop, select none") for t in said)


def test_a_whole_study_is_drawn_when_it_is_small() -> None:
    paths = dose_paths(THREE, None, (TRUTH,))
    said = texts(dose_paths_graph(paths))
    ends = [n for n in paths.nodes() if n.selected is not None]
    assert sum(t.startswith("stop, select") for t in said) == len(ends)


def test_too_many_paths_are_refused_or_cut() -> None:
    paths = dose_paths(Boin(doses=5, target=0.30, cohorts=8), 5, (FIVE,))
    with pytest.raises(Unusable, match="too many to draw"):
        dose_paths_graph(paths)
    cut = drawable(paths)
    assert cut is not None
    assert 0 < len(list(cut.edges())) <= MOST_DRAWN
    assert list(cut.nodes()) == [n for n in paths.nodes() if n.depth <= len(cut.links)]
    assert drawable(paths, 3) is None
    assert len(ahead(paths, 1).links) == 1


def test_paths_without_a_truth_show_no_chances() -> None:
    known = dose_paths(BOIN, 2, (FIVE,))
    steps = tuple(replace(step, p=step.p[:0]) for step in known.steps)
    links = tuple((*link[:4], link[4][:0]) for link in known.links)
    said = texts(dose_paths_graph(Paths(BOIN, (), steps, links)))
    assert {"1NNN", "2NTT", "next 3 at level 2"} <= set(said)
    assert not any("%" in t for t in said)


def test_paths_from_outcomes_so_far() -> None:
    seen = parse_outcomes("1NNN 2NNT", 5).seen(5)
    said = texts(dose_paths_graph(dose_paths(BOIN, 1, (FIVE,), seen=seen)))
    assert "L1 0/3, L2 1/3" in said
    assert "2TTT <1%" in said


ROWS = (
    BoardRow("P1", 1, date(2026, 1, 5)),
    BoardRow("P2", 1, date(2026, 1, 20), dlt=date(2026, 2, 1)),
    BoardRow("P3", 2, date(2026, 2, 1), received=1),
    BoardRow("P4", 2, date(2026, 2, 2), evaluable=False, followed_to=date(2026, 2, 9)),
    BoardRow("P5", 2, date(2026, 3, 9)),
)


def test_the_board_says_where_everybody_stands() -> None:
    found = followed(ROWS, 28, date(2026, 2, 15))
    assert [f.state for f in found] == ["complete", "DLT", "pending", "not evaluable"]  # P5 is not dosed yet
    assert found[2].share == 0.5
    said = texts(board(ROWS, 28, date(2026, 2, 15)))
    assert {
        "P1 · level 1",
        "complete, no DLT",
        "DLT on day 12",
        "pending, 50% of the window seen; assigned 2, received 1",
        "not evaluable, not counted",
        "2026-02-15",
    } <= set(said)


def test_the_day_of_the_board_decides_what_is_known() -> None:
    state = {d: followed(ROWS[1:2], 28, date(2026, 1, 20 + d))[0].state for d in (0, 11)}
    assert set(state.values()) == {"pending"}
    assert followed(ROWS[1:2], 28, date(2026, 2, 1))[0].state == "DLT"
    late = BoardRow("L", 1, 0.0, dlt=40.0, followed_to=3.0)
    assert followed((late,), 28, 50.0)[0].state == "complete"
    assert followed((late,), 28, 30.0)[0].state == "pending"


@given(
    st.lists(
        st.tuples(
            st.integers(1, 9),
            st.floats(0, 100),
            st.none() | st.floats(0, 60),
            st.none() | st.floats(0, 60),
            st.booleans(),
        ),
        max_size=12,
    ),
    st.floats(0, 150),
)
@settings(max_examples=60)
def test_nobody_is_lost_from_the_board(rows: list[Any], now: float) -> None:
    people = [
        BoardRow(
            str(i),
            level,
            day,
            None,
            None if dlt is None else day + dlt,
            None if seen is None else day + seen,
            ok,
        )
        for i, (level, day, dlt, seen, ok) in enumerate(rows)
    ]
    found = followed(people, 28.0, now)
    assert {f.row.id for f in found} == {p.id for p in people if p.dosed <= now}  # type: ignore[operator]
    for f in found:
        assert 0 <= f.share <= 1
        assert f.start <= f.observed <= f.end
        assert (f.dlt is not None and f.row.evaluable) == (f.state == "DLT")
        assert f.row.evaluable == (f.state != "not evaluable")


def test_a_board_of_days_and_an_empty_one_are_drawn() -> None:
    assert "day 40" in texts(board((BoardRow("1", 1, 0.0), BoardRow("1", 1, 5.0)), 28, 40.0))
    assert svg(board((), 28, 0.0)).startswith("<svg ")


def test_dated_rows_on_the_board() -> None:
    text = "patient,assigned,received,dosed_on,dlt_on,evaluable\nA,1,,2026-01-05,2026-01-09,\nB,2,1,2026-01-20,,no\n"
    one, two = dated(read_rows(text, 3))
    assert one == BoardRow("A", 1, date(2026, 1, 5), dlt=date(2026, 1, 9))
    assert (two.assigned, two.level, two.evaluable) == (2, 1, False)


def test_a_simulated_trial_on_the_board() -> None:
    rows = (
        PatientRow(1, 1, 1, 0.0, 0.0, 12.0, True, False, True, 12.0, None),
        PatientRow(2, 1, 1, 4.0, 4.0, 20.0, False, False, False, None, 20.0),
    )
    assert [f.state for f in followed(traced(rows, 10.0), 28.0, 10.0)] == ["pending", "pending"]
    assert [f.state for f in followed(traced(rows, 25.0), 28.0, 25.0)] == ["DLT", "not evaluable"]


def test_files_are_svg_or_png(tmp_path: Path) -> None:
    chart = decision_table(cells_of(THREE))
    save(chart, tmp_path / "a.svg")
    save(chart, tmp_path / "a.PNG")
    assert (
        (tmp_path / "a.svg")
        .read_text(encoding="utf-8")
        .startswith('<svg role="img" aria-label="Decision table.')
    )
    assert (tmp_path / "a.PNG").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(Unusable, match=r"\.svg or \.png"):
        save(chart, tmp_path / "a.pdf")


def test_figures_in_one_page_do_not_share_names() -> None:
    chart = dose_paths_graph(dose_paths(THREE, 1, (TRUTH,)))
    one, two = (set(re.findall(r'id="([^"]+)"', inline(chart, name))) for name in ("one", "two"))
    assert not one & two
    text = inline(operating_characteristics(found(THREE, TRUTH)), "one")
    assert "<title>" in text
    assert "://" not in text
    assert all(f'id="{name}"' in text for name in re.findall(r"url\(#([^)]+)\)", text))
