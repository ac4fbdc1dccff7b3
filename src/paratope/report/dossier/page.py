"""The dossier as one HTML file: no script, no network, prints as it shows."""

from __future__ import annotations

import re
from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from paratope import __version__
from paratope.report.dossier.content import content
from paratope.report.phrases import t
from paratope.screening import Screening
from paratope.terms import catalogue


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("paratope.report", "dossier"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["t"] = t
    return environment.get_template("page.html.j2")


def dossier(screening: Screening) -> str:
    """The page."""
    return _template().render(d=content(screening), version=__version__, terms=catalogue().version)


def file_name(screening: Screening, taken: set[str]) -> str:
    """A file name for this patient's dossier that is not in ``taken`` (and is added to it)."""
    stem = re.sub(r"[^\w.-]+", "-", screening.patient.id).strip("-.") or "patient"
    name, number = f"{stem}.html", 2
    while name.lower() in taken:
        name, number = f"{stem}-{number}.html", number + 1
    taken.add(name.lower())
    return name
