"""Criteria compared with one another: those that cannot both be passed, and those that add nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from paratope.protocol.lint.findings import Finding, Hurdle, Study
from paratope.protocol.lint.implies import follows, statement_follows
from paratope.protocol.lint.normal import alternatives, clauses, normal
from paratope.rules import nodes as n
from paratope.rules.nodes import Rule
from paratope.rules.walk import concepts_used
from paratope.rules.written import write_rule
from paratope.terms import catalogue


def never_together(study: Study) -> Iterator[Finding]:
    """Nobody can pass: two criteria (or one alone) that no patient can satisfy at the same time."""
    alone = set()
    for h in study.hurdles:
        if follows(h.weaker, h.failing):
            alone.add(h.id)
            message = f"nobody can pass {h.id}: it contradicts itself"
            yield study.find("never-together", "error", message, h.place, (h.id,))
    for a, b in combinations(study.hurdles, 2):
        if a.meets(b) and not {a.id, b.id} & alone and _opposed(a, b):
            message = f"nobody can pass both {a.id} and {b.id}: {_ask(a)}, {_ask(b)}"
            yield study.find("never-together", "error", message, b.place, (a.id, b.id))


def _opposed(a: Hurdle, b: Hurdle) -> bool:
    return follows(a.weaker, b.failing) or follows(b.weaker, a.failing)


def repeated(study: Study) -> Iterator[Finding]:
    """The same thing asked twice: to the same effect (`same`), once with and once without an exception, a time
    limit or a degree (`overruled`), the narrower beside the wider (`covered`), or with exceptions that differ
    (`different-terms`). Of each pair only the most telling is said; criteria that refer to one another repeat
    each other on purpose."""
    for a, b in combinations(study.hurdles, 2):
        if a.meets(b) and not _refers(study, a, b) and not _opposed(a, b):
            yield from _compared(study, a, b)


def _refers(study: Study, a: Hurdle, b: Hurdle) -> bool:
    return a.id in study.rests_on(b.id) or b.id in study.rests_on(a.id)


def _compared(study: Study, a: Hurdle, b: Hurdle) -> Iterator[Finding]:
    mine, theirs = _met_by(a, b), _met_by(b, a)
    whole = len(mine) == len(a.demands), len(theirs) == len(b.demands)
    if all(whole):
        yield study.find("same", "warning", f"{a.id} and {b.id} ask the same", b.place, (a.id, b.id))
        return
    overruled = [*_overruled(study, a, b, mine), *_overruled(study, b, a, theirs)]
    yield from overruled
    if overruled:
        return
    if whole[0] or whole[1]:
        narrow, wide, met = (a, b, mine) if whole[0] else (b, a, theirs)
        message = f"{narrow.id} adds nothing to {wide.id}: whoever passes {wide.id} meets {_quotes(met)}"
        yield study.find("covered", "note", message, narrow.place, (narrow.id, wide.id))
        return
    for narrow, wide, met in ((a, b, mine), (b, a, theirs)):
        told = [demand for demand in met if not isinstance(demand, n.CancerIs)]
        if told and (narrow is a or not mine):
            message = f"part of {narrow.id} adds nothing to {wide.id}: whoever passes {wide.id} meets {_quotes(told)}"
            yield study.find("covered", "note", message, narrow.place, (narrow.id, wide.id))
    yield from _different_terms(study, a, b)


def _met_by(a: Hurdle, b: Hurdle) -> list[Rule]:
    """The demands of ``a`` that everybody meets who passes ``b``."""
    if a.criterion.cohort is None and b.criterion.cohort is not None:
        return []  # b is not asked of everybody
    return [demand for demand in a.demands if follows(b.weaker, demand)]


def _overruled(study: Study, a: Hurdle, b: Hurdle, met: list[Rule]) -> Iterator[Finding]:
    """Demands of ``a`` with an exception, limit or degree that a stricter demand of ``b`` makes useless."""
    pairs = [(demand, by) for demand in met if (by := _stricter(demand, b)) is not None]
    if pairs:
        told = "; ".join(f"{_quote(demand)} there, {_quote(by)} here" for demand, by in pairs)
        message = f"{b.id} overrules an exception, limit or degree of {a.id}, which then helps nobody: {told}"
        yield study.find("overruled", "warning", message, a.place, (a.id, b.id))


def _stricter(demand: Rule, b: Hurdle) -> Rule | None:
    """The demand of ``b`` about the very same thing that is stricter and implies ``demand``."""
    for by in clauses(b.weaker):
        if by != demand and follows(by, demand) and _same_thing(demand, by):
            return by
    return None


def _same_thing(loose: Rule, strict: Rule) -> bool:
    """Whether the two differ in exceptions, time, degree or limit, rather than in breadth of subject."""
    match loose, strict:
        case n.Or(ways), _ if not isinstance(strict, n.Or):
            needed = [way for way in ways if follows(strict, way)]
            spare = [way for way in ways if way not in needed]
            return bool(spare) and any(_excepted(way, strict, spare) for way in needed)
        case n.Not(n.Any((x,), where, window) as inner), n.Not(n.Any(_, wider, longer)):
            alike = n.Any((x,), wider, longer)
            return (where, window) != (wider, longer) and not statement_follows(alike, inner)
        case (n.Compare((x,)), n.Compare((y,))) | (n.Stated(x), n.Stated(y)):
            return bool(x == y)
        case _:
            return False


def _excepted(way: Rule, strict: Rule, spare: list[Rule]) -> bool:
    """Whether ``spare`` are exceptions to ``way``, the part that ``strict`` insists on."""
    match way, strict:
        case n.Not(n.Any((narrow,))), n.Not(n.Any((wide,))):
            return catalogue().is_a(narrow, wide)
        case n.Compare((x,)), n.Compare((y,)):
            return x == y and any(x in concepts_used(other) for other in spare)
        case _:
            return False


def _different_terms(study: Study, a: Hurdle, b: Hurdle) -> Iterator[Finding]:
    """Two exclusions of the same condition whose exceptions, limits or degrees differ, neither being wider."""
    if a.criterion.section != "exclusion" or b.criterion.section != "exclusion":
        return
    shared = dict.fromkeys(
        subject
        for mine in a.demands
        for theirs in b.demands
        if not follows(mine, theirs) and not follows(theirs, mine)
        for subject in _excluded(mine)
        if subject in _excluded(theirs)
    )
    if shared:
        message = f"{a.id} and {b.id} both exclude {', '.join(shared)}, on different terms"
        yield study.find("different-terms", "note", message, b.place, (a.id, b.id))


def _excluded(demand: Rule) -> tuple[str, ...]:
    """The conditions whose absence a demand asks for, exceptions apart."""
    found = []
    for alternative in alternatives(demand):
        match alternative:
            case n.Not(n.Any((x,))):
                concept = catalogue().get(x)
                if concept is not None and concept.kind == "condition":
                    found.append(x)
    return tuple(found)


def dead_alternatives(study: Study) -> Iterator[Finding]:
    """A way to pass a criterion that another criterion closes: an alternative or relaxation nobody can use."""
    for a in study.hurdles:
        for demand in a.demands:
            ways = alternatives(demand)
            if len(ways) < 2 or _is_population(a, ways):
                continue
            for b in study.hurdles:
                if (
                    b.id == a.id
                    or _refers(study, a, b)
                    or not a.meets(b)
                    or (a.criterion.cohort is None and b.criterion.cohort)
                ):
                    continue
                closed = [w for w in ways if follows(b.weaker, normal(w, true=False, weaker=False))]
                # Where b settles the demand, `repeated` has said so; where it closes every way, `never_together`.
                if closed and len(closed) < len(ways) and not follows(b.weaker, demand):
                    message = f"one way to pass {a.id} is closed by {b.id}: {_quotes(closed)}"
                    yield study.find("dead-alternative", "warning", message, a.place, (a.id, b.id))


def _is_population(a: Hurdle, ways: tuple[Rule, ...]) -> bool:
    """`if P then A`: that P is excluded elsewhere makes A moot, which is no alternative closed."""
    rule = a.criterion.rule
    return isinstance(rule, n.Applies) and len(ways) == 2


def _quote(rule: Rule) -> str:
    return f"`{write_rule(rule)}`"


def _quotes(rules: Sequence[Rule]) -> str:
    return "; ".join(map(_quote, rules))


def _ask(h: Hurdle) -> str:
    verb = "requires" if h.criterion.section == "inclusion" else "excludes"
    return f"{h.id} {verb} {_quote(h.criterion.rule)}"
