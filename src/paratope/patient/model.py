"""The dated, sourced facts of one person: plain frozen data, whatever document they came from.

Days are proleptic Gregorian ordinals (``datetime.date.toordinal``). Values are in the canonical unit of
their concept (``paratope.terms``), with the printed form kept beside them. Nothing here decides anything.

Every fact has ``source`` (the resource it came from, e.g. ``Observation/obs-04``, or a line of a plain
file), ``when`` (None: undated) and ``text`` (a short human rendering, e.g. ``haemoglobin 58 g/L``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class When:
    """A date as recorded, possibly partial: any day from ``first`` to ``last``, inclusive.

    ``text`` is what was written ("2026-05").
    """

    first: int
    last: int
    text: str


@dataclass(frozen=True, slots=True)
class Interval:
    """A numeric value as known: a point (low == high), or bounds from a comparator (``<0.1``) or a range."""

    low: float
    high: float
    low_open: bool = False
    high_open: bool = False


@dataclass(frozen=True, slots=True)
class Demographic:
    """Sex or date of birth, as a citable fact."""

    source: str
    when: When | None
    text: str


@dataclass(frozen=True, slots=True)
class Measurement:
    """A numeric result: laboratory, vital sign, score, ejection fraction, body weight, viral load."""

    concept: str
    value: Interval | None  # canonical unit of the concept; None when the value cannot be used (see problem)
    source: str
    when: When | None
    text: str
    printed: str  # value and unit as recorded, "5.8 g/dL"
    low: float | None = None  # the laboratory's own reference range, canonical unit
    high: float | None = None
    method: str | None = None  # concept, e.g. "echocardiography"
    condition: str | None = None  # "room air", "supplemental oxygen"
    problem: str | None = None  # why the value does not decide: impossible, wrong dimension, unreadable
    amended: bool = False  # a corrected or amended result


@dataclass(frozen=True, slots=True)
class Result:
    """A qualitative result: HBsAg, HIV antibody, hCG, cytology."""

    concept: str
    value: str  # "positive" | "negative" | "indeterminate"
    source: str
    when: When | None
    text: str
    about: str | None = None  # source of the condition it is about, if any
    problem: str | None = None
    amended: bool = False


@dataclass(frozen=True, slots=True)
class AntigenTest:
    """A test of the tumour for a target antigen."""

    antigen: str  # concept: "BCMA", "HER2"
    method: str | None  # "IHC" | "ISH" | "flow cytometry" | "PET" | None when not stated
    source: str
    when: When | None
    text: str
    value: str | None = None  # "positive" | "negative" | "equivocal"
    score: int | None = None  # IHC score 0..3
    amplified: bool | None = None
    ratio: float | None = None  # HER2/CEP17
    copies: float | None = None  # signals per cell
    percent: Mapping[str, Interval] = field(default_factory=dict)  # "any", "1+", "2+", "3+" -> % of cells
    compartment: str | None = None
    specimen: str | None = None
    problem: str | None = None


AttributeValue: TypeAlias = bool | float | str

TABLE_HALF_LIFE = "half-life of the drug"
"""Attribute of a therapy whose own half-life is not on record: days, of its longest-lived drug, from the terms."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that was, is, or was said not to be: a condition, event, therapy, procedure, medicine,
    vaccine, allergy, transfusion, trial participation, device.

    ``concepts``: the most specific concepts recorded (a combined regimen has several: its drugs, classes).
    ``closure``: those and all their ancestors. ``present`` False: refuted, a stated negative.
    ``start``/``end``: None means not recorded; ``ongoing`` True means it had no end at the extract.
    ``attributes``: named properties, only those recorded (see ``paratope.rules`` for the names): booleans
    such as ``symptomatic``; numbers such as ``grade``, ``half-life`` (days), ``daily dose`` (mg/d), ``line``,
    ``marrow fraction`` (%); words such as ``severity``, ``outcome``, ``route``.
    """

    kind: str  # "condition" | "therapy" | "procedure" | "medicine" | "vaccine" | "allergy" | "trial" | ...
    concepts: frozenset[str]
    closure: frozenset[str]
    source: str
    text: str
    present: bool = True
    start: When | None = None
    end: When | None = None
    ongoing: bool = False
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict)
    targets: frozenset[str] = frozenset()  # antigens a therapy is directed at
    note: str | None = None
    treated: tuple[When, ...] = ()  # dates of its treatments, newest last
    study: str | None = None

    @property
    def when(self) -> When | None:
        """The date to cite: the end of a therapy, else its start."""
        return self.end or self.start


@dataclass(frozen=True, slots=True)
class Cancer:
    """The cancer the studies would treat (not a second malignancy)."""

    concepts: frozenset[str]
    closure: frozenset[str]
    source: str
    text: str
    when: When | None = None  # date of diagnosis
    extent: frozenset[str] = frozenset()  # "advanced", "locally advanced", "metastatic"
    confirmed_by: frozenset[str] = frozenset()  # "histology", "cytology", "bone marrow examination", ...
    status: frozenset[str] = frozenset()  # "relapsed", "refractory"
    features: frozenset[str] = frozenset()  # "persistent minimal residual disease", ...
    supporting: tuple[str, ...] = ()  # sources of the status and feature observations


@dataclass(frozen=True, slots=True)
class Statement:
    """What a person stated and (usually) signed: life expectancy, venous access, contraception, ..."""

    topic: str  # concept
    value: str | float | bool | None  # numbers in the canonical unit of the topic
    source: str
    when: When | None
    text: str
    study: str | None = None  # None: not about one study
    author: str | None = None  # "investigator", "treating physician", ...; None: not recorded
    parts: Mapping[str, str | float | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent to a study."""

    study: str | None
    source: str
    when: When | None
    text: str
    active: bool = True
    signed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """A list somebody went through: what it covers is complete as of its date."""

    covers: str  # "anticancer treatment" | "medicines" | "supportive care" | "allergies"
    source: str
    when: When | None
    text: str


@dataclass(frozen=True, slots=True)
class Lesion:
    """One lesion of an imaging study; sizes in millimetres."""

    source: str
    when: When | None
    text: str
    site: str | None = None
    longest: Interval | None = None
    short_axis: Interval | None = None
    slice_thickness: float | None = None
    kind: str | None = None  # "soft tissue" | "lymph node" | "bone" | None
    modality: str | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Imaging:
    """An imaging study that was reported."""

    modality: str | None
    source: str
    when: When | None
    text: str


@dataclass(frozen=True, slots=True)
class Flag:
    """A yes/no observation that is no disease: childbearing potential, breast-feeding, liver metastases."""

    concept: str
    value: bool
    source: str
    when: When | None
    text: str


@dataclass(frozen=True, slots=True)
class Unused:
    """A resource, or a part of one, that was not understood or not used, and why."""

    resource: str
    why: str


Fact: TypeAlias = (
    Demographic | Measurement | Result | AntigenTest | Entry | Cancer | Statement | Consent | Review
    | Lesion | Imaging | Flag
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Patient:
    """Everything on record about one person, grouped for the evaluator. Build with ``patient.build``."""

    id: str
    sex: str | None  # "male" | "female" | None (not recorded, or other)
    sex_fact: Demographic | None
    born: When | None
    born_fact: Demographic | None
    extracted: int | None  # day the record was taken, if it says
    measurements: Mapping[str, tuple[Measurement, ...]] = field(default_factory=dict)  # newest first
    results: Mapping[str, tuple[Result, ...]] = field(default_factory=dict)  # newest first
    antigens: Mapping[str, tuple[AntigenTest, ...]] = field(default_factory=dict)  # newest first
    entries: tuple[Entry, ...] = ()
    cancers: tuple[Cancer, ...] = ()
    statements: Mapping[str, tuple[Statement, ...]] = field(default_factory=dict)  # newest first
    consents: tuple[Consent, ...] = ()
    reviews: tuple[Review, ...] = ()
    lesions: tuple[Lesion, ...] = ()
    imaging: tuple[Imaging, ...] = ()
    flags: Mapping[str, tuple[Flag, ...]] = field(default_factory=dict)  # newest first
    unused: tuple[Unused, ...] = ()
    present: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict)  # concept in closure -> entries
    absent: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict)  # refuted concept -> entries


Detail: TypeAlias = Any
