"""What the commands are given: dates, plans, studies, patients. Every error is a message, never an exception."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from paratope.cli.terminal import complain, complain_all, reason_of

if TYPE_CHECKING:
    from paratope.patient.read import Record
    from paratope.protocol.model import Protocol
    from paratope.screening import Plan, Study


def read_day(text: str | None, what: str) -> tuple[int | None, bool]:
    """A date as an ordinal, and whether it could be read."""
    if text is None:
        return None, True
    try:
        return date.fromisoformat(text.strip()).toordinal(), True
    except ValueError:
        complain(f"{what}: expected a date like 2026-06-15, found {text!r}")
        return None, False


def known_keys(plan: Plan, known: Sequence[str], path: Path | None) -> bool:
    """Whether every study a plan dates is one there is; those that are not are said."""
    unknown = [key for key in plan.by_study if key not in known]
    for key in unknown:
        near = get_close_matches(key, known, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"
        complain(f"--plan {path}: there is no study {key!r}; {hint}")
    return not unknown


@dataclass(frozen=True, slots=True)
class Plans:
    """The plan of every patient (``common``), or a directory with one file per patient id."""

    common: Plan
    directory: Path | None = None

    def of(self, patient: str) -> Plan | None:
        """The plan of one patient; without a file of their own they have none. None: it cannot be read."""
        if self.directory is None:
            return self.common
        for suffix in (".json", ".yaml", ".yml"):
            file = self.directory / f"{patient}{suffix}"
            if patient and file.parent == self.directory and file.is_file():
                return read_plan_file(file)
        return self.common


def read_plans(path: Path | None) -> Plans | None:
    """What ``--plan`` names; None if it could not be read (and the reasons were said)."""
    from paratope.screening import NO_PLAN

    if path is not None and path.is_dir():
        return Plans(NO_PLAN, path)
    plan = NO_PLAN if path is None else read_plan_file(path)
    return None if plan is None else Plans(plan)


def read_plan_file(path: Path) -> Plan | None:
    """The plan of a file; None if it could not be read (and the reasons were said)."""
    from paratope.screening import read_plan

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        complain(f"--plan {path}: cannot be read: {reason_of(error)}")
        return None
    try:
        data = json.loads(text)
    except ValueError:
        import yaml

        try:
            data = yaml.safe_load(text)
        except yaml.YAMLError as error:
            line = getattr(getattr(error, "problem_mark", None), "line", None)
            complain(
                f"--plan {path}: neither JSON nor YAML" + ("" if line is None else f" (line {line + 1})")
            )
            return None
    plan, problems = read_plan(data)
    if problems:
        complain_all(f"--plan {path}", problems)
        return None
    return plan


def load_protocols(wanted: Sequence[str] | None) -> list[Protocol] | None:
    """The protocols asked for (all bundled ones by default); None if any could not be read."""
    from paratope.protocol import bundled, load_protocol

    found: list[Protocol] = []
    failed = False
    for key in wanted or bundled():
        loaded = load_protocol(key)
        if loaded.protocol is None:
            failed = True
            complain_all(key, loaded.problems)
        elif all(p.key != loaded.protocol.key for p in found):
            found.append(loaded.protocol)
    return None if failed else found


def load_studies(wanted: Sequence[str] | None) -> tuple[list[Study], list[Study]] | None:
    """The studies asked for, and every study on file (for rules that ask about other studies)."""
    from paratope.screening import prepare

    protocols = load_protocols(wanted)
    if protocols is None:
        return None
    asked = [prepare(p) for p in protocols]
    if not wanted or not any(s.asks_others for s in asked):
        return asked, []
    everything = load_protocols(None) or []
    return asked, [prepare(p) for p in everything]


def read_patients(paths: Sequence[str]) -> Iterator[Record]:
    """Every record of every path, one at a time."""
    from paratope.patient.read import read_path

    for path in paths:
        yield from read_path(path)
