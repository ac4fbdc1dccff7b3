"""Pages whose examples run: what a fenced block says, and a directory to run it in.

- A ``console`` block holds commands, each after ``$ ``, and what they print; a line ``...`` stands for any lines.
- A block after a line such as ``File `study.yaml`:`` is that file, written before the next command.
- A ``python`` block that is no file is run where it stands; the blocks of one page share their names.

``python -m tests.docs.session PAGE...`` runs the pages and writes what the commands print now into their blocks.
Where a block was shortened, the lines it kept are found again and the gaps between them are marked.
"""

from __future__ import annotations

import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]
EXAMPLES = Path("src/paratope/patient/examples")
REST = "..."

_FENCE = re.compile(
    r"^(?P<fence>`{3,})(?P<info>[^`\n]*)\n(?P<body>.*?)^(?P=fence)[ ]*$", re.MULTILINE | re.DOTALL
)
_FILE = re.compile(r"File `([^`]+)`[^`]*:\s*\Z")


class Block(NamedTuple):
    """A fenced block: its language, its text, the file it is (if it is one), its line, where its text stands."""

    language: str
    body: str
    file: str | None
    line: int
    span: tuple[int, int]


class Command(NamedTuple):
    """A command of a console block, the lines it is said to print, and the lines it is written in."""

    command: str
    expected: tuple[str, ...]
    written: tuple[str, ...]


def blocks(text: str) -> Iterator[Block]:
    """The fenced blocks of a page, in order."""
    for match in _FENCE.finditer(text):
        named = _FILE.search(text[: match.start()])
        line = text.count("\n", 0, match.start()) + 1
        yield Block(
            match["info"].strip(), match["body"], named[1] if named else None, line, match.span("body")
        )


def commands(body: str) -> Iterator[Command]:
    """The commands of a console block."""
    written: list[str] = []
    printed: list[str] = []

    def command() -> Command:
        parts = (part.removesuffix("\\").strip() for part in [written[0][2:], *written[1:]])
        return Command(" ".join(parts), tuple(printed), tuple(written))

    for line in body.splitlines():
        if written and written[-1].endswith("\\") and not printed:
            written.append(line)
        elif line.startswith("$ "):
            if written:
                yield command()
            written, printed = [line], []
        else:
            assert written, f"before the first command: {line!r}"
            printed.append(line.rstrip())
    if written:
        yield command()


class Session:
    """A directory with the example patients and studies at their places, in which a page is followed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "work"
        tools = folder / "tools"
        tools.mkdir()
        for name, call in {"paratope": "-m paratope", "python": ""}.items():
            tool = tools / name
            tool.write_text(f'#!/bin/sh\nexec "{sys.executable}" {call} "$@"\n', encoding="utf-8")
            tool.chmod(0o755)
        for kept in (EXAMPLES, EXAMPLES.with_name("plans"), Path("docs/examples")):
            shutil.copytree(ROOT / kept, self.folder / kept)
        kept_environment = {k: v for k, v in os.environ.items() if k not in ("PARATOPE_DEBUG", "TERM")}
        self.environment = kept_environment | {
            "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT / "src"),
            "COLUMNS": "100",
            "LC_ALL": "C.UTF-8",
        }
        self.code = 0
        self.names: dict[str, Any] = {"__name__": "page"}

    def write(self, block: Block) -> None:
        """Write the file that a block is."""
        assert block.file is not None
        path = self.folder / block.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.body, encoding="utf-8")

    def run(self, command: str) -> tuple[str, ...]:
        """The lines a command prints, on both outputs. ``$?`` is the code of the command before."""
        done = subprocess.run(
            ["bash", "-c", f"(exit {self.code}); {command}"],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        self.code = done.returncode
        return tuple(line.rstrip() for line in done.stdout.splitlines())

    def python(self, block: Block, page: str) -> None:
        """Run a Python block."""
        before = os.getcwd()
        os.chdir(self.folder)
        try:
            exec(compile("\n" * block.line + block.body, page, "exec"), self.names)
        finally:
            os.chdir(before)


def matches(expected: Sequence[str], printed: Sequence[str]) -> bool:
    """Whether lines were printed as said; ``...`` stands for any number of lines."""
    pattern = "".join(r"(?:.*\n)*?" if e.strip() == REST else re.escape(e) + r"\n" for e in expected)
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in printed)) is not None


def shortened(expected: Sequence[str], printed: Sequence[str]) -> list[str]:
    """What was printed, shortened where the page had it shortened: each line it kept is found again by likeness."""
    if not any(e.strip() == REST for e in expected):
        return list(printed)
    kept: list[int] = []
    for wanted in (e for e in expected if e.strip() != REST):
        rest = range(kept[-1] + 1 if kept else 0, len(printed))
        likeness = {i: difflib.SequenceMatcher(None, wanted, printed[i]).ratio() for i in rest}
        best = max(likeness, key=lambda i: (likeness[i], -i), default=None)
        if best is not None and likeness[best] > 0.6:
            kept.append(best)
    lines: list[str] = []
    last = -1
    for i in [*kept, len(printed)]:
        if i > last + 1:
            lines.append(REST)
        if i < len(printed):
            lines.append(printed[i])
        last = i
    return lines


def refreshed(text: str, session: Session, page: str) -> str:
    """The page with what its commands print now."""
    edits: list[tuple[tuple[int, int], str]] = []
    for block in blocks(text):
        if block.file is not None:
            session.write(block)
        elif block.language == "python":
            session.python(block, page)
        elif block.language == "console":
            lines: list[str] = []
            for command in commands(block.body):
                printed = session.run(command.command)
                lines += command.written
                lines += (
                    command.expected
                    if matches(command.expected, printed)
                    else shortened(command.expected, printed)
                )
            edits.append((block.span, "\n".join(lines) + "\n"))
    for (start, end), body in reversed(edits):
        text = text[:start] + body + text[end:]
    return text


def main() -> None:
    """Refresh the pages named."""
    for name in sys.argv[1:]:
        page = Path(name)
        with tempfile.TemporaryDirectory() as folder:
            text = page.read_text(encoding="utf-8")
            page.write_text(refreshed(text, Session(Path(folder)), name), encoding="utf-8")


if __name__ == "__main__":
    main()
