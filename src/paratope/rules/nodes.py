"""The rule language: what a rule can say. Frozen nodes, no callables.

Meaning lives in ``evaluate``, the written form in ``written``; each docstring shows the written form.
Names in capitals below are concept names of ``paratope.terms``, written as words (``creatinine clearance``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

# --- parts ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Amount:
    """``90 g/L``, ``18 years``, ``3`` (unit ``""``): a number and its unit as written."""

    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Multiple:
    """``2.5 x ULN``, ``1 x LLN``: a multiple of the laboratory's own limit on that very result."""

    factor: float
    limit: str  # "ULN" | "LLN"


Bound: TypeAlias = Amount | Multiple


@dataclass(frozen=True, slots=True)
class Span:
    """``4 weeks``, ``72 hours``, ``6 months`` (calendar), ``5 half-lives``."""

    count: float
    unit: str  # "hours" | "days" | "weeks" | "months" | "years" | "half-lives"


@dataclass(frozen=True, slots=True)
class Window:
    """When, relative to an anchor.

    Written: ``within 4 weeks before apheresis``; ``within 4 weeks before either of apheresis,
    preconditioning``; ``within the shorter of 2 weeks and 5 half-lives before apheresis``; ``within 2 weeks
    after administration``; ``within 6 months before an unstated date``; ``within an unpublished window
    before administration``; ``since screening``.

    ``spans``: one; two (the shorter of both holds); none when the study does not publish the length, or with
    direction "since". ``anchors``: any of them; "an unstated date" where the text names none: the plausible
    anchors are tried, and if they disagree a person decides.
    """

    spans: tuple[Span, ...]
    direction: str  # "before" | "after" | "since"
    anchors: tuple[str, ...]


ANCHORS = (
    "consent",
    "screening",
    "apheresis",
    "preconditioning",
    "administration",
    "enrolment",
    "last dose",
    "today",  # the as-of date
    "the result",  # the date of the qualifying blood count
    "an unstated date",
)

# --- connectives ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class And:
    """``A and B and C``."""

    items: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """``A or B or C``."""

    items: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """``not A``; of an Any node: ``no CONCEPT ...``."""

    item: Rule


@dataclass(frozen=True, slots=True)
class Unless:
    """``A unless B``: A and not B."""

    item: Rule
    exception: Rule


@dataclass(frozen=True, slots=True)
class AtLeast:
    """``at least 2 of (A; B; C)``."""

    count: int
    items: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Applies:
    """``if P then A``: vacuously true of a patient of whom P is not true (P false); ``not P or A``."""

    population: Rule
    item: Rule


@dataclass(frozen=True, slots=True)
class Readings:
    """``by one reading (A), by another (B)``: an ambiguous text. Agreeing readings decide; if two decided
    readings disagree, a person decides; otherwise unknown."""

    items: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Reflex:
    """``A, tested only if S``: A settled as false by S false when A's own test is missing (HCV RNA is run
    only if the antibody is positive). A's own result, when there is one, always wins, and a conflict with S
    is named."""

    item: Rule
    screen: Rule


# --- numbers -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Compare:
    """``HAEMOGLOBIN >= 90 g/L``; ``each of ALT, AST <= 2.5 x ULN, relaxed to 5 x ULN with (any liver
    metastasis)``; ``SPO2 on room air > 90 %``; ``age at consent between 18 and 75 years`` (both included).

    ``measures``: with several, each must satisfy the comparison. ``op``: one of < <= > >= = between.
    ``upper`` only with between. ``relaxed``: monotone: ``m op bound or (rule and m op looser)``.
    ``condition``: the circumstance the result must have been taken in.
    Derived measures (terms with ``derived: true``) are computed: age at consent, Cockcroft-Gault clearance,
    creatinine clearance, corrected calcium, largest lesion diameter.
    """

    measures: tuple[str, ...]
    op: str
    bound: Bound
    upper: Bound | None = None
    condition: str | None = None
    relaxed: tuple[tuple[Bound, Rule], ...] = ()


@dataclass(frozen=True, slots=True)
class Normal:
    """``each of POTASSIUM, MAGNESIUM within the normal range``; one: ``POTASSIUM within the normal range``."""

    measures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LesionCount:
    """``measurable lesions >= 1``; ``measurable lesions up to 60 mm >= 1`` (RECIST 1.1 measurability)."""

    op: str
    count: int
    up_to: Amount | None = None


@dataclass(frozen=True, slots=True)
class SteroidDose:
    """``prednisone-equivalent dose > 10 mg/d [where (FILTER)] [WINDOW]``: of the systemic glucocorticoids on
    the medicine list that pass the filter and were taken in the window, the summed daily dose."""

    op: str
    bound: Amount
    where: Filter | None = None
    window: Window | None = None


# --- things that were, are, or were not ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Any:
    """``any STROKE, EPILEPSY [where (FILTER)] [WINDOW]``: there is (was) at least one such entry.

    True if some entry certainly fits; false only if each concept was asked about (refuted, covered by a
    reviewed list, or its topic answered) and no entry may fit; else unknown.
    """

    concepts: tuple[str, ...]
    where: Filter | None = None
    window: Window | None = None


@dataclass(frozen=True, slots=True)
class CancerIs:
    """``the cancer is MULTIPLE MYELOMA, B-CELL LYMPHOMA [where (FILTER)]``; ``the cancer is any [where ...]``
    has no concepts. Filter attributes: ``extent``, ``confirmed by``, ``status``, ``feature`` (all sets)."""

    concepts: tuple[str, ...] = ()
    where: Filter | None = None


@dataclass(frozen=True, slots=True)
class ResultIs:
    """``HBSAG is positive``, ``HIV ANTIBODY is negative``."""

    test: str
    value: str  # "positive" | "negative"


@dataclass(frozen=True, slots=True)
class Trait:
    """``the patient is female``: one of male, female, of childbearing potential, pregnant, breast-feeding."""

    name: str


TRAITS = ("male", "female", "of childbearing potential", "pregnant", "breast-feeding")


@dataclass(frozen=True, slots=True)
class FlagIs:
    """``observed LIVER METASTASES``: a yes/no observation is yes."""

    concept: str


# --- the target antigen --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Expresses:
    """``the tumour expresses BCMA``: a current positive test of the tumour, any tissue- or cell-based assay."""

    antigen: str


@dataclass(frozen=True, slots=True)
class Scored:
    """``HER2 scored 2+, 3+ by IHC``: the current IHC score is one of these."""

    antigen: str
    scores: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Amplified:
    """``HER2 amplified by ISH``."""

    antigen: str


@dataclass(frozen=True, slots=True)
class Stained:
    """``PSMA stained 2+ in >= 30 % of cells by IHC``; cumulative: ``PSMA stained at least 2+ in ...``."""

    antigen: str
    intensity: int
    cumulative: bool
    op: str
    percent: float


@dataclass(frozen=True, slots=True)
class HScore:
    """``H-score of HER2 >= 150``: 1 x %1+ + 2 x %2+ + 3 x %3+, 0 to 300."""

    antigen: str
    op: str
    value: float


# --- people: consent, statements, judgement ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ConsentSigned:
    """``consent is signed``: to this study, on or before the as-of date."""


@dataclass(frozen=True, slots=True)
class Stated:
    """``stated VENOUS ACCESS is adequate``; ``stated LIFE EXPECTANCY >= 3 months``; ``stated X is yes``.

    A statement about this study, or about none in particular. No statement: unknown (missing).
    ``value``: a word, or with ``op`` an Amount.
    """

    topic: str
    op: str  # "is" or a comparison
    value: str | Amount


@dataclass(frozen=True, slots=True)
class Judged:
    """``the investigator judges OTHER UNSUITABILITY is present``: as Stated, but it is reserved to a person:
    with no statement the verdict is judgement, never automatic.

    For a topic whose answer is none/absent/no the value ``present`` is false, for any other answer true."""

    topic: str
    value: str


@dataclass(frozen=True, slots=True)
class Withheld:
    """``not in the public record: "washout length before first dose"``: unknown for everyone."""

    what: str


@dataclass(frozen=True, slots=True)
class Unread:
    """``not read: "..."``: words no rule covers; unknown for everyone."""

    words: str


# --- the study and its neighbours ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class InACohort:
    """``fits a cohort``: at least one cohort of this study fits (its own rule)."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """``criterion E1.1 holds``: the text of another criterion of this study is true of the patient."""

    id: str


@dataclass(frozen=True, slots=True)
class NoOtherStudy:
    """``no other study is open to the patient``: from a dated statement and the other studies' verdicts."""


Rule: TypeAlias = (
    And | Or | Not | Unless | AtLeast | Applies | Readings | Reflex | Compare | Normal | LesionCount
    | SteroidDose | Any | CancerIs | ResultIs | Trait | FlagIs | Expresses | Scored | Amplified | Stained
    | HScore | ConsentSigned | Stated | Judged | Withheld | Unread | InACohort | Criterion | NoOtherStudy
)  # fmt: skip

# --- filters: what an entry must be like (only inside ``where (...)``) ----------------------------------


@dataclass(frozen=True, slots=True)
class AllOf:
    """``F and G`` inside a filter."""

    items: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """``F or G`` inside a filter."""

    items: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class But:
    """``not F`` inside a filter."""

    item: Filter


@dataclass(frozen=True, slots=True)
class Yes:
    """``symptomatic``, ``controlled``: a yes/no attribute is yes; the table of attributes has the names."""

    attribute: str


@dataclass(frozen=True, slots=True)
class Holds:
    """``grade >= 3``, ``marrow fraction <= 5 %``, ``severity >= severe`` (an ordinal word)."""

    attribute: str
    op: str
    value: Amount | str


@dataclass(frozen=True, slots=True)
class OneOf:
    """``outcome is progression, intolerance``; ``extent is advanced, metastatic``: any of the words."""

    attribute: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IsA:
    """``kind of BASAL CELL CARCINOMA, CUTANEOUS SQUAMOUS CELL CARCINOMA``: the entry is one of these."""

    concepts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InactiveIn:
    """``inactive within 2 years before enrolment``: the entry was last active before the window began."""

    window: Window


@dataclass(frozen=True, slots=True)
class TreatedIn:
    """``last treated within 8 weeks before today``: the entry's own last treatment falls in the window."""

    window: Window


@dataclass(frozen=True, slots=True)
class Reserved:
    """``in judgement: "severe"``: a person must say whether the entry is so; never automatic."""

    what: str


Filter: TypeAlias = AllOf | AnyOf | But | Yes | Holds | OneOf | IsA | InactiveIn | TreatedIn | Reserved
