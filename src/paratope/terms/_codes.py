"""Code systems: their addresses, and when two codes are the same."""

from __future__ import annotations

SYSTEMS = {
    "snomed": "http://snomed.info/sct",
    "loinc": "http://loinc.org",
    "icd-10": "http://hl7.org/fhir/sid/icd-10",
    "rxnorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "cvx": "http://hl7.org/fhir/sid/cvx",
    "ncit": "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl",
    "icd-o-3": "http://terminology.hl7.org/CodeSystem/icd-o-3",
}
"""Short name, as the data files use it, to FHIR address."""

_ALIASES = {
    # HL7 terminology registry (terminology.hl7.org): object identifiers and other addresses in use
    "urn:oid:2.16.840.1.113883.6.96": "snomed",
    "urn:oid:2.16.840.1.113883.6.1": "loinc",
    "urn:oid:2.16.840.1.113883.6.3": "icd-10",
    "urn:oid:2.16.840.1.113883.6.90": "icd-10",
    "http://hl7.org/fhir/sid/icd-10-cm": "icd-10",
    "http://hl7.org/fhir/sid/icd-10-gm": "icd-10",
    "http://fhir.de/codesystem/dimdi/icd-10-gm": "icd-10",
    "http://fhir.de/codesystem/bfarm/icd-10-gm": "icd-10",
    "http://hl7.org/fhir/sid/icd-10-cn": "icd-10",
    "icd10": "icd-10",
    "icd-10-cm": "icd-10",
    "urn:oid:2.16.840.1.113883.6.88": "rxnorm",
    "urn:oid:2.16.840.1.113883.12.292": "cvx",
    "urn:oid:2.16.840.1.113883.3.26.1.1": "ncit",
    "http://ncit.nci.nih.gov": "ncit",
    "urn:oid:2.16.840.1.113883.6.43.1": "icd-o-3",
    "http://terminology.hl7.org/codesystem/icd-o-3": "icd-o-3",
}
_SHORT = (
    {address.casefold(): short for short, address in SYSTEMS.items()} | {s: s for s in SYSTEMS} | _ALIASES
)


def short_system(system: str) -> str:
    """The short name of a code system, however its address is written; the text itself if not known."""
    plain = system.strip().casefold().rstrip("/").replace("https://", "http://", 1).split("|")[0]
    found = _SHORT.get(plain)
    if found is None and plain.startswith("http://snomed.info/sct/"):  # with an edition and a version
        return "snomed"
    return found if found is not None else plain


def code_keys(system: str, code: str) -> tuple[tuple[str, str], ...]:
    """What to look the code up by, most exact first. ICD-10: also every shorter code down to the category."""
    short = short_system(system)
    plain = code.strip().upper()
    if short != "icd-10":
        return ((short, plain),)
    bare = plain.replace(".", "").rstrip("+*-†")
    return tuple((short, bare[:n]) for n in range(len(bare), 2, -1)) or ((short, bare),)
