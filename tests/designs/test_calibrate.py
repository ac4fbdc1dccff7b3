"""Calibration: right levels, ranking, and what cannot be a design."""

from __future__ import annotations

from dataclasses import replace

import pytest

from paratope.designs import Truth, Unusable, characteristics, read_design
from paratope.designs.calibrate import calibrate
from paratope.designs.quality import accuracy, mean_above, right_levels, right_selection

BASE = {"design": "boin", "doses": 3, "target": 0.3, "cohorts": 4}
TRUTHS = (Truth((0.1, 0.3, 0.5)), Truth((0.05, 0.12, 0.28)))


@pytest.mark.parametrize(
    ("tox", "right"),
    [
        ((0.1, 0.3, 0.5), (2,)),
        ((0.2, 0.4, 0.6), (1, 2)),
        ((0.42, 0.6, 0.7), (1,)),
        ((0.43, 0.6, 0.7), (0,)),
        ((0.01, 0.02, 0.03), (3,)),
    ],
)
def test_the_right_level_is_the_nearest_or_none_if_all_are_too_toxic(
    tox: tuple[float, ...], right: tuple[int, ...]
) -> None:
    assert right_levels(Truth(tox), 0.3) == right


def test_measures_of_a_design_that_always_answers_right_and_one_that_guesses() -> None:
    (found,) = characteristics(read_design(BASE), TRUTHS[:1])
    assert right_selection(found, 0.3) == found.select[1]
    always = replace(found, select=(0.0, 1.0, 0.0), select_none=0.0)
    guesses = replace(found, select=(1 / 3, 1 / 3, 1 / 3), select_none=0.0)
    never = replace(found, select=(0.0, 0.0, 0.0), select_none=1.0)
    assert accuracy(always, 0.3) == 1
    assert accuracy(guesses, 0.3) == pytest.approx(0)
    assert accuracy(never, 0.3) == pytest.approx(0)
    assert mean_above(found) == pytest.approx(found.n[2])


def test_settings_come_best_first_and_hold_what_was_varied() -> None:
    found = calibrate(BASE, {"cohorts": [2, 6], "cohort_size": [2, 3]}, TRUTHS)
    means = [s.mean_right for s in found.settings]
    assert len(means) == 4
    assert means == sorted(means, reverse=True)
    best = found.settings[0]
    assert best.design.max_n == best.values["cohorts"] * best.values["cohort_size"]
    assert best.right == pytest.approx([right_selection(c, 0.3) for c in best.found])
    worst_first = calibrate(BASE, {"cohorts": [2, 6]}, TRUTHS, by="worst").settings
    assert worst_first[0].worst_right >= worst_first[1].worst_right


def test_a_modifier_can_be_varied() -> None:
    base = {**BASE, "modifiers": [{"modifier": "enough-at-dose", "n": 6}]}
    found = calibrate(base, {"enough-at-dose.n": [3, 9]}, TRUTHS)
    sizes = {s.values["enough-at-dose.n"]: s.mean_n for s in found.settings}
    assert sizes[3] < sizes[9]
    assert base["modifiers"] == [{"modifier": "enough-at-dose", "n": 6}]


def test_settings_that_are_no_design_are_left_out_with_their_problems() -> None:
    found = calibrate(BASE, {"target": [0.3, 1.3]}, TRUTHS)
    assert [s.values["target"] for s in found.settings] == [0.3]
    ((values, problems),) = found.left_out
    assert values == {"target": 1.3}
    assert problems[0].place == "$.target"


def test_what_cannot_be_calibrated_says_everything_at_once() -> None:
    with pytest.raises(Unusable) as bad:
        calibrate(BASE, {"titration.n": [1], "cohorts": []}, (), by="luck")
    assert [p.place for p in bad.value.problems] == [
        "--vary cohorts",
        "--vary titration.n",
        "--by",
        "--truth",
    ]
    with pytest.raises(Unusable, match="has none"):
        calibrate({"design": "3+3", "doses": 3, "variant": "six-at-mtd"}, {"start": [1]}, TRUTHS)
