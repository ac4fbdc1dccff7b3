"""The catalogue as a page of the manual."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from paratope.terms._catalogue import catalogue
from paratope.terms._codes import short_system
from paratope.terms._concept import Concept

_Column = tuple[str, Callable[[Concept], str]]

_INTRODUCTION = """\
# The concepts

Made from the catalogue by `paratope.terms.manual.render_terms()`; a test fails when this page is older than the data.

- **Name**: what protocols, plain patient files and reports write. Any of the other names, in any case, with or
  without hyphens, British or American, finds it too; an ambiguous abbreviation finds nothing.
- **Is a**: the next broader concepts. Whatever is asked of the broader concept is answered by the narrower one when it
  is present; refuting the broader one refutes the narrower.
- **Codes**: `sct` SNOMED CT, `loinc` LOINC, `icd` ICD-10 (a longer code is read as the longest one listed), `rx`
  RxNorm, `cvx` CVX, `ncit` NCI Thesaurus, `morph` ICD-O-3 morphology.
- A concept marked **topic** is a question asked at screening. **Event**: dated by its onset only.
- **Plausible**: what the sickest living patient could have, in the canonical unit; a number outside is a slip.
- **Half-life**: in days. Where it is empty it is unknown, and a washout counted in half-lives is unknown too.
"""

_SHORT = {
    "snomed": "sct",
    "loinc": "loinc",
    "icd-10": "icd",
    "rxnorm": "rx",
    "cvx": "cvx",
    "ncit": "ncit",
    "icd-o-3": "morph",
}


def _names(concept: Concept) -> str:
    return ", ".join(concept.synonyms)


def _codes(concept: Concept) -> str:
    by_system: dict[str, list[str]] = {}
    for system, code in concept.codes:
        by_system.setdefault(_SHORT[short_system(system)], []).append(code)
    return "; ".join(f"{short} {' '.join(codes)}" for short, codes in by_system.items())


def _broader(concept: Concept) -> str:
    return ", ".join(p for p in concept.parents if p not in concept.components)


def _marks(concept: Concept) -> str:
    marks = [
        "topic" if concept.topic else "",
        "event" if concept.acute else "",
        f"absence: {concept.covered_by} reviewed" if concept.covered_by else "",
        f"within {concept.freshness} age limit" if concept.freshness else "",
        f"against {', '.join(concept.targets)}" if concept.targets else "",
        concept.note or "",
    ]
    return "; ".join(m for m in marks if m)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _plausible(concept: Concept) -> str:
    if concept.plausible is None:
        return ""
    whole = ", whole" if concept.whole else ""
    return f"{concept.plausible[0]:g} to {concept.plausible[1]:g}{whole}"


_NAME: _Column = ("Name", lambda c: c.name)
_CHINESE: _Column = ("Chinese", lambda c: c.zh or "")
_IS_A: _Column = ("Is a", _broader)
_ALSO: _Column = ("Also written", _names)
_CODES: _Column = ("Codes", _codes)
_NOTES: _Column = ("Notes", _marks)

_PLAIN = (_NAME, _CHINESE, _IS_A, _ALSO, _CODES, _NOTES)
_MEASURES = (
    _NAME,
    _CHINESE,
    ("Unit", lambda c: "computed, " + (c.unit or "") if c.derived else c.unit or "(score)"),
    ("Plausible", _plausible),
    ("g/mol", lambda c: c.molar_mass or ""),
    ("Age limit", lambda c: c.freshness or ""),
    _ALSO,
    _CODES,
    ("Notes", lambda c: c.note or ""),
)
_DRUGS = (
    _NAME,
    _CHINESE,
    _IS_A,
    ("Targets", lambda c: ", ".join(c.targets)),
    ("Half-life", lambda c: _number(c.half_life)),
    ("= 5 mg prednisone", lambda c: _number(c.prednisone_5mg)),
    ("Source", lambda c: c.source or ""),
    _ALSO,
    _CODES,
    ("Notes", lambda c: c.note or ""),
)
_REGIMENS = (
    _NAME,
    ("Components", lambda c: ", ".join(c.components)),
    ("Half-life", lambda c: _half_life(c.name)),
    _ALSO,
    ("Source", lambda c: c.source or ""),
)
_STATEMENTS = (_NAME, _CHINESE, ("Unit", lambda c: c.unit or ""), _ALSO, ("Notes", lambda c: c.note or ""))


def _half_life(name: str) -> str:
    found = catalogue().half_life(name)
    return "" if found is None else f"{found.days:g} ({found.drug})"


_SECTIONS: tuple[tuple[str, tuple[_Column, ...], Callable[[Concept], bool]], ...] = (
    ("Cancers", _PLAIN, lambda c: c.kind == "cancer"),
    ("Conditions", _PLAIN, lambda c: c.kind == "condition"),
    ("Measures", _MEASURES, lambda c: c.kind == "measure"),
    ("Tests", _PLAIN, lambda c: c.kind == "test"),
    ("Antigens", _PLAIN, lambda c: c.kind == "antigen"),
    ("Yes/no observations", _PLAIN, lambda c: c.kind == "flag"),
    ("Kinds of treatment", _PLAIN, lambda c: c.kind == "therapy" and not c.components),
    ("Regimens", _REGIMENS, lambda c: bool(c.components)),
    ("Drugs", _DRUGS, lambda c: c.kind == "drug"),
    ("Kinds of medicine", _PLAIN, lambda c: c.kind == "medicine class"),
    ("Supportive care", _PLAIN, lambda c: c.kind == "supportive"),
    ("Procedures", _PLAIN, lambda c: c.kind == "procedure"),
    ("Vaccines", _PLAIN, lambda c: c.kind == "vaccine"),
    ("Allergies", _PLAIN, lambda c: c.kind == "allergy"),
    ("Statements", _STATEMENTS, lambda c: c.kind == "statement"),
    ("Devices, trials, products", _PLAIN, lambda c: c.kind in ("device", "trial", "product")),
    ("Methods", _PLAIN, lambda c: c.kind == "method"),
    ("Specimens and sites", _PLAIN, lambda c: c.kind in ("specimen", "site")),
)


def render_terms() -> str:
    """The page ``docs/reference/terms.md``, in Markdown: every concept of the catalogue exactly once."""
    concepts = tuple(catalogue())
    parts = [_INTRODUCTION]
    for title, columns, belongs in _SECTIONS:
        parts.append(f"## {title}\n\n{_table(columns, filter(belongs, concepts))}")
    return "\n".join(parts)


def _table(columns: tuple[_Column, ...], concepts: Iterable[Concept]) -> str:
    """A table of those columns in which some concept has something."""
    rows = [[_cell(get(concept)) for _, get in columns] for concept in concepts]
    used = [i for i in range(len(columns)) if any(row[i] for row in rows)]
    lines = ["| " + " | ".join(columns[i][0] for i in used) + " |", "|" + "---|" * len(used)]
    lines += ["| " + " | ".join(row[i] for i in used) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*")
