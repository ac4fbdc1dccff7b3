"""The package against designs written once more (`oracle`), path by path, on small studies."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paratope.designs import Truth, characteristics
from paratope.designs.base import BaseDesign, Design
from paratope.designs.characteristics import Characteristics
from paratope.designs.interval import Boin, I3plus3, Keyboard
from paratope.designs.modifiers import EnoughAtDose, MaximumN, Titration, TooToxic
from paratope.designs.three_plus_three import VARIANTS, ThreePlusThree
from tests.designs import oracle
from tests.designs.strategies import TARGETS, interval_designs, truths

FEW = settings(max_examples=60, deadline=None)


def rule_of(design: BaseDesign) -> oracle.Rule:
    if isinstance(design, Boin):
        extra = design.offset if design.extra_safe_stop else None
        return oracle.boin_rule(
            design.target,
            design.doses,
            design.cohort_size,
            cutoff=design.cutoff,
            extra=extra,
            enough=design.early_stop_n,
        )
    if isinstance(design, Keyboard):
        return oracle.keyboard_rule(
            design.target, design.doses, design.cohort_size, design.margin_low, design.margin_high
        )
    assert isinstance(design, I3plus3)
    return oracle.i3plus3_rule(
        design.target, design.doses, design.cohort_size, design.margin_low, design.margin_high
    )


def start_of(design: BaseDesign, single: bool = False) -> oracle.Path:
    nobody = (0,) * design.doses
    return oracle.Path(nobody, nobody, design.start, single=single)


def chosen(design: BaseDesign, path: oracle.Path) -> int:
    limit = design.limits[1] if isinstance(design, Boin) and design.bound_mtd else None
    assert design.target is not None
    return oracle.nearest(path, design.target, limit)


def agree(found: Characteristics, told: oracle.Result) -> None:
    k = len(found.select)
    assert found.select == pytest.approx([told.select[i] for i in range(1, k + 1)], abs=1e-9)
    assert found.select_none == pytest.approx(told.select[0], abs=1e-9)
    assert found.n == pytest.approx([told.n[i] for i in range(1, k + 1)], abs=1e-9)
    assert found.dlt == pytest.approx([told.dlt[i] for i in range(1, k + 1)], abs=1e-9)
    assert found.n_total == pytest.approx(dict(told.n_total), abs=1e-9)
    assert found.paths == told.paths


@st.composite
def small(draw: st.DrawFn) -> tuple[BaseDesign, tuple[float, ...]]:
    design = draw(interval_designs(paths=300))
    return design, draw(truths(design.doses))


@FEW
@given(small(), st.booleans())
def test_interval_designs(case: tuple[BaseDesign, tuple[float, ...]], merge: bool) -> None:
    design, p = case
    told = oracle.walk(
        rule_of(design),
        lambda path: chosen(design, path),
        p,
        start_of(design),
        design.cohort_size,
        design.max_n,
    )
    (found,) = characteristics(design, (Truth(p),), merge)
    agree(found, told)


@FEW
@given(small())
def test_titration(case: tuple[BaseDesign, tuple[float, ...]]) -> None:
    design, p = case
    if design.cohort_size == 1 or getattr(design, "early_stop_n", None) == 1 or isinstance(design, Keyboard):
        return
    told = oracle.walk(
        rule_of(design),
        lambda path: chosen(design, path),
        p,
        start_of(design, single=True),
        1,
        design.max_n,
    )
    (found,) = characteristics(Titration(inner=design), (Truth(p),))
    agree(found, told)


@FEW
@given(small(), st.integers(1, 10), st.integers(1, 7))
def test_stopping_modifiers(case: tuple[BaseDesign, tuple[float, ...]], most: int, enough: int) -> None:
    design, p = case
    plain = rule_of(design)

    def rule(path: oracle.Path) -> oracle.Step:
        path, dose, size = plain(path)
        return path, 0 if dose and path.n[dose - 1] >= enough else dose, size

    told = oracle.walk(
        rule,
        lambda path: chosen(design, path),
        p,
        start_of(design),
        min(most, design.cohort_size),
        min(most, design.max_n),
    )
    for wrapped in (
        MaximumN(inner=EnoughAtDose(inner=design, n=enough), n=most),
        EnoughAtDose(inner=MaximumN(inner=design, n=most), n=enough),
    ):
        (found,) = characteristics(wrapped, (Truth(p),))
        agree(found, told)


@FEW
@given(small(), st.sampled_from([0.5, 0.7, 0.9]), st.sampled_from([0.2, 0.4]))
def test_too_toxic_at_the_lowest(
    case: tuple[BaseDesign, tuple[float, ...]], certainty: float, limit: float
) -> None:
    design, p = case
    plain = rule_of(design)

    def toxic(path: oracle.Path) -> bool:
        n, y = path.at(1)
        return n > 0 and oracle.tail(limit, n, y) > certainty

    def rule(path: oracle.Path) -> oracle.Step:
        path, dose, size = plain(path)
        return path, 0 if toxic(path) else dose, size

    told = oracle.walk(
        rule,
        lambda path: 0 if toxic(path) else chosen(design, path),
        p,
        start_of(design),
        design.cohort_size,
        design.max_n,
    )
    (found,) = characteristics(TooToxic(inner=design, limit=limit, certainty=certainty), (Truth(p),))
    agree(found, told)


@pytest.mark.parametrize("variant", VARIANTS)
@FEW
@given(st.integers(1, 4).flatmap(truths), st.booleans())
def test_three_plus_three(variant: str, p: tuple[float, ...], merge: bool) -> None:
    design: Design = ThreePlusThree(doses=len(p), variant=variant)
    (found,) = characteristics(design, (Truth(p),), merge)
    agree(found, oracle.three_plus_three_result(p, variant))


@pytest.mark.parametrize("target", TARGETS)
def test_the_oracle_knows_its_tails(target: float) -> None:
    """Pr(p > t | 3 of 3), uniform prior, is 1 - t^4: by hand."""
    assert oracle.tail(target, 3, 3) == pytest.approx(1 - target**4, abs=1e-15)
