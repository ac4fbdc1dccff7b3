"""What an evaluation may look at: one patient, one as-of date, one plan, one study."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from paratope.patient.model import Consent, Entry, Patient, When
from paratope.rules.policies import DEFAULT_POLICIES, Policies
from paratope.terms import Catalogue, catalogue
from paratope.truth import Outcome

PLAN_ANCHORS = {
    "consent": "consent",
    "screening": "screening_start",
    "apheresis": "apheresis",
    "preconditioning": "preconditioning",
    "administration": "first_dose",
    "enrolment": "enrolment",
    "last dose": "last_dose",
}
"""Anchor of the rule language -> key of the plan."""


BLOOD_COUNT = ("haemoglobin", "neutrophils", "platelets", "lymphocytes")
"""The measures of the blood count that ``the result`` is the date of."""


class PlannedDate(NamedTuple):
    """A date of the plan, as a citable fact. ``source`` is always ``plan``."""

    what: str
    day: int
    source: str = "plan"

    @property
    def when(self) -> When:
        from datetime import date

        return When(self.day, self.day, date.fromordinal(self.day).isoformat())

    @property
    def text(self) -> str:
        return f"planned {self.what} {self.when.text}"


class Anchor(NamedTuple):
    """The day a window hangs on: any day from ``first`` to ``last`` (None: no end is known)."""

    name: str
    first: int
    last: int | None
    fact: object | None  # the consent or planned date; None when nothing on record fixes it


@dataclass(frozen=True, slots=True)
class OtherStudy:
    """How this patient stands with another study on file: its overall status word."""

    key: str
    status: str


@dataclass(slots=True)
class Context:
    """One evaluation's world. Make one per patient and study; it caches what several criteria share.

    ``plan``: plan key -> day ordinal, for this study. ``presume``: unasked is taken as absent, and said so.
    ``criterion`` and ``cohorts`` let a rule ask this study's other criteria and its cohorts. ``shared`` is
    what the studies of one screening have in common: same patient, same as-of date.
    """

    patient: Patient
    as_of: int
    study: str
    plan: Mapping[str, int] = field(default_factory=dict)
    policies: Policies = DEFAULT_POLICIES
    presume: bool = False
    others: tuple[OtherStudy, ...] | None = None
    criterion: Callable[[str], Outcome] | None = None
    cohorts: Callable[[], tuple[tuple[str, Outcome], ...]] | None = None
    shared: dict[object, object] = field(default_factory=dict)
    terms: Catalogue = field(default_factory=catalogue)
    _anchors: dict[str, Anchor] = field(default_factory=dict)
    memo: dict[object, object] = field(default_factory=dict)

    history: tuple[bool, int | None] = (True, None)

    def __post_init__(self) -> None:
        """``history``: what decides whether somebody looked, as a key for what studies share."""
        self.history = (self.policies.instance_answers_topic, self.policies.freshness.get("history"))

    def consent(self) -> Consent | None:
        """The newest signed consent to this study dated on or before the as-of date."""
        dated = [
            c
            for c in self.patient.consents
            if c.active and c.study == self.study and c.when is not None and c.when.first <= self.as_of
        ]
        return max(dated, key=lambda c: c.when.last if c.when else 0, default=None)

    def anchor(self, name: str) -> Anchor:
        """Where an anchor lies. A signed date beats a planned one; with neither it lies on or after today."""
        found = self._anchors.get(name)
        if found is None:
            found = self._anchors[name] = self._find_anchor(name)
        return found

    def _find_anchor(self, name: str) -> Anchor:
        if name == "today":
            return Anchor(name, self.as_of, self.as_of, None)
        if name == "consent":
            signed = self.consent()
            if signed is not None and signed.when is not None:
                return Anchor(name, signed.when.first, signed.when.last, signed)
        if name == "the result":
            return self._result_anchor()
        key = PLAN_ANCHORS.get(name)
        if key is not None and key in self.plan:
            day = self.plan[key]
            return Anchor(name, day, day, PlannedDate(name, day))
        if name == "enrolment":  # between consent and the first dose, when the plan does not fix it
            consent, dose = self.anchor("consent"), self.anchor("administration")
            if consent.fact is not None and dose.fact is not None and dose.last is not None:
                return Anchor(name, consent.first, max(consent.first, dose.last), dose.fact)
        if name in ("screening", "enrolment"):  # not planned, but it may have begun once consent was signed
            signed = self.consent()
            if signed is not None and signed.when is not None:
                return Anchor(name, min(signed.when.first, self.as_of), None, None)
        return Anchor(name, self.as_of, None, None)

    def _result_anchor(self) -> Anchor:
        """The day of the newest blood count; from the oldest to the newest if its parts are of several days."""
        counts = []
        for concept in BLOOD_COUNT:
            known = [
                m
                for m in self.patient.measurements.get(concept, ())
                if m.when is not None and m.when.first <= self.as_of
            ]
            counts += known[:1]
        days = [m.when for m in counts if m.when is not None]
        if not days:
            return Anchor("the result", self.as_of, None, None)
        return Anchor("the result", min(w.first for w in days), max(w.last for w in days), counts[0])

    def recorded_as(self) -> Mapping[str, list[Entry]]:
        """Present entries by the very concepts they were recorded as."""
        index: dict[str, list[Entry]] | None = self.shared.get("recorded_as")  # type: ignore[assignment]
        if index is None:
            index = {}
            for entry in self.patient.entries:
                if entry.present:
                    for c in entry.concepts:
                        index.setdefault(c, []).append(entry)
            self.shared["recorded_as"] = index
        return index
