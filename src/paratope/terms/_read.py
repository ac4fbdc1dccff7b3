"""From a data file to concepts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from paratope.terms._codes import SYSTEMS
from paratope.terms._concept import Concept
from paratope.terms._load import Tree, tree


class Part(NamedTuple):
    """What one file holds: its concepts, and the synonyms that several concepts may share."""

    concepts: tuple[Concept, ...]
    shared: tuple[str, ...]


def concepts_of(text: str, origin: str) -> Part:
    """The concepts of one file. Raises ``ValueError`` for a file that does not follow the format: the files
    come with the program, so that is a mistake of its makers and not of its users."""
    document = tree(text, origin)
    if not isinstance(document, dict):
        raise ValueError(f"{origin}: expected a mapping")
    kind, concepts = document.get("kind"), document.get("concepts")
    if not isinstance(kind, str) or not isinstance(concepts, dict):
        raise ValueError(f"{origin}: expected `kind` and `concepts`")
    found = []
    for name, fields in concepts.items():
        try:
            found.append(_concept(name, kind, fields if isinstance(fields, dict) else _nothing(fields)))
        except ValueError as error:
            raise ValueError(f"{origin}, {name}: {error}") from error
    return Part(tuple(found), _texts(document.get("ambiguous", "")))


def _nothing(fields: Tree) -> dict[str, Tree]:
    if fields:
        raise ValueError("expected fields or nothing")
    return {}


def _texts(value: Tree) -> tuple[str, ...]:
    """One text or a list of texts, as a tuple."""
    if isinstance(value, str):
        return (value,) if value else ()
    if isinstance(value, list) and all(isinstance(v, str) for v in value):
        return tuple(value)  # type: ignore[arg-type]
    raise ValueError(f"expected texts, found {value!r}")


def _text(value: Tree) -> str:
    if isinstance(value, str):
        return value
    raise ValueError(f"expected a text, found {value!r}")


def _number(value: Tree) -> float:
    return float(_text(value))


def _yes(value: Tree) -> bool:
    if value not in ("yes", "no"):
        raise ValueError(f"expected yes or no, found {value!r}")
    return value == "yes"


def _range(value: Tree) -> tuple[float, float]:
    low, high = _texts(value)
    return float(low), float(high)


_FIELDS: dict[str, tuple[str, Callable[[Tree], Any]]] = {
    "is": ("parents", _texts),
    "zh": ("zh", _text),
    "also": ("synonyms", _texts),
    "kind": ("kind", _text),
    "unit": ("unit", _text),
    "molar-mass": ("molar_mass", _text),
    "plausible": ("plausible", _range),
    "whole": ("whole", _yes),
    "freshness": ("freshness", _text),
    "covered-by": ("covered_by", _text),
    "topic": ("topic", _yes),
    "acute": ("acute", _yes),
    "derived": ("derived", _yes),
    "half-life": ("half_life", _number),
    "prednisone-5mg": ("prednisone_5mg", _number),
    "source": ("source", _text),
    "targets": ("targets", _texts),
    "components": ("components", _texts),
    "note": ("note", _text),
}
"""Field of a file to field of a concept, and how it is read. Codes are under the name of their system."""


def _concept(name: str, kind: str, fields: dict[str, Tree]) -> Concept:
    given: dict[str, Any] = {"kind": kind}
    codes: list[tuple[str, str]] = []
    for field, value in fields.items():
        known = _FIELDS.get(field)
        if known is not None:
            given[known[0]] = known[1](value)
        elif field in SYSTEMS:
            codes += [(SYSTEMS[field], code) for code in _texts(value)]
        else:
            raise ValueError(f"unknown field {field!r}")
    if codes:
        given["codes"] = tuple(codes)
    if "components" in given:
        given["parents"] = given.get("parents", ()) + given["components"]
    return Concept(name, **given)
