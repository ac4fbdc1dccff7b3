"""The two-parameter logistic model with overdose control: posterior probabilities and decisions."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit, ndtr

from paratope.designs import Truth, characteristics, decide, parse_outcomes, read_design
from paratope.designs.decision import decide_seen
from paratope.designs.model import Blrm
from paratope.designs.problems import Unusable
from paratope.designs.seen import Seen

DOSES = (10.0, 25.0, 50.0, 100.0, 200.0)


def make(**parameters: Any) -> Blrm:
    return Blrm(**{"doses": 5, "dose_amounts": DOSES, "reference": 100.0, **parameters})


def counted(n: list[int], tox: list[int], dose: int = 1) -> Seen:
    return Seen.one(n, tox, dose)


def test_agrees_with_the_example_of_the_paper() -> None:
    # Neuenschwander, Branson, Gsponer, Stat Med 2008;27:2420-2439: 15 doses; no DLT among 3, 4, 5, 4 patients at the
    # first four, two among two at the seventh; prior (2.15, 0.52), sd 0.84 and 0.80, covariance 0.134
    doses = (1, 2.5, 5, 10, 15, 20, 25, 30, 40, 50, 75, 100, 150, 200, 250)
    design = Blrm(
        doses=15,
        dose_amounts=doses,
        reference=250,
        log_alpha_mean=2.15,
        log_alpha_sd=0.84,
        log_beta_mean=0.52,
        log_beta_sd=0.80,
        correlation=0.134 / (0.84 * 0.80),
        target_low=0.20,
        target_high=0.35,
    )
    fit = design.fit(counted([3, 4, 5, 4, 0, 0, 2] + [0] * 8, [0] * 6 + [2] + [0] * 8, 7))
    # posterior means by R bcrm (JAGS), as R escalation 0.2.3 keeps them in its tests (test_trialr_nbg.R)
    assert fit.ptox == pytest.approx(
        (
            *(0.01276366, 0.03170250, 0.06454400, 0.13103260, 0.19505604, 0.25486603, 0.30990977, 0.36015142),
            *(0.44716663, 0.51852928, 0.64632144, 0.72710146, 0.81804596, 0.86567496, 0.89421686),
        ),
        abs=0.005,
    )
    assert fit.admissible == (1, 2, 3, 4, 5, 6)
    design_decides = decide(design, parse_outcomes("1NNN 2NNNN 3NNNN 4NNNN 7TT", 15))
    assert (design_decides.dose, design_decides.rule) == (6, "blrm.de-escalate")


def test_at_the_reference_the_prior_is_known_in_closed_form() -> None:
    fit = make(log_alpha_mean=-1.0, log_alpha_sd=1.5, correlation=0.4).fit(counted([0] * 5, [0] * 5))
    low, high = (ndtr((logit(t) + 1.0) / 1.5) for t in (0.16, 0.33))
    assert fit.prob_under[3] == pytest.approx(low, abs=1e-6)
    assert fit.prob_target[3] == pytest.approx(high - low, abs=1e-6)
    assert fit.prob_over[3] == pytest.approx(1 - high, abs=1e-6)
    assert (fit.log_alpha, fit.log_beta) == pytest.approx((-1.0, 0.0), abs=1e-6)


def by_brute_force(design: Blrm, n: list[int], tox: list[int], edge: float) -> list[float]:
    """Pr(p_k < edge) for each level: Gauss-Legendre over log beta, and over the logit of p_k up to the edge and from
    it on, where the indicator is smooth."""
    mean = float(logit(design.target)) if design.log_alpha_mean is None else design.log_alpha_mean
    sa, sb, rho = design.log_alpha_sd, design.log_beta_sd, design.correlation
    x = np.log(np.array(design.dose_amounts) / design.reference)
    z, w = np.polynomial.legendre.leggauss(180)
    c = design.log_beta_mean + 8 * sb * z
    found = []
    for k in range(design.doses):
        parts = []
        for low, high in ((-45.0, float(logit(edge))), (float(logit(edge)), 45.0)):
            # nodes crowd towards the edge: eta = edge -+ 45 s^3
            s = (z + 1) / 2
            eta = low + (high - low) * (1 - (1 - s) ** 3 if high < 45 else s**3)
            weight = w / 2 * (high - low) * (3 * (1 - s) ** 2 if high < 45 else 3 * s**2)
            a = eta[:, None] - np.exp(c) * x[k]
            e = (a - mean - rho * sa / sb * (c - design.log_beta_mean)) / (sa * np.sqrt(1 - rho**2))
            logs = -0.5 * e**2 - 0.5 * ((c - design.log_beta_mean) / sb) ** 2
            for j in range(design.doses):
                curve = a + np.exp(c) * x[j]
                logs = logs - tox[j] * np.logaddexp(0, -curve) - (n[j] - tox[j]) * np.logaddexp(0, curve)
            parts.append(float(weight @ np.exp(logs) @ w))
        found.append(parts[0] / sum(parts))
    return found


@pytest.mark.parametrize(
    ("parameters", "n", "tox"),
    [
        ({}, [3, 3, 6, 3, 0], [0, 0, 1, 2, 0]),
        ({}, [3, 0, 0, 0, 0], [3, 0, 0, 0, 0]),
        (
            {"log_alpha_mean": -0.5, "log_alpha_sd": 1.2, "correlation": -0.5},
            [3, 6, 9, 12, 0],
            [0, 0, 1, 5, 0],
        ),
        ({"log_alpha_sd": 0.7, "log_beta_mean": 0.5, "log_beta_sd": 0.4}, [0, 0, 0, 3, 6], [0, 0, 0, 0, 1]),
    ],
)
def test_agrees_with_brute_force(parameters: dict[str, Any], n: list[int], tox: list[int]) -> None:
    design = make(**parameters)
    fit = design.fit(counted(n, tox))
    assert fit.prob_under == pytest.approx(by_brute_force(design, n, tox, 0.16), abs=2e-6)
    over = [1 - p for p in by_brute_force(design, n, tox, 0.33)]
    assert fit.prob_over == pytest.approx(over, abs=2e-6)


def test_data_at_the_reference_alone_need_one_integral_only() -> None:
    design = make(log_alpha_mean=-1.5)
    fit = design.fit(counted([0, 0, 0, 7, 0], [0, 0, 0, 2, 0], 4))
    a = np.linspace(-16, 13, 20_001)
    density = np.exp(-0.5 * ((a + 1.5) / 2) ** 2) * expit(a) ** 2 * expit(-a) ** 5
    assert fit.ptox[3] == pytest.approx((density @ expit(a)) / density.sum(), abs=1e-8)
    assert fit.log_alpha == pytest.approx((density @ a) / density.sum(), abs=1e-7)


@pytest.mark.parametrize(
    ("text", "parameters", "rule", "dose"),
    [
        ("1NNN 1NNT", {}, "blrm.escalate", 2),
        ("1NNN", {"log_alpha_mean": -3.0}, "blrm.no-skipping", 2),
        ("1NNN", {"log_alpha_mean": -3.0, "no_skipping": False}, "blrm.escalate", 4),
        ("1NNN 2NNN 3NNT", {}, "blrm.stay", 3),
        ("1NNN 2NNN 3NTT", {}, "blrm.de-escalate", 2),
        ("1TTT", {}, "blrm.stop-overdose", None),
    ],
)
def test_the_rule_that_decides_is_stated(
    text: str, parameters: dict[str, Any], rule: str, dose: int | None
) -> None:
    decision = decide(make(**parameters), parse_outcomes(text, 5))
    assert (decision.rule, decision.dose) == (rule, dose)
    if dose is None:
        assert (decision.selected, decision.admissible) == (0, ())
        assert f"({decision.numbers['prob_over_lowest']:.3f} at the lowest)" in decision.reason
    else:
        assert f"{decision.numbers['prob_target'][dose - 1]:.3f}" in decision.reason
    assert json.loads(json.dumps(decision.numbers)) == decision.numbers


counts = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=5, max_size=5).map(
    lambda pairs: ([n for n, _ in pairs], [min(n, y) for n, y in pairs])
)
designs = st.sampled_from([make(), make(correlation=0.5, log_alpha_sd=1.0), make(no_skipping=False)])


@settings(deadline=None, max_examples=60)
@given(designs, counts, st.integers(1, 5))
def test_never_a_level_likely_an_overdose_and_the_likeliest_of_the_others(
    design: Blrm, seen: tuple[list[int], list[int]], now: int
) -> None:
    n, tox = seen
    if not 0 < sum(n) < design.max_n or not n[now - 1]:
        return
    decision = decide_seen(design, Seen.one(n, tox, now))
    fit = design.fit(Seen.one(n, tox, now))
    allowed = [k for k in fit.admissible if k <= now + 1 or not design.no_skipping]
    if not allowed:
        assert decision.action == "stop"
        assert decision.selected == 0
        return
    assert decision.dose in allowed
    assert fit.prob_target[decision.dose - 1] == max(fit.prob_target[k - 1] for k in allowed)
    chosen = int(design.select(Seen.one(n, tox, now))[0])
    assert chosen == 0 or (chosen in fit.admissible and n[chosen - 1] > 0)


@settings(deadline=None, max_examples=60)
@given(designs, counts, st.integers(1, 5))
def test_the_posterior_is_lawful(design: Blrm, seen: tuple[list[int], list[int]], level: int) -> None:
    n, tox = seen
    fit = design.fit(Seen.one(n, tox, 1))
    for under, target, over in zip(fit.prob_under, fit.prob_target, fit.prob_over, strict=True):
        assert under + target + over == pytest.approx(1, abs=1e-9)
        assert min(under, target, over) >= 0
    assert list(fit.ptox) == sorted(fit.ptox)
    assert all(np.diff(fit.prob_over) > -1e-6)
    if tox[level - 1] < n[level - 1]:  # one DLT more at a level makes that level more toxic
        tox = [t + (k == level - 1) for k, t in enumerate(tox)]
        worse = design.fit(Seen.one(n, tox, 1))
        assert worse.prob_over[level - 1] > fit.prob_over[level - 1] - 1e-6
        assert worse.ptox[level - 1] > fit.ptox[level - 1]


@settings(deadline=None, max_examples=15)
@given(designs, st.lists(counts, min_size=1, max_size=5))
def test_many_situations_at_once_are_each_on_its_own(
    design: Blrm, seen: list[tuple[list[int], list[int]]]
) -> None:
    n, tox = (np.array([s[i] for s in seen], np.int64) for i in (0, 1))
    together = design.model.posterior(n, tox).below
    design.model._memo.__init__()  # type: ignore[misc]
    for i, (one_n, one_tox) in enumerate(seen):
        assert design.fit(Seen.one(one_n, one_tox)).prob_under == pytest.approx(together[0, i], abs=1e-10)


def test_exact_characteristics_do_not_depend_on_merging() -> None:
    design = Blrm(doses=3, dose_amounts=(1, 2, 4), reference=4, cohort_size=2, cohorts=3)
    truths = (Truth((0.1, 0.25, 0.5)),)
    (merged,), (walked,) = characteristics(design, truths), characteristics(design, truths, merge=False)
    assert merged.select == pytest.approx(walked.select, abs=1e-12)
    assert merged.select_none == pytest.approx(walked.select_none, abs=1e-12)
    assert merged.paths == walked.paths
    assert sum(merged.select) + merged.select_none == pytest.approx(1, abs=1e-12)


def test_stating_doses_in_another_unit_changes_nothing() -> None:
    grams = make(dose_amounts=tuple(d / 1000 for d in DOSES), reference=0.1)
    seen = counted([3, 3, 3, 0, 0], [0, 0, 1, 0, 0], 3)
    assert grams.fit(seen).prob_over == pytest.approx(make().fit(seen).prob_over, abs=1e-9)


def test_reads_back_what_it_writes_and_says_what_is_wrong() -> None:
    design = make(correlation=-0.25, cohort_size=4, log_alpha_mean=-1.25)
    assert read_design(design.spec()) == design
    with pytest.raises(Unusable) as bad:
        read_design({"design": "blrm", "doses": 3})
    assert [p.place for p in bad.value.problems] == ["$.dose_amounts", "$.reference"]
    with pytest.raises(Unusable) as bad:
        make(dose_amounts=(5, 2, 0), reference=-1, target=0.5, target_low=0.4, target_high=0.3)
    assert {p.place for p in bad.value.problems} == {
        "$.dose_amounts[1]",
        "$.dose_amounts[2]",
        "$.reference",
        "$.dose_amounts",
        "$.target_high",
    }
