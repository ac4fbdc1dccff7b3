"""TITE-BOIN: its published table, its formula written out, its laws, and its decisions in words."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paratope.designs import Outcomes, Patient, Unusable, read_design
from paratope.designs.base import STOP
from paratope.designs.interval import Boin
from paratope.designs.modifiers import EnoughAtDose, MaximumN, Titration, TooToxic
from paratope.designs.reasons import rule
from paratope.designs.timed import TiteBoin
from paratope.designs.timed.decide import decide_followed
from paratope.designs.timed.followed import WAIT, Followed
from paratope.designs.timed.wrapped import judge_followed
from tests.designs import truth
from tests.shared import needs_shared

TARGET20 = TiteBoin(doses=3, target=0.20, start=2)


def situation(n: int, tox: int, parts: list[float], level: int = 2, doses: int = 3) -> Followed:
    """``n`` patients at a level: ``tox`` with DLT, one pending for each of ``parts``, the others complete."""
    weight = [*parts, *[1.0] * (n - len(parts))]
    dlt = [False] * (n - tox) + [True] * tox
    row = np.full((1, n), level)
    return Followed(row, np.array([dlt]), np.array([weight]), np.array([level]), doses)


def decision(n: int, tox: int, pending: int, stft: float, design: TiteBoin = TARGET20) -> str:
    """The decision at level 2 in the table's words."""
    seen = situation(n, tox, [stft / pending] * pending if pending else [])
    r = design.judge_followed(seen)
    words = {WAIT: "suspend", 1: "deescalate", 2: "stay", 3: "escalate"}[int(r.dose[0])]
    return words + ("&eliminate" if r.closed[0, 1] else "")


def span(text: str, most: int) -> range:
    """``<=2``, ``>=2`` or ``2`` as counts up to ``most``."""
    number = int(text.lstrip("<>="))
    return (
        range(number + 1)
        if "<" in text
        else range(number, most + 1)
        if ">" in text
        else range(number, number + 1)
    )


@needs_shared
@pytest.mark.parametrize(
    "row", truth.rows("tite_boin_table_target20_published.csv"), ids=lambda r: "-".join(r.values())
)
def test_the_published_table(row: dict[str, str]) -> None:
    n = int(row["n_treated"])
    checked = 0
    for tox in span(row["n_dlt"], n):
        for pending in span(row["n_pending"], n - tox):
            if pending > n - tox:
                continue
            checked += 1
            if not row["stft_threshold"]:
                found = {decision(n, tox, pending, s) for s in (0.0, pending / 2, 0.999 * pending)}
                assert found == {row["decision"]}
                continue
            at = float(row["stft_threshold"])
            yes, otherwise = row["decision"].split(" if ")[0], row["decision"].split("else ")[1]
            assert decision(n, tox, pending, at + 0.01) == yes
            assert decision(n, tox, pending, at - 0.01) == otherwise
    assert checked


@pytest.mark.parametrize(
    ("tox", "pending", "threshold"),
    [(1, 3, 0.77), (1, 4, 2.15), (2, 1, 0.52), (2, 2, 1.59), (2, 3, 2.66), (2, 4, 3.73)],
)
def test_published_thresholds_for_nine_patients(tox: int, pending: int, threshold: float) -> None:
    """Yuan et al., Clin Cancer Res 2018;24:4921, as in PMC9260438, table 1 (target 0.20)."""
    (row,) = [r for r in TARGET20.timed_table(9) if (r.n, r.tox, r.pending) == (9, tox, (pending, pending))]
    found = row.escalate_from if tox == 1 else row.deescalate_upto
    assert found == pytest.approx(threshold, abs=0.005)


def test_the_formula_written_out() -> None:
    """n = 9, 2 DLT, 3 pending, target 0.20: p = 2.1 / 7 = 0.3, odds 3 / 7; lambda_d = 0.2384624."""
    assert TARGET20.thresholds(np.array([9]), np.array([2]), np.array([3]))[1][0] == pytest.approx(
        3 - (9 * 0.2384624 - 2) * 7 / 3, abs=1e-5
    )


@given(st.data())
def test_with_nobody_pending_it_is_boin(data: st.DataObject) -> None:
    target = data.draw(st.sampled_from([0.2, 0.25, 0.3, 0.33]))
    some = {
        "doses": 3,
        "target": target,
        "early_stop_n": data.draw(st.sampled_from([None, 6])),
        "extra_safe_stop": True,
    }
    n = data.draw(st.lists(st.integers(0, 9), min_size=3, max_size=3).filter(sum))
    tox = [data.draw(st.integers(0, k)) for k in n]
    level = data.draw(st.sampled_from([k + 1 for k in range(3) if n[k]]))
    dose = [k + 1 for k in range(3) for _ in range(n[k])]
    dlt = [i < tox[k] for k in range(3) for i in range(n[k])]
    seen = Followed(np.array([dose]), np.array([dlt]), np.ones((1, len(dose))), np.array([level]), 3)
    timed, known = TiteBoin(**some).judge_followed(seen), Boin(**some).judge(seen.counts())
    for name in ("dose", "size", "rule", "closed"):
        assert np.array_equal(getattr(timed, name), getattr(known, name)), name


cells = st.integers(1, 18).flatmap(
    lambda n: st.integers(0, n).flatmap(
        lambda tox: st.tuples(
            st.just(n), st.just(tox), st.lists(st.floats(0, 0.99), min_size=0, max_size=n - tox)
        )
    )
)


@given(cells, st.sampled_from([0.15, 0.2, 0.25, 0.3, 0.4]))
def test_pending_patients_count_as_the_dlts_expected_of_them(
    cell: tuple[int, int, list[float]], target: float
) -> None:
    n, tox, parts = cell
    design = TiteBoin(doses=3, target=target)
    r = design.judge_followed(situation(n, tox, parts))
    c = len(parts)
    low, high = design.limits
    if c == 0 or tox >= design.boundary(n).deescalate:
        return  # BOIN decides: the test above
    if c > n / 2:
        assert r.dose[0] == WAIT
        return
    p = (tox + target / 2) / (n - c + 1)
    expected = tox + p / (1 - p) * (c - sum(parts))
    if min(abs(expected - n * low), abs(expected - n * high), abs(tox - n * target)) < 1e-6:
        return
    falls = expected > n * high and tox > n * target
    wanted = 3 if expected < n * low else 1 if falls else 2
    assert r.dose[0] == wanted


@given(cells, st.sampled_from([0.2, 0.25, 0.3]), st.floats(0, 1))
def test_more_follow_up_without_dlt_never_lowers_the_dose(
    cell: tuple[int, int, list[float]], target: float, share: float
) -> None:
    n, tox, parts = cell
    design = TiteBoin(doses=3, target=target)
    before = design.judge_followed(situation(n, tox, parts)).dose[0]
    after = design.judge_followed(situation(n, tox, [p + share * (1 - p) for p in parts])).dose[0]
    if WAIT not in (before, after):
        assert after >= before


@given(cells, st.sampled_from([0.2, 0.25, 0.3]))
def test_a_pending_patient_who_has_a_dlt_never_raises_the_dose(
    cell: tuple[int, int, list[float]], target: float
) -> None:
    n, tox, parts = cell
    if not parts:
        return
    design = TiteBoin(doses=3, target=target)
    before = design.judge_followed(situation(n, tox, parts)).dose[0]
    after = design.judge_followed(situation(n, tox + 1, parts[1:])).dose[0]
    if before != WAIT:
        assert after <= before


@pytest.mark.parametrize("target", [0.2, 0.25, 0.3])
def test_the_table_has_every_cell_once_and_says_what_is_decided(target: float) -> None:
    design = TiteBoin(doses=3, target=target, cohorts=4)
    cells = [
        (row.n, row.tox, c) for row in design.timed_table() for c in range(row.pending[0], row.pending[1] + 1)
    ]
    assert sorted(cells) == [(n, y, c) for n in (3, 6, 9, 12) for y in range(n + 1) for c in range(n - y + 1)]
    short = {"suspend accrual": "suspend", "de-escalate and eliminate": "deescalate&eliminate"}
    for row in design.timed_table():
        words = {short.get(w, w).replace("de-e", "dee") for w in row.decision.split(" or ")}
        for c in range(row.pending[0], row.pending[1] + 1):
            turns = [t for t in (row.escalate_from, row.deescalate_upto) if t is not None]
            points = [0.0, 0.9999 * c, *[t + e for t in turns for e in (-1e-4, 1e-4)]]
            inside = [s for s in points if 0 <= s < max(c, 1e-9)]
            assert {decision(row.n, row.tox, c, s, design) for s in inside} == words, row


def test_levels_closed_stay_closed() -> None:
    """Level 3 is closed (4 of 4 with DLT): level 2 would escalate, and stays."""
    row = [3] * 4 + [2] * 6
    dlt = [True] * 4 + [False] * 6
    weight = [1.0] * 8 + [0.5] * 2
    seen = Followed(np.array([row]), np.array([dlt]), np.array([weight]), np.array([2]), 3)
    r = TARGET20.judge_followed(seen)
    assert (int(r.dose[0]), r.closed[0].tolist()) == (2, [False, False, True])
    assert rule(int(r.rule[0])).key == "tite-boin.stay-below-closed"


def rows_of(n: int, tox: int, parts: list[float], level: int = 2) -> Outcomes:
    """The same situation as `situation`, as dated rows."""
    pending = [Patient(level, None, followed=p) for p in parts]
    known = [Patient(level, i < tox) for i in range(n - len(parts))]
    return Outcomes((tuple(known + pending),))


@pytest.mark.parametrize(
    ("n", "tox", "parts", "action", "said"),
    [
        (3, 0, [0.2, 0.2], "wait", "0 DLT among 3 at dose level 2, 2 of them pending, more than 50%"),
        (
            9,
            1,
            [0.5, 0.5, 0.4],
            "escalate",
            "with 1.40 windows of follow-up in all, at least the 0.77 asked for",
        ),
        (9, 1, [0.2, 0.2, 0.2], "stay", "0.60 windows of follow-up in all, less than the 0.77 asked for"),
        (
            9,
            2,
            [0.5, 0.2],
            "de-escalate",
            "0.70 windows of follow-up in all, at most 1.59: de-escalate to level 1",
        ),
        (9, 2, [0.9, 0.9], "stay", "more than the 1.59 up to which one de-escalates"),
        (6, 1, [0.1], "stay", "whatever the follow-up"),
    ],
)
def test_decisions_in_words(n: int, tox: int, parts: list[float], action: str, said: str) -> None:
    found = decide_followed(TARGET20, rows_of(n, tox, parts))
    assert found.action == action
    assert said in found.reason
    assert (found.dose is None) == (action == "wait")
    assert found.numbers["pending"] == len(parts)
    assert found.numbers["stft"] == pytest.approx(sum(parts))
    assert len(found.notes) == len(parts)


def test_a_study_that_stops_with_pending_patients_selects_later() -> None:
    found = decide_followed(MaximumN(inner=TARGET20, n=9), rows_of(9, 0, [0.5]))
    assert (found.action, found.dose, found.selected) == ("stop", None, None)
    assert "9 patients" in found.reason
    assert "once the pending outcomes are known" in found.notes[-1]


def test_patients_off_their_dose_and_not_evaluable_are_said() -> None:
    patients = (
        Patient(2, None, received=1, followed=0.5),
        Patient(2, None, evaluable=False),
        Patient(2, False),
    )
    found = decide_followed(TARGET20, Outcomes((patients,)))
    assert (found.numbers["dose"], found.numbers["n"]) == (2, 1)
    assert any("received level 1" in note for note in found.notes)
    assert any("cannot be evaluated" in note for note in found.notes)


def test_modifiers_hold_with_pending_patients() -> None:
    toxic = situation(3, 2, [0.5], level=1)
    waiting = situation(1, 0, [0.5], level=1)
    plain = TiteBoin(doses=3, target=0.3)
    stops = judge_followed(TooToxic(inner=plain, certainty=0.6), toxic)
    assert (int(stops.dose[0]), rule(int(stops.rule[0])).key) == (STOP, "too-toxic.stop")
    assert judge_followed(Titration(inner=plain), waiting).dose[0] == WAIT
    clear = situation(1, 0, [], level=1)
    assert judge_followed(Titration(inner=plain), clear).dose[0] == 2
    # A wait is not ended by a rule on how many were treated; once it is over, that rule holds.
    enough = EnoughAtDose(inner=plain, n=6)
    assert judge_followed(enough, situation(6, 0, [0.5] * 4)).dose[0] == WAIT
    assert judge_followed(enough, situation(6, 2, [0.9])).dose[0] == STOP


def test_it_reads_back_as_itself_and_says_every_problem() -> None:
    design = TiteBoin(doses=4, target=0.25, most_pending=0.4, window=56.0)
    assert read_design(design.spec()) == design
    with pytest.raises(Unusable) as bad:
        read_design({"design": "tite-boin", "doses": 3, "most_pending": 1.5, "window": -1, "target": 0})
    assert {p.place for p in bad.value.problems} == {"$.most_pending", "$.window", "$.target"}
