"""The commands of ``paratope design`` and their options. Heavy imports stay inside the commands."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from paratope.cli.design.asked import (
    LOOSE,
    OWN,
    Format,
    OddsRatio,
    Out,
    Planned,
    Seed,
    Shown,
    Trials,
    Truths,
    TruthsEff,
    Words,
    Workers,
    takes_design,
)
from paratope.cli.terminal import finish

design_app = typer.Typer(
    help="Work with dose-finding designs.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@design_app.command("list")
def list_(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="A design or a modifier: show its parameters.")
    ] = None,
    format: Shown = Format.table,
    out: Out = None,
) -> None:
    """List the designs, or the parameters of one.

    Every design with its title and source; with a name, each parameter: what it may hold, its default and its
    meaning. A parameter such as p_tox is the option --p-tox of the other commands.
    """
    from paratope.cli.design.catalogue import run_list

    finish(lambda: run_list(name, format.value, out))


@design_app.command("new", context_settings=LOOSE)
@takes_design()
def new(said: dict[str, Any], words: Words = None, format: Shown = Format.json, out: Out = None) -> None:
    """Write a design as JSON, for --file.

    Every parameter is written out, also those left at their default.
    """
    from paratope.cli.design.catalogue import run_new

    finish(lambda: run_new(said, words or [], format.value, out))


@design_app.command("table", context_settings=LOOSE)
@takes_design()
def table(
    said: dict[str, Any],
    words: Words = None,
    full: Annotated[
        bool, typer.Option("--full", help="Every number of patients, not only whole cohorts.")
    ] = False,
    format: Shown = Format.table,
    out: Out = None,
) -> None:
    """Print the decision table that goes into a protocol.

    Designs that have no fixed table are shown by what they would do after the first two cohorts.
    """
    from paratope.cli.design.tables import run_table

    finish(lambda: run_table(said, words or [], full, format.value, out))


@design_app.command("paths", context_settings=LOOSE)
@takes_design()
def paths(
    said: dict[str, Any],
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[OUTCOMES] [--PARAMETER VALUE]...",
            help='What was seen so far, such as "1NNN 2NTT". ' + OWN,
        ),
    ] = None,
    ahead: Annotated[
        str, typer.Option(metavar="N", help="How many cohorts ahead, or 'all' to the end of the study.")
    ] = "2",
    truth: Truths = None,
    truth_eff: TruthsEff = None,
    odds_ratio: OddsRatio = None,
    no_merge: Annotated[
        bool, typer.Option("--no-merge", help="Keep apart what was reached in different orders.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="The reason for every decision.")] = False,
    format: Shown = Format.table,
    out: Out = None,
) -> None:
    """Show what could happen next, and what the design would then do.

    From nothing, or from the outcomes so far; with --truth, how likely each situation is.
    """
    from paratope.cli.design.conduct import run_paths

    finish(
        lambda: run_paths(
            said, words or [], ahead, truth, truth_eff, odds_ratio, no_merge, verbose, format.value, out
        )
    )


@design_app.command("oc", context_settings=LOOSE)
@takes_design()
def oc(
    said: dict[str, Any],
    words: Words = None,
    truth: Truths = None,
    truth_eff: TruthsEff = None,
    odds_ratio: OddsRatio = None,
    planned: Planned = None,
    trials: Trials = None,
    seed: Seed = "1",
    workers: Workers = "1",
    format: Shown = Format.table,
    out: Out = None,
) -> None:
    """Operating characteristics, exactly.

    What the design would do under an assumed truth: selection, patients and DLTs per level, the whole
    distribution of the number of patients, why it ends. No simulation, unless --trials asks for one.
    """
    from paratope.cli.design.running import run_oc

    finish(
        lambda: run_oc(
            said,
            words or [],
            (truth, truth_eff, odds_ratio),
            planned,
            (trials, seed, workers),
            format.value,
            out,
        )
    )


@design_app.command("simulate", context_settings=LOOSE)
@takes_design(clock=True)
def simulate(
    said: dict[str, Any],
    words: Words = None,
    truth: Truths = None,
    truth_eff: TruthsEff = None,
    odds_ratio: OddsRatio = None,
    planned: Planned = None,
    trials: Trials = "10000",
    seed: Seed = "1",
    workers: Workers = "1",
    format: Shown = Format.table,
    out: Out = None,
) -> None:
    """Simulate a design, for what has a clock or no small state.

    Arrivals, DLT times, stagger, pending patients and suspended accrual, duration; every figure with its Monte-Carlo
    error. The same seed gives the same result on any number of workers. Without a clock option, and for a design
    that waits for complete cohorts, nothing takes time.
    """
    from paratope.cli.design.running import run_simulate

    finish(
        lambda: run_simulate(
            said,
            words or [],
            (truth, truth_eff, odds_ratio),
            planned,
            (trials, seed, workers),
            format.value,
            out,
        )
    )


@design_app.command("next", context_settings=LOOSE)
@takes_design()
def next_(
    said: dict[str, Any],
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[OUTCOMES] [--PARAMETER VALUE]...",
            help='What was seen so far: per cohort its dose level and a letter per patient, such as "1NNN 2NT?" '
            "(N no DLT, T DLT, ? still in the window, X cannot be evaluated; E response, B both). " + OWN,
        ),
    ] = None,
    rows: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Patients as dated rows (CSV or JSON): patient, assigned, received, dosed_on, dlt_on, "
            "followed_to, evaluable, response, replaces, cohort.",
        ),
    ] = None,
    window: Annotated[
        str | None, typer.Option(metavar="DAYS", help="Length of the DLT window, for --rows.")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help="The day to judge from, for --rows. Default: today.")
    ] = None,
    presume_followed: Annotated[
        bool,
        typer.Option(
            "--presume-followed",
            help="Take patients of whom the rows do not say to which day they were followed (followed_to) as followed "
            "to the --as-of date without DLT; the answer says so. Unless given, they are pending.",
        ),
    ] = False,
    n: Annotated[
        str | None,
        typer.Option("--n", metavar="N,N,...", help="Patients at each dose level, instead of outcomes."),
    ] = None,
    dlt: Annotated[str | None, typer.Option(metavar="N,N,...", help="DLTs at each dose level.")] = None,
    eff: Annotated[str | None, typer.Option(metavar="N,N,...", help="Responses at each dose level.")] = None,
    both: Annotated[
        str | None, typer.Option(metavar="N,N,...", help="Patients with response and DLT at each dose level.")
    ] = None,
    dose: Annotated[
        str | None, typer.Option(metavar="D", help="The dose level of the last cohort, with --n.")
    ] = None,
    format: Shown = Format.table,
    out: Out = None,
) -> None:
    """Decide from the outcomes so far.

    Decision, reason, rule, the numbers behind it, what is not on protocol, and what each possible outcome of the
    next cohort would lead to.
    """
    from paratope.cli.design.conduct import run_next

    finish(
        lambda: run_next(
            said,
            words or [],
            (rows, window, as_of),
            presume_followed,
            (n, dlt, eff, both, dose),
            format.value,
            out,
        )
    )


@design_app.command("compare", context_settings=LOOSE)
@takes_design("file", clock=True)
def compare(
    said: dict[str, Any],
    words: Words = None,
    file: Annotated[
        list[str] | None,
        typer.Option(
            "--file",
            metavar="FILE",
            help="A design as JSON; repeat for each. Options beside them change all.",
        ),
    ] = None,
    truth: Truths = None,
    truth_eff: TruthsEff = None,
    odds_ratio: OddsRatio = None,
    planned: Planned = None,
    trials: Trials = None,
    seed: Seed = "1",
    workers: Workers = "1",
    format: Shown = Format.table,
    out: Out = None,
) -> None:
    """Compare designs under the same truths, exactly.

    How often each selects a right level, how many patients it treats in all and above the target, and the rest of
    its operating characteristics. With --trials simulated instead, all designs on the same random patients.
    """
    from paratope.cli.design.comparing import run_compare

    finish(
        lambda: run_compare(
            said,
            words or [],
            file or [],
            (truth, truth_eff, odds_ratio),
            planned,
            (trials, seed, workers),
            format.value,
            out,
        )
    )


@design_app.command("calibrate", context_settings=LOOSE)
@takes_design()
def calibrate(
    said: dict[str, Any],
    words: Words = None,
    vary: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PARAMETER=V,V,...",
            help="A parameter of the design (or modifier.parameter) and the values to try; repeat for several, "
            "all combinations are tried. Values that are lists are divided by semicolons.",
        ),
    ] = None,
    truth: Truths = None,
    truth_eff: TruthsEff = None,
    odds_ratio: OddsRatio = None,
    by: Annotated[
        str,
        typer.Option(
            metavar="mean|worst", help="Rank by the mean or the worst probability of a right selection."
        ),
    ] = "mean",
    limit: Annotated[
        str | None,
        typer.Option(
            metavar="P",
            help="When the lowest level's DLT probability is above this, no level is right. Default: 1.4 x target.",
        ),
    ] = None,
    format: Shown = Format.table,
    out: Out = None,
) -> None:
    """Try a design over a grid of its parameters, exactly.

    The settings are ranked by how often a right level is selected under the truths.
    """
    from paratope.cli.design.comparing import run_calibrate

    finish(
        lambda: run_calibrate(
            said, words or [], vary or [], (truth, truth_eff, odds_ratio), by, limit, format.value, out
        )
    )
