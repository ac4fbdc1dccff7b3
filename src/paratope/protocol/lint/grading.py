"""Limits of blood counts that admit what another criterion excludes by its CTCAE grade."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from paratope.protocol.lint.findings import Finding, Study
from paratope.protocol.lint.limits import Limit, at_least_as_tight, limit_of
from paratope.protocol.lint.normal import clauses
from paratope.rules import nodes as n
from paratope.rules.nodes import Filter, Rule
from paratope.rules.walk import walk
from paratope.terms import catalogue


class Grading(NamedTuple):
    """From which value on a result has a grade: below (or above) ``bounds[grade]`` on ``scale``."""

    measure: str
    toxicity: str
    beyond: str  # "<" or ">"
    scale: str  # the canonical unit, or ULN
    bounds: dict[int, float]


HAEMATOLOGICAL = "haematological toxicity"
OTHER = "unresolved toxicity"

CTCAE: tuple[Grading, ...] = (
    Grading("haemoglobin", HAEMATOLOGICAL, "<", "g/L", {2: 100, 3: 80}),
    Grading("neutrophils", HAEMATOLOGICAL, "<", "10*9/L", {2: 1.5, 3: 1.0, 4: 0.5}),
    Grading("platelets", HAEMATOLOGICAL, "<", "10*9/L", {2: 75, 3: 50, 4: 25}),
    Grading("lymphocytes", HAEMATOLOGICAL, "<", "10*9/L", {2: 0.8, 3: 0.5, 4: 0.2}),
    Grading("ALT", OTHER, ">", "ULN", {2: 3, 3: 5, 4: 20}),
    Grading("AST", OTHER, ">", "ULN", {2: 3, 3: 5, 4: 20}),
    Grading("total bilirubin", OTHER, ">", "ULN", {2: 1.5, 3: 3, 4: 10}),
    Grading("creatinine", OTHER, ">", "ULN", {2: 1.5, 3: 3, 4: 6}),
)
"""CTCAE version 5.0 (U.S. Department of Health and Human Services, 27 November 2017), "Investigations" and
"Blood and lymphatic system disorders" (anaemia). Grade 1 starts at the laboratory's own limit and is left
out. For the multiples of ULN the baseline is taken to be normal."""


def grade_collisions(study: Study) -> Iterator[Finding]:
    """A count that one criterion admits has a grade that another excludes."""
    for out in study.protocol.criteria:
        if out.section != "exclusion" or out.role == "illustrative":
            continue
        for grading in CTCAE:
            grade = excluded_grade(out.rule, grading.toxicity)
            bound = None if grade is None else grading.bounds.get(grade)
            if bound is None:
                continue
            excluded = Limit(("measure", grading.measure, ""), grading.beyond, bound, grading.scale)
            for h in study.hurdles:
                c = h.criterion
                if c.section != "inclusion" or c.id == out.id:
                    continue
                for admitted in filter(None, map(limit_of, clauses(h.weaker))):
                    if _admits(admitted, excluded):
                        message = (
                            f"{c.id} admits {grading.measure} {_range(admitted, excluded)}, which is CTCAE grade "
                            f"{grade}, and {out.id} excludes {grading.toxicity} of grade {grade} or more"
                        )
                        yield study.find("grade-collision", "warning", message, h.place, (c.id, out.id))


def _admits(admitted: Limit, excluded: Limit) -> bool:
    """Whether some value is within both."""
    if admitted.of != excluded.of or admitted.scale != excluded.scale or admitted.op[0] == excluded.op[0]:
        return False
    edge = Limit(excluded.of, "=", admitted.value, excluded.scale)
    return at_least_as_tight(edge, excluded)


def _range(admitted: Limit, excluded: Limit) -> str:
    low, high = sorted((admitted.value, excluded.value))
    unit = "x ULN" if excluded.scale == "ULN" else excluded.scale
    return f"between {low:g} and {high:g} {unit}"


def excluded_grade(rule: Rule, toxicity: str) -> int | None:
    """The lowest CTCAE grade of a toxicity that certainly or possibly falls under an exclusion by its grade."""
    lowest: int | None = None
    for part in walk(rule):
        if not isinstance(part, n.Any) or part.where is None or not _asks_grade(part.where):
            continue
        if not any(catalogue().is_a(toxicity, c) for c in part.concepts):
            continue
        for grade in range(1, 6):
            if _may_pass(part.where, toxicity, grade) is not False:
                lowest = grade if lowest is None else min(lowest, grade)
                break
    return lowest


def _asks_grade(where: Filter) -> bool:
    return any(isinstance(f, n.Holds) and f.attribute == "grade" for f in walk(where))


def _may_pass(f: Filter, toxicity: str, grade: int) -> bool | None:
    """Whether an entry of this toxicity and grade, of which nothing else is known, passes a filter."""
    match f:
        case n.AllOf(items):
            found = [_may_pass(i, toxicity, grade) for i in items]
            return False if False in found else (None if None in found else True)
        case n.AnyOf(items):
            found = [_may_pass(i, toxicity, grade) for i in items]
            return True if True in found else (None if None in found else False)
        case n.But(item):
            inner = _may_pass(item, toxicity, grade)
            return None if inner is None else not inner
        case n.Holds("grade", op, n.Amount(value)):
            return at_least_as_tight(Limit((), "=", grade, ""), Limit((), op, value, ""))
        case n.IsA(concepts):
            terms = catalogue()
            if any(terms.is_a(toxicity, c) for c in concepts):
                return True
            if toxicity == OTHER and all(terms.is_a(c, HAEMATOLOGICAL) for c in concepts):
                return False  # here the word stands for the toxicities that are not haematological
            return None
        case _:
            return None
