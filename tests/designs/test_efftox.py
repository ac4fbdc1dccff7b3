"""EffTox: the published example, an independent integration, convergence, decisions, laws."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.integrate import dblquad
from scipy.special import expit

from paratope.designs import Truth, Unusable, characteristics, read_design
from paratope.designs.efficacy import EffTox
from paratope.designs.efficacy.bivariate import Cells, posterior, solve_power
from paratope.designs.outcomes import parse_outcomes
from paratope.designs.seen import Seen
from tests.designs import truth
from tests.designs.test_boin12 import answer, play
from tests.shared import needs_shared


def example(**changed: Any) -> EffTox:
    """Thall et al., Clin Trials 2014;11:657-666: five doses, priors worth 0.9 patients."""
    return EffTox(
        **{
            "doses": 5,
            "cohorts": 13,
            "amounts": (1.0, 2.0, 4.0, 6.6, 10.0),
            "tox_mean": (-7.9593, 1.5482),
            "tox_sd": (3.5487, 3.5018),
            "eff_mean": (0.7367, 3.4181, 0.0),
            "eff_sd": (2.5423, 2.4406, 0.2),
            **changed,
        }
    )


def cells(text: str, levels: int = 5) -> Cells:
    """Neither, DLT only, response only, both, at each level."""
    found = [[0, 0, 0, 0] for _ in range(levels)]
    for p in parse_outcomes(text, levels, efficacy=True).patients:
        found[p.dose - 1][int(bool(p.tox)) + 2 * int(bool(p.eff))] += 1
    return tuple((a, b, c, d) for a, b, c, d in found)


COHORTS = {"cohort1 1NNN": "1NNN", "cohort2 2ENN": "1NNN 2ENN", "cohort3 3ETB": "1NNN 2ENN 3ETB"}


@needs_shared
@pytest.mark.parametrize(("name", "tolerance"), [*zip(COHORTS, (6e-4, 6e-4, 3e-3), strict=True)])
def test_the_published_example(name: str, tolerance: float) -> None:
    """The file's own values are a sampled integration: they are off by up to 0.0015 (0.003 for the desirability)
    after nine patients, as the independent draws in `test_an_independent_integration` show."""
    rows = {r["quantity"]: r for r in truth.rows("efftox_thall2014_example.csv") if r["data"] == name}
    design = example()
    fit = posterior(design.model, cells(COHORTS[name]), tradeoff=design.tradeoff)
    assert fit.merit is not None
    found = {
        "prob_eff": fit.eff,
        "prob_tox": fit.tox,
        "prob_acc_eff": fit.eff_above,
        "prob_acc_tox": fit.tox_below,
        "mean_utility": fit.merit,
        "utility_at_posterior_means": design.tradeoff(fit.eff, fit.tox),
    }
    assert set(rows) == set(found)
    for quantity, values in found.items():
        assert values == pytest.approx([float(rows[quantity][f"d{k}"]) for k in range(1, 6)], abs=tolerance)


def test_the_programs_printed_digits() -> None:
    """MD Anderson's EffTox program after 1NNN and after 1NNN 2ENN 3ETB (Brock, clintrials, tests/test_efftox.py)."""
    after_one, after_three = (posterior(example().model, cells(COHORTS[c])) for c in list(COHORTS)[::2])
    assert after_one.eff.round(2).tolist() == [0.04, 0.19, 0.57, 0.78, 0.87]
    assert after_three.eff.round(2).tolist() == [0.06, 0.24, 0.71, 0.89, 0.94]


def test_an_independent_integration() -> None:
    """After 1NNN 2ENN 3ETB: 20 million importance draws from normal approximations (11 million effective), standard
    errors at most 0.00015."""
    fit = posterior(example().model, cells("1NNN 2ENN 3ETB"))
    assert fit.eff == pytest.approx([0.05619, 0.23939, 0.71099, 0.88866, 0.94031], abs=4e-4)
    assert fit.tox == pytest.approx([0.01661, 0.05925, 0.41163, 0.76915, 0.87707], abs=4e-4)
    assert fit.eff_above == pytest.approx([0.00424, 0.07439, 0.84961, 0.96582, 0.97967], abs=6e-4)
    assert fit.tox_below == pytest.approx([0.99413, 0.97698, 0.35965, 0.07944, 0.04587], abs=6e-4)


def test_without_association_toxicity_stands_alone() -> None:
    """With psi nearly 0 the DLT curve does not see the responses: compared with plain two-dimensional quadrature."""
    design = example(psi_sd=1e-6)
    mean, sd = np.array(design.tox_mean), np.array(design.tox_sd)
    x = np.array(design.model.coded)
    n, tox = np.array([3, 3, 3, 0, 0]), np.array([0, 0, 2, 0, 0])

    def density(slope: float, intercept: float) -> float:
        p = expit(intercept + slope * x)
        away = ((np.array([intercept, slope]) - mean) / sd) ** 2
        return float(np.exp(-0.5 * away.sum()) * np.prod(p**tox * (1 - p) ** (n - tox)))

    box = (-30.0, 12.0, -12.0, 18.0)
    whole = dblquad(density, *box, epsabs=1e-9)[0]
    third = dblquad(lambda b, a: density(b, a) * expit(a + b * x[2]), *box, epsabs=1e-9)[0] / whole
    fit = posterior(design.model, cells("1NNN 2ENN 3ETB"))
    assert fit.tox[2] == pytest.approx(third, abs=2e-5)


LONG = "1NNN 2ENN 3ETB 2NEE 3NEE 3TEB 3EEN 2EEN 3NNE 3EBT 4EEN 3EEN 3EEB"


@pytest.mark.parametrize("text", ["1NNN", "1NNN 2ENN 3ETB", LONG])
def test_the_accuracy_that_is_promised(text: str) -> None:
    model = example().model
    quick, fine = posterior(model, cells(text)), posterior(model, cells(text), fineness=1.5, nodes=9)
    for name, error in (("eff", 1e-4), ("tox", 1e-4), ("eff_above", 2e-4), ("tox_below", 2e-4)):
        assert getattr(quick, name) == pytest.approx(getattr(fine, name), abs=error)


@pytest.mark.parametrize("points", [(0.5, 0.65, 0.7, 0.25), (0.4, 0.7, 0.6, 0.4), (0.2, 0.3, 0.5, 0.2)])
def test_the_contour_runs_through_its_points(points: tuple[float, ...]) -> None:
    tradeoff = example(contour=points).tradeoff
    eff, tox = np.array([points[0], 1.0, points[2]]), np.array([0.0, points[1], points[3]])
    assert tradeoff(eff, tox) == pytest.approx(0, abs=1e-12)
    assert tradeoff(np.array([1.0]), np.array([0.0])) == pytest.approx(1)


def test_the_published_power() -> None:
    assert solve_power(0.5, 0.65, 0.7, 0.25) == pytest.approx(0.97737, abs=5e-6)
    assert solve_power(0.5, 0.65, 0.4, 0.25) is None


def test_decisions_of_the_example() -> None:
    """Next levels after each cohort as the MD Anderson program's (Brock, clintrials)."""
    design = example()
    found = [answer(design, text) for text in COHORTS.values()]
    assert [d.dose for d in found] == [2, 3, 3]
    assert [d.rule.split(".")[1] for d in found] == [
        "most-desirable-in-reach",
        "most-desirable-in-reach",
        "most-desirable",
    ]
    stopped = answer(design, "1NNN 2ENN 3ETB 3TTT 2TTT")
    assert (stopped.rule, stopped.dose, stopped.selected) == ("efftox.stop-none-acceptable", None, 0)


def test_an_untried_level_may_need_only_be_safe() -> None:
    """With a high bar for activity nothing is acceptable after 1NNN, unless the next level need only be safe."""
    assert answer(example(p_e=0.6), "1NNN").dose is None
    assert answer(example(p_e=0.6, untried_on_safety=True), "1NNN").dose == 2


def test_nobody_selects_a_level_that_nobody_received() -> None:
    design = example(cohorts=2)
    last = answer(design, "1NNN 2ENE")
    assert last.rule == "maximum-n"
    assert last.selected == 2


def test_exact_characteristics() -> None:
    design = example(cohort_size=1, cohorts=2)
    truth = (Truth((0.05, 0.1, 0.2, 0.4, 0.5), (0.1, 0.3, 0.5, 0.6, 0.7)),)
    (merged,), (walked,) = characteristics(design, truth), characteristics(design, truth, merge=False)
    assert sum(merged.select) + merged.select_none == pytest.approx(1, abs=1e-12)
    assert merged.select == pytest.approx(walked.select, abs=1e-12)


def test_situations_side_by_side_are_judged_as_alone() -> None:
    design = example()
    alone = [s for s, _ in play(design, 3)][:3]
    together = Seen(
        np.concatenate([s.counts for s in alone]),
        np.concatenate([s.dose for s in alone]),
        np.concatenate([s.last for s in alone]),
    )
    assert design.next(together).dose.tolist() == [int(design.next(s).dose[0]) for s in alone]
    assert design.select(together).tolist() == [int(design.select(s)[0]) for s in alone]


@pytest.mark.parametrize("seed", range(4))
def test_laws(seed: int) -> None:
    for seen, decision in play(example(cohorts=6), seed):
        assert "{" not in decision.reason
        if decision.dose is None:
            assert decision.selected is not None
            assert decision.selected == 0 or seen.n[0, decision.selected - 1] > 0
        else:
            tried = np.flatnonzero(seen.n[0]) + 1
            assert tried.min() - 1 <= decision.dose <= tried.max() + 1
            assert decision.dose in decision.numbers["acceptable"]


def test_a_specification_reads_back() -> None:
    design = example(untried_on_safety=True)
    assert read_design(design.spec()) == design
    assert answer(design, "").action == "start"


def test_every_problem_is_said() -> None:
    with pytest.raises(Unusable) as bad:
        example(amounts=(1.0, 2.0), tox_sd=(1.0,), contour=(0.5, 0.65, 0.4, 0.25))
    assert [p.place for p in bad.value.problems] == ["$.amounts", "$.tox_sd", "$.contour"]
    with pytest.raises(Unusable) as bad:
        example(amounts=(1.0, 2.0, 2.0, -1.0, 3.0), eff_sd=(0.0, 1.0, 1.0), psi_sd=0.0)
    assert {p.place for p in bad.value.problems} >= {
        "$.amounts[2]",
        "$.amounts[3]",
        "$.eff_sd[0]",
        "$.psi_sd",
    }


def test_one_dose_level() -> None:
    """The coded dose is 0: the slopes keep their priors, and the study only says go on or stop."""
    design = example(doses=1, amounts=(2.0,))
    assert answer(design, "1ENN").dose == 1
    assert answer(design, "1TTT 1TTT").rule == "efftox.stop-none-acceptable"


def test_vague_priors_leave_what_was_seen() -> None:
    """Twelve patients with known rates, and priors that say next to nothing at the level given."""
    vague = example(tox_mean=(0.0, 0.0), tox_sd=(8.0, 1.0), eff_mean=(0.0, 0.0, 0.0), eff_sd=(8.0, 1.0, 0.1))
    fit = posterior(vague.model, cells("3TNN 3ENN 3ENT 3EEB"))
    assert fit.tox[2] == pytest.approx(3 / 12, abs=0.02)
    assert fit.eff[2] == pytest.approx(5 / 12, abs=0.02)
