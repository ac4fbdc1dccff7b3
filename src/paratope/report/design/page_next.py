"""What a safety board is shown: the decision, its reason, what was seen, and what the next cohort may lead to."""

from __future__ import annotations

from collections.abc import Sequence

from paratope.designs.base import Design
from paratope.designs.decision import Decision
from paratope.designs.outcomes import Outcomes
from paratope.designs.paths import Paths
from paratope.designs.reasons import rules
from paratope.report.design.figures_characteristics import truth_name
from paratope.report.design.figures_paths import dose_paths_graph, drawable
from paratope.report.design.figures_style import percent
from paratope.report.design.page_parts import Banner, Figure, Section, Table, figure, number_rows

READABLE = 64
"""Lines of a graph that still print on one page."""
DEEPEST = 3
"""Cohorts ahead that still fit across a page."""

HOW_TO_READ = (
    "Left to right: cohorts. Bands: the level of the next cohort, or at an end the level selected. At each line's end "
    "its outcome (level, then N for a patient without and T for one with DLT); in each box what follows, and DLTs "
    "among patients so far by level (L1 is level 1). Heavy frames are ends."
)


def headline(decision: Decision) -> str:
    """The decision in one line."""
    patients = f"{decision.size} patient{'' if decision.size == 1 else 's'}"
    there = f"the next {patients} at dose level {decision.dose}"
    if decision.action == "stop":
        if decision.selected is None:
            return "Stop: the level is selected once the pending outcomes are known"
        return f"Stop: {f'dose level {decision.selected}' if decision.selected else 'no level'} is selected"
    return {
        "start": f"Start: the first {patients} at dose level {decision.dose}",
        "escalate": f"Escalate: {there}",
        "stay": f"Stay: {there}",
        "de-escalate": f"De-escalate: {there}",
        "wait": "Wait: nobody is treated until more is known",
    }[decision.action]


def banner(decision: Decision) -> Banner:
    """The decision and its reason, first on the page."""
    kind = decision.action if decision.action in ("stop", "wait") else "go"
    return Banner(kind, headline(decision), (sentence(decision.reason),))


def sentence(text: str) -> str:
    """With a capital and a full stop."""
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith(".") else ".")


def noted(decision: Decision) -> list[Section]:
    """What the counts alone hide, where there is anything."""
    if not decision.notes:
        return []
    points = tuple(sentence(n) for n in decision.notes)
    return [Section("notes", "To be noted", text=("What the counts alone do not show:",), points=points)]


def decided(design: Design, decision: Decision) -> Section:
    """The rule that decided, where it is from, and the numbers behind it."""
    own = "." in decision.rule  # rules of no design in particular (start, wait, maximum-n) have no source
    source = next((r.source for r in rules() if r.key == decision.rule), "") or (design.source if own else "")
    said = f"Rule: {decision.rule}." + (f" Source: {source}." if source else "")
    table = Table(("number", "value"), number_rows(decision.numbers), kind="small numbers")
    return Section("why", "Why", text=(said,), tables=(table,))


def seen_so_far(design: Design, outcomes: Outcomes, decision: Decision) -> Section:
    """What happened, by cohort and by dose level."""
    words = outcomes.written(design.columns)
    seen = outcomes.seen(design.doses, design.columns)
    known = decision.action != "wait" or bool(decision.admissible)
    rows = []
    for k in range(design.doses):
        n, tox = int(seen.n[0, k]), int(seen.tox[0, k])
        counts = [f"level {k + 1}", str(n), str(tox), f"{tox / n:.1%}" if n else "–"]
        if len(design.columns) > 2:
            counts.append(str(int(seen.eff[0, k])))
        pending = sum(p.dose == k + 1 for p in outcomes.awaited(design.columns))
        state = ("open" if k + 1 in decision.admissible else "closed") if known else "–"
        rows.append((*counts, str(pending), state))
    head = ["dose level", "patients counted", "with DLT", "DLT rate"]
    head += ["with response"] if len(design.columns) > 2 else []
    table = Table(
        (*head, "pending", "may be given again"),
        tuple(rows),
        kind="numbers",
        marked=(decision.dose - 1,) if decision.dose else (),
    )
    said = f"Cohorts in order: {words} (level, then one letter per patient: {_key(design)})." if words else ""
    text = (said or "Nobody has been treated yet.",)
    return Section("seen", "What was seen", text=text, tables=(table,))


def _key(design: Design) -> str:
    more = ", E response, B response and DLT" if len(design.columns) > 2 else ""
    return f"N no DLT, T DLT{more}, ? pending, X not evaluable"


def paths_figure(paths: Paths) -> Figure:
    """The graph of paths that can be drawn."""
    chances = (
        f" Percentages and the widths of lines: {truth_name(paths.truths[0], 1)}." if paths.truths else ""
    )
    return figure(dose_paths_graph(paths), "paths", HOW_TO_READ + chances.replace("Truth 1", "truth"))


def once_settled(known: Sequence[tuple[str, Decision]]) -> list[Section]:
    """What would be decided once the pending patients are known."""
    if not known:
        return []
    rows = tuple((label, headline(then), sentence(then.reason)) for label, then in known)
    table = Table(("pending patients", "then", "reason"), rows)
    return [Section("settled", "When the pending patients are known", tables=(table,))]


def followed_by(paths: Paths) -> list[Section]:
    """What each outcome of the next cohort would lead to, as a table; then the graph of as many as can be read."""
    nodes = list(paths.nodes())
    rows = []
    for e in (e for e in paths.edges() if nodes[e.parent].depth == 0):
        then = paths.decision(nodes[e.child])
        rows.append((e.label, *(percent(p) for p in e.p), headline(then), sentence(then.reason)))
    if not rows:
        return [Section("ahead", "What could follow", text=("The study ends here: no cohort follows.",))]
    many = len(paths.truths) > 1
    heads = tuple(f"chance, truth {i}" if many else "chance" for i in range(1, len(paths.truths) + 1))
    named = tuple(
        truth_name(t, i if many else None).removeprefix("Truth: ") for i, t in enumerate(paths.truths, 1)
    )
    table = Table(("next cohort", *heads, "then", "reason"), tuple(rows))
    drawn = drawable(paths, READABLE, DEEPEST)
    figures = (paths_figure(drawn),) if drawn is not None else ()
    text = (f"The chances hold if the DLT probabilities by level are: {'; '.join(named)}.",) if named else ()
    sections = [Section("ahead", "What the next cohort may lead to", text=text, tables=(table,))]
    if figures:
        sections.append(Section("further", "Further ahead", figures=figures))
    return sections
