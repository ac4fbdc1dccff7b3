"""Conversion of values between units."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache

from paratope.units._atoms import IONS
from paratope.units._parse import Unit, readings

_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,60}(?:\.[0-9]{0,60})?|\.[0-9]{1,60})(?:[eE][+-]?[0-9]{1,3})?")


def convert(
    value: float | str | Fraction, source: str, target: str, molar_mass: str | None = None
) -> float | None:
    """The value in ``target`` units; ``None`` if the units do not convert or one is not understood.

    Exact: the value is taken as the decimal number it prints as, the factor is a fraction, and only the
    result is rounded. ``molar_mass``: g/mol as a text; with it mass and amount convert (mg/dL to umol/L),
    and for the ions that are reported so, mEq. Enzyme activity (U), arbitrary units ([IU]) and genome copies
    never convert into each other; only ``IU`` without brackets is read as U where U is asked for, being the
    older name of the same unit for an enzyme. ``value`` may be a number as text; text that is no number, and
    a number that is not finite, give ``None``.
    """
    line = _line(source, target, molar_mass)
    if line is None:
        return None
    number = _exact(value)
    if number is None:
        return None
    factor, offset = line
    try:
        return float(number * factor + offset)
    except OverflowError:
        return None


def _exact(value: float | str | Fraction) -> Fraction | None:
    if isinstance(value, Fraction):
        return value
    if not isinstance(value, str | int):
        value = float(value)
    text = str(value).strip()
    return Fraction(text) if _NUMBER.fullmatch(text) else None


@lru_cache(maxsize=4096)
def _line(source: str, target: str, molar_mass: str | None) -> tuple[Fraction, Fraction] | None:
    """Factor and offset from source to target."""
    for to in readings(target)[:1]:
        for given in readings(source):
            factor = _factor(given, to, molar_mass)
            if factor is not None:
                return factor, (given.offset - to.offset) / to.factor
    return None


def _factor(given: Unit, to: Unit, molar_mass: str | None) -> Fraction | None:
    if given.dimension == to.dimension:
        return given.factor / to.factor
    if molar_mass is None:
        return None
    in_moles, from_ = _in_moles(given, molar_mass), _in_moles(to, molar_mass)
    if in_moles is None or from_ is None or in_moles[0] != from_[0]:
        return None
    return in_moles[1] / from_[1]


def _in_moles(unit: Unit, molar_mass: str) -> tuple[dict[str, int], Fraction] | None:
    """The unit with mass and equivalents expressed as amount of this substance."""
    powers, factor = dict(unit.dimension), unit.factor
    grams, equivalents = powers.pop("g", 0), powers.pop("eq", 0)
    if equivalents:
        charge = IONS.get(molar_mass)
        if charge is None:
            return None
        factor /= Fraction(charge) ** equivalents
    factor /= Fraction(molar_mass) ** grams
    moles = powers.pop("mol", 0) + grams + equivalents
    if moles:
        powers["mol"] = moles
    return powers, factor
