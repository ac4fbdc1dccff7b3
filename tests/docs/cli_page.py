"""The commands and their options as a page: ``python -m tests.docs.cli_page > docs/reference/cli.md``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command

from paratope.cli.app import app

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "cli.md"

HEAD = """\
# The command line

*Made by `python -m tests.docs.cli_page` from the program's own help; do not edit.*

`paratope COMMAND --help` says the same on the screen. Nothing is sent anywhere: the program reads the files it is
given and writes where it is told.
"""

TAIL = """\
## What goes where

- Results go to standard output, or to `--out`. Complaints go to standard error, each with its file, its place and,
  where there is one, its line.
- What cannot be read never stops the rest: the other patients are still screened.
- Colours are for terminals only, and never when the variable `NO_COLOR` is set.
- Lines fill the terminal, up to 120 columns; in a pipe or a file they end at 100.

## Exit codes

| code | meaning |
|---|---|
| 0 | everything that was asked for was done |
| 1 | something that was given could not be read or written, or a check failed; the rest was done |
| 2 | the command line is wrong: an option, a date, a plan or a study that does not exist; nothing was done |
| 70 | a fault of the program; please report it (with `PARATOPE_DEBUG=1` it shows where) |
"""


def commands() -> Iterator[tuple[str, Any]]:
    """Every command with its full name, groups before what is in them."""
    waiting: list[tuple[str, Any]] = [("paratope", get_command(app))]
    while waiting:
        name, command = waiting.pop(0)
        yield name, command
        waiting[:0] = [(f"{name} {sub}", each) for sub, each in getattr(command, "commands", {}).items()]


def render() -> str:
    """The page."""
    lines = [HEAD]
    for name, command in commands():
        lines += [f"## {name}", "", _text(command.help), ""]
        if hasattr(command, "commands"):
            lines += ["| command | what it does |", "|---|---|"]
            lines += [
                f"| [`{name} {sub}`](#{_anchor(f'{name} {sub}')}) | {_first(each.help)} |"
                for sub, each in command.commands.items()
            ]
            lines.append("")
        else:
            lines += ["```", " ".join([name, "[OPTIONS]", *map(_shown, _arguments(command))]), "```", ""]
        rows = [*map(_argument, _arguments(command)), *map(_option, _options(command))]
        if rows:
            lines += ["| | meaning |", "|---|---|", *rows, ""]
    return "\n".join([*lines, TAIL])


def _arguments(command: Any) -> list[Any]:
    return [p for p in command.params if p.param_type_name == "argument"]


def _options(command: Any) -> list[Any]:
    return [p for p in command.params if p.param_type_name == "option" and p.name != "help"]


def _shown(argument: Any) -> str:
    return str(argument.metavar or argument.human_readable_name)


def _argument(argument: Any) -> str:
    return f"| `{_text(_shown(argument))}` | {_text(argument.help)} |"


def _option(option: Any) -> str:
    names = ", ".join(f"`{name}`" for name in (*option.opts[::-1], *option.secondary_opts))
    choices = getattr(option.type, "choices", None)
    holds = "" if option.is_flag else "|".join(map(str, choices)) if choices else str(option.metavar)
    value = f" `{_text(holds)}`" if holds else ""
    default = getattr(option.default, "value", option.default)
    shown = "" if option.is_flag or default in (None, "", ()) else f" Default: `{default}`."
    return f"| {names}{value} | {_text(option.help)}{shown} |"


def _text(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")


def _first(text: str | None) -> str:
    return _text((text or "").split("\n\n")[0])


def _anchor(title: str) -> str:
    return title.lower().replace(" ", "-")


if __name__ == "__main__":
    print(render(), end="")
