"""From what the grammar found to nodes: one method for each grammar rule, named like it.

What a grammar cannot say is checked here: that attributes, units, anchors and traits exist. Such problems are
collected, not raised, so that one reading finds them all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from math import isfinite
from typing import NamedTuple

from paratope.rules import nodes as n
from paratope.rules.attributes import ATTRIBUTES, SEVERITIES, Attribute
from paratope.rules.written.automaton import Token
from paratope.rules.written.spelling import SPAN_UNITS, is_unit, spelled


class Found(NamedTuple):
    """A problem at a place of the tidy text."""

    at: int
    message: str
    expected: tuple[str, ...] = ()


class Builder:
    """Builds the nodes of one rule. ``names``: the concept names used, in order, with their places."""

    def __init__(self, canonical: Callable[[str], str | None] | None = None) -> None:
        self.problems: list[Found] = []
        self.names_used: list[tuple[str, int]] = []
        self._canonical = canonical

    # --- parts -----------------------------------------------------------------------------------------

    def _problem(self, token: Token, message: str, expected: Iterable[str] = ()) -> None:
        self.problems.append(Found(token.at, message, tuple(expected)))

    def _name(self, token: Token) -> str:
        name = token.text
        if self._canonical is not None:
            name = self._canonical(name) or name
        self.names_used.append((name, token.at))
        return name

    def _number(self, token: Token) -> float:
        value = float(token.text)
        if not isfinite(value):
            self._problem(token, f"{token.text} is too large a number")
        return value

    def _whole(self, token: Token) -> int:
        value = self._number(token)
        if not value.is_integer():
            self._problem(token, f"a whole number is expected, found '{token.text}'", ["a whole number"])
            return 1
        return int(value)

    def _one_of(self, token: Token, what: str, allowed: tuple[str, ...]) -> str:
        """The one of ``allowed`` that the token says, whatever its capitals."""
        word = token.text.lower()
        for each in allowed:
            if each.lower() == word:
                return each
        self._problem(token, f"'{token.text}' is not {what}: {listed(allowed)}", allowed)
        return allowed[0]

    def names(self, *tokens: Token) -> tuple[str, ...]:
        return tuple(self._name(token) for token in tokens)

    measures = names

    def condition(self, token: Token) -> str:
        return token.text

    def amount(self, number: Token, unit: Token | None) -> n.Amount:
        if unit is None:
            return n.Amount(self._number(number), "")
        text = spelled(unit.text)
        if text.upper() in ("ULN", "LLN"):
            self._problem(unit, f"write '{number.text} x {text.upper()}'", ["x ULN", "x LLN"])
        elif not is_unit(text):
            self._problem(unit, f"unknown unit '{unit.text}'", ["a unit"])
        return n.Amount(self._number(number), text)

    def multiple(self, number: Token, limit: Token) -> n.Multiple:
        return n.Multiple(self._number(number), limit.text[-3:].upper())

    def up_to(self, amount: n.Amount) -> n.Amount:
        return amount

    def relaxed(self, bound: n.Bound, rule: n.Rule) -> tuple[n.Bound, n.Rule]:
        return bound, rule

    def where(self, item: n.Filter) -> n.Filter:
        return item

    def span(self, number: Token, unit: Token) -> n.Span:
        text = spelled(unit.text)
        if text not in SPAN_UNITS:
            self._problem(unit, f"'{unit.text}' is not a length of time: {listed(SPAN_UNITS)}", SPAN_UNITS)
        return n.Span(self._number(number), text)

    def anchors(self, *tokens: Token) -> tuple[str, ...]:
        return tuple(self._one_of(token, "a moment a study names", n.ANCHORS) for token in tokens)

    def window(self, span: n.Span, direction: Token, anchors: tuple[str, ...]) -> n.Window:
        return n.Window((span,), direction.text.lower(), anchors)

    def window_shorter(
        self, first: n.Span, second: n.Span, direction: Token, anchors: tuple[str, ...]
    ) -> n.Window:
        return n.Window((first, second), direction.text.lower(), anchors)

    def window_unpublished(self, direction: Token, anchors: tuple[str, ...]) -> n.Window:
        return n.Window((), direction.text.lower(), anchors)

    def window_since(self, anchors: tuple[str, ...]) -> n.Window:
        return n.Window((), "since", anchors)

    # --- connectives -----------------------------------------------------------------------------------

    def or_rule(self, *items: n.Rule) -> n.Or:
        return n.Or(items)

    def and_rule(self, *items: n.Rule) -> n.And:
        return n.And(items)

    def negation(self, item: n.Rule) -> n.Not:
        return n.Not(item)

    def unless(self, item: n.Rule, exception: n.Rule) -> n.Unless:
        return n.Unless(item, exception)

    def applies(self, population: n.Rule, item: n.Rule) -> n.Applies:
        return n.Applies(population, item)

    def readings(self, *items: n.Rule) -> n.Readings:
        return n.Readings(items)

    def reflex(self, item: n.Rule, screen: n.Rule) -> n.Reflex:
        return n.Reflex(item, screen)

    def at_least(self, count: Token, *items: n.Rule) -> n.AtLeast:
        number = self._whole(count)
        if not 1 <= number <= len(items):
            self._problem(count, f"at least {count.text} of {len(items)} does not make sense")
        return n.AtLeast(number, items)

    # --- numbers ---------------------------------------------------------------------------------------

    def compare(
        self,
        measures: tuple[str, ...],
        condition: str | None,
        op: Token,
        bound: n.Bound,
        *relaxed: tuple[n.Bound, n.Rule],
    ) -> n.Compare:
        return n.Compare(measures, self._op(op), bound, None, condition, relaxed)

    def between(
        self,
        measures: tuple[str, ...],
        condition: str | None,
        low: n.Bound,
        high: n.Bound,
        *relaxed: tuple[n.Bound, n.Rule],
    ) -> n.Compare:
        low, high = _same_unit(low, high), _same_unit(high, low)
        return n.Compare(measures, "between", low, high, condition, relaxed)

    def normal(self, measures: tuple[str, ...]) -> n.Normal:
        return n.Normal(measures)

    def lesion_count(self, up_to: n.Amount | None, op: Token, count: Token) -> n.LesionCount:
        return n.LesionCount(self._op(op), self._whole(count), up_to)

    def steroid_dose(
        self, op: Token, bound: n.Amount, where: n.Filter | None, window: n.Window | None
    ) -> n.SteroidDose:
        return n.SteroidDose(self._op(op), bound, where, window)

    def _op(self, token: Token) -> str:
        return {"≤": "<=", "≥": ">="}.get(token.text, token.text)

    # --- things that were, are, or were not -------------------------------------------------------------

    def any_entry(self, concepts: tuple[str, ...], where: n.Filter | None, window: n.Window | None) -> n.Any:
        return n.Any(concepts, where, window)

    def no_entry(self, concepts: tuple[str, ...], where: n.Filter | None, window: n.Window | None) -> n.Not:
        return n.Not(n.Any(concepts, where, window))

    def cancer_is(self, concepts: tuple[str, ...], where: n.Filter | None) -> n.CancerIs:
        return n.CancerIs(concepts, where)

    def cancer_any(self, where: n.Filter | None) -> n.CancerIs:
        return n.CancerIs((), where)

    def result_is(self, test: Token, value: Token) -> n.ResultIs:
        return n.ResultIs(self._name(test), self._one_of(value, "a result", ("positive", "negative")))

    def trait(self, value: Token) -> n.Trait:
        return n.Trait(self._one_of(value, "a trait", n.TRAITS))

    def flag_is(self, concept: Token) -> n.FlagIs:
        return n.FlagIs(self._name(concept))

    # --- the target antigen ----------------------------------------------------------------------------

    def expresses(self, antigen: Token) -> n.Expresses:
        return n.Expresses(self._name(antigen))

    def scored(self, antigen: Token, *scores: Token) -> n.Scored:
        return n.Scored(self._name(antigen), tuple(int(score.text[0]) for score in scores))

    def amplified(self, antigen: Token) -> n.Amplified:
        return n.Amplified(self._name(antigen))

    def stained(self, antigen: Token, intensity: Token, op: Token, percent: Token) -> n.Stained:
        name = self._name(antigen)
        return n.Stained(name, int(intensity.text[0]), False, self._op(op), self._number(percent))

    def stained_at_least(self, antigen: Token, intensity: Token, op: Token, percent: Token) -> n.Stained:
        name = self._name(antigen)
        return n.Stained(name, int(intensity.text[0]), True, self._op(op), self._number(percent))

    def h_score(self, antigen: Token, op: Token, value: Token) -> n.HScore:
        return n.HScore(self._name(antigen), self._op(op), self._number(value))

    # --- people ----------------------------------------------------------------------------------------

    def consent_signed(self) -> n.ConsentSigned:
        return n.ConsentSigned()

    def stated_word(self, topic: Token, value: Token) -> n.Stated:
        return n.Stated(self._name(topic), "is", value.text)

    def stated_amount(self, topic: Token, op: Token, amount: n.Amount) -> n.Stated:
        return n.Stated(self._name(topic), self._op(op), amount)

    def judged(self, topic: Token, value: Token) -> n.Judged:
        return n.Judged(self._name(topic), value.text)

    def withheld(self, quoted: Token) -> n.Withheld:
        return n.Withheld(unquoted(quoted.text))

    def unread(self, quoted: Token) -> n.Unread:
        return n.Unread(unquoted(quoted.text))

    # --- the study and its neighbours ------------------------------------------------------------------

    def in_a_cohort(self) -> n.InACohort:
        return n.InACohort()

    def criterion(self, identifier: Token) -> n.Criterion:
        return n.Criterion(identifier.text)

    def no_other_study(self) -> n.NoOtherStudy:
        return n.NoOtherStudy()

    # --- filters ---------------------------------------------------------------------------------------

    def filter(self, *items: n.Filter) -> n.AnyOf:
        return n.AnyOf(items)

    def and_filter(self, *items: n.Filter) -> n.AllOf:
        return n.AllOf(items)

    def filter_not(self, item: n.Filter) -> n.But:
        return n.But(item)

    def yes(self, token: Token) -> n.Yes:
        return n.Yes(self._attribute(token, "yes/no")[0])

    def holds_amount(self, token: Token, op: Token, amount: n.Amount) -> n.Holds:
        name, attribute = self._attribute(token, "number")
        if attribute is not None and attribute.type == "number" and attribute.unit != amount.unit:
            unit = f"a number in {attribute.unit}" if attribute.unit else "a number without a unit"
            self._problem(token, f"'{name}' is compared with {unit}", [unit])
        return n.Holds(name, self._op(op), amount)

    def holds_word(self, token: Token, op: Token, word: Token) -> n.Holds:
        name, attribute = self._attribute(token, "grade word")
        grade = attribute is not None and attribute.type == "grade word"
        value = self._one_of(word, f"a {name}", SEVERITIES) if grade else word.text
        return n.Holds(name, self._op(op), value)

    def one_of(self, token: Token, *words: Token) -> n.OneOf:
        name, attribute = self._attribute(token, "word", "grade word")
        grade = attribute is not None and attribute.type == "grade word"
        if grade:
            return n.OneOf(name, tuple(self._one_of(word, f"a {name}", SEVERITIES) for word in words))
        return n.OneOf(name, tuple(word.text for word in words))

    def is_a(self, concepts: tuple[str, ...]) -> n.IsA:
        return n.IsA(concepts)

    def inactive_in(self, window: n.Window) -> n.InactiveIn:
        return n.InactiveIn(window)

    def treated_in(self, window: n.Window) -> n.TreatedIn:
        return n.TreatedIn(window)

    def reserved(self, quoted: Token) -> n.Reserved:
        return n.Reserved(unquoted(quoted.text))

    def _attribute(self, token: Token, *types: str) -> tuple[str, Attribute | None]:
        """The attribute a token names, if it exists and is used as its type is."""
        name = _ATTRIBUTES.get(token.text.lower())
        if name is None:
            close = close_to(token.text, ATTRIBUTES)
            self._problem(token, f"unknown attribute '{token.text}'{did_you_mean(close)}", close)
            return token.text, None
        attribute = ATTRIBUTES[name]
        if attribute.type not in types:
            self._problem(token, _USES[attribute.type].format(name))
            return name, None
        return name, attribute


_ATTRIBUTES = {name.lower(): name for name in ATTRIBUTES}
_USES = {
    "yes/no": "'{0}' is a yes/no attribute: write '{0}' or 'not {0}'",
    "number": "'{0}' is a number: write '{0} >= ...'",
    "grade word": "'{0}' is a grade word: write '{0} >= severe' or '{0} is severe'",
    "word": "'{0}' is a word: write '{0} is ...'",
}


def _same_unit(bound: n.Bound, other: n.Bound) -> n.Bound:
    """``18`` of ``between 18 and 75 years`` is 18 years."""
    if isinstance(bound, n.Amount) and not bound.unit:
        if isinstance(other, n.Multiple):
            return n.Multiple(bound.value, other.limit)
        return n.Amount(bound.value, other.unit)
    return bound


def unquoted(text: str) -> str:
    """What stands between the quotes."""
    if text.startswith("“"):
        return text[1:-1]
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], text[1:-1], flags=re.DOTALL)


def listed(words: Iterable[str], last: str = "or") -> str:
    """``a, b or c``."""
    *rest, final = words
    return f"{', '.join(rest)} {last} {final}" if rest else final


def close_to(word: str, words: Iterable[str]) -> list[str]:
    """Words that look like ``word``, the nearest first."""
    from difflib import get_close_matches  # only when something is wrong

    return get_close_matches(word, list(words), n=3)


def did_you_mean(close: Iterable[str]) -> str:
    """``: did you mean a or b?``, or nothing."""
    close = list(close)
    return f": did you mean {listed(close)}?" if close else ""
