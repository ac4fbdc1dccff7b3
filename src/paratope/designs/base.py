"""What a dose-finding design is: a frozen specification that rules on what has been seen.

Every design, and every modifier wrapped around one, answers the same few questions for many situations at
once (`Seen`): which dose level next, how many patients, by which rule, which levels are closed for good, and,
when the study has ended, which level is selected. One conformance test holds for all of them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from paratope.designs.fields import parameter_problems, parameters, type_problems, whole
from paratope.designs.problems import Problem, refuse
from paratope.designs.reasons import MAXIMUM, declare
from paratope.designs.seen import Bools, Ints, Seen

MOST_PATIENTS = 5_000
"""Patients beyond which a design is refused: its tables alone would take minutes."""
STOP = 0
"""The dose of a ruling that ends the study."""


NOBODY = declare(
    "nobody-counts-there",
    "of the patients at dose level {dose} nobody counts yet: treat there before going higher",
)
OPEN_BELOW = declare(
    "closed.go-below",
    "the level that the rule asks for is closed for good: go to the open level below, {next}",
)
NONE_OPEN = declare(
    "closed.stop", "the level that the rule asks for and all below it are closed for good: stop"
)


@dataclass(frozen=True, slots=True)
class Rulings:
    """One ruling per situation.

    ``dose``: (S,) the next dose level, 1 to K, or ``STOP``. ``size``: (S,) patients in the next cohort.
    ``rule``: (S,) the rule that decided (`reasons.rule`). ``closed``: (S, K) levels that may never be given
    again, in this situation and after it.
    """

    dose: Ints
    size: Ints
    rule: Ints
    closed: Bools


class Design(ABC):
    """A design, plain or wrapped in modifiers. Counts decide; nothing here knows a patient or a clock."""

    name: ClassVar[str]
    title: ClassVar[str]
    source: ClassVar[str]
    columns: ClassVar[tuple[str, ...]] = ("n", "tox")
    """What is counted per dose level: ``n, tox``, then ``eff`` and ``both`` for designs that weigh efficacy."""
    promises: ClassVar[frozenset[str]] = frozenset()
    """Laws that the conformance test holds the design to: ``monotone`` (one DLT more at the current level
    never leads to a higher next level), ``selection-monotone`` (a higher true DLT probability at one level
    never makes that level's selection likelier)."""

    if (
        TYPE_CHECKING
    ):  # plain fields of some designs, passed on by modifiers: a real property would hide the fields

        @property
        def doses(self) -> int:
            """Number of dose levels, K."""

        @property
        def max_n(self) -> int:
            """The most patients that the study may treat."""

        @property
        def target(self) -> float | None:
            """The DLT probability aimed at; None where the design has none."""

    @property
    def uses_last(self) -> bool:
        """Whether the last cohort's own outcomes matter beyond the counts."""
        return False

    @abstractmethod
    def first(self) -> tuple[int, int]:
        """Dose level and size of the first cohort."""

    @abstractmethod
    def judge(self, seen: Seen) -> Rulings:
        """Rule on each situation (at least one patient treated), the maximum of patients set aside."""

    @abstractmethod
    def select(self, seen: Seen) -> Ints:
        """(S,) the dose level selected at the end (MTD or OBD), 0 for none."""

    @abstractmethod
    def numbers(self, seen: Seen) -> dict[str, Any]:
        """The numbers behind the decision in one situation, by name; what a rule's sentence may use."""

    @abstractmethod
    def spec(self) -> dict[str, Any]:
        """The specification as plain data (see `spec.read_design`)."""

    def next(self, seen: Seen) -> Rulings:
        """Rule on each situation, the maximum of patients kept: the last cohort is cut to what is left."""
        return capped(grounded(self.judge(seen), seen), self.max_n - seen.total)

    def barred(self, seen: Seen) -> Bools:
        """(S, K) levels that may not be given now: the closed ones, and any that are too risky for the moment."""
        return self.judge(seen).closed

    def derived(self) -> dict[str, Any]:
        """What follows from the parameters: the value in force of one left out, and numbers a protocol would print."""
        return {}

    def cautions(self, seen: Seen) -> tuple[str, ...]:
        """What a board should know beside the reason, in one situation (or before the first patient)."""
        del seen
        return ()


def grounded(r: Rulings, seen: Seen) -> Rulings:
    """The rulings, kept from what no design may do whatever its rule: go higher while nobody counts at the current
    level (none can be evaluated, or all received another level), and give a level that is closed.
    """
    rows, now = np.arange(len(seen)), np.maximum(seen.dose, 1)
    empty = (seen.n[rows, now - 1] == 0) & (r.dose > now)
    dose, rule = np.where(empty, now, r.dose), np.where(empty, NOBODY, r.rule)
    shut = (dose > STOP) & r.closed[rows, np.maximum(dose, 1) - 1]
    levels = np.arange(1, r.closed.shape[1] + 1)
    below = np.where(~r.closed & (levels <= dose[:, None]), levels, STOP).max(axis=1)
    dose = np.where(shut, below, dose)
    rule = np.where(shut, np.where(below == STOP, NONE_OPEN, OPEN_BELOW), rule)
    return Rulings(dose, np.where(dose == STOP, 0, r.size), rule, r.closed)


def capped(r: Rulings, left: Ints) -> Rulings:
    """The rulings with (S,) patients ``left`` to the maximum: cohorts are cut, and with none left the study ends."""
    full = (r.dose != STOP) & (left <= 0)
    return Rulings(
        np.where(full, STOP, r.dose),
        np.where(full, 0, np.minimum(r.size, np.maximum(left, 0))),
        np.where(full, MAXIMUM, r.rule),
        r.closed,
    )


@dataclass(frozen=True, kw_only=True)
class BaseDesign(Design):
    """The parameters that every design has. Making one with impossible values raises `Unusable`."""

    doses: int = whole("number of dose levels", 1, 20)
    cohort_size: int = whole("patients per cohort", 1, 100, default=3)
    cohorts: int | None = whole("most cohorts; with the cohort size, the most patients", 1, 1_000, default=10)
    start: int = whole("dose level of the first cohort, 1 being the lowest", 1, 20, default=1)

    def __post_init__(self) -> None:
        refuse(self.problems())

    def problems(self) -> Iterator[Problem]:
        """Everything that is wrong with the parameters."""
        yield from parameter_problems(self)
        if not any(list(type_problems(p, getattr(self, f.name), "")) for f, p in parameters(type(self))):
            yield from self.inconsistencies()

    def inconsistencies(self) -> Iterator[Problem]:
        """What is wrong between parameters that are each possible; designs add their own."""
        if self.cohorts is not None and self.cohort_size * self.cohorts > MOST_PATIENTS:
            yield Problem(
                "$.cohorts",
                f"{self.cohorts} cohorts of {self.cohort_size} are more than {MOST_PATIENTS:,} patients: no "
                "dose-finding study",
            )
        if self.start > self.doses:
            yield Problem(
                "$.start", f"dose level {self.start} does not exist: there are {self.doses} dose levels"
            )

    @property
    def max_n(self) -> int:
        assert self.cohorts is not None  # only designs that find their own end may leave it out
        return self.cohort_size * self.cohorts

    def first(self) -> tuple[int, int]:
        return self.start, min(self.cohort_size, self.max_n)

    def spec(self) -> dict[str, Any]:
        said = {f.name: _plain(getattr(self, f.name)) for f, _ in parameters(type(self))}
        return {"design": self.name, **said}

    def numbers(self, seen: Seen) -> dict[str, Any]:
        dose = int(seen.dose[0])
        at = max(dose, 1) - 1
        n, tox = int(seen.n[0, at]), int(seen.tox[0, at])
        return {
            "dose": dose,
            "n": n,
            "tox": tox,
            "rate": tox / n if n else None,
            "total": int(seen.total[0]),
            "max_n": self.max_n,
        }


def _plain(value: Any) -> Any:
    return [_plain(v) for v in value] if isinstance(value, tuple | list) else value
