"""Every example of the documentation runs and prints what is said; every link leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs import cli_page
from tests.docs.session import ROOT, Session, blocks, commands, matches, shortened

DOCS = ROOT / "docs"
FOLLOWED = [
    ROOT / "README.md",
    DOCS / "index.md",
    *sorted((DOCS / "tutorials").glob("*.md")),
    *sorted((DOCS / "howto").glob("*.md")),
]
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]


def _name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", FOLLOWED, ids=_name)
def test_the_examples_of_a_page_print_what_it_says(page: Path, tmp_path: Path) -> None:
    session = Session(tmp_path)
    for block in blocks(page.read_text(encoding="utf-8")):
        if block.file is not None:
            session.write(block)
        elif block.language == "python":
            session.python(block, str(page))
        elif block.language == "console":
            for command in commands(block.body):
                printed = session.run(command.command)
                said = "\n".join(printed)
                where = f"{_name(page)}:{block.line}: $ {command.command}"
                assert session.code in (0, 1, 2), f"{where}\n{said}"
                assert "Traceback" not in said, f"{where}\n{said}"
                assert matches(command.expected, printed), (
                    f"{where} prints\n{said}\n\nTo take it over: python -m tests.docs.session {_name(page)}"
                )


def test_every_tutorial_and_the_front_page_have_examples_to_run() -> None:
    for page in [ROOT / "README.md", *(DOCS / "tutorials").glob("*.md")]:
        assert any(b.language == "console" for b in blocks(page.read_text(encoding="utf-8"))), page


# --- links ---------------------------------------------------------------------------------------------

_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ +(.+?) *#*$", re.MULTILINE)


def _without_code(text: str) -> str:
    """The page without its blocks and code spans, in which brackets are no links."""
    for block in reversed(list(blocks(text))):
        text = text[: block.span[0]] + text[block.span[1] :]
    return re.sub(r"`[^`\n]+`", "``", text)


def _anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    text = page.read_text(encoding="utf-8")
    for block in reversed(list(blocks(text))):
        text = text[: block.span[0]] + text[block.span[1] :]
    found: dict[str, int] = {}
    anchors = set()
    for heading in _HEADING.findall(text):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        anchors.add(f"{slug}-{found[slug]}" if slug in found else slug)
        found[slug] = found.get(slug, 0) + 1
    return anchors


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_the_links_of_a_page_lead_somewhere(page: Path) -> None:
    for target in _LINK.findall(_without_code(page.read_text(encoding="utf-8"))):
        if target.startswith(("https://", "http://")):
            continue
        path, _, anchor = target.partition("#")
        there = page if not path else (page.parent / path).resolve()
        assert there.exists(), f"{_name(page)}: {target}"
        if anchor:
            assert anchor in _anchors(there), f"{_name(page)}: {target}"


def test_every_page_can_be_reached_from_the_front_page() -> None:
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        for target in _LINK.findall(_without_code(page.read_text(encoding="utf-8"))):
            path = target.partition("#")[0]
            if path and not path.startswith("http"):
                waiting.append((page.parent / path).resolve())
    assert {_name(p) for p in PAGES} <= {_name(p) for p in reached}


# --- the command line's page ---------------------------------------------------------------------------


def test_the_page_of_the_command_line_is_current() -> None:
    stored = cli_page.PAGE.read_text(encoding="utf-8")
    assert stored == cli_page.render(), "run: python -m tests.docs.cli_page > docs/reference/cli.md"


def test_every_command_and_every_option_is_on_the_page() -> None:
    page = cli_page.PAGE.read_text(encoding="utf-8")
    for name, command in cli_page.commands():
        _, _, section = page.partition(f"\n## {name}\n")
        section = section.split("\n## ")[0]
        assert section, name
        for parameter in command.params:
            if parameter.name != "help":
                shown = parameter.opts if parameter.param_type_name == "option" else [parameter.metavar]
                assert all(word.replace("|", "\\|") in section for word in shown), (name, parameter.name)


# --- the reader of pages itself ------------------------------------------------------------------------

PAGE = """\
Text.

File `a.yaml`:

```yaml
x: 1
```

```console
$ paratope --version
paratope 0
$ one \\
    two
...
end
```
"""


def test_blocks_and_commands_are_read_as_written() -> None:
    file, console = blocks(PAGE)
    assert (file.language, file.file, file.body) == ("yaml", "a.yaml", "x: 1\n")
    assert (console.language, console.file, console.line) == ("console", None, 9)
    first, second = commands(console.body)
    assert first == ("paratope --version", ("paratope 0",), ("$ paratope --version",))
    assert second == ("one two", ("...", "end"), ("$ one \\", "    two"))


@pytest.mark.parametrize(
    ("expected", "printed", "same"),
    [
        ([], [], True),
        ([], ["a"], False),
        (["a"], ["a"], True),
        (["a.c"], ["abc"], False),
        (["a", "..."], ["a"], True),
        (["a", "...", "d"], ["a", "b", "c", "d"], True),
        (["...", "d"], ["a", "d", "e"], False),
        (["a", "...", "b", "...", "c"], ["a", "x", "b", "c"], True),
        (["a", "b"], ["a", "x", "b"], False),
    ],
)
def test_three_dots_stand_for_any_lines(expected: list[str], printed: list[str], same: bool) -> None:
    assert matches(expected, printed) is same


def test_a_page_is_refreshed_with_its_gaps() -> None:
    before = ["Patient A", "...", "  fails  I2  a reason", "..."]
    now = ["Patient A", "new", "  fails  I2  another reason", "end"]
    assert shortened(before, now) == ["Patient A", "...", "  fails  I2  another reason", "..."]
    assert shortened(["old"], now) == now
