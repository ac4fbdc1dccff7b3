"""The sections of a report with operating characteristics: exact, and simulated with their errors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate

from paratope.designs.base import Design
from paratope.designs.characteristics import Characteristics
from paratope.designs.quality import accuracy, mean_above, right_levels, right_selection
from paratope.designs.simulation.simulated import Simulated
from paratope.report.design.figures_characteristics import (
    names_of,
    operating_characteristics,
    sample_size,
)
from paratope.report.design.figures_style import percent
from paratope.report.design.page_parts import Section, Table, figure, items
from paratope.report.design.page_simulated import simulated_tables


def heads(found: Sequence[Characteristics]) -> tuple[str, ...]:
    """A short name for each truth, over a column."""
    return tuple(f"truth {i}" for i in range(1, len(found) + 1)) if len(found) > 1 else ("probability",)


def characteristics_section(design: Design, found: Sequence[Characteristics]) -> Section:
    """What the design would do under each truth."""
    where = items("7a, 12a", "14, 20a")
    title = "Operating characteristics"
    if not found:
        return Section("characteristics", title, where, ("Not known without a truth: give at least one.",))
    titles = names_of(found)
    caption = (
        "Top: how often each level is selected at the end. Middle: expected patients, those with DLT dark. Bottom: the "
        "DLT probabilities assumed" + ("." if design.target is None else ", and the target.")
    )
    drawn = figure(operating_characteristics(found, design.target), "characteristics", caption)
    text = ["What the design would do if the DLT probabilities by level were those of each truth."]
    if design.target is not None and found[0].truth.eff is None:
        text.append(
            "Right to select is the level whose true DLT probability is nearest the target; none, where even the "
            "lowest is above 1.4 x target."
        )
    each = tuple(_truth_table(f, t, design.target) for f, t in zip(found, titles, strict=True))
    tables = (_overview(found, titles, design.target), *each)
    return Section("characteristics", title, where, tuple(text), figures=(drawn,), tables=tables)


def _overview(found: Sequence[Characteristics], titles: Sequence[str], target: float | None) -> Table:
    judged = target is not None and found[0].truth.eff is None
    head = ["truth", *(("right level selected", "accuracy index") if judged else ())]
    head += [
        "no level selected",
        "patients",
        "DLTs",
        *(("patients above the target",) if target is not None else ()),
    ]
    rows = []
    for f, title in zip(found, titles, strict=True):
        row = [title]
        if judged and target is not None:
            row += [percent(right_selection(f, target)), f"{accuracy(f, target):.3f}"]
        row += [percent(f.select_none), f"{f.mean_n:.2f}", f"{sum(f.dlt):.2f}"]
        rows.append(tuple(row + ([f"{mean_above(f):.2f}"] if target is not None else [])))
    return Table(tuple(head), tuple(rows), "In short (patients and DLTs as expected numbers)", "numbers")


def _truth_table(found: Characteristics, title: str, target: float | None) -> Table:
    eff = found.truth.eff
    right = right_levels(found.truth, target) if target is not None and eff is None else ()
    head = ["dose level", "true DLT probability", "selected", "expected patients", "expected DLTs"]
    head += ["true response probability", "expected responses"] if eff is not None else []
    rows = []
    for k, (p, select, n, dlt) in enumerate(
        zip(found.truth.tox, found.select, found.n, found.dlt, strict=True), 1
    ):
        row = [f"{k}", f"{p:.4g}", percent(select, 2), f"{n:.2f}", f"{dlt:.2f}"]
        if eff is not None:
            row += [f"{eff[k - 1]:.4g}", "–" if found.response is None else f"{found.response[k - 1]:.2f}"]
        rows.append(tuple(row))
    more = ("",) * (len(head) - 5)
    rows.append(("none", "–", percent(found.select_none, 2), "–", "–", *more))
    rows.append(("in all", "", "", f"{found.mean_n:.2f}", f"{sum(found.dlt):.2f}", *more))
    said = (
        ""
        if target is None or not right
        else f" (a right level selected: {percent(right_selection(found, target))})"
    )
    marked = tuple((len(found.select) if k == 0 else k - 1) for k in right)
    return Table(tuple(head), tuple(rows), f"{title}{said}", "numbers", marked)


def sample_size_section(found: Sequence[Characteristics], planned: int | None) -> Section:
    """Every possible number of patients, and how likely the planned one is too few."""
    where = items("7a", "14")
    if not found:
        return Section("sample-size", "Number of patients", where, ("Not known without a truth.",))
    sizes = sorted({n for f in found for n in f.n_total})
    upto = [list(accumulate(f.n_total.get(n, 0.0) for n in sizes)) for f in found]
    head = ["patients in all"]
    for h in heads(found) if len(found) > 1 else [""]:
        head += [f"probability {h}".strip(), f"at most so many {h}".strip()]
    rows = []
    for i, n in enumerate(sizes):
        row = [str(n)]
        for f, sums in zip(found, upto, strict=True):
            row += [percent(f.n_total.get(n, 0.0), 2), percent(sums[i], 2)]
        rows.append(tuple(row))
    text = []
    if planned is not None:
        said = "; ".join(
            f"{h}, {percent(f.more_than(planned))}" for h, f in zip(heads(found), found, strict=True)
        )
        text.append(f"Probability that the study needs more than the planned {planned} patients: {said}.")
    caption = "Every possible number of patients and how likely it is" + (
        "." if planned is None else "; beyond the line, more than planned."
    )
    drawn = figure(sample_size(found, planned), "sample-size", caption)
    last = [i for i, n in enumerate(sizes) if planned is not None and n <= planned][-1:]
    table = Table(tuple(head), tuple(rows), kind="small numbers", marked=tuple(last))
    return Section("sample-size", "Number of patients", where, tuple(text), figures=(drawn,), tables=(table,))


def exactness_section(found: Sequence[Characteristics], simulated: Sequence[Simulated]) -> Section:
    """How the numbers were found, and the simulated ones with their errors."""
    return Section(
        "exactness",
        "What is exact, what is simulated",
        items("12a", "20a"),
        tuple(_exact_words(found, simulated)),
        tables=simulated_tables(simulated),
    )


def _exact_words(found: Sequence[Characteristics], simulated: Sequence[Simulated]) -> Iterator[str]:
    if found:
        f = found[0]
        yield (
            "The operating characteristics above are exact: the probability of every distinct situation is carried "
            f"forward from the first cohort to the end, equal situations merged ({f.visited:,} situations, "
            f"{f.states:,} distinct ends, {f.paths:,} ways through the study). Nothing in them is simulated, so they "
            "have no Monte-Carlo error; what is printed is rounded."
        )
        yield (
            "It is assumed that patients are independent, that the truth does not change during the study, and that "
            "every outcome is known before the next cohort."
        )
    if simulated:
        if not found:
            yield "The operating characteristics above are those of the simulation."
        yield "The following is simulated; beside every figure stands its Monte-Carlo standard error (±)."
    else:
        yield "Nothing in this report is simulated."
