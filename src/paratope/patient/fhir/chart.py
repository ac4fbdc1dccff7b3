"""The record of one patient while it is being read: facts found so far, what was not used, what was referred to."""

from __future__ import annotations

from datetime import date

from paratope.patient.dates import parse_when, span
from paratope.patient.fhir.gather import Group, Index, Item
from paratope.patient.fhir.shape import Json, obj, objs, text, value_of
from paratope.patient.model import Fact, Unused, When

SUPPORTING = frozenset(
    {"Specimen", "Practitioner", "PractitionerRole", "Organization", "Medication", "ResearchStudy",
     "RelatedPerson", "Location", "Substance", "Device"}
)  # fmt: skip
"""Resources that are no facts themselves: they tell something about the fact that refers to them."""


class Chart:
    """Collects what is read of one patient. Readers add facts or say why they did not; nothing else counts.

    ``supports``: key of a resource -> source of the fact it went into (a specimen, an author, a treatment).
    """

    __slots__ = (
        "born", "by_kind", "cancer_again", "cancer_before", "cancer_keys", "cancer_marks", "extracted", "facts",
        "group", "history", "index", "product_marks", "read", "repeated", "sex", "supports", "treatments", "treats",
        "unused", "void",
    )  # fmt: skip

    def __init__(self, group: Group, index: Index, extracted: int | None) -> None:
        self.group = group
        self.index = index
        self.extracted = extracted
        self.sex: str | None = None
        self.born: When | None = None
        self.facts: list[Fact] = []
        self.unused: list[Unused] = []
        self.supports: dict[str, str] = {}
        self.read: set[str] = set()  # keys of resources that became facts
        self.void: set[str] = set()  # keys of resources that say of themselves that nothing happened
        self.by_kind: dict[str, list[Item]] = {}
        for item in group.items:
            self.by_kind.setdefault(item.kind, []).append(item)
        self.cancer_keys: list[str] = []  # Conditions that are the cancer under study
        self.cancer_again: dict[str, str] = {}  # Conditions that record it once more -> its key
        self.cancer_before: set[str] = set()  # Conditions that may be the same cancer, and are over
        self.cancer_marks: dict[
            str, list[tuple[str, str, Item]]
        ] = {}  # Condition key ("" any) -> (field, word)
        self.treatments: dict[str, list[Treatment]] = {}  # Condition -> what treated it
        self.treats: dict[str, list[str]] = {}  # what treated -> the Conditions
        self.product_marks: dict[str, list[tuple[str, float | str, Item]]] = {}
        self.repeated: dict[tuple[str, int, int], list[tuple[Fact, Item, bool]]] = {}
        self.history: dict[str, str] = {}  # key -> what the reviewed list that holds it covers

    # --- what was found ------------------------------------------------------------------------------

    def add(self, item: Item, fact: Fact) -> None:
        """A fact read from a resource."""
        self.facts.append(fact)
        self.read.add(item.key)

    def skip(self, item: Item, why: str, void: bool = False) -> None:
        """The resource (or a part of it, as ``why`` says) was not used. ``void``: by its own word, nothing
        happened (entered in error, not done): a list that holds it is complete all the same."""
        self.unused.append(Unused(item.key, why))
        if void:
            self.void.add(item.key)

    def support(self, item: Item, source: str) -> None:
        """The resource went into the fact with this source."""
        self.supports.setdefault(item.key, source)

    # --- references ----------------------------------------------------------------------------------

    def find(self, reference: Json, asker: Item) -> Item | None:
        """The resource a reference means, if it is in the file."""
        return self.index.find(reference, asker)

    def take(self, reference: Json, asker: Item) -> Item | None:
        """The same, noting that it went into the asker's fact."""
        found = self.index.find(reference, asker)
        if found is not None and found.kind in SUPPORTING:
            self.supports.setdefault(found.key, asker.key)
        return found

    # --- dates ---------------------------------------------------------------------------------------

    def when(self, raw: Json, item: Item, what: str) -> When | None:
        """A date as written; what is no date, lies before the birth or is absurd is reported and dropped."""
        if raw is None:
            return None
        found = parse_when(raw) if isinstance(raw, str) else None
        if found is None:
            self.skip(item, f"{what} '{str(raw)[:40]}' is not a date we can read: it counts as undated")
            return None
        if self.born is not None and found.last < self.born.first:
            self.skip(item, f"{what} {found.text} lies before the patient's birth: it counts as undated")
            return None
        return found

    def period(self, raw: Json, item: Item, what: str) -> tuple[When | None, When | None]:
        """Start and end of a Period. One that ends before it begins is reported and dropped."""
        period = obj(raw)
        start = self.when(period.get("start"), item, f"start of {what}")
        end = self.when(period.get("end"), item, f"end of {what}")
        if start is not None and end is not None and end.last < start.first:
            self.skip(item, f"{what} ends ({end.text}) before it begins ({start.text}): it counts as undated")
            return None, None
        return start, end

    def moment(self, item: Item, stem: str = "effective") -> When | None:
        """When an observation was made: ``effective[x]``, or the collection of its specimen if that was before."""
        kind, raw = value_of(item.body, stem)
        what = "date"
        found: When | None = None
        if kind in ("DateTime", "Instant"):
            found = self.when(raw, item, what)
        elif kind == "Period":
            found = span(*self.period(raw, item, "period"))
        elif kind == "Timing":
            events = obj(raw).get("event")
            listed = events if isinstance(events, list) else []
            if len(listed) == 1:
                found = self.when(listed[0], item, what)
            else:
                self.skip(item, "it was made at several times: it counts as undated")
        return found

    def age_at(self, when: When | None) -> float | None:
        """Age in years on a day, roughly; at the extract if the day is not known."""
        day = when.first if when is not None else self.extracted
        if self.born is None or day is None:
            return None
        return (day - self.born.first) / 365.25

    # --- extensions ----------------------------------------------------------------------------------

    def extensions(self, item: Item, known: frozenset[str]) -> dict[str, list[Json]]:
        """The known extensions by the last part of their url: their values. Others with data are reported."""
        listed = item.body.get("extension")
        if listed is None:
            return {}
        found: dict[str, list[Json]] = {}
        for one in objs(listed):
            url = text(one.get("url")) or ""
            name = url.rstrip("/").rsplit("/", 1)[-1]
            kind, content = value_of(one)
            name = ALIASES.get(name, name)
            if name in known:
                found.setdefault(name, []).append(content if kind else one)
            elif name not in HARMLESS_EXTENSIONS and (kind or one.get("extension")):
                self.skip(item, f"extension {name or '(without a url)'} is not one we know")
        return found


class Treatment:
    """One dated treatment of a condition, as another resource records it."""

    __slots__ = ("curative", "item", "ongoing", "when")

    def __init__(self, item: Item, when: When | None, curative: bool | None, ongoing: bool = False) -> None:
        self.item = item
        self.when = when
        self.curative = curative
        self.ongoing = ongoing


ALIASES = {
    "mii-ex-onko-histology-morphology-behavior-icdo3": "mcode-histology-morphology-behavior",
    "mii-ex-onko-systemische-therapie-intention": "mcode-treatment-intent",
    "mii-ex-onko-strahlentherapie-intention": "mcode-treatment-intent",
    "mii-ex-onko-operation-intention": "mcode-procedure-intent",
}
"""Extensions of other guides that say what one of ours says."""

HARMLESS_EXTENSIONS = frozenset(
    {
        "data-absent-reason", "us-core-race", "us-core-ethnicity", "us-core-genderIdentity", "us-core-sex",
        "us-core-tribal-affiliation", "patient-genderIdentity", "patient-birthPlace", "patient-birthTime",
        "patient-nationality", "patient-citizenship", "patient-religion", "patient-mothersMaidenName",
        "individual-genderIdentity", "individual-pronouns", "narrativeLink", "originalText", "rendered-value",
        "translation", "workflow-episodeOfCare", "event-location", "observation-deviceCode", "cqf-notes",
        "observation-secondaryFinding", "observation-sampledDate", "display", "geolocation", "iso21090-nullFlavor",
        "condition-assertedDate",
    }
)  # fmt: skip
"""Extensions that say nothing a study asks; any other with data is reported."""


def iso(day: int) -> str:
    """An ordinal as 2026-06-10."""
    return date.fromordinal(day).isoformat()
