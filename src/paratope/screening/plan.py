"""The trial plan: dates that are no part of the patient's record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from paratope.patient.problems import Problem

KEYS = ("consent", "screening_start", "apheresis", "preconditioning", "first_dose", "last_dose", "enrolment")
"""What a plan may date. Each value is a date, or an object of dates by study key."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Planned dates (ordinals): for every study (``common``) and for single ones (``by_study``), by key."""

    common: Mapping[str, int] = field(default_factory=dict)
    by_study: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def of(self, study: str) -> dict[str, int]:
        """The dates that hold for one study."""
        return {**self.common, **self.by_study.get(study, {})}


NO_PLAN = Plan()


def _day(value: object) -> int | None:
    if isinstance(value, date):
        return date(value.year, value.month, value.day).toordinal()
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value.strip()).date().toordinal()
        except ValueError:
            return None
    return None


def read_plan(data: object) -> tuple[Plan, tuple[Problem, ...]]:
    """A plan from a JSON or YAML object; all its errors at once, each with its place."""
    if data is None:
        return NO_PLAN, ()
    if not isinstance(data, Mapping):
        return NO_PLAN, (Problem("$", 'a plan is an object of dates, such as {"consent": "2026-06-08"}'),)
    problems: list[Problem] = []
    common: dict[str, int] = {}
    by_study: dict[str, dict[str, int]] = {}
    for key, value in data.items():
        if key not in KEYS:
            problems.append(Problem(f"$.{key}", f"unknown date; a plan may give {', '.join(KEYS)}"))
        elif isinstance(value, Mapping):
            for study, dated in value.items():
                day = _day(dated)
                if day is None:
                    problems.append(
                        Problem(f"$.{key}.{study}", f"expected a date like 2026-06-08, found {dated!r}")
                    )
                else:
                    by_study.setdefault(str(study), {})[key] = day
        else:
            day = _day(value)
            if day is None:
                problems.append(Problem(f"$.{key}", f"expected a date like 2026-06-08, found {value!r}"))
            else:
                common[key] = day
    return Plan(common, by_study), tuple(problems)
