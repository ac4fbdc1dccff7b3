"""Laws of operating characteristics, whatever the design and the truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from paratope.designs import Characteristics, Truth, Unusable, characteristics
from paratope.designs.base import Design
from paratope.designs.interval import Boin, I3plus3, IntervalDesign, Keyboard, Mtpi2
from paratope.designs.isotonic import isotonic, nearest, rates
from paratope.designs.modifiers import MaximumN
from paratope.designs.tails import above, first_count
from paratope.designs.three_plus_three import VARIANTS, ThreePlusThree
from paratope.designs.truth import MOST_ODDS
from tests.designs import oracle
from tests.designs.examples import examples
from tests.designs.strategies import TARGETS, interval_designs, modified, probabilities, truths

FEW = settings(max_examples=60, deadline=None)
EXAMPLES = examples()


def check_sums(design: Design, found: Characteristics) -> None:
    assert sum(found.select) + found.select_none == pytest.approx(1, abs=1e-9)
    assert min(*found.select, found.select_none) >= 0
    for spread in (found.n_total, found.dlt_total, found.ended_by):
        assert sum(spread.values()) == pytest.approx(1, abs=1e-9)
    assert found.mean_n == pytest.approx(sum(found.n), abs=1e-9)
    dlts = sum(k * p for k, p in found.dlt_total.items())
    assert dlts == pytest.approx(sum(found.dlt), abs=1e-9)
    assert found.dlt == pytest.approx(np.array(found.n) * found.truth.tox, abs=1e-9)
    assert max(found.n_total) <= design.max_n
    assert found.more_than(design.max_n) == 0
    if design.target is not None:
        over = [n for n, t in zip(found.n, found.truth.tox, strict=True) if t > design.target]
        assert sum(k * p for k, p in found.above.items()) == pytest.approx(sum(over), abs=1e-9)


@pytest.mark.parametrize("design", EXAMPLES.values(), ids=EXAMPLES.keys())
def test_sums_of_the_examples(design: Design) -> None:
    k = design.doses
    rising = Truth(tuple(np.linspace(0.05, 0.6, k)), tuple(np.linspace(0.2, 0.5, k)))
    impossible = Truth((0.0,) * k, (0.0,) * k)
    certain = Truth((1.0,) * k, (1.0,) * k)
    for found in characteristics(design, (rising, impossible, certain)):
        check_sums(design, found)


small = modified(most=2).filter(lambda design: design.max_n <= 12)


@FEW
@given(small, st.data())
def test_sums(design: Design, data: st.DataObject) -> None:
    truth = Truth(data.draw(truths(design.doses)))
    (found,) = characteristics(design, (truth,))
    check_sums(design, found)


def the_same(a: Characteristics, b: Characteristics) -> None:
    assert a.select == pytest.approx(b.select, abs=1e-12)
    assert a.select_none == pytest.approx(b.select_none, abs=1e-12)
    assert a.n == pytest.approx(b.n, abs=1e-9)
    assert a.dlt == pytest.approx(b.dlt, abs=1e-9)
    assert a.n_total == pytest.approx(b.n_total, abs=1e-12)
    assert a.ended_by == pytest.approx(b.ended_by, abs=1e-12)
    assert a.states == b.states
    assert a.paths == b.paths


@FEW
@given(modified(most=2).filter(lambda d: (d.first()[1] + 1) ** (d.max_n // d.first()[1]) <= 4_000), st.data())
def test_merging_changes_nothing(design: Design, data: st.DataObject) -> None:
    truth = Truth(data.draw(truths(design.doses)))
    merged = characteristics(design, (truth,))[0]
    the_same(merged, characteristics(design, (truth,), merge=False)[0])


FEW_PATHS = {name: d for name, d in EXAMPLES.items() if d.max_n <= 12 and len(d.columns) == 2}


@pytest.mark.parametrize("design", FEW_PATHS.values(), ids=FEW_PATHS.keys())
def test_merging_changes_nothing_in_the_examples(design: Design) -> None:
    truth = (Truth(tuple(np.linspace(0.1, 0.5, design.doses))),)
    the_same(characteristics(design, truth)[0], characteristics(design, truth, merge=False)[0])


@FEW
@given(small, st.data())
def test_truths_together_are_as_one_by_one(design: Design, data: st.DataObject) -> None:
    several = [Truth(t) for t in data.draw(st.lists(truths(design.doses), min_size=2, max_size=4))]
    together = characteristics(design, tuple(several))
    backwards = characteristics(design, tuple(several[::-1]))[::-1]
    for truth, a, b in zip(several, together, backwards, strict=True):
        the_same(a, b)
        the_same(a, characteristics(design, (truth,))[0])


@st.composite
def raised(draw: st.DrawFn, doses: int) -> tuple[int, Truth, Truth]:
    """A level, a truth, and the truth with more toxicity at that level."""
    p = list(draw(truths(doses)))
    level = draw(st.integers(0, doses - 1))
    low, high = sorted((p[level], draw(probabilities)))
    assume(low < high)
    lower, higher = list(p), list(p)
    lower[level], higher[level] = low, high
    return level, Truth(tuple(lower)), Truth(tuple(higher))


@FEW
@given(st.data(), st.sampled_from(VARIANTS), st.integers(1, 4))
def test_toxicity_at_a_level_never_raises_its_selection_by_3_plus_3(
    data: st.DataObject, variant: str, doses: int
) -> None:
    start = data.draw(st.integers(1, doses))
    design = ThreePlusThree(doses=doses, variant=variant, start=start)
    assert "selection-monotone" in design.promises
    level, lower, higher = data.draw(raised(doses))
    before, after = characteristics(design, (lower, higher))
    assert after.select[level] <= before.select[level] + 1e-12


PROMISING = {name: d for name, d in EXAMPLES.items() if "selection-monotone" in d.promises}


@pytest.mark.parametrize("design", PROMISING.values(), ids=PROMISING.keys())
def test_promised_selection(design: Design) -> None:
    @settings(max_examples=20, deadline=None, database=None)
    @given(raised(design.doses))
    def run(case: tuple[int, Truth, Truth]) -> None:
        level, lower, higher = case
        before, after = characteristics(design, (lower, higher))
        assert after.select[level] <= before.select[level] + 1e-12

    run()


@pytest.mark.parametrize(
    ("design", "level", "lower", "higher"),
    [
        (
            ThreePlusThree(doses=3, variant="no-deescalation", cohorts=2),
            1,
            (0.0, 0.05, 0.9),
            (0.2, 0.05, 0.9),
        ),
        (
            MaximumN(inner=ThreePlusThree(doses=3, variant="six-at-mtd"), n=6),
            1,
            (0.0, 0.05, 0.9),
            (0.2, 0.05, 0.9),
        ),
        (Boin(doses=3, cohorts=5), 1, (0.07, 0.2, 0.8), (0.38, 0.2, 0.8)),
    ],
    ids=["3+3-cut", "3+3-maximum-n", "boin"],
)
def test_where_it_fails_it_is_not_promised(
    design: Design, level: int, lower: tuple[float, ...], higher: tuple[float, ...]
) -> None:
    """A level nearer the target is selected more often by a design that aims at one; and a maximum can stop a 3+3
    before the level above was tried."""
    before, after = characteristics(design, (Truth(lower), Truth(higher)))
    assert after.select[level - 1] > before.select[level - 1] + 0.01
    assert "selection-monotone" not in design.promises


# What one patient may show


@settings(max_examples=200)
@given(probabilities, probabilities, st.one_of(st.just(1.0), st.floats(1e-6, MOST_ODDS)))
def test_the_odds_ratio_keeps_the_margins(tox: float, eff: float, odds: float) -> None:
    ((neither, only_tox, only_eff, both),) = Truth((tox,), (eff,), odds).cells(4)
    assert min(neither, only_tox, only_eff, both) >= 0
    assert only_tox + both == pytest.approx(tox, abs=1e-9)
    assert only_eff + both == pytest.approx(eff, abs=1e-9)
    assert neither + only_tox + only_eff + both == pytest.approx(1, abs=1e-9)
    assert neither * both == pytest.approx(odds * only_tox * only_eff, rel=1e-5, abs=1e-7)


def test_nearly_independent_is_nearly_independent() -> None:
    """The usual formula loses all but seven digits here."""
    assert Truth((0.3,), (0.4,), 1 + 1e-9).cells(4)[0, 3] == pytest.approx(0.12, abs=1e-9)
    assert Truth((0.3,), (0.4,), 1 - 1e-12).cells(4)[0, 3] == pytest.approx(0.12, abs=1e-12)


# Boundaries, tails and isotonic rates


@FEW
@given(interval_designs(most_doses=2))
def test_boundaries_are_in_order(design: IntervalDesign) -> None:
    last = (-1, 0)
    for b in design.table():
        up = -1 if b.escalate is None else b.escalate
        down = b.n + 1 if b.deescalate is None else b.deescalate
        assert -1 <= up < down <= b.n + 1
        if b.eliminate is not None:
            assert max(down, 1) <= b.eliminate <= b.n
        assert (up, down) >= last, "more patients never lower a boundary"
        last = (up, down)


@pytest.mark.parametrize("target", TARGETS)
def test_keyboard_and_mtpi2_decide_alike(target: float) -> None:
    margin = min(0.05, target / 2)
    same = {"doses": 2, "target": target, "margin_low": margin, "cohorts": 12}
    assert Keyboard(**same).table() == Mtpi2(**same).table()  # type: ignore[arg-type]


@pytest.mark.parametrize("make", [Boin, Keyboard, Mtpi2, I3plus3])
def test_no_toxicity_at_all_escalates(make: type[IntervalDesign]) -> None:
    """Also for targets so low that no whole key lies below the target key."""
    for target in (0.08, 0.1, 0.2, 0.3):
        assert all(b.escalate is not None for b in make(doses=2, target=target).table())


@given(st.sampled_from(TARGETS), st.integers(0, 40), st.data())
def test_tails(limit: float, n: int, data: st.DataObject) -> None:
    y = data.draw(st.integers(0, n))
    assert float(above(limit, n, y)) == pytest.approx(oracle.tail(limit, n, y), abs=1e-12)


@given(st.floats(0.01, 0.9), st.integers(1, 30), st.floats(0.05, 0.99))
def test_first_count(limit: float, n: int, certainty: float) -> None:
    assume(all(abs(oracle.tail(limit, n, y) - certainty) > 1e-9 for y in range(n + 1)))
    enough = [y for y in range(1, n + 1) if oracle.tail(limit, n, y) > certainty]
    assert first_count(limit, n, certainty) == (enough[0] if enough else None)


@given(
    st.integers(1, 6).flatmap(
        lambda k: st.lists(st.tuples(st.integers(0, 12), st.floats(0, 1)), min_size=k, max_size=k)
    )
)
def test_isotonic_rates(levels: list[tuple[int, float]]) -> None:
    n = np.array([[size for size, _ in levels]])
    tox = np.array([[round(share * size) for size, share in levels]])
    used = n > 0
    fitted = rates(n, tox, used)
    inside = fitted[used]
    assert (np.diff(inside) >= -1e-12).all()
    assert np.isnan(fitted[~used]).all()
    path = oracle.Path(tuple(n[0].tolist()), tuple(tox[0].tolist()), 1)
    assert nearest(fitted, 0.3, used).tolist() == [oracle.nearest(path, 0.3)]


def test_isotonic_by_hand() -> None:
    """Levels 2 and 3 are pooled: (1 x 0.4 + 3 x 0.2) / 4 = 0.25; level 4 was not used."""
    values, weights = np.array([[0.1, 0.4, 0.2, 0.0, 0.5]]), np.array([[1.0, 1.0, 3.0, 9.0, 1.0]])
    used = np.array([[True, True, True, False, True]])
    fitted = isotonic(values, weights, used)
    assert fitted[used] == pytest.approx([0.1, 0.25, 0.25, 0.5])
    assert np.isnan(fitted[0, 3])


def test_a_truth_that_does_not_fit_is_refused() -> None:
    with pytest.raises(Unusable):
        characteristics(Boin(doses=3), (Truth((0.1, 0.2)),))
