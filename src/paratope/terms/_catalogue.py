"""The catalogue: all concepts, and what can be asked of them."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from paratope.terms._codes import code_keys
from paratope.terms._concept import Concept
from paratope.terms._names import key
from paratope.terms._read import concepts_of


class HalfLife(NamedTuple):
    """A half-life in days, the drug it belongs to and where it is written."""

    days: float
    drug: str
    source: str


class Catalogue:
    """All concepts by name, synonym, code and breadth. Immutable; get the one there is from ``catalogue()``.

    A name that is not in the catalogue is no error for the asking methods: it has no ancestors but itself,
    ``find`` answers ``None``. Closures are computed when first asked for and kept.
    """

    __slots__ = ("_above", "_below", "_checksum", "_children", "_codes", "_concepts", "_keys", "_shared_keys")

    def __init__(
        self, concepts: Mapping[str, Concept], checksum: str = "", shared: Iterable[str] = ()
    ) -> None:
        """``checksum``: identifies the data. ``shared``: names that several concepts may share as a synonym."""
        self._concepts = dict(concepts)
        self._checksum = checksum
        self._shared_keys = frozenset(map(key, shared))
        self._above: dict[str, frozenset[str]] = {}
        self._below: dict[str, frozenset[str]] = {}
        self._keys: dict[str, tuple[str, ...]] | None = None
        self._codes: dict[tuple[str, str], tuple[str, ...]] | None = None
        self._children: dict[str, tuple[str, ...]] | None = None

    # --- names ---------------------------------------------------------------------------------------

    @property
    def version(self) -> str:
        """Changes with every change of the data."""
        return self._checksum

    def get(self, name: str) -> Concept | None:
        """The concept with exactly this canonical name."""
        return self._concepts.get(name)

    def names(self) -> tuple[str, ...]:
        """All canonical names, in the order of the files."""
        return tuple(self._concepts)

    def __iter__(self) -> Iterator[Concept]:
        return iter(self._concepts.values())

    def __len__(self) -> int:
        return len(self._concepts)

    def __contains__(self, name: object) -> bool:
        return name in self._concepts

    def find(self, text: str) -> str | None:
        """The canonical name that ``text`` is a name or synonym of; ``None`` if there is none, or several."""
        found = self.find_all(text)
        return found[0] if len(found) == 1 else None

    @property
    def ambiguous(self) -> frozenset[str]:
        """The keys of the abbreviations that deliberately name several concepts."""
        return self._shared_keys

    def find_all(self, text: str) -> tuple[str, ...]:
        """All concepts that ``text`` may name: empty, one, or several for an ambiguous abbreviation."""
        if text in self._concepts and key(text) not in self._shared_keys:
            return (text,)
        return self._by_key().get(key(text), ())

    def _by_key(self) -> dict[str, tuple[str, ...]]:
        if self._keys is None:
            keys: dict[str, tuple[str, ...]] = {}
            for name, concept in self._concepts.items():
                texts = (
                    (name, *concept.synonyms) if concept.zh is None else (name, concept.zh, *concept.synonyms)
                )
                for text in texts:
                    k = key(text)
                    held = keys.get(k)
                    if held is None:
                        keys[k] = (name,)
                    elif name not in held:
                        keys[k] = (*held, name)
            self._keys = keys
        return self._keys

    # --- codes ---------------------------------------------------------------------------------------

    def by_code(self, system: str, code: str) -> tuple[str, ...]:
        """The concepts a code stands for, at the code's own generality; empty if it is not known.

        ``system``: the FHIR address, its ``urn:oid:`` form or a short name (``snomed``, ``loinc``, ``icd-10``,
        ``rxnorm``). An ICD-10 code that is not itself listed is read as the longest listed code it refines:
        C83.30 as C83.3, C34.1 as C34. Other systems are matched exactly. A code may be broader than the text
        a record prints beside it: the text is then the more exact statement.
        """
        if self._codes is None:
            codes: dict[tuple[str, str], tuple[str, ...]] = {}
            for name, concept in self._concepts.items():
                for pair in concept.codes:
                    for k in code_keys(*pair)[:1]:
                        codes[k] = (*codes.get(k, ()), name)
            self._codes = codes
        for k in code_keys(system, code):
            found = self._codes.get(k)
            if found is not None:
                return found
        return ()

    # --- breadth -------------------------------------------------------------------------------------

    def ancestors(self, name: str) -> frozenset[str]:
        """The concept and everything broader. A regimen is also a case of each of its components."""
        found = self._above.get(name)
        if found is None:
            concept = self._concepts.get(name)
            found = frozenset((name,))
            if concept is not None:
                found = found.union(*map(self.ancestors, concept.parents))
            self._above[name] = found
        return found

    def descendants(self, name: str) -> frozenset[str]:
        """The concept and everything narrower."""
        found = self._below.get(name)
        if found is None:
            if self._children is None:
                children: dict[str, tuple[str, ...]] = {}
                for concept in self._concepts.values():
                    for parent in concept.parents:
                        children[parent] = (*children.get(parent, ()), concept.name)
                self._children = children
            found = frozenset((name,)).union(*map(self.descendants, self._children.get(name, ())))
            self._below[name] = found
        return found

    def closure(self, names: Iterable[str]) -> frozenset[str]:
        """All of these concepts and everything broader than any of them."""
        empty: frozenset[str] = frozenset()
        return empty.union(*map(self.ancestors, names))

    def is_a(self, narrow: str, broad: str) -> bool:
        """Whether ``narrow`` is ``broad`` or a case of it."""
        return broad in self.ancestors(narrow)

    def most_specific(self, names: Iterable[str]) -> frozenset[str]:
        """These concepts without those that are merely broader than another of them."""
        given = frozenset(names)
        return frozenset(n for n in given if not any(n != m and n in self.ancestors(m) for m in given))

    # --- drugs ---------------------------------------------------------------------------------------

    def half_life(self, name: str) -> HalfLife | None:
        """The half-life of a drug; of a regimen that of its longest-lived component.

        ``None``: not known, which for a regimen means that it is not known of some component.
        """
        concept = self._concepts.get(name)
        if concept is None:
            return None
        if concept.half_life is not None:
            return HalfLife(concept.half_life, name, concept.source or "")
        parts = [self.half_life(component) for component in concept.components]
        known = [part for part in parts if part is not None]
        return max(known) if known and len(known) == len(parts) else None


@cache
def catalogue() -> Catalogue:
    """The catalogue of the concepts in ``data/*.yaml``, read once."""
    collecting = gc.isenabled()
    gc.disable()  # nothing made here is garbage; looking for it takes as long as the reading
    try:
        return _read_all(sorted(Path(__file__).with_name("data").glob("*.yaml")))
    finally:
        if collecting:
            gc.enable()


def _read_all(paths: Iterable[Path]) -> Catalogue:
    checksum = 0
    concepts: dict[str, Concept] = {}
    shared: list[str] = []
    for path in paths:
        raw = path.read_bytes()
        checksum = crc32(raw, checksum)
        part = concepts_of(raw.decode("utf-8"), path.name)
        for concept in part.concepts:
            if concept.name in concepts:
                raise ValueError(f"{path.name}: {concept.name!r} is already in another file")
            concepts[concept.name] = concept
        shared += part.shared
    return Catalogue(_inherited(concepts), f"{checksum:08x}", shared)


def _inherited(concepts: dict[str, Concept]) -> dict[str, Concept]:
    """The concepts with ``covered_by`` and ``acute`` taken from the nearest broader concept that says so.

    Raises ``ValueError`` for a parent that does not exist. A cycle does no harm here; a test forbids it.
    """
    done: dict[str, tuple[str | None, bool]] = {}

    def of(name: str) -> tuple[str | None, bool]:
        found = done.get(name)
        if found is None:
            concept = concepts.get(name)
            if concept is None:
                raise ValueError(f"a concept has the parent {name!r}, which is not in the catalogue")
            covered, acute = concept.covered_by, concept.acute
            done[name] = (covered, acute)
            for parent in concept.parents:
                above, event = of(parent)
                covered = covered or above
                acute = acute or (event and parent not in concept.components)
            found = done[name] = (covered, acute)
        return found

    for name, concept in list(concepts.items()):
        covered, acute = of(name)
        if covered != concept.covered_by or acute != concept.acute:
            concepts[name] = replace(concept, covered_by=covered, acute=acute)
    return concepts
