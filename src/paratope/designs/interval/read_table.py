"""A decision table of the user's own, from CSV: every error with its line."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from io import StringIO
from itertools import pairwise

from paratope.designs.problems import Problem

WIDE = ("n", "escalate_if_at_most", "deescalate_if_at_least", "eliminate_if_at_least")
LONG = ("n", "dlt", "decision")
DECISIONS = {"E": "escalate", "S": "stay", "D": "de-escalate", "DU": "de-escalate and never return"}
_ORDER = tuple(DECISIONS)
NOTHING = ("", "na", "n/a", "-", "none")

Row = tuple[int | None, int | None, int | None, int | None]


def read_table(text: str) -> tuple[list[Row], list[int], list[Problem]]:
    """The rows of a decision table (see `DecisionTable.rows`), the line of each, and everything that is wrong.

    Either ``n, escalate_if_at_most, deescalate_if_at_least, eliminate_if_at_least``, one line per number of
    patients, empty where a decision does not happen; or ``n, dlt, decision``, one line per number of patients and
    of DLTs, with E escalate, S stay, D de-escalate, DU de-escalate and never return (the letters of the mTPI
    tables: Ji, Liu, Li, Bekele, Clin Trials 2010;7:653-663), which must not grow milder with more DLTs. Lines
    count from 1, the header being the first. Columns may be divided by commas, semicolons or tabs.
    """
    lines = [(i, line) for i, line in enumerate(text.splitlines(), 1) if line.strip(" \t,;")]
    if not lines:
        return [], [], [Problem("$", "the table is empty")]
    first = lines[0][1]
    mark = max(",;\t", key=first.count)
    split = [(i, [c.strip() for c in next(csv.reader(StringIO(line), delimiter=mark))]) for i, line in lines]
    header = [c.lower().replace("-", "_").replace(" ", "_") for c in split[0][1]]
    body = split[1:]
    if header == list(LONG):
        return _long(body)
    if header != list(WIDE):
        return (
            [],
            [],
            [
                Problem(
                    f"line {split[0][0]}",
                    f"expected the header {','.join(WIDE)} (or {','.join(LONG)}), not {','.join(split[0][1])}",
                )
            ],
        )
    if not body:
        return [], [], [Problem("$", "the table has a header and no rows")]
    return _wide(body)


def _wide(body: Sequence[tuple[int, list[str]]]) -> tuple[list[Row], list[int], list[Problem]]:
    rows: list[Row] = []
    lines: list[int] = []
    problems: list[Problem] = []
    for line, cells in body:
        if len(cells) != len(WIDE):
            problems.append(Problem(f"line {line}", f"expected {len(WIDE)} columns, not {len(cells)}"))
            continue
        before = len(problems)
        values = [_count(c, line, name, problems, name != "n") for c, name in zip(cells, WIDE, strict=True)]
        if len(problems) == before:
            rows.append((values[0], values[1], values[2], values[3]))
            lines.append(line)
    return rows, lines, problems


def _count(cell: str, line: int, column: str, problems: list[Problem], may_be_empty: bool) -> int | None:
    if may_be_empty and cell.lower() in NOTHING:
        return None
    if cell.isascii() and cell.isdigit():
        return int(cell)
    wanted = "a whole number" + (" or nothing" if may_be_empty else "")
    problems.append(Problem(f"line {line}, {column}", f"expected {wanted}, not {cell!r}"))
    return None


def _long(body: Sequence[tuple[int, list[str]]]) -> tuple[list[Row], list[int], list[Problem]]:
    found: dict[int, dict[int, tuple[str, int]]] = {}
    problems: list[Problem] = []
    for line, cells in body:
        if len(cells) != len(LONG):
            problems.append(Problem(f"line {line}", f"expected {len(LONG)} columns, not {len(cells)}"))
            continue
        n, dlt = (_count(c, line, name, problems, False) for c, name in zip(cells[:2], LONG, strict=False))
        decision = cells[2].upper()
        if decision not in DECISIONS:
            said = ", ".join(f"{k} {v}" for k, v in DECISIONS.items())
            problems.append(Problem(f"line {line}, decision", f"expected one of {said}; not {cells[2]!r}"))
        elif n is not None and dlt is not None:
            if dlt > n:
                problems.append(Problem(f"line {line}, dlt", f"{dlt} DLT among {n} patients cannot be"))
            elif dlt in found.setdefault(n, {}):
                problems.append(Problem(f"line {line}", f"n = {n} with {dlt} DLT is there twice"))
            else:
                found[n][dlt] = (decision, line)
    if problems:
        return [], [], problems
    if not found:
        return [], [], [Problem("$", "the table has a header and no rows")]
    for n, by_dlt in found.items():
        problems += _long_problems(n, by_dlt)
    if problems:
        return [], [], problems
    rows = [_boundaries(n, {y: d for y, (d, _) in by_dlt.items()}) for n, by_dlt in found.items()]
    return rows, [min(line for _, line in by_dlt.values()) for by_dlt in found.values()], []


def _long_problems(n: int, by_dlt: dict[int, tuple[str, int]]) -> Iterator[Problem]:
    missing = [str(y) for y in range(n + 1) if y not in by_dlt]
    if missing:
        line = min(line for _, line in by_dlt.values())
        yield Problem(f"line {line}", f"n = {n} has no decision for {', '.join(missing)} DLT")
    said = sorted(by_dlt)
    for before, y in pairwise(said):
        decision, line = by_dlt[y]
        if _ORDER.index(decision) < _ORDER.index(by_dlt[before][0]):
            yield Problem(
                f"line {line}, decision",
                f"{decision} for {y} DLT among {n} is milder than {by_dlt[before][0]} for {before}: decisions must "
                "not grow milder with more DLTs",
            )


def _boundaries(n: int, by_dlt: dict[int, str]) -> Row:
    up = [y for y, d in by_dlt.items() if d == "E"]
    down = [y for y, d in by_dlt.items() if d in ("D", "DU")]
    shut = [y for y, d in by_dlt.items() if d == "DU"]
    return n, max(up) if up else None, min(down) if down else None, min(shut) if shut else None
