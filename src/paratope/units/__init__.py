"""Units as laboratories and protocols write them, and exact conversion between them.

Reads the part of UCUM that clinical records use (prefixes, ``.`` and ``/``, exponents, ``{annotations}``,
``[IU]``) and the spellings found beside it (``10^9/L``, ``K/uL``, ``mcg``, ``IU/L``, ``万/uL``). Factors are
fractions; a value is rounded once, to a float, at the end.
"""

from paratope.units._convert import convert
from paratope.units._parse import Unit, parse_unit

__all__ = ["Unit", "convert", "parse_unit"]
