"""The JSON schema of a protocol file, derived from the field declarations: for editors and other programs.

It says the shape. What no schema can say (that a rule parses, that names and references exist) only the
loader checks. ``docs/reference/protocol.schema.json`` is the published copy; write it anew with
``python -m paratope.protocol.schema > docs/reference/protocol.schema.json``.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from typing import Any, Literal, Union, get_args, get_origin

from paratope.patient.model import When
from paratope.protocol import model
from paratope.protocol._field import key_of
from paratope.protocol.times import LENGTH_UNITS, Period, Timepoint
from paratope.rules.nodes import Span
from paratope.rules.policies import FRESHNESS

Schema = dict[str, Any]

_LENGTH = rf"\d+(\.\d+)?\s+({'|'.join(unit[:-1] for unit in LENGTH_UNITS)})s?"

_SCALARS: dict[Any, Schema] = {
    str: {"type": "string", "pattern": r"\S"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    When: {"type": "string", "pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$"},
    Span: {"type": "string", "pattern": f"^{_LENGTH}$"},
    Period: {"type": "string", "pattern": f"^{_LENGTH}( after .+)?$"},
    Timepoint: {"type": "string", "description": "`day 28`, `month 3`, `24 hours`, `screening`"},
}

_DAYS: Schema = {"type": ["integer", "null"], "minimum": 0}

_NAMED: dict[str, Schema] = {
    "rule": {"type": "string", "pattern": r"\S", "description": "a sentence of the rule language"},
    "span": {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 2, "maxItems": 2},
    "line": {"type": "integer", "minimum": 1},
    "freshness": {
        "type": "object",
        "properties": dict.fromkeys(FRESHNESS, _DAYS),
        "additionalProperties": False,
    },
    "policies": {
        "type": "object",
        "properties": {
            "instance_answers_topic": {"type": "boolean"},
            "copies_per_iu": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
        },
        "additionalProperties": False,
    },
}


def protocol_schema() -> Schema:
    """The schema, for the version of the format that this program reads."""
    definitions: dict[str, Schema] = {}
    _record(model.Protocol, definitions)
    whole = definitions.pop("Protocol")
    whole["properties"]["paratope"] = {
        "const": model.FORMAT,
        "description": whole["properties"]["paratope"]["description"],
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:paratope:protocol:{model.FORMAT}",
        "title": f"Paratope protocol file, version {model.FORMAT}",
        **whole,
        "$defs": dict(sorted(definitions.items())),
    }


def _record(cls: type[Any], definitions: dict[str, Schema]) -> None:
    if cls.__name__ in definitions:
        return
    definitions[cls.__name__] = {}  # holds the name while its fields are described
    hints = typing.get_type_hints(cls)
    properties: dict[str, Schema] = {}
    required: list[str] = []
    for field in dataclasses.fields(cls):
        named = field.metadata.get("as")
        described = dict(_NAMED[named] if named else _schema_of(hints[field.name], definitions))
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            required.append(key_of(field))
        else:
            described = _or_nothing(described)
        properties[key_of(field)] = {"description": field.metadata["says"], **described}
    definitions[cls.__name__] = {
        "type": "object",
        "description": " ".join((cls.__doc__ or "").split()),
        "properties": properties,
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }


def _schema_of(kind: Any, definitions: dict[str, Schema]) -> Schema:
    if kind in _SCALARS:
        return _SCALARS[kind]
    if dataclasses.is_dataclass(kind):
        _record(typing.cast("type[Any]", kind), definitions)
        return {"$ref": f"#/$defs/{typing.cast('type[Any]', kind).__name__}"}
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin in (Union, types.UnionType):
        options = [_schema_of(a, definitions) for a in arguments if a is not types.NoneType]
        return options[0] if len(options) == 1 else {"anyOf": options}
    items = _schema_of(arguments[0], definitions)
    if arguments[1:] == (Ellipsis,):
        return {"type": "array", "items": items}
    return {"type": "array", "items": items, "minItems": len(arguments), "maxItems": len(arguments)}


def _or_nothing(described: Schema) -> Schema:
    """An optional field may also be left empty."""
    nothing: Schema = {"type": "null"}
    if isinstance(described.get("type"), str):
        return {**described, "type": [described["type"], "null"]}
    if "enum" in described:
        return {**described, "enum": [*described["enum"], None]}
    return (
        {**described, "anyOf": [*described["anyOf"], nothing]}
        if "anyOf" in described
        else {"anyOf": [described, nothing]}
    )


def published() -> str:
    """The text of the published file."""
    return json.dumps(protocol_schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    print(published(), end="")
