"""What notes and names say besides the concept, read only where it cannot mean anything else.

A text is taken clause by clause; a clause with a negation, a doubt or a plan in it says nothing here. A note
never invents a finding: it may only narrow one that is recorded (syncope, "vasovagal") or state one of the
few properties below in its usual words.
"""

from __future__ import annotations

import re
from functools import lru_cache

from paratope.patient.fhir.coding import kind_of
from paratope.patient.fhir.numbers import tidy
from paratope.patient.model import AttributeValue
from paratope.terms import catalogue

_CLAUSES = re.compile(r"[.;,，。；、\n()（）]| - | but | then | and (?=no\b|not\b)")
_DOUBT = re.compile(
    r"\b(?:no|not|non|never|without|denie[sd]|negative|exclud\w*|rule[ds]? out|r/o|unlikely|possible|possibly|"
    r"probabl\w*|suspect\w*|query|questionable|versus|vs|if|should|to be|will|would|may be|may have|might|risk|"
    r"family|mother|father|brother|sister|planned|plan|consider\w*|awaiting|pending|until|history of)\b|"
    r"\?|？|无|未|否认|排除|可疑|待排|疑似|家族"
)
_SAYS: tuple[tuple[re.Pattern[str], str, AttributeValue], ...] = (
    (re.compile(r"\basymptomatic\b|无症状"), "symptomatic", False),
    (re.compile(r"(?<![a-z-])symptomatic\b|有症状"), "symptomatic", True),
    (re.compile(r"\bafebrile\b|无发热|不发热"), "afebrile", True),
    (re.compile(r"\buncomplicated\b|无并发症"), "uncomplicated", True),
    (re.compile(r"^(?:[\w-]+ ){0,3}?(?:resolved|healed|cured)\b|已痊愈|已治愈"), "active", False),
    (re.compile(r"\b(?:in|under|with) local an(?:a)?esthesia\b|^local an(?:a)?esthesia\b|局麻|局部麻醉"),
     "local anaesthesia", True),
    (re.compile(r"\bgeneral an(?:a)?esthesia\b|全麻|全身麻醉"), "local anaesthesia", False),
    (re.compile(r"\bon (?:(?:physiological|hormone|stable|thyroxine|levothyroxine|insulin|hydrocortisone) )*"
                r"replacement\b|\b(?:physiological|hormone) replacement\b|替代治疗"), "replacement", True),
    (re.compile(r"\bunexplained\b|\bno cause (?:was )?found\b|原因不明"), "unexplained", True),
    (re.compile(r"\bstable on (?:mri|ct|imaging)\b|\bradiologically stable\b|影像学稳定"), "stable", True),
    (re.compile(r"\bwell[- ]controlled\b|\bcontrolled (?:on|by|with)\b|控制良好"), "controlled", True),
    (re.compile(r"\b(?:poorly[- ]controlled|uncontrolled)\b|控制不佳|未控制"), "controlled", False),
    (re.compile(r"\bstable (?:on|dose of) (?:anticoagula\w+|\w+xaban|warfarin|dabigatran|lmwh|heparin)\b|"
                r"\bstable anticoagula\w+\b"), "stable anticoagulation", True),
    (re.compile(r"\b(?:with|radical|of) curative intent\b|\bcurativ\w+ (?:resect|excis|treat)\w*\b|"
                r"\br0 resection\b|根治"), "curative", True),
    (re.compile(r"^(?:completely |widely |surgically )?(?:excised|resected)\b|\b(?:excised|resected)$|已切除"),
     "treated", True),
    (re.compile(r"(?<!un)(?<!not )\btreated\b(?! with palliative)|已治疗"), "treated", True),
    (re.compile(r"\bfully recovered\b|\brecovered (?:fully|completely|uneventfully)\b|^recovered$"), "recovered", True),
)  # fmt: skip
_OF_A_SYMPTOM = re.compile(
    r"\b(?:pain|fever|symptoms?|cough|rash|nausea|bleeding|swelling|dyspnoea)\b|疼痛|发热|症状"
)
_OF_THE_WHOLE = frozenset({"active", "controlled", "treated", "recovered", "curative"})
_OWN_NEGATION = re.compile(r"无症状|无发热|不发热|无并发症|未控制|控制不佳|\buncontrolled\b|\bno cause\b")

_NYHA = re.compile(
    r"\bnyha(?: functional)?(?: class)?[ :=-]*(iv|i{1,3}|[1-4])\b(?!\s*(?:-|–|/|or|to)\s*(?:iv|i{1,3}|[1-4])\b)"
)
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_GRADE = re.compile(
    r"\b(?:ctcae )?(?:grade|g(?=[1-5]\b)|gr\.?)[ :=-]*([1-5])\b(?!\s*(?:-|–|/|or|to)\s*[1-5])|([1-5])级"
)
_GRADED = (
    "unresolved toxicity", "immune-related adverse event", "graft-versus-host disease", "cytokine release syndrome",
)  # fmt: skip


_NARROWED = frozenset(
    {"condition", "cancer", "procedure", "therapy", "vaccine", "device", "trial", "allergy", "supportive",
     "medicine class", "product"}
)  # fmt: skip
"""Kinds of concept that a note may narrow."""


def _all_clauses(words: str) -> tuple[str, ...]:
    plain = tidy(words[:2000]).lower()
    return tuple(c for part in _CLAUSES.split(plain) if (c := part.strip()))


@lru_cache(maxsize=4096)
def clauses(words: str) -> tuple[str, ...]:
    """The clauses of a text, lower case, without those that negate, doubt or plan."""
    return tuple(c for c in _all_clauses(words) if not _DOUBT.search(c) or _OWN_NEGATION.search(c))


@lru_cache(maxsize=4096)
def _said(words: str) -> tuple[tuple[str, AttributeValue], ...]:
    found: dict[str, set[AttributeValue]] = {}
    for clause in clauses(words):
        beside = _OF_A_SYMPTOM.search(clause) is not None
        for pattern, attribute, value in _SAYS:
            if pattern.search(clause) and not (beside and attribute in _OF_THE_WHOLE):
                found.setdefault(attribute, set()).add(value)
    nyha = {_ROMAN.get(m) or int(m) for c in clauses(words) for m in _NYHA.findall(c)}
    if len(nyha) == 1:
        found["NYHA class"] = {float(nyha.pop())}
    return tuple((a, v.pop()) for a, v in found.items() if len(v) == 1)


def said_in(words: str | None, concepts: frozenset[str] = frozenset()) -> dict[str, AttributeValue]:
    """The properties a text states; one stated both ways is not stated.

    A grade only of what is graded by CTCAE: that of a tumour is another thing.
    """
    if not words:
        return {}
    found = dict(_said(words))
    terms = catalogue()
    if any(terms.is_a(c, g) for c in concepts for g in _GRADED):
        grades = {int(a or b) for c in clauses(words) for a, b in _GRADE.findall(c)}
        if len(grades) == 1:
            found["grade"] = float(grades.pop())
    return found


@lru_cache(maxsize=4096)
def _named_in(clause: str) -> frozenset[str]:
    """Concepts named by any run of up to six words of a clause, longest runs first."""
    words = clause.split()
    terms = catalogue()
    found: set[str] = set()
    at = 0
    while at < len(words):
        for length in range(min(6, len(words) - at), 0, -1):
            run = " ".join(words[at : at + length])
            name = terms.find(run) if len(run) > 2 else None
            if name is not None:
                found.add(name)
                at += length - 1
                break
        at += 1
    return frozenset(found)


def refine(concepts: frozenset[str], note: str | None) -> frozenset[str]:
    """The concepts, narrowed where a note names a case of one: a stroke with the note "lacunar stroke".

    Words that only complete the concept count too: syncope with the note "vasovagal".
    """
    if not note or not concepts:
        return concepts
    terms = catalogue()
    added: set[str] = set()
    sound = clauses(note)
    for name in concepts:
        if kind_of(name) not in _NARROWED:
            continue
        for clause in _all_clauses(note):
            whole: set[str | None] = set()
            if len(clause) <= 60 and not _DOUBT.search(
                clause.replace("non-", "")
            ):  # non-ischaemic denies nothing
                whole = {terms.find(clause), terms.find(f"{clause} {name}")}
                if name == "immune-related adverse event":  # the note names the organ, the finding the cause
                    bare = re.sub(r"\b(?:ctcae )?(?:grade|gr\.?|g)[ :=-]*[1-5]\b", "", clause).strip()
                    whole.add(terms.find(f"immune-related {bare}"))
            for other in (*whole, *(_named_in(clause) if clause in sound else ())):
                if (
                    other is not None
                    and other != name
                    and (
                        terms.is_a(other, name) or (name == "other malignancy" and kind_of(other) == "cancer")
                    )
                ):
                    added.add(other)
    return terms.most_specific(concepts | added) if added else concepts
