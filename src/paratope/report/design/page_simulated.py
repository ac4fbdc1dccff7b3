"""Simulated operating characteristics in a report: every figure with its Monte-Carlo standard error."""

from __future__ import annotations

from collections.abc import Sequence

from paratope.designs.simulation.clock import Clock
from paratope.designs.simulation.simulated import Simulated
from paratope.report.design.figures_characteristics import names_of
from paratope.report.design.page_parts import PARAMETER_HEAD, Table, parameter_rows

DAYS = ("duration", "suspended")
COUNTS = ("replaced", "turned_away", "backfilled")
NAMES = {
    "duration": "days from the first arrival to the last outcome",
    "suspended": "days closed, waiting for outcomes",
    "replaced": "patients not evaluable and replaced",
    "turned_away": "patients turned away while closed",
    "backfilled": "patients treated at lower levels meanwhile",
}


def simulated_tables(simulated: Sequence[Simulated]) -> tuple[Table, ...]:
    """Per truth the figures by level and for the study; then the clock, where there was one."""
    tables = []
    for found, title in zip(simulated, names_of(simulated), strict=True):
        tables += [_by_level(found, title), _whole(found)]
    clock = next((s.clock for s in simulated if s.clock is not None), None)
    return (*tables, *((_clock(clock),) if clock is not None else ()))


def share(p: float, error: float) -> str:
    """A probability and its error, in per cent."""
    return f"{100 * p:.2f}% ± {100 * error:.2f}"


def mean(value: float, error: float) -> str:
    """A mean and its error."""
    return f"{value:.2f} ± {error:.3f}"


def _by_level(found: Simulated, title: str) -> Table:
    e = found.mc_error
    head = ["dose level", "selected", "patients", "DLTs"]
    if found.response is not None and e.response is not None:
        head.append("responses")
    rows = []
    for i in range(len(found.select)):
        row = [
            str(i + 1),
            share(found.select[i], e.select[i]),
            mean(found.n[i], e.n[i]),
            mean(found.dlt[i], e.dlt[i]),
        ]
        if found.response is not None and e.response is not None:
            row.append(mean(found.response[i], e.response[i]))
        rows.append(tuple(row))
    more = ("",) * (len(head) - 2)
    rows.append(("none", share(found.select_none, e.select_none), *more))
    said = f"{title}: {found.trials:,} simulated trials, seed {found.seed}; each figure ± its standard error"
    return Table(tuple(head), tuple(rows), said, "numbers")


def _whole(found: Simulated) -> Table:
    e = found.mc_error
    rows = [
        ("patients in all", mean(found.mean_n, e.mean_n)),
        ("stopped before the maximum of patients", share(found.stop_early, e.stop_early)),
    ]
    for name in (*DAYS, *COUNTS):
        value, error = getattr(found, name), getattr(e, name)
        if value is not None and error is not None:
            rows.append((NAMES[name], mean(value, error)))
    for at, days in (found.duration_quantiles or {}).items():
        rows.append((f"days, percentile {at}", f"{days:.1f}"))
    return Table(("the whole study", "value"), tuple(rows), kind="numbers")


def _clock(clock: Clock) -> Table:
    return Table(PARAMETER_HEAD, parameter_rows(clock), "The clock of the simulation")
