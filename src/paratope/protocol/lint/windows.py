"""Windows in time: without an anchor, with two, or of a length that is not public."""

from __future__ import annotations

from collections.abc import Iterator

from paratope.protocol.lint.findings import Finding, Severity, Study
from paratope.rules.walk import windows_used

UNSTATED = "an unstated date"


def windows(study: Study) -> Iterator[Finding]:
    """`window-unstated`: the text does not say from which day it counts. `window-two-anchors`: it counts from
    either of two days. `window-unpublished`: its length is withheld. Each is a warning while no question to
    the sponsor is ready, except that two anchors are only noted."""
    asked = any(item.question for item in study.protocol.withheld)
    for i, c in enumerate(study.protocol.criteria):
        place = f"$.criteria[{i}].rule"
        ready: Severity = "note" if any(a.ask for a in c.ambiguities) else "warning"
        for window in dict.fromkeys(windows_used(c.rule)):
            if UNSTATED in window.anchors:
                message = f"{c.id} does not say from which day its window counts"
                yield study.find("window-unstated", ready, message, place, (c.id,))
            elif len(window.anchors) > 1:
                message = (
                    f"{c.id} counts its window from either of {', '.join(window.anchors)}: both must be clear"
                )
                yield study.find("window-two-anchors", "note", message, place, (c.id,))
            if not window.spans and window.direction != "since":
                severity: Severity = "note" if asked else ready
                message = f"{c.id} has a window whose length is not public"
                yield study.find("window-unpublished", severity, message, place, (c.id,))
