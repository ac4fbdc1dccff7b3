"""What screening says: of a patient, per study, per cohort, per criterion."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from paratope.patient.model import Patient
from paratope.protocol.model import Criterion, Protocol
from paratope.rules.evaluate import Context
from paratope.truth import Outcome, Verdict


class Status(Enum):
    """How a patient stands with a study, most decisive first."""

    EXCLUDED = "excluded"
    INCOMPLETE = "incomplete"
    NEEDS_JUDGEMENT = "needs_judgement"
    ELIGIBLE = "eligible"


class Effect(Enum):
    """What a criterion does to the study's answer."""

    PASS = "pass"
    FAIL = "fail"
    OPEN = "open"
    COHORT_ONLY = "cohort_only"
    ILLUSTRATIVE = "illustrative"


COHORT_WORDS = {
    Verdict.MET: "match",
    Verdict.NOT_MET: "no",
    Verdict.UNKNOWN: "unknown",
    Verdict.JUDGEMENT: "judgement",
}


class CriterionResult(NamedTuple):
    """One criterion: the verdict on its text (for an exclusion ``met`` excludes), and its effect."""

    criterion: Criterion
    outcome: Outcome
    verdict: Verdict
    effect: Effect

    @property
    def from_day(self) -> int | None:
        """The day from which a failed window would hold, moving only its anchor; None if no date alone helps."""
        failing = self.effect is Effect.FAIL or (
            self.effect in (Effect.COHORT_ONLY, Effect.ILLUSTRATIVE)
            and self.verdict is (Verdict.MET if self.criterion.section == "exclusion" else Verdict.NOT_MET)
        )
        return self.outcome.flips if failing else None


@dataclass(frozen=True, slots=True)
class CohortResult:
    """One cohort by target: ``word`` is match, no, unknown or judgement. Several may match."""

    name: str
    outcome: Outcome
    word: str


@dataclass(frozen=True, slots=True)
class Need:
    """Something that is missing and would settle criteria: ``what`` is a concept or topic, ``why`` a kind of
    reason (missing, stale, ...), ``criteria`` the ids it would help to decide."""

    what: str
    why: str
    criteria: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StudyResult:
    """A patient against one study. ``context`` is kept so that a derivation can be asked for afterwards."""

    protocol: Protocol
    status: Status
    cohorts: tuple[CohortResult, ...]
    criteria: tuple[CriterionResult, ...]
    needs: tuple[Need, ...]
    context: Context


HOPE = (Status.ELIGIBLE, Status.NEEDS_JUDGEMENT, Status.INCOMPLETE, Status.EXCLUDED)
"""The statuses, most hopeful first."""


@dataclass(frozen=True, slots=True)
class Screening:
    """A patient against every study asked for, as of one day (an ordinal)."""

    patient: Patient
    as_of: int
    presumed_absence: bool
    studies: tuple[StudyResult, ...]

    @property
    def hopeful_first(self) -> tuple[StudyResult, ...]:
        """The studies as a reader wants them: what may be possible before what is not."""
        return tuple(sorted(self.studies, key=lambda s: HOPE.index(s.status)))
