"""From the data of a file to the dataclasses of ``model``, or every reason why not.

Driven by the field declarations alone, so that the format is said once. Lenient about nothing: a field that
is not declared is an error, with the nearest name. A scalar arrives as the text that was written (see
``paratope.patient.plain.load``); its field's type says what it must be.
"""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, Literal, TypeAlias, Union, get_args, get_origin

from paratope.patient.model import When
from paratope.patient.plain.load import Path
from paratope.protocol._field import declared, key_of
from paratope.protocol.times import Period, Timepoint, parse_date, parse_length, parse_period, parse_timepoint
from paratope.rules.nodes import Span

Report: TypeAlias = Callable[[Path, str], None]
Reader: TypeAlias = Callable[[object, Path, Report], Any]


class _Bad:
    """What a reader returns when it has reported a problem."""


BAD = _Bad()

_WHOLE = re.compile(r"[+-]?\d+")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_WORDS = {"true": True, "yes": True, "false": False, "no": False}

NAMED: dict[str, Reader] = {}
"""Readings that a field asks for by name (``entry(..., as_=...)``); the loader adds its own."""


def nearest(word: str, among: Iterable[str]) -> str:
    """``; did you mean 'x'?`` or nothing."""
    import difflib  # only a file with a problem needs it

    found = difflib.get_close_matches(word, list(among), n=1, cutoff=0.6)
    return f"; did you mean '{found[0]}'?" if found else ""


def shown(value: object) -> str:
    """A value as a person would recognise it in the file."""
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    text = str(value)
    return f"'{text}'" if len(text) <= 40 else f"'{text[:37]}...'"


# --- scalars ---------------------------------------------------------------------------------------------


def _text(value: object, path: Path, report: Report) -> Any:
    if isinstance(value, str) and value.strip():
        return value.strip()
    report(path, f"expected text, found {shown(value) if value != '' else 'an empty text'}")
    return BAD


def _whole(value: object, path: Path, report: Report) -> Any:
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        return int(value)
    report(path, f"expected a whole number, found {shown(value)}")
    return BAD


def _number(value: object, path: Path, report: Report) -> Any:
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return float(value)
    report(path, f"expected a number, found {shown(value)}")
    return BAD


def _flag(value: object, path: Path, report: Report) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in _WORDS:
        return _WORDS[value.strip().lower()]
    report(path, f"expected true or false, found {shown(value)}")
    return BAD


def _parsed(parse: Callable[[str], Any], expected: str) -> Reader:
    def read(value: object, path: Path, report: Report) -> Any:
        found = parse(value) if isinstance(value, str) else None
        if found is not None:
            return found
        report(path, f"expected {expected}, found {shown(value)}")
        return BAD

    return read


_SCALARS: dict[Any, Reader] = {
    str: _text,
    int: _whole,
    float: _number,
    bool: _flag,
    Span: _parsed(parse_length, "a length of time such as `28 days`"),
    Period: _parsed(parse_period, "a length of time such as `24 months after the last dose`"),
    When: _parsed(parse_date, "a date such as 2026-02-13 or 2026-02"),
    Timepoint: _parsed(parse_timepoint, "a time such as `day 28`, `month 3`, `24 hours` or `screening`"),
}


# --- compound --------------------------------------------------------------------------------------------


@cache
def reader_of(kind: Any) -> Reader:
    """How a value of this type is read. Made once for each type."""
    if kind in _SCALARS:
        return _SCALARS[kind]
    if dataclasses.is_dataclass(kind):
        return _record(typing.cast("type[Any]", kind))
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return _choice(arguments)
    if origin in (Union, types.UnionType):
        return _union(tuple(a for a in arguments if a is not types.NoneType))
    if origin is tuple:
        return _list(reader_of(arguments[0])) if arguments[1:] == (Ellipsis,) else _fixed(arguments)
    raise TypeError(f"no reading is defined for {kind!r}")


def _choice(words: tuple[str, ...]) -> Reader:
    allowed = frozenset(words)

    def read(value: object, path: Path, report: Report) -> Any:
        if isinstance(value, str) and value in allowed:
            return value
        guess = nearest(value, words) if isinstance(value, str) else ""
        report(path, f"expected one of {', '.join(words)}, found {shown(value)}{guess}")
        return BAD

    return read


def _union(kinds: tuple[Any, ...]) -> Reader:
    """Either a word in place of a part (``withheld``), or the part itself."""
    words = tuple(w for kind in kinds if get_origin(kind) is Literal for w in get_args(kind))
    rest = [kind for kind in kinds if get_origin(kind) is not Literal]
    if not rest:
        return _choice(words)
    (only,) = rest
    main = reader_of(only)

    def read(value: object, path: Path, report: Report) -> Any:
        return value if isinstance(value, str) and value in words else main(value, path, report)

    return read if words else main


def _list(item: Reader) -> Reader:
    def read(value: object, path: Path, report: Report) -> Any:
        if not isinstance(value, list):
            report(path, f"expected a list, found {shown(value)}")
            return BAD
        found = [item(v, (*path, i), report) for i, v in enumerate(value)]
        return BAD if any(v is BAD for v in found) else tuple(found)

    return read


def _fixed(kinds: tuple[Any, ...]) -> Reader:
    readers = [reader_of(kind) for kind in kinds]

    def read(value: object, path: Path, report: Report) -> Any:
        if not isinstance(value, list) or len(value) != len(readers):
            report(path, f"expected a list of {len(readers)} values, found {shown(value)}")
            return BAD
        found = [r(v, (*path, i), report) for i, (r, v) in enumerate(zip(readers, value, strict=True))]
        return BAD if any(v is BAD for v in found) else tuple(found)

    return read


def _record(cls: type[Any]) -> Reader:
    """A mapping read into a dataclass."""
    hints = typing.get_type_hints(cls)
    readers: dict[str, tuple[str, Reader, bool]] = {}
    required: dict[str, str] = {}
    for field in declared(cls):
        key, named = key_of(field), field.metadata.get("as")
        reader = NAMED[named] if named else reader_of(hints[field.name])
        must = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        readers[key] = (field.name, reader, must)
        if must:
            required[key] = str(field.metadata.get("says", ""))
    what = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", cls.__name__).lower()

    def read(value: object, path: Path, report: Report) -> Any:
        if not isinstance(value, Mapping):
            report(path, f"expected a mapping with the fields {', '.join(readers)}, found {shown(value)}")
            return BAD
        found: dict[str, Any] = {}
        bad = False
        for key, given in value.items():
            known = readers.get(key)
            if known is None:
                missing = [k for k in required if k not in value]
                guess = nearest(str(key), [*missing, *readers])
                report((*path, key), f"{what} has no field '{key}'{guess}")
                bad = True
            elif given is not None or known[2]:
                read_value = known[1](given, (*path, key), report)
                bad = bad or read_value is BAD
                found[known[0]] = read_value
        for key, says in required.items():
            if key not in value:
                report(path, f"'{key}' is missing: {says}")
                bad = True
        return BAD if bad else cls(**found)

    return read
