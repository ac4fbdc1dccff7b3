"""From the spellings that records use to plain symbols.

What is here is only spelling: every entry is another way to write a unit that ``_atoms`` defines.
"""

from __future__ import annotations

import re

_SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺"
_CHARACTERS = str.maketrans(
    {
        **dict(zip(_SUPERSCRIPTS[:10], "0123456789", strict=True)),
        "⁻": "-",
        "⁺": "",
        "µ": "u",
        "μ": "u",
        "×": "x",
        "✕": "x",
        "·": ".",
        "⋅": ".",
        "•": ".",
        "−": "-",
        "–": "-",
        "／": "/",
        "（": "(",
        "）": ")",
        "％": "%",
        "℃": "Cel",
        "℉": "[degF]",
        "㎡": "m2",
        "\u00a0": " ",
        "\u202f": " ",
        "\u2009": " ",
    }
)
_HAS_SUPERSCRIPT = re.compile(f"(?<=[A-Za-z0-9\\]]) *([{_SUPERSCRIPTS}]+)")

# Powers of ten: 10*9, 10^9, 10**9, 10E9, 10e9, 1e9, E9, x10(9), x 10 ^ 9, 10⁹; all become 10*9
_TEN = re.compile(
    r"(?:(?<![A-Za-z0-9])[xX*]\s*|(?<![\w.]))"
    r"(?:10\s*(?:\*\*|\*|\^|[eE])\s*(?P<a>-?\d{1,2})|10\s?\((?P<b>-?\d{1,2})\)|1?[eE]\+?(?P<c>\d{1,2}))(?!\d)"
)
_BSA = re.compile(
    r"\{?\s*1[.,]73\s*_?\s*(?:m\s*(?:\^|\*\*)?\s*2|sq\.?\s*m|sqm)?(?:\s*BSA)?\s*\}?", re.IGNORECASE
)
_CARS = re.compile(
    r"\b(?:viable\s+)?CAR\s*(?:\+|-?\s*positive|-?T|-?M)?\s*(?:viable\s+)?(?:T\s+|T-)?cells?\b", re.IGNORECASE
)
_SPACES = re.compile(r"\s*([./()^])\s*")
_PER_100_ML = re.compile(r"(?:(?<=^)|(?<=^[mun]))g%$")  # "mg%": per 100 mL, an old spelling
_MERCURY = re.compile(r"\bmm\s+\[?Hg\b\]?", re.IGNORECASE)
_CUBIC = re.compile(r"\b(?:cu\.?\s?mm|cmm|cumm)\b", re.IGNORECASE)

# Whole words, compared in lower case. Longest spellings first is not needed: tokens are whole.
WORDS = {
    # mass, volume, length
    "gm": "g", "gms": "g", "gr": "g", "gram": "g", "grams": "g", "mcg": "ug", "kgs": "kg", "kilogram": "kg",
    "mgs": "mg", "ltr": "L", "liter": "L", "litre": "L", "cc": "mL", "mcl": "uL", "mcmol": "umol", "mmole": "mmol",
    "micromol": "umol", "mcml": "uL", "mmols": "mmol", "umols": "umol",
    # counts
    "cell": "cells", "cells": "cells", "wbc": "cells", "leukocytes": "cells", "thou": "thousand",
    "thousand": "thousand", "thousands": "thousand", "ths": "thousand", "mil": "million", "mill": "million",
    "million": "million", "millions": "million", "billion": "billion", "bil": "billion", "ratio": "1",
    "score": "1", "points": "1",
    "point": "1", "class": "1", "grade": "1", "index": "1", "beats": "1", "breaths": "1", "nucleus": "1", "times": "1",
    "stage": "1", "nuclei": "1",
    # time
    "sec": "s", "secs": "s", "second": "s", "seconds": "s", "mins": "min", "minute": "min", "minutes": "min",
    "hr": "h", "hrs": "h", "hour": "h", "hours": "h", "day": "d", "days": "d", "week": "wk", "weeks": "wk",
    "wks": "wk", "month": "mo", "months": "mo", "mos": "mo", "mth": "mo", "year": "a", "years": "a", "yr": "a",
    "yrs": "a", "y": "a", "msec": "ms",
    # activity, arbitrary units, genomes
    "u": "U", "unit": "U", "units": "U", "copy": "copies", "copies": "copies", "cps": "copies", "cp": "copies",
    "meq": "meq", "ueq": "ueq", "mosm": "mosm", "mosmol": "mosm", "tu": "TU", "cfu": "[CFU]", "pfu": "[PFU]",
    "mmhg": "mm[Hg]", "mm[hg]": "mm[Hg]", "iu": "[IU]", "miu": "m[IU]", "uiu": "u[IU]",
    "kiu": "k[IU]", "gy": "Gy", "cgy": "cGy", "percent": "%", "pct": "%",
    "bpm": "1/min",
    # Chinese
    "万": "wan", "亿": "yi", "个": "1", "拷贝": "copies", "次": "1", "分": "min",
    "秒": "s", "天": "d", "日": "d", "周": "wk",
    "月": "mo", "个月": "mo", "年": "a", "岁": "a", "升": "L", "毫升": "mL", "千": "thousand",
}  # fmt: skip
"""Spelling, in lower case, to symbol."""

EXACT = {
    "K": "thousand",
    "k": "thousand",
    "M": "million",
    "G": "billion",
    "Giga": "billion",
    "T": "trillion",
    "Tpt": "billion",  # German: Teilchen pro Liter, Gpt/L
    "Gpt": "billion",
    "IU": "[IU]",
    "iU": "[IU]",
    "mIU": "m[IU]",
    "uIU": "u[IU]",
    "kIU": "k[IU]",
    "MIU": "M[IU]",
    "mU": "mU",
}
"""Spellings whose case matters (``K/uL``, ``G/L``)."""


def plain(text: str) -> str:
    """The text with typographic signs, powers of ten, body-surface and cell wording made uniform."""
    text = _HAS_SUPERSCRIPT.sub(r"^\1", text).translate(_CHARACTERS).strip()
    text = text.replace("°C", "Cel").replace("°F", "[degF]").replace("^^", "^")
    text = _CARS.sub("cells", text)
    text = _CUBIC.sub("mm3", text)
    text = _MERCURY.sub("mm[Hg]", text)
    text = re.sub(r"\bper\b", "/", text, flags=re.IGNORECASE)
    if "73" in text:
        text = _BSA.sub("bsa", text)
    text = _TEN.sub(lambda m: " 10*" + (m["a"] or m["b"] or m["c"]) + " ", text)
    text = _PER_100_ML.sub("g/dL", text)
    return _SPACES.sub(r"\1", text.strip())
