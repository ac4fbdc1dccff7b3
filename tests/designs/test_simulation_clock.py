"""Simulation with a clock: the laws of time, and every decision replayed from the patients' rows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np
import pytest

from paratope.designs import Outcomes, Patient, Truth, Unusable
from paratope.designs.base import Design
from paratope.designs.decision import decide_seen
from paratope.designs.interval import Boin
from paratope.designs.modifiers import MaximumN, Titration, TooToxic
from paratope.designs.simulation import Clock, PatientRow, compare, one_course, simulate
from paratope.designs.simulation.courses import run_courses, some_courses
from paratope.designs.simulation.patients import CHUNK, Patients
from paratope.designs.simulation.run import ends_of
from paratope.designs.three_plus_three import ThreePlusThree
from paratope.designs.timed import RollingSix, TiteBoin
from paratope.designs.timed.decide import decide_followed

TRUTH = Truth((0.08, 0.20, 0.35), (0.2, 0.4, 0.5))
BOIN = Boin(doses=3, target=0.3, cohorts=6)
TITE = TiteBoin(doses=3, target=0.3, cohorts=6)
SIX = RollingSix(doses=3, target=0.3)
CLOCK = Clock(arrival=7.0)
WHOLE: list[Design] = [BOIN, ThreePlusThree(doses=3, variant="deescalate-to-six"), Titration(inner=BOIN)]
TIMED: list[Design] = [
    TITE,
    SIX,
    TooToxic(inner=TITE, certainty=0.7),
    MaximumN(inner=Titration(inner=TITE), n=14),
]
CLOCKS = [
    CLOCK,
    Clock(arrival=3.0, accrual="uniform", sentinel=14.0, between=2.0),
    Clock(arrival=5.0, closed="wait", sentinel=7.0, not_evaluable=0.25),
    Clock(arrival=9.0, accrual="fixed", onset="weibull", late=0.8, not_evaluable=0.1),
]
SOME = range(12)


def outcomes_on(day: float, rows: Sequence[PatientRow], window: float) -> Outcomes:
    """What would be reported of those patients on that day."""
    return Outcomes(
        tuple(
            tuple(_reported(r, day, window) for r in cohort)
            for _, cohort in groupby(rows, lambda r: r.cohort)
        )
    )


def _reported(r: PatientRow, day: float, window: float) -> Patient:
    if r.known_day > day:
        return Patient(r.level, None, followed=(day - r.treated) / window)
    return Patient(r.level, r.tox) if r.evaluable else Patient(r.level, None, evaluable=False)


@pytest.mark.parametrize("design", WHOLE, ids=["boin", "3+3", "titration"])
def test_time_changes_nothing_for_whole_cohorts(design: Design) -> None:
    """The same patients, the same decisions: bit for bit the simulation without a clock."""
    timed, plain = (ends_of(design, TRUTH, 3_000, 8, clock) for clock in (CLOCK, None))
    assert np.array_equal(timed.counts, plain.counts)
    assert np.array_equal(timed.selected, plain.selected)
    assert [timed.rules[i] for i in timed.rule] == [plain.rules[i] for i in plain.rule]


def test_with_hardly_anybody_coming_nobody_is_ever_pending() -> None:
    """TITE-BOIN is then BOIN, and rolling six in ones. (Ones: a cohort of three ends early when its level closes.)"""
    rare = Clock(arrival=100.0, accrual="fixed")
    ones = {"doses": 3, "target": 0.3, "cohort_size": 1, "cohorts": 18}
    for timed, known in ((TiteBoin(**ones), Boin(**ones)), (SIX, RollingSix(**{**ones, "cohorts": None}))):
        a, b = ends_of(timed, TRUTH, 2_000, 3, rare), ends_of(known, TRUTH, 2_000, 3)
        assert np.array_equal(a.counts, b.counts)
        assert np.array_equal(a.selected, b.selected)


@pytest.mark.parametrize("clock", CLOCKS, ids=["plain", "stagger", "wait", "late"])
@pytest.mark.parametrize("design", [*WHOLE[:2], *TIMED], ids=lambda d: type(d).__name__)
def test_the_laws_of_time(design: Design, clock: Clock) -> None:
    for rows in some_courses(design, TRUTH, clock, 2, SOME):
        for r in rows:
            assert r.treated >= r.arrived >= 0
            assert r.treated < r.known_day <= r.treated + clock.window or r.known_day == pytest.approx(
                r.treated
            )
            assert (r.dlt_day is not None) == r.tox
            assert r.evaluable or not r.tox
            if clock.closed == "turned-away":
                assert r.treated == r.arrived
        assert rows[0].arrived == 0
        assert [r.treated for r in rows] == sorted(r.treated for r in rows)
        for level in range(1, 4):
            days = [r.treated for r in rows if r.level == level]
            gaps = np.diff(days)
            assert (gaps[:1] >= clock.sentinel - 1e-9).all()
            assert (gaps[1:] >= clock.between - 1e-9).all()


@pytest.mark.parametrize("clock", CLOCKS, ids=["plain", "stagger", "wait", "late"])
@pytest.mark.parametrize("design", WHOLE, ids=["boin", "3+3", "titration"])
def test_whole_cohorts_decide_when_all_of_them_is_known(design: Design, clock: Clock) -> None:
    for rows in some_courses(design, TRUTH, clock, 2, SOME):
        last = rows[-1].cohort
        for number in range(1, last + 1):
            mine = [r for r in rows if r.cohort == number]
            assert len({r.level for r in mine}) == 1
            if number < last:
                said = max(r.known_day for r in mine if r.evaluable)
                assert min(r.treated for r in rows if r.cohort == number + 1) >= said
            before = [r for r in rows if r.cohort < number and r.evaluable]
            if not before:
                continue
            cohorts = [
                tuple(Patient(r.level, r.tox) for r in before if r.cohort == c) for c in range(1, number)
            ]
            said_ = decide_seen(design, Outcomes(tuple(cohorts)).seen(3))
            stay = [r for r in mine if r.evaluable]
            assert (said_.dose, said_.size) == (mine[0].level, len(stay))
        ended = [
            tuple(Patient(r.level, r.tox) for r in rows if r.cohort == c and r.evaluable)
            for c in range(1, last + 1)
        ]
        assert decide_seen(design, Outcomes(tuple(ended)).seen(3)).action == "stop"


@pytest.mark.parametrize("clock", CLOCKS, ids=["plain", "stagger", "wait", "late"])
@pytest.mark.parametrize("design", TIMED, ids=lambda d: type(d).__name__)
def test_every_decision_replayed(design: Design, clock: Clock) -> None:
    """Each cohort's first patient gets the level that the single decision gives on the rows known that day."""
    decided = 0
    for course in some_courses(design, TRUTH, clock, 6, SOME):
        rows = list(course)
        for i, r in enumerate(rows[1:], 1):
            found = decide_followed(design, outcomes_on(r.treated, rows[:i], clock.window))
            if r.cohort == rows[i - 1].cohort:
                assert r.level == rows[i - 1].level
                assert r.level in found.admissible
                assert found.action != "stop"
            else:
                decided += 1
                assert found.dose == r.level
    assert decided > 20


@pytest.mark.parametrize("design", [SIX, TITE], ids=["rolling6", "tite-boin"])
def test_nobody_is_turned_away_while_the_design_would_treat(design: Design) -> None:
    """With fixed arrivals every arrival is known: those not treated came while the design said wait."""
    clock = Clock(arrival=6.0, accrual="fixed")
    waits = 0
    for rows in some_courses(design, TRUTH, clock, 1, SOME):
        treated = {round(r.treated / 6): i for i, r in enumerate(rows)}
        for arrival in range(max(treated)):
            if arrival not in treated:
                before = [r for r in rows if r.treated < arrival * 6]
                found = decide_followed(design, outcomes_on(arrival * 6.0, before, clock.window))
                assert found.action == "wait"
                waits += 1
    assert waits


def test_durations_by_hand() -> None:
    """No DLT, two cohorts of three, arrivals every 10 days, window 28: days 0, 10, 20; decision on day 48."""
    design = Boin(doses=2, cohorts=2)
    never = Truth((0.0, 0.0))
    gone = simulate(design, never, 10, clock=Clock(arrival=10.0, accrual="fixed"))
    assert (gone.duration, gone.suspended, gone.turned_away) == (98.0, 28.0, 2.0)  # 50, 60, 70, and 28 more
    wait = simulate(design, never, 10, clock=Clock(arrival=10.0, accrual="fixed", closed="wait"))
    assert (wait.duration, wait.suspended, wait.turned_away) == (78.0, 28.0, 0.0)  # 48, 48, 50, and 28 more
    assert gone.duration_quantiles == {5: 98.0, 25: 98.0, 50: 98.0, 75: 98.0, 95: 98.0}
    stagger = Clock(arrival=10.0, accrual="fixed", closed="wait", sentinel=14.0, between=3.0)
    rows = one_course(design, never, stagger)
    assert [r.treated for r in rows] == [0.0, 14.0, 20.0, 48.0, 62.0, 65.0]
    six = simulate(RollingSix(doses=1), Truth((0.0,)), 10, clock=Clock(arrival=10.0, accrual="fixed"))
    # Days 0 to 50, as nobody who comes finds all of those before complete; the last is followed until day 78.
    assert six.duration == 78.0
    assert six.n_total == {6: pytest.approx(1.0)}


def test_the_duration_is_the_last_outcome() -> None:
    for design in (BOIN, TITE):
        ends = ends_of(design, TRUTH, 8, 4, CLOCK)
        for trial, rows in enumerate(some_courses(design, TRUTH, CLOCK, 4, range(8))):
            assert ends.duration[trial] == pytest.approx(max(r.known_day for r in rows))


def test_deciding_with_pending_patients_is_shorter() -> None:
    found = compare([BOIN, TITE], [TRUTH], 2_000, clock=CLOCK).differences[0][0].duration
    assert found is not None
    assert found.error is not None
    assert found.value < -10 * found.error
    three = ThreePlusThree(doses=3, variant="deescalate-to-six")
    found = compare([three, SIX], [TRUTH], 2_000, clock=CLOCK).differences[0][0].duration
    assert found is not None
    assert found.error is not None
    assert found.value < -10 * found.error


def test_tite_boin_selects_as_boin_does() -> None:
    """Yuan et al. 2018 report accuracy within a few points of BOIN's, in a fraction of its time."""
    truth = Truth((0.05, 0.15, 0.30, 0.45, 0.60))
    boin, tite = (
        simulate(d, truth, 2_000, clock=Clock(arrival=10.0))
        for d in (Boin(doses=5, target=0.3), TiteBoin(doses=5, target=0.3))
    )
    assert abs(tite.select[2] - boin.select[2]) < 0.06
    assert tite.duration is not None
    assert boin.duration is not None
    assert tite.duration < 0.8 * boin.duration
    assert tite.suspended is not None
    assert tite.suspended > 0


def test_rolling_six_never_has_seven_at_a_level() -> None:
    clock = Clock(arrival=4.0, not_evaluable=0.2)
    for rows in some_courses(SIX, TRUTH, clock, 7, range(40)):
        for i, r in enumerate(rows):
            there = [q for q in rows[: i + 1] if q.level == r.level]
            assert len([q for q in there if q.evaluable or q.known_day > r.treated]) <= 6


@pytest.mark.parametrize("design", [BOIN, TITE], ids=["boin", "tite-boin"])
def test_patients_who_cannot_be_evaluated_are_replaced(design: Design) -> None:
    clock = Clock(arrival=7.0, not_evaluable=0.3)
    ends = ends_of(design, Truth((0.1, 0.1, 0.1)), 500, 5, clock)
    full = [ends.rules[i] == "maximum-n" for i in ends.rule]
    assert (ends.counts[full][:, :, 0].sum(axis=1) == design.max_n).all()
    # Of those treated 30 % leave, but for the few whose DLT comes first.
    treated = ends.replaced.sum() + ends.counts[:, :, 0].sum()
    expected = 0.3 * (1 - 0.1 / 2)
    assert abs(ends.replaced.sum() / treated - expected) < 4.5 * np.sqrt(0.3 * 0.7 / treated)


def test_backfill() -> None:
    clock = Clock(arrival=4.0, backfill=True, backfill_most=8)
    found, without = (simulate(BOIN, TRUTH, 1_000, clock=c) for c in (clock, Clock(arrival=4.0)))
    assert found.backfilled is not None
    assert found.backfilled > 2
    assert found.mean_n > without.mean_n + 2
    assert found.turned_away is not None
    assert without.turned_away is not None
    assert found.turned_away < without.turned_away
    answered = Clock(arrival=4.0, backfill=True, backfill_most=8, backfill_response=True)
    for given in (clock, answered):
        for rows in some_courses(BOIN, TRUTH, given, 1, range(30)):
            assert len([r for r in rows if r.cohort]) <= BOIN.max_n
            for i, r in enumerate(rows):
                if r.cohort:
                    continue
                before = rows[:i]
                assert r.level < [q.level for q in before if q.cohort][-1]
                assert len([q for q in before if q.level == r.level]) < 8
                known = [q for q in before if q.level == r.level and q.known_day <= r.treated]
                assert known
                assert given is clock or any(q.eff for q in known)


def test_the_same_for_any_number_of_workers() -> None:
    one, two = (simulate(SIX, TRUTH, CHUNK + 50, clock=CLOCK, workers=w) for w in (1, 2))
    assert one == two


@pytest.mark.parametrize(
    ("onset", "late"), [("uniform", 0.5), ("weibull", 0.5), ("weibull", 0.8), ("weibull", 0.2)]
)
@pytest.mark.parametrize("p", [0.05, 0.4, 1.0])
def test_when_dlts_come(onset: str, late: float, p: float) -> None:
    clock = Clock(onset=onset, late=late, window=30.0)
    u = (np.arange(20_000) + 0.5) / 20_000
    days = clock.dlt_days(u, np.full(20_000, p))
    assert days.min() >= 0
    assert days.max() <= 30
    assert (days > 15).mean() == pytest.approx(late, abs=1e-3)


@pytest.mark.parametrize("accrual", ["fixed", "uniform", "poisson"])
def test_gaps_between_arrivals(accrual: str) -> None:
    u = (np.arange(20_000) + 0.5) / 20_000
    gaps = Clock(arrival=9.0, accrual=accrual).gaps(u)
    spread = {"fixed": 0.0, "uniform": 9 / np.sqrt(3), "poisson": 9.0}[accrual]
    assert gaps.min() >= 0
    assert gaps.mean() == pytest.approx(9.0, rel=1e-3)
    assert gaps.std() == pytest.approx(spread, rel=5e-3)


def test_a_design_that_waits_for_nothing_is_found_out() -> None:
    class Stubborn(TiteBoin):
        def judge_followed(self, followed):  # type: ignore[no-untyped-def]
            r = super().judge_followed(followed)
            return type(r)(np.full(len(r.dose), -1), r.size, r.rule, r.closed)

    with pytest.raises(RuntimeError, match="every outcome is known"):
        run_courses(Stubborn(doses=3), Patients(TRUTH, 1, 0, CLOCK), CLOCK)


def test_every_problem_with_a_clock() -> None:
    with pytest.raises(Unusable) as bad:
        Clock(window=-1, arrival=0, accrual="bursts", not_evaluable=1.0, late=2, backfill=True, closed="wait")
    places = {p.place for p in bad.value.problems}
    assert places == {"$.window", "$.arrival", "$.accrual", "$.not_evaluable", "$.late", "$.closed"}
    with pytest.raises(Unusable) as bad:
        simulate(TITE, TRUTH, clock=Clock(window=56.0, backfill=True, backfill_response=True))
    assert [p.place for p in bad.value.problems] == ["design: window", "clock: backfill"]
    with pytest.raises(Unusable) as bad:
        simulate(BOIN, Truth((0.1, 0.2, 0.3)), clock=Clock(backfill=True, backfill_response=True))
    assert [p.place for p in bad.value.problems] == ["truth"]
