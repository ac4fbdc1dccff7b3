"""Designs as plain data: read with all errors at once, written so that reading gives the same design."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING
from difflib import get_close_matches
from typing import Any

from paratope.designs.base import Design
from paratope.designs.catalogue import NAMES, design_class
from paratope.designs.fields import Parameter, parameters, type_problems, value_problems
from paratope.designs.modifiers import MODIFIERS
from paratope.designs.problems import Problem, Unusable, refuse


def read_design(data: Any) -> Design:
    """The design that ``data`` (from JSON) describes. Raises `Unusable` with every problem and its place."""
    if not isinstance(data, Mapping):
        raise Unusable([Problem("$", "expected an object with the name of a design and its parameters")])
    given = dict(data)
    name = given.pop("design", None)
    modifiers = given.pop("modifiers", [])
    if name is None:
        raise Unusable([Problem("$.design", f"is missing: the name of a design ({', '.join(NAMES)})")])
    if not isinstance(name, str) or name not in NAMES:
        raise Unusable([Problem("$.design", _unknown("design", name, list(NAMES)))])
    problems: list[Problem] = []
    design: Design | None = _build(design_class(name), given, "$", problems)
    if not isinstance(modifiers, list | tuple):
        problems.append(Problem("$.modifiers", "expected a list"))
        modifiers = []
    for i, each in enumerate(modifiers):
        design = _modify(design, each, f"$.modifiers[{i}]", problems)
    refuse(problems)
    assert design is not None
    return design


def _modify(design: Any, data: Any, place: str, problems: list[Problem]) -> Any:
    name = data.get("modifier") if isinstance(data, Mapping) else data
    if not isinstance(data, Mapping) or not isinstance(name, str) or name not in MODIFIERS:
        problems.append(Problem(place, _unknown("modifier", name, list(MODIFIERS))))
        return design
    own = {k: v for k, v in data.items() if k != "modifier"}
    return _build(MODIFIERS[name], own, place, problems, inner=design) or design


def _build(cls: type, given: dict[str, Any], place: str, problems: list[Problem], **fixed: Any) -> Any:
    """Make a design or modifier; None, and its problems noted, where that cannot be."""
    known = {f.name: (f, p) for f, p in parameters(cls)}
    problems += [
        Problem(f"{place}.{key}", _unknown("parameter", key, list(known)))
        for key in given
        if key not in known
    ]
    found: list[Problem] = []
    bad = set()
    for key, (f, p) in known.items():
        if key not in given and f.default is MISSING:
            found.append(Problem(f"{place}.{key}", f"is missing: {p.help}"))
            bad.add(key)
        elif key in given:
            wrong = list(type_problems(p, given[key], f"{place}.{key}"))
            found += wrong
            if wrong:
                bad.add(key)
    if found or None in fixed.values():
        for key, (_f, p) in known.items():
            if key in given and key not in bad:
                found += value_problems(p, given[key], f"{place}.{key}")
        problems += found
        return None
    try:
        return cls(**{k: _frozen(v) for k, v in given.items() if k in known}, **fixed)
    except Unusable as unusable:
        problems += [Problem(p.place.replace("$", place, 1), p.message) for p in unusable.problems]
    return None


def _frozen(value: Any) -> Any:
    return tuple(_frozen(v) for v in value) if isinstance(value, list) else value


def _unknown(what: str, name: Any, names: list[str]) -> str:
    near = get_close_matches(str(name), names, 1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"there is no {what} {name!r}{hint} (known: {', '.join(names)})"


def parameters_of(name: str) -> list[tuple[str, Parameter, Any]]:
    """The parameters of a named design: name, what it may hold, its default (``MISSING`` for none)."""
    return [(f.name, p, f.default) for f, p in parameters(design_class(name))]


__all__ = ["parameters_of", "read_design"]
