"""Answers in codes and words: positive or negative, yes or no, detected or not, scores as answer codes."""

from __future__ import annotations

import re
from functools import lru_cache

from paratope.patient.fhir.coding import codes_of, words_of
from paratope.patient.fhir.shape import Json, boolean, objs

POSITIVE, NEGATIVE, INDETERMINATE = "positive", "negative", "indeterminate"
BELOW, DETECTED = "not detected", "detected"

_SCT = {
    "10828004": POSITIVE, "11214006": POSITIVE, "260373001": POSITIVE, "52101004": POSITIVE,
    "441614007": POSITIVE, "260408008": POSITIVE, "373066001": POSITIVE,
    "260385009": NEGATIVE, "131194007": NEGATIVE, "260415000": NEGATIVE, "2667000": NEGATIVE,
    "47492008": NEGATIVE, "373067005": NEGATIVE,
    "42425007": INDETERMINATE, "82334004": INDETERMINATE, "419984006": INDETERMINATE,
    "280414007": INDETERMINATE, "280416009": INDETERMINATE, "373068000": INDETERMINATE,
}  # fmt: skip
"""SNOMED CT qualifiers: positive, reactive, detected, present, weakly positive, yes; negative, non-reactive,
not detected, absent, not seen, no; equivocal, indeterminate, inconclusive, undetermined."""

_LOINC = {
    "LA6576-8": POSITIVE, "LA15255-5": POSITIVE, "LA11882-0": POSITIVE, "LA9633-4": POSITIVE, "LA33-6": POSITIVE,
    "LA6577-6": NEGATIVE, "LA15256-3": NEGATIVE, "LA11883-8": NEGATIVE, "LA9634-2": NEGATIVE, "LA32-8": NEGATIVE,
    "LA11884-6": INDETERMINATE,
}  # fmt: skip
"""LOINC answers: positive, reactive, detected, present, yes and their opposites; indeterminate."""

_V3 = {
    "POS": POSITIVE, "RR": POSITIVE, "WR": POSITIVE, "DET": POSITIVE, "A": None, "AA": None,
    "NEG": NEGATIVE, "NR": NEGATIVE, "ND": NEGATIVE, "N": None,
    "IND": INDETERMINATE, "E": INDETERMINATE,
    "Y": POSITIVE,
}  # fmt: skip
"""HL7 interpretation codes (and v2-0136 Y). N, A, H, L compare a number with its range and say nothing of
presence."""

_POSITIVE_WORDS = (
    r"(?:weak(?:ly)?|strong(?:ly)?|low|borderline )?\s*(?:positive|reactive|pos\.?)|detected|present|yes|y|true|"
    r"\+{1,4}|\(\+{1,4}\)|弱?阳性(?:\(\+{1,3}\))?|有反应性?|反应性|检出|是|有"
)
_NEGATIVE_WORDS = (
    r"negative|neg\.?|non[- ]?reactive|not reactive|not detected|undetectable|undetected|none detected|absent|"
    r"not present|not seen|no|n|none|false|-|\(-\)|阴性(?:\(-\))?|无反应性?|非反应性|未检出|未见|否|无"
)
_UNCLEAR_WORDS = (
    r"indeterminate|equivocal|inconclusive|borderline|gr[ae]y zone|undetermined|invalid|uncertain|\+/-|±|\(±\)|"
    r"可疑|不确定|灰区|待定"
)
_WORDS = (
    (re.compile(_UNCLEAR_WORDS), INDETERMINATE),
    (re.compile(_NEGATIVE_WORDS), NEGATIVE),
    (re.compile(_POSITIVE_WORDS), POSITIVE),
)


@lru_cache(maxsize=4096)
def answer_in(words: str) -> str | None:
    """The answer that a whole text says; None if it says anything else."""
    plain = words.strip().lower().translate({0xFF08: "(", 0xFF09: ")", 0xFF0B: "+", 0xFF0D: "-", 0x2212: "-"})
    if len(plain) > 60:
        return None
    plain = re.sub(r"^(?:result|结果|is)\s*[:：]?\s*", "", plain).rstrip(" .;。")
    for pattern, answer in _WORDS:
        if pattern.fullmatch(plain):
            return answer
    # "Positive (S/CO 5.2)", "Negative: no antibody found"
    head = re.split(r"\s*[(:;,]", plain, maxsplit=1)[0].strip()
    if head and head != plain:
        for pattern, answer in _WORDS:
            if pattern.fullmatch(head):
                return answer
    return None


def answer_of(concept: Json) -> str | None:
    """Positive, negative or indeterminate, from codes or words of a CodeableConcept, text or boolean.

    None if it says none of these, or says both.
    """
    plain = boolean(concept)
    if plain is not None:
        return POSITIVE if plain else NEGATIVE
    found: set[str] = set()
    for system, code in codes_of(concept):
        table = (
            _LOINC
            if "loinc" in system
            else _V3
            if "terminology.hl7.org" in system or "/v2" in system
            else _SCT
        )
        said = table.get(code)
        if said is not None:
            found.add(said)
    for words in words_of(concept):
        said = answer_in(words)
        if said is not None:
            found.add(said)
    return found.pop() if len(found) == 1 else None


def contradicts_itself(concept: Json) -> bool:
    """Whether codes and words say opposite things."""
    found = (
        {answer_of({"coding": c}) for c in objs(concept.get("coding"))}
        if isinstance(concept, dict)
        else set()
    )
    found |= {answer_in(w) for w in words_of(concept)}
    return {POSITIVE, NEGATIVE} <= found


_CALLS = {"ND": BELOW, "DET": DETECTED, "POS": POSITIVE, "NEG": NEGATIVE, "IND": INDETERMINATE, "E": INDETERMINATE,
          "RR": POSITIVE, "WR": POSITIVE, "NR": NEGATIVE}  # fmt: skip
_BELOW_WORDS = re.compile(
    r"not detected|none detected|undetectable|undetected|target not detected|tnd|nd|未检出|低于检测(?:下限|限)|"
    r"below (?:the )?(?:limit of detection|detection limit|lower limit of detection|lod)"
)
_DETECTED_WORDS = re.compile(r"detected|检出|det")


def interpretation_of(raw: Json) -> str | None:
    """What an interpretation (a list, or one) calls the result; the first call that is one of presence."""
    if raw is None:
        return None
    for one in objs(raw):
        for _, code in codes_of(one):
            called = _CALLS.get(code.upper())
            if called is not None:
                return called
            if code in ("260415000", "LA11883-8"):
                return BELOW
            if code in ("260373001", "LA11882-0"):
                return DETECTED
        for words in words_of(one):
            if _BELOW_WORDS.fullmatch(words):
                return BELOW
            if _DETECTED_WORDS.fullmatch(words):
                return DETECTED
            said = answer_in(words)
            if (said is not None and said != NEGATIVE) or words in ("negative", "阴性"):
                return said
    return None


# Scores as answers: LOINC answer lists LL529-9 (ECOG) and LL4986-7 (Karnofsky); SNOMED CT grades of ECOG.
_SCORES: dict[str, dict[str, int]] = {
    "ECOG": {
        "LA9622-7": 0, "LA9623-5": 1, "LA9624-3": 2, "LA9625-0": 3, "LA9626-8": 4, "LA9627-6": 5,
        "425389002": 0, "422512005": 1, "422894000": 2, "423053003": 3, "423237006": 4, "423409001": 5,
    },
    "Karnofsky": {
        "LA29175-9": 100, "LA29176-7": 90, "LA29177-5": 80, "LA29178-3": 70, "LA29179-1": 60, "LA29180-9": 50,
        "LA29181-7": 40, "LA29182-5": 30, "LA29183-3": 20, "LA29184-1": 10, "LA9627-6": 0,
    },
    "NYHA class": {"420300004": 1, "421704003": 2, "420913000": 3, "422293003": 4},
}  # fmt: skip


def loinc_score(measure: str, code: str) -> int | None:
    """The number an answer code stands for, on the scale of one measure."""
    return _SCORES.get(measure, {}).get(code)


def yes_or_no(kind: str, content: Json) -> bool | None:
    """A yes/no value of whatever type; None if it is neither."""
    if kind == "Boolean":
        return boolean(content)
    if kind in ("CodeableConcept", "String"):
        said = answer_of(content)
        return {POSITIVE: True, NEGATIVE: False}.get(said or "")
    return None
