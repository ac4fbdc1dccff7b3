"""A patient in the plain form, whatever it was read from: to be shown, edited and read again.

``read_plain(write_plain(p), "")`` gives the same facts as ``p``, apart from sources and texts. What a reader
did not use is written as notes, which no criterion sees.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import yaml

from paratope.patient.fhir.procedures import entry_kind
from paratope.patient.model import (
    TABLE_HALF_LIFE,
    AntigenTest,
    Cancer,
    Consent,
    Entry,
    Flag,
    Imaging,
    Lesion,
    Measurement,
    Patient,
    Result,
    Review,
    Statement,
    When,
)
from paratope.patient.plain.entries import (
    ANTICANCER,
    goes_on,
    half_life_of,
    is_active,
    kind_of_entry,
    on_one_day,
    targets_of,
)
from paratope.patient.plain.fields import (
    ATTRIBUTE_FIELDS,
    CLASS_KINDS,
    MEASURE_FIELDS,
    MORE_FIELDS,
    TREATMENT_KINDS,
)
from paratope.patient.plain.measures import read_measurement
from paratope.patient.plain.reading import Reading, Row
from paratope.patient.plain.scalars import Amounts, date_text, interval_text, number_text, read_amounts
from paratope.terms import catalogue
from paratope.units import convert

Plain = dict[str, Any]
"""What JSON can hold: mappings, lists, texts, numbers, true and false."""


def write_plain(patient: Patient) -> Plain:
    """The plain form of a patient, in the order of the form, of JSON values only. Empty sections are left out."""
    ids = _ids(patient)
    form: Plain = {"patient": _person(patient)}
    cancers = [_cancer(c) for c in patient.cancers]
    if cancers:
        form["cancer"] = cancers[0] if len(cancers) == 1 else cancers
    for group in patient.measurements.values():
        for m in group:
            _add(form, _MEASURE_SECTION.get(_freshness(m.concept), "measures"), _measurement(m))
    for name in ("labs", "vitals", "scores", "echo", "measures"):  # in this order, whatever came first
        if name in form:
            form[name] = form.pop(name)
    for section, items in (
        ("tests", [_result(r, ids) for group in patient.results.values() for r in group]),
        ("antigens", [_antigen(a) for group in patient.antigens.values() for a in group]),
    ):
        if items:
            form[section] = items
    for section in ("therapies", "medicines", "findings"):
        entries = [e for e in patient.entries if _section_of(e) == section]
        if entries:
            form[section] = [_entry(e, section, ids, patient.extracted) for e in entries]
    rest: tuple[tuple[str, list[Any] | Plain], ...] = (
        ("none of", [_absent(e) for e in patient.entries if _section_of(e) == "none of"]),
        ("reviewed", [_review(r) for r in patient.reviews]),
        ("lesions", [_lesion(x) for x in patient.lesions]),
        ("imaging", [_imaging(i) for i in patient.imaging]),
        ("flags", _flags(patient.flags)),
        ("statements", [_statement(s) for group in patient.statements.values() for s in group]),
        ("consents", [_consent(c) for c in patient.consents]),
        ("notes", [_note(u.resource, u.why) for u in patient.unused]),
    )
    form.update({section: items for section, items in rest if items})
    return form


def dump_plain(patient: Patient) -> str:
    """The plain form as YAML text, one fact a line where it fits."""
    return "\n".join(_section(name, content) for name, content in write_plain(patient).items())


# --- YAML ----------------------------------------------------------------------------------------------


WIDTH = 118
"""A fact stays on one line up to this length."""


class _Dumper(yaml.SafeDumper):
    """Quotes only what the form's own reader would take for nothing or could not read."""

    def ignore_aliases(self, _data: object) -> bool:
        """Values that happen to be the same object are written out each time."""
        return True


_Dumper.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0] == "tag:yaml.org,2002:null"]
    for first, pairs in yaml.SafeDumper.yaml_implicit_resolvers.items()
}


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    """A text with a line break in it stays on its line, in double quotes."""
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=None if value.isprintable() else '"')


_Dumper.add_representer(str, _text)
_Dumper.add_representer(bool, lambda d, value: d.represent_str("yes" if value else "no"))
_Dumper.add_representer(float, lambda d, value: d.represent_str(number_text(value)))
_Dumper.add_representer(int, lambda d, value: d.represent_str(str(value)))


def _section(name: str, content: Any) -> str:
    """One section: on one line if it fits, else a line for each item or field."""
    if not (isinstance(content, list) and any(isinstance(item, dict) for item in content)):
        line = f"{name}: {_flow(content)}"
        if len(line) <= WIDTH:
            return f"{line}\n"
    return f"{name}:\n" + "\n".join(_lines(content, "  ")) + "\n"


def _lines(content: Any, indent: str) -> list[str]:
    if isinstance(content, dict):
        return [f"{indent}{_flow(key)}: {_flow(value)}" for key, value in content.items()]
    lines: list[str] = []
    for item in content:
        short = f"{indent}- {_flow(item)}"
        if len(short) > WIDTH and isinstance(item, dict):
            fields = _lines(item, f"{indent}  ")
            lines += [f"{indent}- {fields[0].lstrip()}", *fields[1:]]
        else:
            lines.append(short)
    return lines


def _flow(data: Any) -> str:
    """YAML of one value on one line."""
    text: str = yaml.dump(
        data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=True, width=10**6
    )
    return text.removesuffix("...\n").strip("\n")


# --- parts ---------------------------------------------------------------------------------------------


def _add(form: Plain, section: str, item: Plain) -> None:
    form.setdefault(section, []).append(item)


def _some(**fields: object) -> Plain:
    """The fields that say something; an underscore stands for a blank."""
    return {
        k.rstrip("_").replace("_", " "): v for k, v in fields.items() if v is not None and v != "" and v != {}
    }


def _when(when: When | None) -> str | None:
    return None if when is None else date_text(when)


def _names(names: Iterable[str]) -> str | list[str] | None:
    listed = sorted(names)
    return listed[0] if len(listed) == 1 else listed or None


def _person(patient: Patient) -> Plain:
    sex = patient.sex or (None if patient.sex_fact is None else "unknown")
    taken = None if patient.extracted is None else date.fromordinal(patient.extracted).isoformat()
    return _some(id=patient.id, sex=sex, born=_when(patient.born), extracted=taken)


def _cancer(cancer: Cancer) -> Plain:
    return _some(
        is_=_names(cancer.concepts),
        extent=_names(cancer.extent),
        confirmed_by=_names(cancer.confirmed_by),
        status=_names(cancer.status),
        features=_names(cancer.features),
        diagnosed=_when(cancer.when),
        called=_called(cancer.text, sorted(cancer.concepts)),
    )


def _called(text: str, names: Iterable[str]) -> str | None:
    """The record's own name, where it is not the catalogue's."""
    shown = " ".join(text.split())
    return None if not shown or shown.casefold() == " + ".join(names).casefold() else shown


_MEASURE_SECTION = {
    "blood": "labs",
    "serology": "labs",
    "vitals": "vitals",
    "performance": "scores",
    "echo": "echo",
}


def _freshness(name: str) -> str:
    concept = catalogue().get(name)
    return (concept.freshness or "") if concept is not None else ""


def _measurement(m: Measurement) -> Plain:
    concept = catalogue().get(m.concept)
    unit = (concept.unit or "") if concept is not None else ""
    common = {"is": m.concept}
    rest = _some(
        range=_range(m, unit),
        on=_when(m.when),
        condition=m.condition,
        method=m.method,
        amended=m.amended or None,
        problem=m.problem,
    )
    if m.value is None:
        return {**common, "value": m.printed or "?", **rest}
    as_printed = {**common, "value": m.printed, **rest}
    if _reads_back(as_printed, m):
        return as_printed
    return {**common, "value": interval_text(m.value, unit), **rest, "printed": m.printed}


def _range(m: Measurement, unit: str) -> str | None:
    """The laboratory's limits, in the unit the value was printed in where that is exact."""
    concept = catalogue().get(m.concept)
    amounts = read_amounts(m.printed)
    printed = amounts.unit if isinstance(amounts, Amounts) and not amounts.power else ""
    if concept is not None and printed and printed != unit and concept.unit:
        ends = []
        for limit in (m.low, m.high):
            there = None if limit is None else convert(limit, unit, printed, concept.molar_mass)
            short = None if there is None else float(f"{there:.10g}")
            back = None if short is None else convert(number_text(short), printed, unit, concept.molar_mass)
            ends.append(short if back == limit else None)
        if (ends[0] is None, ends[1] is None) == (m.low is None, m.high is None):
            return _limits(ends[0], ends[1], printed)
    return _limits(m.low, m.high, unit)


def _limits(low: float | None, high: float | None, unit: str) -> str | None:
    tail = f" {unit}" if unit else ""
    if low is not None and high is not None:
        between = "-" if low >= 0 else " to "
        return f"{number_text(low)}{between}{number_text(high)}{tail}"
    if high is not None:
        return f"<= {number_text(high)}{tail}"
    return None if low is None else f">= {number_text(low)}{tail}"


def _reads_back(form: Plain, m: Measurement) -> bool:
    """Whether the printed value, read again, is the same value without a complaint."""
    reading = Reading("")
    read = read_measurement(Row(reading, form, (), MEASURE_FIELDS))
    return (
        read is not None
        and not reading.problems
        and (read.value, read.low, read.high, read.printed) == (m.value, m.low, m.high, m.printed)
    )


def _result(result: Result, ids: Mapping[str, str]) -> Plain:
    return _some(
        is_=result.concept,
        result=result.value,
        on=_when(result.when),
        about=None if result.about is None else ids.get(result.about),
        amended=result.amended or None,
        problem=result.problem,
    )


def _antigen(test: AntigenTest) -> Plain:
    word = test.value
    if word is None and test.amplified is not None:
        word = "amplified" if test.amplified else "not amplified"
    percent = {level: interval_text(v, "%") for level, v in test.percent.items()}
    return _some(
        is_=test.antigen,
        by=test.method,
        result=word,
        amplified=test.amplified if test.value is not None else None,
        score=None if test.score is None else f"{test.score}+" if test.score else "0",
        ratio=test.ratio,
        copies=test.copies,
        cells=percent["any"] if set(percent) == {"any"} else percent,
        compartment=test.compartment,
        specimen=test.specimen,
        on=_when(test.when),
        problem=test.problem,
    )


# --- entries -------------------------------------------------------------------------------------------


def _section_of(entry: Entry) -> str:
    if entry.present:
        if not all(_kind(c) in TREATMENT_KINDS for c in entry.concepts):
            return "findings"
        if entry.kind == "medicine":
            return "medicines"
        return "therapies" if ANTICANCER in entry.closure and entry.kind != "supportive" else "findings"
    plain = (
        not (entry.end or entry.ongoing or entry.attributes or entry.targets or entry.treated or entry.study)
        and len(entry.concepts) == 1
    )
    return "none of" if plain and entry.kind == entry_kind(entry.concepts, "condition") else "findings"


def _ids(patient: Patient) -> dict[str, str]:
    """What ``about`` says of a finding: its name, or an ``id`` of its own where the name is not enough."""
    wanted = {r.about for group in patient.results.values() for r in group if r.about is not None}
    found: dict[str, str] = {}
    for number, entry in enumerate(patient.entries, 1):
        if entry.source in wanted and entry.source not in found:
            alone = [
                c
                for c in sorted(entry.concepts)
                if sum(e.present and c in e.closure for e in patient.entries) == 1
            ]
            found[entry.source] = alone[0] if alone and entry.present else f"E{number}"
    return found


def _entry(entry: Entry, section: str, ids: Mapping[str, str], taken: int | None) -> Plain:
    names, classes = _told_apart(entry.concepts, section)
    own = ids.get(entry.source)
    derived = targets_of(entry.concepts) if entry.present else frozenset()
    start, end = _when(entry.start), _when(entry.end)
    dates: Plain
    if section == "findings" and not on_one_day(entry.kind, section):
        silent = end is None and goes_on(entry.concepts, entry.attributes)
        dates = _some(on=start, to=end, ongoing=entry.ongoing if entry.ongoing or silent else None)
    elif section == "findings" and (end is None or start is None):
        dates = _some(since=start, to=end, ongoing=entry.ongoing or None)
    elif start is not None and entry.start == entry.end and not entry.ongoing:
        dates = {"on": start}
    else:
        first = {"since" if section == "findings" else "from": start} if start else {}
        dates = first | _some(to=end or (None if entry.ongoing else "unknown"), ongoing=entry.ongoing or None)
    form = {
        **_some(
            is_=_names(names),
            classes=_names(classes),
            called=_called(entry.text, names),
            id=own if own is not None and own not in entry.concepts else None,
        ),
        **dates,
        **({} if entry.present else {"present": False}),
        **_attributes(entry),
        **_silences(entry, section, names, classes, taken),
        **_some(study=entry.study, note=entry.note),
    }
    if entry.targets != derived:
        form["targets"] = sorted(entry.targets)
    if entry.kind != kind_of_entry(entry.concepts, section):
        form["kind"] = entry.kind
    return form


def _silences(entry: Entry, section: str, names: list[str], classes: list[str], taken: int | None) -> Plain:
    """What the reader would conclude from the rest though the entry does not say so."""
    form: Plain = {}
    if not entry.present:
        return form
    if section == "findings" and "active" not in entry.attributes:
        ended = entry.end is not None and not entry.ongoing
        if is_active(entry.concepts, entry.end, ended, entry.ongoing, taken) is not None:
            form["active"] = "unknown"
    if (
        section == "therapies"
        and "half-life" not in entry.attributes
        and TABLE_HALF_LIFE not in entry.attributes
        and half_life_of(names, classes) is not None
    ):
        form["half-life"] = "unknown"
    return form


def _told_apart(concepts: frozenset[str], section: str) -> tuple[list[str], list[str]]:
    """Names, and for a treatment the classes that are merely broader than one of the names."""
    specific = catalogue().most_specific(concepts)
    if section == "findings":
        return sorted(concepts), []
    classes = sorted(c for c in concepts - specific if _kind(c) in CLASS_KINDS)
    return sorted(concepts.difference(classes)), classes


def _kind(name: str) -> str:
    concept = catalogue().get(name)
    return "" if concept is None else concept.kind


def _attributes(entry: Entry) -> Plain:
    form: Plain = {}
    for field in (*ATTRIBUTE_FIELDS, *MORE_FIELDS):
        value = entry.attributes.get(field.name)
        if field.name == "treated" and entry.treated:
            dates: list[Any] = [date_text(w) for w in entry.treated]
            form["treated"] = dates if value is not False else [value, *dates]
        elif isinstance(value, float | int) and not isinstance(value, bool) and field.unit:
            form[field.name] = f"{number_text(float(value))} {field.unit}"
        elif isinstance(value, float):
            form[field.name] = int(value) if value == int(value) else value
        elif value is not None:
            form[field.name] = value
    return form


def _absent(entry: Entry) -> str | Plain:
    (name,) = entry.concepts
    extra = _some(on=_when(entry.start), note=entry.note)
    return {"is": name, **extra} if extra else name


# --- the rest ------------------------------------------------------------------------------------------


def _review(review: Review) -> str | Plain:
    return review.covers if review.when is None else {"is": review.covers, "on": date_text(review.when)}


def _lesion(lesion: Lesion) -> Plain:
    return _some(
        site=lesion.site,
        longest=None if lesion.longest is None else interval_text(lesion.longest, "mm"),
        short_axis=None if lesion.short_axis is None else interval_text(lesion.short_axis, "mm"),
        slice_thickness=None
        if lesion.slice_thickness is None
        else f"{number_text(lesion.slice_thickness)} mm",
        kind=lesion.kind,
        modality=lesion.modality,
        on=_when(lesion.when),
        problem=lesion.problem,
    )


def _imaging(imaging: Imaging) -> Plain:
    return _some(is_=imaging.modality, on=_when(imaging.when))


def _flags(flags: Mapping[str, tuple[Flag, ...]]) -> Plain:
    form: Plain = {}
    for name, group in flags.items():
        items = [f.value if f.when is None else {"value": f.value, "on": date_text(f.when)} for f in group]
        form[name] = items[0] if len(items) == 1 else items
    return form


def _statement(statement: Statement) -> Plain:
    concept = catalogue().get(statement.topic)
    value = statement.value
    if isinstance(value, float | int) and not isinstance(value, bool):
        unit = (concept.unit or "") if concept is not None else ""
        value = _stated(float(value), unit)
    return _some(
        about=statement.topic,
        value=value,
        by=statement.author,
        on=_when(statement.when),
        study=statement.study,
        parts=dict(statement.parts),
    )


def _stated(value: float, unit: str) -> str:
    """A number in its unit, or in whole weeks, months or years where that is the same."""
    if value != int(value):
        for other, words in (("wk", "weeks"), ("mo", "months"), ("a", "years")):
            there = convert(value, unit, other) if unit in ("wk", "mo", "a", "d") else None
            if there is not None and convert(round(there), other, unit) == value:
                return f"{round(there)} {words}"
    return f"{number_text(value)} {unit}".strip()


def _consent(consent: Consent) -> Plain:
    return _some(
        study=consent.study,
        on=_when(consent.when),
        by=consent.signed_by,
        active=None if consent.active else False,
    )


_NOTE = "a note, used by no criterion: "


def _note(resource: str, why: str) -> str:
    return why.removeprefix(_NOTE) if why.startswith(_NOTE) else f"{resource}: {why}"
