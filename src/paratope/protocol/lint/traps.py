"""If/else on a fact that may be missing.

``(A and P) or (B and not P)`` is unknown while P is, even of a patient who satisfies both A and B: three
valued logic cannot see that one of the two branches must hold. Written without the negation, it can.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from paratope.protocol.lint.findings import Finding, Study
from paratope.protocol.lint.normal import clauses, normal
from paratope.rules import nodes as n
from paratope.rules.nodes import Rule
from paratope.rules.walk import walk
from paratope.rules.written import write_rule

ASKED = (n.Yes, n.Holds, n.OneOf)
"""Filters on attributes that may not be recorded; the kind of an entry always is."""


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
            for one, other in combinations(branches, 2):
                if len(one) > 1 and len(other) > 1:
                    for fact in sorted(one, key=repr):
                        if normal(fact, true=False, weaker=True) in other:
                            yield write_rule(fact.item if isinstance(fact, n.Not) else fact)


def _split_attributes(rule: Rule) -> Iterator[str]:
    """The same inside a filter."""
    for part in walk(rule):
        if not isinstance(part, n.AnyOf):
            continue
        branches = [set(i.items) if isinstance(i, n.AllOf) else {i} for i in part.items]
        for one, other in combinations(branches, 2):
            if len(one) > 1 and len(other) > 1:
                for f in one:
                    positive = f.item if isinstance(f, n.But) else f
                    if isinstance(positive, ASKED) and (positive if f != positive else n.But(f)) in other:
                        yield positive.attribute
