"""Where on the page a problem is: the column of a field's name, or of a word inside a rule."""

from __future__ import annotations

import re
from collections.abc import Sequence

_VALUE = re.compile(r"[\"']?\s*:\s*(?:[>|][+-]?\s*$|[\"']?)")
"""From the end of a field's name to the first character of its text (or to the end, before a block)."""


def locate(
    lines: Sequence[str], line: int, name: str | None, character: int | None
) -> tuple[int, int | None]:
    """Line and column (from 1) of the field ``name`` whose value begins on ``line``; with ``character``, of that
    character (from 1) of the field's text. The column is None where the line does not tell."""
    first = lines[line - 1]
    names = _named(name, first) if name is not None else []
    if not names:
        return line, len(first) - len(first.lstrip()) + 1 if first.strip() else None
    if len(names) > 1:
        return line, None
    if character is None:
        return line, names[0].start() + 1
    value = _VALUE.match(first, names[0].end())
    at = value.end() if value else len(first)
    # A text over several lines is read with one blank for each line break and the indentation after it.
    for number, written in enumerate(lines[line - 1 :], start=line):
        at = at if number == line else len(written) - len(written.lstrip())
        length = len(written.rstrip()) - at
        if length <= 0:
            continue
        if character <= length + 1:
            return number, at + character
        character -= length + 1
    return line, None


def _named(name: str, line: str) -> list[re.Match[str]]:
    return list(re.finditer(rf"(?<![\w-]){re.escape(name)}(?=[\"']?\s*:)", line))
