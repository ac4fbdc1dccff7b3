"""The units there are, each as a multiple of the base of its dimension.

Bases: metre, gram, mole, second, pascal, gray, becquerel, kelvin, and four that are deliberately separate
because nothing converts them into each other: ``U`` (enzyme activity), ``IU`` (arbitrary units against a
standard), ``copies`` (genomes), ``TU`` (transducing units). Numbers of cells are plain numbers.

Sources: UCUM 2.1 (ucum.org) for the definitions; a mean Julian year (``a``) is 365.25 d and a mean month
(``mo``) a twelfth of it: fixed spans for comparing lengths of time, not calendar arithmetic.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple


class Atom(NamedTuple):
    """A unit symbol: ``factor`` x product of bases to their powers; the prefixes it takes."""

    factor: Fraction
    bases: tuple[tuple[str, int], ...]
    prefixes: str = ""


_DAY = Fraction(86400)
_NUMBER: tuple[tuple[str, int], ...] = ()

PREFIXES = {
    "k": Fraction(10**3),
    "h": Fraction(10**2),
    "d": Fraction(1, 10),
    "c": Fraction(1, 100),
    "m": Fraction(1, 10**3),
    "u": Fraction(1, 10**6),
    "n": Fraction(1, 10**9),
    "p": Fraction(1, 10**12),
    "f": Fraction(1, 10**15),
    "M": Fraction(10**6),
    "G": Fraction(10**9),
}
"""Metric prefixes in use. No unit takes all of them: megagrams are a slip for milligrams."""


def _base(name: str, factor: Fraction | int = 1, prefixes: str = "", power: int = 1) -> Atom:
    return Atom(Fraction(factor), ((name, power),), prefixes)


_LITRE = _base("m", Fraction(1, 1000), "dcmunpf", 3)

ATOMS: dict[str, Atom] = {
    "g": _base("g", 1, "kdcmunpf"),
    "mol": _base("mol", 1, "munpf"),
    "m": _base("m", 1, "kdcmun"),
    "L": _LITRE,
    "l": _LITRE,
    "s": _base("s", 1, "mun"),
    "min": _base("s", 60),
    "h": _base("s", 3600),
    "d": _base("s", _DAY),
    "wk": _base("s", 7 * _DAY),
    "mo": _base("s", Fraction("365.25") / 12 * _DAY),
    "a": _base("s", Fraction("365.25") * _DAY),
    "Pa": _base("Pa", 1, "kh"),
    "m[Hg]": _base("Pa", Fraction("133322.387415"), "m"),
    "Gy": _base("Gy", 1, "cm"),
    "Bq": _base("Bq", 1, "kMG"),
    "Ci": _base("Bq", 37 * 10**9, "mu"),
    # enzyme activity: 1 U = 1 umol/min, 1 kat = 1 mol/s
    "U": _base("U", 1, "kmun"),
    "kat": _base("U", 60 * 10**6, "mun"),
    # arbitrary units: UCUM writes them in brackets
    "[IU]": _base("IU", 1, "kmunMG"),
    "[iU]": _base("IU", 1, "kmunMG"),
    "copies": _base("copies"),
    "TU": _base("TU"),
    "[CFU]": _base("CFU"),
    "[PFU]": _base("PFU"),
    "vg": _base("vg"),
    "eq": _base("eq", 1, "mu"),
    "osm": _base("osm", 1, "m"),
    "bsa": _base("1.73 m2"),  # per 1.73 square metres of body surface: not the same as not per
    # numbers
    "cells": Atom(Fraction(1), _NUMBER),
    "%": Atom(Fraction(1, 100), _NUMBER),
    "[ppth]": Atom(Fraction(1, 1000), _NUMBER),
    "thousand": Atom(Fraction(10**3), _NUMBER),
    "wan": Atom(Fraction(10**4), _NUMBER),
    "million": Atom(Fraction(10**6), _NUMBER),
    "yi": Atom(Fraction(10**8), _NUMBER),
    "billion": Atom(Fraction(10**9), _NUMBER),
    "trillion": Atom(Fraction(10**12), _NUMBER),
}
"""Symbol to unit. Case matters; ``l`` and ``L`` are both the litre."""

PLAIN_NUMBERS = {"1": 1, "24": 24, "100": 100, "1000": 1000}
"""The bare numbers a unit may contain (``mg/24 h``, ``/100 mL``). Any other is refused: ``109/L`` is a
10^9/L that lost its exponent, and is not guessed here."""

IONS = {"22.990": 1, "39.098": 1, "40.078": 2, "24.305": 2, "35.453": 1, "61.017": 1}
"""Charge of the ions whose concentration is given in mEq, by molar mass: Na, K, Ca, Mg, Cl, HCO3."""
