"""The CRM's skeleton by indifference interval."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paratope.designs.model import indifference_skeleton
from paratope.designs.model.working import working
from paratope.designs.problems import Unusable
from tests.designs import truth
from tests.shared import needs_shared

MODEL = {"empiric": "power", "logistic": "logistic"}


@needs_shared
def test_agrees_with_dfcrm() -> None:
    rows = truth.rows("dfcrm_getprior.csv")
    assert rows
    for row in rows:
        found = indifference_skeleton(
            float(row["halfwidth"]),
            float(row["target"]),
            int(row["nu"]),
            int(row["nlevel"]),
            MODEL[row["model"]],
        )
        assert found == pytest.approx(tuple(map(float, row["skeleton"].split())), abs=5.1e-9), row


# R dfcrm 0.2-2.1: getprior(halfwidth, target, nu, 6, model = ...), to ten digits
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            (0.03, 0.20, 1, 6, "power"),
            (0.2000000000, 0.2631893886, 0.3304956093, 0.3992013173, 0.4669014774, 0.5316828198),
        ),
        (
            (0.08, 0.33, 6, 6, "logistic"),
            (0.0009519255, 0.0056439180, 0.0239667085, 0.0755307777, 0.1797554613, 0.3300000000),
        ),
        (
            (0.10, 0.30, 4, 6, "logistic"),
            (0.0053733883, 0.0328433038, 0.1239676776, 0.3000000000, 0.5032512441, 0.6639470948),
        ),
        (
            (0.04, 0.25, 2, 6, "power"),
            (0.1741622421, 0.2500000000, 0.3330106653, 0.4180453707, 0.5006820777, 0.5776950772),
        ),
    ],
)
def test_agrees_with_dfcrm_at_other_arguments(
    arguments: tuple[float, float, int, int, str], expected: tuple[float, ...]
) -> None:
    assert indifference_skeleton(*arguments) == pytest.approx(expected, abs=5.1e-11)


@given(st.floats(0.1, 0.4), st.floats(0.01, 0.08), st.integers(1, 5), st.sampled_from(["power", "logistic"]))
def test_where_a_level_is_at_the_upper_end_the_one_below_is_at_the_lower(
    target: float, halfwidth: float, nu: int, model: str
) -> None:
    skeleton = indifference_skeleton(halfwidth, target, nu, 5, model)
    assert skeleton[nu - 1] == pytest.approx(target, abs=1e-12)
    curve = working(skeleton, model, "bayes", 1.0, 30)
    for k in range(4):
        low, high = -8.0, 8.0  # find b with p of level k+2 at the upper end
        for _ in range(100):
            b = (low + high) / 2
            p = curve.ptox(np.array([b]))[0]
            low, high = (b, high) if p[k + 1] > target + halfwidth else (low, b)
        assert p[k + 1] == pytest.approx(target + halfwidth, abs=1e-9)
        assert p[k] == pytest.approx(target - halfwidth, abs=1e-9)


def test_says_everything_that_is_wrong() -> None:
    with pytest.raises(Unusable) as bad:
        indifference_skeleton(0.3, 0.25, 7, 5)
    assert [p.place for p in bad.value.problems] == ["$.nu", "$.halfwidth"]
    with pytest.raises(Unusable, match=r"half-width below 0\.95"):
        indifference_skeleton(0.05, 0.93, 1, 5, "logistic")
