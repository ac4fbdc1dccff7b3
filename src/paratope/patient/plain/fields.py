"""The plain form as a table: every section and field, what it means, what it holds, an example.

The reader, the JSON schema and the manual page are all made from this one table.
"""

from __future__ import annotations

from typing import NamedTuple

YES_NO = "yes/no"
DATE = "date"
NAME = "name"
NAMES = "names"
QUANTITY = "quantity"
RANGE = "range"
NUMBER = "number"
TEXT = "text"
WORD = "word"
WORDS = "words"
DAILY_DOSE = "daily dose"
CELLS = "cells"
TREATED = "treated"
PARTS = "parts"
ANSWER = "answer"

TYPES: dict[str, str] = {
    YES_NO: "`yes` or `no` (also true, false, 是, 否)",
    DATE: "a day, a month or a year: `2026-06-10`, `2026-06`, `2026`; between two days: `2026-06-01 to 2026-06-10`",
    NAME: "a name from the catalogue, by any of its spellings, English or Chinese",
    NAMES: "one name or a list of names from the catalogue",
    QUANTITY: 'a number with its unit: `118 g/L`, `5.8 g/dL`, `"<20 IU/mL"`, `">= 60 %"`, `60-65 %`',
    RANGE: 'two numbers with their unit, or one limit: `130-175 g/L`, `"<= 40 U/L"`',
    NUMBER: "a number, with the unit named below where it has one",
    TEXT: "any words",
    WORD: "one of the words below",
    WORDS: "one or several of the words below",
    DAILY_DOSE: "an amount per day: `30 mg/d`, `5 mg twice daily`; what is taken less often than daily has none",
    CELLS: "percentages of the tumour cells: `60 %`, or by intensity `{1+: 30 %, 2+: 25 %, 3+: 8 %}`",
    TREATED: "`yes` or `no`, or the date of its treatment, or a list of dates",
    PARTS: "names with a number, a word, or yes or no",
    ANSWER: "a word, a number with its unit, or yes or no",
}
"""What a field of each type may hold, for the manual."""


class Field(NamedTuple):
    """One field. ``kinds``: the kinds of concept a name may be of (empty: any). ``words``: those expected;
    ``closed``: no other word is accepted. ``unit``: of a number. ``aliases``: other names of the field."""

    name: str
    type: str
    meaning: str
    example: str
    required: bool = False
    kinds: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    closed: bool = False
    unit: str = ""
    aliases: tuple[str, ...] = ()


class Section(NamedTuple):
    """One section of the form. ``shape``: "one" mapping, "one or more", a "list" of mappings, "names"
    (a list of names, each possibly a mapping), "by name" (a mapping from names) or "texts"."""

    names: tuple[str, ...]  # the first is the usual one; the others read the same
    shape: str
    meaning: str
    fields: tuple[Field, ...] = ()


CALLED = Field("called", TEXT, "its name as the record has it, shown in place of the catalogue's", "R-DHAP")
NOTE = Field(
    "note", TEXT, "anything a reader should see beside the fact; decides nothing", "seen on two scans"
)
ON = Field("on", DATE, "the day of it", "2026-06-10", aliases=("date",))
PROBLEM = Field(
    "problem",
    TEXT,
    "why the result cannot be used; it is then kept and shown, and decides nothing",
    "haemolysed sample",
)
AMENDED = Field("amended", YES_NO, "the laboratory corrected an earlier report of it", "yes")

ENTRY_KINDS = (
    "cancer", "condition", "procedure", "therapy", "drug", "medicine class", "vaccine", "device", "trial",
    "allergy", "supportive", "product",
)  # fmt: skip
"""Kinds of concept that can be an entry."""

CLASS_KINDS = ("therapy", "medicine class", "procedure", "supportive", "product")
"""Kinds of concept that say what kind of treatment another one is."""

TREATMENT_KINDS = ("therapy", "drug", "medicine class", "procedure", "supportive", "product", "vaccine")

ROUTES = (
    "oral", "iv", "subcutaneous", "intramuscular", "intrathecal", "inhaled", "topical", "nasal", "ophthalmic",
    "intra-articular", "rectal",
)  # fmt: skip

ATTRIBUTE_FIELDS: tuple[Field, ...] = (
    Field("active", YES_NO, "going on; not resolved, inactive or in remission", "yes"),
    Field("symptomatic", YES_NO, "causes symptoms (an event: caused them)", "no"),
    Field("stable", YES_NO, "unchanged under observation", "yes"),
    Field("acute", YES_NO, "acute rather than chronic", "no"),
    Field("controlled", YES_NO, "controlled by treatment", "yes"),
    Field("treated", TREATED, "whether, or when, it was treated", "[2026-01-12, 2026-02-02]"),
    Field("curative", YES_NO, "was treated with curative intent", "yes"),
    Field("systemic therapy", YES_NO, "needs systemic therapy", "no"),
    Field("stable anticoagulation", YES_NO, "on a stable anticoagulant", "yes"),
    Field(
        "steroid or enzyme inducer",
        YES_NO,
        "needed a steroid or an enzyme-inducing anticonvulsant in the last 14 days",
        "no",
    ),
    Field("replacement", YES_NO, "hormone replacement at a physiological dose", "yes"),
    Field("waived", YES_NO, "the investigator stated that it poses no safety risk", "yes"),
    Field("local palliative", YES_NO, "limited local palliative treatment", "yes"),
    Field("local anaesthesia", YES_NO, "done under local anaesthesia", "yes"),
    Field("recovered", YES_NO, "the patient has recovered from it", "yes"),
    Field("needs intervention", YES_NO, "needs or needed an intervention", "no"),
    Field("unexplained", YES_NO, "no cause was found", "no"),
    Field(
        "severity",
        WORD,
        "how severe",
        "moderate",
        words=("mild", "moderate", "severe", "life-threatening"),
        closed=True,
    ),
    Field("grade", NUMBER, "CTCAE grade, 1 to 5", "2"),
    Field("NYHA class", NUMBER, "New York Heart Association class, 1 to 4", "2"),
    Field("line", NUMBER, "line of systemic therapy", "2"),
    Field("half-life", NUMBER, "of the longest-lived component", "5.7 days", unit="d"),
    Field("daily dose", DAILY_DOSE, "of a medicine", "30 mg/d", unit="mg/d"),
    Field("marrow fraction", NUMBER, "share of the bone marrow in the radiation field", "4 %", unit="%"),
    Field(
        "cells per kg",
        NUMBER,
        "CAR-positive cells per kg body weight of a manufactured product",
        "2.5e6 cells/kg",
        unit="cells/kg",
    ),
    Field(
        "outcome",
        WORD,
        "how it ended",
        "progression",
        words=(
            "progression", "intolerance", "response", "stable disease", "completed", "recovered",
            "not recovered", "failed collection",
        ),
    ),
    Field("route", WORD, "how it is given", "oral", words=ROUTES),
    Field(
        "phase",
        WORD,
        "where a trial participation stands",
        "follow-up",
        words=("on study", "follow-up", "completed", "screening", "withdrawn"),
    ),
    Field(
        "release",
        WORD,
        "of a manufactured product",
        "released",
        words=("released", "out of specification"),
    ),
)  # fmt: skip
"""The properties a rule may ask of an entry, by their names in the rule language; `unknown`: not recorded."""

MORE_FIELDS: tuple[Field, ...] = (
    Field("cause", TEXT, "what it is due to", "pembrolizumab"),
    Field("afebrile", YES_NO, "an infection without fever", "yes"),
    Field("uncomplicated", YES_NO, "an infection without complications", "yes"),
)
"""Properties that records hold and a person wants to see; no rule asks for them yet."""

ENTRY_FIELDS: tuple[Field, ...] = (
    Field("is", NAMES, "what it is; several names for one thing with several sides", "pulmonary embolism", True,
          kinds=ENTRY_KINDS),
    CALLED,
    Field("id", TEXT, "a name of your own, for `about` of a test", "E1"),
    Field("on", DATE, "when it happened or began", "2026-02-10", aliases=("date", "from", "since", "onset")),
    Field("to", DATE, "when it ended; `unknown` if it did on no recorded day", "2026-03-01", aliases=("until",)),
    Field("ongoing", YES_NO, "it had not ended when the record was taken", "yes"),
    Field("present", YES_NO, "`no` for something asked about and absent", "no"),
    *ATTRIBUTE_FIELDS,
    *MORE_FIELDS,
    Field("targets", NAMES, "the antigens it is directed at", "[BCMA]", kinds=("antigen",)),
    Field("study", TEXT, "the study it belongs to, by its key", "NCT07409766"),
    Field("kind", WORD, "the kind of entry, where its name does not say", "therapy",
          words=("condition", "therapy", "procedure", "medicine", "vaccine", "allergy", "supportive", "trial",
                 "device", "product")),
    NOTE,
)  # fmt: skip

THERAPY_FIELDS: tuple[Field, ...] = (
    Field("is", NAMES, "the drugs, the regimen or the procedure", "[trastuzumab deruxtecan]", True,
          kinds=TREATMENT_KINDS),
    Field("classes", NAMES, "what kind of treatment it is, where the names do not say", "[antibody-drug conjugate]",
          kinds=CLASS_KINDS, aliases=("class",)),
    Field("from", DATE, "its first day", "2025-03-01", aliases=("since",)),
    Field("to", DATE, "its last day (last dose); `unknown` if it ended on no recorded day", "2026-05-01",
          aliases=("until", "last dose")),
    Field("on", DATE, "its only day", "2024-09-12", aliases=("date",)),
    *(f for f in ENTRY_FIELDS if f.name not in ("is", "on", "to")),
)  # fmt: skip

MEASURE_FIELDS: tuple[Field, ...] = (
    Field("is", NAME, "what was measured", "haemoglobin", True, kinds=("measure",)),
    Field("value", QUANTITY, "the result as printed", "118 g/L", True),
    Field("unit", TEXT, "its unit, where `value` is the bare number", "g/L"),
    Field("range", RANGE, "the laboratory's own reference range for that result", "130-175 g/L"),
    Field("on", DATE, "the day of the sample or examination", "2026-06-10", aliases=("date",)),
    Field("condition", WORD, "the circumstance it was taken in", "room air",
          words=("room air", "supplemental oxygen")),
    Field("method", NAME, "how it was measured", "echocardiography", kinds=("method",)),
    Field("printed", TEXT, "the result as printed, where `value` has been rewritten", "5.8 g/dL"),
    AMENDED,
    PROBLEM,
    NOTE,
)  # fmt: skip

SECTIONS: tuple[Section, ...] = (
    Section(
        ("patient",),
        "one",
        "Who it is. No names: an identifier of your own is enough.",
        (
            Field("id", TEXT, "an identifier of your own, no name", "EXAMPLE-1", True),
            Field("sex", WORD, "as recorded", "female",
                  words=("male", "female", "other", "unknown"), closed=True),
            Field("born", DATE, "date of birth", "1964-06-06", aliases=("birth date", "date of birth")),
            Field("extracted", DATE, "the day the record was taken (a full date)", "2026-06-15"),
        ),
    ),
    Section(
        ("cancer", "cancers"),
        "one or more",
        "The cancer the studies would treat. Another malignancy belongs under `findings`.",
        (
            Field("is", NAMES, "the diagnosis", "gastric adenocarcinoma", True, kinds=("cancer",)),
            Field("extent", WORDS, "how far it has spread", "[advanced, metastatic]",
                  words=("advanced", "locally advanced", "metastatic"), closed=True),
            Field("confirmed by", WORDS, "how the diagnosis was made", "histology",
                  words=("histology", "cytology", "bone marrow examination", "flow cytometry")),
            Field("status", WORDS, "where it stands after treatment", "[relapsed, refractory]",
                  words=("relapsed", "refractory"), closed=True),
            Field("features", WORDS, "other features a study may ask for", "[persistent minimal residual disease]",
                  words=("persistent minimal residual disease", "extramedullary disease",
                         "rapid progression after cell collection"), aliases=("feature",)),
            Field("diagnosed", DATE, "date of diagnosis", "2023-05", aliases=("on", "date")),
            CALLED,
            NOTE,
        ),
    ),
    Section(
        ("labs", "vitals", "scores", "echo", "measures"),
        "list",
        "Numbers: blood, vital signs, performance scores, ejection fraction, weight. The five names read alike.",
        MEASURE_FIELDS,
    ),
    Section(
        ("tests",),
        "list",
        "Results that are positive or negative.",
        (
            Field("is", NAME, "the test", "HBsAg", True, kinds=("test",)),
            Field("result", WORD, "the result", "negative", True,
                  words=("positive", "negative", "indeterminate"), closed=True, aliases=("value",)),
            ON,
            Field("about", TEXT, "the finding it examines, by its name or its `id`", "CNS leukaemia"),
            AMENDED,
            PROBLEM,
            NOTE,
        ),
    ),
    Section(
        ("antigens",),
        "list",
        "Tests of the tumour for a target antigen.",
        (
            Field("is", NAME, "the antigen", "HER2", True, kinds=("antigen",), aliases=("antigen",)),
            Field("by", WORD, "the assay", "IHC", words=("IHC", "ISH", "flow cytometry", "PET"),
                  aliases=("method",)),
            Field("result", WORD, "as reported", "positive",
                  words=("positive", "negative", "equivocal", "amplified", "not amplified"), closed=True),
            Field("score", WORD, "IHC score", "2+", words=("0", "1+", "2+", "3+"), closed=True),
            Field("ratio", NUMBER, "HER2/CEP17 ratio", "2.4"),
            Field("copies", NUMBER, "gene copies per cell", "7.1"),
            Field("cells", CELLS, "which share of the tumour cells stained", "{1+: 30 %, 2+: 25 %, 3+: 8 %}"),
            Field("amplified", YES_NO, "gene amplified, where `result` says something else", "yes"),
            Field("compartment", TEXT, "where the stain was read", "stroma"),
            Field("specimen", TEXT, "what was examined", "tumour biopsy"),
            ON,
            PROBLEM,
            NOTE,
        ),
    ),
    Section(
        ("therapies",),
        "list",
        "Treatments of the cancer: drugs, regimens, radiotherapy, transplants, cell products. One entry each.",
        THERAPY_FIELDS,
    ),
    Section(
        ("medicines",),
        "list",
        "Medicines for anything else. One without `to` is taken to be ongoing.",
        THERAPY_FIELDS,
    ),
    Section(
        ("findings", "procedures", "supportive care", "allergies", "vaccines"),
        "list",
        "Whatever is, was or happened: diseases, events, surgery, vaccines, transfusions, growth factors, allergies, "
        "devices, other trials. The five names read alike.",
        ENTRY_FIELDS,
    ),
    Section(
        ("none of", "absent"),
        "names",
        "Asked about and absent. What is not named here is taken as never asked.",
        (
            Field("is", NAME, "what was asked about", "active infection", True, kinds=ENTRY_KINDS),
            Field("on", DATE, "when it was asked", "2026-06-10", aliases=("date",)),
            NOTE,
        ),
    ),
    Section(
        ("reviewed",),
        "names",
        "Lists somebody went through and found complete: what is not on them is absent.",
        (
            Field("is", WORD, "the list", "medicines", True,
                  words=("anticancer treatment", "medicines", "supportive care", "allergies"), closed=True,
                  aliases=("covers",)),
            Field("on", DATE, "when", "2026-06-10", aliases=("date",)),
        ),
    ),
    Section(
        ("lesions",),
        "list",
        "Lesions measured on imaging, one by one.",
        (
            Field("site", TEXT, "where", "liver"),
            Field("longest", QUANTITY, "longest diameter", "72 mm", unit="mm", aliases=("longest diameter",)),
            Field("short axis", QUANTITY, "short axis, of a lymph node", "18 mm", unit="mm"),
            Field("slice thickness", NUMBER, "of the scan", "5 mm", unit="mm"),
            Field("kind", WORD, "what it is", "soft tissue", words=("soft tissue", "lymph node", "bone"),
                  closed=True),
            Field("modality", TEXT, "the imaging", "CT"),
            ON,
            PROBLEM,
            NOTE,
        ),
    ),
    Section(
        ("imaging",),
        "list",
        "Imaging studies that were done and reported.",
        (
            Field("is", TEXT, "the imaging", "CT", aliases=("modality",)),
            ON,
            NOTE,
        ),
    ),
    Section(
        ("flags",),
        "by name",
        "Yes-or-no observations that are no disease: `liver metastases`, `childbearing potential`, `breast-feeding`.",
        (
            Field("value", YES_NO, "yes or no", "no", True),
            Field("on", DATE, "when", "2026-06-07", aliases=("date",)),
        ),
    ),
    Section(
        ("statements",),
        "list",
        "What a person stated and signed.",
        (
            Field("about", NAME, "the topic", "life expectancy", True, kinds=("statement",)),
            Field("value", ANSWER, "what was stated", "52 weeks"),
            Field("by", TEXT, "who stated it, by role", "investigator", aliases=("author",)),
            Field("on", DATE, "when", "2026-06-10", aliases=("date",)),
            Field("study", TEXT, "the study it is about, by its key; none if it is about no particular one",
                  "NCT07409766"),
            Field("parts", PARTS, "further answers on the same form", "{gamete donation forgone: yes}"),
            NOTE,
        ),
    ),
    Section(
        ("consents",),
        "list",
        "Signed consents.",
        (
            Field("study", TEXT, "the study, by its key", "NCT07409766"),
            Field("on", DATE, "the day it was signed", "2026-06-08", aliases=("date",)),
            Field("by", TEXT, "who signed, by role", "patient", aliases=("signed by",)),
            Field("active", YES_NO, "`no` once it was withdrawn", "yes"),
            NOTE,
        ),
    ),
    Section(
        ("notes",),
        "texts",
        "Anything else worth keeping beside the record. Shown as not used by any criterion.",
    ),
)  # fmt: skip
"""Every section, in the order of the form."""
