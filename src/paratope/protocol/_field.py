"""How a field of the protocol file is declared: one line says its name, meaning, reading and default.

The dataclasses of ``model`` are the only definition of the format. The reader (``_shape``), the published
JSON schema (``schema``) and the reference page are all derived from them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

REQUIRED = dataclasses.MISSING


def entry(says: str, default: Any = REQUIRED, *, key: str | None = None, as_: str | None = None) -> Any:
    """Declare a field.

    ``says``: what it means, for the reference page. ``default``: left out means the field must be written.
    ``key``: its name in the file where that is no Python name (``from``). ``as_``: a named reading other than
    that of its type (see ``_shape.READINGS``): ``rule``, ``date``, ``time``, ``length``, ``policies``,
    ``freshness``.
    """
    metadata = {"says": says, "key": key, "as": as_}
    if default is REQUIRED:
        return dataclasses.field(metadata=metadata)
    if isinstance(default, Mapping):
        return dataclasses.field(default_factory=lambda: dict(default), metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def key_of(field: dataclasses.Field[Any]) -> str:
    """The name of a field in the file."""
    return str(field.metadata.get("key") or field.name)


def declared(cls: type[Any]) -> tuple[dataclasses.Field[Any], ...]:
    """The fields of a class that stand in the file: those declared with ``entry``."""
    return tuple(f for f in dataclasses.fields(cls) if "says" in f.metadata)
