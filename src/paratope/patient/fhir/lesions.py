"""Imaging: which studies were reported, and the lesions measured on them."""

from __future__ import annotations

from paratope.patient.fhir import quantities as q
from paratope.patient.fhir.chart import Chart
from paratope.patient.fhir.coding import codes_of, concept, kind_of, named, text_of, words_of
from paratope.patient.fhir.gather import Item
from paratope.patient.fhir.labs import Seen
from paratope.patient.fhir.shape import Json, obj, objs, shown, text, value_of
from paratope.patient.model import Imaging, Interval, Lesion
from paratope.terms import catalogue

LESION_CODES = frozenset({"lesion size", "lesion longest diameter", "lymph node lesion size", "short axis"})
"""Concepts whose Observation is one lesion."""

_KINDS = (
    ("lymph node", ("lymph node", "node", "nodal", "淋巴结")),
    ("bone", ("bone", "osseous", "sclerotic", "lytic", "骨")),
    ("soft tissue", ("soft tissue", "soft", "non-nodal", "visceral", "软组织")),
)


def read_lesion(chart: Chart, seen: Seen, name: str) -> None:
    """One Observation as one Lesion, sizes in millimetres. A lesion without a usable size is one all the same."""
    item = seen.item
    if item.body.get("specimen") is not None:
        chart.skip(item, "a size measured on a specimen, not on imaging")
        return
    longest = short = None
    thickness: float | None = None
    kind: str | None = None
    problem: str | None = None
    nodal = name in ("lymph node lesion size", "short axis")
    value_kind, content = value_of(item.body)
    if value_kind:
        size, why = _size(value_kind, content)
        problem = problem or why
        longest, short = (None, size) if nodal else (size, None)
    for part in objs(item.body.get("component")):
        code = part.get("code")
        found = named(code).concepts
        part_kind, part_content = value_of(part)
        if not part_kind:
            continue
        if "lesion longest diameter" in found or "lesion size" in found:
            longest, why = _size(part_kind, part_content)
            problem = problem or why
        elif "short axis" in found or "lymph node lesion size" in found:
            short, why = _size(part_kind, part_content)
            problem = problem or why
        elif "slice thickness" in found:
            size, why = _size(part_kind, part_content, "slice thickness")
            thickness = size.low if size is not None and size.low == size.high else None
            problem = problem or why
        elif "lesion type" in found:
            kind = _kind(part_content)
            if kind is None:
                chart.skip(item, f"lesion type '{text_of(part_content)[:60]}' is not understood")
        else:
            chart.skip(item, f"component '{text_of(code)[:60] or '(without a code)'}' is not understood")
    if kind is None and nodal:
        kind = "lymph node"
    if longest is None and short is None:
        problem = problem or "it has no size"
    if problem is not None:
        chart.skip(item, f"lesion: {problem}")
    site = _site(item)
    modality = modality_of(item.body.get("method"))
    fact = Lesion(
        source=item.key,
        when=seen.when,
        text=_text(site, longest, short),
        site=site,
        longest=longest,
        short_axis=short,
        slice_thickness=thickness,
        kind=kind,
        modality=modality,
        problem=problem,
    )
    chart.add(item, fact)


def _size(kind: str, content: Json, name: str = "lesion size") -> tuple[Interval | None, str | None]:
    found = concept(name)
    if found is None:
        return None, "sizes are not known here"
    match kind:
        case "Quantity":
            reading = q.quantity(obj(content), found)
        case "Range":
            reading = q.from_range(obj(content), found)
        case "String":
            reading = (
                q.from_text(content, found) if isinstance(content, str) else q.Reading(None, "", "no size")
            )
        case _:
            return None, f"a value of type {kind} is no size"
    if reading.problem is not None:
        return None, f"{name} {reading.printed}: {reading.problem}"
    return reading.value, None


def _kind(content: Json) -> str | None:
    words = words_of(content)
    return next((kind for said in words for kind, forms in _KINDS if said in forms), None)


def _site(item: Item) -> str | None:
    raw = item.body.get("bodySite")
    if raw is None:
        return None
    found = named(raw)
    sites = [c for c in found.concepts if kind_of(c) in ("site", "specimen")]
    return sites[0] if len(sites) == 1 else found.text.lower() or None


def _text(site: str | None, longest: Interval | None, short: Interval | None) -> str:
    parts = [f"lesion{f' in {site}' if site else ''}"]
    if longest is not None:
        parts.append(f"longest {_mm(longest)} mm")
    if short is not None:
        parts.append(f"short axis {_mm(short)} mm")
    return " ".join(parts)


def _mm(size: Interval) -> str:
    return shown(size.low) if size.low == size.high else f"{shown(size.low)} to {shown(size.high)}"


# --- imaging studies -----------------------------------------------------------------------------------

_MODALITY_CODES = {
    "CT": "CT", "MR": "MRI", "PT": "PET", "NM": "bone scan", "US": "ultrasound", "DX": "X-ray", "CR": "X-ray",
    "XR": "X-ray", "RX": "X-ray", "NMR": "MRI", "CUS": "ultrasound", "OUS": "ultrasound",
}  # fmt: skip
"""DICOM modalities, and the sections of HL7 v2 table 0074 that name one."""

_IMAGING_SECTIONS = frozenset(
    {"RAD", "IMG", "CT", "NMR", "NMS", "RX", "CUS", "OUS", "LP29684-5", "394914008", "imaging"}
)
_NOT_FINAL = {
    "registered": "only registered, no result yet", "preliminary": "preliminary", "partial": "partial",
    "entered-in-error": "entered in error", "cancelled": "cancelled", "unknown": "its status is unknown",
}  # fmt: skip


def modality_of(raw: Json) -> str | None:
    """An imaging method as a concept where it is one, else in its own words."""
    if raw is None:
        return None
    found = named(raw)
    methods = [c for c in found.concepts if kind_of(c) == "method" and c != "imaging study"]
    if len(methods) == 1:
        return methods[0]
    coded = next((_MODALITY_CODES[c] for _, c in codes_of(raw) if c in _MODALITY_CODES), None)
    return coded or found.text or None


def read_report(chart: Chart, item: Item) -> None:
    """A DiagnosticReport of imaging as an Imaging; other reports only bundle their results."""
    status = text(item.body.get("status")) or ""
    if status in _NOT_FINAL:
        chart.skip(item, f"{_NOT_FINAL[status]}", void=status in ("entered-in-error", "cancelled"))
        return
    sections = {c for raw in objs(item.body.get("category")) for _, c in codes_of(raw)}
    code = item.body.get("code")
    is_imaging = bool(sections & _IMAGING_SECTIONS) or any(
        concept_name == "imaging study" or _is_imaging(concept_name) for concept_name in named(code).concepts
    )
    if not is_imaging:
        chart.skip(item, "a report that is not of imaging: its results are read from their Observations")
        return
    modality = modality_of(code)
    if modality is None or modality == text_of(code):
        coded = next((_MODALITY_CODES[s] for s in sorted(sections) if s in _MODALITY_CODES), None)
        modality = coded or modality
    when = chart.moment(item)
    chart.add(item, Imaging(modality, item.key, when, f"imaging: {modality or 'not said which'}"))
    missing = [r for r in objs(item.body.get("result")) if chart.find(r, item) is None]
    if missing:
        chart.skip(item, f"{len(missing)} of its results are not in the file")
    if text(item.body.get("conclusion")):
        chart.skip(item, "its conclusion in free text is not read")


def _is_imaging(name: str) -> bool:
    return catalogue().is_a(name, "imaging study")


def read_imaging_study(chart: Chart, item: Item) -> None:
    """An ImagingStudy as an Imaging, dated by its start."""
    status = text(item.body.get("status")) or ""
    if status in ("registered", "cancelled", "entered-in-error", "unknown"):
        chart.skip(item, f"its status is {status}", void=status in ("cancelled", "entered-in-error"))
        return
    codes = [text(m.get("code")) or "" for m in objs(item.body.get("modality"))]
    codes += [text(obj(s.get("modality")).get("code")) or "" for s in objs(item.body.get("series"))]
    modality = next((_MODALITY_CODES[c] for c in codes if c in _MODALITY_CODES), None)
    modality = modality or text(item.body.get("description"))
    when = chart.when(item.body.get("started"), item, "its start")
    chart.add(item, Imaging(modality, item.key, when, f"imaging: {modality or 'not said which'}"))
