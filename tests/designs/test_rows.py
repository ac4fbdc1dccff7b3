"""Dated patient rows as outcomes on a day, and what was done against what the design asks for."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import date, timedelta
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paratope.designs import Unusable, decide, parse_outcomes
from paratope.designs.interval import Boin
from paratope.designs.replay import deviations, once_known
from paratope.designs.rows import Row, outcomes_on, read_rows
from paratope.designs.timed import TiteBoin

DAY = date(2026, 1, 1).toordinal()
BOIN = Boin(doses=4)


def letters(rows: tuple[Row, ...], as_of: int, window: float = 28, size: int | None = 3) -> str:
    """The outcomes on a day as ``1NNT 2N?``."""
    found = outcomes_on(rows, window, as_of, size).outcomes
    said = []
    for cohort in found.cohorts:
        each = ("X" if not p.evaluable else "?" if p.tox is None else "NT"[p.tox] for p in cohort)
        said.append(f"{cohort[0].assigned}{''.join(each)}")
    return " ".join(said)


def treated(*levels: int, every: int = 7) -> tuple[Row, ...]:
    """One patient after the other at these levels."""
    return tuple(
        Row(f"row {i + 1}", f"P{i + 1}", k, DAY + every * i, followed_to=DAY + 1_000)
        for i, k in enumerate(levels)
    )


def problems(text: str) -> list[str]:
    with pytest.raises(Unusable) as bad:
        read_rows(text, 3)
    return [str(p) for p in bad.value.problems]


# --- reading -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        "patient,assigned,dosed_on,dlt_on,replaces",
        "Subject ID,Dose level,Dosing date,DLT date,Replacement for",
        "ID;LEVEL;dosed-on;dlt;replacing",
        "pid\tlevel\tinfusion date\tDLT on\treplaces",
    ],
)
def test_headers_are_taken_as_people_write_them(header: str) -> None:
    mark = next(m for m in ",;\t" if m in header)
    lines = [
        header,
        mark.join(["A", "1", "2026-01-05", "", ""]),
        mark.join(["B", "2", "2026-01-06", "2026-01-09", "A"]),
    ]
    first, second = read_rows("\ufeff" + "\n\n".join(lines) + "\n", 3)
    assert first == Row("line 3", "A", 1, date(2026, 1, 5).toordinal())
    assert second.dlt_on == date(2026, 1, 9).toordinal()
    assert second.replaces == "A"


def test_csv_and_json_say_the_same() -> None:
    rows = [
        {
            "patient": "A",
            "assigned": 1,
            "dosed_on": "2026-01-05",
            "evaluable": False,
            "followed_to": "2026-01-20",
        },
        {
            "patient": "B",
            "assigned": 2,
            "dosed_on": "2026-01-06",
            "received": 1,
            "response": True,
            "replaces": "A",
        },
    ]
    names = [
        "patient",
        "assigned",
        "dosed_on",
        "evaluable",
        "followed_to",
        "received",
        "response",
        "replaces",
    ]
    out = StringIO()
    writer = csv.DictWriter(out, names, restval="")
    writer.writeheader()
    writer.writerows(rows)
    texts = (out.getvalue(), json.dumps(rows), json.dumps({"patients": rows}))
    from_csv, *others = ([replace(r, place="") for r in read_rows(text, 3)] for text in texts)
    assert all(other == from_csv for other in others)
    assert from_csv[0].evaluable is False
    assert (from_csv[1].received, from_csv[1].response, from_csv[1].replaces) == (1, True, "A")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ["$: there are no rows"]),
        ("[1]", ["$: expected a list of objects, one per patient"]),
        ("[{", ["$: is not JSON (line 1)"]),
        ('{"people": []}', ["$: expected a list of objects, one per patient"]),
        ('[{"patient": "A", "assigned": 1}]', ["$: no patient has 'dosed_on'"]),
        ("patient,level\nA,1\n", ["header: the column 'dosed_on' is missing"]),
        (
            "patient,level,dosed_on,dose level,weigth\n",
            [
                "header: 'dose level' says 'assigned' a second time",
                "header: there is no column 'weigth'; known: patient, assigned, received, dosed_on, dlt_on, "
                "followed_to, evaluable, response_on, response, replaces, cohort",
            ],
        ),
        ("patient,level,dosed_on\nA,1\n", ["line 2: has 2 columns, the header has 3"]),
        (
            "patient,level,dosed_on,received,dlt_on,followed_to,evaluable,response\n"
            "A,0,2026-02-30,x,2026-01-01,,maybe,2\n"
            ",1,2026-02-03,,2026-02-01,2026-02-02,,\n"
            "C,,2026-02-04,4,,,no,\n"
            "D,1,2026-02-05,,2026-02-07,,no,\n",
            [
                "line 2, evaluable: expected yes or no, not 'maybe'",
                "line 2, assigned: expected a dose level from 1 to 3, not '0'",
                "line 2, dosed_on: expected a date like 2026-06-15, not '2026-02-30'",
                "line 2, received: expected a dose level from 1 to 3, not 'x'",
                "line 2, response: expected yes or no, not '2'",
                "line 3, patient: is missing",
                "line 3, dlt_on: 2026-02-01 is before the day of dosing, 2026-02-03",
                "line 3, followed_to: 2026-02-02 is before the day of dosing, 2026-02-03",
                "line 4, assigned: is missing",
                "line 4, received: expected a dose level from 1 to 3, not '4'",
                "line 5, evaluable: a patient with a DLT can be evaluated: say yes",
            ],
        ),
        (
            "patient,level,dosed_on,replaces\nA,1,2026-02-05,\nA,1,2026-02-04,\nC,1,2026-02-05,D\n",
            [
                "line 3, patient: 'A' is in line 2 already",
                "line 3, dosed_on: 2026-02-04 is before line 2 (2026-02-05): rows go in the order of dosing",
                "line 4, replaces: there is no patient 'D' before this row",
            ],
        ),
    ],
)
def test_everything_wrong_is_said_with_row_and_column(text: str, said: list[str]) -> None:
    assert problems(text) == said


# --- outcomes on a day ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dlt", "followed", "as_of", "letter"),
    [
        (None, 40, 27, "?"),
        (None, 40, 28, "N"),  # the last day of the window is over
        (None, None, 90, "?"),  # silence is not absence
        (28, None, 40, "T"),
        (29, None, 40, "N"),  # past the window
        (10, None, 9, "?"),  # not known yet on that day
        (10, None, 10, "T"),
        (None, 20, 40, "?"),  # lost sight of before the end
        (None, 28, 28, "N"),
    ],
)
def test_the_window_decides(dlt: int | None, followed: int | None, as_of: int, letter: str) -> None:
    row = Row(
        "row 1",
        "A",
        1,
        DAY,
        dlt_on=None if dlt is None else DAY + dlt,
        followed_to=None if followed is None else DAY + followed,
    )
    assert letters((row,), DAY + as_of) == f"1{letter}"


def test_the_part_followed_is_that_of_the_window() -> None:
    (patient,) = outcomes_on(treated(1), 28, DAY + 7).outcomes.patients
    assert patient.followed == pytest.approx(0.25)


def test_what_the_counts_hide_is_noted() -> None:
    a, b, c, d = treated(1, 1, 1, 1)
    rows = (
        Row(a.place, a.patient, 1, a.dosed_on, dlt_on=a.dosed_on + 30),
        Row(b.place, b.patient, 1, b.dosed_on, followed_to=b.dosed_on + 3),
        Row(c.place, c.patient, 1, c.dosed_on, followed_to=c.dosed_on + 50, replaces="P1"),
        Row(d.place, d.patient, 1, DAY + 200),
    )
    notes = outcomes_on(rows, 28, DAY + 100).notes
    assert [n.split(",")[0] for n in notes] == [
        "patient P1 had a toxicity on 2026-01-31",
        "patient P2 was followed only to 2026-01-11",
        "patient P3 replaces patient P1",
        "patient P4 was dosed on 2026-07-20",
    ]


def test_cohorts_are_by_level_by_size_or_as_said() -> None:
    rows = treated(1, 1, 1, 1, 1, 2, 2)
    late = DAY + 500
    assert letters(rows, late) == "1NNN 1NN 2NN"
    assert letters(rows, late, size=None) == "1NNNNN 2NN"
    gone = (rows[0], Row("row 2", "P2", 1, rows[1].dosed_on, evaluable=False), *rows[2:])
    assert letters(gone, late) == "1NXNN 1N 2NN"  # who cannot be evaluated does not fill a place
    said = tuple(
        Row(r.place, r.patient, r.assigned, r.dosed_on, followed_to=late, cohort="ab"[i > 1])
        for i, r in enumerate(rows[:5])
    )
    assert letters(said, late) == "1NN 1NNN"


@given(
    st.lists(st.tuples(st.integers(1, 3), st.integers(0, 20), st.integers(0, 60) | st.none()), max_size=12)
)
def test_as_days_go_by_patients_only_become_known(people: list[tuple[int, int, int | None]]) -> None:
    rows, day = [], DAY
    for i, (level, gap, dlt) in enumerate(people):
        day += gap
        rows.append(
            Row(
                f"row {i + 1}",
                f"P{i}",
                level,
                day,
                dlt_on=None if dlt is None else day + dlt,
                followed_to=day + 90,
            )
        )
    before: dict[str, bool] = {}
    for as_of in range(DAY, day + 90, 9):
        found = outcomes_on(rows, 28, as_of).outcomes.patients
        assert [p.id for p in found] == [r.patient for r in rows if r.dosed_on <= as_of]
        known = {p.id: p.tox for p in found if p.tox is not None}
        assert before.items() <= known.items()
        before = known
    assert before == {r.patient: r.dlt_on is not None and r.dlt_on - r.dosed_on <= 28 for r in rows}


# --- against the design --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcomes", "starts"),
    [
        ("", []),
        ("1NNN 2NNT 2NNN 3NNN", []),
        (
            "2NNN",
            ["cohort 1 was treated at level 2, but the design would have chosen level 1: nobody has been"],
        ),
        (
            "1NNN 3NNN",
            ["cohort 2 was treated at level 3, but the design would have chosen level 2: 0 DLT among 3"],
        ),
        ("1TTT 1NNN", ["cohort 2 was treated at level 1, but the design had stopped: "]),
        (
            "1NN? 2NNN",
            [
                "cohort 2 was treated at level 2, but the design would have waited: the outcomes of 1 patient are"
            ],
        ),
        ("1NNNN", ["cohort 1 has 4 patients that count, the design asks for 3"]),
        ("1NNXN", []),
        ("1NN 1N", ["cohort 1 has 2 of the 3 patients that", "cohort 2 was treated at level 1, but the"]),
    ],
)
def test_deviations_are_found_by_replaying(outcomes: str, starts: list[str]) -> None:
    found = deviations(BOIN, parse_outcomes(outcomes, 4))
    assert len(found) == len(starts)
    for said, start in zip(found, starts, strict=True):
        assert said.startswith(start)


def test_with_dated_rows_each_decision_is_held_against_what_was_known_then() -> None:
    quick, slow = treated(1, 1, 1, 2, 2, 2, every=7), treated(1, 1, 1, 2, 2, 2, every=29)
    late = DAY + 500
    assert deviations(BOIN, outcomes_on(slow, 28, late, 3).outcomes, slow, 28) == ()
    (said,) = deviations(BOIN, outcomes_on(quick, 28, late, 3).outcomes, quick, 28)
    assert said.startswith("cohort 2 was treated at level 2, but the design would have waited")


def test_a_design_that_decides_while_patients_are_pending_is_judged_by_dates_only() -> None:
    assert deviations(TiteBoin(doses=4), parse_outcomes("1NNN 4NNN", 4)) == ()


def test_pending_patients_are_looked_ahead_of() -> None:
    outcomes = parse_outcomes("1N?? 2?", 4)
    ahead = once_known(BOIN, outcomes)
    assert [label for label, _ in ahead][:2] == [
        "0 of 2 at level 1 with DLT, 0 of 1 at level 2 with DLT",
        "0 of 2 at level 1 with DLT, 1 of 1 at level 2 with DLT",
    ]
    for label, decision in ahead:
        y1, y2 = int(label[0]), int(label.split(", ")[1][0])
        text = f"1N{'T' * y1}{'N' * (2 - y1)} 2{'T' * y2}{'N' * (1 - y2)}"
        assert decision == decide(BOIN, parse_outcomes(text, 4))
    assert once_known(BOIN, parse_outcomes("1NNN", 4)) == []
    assert once_known(BOIN, parse_outcomes("1????????? 2????????? 3?????????", 4)) == []


def test_days_between_are_of_the_calendar() -> None:
    leap = date(2028, 2, 20)
    row = Row("row 1", "A", 1, leap.toordinal(), dlt_on=(leap + timedelta(days=28)).toordinal())
    assert letters((row,), row.dosed_on + 40) == "1T"
