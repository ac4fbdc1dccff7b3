"""Values of parameters from what was typed."""

from __future__ import annotations

import json
import re
from typing import Any

from paratope.designs import Problem
from paratope.designs.fields import Parameter

YES, NO = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


def convert(parameter: Parameter, value: Any, place: str, problems: list[Problem]) -> Any:
    """The value of a parameter from what was typed; noted among ``problems`` where it is none (then None)."""
    if not isinstance(value, str):
        if isinstance(value, bool) and parameter.kind != "flag":
            problems.append(Problem(place, "expected a value after it"))
            return None
        return value
    text = value.strip()
    if parameter.optional and text.lower() in ("none", "null", ""):
        return None
    try:
        return _CONVERT.get(parameter.kind, _word)(text)
    except ValueError as wrong:
        found: Any = wrong.args[0]
        if isinstance(found, list):
            problems += [
                Problem(f"{place}[{i}]", f"expected a number{hint(each)}, not {each!r}") for i, each in found
            ]
        else:
            problems.append(Problem(place, f"expected {found} ({parameter.help}), not {value!r}"))
        return None


def _whole(text: str) -> int:
    if not re.fullmatch(r"[+-]?\d+", text):
        raise ValueError("a whole number")
    return int(text)


def _number(text: str) -> float:
    try:
        return real(text)
    except ValueError:
        raise ValueError("a number" + hint(text)) from None


def real(text: str) -> float:
    """A number in plain digits, ``0.25`` or ``1e-3``; ``ValueError`` for what only Python takes for one."""
    if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", text.strip()):
        raise ValueError(text)
    return float(text)


def hint(text: str) -> str:
    """How a number is written, for one that was nearly right."""
    percent = re.fullmatch(r"(\d+(?:\.\d+)?)\s*%", text.strip())
    if percent:
        return f" (write {float(percent[1]) / 100:g})"
    comma = re.fullmatch(r"(\d+),(\d+)", text.strip())
    return f" (write {comma[1]}.{comma[2]})" if comma else ""


def _flag(text: str) -> bool:
    if text.lower() not in (*YES, *NO):
        raise ValueError("true or false")
    return text.lower() in YES


def split(text: str) -> list[str]:
    """The parts between commas, semicolons or spaces."""
    return re.split(r"\s*[,;]\s*|\s+", text.strip())


def numbers(text: str) -> list[float]:
    """Numbers between commas (or spaces); a ``ValueError`` holds the place and text of each that is none."""
    found: list[float] = []
    wrong: list[tuple[int, str]] = []
    for i, part in enumerate(split(text), 1):
        try:
            found.append(real(part))
        except ValueError:
            wrong.append((i, part))
    if wrong:
        raise ValueError(wrong)
    return found


def _table(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise ValueError("rows as JSON, such as [[1, 2], [3, 4]]") from None


def _word(text: str) -> Any:
    return text


_CONVERT: dict[str, Any] = {
    "whole": _whole,
    "number": _number,
    "flag": _flag,
    "numbers": numbers,
    "table": _table,
}
