"""``paratope screen``, ``paratope explain`` and ``paratope patient show``."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TextIO

from paratope.cli import OK, TROUBLE, USAGE
from paratope.cli.inputs import Plans, known_keys, load_studies, read_day, read_patients, read_plans
from paratope.cli.terminal import coloured, complain, complain_all, paint, speak_utf8, width
from paratope.patient.model import Patient
from paratope.protocol import Protocol
from paratope.screening import Plan, Screening, Study, screen


def as_of_for(patient: Patient, given: int | None) -> int:
    """The day to judge from: as given, else the day the record was taken, else today."""
    return given or patient.extracted or date.today().toordinal()


class Run:
    """One run of a command over patients: reads, screens, counts what could not be read."""

    def __init__(
        self,
        studies: Sequence[Study],
        on_file: Sequence[Study],
        as_of: int | None,
        plans: Plans,
        presume_absence: bool,
    ) -> None:
        self.studies, self.on_file = studies, on_file
        self.as_of, self.plans, self.presume_absence = as_of, plans, presume_absence
        self.done = self.failed = 0

    def screenings(self, paths: Sequence[str]) -> Iterator[Screening]:
        """The screening of every patient that could be read; complaints go to standard error."""
        ticker = Ticker()
        for record in read_patients(paths):
            if record.problems:
                ticker.clear()
                complain_all(record.origin, record.problems)
            if record.patient is None:
                self.failed += 1
                continue
            plan = self.plans.of(record.patient.id)
            if plan is None:
                self.failed += 1
                continue
            try:
                screening = self.screen(record.patient, plan)
            except Exception as fault:  # one patient must not end a batch
                if os.environ.get("PARATOPE_DEBUG"):
                    raise
                ticker.clear()
                complain(
                    f"{record.origin}: a fault of the program, not of the record: {type(fault).__name__}: {fault}"
                )
                self.failed += 1
                continue
            self.done += 1
            ticker.tick(self.done)
            yield screening
        ticker.clear()
        if not self.done and not self.failed:
            complain("no patient was found in what was given")
            self.failed += 1

    def screen(self, patient: Patient, plan: Plan) -> Screening:
        """Screen one patient."""
        return screen(
            patient,
            self.studies,
            as_of_for(patient, self.as_of),
            plan,
            presume_absence=self.presume_absence,
            on_file=self.on_file,
        )

    @property
    def code(self) -> int:
        """The exit code of the run so far."""
        return TROUBLE if self.failed else OK


class Ticker:
    """How many patients are done, on standard error, when a person watches and there are many."""

    EVERY = 25

    def __init__(self) -> None:
        self.on = sys.stderr.isatty() and not sys.stdout.isatty()
        self.shown = False

    def tick(self, count: int) -> None:
        """Say the count now and then."""
        if self.on and count % self.EVERY == 0:
            print(f"\r{count} patients screened", end="", file=sys.stderr, flush=True)
            self.shown = True

    def clear(self) -> None:
        """Take the line away again."""
        if self.shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
            self.shown = False


def _start(
    study: Sequence[str] | None, as_of: str | None, plan: Path | None, presume_absence: bool
) -> Run | None:
    day, readable = read_day(as_of, "--as-of")
    plans = read_plans(plan)
    loaded = load_studies(study)
    if not readable or plans is None or loaded is None:
        return None
    studies, on_file = loaded
    from paratope.protocol import bundled

    known = sorted({*bundled(), *(s.protocol.key for s in (*studies, *on_file))})
    if not known_keys(plans.common, known, plan):
        return None
    return Run(studies, on_file, day, plans, presume_absence)


def run_screen(
    patients: Sequence[str],
    study: Sequence[str] | None,
    as_of: str | None,
    plan: Path | None,
    presume_absence: bool,
    format: str,
    out: Path | None,
    verbose: bool,
) -> int:
    """``paratope screen``."""
    run = _start(study, as_of, plan, presume_absence)
    if run is None:
        return USAGE
    write = {"table": _write_table, "json": _write_json, "html": _write_html}[format]
    try:
        write(run, patients, out, verbose)
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        complain(f"{error.filename or out}: cannot be written: {error.strerror}")
        return TROUBLE
    return run.code


@contextmanager
def _opened(out: Path | None) -> Iterator[TextIO]:
    if out is None:
        yield sys.stdout
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("w", encoding="utf-8") as stream:
        yield stream


def _write_table(run: Run, patients: Sequence[str], out: Path | None, verbose: bool) -> None:
    from paratope.report.table import lines

    with _opened(out) as stream:
        colour = coloured(stream)
        for number, screening in enumerate(run.screenings(patients)):
            if number:
                print("\n" + "═" * width() + "\n", file=stream)
            for line in lines(screening, width=width(), verbose=verbose):
                print(paint(line.text, line.style, colour), file=stream)


def _write_json(run: Run, patients: Sequence[str], out: Path | None, _verbose: bool) -> None:
    from paratope.report.document import SCHEMA, patient_part

    speak_utf8()
    with _opened(out) as stream:
        # Written patient by patient, so that a whole hospital never lies in memory.
        stream.write(f'{{"schema": {json.dumps(SCHEMA)}, "patients": [')
        for number, screening in enumerate(run.screenings(patients)):
            stream.write(",\n" if number else "\n")
            json.dump(patient_part(screening), stream, ensure_ascii=False)
        stream.write("\n]}\n")


def _write_html(run: Run, patients: Sequence[str], out: Path | None, _verbose: bool) -> None:
    from paratope.report.dossier import dossier, file_name

    speak_utf8()
    if out is None:
        screenings = list(run.screenings(patients))
        if len(screenings) > 1:
            complain("several dossiers need --out DIRECTORY; only the first is written here")
            run.failed += 1
        if screenings:
            sys.stdout.write(dossier(screenings[0]))
        return
    single = out.suffix.lower() in (".html", ".htm")
    names: set[str] = set()
    for number, screening in enumerate(run.screenings(patients)):
        if single and number:
            complain(f"--out {out} is one file; give a directory for several dossiers")
            run.failed += 1
            return
        target = out if single else out / file_name(screening, names)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(dossier(screening), encoding="utf-8")
        print(target)


def no_such_criterion(protocol: Protocol, wanted: str) -> None:
    """Say that a study has no such criterion, and which are near."""
    from difflib import get_close_matches

    known = [c.id for c in protocol.criteria]
    near = get_close_matches(wanted, known, n=3, cutoff=0.4)
    hint = f"did you mean {', '.join(near)}?" if near else f"it has {', '.join(known)}"
    complain(f"{protocol.key} has no criterion {wanted!r}; {hint}")


def run_explain(
    patient: str, study: str, criterion: str, as_of: str | None, plan: Path | None, presume_absence: bool
) -> int:
    """``paratope explain``."""
    from paratope.report.derivation import derivation

    run = _start([study], as_of, plan, presume_absence)
    if run is None:
        return USAGE
    colour = coloured(sys.stdout)
    for number, screening in enumerate(run.screenings([patient])):
        (result,) = screening.studies
        found = [r for r in result.criteria if r.criterion.id.lower() == criterion.lower()]
        if not found:
            no_such_criterion(result.protocol, criterion)
            return USAGE
        if number:
            print()
        for line in derivation(screening, result, found[0], width=width()):
            print(paint(line.text, line.style, colour))
    return run.code


def run_patient_show(patient: str) -> int:
    """``paratope patient show``."""
    from paratope.patient.write_plain import dump_plain

    code = OK
    for record in read_patients([patient]):
        complain_all(record.origin, record.problems)
        if record.patient is None:
            code = TROUBLE
            continue
        print("---")
        print(dump_plain(record.patient), end="")
        for item in record.patient.unused:
            print(f"# not used: {item.resource}: {item.why}".replace("\n", " "))
    return code
