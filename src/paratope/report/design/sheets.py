"""The table that goes into a protocol, for each kind of design that has one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

from paratope.designs.base import Design
from paratope.designs.decision import decide_seen
from paratope.designs.interval import IntervalDesign
from paratope.designs.interval.read_table import WIDE
from paratope.designs.modifiers import Modifier
from paratope.designs.seen import Seen
from paratope.designs.three_plus_three import ThreePlusThree
from paratope.designs.timed.followed import TimedDesign
from paratope.designs.timed.rolling_six import TABLE, RollingSix
from paratope.designs.timed.tite_boin import TiteBoin


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: its columns, and rows of as many cells (None: empty). ``notes`` go below it."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    notes: tuple[str, ...] = ()


def unwrapped(design: Design) -> Design:
    """The design without the modifiers around it."""
    while isinstance(design, Modifier):
        design = design.inner
    return design


def timed(design: Design) -> bool:
    """Whether the design may decide while patients are pending."""
    return isinstance(unwrapped(design), TimedDesign)


def protocol_sheet(design: Design) -> Sheet | None:
    """The decision table of a design; None where it has no fixed one.

    Interval designs: one row per number of patients at the current level, 1 to the most the study may treat, and
    the DLT counts at which to escalate, de-escalate and close the level (empty: does not happen at this number).
    3+3: one row per situation.
    """
    inner = unwrapped(design)
    if isinstance(inner, RollingSix):
        return Sheet(("enrolled", "dlt", "complete_without_dlt", "decision"), tuple(_rolling_six()))
    if isinstance(inner, TiteBoin):
        return _records(inner.timed_table(design.max_n), (STFT,))
    if isinstance(inner, IntervalDesign):
        rows = tuple((b.n, b.escalate, b.deescalate, b.eliminate) for b in inner.table()[: design.max_n])
        return Sheet(WIDE, rows, tuple(_interval_notes(inner)))
    if isinstance(inner, ThreePlusThree):
        return Sheet(("patients", "dlt", "where", "action", "next"), tuple(_three_plus_three(inner)))
    if inner.name in ("boin12", "tepi"):
        table: Callable[[], Sequence[Any]] = getattr(inner, "table")  # noqa: B009  # slow to load, so not named
        return _records(table(), EFFICACY[inner.name])
    return None


STFT = (
    "Pending: patients still in their DLT window. Escalate when the standardised total follow-up time (the sum of the "
    "observed parts of their windows) is at least escalate_from, de-escalate when it is at most deescalate_upto."
)
EFFICACY = {
    "boin12": (
        "Of the current level, the one above and the one below, the next cohort goes to the level with the highest "
        "rank among those that BOIN's boundaries allow.",
    ),
    "tepi": (
        "E escalate, S stay, D de-escalate; DUT de-escalate and close this level and those above as too toxic; DUE "
        "de-escalate, EUE escalate, and close this level as futile.",
    ),
}


def _records(found: Sequence[Any], notes: tuple[str, ...]) -> Sheet:
    """A table from rows that are dataclasses; a pair (first, last) takes two columns."""
    first = found[0]
    names: list[str] = []
    for f in fields(first):
        pair = isinstance(getattr(first, f.name), tuple)
        names += [f"{f.name}_from", f"{f.name}_to"] if pair else [f.name]
    rows = []
    for each in found:
        cells: list[Any] = []
        for f in fields(each):
            value = getattr(each, f.name)
            cells += value if isinstance(value, tuple) else [value]
        rows.append(tuple(cells))
    return Sheet(tuple(names), tuple(rows), notes)


def _rolling_six() -> Iterator[tuple[Any, ...]]:
    for enrolled, dlt, clear, decision in TABLE:
        yield enrolled, *(str(a) if a == b else f"{a}-{b}" for a, b in (dlt, clear)), decision


def _interval_notes(design: IntervalDesign) -> Iterator[str]:
    yield "Between the two limits: stay. A closed level and all above it are never given again."
    safe = {n: s for n in range(1, design.max_n + 1) if (s := design.extra_safe(n)) is not None}
    if safe:
        said = ", ".join(f"{y}/{n}" for n, y in safe.items() if n % design.cohort_size == 0)
        yield f"Extra safe rule: stop when the lowest level has at least this many DLTs among its patients: {said}."
    if design.early_stop_n is not None:
        stays = " and the decision is to stay" if design.early_stop_rule == "with-stay" else ""
        yield f"Stop early when {design.early_stop_n} patients were treated at the current level{stays}."


_SITUATIONS: tuple[tuple[str, int, tuple[int, ...], tuple[int, ...]], ...] = (
    ("the level above is untried", 2, (3, 0, 0), (0, 0, 0)),
    ("the level above is too toxic", 2, (3, 0, 3), (0, 0, 2)),
    ("this is the highest level", 3, (3, 3, 0), (0, 0, 0)),
)
"""Where a level that is tolerated may stand: among three levels, the current one and what the others have shown."""

_TOO_TOXIC: tuple[tuple[str, int, tuple[int, ...]], ...] = (
    ("the level below has three patients", 2, (3, 0, 0)),
    ("the level below has six patients", 2, (6, 0, 0)),
    ("this is the lowest level", 1, (0, 0, 0)),
)


def _three_plus_three(design: ThreePlusThree) -> Iterator[tuple[Any, ...]]:
    """Every situation of the rule, decided by the design itself on three levels."""
    small = ThreePlusThree(doses=3, variant=design.variant)
    for n, tox, said in (
        (3, 0, "0"),
        (3, 1, "1"),
        (3, 2, "2 or more"),
        (6, 1, "1 or fewer"),
        (6, 2, "2 or more"),
    ):
        if (n, tox) == (3, 1):
            yield (n, said, "any", *_decided(small, 2, (3, n, 0), (0, tox, 0)))
        elif tox < 2:
            for where, dose, others, their_tox in _SITUATIONS:
                if design.variant == "no-deescalation" and "too toxic" in where:
                    continue  # this variant never returns to a lower level
                own = (*others[: dose - 1], n, *others[dose:])
                own_tox = (*their_tox[: dose - 1], tox, *their_tox[dose:])
                yield (n, said, where, *_decided(small, dose, own, own_tox))
        else:
            for where, dose, others in _TOO_TOXIC:
                own = (*others[: dose - 1], n, *others[dose:])
                own_tox = (0,) * (dose - 1) + (tox,) + (0,) * (3 - dose)
                yield (n, said, where, *_decided(small, dose, own, own_tox))


def _decided(design: ThreePlusThree, dose: int, n: tuple[int, ...], tox: tuple[int, ...]) -> tuple[str, str]:
    decision = decide_seen(design, Seen.one(n, tox, dose))
    if decision.dose is None:
        mtd = {
            dose - 1: "the level below is the MTD",
            dose: "this level is the MTD",
            0: "no level is tolerated",
        }
        return "stop", mtd[decision.selected or 0]
    at = {1: "the next level", 0: "this level", -1: "the level below"}[decision.dose - dose]
    return (
        decision.action,
        f"{decision.size} more at {at}" if at != "the next level" else f"{decision.size} at {at}",
    )
