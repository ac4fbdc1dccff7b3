"""Patients from files: FHIR bundles and NDJSON, directories of them, and the plain form.

``read_path`` yields one record at a time and keeps no more than one patient in memory, whatever the size of
the export: of line-wise and one-resource-per-file exports only *where* each patient's resources lie is kept.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from paratope.patient.fhir import Whole, read_all
from paratope.patient.fhir.export import identifiers, is_page, patient_key, references
from paratope.patient.fhir.gather import SHARED_KINDS
from paratope.patient.model import Patient
from paratope.patient.plain import read_plain_text
from paratope.patient.problems import Problem

Json: TypeAlias = Any

LINES = frozenset({".ndjson", ".jsonl"})
DOCUMENTS = frozenset({".json", ".fhir"})
FORMS = frozenset({".yaml", ".yml"})


@dataclass(frozen=True, slots=True)
class Record:
    """One patient of a file, or why there is none.

    ``origin``: the file, with ``#id`` where it holds several patients and ``:line`` for a line that could not be
    read. ``problems``: with a patient they are warnings.
    """

    origin: str
    patient: Patient | None
    problems: tuple[Problem, ...] = ()


def read_path(path: str | Path) -> Iterator[Record]:
    """Every patient of a file, of a directory with its subdirectories, or (``-``) of standard input.

    Recognised by content: FHIR R4 JSON (a Bundle of any type, a list, a bare resource), NDJSON (a bundle per
    line, or a bulk export with the resources of a patient anywhere in it), the plain form in YAML or JSON.
    What cannot be read is a record without a patient and with problems; nothing raises.
    """
    if str(path) == "-":
        yield from _text_records(_decoded(sys.stdin.buffer.read()), "standard input")
        return
    here = Path(path)
    if here.is_dir():
        yield from _Export(here).records()
        return
    if here.suffix.lower() in LINES:
        export = _Export(None)
        yield from export.lines(here)
        yield from export.gathered(str(here))
        return
    yield from _text_records(_loaded(here), str(here))


# --- one file ------------------------------------------------------------------------------------------


def _loaded(path: Path) -> str | Problem:
    """The text of a file, or why it cannot be had."""
    try:
        return _decoded(path.read_bytes())
    except OSError as error:
        return Problem("$", f"cannot be read: {(error.strerror or str(error)).lower()}")


def _decoded(raw: bytes) -> str | Problem:
    if raw[:2] == b"\x1f\x8b":
        return Problem("$", "a compressed file: unpack it first")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Problem("$", f"not a text in UTF-8 (byte {error.start + 1})")


def _parsed(text: str) -> tuple[Json, Problem | None]:
    """The JSON of a text, or why it is none."""
    try:
        return json.loads(text), None
    except json.JSONDecodeError as error:
        return None, Problem("$", f"not JSON: {error.msg.lower()}, column {error.colno}", error.lineno)
    except RecursionError:
        return None, Problem("$", "nested too deep to be read")
    except ValueError as error:  # a number of thousands of digits
        return None, Problem("$", f"not JSON that can be read: {str(error).split(';')[0].lower()}")


def _text_records(text: str | Problem, origin: str) -> Iterator[Record]:
    if isinstance(text, Problem):
        yield Record(origin, None, (text,))
        return
    if text.lstrip()[:1] not in ("{", "["):
        yield from _form(text, origin)
        return
    document, problem = _parsed(text)
    if problem is None:
        if is_fhir(document):
            yield from _whole_records(read_all(_listed(document)), origin)
        else:
            yield from _form(text, origin)
    elif _looks_like_lines(text):
        yield from _lines_in_memory(text, origin)
    elif '"resourceType"' in text[:10_000]:
        yield Record(origin, None, (problem,))
    else:
        yield from _form(text, origin)


def is_fhir(document: Json) -> bool:
    """Whether parsed JSON is FHIR: a resource, a list with one in it, or a bundle that forgot to say so."""
    if isinstance(document, dict):
        return "resourceType" in document or isinstance(document.get("entry"), list)
    return isinstance(document, list) and any(isinstance(d, dict) and "resourceType" in d for d in document)


def _listed(document: Json) -> list[Json]:
    return document if isinstance(document, list) else [document]


def _form(text: str, origin: str) -> Iterator[Record]:
    reads = read_plain_text(text, origin)
    for patient, problems in reads:
        where = f"{origin}#{patient.id}" if patient is not None and len(reads) > 1 else origin
        yield Record(where, patient, problems)


def _whole_records(whole: Whole, origin: str) -> Iterator[Record]:
    if not whole.readings:
        said = "; ".join(f"{u.resource}: {u.why}" for u in whole.left[:5])
        yield Record(origin, None, (Problem("$", f"no patient is in it{f' ({said})' if said else ''}"),))
    several = len(whole.readings) > 1
    for reading in whole.readings:
        patient = reading.patient
        yield Record(f"{origin}#{patient.id}" if several else origin, patient)


def _looks_like_lines(text: str) -> bool:
    first = text.lstrip().split("\n", 1)[0]
    document, problem = _parsed(first)
    return problem is None and isinstance(document, dict)


def _lines_in_memory(text: str, origin: str) -> Iterator[Record]:
    resources: list[Json] = []
    for n, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        document, problem = _parsed(line)
        if problem is not None:
            yield Record(f"{origin}:{n}", None, (Problem("$", problem.message, n),))
        elif isinstance(document, dict) and document.get("resourceType") == "Bundle":
            yield from _whole_records(read_all([document]), f"{origin}:{n}")
        else:
            resources.append(document)
    if resources:
        yield from _whole_records(read_all(resources), origin)


# --- exports that spread a patient over lines and files ------------------------------------------------


class _Place(NamedTuple):
    """Where a resource lies: a file (by number), the byte it begins at and its length."""

    file: int
    start: int
    length: int


@dataclass(slots=True)
class _Export:
    """A directory, or the lines of one file: what can be read at once is; of the rest the places are kept."""

    folder: Path | None
    files: list[Path] = field(default_factory=list)
    places: dict[str, list[_Place]] = field(default_factory=dict)  # patient -> where her resources lie
    shared: dict[str, _Place] = field(default_factory=dict)  # Type/id of resources of no patient
    identified: dict[str, str] = field(default_factory=dict)  # an identifier -> patient
    homeless: list[tuple[str, _Place]] = field(default_factory=list)
    pages: list[tuple[Path, frozenset[str]]] = field(default_factory=list)  # of a paged search, and whose
    seen: dict[str, str] = field(default_factory=dict)  # patient -> the file she was read from

    def records(self) -> Iterator[Record]:
        """Every patient of the directory."""
        folder = self.folder
        assert folder is not None
        found = sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith("."))
        if not found:
            yield Record(str(folder), None, (Problem("$", "the directory is empty"),))
        for path in found:
            suffix = path.suffix.lower()
            if suffix in LINES:
                yield from self.lines(path)
            elif suffix in DOCUMENTS:
                yield from self._document(path)
            elif suffix in FORMS:
                yield from _text_records(_loaded(path), str(path))
            else:
                message = f"a file of type '{suffix or 'none'}' is not read (json, ndjson, yaml are)"
                yield Record(str(path), None, (Problem("$", message),))
        yield from self._paged()
        yield from self.gathered(str(folder))

    def lines(self, path: Path) -> Iterator[Record]:
        """The bundles of a line-wise file; of its single resources the places are noted."""
        number = len(self.files)
        self.files.append(path)
        try:
            with path.open("rb") as stream:
                start = 0
                for n, raw in enumerate(stream, 1):
                    place = _Place(number, start, len(raw))
                    start += len(raw)
                    if raw.strip():
                        yield from self._line(path, n, raw, place)
        except OSError as error:
            message = f"cannot be read: {(error.strerror or str(error)).lower()}"
            yield Record(str(path), None, (Problem("$", message),))

    def _line(self, path: Path, n: int, raw: bytes, place: _Place) -> Iterator[Record]:
        text = _decoded(raw)
        document, problem = _parsed(text) if isinstance(text, str) else (None, text)
        if problem is not None:
            yield Record(f"{path}:{n}", None, (Problem("$", problem.message, n),))
        elif isinstance(document, dict) and document.get("resourceType") == "Bundle":
            yield from self._once(_whole_records(read_all([document]), f"{path}:{n}"))
        elif isinstance(document, dict) and "resourceType" in document:
            self._note(document, place, f"{path}:{n}")
        else:
            yield Record(f"{path}:{n}", None, (Problem("$", "not a resource", n),))

    def _document(self, path: Path) -> Iterator[Record]:
        text = _loaded(path)
        if isinstance(text, Problem):
            yield Record(str(path), None, (text,))
            return
        document, problem = _parsed(text)
        if problem is not None or not isinstance(document, dict) or "resourceType" not in document:
            yield from self._once(_text_records(text, str(path)))
        elif document["resourceType"] != "Bundle":
            self.files.append(path)
            self._note(document, _Place(len(self.files) - 1, 0, -1), str(path))
        elif is_page(document):
            entries = document.get("entry")
            inside = (
                [e.get("resource") for e in entries if isinstance(e, dict)]
                if isinstance(entries, list)
                else []
            )
            keys = frozenset(k for r in inside if (k := patient_key(r)) is not None)
            self.pages.append((path, keys))
        else:
            yield from self._once(_whole_records(read_all([document]), str(path)))

    def _once(self, records: Iterable[Record]) -> Iterator[Record]:
        """The records, with a warning on a patient that another file also holds."""
        for record in records:
            patient = record.patient
            if patient is not None:
                before = self.seen.setdefault(patient.id, record.origin)
                if before != record.origin:
                    message = (
                        f"the patient {patient.id} is also in {before}: what the two say was not put together"
                    )
                    warning = Problem("$", message, warning=True)
                    record = Record(record.origin, patient, (*record.problems, warning))
            yield record

    # --- places ----------------------------------------------------------------------------------------

    def _note(self, resource: dict[str, Json], place: _Place, origin: str) -> None:
        key = patient_key(resource)
        kind = resource.get("resourceType")
        if key is not None:
            self.places.setdefault(key, []).append(place)
            if kind == "Patient":
                for identifier in identifiers(resource.get("identifier")):
                    self.identified.setdefault(identifier, key)
        elif kind in SHARED_KINDS:
            self.shared[f"{kind}/{resource.get('id')}"] = place
        else:
            self.homeless.append((origin, place))

    def gathered(self, origin: str) -> Iterator[Record]:
        """The patients whose resources were noted, one after the other."""
        for key in [k for k in self.places if k.startswith("identifier ")]:
            owner = self.identified.get(key)
            if owner is not None:
                self.places.setdefault(owner, []).extend(self.places.pop(key))
        if len(self.places) == 1:
            for held in self.places.values():
                held.extend(place for _, place in self.homeless)
            self.homeless = []
        for places in self.places.values():
            resources = self._load(places)
            lent = self._lent(resources)
            whole = read_all(resources, shared=lent)
            yield from self._once(_named(whole, origin, len(self.places) > 1))
        if self.homeless:
            first = ", ".join(o for o, _ in self.homeless[:3])
            message = f"{len(self.homeless)} resources name no patient and were not read ({first})"
            yield Record(origin, None, (Problem("$", message),))
        elif not self.places and self.shared and not self.seen:
            yield Record(origin, None, (Problem("$", "no patient is in it"),))

    def _load(self, places: list[_Place]) -> list[Json]:
        """The resources at these places, each file opened once. One that changed meanwhile is left out."""
        found: list[Json] = []
        for number in dict.fromkeys(p.file for p in places):
            try:
                with self.files[number].open("rb") as stream:
                    for place in places:
                        if place.file == number:
                            stream.seek(place.start)
                            document, problem = _parsed(
                                stream.read(place.length).decode("utf-8-sig", "replace")
                            )
                            if problem is None:
                                found.append(document)
            except OSError:
                continue
        return found

    def _lent(self, resources: list[Json]) -> list[Json]:
        """The resources of no patient that these refer to, and those that they refer to in turn."""
        lent: dict[str, Json] = {}
        waiting = list(resources)
        for _ in range(3):
            wanted = {
                r for resource in waiting for r in references(resource)
            } & self.shared.keys() - lent.keys()
            if not wanted:
                break
            waiting = []
            for name in sorted(wanted):
                waiting += self._load([self.shared[name]])
                lent[name] = waiting[-1] if waiting else None
        return list(lent.values())

    # --- pages -----------------------------------------------------------------------------------------

    def _paged(self) -> Iterator[Record]:
        """The pages of a search, those of the same patients together."""
        left = list(self.pages)
        while left:
            path, keys = left.pop(0)
            together = [path]
            grown = set(keys)
            while mine := [p for p in left if p[1] & grown]:
                for page in mine:
                    left.remove(page)
                    together.append(page[0])
                    grown |= page[1]
            documents = []
            for page_path in sorted(together):
                text = _loaded(page_path)
                document, problem = _parsed(text) if isinstance(text, str) else (None, text)
                if problem is not None:
                    yield Record(str(page_path), None, (problem,))
                else:
                    documents.append(document)
            yield from self._once(_whole_records(read_all(documents), str(path)))


def _named(whole: Whole, origin: str, several: bool) -> Iterator[Record]:
    for record in _whole_records(whole, origin):
        if several and record.patient is not None:
            yield Record(f"{origin}#{record.patient.id}", record.patient, record.problems)
        else:
            yield record
