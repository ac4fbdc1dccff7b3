"""Rolling six: its table, what it is with every outcome known, and its laws."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from paratope.designs import Outcomes, Patient, Truth, characteristics, read_design
from paratope.designs.base import STOP
from paratope.designs.reasons import rule
from paratope.designs.seen import Seen
from paratope.designs.three_plus_three import ThreePlusThree
from paratope.designs.timed import RollingSix
from paratope.designs.timed.decide import decide_followed
from paratope.designs.timed.followed import WAIT, Followed
from paratope.designs.timed.rolling_six import TABLE

DESIGN = RollingSix(doses=3, start=2)
SAME, UP, DOWN = 2, 3, 1


def situation(levels: dict[int, tuple[int, int, int]], now: int) -> Followed:
    """By level: patients with DLT, complete without, pending."""
    dose = [k for k, counts in levels.items() for _ in range(sum(counts))]
    tox = [i < t for t, c, p in levels.values() for i in range(t + c + p)]
    weight = [0.5 if i >= t + c else 1.0 for t, c, p in levels.values() for i in range(t + c + p)]
    return Followed(np.array([dose]), np.array([tox]), np.array([weight]), np.array([now]), 3)


def decide(levels: dict[int, tuple[int, int, int]], now: int, design: RollingSix = DESIGN) -> tuple[int, str]:
    r = design.judge_followed(situation(levels, now))
    return int(r.dose[0]), rule(int(r.rule[0])).key


def test_the_table_has_every_cell_once() -> None:
    cells = Counter(
        (enrolled, t, c)
        for enrolled, dlt, clear, _said in TABLE
        for t in range(dlt[0], dlt[1] + 1)
        for c in range(clear[0], clear[1] + 1)
        if t + c <= enrolled
    )
    assert cells == Counter((n, t, c) for n in range(1, 7) for t in range(n + 1) for c in range(n - t + 1))


# Enrolled, evaluable (with DLT, or complete without), DLTs, and where the next patient goes, of the rolling six:
# Frankel et al., JAMA Netw Open 2020;3:e204787, table 2 (rows 1-3, 6, 7, 9-11, 13-17, 19-22, 25, 26).
FRANKEL = [
    *[(n, 0, 0, SAME) for n in range(1, 6)],
    (6, 0, 0, WAIT),
    *[(n, 1, 0, SAME) for n in range(1, 6)],
    (6, 1, 0, WAIT),
    *[(n, 2, 0, SAME) for n in range(2, 6)],
    (6, 2, 0, WAIT),
    (3, 3, 0, UP),
    (4, 3, 0, SAME),
    (5, 3, 0, SAME),
    (6, 3, 0, WAIT),
    (4, 4, 0, UP),
    (5, 4, 0, SAME),
    (6, 4, 0, WAIT),
    (5, 5, 0, UP),
    (6, 5, 0, UP),
    *[(n, e, 1, SAME) for n in range(1, 6) for e in range(1, n + 1)],
    *[(6, e, 1, WAIT) for e in range(1, 6)],
    (6, 6, 1, UP),
    *[(n, e, 2, DOWN) for n in range(2, 7) for e in range(2, n + 1)],
]


@pytest.mark.parametrize(("enrolled", "evaluable", "dlt", "said"), FRANKEL)
def test_the_table_as_others_print_it(enrolled: int, evaluable: int, dlt: int, said: int) -> None:
    here = (dlt, evaluable - dlt, enrolled - evaluable)
    assert decide({1: (0, 3, 0), 2: here}, 2)[0] == said


def test_with_cohorts_of_three_it_is_the_three_plus_three_that_fills_to_six() -> None:
    truths = (Truth((0.05, 0.15, 0.3, 0.45)), Truth((0.3, 0.4, 0.5, 0.6)))
    ours = characteristics(RollingSix(doses=4), truths)
    theirs = characteristics(ThreePlusThree(doses=4, variant="deescalate-to-six"), truths)
    for a, b in zip(ours, theirs, strict=True):
        assert a.select == pytest.approx(b.select, abs=1e-12)
        assert a.n_total == pytest.approx(b.n_total, abs=1e-12)
        assert a.paths == b.paths


def test_with_all_six_at_once_every_level_tried_has_six() -> None:
    """By hand for one level: six patients, selected with at most one DLT."""
    (found,) = characteristics(RollingSix(doses=1, cohort_size=6), (Truth((0.2,)),))
    assert found.n_total == {6: pytest.approx(1.0)}
    assert found.select[0] == pytest.approx(0.8**6 + 6 * 0.2 * 0.8**5)


def test_a_level_below_one_too_toxic_is_filled_to_six() -> None:
    assert decide({1: (0, 3, 0), 2: (2, 1, 1)}, 2) == (1, "rolling6.de-escalate")
    assert decide({1: (0, 3, 0), 2: (2, 1, 0)}, 1) == (1, "rolling6.fill-to-six")
    assert decide({1: (0, 4, 1), 2: (2, 1, 0)}, 1) == (1, "rolling6.stay")
    assert decide({1: (0, 4, 2), 2: (2, 1, 0)}, 1) == (WAIT, "rolling6.suspend")
    assert decide({1: (0, 5, 1), 2: (2, 1, 0)}, 1) == (STOP, "rolling6.stop-mtd-found")
    assert decide({1: (0, 5, 1), 2: (2, 1, 0)}, 2) == (STOP, "rolling6.stop-mtd-found")
    assert decide({1: (2, 0, 4)}, 1) == (STOP, "rolling6.stop-too-toxic")
    assert decide({1: (2, 1, 0), 2: (2, 1, 0)}, 2) == (STOP, "rolling6.stop-too-toxic")


def test_the_highest_level() -> None:
    below = {1: (0, 3, 0), 2: (0, 3, 0)}
    assert decide({**below, 3: (0, 3, 0)}, 3) == (STOP, "rolling6.stop-at-highest")
    six = RollingSix(doses=3, six_at_mtd=True)
    assert decide({**below, 3: (0, 3, 0)}, 3, six) == (3, "rolling6.six-at-mtd")
    assert decide({**below, 3: (0, 5, 1)}, 3, six) == (STOP, "rolling6.stop-at-highest")


@pytest.mark.parametrize(
    ("n", "tox", "mtd"),
    [
        ([3, 3, 3], [0, 0, 0], 3),
        ([3, 6, 3], [0, 1, 2], 2),
        ([3, 6, 3], [0, 2, 0], 1),
        ([3, 3, 0], [0, 1, 0], 1),
        ([6, 0, 0], [2, 0, 0], 0),
        ([2, 0, 0], [0, 0, 0], 0),
    ],
)
def test_the_mtd(n: list[int], tox: list[int], mtd: int) -> None:
    assert DESIGN.select(Seen.one(n, tox, 1)).tolist() == [mtd]


def test_decisions_in_words() -> None:
    six = Outcomes(((Patient(1, True), *[Patient(1, False)] * 3, *[Patient(1, None, followed=0.5)] * 2),))
    found = decide_followed(RollingSix(doses=3), six)
    assert found.action == "wait"
    assert found.reason.startswith("1 DLT, 3 without and 2 pending among 6 at dose level 1: six are the most")
    assert found.admissible == (1, 2, 3)
    one_more = Outcomes(((Patient(1, None, followed=0.1), Patient(1, None, followed=0.0)),))
    found = decide_followed(RollingSix(doses=3), one_more)
    assert (found.action, found.dose, found.size) == ("stay", 1, 1)


def test_more_than_six_reported_at_a_level_is_read_as_six() -> None:
    assert decide({1: (0, 3, 0), 2: (1, 6, 0)}, 2)[0] == UP
    assert decide({1: (0, 3, 0), 2: (0, 5, 2)}, 2)[0] == WAIT


def test_it_reads_back_as_itself() -> None:
    design = RollingSix(doses=4, six_at_mtd=True, target=0.3)
    assert read_design(design.spec()) == design
    assert design.max_n == 24
