"""One reading of one form: where we are, what was wrong, and how a field is fetched."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import cache, lru_cache
from typing import TypeVar

from paratope.patient.model import When
from paratope.patient.plain.fields import Field
from paratope.patient.plain.load import Path, place
from paratope.patient.plain.scalars import UNKNOWN, Trouble, number_text, read_date, squeeze, yes_or_no
from paratope.patient.problems import Problem
from paratope.terms import Catalogue, catalogue

T = TypeVar("T")

MOST_SUGGESTIONS = 25
"""Names looked up for a "did you mean" in one file; a search through all names takes milliseconds each."""


@lru_cache(maxsize=4096)
def plainly(text: str) -> str:
    """A key or word without the differences that do not matter: case, blanks, hyphens, underscores, slashes."""
    return re.sub(r"[\s_\-/.]+", "", re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", " ", text)).casefold()


@lru_cache(maxsize=64)
def _fields_by_spelling(fields: tuple[Field, ...]) -> Mapping[str, str]:
    return {plainly(name): f.name for f in fields for name in (f.name, *f.aliases)}


def either(words: Iterable[str], last: str = "or") -> str:
    """``a, b or c``."""
    listed = list(words)
    if len(listed) < 2:
        return "".join(listed)
    return f"{', '.join(listed[:-1])} {last} {listed[-1]}"


def text_of(value: object) -> str | None:
    """A scalar as the text a person would have written; None when it is no scalar."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return str(value) if abs(value) < 10**30 else "1e30"
    if isinstance(value, float):
        return number_text(value) if value == value and abs(value) != float("inf") else str(value)
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return None


class Reading:
    """What one form says so far. Collects problems; nothing in here raises on what a person wrote."""

    def __init__(self, origin: str, lines: Mapping[Path, int] | None = None) -> None:
        self.origin = origin
        self.lines = lines or {}
        self.problems: list[Problem] = []
        self.terms: Catalogue = catalogue()
        self.extracted: int | None = None
        self.has_cancer = False  # whether the form names the cancer to be treated
        self._suggested: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = {}

    def line(self, path: Path) -> int | None:
        """The line of a path, or of the nearest thing around it."""
        for end in range(len(path), -1, -1):
            found = self.lines.get(path[:end])
            if found is not None:
                return found
        return None

    def report(self, path: Path, message: str, *, warning: bool = False) -> None:
        """Note a problem at a path."""
        self.problems.append(Problem(place(path), message, self.line(path), warning))

    def source(self, path: Path) -> str:
        """How a fact cites its place: ``labs[2] (line 14)``."""
        line = self.line(path)
        where = place(path)[2:] or "form"
        return where if line is None else f"{where} (line {line})"

    # --- names -------------------------------------------------------------------------------------------

    def concept(self, text: str, path: Path, kinds: tuple[str, ...] = ()) -> str | None:
        """The canonical name for what was written, of one of these kinds; reported when there is none."""
        found = self.terms.find_all(squeeze(text))
        fitting = [n for n in found if not kinds or self.kind(n) in kinds]
        if len(fitting) == 1:
            return fitting[0]
        if len(fitting) > 1:
            self.report(path, f"'{text}' can mean {either(fitting)}: write which")
        elif found:
            self.report(path, f"'{text}' is {_a(self.kind(found[0]))}{_belongs(self.kind(found[0]))}")
        else:
            self.report(path, f"'{text}' is not a name known here{self.did_you_mean(text, kinds)}")
        return None

    def kind(self, name: str) -> str:
        """The kind of a concept, empty for an unknown one."""
        concept = self.terms.get(name)
        return "" if concept is None else concept.kind

    def did_you_mean(self, text: str, kinds: tuple[str, ...] = ()) -> str:
        """``. Did you mean A or B?``, or nothing when no name is near."""
        near = self.near(text, kinds)
        return f". Did you mean {either(near)}?" if near else ""

    def near(self, text: str, kinds: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Up to three names spelt like ``text``."""
        asked = (text, kinds)
        if asked not in self._suggested:
            busy = len(self._suggested) >= MOST_SUGGESTIONS or len(text) > 80
            self._suggested[asked] = () if busy else _near_names(squeeze(text).casefold(), kinds)
        return self._suggested[asked]


def _a(noun: str) -> str:
    return f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}"


_SECTION_OF_KIND = {
    "measure": "labs",
    "test": "tests",
    "antigen": "antigens",
    "statement": "statements",
    "flag": "flags",
    "cancer": "cancer (another malignancy: findings)",
    "drug": "therapies or medicines",
    "therapy": "therapies",
    "medicine class": "medicines",
    "condition": "findings",
    "procedure": "findings or therapies",
    "supportive": "findings",
    "allergy": "findings",
    "vaccine": "findings",
    "device": "findings",
    "trial": "findings",
}


def _belongs(kind: str) -> str:
    section = _SECTION_OF_KIND.get(kind)
    return f", which does not go here; it belongs under {section}" if section else ", which does not go here"


@cache
def _spellings() -> tuple[tuple[str, str, str], ...]:
    """Every spelling in the catalogue, in lower case, with its concept and that concept's kind."""
    return tuple(
        (text.casefold(), concept.name, concept.kind)
        for concept in catalogue()
        for text in (concept.name, *((concept.zh,) if concept.zh else ()), *concept.synonyms)
    )


def _near_names(text: str, kinds: tuple[str, ...]) -> tuple[str, ...]:
    candidates: dict[str, str] = {}
    for spelling, name, kind in _spellings():
        if not kinds or kind in kinds:
            candidates.setdefault(spelling, name)
    close = difflib.get_close_matches(text, candidates, n=5, cutoff=0.72)
    names = list(dict.fromkeys(candidates[c] for c in close))
    if len(names) < 3:
        words = set(re.findall(r"\w+", text))
        if words and max(map(len, words)) > 3:
            names += [
                n for s, n in candidates.items() if words <= set(re.findall(r"\w+", s)) and n not in names
            ]
    return tuple(dict.fromkeys(names))[:3]


class Row:
    """One mapping of the form, with its known fields by name. Unknown names are reported on making it."""

    def __init__(
        self, reading: Reading, data: object, path: Path, fields: tuple[Field, ...], *, bare: bool = False
    ) -> None:
        """``bare``: the item was a name alone, without a mapping around it."""
        self.bare = bare
        self.reading = reading
        self.path = path
        self.fields = {f.name: f for f in fields}
        self.values: dict[str, object] = {}
        self.written: dict[str, str] = {}  # field -> the name it was written with
        self.usable = True
        if not isinstance(data, Mapping):
            self.usable = False
            shown = ", ".join(
                f"{f.name}: {f.example}" for f in [f for f in fields if f.required] or fields[:2]
            )
            reading.report(path, f"a mapping is expected here, as in {{{shown}}}")
            return
        known = _fields_by_spelling(fields)
        for key, value in data.items():
            name = "on" if key is True else "no" if key is False else str(key)
            field = known.get(plainly(name))
            here = (*path, name)
            if field is None:
                near = difflib.get_close_matches(plainly(name)[:60], known, n=1, cutoff=0.6)
                hint = (
                    f"did you mean '{known[near[0]]}'?" if near else f"known here: {', '.join(self.fields)}"
                )
                if value is None and name[:1].isdigit():
                    hint = "if a comma before it belongs to a value, put that value in quotes"
                reading.report(here, f"'{name}' is not a field of this section; {hint}")
            elif field in self.values:
                reading.report(here, f"'{name}' says the same as '{self.written[field]}': keep one")
            elif value is not None and value != "":
                self.values[field] = value
                self.written[field] = name
        for f in fields:
            if f.required and f.name not in self.values:
                reading.report(path, f"'{f.name}' is missing: {f.meaning}, as in `{f.name}: {f.example}`")

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def at(self, name: str) -> Path:
        """The path of a field, as it was written."""
        return self.path if self.bare else (*self.path, self.written.get(name, name))

    def report(self, name: str, message: str, *, warning: bool = False) -> None:
        """Note a problem with a field."""
        self.reading.report(self.at(name), message, warning=warning)

    def text(self, name: str) -> str | None:
        """The text of a field; None when it is not there or is no text (which is reported)."""
        value = self.values.get(name)
        if value is None:
            return None
        found = text_of(value)
        if found is None:
            self.report(name, f"one value is expected here, as in `{name}: {self.fields[name].example}`")
            return None
        return found.strip() or None

    def texts(self, name: str) -> tuple[tuple[Path, str], ...]:
        """The texts of a field that may hold one or a list, each with its path."""
        value = self.values.get(name)
        if value is None:
            return ()
        items = list(value) if isinstance(value, list | tuple) else [value]
        found: list[tuple[Path, str]] = []
        for index, item in enumerate(items):
            path = (*self.at(name), index) if isinstance(value, list | tuple) else self.at(name)
            text = text_of(item)
            if text is None or not text.strip():
                self.reading.report(path, "a name or a list of names is expected here")
            else:
                found.append((path, text.strip()))
        return tuple(found)

    def take(self, name: str, read: Callable[[str], T | Trouble]) -> T | None:
        """A field through a function that may find trouble, which is then reported."""
        text = self.text(name)
        if text is None:
            return None
        found = read(text)
        if isinstance(found, Trouble):
            self.report(name, found.message)
            return None
        return found

    def yes(self, name: str) -> bool | None:
        """A yes/no field."""
        return self.take(name, yes_or_no)

    def date(self, name: str) -> When | None:
        """A date field; ``unknown`` is None. A date after the record was taken is a warning."""
        text = self.text(name)
        if text is None or squeeze(text).casefold() in UNKNOWN:
            return None
        when = self.take(name, read_date)
        if when is not None:
            after = self.reading.extracted
            if after is not None and when.first > after:
                self.report(name, f"{when.text} is after the day the record was taken", warning=True)
        return when

    def name(self, name: str) -> str | None:
        """A field that holds one name of the catalogue."""
        text = self.text(name)
        return None if text is None else self.reading.concept(text, self.at(name), self.fields[name].kinds)

    def names(self, name: str) -> tuple[str, ...]:
        """A field that holds one or several names; those not known are reported and left out."""
        kinds = self.fields[name].kinds
        found = (self.reading.concept(text, path, kinds) for path, text in self.texts(name))
        return tuple(dict.fromkeys(n for n in found if n is not None))

    def word(self, name: str) -> str | None:
        """A field with expected words; another word is an error where the list is closed, else kept."""
        text = self.text(name)
        return None if text is None else self.expected(self.fields[name], text, self.at(name))

    def words(self, name: str) -> frozenset[str]:
        """A field with one or several expected words."""
        found = (self.expected(self.fields[name], text, path) for path, text in self.texts(name))
        return frozenset(w for w in found if w is not None)

    def expected(self, field: Field, text: str, path: Path) -> str | None:
        """The expected word that was meant; a word that is not expected, as written."""
        by_spelling = {plainly(w): w for w in field.words}
        given = squeeze(text)
        exact = by_spelling.get(plainly(given)) or _WORDS_ALSO.get((field.name, plainly(given)))
        if exact is not None and exact in field.words:
            return exact
        near = difflib.get_close_matches(plainly(given)[:60], by_spelling, n=1, cutoff=0.75)
        if field.closed:
            hint = f"did you mean {by_spelling[near[0]]}?" if near else f"write {either(field.words)}"
            self.reading.report(path, f"'{text}' is not expected here; {hint}")
            return None
        hint = f"did you mean {by_spelling[near[0]]}?" if near else f"criteria ask for {either(field.words)}"
        self.reading.report(path, f"'{text}' is kept as written; {hint}", warning=True)
        return given


_WORDS_ALSO = {
    ("sex", "m"): "male", ("sex", "f"): "female", ("sex", "男"): "male", ("sex", "女"): "female",
    ("sex", "man"): "male", ("sex", "woman"): "female", ("sex", "boy"): "male", ("sex", "girl"): "female",
    ("result", "阳性"): "positive", ("result", "阴性"): "negative", ("result", "+"): "positive",
    ("result", "pos"): "positive", ("result", "neg"): "negative", ("result", "reactive"): "positive",
    ("result", "nonreactive"): "negative", ("result", "detected"): "positive",
    ("result", "notdetected"): "negative", ("result", "equivocal"): "indeterminate",
    ("result", "indeterminate"): "equivocal",
    ("score", "1"): "1+", ("score", "2"): "2+", ("score", "3"): "3+", ("score", "0+"): "0",
    ("by", "immunohistochemistry"): "IHC", ("by", "免疫组化"): "IHC", ("by", "fish"): "ISH",
    ("by", "cish"): "ISH", ("by", "insituhybridisation"): "ISH", ("by", "insituhybridization"): "ISH",
    ("by", "flow"): "flow cytometry", ("by", "流式"): "flow cytometry", ("by", "petct"): "PET",
    ("by", "psmapet"): "PET", ("condition", "air"): "room air", ("condition", "ra"): "room air",
    ("condition", "oxygen"): "supplemental oxygen", ("route", "po"): "oral", ("route", "intravenous"): "iv",
    ("route", "sc"): "subcutaneous", ("route", "im"): "intramuscular",
    ("severity", "lifethreatening"): "life-threatening", ("confirmed by", "marrow"): "bone marrow examination",
    ("confirmed by", "bonemarrow"): "bone marrow examination", ("confirmed by", "biopsy"): "histology",
    ("kind", "node"): "lymph node", ("kind", "nodal"): "lymph node", ("kind", "soft"): "soft tissue",
    ("status", "relapse"): "relapsed", ("outcome", "pd"): "progression", ("outcome", "progressed"): "progression",
    ("outcome", "progressivedisease"): "progression", ("outcome", "toxicity"): "intolerance",
    ("outcome", "intolerant"): "intolerance", ("outcome", "cr"): "response", ("outcome", "pr"): "response",
    ("outcome", "completeresponse"): "response", ("outcome", "partialresponse"): "response",
    ("outcome", "remission"): "response", ("outcome", "sd"): "stable disease",
    ("is", "treatment"): "anticancer treatment", ("is", "anticancertreatments"): "anticancer treatment",
    ("is", "therapies"): "anticancer treatment", ("is", "medication"): "medicines",
    ("is", "medications"): "medicines", ("is", "medicine"): "medicines", ("is", "supportive"): "supportive care",
    ("is", "allergy"): "allergies",
}  # fmt: skip
"""Other words for an expected one, by field, spelt ``plainly``."""
