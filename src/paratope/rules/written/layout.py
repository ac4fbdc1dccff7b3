"""Lays a document out on one line, or over indented lines when it is wider than allowed.

After P. Wadler, "A prettier printer" (2003): a ``Group`` is written on one line if it fits, else each of its
own breaks becomes a new line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

INDENT = 2


@dataclass(frozen=True, slots=True)
class Break:
    """A place where a line may end: ``flat`` is written if it does not."""

    flat: str


@dataclass(frozen=True, slots=True)
class Nest:
    """Lines begun inside are indented."""

    inside: Document


@dataclass(frozen=True, slots=True)
class Group:
    """Broken as a whole or not at all."""

    inside: Document


Document: TypeAlias = "str | Break | Nest | Group | tuple[Document, ...]"

SPACE = Break(" ")
NOTHING = Break("")


def flat(document: Document) -> str:
    """The document on one line."""
    out: list[str] = []
    todo = [document]
    while todo:
        item = todo.pop()
        match item:
            case str():
                out.append(item)
            case tuple():
                todo.extend(reversed(item))
            case Break():
                out.append(item.flat)
            case Nest() | Group():
                todo.append(item.inside)
    return "".join(out)


def lay_out(document: Document, width: int) -> str:
    """The document in lines of at most ``width`` signs where its breaks allow that."""
    out: list[str] = []
    column = 0
    todo: list[tuple[int, bool, Document]] = [(0, True, Group(document))]  # indent, broken, what
    while todo:
        indent, broken, item = todo.pop()
        match item:
            case str():
                out.append(item)
                column += len(item)
            case tuple():
                todo.extend((indent, broken, part) for part in reversed(item))
            case Nest():
                todo.append((indent + INDENT, broken, item.inside))
            case Group():
                text = flat(item.inside)
                rest = _up_to_break(todo)
                todo.append((indent, column + len(text) + rest > width, item.inside))
            case Break() if broken:
                out.append("\n" + " " * indent)
                column = indent
            case Break():
                out.append(item.flat)
                column += len(item.flat)
    return "".join(out)


def _up_to_break(todo: list[tuple[int, bool, Document]]) -> int:
    """The width of what must stand on the same line after a group: up to the next place that may break."""
    width = 0
    waiting = [(broken, item) for _, broken, item in todo]
    while waiting:
        broken, item = waiting.pop()
        match item:
            case str():
                width += len(item)
            case tuple():
                waiting.extend((broken, part) for part in reversed(item))
            case Nest():
                waiting.append((broken, item.inside))
            case Group():
                waiting.append((True, item.inside))
            case Break():
                if broken:
                    return width
                width += len(item.flat)
    return width
