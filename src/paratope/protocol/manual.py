"""Makes the reference page of the protocol file, ``docs/reference/protocol-format.md``, from the code.

``python -m paratope.protocol.manual > docs/reference/protocol-format.md``. A test fails when it is stale.
"""

from __future__ import annotations

import dataclasses
import inspect
import typing
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

from paratope.patient.model import When
from paratope.protocol import model
from paratope.protocol._field import declared, key_of
from paratope.protocol.lint import CHECKS
from paratope.protocol.patients import PLAN, LittlePatient
from paratope.protocol.times import PHASES, Period, Timepoint
from paratope.rules.nodes import Span
from paratope.rules.policies import FRESHNESS, HBV_COPIES_PER_IU

_HEAD = f"""# The protocol file

*Made by `python -m paratope.protocol.manual` from the code; do not edit.*

A study is one YAML file (JSON is read too). Its fields are those below and no others: a field that is not known
is an error, and so is a name in a rule that is not in the catalogue. All problems are told at once, each with its
place (`$.criteria[3].rule`), line and column. [How to write one](../howto/write-a-protocol.md) shows the way;
`docs/examples/cd19.yaml` is a small study to start from; [the rule language](rule-language.md) has a page of its
own; `protocol.schema.json` beside this page gives an editor the shape.

- This page describes version {model.FORMAT} of the format (`paratope: {model.FORMAT}`); a file of another version is
  refused.
- Every value is read by what its field must be: `short: 010` is the text 010, and `no` in a text field is the word.
- **What is not public is said to be so.** A part that exists but is not in the public text is written `withheld`
  where its table allows it, and asked for under `withheld:`. Nothing is filled in.
- A **span** is two numbers: the first character of a passage in the study's text and the one after its last,
  counted from 0 in the whole file read as UTF-8.
- A **length** is `28 days`, `1 month`, `18 years`; a **date** is `2026-02-13`, `2026-02` or `2026`; a **time** is
  `day 28` (or `D28`), `week 4`, `month 3` (or `M3`), `24 hours` elapsed, or one of: {", ".join(PHASES)}.
"""

_POLICIES = f"""## Policies

What the texts leave open and somebody must fix. They are house policies, shown in every report; a file may change
them for its study.

`freshness` gives the days for which a result stays current before the as-of date, by class (`null`: no limit; body
weight and height have no class and no limit). Left out, a class keeps its default:

| class | {" | ".join(FRESHNESS)} |
|---|{"---|" * len(FRESHNESS)}
| days | {" | ".join("no limit" if d is None else str(d) for d in FRESHNESS.values())} |

`policies` may hold:

- `instance_answers_topic` (default `true`): a topic with a recorded finding counts as asked, so that nothing else on
  that topic is taken as unasked.
- `copies_per_iu` (default `[{HBV_COPIES_PER_IU[0]:g}, {HBV_COPIES_PER_IU[1]:g}]`): copies of hepatitis B DNA in one
  international unit, from the lowest to the highest of the assays found.
"""

_PATIENTS = f"""## The study's own patients

Beside `KEY.yaml` stands `KEY.patients.yaml`: a list of little patients, each showing one thing, with the verdicts
expected. Only what is named is checked. `criteria` takes met, not_met, unknown or judgement, of the criterion's
text (an exclusion that is `met` excludes); `cohorts` takes match, no, unknown or judgement. A `plan` may date
{", ".join(f"`{name}`" for name in PLAN)}.
"""

_LINT = """## What the lint looks for

`paratope check` also says what is probably wrong with a protocol, or with the study it states. An **error** cannot
be right, a **warning** probably is not, a **note** is right but worth knowing. No check knows a particular study.
"""


def page() -> str:
    """The text of the page."""
    sections = [
        _HEAD,
        *_tables(model.Protocol),
        _POLICIES,
        _PATIENTS,
        *_tables(LittlePatient),
        _LINT,
        _checks(),
    ]
    return "\n".join(sections)


def _tables(top: type[Any]) -> Iterator[str]:
    """A table for a class, then for each class it holds, in the order of the fields."""
    waiting, seen = [top], {top}
    for cls in waiting:
        hints = typing.get_type_hints(cls)
        title = "The file" if cls is model.Protocol else _name(cls)
        lines = [
            f"## {title}",
            "",
            inspect.cleandoc(cls.__doc__ or "").split("\n\n")[0].replace("\n", " "),
            "",
        ]
        lines += ["| field | what | meaning |", "|---|---|---|"]
        for field in declared(cls):
            kind = hints[field.name]
            for inner in _classes(kind):
                if inner not in seen and field.metadata["as"] not in ("rule", "policies"):
                    seen.add(inner)
                    waiting.append(inner)
            must = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
            name = f"**`{key_of(field)}`**" if must else f"`{key_of(field)}`"
            lines.append(f"| {name} | {_kind(kind, field.metadata['as'])} | {field.metadata['says']} |")
        if cls is top:
            lines += ["", "Fields in bold must be written."]
        yield "\n".join([*lines, ""])


def _name(cls: type[Any]) -> str:
    words = "".join(f" {c.lower()}" if c.isupper() else c for c in cls.__name__).strip().capitalize()
    return words.replace("Dlt", "DLT")


def _classes(kind: Any) -> Iterator[type[Any]]:
    if isinstance(kind, type) and issubclass(kind, (When, Span, Period, Timepoint)):
        return
    if dataclasses.is_dataclass(kind):
        yield typing.cast("type[Any]", kind)
    for argument in get_args(kind):
        if get_origin(kind) is not Literal:
            yield from _classes(argument)


_NAMED = {
    "rule": "rule",
    "span": "span",
    "line": "whole number",
    "freshness": "days by class",
    "policies": "see below",
    "verdicts": "verdicts by criterion",
    "matches": "words by cohort",
    "plan": "dates by name",
    "raw": "the plain form of a patient",
}
_SCALARS: dict[Any, str] = {
    str: "text", int: "whole number", float: "number", bool: "true or false", When: "date", Span: "length",
    Period: "length, `after` what", Timepoint: "time", type(None): "",
}  # fmt: skip


def _kind(kind: Any, named: str | None) -> str:
    if named is not None:
        return _NAMED[named]
    if kind in _SCALARS:
        return _SCALARS[kind]
    if dataclasses.is_dataclass(kind):
        name = _name(typing.cast("type[Any]", kind))
        return f"[{name.lower()}](#{name.lower().replace(' ', '-')})"
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return " or ".join(f"`{a}`" for a in arguments)
    if origin is tuple:
        return f"list of {_kind(arguments[0], None)}"
    return " or ".join(filter(None, (_kind(a, None) for a in arguments)))


def _checks() -> str:
    lines = ["| code | what it finds |", "|---|---|"]
    for check in CHECKS:
        says = " ".join((check.run.__doc__ or "").split()).replace("``", "`")
        lines.append(f"| {', '.join(f'`{code}`' for code in check.codes)} | {says} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    print(page(), end="")
