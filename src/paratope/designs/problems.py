"""What is wrong with a design or with outcomes that a person gave: all of it at once, each with its place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right.

    ``place``: a path from the top (``$.skeleton[2]``, ``--truth 2``, ``row 3``; ``$`` is the whole).
    ``message``: what is wrong and what to give instead, in plain words.
    """

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class Unusable(ValueError):
    """A design, a truth or outcomes that cannot be used; ``problems`` holds every reason."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(dict.fromkeys(problems))
        super().__init__("; ".join(map(str, self.problems)))


def refuse(problems: Iterable[Problem]) -> None:
    """Raise `Unusable` if there is any problem."""
    found = tuple(problems)
    if found:
        raise Unusable(found)
