"""Observations: from the code to the reader that fits."""

from __future__ import annotations

import re

from paratope.patient.build import closure_of
from paratope.patient.fhir import antigens, cancers, labs, lesions, products, results, statements
from paratope.patient.fhir.answers import yes_or_no
from paratope.patient.fhir.chart import Chart
from paratope.patient.fhir.coding import (
    Named,
    codes_of,
    displays_of,
    exact_code,
    kind_of,
    named,
    text_of,
    words_of,
)
from paratope.patient.fhir.gather import Item
from paratope.patient.fhir.labs import Seen
from paratope.patient.fhir.procedures import entry_kind
from paratope.patient.fhir.shape import Json, note_of, objs, text, value_of
from paratope.patient.model import Entry, When
from paratope.terms import catalogue

_STATUS = {
    "final": "", "amended": "amended", "corrected": "amended", "appended": "",
    "preliminary": "a preliminary result", "registered": "only registered, no result yet",
    "cancelled": "cancelled", "entered-in-error": "entered in error", "unknown": "its status is unknown",
}  # fmt: skip

KNOWN = frozenset({"workflow-researchStudy"})

_ENTRY_KINDS = frozenset(
    {"condition", "cancer", "procedure", "therapy", "vaccine", "device", "trial", "allergy", "supportive", "product",
     "drug", "medicine class"}
)  # fmt: skip

_NOT_A_MEASURE = frozenset({*antigens.SHARES, "slice thickness", "marrow fraction irradiated"})
_NOT_A_TEST = frozenset({"inhaled oxygen", "lesion type", "stained compartment"})

_STAGES = frozenset(
    {"21908-9", "21902-2", "21914-7", "21907-1", "21901-4", "399537006", "385388004", "399588009"}
)
"""Codes of a stage group or an M category: LOINC (clinical, pathologic, other) and SNOMED CT."""


def read_observation(chart: Chart, item: Item) -> None:
    """One Observation as the facts it holds, its components included."""
    body = item.body
    status = text(body.get("status")) or ""
    said = _STATUS.get(status, "")
    if status and status not in _STATUS:
        chart.skip(item, f"its status '{status[:30]}' is not one we know: read as final")
    if said not in ("", "amended"):
        chart.skip(item, said, void=status in ("entered-in-error", "cancelled"))
        return
    code = body.get("code")
    found = named(code)
    if not found.coded and (elsewhere := _measured_elsewhere(item, found)) is not None:
        chart.skip(item, elsewhere)
        return
    seen = Seen(item, _when(chart, item), said == "amended")
    extensions = chart.extensions(item, KNOWN) if "extension" in body else {}
    if found.clash:
        chart.skip(item, found.why or "")
        for either in sorted(found.concepts):
            if kind_of(either) == "measure":
                labs.read_measure(chart, seen, either, body, found.why)
            elif kind_of(either) == "test":
                results.read_result(chart, seen, either, body, found.why)
        return
    if not found.coded and not _STAGES.isdisjoint(c for _, c in codes_of(code)):
        cancers.read_stage(chart, seen)
        return
    name = _main(found)
    if name is None:
        if not _read_components(chart, seen, None):
            _not_understood(chart, item, found)
        return
    _dispatch(chart, seen, name, extensions)


def _main(found: Named) -> str | None:
    """The concept to read the Observation as; of several the one by name that has a reader."""
    if len(found.concepts) == 1:
        return next(iter(found.concepts))
    for kind in ("antigen", "measure", "test", "statement", "flag"):
        for name in sorted(found.concepts):
            if kind_of(name) == kind:
                return name
    return min(found.concepts, default=None)


def _dispatch(chart: Chart, seen: Seen, name: str, extensions: dict[str, list[Json]]) -> None:
    body = seen.item.body
    kind = kind_of(name)
    if name in lesions.LESION_CODES:
        lesions.read_lesion(chart, seen, name)
    elif name in products.MARKS:
        products.read_product_mark(chart, seen, name)
    elif name in (antigens.RATIO, antigens.COPIES):
        antigens.read_signals(chart, seen, name)
    elif name == "cancer disease status":
        cancers.read_cancer_status(chart, seen)
    elif name == "disease feature":
        cancers.read_cancer_feature(chart, seen)
    elif name in _NOT_A_MEASURE or name in _NOT_A_TEST:
        chart.skip(seen.item, f"{name}: it says nothing without the result it belongs to")
    elif kind == "antigen":
        antigens.read_antigen(chart, seen, name)
    elif kind == "measure":
        labs.read_measure(chart, seen, name, body)
        _read_components(chart, seen, name)
    elif kind == "test":
        results.read_result(chart, seen, name, body)
        _read_components(chart, seen, name)
    elif kind == "flag":
        results.read_flag(chart, seen, name, body)
    elif kind == "statement":
        statements.read_statement(chart, seen, name, extensions)
    elif kind in _ENTRY_KINDS:
        _read_finding(chart, seen, name)
    else:
        chart.skip(seen.item, f"'{text_of(body.get('code'))[:80]}' is a {kind}, nothing that is observed")


def _read_components(chart: Chart, seen: Seen, main: str | None) -> bool:
    """Components that are results of their own (blood pressure, a panel); whether there was one."""
    parts = objs(seen.item.body.get("component"))
    used = False
    for part in parts:
        if main == "oxygen saturation" and labs.is_oxygen_component(part):
            continue
        code = part.get("code")
        found = named(code)
        name = found.one
        kind = kind_of(name) if name is not None else ""
        if (
            name is not None
            and kind == "measure"
            and name not in _NOT_A_MEASURE
            and name not in lesions.LESION_CODES
        ):
            labs.read_measure(chart, seen, name, part)
            used = True
        elif name is not None and kind == "test" and name not in _NOT_A_TEST:
            results.read_result(chart, seen, name, part)
            used = True
        elif name is not None and kind == "flag":
            results.read_flag(chart, seen, name, part)
            used = True
        elif main is not None or any(named(p.get("code")).concepts for p in parts):
            shown = text_of(code)[:60] or "(without a code)"
            chart.skip(seen.item, f"component '{shown}' is not understood")
    return used and seen.item.key in chart.read


def _read_finding(chart: Chart, seen: Seen, name: str) -> None:
    """A disease or event observed as present or absent (pericardial effusion: no)."""
    item = seen.item
    kind, content = value_of(item.body)
    present = yes_or_no(kind, content)
    if present is None:
        shown = text_of(content)[:60] if isinstance(content, (dict, str)) else ""
        chart.skip(
            item, f"{name}: '{shown}' says neither present nor absent" if kind else f"{name}: no value"
        )
        return
    code = item.body.get("code")
    said = named({"text": text_of(code)}).concepts
    if not present and name not in said and not exact_code(name, codes_of(code)):
        chart.skip(item, "absent, but what is absent is not clear: it proves nothing")
        return
    concepts = frozenset({name})
    fact = Entry(
        kind=entry_kind(concepts, "condition"),
        concepts=concepts,
        closure=closure_of(concepts),
        source=item.key,
        text=text_of(code) or name,
        present=present,
        start=seen.when,
        note=note_of(item.body),
    )
    chart.add(item, fact)


def _when(chart: Chart, item: Item) -> When | None:
    """When the observation was made; of a specimen taken earlier, when it was taken."""
    found = chart.moment(item)
    reference = item.body.get("specimen")
    if reference is None:
        return found
    specimen = chart.find(reference, item)
    if specimen is None:
        return found
    kind, raw = (
        value_of(specimen.body.get("collection") or {}, "collected")
        if isinstance(specimen.body.get("collection"), dict)
        else ("", None)
    )
    taken: When | None = None
    if kind == "DateTime":
        taken = chart.when(raw, specimen, "date of collection")
    elif kind == "Period":
        start, end = chart.period(raw, specimen, "period of collection")
        taken = end or start
    if taken is None:
        return found
    if found is None or taken.last < found.first:
        return taken
    return found


def _not_understood(chart: Chart, item: Item, found: Named) -> None:
    if item.body.get("hasMember") and not value_of(item.body)[0]:
        chart.skip(item, "a panel without a value of its own: its members are read on their own")
    else:
        chart.skip(item, found.why or f"'{found.text[:80]}' is not a concept we know")


# --- the wrong fluid -----------------------------------------------------------------------------------

_BLOOD = re.compile(
    r"(?:serum|plasma|blood|red blood cells|leukocytes|capillary|arterial|venous|or|,|and|/|\s)+",
    re.IGNORECASE,
)
_OTHER_FLUID = re.compile(
    r"\b(?:urine|urinary|csf|cerebral spinal fluid|cerebrospinal|pleural|peritoneal|ascit\w+|synovial|body fluid|stool|"
    r"feces|faeces|sputum|saliva|dialysate|amniotic|semen|sweat|bile)\b|尿|脑脊液|胸水|腹水|粪",
    re.IGNORECASE,
)
_SYSTEM = re.compile(r"\]\s+in\s+(.+?)(?:\s+by\s+|\s+--|$)", re.IGNORECASE)


def _measured_elsewhere(item: Item, found: Named) -> str | None:
    """Why a result that no code of ours names is not the blood test of that name: it was measured in urine, say.

    A LOINC code that we know fixes the fluid; one that we do not know may be of another, as its display or the
    specimen then shows.
    """
    name = found.one
    if name is None or kind_of(name) != "measure":
        return None
    concept = catalogue().get(name)
    if concept is None or concept.freshness != "blood":
        return None
    code = item.body.get("code")
    for display in displays_of(code):
        where = _SYSTEM.search(display)
        if where is not None and not _BLOOD.fullmatch(where[1]):
            return f"{name} measured in {where[1][:40]}, not in blood"
    fluid = next((m[0] for w in words_of(code) if (m := _OTHER_FLUID.search(w)) is not None), None)
    if fluid is None and isinstance(item.body.get("specimen"), dict):
        fluid_ = _OTHER_FLUID.search(text(item.body["specimen"].get("display")) or "")
        fluid = fluid_[0] if fluid_ is not None else None
    return f"{name} measured in {fluid}, not in blood" if fluid is not None else None
