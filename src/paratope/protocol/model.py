"""The computable study: plain frozen data. What is not published is ``None`` or a ``WithheldItem``, never a guess.

These classes are the format of a protocol file: their field declarations are read by the loader, the
published JSON schema and the reference page. Offsets are characters (Python string indices) of the whole
text file read as UTF-8, the end not included.
"""

# ruff: noqa: RUF009  (every field is declared by a call of `entry`, which returns a dataclass field)

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from paratope.patient.model import When
from paratope.protocol._field import entry
from paratope.protocol.times import Period, Timepoint
from paratope.rules.nodes import Rule, Span
from paratope.rules.policies import DEFAULT_POLICIES, FRESHNESS, Policies

FORMAT = 1
"""The version of the protocol file format this program reads (``paratope: 1``)."""

WITHHELD: Literal["withheld"] = "withheld"
"""Written in place of a part that exists but is not public."""

Section = Literal["inclusion", "exclusion"]
Role = Literal["gate", "cohort", "illustrative"]
Phase = Literal[
    "EARLY_PHASE1", "PHASE1", "PHASE1/PHASE2", "PHASE2", "PHASE2/PHASE3", "PHASE3", "PHASE4", "NA"
]
Status = Literal[
    "NOT_YET_RECRUITING", "RECRUITING", "ENROLLING_BY_INVITATION", "ACTIVE_NOT_RECRUITING", "SUSPENDED",
    "TERMINATED", "COMPLETED", "WITHDRAWN", "UNKNOWN", "AVAILABLE", "NO_LONGER_AVAILABLE",
    "TEMPORARILY_NOT_AVAILABLE", "APPROVED_FOR_MARKETING",
]  # fmt: skip
"""The registry's own words (ClinicalTrials.gov data structure, version 2)."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where in the text of the study something is said."""

    line: int | None = entry("line of the text, counted from 1", None, as_="line")
    span: tuple[int, int] | None = entry("first character and the one after the last", None, as_="span")
    file: str | None = entry("the text, when it is not that of `record`", None)
    about: str | None = entry("what this passage adds, when there are several", None)

    @property
    def start(self) -> int | None:
        """First character."""
        return self.span[0] if self.span else None

    @property
    def end(self) -> int | None:
        """The character after the last."""
        return self.span[1] if self.span else None


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """A passage that can be read in more than one way, and the question that would settle it."""

    about: str = entry("what is unclear")
    readings: tuple[str, ...] = entry("the ways to read it", ())
    used: str | None = entry("the reading used, or what is done until it is settled", None)
    ask: str | None = entry("the question, ready to send", None)
    whom: str = entry("who could answer", "sponsor")


@dataclass(frozen=True, slots=True)
class WithheldItem:
    """Something the public text does not give: what, and who could say."""

    item: str = entry("what is not public")
    ask: str = entry("who could say", "sponsor")
    question: str | None = entry("the question, ready to send", None)
    source: Source | None = entry("the passage that leaves it out", None)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the study is, as its record's structured fields say. Nothing here is used to screen."""

    registry: str | None = entry("registration number", None)
    other_ids: tuple[str, ...] = entry("other numbers", ())
    study_type: str | None = entry("INTERVENTIONAL, EXPANDED_ACCESS, ...", None)
    phase: Phase | None = entry("phase, in the registry's word", None)
    status: Status | None = entry("recruitment status, in the registry's word", None)
    status_date: When | None = entry("the day that status was last confirmed", None)
    sponsor: str | None = entry("lead sponsor, an institution", None)
    sponsor_type: str | None = entry("class of the lead sponsor: OTHER, INDUSTRY, ...", None)
    collaborators: tuple[str, ...] = entry("other institutions", ())
    site: str | None = entry("where it runs", None)
    country: str | None = entry("country", None)
    enrolment: int | None = entry("number of patients planned or enrolled", None)
    enrolment_type: Literal["ESTIMATED", "ACTUAL"] | None = entry("which of the two", None)
    first_posted: When | None = entry("first public on", None)
    updated: When | None = entry("last updated on", None)
    start: When | None = entry("start", None)
    primary_completion: When | None = entry("completion of the primary outcome", None)
    completion: When | None = entry("completion", None)
    allocation: str | None = entry("NA, RANDOMIZED, NON_RANDOMIZED", None)
    model: str | None = entry("SINGLE_GROUP, PARALLEL, SEQUENTIAL, CROSSOVER, FACTORIAL", None)
    masking: str | None = entry("NONE, SINGLE, DOUBLE, ...", None)
    minimum_age: Span | None = entry("the record's lowest age, such as `18 years`", None)
    maximum_age: Span | None = entry("the record's highest age; the whole of that year is included", None)
    sex: Literal["ALL", "FEMALE", "MALE"] | None = entry("the record's sex field", None)
    monitoring_committee: bool | None = entry("whether a data monitoring committee is named", None)


@dataclass(frozen=True, slots=True)
class Claim:
    """What another passage says of a field of this file, so that the two can be compared."""

    field: str = entry("the field, such as `identity.phase`")
    value: str = entry("what the passage says, in the field's own words")
    where: str = entry("which passage")
    source: Source | None = entry("where it stands", None)
    ask: str | None = entry("the question, ready to send", None)


@dataclass(frozen=True, slots=True)
class Product:
    """What is given."""

    name: str = entry("name")
    kind: str | None = entry("CAR-T, in vivo CAR-T, CAR-macrophage, ...", None)
    route: str | None = entry("intravenous, ...", None)
    vector: str | None = entry("how the receptor gets into the cell", None)
    targets: tuple[str, ...] = entry("antigens, concept names", ())
    notes: tuple[str, ...] = entry("anything worth saying", ())


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage of the eligibility text that is no criterion, and why."""

    span: tuple[int, int] = entry("first character and the one after the last", as_="span")
    why: str = entry("what it is: a heading, a repetition, a disclaimer, ...")


@dataclass(frozen=True, slots=True)
class Record:
    """Where the text came from."""

    file: str | None = entry("name of the text file", None)
    rendering: str | None = entry("in what form it was found", None)
    eligibility: tuple[int, int] | None = entry(
        "the eligibility section, as characters of the text", None, as_="span"
    )
    not_criteria: tuple[Passage, ...] = entry("passages of that section that are no criteria", ())
    repairs: tuple[Ambiguity, ...] = entry("what was put right on reading, with the text as it stood", ())
    notes: tuple[str, ...] = entry("anything worth saying", ())


@dataclass(frozen=True, slots=True)
class Cohort:
    """One target cohort: which tumours belong in it."""

    name: str = entry("short name, usually the antigen")
    rule: Rule = entry("who fits, in the rule language", as_="rule")
    target: str | None = entry("antigen, a concept name", None)
    indication: str | None = entry("the disease, in words", None)
    source: Source | None = entry("where it is said", None)
    ambiguities: tuple[Ambiguity, ...] = entry("what is unclear", ())
    notes: tuple[str, ...] = entry("anything worth saying", ())


@dataclass(frozen=True, slots=True)
class Criterion:
    """One inclusion or exclusion criterion. The rule says when its *text* is true of a patient."""

    id: str = entry("its name: letters, digits and dots")
    section: Section = entry("inclusion or exclusion")
    text: str = entry("what it asks, in plain words of one's own")
    rule: Rule = entry("the same, in the rule language", as_="rule")
    role: Role = entry("gate decides; cohort only chooses a cohort; illustrative never decides", "gate")
    cohort: str | None = entry("the cohort it belongs to, when it concerns only one", None)
    source: Source | None = entry("where it is said", None)
    other_sources: tuple[Source, ...] = entry("further passages that say it", ())
    evidence: tuple[str, ...] = entry("documents that answer it", ())
    judgement: bool = entry("reserved to the investigator by its text", False)
    ambiguities: tuple[Ambiguity, ...] = entry("what is unclear", ())
    notes: tuple[str, ...] = entry("anything worth saying", ())


@dataclass(frozen=True, slots=True)
class Dose:
    """One administration of a regimen."""

    day: int = entry("study day")
    amount: float | None = entry("how much; left out when not public", None)
    unit: str | None = entry("its unit, such as `cells` or `CAR+ cells/kg`", None)


@dataclass(frozen=True, slots=True)
class Gate:
    """What must hold before a later dose of a regimen is given. Data that are missing hold the dose."""

    before_day: int = entry("the dose it guards")
    rule: str = entry("the condition, in plain words")
    readings: tuple[str, ...] = entry("the ways to read it", ())
    used: str | None = entry("what is done until it is settled", None)
    ask: str | None = entry("the question, ready to send", None)
    source: Source | None = entry("where it is said", None)


@dataclass(frozen=True, slots=True)
class Regimen:
    """A way of giving the product over time."""

    name: str = entry("short name")
    doses: tuple[Dose, ...] = entry("what is given when")
    gate: Gate | None = entry("the condition for a later dose", None)
    source: Source | None = entry("where it is said", None)
    notes: tuple[str, ...] = entry("anything worth saying", ())


@dataclass(frozen=True, slots=True)
class DoseLevel:
    """One step of the escalation."""

    level: int = entry("1 is the first")
    amount: float = entry("how much")
    unit: str = entry("its unit")
    source: Source | None = entry("where it is said", None)


@dataclass(frozen=True, slots=True)
class Lymphodepletion:
    """What is given to make room for the cells."""

    drugs: tuple[str, ...] = entry("drugs, concept names")
    doses: str | None = entry("doses and days, or `withheld`", None)
    source: Source | None = entry("where it is said", None)
    notes: tuple[str, ...] = entry("anything worth saying", ())


@dataclass(frozen=True, slots=True)
class DltWindow:
    """How long dose-limiting toxicity is looked for."""

    window: Span | Literal["withheld"] | None = entry("its length, such as `28 days`", None)
    from_: str | None = entry("what it is counted from: first dose, last dose, each dose", None, key="from")
    grading: str | None = entry("the grading system, such as CTCAE 5", None)
    definition: str | None = entry("what counts as dose-limiting, in words, or `withheld`", None)
    readings: tuple[str, ...] = entry("the ways to read it", ())
    used: str | None = entry("what is done until it is settled", None)
    ask: str | None = entry("the question, ready to send", None)
    source: Source | None = entry("where it is said", None)
    notes: tuple[str, ...] = entry("anything worth saying", ())


@dataclass(frozen=True, slots=True)
class Escalation:
    """How the dose is raised."""

    design: str | None = entry("3+3, BOIN, ..., or `withheld`", None)
    cohort_size: int | None = entry("patients per step", None)
    stagger: Span | Literal["withheld"] | None = entry("time between patients", None)
    source: Source | None = entry("where it is said", None)
    notes: tuple[str, ...] = entry("anything worth saying", ())


@dataclass(frozen=True, slots=True)
class Visit:
    """A planned visit."""

    at: Timepoint = entry("when, such as `day 28`, `month 3`, `screening`")
    name: str | None = entry("its name", None)
    what: tuple[str, ...] = entry("what is done", ())
    tolerance: Span | Literal["withheld"] | None = entry("days either side, if published", None)
    source: Source | None = entry("where it is said", None)


@dataclass(frozen=True, slots=True)
class Sampling:
    """Something measured at fixed times."""

    what: str = entry("what is measured")
    times: tuple[Timepoint, ...] = entry("when")
    after: str | None = entry("what the times are counted from, such as `each dose`", None)
    specimen: str | None = entry("blood, tumour biopsy, ...", None)
    source: Source | None = entry("where it is said", None)
    notes: tuple[str, ...] = entry("anything worth saying", ())


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An outcome of the study."""

    name: str = entry("what is measured")
    role: Literal["primary", "secondary", "exploratory", "not stated"] = entry("its rank")
    time_frame: str | None = entry("over what time, in words", None)
    times: tuple[Timepoint, ...] = entry("when it is assessed", ())
    definition: str | None = entry("how it is computed, in words", None)
    criteria: str | None = entry("the response or grading criteria, such as RECIST 1.1", None)
    source: Source | None = entry("where it is said", None)
    notes: tuple[str, ...] = entry("anything worth saying", ())


@dataclass(frozen=True, slots=True)
class FollowUp:
    """How long something is watched for."""

    what: str = entry("what is watched")
    until: Period = entry("how long, such as `24 months after the last dose`")
    from_: str | None = entry("when it starts, such as `consent`", None, key="from")
    source: Source | None = entry("where it is said", None)
    notes: tuple[str, ...] = entry("anything worth saying", ())


@dataclass(frozen=True, slots=True)
class Silence:
    """A question such studies usually ask and this text does not. It is shown and neither passes nor fails."""

    topic: str = entry("what is not asked")
    note: str | None = entry("why that matters", None)


@dataclass(frozen=True, slots=True)
class Protocol:
    """One study as a program can run it."""

    paratope: int = entry("version of this format: 1")
    key: str = entry("the study's key: its registration number, or a short name if it has none")
    title: str = entry("what the study is, in words of one's own")
    criteria: tuple[Criterion, ...] = entry("who may take part")
    short: str | None = entry("a short name that may be used in place of the key", None)
    identity: Identity = entry("who the study is", Identity())
    also_says: tuple[Claim, ...] = entry("what other passages say of the same fields", ())
    product: Product | None = entry("what is given", None)
    record: Record = entry("where the text came from", Record())
    withheld: tuple[WithheldItem, ...] = entry("what the public text does not give", ())
    silent_on: tuple[Silence, ...] = entry("usual questions that the text does not ask", ())
    sequence: tuple[str, ...] = entry("the steps in order, such as screening, apheresis, infusion", ())
    cohorts: tuple[Cohort, ...] = entry("target cohorts", ())
    regimens: tuple[Regimen, ...] | Literal["withheld"] = entry("ways of giving the product", ())
    dose_levels: tuple[DoseLevel, ...] | Literal["withheld"] = entry("steps of the escalation", ())
    lymphodepletion: Lymphodepletion | Literal["withheld", "none"] | None = entry("before the cells", None)
    dlt: DltWindow | Literal["withheld"] | None = entry("dose-limiting toxicity", None)
    escalation: Escalation | Literal["withheld"] | None = entry("how the dose is raised", None)
    visits: tuple[Visit, ...] | Literal["withheld"] = entry("planned visits", ())
    samplings: tuple[Sampling, ...] = entry("measurements at fixed times", ())
    endpoints: tuple[Endpoint, ...] = entry("outcomes", ())
    follow_up: tuple[FollowUp, ...] = entry("how long what is watched", ())
    freshness: Mapping[str, int | None] = entry(
        "days a result stays current, by class; null: no limit", FRESHNESS, as_="freshness"
    )
    policies: Policies = entry("house policies this study changes", DEFAULT_POLICIES, as_="policies")
    ambiguities: tuple[Ambiguity, ...] = entry("what is unclear about the study as a whole", ())
    notes: tuple[str, ...] = entry("anything worth saying", ())

    def criterion(self, id: str) -> Criterion | None:
        """The criterion with this id."""
        return next((c for c in self.criteria if c.id == id), None)

    def cohort(self, name: str) -> Cohort | None:
        """The cohort with this name."""
        return next((c for c in self.cohorts if c.name == name), None)
