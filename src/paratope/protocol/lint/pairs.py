"""Criteria compared with one another: those that cannot both be passed, and those that add nothing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from paratope.protocol.lint.findings import Finding, Hurdle, Study
from paratope.protocol.lint.implies import follows, statement_follows
from paratope.protocol.lint.normal import alternatives, clauses, normal
from paratope.rules import nodes as n
from paratope.rules.nodes import Rule
from paratope.rules.written import write_rule
from paratope.terms import catalogue


def never_together(study: Study) -> Iterator[Finding]:
    """Nobody can pass: two criteria (or one alone) that no patient can satisfy at the same time."""
    alone = set()
    for h in study.hurdles:
        if follows(h.weaker, h.failing):
            alone.add(h.id)
            yield study.find("never-together", "error", f"nobody can pass {h.id}: it contradicts itself", h.place, (h.id,))
    for a, b in combinations(study.hurdles, 2):
        if a.meets(b) and not {a.id, b.id} & alone and (follows(a.weaker, b.failing) or follows(b.weaker, a.failing)):
            message = f"nobody can pass both {a.id} and {b.id}: {_ask(a)}, {_ask(b)}"
            yield study.find("never-together", "error", message, b.place, (a.id, b.id))


def repeated(study: Study) -> Iterator[Finding]:
    """The same thing asked twice: word for word in effect (`same`), once with and once without an exception,
    a time limit or a degree (`overruled`), or the narrower beside the wider (`covered`)."""
    for a, b in combinations(study.hurdles, 2):
        if not a.meets(b):
            continue
        mine, theirs = _met_by(a, b), _met_by(b, a)
        if len(mine) == len(a.demands) and len(theirs) == len(b.demands):
            yield study.find("same", "warning", f"{a.id} and {b.id} ask the same", b.place, (a.id, b.id))
            continue
        yield from _adds_nothing(study, a, b, mine)
        yield from _adds_nothing(study, b, a, theirs)


def _met_by(a: Hurdle, b: Hurdle) -> list[Rule]:
    """The demands of ``a`` that everybody meets who passes ``b``."""
    if a.criterion.cohort is None and b.criterion.cohort is not None:
        return []  # b is not asked of everybody
    return [demand for demand in a.demands if follows(b.weaker, demand)]


def _adds_nothing(study: Study, a: Hurdle, b: Hurdle, met: list[Rule]) -> Iterator[Finding]:
    overruled = [(demand, by) for demand in met if (by := _overrules(demand, b)) is not None]
    covered = [demand for demand in met if all(demand is not d for d, _ in overruled)]
    for demand, by in overruled:
        message = (
            f"{b.id} overrules {a.id}: to pass {a.id} it is enough that {_quote(demand)}, but {b.id} asks that "
            f"{_quote(by)}, so the exception, limit or degree in {a.id} helps nobody"
        )
        yield study.find("overruled", "warning", message, a.place, (a.id, b.id))
    if covered:
        whole = len(met) == len(a.demands)
        what = f"{a.id} adds nothing to {b.id}" if whole else f"part of {a.id} adds nothing to {b.id}"
        message = f"{what}: whoever passes {b.id} meets {'; '.join(map(_quote, covered))}"
        yield study.find("covered", "note", message, a.place, (a.id, b.id))


def _overrules(demand: Rule, b: Hurdle) -> Rule | None:
    """The demand of ``b`` that is stricter about the very same thing, if that is why ``demand`` is met."""
    for by in clauses(b.weaker):
        if by != demand and follows(by, demand) and _same_thing(demand, by):
            return by
    return None


def _same_thing(loose: Rule, strict: Rule) -> bool:
    """Whether the two differ in exceptions, time, degree or limit, rather than in breadth of subject."""
    if isinstance(loose, n.Or) and not isinstance(strict, n.Or):
        needed = [alternative for alternative in loose.items if follows(strict, alternative)]
        return len(needed) < len(loose.items) and any(_same_subject(x, strict) for x in needed)
    match loose, strict:
        case n.Not(n.Any((x,), where, window) as inner), n.Not(n.Any(_, wider, longer)):
            alike = n.Any((x,), wider, longer)
            return (where, window) != (wider, longer) and not statement_follows(alike, inner)
        case n.Compare((x,)), n.Compare((y,)):
            return x == y
        case n.Stated(x), n.Stated(y):
            return x == y
        case _:
            return False


def _same_subject(x: Rule, y: Rule) -> bool:
    match x, y:
        case n.Not(n.Any((narrow,))), n.Not(n.Any((wide,))):
            return catalogue().is_a(narrow, wide)
        case _:
            return x == y or _same_thing(x, y)


def different_terms(study: Study) -> Iterator[Finding]:
    """Two exclusions about the same condition whose exceptions, limits or degrees differ, neither wider."""
    outs = [h for h in study.hurdles if h.criterion.section == "exclusion"]
    for a, b in combinations(outs, 2):
        if not a.meets(b):
            continue
        shared: dict[str, None] = {}
        for mine in a.demands:
            for theirs in b.demands:
                if not follows(mine, theirs) and not follows(theirs, mine):
                    shared.update(dict.fromkeys(_shared_subjects(mine, theirs)))
        if shared:
            message = f"{a.id} and {b.id} both exclude {', '.join(shared)}, on different terms"
            yield study.find("different-terms", "note", message, b.place, (a.id, b.id))


def _shared_subjects(a: Rule, b: Rule) -> Iterator[str]:
    terms = catalogue()
    for x in _excluded(a):
        for y in _excluded(b):
            if terms.is_a(x, y):
                yield x
            elif terms.is_a(y, x):
                yield y


def _excluded(demand: Rule) -> Iterator[str]:
    for alternative in alternatives(demand):
        match alternative:
            case n.Not(n.Any((x,))):
                concept = catalogue().get(x)
                if concept is not None and concept.kind == "condition":
                    yield x


def dead_alternatives(study: Study) -> Iterator[Finding]:
    """A way to pass a criterion that another criterion closes: an alternative or relaxation nobody can use."""
    for a in study.hurdles:
        for demand in a.demands:
            ways = alternatives(demand)
            if len(ways) < 2 or _is_population(a, ways):
                continue
            for b in study.hurdles:
                if b.id == a.id or not a.meets(b) or (a.criterion.cohort is None and b.criterion.cohort):
                    continue
                closed = [w for w in ways if follows(b.weaker, normal(w, true=False, weaker=False))]
                # Where b settles the demand, `repeated` has said so; where it closes every way, `never_together`.
                if closed and len(closed) < len(ways) and not follows(b.weaker, demand):
                    message = f"one way to pass {a.id} is closed by {b.id}: {'; '.join(map(_quote, closed))}"
                    yield study.find("dead-alternative", "warning", message, a.place, (a.id, b.id))


def _is_population(a: Hurdle, ways: tuple[Rule, ...]) -> bool:
    """`if P then A`: that P is excluded elsewhere makes A moot, which is no alternative closed."""
    rule = a.criterion.rule
    return isinstance(rule, n.Applies) and len(ways) == 2


def _quote(rule: Rule) -> str:
    return f"`{write_rule(rule)}`"


def _ask(h: Hurdle) -> str:
    verb = "requires" if h.criterion.section == "inclusion" else "excludes"
    return f"{h.id} {verb} {_quote(h.criterion.rule)}"
