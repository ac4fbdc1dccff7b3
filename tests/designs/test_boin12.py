"""BOIN12: the paper's tables and worked trial, the authors' web program, exactness, laws.

Numbers of the web program (MD Anderson, BOIN12) and of the paper's table 3 and figure S2 are as recorded in the tests
of R escalation 0.2.3 (test_boin12.R, test_boin12_rds.R).
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paratope.designs import Truth, Unusable, characteristics, decide, parse_outcomes, read_design
from paratope.designs.base import STOP, Design
from paratope.designs.decision import Decision
from paratope.designs.efficacy import Boin12
from paratope.designs.modifiers import EnoughAtDose
from paratope.designs.seen import Ints, Seen

TRUTH = Truth((0.03, 0.17, 0.35, 0.50, 0.65), (0.12, 0.39, 0.43, 0.55, 0.65))
WEB = Boin12(doses=5, cohorts=12, early_stop_n=12, explore=False)


def answer(design: Design, outcomes: str) -> Decision:
    return decide(design, parse_outcomes(outcomes, design.doses, efficacy=True))


def play(design: Design, seed: int) -> list[tuple[Seen, Decision]]:
    """One study of random outcomes: every situation with its decision."""
    rng = np.random.default_rng(seed)
    chance = rng.dirichlet(np.ones(4), design.doses)
    dose, size = design.first()
    text, found = "", []
    while dose:
        text += f" {dose}" + "".join(rng.choice(list("NTEB"), size, p=chance[dose - 1]))
        outcomes = parse_outcomes(text, design.doses, efficacy=True)
        decision = decide(design, outcomes)
        found.append((outcomes.seen(design.doses, design.columns), decision))
        dose, size = decision.dose or STOP, decision.size
    return found


def simulate(design: Design, truth: Truth, trials: int, seed: int) -> Ints:
    """(trials,) the level selected in each simulated study, all studies in step."""
    rng = np.random.default_rng(seed)
    width = len(design.columns)
    edges = truth.cells(4).cumsum(axis=1)
    counts = np.zeros((trials, design.doses, width), np.int64)
    now, (start, first) = np.zeros(trials, np.int64), design.first()
    dose, size = np.full(trials, start), np.full(trials, first)
    going = np.arange(trials)
    while len(going):
        at = now[going] = dose[going]
        for i in range(int(size[going].max())):
            cell = (rng.random(len(going))[:, None] > edges[at - 1]).sum(axis=1)
            marks = np.stack([np.ones_like(cell), cell % 2, cell // 2, cell // 3], axis=1)[:, :width]
            counts[going, at - 1] += marks * (i < size[going])[:, None]
        r = design.next(Seen(counts[going], at, counts[going, at - 1]))
        dose[going], size[going] = r.dose, r.size
        going = going[r.dose != STOP]
    return design.select(Seen(counts, now, counts[:, 0]))


@pytest.mark.parametrize(
    ("sizes", "counts", "rank"),
    [
        ((0, 3, 6, 9), (0, 0, 0), 60),
        ((0, 3, 6, 9), (3, 0, 3), 91),
        ((0, 3, 6, 9), (6, 1, 5), 87),
        ((0, 3, 6, 9), (6, 5, 1), None),
        ((0, 3, 6, 9), (9, 0, 8), 99),
        ((0, 3, 6, 9), (9, 2, 3), 32.5),
        ((3, 6, 9, 12), (3, 0, 0), 68),
        ((3, 6, 9, 12), (3, 0, 1), 99),
        ((3, 6, 9, 12), (3, 0, 2), 131),
        ((3, 6, 9, 12), (3, 0, 3), 160),
        ((3, 6, 9, 12), (3, 1, 0), 47),
        ((3, 6, 9, 12), (3, 3, 3), None),
    ],
)
def test_desirability_ranks(sizes: tuple[int, ...], counts: tuple[int, int, int], rank: float | None) -> None:
    """Table 3 of the paper (n = 0, 3, 6, 9); boin12_rds of R escalation 0.2.3 (n = 3, 6, 9, 12)."""
    scores = {(s.n, s.tox, s.eff): s for s in WEB.table(sizes)}
    assert scores[counts].rank == rank


def test_the_table_that_goes_into_a_protocol() -> None:
    table = WEB.table()
    assert sorted({s.n for s in table}) == [0, 3, 6, 9, 12]
    assert len(table) == 1 + 16 + 49 + 100 + 169
    nobody = table[0]
    assert WEB.benchmark == pytest.approx(70.5)
    assert nobody.desirability == pytest.approx(1 - 0.705)  # a uniform prior
    assert {s.closed for s in table} == {None, "too toxic", "futile"}


FIRST_COHORTS = """
1: EBB1 EEB1 EEE1 EET1 ETB1 ETT1 NBB1 NEB1 NEE1 NET2 NNB2 NNE2 NNN2 NNT2 NTB1 NTT1
2: BBB1 EBB1 EEB2 EEE2 EET2 ETB1 ETT1 NBB1 NEB2 NEE2 NET3 NNB3 NNE3 NNN3 NNT3 NTB1 NTT1 TBB1 TTB1 TTT1
5: BBB4 EBB4 EEB5 EEE5 EET5 ETB4 ETT4 NBB4 NEB5 NEE5 NET4 NNB4 NNE4 NNN4 NNT4 NTB4 NTT4 TBB4 TTB4 TTT4
"""
FIRST_COHORTS_STRICT = """
1: EEB1 EEE1 EET1 NEB1 NEE1 NET1 NNB1 NNE2 NNN2
2: BBB1 EBB1 EEB1 EEE2 EET1 ETB1 ETT1 NBB1 NEB1 NEE2 NET1 NNB1 NNN3 NNT1 NTB1 NTT1 TBB1 TTB1 TTT1
5: BBB4 EBB4 EEB4 EEE5 EET4 ETB4 ETT4 NBB4 NEB4 NEE5 NET4 NNB4 NNE4 NNN4 NNT4 NTB4 NTT4 TBB4 TTB4 TTT4
"""


@pytest.mark.parametrize(
    ("table", "design"),
    [
        (FIRST_COHORTS, WEB),
        # Left out at level 1 are two DLTs, where the web program stays and the paper closes the level (its
        # elimination asks for three DLTs); and 2NNE, a tie that the web program breaks downwards, unlike others.
        (
            FIRST_COHORTS_STRICT,
            Boin12(doses=5, cohorts=12, target=0.15, min_eff=0.4, u2=50, u3=30, c_t=0.9, c_e=0.8),
        ),
    ],
)
def test_first_cohorts_as_the_web_program(table: str, design: Boin12) -> None:
    wrong = []
    for line in table.split("\n"):
        level, _, words = line.partition(":")
        wrong += [(level, w) for w in words.split() if answer(design, level + w[:3]).dose != int(w[3])]
    assert wrong == []


def test_the_papers_trial() -> None:
    """Figure S2 of the paper, up to its end at 12 patients at level 4."""
    design = Boin12(doses=5, cohorts=10, early_stop_n=12, explore=True)
    cohorts = ["1NNN", "2NNB", "3NEE", "3NTN", "4ETE", "4NBE", "4BNN", "5BEN", "5NBT", "4NEN"]
    found = [answer(design, " ".join(cohorts[:i])) for i in range(1, len(cohorts) + 1)]
    assert [d.dose for d in found] == [2, 3, 3, 4, 4, 4, 5, 5, 4, None]
    assert found[6].rule == "boin12.explore"
    assert found[8].rule == "boin12.de-escalate"
    assert (found[-1].rule, found[-1].selected) == ("boin12.stop-n-at-dose", 4)
    assert answer(design, "1NNN 2ENT 3ETT 2EEN").dose == 2  # the paper, p. 1396


def test_the_selection_of_trialdesign_org() -> None:
    """trialdesign.org, 10,000 simulations: 57.3 and 21.3 % select levels 2 and 3 (brockk/escalation, issue 8).

    Reached by selecting the posterior mean utility; the highest desirability would give 52 and 18 %.
    """
    trials = 30_000
    share = np.bincount(simulate(WEB, TRUTH, trials, seed=4), minlength=6) / trials
    for level, theirs in ((2, 0.573), (3, 0.213)):
        error = (theirs * (1 - theirs) * (1 / 10_000 + 1 / trials)) ** 0.5
        assert abs(share[level] - theirs) < 2 * error


def test_exact_and_simulated_agree() -> None:
    design = Boin12(doses=5, cohorts=4)
    (exact,) = characteristics(design, (TRUTH,))
    trials = 20_000
    share = np.bincount(simulate(design, TRUTH, trials, seed=1), minlength=6) / trials
    wanted = np.array([exact.select_none, *exact.select])
    assert wanted.sum() == pytest.approx(1, abs=1e-12)
    assert np.abs(share - wanted).max() < 4 * (0.25 / trials) ** 0.5


@pytest.mark.parametrize("u3", [60.0, 20.0])
def test_merging_changes_nothing(u3: float) -> None:
    design = Boin12(doses=3, cohort_size=2, cohorts=3, u3=u3)
    truth = (Truth((0.1, 0.3, 0.4), (0.2, 0.4, 0.5), odds_ratio=2.5),)
    (merged,), (walked,) = characteristics(design, truth), characteristics(design, truth, merge=False)
    assert merged.select == pytest.approx(walked.select, abs=1e-12)
    assert merged.n == pytest.approx(walked.n, abs=1e-12)
    assert merged.paths == walked.paths
    assert merged.visited < walked.visited


def test_counting_both_changes_nothing_when_utilities_add_up() -> None:
    """u2 + u3 = 100: a patient with DLT and response weighs as one with each."""
    seen = Seen.one([6, 9], [2, 4], 2, eff=[3, 5])
    joint = Seen.one([6, 9], [2, 4], 2, eff=[3, 5], both=[1, 2])
    nearly = Boin12(doses=2, u2=40, u3=60 + 1e-9)
    assert WEB.additive
    assert not nearly.additive
    assert nearly.desirability(joint) == pytest.approx(
        Boin12(doses=2, u2=40, u3=60).desirability(seen), abs=1e-8
    )


def test_stopping_at_n_differs_from_the_modifier() -> None:
    """The web program stops once the current level is full; ``enough-at-dose`` looks at where the next cohort goes."""
    text = "1NNN 1EEE 1NEE 1TTT"
    assert answer(WEB, text).rule == "boin12.stop-n-at-dose"
    moving_on = "1NNN 2EET 2NTT 2TEN 2TNT"
    full = Boin12(doses=5, cohorts=12, explore=False)
    assert answer(WEB, moving_on).dose is None
    assert answer(EnoughAtDose(inner=full, n=12), moving_on).dose == answer(full, moving_on).dose == 1


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), additive=st.booleans(), explore=st.booleans())
def test_laws(seed: int, additive: bool, explore: bool) -> None:
    design = Boin12(doses=4, cohorts=8, u3=60 if additive else 45, explore=explore)
    shut: set[int] = set()
    for seen, decision in play(design, seed):
        assert not shut & set(decision.admissible)
        shut = set(range(1, 5)) - set(decision.admissible)
        assert decision.dose is None or decision.dose not in shut
        assert "{" not in decision.reason
        if decision.dose is not None:
            passed = set(range(int(seen.dose[0]) + 1, decision.dose))
            assert passed <= shut  # no open level is skipped on the way up
        else:
            assert decision.selected is not None
            assert decision.selected == 0 or seen.n[0, decision.selected - 1] > 0
            assert decision.selected not in shut


def test_a_specification_reads_back() -> None:
    design = Boin12(doses=4, cohorts=8, u2=35, u3=55, explore=False, early_stop_n=9)
    assert read_design(design.spec()) == design
    assert answer(design, "").action == "start"


def test_every_problem_is_said() -> None:
    with pytest.raises(Unusable) as bad:
        Boin12(doses=3, cohorts=4, target=0.8, early_stop_n=40)
    assert [p.place for p in bad.value.problems] == ["$.target"]
    with pytest.raises(Unusable) as bad:
        Boin12(doses=3, u2=120, c_t=1.0, n_star=0)
    assert {p.place for p in bad.value.problems} >= {"$.u2", "$.c_t", "$.n_star"}
