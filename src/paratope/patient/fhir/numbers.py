"""Numbers as people write them in a text field: ``<0.1``, ``5.8 g/dL``, ``130-175``, ``1:32``, ``1.2x10^6``."""

from __future__ import annotations

import math
import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

_SUPERSCRIPTS = str.maketrans({s: f"^{d}" for s, d in zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", strict=True)})
_RUN_OF_POWERS = re.compile(r"(?<=\^[0-9])\^(?=[0-9])")

_NUMBER = r"(?:(?:[0-9]{1,3}(?:[',][0-9]{3})+|[0-9]+)(?:[.,][0-9]+)?(?:[eE][+-]?[0-9]{1,3})?|[.][0-9]+)"
_REST = r"[^0-9<>\s.,'-].*"
_POWER = r"(?:\s*[xX×*·]\s*10\s*[\^*]{0,2}\s*(?P<power>[+-]?[0-9]{1,2}))?"
_SIGNS = {
    "<": "<", ">": ">", "<=": "<=", ">=": ">=", "=<": "<=", "=>": ">=", "≤": "<=", "≥": ">=",
    "less than": "<", "below": "<", "under": "<", "more than": ">", "greater than": ">", "above": ">",
    "over": ">", "up to": "<=", "at most": "<=", "at least": ">=", "小于": "<", "低于": "<", "大于": ">",
    "高于": ">",
}  # fmt: skip
_SIGN = "|".join(sorted(map(re.escape, _SIGNS), key=len, reverse=True))
_ONE = re.compile(rf"(?P<sign>{_SIGN})?\s*(?P<number>{_NUMBER}){_POWER}\s*(?P<unit>{_REST})?", re.IGNORECASE)
_RANGE = re.compile(
    rf"(?P<low>{_NUMBER})\s*(?P<low_unit>[a-zA-Z%µμ/][^\s–~-]*)?\s*(?:-|–|—|~|～|\bto\b|至)\s*"
    rf"(?P<high>{_NUMBER})\s*(?P<unit>{_REST})?",
    re.IGNORECASE,
)
_TITRE = re.compile(r"(?P<sign><=|>=|<|>|≤|≥)?\s*1\s*[:/]\s*(?P<titre>[0-9]{1,7})", re.IGNORECASE)


class Written(NamedTuple):
    """A number read from a text: bounds (equal for a point), which of them are excluded, and the unit."""

    low: float
    high: float
    low_open: bool = False
    high_open: bool = False
    unit: str = ""


@lru_cache(maxsize=4096)
def tidy(text: str) -> str:
    """The text with full-width signs as plain ones and superscripts as ``^``; never 10⁶ as 106."""
    marked = _RUN_OF_POWERS.sub("", text.translate(_SUPERSCRIPTS))
    return " ".join(unicodedata.normalize("NFKC", marked).split())


def plain_number(text: str) -> float | None:
    """A number with thousands marks or a decimal comma; None where a comma could be either (``1,200``)."""
    bare = text.strip().replace("'", "")
    if "," in bare:
        head, *groups = bare.split(",")
        if "." in bare or len(groups) > 1:
            last = groups[-1].split(".")[0]
            if not all(len(g) == 3 for g in [*groups[:-1], last]) or not 1 <= len(head) <= 3:
                return None
            bare = bare.replace(",", "")
        elif len(groups[0]) == 3 and head not in ("0", ""):
            return None
        else:
            bare = bare.replace(",", ".")
    try:
        found = float(bare)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


@lru_cache(maxsize=4096)
def written(text: str) -> Written | None:
    """The one number, limit or range that a whole text says; None if it says anything else."""
    if len(text) > 80:
        return None
    plain = tidy(text)
    match = _RANGE.fullmatch(plain)
    if match is not None:
        low, high = plain_number(match["low"]), plain_number(match["high"])
        if low is None or high is None or low > high:
            return None
        return Written(low, high, unit=(match["unit"] or match["low_unit"] or "").strip())
    match = _ONE.fullmatch(plain)
    if match is None:
        return None
    found = plain_number(match["number"])
    if found is None:
        return None
    if match["power"]:
        found *= 10.0 ** int(match["power"])
    unit = (match["unit"] or "").strip()
    match _SIGNS.get((match["sign"] or "").lower()):
        case "<":
            return Written(0.0, found, False, True, unit)
        case "<=":
            return Written(0.0, found, False, False, unit)
        case ">":
            return Written(found, math.inf, True, False, unit)
        case ">=":
            return Written(found, math.inf, False, False, unit)
    return Written(found, found, unit=unit)


@lru_cache(maxsize=1024)
def titre(text: str) -> tuple[str, int] | None:
    """``1:32`` as ("", 32), ``<1:8`` as ("<", 8); None if the text is no titre."""
    match = _TITRE.fullmatch(tidy(text)) if len(text) <= 40 else None
    return None if match is None else (match["sign"] or "", int(match["titre"]))


_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}


@lru_cache(maxsize=1024)
def grade_word(text: str) -> tuple[int, int] | None:
    """A score in words: ``ECOG 1``, ``PS: 2``, ``1 - restricted``, ``NYHA III``, ``NYHA class II-III``,
    ``2分``: (lowest, highest); None if it names no number or several that are no range."""
    if len(text) > 400:
        return None
    plain = tidy(text).lower()
    head = re.split(r"[,;(]|\s[-–=:]\s(?=[a-z])", plain, maxsplit=1)[0] if plain[:1].isdigit() else plain
    range_ = re.search(r"\b([0-9]|i{1,3}|iv)\s*(?:-|–|/|to|or)\s*([0-9]|i{1,3}|iv)\b", head)
    if range_ is not None:
        ends = [_ROMAN.get(g) or int(g) if g.isdigit() or g in _ROMAN else 0 for g in range_.groups()]
        return (ends[0], ends[1]) if ends[0] <= ends[1] else None
    found = re.findall(r"(?<![0-9.])[0-9]{1,3}(?![0-9.]|%\s*of)", head)
    if not found:
        found = [str(_ROMAN[r]) for r in re.findall(r"\b(iv|i{1,3})\b", head)]
    if len(set(found)) != 1:
        return None
    value = int(found[0])
    return value, value
