"""Simulation without a clock: agrees with the exact answer, and is the same however it is run."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from math import sqrt

import numpy as np
import pytest

from paratope.designs import Characteristics, Truth, Unusable, characteristics
from paratope.designs.base import Design
from paratope.designs.interval import Boin, Keyboard
from paratope.designs.modifiers import Coherence, EnoughAtDose, MaximumN, Titration, TooToxic
from paratope.designs.simulation import Clock, compare, simulate
from paratope.designs.simulation.cohorts import cohort
from paratope.designs.simulation.patients import CHUNK, Patients
from paratope.designs.simulation.run import ends_of
from paratope.designs.three_plus_three import ThreePlusThree
from paratope.designs.timed import RollingSix, TiteBoin

TRUTH = Truth((0.05, 0.15, 0.30, 0.45, 0.60))
TOXIC = Truth((0.35, 0.45, 0.55, 0.65, 0.75))
BOIN = Boin(doses=5, target=0.3)

DESIGNS: dict[str, Callable[[], Design]] = {
    "3+3": lambda: ThreePlusThree(doses=5, variant="no-deescalation", target=0.3),
    "3+3 six at MTD": lambda: ThreePlusThree(doses=5, variant="six-at-mtd", target=0.3),
    "boin": lambda: BOIN,
    "boin early stop": lambda: Boin(doses=5, target=0.3, early_stop_n=9),
    "keyboard ones": lambda: Keyboard(doses=5, target=0.25, cohort_size=1, cohorts=12),
    "titration": lambda: Titration(inner=BOIN),
    "too toxic": lambda: TooToxic(inner=Boin(doses=5, target=0.25, cohorts=6), certainty=0.8),
    "wrapped": lambda: MaximumN(inner=EnoughAtDose(inner=Coherence(inner=Titration(inner=BOIN)), n=9), n=20),
    "rolling six": lambda: RollingSix(doses=5, target=0.3),
}


def scalars(found: Characteristics) -> dict[str, tuple[float, bool]]:
    """Every probability (True) and mean (False) by name."""
    said = {f"select {k}": (p, True) for k, p in enumerate(found.select, 1)}
    said["none"] = (found.select_none, True)
    said["early"] = (found.stop_early, True)
    for name in ("n_total", "dlt_total", "ended_by", "above"):
        said |= {f"{name} {k}": (p, True) for k, p in getattr(found, name).items()}
    for name in ("n", "dlt"):
        said |= {f"{name} {k}": (v, False) for k, v in enumerate(getattr(found, name), 1)}
    return said | {"mean n": (found.mean_n, False)}


@pytest.mark.parametrize("name", DESIGNS)
@pytest.mark.parametrize("truth", [TRUTH, TOXIC], ids=["rising", "toxic"])
def test_it_agrees_with_the_exact_answer(name: str, truth: Truth) -> None:
    design, trials = DESIGNS[name](), 20_000
    found = simulate(design, truth, trials, seed=4)
    (exact,) = characteristics(design, (truth,))
    means = {
        **{f"n {k}": e for k, e in enumerate(found.mc_error.n, 1)},
        **{f"dlt {k}": e for k, e in enumerate(found.mc_error.dlt, 1)},
        "mean n": found.mc_error.mean_n,
    }
    wanted, said = scalars(exact), scalars(found)
    assert said.keys() <= wanted.keys()
    for key, (value, share) in wanted.items():
        error = sqrt(max(value * (1 - value), 0) / trials) if share else means[key]
        assert abs(said.get(key, (0.0, share))[0] - value) <= 4.5 * error + 1.5 / trials, key


def test_the_error_beside_each_figure() -> None:
    found = simulate(BOIN, TRUTH, 5_000, seed=2)
    p = found.select[2]
    assert found.mc_error.select[2] == pytest.approx(sqrt(p * (1 - p) / 5_000))
    ends = ends_of(BOIN, TRUTH, 5_000, 2)
    own = ends.counts[:, 1, 0]
    assert found.n[1] == pytest.approx(own.mean())
    assert found.mc_error.n[1] == pytest.approx(own.std(ddof=1) / sqrt(5_000))
    for name in ("n_total", "dlt_total", "ended_by", "above"):
        assert getattr(found.mc_error, name).keys() == getattr(found, name).keys()
    assert found.duration is None
    assert found.mc_error.duration is None
    assert (found.trials, found.seed) == (5_000, 2)


def test_it_has_every_field_of_the_exact_answer() -> None:
    found = simulate(BOIN, TRUTH, 100)
    assert {f.name for f in fields(Characteristics)} <= {f.name for f in fields(found)}
    assert sum(found.select) + found.select_none == pytest.approx(1)
    assert found.more_than(29) == pytest.approx(found.n_total[30])
    assert found.paths == 100
    assert all(p in {k / 100 for k in range(101)} for p in found.n_total.values())


def test_the_same_for_any_number_of_workers_and_any_executor() -> None:
    trials = 6 * CHUNK + 77  # two tasks
    one = simulate(BOIN, TRUTH, trials, seed=9)
    assert simulate(BOIN, TRUTH, trials, seed=9, workers=2) == one
    assert simulate(BOIN, TRUTH, trials, seed=9, workers=2, executor="threading") == one
    with ThreadPoolExecutor(2) as pool:
        assert simulate(BOIN, TRUTH, trials, seed=9, executor=pool) == one
    assert simulate(BOIN, TRUTH, trials, seed=10) != one


def test_fewer_trials_are_the_first_ones() -> None:
    many, few = ends_of(BOIN, TRUTH, CHUNK + 500, 3), ends_of(BOIN, TRUTH, CHUNK + 10, 3)
    assert np.array_equal(many.counts[: CHUNK + 10], few.counts)


def test_progress() -> None:
    said: list[tuple[int, int]] = []
    simulate(BOIN, TRUTH, 6 * CHUNK, progress=lambda done, of: said.append((done, of)))
    assert said == [(5 * CHUNK, 6 * CHUNK), (6 * CHUNK, 6 * CHUNK)]


@pytest.mark.parametrize("odds_ratio", [0.2, 1.0, 5.0])
def test_responses_go_with_dlts_as_the_truth_says(odds_ratio: float) -> None:
    truth = Truth((0.2, 0.5), (0.4, 0.3), odds_ratio)
    cells = truth.cells(4)
    trials = np.arange(CHUNK)
    size, before = np.full(CHUNK, 20), np.zeros(CHUNK, np.int64)
    for level in (1, 2):
        seen = cohort(Patients(truth, 1, 0), trials, np.full(CHUNK, level), size, before, 4).sum(axis=0)
        n, tox, eff, both = (int(v) for v in seen)
        found = np.array([n - tox - eff + both, tox - both, eff - both, both]) / n
        p = cells[level - 1]
        assert (abs(found - p) <= 4.5 * np.sqrt(p * (1 - p) / n)).all()


def test_a_patient_is_the_same_under_every_design_and_truth() -> None:
    """A higher DLT probability at every level turns patients without DLT into patients with, never back."""
    worse = Truth(tuple(p + 0.1 for p in TRUTH.tox))
    number = np.arange(30)[:, None]
    trial = np.arange(50)[None, :]
    level = np.broadcast_to(np.int64(2), (30, 50))
    low = Patients(TRUTH, 1, 0).dlt(number, trial, level)
    high = Patients(worse, 1, 0).dlt(number, trial, level)
    assert (low <= high).all()
    assert low.sum() < high.sum()


def test_compare_pairs_its_patients() -> None:
    same = TiteBoin(doses=5, target=0.3)  # without a clock it is BOIN
    other = Boin(doses=5, target=0.3, cohorts=8)
    found = compare([BOIN, same, other], [TRUTH, TOXIC], 4_000, seed=5)
    for row in found.differences:
        twin, less = row
        assert all(f.value == 0 and f.error == 0 for f in (*twin.select, twin.n, twin.dlt, twin.select_none))
        assert less.duration is None
    (_twin, less), results = found.differences[0], found.results[0]
    assert less.n.value == pytest.approx(results[2].mean_n - results[0].mean_n)
    assert less.select[2].value == pytest.approx(results[2].select[2] - results[0].select[2])
    apart = sqrt(results[0].mc_error.select[2] ** 2 + results[2].mc_error.select[2] ** 2)
    assert less.select[2].error is not None
    assert less.select[2].error < 0.8 * apart
    less = found.differences[1][1]
    (exact,) = compare([BOIN, other], [TOXIC], exact=True).differences[0]
    for name in ("n", "dlt", "above", "select_none"):
        a, b = getattr(exact, name), getattr(less, name)
        assert a.error is None
        assert abs(a.value - b.value) <= 4.5 * b.error + 1e-9


def test_compare_exactly() -> None:
    designs = [BOIN, ThreePlusThree(doses=5, variant="deescalate-to-six")]
    found = compare(designs, [TRUTH, TOXIC], exact=True)
    assert found.exact
    assert found.results[1][0] == characteristics(BOIN, (TRUTH, TOXIC))[1]
    assert found.differences[0][0].above is not None


def test_compare_reports_progress_over_everything() -> None:
    said: list[tuple[int, int]] = []
    compare([BOIN, BOIN], [TRUTH], 1_000, progress=lambda done, of: said.append((done, of)))
    assert said == [(1_000, 2_000), (2_000, 2_000)]


def test_every_problem_at_once() -> None:
    with pytest.raises(Unusable) as bad:
        simulate(BOIN, Truth((0.1, 0.2)), trials=0, seed=-1, workers=0)
    assert [p.place for p in bad.value.problems] == ["trials", "seed", "workers", "truth"]
    with pytest.raises(Unusable) as bad:
        compare([BOIN], [TRUTH, Truth((0.1,))], exact=True, clock=Clock())
    assert [p.place for p in bad.value.problems] == ["truth 2", "exact"]
    with pytest.raises(Unusable) as bad:
        compare([], [])
    assert [p.place for p in bad.value.problems] == ["designs", "truths"]
