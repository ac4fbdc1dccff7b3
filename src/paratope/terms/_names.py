"""When two spellings are the same name."""

from __future__ import annotations

import re
import unicodedata

_GREEK = {
    "α": "alpha",
    "β": "beta",
    "γ": "gamma",
    "δ": "delta",
    "κ": "kappa",
    "λ": "lambda",
    "µ": "u",
    "μ": "u",
}
_TRANSLATE = str.maketrans(_GREEK)
_ASCII_SIGNS = {code: None for code in range(128) if not chr(code).isalnum()}
_SIGNS = re.compile(r"[\W_]+")


def key(text: str) -> str:
    """The spelling-blind key of a name: two texts with the same key are the same name.

    Blind to case, spaces, hyphens, punctuation, accents, full-width forms, Greek letters written out, and
    to British against American spelling (haemoglobin, leukaemia, tumour, oestrogen, immunisation, sulphate,
    fibre). Chinese characters stay. The key is for comparing only; it is not meant to be read.
    """
    folded = text.casefold()
    if folded.isascii():
        folded = folded.translate(_ASCII_SIGNS)
    else:
        decomposed = unicodedata.normalize("NFKD", folded.translate(_TRANSLATE))
        folded = _SIGNS.sub("", "".join(c for c in decomposed if not unicodedata.combining(c)).casefold())
    return (
        folded.replace("ae", "e")
        .replace("oe", "e")
        .replace("our", "or")
        .replace("isation", "ization")
        .replace("ised", "ized")
        .replace("ising", "izing")
        .replace("sulph", "sulf")
        .replace("fibre", "fiber")
    )
