"""Runs a protocol's own little patients and says where a verdict is not the one expected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from paratope.patient.plain import read_plain
from paratope.patient.problems import errors
from paratope.protocol.model import Protocol
from paratope.protocol.patients import LittlePatient
from paratope.screening.model import Screening
from paratope.screening.plan import Plan
from paratope.screening.screen import Study, prepare, screen


@dataclass(frozen=True, slots=True)
class Difference:
    """One verdict that is not the expected one. ``what``: "status", "cohort HER2", "criterion I2"."""

    patient: str
    what: str
    expected: str
    found: str
    place: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A little patient that could not be read."""

    patient: str
    problem: str


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What running the little patients showed. ``run`` counts the patients, ``expectations`` what was held
    against them."""

    run: int
    expectations: int
    differences: tuple[Difference, ...]
    unreadable: tuple[Unreadable, ...]

    @property
    def passed(self) -> bool:
        """Every little patient could be read and came out as expected."""
        return not self.differences and not self.unreadable


def check(
    protocol: Protocol, patients: Sequence[LittlePatient], on_file: Sequence[Study] = ()
) -> CheckReport:
    """Screen each little patient and compare what its author named."""
    study = prepare(protocol)
    differences: list[Difference] = []
    unreadable: list[Unreadable] = []
    expectations = 0
    for little in patients:
        patient, problems = read_plain(dict(little.patient), little.place, little.lines)
        unreadable.extend(Unreadable(little.name, str(problem)) for problem in errors(problems))
        if patient is None:
            continue
        plan = Plan({key: day.first for key, day in little.plan.items()})
        screening = screen(patient, [study], little.as_of.first, plan, on_file=on_file)
        expected, found = _expected(little), _found(screening)
        expectations += len(expected)
        for what, word in expected.items():
            if found.get(what) != word:
                differences.append(
                    Difference(little.name, what, word, found.get(what, "nothing"), little.place)
                )
    return CheckReport(len(patients), expectations, tuple(differences), tuple(unreadable))


def _expected(little: LittlePatient) -> dict[str, str]:
    wanted: dict[str, str] = {f"criterion {id}": word for id, word in little.expect.criteria.items()}
    wanted |= {f"cohort {name}": word for name, word in little.expect.cohorts.items()}
    if little.expect.status is not None:
        wanted["status"] = little.expect.status
    return wanted


def _found(screening: Screening) -> dict[str, str]:
    (result,) = screening.studies
    found = {f"criterion {r.criterion.id}": r.verdict.value for r in result.criteria}
    found.update({f"cohort {c.name}": c.word for c in result.cohorts})
    found["status"] = result.status.value
    return found
