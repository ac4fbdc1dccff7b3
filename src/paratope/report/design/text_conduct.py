"""Decisions and dose paths as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from paratope.designs.base import Design
from paratope.designs.decision import Decision
from paratope.designs.paths import Edge, Node, Paths
from paratope.report.design.text import Line, heading, percent, worded, wrapped

STYLE = {"stop": "excluded", "wait": "open", "de-escalate": "judgement", "escalate": "eligible"}


def action(decision: Decision) -> str:
    """What to do, in a few words."""
    if decision.action == "stop":
        return (
            "stop; no level is selected"
            if not decision.selected
            else f"stop; level {decision.selected} is selected"
        )
    if decision.action == "wait" or decision.dose is None:
        return "wait"
    patients = "1 patient" if decision.size == 1 else f"{decision.size} patients"
    words = {
        "start": "start at",
        "stay": "stay at",
        "escalate": "escalate to",
        "de-escalate": "de-escalate to",
    }
    return f"{words[decision.action]} level {decision.dose}: {patients}"


def next_lines(
    design: Design,
    decision: Decision,
    seen: str,
    deviations: Sequence[str],
    following: Sequence[tuple[str, Decision]],
    width: int,
) -> Iterator[Line]:
    """A decision as a safety board needs it."""
    yield from heading(design, width)
    yield Line("")
    yield from wrapped(seen, width, "Seen:      ")
    if deviations:
        yield Line("Not as the design would have it:", "open")
        for note in deviations:
            yield from wrapped(note, width, "  - ")
    if decision.notes:
        yield Line("To be noted:", "open")
        for note in decision.notes:
            yield from wrapped(note, width, "  - ")
    yield from wrapped(action(decision), width, "Decision:  ", STYLE.get(decision.action, "title"))
    yield from wrapped(decision.reason, width, "Reason:    ")
    yield from wrapped(decision.rule, width, "Rule:      ")
    if decision.admissible:
        yield from wrapped(", ".join(map(str, decision.admissible)), width, "Levels open: ")
    if decision.action == "wait" and following and len({action(then) for _, then in following}) == 1:
        yield from wrapped(f"whatever they turn out to be: {action(following[0][1])}", width, "Then:      ")
    numbers = "; ".join(f"{k} {worded(v)}" for k, v in decision.numbers.items() if v is not None)
    yield from wrapped(numbers, width, "Numbers:   ", "quiet")
    if following:
        yield Line("")
        title = (
            "When the pending patients are known" if decision.action == "wait" else "After the next cohort"
        )
        yield Line(title, "title")
        longest = max(len(label) for label, _ in following) + 2
        for label, then in following:
            yield from wrapped(action(then), width, f"  {label:<{longest}}", STYLE.get(then.action, ""))


def paths_lines(paths: Paths, width: int, verbose: bool = False) -> Iterator[Line]:
    """The tree of what could follow; a situation that was shown before is named by its number."""
    nodes = {n.id: n for n in paths.nodes()}
    children: dict[int, list[Edge]] = {}
    for e in paths.edges():
        children.setdefault(e.parent, []).append(e)
    size = paths.expected()
    yield from heading(paths.design, width)
    said = f"{size['nodes']:,} situations, {size['ends']:,} of them ends, {size['paths']:,} ways."
    if paths.truths:
        said += " Per cent: how likely a situation is" + (", by truth." if len(paths.truths) > 1 else ".")
    yield from wrapped(said, width, "  ")
    yield Line("")
    shown: set[int] = set()
    entrances: dict[int, int] = {}
    for e in paths.edges():
        entrances[e.child] = entrances.get(e.child, 0) + 1

    def tell(node: Node, label: str, depth: int) -> Iterator[Line]:
        decision = paths.decision(node)
        likely = "  " + " ".join(map(percent, node.p)) if paths.truths else ""
        number = f" [{node.id}]" if entrances.get(node.id, 0) > 1 else ""
        again = node.id in shown and node.id in children
        said = f"{action(decision)}{number}{likely}" + (" (as above)" if again else "")
        indent = "  " * depth + (label + "  " if label else "")
        yield from wrapped(said, width, indent, STYLE.get(decision.action, ""))
        if verbose and not again:
            yield from wrapped(decision.reason, width, "  " * depth + "    ", "quiet")
        if again:
            return
        shown.add(node.id)
        for e in children.get(node.id, ()):
            yield from tell(nodes[e.child], e.label, depth + 1)

    yield from tell(nodes[0], "", 0)
