"""The reference of the rule language, as Markdown.

``python -m paratope.rules.manual > docs/reference/rule-language.md`` writes the page. It is made from the
docstrings of ``nodes``, the tables of attributes, anchors and truth, and one example for each kind of node. A
test fails when the stored page is not current or when a kind of node has no example.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import product

from paratope.rules import nodes as n
from paratope.rules.attributes import ATTRIBUTES, SEVERITIES
from paratope.rules.written.spelling import SPAN_UNITS
from paratope.rules.written.tables import FREE
from paratope.truth import AND, NOT, OR, Truth

RULES: dict[str, dict[type, str]] = {
    "Joining rules": {
        n.And: "haemoglobin >= 90 g/L and platelets >= 50 10*9/L and ECOG <= 1",
        n.Or: "creatinine <= 1 x ULN or Cockcroft-Gault clearance >= 50 mL/min",
        n.Not: "no G-CSF within 1 week before screening",
        n.Unless: "any CNS tumour unless any brain metastasis where (treated and not symptomatic)",
        n.AtLeast: "at least 2 of (haemoglobin < 80 g/L; platelets < 50 10*9/L; neutrophils < 1 10*9/L)",
        n.Applies: "if the patient is of childbearing potential then pregnancy test is negative",
        n.Readings: "by one reading (measurable lesions up to 60 mm >= 1), "
        "by another (measurable lesions >= 1 and largest lesion diameter <= 60 mm)",
        n.Reflex: "HCV RNA > 1 x ULN, tested only if HCV antibody is positive",
    },
    "Numbers": {
        n.Compare: "each of ALT, AST <= 2.5 x ULN, relaxed to 5 x ULN with (observed liver metastases)",
        n.Normal: "each of potassium, magnesium within the normal range",
        n.LesionCount: "measurable lesions up to 60 mm >= 1",
        n.SteroidDose: "prednisone-equivalent dose > 10 mg/d where (not replacement) within 14 days before screening",
    },
    "What was, is, or was not": {
        n.Any: "any radiotherapy where (not marrow fraction <= 5 %) within 4 weeks before administration",
        n.CancerIs: "the cancer is haematological malignancy where (status is relapsed, refractory)",
        n.ResultIs: "HBsAg is positive",
        n.Trait: "the patient is of childbearing potential",
        n.FlagIs: "observed liver metastases",
    },
    "The target antigen": {
        n.Expresses: "the tumour expresses BCMA",
        n.Scored: "HER2 scored 2+, 3+ by IHC",
        n.Amplified: "HER2 amplified by ISH",
        n.Stained: "PSMA stained at least 2+ in >= 30 % of cells by IHC",
        n.HScore: "H-score of HER2 >= 150",
    },
    "Consent, statements, judgement": {
        n.ConsentSigned: "consent is signed",
        n.Stated: "stated life expectancy >= 3 months",
        n.Judged: "the investigator judges other unsuitability is present",
        n.Withheld: 'not in the public record: "washout before the first dose"',
        n.Unread: 'not read: "or similar conditions"',
    },
    "The study and its neighbours": {
        n.InACohort: "fits a cohort",
        n.Criterion: "criterion E1.1 holds",
        n.NoOtherStudy: "no other study is open to the patient",
    },
}
"""Every kind of rule under its heading, with an example."""

FILTERS: dict[type, str] = {
    n.AllOf: "symptomatic and grade >= 3",
    n.AnyOf: "active or last treated within 8 weeks before today",
    n.But: "not kind of basal cell carcinoma, carcinoma in situ of cervix",
    n.Yes: "stable anticoagulation",
    n.Holds: "severity >= severe",
    n.OneOf: "outcome is progression, intolerance",
    n.IsA: "kind of vitiligo, psoriasis",
    n.InactiveIn: "inactive within 2 years before enrolment",
    n.TreatedIn: "last treated within 8 weeks before today",
    n.Reserved: 'in judgement: "severe"',
}
"""Every kind of filter, with an example."""

_INTRODUCTION = """\
# The rule language

*Made by `python -m paratope.rules.manual` from the code; do not edit.*

A criterion is a sentence. An oncologist reads it as one, the program reads it to data, and writes the data back
as the same sentence: reading what was written always gives the same rule. Every sentence is *true*, *false* or
*unknown* of a patient; unknown is never a pass.

## How sentences are put together

From the loosest to the tightest:

1. `if P then A` · `by one reading (A), by another (B)` · `A, tested only if S`
2. `A or B or C`
3. `A and B and C`
4. `A unless B`
5. `not A`

So `a or b and c unless d` is `a or (b and (c unless d))`. Parentheses group, and say so in the rule:
`(a and b) and c` is not the same data as `a and b and c`. The sentences of the first line stand in parentheses
inside any other. There is one `unless` at a time.

- **Names** of concepts are words as an oncologist writes them, with capitals, digits and hyphens, in any script:
  `anti-PD-1 antibody`, `SARS-CoV-2 infection`. A name ends where one of these words begins, so that none of them
  can be part of a name:
  {reserved}.
- **Lists** have commas: `any stroke, epilepsy`. A list ends at the next word of the language, so
  `not kind of A, B` is not (kind of A or B).
- **Numbers** are written `90`, `2.5`, `1e6`; **units** are one word (`g/L`, `10*9/L`, `%`, `years`), and scores have
  none. `x ULN` and `x LLN` are multiples of the laboratory's own limits, given with that very result.
- **Quotes** hold words that are not read: `\\"` is a quote inside, `\\\\` a backslash, `\\n` a new line.
- White space and line breaks mean nothing, so a long rule may be written over several lines; nor do the capitals
  of the language's own words.
- Also read, and written the one way: `≥`, `≤`, `2.5×ULN`, en dashes, `/µL` (`/uL`), `10^9/L` and `10⁹/L`
  (`10*9/L`), `mg/day` (`mg/d`), `1 weeks` (`1 week`), `tumor`.
"""


def render_language() -> str:
    """The whole page, as Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _INTRODUCTION.format(reserved=", ".join(f"`{word}`" for word in reserved_words()))
    yield from _truth()
    yield "## Rules"
    yield ""
    for heading, examples in RULES.items():
        yield f"### {heading}"
        yield ""
        for kind, example in examples.items():
            yield from _entry(kind, example)
    yield "## Bounds and windows"
    yield ""
    for kind in (n.Amount, n.Multiple, n.Span, n.Window):
        yield from _entry(kind)
    yield f"Lengths of time: {_code(SPAN_UNITS)} (`1 week`, `1 half-life`)."
    yield ""
    yield f"Anchors, and `either of` several of them: {_code(n.ANCHORS)}."
    yield ""
    yield "## What an entry must be like"
    yield ""
    yield "Filters stand in parentheses after `where`, and there only. `or` binds loosest, then `and`, then `not`."
    yield ""
    for kind, example in FILTERS.items():
        yield from _entry(kind, example)
    yield from _attributes()


def reserved_words() -> tuple[str, ...]:
    """The words a name cannot contain, in alphabetical order, from the grammar."""
    found = re.search(r"\(\?!\(\?:(.*?)\)\(\?!", FREE["NAME"])
    assert found is not None
    return tuple(sorted(found[1].replace("\\", "").split("|")))


def _entry(kind: type, example: str | None = None) -> Iterator[str]:
    yield f"**{kind.__name__}**: {_prose(kind)}"
    if example is not None:
        yield ""
        yield f"> {example}"
    yield ""


def _prose(kind: type) -> str:
    """A docstring as Markdown, on one line for each paragraph."""
    paragraphs = inspect.cleandoc(kind.__doc__ or "").replace("``", "`").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _code(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _truth() -> Iterator[str]:
    """The truth tables of the connectives that have one."""
    yield "## Truth"
    yield ""
    yield "The strong connectives of Kleene: an unknown stays open only while it could still change the answer."
    yield ""
    yield "| A | not A |"
    yield "|---|---|"
    for a in Truth:
        yield f"| {a.value} | {NOT[a].value} |"
    yield ""
    tables: dict[str, Callable[[Truth, Truth], Truth]] = {
        "A and B": lambda a, b: AND[a, b],
        "A or B": lambda a, b: OR[a, b],
        "A unless B": lambda a, b: AND[a, NOT[b]],
        "if A then B": lambda a, b: OR[NOT[a], b],
    }
    yield f"| A | B | {' | '.join(tables)} |"
    yield f"|---|---|{'---|' * len(tables)}"
    for a, b in product(Truth, Truth):
        yield f"| {a.value} | {b.value} | {' | '.join(table(a, b).value for table in tables.values())} |"
    yield ""
    yield "`at least k of (...)` is true when k items are true whatever the unknown ones turn out to be, and false when"
    yield "fewer than k could be. A relaxed limit is an `or`: `M <= 2.5 x ULN, relaxed to 5 x ULN with (S)` is"
    yield "`M <= 2.5 x ULN or (M <= 5 x ULN and S)`, so that a value within the stricter limit never waits for S."
    yield ""


def _attributes() -> Iterator[str]:
    yield "### The attributes of an entry"
    yield ""
    yield "An attribute that is not recorded leaves the filter unknown; of the reserved ones, a person must decide."
    yield ""
    yield "| attribute | kind | unit | meaning | reserved |"
    yield "|---|---|---|---|---|"
    for name, attribute in ATTRIBUTES.items():
        reserved = "yes" if attribute.reserved else ""
        yield f"| `{name}` | {attribute.type} | {attribute.unit} | {attribute.meaning} | {reserved} |"
    yield ""
    yield f"The grade words, in order: {_code(SEVERITIES)}."


if __name__ == "__main__":
    print(render_language(), end="")
