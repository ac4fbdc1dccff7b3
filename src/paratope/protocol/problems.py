"""What is wrong with a protocol file: values, all at once, each with its place, line and column."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right before the file can be used.

    ``place``: the path from the top of the file, ``$.criteria[3].rule``; ``$`` is the file itself.
    ``line`` and ``column`` count from 1; the column is that of the word meant, where it could be found.
    """

    place: str
    message: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        at = (
            ""
            if self.line is None
            else f" (line {self.line}" + (f", column {self.column})" if self.column else ")")
        )
        return f"{self.place}{at}: {self.message}"


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Each once, as a reader of the file meets them; those without a line last."""
    return tuple(
        sorted(dict.fromkeys(problems), key=lambda p: (p.line is None, p.line or 0, p.column or 0, p.place))
    )
