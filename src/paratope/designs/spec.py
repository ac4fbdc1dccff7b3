"""Designs as plain data: read with all errors at once, written so that reading gives the same design."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING
from difflib import get_close_matches
from typing import Any

from paratope.designs.base import Design
from paratope.designs.catalogue import NAMES, design_class
from paratope.designs.fields import Parameter, parameters, type_problem, value_problems
from paratope.designs.modifiers import MODIFIERS
from paratope.designs.problems import Problem, Unusable, refuse


def read_design(data: Any) -> Design:
    """The design that ``data`` (from JSON) describes. Raises `Unusable` with every problem and its place."""
    if not isinstance(data, Mapping):
        raise Unusable([Problem("$", "expected an object with the name of a design and its parameters")])
    given = dict(data)
    name = given.pop("design", None)
    modifiers = given.pop("modifiers", [])
    if name not in NAMES:
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
    if not isinstance(data, Mapping) or data.get("modifier") not in MODIFIERS:
        name = data.get("modifier") if isinstance(data, Mapping) else data
        problems.append(Problem(place, _unknown("modifier", name, list(MODIFIERS))))
        return design
    own = {k: v for k, v in data.items() if k != "modifier"}
    return _build(MODIFIERS[data["modifier"]], own, place, problems, inner=design) or design


def _build(cls: type, given: dict[str, Any], place: str, problems: list[Problem], **fixed: Any) -> Any:
    """Make a design or modifier; None, and its problems noted, where that cannot be."""
    known = {f.name: (f, p) for f, p in parameters(cls)}
    found = [
        Problem(f"{place}.{key}", _unknown("parameter", key, list(known)))
        for key in given
        if key not in known
    ]
    for key, (f, p) in known.items():
        if key not in given and f.default is MISSING:
            found.append(Problem(f"{place}.{key}", f"is missing: {p.help}"))
        elif key in given:
            found += _value_problems(p, given[key], f"{place}.{key}")
    values = {k: _frozen(v) for k, v in given.items() if k in known}
    if not found and None not in fixed.values():
        try:
            return cls(**values, **fixed)
        except Unusable as bad:
            found = [Problem(p.place.replace("$", place, 1), p.message) for p in bad.problems]
    problems += found
    return None


def _value_problems(parameter: Parameter, value: Any, place: str) -> list[Problem]:
    wrong = type_problem(parameter, value, place)
    return [wrong] if wrong is not None else list(value_problems(parameter, value, place))


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
