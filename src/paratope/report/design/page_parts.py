"""The parts of a page about a design, as plain data: the template only lays them out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass
from functools import lru_cache
from inspect import getdoc
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from paratope import __version__
from paratope.designs.base import Design
from paratope.designs.fields import parameters
from paratope.designs.modifiers import Modifier
from paratope.report.design.figures_style import Chart, inline

CONSORT = "Yap et al., BMJ 2023;383:e076387 (CONSORT-DEFINE)"
SPIRIT = "Yap et al., BMJ 2023;383:e076386 (SPIRIT-DEFINE)"


@dataclass(frozen=True, slots=True)
class Table:
    """``kind``: ``numbers``, ``words`` or ``small numbers``, for the style. ``marked``: rows to stress, from 0."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    kind: str = "words"
    marked: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as it stands in the page, and how to read it."""

    svg: Markup
    caption: str


@dataclass(frozen=True, slots=True)
class Section:
    """One section. ``items``: the reporting items that it answers. ``signed``: lines to fill in by hand."""

    id: str
    title: str
    items: str = ""
    text: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    signed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Banner:
    """What must be seen first. ``kind``: ``go``, ``stop`` or ``wait``."""

    kind: str
    head: str
    text: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A whole page."""

    title: str
    sections: tuple[Section, ...]
    lead: tuple[str, ...] = ()
    banner: Banner | None = None
    facts: tuple[tuple[str, str], ...] = ()
    notice: str = ""
    made: str = f"Made by Paratope {__version__}."


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("paratope.report", "design"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.j2")


def render(page: Page) -> str:
    """The page as one HTML file: no script, no network, prints as it shows."""
    return _template().render(p=page)


WIDE = 640
"""Figures at least so wide (in pixels) are scrolled on a small screen rather than shrunk until nobody can read them."""


def figure(chart: Chart, name: str, caption: str) -> Figure:
    """A chart as a figure of a page; ``name`` is its own within the page."""
    drawn = inline(chart, name)
    width = re.search(r'width="([\d.]+)"', drawn)
    if width is not None and float(width[1]) >= WIDE:
        drawn = drawn.replace('class="marks"', 'class="marks drawn-wide"', 1)
    return Figure(Markup(drawn), caption)  # every label in it was escaped when it was drawn


def items(consort: str, spirit: str) -> str:
    """The reporting items that a section answers."""
    return f"Answers CONSORT-DEFINE {consort}; SPIRIT-DEFINE {spirit}."


def layers(design: Design) -> tuple[Design, ...]:
    """The design without modifiers, then each modifier, the outermost last."""
    found: list[Design] = []
    while isinstance(design, Modifier):
        found.append(design)
        design = design.inner
    return (design, *reversed(found))


def derived_value(given: Any) -> str:
    """A number that follows from the parameters, to seven digits; of a list, each."""
    if isinstance(given, tuple | list):
        return ", ".join(map(derived_value, given))
    return f"{given:.7g}" if isinstance(given, float) else str(given)


def value(given: Any) -> str:
    """A parameter's value as people read it."""
    if given is None:
        return "not set"
    if isinstance(given, bool):
        return "yes" if given else "no"
    if isinstance(given, tuple | list):
        rows = any(isinstance(v, tuple | list) for v in given)
        if rows:
            return "; ".join(" / ".join("–" if c is None else str(c) for c in row) for row in given)
        return ", ".join(value(v) for v in given)
    return f"{given:g}" if isinstance(given, float) else str(given)


PARAMETER_HEAD = ("parameter", "value", "default?", "meaning")


def parameter_rows(holder: object) -> tuple[tuple[str, ...], ...]:
    """Every parameter: name, value, whether it is the default, meaning."""
    rows = []
    for f, p in parameters(type(holder)):
        now = getattr(holder, f.name)
        if f.default is MISSING:
            said = "chosen; there is no default"
        else:
            said = "default" if now == f.default else f"chosen; the default is {value(f.default)}"
        rows.append((f.name.replace("_", " "), value(now), said, p.help))
    return tuple(rows)


def parameter_table(layer: Design) -> Table:
    """Every parameter of a design or of one modifier."""
    what = f"Modifier: {layer.modifier}" if isinstance(layer, Modifier) else layer.title
    return Table(PARAMETER_HEAD, parameter_rows(layer), what)


def described(layer: Design) -> tuple[str, ...]:
    """What the layer does and where it is from, in the paragraphs of its own description."""
    text = re.sub(r"`{1,2}([^`]*)`{1,2}", r"\1", getdoc(type(layer)) or "")
    text = re.sub(r"\bNone\b", "nothing", text)
    return tuple(" ".join(part.split()) for part in text.split("\n\n") if part.strip())


class _Open(str):
    """A number not known before the study: its name stands for it, whatever format is asked for."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        return str(self)


_OPEN = (("tox", "x"), ("n", "n"), ("dose", "d"), ("level", "d"), ("would", "d"), ("probability", "q"))
"""How a number is called before it is known, by a word of its name."""


def _letter(name: str) -> str:
    if name == "next":
        return "the next"
    parts = name.split("_")
    return next((said for word, said in _OPEN if word in parts), "…")


class _Named(dict[str, Any]):
    def __missing__(self, key: str) -> _Open:
        return _Open(_letter(key))


def in_general(sentence: str, known: Mapping[str, Any]) -> str:
    """A rule's sentence with the numbers known beforehand filled in, and names for the others."""
    return sentence.format_map(_Named({k: v for k, v in known.items() if v is not None}))


_NAMES = {
    "dose": "current dose level",
    "n": "patients there",
    "tox": "of them with DLT",
    "rate": "observed DLT rate there",
    "total": "patients in all",
    "max_n": "most patients",
    "next": "next dose level",
    "target": "target DLT probability",
    "escalate_if_at_most": "escalate if DLTs are at most",
    "deescalate_if_at_least": "de-escalate if DLTs are at least",
    "eliminate_if_at_least": "close the level if DLTs are at least",
    "n_lowest": "patients at the lowest level",
    "tox_lowest": "DLTs at the lowest level",
    "eliminate_lowest": "close the lowest level if DLTs are at least",
    "stop_lowest": "stop (extra safe) if DLTs at the lowest level are at least",
    "lambda_e": "escalate up to this rate (lambda_e)",
    "lambda_d": "de-escalate from this rate on (lambda_d)",
    "pending": "patients with outcome pending",
    "awaited": "outcomes not known yet",
    "eff": "of them with response",
    "min_eff": "lowest acceptable response probability",
    "n_star": "patients from which an intermediate DLT rate forbids going up (N*)",
    "around": "levels that may be next",
    "scores": "desirability score by level",
    "desirability": "Pr(mean utility above the benchmark) by level",
    "open": "levels open",
    "toxic": "levels closed as too toxic",
    "futile": "levels closed as futile",
    "c_t": "close as too toxic from this probability on",
    "c_e": "close as futile from this probability on",
    "benchmark": "benchmark utility, 0 to 100",
    "utility": "mean utility by level, 0 to 100 (50 where nobody was treated)",
    "explore_n": "patients from which an untried level is explored",
    "ptox": "estimated DLT probability by level",
    "ptox_low": "lower limit of it",
    "ptox_high": "upper limit of it",
    "estimate": "estimate of the model's parameter",
    "variance": "its variance",
    "recommended": "level nearest to the target",
    "ptox_recommended": "its estimated DLT probability",
    "early_stop_n": "stop early at so many patients at a level",
    "toxic_level": "level watched",
    "toxic_limit": "DLT probability that is too high",
    "toxic_certainty": "certainty asked for",
    "toxic_probability": "Pr(DLT probability there above it)",
    "stft": "standardised total follow-up time of those pending (STFT), in windows",
    "escalate_from": "escalate when the STFT is at least",
    "deescalate_upto": "de-escalate when the STFT is at most",
    "most_pending": "suspend accrual when more than this part of the patients is pending",
    "would": "level that the design without modifiers asks for",
    "n_would": "patients at that level",
    "last_n": "patients in the last cohort",
    "last_tox": "of them with DLT",
}


def number_rows(numbers: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The numbers behind a decision, named; those that are not known are left out."""
    return tuple(
        (_NAMES.get(k, k.replace("_", " ")), _number(v)) for k, v in numbers.items() if v is not None
    )


def _number(given: Any) -> str:
    if isinstance(given, float):
        return f"{given:.4g}".replace("inf", "∞")
    if isinstance(given, Mapping):
        return "; ".join(f"{k}: {_number(v)}" for k, v in given.items())
    if isinstance(given, Sequence) and not isinstance(given, str):
        return ", ".join("–" if v is None else _number(v) for v in given)
    return value(given)
