"""What every design must do, whatever its name: one test for all of them, and for modifiers around them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paratope.designs import Truth, Unusable, read_design
from paratope.designs.base import STOP, Design
from paratope.designs.decision import Decision, decide_seen
from paratope.designs.exact import Split, Step, advance, begin
from paratope.designs.fields import Parameter, parameters
from paratope.designs.reasons import rules
from paratope.designs.seen import EFF, TOX, Bools, Seen
from tests.designs.examples import SPECS, examples, missing, specifications
from tests.designs.strategies import modified, situations

EXAMPLES = examples()
MOST = 80
"""Situations per design that are put into words."""

every = pytest.mark.parametrize("design", EXAMPLES.values(), ids=EXAMPLES.keys())


def truths(design: Design) -> tuple[Truth, ...]:
    """A truth under which everything can happen."""
    k = design.doses
    return (Truth((0.4,) * k, (0.3,) * k),)


@cache
def splits(design: Design) -> list[Split]:
    """Every step that can be reached."""
    step = begin(design, truths(design))
    found: list[Split] = []
    while len(going := np.flatnonzero(step.dose != STOP)):
        found.append(advance(design, truths(design), step.take(going)))
        step = found[-1].after
    return found


def reached(design: Design) -> Iterator[Step]:
    """The distinct situations after each cohort."""
    return (split.after for split in splits(design))


@cache
def in_words(design: Design) -> list[tuple[Seen, Decision]]:
    """Some of the situations, spread over the whole study, each with its decision."""
    found = []
    steps = list(reached(design))
    for step in steps:
        for row in range(0, len(step.dose), max(1, len(step.dose) * len(steps) // MOST)):
            seen = step.seen.take(np.array([row]))
            found.append((seen, decide_seen(design, seen)))
    return found


def check_rulings(design: Design, seen: Seen) -> None:
    """What holds of rulings in any situation, also one that the design would never lead to."""
    r = design.next(seen)
    stops = r.dose == STOP
    left = design.max_n - seen.total
    assert r.closed.shape == (len(seen), design.doses)
    assert ((r.dose >= 0) & (r.dose <= design.doses)).all()
    assert (r.size[stops] == 0).all()
    assert (r.size[~stops] >= 1).all()
    assert (r.size[~stops] <= left[~stops]).all()
    assert not r.closed[np.flatnonzero(~stops), r.dose[~stops] - 1].any(), "a closed level is given"
    selected = design.select(seen)
    assert ((selected >= 0) & (selected <= design.doses)).all()
    known = selected > 0
    assert not r.closed[np.flatnonzero(known), selected[known] - 1].any(), "a closed level is selected"


def check_words(seen: Seen, said: Decision) -> None:
    """What holds of a decision in words."""
    assert said.rule in {rule.key for rule in rules()}
    for unfilled in ("{", "}", "None", "nan", "inf "):
        assert unfilled not in said.reason, said.reason
    assert said.reason
    json.dumps(said.numbers, allow_nan=False)
    now = int(seen.dose[0])
    if said.action == "stop":
        assert said.dose is None
        assert said.size == 0
        assert said.selected is not None
        assert said.selected == 0 or said.selected in said.admissible
    else:
        assert said.selected is None
        assert said.dose is not None
        assert said.dose in said.admissible
        sign = {"escalate": 1, "stay": 0, "de-escalate": -1}[said.action]
        assert np.sign(said.dose - now) == sign
        if said.dose != now:
            assert f"level {said.dose}" in said.reason, said.reason


def test_every_name_has_an_example() -> None:
    assert missing() == []


@every
def test_the_first_cohort(design: Design) -> None:
    dose, size = design.first()
    assert 1 <= dose <= design.doses
    assert 1 <= size <= design.max_n
    empty = np.zeros((1, design.doses, len(design.columns)), np.int64)
    said = decide_seen(design, Seen(empty, np.zeros(1, np.int64), empty[:, 0]))
    assert (said.action, said.dose, said.size) == ("start", dose, size)
    assert "{" not in said.reason


@every
def test_closed_levels_are_never_given_and_stay_closed(design: Design) -> None:
    check_paths(design)


def check_paths(design: Design) -> None:
    before: Bools | None = None
    for split in splits(design):
        check_rulings(design, split.after.seen)
        now = design.next(split.after.seen).closed
        if before is not None:
            assert not (before[split.parent] & ~now[split.child]).any()
        before = now[split.after.dose != STOP]


@every
def test_every_decision_is_said(design: Design) -> None:
    for seen, said in in_words(design):
        check_words(seen, said)


@every
def test_every_ending_selects(design: Design) -> None:
    endings = [said for _, said in in_words(design) if said.action == "stop"]
    assert endings
    assert all(said.selected is not None for said in endings)


@every
def test_many_at_once_are_as_one_by_one(design: Design) -> None:
    for step in reached(design):
        seen = step.seen
        together, chosen = design.next(seen), design.select(seen)
        for row in range(0, len(seen), max(1, len(seen) // 20)):
            one = seen.take(np.array([row]))
            alone = design.next(one)
            for many, single in zip(
                (together.dose, together.size, together.rule, together.closed, chosen),
                (alone.dose, alone.size, alone.rule, alone.closed, design.select(one)),
                strict=True,
            ):
                assert many[row].tolist() == single[0].tolist()


def one_more(seen: Seen) -> tuple[Seen, Seen]:
    """The situations in which a patient without anything at the current level could have had a DLT: as they are,
    and with it."""
    here = np.maximum(seen.dose, 1) - 1
    rows = np.arange(len(seen))
    own = seen.counts[rows, here]
    free = own[:, 0] - own[:, TOX]
    if own.shape[1] > EFF:
        free = free - own[:, EFF] + own[:, 3]
    could = np.flatnonzero((free > 0) & (seen.last[:, 0] > seen.last[:, TOX]))
    less = seen.take(could)
    counts, last = less.counts.copy(), less.last.copy()
    counts[np.arange(len(less)), here[could], TOX] += 1
    last[:, TOX] += 1
    return less, Seen(counts, less.dose, last)


def check_monotone(design: Design, seen: Seen) -> None:
    less, more = one_more(seen)
    if not len(less):
        return
    a, b = design.next(less).dose, design.next(more).dose
    going = (a != STOP) & (b != STOP)
    assert (b[going] <= a[going]).all()
    only_more = (a == STOP) & (b != STOP)
    assert (b[only_more] <= less.dose[only_more]).all()


MONOTONE = {name: design for name, design in EXAMPLES.items() if "monotone" in design.promises}


@pytest.mark.parametrize("design", MONOTONE.values(), ids=MONOTONE.keys())
def test_more_toxicity_never_leads_higher(design: Design) -> None:
    for step in reached(design):
        check_monotone(design, step.seen)


@pytest.mark.parametrize("spec", list(specifications()), ids=str)
def test_specifications_are_read_back(spec: dict[str, object]) -> None:
    design = read_design(spec)
    again = read_design(json.loads(json.dumps(design.spec(), allow_nan=False)))
    assert again == design
    assert again.spec() == design.spec()
    assert hash(again) == hash(design)


def wrong_values(parameter: Parameter) -> list[object]:
    kinds: dict[str, list[object]] = {
        "whole": [1.5, "3", True, [1], 10**400, -(10**400), 0.0],
        "number": ["x", True, [0.1], float("nan"), float("inf"), 10**400],
        "flag": [1, "yes", None],
        "choice": ["nonsense", 3],
        "numbers": [0.1, "x", [True], ["x"], [float("nan")], [10**400]],
        "table": [3, "x", [1]],
    }
    beyond = [parameter.low - 1] if parameter.low > -math.inf else []
    beyond += [parameter.high + 1] if parameter.high < math.inf else []
    if parameter.kind == "numbers":
        return [*kinds["numbers"], *([v] for v in beyond)]
    whole = [int(v) for v in beyond] if parameter.kind == "whole" else beyond
    return [*kinds[parameter.kind], *whole]


@pytest.mark.parametrize("name", SPECS)
def test_wrong_values_are_told_with_their_place(name: str) -> None:
    spec = {"design": name, **SPECS[name][0]}
    for field, parameter in parameters(type(read_design(spec))):
        for value in wrong_values(parameter):
            with pytest.raises(Unusable) as caught:
                read_design({**spec, field.name: value})
            places = [p.place for p in caught.value.problems]
            assert any(place.startswith(f"$.{field.name}") for place in places), (field.name, value, places)


@settings(max_examples=250, deadline=None)
@given(st.data())
def test_any_situation_is_decided(data: st.DataObject) -> None:
    """Also situations off the protocol: levels left out, more patients than planned, counts above the maximum."""
    design = data.draw(modified())
    seen = data.draw(situations(design))
    check_rulings(design, seen)
    if seen.total[0]:
        check_words(seen, decide_seen(design, seen))
    if "monotone" in design.promises:
        check_monotone(design, seen)


@pytest.mark.parametrize("name", list(EXAMPLES))
def test_any_situation_is_decided_by_the_examples(name: str) -> None:
    design = EXAMPLES[name]

    @settings(max_examples=25, deadline=None, database=None)
    @given(situations(design))
    def run(seen: Seen) -> None:
        check_rulings(design, seen)
        if seen.total[0]:
            check_words(seen, decide_seen(design, seen))

    run()


@settings(max_examples=60, deadline=None)
@given(modified())
def test_modified_designs_are_read_back(design: Design) -> None:
    assert read_design(json.loads(json.dumps(design.spec()))) == design


@settings(max_examples=40, deadline=None)
@given(modified(most=2).filter(lambda design: design.max_n <= 12))
def test_modified_designs_conform_on_every_path(design: Design) -> None:
    check_paths(design)
