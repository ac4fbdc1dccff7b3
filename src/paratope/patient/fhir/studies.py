"""Which study a resource is about, and who signed it."""

from __future__ import annotations

import re

from paratope.patient.fhir.chart import Chart
from paratope.patient.fhir.coding import text_of
from paratope.patient.fhir.gather import Item
from paratope.patient.fhir.shape import Json, obj, objs, text

_REGISTRY = re.compile(r"NCT[0-9]{8}")


def study_key(chart: Chart, reference: Json, asker: Item) -> str | None:
    """The key of the study a Reference means: its identifier, or that of the ResearchStudy it points to."""
    if not isinstance(reference, dict):
        return None
    found = chart.take(reference, asker)
    identifiers = [obj(reference.get("identifier"))]
    if found is not None and found.kind == "ResearchStudy":
        identifiers += objs(found.body.get("identifier"))
    values = [v for i in identifiers if (v := text(i.get("value"))) is not None]
    registered = next((v for v in values if _REGISTRY.fullmatch(v)), None)
    if registered is not None or values:
        return registered or values[0]
    written = text(reference.get("reference"))
    if written is not None:
        tail = written.split("/_history/", 1)[0].rstrip("/").rsplit("/", 1)[-1]
        return tail.removeprefix("urn:uuid:") or None
    return None


def study_of(chart: Chart, item: Item, extensions: dict[str, list[Json]]) -> str | None:
    """The study named by the workflow-researchStudy extension; None if the resource is about none."""
    for raw in extensions.get("workflow-researchStudy", ()):
        found = study_key(chart, raw, item)
        if found is not None:
            return found
        chart.skip(item, "the study it is about is not named")
    return None


def role_of(chart: Chart, reference: Json, asker: Item) -> str | None:
    """The role of a performer, never a name: of a PractitionerRole its code, of a Practitioner the
    qualification, of an Organization its name, of a relative the relationship, "patient" of the patient."""
    if not isinstance(reference, dict):
        return None
    found = chart.take(reference, asker)
    if found is None:
        kind = text(reference.get("type")) or (text(reference.get("reference")) or "").split("/", 1)[0]
        return "patient" if kind == "Patient" else None
    body = found.body
    match found.kind:
        case "Patient":
            shown = (text(reference.get("display")) or "").lower()
            return "patient assent" if "assent" in shown else "patient"
        case "PractitionerRole":
            return _first(body.get("code")) or _first(body.get("specialty"))
        case "Practitioner":
            qualified = [text_of(q.get("code")) for q in objs(body.get("qualification"))]
            return next((q.lower() for q in qualified if q), "practitioner")
        case "Organization":
            return text(body.get("name")) or _first(body.get("type"))
        case "RelatedPerson":
            return _first(body.get("relationship")) or "relative"
    return None


def _first(raw: Json) -> str | None:
    return next((t.lower() for c in objs(raw) if (t := text_of(c))), None)


def author_of(chart: Chart, item: Item) -> str | None:
    """Who made an observation, by role; None if it is not recorded."""
    performers = objs(item.body.get("performer"))
    roles = [r for p in performers if (r := role_of(chart, p, item)) is not None]
    if performers and not roles:
        chart.skip(item, "who stated it is not in the file")
    return " and ".join(dict.fromkeys(roles)) or None
