"""The options that several commands of ``paratope design`` share."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

LOOSE = {"ignore_unknown_options": True}
"""The design's own parameters are options too; they are read against the design that is named."""


class Format(StrEnum):
    """How a result is shown."""

    table = "table"
    json = "json"
    csv = "csv"
    html = "html"


OWN = "The design's own parameters as options (--p-tox 0.4, --skeleton 0.05,0.12,0.25, --extra-safe-stop, or "
OWN += (
    "--no-skipping for the modifier); 'paratope design list NAME' shows them with their bounds and meaning."
)

Shown = Annotated[
    Format, typer.Option("--format", help="table for people, json and csv for programs, html to print.")
]
Out = Annotated[Path | None, typer.Option(metavar="PATH", help="Write here instead of the screen.")]
Words = Annotated[list[str] | None, typer.Argument(metavar="[--PARAMETER VALUE]...", help=OWN)]
Truths = Annotated[
    list[str] | None,
    typer.Option(
        "--truth",
        metavar="P,P,...",
        help="An assumed truth: the DLT probability at each dose level; repeat for several.",
    ),
]
TruthsEff = Annotated[
    list[str] | None,
    typer.Option(
        "--truth-eff",
        metavar="P,P,...",
        help="The response probability at each dose level, for designs that weigh efficacy; one per --truth.",
    ),
]
OddsRatio = Annotated[
    str | None,
    typer.Option(metavar="X", help="Association of response and DLT within a patient. Default: 1, none."),
]
Planned = Annotated[
    str | None,
    typer.Option(metavar="N", help="The planned number of patients: how likely is it that more are needed?"),
]
Trials = Annotated[
    str | None, typer.Option(metavar="N", help="Simulate so many trials, instead of the exact answer.")
]
Seed = Annotated[str, typer.Option(metavar="N", help="Seed of the simulation.")]
Workers = Annotated[str, typer.Option(metavar="N", help="Processes that simulate; the result is the same.")]


def _text(name: str, metavar: str, help: str, *more: str) -> Any:
    return Annotated[str | None, typer.Option(name, *more, metavar=metavar, help=help)]


def _flag(name: str, help: str) -> Any:
    return Annotated[bool, typer.Option(name, help=help)]


DESIGN: dict[str, tuple[Any, Any]] = {
    "file": (_text("--file", "FILE", "The design as JSON (see 'paratope design new'), or - for standard "
                   "input; options beside it change it."), None),
    "design": (_text("--design", "NAME", "The design: 3+3, boin, crm, ...; 'paratope design list' shows all."), None),
    "doses": (_text("--doses", "K", "Number of dose levels. Unless given, as many as the first truth has."), None),
    "target": (_text("--target", "P", "DLT probability aimed at."), None),
    "cohort_size": (_text("--cohort-size", "C", "Patients per cohort."), None),
    "cohorts": (_text("--cohorts", "N", "Most cohorts."), None),
    "start": (_text("--start", "D", "Dose level of the first cohort."), None),
    "variant": (_text("--variant", "NAME", "Which 3+3: no-deescalation, deescalate-to-six or six-at-mtd."), None),
    "table": (_text("--table", "FILE", "Your own decision table as CSV, with the columns n, escalate_if_at_most, "
                    "deescalate_if_at_least, eliminate_if_at_least; or n, dlt, decision."), None),
    "modifier": (Annotated[list[str] | None, typer.Option(
        metavar="NAME:KEY=VALUE,...",
        help="A rule around the design, such as too-toxic:limit=0.33,certainty=0.9; repeat for several, "
        "the last one outermost.")], None),
    "titration": (_flag("--titration", "Accelerated titration first: single patients until the first DLT."), False),
    "coherent": (_flag("--coherent", "Never escalate right after toxicity."), False),
    "too_toxic": (_flag("--too-toxic", "Stop when the lowest level is likely above the target."), False),
    "stop_at_dose": (_text("--stop-at-dose", "N", "Stop when the next level has had so many patients."), None),
    "precision": (_text("--precision", "W", "Stop when the DLT probability is known to this width."), None),
    "max_n": (_text("--max-n", "N", "Treat no more patients than this."), None),
}  # fmt: skip
"""Options that say the design: with every command that takes one."""


CLOCK: dict[str, tuple[Any, Any]] = {
    "window": (_text("--window", "DAYS", "Length of the DLT window. Default: the design's own, else 28."), None),
    "arrival": (_text("--arrival", "DAYS", "Mean days between arriving patients. Default: 10."), None),
    "rate": (_text("--rate", "N", "Patients arriving in 30 days, instead of --arrival."), None),
    "accrual": (_text("--accrual", "fixed|uniform|poisson", "How arrivals are spread. Default: poisson."), None),
    "onset": (_text("--onset", "uniform|weibull", "When DLTs come within the window. Default: uniform."), None),
    "late": (_text("--late", "P", "Weibull onset: the part of DLTs in the window's second half."), None),
    "sentinel": (_text("--sentinel", "DAYS", "The first patient at a level is followed so long before more."), None),
    "between": (_text("--between", "DAYS", "Days between later patients at a level."), None),
    "closed": (_text("--closed", "turned-away|wait", "Patients who arrive while accrual is closed."), None),
    "not_evaluable": (_text("--not-evaluable", "P", "Probability that a patient cannot be evaluated."), None),
    "backfill": (_flag("--backfill", "Treat patients at lower levels while a cohort awaits its outcomes."), False),
    "backfill_most": (_text("--backfill-most", "N", "Most patients at a level that is backfilled."), None),
    "backfill_response": (_flag("--backfill-response", "Backfill only levels with a response."), False),
}  # fmt: skip
"""Options that say how a study runs in time: any of them starts the clock. `designs.simulation.Clock` has them."""


def takes_design(*without: str, clock: bool = False) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of `DESIGN`, and of `CLOCK` if it asks; it gets them as ``said``, by name (None or
    False: not given).
    """
    chosen = {name: each for name, each in DESIGN.items() if name not in without}
    chosen |= CLOCK if clock else {}

    def decorate(run: Callable[..., None]) -> Callable[..., None]:
        own = [p for p in inspect.signature(run, eval_str=True).parameters.values() if p.name != "said"]
        options = tuple(p.name for p in own if p.name != "words")

        @wraps(run)
        def command(**given: Any) -> None:
            said: dict[str, Any] = {name: given.pop(name) for name in chosen}
            run(said={**said, "options": options}, **given)

        added = [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=kind, default=default)
            for name, (kind, default) in chosen.items()
        ]
        keyword = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own]
        command.__signature__ = inspect.Signature([*keyword, *added])  # type: ignore[attr-defined]
        command.__annotations__ = {p.name: p.annotation for p in (*keyword, *added)}
        delattr(command, "__wrapped__")  # typer is to see the signature above, not what is wrapped
        return command

    return decorate
