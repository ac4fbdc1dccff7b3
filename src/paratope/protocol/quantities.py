"""The numbers in a rule: whether each has the unit it needs, and whether anybody could have such a value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from paratope.rules import nodes as n
from paratope.rules.attributes import ATTRIBUTES
from paratope.rules.nodes import Rule
from paratope.rules.walk import walk
from paratope.terms import catalogue
from paratope.units import convert, parse_unit

COUNTED: dict[str, tuple[str, ...]] = {"HBV DNA": ("{copies}/mL",)}
"""Measures that texts also limit in a unit of its own scale: copies become units only by a policy (the assay)."""

FEWEST = 0.001
"""In 10*9/L, one cell in a microlitre: a limit below it has lost its exponent (``1 x 109/L`` for ``10*9/L``)."""

ATTRIBUTE_RANGES: dict[str, tuple[float, float]] = {
    "grade": (1, 5),
    "NYHA class": (1, 4),
    "cells per kg": (1e3, 1e12),
}
"""What a number of an entry may be; cell doses per kg are given from about 1e4 (a lost exponent makes 106 of 10*6)."""


class NumberFault(NamedTuple):
    """``code``: ``unit-missing``, ``unit-wrong`` (such a rule cannot be evaluated) or ``implausible``.
    ``number``: the number as a rule would write it."""

    code: str
    message: str
    number: str


def number_faults(rule: Rule) -> tuple[NumberFault, ...]:
    """Everything wrong with the numbers of a rule, in the order of the rule."""
    return tuple(dict.fromkeys(fault for part in walk(rule) for fault in faults_at(part)))


def canonical(concept: str, bound: n.Bound) -> tuple[float, str] | None:
    """A bound as (value, scale): a multiple on ``ULN`` or ``LLN``, an amount in the concept's canonical unit.
    None when its unit does not convert to that."""
    if isinstance(bound, n.Multiple):
        return bound.factor, bound.limit
    known = catalogue().get(concept)
    if known is None or known.unit is None:
        return None
    if bound.unit == known.unit:
        return bound.value, known.unit
    for unit in (known.unit, *COUNTED.get(concept, ())):
        value = convert(bound.value, bound.unit, unit, known.molar_mass)
        if value is not None:
            return value, unit
    return None


def faults_at(part: n.Rule | n.Filter) -> Iterator[NumberFault]:
    """What is wrong with the numbers of a node itself, not of what it holds."""
    match part:
        case n.Compare(measures, _, bound, upper, _, relaxed):
            for measure in measures:
                for given in (bound, upper, *(b for b, _ in relaxed)):
                    if isinstance(given, n.Amount):
                        yield from _amount(measure, given)
        case n.Stated(topic, _, n.Amount() as given):
            known = catalogue().get(topic)
            if known is not None and known.unit is None:
                message = (
                    f"what is stated about {topic} is a word, not a number: write `stated {topic} is ...`"
                )
                yield NumberFault("unit-wrong", message, f"{given.value:g}")
            yield from _amount(topic, given)
        case n.SteroidDose(_, given):
            yield from _unit("prednisone-equivalent dose", given, "mg/d", None)
        case n.LesionCount(_, _, n.Amount() as given):
            yield from _unit("lesion diameter", given, "mm", None)
        case n.Holds(attribute, _, n.Amount() as given):
            yield from _attribute(attribute, given)
        case n.Stained(antigen, intensity, _, _, percent):
            if not 0 <= percent <= 100:
                yield _implausible(percent, f"{percent:g} % of cells stained for {antigen} is no share")
            if not 0 <= intensity <= 3:
                message = f"staining of {antigen} is graded 0 to 3+, not {intensity}+"
                yield _implausible(intensity, message)
        case n.HScore(antigen, _, value) if not 0 <= value <= 300:
            yield _implausible(value, f"the H-score of {antigen} lies between 0 and 300, not at {value:g}")
        case _:
            pass


def _amount(name: str, given: n.Amount) -> Iterator[NumberFault]:
    concept = catalogue().get(name)
    if concept is None or concept.unit is None:
        return
    faults = list(_unit(name, given, concept.unit, concept.molar_mass))
    yield from faults
    scaled = canonical(name, given)
    if faults or scaled is None or concept.plausible is None:
        return
    low, high = concept.plausible
    if concept.unit.startswith("10*") and scaled[0]:
        low = max(low, FEWEST)
    if scaled[1] == concept.unit and not low <= scaled[0] <= high:
        has = f"nobody has {name} of {given.value:g} {given.unit}".rstrip()
        yield _implausible(
            given.value, f"{has}: it lies between {low:g} and {high:g} {concept.unit}".rstrip()
        )


def _unit(name: str, given: n.Amount, wanted: str, molar_mass: str | None) -> Iterator[NumberFault]:
    if given.unit == wanted:
        return
    code, message = "unit-wrong", None
    if not given.unit:
        code, message = "unit-missing", f"{name} {given.value:g} needs a unit, such as {wanted}"
    elif not wanted:
        message = f"{name} is a score without a unit, not {given.value:g} {given.unit}"
    elif parse_unit(given.unit) is None:
        message = f"'{given.unit}' is no unit this program knows; {name} is measured in {wanted}"
    elif all(
        convert(given.value, given.unit, u, molar_mass) is None for u in (wanted, *COUNTED.get(name, ()))
    ):
        message = f"{name} is measured in {wanted}, to which {given.unit} does not convert"
    if message is not None:
        yield NumberFault(code, message, f"{given.value:g}")


def _attribute(name: str, given: n.Amount) -> Iterator[NumberFault]:
    attribute = ATTRIBUTES.get(name)
    if attribute is None or attribute.type != "number":
        return
    yield from _unit(name, given, attribute.unit, None)
    low, high = ATTRIBUTE_RANGES.get(name, (given.value, given.value))
    if not low <= given.value <= high:
        yield _implausible(given.value, f"{name} lies between {low:g} and {high:g}, not at {given.value:g}")


def _implausible(number: float, message: str) -> NumberFault:
    return NumberFault("implausible", message, f"{number:g}")
