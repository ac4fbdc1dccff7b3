"""If/else on a fact that may be missing.

``(A and P) or (B and not P)`` is unknown while P is, even of a patient who satisfies both A and B: three
valued logic cannot see that one of the two branches must hold. Written without the negation, it can.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

from paratope.protocol.lint.findings import Finding, Study
from paratope.protocol.lint.normal import clauses, normal
from paratope.rules import nodes as n
from paratope.rules.nodes import Filter, Rule
from paratope.rules.walk import walk
from paratope.rules.written import write_rule


def split_on_unknown(study: Study) -> Iterator[Finding]:
    """A rule whose branches ask a fact and its opposite: unknown while the fact is, where it need not be."""
    for i, c in enumerate(study.protocol.criteria):
        facts = dict.fromkeys((*_split_facts(c.rule), *_split_attributes(c.rule)))
        for fact in facts:
            message = (
                f"{c.id} asks both `{fact}` and its opposite in different branches: while that is not known the "
                f"answer is unknown even where both branches agree; write the wider branch without it, or `relaxed to`"
            )
            yield study.find("split-on-unknown", "warning", message, f"$.criteria[{i}].rule", (c.id,))


def _split_facts(rule: Rule) -> Iterator[str]:
    for true in (True, False):
        for part in walk(normal(rule, true=true, weaker=True)):
            if not isinstance(part, n.Or):
                continue
            branches = [set(clauses(item)) for item in part.items]
            for one, other in permutations(branches, 2):
                if len(one) > 1 and len(other) > 1:
                    for fact in sorted(one, key=repr):
                        opposite = normal(fact, true=False, weaker=True)
                        if not isinstance(fact, n.Not) and opposite in other:
                            yield write_rule(fact)
                            break


def _split_attributes(rule: Rule) -> Iterator[str]:
    """The same inside a filter. The kind of an entry is always known, so that it may be asked both ways."""
    for part in walk(rule):
        if not isinstance(part, n.AnyOf):
            continue
        branches = [set(i.items) if isinstance(i, n.AllOf) else {i} for i in part.items]
        for one, other in permutations(branches, 2):
            if len(one) > 1 and len(other) > 1:
                for f in one:
                    if isinstance(f, n.Yes | n.Holds | n.OneOf) and n.But(f) in other:
                        yield _attribute(f)


def _attribute(f: Filter) -> str:
    return str(getattr(f, "attribute", ""))
