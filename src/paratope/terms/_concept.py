"""What a concept is."""

from __future__ import annotations

from dataclasses import dataclass

KINDS = (
    "cancer",
    "condition",
    "procedure",
    "therapy",
    "drug",
    "medicine class",
    "vaccine",
    "device",
    "trial",
    "allergy",
    "supportive",
    "measure",
    "test",
    "antigen",
    "statement",
    "flag",
    "product",
    "specimen",
    "method",
    "site",
)
"""The kinds of concept there are."""

FRESHNESS = (
    "blood",
    "vitals",
    "performance",
    "echo",
    "imaging",
    "serology",
    "pregnancy",
    "antigen",
)
"""The classes for which a study sets how old a result may be."""

RESERVED_WORDS = frozenset(
    {
        "and", "or", "not", "no", "any", "each", "if", "then", "where", "within", "before", "after", "since",
        "unless", "by", "is", "the", "stated", "judges", "relaxed", "tested",
    }
)  # fmt: skip
"""Words of the rule language that no canonical name may contain (nor the words ``at least``)."""


@dataclass(frozen=True, slots=True)
class Concept:
    """One concept. Numbers are in the units said here; ``None`` always means not known or not applicable.

    ``parents``: the next broader concepts, for a regimen followed by its ``components``.
    ``synonyms``: other names, English and Chinese (``zh`` is the usual Chinese name).
    ``codes``: (system, code) pairs, the system as its FHIR address.
    ``unit``: the canonical unit of a measure or of a statement's number; ``""`` for a score.
    ``molar_mass``: g/mol, kept as text so that a conversion with it is exact.
    ``plausible``: the lowest and highest value, in the canonical unit, that the sickest living patient
    could have; a number outside is a slip (a wrong unit, a lost exponent), not a finding.
    ``whole``: the measure takes whole numbers only.
    ``freshness``: the class of results whose permitted age a study sets; ``None``: never too old.
    ``covered_by``: the review of a list (``medicines``, ``allergies``, ...) that proves absence; inherited.
    ``topic``: a question asked at screening: its refutation answers everything narrower.
    ``acute``: an event, dated by its onset, that is not "still active" for want of an end date; inherited.
    ``derived``: computed by the evaluator, never read from a record.
    ``half_life``: terminal elimination half-life in days, of the longest-lived active moiety.
    ``prednisone_5mg``: mg of the drug with the glucocorticoid effect of 5 mg of prednisone.
    ``source``: the label or paper for ``half_life`` and ``prednisone_5mg``.
    ``targets``: the antigens a therapy is directed at.
    ``note``: for the reader of the catalogue.
    """

    name: str
    kind: str
    parents: tuple[str, ...] = ()
    zh: str | None = None
    synonyms: tuple[str, ...] = ()
    codes: tuple[tuple[str, str], ...] = ()
    unit: str | None = None
    molar_mass: str | None = None
    plausible: tuple[float, float] | None = None
    whole: bool = False
    freshness: str | None = None
    covered_by: str | None = None
    topic: bool = False
    acute: bool = False
    derived: bool = False
    half_life: float | None = None
    prednisone_5mg: float | None = None
    source: str | None = None
    targets: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    note: str | None = None
