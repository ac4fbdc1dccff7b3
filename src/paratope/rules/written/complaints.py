"""Why a text cannot be read on, said to the person who wrote it."""

from __future__ import annotations

import re

from paratope.rules.written.automaton import MAX_DEPTH, Stop
from paratope.rules.written.build import Found, listed
from paratope.rules.written.tables import PHRASES
from paratope.rules.written.text import Text

_COMPARISON = "a comparison (such as >=)"
_WORDS = {
    "$END": "the end of the rule",
    "ANCHOR": "a moment (such as screening)",
    "ATTRIBUTE": "an attribute (such as symptomatic)",
    "BEFORE_AFTER": "'before' or 'after'",
    "ID": "the id of a criterion",
    "LIMIT": "'x ULN'",
    "NAME": "a name",
    "NUMBER": "a number",
    "OP": _COMPARISON,
    "QUOTED": "words in quotes",
    "SCORE": "a score (0, 1+, 2+ or 3+)",
    "UNIT": "a unit",
    "VALUE": "a word",
    "_COMMA": "','",
}
"""Terminals in plain words; the fixed phrases stand for themselves, in quotes."""

_GROUPS: tuple[tuple[tuple[str, ...], frozenset[str], frozenset[str]], ...] = (
    # said as, when these are all expected, standing also for these
    (("a rule",), frozenset({"_ANY", "_THE_PATIENT_IS", "NAME"}), frozenset({
        "NAME", "_ANY", "_AT_LEAST", "_BY_ONE", "_CONSENT", "_CRITERION", "_EACH_OF", "_FITS_A_COHORT", "_H_SCORE",
        "_IF", "_JUDGES", "_MEASURABLE", "_NO", "_NOT", "_NO_OTHER_STUDY", "_OBSERVED", "_OPEN", "_PREDNISONE",
        "_STATED", "_THE_CANCER_IS", "_THE_PATIENT_IS", "_THE_TUMOUR_EXPRESSES", "_UNREAD", "_WITHHELD",
    })),
    (("an attribute (such as symptomatic)",), frozenset({"_KIND_OF", "ATTRIBUTE"}), frozenset({
        "NAME", "ATTRIBUTE", "_KIND_OF", "_INACTIVE", "_LAST_TREATED", "_IN_JUDGEMENT", "_OPEN", "_NOT",
    })),
    ((_COMPARISON, "'is'"), frozenset({"OP", "_IS", "_NORMAL"}), frozenset({
        "OP", "_IS", "_BETWEEN", "_NORMAL", "_ON", "_SCORED", "_STAINED", "_AMPLIFIED",
    })),
    ((_COMPARISON,), frozenset({"OP", "_BETWEEN"}), frozenset({"OP", "_BETWEEN", "_NORMAL", "_ON"})),
    (("a window (within ..., since ...)",), frozenset({"_WITHIN", "_SINCE"}), frozenset({"_WITHIN", "_SINCE"})),
    (("'and'", "'or'"), frozenset({"_AND", "_OR"}), frozenset({"_AND", "_OR", "_UNLESS", "_TESTED"})),
    (("an amount of time",), frozenset({"_SHORTER_OF", "NUMBER"}), frozenset({
        "NUMBER", "_SHORTER_OF", "_UNPUBLISHED",
    })),
)  # fmt: skip

_PHRASE_OF = {terminal: phrase for phrase, terminal in sorted(PHRASES.items(), reverse=True)}
_PHRASE_OF |= {"_H_SCORE": "H-score of", "_BY_IHC": "by IHC", "_AMPLIFIED": "amplified by ISH",
               "_OF_CELLS": "% of cells by IHC"}  # fmt: skip
_NEXT = re.compile(r"[^\s,;()]+|.", re.DOTALL)
_CLAUSE = re.compile(r"^|[(;]|\b(?:and|or|unless|if|then)\b|, (?=relaxed|tested|by another)", re.IGNORECASE)


def complain(text: Text, stop: Stop) -> Found:
    """What was expected after what, and what was found instead."""
    if not stop.expected:
        return Found(stop.at, f"the rule is nested too deeply (more than about {MAX_DEPTH // 4} levels)")
    expected = in_words(stop.expected)
    before = _before(text, stop.at)
    after = f"after '{before}' " if before else ""
    verb = "are" if expected == ("words in quotes",) else "is"
    message = f"{after}{listed(expected)} {verb} expected, found {_found(text, stop.at)}"
    hint = _hint(text, stop, before)
    return Found(stop.at, f"{message}: {hint}" if hint else message, expected)


def in_words(terminals: frozenset[str]) -> tuple[str, ...]:
    """Terminals in plain words, the end of the rule last."""
    left = set(terminals)
    words: list[str] = []
    for said, needs, covers in _GROUPS:
        if needs <= left:
            words += said
            left -= covers
    words += sorted(_WORDS.get(name) or f"'{_PHRASE_OF[name].strip(', ')}'" for name in left - {"$END"})
    if "$END" in left:
        words.append(_WORDS["$END"])
    return tuple(words)


def _before(text: Text, at: int) -> str:
    """The words just before a place, back to the beginning of the clause, as typed and not too many."""
    before = text.given[: text.index(at)] if at < len(text.tidy) else text.given
    before = " ".join(before.split())
    clause = before
    for match in reversed(list(_CLAUSE.finditer(before))):
        clause = before[match.start() :].lstrip("(;, ")
        if clause:
            break
    words = (clause or before[-1:]).split()
    return " ".join(words if len(words) <= 8 else ["...", *words[-6:]])


def _found(text: Text, at: int) -> str:
    if at >= len(text.tidy):
        return "the end"
    word = _NEXT.match(text.given, text.index(at))
    return f"'{word[0]}'" if word else "the end"


def _hint(text: Text, stop: Stop, before: str) -> str:
    """What was probably meant, for the mistakes people make."""
    rest = text.lowered[stop.at :]
    for pattern, needs, hint in _HINTS:
        if needs <= stop.expected and re.match(pattern, rest):
            return hint
    number = re.search(r" (\d[\d.]*)(?: \S+)?$", before)
    if "OP" in stop.expected and number:
        return f"is a comparison missing before '{number[1]}'?"
    return ""


_HINTS: tuple[tuple[str, frozenset[str], str], ...] = (
    # how the rest begins, what was expected, what to say
    (r"unless\b", frozenset({"_AND"}), "with two 'unless', say with parentheses what belongs together"),
    (r", tested only if|if\b|by one reading", frozenset(), "inside another rule it is put in parentheses"),
    (r'"', frozenset({"QUOTED"}), "the quotes are not closed"),
    (r"", frozenset({"QUOTED"}), 'as in not read: "these words"'),
    (r"and/or\b", frozenset(), "write 'or'"),
    (r"at least\b|=", frozenset({"OP"}), "write '>='"),
    (r"and\b", frozenset({"_COMMA"}), "in a list, names are separated by commas"),
    (r", \d", frozenset({"UNIT"}), "numbers are written without thousands commas"),
    (r",", frozenset({"_SEMICOLON"}), "the items are separated by ';'"),
    (r",", frozenset({"_AND"}), "sentences are joined by 'and' or 'or'"),
    (r"where\b", frozenset({"_AND"}), "'where (...)' stands before the window"),
    (r"\(", frozenset({"_WHERE"}), "what an entry must be like is written 'where (...)'"),
    (r"\)", frozenset({"$END"}), "there is no parenthesis to close"),
    (r"=", frozenset({"NUMBER"}), "the comparisons are <, <=, >, >= and ="),
    (r">|<", frozenset({"NUMBER"}), "the comparisons are <, <=, >, >= and ="),
    (r"$", frozenset({"_CLOSE"}), "a parenthesis is not closed"),
)
