"""The plain form as a JSON Schema, for editors that complete and check while one types.

``python -m paratope.patient.plain.schema > docs/reference/patient.schema.json`` writes it. It knows sections,
fields and closed lists of words; names, units and dates are only checked by the reader itself.
"""

from __future__ import annotations

import json
from typing import Any

from paratope.patient.plain.fields import (
    ANSWER,
    ATTRIBUTE_FIELDS,
    CELLS,
    DATE,
    MORE_FIELDS,
    NAMES,
    NUMBER,
    PARTS,
    QUANTITY,
    SECTIONS,
    TREATED,
    WORD,
    WORDS,
    YES_NO,
    Field,
    Section,
)

Schema = dict[str, Any]

SHARED = (*ATTRIBUTE_FIELDS, *MORE_FIELDS)
"""Fields that several sections have, defined once."""

_TEXT: Schema = {"type": "string"}
_SCALAR: Schema = {"type": ["string", "number", "boolean", "null"]}
_LIST_OF_TEXTS: Schema = {"type": "array", "items": _SCALAR}
_ANYTHING: Schema = {"description": "another name of a field above"}
_YES_NO: Schema = {"enum": [True, False, "yes", "no", "true", "false", "unknown", None]}


def schema() -> Schema:
    """The schema, draft 2020-12."""
    properties: Schema = {"form": {"description": "the version of the form", "enum": [1, "1"]}}
    definitions: Schema = {}
    for section in SECTIONS:
        usual = section.names[0]
        definitions[usual] = _section(section, definitions)
        properties |= {name: {"$ref": f"#/$defs/{usual}"} for name in section.names}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A patient in the plain form of Paratope",
        "type": "object",
        "properties": properties,
        "required": ["patient"],
        "additionalProperties": False,
        "$defs": definitions,
    }


def _section(section: Section, definitions: Schema) -> Schema:
    about: Schema = {"description": section.meaning}
    if section.shape == "texts":
        return about | {"anyOf": [_TEXT, _LIST_OF_TEXTS]}
    item = _mapping(section.fields, definitions)
    if section.shape == "by name":
        value = {"anyOf": [_YES_NO, item, {"type": "array", "items": {"anyOf": [_YES_NO, item]}}]}
        return about | {"type": ["object", "null"], "additionalProperties": value}
    if section.shape == "one":
        return about | item
    alone = [_TEXT] if section.fields[0].name == "is" and sum(f.required for f in section.fields) <= 1 else []
    one = {"anyOf": [*alone, item]} if alone else item
    definitions[f"{section.names[0]}, one"] = one
    reference = {"$ref": f"#/$defs/{section.names[0]}, one"}
    several = {"type": "array", "items": {"anyOf": [reference, {"type": "null"}]}}
    return about | {"anyOf": [reference, several, {"type": "null"}]}


def _mapping(fields: tuple[Field, ...], definitions: Schema) -> Schema:
    properties: Schema = {}
    for field in fields:
        shared = field in SHARED
        if shared:
            definitions[f"property {field.name}"] = _field(field)
        one = {"$ref": f"#/$defs/property {field.name}"} if shared else _field(field)
        properties |= {field.name: one} | {
            alias: {"$ref": one.get("$ref", "#/$defs/value")} for alias in field.aliases
        }
    definitions["value"] = _ANYTHING
    # A field may be written under another of its names, so only those without one are required here.
    required = [f.name for f in fields if f.required and not f.aliases]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _field(field: Field) -> Schema:
    shown = f"{field.meaning} (for example: {field.example})"
    about: Schema = {"description": shown}
    match field.type:
        case kind if kind == YES_NO:
            return about | _YES_NO
        case kind if kind == WORD and field.closed:
            return about | {"type": ["string", "number", "null"], "examples": list(field.words)}
        case kind if kind in (NAMES, WORDS, TREATED):
            return about | {"anyOf": [_SCALAR, _LIST_OF_TEXTS]}
        case kind if kind in (CELLS, PARTS):
            return about | {"anyOf": [_SCALAR, {"type": "object", "additionalProperties": _SCALAR}]}
        case kind if kind in (DATE, QUANTITY, NUMBER, ANSWER):
            return about | _SCALAR
    return about | _SCALAR


def render() -> str:
    """The schema as the text of its file."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    print(render(), end="")
