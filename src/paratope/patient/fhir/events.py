"""Vaccines, allergies, trials, consents, and the lists somebody went through."""

from __future__ import annotations

import re

from paratope.patient.build import closure_of
from paratope.patient.fhir.chart import Chart
from paratope.patient.fhir.coding import Named, codes_of, exact_code, kind_of, named, text_of, words_of
from paratope.patient.fhir.conditions import severity_of
from paratope.patient.fhir.gather import Item
from paratope.patient.fhir.shape import Json, boolean, note_of, obj, objs, text, texts, value_of
from paratope.patient.fhir.studies import role_of, study_key
from paratope.patient.fhir.tables import (
    NIL_KNOWN,
    NO_DRUG_ALLERGY,
    NO_INFORMATION,
    NO_OTHER_ALLERGY,
    NOT_ENROLLED,
    REVIEW_CODES,
    REVIEW_WORDS,
    REVIEWS,
    TRIAL_PHASES,
)
from paratope.patient.model import AttributeValue, Consent, Entry, Review, When
from paratope.terms import catalogue

NONE: frozenset[str] = frozenset()

# --- vaccines ------------------------------------------------------------------------------------------


def read_immunization(chart: Chart, item: Item) -> None:
    """An Immunization as an Entry; one not done refutes just that vaccine."""
    chart.extensions(item, NONE)
    status = text(item.body.get("status")) or ""
    if status == "entered-in-error":
        chart.skip(item, "entered in error", void=True)
        return
    raw = item.body.get("vaccineCode")
    found = named(raw)
    concepts = frozenset(c for c in found.concepts if kind_of(c) == "vaccine")
    done = status != "not-done"
    if not done and (found.clash or not all(_is_exact(raw, c) for c in concepts)):
        concepts = NONE
    if not concepts:
        if not done:
            chart.skip(item, found.why or "not done, and of which vaccine is not clear", void=True)
            return
        sort = _vaccine_in(" ".join(words_of(raw)))
        concepts = frozenset({sort})
        if sort == "vaccine":
            chart.skip(item, f"vaccine '{found.text[:80]}' is not one we know: whether it is live stays open")
    kind, when_raw = value_of(item.body, "occurrence")
    when = chart.when(when_raw, item, "its date") if kind in ("DateTime", "String") else None
    fact = Entry("vaccine", concepts, closure_of(concepts), item.key, found.text or "vaccine", done, when, when,
                 note=note_of(item.body))  # fmt: skip
    chart.add(item, fact)


_LIVE = re.compile(r"(?<!not )(?<!non-)(?<!non )\b(?:live|attenuated|intranasal|nasal spray)\b|减毒|活疫苗")
_NOT_LIVE = re.compile(
    r"\b(?:inactivated|recombinant|conjugate[d]?|toxoids?|mrna|subunit|split|injectable|preservative free|not live|"
    r"non-live|d?tap|tdap|dt|td|tetanus|diphtheria|pertussis|ipv|hib|hep(?:atitis)? ?[ab]|hpv|papillomavirus|"
    r"pneumococcal|pcv ?[0-9]+|ppsv ?23|meningococcal|covid-19|sars-cov-2|rabies)\b|灭活|重组|结合疫苗|类毒素"
)


def _vaccine_in(words: str) -> str:
    """What the name of a vaccine that is not in the catalogue says of it."""
    if _LIVE.search(words):
        return "live vaccine"
    return "inactivated vaccine" if _NOT_LIVE.search(words) else "vaccine"


def _is_exact(raw: Json, name: str) -> bool:
    return exact_code(name, codes_of(raw)) or name in named({"text": text_of(raw)}).concepts


# --- allergies -----------------------------------------------------------------------------------------

ALLERGY = "drug allergy"
_NO_ALLERGY_WORDS = (
    "no known allerg", "no allerg", "nka", "nkda", "no known drug allerg", "无过敏史", "否认过敏", "无药物过敏",
)  # fmt: skip


def read_allergy(chart: Chart, item: Item) -> None:
    """An AllergyIntolerance as an Entry; "no known allergy" as a review of the allergies."""
    chart.extensions(item, NONE)
    verification = next((c for _, c in codes_of(item.body.get("verificationStatus"))), "")
    if verification == "entered-in-error":
        chart.skip(item, "entered in error", void=True)
        return
    raw = item.body.get("code")
    codes = {c for _, c in codes_of(raw)}
    words = words_of(raw)
    when = chart.when(item.body.get("recordedDate"), item, "date of recording")
    nil = bool(codes & set(NIL_KNOWN)) or any(
        w == n or w.startswith(n) for w in words for n in _NO_ALLERGY_WORDS
    )
    drug_only = bool(codes & NO_DRUG_ALLERGY) or any("drug" in w or "nkda" in w or "药物" in w for w in words)
    if codes & NO_INFORMATION:
        chart.skip(item, "it says that nothing is known of allergies")
        return
    if codes & NO_OTHER_ALLERGY:
        chart.skip(item, "no allergy to food or the environment: asked by no study")
        return
    if codes & NO_DRUG_ALLERGY or nil:
        if verification == "refuted":
            chart.skip(item, "a refuted negative: it says nothing certain")
        elif drug_only:
            concepts = frozenset({ALLERGY})
            chart.add(
                item, Entry("allergy", concepts, closure_of(concepts), item.key, text_of(raw), False, when)
            )
        else:
            chart.add(item, Review("allergies", item.key, when, text_of(raw)))
        return
    found = _allergy_concepts(item, raw)
    category = set(texts(item.body.get("category")))
    if ALLERGY in found.concepts and category and not category & {"medication", "biologic"}:
        chart.skip(
            item,
            f"'{found.text[:60]}', an allergy to {', '.join(sorted(category))}: asked by no study",
            void=True,
        )
        return
    closure = closure_of(found.concepts | {ALLERGY})
    if verification == "refuted":
        if found.why is not None or ALLERGY in found.concepts:
            chart.skip(item, "refuted, but what was refuted is not clear: it proves nothing")
            return
        chart.add(item, Entry("allergy", found.concepts, closure, item.key, found.text, False, when))
        return
    if verification in ("unconfirmed", "presumed"):
        chart.skip(item, "not confirmed: read as an allergy all the same")
    if found.why is not None:
        chart.skip(item, found.why)
    attributes: dict[str, AttributeValue] = {}
    severity = _worst(item)
    if severity is not None:
        attributes["severity"] = severity
    status = next((c for _, c in codes_of(item.body.get("clinicalStatus"))), "")
    if status in ("active", "inactive", "resolved"):
        attributes["active"] = status == "active"
    kind, onset = value_of(item.body, "onset")
    start = chart.when(onset, item, "onset") if kind == "DateTime" else None
    fact = Entry("allergy", found.concepts, closure, item.key, found.text or "allergy", True, start,
                 attributes=attributes, note=note_of(item.body))  # fmt: skip
    chart.add(item, fact)


def _allergy_concepts(item: Item, raw: Json) -> Named:
    """The allergy to a substance: one of the catalogue, else "allergy to" a drug that we know, else a drug
    allergy of which it is not known to what."""
    found = named(raw)
    concepts = {c for c in found.concepts if kind_of(c) == "allergy"}
    substances = [found]
    for reaction in objs(item.body.get("reaction")):
        for manifestation in objs(reaction.get("manifestation")):
            concepts |= {c for c in named(manifestation).concepts if kind_of(c) == "allergy"}
        if (substance := reaction.get("substance")) is not None:
            substances.append(named(substance))
    for one in substances:
        concepts |= _allergies_to(one)
    terms = catalogue()
    if concepts - {ALLERGY, "anaphylaxis"}:
        return Named(terms.most_specific(concepts) - {ALLERGY}, found.text)
    why = None if found.concepts else f"allergy to '{found.text[:60]}' is not one we know by itself"
    return Named(terms.most_specific(concepts | {ALLERGY}), found.text, why)


def _allergies_to(substance: Named) -> set[str]:
    terms = catalogue()
    bare = substance.text.lower().removeprefix("allergy to ").removesuffix(" allergy").strip()
    named_ = (*substance.concepts, terms.find(bare) or "")
    drugs = {c for c in named_ if kind_of(c) in ("drug", "medicine class", "supportive")}
    found: set[str] = set()
    for name in [bare, *sorted(a for d in drugs for a in terms.ancestors(d))]:
        known = (terms.find(f"allergy to {name}") or terms.find(f"allergy to {name}s")) if name else None
        if known is not None and kind_of(known) == "allergy" and known != ALLERGY:
            found.add(known)
    return found or {f"allergy to {d}" for d in drugs}


_ORDER = ("mild", "moderate", "severe", "life-threatening")


def _worst(item: Item) -> str | None:
    """The worst reaction; without one, high criticality counts as severe."""
    found = []
    for reaction in objs(item.body.get("reaction")):
        raw = reaction.get("severity")
        word = raw if raw in _ORDER else severity_of(raw if isinstance(raw, (dict, str)) else None)
        if word is not None:
            found.append(word)
    if found:
        return max(found, key=_ORDER.index)
    return "severe" if item.body.get("criticality") == "high" else None


# --- trials and consents -------------------------------------------------------------------------------


def read_research_subject(chart: Chart, item: Item) -> None:
    """A ResearchSubject that was enrolled as an Entry of kind trial."""
    status = text(item.body.get("status")) or ""
    study = study_key(chart, item.body.get("study"), item)
    if status in NOT_ENROLLED:
        chart.skip(item, f"its status is {status}: not enrolled in {study or 'the study'}")
        return
    phase = TRIAL_PHASES.get(status)
    if status and phase is None:
        chart.skip(item, f"its status '{status[:30]}' is not one we know: read as a participation")
    start, end = chart.period(item.body.get("period"), item, "its period")
    concepts = frozenset({"trial participation"})
    attributes: dict[str, AttributeValue] = {"phase": phase} if phase is not None else {}
    fact = Entry(
        kind="trial",
        concepts=concepts,
        closure=closure_of(concepts),
        source=item.key,
        text=f"participation in {study}" if study else "participation in a clinical trial",
        start=start,
        end=end,
        ongoing=phase in ("on study", "follow-up") and end is None,
        attributes=attributes,
        study=study,
    )
    chart.add(item, fact)


_CONSENT_NOT_GIVEN = {"draft": "a draft", "proposed": "only proposed", "entered-in-error": "entered in error"}


def read_consent(chart: Chart, item: Item) -> None:
    """A Consent to research; one that was withdrawn or refused is kept as not active."""
    body = item.body
    status = text(body.get("status")) or ""
    if status in _CONSENT_NOT_GIVEN:
        chart.skip(item, _CONSENT_NOT_GIVEN[status], void=status == "entered-in-error")
        return
    scopes = {c for _, c in codes_of(body.get("scope"))}
    categories = {c for raw in objs(body.get("category")) for _, c in codes_of(raw)}
    study = _consent_study(chart, item)
    if (
        study is None
        and scopes
        and "research" not in scopes
        and not categories & {"research", "RESEARCH", "RESEARCHC"}
    ):
        chart.skip(item, "a consent to something other than research")
        return
    if study is None:
        chart.skip(item, "the study it is a consent to is not named")
    performers = objs(body.get("performer")) or objs(body.get("consentingParty"))
    roles = [r for p in performers if (r := role_of(chart, p, item)) is not None]
    denied = obj(body.get("provision")).get("type") == "deny"
    when = chart.when(body.get("dateTime") or body.get("date"), item, "its date")
    active = status in ("active", "") and not denied
    words = f"consent to {study or 'a study that is not named'}"
    if not active:
        words += " (not in force)"
    chart.add(item, Consent(study, item.key, when, words, active, " and ".join(dict.fromkeys(roles)) or None))


def _consent_study(chart: Chart, item: Item) -> str | None:
    for holder in (obj(item.body.get("provision")), item.body):
        for extension in objs(holder.get("extension")):
            if (text(extension.get("url")) or "").endswith(
                ("consent-ResearchStudyContext", "workflow-researchStudy")
            ):
                found = study_key(chart, extension.get("valueReference"), item)
                if found is not None:
                    return found
    for data in objs(obj(item.body.get("provision")).get("data")):
        target = chart.find(data.get("reference"), item)
        if target is not None and target.kind == "ResearchStudy":
            return study_key(chart, data.get("reference"), item)
    return None


# --- lists ---------------------------------------------------------------------------------------------


def covers(item: Item) -> str | None:
    """What a List (or a section of a document) is a list of, as the name of a review; None: none of ours."""
    code, title = item.body.get("code"), text(item.body.get("title")) or ""
    for _, c in codes_of(code):
        if c in REVIEW_CODES:
            return REVIEW_CODES[c]
    names = set(named(code).concepts) | set(named({"text": title}).concepts)
    found = {REVIEWS[n] for n in names if n in REVIEWS}
    if len(found) == 1:
        return found.pop()
    for words in (*words_of(code), title.lower()):
        for stems, review in REVIEW_WORDS:
            if any(s in words for s in stems):
                return review
    return None


def note_history(chart: Chart) -> None:
    """What the reviewed lists hold: a resource on the list of anticancer treatment is one."""
    for item in chart.by_kind.get("List", ()):
        review = covers(item)
        if review in ("anticancer treatment", "supportive care"):
            for entry in objs(item.body.get("entry")):
                found = chart.find(entry.get("item"), item)
                if found is not None and found.kind != "Patient":
                    chart.history.setdefault(found.key, review)


def read_list(chart: Chart, item: Item) -> None:
    """A current, complete List as a Review.

    It is complete in our hands only if every resource on it was read: a list that holds something that is not
    in the file, or was not understood, does not prove that there is nothing else of a kind.
    """
    status = text(item.body.get("status")) or ""
    if status in ("retired", "entered-in-error"):
        chart.skip(item, "retired" if status == "retired" else "entered in error", void=True)
        return
    review = covers(item)
    title = text(item.body.get("title")) or text_of(item.body.get("code"))
    if review is None:
        chart.skip(item, f"a list of '{title[:80]}': no study rests on it")
        return
    if item.body.get("mode") == "changes":
        chart.skip(item, "a list of changes, not a complete list")
        return
    _review(chart, item, review, title, item.body, chart.when(item.body.get("date"), item, "its date"))


def _review(
    chart: Chart, item: Item, review: str, title: str, holder: dict[str, Json], when: When | None
) -> None:
    entries = holder.get("entry")
    listed = [e.get("item") if "item" in e else e for e in objs(entries) if not boolean(e.get("deleted"))]
    empty = obj(holder.get("emptyReason"))
    if not listed:
        codes = {c for _, c in codes_of(empty)}
        if "nilknown" in codes or any(
            w in ("nil known", "none known", "none", "nil") for w in words_of(empty)
        ):
            chart.add(item, Review(review, item.key, when, f"{title}: none known"))
        else:
            said = text_of(empty)
            chart.skip(item, f"an empty list{f' ({said})' if said else ', and not said why'}: not a review")
        return
    lacking = [why for e in listed if (why := _lacking(chart, item, e)) is not None]
    if lacking:
        chart.skip(item, f"the list '{title[:60]}' is not taken as complete: {'; '.join(lacking[:3])}")
        return
    chart.add(item, Review(review, item.key, when, title))


def _lacking(chart: Chart, item: Item, reference: Json) -> str | None:
    found = chart.find(reference, item)
    if found is None:
        said = text(obj(reference).get("display")) or text(obj(reference).get("reference")) or "an entry"
        return f"{said[:60]} is on it and not in the file"
    if found.key in chart.read or found.key in chart.supports or found.key in chart.void:
        return None
    return f"{found.key} is on it and could not be read"


def read_composition(chart: Chart, item: Item) -> None:
    """The sections of a document that are complete lists (medicines, allergies) as Reviews."""
    used = False
    if (text(item.body.get("status")) or "final") not in ("final", "amended"):
        chart.skip(item, "a document that is not final")
        return
    for section in objs(item.body.get("section")):
        holder = Item(item.key, "List", section, item.url, item.parent)
        review = covers(holder)
        empty = bool(section.get("emptyReason"))
        if review is None or (section.get("mode") not in ("snapshot", "working") and not empty):
            continue
        used = True
        title = text(section.get("title")) or text_of(section.get("code"))
        _review(chart, item, review, title, section, chart.when(item.body.get("date"), item, "its date"))
    if not used:
        chart.skip(item, "the frame of a document: its parts are read on their own")
