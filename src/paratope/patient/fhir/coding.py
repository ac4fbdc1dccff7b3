"""From a CodeableConcept to concepts: the codes first, the text where it says more.

A code may be broader than the text beside it (a transplant, "allogeneic" only in the text), and a text
broader than its code; the more specific of the two counts. Where they name different things, that is said
and the reader of the resource decides. The display of a code only speaks where nothing else does: its
wording ("by immunoassay", "unspecified") belongs to the code system, not to the record.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from paratope.patient.fhir.shape import Json, objs, text
from paratope.terms import Concept, catalogue


class Named(NamedTuple):
    """What a CodeableConcept was understood as.

    ``concepts``: the most specific concepts; empty if it was not understood. ``text``: how to show it.
    ``why``: what was not understood, or how codes and text disagree; None if all went well. ``clash``:
    codes and text name unrelated things (``concepts`` then holds both). ``coded``: a code said so.
    """

    concepts: frozenset[str]
    text: str
    why: str | None = None
    clash: bool = False
    coded: bool = False
    one: str | None = None  # the concept, if it is exactly one


_NONE: frozenset[str] = frozenset()
NOTHING = Named(_NONE, "", "it has no code and no text")
Codes = tuple[tuple[str, str], ...]


def codes_of(concept: Json) -> Codes:
    """The (system, code) pairs of a CodeableConcept or Coding. A code without a system has system ""."""
    if not isinstance(concept, dict):
        return ()
    coding = concept.get("coding")
    if coding is None:
        if "code" not in concept:
            return ()
        coding = concept
    if isinstance(coding, list) and len(coding) == 1:  # by far the most frequent
        coding = coding[0]
    if isinstance(coding, dict):
        code, system = coding.get("code"), coding.get("system")
        return ((system if isinstance(system, str) else "", code),) if isinstance(code, str) else ()
    found = []
    for c in objs(coding):
        code = c.get("code")
        if isinstance(code, str):
            system = c.get("system")
            found.append((system if isinstance(system, str) else "", code))
    return tuple(found)


def displays_of(concept: Json) -> tuple[str, ...]:
    """The displays of its codings."""
    if not isinstance(concept, dict):
        return ()
    coding = concept.get("coding", concept if "code" in concept else None)
    return tuple(d for c in objs(coding) if (d := text(c.get("display"))) is not None)


def text_of(concept: Json) -> str:
    """How a CodeableConcept is best shown: its text, else a display, else a code, else nothing."""
    if isinstance(concept, str):
        return concept.strip()
    if not isinstance(concept, dict):
        return ""
    own = text(concept.get("text"))
    if own is not None:
        return own
    displays = displays_of(concept)
    if displays:
        return displays[0]
    codes = codes_of(concept)
    return codes[0][1] if codes else ""


def words_of(concept: Json) -> tuple[str, ...]:
    """Everything it says in words, lower case: the text, then the displays."""
    if isinstance(concept, str):
        return (concept.strip().lower(),)
    if not isinstance(concept, dict):
        return ()
    own = text(concept.get("text"))
    return tuple(w.lower() for w in ((own, *displays_of(concept)) if own else displays_of(concept)))


def named(concept: Json) -> Named:
    """The concepts of a CodeableConcept; a bare text counts as one with only a text."""
    if isinstance(concept, str):
        return _named((), (), concept.strip() or None)
    if not isinstance(concept, dict):
        return NOTHING
    own = text(concept.get("text"))
    codes = codes_of(concept)
    # The displays only speak where there is no text, so that the cache need not know them otherwise.
    return _named(codes, displays_of(concept) if own is None else (), own)


@lru_cache(maxsize=16384)
def _named(codes: Codes, displays: tuple[str, ...], own: str | None) -> Named:
    terms = catalogue()
    coded = frozenset(c for system, code in codes if system for c in terms.by_code(system, code))
    said = found_in(own) if own is not None else _NONE
    if not coded and not said:
        by_display = [found for d in displays if len(found := found_in(d)) == 1]
        said = by_display[0] if by_display and all(d == by_display[0] for d in by_display) else _NONE
    show = own or (displays[0] if displays else codes[0][1] if codes else "")
    if len(said) > 1:  # an abbreviation with several meanings: the code may tell which
        fitting = frozenset(s for s in said if any(related(s, c) for c in coded))
        said = fitting if len(fitting) == 1 else _NONE
    both = terms.most_specific(coded | said)
    if not both:
        return Named(_NONE, show, _unknown(codes, own, show))
    if said and coded and not any(related(s, c) for s in said for c in coded):
        why = f"its code means {_list(coded)}, its text says {_list(said)}"
        return Named(both, show, why, True, True)
    return Named(both, show, None, False, bool(coded), next(iter(both)) if len(both) == 1 else None)


def _list(names: frozenset[str]) -> str:
    return ", ".join(sorted(names))


def _unknown(codes: Codes, own: str | None, show: str) -> str:
    if own is not None:
        return f"code text '{own[:120]}' is not a concept we know"
    if codes:
        return f"code {codes[0][1]} ('{show[:120]}') is not a concept we know"
    return "it has no code and no text"


def related(a: str, b: str) -> bool:
    """Whether one of two concepts is a case of the other."""
    terms = catalogue()
    return terms.is_a(a, b) or terms.is_a(b, a)


_PARENTHESES = re.compile(r"\s*[(（\[]([^()（）\[\]]*)[)）\]]\s*")


@lru_cache(maxsize=16384)
def found_in(words: str) -> frozenset[str]:
    """The concepts a whole text names: itself, itself without what stands in parentheses, or that alone.

    Several only for an abbreviation with several meanings. Never part of a sentence.
    """
    terms = catalogue()
    exact = terms.find_all(words)
    if exact or not any(sign in words for sign in "(（["):
        return frozenset(exact)
    outside = terms.find_all(_PARENTHESES.sub(" ", words))
    if outside:
        return frozenset(outside)
    inside = [terms.find_all(i) for i in _PARENTHESES.findall(words)]
    hits = [i for i in inside if i]
    return frozenset(hits[0]) if len(hits) == 1 and not _PARENTHESES.sub("", words).strip() else _NONE


def kind_of(name: str) -> str:
    """The kind of a concept; "" if it is not in the catalogue."""
    found = catalogue().get(name)
    return found.kind if found is not None else ""


def concept(name: str) -> Concept | None:
    """The concept of this canonical name."""
    return catalogue().get(name)


@lru_cache(maxsize=4096)
def exact_code(name: str, codes: Codes) -> bool:
    """Whether one of the codes is listed for this very concept, not merely refines one that is (ICD-10)."""
    found = catalogue().get(name)
    if found is None:
        return False
    listed = {code.replace(".", "") for _, code in found.codes}
    return any(code.strip().upper().replace(".", "") in listed for _, code in codes)


def is_cancer(name: str) -> bool:
    """Whether a concept is a malignancy of its own (a metastasis is not)."""
    terms = catalogue()
    return kind_of(name) == "cancer" or terms.is_a(name, "cancer") or terms.is_a(name, "other malignancy")
