"""Met, not met, unknown: Kleene's strong three-valued logic, with reasons.

A criterion's *text* is ``TRUE`` of a patient, ``FALSE``, or ``UNKNOWN``. Unknown is not a third kind of
fact but the absence of an answer, so every unknown carries the reasons that keep it open.

Source of the tables: S. C. Kleene, Introduction to Metamathematics (1952), section 64 (strong connectives).
"""

from paratope.truth._kleene import AND, NOT, OR, Truth, at_least
from paratope.truth._outcome import (
    DECIDED_FALSE,
    DECIDED_TRUE,
    JUDGED_KINDS,
    Kind,
    Outcome,
    Reason,
    Verdict,
    distinct,
    unique,
    unknown,
    verdict_of,
)

__all__ = [
    "AND",
    "DECIDED_FALSE",
    "DECIDED_TRUE",
    "JUDGED_KINDS",
    "NOT",
    "OR",
    "Kind",
    "Outcome",
    "Reason",
    "Truth",
    "Verdict",
    "at_least",
    "distinct",
    "unique",
    "unknown",
    "verdict_of",
]
