"""Conditions: what is, was, or was said not to be; and which of them is the cancer under study."""

from __future__ import annotations

from paratope.patient.build import closure_as_medicine, closure_of
from paratope.patient.dates import not_after, parse_when
from paratope.patient.fhir.cancers import add_cancer
from paratope.patient.fhir.chart import Chart
from paratope.patient.fhir.coding import (
    Named,
    codes_of,
    exact_code,
    is_cancer,
    kind_of,
    named,
    text_of,
    words_of,
)
from paratope.patient.fhir.diagnosis import (
    ACTIVE,
    MORPHOLOGY,
    clinical_of,
    condition_concepts,
    verification_of,
)
from paratope.patient.fhir.gather import Item
from paratope.patient.fhir.numbers import grade_word
from paratope.patient.fhir.procedures import at_age, entry_kind
from paratope.patient.fhir.qualifiers import refine, said_in
from paratope.patient.fhir.shape import Json, boolean, note_of, obj, objs, text, value_of
from paratope.patient.fhir.studies import study_of
from paratope.patient.fhir.tables import NUMBER_EXTENSIONS, YES_NO_EXTENSIONS
from paratope.patient.fhir.therapies import attributes_of, outcome_word
from paratope.patient.model import AttributeValue, Entry, Flag, When
from paratope.terms import catalogue

KNOWN = frozenset(
    {*YES_NO_EXTENSIONS, *NUMBER_EXTENSIONS, "last-active-date", "condition-assertedDate", "condition-dueTo", "due-to",
     "workflow-researchStudy", MORPHOLOGY, "mcode-related-condition",
     "mcode-related-primary-cancer-condition", "condition-outcome", "outcome"}
)  # fmt: skip

UNRESOLVED = "unresolved toxicity"
OTHER_MALIGNANCY = "other malignancy"


def read_condition(chart: Chart, item: Item) -> None:
    """One Condition: the cancer under study, an Entry, or a Flag (liver metastases)."""
    verified = verification_of(item)
    if verified not in ("", "refuted"):
        chart.skip(item, verified or "", void=verified == "entered in error")
        return
    if item.key in chart.cancer_again:
        chart.support(item, chart.cancer_again[item.key])
        return
    if item.key in chart.cancer_keys:
        add_cancer(chart, item, chart.extensions(item, KNOWN))
        if len(chart.cancer_keys) == 1:
            return
    refuted = verified == "refuted"
    extensions = chart.extensions(item, KNOWN)
    found = condition_concepts(item, extensions)
    toxicity = not refuted and _is_toxicity(item)
    if not found.concepts and not toxicity:
        chart.skip(item, found.why or "it has no code and no text")
        return
    if found.why is not None:
        chart.skip(item, found.why)
    if refuted and (found.clash or not found.concepts or not _exact(item, found.concepts)):
        chart.skip(item, "refuted, but what was refuted is not clear: it proves nothing")
        return
    flags = [c for c in found.concepts if kind_of(c) == "flag"]
    if flags and len(flags) == len(found.concepts):
        _add_flags(chart, item, flags, not refuted)
        return
    if not all(kind_of(c) in _USABLE for c in found.concepts):
        chart.skip(item, f"'{found.text[:80]}' is no condition")
        return
    if refuted:
        _add_refuted(chart, item, found)
    else:
        _add_entry(chart, item, found, extensions, toxicity)


_USABLE = frozenset(
    {"cancer", "condition", "procedure", "therapy", "drug", "medicine class", "vaccine", "device", "trial", "allergy",
     "supportive", "product", "flag"}
)  # fmt: skip


def _exact(item: Item, concepts: frozenset[str]) -> bool:
    """A refutation must refute just what was said, not something broader that a code was read as."""
    raw = item.body.get("code")
    codes = codes_of(raw)
    own = text(obj(raw).get("text")) if isinstance(raw, dict) else text(raw)
    said = named({"text": own}).concepts if own is not None else frozenset()
    return all(c in said or exact_code(c, codes) for c in concepts)


def _is_toxicity(item: Item) -> bool:
    terms = catalogue()
    for category in objs(item.body.get("category")):
        for words in words_of(category):
            found = terms.find(words)
            if found is not None and terms.is_a(found, UNRESOLVED):
                return True
    return False


def _add_flags(chart: Chart, item: Item, names: list[str], value: bool) -> None:
    status, _ = clinical_of(item)
    if value and ACTIVE.get(status or "") is False:
        chart.skip(item, f"recorded as {status}: it was present, and is not known to be now")
        return
    start, _ = _onset(chart, item)
    for name in names:
        chart.add(item, Flag(name, value, item.key, start, f"{name}: {'yes' if value else 'no'}"))


def _add_entry(
    chart: Chart, item: Item, found: Named, extensions: dict[str, list[Json]], toxicity: bool
) -> None:
    note = note_of(item.body)
    terms = catalogue()
    causes = _causes(chart, item, extensions)
    concepts = refine(refine(found.concepts, note), "; ".join(causes))
    malignant = any(is_cancer(c) for c in concepts)
    extra = set()
    if item.key in chart.cancer_before:
        chart.skip(
            item, "it may be the cancer under study at an earlier time: not taken as another malignancy"
        )
    elif malignant and chart.cancer_keys and not any(terms.is_a(c, OTHER_MALIGNANCY) for c in concepts):
        extra.add(OTHER_MALIGNANCY)
    if toxicity and not any(terms.is_a(c, UNRESOLVED) for c in concepts):
        extra.add(UNRESOLVED)
    concepts = concepts | extra
    start, end, over = _course(chart, item, extensions, malignant)
    attributes = _attributes(chart, item, extensions, found, concepts, note)
    if causes:
        attributes["cause"] = "; ".join(causes)
        attributes.setdefault("unexplained", False)
    if "active" not in attributes:
        active = _is_active(chart, item, concepts, end, over)
        if active is not None:
            attributes["active"] = active
    treated = _treatments(chart, item, attributes)
    status, _ = clinical_of(item)
    treats_cancer = "anticancer treatment" in closure_of(found.concepts)
    fact = Entry(
        kind=entry_kind(concepts, "condition"),
        concepts=concepts,
        # A note that names a drug (immunosuppressant, "ruxolitinib") makes no anticancer treatment of it.
        closure=closure_of(concepts) if treats_cancer else closure_as_medicine(concepts),
        source=item.key,
        text=found.text or ", ".join(sorted(concepts)),
        start=start,
        end=end,
        ongoing=end is None and ACTIVE.get(status or "") is True,
        attributes=attributes,
        targets=frozenset(t for c in concepts if (k := terms.get(c)) is not None for t in k.targets),
        note=note,
        treated=treated,
        study=study_of(chart, item, extensions),
    )
    chart.add(item, fact)


def _add_refuted(chart: Chart, item: Item, found: Named) -> None:
    """A stated negative, dated by when it was recorded: something that began later does not contradict it."""
    raw = item.body.get("recordedDate")
    fact = Entry(
        kind=entry_kind(found.concepts, "condition"),
        concepts=found.concepts,
        closure=closure_of(found.concepts),
        source=item.key,
        text=found.text or ", ".join(sorted(found.concepts)),
        present=False,
        start=chart.when(raw, item, "date of recording") if raw is not None else None,
        note=note_of(item.body),
    )
    chart.add(item, fact)


# --- when ----------------------------------------------------------------------------------------------


def _onset(chart: Chart, item: Item) -> tuple[When | None, bool]:
    """When it began; (None, False) if that is not recorded. A date of recording is only a latest date."""
    found = _point(chart, item, "onset")
    if found is not None:
        return found, True
    for name in ("recordedDate",):
        raw = item.body.get(name)
        recorded = chart.when(raw, item, "date of recording") if raw is not None else None
        if recorded is not None:
            return not_after(recorded, chart.born.first if chart.born is not None else 1), False
    return None, False


def _point(chart: Chart, item: Item, stem: str) -> When | None:
    """``onset[x]`` or ``abatement[x]`` in any of its forms."""
    kind, raw = value_of(item.body, stem)
    match kind:
        case "DateTime":
            return chart.when(raw, item, stem)
        case "Period":
            start, end = chart.period(raw, item, f"period of {stem}")
            return (start or end) if stem == "onset" else (end or start)
        case "Age" | "Range":
            found = at_age(chart, kind, raw)
            if found is None:
                chart.skip(item, f"{stem} is given as an age that cannot be turned into a date")
            return found
        case "String":
            words = text(raw) or ""
            found = parse_when(words.lower().removeprefix("in ").removeprefix("since ").strip())
            if found is None:
                chart.skip(item, f"{stem} '{words[:60]}' is no date we can read")
                return None
            return chart.when(found.text, item, stem)
        case "" | "Boolean":
            return None
    chart.skip(item, f"{stem} of type {kind} is not read")
    return None


def _course(
    chart: Chart, item: Item, extensions: dict[str, list[Json]], malignant: bool
) -> tuple[When | None, When | None, bool]:
    """Start, end, and whether it is over by its own word. Of a malignancy the last active day is its end."""
    start, exact = _onset(chart, item)
    if not exact:
        for raw in extensions.get("condition-assertedDate", ()):
            start = chart.when(raw, item, "date of diagnosis") or start
    end = _point(chart, item, "abatement")
    _, abated = value_of(item.body, "abatement")
    over = end is not None or boolean(abated) is True or isinstance(abated, str)
    last_active = [chart.when(r, item, "last active date") for r in extensions.get("last-active-date", ())]
    known = [w for w in last_active if w is not None]
    if known and (malignant or end is None):
        end, over = known[-1], True
    if start is not None and end is not None and end.last < start.first:
        if exact:
            chart.skip(item, f"it ends ({end.text}) before it begins ({start.text}): both dates are dropped")
            return None, None, over
        start = None
    return start, end, over


def _is_active(
    chart: Chart, item: Item, concepts: frozenset[str], end: When | None, over: bool
) -> bool | None:
    """Whether it is active: by its status; else by an end in the past; else, of a confirmed disease without
    any end on record, yes. Of an event (a stroke), a procedure or a therapy only the status says so."""
    status, _ = clinical_of(item)
    past = over and (end is None or chart.extracted is None or end.first <= chart.extracted)
    if status is not None:
        active = ACTIVE[status]
        if active and past and end is not None:
            chart.skip(
                item, f"its status says {status}, and it ended {end.text}: whether it is active is left open"
            )
            return None
        return active
    if past:
        return False
    terms = catalogue()
    lasting = [c for c in concepts if (k := terms.get(c)) is not None and k.kind in ("condition", "cancer")]
    acute = [c for c in lasting if (k := terms.get(c)) is not None and k.acute]
    return True if lasting and not acute else None


# --- how it is -----------------------------------------------------------------------------------------

_SEVERITY_CODES = {"255604002": "mild", "6736007": "moderate", "24484000": "severe", "442452003": "life-threatening",
                   "LA6752-5": "mild", "LA6751-7": "moderate", "LA6750-9": "severe"}  # fmt: skip
_SEVERITY_WORDS = (
    ("life-threatening", ("life-threatening", "life threatening", "危及生命")), ("severe", ("severe", "重度", "严重")),
    ("moderate", ("moderate", "中度")), ("mild", ("mild", "轻度")),
)  # fmt: skip


def severity_of(raw: Json) -> str | None:
    """A grade of severity as one of the four words; None if it is none of them."""
    for _, code in codes_of(raw):
        if code in _SEVERITY_CODES:
            return _SEVERITY_CODES[code]
    for words in words_of(raw):
        for word, forms in _SEVERITY_WORDS:
            if words in forms:
                return word
    return None


def _attributes(
    chart: Chart,
    item: Item,
    extensions: dict[str, list[Json]],
    found: Named,
    concepts: frozenset[str],
    note: str | None,
) -> dict[str, AttributeValue]:
    attributes = attributes_of(chart, item, extensions)
    _, status_words = clinical_of(item)
    for words in (status_words, note, found.text):
        for attribute, value in said_in(words, concepts).items():
            if attribute == "active" and clinical_of(item)[0] is not None:
                continue
            attributes.setdefault(attribute, value)
    raw = item.body.get("severity")
    if raw is not None:
        severity = severity_of(raw)
        nyha = _nyha(words_of(raw))
        if severity is not None:
            attributes["severity"] = severity
        elif nyha is not None:
            attributes.setdefault("NYHA class", nyha)
        else:
            chart.skip(item, f"severity '{text_of(raw)[:60]}' is not understood")
    for stage in objs(item.body.get("stage")):
        said = (*words_of(stage.get("summary")), *words_of(stage.get("type")))
        coded = [_NYHA_CODES[c] for _, c in codes_of(stage.get("summary")) if c in _NYHA_CODES]
        nyha = coded[0] if coded else _nyha(said)
        if nyha is not None:
            attributes.setdefault("NYHA class", nyha)
        elif (grade := _ctcae(said)) is not None:
            attributes.setdefault("grade", grade)
        elif said:
            chart.skip(item, f"stage '{text_of(stage.get('summary'))[:60]}' is not used")
    for name in ("condition-outcome", "outcome"):
        for raw in extensions.get(name, ()):
            outcome = outcome_word(raw)
            if outcome is not None:
                attributes.setdefault("outcome", outcome)
    return attributes


_NYHA_CODES = {"420300004": 1.0, "421704003": 2.0, "420913000": 3.0, "422293003": 4.0}


def _nyha(words: tuple[str, ...]) -> float | None:
    for said in words:
        if "nyha" in said or "new york heart" in said:
            found = said_in(said).get("NYHA class")
            if isinstance(found, float):
                return found
            graded = grade_word(said.replace("new york heart association", "").replace("nyha", ""))
            if graded is not None and graded[0] == graded[1] and 1 <= graded[0] <= 4:
                return float(graded[0])
    return None


def _ctcae(words: tuple[str, ...]) -> float | None:
    for said in words:
        if "ctcae" in said or said.startswith("grade"):
            graded = grade_word(said.replace("ctcae", ""))
            if graded is not None and graded[0] == graded[1] and 1 <= graded[0] <= 5:
                return float(graded[0])
    return None


def _causes(chart: Chart, item: Item, extensions: dict[str, list[Json]]) -> list[str]:
    """What it is due to, in words."""
    found = [*extensions.get("condition-dueTo", ()), *extensions.get("due-to", ())]
    return [words for cause in found if (words := text_of(cause) or _referred(chart, item, cause))]


def _referred(chart: Chart, item: Item, reference: Json) -> str:
    found = chart.find(reference, item)
    if found is None:
        return text(obj(reference).get("display")) or ""
    return text_of(found.body.get("code") or found.body.get("medicationCodeableConcept"))


def _treatments(chart: Chart, item: Item, attributes: dict[str, AttributeValue]) -> tuple[When, ...]:
    """Dates of the treatments other resources record for it, newest last; they also say "treated"."""
    given = chart.treatments.get(item.key, ())
    if not given:
        return ()
    attributes.setdefault("treated", True)
    curative = {t.curative for t in given if t.curative is not None}
    if True in curative:
        attributes.setdefault("curative", True)
    elif False in curative:
        attributes.setdefault("curative", False)
    dated = [t.when for t in given if t.when is not None]
    return tuple(sorted(dated, key=lambda w: (w.last, w.first)))
