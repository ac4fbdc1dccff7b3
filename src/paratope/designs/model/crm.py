"""The continual reassessment method (CRM)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from paratope.designs.base import BaseDesign, Rulings
from paratope.designs.fields import choice, flag, number, numbers, probability, whole
from paratope.designs.model.crm_fit import METHODS, SCALE, CrmFit, ceiling, describe
from paratope.designs.model.skeleton import MODELS, indifference_skeleton, skeleton_problems
from paratope.designs.model.working import Working, working
from paratope.designs.problems import Problem
from paratope.designs.reasons import declare
from paratope.designs.seen import Bools, Ints, Seen

_NEAREST = "the DLT probability nearest to the target {target:g} is {ptox_recommended:.3f} at dose level {recommended}"
_SOURCE = "O'Quigley, Pepe, Fisher, Biometrics 1990;46:33-48"
ESCALATE = declare("crm.escalate", f"{_NEAREST}: escalate to level {{next}}", _SOURCE)
STAY = declare("crm.stay", f"{_NEAREST}, where the study is: stay", _SOURCE)
DEESCALATE = declare("crm.de-escalate", f"{_NEAREST}: de-escalate to level {{next}}", _SOURCE)
NO_SKIP = declare(
    "crm.no-skipping",
    f"{_NEAREST}; no level may be skipped, so escalate to level {{next}} only",
    "Goodman, Zahurak, Piantadosi, Stat Med 1995;14:1149-1161",
)
COHERENT = declare(
    "crm.coherence",
    f"{_NEAREST}, but {{last_tox}} of the last {{last_n}} patients had DLT, at least the target rate: no escalation "
    "right after toxicity, so stay at level {next}",
    "Cheung, Biometrika 2005;92:863-873",
)
_TWO_STAGE = (
    "Storer, Biometrics 1989;45:925-937; O'Quigley & Shen, Biometrics 1996;52:673-684 (two-stage design)"
)
_NO_DLT = "initial stage: no DLT among {total} patients yet"
INITIAL_UP = declare("crm.initial-escalate", f"{_NO_DLT}, so escalate to level {{next}}", _TWO_STAGE)
INITIAL_FILL = declare(
    "crm.initial-stay",
    f"{_NO_DLT}, and {{n}} of {{initial_n}} patients treated at level {{dose}}: stay",
    _TWO_STAGE,
)
INITIAL_TOP = declare(
    "crm.initial-stay-at-highest", f"{_NO_DLT}, and level {{dose}} is the highest: stay", _TWO_STAGE
)

_RULES_BY_MOVE = np.array([DEESCALATE, STAY, ESCALATE])


@dataclass(frozen=True, kw_only=True)
class ContinualReassessment(BaseDesign):
    """What CRM and TITE-CRM have in common: the working model, its prior, and the initial stage."""

    target: float = probability("DLT probability aimed at", default=0.25)
    skeleton: tuple[float, ...] | None = numbers(
        "DLT probabilities guessed beforehand, one per level; unless given, made from halfwidth and nu",
        0.0,
        1.0,
        default=None,
        open=True,
        rising=True,
    )
    halfwidth: float = probability("half-width of the indifference interval around the target", default=0.05)
    nu: int | None = whole(
        "level guessed beforehand to be the MTD, for the skeleton; the middle one unless given",
        1,
        20,
        default=None,
    )
    model: str = choice("dose-toxicity curve", MODELS, default="power")
    method: str = choice("how the curve is estimated", METHODS, default="bayes")
    scale: float = number(
        "standard deviation of the prior of the model's parameter", 0.05, 5.0, default=SCALE
    )
    no_skipping: bool = flag("never escalate past the level above the current one", default=True)
    initial: str = choice(
        "what decides before the first DLT: the model, or going up one level at a time",
        ("model", "one-level-up"),
        default="model",
    )
    initial_n: int | None = whole(
        "patients at a level without DLT before the initial stage goes up; one cohort unless given",
        1,
        100,
        default=None,
    )

    @property
    def promises(self) -> frozenset[str]:  # type: ignore[override]
        """A DLT more makes the curve more toxic at every level; but it also ends an initial stage that would have
        stayed for more patients."""
        return frozenset({"monotone"}) if self.initial == "model" else frozenset()

    @cached_property
    def guesses(self) -> tuple[float, ...]:
        """The skeleton, given or made (see `skeleton.indifference_skeleton`)."""
        if self.skeleton is not None:
            return tuple(map(float, self.skeleton))
        return indifference_skeleton(self.halfwidth, self.target, self._nu, self.doses, self.model)

    @property
    def _nu(self) -> int:
        return (self.doses + 1) // 2 if self.nu is None else self.nu

    @property
    def _initial_n(self) -> int:
        return self.cohort_size if self.initial_n is None else self.initial_n

    @property
    def working(self) -> Working:
        """The working model with its prior."""
        return working(self.guesses, self.model, self.method, float(self.scale), self.max_n)

    def derived(self) -> dict[str, Any]:
        said: dict[str, Any] = {"skeleton": list(self.guesses)}
        return said if self.skeleton is not None else {**said, "nu": self._nu}

    def inconsistencies(self) -> Iterator[Problem]:
        yield from super().inconsistencies()
        if self.skeleton is None:
            found = list(skeleton_problems(self.halfwidth, self.target, self._nu, self.doses, self.model))
            yield from found
            if not found:
                yield from _degenerate(self.guesses)
        else:
            if len(self.skeleton) != self.doses:
                yield Problem(
                    "$.skeleton", f"has {len(self.skeleton)} dose levels, the design has {self.doses}"
                )
            if self.nu is not None:
                yield Problem("$.nu", "goes with a skeleton made from it: leave it out, or the skeleton")
            for i, s in enumerate(self.skeleton if self.model == "logistic" else ()):
                if s >= ceiling():
                    yield Problem(
                        f"$.skeleton[{i}]", f"the logistic model needs less than {ceiling():.4f}, not {s:g}"
                    )
        if self.method == "likelihood" and self.initial == "model":
            yield Problem(
                "$.initial",
                "the likelihood has no maximum before the first DLT: say what decides until then (one-level-up)",
            )
        if self.initial == "model" and self.initial_n is not None:
            yield Problem("$.initial_n", "goes with an initial stage (initial: one-level-up)")

    def fit(self, seen: Seen) -> CrmFit:
        """The fit of one situation, with its limits."""
        return describe(self.working, self.target, seen.n[0].tolist(), seen.tox[0].tolist())

    def recommended(self, seen: Seen) -> Ints:
        """(S,) the level nearest to the target by the model, nothing held back."""
        model = self.working
        return model.nearest(model.ptox(model.estimate(seen.n, seen.tox)), self.target)

    def select(self, seen: Seen) -> Ints:
        """(S,) the model's recommendation, nothing held back (R dfcrm 0.2-2.1); 0 where nobody was treated."""
        return np.where(seen.total > 0, self.recommended(seen), 0)

    def numbers(self, seen: Seen) -> dict[str, Any]:
        return {**super().numbers(seen), **self.said(self.fit(seen))}

    def said(self, fit: CrmFit) -> dict[str, Any]:
        """The numbers of a fit, by name."""
        return {
            "target": self.target,
            "skeleton": list(self.guesses),
            "estimate": fit.estimate,
            "variance": fit.variance,
            "ptox": list(fit.ptox),
            "ptox_low": None if fit.low is None else list(fit.low),
            "ptox_high": None if fit.high is None else list(fit.high),
            "recommended": fit.recommended,
            "ptox_recommended": fit.ptox[fit.recommended - 1],
            "initial_n": self._initial_n,
        }

    def rule(self, now: Ints, wanted: Ints, toxic: Bools, n_here: Ints, dlt: Ints) -> tuple[Ints, Ints]:
        """(S,) next level, and the rule that decided.

        ``now``: current level. ``wanted``: the model's. ``toxic``: escalation is forbidden right now. ``n_here``:
        patients at the current level. ``dlt``: DLTs in all, which end the initial stage.
        """
        dose = wanted
        rule = _RULES_BY_MOVE[np.sign(dose - now) + 1]
        if self.no_skipping:
            skips = dose > now + 1
            dose, rule = np.where(skips, now + 1, dose), np.where(skips, NO_SKIP, rule)
        held = toxic & (dose > now)
        dose, rule = np.where(held, now, dose), np.where(held, COHERENT, rule)
        if self.initial == "one-level-up":
            early = dlt == 0
            top, fill = now == self.doses, n_here < self._initial_n
            dose = np.where(early, np.where(top | fill, now, now + 1), dose)
            stage = np.where(top, INITIAL_TOP, np.where(fill, INITIAL_FILL, INITIAL_UP))
            rule = np.where(early, stage, rule)
        return dose, rule


@dataclass(frozen=True, kw_only=True)
class Crm(ContinualReassessment):
    """CRM: give the next cohort the level whose estimated DLT probability is nearest to the target.

    Held back as R dfcrm 0.2-2.1 does (``restrict``): no escalation when the last cohort's DLT rate was at least
    the target, else at most to the level above the current one. Where the last cohort's own outcomes are not known
    (``last`` is all zero), only the latter holds. At the end the model's recommendation is selected; stopping is
    for modifiers.

    With ``method`` likelihood, or when wanted, an initial stage goes up one level at a time until the first DLT.

    Source: O'Quigley, Pepe, Fisher, Biometrics 1990;46:33-48; Goodman, Zahurak, Piantadosi, Stat Med
    1995;14:1149-1161 (cohorts, no skipping); O'Quigley & Shen, Biometrics 1996;52:673-684 (likelihood); Cheung,
    Biometrika 2005;92:863-873 (coherence).
    """

    name = "crm"
    title = "continual reassessment method (CRM)"
    source = _SOURCE

    coherence: bool = flag(
        "never escalate right after a cohort whose DLT rate was at least the target", default=True
    )

    @property
    def uses_last(self) -> bool:
        return self.coherence

    def judge(self, seen: Seen) -> Rulings:
        wanted = self.recommended(seen)
        last_n, last_tox = seen.last[:, 0], seen.last[:, 1]
        toxic = self.coherence & (last_n > 0) & (last_tox / np.maximum(last_n, 1) >= self.target)
        now = np.maximum(seen.dose, 1)
        dose, rule = self.rule(now, wanted, toxic, seen.here(seen.n), seen.tox.sum(axis=1))
        size = np.full(len(seen), self.cohort_size)
        return Rulings(dose, size, rule, np.zeros(seen.n.shape, bool))

    def numbers(self, seen: Seen) -> dict[str, Any]:
        last = {"last_n": int(seen.last[0, 0]), "last_tox": int(seen.last[0, 1])}
        return {**super().numbers(seen), **last}


def _degenerate(skeleton: tuple[float, ...]) -> Iterator[Problem]:
    for low, high in zip((0.0, *skeleton), (*skeleton, 1.0), strict=True):
        if not low < high:
            yield Problem(
                "$.halfwidth",
                "is too wide for so many levels: the skeleton reaches 0 or 1. Give a smaller one, or a skeleton",
            )
            return
