"""Pages about a design: the report that goes with a protocol, the page for a safety board, a comparison.

Sections follow the reporting items for early phase dose-finding studies: Yap et al., BMJ 2023;383:e076387
(CONSORT-DEFINE, reports) and e076386 (SPIRIT-DEFINE, protocols).
"""

from __future__ import annotations

from collections.abc import Sequence

from paratope.designs.base import Design
from paratope.designs.characteristics import Characteristics
from paratope.designs.decision import Decision
from paratope.designs.interval.base import Boundary
from paratope.designs.outcomes import Outcomes
from paratope.designs.paths import Paths
from paratope.designs.quality import accuracy, mean_above, right_selection
from paratope.designs.simulation.simulated import Simulated
from paratope.report.design.board import BoardRow, Day, board
from paratope.report.design.figures_characteristics import names_of
from paratope.report.design.figures_comparison import comparison
from paratope.report.design.figures_style import percent
from paratope.report.design.page_next import banner, decided, followed_by, noted, once_settled, seen_so_far
from paratope.report.design.page_parts import Page, Section, Table, figure, layers, parameter_table, render
from paratope.report.design.page_report import report_sections, summary

ADVICE = (
    "The design advises, people decide. Every number here follows from the design and the probabilities assumed; "
    "none of it says what the true probabilities are."
)


def render_design_page(
    design: Design,
    characteristics: Sequence[Characteristics] = (),
    paths: Paths | None = None,
    table: Sequence[Boundary] | None = None,
    planned: int | None = None,
    simulated: Sequence[Simulated] = (),
) -> str:
    """The report on a design, as one HTML file.

    ``characteristics``: exact operating characteristics, one per truth. ``paths``: dose paths from the start.
    ``table``: boundaries to show instead of the design's own. ``planned``: the number of patients planned.
    ``simulated``: simulated operating characteristics, one per truth, with their errors. What is not given is
    said to be missing.
    """
    exact = tuple(c for c in characteristics if not isinstance(c, Simulated))
    drawn = (*simulated, *(c for c in characteristics if isinstance(c, Simulated)))
    page = Page(
        title=f"Dose-finding design: {design.title}",
        lead=(
            f"{design.doses} dose levels, at most {design.max_n} patients. This report prints every parameter, rule "
            "and probability of the design, for a protocol, its statistical appendix and the safety board.",
        ),
        facts=summary(design, exact or drawn, planned),
        notice=ADVICE,
        sections=report_sections(design, exact, paths, table, planned, drawn),
    )
    return render(page)


def render_next_page(
    design: Design,
    outcomes: Outcomes,
    decision: Decision,
    paths: Paths | None = None,
    rows: Sequence[BoardRow] = (),
    window: float | None = None,
    as_of: Day | None = None,
    known: Sequence[tuple[str, Decision]] = (),
) -> str:
    """The page for a safety board: what the design decides now and why, and what the next cohort may lead to.

    ``paths``: what could follow from here (`designs.paths.dose_paths` from the same outcomes). ``rows``,
    ``window`` (days) and ``as_of``: dated patients, for the dose-time board; without them there is none. ``known``:
    while the design waits, what it would decide once the pending patients are known (`designs.replay.once_known`).
    """
    sections = [*noted(decision), seen_so_far(design, outcomes, decision), decided(design, decision)]
    if rows and window is not None and as_of is not None:
        caption = (
            f"One line per patient from dosing, {window:g} days of DLT window: thick where observed, dotted where "
            "still to come; cross, DLT; full dot, window complete; open dot, pending; square, not evaluable."
        )
        drawn = figure(board(rows, window, as_of), "board", caption)
        sections.append(Section("time", "Patients in time", figures=(drawn,)))
    sections += once_settled(known)
    if paths is not None:
        sections += followed_by(paths)
    sections.append(
        Section(
            "design",
            "The design",
            text=(f"{design.title}. {design.source}.",),
            tables=tuple(map(parameter_table, layers(design))),
        )
    )
    sections.append(
        Section(
            "signed",
            "Decision of the board",
            signed=("Next dose level, or stop", "Reason, if it differs", "Names, date"),
        )
    )
    page = Page(
        title=f"Next dose: {design.title}",
        banner=banner(decision),
        notice=ADVICE,
        sections=tuple(sections),
    )
    return render(page)


def render_comparison_page(
    designs: Sequence[tuple[str, Design, Sequence[Characteristics]]], target: float
) -> str:
    """Designs beside each other under the same truths: a name, the design, its characteristics by truth."""
    named = [(name, found) for name, _, found in designs]
    titles = names_of(designs[0][2])
    caption = (
        "A right level is one whose true DLT probability is nearest the target of "
        f"{percent(target)} (none, where even the lowest is far above it)."
    )
    head = (
        "design",
        "right level selected",
        "accuracy index",
        "patients above the target",
        "patients in all",
        "DLTs",
    )
    tables = []
    for i, title in enumerate(titles):
        rows = [
            (
                name,
                percent(right_selection(found[i], target)),
                f"{accuracy(found[i], target):.3f}",
                f"{mean_above(found[i]):.2f}",
                f"{found[i].mean_n:.2f}",
                f"{sum(found[i].dlt):.2f}",
            )
            for name, found in named
        ]
        tables.append(Table(head, tuple(rows), title, "numbers"))
    sections = [
        Section(
            "comparison",
            "Comparison",
            text=(
                "Accuracy index: 1 when the nearest level is always selected, 0 for a choice at random (Cheung, Dose "
                "Finding by the Continual Reassessment Method, 2011, section 6.2).",
            ),
            figures=(figure(comparison(named, target), "comparison", caption),),
            tables=tuple(tables),
        )
    ]
    for i, (name, design, _) in enumerate(designs, 1):
        sections.append(
            Section(
                f"design-{i}",
                name,
                text=(f"{design.title}. {design.source}.",),
                tables=tuple(map(parameter_table, layers(design))),
            )
        )
    return render(Page("Dose-finding designs compared", tuple(sections), notice=ADVICE))
