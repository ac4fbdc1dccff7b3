"""The commands and their options. Heavy imports stay inside the commands, so that ``--help`` is quick."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from paratope.cli.design.commands import design_app
from paratope.cli.terminal import finish as _finish

app = typer.Typer(
    name="paratope",
    help="Screen a patient against target-screened CAR cell-therapy studies, criterion by criterion, with reasons.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
patient_app = typer.Typer(help="Work with patient records.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(patient_app, name="patient")
app.add_typer(design_app, name="design")


class Format(StrEnum):
    """How a screening is shown."""

    table = "table"
    json = "json"
    html = "html"


Patients = Annotated[
    list[str],
    typer.Argument(
        metavar="PATIENT...",
        help="Patient records: FHIR R4 bundles (JSON or NDJSON), plain YAML or JSON files, directories of them, "
        "or - for standard input.",
        show_default=False,
    ),
]
Studies = Annotated[
    list[str] | None,
    typer.Option(
        "--study",
        "-s",
        metavar="KEY|FILE",
        help="A bundled study or a protocol file; repeat for several. Default: all bundled studies.",
    ),
]
AsOf = Annotated[
    str | None,
    typer.Option(
        metavar="DATE",
        help="The day to judge from, e.g. 2026-06-15. Default: the date of the record, else today.",
    ),
]
PlanFile = Annotated[
    Path | None,
    typer.Option(
        "--plan",
        metavar="FILE|DIR",
        help='Planned dates as JSON or YAML: {"consent": "2026-06-08", "first_dose": {"STUDY": "2026-07-01"}, ...}; '
        "or a directory with one such file per patient, named by the patient's id.",
    ),
]
Presume = Annotated[
    bool,
    typer.Option(
        "--presume-absence",
        help="Take what nobody recorded as absent; such verdicts say that it was presumed.",
    ),
]
Verbose = Annotated[
    bool,
    typer.Option("--verbose", "-v", help="Every criterion, and every part of the record that was not used."),
]


def _version(wanted: bool) -> None:
    if wanted:
        from paratope import __version__

        typer.echo(f"paratope {__version__}")
        raise typer.Exit


@app.callback()
def _top(
    _version_wanted: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


@app.command()
def screen(
    patient: Patients,
    study: Studies = None,
    as_of: AsOf = None,
    plan: PlanFile = None,
    presume_absence: Presume = False,
    format: Annotated[
        Format, typer.Option(help="table for people, json for programs, html for a dossier to print.")
    ] = Format.table,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="Write here instead of the screen; for html of several patients, a directory.",
        ),
    ] = None,
    verbose: Verbose = False,
) -> None:
    """Screen patients.

    Say for each study, cohort and criterion what holds, why, on which evidence, and what is missing.
    """
    from paratope.cli.screening import run_screen

    _finish(lambda: run_screen(patient, study, as_of, plan, presume_absence, format.value, out, verbose))


@app.command()
def explain(
    patient: Annotated[
        str, typer.Argument(metavar="PATIENT", help="A patient record, or - for standard input.")
    ],
    study: Annotated[str, typer.Argument(metavar="STUDY", help="A bundled study's key, or a protocol file.")],
    criterion: Annotated[str, typer.Argument(metavar="CRITERION", help="A criterion's id, such as I6.5.")],
    as_of: AsOf = None,
    plan: PlanFile = None,
    presume_absence: Presume = False,
) -> None:
    """Show how one verdict was reached.

    Every part of the rule with its own value, reasons and facts.
    """
    from paratope.cli.screening import run_explain

    _finish(lambda: run_explain(patient, study, criterion, as_of, plan, presume_absence))


@app.command()
def studies(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """List the bundled studies."""
    from paratope.cli.protocols import run_studies

    _finish(lambda: run_studies(as_json))


@app.command()
def show(
    study: Annotated[str, typer.Argument(metavar="STUDY", help="A bundled study's key, or a protocol file.")],
    criterion: Annotated[
        str | None, typer.Argument(metavar="[CRITERION]", help="Only this criterion.")
    ] = None,
) -> None:
    """Show a study, or one criterion, in plain words.

    Identity, cohorts, doses, visits, and every criterion with its rule.
    """
    from paratope.cli.protocols import run_show

    _finish(lambda: run_show(study, criterion))


@app.command()
def check(
    study: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[STUDY|FILE]...", help="Bundled studies or protocol files. Default: all bundled."
        ),
    ] = None,
    text: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The study's own text, to find words that no criterion covers (one study only).",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Try a protocol on its own patients, and lint it.

    Runs the study's own little patients, and looks for contradictions, duplicates and traps in its criteria.
    """
    from paratope.cli.protocols import run_check

    _finish(lambda: run_check(study, text, as_json))


@patient_app.command("template")
def patient_template() -> None:
    """Print a commented patient record to fill in."""
    from paratope.patient.template import TEMPLATE

    typer.echo(TEMPLATE, nl=False)


@patient_app.command("show")
def patient_show(
    patient: Annotated[
        str, typer.Argument(metavar="PATIENT", help="A patient record, or - for standard input.")
    ],
) -> None:
    """Show what was understood of a record, in the plain form, and what was not used."""
    from paratope.cli.screening import run_patient_show

    _finish(lambda: run_patient_show(patient))
