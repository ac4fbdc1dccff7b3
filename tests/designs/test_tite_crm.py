"""TITE-CRM: weights, estimates and decisions with pending patients."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paratope.designs import Truth, characteristics, read_design
from paratope.designs.model import Crm, TiteCrm, patient_weights
from paratope.designs.outcomes import Patient
from paratope.designs.problems import Unusable
from paratope.designs.reasons import rule
from paratope.designs.seen import Seen
from paratope.designs.timed.followed import WAIT, Followed
from tests.designs import truth
from tests.shared import needs_shared

SKELETON = (0.05, 0.10, 0.20, 0.35, 0.50, 0.70)
WINDOW = 180.0


def followed(level: list[int], tox: list[int], days: list[float], levels: int = 6) -> Followed:
    part = np.minimum(np.array([days]) / WINDOW, 1.0)
    return Followed(np.array([level]), np.array([tox], bool), part, np.array([level[-1]]), levels)


# the data of the truth's README, as in the manual of R dfcrm
EXAMPLE = followed(
    [3, 3, 3, 4, 4, 3, 2, 2, 2, 3],
    [0, 0, 1, 0, 1, 0, 0, 0, 0, 0],
    [178, 181, 168, 181, 24, 181, 179, 102, 42, 3],
)


@needs_shared
@pytest.mark.parametrize(
    "case", ["empiric_linear", "logistic_linear", "empiric_adaptive", "empiric_linear_mle"]
)
def test_agrees_with_dfcrm(case: str) -> None:
    (row,) = (r for r in truth.rows("dfcrm_titecrm_examples.csv") if r["case"] == case)
    likelihood = case.endswith("mle")
    design = TiteCrm(
        doses=6,
        target=0.2,
        skeleton=SKELETON,
        model="logistic" if case.startswith("logistic") else "power",
        weights="adaptive" if "adaptive" in case else "linear",
        method="likelihood" if likelihood else "bayes",
        initial="one-level-up" if likelihood else "model",
    )
    numbers = design.numbers_followed(EXAMPLE)
    near, digits = 5.1e-9, 5.1e-7
    assert numbers["weights"] == pytest.approx([float(w) for w in row["weights"].split()], abs=5.1e-7)
    assert numbers["estimate"] == pytest.approx(float(row["estimate"]), abs=near)
    assert numbers["variance"] == pytest.approx(float(row["post_var"]), abs=near)
    assert numbers["ptox"] == pytest.approx([float(p) for p in row["ptox"].split()], abs=digits)
    assert numbers["recommended"] == int(row["mtd"])
    assert design.judge_followed(EXAMPLE).dose.tolist() == [int(row["mtd"])]
    assert json.loads(json.dumps(numbers)) == numbers


def test_adaptive_weights_stand_where_dfcrm_fails() -> None:
    # R dfcrm 0.2-2.1: titecrm(..., scheme = "adaptive") on these data stops with NA weights
    at = followed(
        [3, 4, 4, 3, 3, 4, 3, 2, 2, 2],
        [0, 0, 1, 0, 0, 1, 1, 0, 0, 0],
        [180, 180, 180, 180, 180, 180, 180, 120, 80, 30],
    )
    found = patient_weights(at, "adaptive")[0]
    assert found[:7].tolist() == [1.0] * 7
    # three DLTs, all at the end of the window: a part u of it counts u / 4
    assert found[7:] == pytest.approx([120 / 180 / 4, 80 / 180 / 4, 30 / 180 / 4])


def test_adaptive_weights_by_hand() -> None:
    # DLTs at 0.25 and 0.5 of the window; followed for 0.125, 0.25, 0.4, 0.75 of it
    at = followed([1, 1, 1, 1, 1, 1], [1, 1, 0, 0, 0, 0], [45, 90, 22.5, 45, 72, 135])
    assert patient_weights(at, "adaptive")[0] == pytest.approx(
        [1, 1, 0.5 / 3, 1 / 3, (1 + 0.6) / 3, (2 + 0.5) / 3]
    )


parts = st.floats(0, 1, allow_subnormal=False)
patients = st.lists(st.tuples(st.integers(1, 4), st.booleans(), parts), min_size=1, max_size=12)


def rows(cases: list[list[tuple[int, bool, float]]]) -> Followed:
    """Situations of different sizes side by side."""
    width = max(map(len, cases))
    padded = [case + [(0, False, 0.0)] * (width - len(case)) for case in cases]
    level, tox, part = (np.array([[p[i] for p in case] for case in padded]) for i in range(3))
    now = np.array([case[-1][0] for case in cases])
    return Followed(level.astype(np.int64), tox.astype(bool), part.astype(float), now, 4)


designs = st.sampled_from(
    [
        TiteCrm(doses=4),
        TiteCrm(doses=4, weights="adaptive", minimum_followup=0.5),
        TiteCrm(doses=4, model="logistic", no_skipping=False),
        TiteCrm(doses=4, method="likelihood", initial="one-level-up"),
    ]
)


@settings(deadline=None, max_examples=60)
@given(patients, st.sampled_from(["linear", "adaptive"]))
def test_weights_lie_between_none_and_all_and_rise_with_follow_up(
    case: list[tuple[int, bool, float]], scheme: str
) -> None:
    at = rows([case])
    found = patient_weights(at, scheme)[0]
    assert np.all((found >= 0) & (found <= 1))
    late = [(part, w) for (_, tox, part), w in zip(case, found, strict=True) if not tox]
    ordered = [w for _, w in sorted(late)]
    assert ordered == sorted(ordered)


@settings(deadline=None, max_examples=40)
@given(designs, st.lists(patients, min_size=1, max_size=5))
def test_many_situations_at_once_are_each_on_its_own(
    design: TiteCrm, cases: list[list[tuple[int, bool, float]]]
) -> None:
    together = design.judge_followed(rows(cases))
    for i, case in enumerate(cases):
        alone = design.judge_followed(rows([case]))
        assert (alone.dose[0], alone.rule[0], alone.size[0]) == (
            together.dose[i],
            together.rule[i],
            together.size[i],
        )


@settings(deadline=None, max_examples=40)
@given(patients, st.sampled_from(["power", "logistic"]))
def test_with_every_outcome_known_it_is_the_crm(case: list[tuple[int, bool, float]], model: str) -> None:
    at = rows([[(level, tox, 1.0) for level, tox, _ in case]])
    design = TiteCrm(doses=4, model=model)
    plain = Crm(doses=4, model=model, coherence=False)
    assert design.judge_followed(at).dose.tolist() == plain.judge(at.counts()).dose.tolist()
    assert design.judge(at.counts()).rule.tolist() == plain.judge(at.counts()).rule.tolist()


@settings(deadline=None, max_examples=40)
@given(patients)
def test_longer_follow_up_without_dlt_never_makes_the_curve_more_toxic(
    case: list[tuple[int, bool, float]],
) -> None:
    design = TiteCrm(doses=4)
    longer = [(level, tox, part if tox else min(1.0, part + 0.2)) for level, tox, part in case]
    now, later = (design.fit_followed(rows([c])).estimate for c in (case, longer))
    assert later >= now - 1e-9


def test_waits_before_an_untried_level_when_told_to() -> None:
    treated = [Patient(1, None, followed=0.3), Patient(1, False), Patient(1, None, followed=0.6)]
    at = Followed.one(treated, 5)
    assert TiteCrm(doses=5).judge_followed(at).dose.tolist() == [2]
    design = TiteCrm(doses=5, minimum_followup=0.5)
    r = design.judge_followed(at)
    assert (r.dose.tolist(), r.size.tolist()) == ([WAIT], [0])
    said = rule(int(r.rule[0])).sentence(design.numbers_followed(at))
    assert said.startswith("level 2 would be next")
    assert "1 of the patients at level 1" in said
    followed_longer = Followed.one([Patient(1, None, followed=0.5), *treated[1:]], 5)
    assert design.judge_followed(followed_longer).dose.tolist() == [2]


def test_goes_up_one_level_at_most_and_says_so() -> None:
    design = TiteCrm(doses=6, target=0.2, skeleton=SKELETON)
    at = followed([1, 1, 1], [0, 0, 0], [180, 180, 90])
    r = design.judge_followed(at)
    assert r.dose.tolist() == [2]
    assert "no level may be skipped" in rule(int(r.rule[0])).sentence(
        {**design.numbers_followed(at), "next": 2}
    )


def test_has_exact_characteristics_once_every_outcome_is_known() -> None:
    truth = (Truth((0.1, 0.25, 0.5)),)
    timed = TiteCrm(doses=3, cohort_size=3, cohorts=4)
    plain = Crm(doses=3, cohorts=4, coherence=False)
    (one,), (other,) = characteristics(timed, truth), characteristics(plain, truth)
    assert one.select == pytest.approx(other.select, abs=1e-12)
    assert timed.max_n == 12
    assert timed.select(Seen.one((3, 0, 0), (3, 0, 0), 1)).tolist() == [1]


def test_reads_back_what_it_writes_and_says_what_is_wrong() -> None:
    design = TiteCrm(doses=6, skeleton=SKELETON, weights="adaptive", window=42.0, minimum_followup=0.25)
    assert read_design(design.spec()) == design
    with pytest.raises(Unusable) as bad:
        TiteCrm(doses=3, weights="cubic", minimum_followup=2.0, cohorts=None)
    assert [p.place for p in bad.value.problems] == ["$.cohorts", "$.weights", "$.minimum_followup"]
