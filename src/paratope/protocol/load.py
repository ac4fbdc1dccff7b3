"""A protocol file, read: the protocol, or everything that is wrong with it at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path as FilePath
from typing import Any

from paratope.patient.plain.load import Document, Path, load, place
from paratope.protocol import _references
from paratope.protocol._places import locate
from paratope.protocol._rules import read_rule
from paratope.protocol._shape import BAD, NAMED, Report, nearest, reader_of, shown
from paratope.protocol.model import Protocol
from paratope.protocol.problems import Problem, in_order
from paratope.rules.policies import FRESHNESS, Policies

STUDIES = FilePath(__file__).parent / "studies"
"""The studies that come with the program."""

_HEAD = re.compile(r"^(?P<field>key|short):[ \t]*(?P<value>\S.*?)[ \t]*$", re.MULTILINE)
_QUOTED = re.compile(r"([\"'])(.*)\1")


@dataclass(frozen=True, slots=True)
class Loaded:
    """``protocol`` is None when there are problems. ``origin``: the file read. ``lines``: by path, from 1."""

    protocol: Protocol | None
    problems: tuple[Problem, ...]
    origin: str
    lines: Mapping[Path, int]

    def line_of(self, where: str) -> int | None:
        """The line of a place such as ``$.criteria[3].rule``; of what contains it, if it was left out."""
        path = path_of(where)
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path)


def path_of(where: str) -> Path:
    """``$.criteria[3].rule`` as ``("criteria", 3, "rule")``."""
    return tuple(int(i) if i else name for name, i in re.findall(r"\.([^.\[\]]+)|\[(\d+)\]", where))


def bundled() -> tuple[str, ...]:
    """The keys of the studies that come with the program."""
    return tuple(_names())


@cache
def _names() -> Mapping[str, tuple[FilePath, str | None]]:
    """Key -> file and short name, read from the first lines of each file."""
    found: dict[str, tuple[FilePath, str | None]] = {}
    for file in sorted(STUDIES.glob("*.yaml")):
        if file.name.endswith(".patients.yaml"):
            continue
        head: dict[str, str] = {}
        with file.open(encoding="utf-8") as text:
            for match in _HEAD.finditer(text.read(2000)):
                quoted = _QUOTED.fullmatch(match["value"])
                head.setdefault(
                    match["field"], quoted[2] if quoted else match["value"].split(" #")[0].strip()
                )
        found[head.get("key", file.stem)] = (file, head.get("short"))
    return found


def file_of(key_or_path: str | FilePath) -> FilePath | None:
    """The file meant: a path, or the key or unique short name of a bundled study in any case."""
    if isinstance(key_or_path, FilePath):
        return key_or_path
    wanted = key_or_path.strip().lower()
    if wanted.endswith((".yaml", ".yml", ".json")) or "/" in wanted or "\\" in wanted:
        return FilePath(key_or_path)
    names = _names()
    by_key = [file for key, (file, _) in names.items() if key.lower() == wanted]
    by_short = [file for file, short in names.values() if short is not None and short.lower() == wanted]
    if by_key:
        return by_key[0]
    if len(by_short) == 1:
        return by_short[0]
    try:
        return FilePath(key_or_path) if FilePath(key_or_path).is_file() else None
    except OSError:  # a name too long to be one
        return None


def load_protocol(key_or_path: str | FilePath) -> Loaded:
    """Read a protocol file, or a bundled study by its key or short name. Never raises for what a user wrote."""
    file = file_of(key_or_path)
    if file is None:
        known = [name for key, (_, short) in _names().items() for name in (key, short) if name]
        there = f"; there are {', '.join(bundled())}" if bundled() else ""
        message = f"there is no file and no study '{key_or_path}'{nearest(str(key_or_path), known) or there}"
        return Loaded(None, (Problem("$", message),), str(key_or_path), {})
    try:
        text = file.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        return Loaded(None, (Problem("$", f"is not UTF-8 text (byte {error.start})"),), str(file), {})
    except (OSError, ValueError) as error:  # ValueError: no name of a file can hold a zero byte
        return Loaded(
            None,
            (Problem("$", f"cannot be read: {getattr(error, 'strerror', None) or error}"),),
            str(file),
            {},
        )
    return read_protocol(text, str(file))


def read_protocol(text: str, origin: str = "protocol") -> Loaded:
    """Read the text of a protocol file (YAML or JSON)."""
    document, problems = one_document(text)
    if document is None:
        return Loaded(None, problems, origin, {})
    session = Session(document, text)
    session.problems.extend(problems)
    protocol = reader_of(Protocol)(document.data, (), session.report)
    if isinstance(document.data, Mapping):
        for path, message in _references.complaints(document.data):
            session.report(path, message)
    if session.problems:
        return Loaded(None, in_order(session.problems), origin, document.lines)
    assert isinstance(protocol, Protocol)  # the reader reports whenever it returns anything else
    whole = replace(protocol, policies=replace(protocol.policies, freshness=protocol.freshness))
    return Loaded(whole, (), origin, document.lines)


def one_document(text: str) -> tuple[Document | None, tuple[Problem, ...]]:
    """The only document of a text, with what was wrong with its YAML."""
    documents = load(text.removeprefix("\ufeff"))
    problems = tuple(Problem(p.place, p.message, p.line) for d in documents for p in d.problems)
    if len(documents) != 1:
        message = (
            "the file is empty"
            if not documents
            else "the file holds several documents: write one in each file"
        )
        return None, (*problems, Problem("$", message))
    return (None if documents[0].data is None and problems else documents[0]), problems


class Session:
    """One reading: collects problems, and finds their lines and columns."""

    def __init__(self, document: Document, text: str) -> None:
        self.lines = document.lines
        self.text = text
        self.problems: list[Problem] = []

    def report(self, path: Path, message: str) -> None:
        """A problem at a path; the line is that of the nearest thing the file has."""
        there = path
        while there and there not in self.lines:
            there = there[:-1]
        line = self.lines.get(there)
        character = message.character if isinstance(message, _At) else None
        column = None
        if line is not None:
            line, column = locate(self.written, line, str(path[-1]) if path else None, character)
        self.problems.append(Problem(place(path), str(message), line, column))

    @cached_property
    def written(self) -> list[str]:
        """The lines of the text."""
        return self.text.split("\n")


class _At(str):
    """A message about one character (from 1) of a rule."""

    __slots__ = ("character",)
    character: int | None


def _read_rule(value: object, path: Path, report: Report) -> Any:
    if not isinstance(value, str) or not value.strip():
        report(path, f"expected a rule, found {shown(value)}")
        return BAD
    text = value.strip()
    rule, faults, _ = read_rule(text)
    for fault in faults:
        message = _At(fault.message)
        message.character = fault.character
        report(path, message)
    return BAD if faults else rule


def _read_span(value: object, path: Path, report: Report) -> Any:
    found = reader_of(tuple[int, int])(value, path, report)
    if found is BAD or 0 <= found[0] < found[1]:
        return found
    report(
        path, f"a span runs from its first character to the one after its last, not {found[0]} to {found[1]}"
    )
    return BAD


def _read_line(value: object, path: Path, report: Report) -> Any:
    found = reader_of(int)(value, path, report)
    if found is BAD or found >= 1:
        return found
    report(path, "lines are counted from 1")
    return BAD


def _read_freshness(value: object, path: Path, report: Report) -> Any:
    """The defaults, with what the file changes."""
    if not isinstance(value, Mapping):
        report(path, f"expected a mapping of classes to days, found {shown(value)}")
        return BAD
    found: dict[str, int | None] = dict(FRESHNESS)
    bad = False
    for key, days in value.items():
        if key not in FRESHNESS:
            report((*path, key), f"there is no class '{key}' of results{nearest(str(key), FRESHNESS)}")
            bad = True
        elif days is None:
            found[key] = None
        else:
            number = reader_of(int)(days, (*path, key), report)
            bad = bad or number is BAD
            found[key] = number
    return BAD if bad else found


def _read_policies(value: object, path: Path, report: Report) -> Any:
    """The house policies, with what the file changes; ``freshness`` has a field of its own."""
    readings: dict[str, Callable[[object, Path, Report], Any]] = {
        "instance_answers_topic": reader_of(bool),
        "copies_per_iu": reader_of(tuple[float, float]),
        "half_lives_from_table": reader_of(bool),
    }
    if not isinstance(value, Mapping):
        report(path, f"expected a mapping with the fields {', '.join(readings)}, found {shown(value)}")
        return BAD
    found: dict[str, Any] = {}
    bad = False
    for key, given in value.items():
        if key not in readings:
            report((*path, key), f"there is no policy '{key}'{nearest(str(key), readings)}")
            bad = True
        else:
            found[key] = readings[key](given, (*path, key), report)
            bad = bad or found[key] is BAD
    return BAD if bad else Policies(**found)


NAMED.update(
    rule=_read_rule, span=_read_span, line=_read_line, freshness=_read_freshness, policies=_read_policies
)
