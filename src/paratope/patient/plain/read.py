"""Reading the plain form: sections in, one patient and all problems out."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping

from paratope.patient.build import build_patient
from paratope.patient.model import AntigenTest, Entry, Fact, Patient, Unused
from paratope.patient.plain.entries import read_absent, read_entry
from paratope.patient.plain.fields import SECTIONS, Section
from paratope.patient.plain.load import Document, Path, load
from paratope.patient.plain.measures import read_measurement, read_result
from paratope.patient.plain.people import (
    Person,
    read_cancer,
    read_consent,
    read_flags,
    read_person,
    read_review,
    read_statement,
)
from paratope.patient.plain.reading import Reading, Row, plainly, text_of
from paratope.patient.plain.tumour import read_antigen, read_imaging, read_lesion, settle_amplification
from paratope.patient.problems import Problem, errors, in_order

Read = tuple[Patient | None, tuple[Problem, ...]]

VERSION = "1"
"""Of the form; a file may say ``form: 1``."""

_SECTION = {plainly(name): section for section in SECTIONS for name in section.names}


def read_plain(data: object, origin: str, lines: Mapping[Path, int] | None = None) -> Read:
    """A patient from parsed YAML or JSON, and what is wrong with it.

    ``origin`` names the file for messages; ``lines`` are those of ``load``. With any problem that is not a
    mere warning the patient is None: a record is read whole or not at all, for a line that was skipped in
    silence could be the one that excludes.
    """
    reading = Reading(origin, lines)
    patient = _patient(reading, data)
    problems = in_order(reading.problems)
    return (None if errors(problems) else patient), problems


def read_plain_text(text: str, origin: str) -> tuple[Read, ...]:
    """Every patient of a YAML or JSON text: usually one, several between lines of ``---`` or in one list."""
    documents = load(text)
    if not documents:
        return ((None, (Problem("$", "the file is empty"),)),)
    return tuple(read for document in documents for read in _document(document, origin))


def _document(document: Document, origin: str) -> Iterable[Read]:
    if document.data is None:
        yield None, in_order(document.problems)
        return
    data = document.data
    if isinstance(data, list) and data and all(isinstance(item, dict) and "patient" in item for item in data):
        for index, item in enumerate(data):
            lines = {path[1:]: line for path, line in document.lines.items() if path[:1] == (index,)}
            patient, problems = read_plain(item, f"{origin}[{index}]", lines)
            mine = [p for p in document.problems if p.place.startswith(f"$[{index}]")]
            problems = in_order((*problems, *mine))
            yield (None if errors(problems) else patient), problems
        return
    patient, problems = read_plain(data, origin, document.lines)
    problems = in_order((*document.problems, *problems))
    yield (None if errors(problems) else patient), problems


# --- sections ------------------------------------------------------------------------------------------

Written = tuple[Section, str, object]
"""A section, the name it was written with, and what stands under it."""

Recorded = tuple[Path, str | None, Entry]
"""An entry, where it stands, and the ``id`` it was given."""

_LISTS: dict[str, Callable[[Row], Fact | tuple[Fact, ...] | None]] = {
    "cancer": read_cancer,
    "labs": read_measurement,
    "antigens": read_antigen,
    "therapies": lambda row: read_entry(row, "therapies"),
    "medicines": lambda row: read_entry(row, "medicines"),
    "findings": lambda row: read_entry(row, "findings"),
    "none of": read_absent,
    "reviewed": read_review,
    "lesions": read_lesion,
    "imaging": read_imaging,
    "statements": read_statement,
    "consents": read_consent,
}
"""How one item of a section is read. Tests come later: they may be about a finding."""


def _patient(reading: Reading, data: object) -> Patient | None:
    if not isinstance(data, Mapping):
        reading.report((), "a patient form is a mapping with the sections patient, cancer, labs and so on")
        return None
    written = _sections(reading, data)
    person = _person(reading, written)
    reading.has_cancer = any(section.names[0] == "cancer" for section, _, _ in written)
    facts: list[Fact] = []
    unused: list[Unused] = []
    entries: list[Recorded] = []
    for section, key, value in written:
        read = _LISTS.get(section.names[0])
        if read is not None:
            for row in _rows(reading, section, key, value):
                fact = read(row)
                if isinstance(fact, tuple):
                    facts += fact
                elif fact is not None:
                    facts.append(fact)
                if isinstance(fact, Entry):
                    entries.append((row.path, row.text("id") if "id" in row.fields else None, fact))
        elif section.shape == "by name":
            facts += read_flags(reading, value, (key,), section.fields)
        elif section.shape == "texts":
            unused += _notes(reading, value, (key,))
    _contradictions(reading, entries)
    for section, key, value in written:
        if section.names[0] == "tests":
            named = [(own, entry) for _, own, entry in entries]
            results = (read_result(row, named) for row in _rows(reading, section, key, value))
            facts += [result for result in results if result is not None]
    if person is None:
        return None
    tests = settle_amplification([fact for fact in facts if isinstance(fact, AntigenTest)])
    return build_patient(
        person.id,
        [*(fact for fact in facts if not isinstance(fact, AntigenTest)), *tests],
        sex=person.sex,
        sex_fact=person.sex_fact,
        born=person.born,
        born_fact=person.born_fact,
        extracted=person.extracted,
        unused=unused,
    )


def _sections(reading: Reading, data: Mapping[object, object]) -> list[Written]:
    """The sections that are there; names not known are reported, empty sections passed over."""
    found: list[Written] = []
    for key, value in data.items():
        name = str(key)
        section = _SECTION.get(plainly(name))
        if section is not None:
            if value is not None and value != "":
                found.append((section, name, value))
        elif plainly(name) == "form":
            if text_of(value) != VERSION:
                reading.report((name,), f"this program reads form {VERSION}")
        else:
            near = difflib.get_close_matches(plainly(name)[:60], _SECTION, n=1, cutoff=0.6)
            known = ", ".join(s.names[0] for s in SECTIONS)
            hint = f"did you mean '{_SECTION[near[0]].names[0]}'?" if near else f"known here: {known}"
            reading.report((name,), f"'{name}' is not a section of the form; {hint}")
    return found


def _person(reading: Reading, written: list[Written]) -> Person | None:
    person: Person | None = None
    for section, key, value in written:
        if section.names[0] == "patient":
            person = read_person(Row(reading, value, (key,), section.fields))
            reading.extracted = person.extracted if person is not None else None
    if not any(section.names[0] == "patient" for section, _, _ in written):
        reading.report((), "the section 'patient' is missing: write at least `patient: {id: P1}`")
    return person


def _rows(reading: Reading, section: Section, key: str, value: object) -> Iterable[Row]:
    """The items of a section. A lone item may stand without the list, a lone name without the mapping."""
    if isinstance(value, list | tuple):
        for index, item in enumerate(value):
            if item is not None:  # an empty line of a list
                yield _row(reading, section, item, (key, index))
    else:
        yield _row(reading, section, value, (key,))


def _row(reading: Reading, section: Section, item: object, path: Path) -> Row:
    text = text_of(item)
    alone = (
        text is not None and sum(f.required for f in section.fields) <= 1 and section.fields[0].name == "is"
    )
    return Row(reading, {"is": text} if alone else item, path, section.fields, bare=alone)


def _contradictions(reading: Reading, entries: list[Recorded]) -> None:
    """What stands under findings and under none of at once: allowed, for records do contradict, but said."""
    absent = [(path, entry) for path, _, entry in entries if not entry.present]
    for path, refuted in absent:
        for _, _, entry in entries:
            since = (
                refuted.start is not None
                and entry.start is not None
                and entry.start.first > refuted.start.last
            )
            over = entry.attributes.get("active") is False or (entry.end is not None and not entry.ongoing)
            if entry.present and refuted.concepts & entry.closure and not since and not over:
                name = ", ".join(sorted(refuted.concepts & entry.closure))
                message = (
                    f"{name} is said to be absent, and '{entry.text}' is in {entry.source}: both are kept"
                )
                reading.report(path, message, warning=True)
                break


def _notes(reading: Reading, value: object, path: Path) -> list[Unused]:
    items = value if isinstance(value, list) else [value]
    found: list[Unused] = []
    for index, item in enumerate(items):
        at = (*path, index) if isinstance(value, list) else path
        text = text_of(item)
        if text is None:
            reading.report(at, "words are expected here")
        else:
            found.append(Unused(reading.source(at), f"a note, used by no criterion: {text}"))
    return found
