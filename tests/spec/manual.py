"""The semantics' tables as a page of the manual: ``python -m tests.spec.manual > docs/reference/semantics.md``."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from tests.spec import AS_OF, PLAN, chapters

PAGE = "docs/reference/semantics.md"


def render() -> str:
    """The page."""
    dates = ", ".join(f"{k.replace('_', ' ')} {v}" for k, v in PLAN.items())
    lines = [
        "# What rules mean, by example",
        "",
        "Generated from the tables the tests run (`tests/spec/*.yaml`); do not edit.",
        f"As-of date {AS_OF.isoformat()}; plan: {dates}, unless a row says otherwise.",
        "`met` means that the rule is true of the patient. The patient column is the plain form",
        "(see [the patient form](patient-form.md)).",
    ]
    for chapter in chapters():
        lines += ["", f"## {chapter['title']}", "", " ".join(chapter["about"].split())]
        for section in chapter["sections"]:
            lines += ["", f"### {section['title']}", ""]
            if "rule" in section:
                lines += [f"`{section['rule']}`", ""]
            lines += ["| on record | verdict | why |", "|---|---|---|"]
            lines += [_row(row) for row in section["cases"]]
    return "\n".join(lines) + "\n"


def _row(row: dict[str, Any]) -> str:
    given = {k: v for k, v in row.items() if k not in ("then", "because", "note", "rule", "plan")}
    told = "; ".join(f"{k}: {_plain(v)}" for k, v in given.items()) or "nothing"
    if "rule" in row:
        told = f"`{row['rule']}`: {told}"
    if "plan" in row:
        told += f"; plan: {_plain(row['plan'])}"
    notes = "; ".join(str(row[k]) for k in ("because", "note") if row.get(k))
    return f"| {told} | {row['then'].replace('_', ' ')} | {notes} |".replace("\n", " ")


def _plain(value: Any) -> str:
    text = json.dumps(
        value, ensure_ascii=False, default=lambda d: d.isoformat() if isinstance(d, date) else str(d)
    )
    return text.replace('"', "").replace("|", "\\|")


if __name__ == "__main__":
    print(render(), end="")
