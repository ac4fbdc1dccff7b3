"""TITE-CRM: the CRM that decides while patients are still in their DLT window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from paratope.designs.base import BaseDesign, Rulings
from paratope.designs.fields import choice, number, whole
from paratope.designs.model.crm import ContinualReassessment
from paratope.designs.model.crm_fit import CrmFit, describe
from paratope.designs.model.working import Pending
from paratope.designs.reasons import declare
from paratope.designs.seen import Bools, Floats, Ints, Seen
from paratope.designs.timed.followed import WAIT, Followed, TimedDesign

_SOURCE = "Cheung & Chappell, Biometrics 2000;56:1177-1182"
TOO_EARLY = declare(
    "tite-crm.wait-before-untried",
    "level {would} would be next, where nobody was treated yet, but {too_early} of the patients at level {dose} have "
    "been followed for less than {minimum_followup:.0%} of their DLT window: suspend accrual until they have",
)


def patient_weights(followed: Followed, scheme: str = "linear") -> Floats:
    """(S, P) what each patient counts for; 0 where there is nobody.

    A patient with DLT counts 1, and so does one whose window is complete. In between, ``linear``: the part of the
    window observed. ``adaptive``: with z DLTs seen so far, at parts t_1 <= ... <= t_z of the window (and t_0 = 0,
    t_{z+1} = 1), a part u from t_m on and below t_{m+1} counts (m + (u - t_m) / (t_{m+1} - t_m)) / (z + 1): follow-up
    counts more where DLTs have occurred. The part at which a DLT occurred is the ``weight`` given with that patient.

    Source: Cheung & Chappell, Biometrics 2000;56:1177-1182, sections 2 and 5. R dfcrm 0.2-2.1 (``titecrm``) gives
    the same, but fails where a DLT occurred at the very end of the window and another patient completed it.
    """
    here = followed.dose > 0
    part = np.clip(followed.weight, 0.0, 1.0)
    found = np.where(here, part, 0.0)
    if scheme == "adaptive":
        dlt = here & followed.tox
        at = np.where(dlt, part, np.inf)[:, None, :]  # the last axis runs over the DLTs
        u = part[:, :, None]
        passed = at <= u
        before = np.where(passed, at, 0.0).max(axis=2, initial=0.0)
        after = np.minimum(np.where(passed, np.inf, at).min(axis=2, initial=np.inf), 1.0)
        m, z = passed.sum(axis=2), dlt.sum(axis=1)[:, None]
        gap = after - before
        inner = np.divide(part - before, gap, out=np.zeros_like(part), where=gap > 0)
        found = np.where(here, (m + inner) / (z + 1), 0.0)
    found[here & (followed.tox | (part >= 1))] = 1.0
    return np.minimum(found, 1.0)


def split(followed: Followed, scheme: str = "linear") -> tuple[Ints, Ints, Pending]:
    """Patients and DLTs with full weight by level, (S, K) each, and the pending ones, moved to the left."""
    w = patient_weights(followed, scheme)
    open_ = followed.pending & (w < 1)
    n = followed.per_level((followed.dose > 0) & ~open_).astype(np.int64)
    tox = followed.per_level(followed.tox).astype(np.int64)
    most = int(open_.sum(axis=1).max(initial=0))
    order = np.argsort(~open_, axis=1, kind="stable")[:, :most]
    level = np.take_along_axis(np.where(open_, followed.dose, 0), order, axis=1)
    return n, tox, Pending(level, np.take_along_axis(np.where(open_, w, 0.0), order, axis=1))


@dataclass(frozen=True, kw_only=True)
class TiteCrm(ContinualReassessment, TimedDesign):
    """TITE-CRM: as the CRM, and patients still in their DLT window count by the part of it that was observed.

    Patients may be treated as they come; the level is nearest to the target by the model, at most one above that
    of the last patient (R dfcrm 0.2-2.1, ``titesim``, which holds back nothing else). Once every outcome is known it
    is the CRM without coherence.

    Source: Cheung & Chappell, Biometrics 2000;56:1177-1182.
    """

    name = "tite-crm"
    title = "time-to-event continual reassessment method (TITE-CRM)"
    source = _SOURCE

    cohort_size: int = whole("patients per cohort", 1, 100, default=1)
    cohorts: int | None = whole("most cohorts; with the cohort size, the most patients", 1, 1_000, default=30)
    weights: str = choice("how part of a DLT window counts", ("linear", "adaptive"), default="linear")
    minimum_followup: float | None = number(
        "part of the DLT window for which every patient at the current level must be followed (or have DLT) before "
        "a level is given to the first patient; unless given, nobody is waited for",
        0.0,
        1.0,
        default=None,
    )

    def judge(self, seen: Seen) -> Rulings:
        wanted = self.recommended(seen)
        return self._ruled(seen, wanted)

    def _ruled(self, seen: Seen, wanted: Ints) -> Rulings:
        now = np.maximum(seen.dose, 1)
        never = np.zeros(len(seen), bool)
        dose, rule = self.rule(now, wanted, never, seen.here(seen.n), seen.tox.sum(axis=1))
        size = np.full(len(seen), self.cohort_size)
        return Rulings(dose, size, rule, np.zeros(seen.n.shape, bool))

    def judge_followed(self, followed: Followed) -> Rulings:
        model = self.working
        b = model.fit(*split(followed, self.weights))
        seen = followed.counts()
        r = self._ruled(seen, model.nearest(model.ptox(b), self.target))
        if self.minimum_followup is None:
            return r
        untried = (r.dose > seen.dose) & (seen.n[np.arange(len(seen)), r.dose - 1] == 0)
        waits = untried & self._early(followed).any(axis=1)
        return Rulings(
            np.where(waits, WAIT, r.dose),
            np.where(waits, 0, r.size),
            np.where(waits, TOO_EARLY, r.rule),
            r.closed,
        )

    def _early(self, followed: Followed) -> Bools:
        """(S, P) pending patients at the current level, followed for less than the minimum."""
        at_level = followed.dose == followed.now[:, None]
        least = self.minimum_followup or 0.0
        early: Bools = followed.pending & at_level & (followed.weight < least)
        return early

    def fit_followed(self, followed: Followed) -> CrmFit:
        """The fit of one situation with pending patients, with its limits."""
        n, tox, late = split(followed, self.weights)
        pending = list(zip(late.level[0].tolist(), late.weight[0].tolist(), strict=True))
        return describe(self.working, self.target, n[0].tolist(), tox[0].tolist(), pending=pending)

    @property
    def may_wait(self) -> bool:
        return self.minimum_followup is not None

    @property
    def waits_for_followup(self) -> bool:
        return self.minimum_followup is not None

    def numbers_followed(self, followed: Followed) -> dict[str, Any]:
        """`numbers` of one situation with pending patients."""
        plain = BaseDesign.numbers(self, followed.counts())
        fit = self.fit_followed(followed)
        r = self._ruled(followed.counts(), np.array([fit.recommended]))
        return {
            **plain,
            **self.said(fit),
            "weights": patient_weights(followed, self.weights)[0].tolist(),
            "would": int(r.dose[0]),
            "too_early": int(self._early(followed).sum()),
            "minimum_followup": self.minimum_followup,
        }
