"""The reference of the plain form, as Markdown.

``python -m paratope.patient.plain.manual > docs/reference/patient-form.md`` writes the page, from the table
of fields and the template. A test fails when the stored page is not current.
"""

from __future__ import annotations

from collections.abc import Iterator

from paratope.patient.plain.fields import ATTRIBUTE_FIELDS, MORE_FIELDS, SECTIONS, TYPES, Field, Section
from paratope.patient.template import TEMPLATE

_SHAPES = {
    "one": "One mapping.",
    "one or more": "One mapping, or a list of them.",
    "list": "A list of mappings.",
    "names": "A list of names; one may be written as a mapping to say more.",
    "by name": "A mapping from names to `yes` or `no`, or to the fields below.",
    "texts": "A list of texts.",
}

_INTRODUCTION = """# The patient form

A patient record typed by a person, as YAML or JSON. Every section but `patient` may be left out, and every field
that is not marked as required. What is left out is *not recorded*: it counts as unknown, never as absent.

`paratope patient template` prints a form to fill in; it stands [at the end of this page](#the-template).
`paratope patient show FILE` shows what was understood. Editors that know JSON Schema can use
[patient.schema.json](patient.schema.json).

## How it is read

- A file is read whole or not at all: with any error nothing is screened, and every error is told at once, with its
  place (`$.labs[2].value`), its line and what to write instead.
- Warnings do not stop the reading. A result that cannot be right (haemoglobin 1180 g/L) is kept, shown, and decides
  nothing.
- Names (of diseases, drugs, tests) are those of the catalogue, by any spelling it knows: *haemoglobin*, *hemoglobin*,
  *Hb*, *血红蛋白*. A name that is not known is an error, with the nearest names.
- Nothing is guessed. `no` is a word here, `1:30` no number of seconds, `010` not eight, and `on` a field like any
  other. A value that begins with `>` or `%`, and one with `: ` or ` #` in it, must stand in quotes in YAML.
- Names of sections and fields may be written with blanks, hyphens or underscores, in any case.
- Silence is not absence. What was asked about and is not there goes under `none of`; a list that somebody went
  through and found complete goes under `reviewed`.
"""


def render() -> str:
    """The page."""
    return "\n".join(_page())


def _page() -> Iterator[str]:
    yield _INTRODUCTION
    yield "## What a field may hold"
    yield ""
    yield "| kind of field | what it holds |"
    yield "|---|---|"
    for name, meaning in TYPES.items():
        yield f"| {name} | {_cell(meaning)} |"
    yield ""
    for section in SECTIONS:
        yield from _section(section)
    yield from _properties()
    yield "## The template"
    yield ""
    yield "```yaml"
    yield TEMPLATE.rstrip("\n")
    yield "```"
    yield ""


def _section(section: Section) -> Iterator[str]:
    yield f"## {section.names[0]}"
    yield ""
    others = ", ".join(f"`{name}`" for name in section.names[1:])
    also = f" Also written {others}." if others else ""
    yield f"{section.meaning} {_SHAPES[section.shape]}{also}"
    yield ""
    properties = {f.name for f in (*ATTRIBUTE_FIELDS, *MORE_FIELDS)}
    shown = [f for f in section.fields if f.name not in properties]
    if shown:
        yield from _table(shown)
    if len(shown) < len(section.fields):
        yield "And any of the [properties of an entry](#properties-of-an-entry)."
        yield ""


def _properties() -> Iterator[str]:
    yield "## Properties of an entry"
    yield ""
    yield "Of findings, therapies and medicines. A property that is not written is not recorded; `unknown` says so"
    yield "expressly. Three are concluded from the rest where nothing is written: a finding is `active` while it lasts"
    yield "or, if it is lasting, has no end on record; it was `treated` if a treatment is dated; the `half-life` of a"
    yield "therapy is that of the longest-lived of its drugs, where the catalogue knows them all."
    yield ""
    yield from _table([*ATTRIBUTE_FIELDS, *MORE_FIELDS])


def _table(fields: list[Field]) -> Iterator[str]:
    yield "| field | holds | meaning | example |"
    yield "|---|---|---|---|"
    for f in fields:
        name = f"`{f.name}`" + (" (required)" if f.required else "")
        also = f"; also written {', '.join(f'`{a}`' for a in f.aliases)}" if f.aliases else ""
        words = f": {', '.join(f.words)}" if f.words else ""
        more = "" if f.closed or not f.words else ", ..."
        yield f"| {name} | {f.type} | {_cell(f.meaning + words + more + also)} | `{_cell(f.example)}` |"
    yield ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    print(render(), end="")
