"""Writes a rule: node -> the one written form, on one line or laid out over several."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from math import isfinite
from typing import Any

from paratope.rules import nodes as n
from paratope.rules.written.layout import NOTHING, SPACE, Document, Group, Nest, flat, lay_out
from paratope.rules.written.spelling import SINGULAR

# How tightly a rule binds; a looser one inside a tighter place is put in parentheses.
LOOSE, OR, AND, UNLESS, NOT, SENTENCE = range(6)

_LEVELS: dict[type, int] = {
    n.Applies: LOOSE,
    n.Readings: LOOSE,
    n.Reflex: LOOSE,
    n.Or: OR,
    n.And: AND,
    n.Unless: UNLESS,
    n.Not: NOT,
    n.AnyOf: OR,
    n.AllOf: AND,
    n.But: NOT,
}
_BEGIN_WITH_NOT = (n.Not, n.But, n.Withheld, n.Unread, n.NoOtherStudy)


def write_rule(rule: n.Rule, width: int | None = None) -> str:
    """The rule as a sentence, on one line; with ``width``, over indented lines when it is longer than that.

    A rule that says nothing (an ``And`` of one item, a ``between`` without an upper bound) is a programmer's
    error: ValueError.
    """
    document = _document(rule)
    return flat(document) if width is None else lay_out(document, width)


def _document(node: Any) -> Document:
    return _WRITERS[type(node)](node)


def _inside(node: n.Rule | n.Filter, level: int) -> Document:
    """A node as part of another that binds at ``level``."""
    if _LEVELS.get(type(node), SENTENCE) < level:
        return _parentheses(node)
    return _document(node)


def _part(node: n.Rule | n.Filter, level: int) -> Document:
    """As ``_inside``, its further lines indented where it does not indent them itself."""
    inside = _inside(node, level)
    return Nest(inside) if _LEVELS.get(type(node)) in range(level, UNLESS) else inside


def _parentheses(node: n.Rule | n.Filter) -> Document:
    return Group(("(", Nest((NOTHING, _document(node))), NOTHING, ")"))


# --- words ---------------------------------------------------------------------------------------------


def number(value: float) -> str:
    """``90``, ``2.5``, ``1e6``: no trailing zeros; powers of ten from 1e5 on if there are few digits."""
    if not isfinite(value):
        raise ValueError(f"{value} cannot be written")
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    assert isinstance(exponent, int)
    if value == 0:
        return "0"
    power = exponent + len(digits) - 1  # of ten, of the first digit
    if (power >= 5 and len(digits) <= 3) or not -5 <= power <= 15:
        rest = "".join(map(str, digits[1:]))
        return f"{'-' * sign}{digits[0]}{'.' * bool(rest)}{rest}e{power}"
    return format(Decimal(repr(value)).normalize(), "f")


def bound(value: n.Bound) -> str:
    """``90 g/L``, ``1 year``, ``3``, ``2.5 x ULN``."""
    if isinstance(value, n.Multiple):
        return f"{number(value.factor)} x {value.limit}"
    return _counted(value.value, value.unit)


def span(value: n.Span) -> str:
    """``4 weeks``, ``1 week``, ``5 half-lives``."""
    return _counted(value.count, value.unit)


def _counted(value: float, unit: str) -> str:
    if value == 1:
        unit = SINGULAR.get(unit, unit)
    return f"{number(value)} {unit}" if unit else number(value)


def window(value: n.Window) -> str:
    """``within 4 weeks before apheresis``, ``since screening``."""
    anchors = value.anchors[0] if len(value.anchors) == 1 else f"either of {', '.join(value.anchors)}"
    if value.direction == "since":
        return f"since {anchors}"
    if not value.spans:
        length = "an unpublished window"
    elif len(value.spans) == 1:
        length = span(value.spans[0])
    else:
        length = f"the shorter of {' and '.join(map(span, value.spans))}"
    return f"within {length} {value.direction} {anchors}"


def quoted(text: str) -> str:
    """The text in quotes, so that any text can be read back."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _list(words: Iterable[str]) -> Document:
    """``a, b, c``, filled over lines."""
    first, *rest = words
    if not rest:
        return first
    parts: list[Document] = [first, ","]
    for i, word in enumerate(rest):
        parts.append(Group((SPACE, word + ("," if i + 1 < len(rest) else ""))))
    return Nest(tuple(parts))


def _measures(names: tuple[str, ...]) -> Document:
    return _list(names) if len(names) == 1 else ("each of ", _list(names))


def _score(score: int) -> str:
    return f"{score}+" if score else "0"


def _several(items: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(items) < 2:
        raise ValueError(f"a connective needs two items or more, not {len(items)}")
    return items


# --- connectives ---------------------------------------------------------------------------------------


def _joined(items: tuple[Any, ...], word: str, level: int) -> Document:
    first, *rest = _several(items)
    return Group((_part(first, level), *((SPACE, f"{word} ", _part(item, level)) for item in rest)))


def _and(rule: n.And | n.AllOf) -> Document:
    return _joined(rule.items, "and", UNLESS)


def _or(rule: n.Or | n.AnyOf) -> Document:
    return _joined(rule.items, "or", AND)


def _not(rule: n.Not | n.But) -> Document:
    if isinstance(rule.item, n.Any):
        return _any(rule.item, "no ")
    if isinstance(rule.item, _BEGIN_WITH_NOT):
        return ("not ", _parentheses(rule.item))
    return ("not ", _inside(rule.item, SENTENCE))


def _unless(rule: n.Unless) -> Document:
    return Group((_inside(rule.item, NOT), Nest((SPACE, "unless ", _inside(rule.exception, NOT)))))


def _at_least(rule: n.AtLeast) -> Document:
    parts: list[Document] = []
    for i, item in enumerate(rule.items):
        parts += [(";", SPACE) if i else NOTHING, _document(item)]
    return Group((f"at least {rule.count} of (", Nest(tuple(parts)), NOTHING, ")"))


def _applies(rule: n.Applies) -> Document:
    return Group(("if ", _part(rule.population, OR), SPACE, "then ", _part(rule.item, OR)))


def _readings(rule: n.Readings) -> Document:
    first, *rest = _several(rule.items)
    others = tuple((",", SPACE, "by another ", _parentheses(item)) for item in rest)
    return Group(("by one reading ", _parentheses(first), *others))


def _reflex(rule: n.Reflex) -> Document:
    return Group((_inside(rule.item, OR), ",", Nest((SPACE, "tested only if ", _inside(rule.screen, OR)))))


# --- sentences -----------------------------------------------------------------------------------------


def _compare(rule: n.Compare) -> Document:
    condition = f" on {rule.condition}" if rule.condition is not None else ""
    limit = _between(rule.bound, rule.upper) if rule.op == "between" else f"{rule.op} {bound(rule.bound)}"
    if rule.op != "between" and rule.upper is not None:
        raise ValueError("only 'between' has an upper bound")
    relaxed = tuple(
        (",", SPACE, f"relaxed to {bound(looser)} with ", _parentheses(when)) for looser, when in rule.relaxed
    )
    return Group((_measures(rule.measures), f"{condition} {limit}", Nest(relaxed)))


def _between(low: n.Bound, high: n.Bound | None) -> str:
    """``between 18 and 75 years``: a unit that both share is written once."""
    if high is None:
        raise ValueError("'between' needs an upper bound")
    units = [b.unit if isinstance(b, n.Amount) else f"x {b.limit}" for b in (low, high)]
    if units[0] == units[1]:
        lower = number(low.value if isinstance(low, n.Amount) else low.factor)
        return f"between {lower} and {bound(high)}"
    if "" in units:
        raise ValueError("the bounds of 'between' both have a unit, or none has")
    return f"between {bound(low)} and {bound(high)}"


def _normal(rule: n.Normal) -> Document:
    return (_measures(rule.measures), " within the normal range")


def _lesion_count(rule: n.LesionCount) -> Document:
    up_to = f" up to {bound(rule.up_to)}" if rule.up_to is not None else ""
    return f"measurable lesions{up_to} {rule.op} {rule.count}"


def _where(item: n.Filter | None) -> Document:
    return (SPACE, "where ", _parentheses(item)) if item is not None else ()


def _window(value: n.Window | None) -> Document:
    return (SPACE, window(value)) if value is not None else ()


def _steroid_dose(rule: n.SteroidDose) -> Document:
    sentence = f"prednisone-equivalent dose {rule.op} {bound(rule.bound)}"
    return Group((sentence, Nest((_where(rule.where), _window(rule.window)))))


def _any(rule: n.Any, word: str = "any ") -> Document:
    return Group((word, _list(rule.concepts), Nest((_where(rule.where), _window(rule.window)))))


def _cancer_is(rule: n.CancerIs) -> Document:
    return Group(("the cancer is ", _list(rule.concepts or ("any",)), Nest(_where(rule.where))))


def _scored(rule: n.Scored) -> Document:
    return (f"{rule.antigen} scored ", _list(map(_score, rule.scores)), " by IHC")


def _stained(rule: n.Stained) -> Document:
    intensity = f"{'at least ' if rule.cumulative else ''}{_score(rule.intensity)}"
    return f"{rule.antigen} stained {intensity} in {rule.op} {number(rule.percent)} % of cells by IHC"


def _stated(rule: n.Stated) -> Document:
    value = rule.value if isinstance(rule.value, str) else bound(rule.value)
    return f"stated {rule.topic} {rule.op} {value}"


def _holds(item: n.Holds) -> Document:
    value = item.value if isinstance(item.value, str) else bound(item.value)
    return f"{item.attribute} {item.op} {value}"


_WRITERS: dict[type, Callable[[Any], Document]] = {
    n.And: _and,
    n.Or: _or,
    n.Not: _not,
    n.Unless: _unless,
    n.AtLeast: _at_least,
    n.Applies: _applies,
    n.Readings: _readings,
    n.Reflex: _reflex,
    n.Compare: _compare,
    n.Normal: _normal,
    n.LesionCount: _lesion_count,
    n.SteroidDose: _steroid_dose,
    n.Any: _any,
    n.CancerIs: _cancer_is,
    n.ResultIs: lambda rule: f"{rule.test} is {rule.value}",
    n.Trait: lambda rule: f"the patient is {rule.name}",
    n.FlagIs: lambda rule: f"observed {rule.concept}",
    n.Expresses: lambda rule: f"the tumour expresses {rule.antigen}",
    n.Scored: _scored,
    n.Amplified: lambda rule: f"{rule.antigen} amplified by ISH",
    n.Stained: _stained,
    n.HScore: lambda rule: f"H-score of {rule.antigen} {rule.op} {number(rule.value)}",
    n.ConsentSigned: lambda _: "consent is signed",
    n.Stated: _stated,
    n.Judged: lambda rule: f"the investigator judges {rule.topic} is {rule.value}",
    n.Withheld: lambda rule: f"not in the public record: {quoted(rule.what)}",
    n.Unread: lambda rule: f"not read: {quoted(rule.words)}",
    n.InACohort: lambda _: "fits a cohort",
    n.Criterion: lambda rule: f"criterion {rule.id} holds",
    n.NoOtherStudy: lambda _: "no other study is open to the patient",
    n.AllOf: _and,
    n.AnyOf: _or,
    n.But: _not,
    n.Yes: lambda item: item.attribute,
    n.Holds: _holds,
    n.OneOf: lambda item: (f"{item.attribute} is ", _list(item.words)),
    n.IsA: lambda item: ("kind of ", _list(item.concepts)),
    n.InactiveIn: lambda item: f"inactive {window(item.window)}",
    n.TreatedIn: lambda item: f"last treated {window(item.window)}",
    n.Reserved: lambda item: f"in judgement: {quoted(item.what)}",
}
