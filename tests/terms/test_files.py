"""Reading the data files: the format's mistakes are named with file and place."""

from __future__ import annotations

import pytest

from paratope.terms._read import concepts_of

FAULTS = [
    ("", "trial.yaml"),
    ("- a list", "expected a mapping"),
    ("kind: drug", "expected `kind` and `concepts`"),
    ("kind: drug\nconcepts:\n  a: {weight: 3}", "trial.yaml, a: unknown field 'weight'"),
    ("kind: drug\nconcepts:\n  a: {}\n  a: {}", "line 4: 'a' is there twice"),
    ("kind: drug\nconcepts:\n  a: &x {}\n  b: *x", "anchors are not used"),
    ("kind: drug\nconcepts:\n  a: text", "expected fields"),
    ("kind: drug\nconcepts:\n  a: {topic: maybe}", "expected yes or no"),
    ("kind: drug\nconcepts:\n  a: {half-life: long}", "long"),
    ("kind: drug\nconcepts:\n  a: {also: {b: c}}", "expected texts"),
    ("kind: drug\nconcepts:\n  a: {plausible: [1]}", "a:"),
    ("kind: drug\nconcepts:\n  a: {is: [", "trial.yaml"),
]


@pytest.mark.parametrize(("text", "message"), FAULTS)
def test_a_fault_is_named(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=r"trial\.yaml") as caught:
        concepts_of(text, "trial.yaml")
    assert message in str(caught.value)


def test_texts_stay_texts() -> None:
    part = concepts_of(
        "kind: vaccine\nambiguous: [NO]\nconcepts:\n  NO: {cvx: 03, also: [1e3, yes]}\n  b:", "trial.yaml"
    )
    first, second = part.concepts
    assert first.name == "NO"
    assert first.codes == (("http://hl7.org/fhir/sid/cvx", "03"),)
    assert first.synonyms == ("1e3", "yes")
    assert second.parents == ()
    assert part.shared == ("NO",)


def test_components_are_also_parents() -> None:
    part = concepts_of("kind: therapy\nconcepts:\n  ab: {is: c, components: [a, b]}", "trial.yaml")
    assert part.concepts[0].parents == ("c", "a", "b")
    assert part.concepts[0].components == ("a", "b")
