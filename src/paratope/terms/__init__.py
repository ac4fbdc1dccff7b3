"""Concepts: the names that protocols, patient records and reports share.

A concept has one canonical name (the words an oncologist would write, British spelling), synonyms in
English and Chinese, the codes hospitals use for it, and its broader concepts. Whatever is narrower *is a*
case of what is broader: bortezomib is a proteasome inhibitor is an anticancer drug therapy.

The concepts are data, in ``data/*.yaml``, and can be read without reading code. ``docs/reference/terms.md``
is the same as a manual. To add one, write a line in the file of its kind, run the tests (they check names,
codes, parents, units and sources) and make the page again with ``manual.render_terms``.
"""

from paratope.terms._catalogue import Catalogue, HalfLife, catalogue
from paratope.terms._concept import KINDS, RESERVED_WORDS, Concept
from paratope.terms._names import key

__all__ = ["KINDS", "RESERVED_WORDS", "Catalogue", "Concept", "HalfLife", "catalogue", "key"]
