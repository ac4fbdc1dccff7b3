"""From facts to a ``Patient``: sorted, with closures, indexed for the evaluator."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Protocol, TypeVar

from paratope.patient.model import (
    AntigenTest,
    Cancer,
    Consent,
    Demographic,
    Entry,
    Fact,
    Flag,
    Imaging,
    Lesion,
    Measurement,
    Patient,
    Result,
    Review,
    Statement,
    Unused,
    When,
)
from paratope.terms import catalogue


class _Dated(Protocol):
    @property
    def when(self) -> When | None: ...


_F = TypeVar("_F", bound=_Dated)


@lru_cache(maxsize=4096)
def closure_of(concepts: frozenset[str]) -> frozenset[str]:
    """These concepts and everything broader than any of them."""
    return catalogue().closure(concepts)


@lru_cache(maxsize=4096)
def closure_as_medicine(concepts: frozenset[str]) -> frozenset[str]:
    """The closure of a drug given for something other than cancer (methotrexate against lupus): whatever it is
    elsewhere, here it is no anticancer treatment."""
    terms = catalogue()
    return frozenset(
        c for c in closure_of(concepts) if c in concepts or not terms.is_a(c, "anticancer treatment")
    )


def newest_first(facts: Iterable[_F]) -> tuple[_F, ...]:
    """By day, newest first, and by time of day where it is written; the undated last, in record order."""
    return tuple(sorted(facts, key=_age, reverse=True))


def _age(fact: _Dated) -> tuple[int, str]:
    when = fact.when
    return (0, "") if when is None else (when.last, when.text)


def build_patient(
    id: str,
    facts: Iterable[Fact],
    *,
    sex: str | None = None,
    sex_fact: Demographic | None = None,
    born: When | None = None,
    born_fact: Demographic | None = None,
    extracted: int | None = None,
    unused: Iterable[Unused] = (),
) -> Patient:
    """Everything on record about one person.

    ``facts`` come in any order. Measurements, results, antigen tests, statements and flags are grouped by
    what they are about, newest first; entries, cancers and lists keep the order of the record. An entry or
    cancer without a closure gets it here. ``present`` finds an entry under each concept of its closure,
    ``absent`` a refuted one under exactly the concepts that were refuted (a refuted infection says nothing
    about disease in general). Demographic facts are passed by name and ignored among ``facts``.
    """
    measurements: dict[str, list[Measurement]] = {}
    results: dict[str, list[Result]] = {}
    antigens: dict[str, list[AntigenTest]] = {}
    statements: dict[str, list[Statement]] = {}
    flags: dict[str, list[Flag]] = {}
    entries: list[Entry] = []
    cancers: list[Cancer] = []
    consents: list[Consent] = []
    reviews: list[Review] = []
    lesions: list[Lesion] = []
    imaging: list[Imaging] = []
    present: dict[str, list[Entry]] = {}
    absent: dict[str, list[Entry]] = {}
    for fact in facts:
        match fact:
            case Entry():
                entry = fact if fact.closure else replace(fact, closure=closure_of(fact.concepts))
                entries.append(entry)
                index, keys = (present, entry.closure) if entry.present else (absent, entry.concepts)
                for concept in keys:
                    index.setdefault(concept, []).append(entry)
            case Measurement():
                measurements.setdefault(fact.concept, []).append(fact)
            case Result():
                results.setdefault(fact.concept, []).append(fact)
            case Statement():
                statements.setdefault(fact.topic, []).append(fact)
            case AntigenTest():
                antigens.setdefault(fact.antigen, []).append(fact)
            case Flag():
                flags.setdefault(fact.concept, []).append(fact)
            case Lesion():
                lesions.append(fact)
            case Imaging():
                imaging.append(fact)
            case Review():
                reviews.append(fact)
            case Consent():
                consents.append(fact)
            case Cancer():
                cancers.append(fact if fact.closure else replace(fact, closure=closure_of(fact.concepts)))
            case Demographic():
                pass
    return Patient(
        id=id,
        sex=sex,
        sex_fact=sex_fact,
        born=born,
        born_fact=born_fact,
        extracted=extracted,
        measurements=_grouped(measurements),
        results=_grouped(results),
        antigens=_grouped(antigens),
        entries=tuple(entries),
        cancers=tuple(cancers),
        statements=_grouped(statements),
        consents=tuple(consents),
        reviews=tuple(reviews),
        lesions=tuple(lesions),
        imaging=tuple(imaging),
        flags=_grouped(flags),
        unused=tuple(unused),
        present={concept: tuple(found) for concept, found in present.items()},
        absent={concept: tuple(found) for concept, found in absent.items()},
    )


def _grouped(groups: dict[str, list[_F]]) -> dict[str, tuple[_F, ...]]:
    return {name: newest_first(found) if len(found) > 1 else tuple(found) for name, found in groups.items()}
