"""Every phrase a person reads, in one place: ``say(reason)`` and ``t(key, ...)``.

A language is a module with two tables: ``REASONS`` (reason code -> function of its arguments) and ``TEXTS``
(key -> format string). English now; another language is another module with the same keys.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from paratope.report.phrases import en
from paratope.truth import Reason

REASONS: dict[str, Callable[..., str]] = en.REASONS
TEXTS: dict[str, str] = en.TEXTS


def say(reason: Reason) -> str:
    """A reason as a phrase."""
    phrase = REASONS.get(reason.code)
    if phrase is None:
        raise KeyError(f"no phrase for reason {reason.code!r}")
    return phrase(*reason.args)


def t(key: str, **values: Any) -> str:
    """A fixed text with its values filled in; of two forms (``key`` and ``key.one``) the one for the count."""
    if values.get("count") == 1 and f"{key}.one" in TEXTS:
        key = f"{key}.one"
    return TEXTS[key].format(**values) if values else TEXTS[key]
