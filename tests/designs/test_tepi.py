"""TEPI: its decision table against another implementation, its utility against sampling, laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paratope.designs import Truth, Unusable, characteristics, read_design
from paratope.designs.efficacy import Tepi
from paratope.designs.seen import Seen
from tests.designs.test_boin12 import answer, play

PAPER = Tepi(doses=5, cohorts=6)

# R Keyboard 0.1.3: get.decision.obd.kb(.15, .33, .40, .2, .4, .6, target.toxicity = .40, target.efficacy = .20,
# cohortsize = 3, ncohort = 6): by n, one word for each number of DLTs, one letter for each number of responses.
# T: de-escalate, too toxic; F: de-escalate, futile; U: escalate, futile. All 951 rows were compared.
KEYBOARD = {
    3: "EEEE DSSS DDDD TTTT",
    6: "UEEEEEE UEEEESS FDSSSSS FDSSSSS FDDDDDD TTTTTTT TTTTTTT",
    9: (
        "UEEEEEEEEE UEEEEEEEEE UEEEEEESSS FDSSSSSSSS FDSSSSSSSS FDDDDDDDDD FDDDDDDDDD TTTTTTTTTT TTTTTTTTTT "
        "TTTTTTTTTT"
    ),
}
LETTER = {"DUT": "T", "DUE": "F", "EUE": "U"}


@pytest.mark.parametrize("n", KEYBOARD)
def test_the_decision_table(n: int) -> None:
    cells = [c for c in PAPER.table() if c.n == n]
    rows = [
        "".join(LETTER.get(c.decision, c.decision) for c in cells if c.tox == tox) for tox in range(n + 1)
    ]
    assert " ".join(rows) == KEYBOARD[n]


def test_the_table_holds_every_outcome() -> None:
    assert len(PAPER.table()) == sum((n + 1) ** 2 for n in range(3, 19, 3))


def test_the_table_is_the_decision() -> None:
    """What the protocol's table says is what happens at a middle level with its neighbours open."""
    move = {"E": 1, "EUE": 1, "S": 0, "D": -1, "DUT": -1, "DUE": -1}
    for cell in PAPER.table():
        ruling = PAPER.judge(
            Seen.one([3, 3, cell.n, 0, 0], [0, 0, cell.tox, 0, 0], 3, [2, 2, cell.eff, 0, 0])
        )
        assert ruling.dose.tolist() == [3 + move[cell.decision]]
        assert ruling.closed[0, 2] == ("U" in cell.decision)
        assert ruling.closed[0, 3] == (cell.decision == "DUT")


@pytest.mark.parametrize(
    ("n", "tox", "eff", "wanted", "obd"),
    [
        ([3, 6, 12, 3, 3], [1, 2, 4, 2, 3], [0, 0, 5, 1, 1], None, 3),
        ([3, 6, 9, 6, 0], [0, 0, 1, 3, 0], [0, 2, 5, 4, 0], None, 3),
        ([3, 9, 12, 6, 0], [0, 0, 4, 4, 0], [1, 5, 6, 4, 0], None, 2),
        ([3, 6, 9, 3, 0], [0, 2, 2, 1, 0], [0, 2, 5, 2, 0], (0.1229, 0.1952, 0.2790, 0.1271, 0.0), 3),
        ([3, 3, 6, 9, 3], [1, 0, 1, 3, 2], [1, 1, 3, 6, 2], (0.3250, 0.3042, 0.3318, 0.1982, 0.0250), 3),
    ],
)
def test_selection(
    n: list[int], tox: list[int], eff: list[int], wanted: tuple[float, ...] | None, obd: int
) -> None:
    """Selected as R Keyboard 0.1.3, select.obd.kb(.4, .2, n, tox, eff, q1 = .2), first utility (first three); mean
    utility by 400,000 draws from the posterior, standard error below 0.0006 (last two)."""
    seen = Seen.one(n, tox, 3, eff)
    if wanted is not None:
        assert PAPER.utility(seen)[0] == pytest.approx(wanted, abs=2.5e-3)
    assert PAPER.select(seen).tolist() == [obd]


def test_the_utility_of_one_level() -> None:
    """With one level nothing is made monotone: both means by summing over a fine grid of each beta density."""
    p = (np.arange(200_000) + 0.5) / 200_000
    for n, tox, eff in ((3, 0, 1), (9, 3, 4), (12, 5, 12)):
        means = []
        for events, value in (
            (tox, np.clip((0.40 - p) / 0.25, 0, 1)),
            (eff, np.clip((p - 0.2) / 0.4, 0, 1)),
        ):
            density = p**events * (1 - p) ** (n - events)
            means.append(float((value * density).sum() / density.sum()))
        found = Tepi(doses=1, cohorts=6).utility(Seen.one([n], [tox], 1, [eff]))
        assert found[0, 0] == pytest.approx(means[0] * means[1], abs=1e-3)


def test_closing_rules() -> None:
    toxic = answer(PAPER, "1NNN 2ENT 3TTT")
    assert (toxic.rule, toxic.dose, toxic.admissible) == ("tepi.close-too-toxic", 2, (1, 2))
    futile = answer(PAPER, "1NNN 1NNN")
    assert (futile.rule, futile.dose, futile.admissible) == ("tepi.close-futile", 2, (2, 3, 4, 5))
    stopped = answer(PAPER, "1TTT")
    assert (stopped.rule, stopped.dose, stopped.selected) == ("tepi.stop-too-toxic", None, 0)
    left = answer(Tepi(doses=2, cohorts=6), "1NNN 1NNN 2TTT")
    assert (left.rule, left.dose, left.selected) == ("tepi.stop-no-level", None, 0)


def test_exact_characteristics() -> None:
    truth = (Truth((0.05, 0.2, 0.45), (0.2, 0.5, 0.6)),)
    design = Tepi(doses=3, cohort_size=2, cohorts=3)
    (merged,), (walked,) = characteristics(design, truth), characteristics(design, truth, merge=False)
    assert sum(merged.select) + merged.select_none == pytest.approx(1, abs=1e-12)
    assert merged.select == pytest.approx(walked.select, abs=1e-12)
    assert merged.visited < walked.visited


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_laws(seed: int) -> None:
    shut: set[int] = set()
    for seen, decision in play(PAPER, seed):
        assert not shut & set(decision.admissible)
        shut = set(range(1, 6)) - set(decision.admissible)
        assert decision.dose is None or decision.dose not in shut
        assert "{" not in decision.reason
        if decision.dose is None:
            assert decision.selected is not None
            assert decision.selected == 0 or seen.n[0, decision.selected - 1] > 0
            assert decision.selected not in shut


def test_a_specification_reads_back() -> None:
    grid = (("E", "E"), ("S", "S"), ("D", "D"))
    design = Tepi(doses=4, tox_edges=(0.2, 0.35), eff_edges=(0.3,), decisions=grid, xi=0.2)
    assert read_design(design.spec()) == design
    assert answer(design, "").action == "start"


def test_every_problem_is_said() -> None:
    with pytest.raises(Unusable) as bad:
        Tepi(
            doses=3,
            tox_edges=(0.2, 0.4),
            decisions=(("E", "E", "E"), ("S", "S", "X", "S")),
            tox_utility=(0.1, 0.2, 0.3),
        )
    assert {p.place for p in bad.value.problems} == {
        "$.tox_utility",
        "$.decisions",
        "$.decisions[0]",
        "$.decisions[1][2]",
    }
    with pytest.raises(Unusable, match="must rise"):
        Tepi(doses=3, eff_utility=(0.6, 0.2))
