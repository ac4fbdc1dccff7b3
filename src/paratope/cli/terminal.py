"""Writing for a terminal or for a pipe."""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Callable, Iterable
from typing import TextIO

import typer

STYLES = {
    "title": "\x1b[1m",
    "quiet": "\x1b[2m",
    "excluded": "\x1b[31m",
    "open": "\x1b[33m",
    "judgement": "\x1b[35m",
    "eligible": "\x1b[32m",
}
RESET = "\x1b[0m"


def coloured(stream: TextIO) -> bool:
    """Colour only for people: a terminal, and no NO_COLOR (no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def width() -> int:
    """Columns to fill: the terminal's, at most 120; 100 in a pipe."""
    return min(shutil.get_terminal_size((100, 24)).columns, 120)


def paint(text: str, style: str, colour: bool) -> str:
    """``text`` in a style, if colours are on."""
    code = STYLES.get(style) if colour else None
    return f"{code}{text}{RESET}" if code else text


def complain(message: str) -> None:
    """A message about the input, on standard error."""
    print(f"paratope: {message}", file=sys.stderr)


def complain_all(origin: str, problems: Iterable[object]) -> None:
    """Every problem of a file, each with its place; ``$`` alone is the file itself and is not said."""
    for p in problems:
        print(f"{origin}: {str(p).removeprefix('$: ')}", file=sys.stderr)


def reason_of(error: Exception) -> str:
    """Why a file cannot be read, in plain words."""
    if isinstance(error, OSError):
        return (error.strerror or type(error).__name__).lower()
    return "it is not a text in UTF-8"


def speak_utf8() -> None:
    """What goes to programs (JSON, HTML) is UTF-8, whatever the terminal speaks."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")


def speak_plainly() -> None:
    """A terminal that cannot show a sign gets a question mark, not a fault."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def finish(run: Callable[[], int]) -> None:
    """End with the code of ``run``. A reader of our pipe who has had enough is no error of ours."""
    speak_plainly()
    try:
        code = run()
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    raise typer.Exit(code)
