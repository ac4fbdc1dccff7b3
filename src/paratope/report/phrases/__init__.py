"""Every phrase a person reads, in one place: ``say(reason)`` and ``t(key, ...)``.

A language is a module with three tables: ``REASONS`` (reason code -> function of its arguments) and ``TEXTS``
(key -> format string), and ``LISTED`` (reason code -> what stands between several first arguments of one
sentence). English now; another language is another module with the same keys.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from paratope.report.phrases import en
from paratope.truth import Reason

REASONS: dict[str, Callable[..., str]] = en.REASONS
TEXTS: dict[str, str] = en.TEXTS
LISTED: dict[str, str] = en.LISTED


def say(reason: Reason) -> str:
    """A reason as a phrase."""
    phrase = REASONS.get(reason.code)
    if phrase is None:
        raise KeyError(f"no phrase for reason {reason.code!r}")
    return phrase(*reason.args)


def say_all(reasons: Sequence[Reason]) -> list[str]:
    """Reasons as phrases, each sentence once: those that differ only in what they speak of are said as one."""
    together: dict[tuple[object, ...], list[Reason]] = {}
    for place, reason in enumerate(reasons):
        key = (reason.code, *reason.args[1:]) if reason.code in LISTED else (place,)
        together.setdefault(key, []).append(reason)
    return list(dict.fromkeys(_say_as_one(group) for group in together.values()))


def _say_as_one(group: Sequence[Reason]) -> str:
    first = group[0]
    if len(group) == 1:
        return say(first)
    named = LISTED[first.code].join(dict.fromkeys(str(r.args[0]) for r in group))
    return REASONS[first.code](named, *first.args[1:])


def t(key: str, **values: Any) -> str:
    """A fixed text with its values filled in; of two forms (``key`` and ``key.one``) the one for the count."""
    if values.get("count") == 1 and f"{key}.one" in TEXTS:
        key = f"{key}.one"
    return TEXTS[key].format(**values) if values else TEXTS[key]
