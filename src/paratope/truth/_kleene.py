"""The truth values and the connectives, as tables (tests walk every cell)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum


class Truth(Enum):
    """Whether a text is true of a patient. Compare with ``is``; there is no truth of a Truth."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"

    def __bool__(self) -> bool:
        raise TypeError("a Truth has three values: compare with 'is'")

    __hash__ = object.__hash__  # the members are singletons; Enum's own hash is slow in the tables


T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN

NOT = {T: F, F: T, U: U}

AND = {
    (T, T): T, (T, F): F, (T, U): U,
    (F, T): F, (F, F): F, (F, U): F,
    (U, T): U, (U, F): F, (U, U): U,
}  # fmt: skip

OR = {
    (T, T): T, (T, F): T, (T, U): T,
    (F, T): T, (F, F): F, (F, U): U,
    (U, T): T, (U, F): U, (U, U): U,
}  # fmt: skip


def at_least(k: int, values: Iterable[Truth]) -> Truth:
    """True when at least ``k`` of the values are true whatever the unknown ones turn out to be.

    ``at_least(1, v)`` is OR over v, ``at_least(len(v), v)`` is AND.
    """
    listed = list(values)
    certain = sum(v is T for v in listed)
    possible = certain + sum(v is U for v in listed)
    if certain >= k:
        return T
    return U if possible >= k else F
