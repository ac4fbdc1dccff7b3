"""A screening as lines for a terminal: status and cohorts first, then what decides.

Lines carry a style name, no terminal codes; the command line colours them or not.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from paratope.report.document import why
from paratope.report.phrases import t
from paratope.screening import CriterionResult, Effect, Screening, Status, StudyResult
from paratope.truth import Verdict

SHOWN = 8
"""How many open criteria are listed before '... and N more'."""


class Line(NamedTuple):
    """One line of text and the name of its style."""

    text: str
    style: str = ""


STATUS_STYLE = {
    Status.EXCLUDED: "excluded",
    Status.INCOMPLETE: "open",
    Status.NEEDS_JUDGEMENT: "judgement",
    Status.ELIGIBLE: "eligible",
}


def lines(screening: Screening, *, width: int = 100, verbose: bool = False) -> Iterator[Line]:
    """The screening of one patient, line by line, at most ``width`` characters wide."""
    as_of = date.fromordinal(screening.as_of).isoformat()
    yield Line(t("table.patient", patient=screening.patient.id, as_of=as_of), "title")
    if screening.presumed_absence:
        yield Line(t("table.presumed"), "judgement")
    for study in screening.hopeful_first:
        yield Line("")
        yield from _study(study, width, verbose)
    unused = screening.patient.unused
    if unused:
        yield Line("")
        yield Line(t("table.unused", count=len(unused)), "title" if verbose else "quiet")
        if verbose:
            for item in unused:
                yield from _wrapped(f"{item.resource}: {item.why}", "  ", width, "quiet")
    yield Line("")
    yield from _wrapped(t("disclaimer"), "", width, "quiet")


def _study(result: StudyResult, width: int, verbose: bool) -> Iterator[Line]:
    name = result.protocol.short or result.protocol.title
    head = f"{result.protocol.key}  {name}"
    yield Line(f"{head}: {t('status.' + result.status.value)}", STATUS_STYLE[result.status])
    if result.cohorts:
        yield Line("  " + t("table.cohorts") + ": " + ", ".join(f"{c.name} {c.word}" for c in result.cohorts))
    if verbose:
        for r in result.criteria:
            yield from _criterion(r, width)
        return
    failing = [r for r in result.criteria if r.effect is Effect.FAIL]
    still_open = [r for r in result.criteria if r.effect is Effect.OPEN]
    for r in failing:
        yield from _criterion(r, width)
    if result.status is Status.EXCLUDED and not failing:
        for r in result.criteria:
            if r.effect is Effect.COHORT_ONLY:
                yield from _criterion(r, width)
    if result.status is Status.EXCLUDED:
        if still_open:
            yield Line("  " + t("table.also_open", count=len(still_open)), "quiet")
        return
    order = sorted(still_open, key=lambda r: r.verdict is Verdict.JUDGEMENT)
    for r in order[:SHOWN]:
        yield from _criterion(r, width)
    if len(order) > SHOWN:
        yield Line("  " + t("table.more", count=len(order) - SHOWN), "quiet")


def _criterion(result: CriterionResult, width: int) -> Iterator[Line]:
    text = f"{result.criterion.text} — {why(result.outcome)}"
    if result.from_day is not None:
        text += f" — {t('from', day=date.fromordinal(result.from_day).isoformat())}"
    label = f"  {t('effect.' + result.effect.value):<8}{result.criterion.id:<8}"
    style = {Effect.FAIL: "excluded", Effect.OPEN: "open"}.get(result.effect, "")
    if result.effect is Effect.OPEN and result.verdict is Verdict.JUDGEMENT:
        style = "judgement"
        label = f"  {t('effect.judgement'):<8}{result.criterion.id:<8}"
    if result.effect in (Effect.COHORT_ONLY, Effect.ILLUSTRATIVE):
        text = f"[{t('verdict.' + result.verdict.value)}] {text}"
    yield from _wrapped(text, label, width, style)


def _wrapped(text: str, label: str, width: int, style: str) -> Iterator[Line]:
    indent = " " * len(label)
    for part in textwrap.wrap(text, max(width, 40), initial_indent=label, subsequent_indent=indent) or [
        label
    ]:
        yield Line(part, style)
