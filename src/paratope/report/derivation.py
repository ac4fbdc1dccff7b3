"""How one verdict was reached, as a tree: every part of the rule, its value, its reasons, its facts."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import date

from paratope.report.phrases import say, t
from paratope.report.phrases.words import dated
from paratope.report.table import Line
from paratope.rules.evaluate import Step, explain
from paratope.rules.written import write_rule
from paratope.screening import CriterionResult, Screening, StudyResult
from paratope.truth import Verdict, verdict_of

VALUE_STYLE = {
    Verdict.MET: "eligible",
    Verdict.NOT_MET: "excluded",
    Verdict.UNKNOWN: "open",
    Verdict.JUDGEMENT: "judgement",
}
"""Of a part of a rule: true green, false red, whatever the section; the criterion's effect is said above."""


def derivation(
    screening: Screening, study: StudyResult, result: CriterionResult, *, width: int = 100
) -> Iterator[Line]:
    """The derivation of one criterion's verdict for one patient."""
    criterion = result.criterion
    as_of = date.fromordinal(screening.as_of).isoformat()
    yield Line(t("table.patient", patient=screening.patient.id, as_of=as_of), "title")
    yield Line(f"{study.protocol.key} {criterion.id} ({t('section.' + criterion.section)})", "title")
    yield from _wrap(criterion.text, "  ", width, "")
    verdict = t("verdict." + result.verdict.value)
    effect = t("effect.long." + result.effect.value)
    yield Line(f"  {t('explain.verdict', verdict=verdict, effect=effect)}", VALUE_STYLE[result.verdict])
    if result.from_day is not None:
        yield Line("  " + t("from", day=date.fromordinal(result.from_day).isoformat()))
    yield Line("")
    yield from _step(explain(criterion.rule, study.context), 0, width)
    for ambiguity in criterion.ambiguities:
        yield Line("")
        yield from _wrap(t("explain.ambiguity", about=ambiguity.about), "", width, "judgement")
        for reading in ambiguity.readings:
            yield from _wrap(reading, "  - ", width, "")
        if ambiguity.ask:
            yield from _wrap(t("explain.ask", question=ambiguity.ask), "  ", width, "quiet")


def _step(step: Step, depth: int, width: int) -> Iterator[Line]:
    verdict = verdict_of(step.outcome)
    value = t("value." + verdict.value)
    indent = "  " * depth
    yield from _wrap(f"{value}: {write_rule(step.rule)}", indent, width, VALUE_STYLE[verdict])
    told = [r for p in step.parts for r in p.outcome.reasons]
    cited = [f for p in step.parts for f in p.outcome.facts]
    for reason in step.outcome.reasons:
        if reason not in told:
            yield from _wrap(say(reason), indent + "    · ", width, "")
    for fact in step.outcome.facts:
        if fact not in cited:
            yield from _wrap(f"{dated(fact)} [{fact.source}]", indent + "    ← ", width, "quiet")
    for part in step.parts:
        yield from _step(part, depth + 1, width)


def _wrap(text: str, label: str, width: int, style: str) -> Iterator[Line]:
    blank = " " * len(label)
    for part in textwrap.wrap(text, max(width, 40), initial_indent=label, subsequent_indent=blank) or [label]:
        yield Line(part, style)
