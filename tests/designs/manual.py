"""What designs decide, as a page of the manual: ``python -m tests.designs.manual > docs/reference/decisions.md``."""

from __future__ import annotations

from typing import Any

from tests.designs.spec import chapters

PAGE = "docs/reference/decisions.md"

HEAD = """\
# What designs decide, by example

Generated from the tables the tests run (`tests/designs/spec/*.yaml`); do not edit.

Outcomes are written cohort by cohort: the dose level, then a letter for each patient. `N` no DLT, `T` DLT, `E` response
without DLT, `B` both, `?` still in the DLT window, `X` cannot be evaluated. The
[rules](designs.md#every-rule-by-its-name)
have a list of their own."""


def render() -> str:
    """The page."""
    lines = [HEAD]
    for chapter in chapters():
        lines += ["", f"## {chapter['title']}", "", " ".join(chapter["about"].split())]
        for section in chapter["sections"]:
            lines += ["", f"### {section['title']}", ""]
            if "design" in section:
                lines += [f"`{_design(section['design'])}`", ""]
            lines += ["| outcomes | decision | rule | |", "|---|---|---|---|"]
            lines += [_row(row) for row in section["cases"]]
    return "\n".join(lines) + "\n"


def _row(row: dict[str, Any]) -> str:
    told = f"`{row['outcomes']}`" if row["outcomes"] else "nothing yet"
    if "design" in row:
        told = f"`{_design(row['design'])}`: {told}"
    notes = "; ".join(" ".join(str(row[k]).split()) for k in ("because", "noted", "note") if row.get(k))
    return f"| {told} | {_decision(row)} | `{row['rule']}` | {notes} |"


def _decision(row: dict[str, Any]) -> str:
    said = row["action"]
    if row.get("dose") is not None:
        said += f", level {row['dose']}"
    if row.get("size"):
        said += f", {row['size']} patients" if row["size"] > 1 else ", 1 patient"
    if "selected" in row:
        said += f"; level {row['selected']} is selected" if row["selected"] else "; no level is selected"
    return said


def _design(spec: dict[str, Any]) -> str:
    plain = [f"{k} {v}" for k, v in spec.items() if k not in ("design", "modifiers")]
    around = [
        "with " + " ".join(str(v) if k == "modifier" else f"{k} {v}" for k, v in m.items())
        for m in _wrapped(spec)
    ]
    return ", ".join([spec["design"], *plain, *around])


def _wrapped(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return list(spec.get("modifiers", []))


if __name__ == "__main__":
    print(render(), end="")
