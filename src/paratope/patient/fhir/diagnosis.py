"""What a Condition says it is: how sure, how active, which concepts."""

from __future__ import annotations

from paratope.patient.fhir.coding import Named, codes_of, kind_of, named, text_of, words_of
from paratope.patient.fhir.gather import Item
from paratope.patient.fhir.shape import Json, obj, objs, text
from paratope.patient.fhir.therapies import has_profile
from paratope.terms import catalogue

MORPHOLOGY = "mcode-histology-morphology-behavior"
SECONDARY = "secondary-cancer-condition"

_VERIFICATION = {
    "confirmed": "", "refuted": "refuted",
    "entered-in-error": "entered in error",
    "provisional": "only a provisional diagnosis: neither present nor absent",
    "differential": "only a differential diagnosis: neither present nor absent",
    "unconfirmed": "not confirmed: neither present nor absent",
}  # fmt: skip

ACTIVE = {
    "active": True,
    "recurrence": True,
    "relapse": True,
    "resolved": False,
    "inactive": False,
    "remission": False,
}


def verification_of(item: Item) -> str | None:
    """ "" for a confirmed (or not qualified) condition, "refuted", or why it cannot be used."""
    raw = item.body.get("verificationStatus")
    if raw is None:
        return ""
    codes = [c for _, c in codes_of(raw)] or ([raw] if isinstance(raw, str) else [])
    for code in codes:
        if code in _VERIFICATION:
            return _VERIFICATION[code]
    words = text_of(raw).lower()
    if words:
        return _VERIFICATION.get(words, f"its verification status '{words[:40]}' is not one we know")
    return ""


def clinical_of(item: Item) -> tuple[str | None, str]:
    """The clinical status code and its text, lower case."""
    raw = item.body.get("clinicalStatus")
    words = text(obj(raw).get("text")) or ""
    for _, code in codes_of(raw):
        if code in ACTIVE:
            return code, words.lower()
    plain = raw if isinstance(raw, str) else words
    return (plain.lower() if plain.lower() in ACTIVE else None), words.lower()


def condition_concepts(item: Item, extensions: dict[str, list[Json]]) -> Named:
    """What the condition is: code and text, the morphology of a tumour, the site where it completes a name."""
    body = item.body
    found = named(body.get("code"))
    if not extensions and "bodySite" not in body and "meta" not in body:
        return found
    concepts = set(found.concepts)
    for raw in extensions.get(MORPHOLOGY, ()):
        morphology = named(raw)
        concepts |= {c for c in morphology.concepts if kind_of(c) == "cancer"}
    terms = catalogue()
    for site in objs(item.body.get("bodySite")):
        for words in words_of(site):
            for name in tuple(concepts):
                whole = terms.find(f"{name} of {words}") or terms.find(f"{words} {name}")
                if whole is not None and terms.is_a(whole, name):
                    concepts.add(whole)
    if has_profile(item, SECONDARY):
        concepts = _secondary(item, frozenset(concepts))
    if concepts == set(found.concepts):
        return found
    return Named(terms.most_specific(concepts), found.text, found.why if found.clash else None, found.clash)


def _secondary(item: Item, concepts: frozenset[str]) -> set[str]:
    """A metastasis: never a cancer of its own. Where it is not coded as one, its site may name it."""
    terms = catalogue()
    kept = {c for c in concepts if kind_of(c) != "cancer"}
    if kept:
        return kept
    for site in objs(item.body.get("bodySite")):
        for c in named(site).concepts:
            found = terms.find(f"{c} metastasis") or terms.find(f"{c} metastases")
            if found is not None:
                kept.add(found)
    return kept or ({"distant metastasis"} if "distant metastasis" in terms else set())
