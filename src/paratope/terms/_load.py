"""Reading the catalogue's YAML files.

Every scalar stays a text and is converted by the field that needs a number: a code such as ``0123`` or a
name such as ``NO`` is never turned into something else, as YAML 1.1 would. The parser's events are walked
directly, because building the library's general node tree first takes several times as long.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import yaml
from yaml.events import (
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

Tree: TypeAlias = "str | list[Tree] | dict[str, Tree]"


def tree(text: str, origin: str) -> Tree:
    """The document as texts, lists and dicts. Raises ``ValueError`` (with the line) if it is not plain YAML:
    a repeated key, an anchor, a key that is not a text."""
    loader = _Loader(text)
    get: Callable[[], Any] = loader.get_event

    def node(event: Any) -> Tree:
        kind = type(event)
        if kind is ScalarEvent:
            value: str = event.value
            return value
        if kind is MappingStartEvent:
            return mapping()
        if kind is SequenceStartEvent:
            return sequence()
        raise ValueError(f"{_line(event)}: anchors are not used here")

    def mapping() -> dict[str, Tree]:
        found: dict[str, Tree] = {}
        while type(event := get()) is not MappingEndEvent:
            if type(event) is not ScalarEvent:
                raise ValueError(f"{_line(event)}: a key must be a text")
            name = event.value
            if name in found:
                raise ValueError(f"{_line(event)}: {name!r} is there twice")
            value = get()
            found[name] = value.value if type(value) is ScalarEvent else node(value)
        return found

    def sequence() -> list[Tree]:
        found: list[Tree] = []
        while type(event := get()) is not SequenceEndEvent:
            found.append(event.value if type(event) is ScalarEvent else node(event))
        return found

    try:
        while (first := get()) is not None and type(first) is not DocumentStartEvent:
            pass
        if first is None:
            raise ValueError("the file is empty")
        return node(get())
    except (yaml.YAMLError, ValueError) as error:
        raise ValueError(f"{origin}, {error}") from error
    finally:
        loader.dispose()


def _line(event: Any) -> str:
    return f"line {event.start_mark.line + 1}"
