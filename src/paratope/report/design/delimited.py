"""Designs' results as CSV: one header, one row per thing, empty where there is nothing."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any

from paratope.designs.decision import Decision
from paratope.designs.paths import Paths
from paratope.report.design.data import catalogue_data, parameters_data
from paratope.report.design.sheets import Sheet


def text(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A CSV document; None is an empty cell."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(v) for v in row] for row in rows)
    return out.getvalue()


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return " ".join(str(_cell(v)) for v in value)
    return value


def sheet_csv(sheet: Sheet) -> str:
    """A protocol's table."""
    return text(sheet.columns, sheet.rows)


def catalogue_csv() -> str:
    """Every design and modifier."""
    rows = [(d.get("design"), d.get("modifier"), d["title"], d.get("source")) for d in catalogue_data()]
    return text(("design", "modifier", "title", "source"), rows)


def parameters_csv(name: str) -> str:
    """The parameters of a design or modifier."""
    found = parameters_data(name)
    return text(tuple(found[0]) if found else ("parameter",), [tuple(p.values()) for p in found])


def oc_csv(found: Sequence[dict[str, Any]]) -> str:
    """Operating characteristics (as `data.oc_data`): one row per truth and level; level 0 is 'none selected'."""
    rows: list[Sequence[Any]] = []
    for i, each in enumerate(found, 1):
        name = each["design"]["design"]
        rows.append((name, i, 0, None, None, each["select_none"], None, None, None))
        for k, p in enumerate(each["truth"]):
            eff, response = each.get("truth_efficacy"), each.get("response")
            rows.append(
                (
                    name,
                    i,
                    k + 1,
                    p,
                    eff[k] if eff else None,
                    each["select"][k],
                    each["n"][k],
                    each["dlt"][k],
                    response[k] if response else None,
                )
            )
    columns = ("design", "truth", "level", "p_dlt", "p_response", "select", "n", "dlt", "response")
    return text(columns, rows)


def next_csv(decision: Decision, following: Sequence[tuple[str, Decision]]) -> str:
    """The decision (with no outcome), then one row per outcome of the next cohort."""
    rows = [
        (label, d.action, d.dose, d.size, d.selected, d.rule, d.reason)
        for label, d in [("", decision), *following]
    ]
    return text(("outcome", "action", "dose", "size", "selected", "rule", "reason"), rows)


def paths_csv(paths: Paths) -> str:
    """One row per outcome of a cohort, with the decision it leads to."""
    nodes = {n.id: n for n in paths.nodes()}
    several = len(paths.truths) > 1
    names = [f"p_{i}" if several else "p" for i in range(1, len(paths.truths) + 1)]
    rows = []
    for e in paths.edges():
        node = nodes[e.child]
        then = paths.decision(node)
        rows.append(
            (
                nodes[e.parent].depth + 1,
                e.parent,
                e.label,
                e.child,
                then.action,
                node.dose,
                node.size,
                node.selected,
                then.rule,
                *(e.p if paths.truths else ()),
            )
        )
    columns = ("cohort", "from", "outcome", "to", "action", "dose", "size", "selected", "rule", *names)
    return text(columns, rows)
