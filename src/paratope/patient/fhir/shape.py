"""Looking into JSON of which nothing may be assumed: every function takes anything and never raises."""

from __future__ import annotations

import math
import re
from typing import Any, TypeAlias

Json: TypeAlias = Any
"""Whatever ``json.loads`` may return."""

_NOTHING: dict[str, Json] = {}


def obj(value: Json) -> dict[str, Json]:
    """The object, or an empty one. The empty one is shared: never write into the result."""
    return value if isinstance(value, dict) else _NOTHING


def objs(value: Json) -> list[dict[str, Json]]:
    """The objects of a list; a lone object counts as a list of one (a common slip of exporters)."""
    if isinstance(value, list):
        for v in value:
            if not isinstance(v, dict):
                return [v for v in value if isinstance(v, dict)]
        return value
    return [value] if isinstance(value, dict) else []


def text(value: Json) -> str | None:
    """The text without blanks around it; None if it is empty or no text."""
    if not isinstance(value, str):
        return None
    return value.strip() or None


def texts(value: Json) -> list[str]:
    """The texts of a list; a lone text counts as a list of one."""
    if isinstance(value, list):
        return [v for v in value if isinstance(v, str) and v.strip()]
    return [value] if isinstance(value, str) and value.strip() else []


_PLAIN = re.compile(r"\s*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?\s*")


def number(value: Json) -> float | None:
    """A finite number, also when it stands as a text ("5.8"); None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        try:
            found = float(value)
        except OverflowError:
            return None
    elif isinstance(value, str) and len(value) < 40:
        if _PLAIN.fullmatch(value) is None:
            return None
        found = float(value)
    else:
        return None
    return found if math.isfinite(found) else None


def boolean(value: Json) -> bool | None:
    """True or False; the texts "true" and "false" count."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value) if isinstance(value, str) else None


def shown(value: float) -> str:
    """A number as a person writes it."""
    return format(value, ".10g")


def brief(value: float) -> str:
    """A number for a sentence: four digits are enough below a thousand."""
    return (
        format(value, ".4g")
        if abs(value) < 1000
        else format(value, ".0f")
        if abs(value) < 1e15
        else f"{value:g}"
    )


def value_of(element: dict[str, Json], stem: str = "value") -> tuple[str, Json]:
    """The choice element ``value[x]``: its type ("Quantity") and content; ("", None) if there is none.

    ``stem``: one of the choice elements read here (``value``, ``effective``, ``onset``, ...).
    """
    known = _CHOICES[stem]
    for key in element:
        if key in known and element[key] is not None:
            return known[key], element[key]
    return "", None


_TYPES = (
    "Quantity", "CodeableConcept", "String", "Boolean", "Integer", "Decimal", "Range", "Ratio", "SampledData", "Time",
    "DateTime", "Date", "Period", "Instant", "Timing", "Age", "Code", "Coding", "Reference", "Attachment", "Identifier",
    "Uri", "Url", "Duration", "Annotation", "Money", "Count", "Integer64", "Base64Binary", "PositiveInt",
    "UnsignedInt", "Markdown", "Id", "Oid", "Uuid", "Canonical", "CodeableReference", "Expression", "Distance",
    "HumanName", "Address", "ContactPoint", "Signature",
)  # fmt: skip
_STEMS = (
    "value", "effective", "onset", "abatement", "performed", "occurrence", "deceased", "collected", "time",
)  # fmt: skip
_CHOICES = {stem: {f"{stem}{t}": t for t in _TYPES} for stem in _STEMS}


def note_of(body: dict[str, Json]) -> str | None:
    """The annotations of a resource, joined."""
    if "note" not in body:
        return None
    found = [t for n in objs(body["note"]) if (t := text(n.get("text"))) is not None]
    return "; ".join(found) or None
