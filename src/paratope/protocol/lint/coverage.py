"""Words of the study that no rule covers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from paratope.protocol.lint.findings import Finding, Severity, Study
from paratope.rules import nodes as n
from paratope.rules.walk import walk

_HEADING = re.compile(r"\b(key\s+)?(inclusion|exclusion|eligibility)(\s+criteria)?\b\s*:?", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{2,}")
_JOINING = frozenset(("and", "or"))
_PARAGRAPHS = re.compile(r"\n\s*\n")

FEW_WORDS = 2
"""A gap of so few words (`, including`) is only noted."""


def unread(study: Study) -> Iterator[Finding]:
    """Words that a rule itself marks as not read."""
    for i, c in enumerate(study.protocol.criteria):
        for part in walk(c.rule):
            if isinstance(part, n.Unread):
                message = f"{c.id} leaves words unread: '{part.words}'"
                yield study.find("unread", "warning", message, f"$.criteria[{i}].rule", (c.id,))


def uncovered(study: Study) -> Iterator[Finding]:
    """Passages of the eligibility section that stand in no criterion's span and are not said to be something
    else; needs the study's text. The section is that of ``record.eligibility``, else from the first span to
    the last."""
    text = study.text
    if text is None:
        return
    spans = sorted(_spans(study))
    beyond = [s for s in spans if s[1] > len(text)]
    if beyond:
        message = f"a span ends at character {beyond[-1][1]}, but the text has only {len(text)}"
        yield study.find("uncovered", "error", message, "$.criteria")
        return
    section = study.protocol.record.eligibility
    if section is None and spans:
        section = (spans[0][0], max(end for _, end in spans))
    for start, end in gaps(section, spans) if section else ():
        for first, words in _passages(text, start, end):
            line = text.count("\n", 0, first) + 1
            last = first + len(words)
            where = f"characters {first} to {last} of the text (its line {line})"
            message = f"{where} are in no criterion: '{_short(words)}'"
            severity: Severity = "warning" if len(_WORD.findall(words)) > FEW_WORDS else "note"
            yield Finding("uncovered", severity, (), f"text[{first}:{last}]", line, message)


def _spans(study: Study) -> Iterator[tuple[int, int]]:
    record = study.protocol.record
    for c in study.protocol.criteria:
        for source in (c.source, *c.other_sources):
            if source is not None and source.span is not None and source.file in (None, record.file):
                yield source.span
    yield from (passage.span for passage in record.not_criteria)


def gaps(section: tuple[int, int], spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The stretches of a section that no span covers."""
    reached = section[0]
    for start, end in sorted(spans):
        if start > reached:
            yield reached, min(start, section[1])
        reached = max(reached, end)
        if reached >= section[1]:
            return
    yield reached, section[1]


def _passages(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    """The paragraphs of a stretch that hold words other than headings, bullets and numbers."""
    at = start
    for paragraph in _PARAGRAPHS.split(text[start:end]):
        at = text.index(paragraph, at)
        if set(_WORD.findall(_HEADING.sub("", paragraph).lower())) - _JOINING:
            words = paragraph.strip()
            yield text.index(words, at), words
        at += len(paragraph)


def _short(words: str) -> str:
    plain = " ".join(words.split())
    return plain if len(plain) <= 80 else f"{plain[:77]}..."
