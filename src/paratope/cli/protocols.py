"""``paratope studies``, ``paratope show`` and ``paratope check``."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from paratope.cli import OK, TROUBLE, USAGE
from paratope.cli.inputs import load_protocols
from paratope.cli.terminal import coloured, complain, complain_all, paint, reason_of, width
from paratope.protocol import Protocol


def run_studies(as_json: bool) -> int:
    """``paratope studies``."""
    protocols = load_protocols(None)
    if protocols is None:
        return TROUBLE
    if as_json:
        print(json.dumps([_brief(p) for p in protocols], ensure_ascii=False, indent=2))
        return OK
    colour = coloured(sys.stdout)
    for p in protocols:
        brief = _brief(p)
        print(paint(p.key, "title", colour) + f"  {p.title}")
        said = [
            f"{brief['status'] or 'status not given'}"
            + (f" as of {brief['status_date']}" if brief["status_date"] else ""),
            f"{brief['criteria']} criteria",
        ]
        if brief["cohorts"]:
            said.append("cohorts " + ", ".join(brief["cohorts"]))
        print(textwrap.indent("; ".join(said), "    "))
    return OK


def _brief(p: Protocol) -> dict[str, Any]:
    status = p.identity.status
    return {
        "study": p.key,
        "short": p.short,
        "title": p.title,
        "phase": p.identity.phase,
        "status": None if status is None else status.replace("_", " ").lower(),
        "status_date": None if p.identity.status_date is None else p.identity.status_date.text,
        "cohorts": [c.name for c in p.cohorts],
        "criteria": len(p.criteria),
    }


def run_show(study: str, criterion: str | None) -> int:
    """``paratope show``."""
    from paratope.cli.screening import no_such_criterion
    from paratope.protocol.words import describe, describe_criterion

    protocols = load_protocols([study])
    if protocols is None:
        return USAGE
    (protocol,) = protocols
    if criterion is None:
        sections = describe(protocol)
    else:
        found = next((c for c in protocol.criteria if c.id.lower() == criterion.lower()), None)
        if found is None:
            no_such_criterion(protocol, criterion)
            return USAGE
        sections = describe_criterion(protocol, found.id)
    colour = coloured(sys.stdout)
    for number, section in enumerate(sections):
        if number:
            print()
        print(paint(section.title, "title", colour))
        if section.lead:
            _print_wrapped(section.lead, "quiet", colour)
        for line in section.lines:
            _print_wrapped(f"{line.label}: {line.text}" if line.label else line.text, "", colour)
            for point in line.points:
                for part in textwrap.wrap(
                    point, width(), initial_indent="      - ", subsequent_indent="        "
                ):
                    print(part)
    return OK


def run_check(wanted: Sequence[str] | None, text: Path | None, as_json: bool) -> int:
    """``paratope check``."""
    from paratope.protocol import bundled, load_protocol
    from paratope.protocol.lint import lint
    from paratope.protocol.load import file_of
    from paratope.protocol.patients import load_patients, patients_file
    from paratope.screening import prepare
    from paratope.screening.check import check

    keys = list(wanted or bundled())
    source = None
    if text is not None:
        if len(keys) != 1:
            complain("--text goes with exactly one study")
            return USAGE
        try:
            source = text.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            complain(f"--text {text}: cannot be read: {reason_of(error)}")
            return USAGE
    code = OK
    reports: list[dict[str, Any]] = []
    everything = [prepare(p) for p in load_protocols(None) or []]
    colour = coloured(sys.stdout)
    for key in keys:
        read = load_protocol(key)
        protocol = read.protocol
        if protocol is None:
            complain_all(key, read.problems)
            code = TROUBLE
            continue
        file = file_of(key)
        beside = patients_file(file) if file is not None else None
        loaded = load_patients(beside, protocol) if beside is not None and beside.exists() else None
        little = loaded.patients if loaded is not None else ()
        report = check(protocol, little, everything)
        findings = lint(protocol, text=source, as_of=date.today(), patients=little, line_of=read.line_of)
        unread = [str(p) for p in loaded.problems] if loaded is not None else []
        wrong = bool(unread) or not report.passed or any(f.severity == "error" for f in findings)
        code = TROUBLE if wrong else code
        reports.append(
            {
                "study": protocol.key,
                "patients": report.run,
                "expectations": report.expectations,
                "unreadable": unread + [f"{u.patient}: {u.problem}" for u in report.unreadable],
                "differences": [
                    {"patient": d.patient, "what": d.what, "expected": d.expected, "found": d.found}
                    for d in report.differences
                ],
                "findings": [
                    {
                        "code": f.code,
                        "severity": f.severity,
                        "criteria": list(f.criteria),
                        "place": f.place,
                        "line": f.line,
                        "message": f.message,
                    }
                    for f in findings
                ],
            }
        )
        if not as_json:
            _print_report(reports[-1], colour)
    if as_json:
        print(json.dumps({"schema": "paratope.check/1", "studies": reports}, ensure_ascii=False, indent=2))
    return code


SEVERITY_STYLE = {"error": "excluded", "warning": "open", "note": "quiet"}


def _print_report(report: dict[str, Any], colour: bool) -> None:
    print(paint(report["study"], "title", colour))
    if not report["patients"]:
        print("  no little patients of its own")
    else:
        wrong = len(report["differences"]) + len(report["unreadable"])
        style = "excluded" if wrong else "eligible"
        said = (
            f"  {report['patients']} little patients, {report['expectations']} expectations, {wrong} not met"
        )
        print(paint(said, style, colour))
    for problem in report["unreadable"]:
        _print_wrapped(f"cannot be read: {problem}", "excluded", colour)
    for d in report["differences"]:
        _print_wrapped(
            f"{d['patient']}: {d['what']} is {d['found']}, expected {d['expected']}", "excluded", colour
        )
    for f in report["findings"]:
        where = f" (line {f['line']})" if f["line"] is not None else f" ({f['place']})"
        _print_wrapped(
            f"{f['severity']} {f['code']}: {f['message']}{where}", SEVERITY_STYLE[f["severity"]], colour
        )


def _print_wrapped(text: str, style: str, colour: bool) -> None:
    for part in textwrap.wrap(text, width(), initial_indent="  ", subsequent_indent="      "):
        print(paint(part, style, colour))
