"""A design from a file and from options, with everything that is wrong said at once, each at its option or place."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from paratope.cli.design.values import NO, YES, convert, split
from paratope.cli.terminal import reason_of
from paratope.designs import NAMES, Problem, Unusable, read_design
from paratope.designs.base import Design
from paratope.designs.catalogue import design_class
from paratope.designs.fields import parameters
from paratope.designs.modifiers import MODIFIERS

ALIASES = {
    "extrasafe": "extra_safe_stop",
    "n_earlystop": "early_stop_n",
    "cutoff_eli": "cutoff",
    "boundmtd": "bound_mtd",
}
"""What R BOIN calls some parameters."""

SHORT = {
    "titration": ("titration", None),
    "no_skipping": ("no-skipping", None),
    "coherent": ("coherence", None),
    "too_toxic": ("too-toxic", None),
    "stop_at_dose": ("enough-at-dose", "n"),
    "precision": ("precision", "width"),
    "max_n": ("maximum-n", "n"),
}
"""Short forms of modifiers: the modifier, and its parameter that the option's value is. In the order in which they
are put around the design; titration comes before all others."""

NOT_PARAMETERS = ("file", "design", "options")
WHY_VARIANT = (
    "is missing: there are three incompatible 3+3 designs with different answers and sample sizes, so none is the "
    "default: no-deescalation (stop at the first level above the MTD), deescalate-to-six (then go down and expand "
    "the level below to six), six-at-mtd (as before, and the highest level too must have six)"
)


@dataclass(slots=True)
class Assembled:
    """The design as plain data, before it is read.

    ``spec``: None where not even the name is known. ``origin``: what said each parameter (an option). ``around``:
    what said each modifier. ``rest``: words that are no options. ``unread``: rows of a table could not be read.
    ``problems``: what is wrong so far.
    """

    spec: dict[str, Any] | None = None
    file: str | None = None
    origin: dict[str, str] = field(default_factory=dict)
    around: list[str | None] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    unread: bool = False
    problems: list[Problem] = field(default_factory=list)

    def complain(self, place: str, message: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(place, message))

    @property
    def levels(self) -> int | None:
        """The number of dose levels that was said, whether or not the design can be read."""
        said = (self.spec or {}).get("doses")
        return said if isinstance(said, int) and not isinstance(said, bool) and said > 0 else None

    def as_many_levels_as(self, truths: Sequence[str] | None) -> None:
        """Unless the number of dose levels was said, it is that of the first assumed truth."""
        if self.spec is not None and "doses" not in self.spec and truths:
            self.spec["doses"] = len(split(truths[0]))

    def read(self) -> Design | None:
        """The design; None where it cannot be. What is wrong is among ``problems``, also where there is a design."""
        if self.spec is None:
            return None
        try:
            return read_design(self.spec)
        except Unusable as bad:
            found = [Problem(self.place(p.place), self._message(p)) for p in bad.problems]
            said = [p.place for p in self.problems]
            if self.unread:  # rows that could not be read are no holes
                found = [p for p in found if not p.message.startswith("there is no row for n")]
            self.problems += [
                p for p in found if not any(s == p.place or s.startswith(f"{p.place}[") for s in said)
            ]
            return None

    def place(self, place: str) -> str:
        """The option, or the place in the file, behind a place in the plain data."""
        if table := re.fullmatch(r"\$\.rows\[(\d+)\](?:\[(\d)\])?", place):
            row = int(table[1])
            if row < len(self.lines):
                return self.lines[row]
        if modifier := re.match(r"\$\.modifiers\[(\d+)\](?:\.(\w+))?", place):
            said = self.around[int(modifier[1])] if int(modifier[1]) < len(self.around) else None
            if said is not None:
                return said + (f":{modifier[2]}" if modifier[2] and said.startswith("--modifier") else "")
        if parameter := re.match(r"\$\.(\w+)(.*)", place):
            said = self.origin.get(parameter[1])
            if said is None and self.file is None:
                said = _option(parameter[1])
            if said is not None:
                return said + re.sub(r"\[(\d+)\]", lambda i: f"[{int(i[1]) + 1}]", parameter[2])
        return f"{self.file}: {place}" if self.file is not None else "--design"

    def _message(self, problem: Problem) -> str:
        if problem.place == "$.variant" and problem.message.startswith("is missing"):
            return WHY_VARIANT
        return problem.message


def assemble(said: Mapping[str, Any], words: Sequence[str], also: Sequence[str] = ()) -> Assembled:
    """Put the file, the common options (``said``, by name) and the other words of the command line together.

    ``also``: options that the command itself asks for, which some designs know as a parameter too.
    """
    found = Assembled(file=said.get("file"))
    data = _read_file(found)
    name = said.get("design") or ("table" if said.get("table") and data is None else None)
    name = name or (data or {}).get("design")
    if name is None:
        if not found.problems:
            found.complain("--design", f"is missing: name one of {', '.join(NAMES)}, or give one with --file")
        return found
    name = name.lower() if isinstance(name, str) else name
    if name not in NAMES:
        place = "--design" if said.get("design") else f"{found.file}: $.design"
        found.complain(place, unknown("design", name, NAMES))
        return found
    spec = {**(data or {}), "design": name}
    options, found.rest = _split(words, name, found)
    given = {k: v for k, v in said.items() if v not in (None, False, []) and k not in NOT_PARAMETERS}
    modifiers = _modifiers(spec, given.pop("modifier", None) or [], found)
    table = given.pop("table", None)
    if table is not None:
        _read_table(str(table), name, spec, found)
    known = {f.name: p for f, p in parameters(design_class(name))}
    short: dict[str, Any] = {}
    for key, value in [*given.items(), *options]:
        own = key if key in known else ALIASES.get(key.lower(), key)
        if own in known:
            option = _option(key)
            spec[own] = convert(known[own], value, option, found.problems)
            found.origin[own] = option
        elif key in SHORT:
            short[key] = value
        elif key not in also:
            every = [_option(k) for k in (*known, *said, *SHORT, *said.get("options", ()))]
            found.complain(
                _option(key), f"the design {name} has no such option; {_near(_option(key), every)}"
            )
    for listed in ("skeleton", "dose_amounts", "amounts"):  # as many levels as these have
        if "doses" not in spec and isinstance(spec.get(listed), list):
            spec["doses"] = len(spec[listed])
    _add_short(short, modifiers, found)
    if modifiers:
        spec["modifiers"] = modifiers
    found.spec = spec
    return found


def _read_file(found: Assembled) -> dict[str, Any] | None:
    if found.file is None:
        return None
    try:
        text = sys.stdin.read() if found.file == "-" else Path(found.file).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        found.complain(f"--file {found.file}", f"cannot be read: {reason_of(error)}")
        return None
    try:
        twice: list[str] = []
        data = json.loads(text, object_pairs_hook=lambda pairs: _once(pairs, twice))
        for key in dict.fromkeys(twice):
            found.complain(f"--file {found.file}", f"says {key!r} more than once")
    except RecursionError:
        found.complain(f"--file {found.file}", "is nested too deeply to be a design")
        return None
    except ValueError as error:
        line = (
            f" (line {error.lineno}, column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
        )
        found.complain(f"--file {found.file}", f"is not JSON{line}")
        return None
    if not isinstance(data, dict):
        found.complain(
            f"--file {found.file}", "expected an object with the name of a design and its parameters"
        )
        return None
    if not isinstance(data.get("design"), str | None):
        found.complain(f"{found.file}: $.design", f"expected the name of a design, not {data['design']!r}")
        return None
    return data


def _once(pairs: list[tuple[str, Any]], twice: list[str]) -> dict[str, Any]:
    """An object of a JSON file; names said more than once go to ``twice``, since the last would win in silence."""
    names = [key for key, _ in pairs]
    twice += [key for key in dict.fromkeys(names) if names.count(key) > 1]
    return dict(pairs)


def _read_table(path: str, name: str, spec: dict[str, Any], found: Assembled) -> None:
    from paratope.designs.interval.read_table import read_table

    if name != "table":
        found.complain("--table", f"is for --design table, not for {name}")
        return
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        found.complain(f"--table {path}", f"cannot be read: {reason_of(error)}")
        spec.setdefault("rows", [])
        found.origin["rows"] = f"--table {path}"
        return
    rows, lines, problems = read_table(text)
    found.problems += [
        Problem(f"{path} {p.place}".replace(f"{path} $", f"--table {path}"), p.message) for p in problems
    ]
    found.unread = bool(problems)
    found.lines = [f"{path} line {n}" for n in lines]
    found.origin["rows"] = f"--table {path}"
    spec["rows"] = [list(r) for r in rows]


def _split(
    words: Sequence[str], name: str, found: Assembled
) -> tuple[list[tuple[str, str | bool]], list[str]]:
    """Options and their values (True for a bare flag), and the other words."""
    kinds = {f.name: p.kind for f, p in parameters(design_class(name))}
    options: list[tuple[str, str | bool]] = []
    rest: list[str] = []
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        if not word.startswith("--") or word == "--":
            rest += [word] if word != "--" else []
            continue
        key, equals, value = word[2:].partition("=")
        key = key.replace("-", "_")
        own = key if key in kinds else ALIASES.get(key.lower(), key)
        off = own.removeprefix("no_")
        if equals:
            options.append((key, value))
        elif kinds.get(own) == "flag" or (own in SHORT and SHORT[own][1] is None):
            worded = bool(waiting) and waiting[0].lower() in (*YES, *NO)
            options.append((key, waiting.pop(0) if worded else True))
        elif own not in kinds and kinds.get(off) == "flag":
            options.append((off, False))
        elif waiting and not waiting[0].startswith("--"):
            options.append((key, waiting.pop(0)))
        elif own in kinds:
            found.complain(_option(key), "expected a value after it")
        else:
            options.append((key, True))
    return options, rest


def _modifiers(spec: dict[str, Any], said: Sequence[str], found: Assembled) -> list[Any]:
    """The modifiers of the file, and those of ``--modifier``; one of the same name takes the place of the file's."""
    own = spec.pop("modifiers", [])
    if not isinstance(own, list):
        found.complain(f"{found.file}: $.modifiers", "expected a list")
        own = []
    modifiers: list[Any] = list(own)
    found.around = [None] * len(modifiers)
    for text in said:
        name, _, rest = text.partition(":")
        place = f"--modifier {name}"
        if name not in MODIFIERS:
            found.complain("--modifier", unknown("modifier", name, list(MODIFIERS)))
            continue
        known = {f.name: p for f, p in parameters(MODIFIERS[name])}
        made: dict[str, Any] = {"modifier": name}
        for part in filter(None, rest.split(",")):
            key, equals, value = part.partition("=")
            key = key.strip().replace("-", "_")
            if key not in known:
                found.complain(f"{place}:{key}", unknown(f"parameter of {name}", key, list(known)))
            elif not equals:
                found.complain(f"{place}:{key}", f"expected a value, as in {key}=...")
            else:
                made[key] = convert(known[key], value.strip(), f"{place}:{key}", found.problems)
        _put(modifiers, made, place, found)
    return modifiers


def _add_short(short: Mapping[str, Any], modifiers: list[Any], found: Assembled) -> None:
    for key, (name, parameter) in SHORT.items():
        value = short.get(key)
        off = parameter is None and str(value).lower() in NO
        if value is None or value is False or off:
            continue
        made: dict[str, Any] = {"modifier": name}
        if parameter is not None:
            known = {f.name: p for f, p in parameters(MODIFIERS[name])}
            made[parameter] = convert(known[parameter], value, _option(key), found.problems)
        _put(modifiers, made, _option(key), found, first=name == "titration")


def _put(
    modifiers: list[Any], made: dict[str, Any], said: str, found: Assembled, first: bool = False
) -> None:
    for i, each in enumerate(modifiers):
        if isinstance(each, dict) and each.get("modifier") == made["modifier"]:
            modifiers[i], found.around[i] = {**each, **made}, said
            return
    at = 0 if first else len(modifiers)
    modifiers.insert(at, made)
    found.around.insert(at, said)


def unknown(what: str, name: Any, known: Sequence[str]) -> str:
    """There is no such thing, with the nearest one that there is."""
    return f"there is no {what} {name!r}; {_near(str(name), known)}"


def _near(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, 1)
    return f"did you mean {near[0]}?" if near else f"there are {', '.join(dict.fromkeys(known))}"


def _option(key: str) -> str:
    return "--" + key.replace("_", "-")
