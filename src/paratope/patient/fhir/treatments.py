"""What was given or done for a condition: its dated treatments, and whether they were meant to cure."""

from __future__ import annotations

from paratope.patient.dates import parse_when
from paratope.patient.fhir.chart import Chart, Treatment
from paratope.patient.fhir.coding import codes_of, words_of
from paratope.patient.fhir.gather import Item
from paratope.patient.fhir.shape import obj, objs, text
from paratope.patient.model import When

NOT_GIVEN = frozenset(
    {"not-done", "entered-in-error", "not-taken", "cancelled", "draft", "intended", "preparation"}
)
"""Statuses with which nothing was given or done."""


def note_treatments(chart: Chart) -> None:
    """What was given for a condition other than the cancer is a dated treatment of that condition."""
    for kind in ("Procedure", "MedicationAdministration", "MedicationStatement"):
        for item in chart.by_kind.get(kind, ()):
            references = objs(item.body.get("reasonReference"))
            if not references:
                continue
            status = text(item.body.get("status")) or ""
            if status in NOT_GIVEN:
                continue
            for reference in references:
                found = chart.find(reference, item)
                if found is None or found.kind != "Condition":
                    continue
                chart.treats.setdefault(item.key, []).append(found.key)
                chart.treatments.setdefault(found.key, []).append(
                    Treatment(item, _last_day(item), curative_of(item), status in ("in-progress", "active"))
                )


def _last_day(item: Item) -> When | None:
    """The day of a treatment, of a longer one its last; without reporting (its own reader does)."""
    body = item.body
    for stem in ("performed", "effective"):
        moment = body.get(f"{stem}DateTime")
        if isinstance(moment, str):
            return parse_when(moment)
        period = obj(body.get(f"{stem}Period"))
        for end in ("end", "start"):
            if isinstance(period.get(end), str):
                return parse_when(period[end])
    return None


_CURATIVE = frozenset({"373808002", "K"})  # K and P: the German basic oncology data set
_PALLIATIVE = frozenset({"363676003", "P"})


def intent_of(item: Item) -> str | None:
    """ "curative" or "palliative", and "local palliative" where the words say local."""
    for extension in objs(item.body.get("extension")):
        url = text(extension.get("url")) or ""
        if url.endswith(("procedure-intent", "treatment-intent", "-intention")):
            content = extension.get("valueCodeableConcept")
            codes = {c for _, c in codes_of(content)}
            words = " ".join(words_of(content))
            if codes & _PALLIATIVE or "palliat" in words:
                return "local palliative" if "local" in words else "palliative"
            if codes & _CURATIVE or "curative" in words:
                return "curative"
    return None


def curative_of(item: Item) -> bool | None:
    """Whether a treatment was meant to cure; None if that is not said."""
    intent = intent_of(item)
    return None if intent is None else intent == "curative"
