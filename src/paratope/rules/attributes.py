"""The attributes a filter may ask of an entry, and what kind of value each has.

One table, used by the evaluator, the grammar, the readers of patient records and the manual.
"""

from __future__ import annotations

from typing import NamedTuple


class Attribute(NamedTuple):
    """``type``: "yes/no", "number", "grade word" or "word". ``unit``: of a number. ``reserved``: when it is not
    recorded a person must decide (verdict judgement), rather than a document be fetched (unknown). ``words``:
    the answers a word may have; any other leaves the filter open."""

    type: str
    meaning: str
    unit: str = ""
    reserved: bool = False
    words: tuple[str, ...] = ()


SEVERITIES = ("mild", "moderate", "severe", "life-threatening")
"""The grade words of ``severity``, in order."""

ATTRIBUTES: dict[str, Attribute] = {
    "active": Attribute("yes/no", "not resolved, inactive or in remission; derived from status and end date"),
    "symptomatic": Attribute("yes/no", "causes symptoms now (or did, for an event)"),
    "stable": Attribute("yes/no", "unchanged under observation"),
    "acute": Attribute("yes/no", "acute rather than chronic"),
    "controlled": Attribute("yes/no", "controlled by treatment"),
    "treated": Attribute("yes/no", "has been treated; derived from its treatments when they are recorded"),
    "curative": Attribute("yes/no", "was treated with curative intent"),
    "systemic therapy": Attribute("yes/no", "needs systemic therapy"),
    "stable anticoagulation": Attribute("yes/no", "on a stable anticoagulant"),
    "steroid or enzyme inducer": Attribute(
        "yes/no", "needed a steroid or enzyme-inducing anticonvulsant in the last 14 days"
    ),
    "replacement": Attribute("yes/no", "hormone replacement at a physiological dose"),
    "waived": Attribute("yes/no", "the investigator stated that it poses no safety risk", reserved=True),
    "local palliative": Attribute("yes/no", "limited local palliative treatment"),
    "local anaesthesia": Attribute("yes/no", "done under local anaesthesia"),
    "recovered": Attribute("yes/no", "the patient has recovered from it"),
    "needs intervention": Attribute("yes/no", "needs or needed an intervention", reserved=True),
    "unexplained": Attribute("yes/no", "no cause was found"),
    "severity": Attribute("grade word", "mild, moderate, severe or life-threatening", reserved=True),
    "grade": Attribute("number", "CTCAE grade"),
    "NYHA class": Attribute("number", "New York Heart Association class, 1 to 4"),
    "line": Attribute("number", "line of systemic therapy"),
    "half-life": Attribute("number", "of the longest-lived component", "days"),
    "daily dose": Attribute("number", "of a medicine", "mg/d"),
    "marrow fraction": Attribute("number", "share of the bone marrow in the radiation field", "%"),
    "cells per kg": Attribute(
        "number", "CAR-positive cells per kg body weight of a manufactured product", "/kg"
    ),
    "outcome": Attribute(
        "word",
        "how a therapy or an event ended",
        words=(
            "progression",
            "intolerance",
            "response",
            "complete response",
            "partial response",
            "stable disease",
            "relapse",
            "completed",
            "recovered",
            "not recovered",
            "refused",
        ),
    ),
    "route": Attribute(
        "word",
        "how a medicine is given",
        words=(
            "oral",
            "iv",
            "subcutaneous",
            "intramuscular",
            "inhaled",
            "topical",
            "nasal",
            "ophthalmic",
            "rectal",
            "intrathecal",
            "intra-articular",
        ),
    ),
    "phase": Attribute("word", "of a trial participation", words=("on study", "follow-up", "completed")),
    "release": Attribute("word", "of a manufactured product", words=("released", "out of specification")),
    "extent": Attribute("word", "of the cancer: advanced, locally advanced, metastatic"),
    "confirmed by": Attribute("word", "of the cancer: histology, cytology, bone marrow examination"),
    "status": Attribute("word", "of the cancer: relapsed, refractory"),
    "feature": Attribute(
        "word", "of the cancer: persistent minimal residual disease, extramedullary disease"
    ),
}
