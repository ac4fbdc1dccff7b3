"""Stopping and safety rules that wrap any design; each sees the ruling of what it wraps and may change it.

They apply in the order given, the last one outermost: a dose that an outer rule closes stays closed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from scipy.special import betaincinv

from paratope.designs.base import NOBODY, STOP, Design, Rulings
from paratope.designs.fields import choice, parameter_problems, parameters, probability, whole
from paratope.designs.problems import Problem, refuse
from paratope.designs.reasons import declare
from paratope.designs.seen import Bools, Ints, Seen
from paratope.designs.tails import above

TITRATE = declare(
    "titration.escalate",
    "one patient at dose level {dose} without DLT, none before: single patients go on to level {next}",
    "Simon et al., J Natl Cancer Inst 1997;89:1138-1147",
)
TITRATION_OVER = declare(
    "titration.fill-cohort",
    "single patients end here ({tox} DLT at level {dose}, or no open level above): the cohort at this level is "
    "filled",
)
TOO_TOXIC = declare(
    "too-toxic.stop",
    "Pr(DLT probability at level {toxic_level} > {toxic_limit:g}) = {toxic_probability:.4f}, more than "
    "{toxic_certainty:g}: too toxic, stop",
)
TOO_TOXIC_CLOSED = declare(
    "too-toxic.below",
    "level {toxic_level} and all above are closed (Pr(DLT probability > {toxic_limit:g}) = "
    "{toxic_probability:.4f}, more than {toxic_certainty:g}): go to level {next}",
)
ENOUGH = declare(
    "enough-at-dose.stop",
    "the next cohort would go to level {would}, which has had {n_would} patients already (at least "
    "{enough_n}): stop",
)
PRECISE = declare(
    "precision.stop",
    "the {precision_level:.0%} interval of the DLT probability at level {would}, {interval_low:.3f} to "
    "{interval_high:.3f}, is no wider than {precision_width:g}: stop",
)
NO_SKIP = declare(
    "no-skipping.next-level",
    "the design asks for level {would}; no level may be skipped, so go to level {next}",
)
COHERENT = declare(
    "coherence.stay",
    "the design asks for level {would}, but {last_tox} of the last {last_n} patients had DLT, at least the target "
    "rate: no escalation right after toxicity, so stay at level {next}",
    "Cheung, Biometrika 2005;92:863-873",
)


@dataclass(frozen=True, kw_only=True)
class Modifier(Design):
    """A design around another one. What it does not change, it passes on."""

    modifier: ClassVar[str]
    inner: Design = field(metadata={})

    def __post_init__(self) -> None:
        refuse(self.problems())

    def problems(self) -> Iterator[Problem]:
        """Everything that is wrong with the parameters."""
        yield from parameter_problems(self)

    @property
    def name(self) -> str:  # type: ignore[override]
        return self.inner.name

    @property
    def title(self) -> str:  # type: ignore[override]
        return self.inner.title

    @property
    def source(self) -> str:  # type: ignore[override]
        return self.inner.source

    @property
    def columns(self) -> tuple[str, ...]:  # type: ignore[override]
        return self.inner.columns

    @property
    def promises(self) -> frozenset[str]:  # type: ignore[override]
        """The inner design's, but for the one on selection: a rule around a design can undo it (a titration
        that fills a level only after a DLT there; a maximum that stops before the level above was tried)."""
        return self.inner.promises - {"selection-monotone"}

    @property
    def doses(self) -> int:
        return self.inner.doses

    @property
    def max_n(self) -> int:
        return self.inner.max_n

    @property
    def target(self) -> float | None:
        return self.inner.target

    @property
    def uses_last(self) -> bool:
        return self.inner.uses_last

    def first(self) -> tuple[int, int]:
        return self.inner.first()

    def judge(self, seen: Seen) -> Rulings:
        return self.inner.judge(seen)

    def select(self, seen: Seen) -> Ints:
        return self.inner.select(seen)

    def barred(self, seen: Seen) -> Bools:
        return self.inner.barred(seen) | self.judge(seen).closed

    def derived(self) -> dict[str, Any]:
        return self.inner.derived()

    def cautions(self, seen: Seen) -> tuple[str, ...]:
        return self.inner.cautions(seen)

    def numbers(self, seen: Seen) -> dict[str, Any]:
        """The inner design's numbers and this modifier's own. Two modifiers may use the same names: those of the
        one whose rule decided hold, so that the reason is told with its own numbers."""
        said, own = self.inner.numbers(seen), {"max_n": self.max_n}
        if not seen.total[0]:
            return {**self.own_numbers(seen, STOP), **said, **own}
        wanted = self.inner.judge(seen)
        would = int(wanted.dose[0])
        n_would = int(seen.n[0, would - 1]) if would > STOP else 0
        mine = {"would": would if would > STOP else None, "n_would": n_would, **self.own_numbers(seen, would)}
        ruled = self.judge(seen)
        decided = (ruled.rule[0], ruled.dose[0]) != (wanted.rule[0], wanted.dose[0])
        return {**said, **mine, **own} if decided else {**mine, **said, **own}

    def own_numbers(self, seen: Seen, would: int) -> dict[str, Any]:
        """The numbers behind this modifier's rule; ``would``: the level that the inner design asks for."""
        del seen, would
        return {}

    def spec(self) -> dict[str, Any]:
        inner = self.inner.spec()
        own = {f.name: getattr(self, f.name) for f, _ in parameters(type(self))}
        return {**inner, "modifiers": [*inner.get("modifiers", []), {"modifier": self.modifier, **own}]}


@dataclass(frozen=True, kw_only=True)
class Titration(Modifier):
    """Accelerated titration: one patient per level until the first DLT, then the cohort is filled and the design
    goes on. Levels that the design closes or holds too risky for now, and its own decision to stop, hold for single
    patients too.

    Source: Simon et al., J Natl Cancer Inst 1997;89:1138-1147 (design 2, on DLT only); as the titration of R
    BOIN 2.7.2.
    """

    modifier = "titration"

    def first(self) -> tuple[int, int]:
        return self.inner.first()[0], 1

    def judge(self, seen: Seen) -> Rulings:
        r = self.inner.judge(seen)
        full = self.inner.first()[1]
        rows, dose = np.arange(len(seen)), np.maximum(seen.dose, 1)
        barred = self.inner.barred(seen)
        single = (seen.n.max(axis=1) <= 1) & (full > 1) & (r.dose != STOP) & ~seen.here(barred)
        empty = single & (seen.here(seen.n) == 0)
        clean = single & ~empty & (seen.tox.sum(axis=1) == 0)
        rising = clean & (dose < self.doses) & ~barred[rows, np.minimum(dose, self.doses - 1)]
        filling = single & ~rising & ~empty
        return Rulings(
            np.where(rising, dose + 1, np.where(filling | empty, dose, r.dose)),
            np.where(rising | empty, 1, np.where(filling, full - 1, r.size)),
            np.where(rising, TITRATE, np.where(filling, TITRATION_OVER, np.where(empty, NOBODY, r.rule))),
            r.closed,
        )


@dataclass(frozen=True, kw_only=True)
class TooToxic(Modifier):
    """Close a level, and all above it, when its DLT probability is likely above a limit; at the lowest, stop.

    Beta posterior with a uniform prior. Source: Thall & Simon, Biometrics 1994;50:337-349.
    """

    modifier = "too-toxic"
    level: int = whole("the level watched, 1 being the lowest", 1, 20, default=1)
    limit: float | None = probability(
        "DLT probability that is too high; the target unless given", default=None
    )
    certainty: float = probability("how sure one must be", default=0.95)

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if self.limit is None and self.inner.target is None:
            yield Problem("$.limit", "is missing: the design has no target to take it from")
        if isinstance(self.level, int) and self.level > self.inner.doses:
            yield Problem("$.level", f"level {self.level} does not exist: there are {self.inner.doses}")

    def _limit(self) -> float:
        limit = self.inner.target if self.limit is None else self.limit
        assert limit is not None
        return limit

    def _toxic(self, seen: Seen) -> Bools:
        n, tox = seen.n[:, self.level - 1], seen.tox[:, self.level - 1]
        return (n > 0) & (above(self._limit(), n, tox) > self.certainty)

    def judge(self, seen: Seen) -> Rulings:
        r = self.inner.judge(seen)
        toxic = self._toxic(seen)
        levels = np.arange(1, self.doses + 1)
        closed = r.closed | (toxic[:, None] & (levels >= self.level))
        hit = toxic & (r.dose >= self.level)
        below = self.level - 1
        return Rulings(
            np.where(hit, below, r.dose),
            np.where(hit & (below == STOP), 0, r.size),
            np.where(hit, TOO_TOXIC if below == STOP else TOO_TOXIC_CLOSED, r.rule),
            closed,
        )

    def select(self, seen: Seen) -> Ints:
        chosen = self.inner.select(seen)
        toxic = self._toxic(seen) & (chosen >= self.level)
        fine = (seen.n > 0) & ~self.inner.judge(seen).closed
        tried = np.where(fine[:, : self.level - 1], np.arange(1, self.level), 0)
        lower: Ints = np.where(toxic, tried.max(axis=1, initial=0), chosen)
        return lower

    def own_numbers(self, seen: Seen, would: int) -> dict[str, Any]:
        del would
        n, tox = int(seen.n[0, self.level - 1]), int(seen.tox[0, self.level - 1])
        return {
            "toxic_level": self.level,
            "toxic_limit": self._limit(),
            "toxic_certainty": self.certainty,
            "toxic_probability": float(above(self._limit(), n, tox)),
        }


@dataclass(frozen=True, kw_only=True)
class EnoughAtDose(Modifier):
    """Stop when the level for the next cohort has had enough patients already."""

    modifier = "enough-at-dose"
    n: int = whole("patients at the level for the next cohort that are enough", 1, 1_000)

    def judge(self, seen: Seen) -> Rulings:
        r = self.inner.judge(seen)
        there = seen.n[np.arange(len(seen)), np.maximum(r.dose, 1) - 1]
        return _stop(r, (r.dose != STOP) & (there >= self.n), ENOUGH)

    def own_numbers(self, seen: Seen, would: int) -> dict[str, Any]:
        del seen, would
        return {"enough_n": self.n}


@dataclass(frozen=True, kw_only=True)
class Precision(Modifier):
    """Stop when the DLT probability at the level for the next cohort is known precisely enough.

    The width of the equal-tailed interval of the beta posterior with a uniform prior on the counts there.
    """

    modifier = "precision"
    width: float = probability("widest interval that is precise enough")
    level: float = probability("probability that the interval holds", default=0.90)

    def problems(self) -> Iterator[Problem]:
        found = list(super().problems())
        yield from found
        if not found and self.width >= self.level:
            yield Problem(
                "$.width",
                f"{self.width:g} is reached before the first patient: give less than {self.level:g}",
            )

    def _interval(self, seen: Seen, dose: Ints) -> tuple[Any, Any]:
        rows = np.arange(len(seen))
        at = np.maximum(dose, 1) - 1
        n, tox = seen.n[rows, at], seen.tox[rows, at]
        tail = (1 - self.level) / 2
        return betaincinv(1 + tox, 1 + n - tox, tail), betaincinv(1 + tox, 1 + n - tox, 1 - tail)

    def judge(self, seen: Seen) -> Rulings:
        r = self.inner.judge(seen)
        low, high = self._interval(seen, r.dose)
        return _stop(r, (r.dose != STOP) & (high - low <= self.width), PRECISE)

    def own_numbers(self, seen: Seen, would: int) -> dict[str, Any]:
        low, high = self._interval(seen, np.array([would]))
        return {
            "precision_width": self.width,
            "precision_level": self.level,
            "interval_low": float(low[0]),
            "interval_high": float(high[0]),
        }


@dataclass(frozen=True, kw_only=True)
class MaximumN(Modifier):
    """Treat no more than so many patients."""

    modifier = "maximum-n"
    n: int = whole("the most patients", 1, 10_000)

    @property
    def max_n(self) -> int:
        return min(self.n, self.inner.max_n)

    def first(self) -> tuple[int, int]:
        dose, size = self.inner.first()
        return dose, min(size, self.n)


@dataclass(frozen=True, kw_only=True)
class NoSkipping(Modifier):
    """Never escalate past the next level: above the current one, or above the highest ever given.

    Source: Faries, J Biopharm Stat 1994;4:147-164; Goodman, Zahurak, Piantadosi, Stat Med 1995;14:1149-1161.
    """

    modifier = "no-skipping"
    above: str = choice("above which level one may go up by one", ("current", "tried"), default="current")

    def judge(self, seen: Seen) -> Rulings:
        r = self.inner.judge(seen)
        levels = np.arange(1, self.doses + 1)
        tried = np.where(seen.n > 0, levels, 0).max(axis=1)
        from_ = np.maximum(seen.dose, 1) if self.above == "current" else tried
        skips = r.dose > from_ + 1
        return Rulings(np.where(skips, from_ + 1, r.dose), r.size, np.where(skips, NO_SKIP, r.rule), r.closed)


@dataclass(frozen=True, kw_only=True)
class Coherence(Modifier):
    """Never escalate right after a cohort whose DLT rate was at least the target.

    Source: Cheung, Biometrika 2005;92:863-873; for groups as R dfcrm 0.2-2.1 (``restrict``).
    """

    modifier = "coherence"

    @property
    def uses_last(self) -> bool:
        return True

    def problems(self) -> Iterator[Problem]:
        yield from super().problems()
        if self.inner.target is None:
            yield Problem("$", "coherence needs a target, and the design has none")

    def judge(self, seen: Seen) -> Rulings:
        r = self.inner.judge(seen)
        target = self.inner.target
        assert target is not None
        toxic = seen.last[:, 1] >= target * np.maximum(seen.last[:, 0], 1) - 1e-9
        up = toxic & (r.dose > np.maximum(seen.dose, 1))
        return Rulings(
            np.where(up, np.maximum(seen.dose, 1), r.dose), r.size, np.where(up, COHERENT, r.rule), r.closed
        )

    def own_numbers(self, seen: Seen, would: int) -> dict[str, Any]:
        del would
        return {"last_n": int(seen.last[0, 0]), "last_tox": int(seen.last[0, 1])}


def _stop(r: Rulings, hit: Bools, rule: int) -> Rulings:
    return Rulings(
        np.where(hit, STOP, r.dose), np.where(hit, 0, r.size), np.where(hit, rule, r.rule), r.closed
    )


MODIFIERS: dict[str, type[Modifier]] = {
    m.modifier: m for m in (Titration, TooToxic, EnoughAtDose, Precision, MaximumN, NoSkipping, Coherence)
}
