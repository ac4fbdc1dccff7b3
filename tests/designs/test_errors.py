"""Bad input: every problem at once, each with its place, and never a traceback."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paratope.designs import Outcomes, Patient, Truth, Unusable, decide, parse_outcomes, read_design
from paratope.designs.interval import Boin
from paratope.designs.modifiers import Coherence, Precision, TooToxic
from paratope.designs.outcomes import counted
from paratope.designs.spec import parameters_of
from paratope.designs.three_plus_three import ThreePlusThree
from paratope.designs.truth import truth_problems

BOIN = {"design": "boin", "doses": 3}
ROWS = [[n, 0, 2, 3] for n in range(3, 7)]

DESIGNS: list[tuple[str, Any, list[str]]] = [
    ("not an object", [1], ["$"]),
    ("no name", {"doses": 3}, ["$.design"]),
    ("an unknown name", {"design": "boinn", "doses": 3}, ["$.design"]),
    ("a name of the wrong kind", {"design": ["boin"]}, ["$.design"]),
    ("nothing but a name", {"design": "3+3"}, ["$.doses", "$.variant"]),
    (
        "probabilities outside 0 to 1, and more",
        {**BOIN, "target": 1.3, "cutoff": 0, "cohort_size": 0, "cohorts": -1, "nonsense": 1},
        ["$.cohort_size", "$.cohorts", "$.cutoff", "$.nonsense", "$.target"],
    ),
    ("a level that is not there", {**BOIN, "start": 4, "target": 2}, ["$.start", "$.target"]),
    ("words for numbers", {**BOIN, "doses": "three", "target": None}, ["$.doses", "$.target"]),
    (
        "limits that cross",
        {**BOIN, "p_saf": 0.29, "p_tox": 0.31},
        ["$.p_saf", "$.p_tox"],
    ),
    (
        "a table with holes, crossing boundaries and a row twice",
        {
            "design": "table",
            "doses": 3,
            "cohorts": 3,
            "rows": [*ROWS, [4, 0, 2, 3], [7, 3, 2, 9], [8, 0], [9, 1, None, 1], [0, 0, 1, 1]],
        },
        ["$.rows", "$.rows[4][0]", "$.rows[5]", "$.rows[5][3]", "$.rows[6]", "$.rows[7]", "$.rows[8][0]"],
    ),
    ("a table that is too short", {"design": "table", "doses": 3, "rows": [[1, 0, 1, 1]]}, ["$.rows"]),
    (
        "a decreasing skeleton",
        {"design": "crm", "doses": 3, "target": 0.25, "skeleton": [0.3, 0.2, 1.2]},
        ["$.skeleton[1]", "$.skeleton[2]"],
    ),
    (
        "a skeleton with words",
        {"design": "crm", "doses": 3, "target": 7, "skeleton": [0.1, "b"]},
        ["$.skeleton[1]", "$.target"],
    ),
    (
        "margins as wide as the target",
        {"design": "keyboard", "doses": 3, "target": 0.05, "margin_high": 0.97},
        ["$.margin_high", "$.margin_low"],
    ),
    (
        "a target interval with no width",
        {"design": "keyboard", "doses": 3, "margin_low": 1e-9, "margin_high": 1e-9},
        ["$.margin_low"],
    ),
    (
        "modifiers of every wrong kind",
        {
            **BOIN,
            "modifiers": [
                {"modifier": "titratio"},
                {"modifier": ["titration"]},
                "titration",
                {"modifier": "too-toxic", "level": 4},
                {"modifier": "enough-at-dose"},
                {"modifier": "precision", "width": 0.95},
                {"modifier": "maximum-n", "n": 0, "m": 1},
                {"modifier": "no-skipping", "above": "all"},
            ],
        },
        [
            "$.modifiers[0]",
            "$.modifiers[1]",
            "$.modifiers[2]",
            "$.modifiers[3].level",
            "$.modifiers[4].n",
            "$.modifiers[5].width",
            "$.modifiers[6].m",
            "$.modifiers[6].n",
            "$.modifiers[7].above",
        ],
    ),
    (
        "modifiers that are no list",
        {**BOIN, "modifiers": "titration", "target": -1},
        ["$.modifiers", "$.target"],
    ),
    (
        "a bad design and a bad modifier",
        {**BOIN, "target": -1, "modifiers": [{"modifier": "maximum-n", "n": 0}]},
        ["$.modifiers[0].n", "$.target"],
    ),
    (
        "rules that need a target",
        {
            "design": "3+3",
            "doses": 3,
            "variant": "six-at-mtd",
            "modifiers": [{"modifier": "too-toxic"}, {"modifier": "coherence"}],
        },
        ["$.modifiers[0].limit", "$.modifiers[1]"],
    ),
    ("slips of the keyboard", {**BOIN, "cohorts": 10**400, "target": 1e300}, ["$.cohorts", "$.target"]),
]


@pytest.mark.parametrize(("data", "places"), [d[1:] for d in DESIGNS], ids=[d[0] for d in DESIGNS])
def test_designs(data: Any, places: list[str]) -> None:
    with pytest.raises(Unusable) as caught:
        read_design(data)
    found = sorted({p.place for p in caught.value.problems})
    assert found == sorted(places), "\n".join(map(str, caught.value.problems))
    for problem in caught.value.problems:
        assert problem.message
        assert len(str(problem)) < 400, "a message that nobody reads to its end"
        assert str(problem) in str(caught.value)


def test_a_near_name_is_offered() -> None:
    with pytest.raises(Unusable, match="did you mean boin"):
        read_design({"design": "boinn"})
    with pytest.raises(Unusable, match="did you mean cohort_size"):
        read_design({**BOIN, "cohortsize": 3})


def test_the_same_where_a_design_is_made_in_python() -> None:
    with pytest.raises(Unusable) as caught:
        Boin(doses=3, target=1.5, start=9)
    assert {p.place for p in caught.value.problems} >= {"$.target", "$.start"}
    with pytest.raises(Unusable):
        TooToxic(inner=Boin(doses=3), level=4)
    with pytest.raises(Unusable):
        TooToxic(inner=ThreePlusThree(doses=3, variant="six-at-mtd"))
    with pytest.raises(Unusable):
        Coherence(inner=ThreePlusThree(doses=3, variant="six-at-mtd"))
    with pytest.raises(Unusable):
        Precision(inner=Boin(doses=3), width=0.9)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(["boin", "3+3", "keyboard", "i3+3", "table"]), st.data())
def test_whatever_is_written_is_read_or_refused(name: str, data: st.DataObject) -> None:
    known = [key for key, _, _ in parameters_of(name)]
    keys = st.sampled_from([*known, "modifiers", "other"])
    given_ = data.draw(st.dictionaries(keys, anything, max_size=4))
    try:
        design = read_design({"design": name, "doses": 2, **given_})
    except Unusable:
        return
    assert read_design(design.spec()) == design


OUTCOMES: list[tuple[str, str, list[str]]] = [
    ("a letter that is none", "1NNZ", ["cohort 1 ('1NNZ')"]),
    ("a level that is not there", "1NNN 4NNN 0T", ["cohort 2 ('4NNN')", "cohort 3 ('0T')"]),
    ("several things at once", "9NQ NNN 2 2NN", ["cohort 1 ('9NQ')", "cohort 2 ('NNN')", "cohort 3 ('2')"]),
    ("responses where none are weighed", "1NEB", ["cohort 1 ('1NEB')"]),
    ("a comma", "1NNN,2NTT", ["cohort 1 ('1NNN,2NTT')"]),
    ("a level of five thousand digits", "9" * 5_000 + "N", []),
]


@pytest.mark.parametrize(("text", "places"), [o[1:] for o in OUTCOMES], ids=[o[0] for o in OUTCOMES])
def test_outcomes(text: str, places: list[str]) -> None:
    with pytest.raises(Unusable) as caught:
        parse_outcomes(text, 3)
    found = list(dict.fromkeys(p.place for p in caught.value.problems))
    assert found == places or not places


@given(st.text(alphabet="0123NTXEBntxeb? ,", max_size=20), st.booleans())
def test_any_text_is_read_or_refused(text: str, efficacy: bool) -> None:
    try:
        read = parse_outcomes(text, 3, efficacy)
    except Unusable:
        return
    letters = [c for c in text if c.isalpha() or c == "?"]
    assert len(read.patients) == len(letters)
    assert read.seen(3).total[0] == sum(c not in "xX?" for c in letters)


def test_rows_with_levels_that_are_not_there() -> None:
    rows = Outcomes(
        ((Patient(1, False, id="A-1"), Patient(7, False, id="A-2"), Patient(1, True, received=0)),)
    )
    with pytest.raises(Unusable) as caught:
        decide(Boin(doses=3), rows)
    assert [p.place for p in caught.value.problems] == ["patient A-2", "patient 3"]


def test_counts() -> None:
    problems = list(counted([3, -1, 2], [1, 0, 3], dose=4, eff=[4, 0]))
    assert {p.place for p in problems} >= {"n[2]", "dlt[3]", "dose", "eff", "eff[1]"}
    assert not list(counted([3, 3], [1, 0], dose=2, eff=[0, 3]))


def test_truths() -> None:
    with pytest.raises(Unusable) as caught:
        Truth((0.1, 1.5, -0.2, float("nan")), (0.1,), odds_ratio=float("inf"))
    places = [p.place for p in caught.value.problems]
    assert places == ["tox[2]", "tox[3]", "tox[4]", "eff", "odds_ratio"]
    for odds in (0.0, -1.0, float("nan")):
        with pytest.raises(Unusable):
            Truth((0.1,), (0.1,), odds)
    assert [p.place for p in truth_problems(Truth((0.1,)), 2, True, "--truth 1")] == ["--truth 1"] * 2
