"""From any JSON to resources, sorted by patient: bundles, lists, bare resources, contained resources.

Nothing is lost on the way: what is no resource, or belongs to no patient, comes out as ``Unused``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from paratope.patient.fhir.shape import Json, obj, objs, text
from paratope.patient.model import Unused

_DEEPEST_BUNDLE = 4


@dataclass(slots=True, eq=False)
class Item:
    """One resource. ``key``: how to cite it (``Observation/obs-04``); ``url``: its fullUrl; ``parent``: the
    key of the resource that contains it."""

    key: str
    kind: str
    body: dict[str, Json]
    url: str | None = None
    parent: Item | None = None


@dataclass(slots=True)
class Group:
    """The resources of one patient. ``patient``: its Patient resources (usually one; none if the file only
    refers to it); ``name``: the id to call it by when there is none; ``shared``: resources of no patient
    that these may refer to."""

    name: str
    patients: list[Item] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)


# --- unpacking -----------------------------------------------------------------------------------------


def unpack(data: Json, unused: list[Unused]) -> list[Item]:
    """Every resource of a parsed JSON document, contained ones behind their parents."""
    items: list[Item] = []
    _unpack(data, "", None, 0, items, unused)
    return items


def _unpack(
    data: Json, place: str, url: str | None, depth: int, out: list[Item], unused: list[Unused]
) -> None:
    if isinstance(data, list):
        for n, element in enumerate(data, 1):
            _unpack(
                element, f"{place}[{n}]", None, depth + 1, out, unused
            ) if depth < _DEEPEST_BUNDLE else None
        if depth >= _DEEPEST_BUNDLE and data:
            unused.append(Unused(place, "lists inside lists: nothing in them was read"))
        return
    here = place or "the document"
    if not isinstance(data, dict):
        unused.append(Unused(here, "not a resource"))
        return
    kind = text(data.get("resourceType"))
    if kind is None:
        if isinstance(data.get("entry"), list):
            unused.append(Unused(here, "it does not say its resourceType; it was read as a Bundle"))
            kind = "Bundle"
        else:
            unused.append(Unused(here, "not a resource: it has no resourceType"))
            return
    if kind == "Bundle":
        _unpack_bundle(data, place, depth, out, unused)
        return
    own = text(data.get("id"))
    key = f"{kind}/{own}" if own else f"{kind}/{url}" if url else f"{kind} {place or '(no id)'}".strip()
    item = Item(key, kind, data, url)
    out.append(item)
    if "contained" not in data:
        return
    for n, inside in enumerate(objs(data.get("contained")), 1):
        inner = text(inside.get("resourceType"))
        if inner is None:
            unused.append(Unused(key, f"contained resource {n} has no resourceType"))
        else:
            out.append(Item(f"{key}#{text(inside.get('id')) or n}", inner, inside, None, item))


def _unpack_bundle(
    bundle: dict[str, Json], place: str, depth: int, out: list[Item], unused: list[Unused]
) -> None:
    name = f"Bundle/{text(bundle.get('id'))}" if text(bundle.get("id")) else (place or "Bundle")
    if depth >= _DEEPEST_BUNDLE:
        unused.append(Unused(name, "bundles inside bundles: too deep to be read"))
        return
    entries = bundle.get("entry")
    if entries is not None and not isinstance(entries, list):
        unused.append(Unused(name, "its entry is not a list"))
        entries = [entries]
    for n, entry in enumerate(entries or (), 1):
        where = f"{name} entry {n}"
        if not isinstance(entry, dict):
            unused.append(Unused(where, "not an entry"))
            continue
        resource = entry.get("resource")
        if "request" in entry and obj(entry["request"]).get("method") == "DELETE":
            unused.append(Unused(where, "a request to delete a resource"))
        elif resource is None:
            unused.append(Unused(where, "an entry without a resource"))
        else:
            _unpack(resource, where, text(entry.get("fullUrl")), depth + 1, out, unused)


def extract_day(data: Json) -> str | None:
    """The date part of a Bundle's timestamp, as written: when the extract was taken."""
    stamp = text(obj(data).get("timestamp")) if obj(data).get("resourceType") == "Bundle" else None
    return stamp[:10] if stamp is not None else None


# --- the same resource twice ---------------------------------------------------------------------------


def without_repeats(items: list[Item], unused: list[Unused]) -> list[Item]:
    """Each resource once: a copy is dropped, an older version too, and both are said.

    Two different resources under one id without a version are both kept, under keys that tell them apart.
    """
    seen: dict[str, list[Item]] = {}
    for item in items:
        seen.setdefault(item.key, []).append(item)
    if len(seen) == len(items):
        return items
    dropped: set[int] = set()
    for key, same in seen.items():
        if len(same) > 1:
            _settle(key, same, dropped, unused)
    return [i for i in items if id(i) not in dropped and (i.parent is None or id(i.parent) not in dropped)]


def _settle(key: str, same: list[Item], dropped: set[int], unused: list[Unused]) -> None:
    kept: list[Item] = []
    for item in same:
        if any(_equal(item.body, k.body) for k in kept):
            dropped.add(id(item))
            unused.append(Unused(key, "the same resource again"))
        else:
            kept.append(item)
    if len(kept) < 2:
        return
    ages = [_version(i) for i in kept]
    if all(ages) and len(set(ages)) == len(ages) and len({_server(i) for i in kept}) == 1:
        newest = max(range(len(kept)), key=lambda n: ages[n])
        for n, item in enumerate(kept):
            if n != newest:
                dropped.add(id(item))
                unused.append(Unused(key, "an older version of a resource that is here in a newer one"))
        return
    for n, item in enumerate(kept[1:], 2):
        item.key = f"{key} ({n})"
    unused.append(Unused(key, f"{len(kept)} different resources carry this id: all were read"))


def _equal(a: Json, b: Json) -> bool:
    try:
        return bool(a == b)
    except RecursionError:  # nested too deep to compare: then they count as different
        return False


def _version(item: Item) -> str:
    return text(obj(item.body.get("meta")).get("lastUpdated")) or ""


def _server(item: Item) -> str:
    return item.url.rsplit("/", 2)[0] if item.url and "://" in item.url else ""


# --- references ----------------------------------------------------------------------------------------


class Index:
    """Finds the resource that a reference means, among the resources of one file."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._by_key: dict[str, list[Item]] = {}
        self._by_url: dict[str, Item] = {}
        self._by_identifier: dict[tuple[str, str], list[Item]] = {}
        for item in items:
            key = item.key
            if " (" in key:
                key = key.split(" (", 1)[0]
            held = self._by_key.get(key)
            if held is None:
                self._by_key[key] = [item]
            else:
                held.append(item)
            if item.url is not None:
                self._by_url.setdefault(item.url, item)
            identifiers = item.body.get("identifier")
            for identifier in objs(identifiers) if identifiers is not None else ():
                value = text(identifier.get("value"))
                if value is not None:
                    pair = (text(identifier.get("system")) or "", value)
                    self._by_identifier.setdefault(pair, []).append(item)

    def holds_one(self, reference: Json) -> Item | None:
        """The resource with just this type and id, if it is the only one: whoever asks, it is this one."""
        found = self._by_key.get(reference) if isinstance(reference, str) else None
        return found[0] if found is not None and len(found) == 1 else None

    def find(self, reference: Json, asker: Item | None = None) -> Item | None:
        """The resource that a Reference (or its text) means; None if it is not in the file."""
        if isinstance(reference, dict):
            found = self._find(reference.get("reference"), asker)
            return found if found is not None else self._logical(reference)
        return self._find(reference, asker)

    def _find(self, reference: Json, asker: Item | None) -> Item | None:
        if not isinstance(reference, str):
            return None
        direct = self._by_key.get(reference)
        if direct is not None and len(direct) == 1:
            return direct[0]
        plain = reference.strip().split("/_history/", 1)[0].split("|", 1)[0]
        if not plain:
            return None
        if plain.startswith("#"):
            if asker is None:
                return None
            root = asker.parent or asker
            inside = self._by_key.get(f"{root.key.split(' (', 1)[0]}{plain}", [])
            return inside[0] if inside else (root if plain == "#" else None)
        by_url = self._by_url.get(plain)
        if by_url is not None:
            return by_url
        if plain.startswith("urn:"):
            return None
        tail = "/".join(plain.rsplit("/", 2)[-2:])
        found = self._by_key.get(tail, [])
        if len(found) > 1 and asker is not None:
            root = asker.parent or asker
            near = [f for f in found if _server(f) == _server(root)]
            found = near or found
        return found[0] if found else None

    def _logical(self, reference: dict[str, Json]) -> Item | None:
        identifier = obj(reference.get("identifier"))
        value = text(identifier.get("value"))
        if value is None:
            return None
        wanted = text(reference.get("type"))
        found = self._by_identifier.get((text(identifier.get("system")) or "", value), [])
        found = [f for f in found if wanted is None or f.kind == wanted]
        return found[0] if len(found) == 1 else None


# --- whose it is ---------------------------------------------------------------------------------------

_SUBJECTS = ("subject", "patient", "beneficiary", "individual")


def subject_of(item: Item) -> dict[str, Json] | None:
    """The reference to the person a resource is about; None if it names none."""
    body = item.body
    for name in _SUBJECTS:
        found = body.get(name)
        if found is not None:
            for reference in objs(found):
                return reference
            if isinstance(found, str):
                return {"reference": found}
    if item.kind == "BiologicallyDerivedProduct":
        return next(iter(objs(obj(body.get("collection")).get("source"))), None)
    return None


def subject_name(item: Item, index: Index) -> str | None:
    """What a resource calls its patient: the same text for the same patient. None: it names no patient.

    ``""`` when its subject is somebody or something else (a group, a device).
    """
    reference = subject_of(item)
    if reference is None:
        return subject_name(item.parent, index) if item.parent is not None else None
    found = index.find(reference, item)
    if found is not None:
        return found.key if found.kind == "Patient" else ""
    written = text(reference.get("reference"))
    if written is None:
        identifier = obj(reference.get("identifier"))
        value = text(identifier.get("value"))
        return f"Patient {text(identifier.get('system')) or ''} {value}" if value is not None else None
    kind = text(reference.get("type"))
    plain = written.split("/_history/", 1)[0]
    tail = "/".join(plain.rsplit("/", 2)[-2:])
    if tail.startswith("Patient/") or kind == "Patient" or plain.startswith("urn:"):
        return tail
    return ""


def by_patient(items: list[Item], index: Index, unused: list[Unused]) -> tuple[list[Group], list[Item]]:
    """The resources of each patient, in the order of the file, and the resources of no patient.

    Where the file has just one patient, facts that name no patient are hers; where it has several, such
    facts are reported.
    """
    groups: dict[str, Group] = {}
    for item in items:
        if item.kind == "Patient":
            groups.setdefault(item.key, Group(item.key)).patients.append(item)
    shared: list[Item] = []
    homeless: list[Item] = []
    for item in items:
        if item.kind == "Patient":
            continue
        subject = item.body.get("subject") or item.body.get("patient")
        named = index.holds_one(subject.get("reference")) if isinstance(subject, dict) else None
        name = named.key if named is not None and named.kind == "Patient" else subject_name(item, index)
        if name:
            group = groups.get(name)
            if group is None:
                group = groups[name] = Group(name)
            group.items.append(item)
        elif name == "" and item.kind not in SHARED_KINDS:
            unused.append(Unused(item.key, "it is not about a patient of this file"))
        elif item.kind in SHARED_KINDS:
            shared.append(item)
        else:
            homeless.append(item)
    found = list(groups.values())
    if homeless:
        if len(found) == 1:
            found[0].items.extend(homeless)
        elif not found:
            found.append(Group("(not named)", [], homeless))
        else:
            unused.extend(
                Unused(i.key, f"it names no patient, and the file has {len(found)}") for i in homeless
            )
    return found, shared


SHARED_KINDS = frozenset(
    {
        "Practitioner", "PractitionerRole", "Organization", "Location", "Medication", "Substance",
        "ResearchStudy", "Group", "HealthcareService", "Endpoint", "OperationOutcome", "Provenance",
        "Parameters", "ValueSet", "CodeSystem", "ConceptMap", "StructureDefinition", "Questionnaire",
        "PlanDefinition", "ActivityDefinition", "Device", "Binary", "RelatedPerson", "Specimen", "Person",
        "CapabilityStatement", "ImplementationGuide", "Library", "Measure", "MedicationKnowledge", "Schedule",
        "Slot", "Subscription", "SubstanceSpecification", "DeviceDefinition",
    }
)  # fmt: skip
"""Resources that facts of several patients may refer to, or that are no facts of a patient."""
