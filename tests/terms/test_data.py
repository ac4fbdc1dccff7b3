"""The data files keep the catalogue's rules."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from paratope.terms import KINDS, RESERVED_WORDS, Concept, catalogue, key
from paratope.terms._concept import FRESHNESS
from paratope.units import convert, parse_unit

CONCEPTS = tuple(catalogue())
# Names that contain a word of the rule language on purpose; the language takes the longest name it knows
NAMED_LIKE_A_RULE: set[str] = set()
REVIEWS = {"anticancer treatment", "medicines", "supportive care", "allergies"}

CODE_SHAPES = {
    "http://snomed.info/sct": r"[1-9]\d{5,17}",
    "http://loinc.org": r"\d{1,5}-\d",
    "http://hl7.org/fhir/sid/icd-10": r"[A-Z]\d[0-9A-Z](\.\d{1,2})?",
    "http://www.nlm.nih.gov/research/umls/rxnorm": r"[1-9]\d{1,6}",
    "http://hl7.org/fhir/sid/cvx": r"\d{2,3}",
    "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl": r"C\d{3,6}",
    "http://terminology.hl7.org/CodeSystem/icd-o-3": r"\d{4}/[0-9]",
}


def verhoeff(number: str) -> bool:
    """Whether the last digit is right, by Verhoeff's dihedral check (SNOMED CT identifiers, RF2 guide 6)."""
    d = [[(i + j) % 5 if j < 5 else 5 + (i + j) % 5 for j in range(10)] for i in range(5)]
    d += [[5 + (i - j) % 5 if j < 5 else (i - j) % 5 for j in range(10)] for i in range(5, 10)]
    permutation = [list(range(10)), [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]]
    for _ in range(6):
        permutation.append([permutation[1][n] for n in permutation[-1]])
    check = 0
    for i, digit in enumerate(reversed(number)):
        check = d[check][permutation[i % 8][int(digit)]]
    return check == 0


def luhn(code: str) -> bool:
    """Whether the digit after the hyphen is right (LOINC: mod 10, Luhn)."""
    total = 0
    for i, digit in enumerate(reversed(code.replace("-", ""))):
        n = int(digit) * (1 + i % 2)
        total += n - 9 if n > 9 else n
    return total % 10 == 0


def test_the_checks_know_a_right_number_from_a_wrong_one() -> None:
    assert verhoeff("109989006")
    assert not verhoeff("109989007")
    assert not verhoeff("109998006")
    assert luhn("718-7")
    assert not luhn("718-6")


@pytest.mark.parametrize("concept", CONCEPTS, ids=lambda c: c.name)
def test_concept(concept: Concept) -> None:
    known = catalogue()
    assert concept.kind in KINDS
    words = re.split(r"[ /-]", concept.name)
    if concept.name not in NAMED_LIKE_A_RULE:
        assert not RESERVED_WORDS & {w.lower() for w in words}
        assert "at least" not in concept.name
    assert not re.search(r"[,;:()\"'\[\]{}<>=]", concept.name)
    assert concept.name == " ".join(concept.name.split())
    for parent in concept.parents:
        assert parent in known
    assert concept.name not in known.closure(concept.parents), "is its own ancestor"
    assert len(set(concept.parents)) == len(concept.parents)
    assert set(concept.components) <= set(concept.parents)
    for target in concept.targets:
        target_concept = known.get(target)
        assert target_concept is not None
        assert target_concept.kind == "antigen"
    assert concept.freshness in (None, *FRESHNESS)
    assert concept.covered_by in (None, *REVIEWS)


@pytest.mark.parametrize("concept", [c for c in CONCEPTS if c.codes], ids=lambda c: c.name)
def test_codes_are_well_formed(concept: Concept) -> None:
    assert len(set(concept.codes)) == len(concept.codes)
    for system, code in concept.codes:
        assert re.fullmatch(CODE_SHAPES[system], code), code
        if system == "http://snomed.info/sct":
            assert verhoeff(code), f"{code}: wrong check digit"
        if system == "http://loinc.org":
            assert luhn(code), f"{code}: wrong check digit"


def test_a_code_stands_for_one_concept() -> None:
    seen = Counter(pair for concept in CONCEPTS for pair in concept.codes)
    assert [pair for pair, times in seen.items() if times > 1] == []


def test_names_and_synonyms_are_unambiguous_unless_said_so() -> None:
    found = catalogue()
    clashes = {
        text: found.find_all(text)
        for concept in CONCEPTS
        for text in (concept.name, concept.zh or concept.name, *concept.synonyms)
        if len(found.find_all(text)) > 1
    }
    assert {text: names for text, names in clashes.items() if key(text) not in found.ambiguous} == {}
    assert {key(text) for text in clashes} == found.ambiguous, "declared ambiguous, but it is not"


def test_synonyms_are_not_repeated() -> None:
    repeated = []
    for concept in CONCEPTS:
        texts = (concept.name, *([concept.zh] if concept.zh else []), *concept.synonyms)
        assert all(map(key, texts)), concept.name
        repeated += [text for text, n in Counter(map(key, texts)).items() if n > 1]
    assert repeated == []


def test_a_bare_number_is_no_name() -> None:
    assert [t for c in CONCEPTS for t in (c.name, *c.synonyms) if key(t).isdigit()] == []


@pytest.mark.parametrize("concept", [c for c in CONCEPTS if c.kind == "measure"], ids=lambda c: c.name)
def test_measure(concept: Concept) -> None:
    assert concept.unit is not None
    assert parse_unit(concept.unit) is not None
    if concept.name != "age at consent":
        assert concept.plausible is not None
        low, high = concept.plausible
        assert low < high
    if concept.molar_mass is not None:
        assert convert(1, "mg/dL", concept.unit, concept.molar_mass) is not None
        assert convert(1, "mmol/L", concept.unit, concept.molar_mass) is not None


def test_only_measures_have_what_belongs_to_numbers() -> None:
    others = [c for c in CONCEPTS if c.kind != "measure"]
    assert [c.name for c in others if c.molar_mass is not None or c.derived or c.whole] == []
    wordy = [c for c in others if c.kind != "statement"]
    assert [c.name for c in wordy if c.unit is not None or c.plausible is not None] == []


def test_units_of_statements() -> None:
    for concept in CONCEPTS:
        if concept.kind == "statement" and concept.unit is not None:
            assert parse_unit(concept.unit) is not None


@pytest.mark.parametrize(
    "concept",
    [c for c in CONCEPTS if c.half_life is not None or c.prednisone_5mg is not None],
    ids=lambda c: c.name,
)
def test_drug_numbers_have_a_source(concept: Concept) -> None:
    assert concept.kind == "drug" or concept.components
    assert concept.source
    if concept.half_life is not None:
        assert 0 < concept.half_life < 200
    if concept.prednisone_5mg is not None:
        assert catalogue().is_a(concept.name, "glucocorticoid")


def test_a_source_is_given_only_where_there_is_something_to_source() -> None:
    assert [c.name for c in CONCEPTS if c.source and c.half_life is None and c.prednisone_5mg is None] == []


def test_drugs_and_regimens_are_placed() -> None:
    found = catalogue()
    roots = ("anticancer treatment", "medicine", "supportive care")
    assert [
        c.name for c in CONCEPTS if c.kind == "drug" and not any(found.is_a(c.name, r) for r in roots)
    ] == []
    for concept in CONCEPTS:
        for component in concept.components:
            part = found.get(component)
            assert part is not None
            assert part.kind in ("drug", "therapy"), (concept.name, component)


def test_every_treatment_is_covered_by_a_review() -> None:
    kinds = ("drug", "therapy", "medicine class", "supportive", "allergy")
    assert [c.name for c in CONCEPTS if c.kind in kinds and c.covered_by is None] == []


def test_prednisone_equivalents() -> None:
    """FDA label of prednisolone tablets: 5 mg prednisolone = prednisone 5, methylprednisolone 4, triamcinolone 4,
    hydrocortisone 20, cortisone 25, dexamethasone 0.75, betamethasone 0.75."""
    expected = {
        "prednisone": 5.0,
        "prednisolone": 5.0,
        "methylprednisolone": 4.0,
        "triamcinolone": 4.0,
        "hydrocortisone": 20.0,
        "cortisone": 25.0,
        "dexamethasone": 0.75,
        "betamethasone": 0.75,
    }
    have = {c.name: c.prednisone_5mg for c in CONCEPTS if c.prednisone_5mg is not None}
    assert {name: have.get(name) for name in expected} == expected
