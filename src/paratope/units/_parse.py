"""From a text to a unit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TypeAlias

from paratope.units._atoms import ATOMS, PLAIN_NUMBERS, PREFIXES
from paratope.units._spellings import EXACT, WORDS, plain

Dimension: TypeAlias = tuple[tuple[str, int], ...]
_Component: TypeAlias = tuple[Fraction, dict[str, int]]

_LONGEST = 60
_HIGHEST = 30  # power of ten
_TOKEN = re.compile(
    r"10\*(?P<ten>-?\d{1,2})|(?P<note>\{[^{}]*\})|(?P<op>[./() ])|(?P<number>\d+(?![\d*]))"
    r"|(?P<word>(?:[A-Za-z%°]|\[[A-Za-z0-9]+\]|[\u4e00-\u9fff])+)(?P<power>\^?-?\d)?"
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: ``factor`` times the base of its ``dimension``, plus ``offset`` (temperatures only).

    ``dimension``: sorted (base, power) pairs; units convert into each other if it is the same. The empty
    dimension is a plain number (a score, a percentage, a ratio). ``text``: as it was written.
    """

    dimension: Dimension
    factor: Fraction
    text: str
    offset: Fraction = Fraction(0)


_SCALES = {
    # UCUM: kelvin = (Celsius + 273.15); kelvin = (Fahrenheit + 459.67) x 5/9
    "Cel": (Fraction(1), Fraction("273.15")),
    "[degF]": (Fraction(5, 9), Fraction("459.67") * Fraction(5, 9)),
    "K": (Fraction(1), Fraction(0)),
}
_SCALE_WORDS = {
    "cel": "Cel",
    "degc": "Cel",
    "celsius": "Cel",
    "[degf]": "[degF]",
    "degf": "[degF]",
    "fahrenheit": "[degF]",
}
_KEPT = {"mol", "g"}
"""Bases that do not cancel: mmol/mol is no percentage (HbA1c in mmol/mol is not a multiple of HbA1c in %), and
mg/kg is a dose."""


@lru_cache(maxsize=4096)
def readings(text: str) -> tuple[Unit, ...]:
    """The ways to read a unit, the first being the one to take where nothing else decides.

    More than one only for: ``IU`` without brackets (an arbitrary unit; or, of an enzyme, the U it is the
    old name of), ``G/L`` (giga per litre; or grams in a system that prints capitals) and capitals generally.
    """
    if len(text) > _LONGEST:
        return ()
    uniform = plain(text)
    found: list[Unit] = []
    for candidate in _candidates(uniform):
        unit = _read(candidate, text)
        if unit is not None and unit not in found:
            found.append(unit)
    return tuple(found)


def _candidates(uniform: str) -> list[str]:
    candidates = [uniform]
    if re.search(r"(?<![\[A-Za-z])[mukM]?[iI][uU](?![\]A-Za-z])", uniform):
        candidates.append(re.sub(r"(?<![\[A-Za-z])([mukM]?)[iI][uU](?![\]A-Za-z])", r"\1U", uniform))
    if any(c.isupper() for c in uniform):
        lowered = re.sub(r"\biu\b", "IU", re.sub(r"\bu\b", "U", uniform.lower()))
        candidates.append(lowered)
    return candidates


def parse_unit(text: str) -> Unit | None:
    """The unit a text names, or ``None`` if it is not understood. The empty text is a plain number."""
    found = readings(text)
    return found[0] if found else None


def _read(uniform: str, text: str) -> Unit | None:
    bare = uniform.strip()
    scale = _SCALES.get(_SCALE_WORDS.get(bare.casefold(), bare))
    if scale is not None:
        factor, offset = scale
        return Unit((("K", 1),), factor, text, offset)
    factors = _factors(uniform)
    if factors is None:
        return None
    factor, over, under = Fraction(1), dict[str, int](), dict[str, int]()
    for component, direction in factors:
        factor *= component[0] ** direction
        for base, power in component[1].items():
            side = over if power * direction > 0 else under
            side[base] = side.get(base, 0) + abs(power)
    powers = {base: over.get(base, 0) - under.get(base, 0) for base in over.keys() | under.keys()}
    for base in _KEPT & over.keys() & under.keys():
        powers[f"{base}/{base}"] = min(over[base], under[base])
    return Unit(tuple(sorted((base, power) for base, power in powers.items() if power)), factor, text)


def _factors(uniform: str) -> list[tuple[_Component, int]] | None:
    """The components of a term with 1 or -1 for multiplied or divided; ``None`` if it is no term.

    Read left to right as UCUM does: ``/`` divides by the one component after it. A number and what follows
    it without a sign are one component: ``/100 mL``, ``/24 h``.
    """
    found: list[tuple[_Component, int]] = []
    stack: list[int] = []  # direction outside each open parenthesis
    outer, sign, expected, position = 1, 1, False, 0
    while position < len(uniform):
        match = _TOKEN.match(uniform, position)
        if match is None:
            return None
        position = match.end()
        match match["op"]:
            case None:
                component = _component(match)
                if component is None:
                    return None
                found.append((component, outer * sign))
                sign = sign if match["number"] or match["ten"] else 1
                expected = False
            case "/" | "." if expected:
                return None
            case "/":
                sign, expected = -1, True
            case ".":
                sign, expected = 1, True
            case "(":
                stack.append(outer)
                outer, sign = outer * sign, 1
            case ")":
                if not stack or expected:
                    return None
                outer, sign = stack.pop(), 1
            case _:  # a space multiplies
                pass
    return None if stack or expected else found


def _component(match: re.Match[str]) -> _Component | None:
    if match["ten"] is not None:
        exponent = int(match["ten"])
        return (Fraction(10) ** exponent, {}) if abs(exponent) <= _HIGHEST else None
    if match["note"] is not None:
        return _annotation(match["note"][1:-1])
    if match["number"] is not None:
        number = PLAIN_NUMBERS.get(match["number"])
        return None if number is None else (Fraction(number), {})
    power = int(match["power"].removeprefix("^")) if match["power"] else 1
    word = _symbol(match["word"])
    if word is None or power == 0:
        return None
    factor, bases = word
    return factor**power, {base: p * power for base, p in bases.items()}


def _annotation(note: str) -> _Component:
    """What is in braces says what is counted; only genome copies and transducing units are kept apart."""
    symbol = WORDS.get(note.strip().casefold())
    if symbol in ("copies", "TU"):
        return Fraction(1), {symbol: 1}
    return Fraction(1), {}


@lru_cache(maxsize=1024)
def _symbol(word: str) -> _Component | None:
    """A symbol, perhaps with a prefix, perhaps in another spelling."""
    found = _atom(word)
    if found is None and word in EXACT:
        found = _atom(EXACT[word])
    if found is None:
        spelled = WORDS.get(word.casefold())
        if spelled == "1":
            return Fraction(1), {}
        if spelled == "1/min":
            return Fraction(1, 60), {"s": -1}
        if spelled is not None:
            found = _atom(spelled)
    return found


def _atom(word: str) -> _Component | None:
    atom = ATOMS.get(word)
    if atom is not None:
        return atom.factor, dict(atom.bases)
    prefix, rest = word[:1], word[1:]
    atom = ATOMS.get(rest)
    if atom is not None and prefix in atom.prefixes:
        return PREFIXES[prefix] * atom.factor, dict(atom.bases)
    return None
