"""The text of a rule as it was typed, and as the parser reads it: tidy, with a way back to the place.

Tidying: any white space (line breaks, non-breaking spaces) becomes one space, dashes become hyphens, ``×``
becomes ``x``, and a comma has one space after it and none before. Text in quotes is left exactly as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

_QUOTED = r'"(?:\\.|[^"\\])*"|“[^”]*”'
_PIECES = re.compile(rf"({_QUOTED})|(\s*,\s*)|(\s+)|[^\s,\"“]+|.", re.DOTALL)
_UNTIDY = re.compile(r'["“]|[^\S ]|  | ,|,\S|,$|^ ')
_SIGNS = str.maketrans({"–": "-", "‐": "-", "‑": "-", "−": "-", "×": "x"})


class Text:
    """``given`` as typed; ``tidy`` as read. Places (``at``) are indices into ``tidy``."""

    def __init__(self, given: str) -> None:
        self.given = given
        if _UNTIDY.search(given) is None:
            self.tidy = given.translate(_SIGNS)
        else:
            self.tidy = "".join(piece for piece, _ in self._pieces())
        lowered = self.tidy.lower()
        self.lowered = lowered if len(lowered) == len(self.tidy) else self.tidy

    def place(self, at: int) -> tuple[int, int]:
        """Line and column of ``at`` in the text as typed, both from 1."""
        index = self.index(at)
        return self.given.count("\n", 0, index) + 1, index - self.given.rfind("\n", 0, index)

    def index(self, at: int) -> int:
        """The index into the text as typed that ``at`` came from."""
        for tidy_start, length, given_start in self._places:
            if at < tidy_start + length:
                return given_start + at - tidy_start
        return len(self.given.rstrip())

    @cached_property
    def _places(self) -> tuple[tuple[int, int, int], ...]:
        places = []
        tidy_start = 0
        for piece, given_start in self._pieces():
            places.append((tidy_start, len(piece), given_start))
            tidy_start += len(piece)
        return tuple(places)

    def _pieces(self) -> Iterator[tuple[str, int]]:
        """Each piece of the tidy text, and where it begins in the text as typed."""
        for match in _PIECES.finditer(self.given):
            start = match.start()
            if match[1]:
                yield match[0], start
            elif match[2]:
                yield ", ", start + match[0].index(",")
            elif match[3]:
                yield ("" if start == 0 else " "), start
            else:
                yield match[0].translate(_SIGNS), start
