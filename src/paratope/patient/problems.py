"""What is wrong with a file a person wrote: values, all at once, each with its place and its line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right.

    ``place``: where, as a path from the top of the file (``$.labs[2].value``; ``$`` is the file itself).
    ``message``: what is wrong and what to write instead, in plain words. ``line``: counted from 1, when it
    is known. ``warning``: the file was read all the same (a result that cannot be right, say, is kept and
    decides nothing); any problem that is no warning means that nothing was read.
    """

    place: str
    message: str
    line: int | None = None
    warning: bool = False

    def __str__(self) -> str:
        line = f" (line {self.line})" if self.line is not None else ""
        return f"{self.place}{line}: {'warning: ' if self.warning else ''}{self.message}"


def errors(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Those for which nothing was read, in the order found."""
    return tuple(p for p in problems if not p.warning)


def warnings(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Those that were worth saying though the file was read, in the order found."""
    return tuple(p for p in problems if p.warning)


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Each problem once, as a reader of the file meets them: by line, those without a line last."""
    return tuple(sorted(dict.fromkeys(problems), key=lambda p: (p.line is None, p.line or 0)))
