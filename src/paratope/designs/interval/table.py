"""A decision table of the user's own, as a design."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from paratope.designs.fields import table
from paratope.designs.interval.base import Boundary, IntervalDesign
from paratope.designs.problems import Problem


@dataclass(frozen=True, kw_only=True)
class DecisionTable(IntervalDesign):
    """A table ``n, escalate if at most, de-escalate if at least, eliminate if at least`` decides.

    ``rows``: one per n, from 1 without a gap to the most patients a level can have; None where a decision does
    not happen. The MTD is the isotonic rate nearest the target, as for BOIN. Of a level with more patients than the
    table has rows, the table says nothing: it stays open, and the decision there is to stay.
    """

    name = "table"
    title = "Decision table of the user"
    source = "the user's table"

    rows: tuple[tuple[int | None, ...], ...] = table("n, escalate if <=, de-escalate if >=, eliminate if >=")

    @cached_property
    def _by_n(self) -> dict[int, Boundary]:
        return {int(r[0] or 0): Boundary(int(r[0] or 0), r[1], r[2], r[3]) for r in self.rows}

    def boundary(self, n: int) -> Boundary:
        said = self._by_n.get(n, Boundary(n, None, None, None))
        shut = _least(said.eliminate, *(_later(b.eliminate, n - b.n) for b in self._by_n.values() if b.n < n))
        down = said.deescalate
        if down is None:
            down = _least(*(_later(b.deescalate, n - b.n) for b in self._by_n.values() if b.n < n))
        return Boundary(n, said.escalate, _least(down, shut), shut)

    def table(self) -> tuple[Boundary, ...]:
        """The user's rows, as they are."""
        return tuple(self._by_n[n] for n in sorted(self._by_n))

    def inconsistencies(self) -> Iterator[Problem]:
        yield from super().inconsistencies()
        yield from table_problems(self.rows, self.max_n)


def _least(*counts: int | None) -> int | None:
    return min((c for c in counts if c is not None), default=None)


def _later(count: int | None, more: int) -> int | None:
    """So many DLTs leave no doubt, ``more`` patients later, that the count had been reached before."""
    return None if count is None else count + more


def table_problems(rows: tuple[tuple[int | None, ...], ...], upto: int) -> Iterator[Problem]:
    """What is wrong with a table: holes, twice the same n, boundaries that cross or cannot be."""
    known: set[int] = set()
    for i, row in enumerate(rows):
        place = f"$.rows[{i}]"
        if len(row) != 4 or not all(
            v is None or (isinstance(v, int) and not isinstance(v, bool)) for v in row
        ):
            yield Problem(
                place,
                f"expected n and three whole numbers or nothing (escalate if <=, de-escalate if >=, "
                f"eliminate if >=), not {list(row)}",
            )
            continue
        n, up, down, shut = row
        if n is None or n < 1:
            yield Problem(f"{place}[0]", f"n must be a whole number from 1 on, not {n}")
            continue
        if n in known:
            yield Problem(f"{place}[0]", f"n = {n} is there twice")
        known.add(n)
        yield from _row_problems(place, n, up, down, shut)
    inner = sorted(n for n in known if n <= upto)
    missing = [(a + 1, b - 1) for a, b in zip([0, *inner], [*inner, upto + 1], strict=True) if b - a > 1]
    if missing:
        yield Problem(
            "$.rows",
            f"there is no row for n = {_ranges(missing)}: a level may have up to {upto} patients "
            "(cohort size x cohorts)",
        )


def _row_problems(
    place: str, n: int, up: int | None, down: int | None, shut: int | None
) -> Iterator[Problem]:
    for column, value in ((1, up), (2, down), (3, shut)):
        if value is not None and not 0 <= value <= n:
            yield Problem(f"{place}[{column}]", f"{value} DLT among {n} patients cannot be")
    if up is not None and down is not None and up >= down:
        yield Problem(
            place, f"at n = {n} both escalate (at most {up}) and de-escalate (at least {down}) hold"
        )
    if up is not None and shut is not None and up >= shut:
        yield Problem(place, f"at n = {n} both escalate (at most {up}) and eliminate (at least {shut}) hold")
    if shut is not None and (down is None or down > shut):
        yield Problem(
            place,
            f"at n = {n} a level is eliminated from {shut} DLT on, where the table does not de-escalate",
        )


def _ranges(spans: list[tuple[int, int]]) -> str:
    """1 to 3 and 7 as ``1-3, 7``."""
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in spans)
