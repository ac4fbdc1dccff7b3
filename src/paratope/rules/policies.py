"""What the texts leave open and somebody must fix: visible in every report, changeable in a protocol file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

FRESHNESS: Mapping[str, int | None] = {
    "blood": 28,
    "vitals": 28,
    "performance": 28,
    "pregnancy": 28,
    "echo": 90,
    "imaging": 90,
    "serology": None,
    "antigen": None,
    "history": 90,
    "statement": 90,
}
"""Days a result stays current before the as-of date, by class; None: no limit. House policy, no study says.
``history``: a dated denial ("no stroke") or a list gone through; ``statement``: what a person stated or judged.
An undated denial or list is taken as made for this screening."""

HBV_COPIES_PER_IU = (3.41, 5.82)
"""Copies of HBV DNA per international unit: lowest and highest of the assays found (Abbott AccuGene 3.41,
Sansure 5.6, Roche TaqMan 5.82)."""


@dataclass(frozen=True, slots=True)
class Policies:
    """The house policies a protocol may change.

    ``freshness``: days by class, None for no limit. ``instance_answers_topic``: a topic with a recorded
    instance (an excised basal cell carcinoma under "other malignancy") counts as asked, so that nothing
    else on that topic is taken as unasked. ``copies_per_iu``: the range of assays for HBV DNA.
    ``half_lives_from_table``: where the record gives no half-life, that of the drug in the table of terms counts, and
    the verdict says so. Off: a half-life that is not documented is unknown, and the table's value is only shown.
    """

    freshness: Mapping[str, int | None] = field(default_factory=lambda: dict(FRESHNESS))
    instance_answers_topic: bool = True
    copies_per_iu: tuple[float, float] = HBV_COPIES_PER_IU
    half_lives_from_table: bool = False


DEFAULT_POLICIES = Policies()
