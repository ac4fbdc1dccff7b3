"""What happened to the patients treated so far, as people write it: ``1NNN 2NTT``, counts, or dated rows.

Nothing is dropped in silence: patients still in their DLT window, patients that cannot be evaluated, replaced
ones, and those given another dose level than assigned are kept, counted as said here, and listed in `notes`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from paratope.designs.problems import Problem, refuse
from paratope.designs.seen import Seen

LETTERS = {
    "N": (False, False),
    "T": (True, False),
    "E": (False, True),
    "B": (True, True),
}
"""Outcome letters: DLT, response. ``?`` is pending, ``X`` cannot be evaluated.

Source: Brock et al., R packages trialr and escalation, outcome strings (N neither, T toxicity, E efficacy,
B both).
"""


@dataclass(frozen=True, slots=True)
class Patient:
    """One patient treated.

    ``assigned``: the dose level assigned; ``received``: the level given (the same unless said). ``tox``: DLT, or
    None while the DLT window is open. ``eff``: response, or None while not known. ``evaluable``: whether the
    patient counts at all; one who does not is to be replaced. ``id``: how the rows call them. ``followed``: the
    part of the DLT window that was observed, 0 to 1 (with DLT, the part at which it came); None where nobody said.
    ``replaces``: the id of the patient whose place they took.
    """

    assigned: int
    tox: bool | None
    eff: bool | None = None
    received: int | None = None
    evaluable: bool = True
    id: str = ""
    followed: float | None = None
    replaces: str | None = None

    @property
    def dose(self) -> int:
        """The level at which the patient counts: the one received. Leaving out patients off their dose biases the
        MTD (Devlin, Iasonos, O'Quigley, J R Stat Soc C 2021; Bagley & Wages 2022)."""
        return self.assigned if self.received is None else self.received

    @property
    def part(self) -> float:
        """The part of the DLT window that was observed; nothing of it for a pending patient of whom nobody said."""
        if self.followed is None:
            return 0.0 if self.tox is None else 1.0
        return self.followed

    @property
    def pending(self) -> bool:
        """Whether it is still open whether there will be a DLT."""
        return self.evaluable and self.tox is None

    def letter(self, efficacy: bool) -> str:
        """The outcome as a letter (`LETTERS`)."""
        if not self.evaluable:
            return "X"
        if self.awaited(efficacy):
            return "?"
        seen = (bool(self.tox), efficacy and bool(self.eff))
        return next(letter for letter, outcome in LETTERS.items() if outcome == seen)

    def awaited(self, efficacy: bool) -> bool:
        """Whether anything that decides is still open: DLT, and with ``efficacy`` response too."""
        return self.evaluable and (self.tox is None or (efficacy and self.eff is None))


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Cohorts in the order of treatment."""

    cohorts: tuple[tuple[Patient, ...], ...]

    @property
    def patients(self) -> tuple[Patient, ...]:
        """All patients in order."""
        return tuple(p for c in self.cohorts for p in c)

    @property
    def pending(self) -> tuple[Patient, ...]:
        """Patients of whom it is still open whether there will be a DLT."""
        return tuple(p for p in self.patients if p.pending)

    def awaited(self, columns: Sequence[str]) -> tuple[Patient, ...]:
        """Patients of whom anything that these columns count is still open."""
        return tuple(p for p in self.patients if p.awaited("eff" in columns))

    def seen(self, doses: int, columns: Sequence[str] = ("n", "tox")) -> Seen:
        """The counts that a design looks at: evaluable patients with a known outcome, at the level received.

        Raises `Unusable` where a patient was assigned, or received, a level that does not exist.
        """
        refuse(self._level_problems(doses))
        width = len(columns)
        counts = np.zeros((1, doses, width), np.int64)
        last = np.zeros((1, width), np.int64)
        for cohort in self.cohorts:
            own = np.zeros((1, width), np.int64)
            for p in cohort:
                if p.evaluable and not p.awaited("eff" in columns):
                    mark = np.array([1, p.tox, bool(p.eff), bool(p.tox and p.eff)][:width], np.int64)
                    counts[0, p.dose - 1] += mark
                    own[0] += mark
            if own[0, 0]:
                last = own
        return Seen(counts, np.array([self.current], np.int64), last)

    @property
    def current(self) -> int:
        """The level at which the study is, 0 before the first patient: the one assigned to the last cohort, or, where
        nobody of it who counts received that level, the lowest that they did receive.
        """
        if not self.cohorts or not self.cohorts[-1]:
            return 0
        assigned = self.cohorts[-1][-1].assigned
        given = [p.dose for p in self.cohorts[-1] if p.evaluable]
        return assigned if assigned in given or not given else min(given)

    def written(self, columns: Sequence[str] = ("n", "tox")) -> str:
        """As people write them, ``1NNN 2NT?``, by the level received (``2T+1N`` where a cohort's differ): what is still
        awaited for these columns is ``?``.
        """
        efficacy = "eff" in columns
        return " ".join(
            "+".join(
                f"{dose}{''.join(p.letter(efficacy) for p in run)}"
                for dose, run in groupby(c, lambda p: p.dose)
            )
            for c in self.cohorts
            if c
        )

    def _level_problems(self, doses: int) -> Iterator[Problem]:
        for i, p in enumerate(self.patients, 1):
            for word, level in (("assigned", p.assigned), ("received", p.dose)):
                if not 1 <= level <= doses and (word == "assigned" or p.received is not None):
                    yield Problem(
                        f"patient {p.id or i}",
                        f"{word} dose level {level}, which does not exist: there are {doses}",
                    )

    def notes(self, columns: Sequence[str] = ("n", "tox")) -> tuple[str, ...]:
        """Everything about the patients that the counts of these columns hide."""
        said = []
        for i, p in enumerate(self.patients, 1):
            who = f"patient {p.id or i}"
            if p.received is not None and p.received != p.assigned:
                said.append(
                    f"{who} was assigned level {p.assigned} and received level {p.received}: counted at level "
                    f"{p.received}"
                )
            if not p.evaluable:
                said.append(f"{who} at level {p.dose} cannot be evaluated: not counted, to be replaced")
            elif p.tox is None:
                said.append(
                    f"{who} at level {p.dose} is still in the DLT window, followed for {p.part:.0%} of it: outcome "
                    "pending"
                )
            elif p.awaited("eff" in columns):
                dlt = "had a DLT" if p.tox else "had no DLT"
                said.append(f"{who} at level {p.dose} {dlt}; whether there is a response is not known yet")
            if p.replaces:
                said.append(f"{who} replaces patient {p.replaces}")
        return tuple(said)


_COHORT = re.compile(r"([0-9]{1,4})([A-Za-z?]+)")


def parse_outcomes(text: str, doses: int, efficacy: bool = False) -> Outcomes:
    """Read ``1NNN 2NTT``: per cohort its dose level and one letter per patient.

    ``N`` no DLT, ``T`` DLT, ``?`` still in the window, ``X`` cannot be evaluated; with ``efficacy`` also ``E``
    response without DLT and ``B`` both. Raises `Unusable` with every problem and its place.
    """
    cohorts: list[tuple[Patient, ...]] = []
    problems: list[Problem] = []
    for i, word in enumerate(text.split(), 1):
        place = f"cohort {i} ({word!r})"
        found = _COHORT.fullmatch(word)
        if not found:
            problems.append(
                Problem(place, "expected a dose level and a letter for each patient, such as 2NNT")
            )
            continue
        dose = int(found[1])
        if not 1 <= dose <= doses:
            problems.append(Problem(place, f"dose level {dose} does not exist: there are {doses}"))
        problems += _letter_problems(found[2], place, efficacy)
        if not problems:
            cohorts.append(tuple(_patient(dose, letter.upper(), efficacy) for letter in found[2]))
    refuse(problems)
    return Outcomes(tuple(cohorts))


def _letter_problems(letters: str, place: str, efficacy: bool) -> Iterator[Problem]:
    known = "NT?X" + ("EB" if efficacy else "")
    for letter in dict.fromkeys(letters.upper()):
        if letter not in known:
            hint = (
                "; E and B (responses) are for designs that weigh efficacy"
                if letter in "EB" and not efficacy
                else ""
            )
            yield Problem(
                place,
                f"{letter!r} is no outcome: N no DLT, T DLT, ? pending, X not evaluable"
                + (", E response, B both" if efficacy else "")
                + hint,
            )


def _patient(dose: int, letter: str, efficacy: bool) -> Patient:
    if letter == "X":
        return Patient(dose, None, evaluable=False)
    if letter == "?":
        return Patient(dose, None, followed=0.0)
    tox, eff = LETTERS[letter]
    return Patient(dose, tox, eff if efficacy else None)


def counted(
    n: Sequence[int], tox: Sequence[int], dose: int | None = None, eff: Sequence[int] | None = None
) -> Iterator[Problem]:
    """What is wrong with counts per dose level."""
    for name, values in (("dlt", tox), ("eff", eff or ())):
        if values and len(values) != len(n):
            yield Problem(name, f"has {len(values)} dose levels, the patients have {len(n)}")
        for i, (have, of) in enumerate(zip(values, n, strict=False), 1):
            if have < 0 or have > of:
                yield Problem(f"{name}[{i}]", f"{have} of {of} patients cannot be")
    for i, count in enumerate(n, 1):
        if count < 0:
            yield Problem(f"n[{i}]", f"{count} patients cannot be")
    if dose is not None and not 1 <= dose <= len(n):
        yield Problem("dose", f"dose level {dose} does not exist: there are {len(n)}")
