"""The parameters of a design: what each may hold, said once, for the reader, the help and the report."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any

from paratope.designs.problems import Problem

_KEY = "parameter"
LARGEST = 1_000_000_000
"""Beyond this a number is a slip of the keyboard, whatever it was meant for."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """What one parameter may hold.

    ``kind``: ``whole``, ``number``, ``flag``, ``choice``, ``numbers`` (a list), ``table`` (rows). ``low`` and
    ``high`` bound numbers, included unless ``open``. ``rising``: a list must not fall. ``optional``: may be
    left out or null.
    """

    kind: str
    help: str
    low: float = -math.inf
    high: float = math.inf
    open: bool = False
    choices: tuple[str, ...] = ()
    rising: bool = False
    optional: bool = False


def whole(help: str, low: int, high: int = 1_000, default: Any = MISSING) -> Any:
    """A whole number from ``low`` to ``high``."""
    return _field(Parameter("whole", help, low, high, optional=default is None), default)


def number(help: str, low: float, high: float, default: Any = MISSING, open: bool = False) -> Any:
    """A number from ``low`` to ``high``; with ``open``, neither of the two."""
    return _field(Parameter("number", help, low, high, open, optional=default is None), default)


def probability(help: str, default: Any = MISSING) -> Any:
    """A probability strictly between 0 and 1."""
    return number(help, 0.0, 1.0, default, open=True)


def flag(help: str, default: bool = False) -> Any:
    """Yes or no."""
    return _field(Parameter("flag", help), default)


def choice(help: str, choices: tuple[str, ...], default: Any = MISSING) -> Any:
    """One of a few words."""
    return _field(Parameter("choice", help, choices=choices), default)


def numbers(
    help: str,
    low: float,
    high: float,
    default: Any = MISSING,
    open: bool = False,
    rising: bool = False,
) -> Any:
    """A list of numbers, each within the bounds; with ``rising``, each larger than the one before."""
    return _field(
        Parameter("numbers", help, low, high, open, rising=rising, optional=default is None), default
    )


def table(help: str, default: Any = MISSING) -> Any:
    """Rows of whole numbers; what they hold is checked by the design."""
    return _field(Parameter("table", help), default)


def _field(parameter: Parameter, default: Any) -> Any:
    return field(default=default, metadata={_KEY: parameter})


def parameters(cls: type) -> Iterator[tuple[Field[Any], Parameter]]:
    """The parameters of a design or modifier, in order."""
    for each in fields(cls):
        if _KEY in each.metadata:
            yield each, each.metadata[_KEY]


def parameter_problems(owner: Any) -> Iterator[Problem]:
    """What is wrong with each parameter of a design, modifier or clock, taken alone."""
    for f, p in parameters(type(owner)):
        value, place = getattr(owner, f.name), f"$.{f.name}"
        wrong = list(type_problems(p, value, place))
        yield from wrong or value_problems(p, value, place)


def type_problems(parameter: Parameter, value: Any, place: str) -> Iterator[Problem]:
    """What is wrong with the kind of a value (a word where a number must be), if anything."""
    if value is None:
        if not parameter.optional:
            yield Problem(place, f"is missing: {parameter.help}")
        return
    within = {"numbers": (_is_number, "a number"), "table": (_is_row, "a row of numbers")}
    if parameter.kind in within and isinstance(value, list | tuple):
        fits, wanted = within[parameter.kind]
        for i, each in enumerate(value):
            if not fits(each):
                yield Problem(f"{place}[{i}]", f"expected {wanted} ({parameter.help}), not {_said(each)}")
        return
    listed = isinstance(value, list | tuple)
    ok = {
        "whole": _is_whole(value),
        "number": _is_number(value),
        "flag": isinstance(value, bool),
        "choice": isinstance(value, str),
        "numbers": listed,
        "table": listed,
    }[parameter.kind]
    wanted = {
        "whole": "a whole number",
        "number": "a number",
        "flag": "true or false",
        "choice": "one of " + ", ".join(parameter.choices),
        "numbers": "a list of numbers",
        "table": "a list of rows",
    }[parameter.kind]
    if not ok:
        yield Problem(place, f"expected {wanted} ({parameter.help}), not {_said(value)}")


def value_problems(parameter: Parameter, value: Any, place: str) -> Iterator[Problem]:
    """What is wrong with a value of the right kind."""
    if value is None:
        return
    if parameter.kind in ("whole", "number"):
        yield from _bounds(parameter, value, place)
    elif parameter.kind == "choice" and value not in parameter.choices:
        yield Problem(place, f"expected one of {', '.join(parameter.choices)}, not {value!r}")
    elif parameter.kind == "numbers":
        for i, each in enumerate(value):
            yield from _bounds(parameter, each, f"{place}[{i}]")
        if parameter.rising:
            for i in range(1, len(value)):
                if value[i] <= value[i - 1]:
                    yield Problem(
                        f"{place}[{i}]",
                        f"{value[i]:g} is not above {value[i - 1]:g} before it: the list must rise "
                        f"({parameter.help})",
                    )


def _bounds(p: Parameter, value: float, place: str) -> Iterator[Problem]:
    low = value > p.low if p.open else value >= p.low
    high = value < p.high if p.open else value <= p.high
    if not (low and high):
        if p.high == math.inf:
            said = f"expected {'more than' if p.open else 'at least'} {p.low:g}"
        elif p.open:
            said = f"expected a number between {p.low:g} and {p.high:g} (neither included)"
        else:
            said = f"expected a number from {p.low:g} to {p.high:g}"
        yield Problem(place, f"{said}, not {value:g} ({p.help})")


def _said(value: Any) -> str:
    """A value that is no use, as far as a person needs to see it."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST


def _is_row(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _is_number(value: Any) -> bool:
    """Neither infinite nor the float that is no number; nor so large that sums with it could fail."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST
