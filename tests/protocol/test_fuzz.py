"""Whatever stands in a file, loading it ends in a protocol or in problems with places, never in an exception."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from paratope.patient.plain.load import load
from paratope.protocol import read_protocol
from paratope.protocol.lint import lint
from paratope.protocol.patients import read_patients
from paratope.protocol.words import describe

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
TEXT = (EXAMPLES / "cd19.yaml").read_text(encoding="utf-8")
PATIENTS = (EXAMPLES / "cd19.patients.yaml").read_text(encoding="utf-8")
DATA: Any = load(TEXT)[0].data
LITTLE: Any = load(PATIENTS)[0].data

words = st.sampled_from(
    ["", "withheld", "none", "28 days", "2026-02", "I1", "CD19", "day 7", "any stroke", "criterion I1 holds",
     "fits a cohort",
     "haemoglobin >= 9", "[", "\u0000", "名", "1e6", "-1", "gate", "A" * 300]
)  # fmt: skip
values = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-3, 99), st.floats(allow_nan=False, allow_infinity=False), words
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(words, inner, max_size=3)),
    max_leaves=4,
)


def paths(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [here, *(path for key, v in inner for path in paths(v, (*here, key)))]


def changed(data: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    whole = copy.deepcopy(data)
    holder = whole
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    return whole


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(paths(DATA)), values)
def test_any_value_anywhere(path: tuple[Any, ...], value: Any) -> None:
    loaded = read_protocol(json.dumps(changed(DATA, path, value)))
    assert (loaded.protocol is None) == bool(loaded.problems)
    assert all(p.place.startswith("$") and p.message for p in loaded.problems)
    if loaded.protocol is not None:
        lint(loaded.protocol, text=TEXT)
        describe(loaded.protocol)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(paths(LITTLE)), values)
def test_any_value_anywhere_among_the_patients(path: tuple[Any, ...], value: Any) -> None:
    loaded = read_patients(json.dumps(changed(LITTLE, path, value)), protocol=read_protocol(TEXT).protocol)
    assert all(p.place.startswith("$") and p.message for p in loaded.problems)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(TEXT) - 1), st.integers(0, 12), st.text(max_size=6))
def test_any_slip_of_the_pen(at: int, length: int, typed: str) -> None:
    loaded = read_protocol(TEXT[:at] + typed + TEXT[at + length :])
    assert (loaded.protocol is None) == bool(loaded.problems)
    lines = (TEXT[:at] + typed + TEXT[at + length :]).count("\n") + 2
    assert all(p.line is None or 1 <= p.line <= lines for p in loaded.problems)
