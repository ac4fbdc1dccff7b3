"""The CRM: estimates, decisions and exact operating characteristics."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paratope.designs import Truth, characteristics, decide, parse_outcomes, read_design
from paratope.designs.decision import Decision, decide_seen
from paratope.designs.model import Crm, CrmFit, fit_crm, indifference_skeleton
from paratope.designs.model.crm_fit import SCALE
from paratope.designs.model.working import working
from paratope.designs.modifiers import EnoughAtDose, TooToxic
from paratope.designs.problems import Unusable
from paratope.designs.seen import Seen
from tests.designs.truth import floats, rows
from tests.shared import needs_shared

MODEL = {"empiric": "power", "logistic": "logistic"}
SKELETON = (0.05, 0.10, 0.20, 0.35, 0.50, 0.70)
CALIBRATED = (
    0.08397349,
    0.15674102,
    0.25,
    0.35450043,
    0.46034311,
)  # R dfcrm 0.2-2.1 getprior(.05, .25, 3, 5)


def example(model: str, method: str) -> CrmFit:
    """The data of the truth's README: level 3 4 4 3 3 4 3 2 2 2, DLT 0 0 1 0 0 1 1 0 0 0."""
    return fit_crm(SKELETON, 0.2, (0, 3, 4, 3, 0, 0), (0, 0, 1, 2, 0, 0), model=model, method=method)


@needs_shared
@pytest.mark.parametrize("model", ["empiric", "logistic"])
@pytest.mark.parametrize("method", ["bayes", "mle"])
def test_fits_agree_with_dfcrm(model: str, method: str) -> None:
    (row,) = (r for r in rows("dfcrm_crm_examples.csv") if (r["model"], r["method"]) == (model, method))
    fit = example(MODEL[model], {"mle": "likelihood"}.get(method, method))
    assert fit.recommended == int(row["mtd"])
    near, digits = 5.1e-9, 5.1e-7
    assert fit.estimate == pytest.approx(float(row["estimate"]), abs=near)
    assert fit.ptox == pytest.approx(floats(row["ptox"]), abs=digits)
    if (model, method) != ("logistic", "mle"):  # see the next test
        assert fit.variance == pytest.approx(float(row["post_var"]), abs=near)
        assert fit.low == pytest.approx(floats(row["ptoxL"]), abs=digits)
        assert fit.high == pytest.approx(floats(row["ptoxU"]), abs=digits)


def test_likelihood_fits_agree_with_dfcrm_told_to_be_precise() -> None:
    # R dfcrm 0.2-2.1: optimize(dfcrm:::lcrm, c(-10, 10), ..., tol = 1e-12, maximum = TRUE) on the same data
    # (what is printed is R's own less precise answer; what decides is this)
    n, tox = np.array([[0, 3, 4, 3, 0, 0]]), np.array([[0, 0, 1, 2, 0, 0]])
    precise = working(SKELETON, "power", "likelihood", SCALE, 10).fit(n, tox)
    assert precise == pytest.approx(-0.190974346801, abs=1e-8)
    # R 4.2.2: integrate(dfcrm:::crmht2lgt, -10, 10, ...) is 0.0001731782 and of crmhlgt 0.003233566. Over -100 to
    # 100, as crm() asks, integrate() misses half of the first (0.00015 against 0.00033 summed): not followed.
    fit = example("logistic", "likelihood")
    expected = 0.0001731782 / 0.003233566 - fit.estimate**2
    assert fit.variance == pytest.approx(expected, abs=2e-8)


# R dfcrm 0.2-2.1: sk <- getprior(.05, target, ceiling(K / 2), K, model = m); crm(sk, target, ..., scale = s)
@pytest.mark.parametrize(
    ("k", "target", "model", "scale", "n", "tox", "mtd", "estimate", "variance"),
    [
        (3, 0.20, "logistic", 1.1575837, "126", "003", 1, -0.10302879, 0.04476527),
        (4, 0.30, "power", 0.75, "6152", "2022", 1, -0.26899535, 0.10780388),
        (5, 0.25, "logistic", 1.1575837, "21323", "00000", 5, 1.19827645, 0.42196134),
        (5, 0.33, "power", 2.0, "52432", "00210", 4, 0.35019359, 0.10759112),
        (6, 0.20, "logistic", 0.5, "523025", "523025", 1, -1.19293007, 0.07404438),
        (8, 0.30, "power", 1.3, "04546061", "00223031", 3, -0.20888698, 0.07288222),
    ],
)
def test_fits_agree_with_dfcrm_on_other_data(
    k: int,
    target: float,
    model: str,
    scale: float,
    n: str,
    tox: str,
    mtd: int,
    estimate: float,
    variance: float,
) -> None:
    skeleton = indifference_skeleton(0.05, target, math.ceil(k / 2), k, model)
    fit = fit_crm(skeleton, target, list(map(int, n)), list(map(int, tox)), model=model, scale=scale)
    assert fit.recommended == mtd
    assert fit.estimate == pytest.approx(estimate, abs=5.1e-9)
    assert fit.variance == pytest.approx(variance, abs=1e-7)  # what R integrate() reaches


@needs_shared
@pytest.mark.parametrize("row", rows("crm_exact_oc.csv"), ids=lambda r: r["p_true"])
def test_exact_operating_characteristics(row: dict[str, str]) -> None:
    p = floats(row["p_true"])
    design = Crm(
        doses=len(p),
        target=float(row["target"]),
        skeleton=floats(row["skeleton"]),
        cohort_size=int(row["cohort"]),
        cohorts=int(row["n"]) // int(row["cohort"]),
        start=int(row["start_dose"]),
    )
    (found,) = characteristics(design, (Truth(p),))
    assert found.select == pytest.approx(floats(row["p_select"]), abs=5.1e-9)
    assert found.n == pytest.approx(floats(row["e_n"]), abs=5.1e-9)
    assert found.select_none == 0


def test_merging_changes_nothing() -> None:
    design = Crm(doses=3, target=0.25, cohort_size=2, cohorts=3)
    truths = (Truth((0.1, 0.25, 0.5)),)
    (merged,), (walked,) = characteristics(design, truths), characteristics(design, truths, merge=False)
    assert merged.select == pytest.approx(walked.select, abs=1e-12)
    assert merged.n == pytest.approx(walked.n, abs=1e-12)
    assert merged.paths == walked.paths


def test_a_truth_with_all_mass_at_the_skeleton_is_found_more_often_with_more_patients() -> None:
    truth = (Truth(CALIBRATED),)
    chances = [
        characteristics(Crm(doses=5, skeleton=CALIBRATED, cohorts=c), truth)[0].select[2] for c in (2, 5, 9)
    ]
    assert chances[0] < chances[1] < chances[2]


def said(text: str, **parameters: Any) -> Decision:
    design = Crm(**{"doses": 5, "target": 0.25, "skeleton": CALIBRATED, **parameters})
    return decide(design, parse_outcomes(text, 5))


# what the model asks for here: R dfcrm 0.2-2.1, crm(CALIBRATED, .25, tox, level)$mtd
@pytest.mark.parametrize(
    ("text", "parameters", "rule", "dose"),
    [
        ("1NNN", {}, "crm.no-skipping", 2),
        ("1NNN", {"no_skipping": False}, "crm.escalate", 5),
        ("1NNN 2NNT", {}, "crm.stay", 2),
        ("1NNN 2NNN 3NNT", {}, "crm.coherence", 3),
        ("1NNN 2NNN 3NNT", {"coherence": False}, "crm.escalate", 4),
        ("1NNN 2NNN 3NTT", {}, "crm.stay", 3),
        ("1NNN 2NNT 2NTT", {}, "crm.de-escalate", 1),
        ("1NNN", {"initial": "one-level-up"}, "crm.initial-escalate", 2),
        ("1NNN", {"initial": "one-level-up", "initial_n": 6}, "crm.initial-stay", 1),
        ("5NNN", {"initial": "one-level-up"}, "crm.initial-stay-at-highest", 5),
        ("1NNT", {"initial": "one-level-up", "method": "likelihood"}, "crm.stay", 1),
    ],
)
def test_the_rule_that_decides_is_stated(text: str, parameters: dict[str, Any], rule: str, dose: int) -> None:
    decision = said(text, **parameters)
    assert (decision.rule, decision.dose) == (rule, dose)
    assert f"level {dose}" in decision.reason or "stay" in decision.reason


def test_numbers_behind_a_decision_are_plain() -> None:
    numbers = said("1NNN 2NNN 3NTT").numbers
    fit = fit_crm(CALIBRATED, 0.25, (3, 3, 3, 0, 0), (0, 0, 2, 0, 0))
    assert numbers["ptox"] == pytest.approx(list(fit.ptox), abs=1e-12)
    assert json.loads(json.dumps(numbers)) == numbers
    assert numbers["recommended"] == 3


@pytest.mark.parametrize(("text", "selected"), [("1TTT 1TTT", 1), ("1NNN 2NNN", 5)])
def test_without_a_maximum_the_likelihood_points_to_an_end(text: str, selected: int) -> None:
    design = Crm(doses=5, skeleton=CALIBRATED, method="likelihood", initial="one-level-up")
    assert design.select(parse_outcomes(text, 5).seen(5)).tolist() == [selected]
    assert design.fit(parse_outcomes(text, 5).seen(5)).variance is None


def test_two_stage_likelihood_agrees_with_dfcrm() -> None:
    # R dfcrm 0.2-2.1: crmsim(p, getprior(.05, .25, 3, 5), .25, 30, x0 = c(rep(1:5, each = 3), rep(5, 15)),
    # nsim = 4000, mcohort = 3, method = "mle"), seed 1009
    design = Crm(doses=5, method="likelihood", initial="one-level-up")
    (found,) = characteristics(design, (Truth((0.05, 0.15, 0.30, 0.45, 0.60)),))
    simulated = (0.00850, 0.32275, 0.53600, 0.12475, 0.00800)
    for exact, share in zip(found.select, simulated, strict=True):
        assert share == pytest.approx(exact, abs=4 * math.sqrt(exact * (1 - exact) / 4000) + 1e-3)


def test_too_toxic_a_lowest_level_selects_nothing() -> None:
    design = TooToxic(inner=Crm(doses=5), certainty=0.9)
    decision = decide(design, parse_outcomes("1TTT", 5))
    assert (decision.action, decision.selected) == ("stop", 0)
    enough = EnoughAtDose(inner=Crm(doses=5), n=6)
    assert decide(enough, parse_outcomes("1NNN 2NNT 2NNT", 5)).rule == "enough-at-dose.stop"


counts = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=4, max_size=4).map(
    lambda pairs: ([n for n, _ in pairs], [min(n, y) for n, y in pairs])
)
designs = st.sampled_from(
    [
        Crm(doses=4),
        Crm(doses=4, model="logistic", target=0.3, scale=0.6),
        Crm(doses=4, method="likelihood", initial="one-level-up"),
        Crm(doses=4, method="likelihood", initial="one-level-up", model="logistic", nu=1),
    ]
)


@settings(deadline=None, max_examples=60)
@given(designs, counts, st.integers(1, 4))
def test_another_dlt_never_raises_the_estimated_curve(
    design: Crm, seen: tuple[list[int], list[int]], level: int
) -> None:
    n, tox = seen
    if tox[level - 1] >= n[level - 1] or not sum(tox):
        return
    more = [t + (k == level - 1) for k, t in enumerate(tox)]
    less, raised = (design.fit(Seen.one(n, t, level)) for t in (tox, more))
    assert raised.estimate <= less.estimate + 1e-9
    assert raised.recommended <= less.recommended


@settings(deadline=None, max_examples=60)
@given(designs, counts, st.integers(1, 4), st.integers(0, 3))
def test_a_decision_keeps_the_restrictions(
    design: Crm, seen: tuple[list[int], list[int]], dose: int, last_tox: int
) -> None:
    n, tox = seen
    if not sum(n):
        return
    decision = decide_seen(design, Seen.one(n, tox, dose, last=(3, last_tox)))
    assert decision.dose is not None
    assert 1 <= decision.dose <= min(dose + 1, 4)
    if last_tox and sum(tox):
        assert decision.dose <= dose


@settings(deadline=None, max_examples=25)
@given(designs, st.lists(counts, min_size=1, max_size=6))
def test_many_situations_at_once_are_each_on_its_own(
    design: Crm, seen: list[tuple[list[int], list[int]]]
) -> None:
    n, tox = (np.array([s[i] for s in seen], np.int64) for i in (0, 1))
    together = design.working.fit(n, tox)
    alone = [float(design.working.fit(n[[i]], tox[[i]])[0]) for i in range(len(seen))]
    assert together == pytest.approx(alone, abs=1e-10)


def test_reads_back_what_it_writes() -> None:
    design = Crm(doses=5, skeleton=CALIBRATED, model="logistic", cohort_size=2)
    assert read_design(design.spec()) == design


def test_says_everything_that_is_wrong() -> None:
    with pytest.raises(Unusable) as bad:
        Crm(doses=5, skeleton=(0.1, 0.3, 0.2), target=1.2, scale=0.0)
    assert [p.place for p in bad.value.problems] == [
        "$.target",
        "$.skeleton[2]",
        "$.scale",
        "$.skeleton",
    ]
    with pytest.raises(Unusable) as bad:
        Crm(doses=5, skeleton=(0.1, 0.3, 0.96), nu=2, model="logistic", method="likelihood", initial_n=3)
    assert {p.place for p in bad.value.problems} == {
        "$.skeleton",
        "$.nu",
        "$.skeleton[2]",
        "$.initial",
        "$.initial_n",
    }
    with pytest.raises(Unusable, match="too wide for so many levels"):
        Crm(doses=20, target=0.25, halfwidth=0.2, nu=19)


def test_a_fit_says_everything_that_is_wrong() -> None:
    with pytest.raises(Unusable) as bad:
        fit_crm((0.1, 0.1, 1.0), 0.0, (3, 3), (4, 0), method="guess", pending=[(4, 0.5)])
    assert {p.place for p in bad.value.problems} == {
        "dlt[1]",
        "skeleton",
        "skeleton[1]",
        "skeleton[2]",
        "target",
        "pending[0]",
        "method",
    }
