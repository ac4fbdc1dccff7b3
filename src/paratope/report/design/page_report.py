"""The sections of the report on a design, in the order of the reporting items for dose-finding studies.

The items are named by the number of the parent checklist's item (CONSORT 2010, SPIRIT 2013), under which the
sub-items of the extension stand. Yap et al., BMJ 2023;383:e076387 and e076386.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from paratope.designs.base import Design
from paratope.designs.characteristics import Characteristics
from paratope.designs.interval.base import Boundary
from paratope.designs.modifiers import Modifier
from paratope.designs.paths import Paths
from paratope.designs.reasons import Rule, rules
from paratope.designs.seen import Seen
from paratope.designs.simulation.simulated import Simulated
from paratope.designs.three_plus_three import ThreePlusThree
from paratope.report.design.figures_paths import drawable, label, so_far, what_next
from paratope.report.design.figures_style import percent
from paratope.report.design.figures_table import (
    WORDS,
    Cell,
    cells_of,
    decision_table,
    shown,
    span,
)
from paratope.report.design.page_characteristics import (
    characteristics_section,
    exactness_section,
    heads,
    sample_size_section,
)
from paratope.report.design.page_next import DEEPEST, READABLE, paths_figure, sentence
from paratope.report.design.page_parts import (
    CONSORT,
    SPIRIT,
    Section,
    Table,
    derived_value,
    described,
    figure,
    in_general,
    items,
    layers,
    parameter_table,
    value,
)
from paratope.report.design.sheets import protocol_sheet, timed

LEFT = (
    "That this is an early phase dose-finding study, in its title; background, findings before this study, "
    "objectives (CONSORT-DEFINE 1, 2; SPIRIT-DEFINE 1, 6, 7).",
    "What dose each level stands for, and why these levels and this starting level (CONSORT-DEFINE 3a, 5; "
    "SPIRIT-DEFINE 8, 11a).",
    "Who may take part (CONSORT-DEFINE 4a; SPIRIT-DEFINE 10).",
    "What counts as a DLT, in which window, graded by which scale; other outcomes (CONSORT-DEFINE 6a; "
    "SPIRIT-DEFINE 12).",
    "The order and the days between patients of one level (CONSORT-DEFINE 3a; SPIRIT-DEFINE 8, 13).",
    "Whether expansion groups follow, and why (CONSORT-DEFINE 3a; SPIRIT-DEFINE 8).",
    "Who decides between cohorts, on which data, and when they may depart from the design (CONSORT-DEFINE 7b; "
    "SPIRIT-DEFINE 21a).",
    "Which patients are analysed, who is replaced, how harms are reported (CONSORT-DEFINE 12a, 16, 19; SPIRIT-DEFINE "
    "20c, 22).",
)


def summary(
    design: Design, found: Sequence[Characteristics], planned: int | None
) -> tuple[tuple[str, str], ...]:
    """The few numbers that come first."""
    dose, size = design.first()
    facts = [
        ("dose levels", str(design.doses)),
        ("target DLT probability", "none" if design.target is None else f"{design.target:.4g}"),
        ("first cohort", f"{size} at level {dose}"),
        ("most patients", str(design.max_n)),
    ]
    if found:
        means = [f.mean_n for f in found]
        low, high = f"{min(means):.1f}", f"{max(means):.1f}"
        facts.append(("expected patients", low if low == high else f"{low} to {high}"))
    if planned is not None:
        facts.append(("planned patients", str(planned)))
        if found:
            more = [f.more_than(planned) for f in found]
            low, high = percent(min(more)), percent(max(more))
            facts.append(("more than planned", low if low == high else f"{low} to {high}"))
    return tuple(facts)


def report_sections(
    design: Design,
    found: Sequence[Characteristics],
    paths: Paths | None,
    table: Sequence[Boundary] | None,
    planned: int | None,
    simulated: Sequence[Simulated],
) -> tuple[Section, ...]:
    """All sections, in order. What is not known exactly is shown as simulated, where that was done."""
    exact, found = found, found or simulated
    return (
        _design(design),
        _parameters(design),
        _decisions(design, table),
        _stopping(design, found),
        characteristics_section(design, found),
        sample_size_section(found, planned),
        _paths(paths),
        exactness_section(exact, simulated),
        Section(
            "left",
            "What this report leaves to the protocol",
            text=(
                f"The report follows {CONSORT} and {SPIRIT}, in our own words. Items are named by their number in the "
                "parent checklists (CONSORT 2010, SPIRIT 2013), under which the sub-items of the two extensions stand. "
                "A design cannot answer these:",
            ),
            points=LEFT,
        ),
    )


def _design(design: Design) -> Section:
    first, *around = layers(design)
    text = described(first)
    if not any("Source:" in part for part in text):
        text = (*text, f"Source: {design.source}.")
    points = tuple(f"{m.modifier}: {' '.join(described(m))}" for m in around if isinstance(m, Modifier))
    if points:
        text = (*text, "Around it stand these modifiers, the last one outermost:")
    return Section("the-design", "The design", items("3a", "8"), text, points)


def _parameters(design: Design) -> Section:
    tables = [parameter_table(layer) for layer in layers(design)]
    rows = tuple((name, derived_value(given)) for name, given in design.derived().items())
    if rows:
        tables.append(Table(("number", "value"), rows, "What follows from them"))
    return Section("parameters", "Every parameter", items("3a, 7a", "8, 14"), tables=tuple(tables))


def _decisions(design: Design, table: Sequence[Boundary] | None) -> Section:
    cells = cells_of(design, table)
    where, title = items("7b", "21b"), "Decisions between cohorts"
    sheet = _sheet(design) if table is None else ()
    if not cells:
        said = (
            "The decisions of this design do not rest on the counts of one level alone, so it has no fixed table: the "
            "dose paths show what it decides.",
        )
        return Section("decisions", title, where, () if sheet else said, tables=sheet)
    text = [
        "After each cohort, the patients and DLTs at the current level decide: "
        + ", ".join(f"{k} {w}" for k, w in WORDS.items())
        + ". At the lowest and the highest level, and below a closed one, there may be nowhere to go: then stay, or "
        "stop, as the design says."
    ]
    if len(layers(design)) > 1:
        text.append("The table is that of the design without its modifiers, which may change a decision.")
    size = getattr(layers(design)[0], "cohort_size", 1)
    caption = "Letters: what the design decides. Blank: cannot be."
    drawn = figure(decision_table(shown(cells, size)), "table", caption)
    if timed(design):
        text.append(
            "This grid holds once every outcome is known; while patients are pending, the last table decides."
        )
    more = sheet if timed(design) or isinstance(layers(design)[0], ThreePlusThree) else ()
    tables = (_boundaries(cells), *more)
    return Section("decisions", title, where, tuple(text), figures=(drawn,), tables=tables)


LONGEST = 200
"""Rows of a table beyond which it does not belong into a page."""


def _sheet(design: Design) -> tuple[Table, ...]:
    """The table that goes into the protocol (`sheets.protocol_sheet`), where the design has one; cut when too long."""
    sheet = protocol_sheet(design)
    if sheet is None:
        return ()
    cut = f" (the first {LONGEST} of {len(sheet.rows):,} rows)" if len(sheet.rows) > LONGEST else ""
    notes = " ".join(("", *sheet.notes))
    return (_worded(sheet.columns, sheet.rows[:LONGEST], f"Every situation{cut}.{notes}"),)


def _worded(columns: Sequence[str], rows: Sequence[Sequence[Any]], caption: str) -> Table:
    said = tuple(tuple(_cell(v) for v in row) for row in rows)
    return Table(tuple(c.replace("_", " ") for c in columns), said, caption.replace("_", " "), "small words")


def _cell(given: Any) -> str:
    if given is None:
        return "–"
    return f"{given:.4g}" if isinstance(given, float) else value(given)


def _boundaries(cells: Sequence[Cell]) -> Table:
    rows = []
    for n in sorted({c.n for c in cells}):
        at = {k: [c.dlt for c in cells if c.n == n and c.letter == k] for k in WORDS}
        rows.append((str(n), *(span(at[k]) if at[k] else "–" for k in WORDS)))
    head = ("patients at the level", *(f"{k}: {w}" for k, w in WORDS.items()))
    return Table(head, tuple(rows), "DLTs that lead to each decision", "small numbers")


def _stopping(design: Design, found: Sequence[Characteristics]) -> Section:
    where = items("7b", "11b, 21b")
    if not found:
        return Section(
            "stopping", "When the study ends", where, (f"At the latest after {design.max_n} patients.",)
        )
    known = _known(design)
    keys = dict.fromkeys(k for f in found for k in f.ended_by)
    rows = tuple(
        (
            key,
            in_general(_rule(key).says, known) + ".",
            *(percent(f.ended_by.get(key, 0.0)) for f in found),
        )
        for key in keys
    )
    text = (
        "Every way in which the study can end, and how likely each is; x DLTs among n patients at dose level d stand "
        "for what was seen.",
    )
    early = ("whatever the rule", "The study ends with fewer than the most patients.")
    rows = (*rows, (*early, *(percent(f.stop_early) for f in found)))
    return Section(
        "stopping",
        "When the study ends",
        where,
        text,
        tables=(Table(("rule", "in words", *heads(found)), rows),),
    )


def _rule(key: str) -> Rule:
    return next(r for r in rules() if r.key == key)


CONSTANTS = frozenset(
    (
        *("max_n", "target", "early_stop_n", "enough_n", "lambda_e", "lambda_d"),
        *("toxic_level", "toxic_limit", "toxic_certainty", "precision_width", "precision_level"),
    )
)
"""Numbers of a sentence that the design fixes beforehand."""


def _known(design: Design) -> dict[str, object]:
    dose, size = design.first()
    n = [size if k == dose else 0 for k in range(1, design.doses + 1)]
    none = [0] * design.doses
    columns = len(design.columns)
    seen = Seen.one(
        n,
        none,
        dose,
        eff=none if columns > 2 else None,
        both=none if columns > 3 else None,
        last=[size, *[0] * (columns - 1)],
    )
    said = design.numbers(seen)
    return {k: v for k, v in said.items() if k in CONSTANTS}


def _paths(paths: Paths | None) -> Section:
    where = items("3a, 7b", "8, 21b")
    drawn = None if paths is None else drawable(paths, READABLE, DEEPEST)
    if paths is None or drawn is None:
        said = (
            "They were not asked for."
            if paths is None
            else "There are too many to show: look fewer cohorts ahead."
        )
        return Section("paths", "Dose paths", where, (said,))
    nodes = list(drawn.nodes())
    rows = tuple(
        (
            str(nodes[e.child].depth),
            so_far(nodes[e.parent]),
            label(e),
            *((percent(nodes[e.parent].p[0] * e.p[0]),) if drawn.truths else ()),
            sentence(what_next(nodes[e.child])),
        )
        for e in drawn.edges()
    )
    head = (
        "cohort",
        "DLTs among patients before",
        "its outcome",
        *(("probability",) if drawn.truths else ()),
        "then",
    )
    text = [f"What the design decides after each outcome of the first {len(drawn.links)} cohorts."]
    if len(drawn.links) < len(paths.links):
        text.append(f"Paths were followed for {len(paths.links)} cohorts; further ones do not fit on a page.")
    table = Table(head, rows, kind="small words")
    return Section("paths", "Dose paths", where, tuple(text), figures=(paths_figure(drawn),), tables=(table,))
