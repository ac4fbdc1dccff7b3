"""Makes the reference page of the designs, ``docs/reference/designs.md``, from the code.

``python -m paratope.designs.manual > docs/reference/designs.md``. A test fails when it is stale.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterator
from dataclasses import MISSING
from typing import Any

from paratope.designs.catalogue import NAMES, design_class
from paratope.designs.fields import Parameter, parameters
from paratope.designs.modifiers import MODIFIERS
from paratope.designs.reasons import rules

_HEAD = """\
# The designs

*Made by `python -m paratope.designs.manual` from the code; do not edit.*

A design is a JSON file: `{"design": "boin", "doses": 5, "target": 0.3}`, with any of the parameters below, and
`"modifiers": [{"modifier": "too-toxic", "limit": 0.33}]` for rules that wrap it. On the command line a parameter
`early_stop_n` is the option `--early-stop-n`. `paratope design list NAME` says the same on the screen.

Dose levels are counted from 1, the lowest. A *level* here is what is compared; what it holds (cells per kilogram,
milligrams) is the study's. Whatever is wrong with a design is told all at once, each thing with its place.
"""

_MODIFIERS = """\
## Modifiers

They wrap any design, in the order given; the last is outermost. Each sees the ruling of what it wraps and may
change it. On the command line: `--modifier NAME:parameter=value,...`, repeated.
"""

_RULES = """\
## Every rule by its name

A decision names the rule that decided, and says it with its numbers. What stands in braces is filled in.

| rule | what it says |
|---|---|"""


def render() -> str:
    """The page."""
    lines = [_HEAD]
    for name in NAMES:
        cls = design_class(name)
        lines += [f"## `{name}`: {cls.title}", "", *_doc(cls), *_table(cls)]
    lines.append(_MODIFIERS)
    for name, modifier in MODIFIERS.items():
        lines += [f"### `{name}`", "", *_doc(modifier), *_table(modifier)]
    lines.append(_RULES)
    lines += [f"| `{r.key}` | {_cell(r.says)} |" for r in sorted(rules(), key=lambda r: r.key)]
    return "\n".join(lines) + "\n"


def _doc(cls: type) -> Iterator[str]:
    text = inspect.cleandoc(cls.__doc__ or "")
    yield from text.replace("``", "`").splitlines()
    yield ""


def _table(cls: type) -> Iterator[str]:
    found = list(parameters(cls))
    if not found:
        return
    yield "| parameter | holds | unless given | meaning |"
    yield "|---|---|---|---|"
    for f, p in found:
        yield f"| `{f.name}` | {_cell(_holds(p))} | {_default(f.default)} | {_cell(p.help)} |"
    yield ""


def _holds(p: Parameter) -> str:
    if p.kind == "choice":
        return " or ".join(f"`{c}`" for c in p.choices)
    if p.kind == "flag":
        return "true or false"
    if p.kind == "table":
        return "rows"
    kind = {
        "whole": "a whole number",
        "number": "a number",
        "numbers": "a list, rising" if p.rising else "a list",
    }
    return f"{kind[p.kind]}{_span(p)}"


def _span(p: Parameter) -> str:
    if p.low == -math.inf and p.high == math.inf:
        return ""
    if p.low == p.high:
        return f": {p.low:g}"
    if p.high == math.inf:
        return f" above {p.low:g}" if p.open else f", at least {p.low:g}"
    return f" between {p.low:g} and {p.high:g}" if p.open else f" from {p.low:g} to {p.high:g}"


def _default(value: Any) -> str:
    if value is MISSING:
        return "must be given"
    if value is None:
        return "–"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    print(render(), end="")
