"""The cancer that the studies would treat: which Condition it is, how far it has spread, where it stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from paratope.patient.build import closure_of
from paratope.patient.dates import not_after
from paratope.patient.fhir.chart import Chart
from paratope.patient.fhir.coding import codes_of, kind_of, named, text_of, words_of
from paratope.patient.fhir.diagnosis import SECONDARY, clinical_of, condition_concepts, verification_of
from paratope.patient.fhir.gather import Item
from paratope.patient.fhir.shape import Json, objs, text, value_of
from paratope.patient.fhir.therapies import has_profile
from paratope.patient.model import Cancer, When
from paratope.terms import catalogue

if TYPE_CHECKING:
    from paratope.patient.fhir.labs import Seen

PRIMARY = "primary-cancer-condition"


def is_cancer(name: str) -> bool:
    """Whether a concept is a malignancy of its own (a metastasis is not)."""
    terms = catalogue()
    return kind_of(name) == "cancer" or terms.is_a(name, "cancer") or terms.is_a(name, "other malignancy")


# --- which one -----------------------------------------------------------------------------------------


def choose_cancers(chart: Chart) -> None:
    """Which Conditions are the cancer under study.

    Those with the profile of a primary cancer; of several, those that are active. Without the profile the one
    malignancy on record, if it is just one: of several nobody but a person can say.
    """
    flagged: list[Item] = []
    malignant: list[Item] = []
    for item in chart.by_kind.get("Condition", ()):
        if verification_of(item) != "" or has_profile(item, SECONDARY):
            continue
        if has_profile(item, PRIMARY):
            flagged.append(item)
        elif any(is_cancer(c) for c in named(item.body.get("code")).concepts):
            malignant.append(item)
    over = {"resolved", "inactive", "remission"}
    if flagged:
        active = [i for i in flagged if clinical_of(i)[0] not in over] if len(flagged) > 1 else flagged
        chosen = active or flagged
        if len(chosen) > 1:
            for item in chosen:
                chart.skip(
                    item,
                    f"one of {len(chosen)} primary cancers: which of them a study would treat is not said",
                )
        chart.cancer_keys = [i.key for i in chosen]
    elif len(malignant) == 1:
        chart.cancer_keys = [malignant[0].key]
    elif malignant:
        for item in malignant:
            why = f"one of {len(malignant)} malignancies, none marked as the primary cancer"
            chart.skip(item, f"{why}: which is to be treated is unknown")


# --- what it is ----------------------------------------------------------------------------------------

_EXTENT = (
    (re.compile(r"\blocally[ -]advanced\b|局部晚期"), "locally advanced"),
    (re.compile(r"(?<!non-)(?<!non )\bmetasta(?:tic|sis|ses)\b(?! not)|转移性|\bc?p?m1[a-d]?\b"), "metastatic"),
    (re.compile(r"(?<!locally )(?<!locally-)\badvanced\b|(?<!局部)晚期"), "advanced"),
    (re.compile(r"^(?:ajcc |uicc |figo |ann arbor |clinical |pathologic(?:al)? |stage |group )*(?:iv|4)[ab]?$"),
     "advanced"),
    (re.compile(r"(?:iv|4)期"), "advanced"),
)  # fmt: skip
_NO_EXTENT = re.compile(r"\b(?:no|not|non|without)\b|\bm0\b|无")
_STAGE_IV = frozenset({"2640006", "1222806003"})  # SNOMED CT: stage 4; AJCC stage IV

_CONFIRMED = (
    ("bone marrow examination", ("bone marrow", "marrow", "骨髓")),
    ("flow cytometry", ("flow cytometry", "流式")),
    ("cytology", ("cytolog", "细胞学")),
    ("histology", ("histolog", "histopatholog", "patholog", "biopsy", "组织", "病理")),
)


def extent_in(words: tuple[str, ...]) -> frozenset[str]:
    """How far a cancer has spread, from a stage in words: advanced, locally advanced, metastatic."""
    found: set[str] = set()
    for said in words:
        if not _NO_EXTENT.search(said):
            found |= {extent for pattern, extent in _EXTENT if pattern.search(said)}
    return frozenset(found)


def _confirmed(words: tuple[str, ...]) -> str | None:
    for said in words:
        for how, stems in _CONFIRMED:
            if any(s in said for s in stems):
                return how
    return None


def add_cancer(chart: Chart, item: Item, extensions: dict[str, list[Json]]) -> None:
    """The cancer under study, with the status and features that Observations state of it."""
    found = condition_concepts(item, extensions)
    if found.why is not None:
        chart.skip(item, found.why)
    concepts = frozenset(c for c in found.concepts if is_cancer(c))
    if not concepts:
        # A primary cancer that we cannot name is a cancer all the same: which one stays open.
        concepts = frozenset({"cancer"})
    extent: set[str] = set()
    for stage in objs(item.body.get("stage")):
        summary = stage.get("summary")
        said = extent_in(words_of(summary))
        if {c for _, c in codes_of(summary)} & _STAGE_IV:
            said |= {"advanced"}
        if not said and text_of(summary):
            chart.skip(item, f"stage '{text_of(summary)[:60]}' says neither advanced nor metastatic")
        extent |= said
    extent |= extent_in(tuple(w for w in (found.text.lower(),) if w))
    confirmed: set[str] = set()
    for evidence in objs(item.body.get("evidence")):
        for code in objs(evidence.get("code")):
            how = _confirmed(words_of(code))
            if how is not None:
                confirmed.add(how)
            else:
                chart.skip(item, f"evidence '{text_of(code)[:60]}' is not understood")
    status: set[str] = set()
    features: set[str] = set()
    supporting: list[str] = []
    for field, word, mark in (*chart.cancer_marks.get(item.key, ()), *chart.cancer_marks.get("", ())):
        {"status": status, "feature": features, "extent": extent}[field].add(word)
        supporting.append(mark.key)
        chart.read.add(mark.key)
    if clinical_of(item)[0] in ("relapse", "recurrence"):
        status.add("relapsed")
    if _has_metastasis(chart, item, concepts):
        extent.add("metastatic")
    fact = Cancer(
        concepts=catalogue().most_specific(concepts),
        closure=closure_of(concepts),
        source=item.key,
        text=found.text or "cancer",
        when=_diagnosed(chart, item, extensions),
        extent=frozenset(extent),
        confirmed_by=frozenset(confirmed),
        status=frozenset(status),
        features=frozenset(features),
        supporting=tuple(dict.fromkeys(supporting)),
    )
    chart.add(item, fact)


def _diagnosed(chart: Chart, item: Item, extensions: dict[str, list[Json]]) -> When | None:
    for raw in extensions.get("condition-assertedDate", ()):
        when = chart.when(raw, item, "date of diagnosis")
        if when is not None:
            return when
    kind, raw = value_of(item.body, "onset")
    if kind == "DateTime":
        return chart.when(raw, item, "onset")
    recorded = chart.when(item.body.get("recordedDate"), item, "date of recording")
    return (
        not_after(recorded, chart.born.first if chart.born is not None else 1)
        if recorded is not None
        else None
    )


def _has_metastasis(chart: Chart, item: Item, concepts: frozenset[str]) -> bool:
    """A confirmed metastasis on record makes the one solid tumour on record a metastatic one."""
    if "solid tumour" not in closure_of(concepts):
        return False
    for other in chart.by_kind.get("Condition", ()):
        if not has_profile(other, SECONDARY) or verification_of(other) != "":
            continue
        if clinical_of(other)[0] in ("resolved", "inactive", "remission"):
            continue
        related = [
            e.get("valueReference")
            for e in objs(other.body.get("extension"))
            if (text(e.get("url")) or "").endswith(("related-primary-cancer-condition", "related-condition"))
        ]
        targets = [found for r in related if (found := chart.find(r, other)) is not None]
        if any(t is item for t in targets) or (not targets and len(chart.cancer_keys) == 1):
            return True
    return False


# --- status and features from Observations -------------------------------------------------------------

_STATUS_WORDS = (
    (re.compile(r"relaps|recurren|复发"), "relapsed"),
    (re.compile(r"refractory|难治"), "refractory"),
    (re.compile(r"\br ?/ ?r\b"), "relapsed"),
    (re.compile(r"\br ?/ ?r\b"), "refractory"),
)
_FEATURES = (
    (re.compile(r"persist\w*.*(?:mrd|minimal residual|measurable residual)|(?:mrd|residual disease).*persist|mrd持续"),
     "persistent minimal residual disease"),
    (re.compile(r"extra-?medullary|髓外"), "extramedullary disease"),
    (re.compile(r"rapid\w* progress\w* after (?:cell )?collection"), "rapid progression after cell collection"),
)  # fmt: skip
_DENIED = re.compile(r"\b(?:no|not|non|never|without)\b|无|未|非")


def read_cancer_status(chart: Chart, seen: Seen) -> None:
    """Relapsed or refractory, of the cancer in focus."""
    _mark(chart, seen.item, "status", _STATUS_WORDS, "disease status")


def read_cancer_feature(chart: Chart, seen: Seen) -> None:
    """A feature of the cancer in focus, such as persistent minimal residual disease."""
    _mark(chart, seen.item, "feature", _FEATURES, "disease feature")


def _mark(
    chart: Chart, item: Item, field: str, table: tuple[tuple[re.Pattern[str], str], ...], what: str
) -> None:
    kind, content = value_of(item.body)
    said = words_of(content) if kind in ("CodeableConcept", "String") else ()
    found = {word for w in said if not _DENIED.search(w) for pattern, word in table if pattern.search(w)}
    if not found:
        shown = text_of(content)[:60] if said else "no value"
        chart.skip(item, f"{what}: '{shown}' is none that a study asks")
        return
    keys: list[str] = []
    focus = objs(item.body.get("focus"))
    for reference in focus:
        target = chart.find(reference, item)
        if target is not None and target.key in chart.cancer_keys:
            keys.append(target.key)
    if focus and not keys:
        chart.skip(item, f"{what}: what it is about is not the cancer under study")
        return
    if not focus and len(chart.cancer_keys) != 1:
        chart.skip(item, f"{what}: it does not say of which cancer")
        return
    for key in keys or [""]:
        for word in sorted(found):
            chart.cancer_marks.setdefault(key, []).append((field, word, item))


def read_stage(chart: Chart, seen: Seen) -> None:
    """A stage reported as an Observation: whether it says metastatic or advanced."""
    kind, content = value_of(seen.item.body)
    said = words_of(content) if kind in ("CodeableConcept", "String") else ()
    found = extent_in(said)
    if not found or len(chart.cancer_keys) != 1:
        chart.skip(
            seen.item, f"stage '{text_of(content)[:60] if said else ''}' says neither advanced nor metastatic"
        )
        return
    for word in found:
        chart.cancer_marks.setdefault("", []).append(("extent", word, seen.item))
