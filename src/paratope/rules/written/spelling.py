"""How the units inside rules are spelled: read generously, written one way."""

from __future__ import annotations

import re

SPAN_UNITS = ("hours", "days", "weeks", "months", "years", "half-lives")
"""The lengths of time a window may have."""

SINGULAR = {"hours": "hour", "days": "day", "weeks": "week", "months": "month", "years": "year",
            "half-lives": "half-life"}  # fmt: skip
_PLURAL = {one: many for many, one in SINGULAR.items()}

_SPELLINGS = {
    "percent": "%",
    "mg/day": "mg/d",
    "ml": "mL",
    "ml/min": "mL/min",
    "ml/min/1.73m2": "mL/min/{1.73_m2}",
    "ml/min/1.73m²": "mL/min/{1.73_m2}",
    "g/l": "g/L",
    "g/dl": "g/dL",
    "mg/dl": "mg/dL",
    "umol/l": "umol/L",
    "mmol/l": "mmol/L",
    "u/l": "U/L",
    "iu/l": "IU/L",
    "iu/ml": "IU/mL",
    "copies/ml": "copies/mL",
    "/ul": "/uL",
    "cells/ul": "cells/uL",
}
"""Lower case, micro written u: the spelling kept."""

_POWER = re.compile(r"^x?10[*^e]?(\d+)(?=/)", re.IGNORECASE)
_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹µμ", "0123456789uu")


def spelled(unit: str) -> str:
    """The one spelling of a unit: ``year`` -> ``years``, ``/µL`` -> ``/uL``, ``x10^9/L`` -> ``10*9/L``.

    A spelling that is not known is kept as written.
    """
    text = unit.translate(_SUPERSCRIPT)
    lower = text.lower()
    if lower in SINGULAR:
        return lower
    return _PLURAL.get(lower) or _SPELLINGS.get(lower) or _POWER.sub(r"10*\1", text)


def is_unit(text: str) -> bool:
    """Whether a unit, spelled as ``spelled`` does, is known: a length of time, or a unit of ``paratope.units``."""
    if text in SINGULAR:
        return True
    from paratope.units import parse_unit  # only when a rule with a unit is read

    return parse_unit(text) is not None
