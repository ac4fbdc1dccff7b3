"""Patients as they are: pending, not evaluable, replaced, given another level than assigned."""

from __future__ import annotations

import pytest

from paratope.designs import Outcomes, Patient, decide, parse_outcomes, read_design
from paratope.designs.interval import Boin
from paratope.designs.modifiers import Coherence, EnoughAtDose, TooToxic
from paratope.designs.seen import Seen
from paratope.designs.three_plus_three import ThreePlusThree

BOIN = Boin(doses=3)


def test_a_patient_counts_at_the_level_received() -> None:
    off = Patient(2, True, received=1, id="B-4")
    seen = Outcomes(((Patient(1, False),) * 3, (Patient(2, False), Patient(2, False), off))).seen(3)
    assert seen.n[0].tolist() == [4, 2, 0]
    assert seen.tox[0].tolist() == [1, 0, 0]
    assert seen.dose.tolist() == [2]
    assert seen.last[0].tolist() == [3, 1]


def test_what_the_counts_hide_is_noted() -> None:
    rows = Outcomes(
        (
            (
                Patient(1, False, id="A"),
                Patient(1, None, evaluable=False, id="B"),
                Patient(1, False, id="C", replaces="B"),
            ),
            (Patient(2, False, received=1, id="D"), Patient(2, None, followed=0.25)),
        )
    )
    said = " | ".join(rows.notes())
    assert "patient B at level 1 cannot be evaluated: not counted, to be replaced" in said
    assert "patient C replaces patient B" in said
    assert "patient D was assigned level 2 and received level 1: counted at level 1" in said
    assert "patient 5 at level 2 is still in the DLT window, followed for 25% of it" in said
    assert decide(BOIN, rows).notes == rows.notes()


def test_responses_are_counted_for_designs_that_weigh_them() -> None:
    seen = parse_outcomes("1NTEB 2E?X", 2, efficacy=True).seen(2, ("n", "tox", "eff", "both"))
    assert seen.counts[0].tolist() == [[4, 2, 2, 1], [1, 0, 1, 0]]
    assert parse_outcomes("1NTEB", 2, efficacy=True).seen(2).counts[0].tolist() == [[4, 2], [0, 0]]


def test_a_cohort_of_nobody_evaluable_is_not_the_last() -> None:
    seen = parse_outcomes("1NNT 1XX", 2).seen(2)
    assert seen.last[0].tolist() == [3, 1]


def test_writing_and_counting_agree() -> None:
    seen = parse_outcomes("1NNN 2NTN 2N", 3).seen(3)
    by_hand = Seen.one([3, 4, 0], [0, 1, 0], dose=2, last=[1, 0])
    assert seen.counts.tolist() == by_hand.counts.tolist()
    assert seen.dose.tolist() == by_hand.dose.tolist()
    assert seen.last.tolist() == by_hand.last.tolist()


def test_two_of_a_kind_tell_their_own_numbers() -> None:
    """Two modifiers of one kind use the same names of numbers: the reason must be told with the right ones."""
    inner = TooToxic(inner=BOIN, level=3, limit=0.2, certainty=0.6)
    both = TooToxic(inner=inner, level=2, limit=0.5, certainty=0.9)
    said = decide(both, parse_outcomes("1NNN 2NNN 3NNT", 3))
    assert said.rule == "too-toxic.below"
    assert "level 3 and all above are closed" in said.reason
    assert "> 0.2)" in said.reason
    stops = EnoughAtDose(inner=EnoughAtDose(inner=BOIN, n=6), n=9)
    said = decide(stops, parse_outcomes("1NNT 1NNT", 3))
    assert "which has had 6 patients already (at least 6)" in said.reason


@pytest.mark.parametrize("outer", [lambda d: Coherence(inner=d), lambda d: EnoughAtDose(inner=d, n=30)])
def test_an_outer_rule_leaves_the_inner_reason_alone(outer) -> None:  # type: ignore[no-untyped-def]
    inner = EnoughAtDose(inner=BOIN, n=6)
    outcomes = parse_outcomes("1NNT 1NNT", 3)
    assert decide(outer(inner), outcomes).reason == decide(inner, outcomes).reason


def test_a_study_may_hold_more_patients_than_planned() -> None:
    """4 DLT among 30 is not too toxic, whatever the boundary at the planned maximum of 6."""
    said = decide(Boin(doses=2, cohorts=2), parse_outcomes("1" + "N" * 26 + "TTTT", 2))
    assert (said.action, said.rule, said.selected) == ("stop", "maximum-n", 1)


def test_3_plus_3_never_goes_down_to_a_level_above_the_mtd() -> None:
    design = ThreePlusThree(doses=4, variant="deescalate-to-six")
    said = decide(design, parse_outcomes("1NNN 2NTT 3NNN 4NNN", 4))
    assert (said.dose, said.size, said.admissible) == (1, 3, (1,))


@pytest.mark.parametrize("name", ["boin", "tite-boin"])
@pytest.mark.parametrize("last", ["1NNN", "1NN?"])
def test_a_level_closed_for_good_stays_closed_whatever_was_given_since(name: str, last: str) -> None:
    design = read_design({"design": name, "doses": 3, "target": 0.25})
    said = decide(design, parse_outcomes(f"1NNN 2TTT 1NNN 2NNN {last}", 3))
    assert said.admissible == (1,)
    assert said.dose in (1, None)
