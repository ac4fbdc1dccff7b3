"""What a single resource of an export says of itself, before the others have been seen."""

from __future__ import annotations

from collections.abc import Iterator

from paratope.patient.fhir.shape import Json


def is_page(bundle: dict[str, Json]) -> bool:
    """Whether a bundle is one of several pages of a search: a patient may go on in the next."""
    links = bundle.get("link")
    if bundle.get("type") != "searchset" or not isinstance(links, list):
        return False
    relations = {link.get("relation") for link in links if isinstance(link, dict)}
    return bool(relations & {"next", "previous", "prev"})


def patient_key(resource: Json) -> str | None:
    """Whose a resource is, from itself alone: ``Patient/id``, ``identifier system value``; None: nobody's."""
    if not isinstance(resource, dict):
        return None
    if resource.get("resourceType") == "Patient":
        return f"Patient/{resource.get('id')}"
    for name in ("subject", "patient", "beneficiary", "individual"):
        found = resource.get(name)
        reference = found[0] if isinstance(found, list) and found else found
        if not isinstance(reference, dict):
            continue
        written = reference.get("reference")
        if isinstance(written, str) and written.strip():
            plain = written.strip().split("/_history/", 1)[0]
            if plain.startswith(("urn:", "#")):
                return plain if plain.startswith("urn:") else None
            tail = "/".join(plain.rsplit("/", 2)[-2:])
            return tail if tail.startswith("Patient/") or reference.get("type") == "Patient" else None
        for identifier in identifiers(reference.get("identifier")):
            return identifier
    if resource.get("resourceType") == "BiologicallyDerivedProduct":
        collection = resource.get("collection")
        source = collection.get("source") if isinstance(collection, dict) else None
        return patient_key({"subject": source}) if isinstance(source, dict) else None
    return None


def identifiers(raw: Json) -> list[str]:
    """Identifiers as the keys that ``patient_key`` gives for a logical reference."""
    listed = raw if isinstance(raw, list) else [raw]
    return [
        f"identifier {i.get('system') or ''} {i['value']}"
        for i in listed
        if isinstance(i, dict) and isinstance(i.get("value"), str)
    ]


def references(resource: Json) -> Iterator[str]:
    """Every ``Type/id`` a resource refers to."""
    waiting = [resource]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            written = node.get("reference")
            if isinstance(written, str):
                yield "/".join(written.split("/_history/", 1)[0].rsplit("/", 2)[-2:])
            waiting.extend(v for v in node.values() if isinstance(v, (dict, list)))
        elif isinstance(node, list):
            waiting.extend(node)
