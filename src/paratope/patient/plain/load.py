"""From the text of a YAML or JSON file to data, lines and problems: no value is guessed on the way.

YAML turns ``no`` into false, ``1:30`` into 90, ``010`` into 8, ``5.80`` into 5.8 and ``on:`` into
``True:``. Here every scalar stays the text that was written; what it means is decided by the field it
stands in. Only an empty value, ``~`` and ``null`` (unquoted) mean "nothing".
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import yaml

from paratope.patient.problems import Problem

Path: TypeAlias = tuple[str | int, ...]

DEEPEST = 60
"""Levels of nesting read; no form has ten. A deeper file is refused."""

_TOO_DEEP = f"nested more than {DEEPEST} deep: no form here is"
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a file: ``data`` of mappings, lists, texts, None (and JSON's true and false).

    ``lines``: the line (from 1) on which the value at a path begins. ``problems``: what could not be read
    or was written twice; ``data`` is None when nothing could be read.
    """

    data: object
    lines: Mapping[Path, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def place(path: Path) -> str:
    """``("labs", 2, "value")`` as ``$.labs[2].value``."""
    return "$" + "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in path)


def load(text: str) -> tuple[Document, ...]:
    """Every document of a YAML or JSON text, usually one; an empty text has none. Never raises."""
    if "\0" in text:
        return (_refused("this is not a text file (it holds zero bytes)"),)
    if _nesting(text) > DEEPEST:
        return (_refused(_TOO_DEEP),)
    if text.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        document = _load_json(text.lstrip("\ufeff"))
        if document is not None:
            return (document,)
    return _load_yaml(text)


def _refused(message: str, line: int | None = None) -> Document:
    return Document(None, {}, (Problem("$", message, line),))


def _nesting(text: str) -> int:
    """An upper bound on the depth of brackets, so that no parser recurses without end."""
    depth = deepest = 0
    for sign in re.findall(r"[\[\]{}]", text):
        depth = depth + 1 if sign in "[{" else max(0, depth - 1)
        deepest = max(deepest, depth)
    return deepest


# --- JSON ----------------------------------------------------------------------------------------------


def _load_json(text: str) -> Document | None:
    """The document, or None when the text is not JSON (it may still be YAML in flow style)."""
    twice: list[str] = []

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in items:
            if key in found:
                twice.append(key)
            found.setdefault(key, value)
        return found

    try:
        data = json.loads(
            text, object_pairs_hook=pairs, parse_float=str, parse_int=str, parse_constant=lambda name: name
        )
    except (ValueError, RecursionError):
        return None
    # The same text is YAML once tabs, which JSON allows only between values, are blanks: hence the lines.
    located = _load_yaml(text.replace("\t", " "))
    if len(located) == 1 and located[0].lines:
        return Document(data, located[0].lines, located[0].problems)
    return Document(data, {}, tuple(Problem("$", _written_twice(key)) for key in twice))


# --- YAML ----------------------------------------------------------------------------------------------


def _load_yaml(text: str) -> tuple[Document, ...]:
    """Read from the parser's events, not from its tree: the tree is built by recursion without a limit."""
    documents: list[Document] = []
    builder = _Builder()
    try:
        for event in yaml.parse(text, Loader=_Loader):
            if isinstance(event, yaml.DocumentStartEvent):
                builder = _Builder()
            elif isinstance(event, yaml.DocumentEndEvent):
                if not builder.empty:
                    documents.append(Document(builder.data, builder.lines, tuple(builder.problems)))
            elif not isinstance(event, yaml.StreamStartEvent | yaml.StreamEndEvent) and not builder.take(
                event
            ):
                documents.append(_refused(_TOO_DEEP, _line(event)))
                break
    except yaml.MarkedYAMLError as error:
        documents.append(_syntax(error, text))
    except (yaml.YAMLError, ValueError) as error:
        documents.append(_refused(f"this cannot be read as YAML or JSON: {' '.join(str(error).split())}"))
    return tuple(documents)


@dataclass(slots=True)
class _Open:
    """A list or mapping being filled: ``key`` is the name read last, None while one is awaited."""

    path: Path
    items: list[object] | None = None
    pairs: dict[str, object] | None = None
    key: str | None = None
    key_line: int = 0
    first: dict[str, int] = field(default_factory=dict)
    ignored: bool = False  # the value awaited stands under a key that cannot be used
    is_key: bool = False  # this list or mapping stands where a name should


class _Builder:
    """Builds one document from parser events, with an explicit stack."""

    def __init__(self) -> None:
        self.data: object = None
        self.lines: dict[Path, int] = {}
        self.problems: list[Problem] = []
        self.stack: list[_Open] = []
        self.empty = True

    def take(self, event: Any) -> bool:
        """One event; False when the document is nested too deep to be a form."""
        line = _line(event)
        if isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            self._filled(self.stack.pop())
            return True
        path = self._next_path()
        if isinstance(event, yaml.ScalarEvent):
            value: object = str(event.value)
            if event.style in (None, "") and event.value in _NOTHING:
                value = None
            if not self.stack and value is None:
                return True  # a document of comments only
            self.empty = False
            self._put(value, str(event.value), path, line)
            return True
        self.empty = False
        if isinstance(event, yaml.AliasEvent):
            self._report(path, "anchors and aliases (& and *) are not read here: write the value out", line)
            self._put(None, None, path, line)
            return True
        if len(self.stack) >= DEEPEST:
            return False
        parent = self.stack[-1] if self.stack else None
        awaits_key = parent is not None and parent.items is None and parent.key is None and not parent.ignored
        opened = _Open(path, is_key=awaits_key)
        if isinstance(event, yaml.SequenceStartEvent):
            opened.items = []
            self._put(opened.items, None, path, line)
        else:
            opened.pairs = {}
            self._put(opened.pairs, None, path, line)
        self.stack.append(opened)
        return True

    def _next_path(self) -> Path:
        if not self.stack:
            return ()
        top = self.stack[-1]
        if top.items is not None:
            return (*top.path, len(top.items))
        return (*top.path, "?" if top.key is None else top.key)

    def _put(self, value: object, as_key: str | None, path: Path, line: int) -> None:
        if not self.stack:
            self.data = value
            self.lines[()] = line
            return
        top = self.stack[-1]
        if top.items is not None:
            top.items.append(value)
            self.lines[path] = line
        elif top.pairs is None:
            return
        elif top.key is None and not top.ignored:
            self._key(top, as_key, line)
        else:
            if not top.ignored and top.key is not None:
                top.pairs[top.key] = value
                # A person looks for the name, not for a value that may begin on the next line.
                self.lines[path] = top.key_line
            if not isinstance(value, list | dict):
                top.key, top.ignored = None, False

    def _key(self, top: _Open, name: str | None, line: int) -> None:
        """A name before a colon; one that is no text, or stands there already, is reported and skipped."""
        if name is None:
            self._report(top.path, "a name must stand before the colon, not a list or a mapping", line)
        elif name in top.first:
            self._report((*top.path, name), _written_twice(name, top.first[name]), line)
        else:
            top.first[name] = top.key_line = line
            top.key = name
            return
        top.ignored = True

    def _filled(self, closed: _Open) -> None:
        """A list or mapping has ended: its parent, if a mapping, awaits the next name."""
        if self.stack and not closed.is_key:
            top = self.stack[-1]
            top.key, top.ignored = None, False

    def _report(self, path: Path, message: str, line: int) -> None:
        self.problems.append(Problem(place(path), message, line))


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _written_twice(key: str, line: int | None = None) -> str:
    where = f" (first on line {line})" if line is not None else ""
    return f"'{key}' is written twice in the same place{where}: keep one, or make it a list"


_NEEDS_QUOTES = re.compile(r"""[:\-,\[]\s+(?P<value>[>%@`*&!|][^,}\]#]*)""")


def _syntax(error: yaml.MarkedYAMLError, text: str) -> Document:
    """A YAML error in words a person can act on."""
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return _refused(f"this cannot be read as YAML: {error.problem or error.context or 'not well formed'}")
    lines = text.splitlines()
    # The parser often notices on the line after the one to mend.
    at = min(mark.line, max(0, len(lines) - 1))
    written = lines[at] if lines else ""
    start = error.context_mark.line + 1 if error.context_mark is not None else None
    quoted = _NEEDS_QUOTES.search(written)
    if quoted:
        value = quoted["value"].strip()
        advice = f'a value that begins with {value[0]} must stand in quotes: "{value}"'
    elif "\t" in written:
        advice = "there is a tab on this line: indent with blanks"
    elif re.search(r"[^\s:]:\s+[^:{]*[^\s:]:\s", written):
        advice = "a text with a colon in it must stand in quotes"
    else:
        words = (error.problem or "not well formed").replace(
            "could not find expected ':'", "a colon is missing"
        )
        advice = f"this is not YAML: {words}"
        if start is not None and start != at + 1:
            advice += (
                f"; what began on line {start} is not finished (look for a missing bracket, quote or colon)"
            )
    return _refused(advice, at + 1)
