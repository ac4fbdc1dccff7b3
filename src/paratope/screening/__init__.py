"""Protocol x patient -> verdicts and cohorts, with reasons."""

from paratope.screening.model import (
    COHORT_WORDS,
    CohortResult,
    CriterionResult,
    Effect,
    Need,
    Screening,
    Status,
    StudyResult,
)
from paratope.screening.plan import NO_PLAN, Plan, read_plan
from paratope.screening.screen import Study, prepare, screen, screen_study

__all__ = [
    "COHORT_WORDS",
    "NO_PLAN",
    "CohortResult",
    "CriterionResult",
    "Effect",
    "Need",
    "Plan",
    "Screening",
    "Status",
    "Study",
    "StudyResult",
    "prepare",
    "read_plan",
    "screen",
    "screen_study",
]
