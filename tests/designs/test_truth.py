"""Numbers of others that designs must agree with: tables, selections and exact operating characteristics.

Sources: the README beside each file (R BOIN 2.7.2, R Keyboard 0.1.3, R escalation 0.2.3, exact enumeration).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from paratope.designs import Truth, characteristics
from paratope.designs.interval import Boin, Keyboard, Mtpi2
from paratope.designs.interval.base import IntervalDesign
from paratope.designs.interval.boin import boin_limits
from paratope.designs.seen import Seen
from paratope.designs.three_plus_three import ThreePlusThree
from tests.designs.truth import floats, rows
from tests.shared import needs_shared

pytestmark = needs_shared


def whole(text: str) -> int | None:
    return None if text == "NA" else int(text)


@pytest.mark.parametrize("row", rows("boin_exact_oc.csv"), ids=lambda r: r["case"])
def test_boin_operating_characteristics(row: dict[str, str]) -> None:
    p = floats(row["p_true"])
    design = Boin(
        doses=len(p),
        target=float(row["target"]),
        cohort_size=int(row["cohortsize"]),
        cohorts=int(row["ncohort"]),
    )
    (found,) = characteristics(design, (Truth(p),))
    assert found.select == pytest.approx(floats(row["p_select"]), abs=1e-9)
    assert found.select_none == pytest.approx(float(row["p_none"]), abs=1e-9)
    assert found.n == pytest.approx(floats(row["e_n"]), abs=1e-9)
    assert found.dlt == pytest.approx(floats(row["e_tox"]), abs=1e-9)
    assert found.states == int(row["terminal_states"])


@pytest.mark.parametrize("row", rows("exact_3plus3.csv"), ids=lambda r: f"{r['case']}-{r['deescalate']}")
def test_three_plus_three(row: dict[str, str]) -> None:
    variant = "deescalate-to-six" if row["deescalate"] == "True" else "no-deescalation"
    _check_three_plus_three(row, variant)


@pytest.mark.parametrize("row", rows("exact_3plus3_six_at_mtd.csv"), ids=lambda r: r["case"])
def test_three_plus_three_with_six_at_the_mtd(row: dict[str, str]) -> None:
    _check_three_plus_three(row, "six-at-mtd")


def _check_three_plus_three(row: dict[str, str], variant: str) -> None:
    p = floats(row["p_true"])
    (found,) = characteristics(ThreePlusThree(doses=len(p), variant=variant), (Truth(p),))
    assert found.paths == int(row["n_paths"])
    assert found.select == pytest.approx(floats(row["p_select"]), abs=1e-9)
    assert found.select_none == pytest.approx(float(row["p_select_none"]), abs=1e-9)
    assert found.n == pytest.approx(floats(row["e_n"]), abs=1e-9)
    assert found.mean_n == pytest.approx(float(row["e_n_total"]), abs=1e-9)
    if "e_tox" in row:
        assert found.dlt == pytest.approx(floats(row["e_tox"]), abs=1e-9)
        spread = {int(n): float(q) for n, q in (each.split(":") for each in row["n_dist"].split())}
        assert found.n_total == pytest.approx(spread, abs=5e-9)


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("boin_table_target25_n1_30.csv", lambda: Boin(doses=3, target=0.25)),
        ("boin_table_target30_n1_30.csv", lambda: Boin(doses=3, target=0.30)),
        ("keyboard_mtpi2_table_target30_n1_30.csv", lambda: Keyboard(doses=3, target=0.30)),
        ("keyboard_mtpi2_table_target30_n1_30.csv", lambda: Mtpi2(doses=3, target=0.30)),
    ],
)
def test_boundaries(name: str, make: Callable[[], IntervalDesign]) -> None:
    said = [tuple(map(whole, row.values())) for row in rows(name)]
    assert [(b.n, b.escalate, b.deescalate, b.eliminate) for b in make().table()] == said


@pytest.mark.parametrize("target", [25, 30])
def test_the_extra_safe_rule(target: int) -> None:
    design = Boin(doses=3, target=target / 100, extra_safe_stop=True)
    for row in rows(f"boin_extrasafe_stop_target{target}.csv"):
        assert design.extra_safe(int(row["n"])) == whole(row["stop_ge"])


@pytest.mark.parametrize("row", rows("boin_lambda.csv"), ids=lambda r: r["target"])
def test_limits(row: dict[str, str]) -> None:
    found = boin_limits(float(row["target"]), float(row["p_saf"]), float(row["p_tox"]))
    assert found == pytest.approx((float(row["lambda_e"]), float(row["lambda_d"])), abs=5e-11)


@pytest.mark.parametrize("row", rows("boin_select_mtd_examples.csv"), ids=lambda r: r["npts"])
def test_selection(row: dict[str, Any]) -> None:
    n, tox = ([int(v) for v in row[k].split()] for k in ("npts", "ntox"))
    design = Boin(doses=len(n), target=float(row["target"]))
    assert design.select(Seen.one(n, tox, 1)).tolist() == [int(row["mtd"]) % 99]
