"""The cancer that the studies would treat: which Condition it is, how far it has spread, where it stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from paratope.patient.build import closure_of
from paratope.patient.dates import not_after
from paratope.patient.fhir.chart import Chart
from paratope.patient.fhir.coding import codes_of, is_cancer, named, related, text_of, words_of
from paratope.patient.fhir.diagnosis import SECONDARY, clinical_of, condition_concepts, verification_of
from paratope.patient.fhir.gather import Item
from paratope.patient.fhir.shape import Json, objs, text, value_of
from paratope.patient.fhir.therapies import has_profile
from paratope.patient.model import Cancer, When
from paratope.terms import catalogue

if TYPE_CHECKING:
    from paratope.patient.fhir.labs import Seen

PRIMARY = "primary-cancer-condition"


# --- which one -----------------------------------------------------------------------------------------


OVER = frozenset({"resolved", "inactive", "remission"})


def choose_cancers(chart: Chart) -> None:
    """Which Conditions are the cancer under study.

    Those with the profile of a primary cancer; of several, those that are not over. Without the profile the one
    malignancy on record that is not over, if it is just one: of several nobody but a person can say. Records
    often hold the same cancer many times (once per visit): what is the same cancer, or a vaguer word for it,
    is ``chart.cancer_again``; what is so and over, ``chart.cancer_before``.
    """
    flagged: list[Item] = []
    plain: list[Item] = []
    for item in chart.by_kind.get("Condition", ()):
        if verification_of(item) != "" or has_profile(item, SECONDARY):
            continue
        if has_profile(item, PRIMARY):
            flagged.append(item)
        elif _cancers_of(item):
            plain.append(item)
    pool = flagged or plain
    active = [i for i in pool if clinical_of(i)[0] not in OVER]
    groups = _groups(active or flagged)
    if flagged or len(groups) == 1:
        chosen = [group[0] for group in groups]
    else:
        chosen = []
        why = f"one of {len(groups)} malignancies, none marked as the primary cancer"
        for item in active:
            chart.skip(item, f"{why}: which is to be treated is unknown")
        for item in plain if not active else ():
            chart.skip(item, "a malignancy that is over: whether it is the one to be treated is unknown")
    if len(chosen) > 1:
        for item in chosen:
            why = f"one of {len(chosen)} primary cancers"
            chart.skip(item, f"{why}: which of them a study would treat is not said")
    chart.cancer_keys = [i.key for i in chosen]
    for item in (*flagged, *plain):
        owner = next((c for c in chosen if c is not item and _same(c, item)), None)
        if owner is None or item in chosen:
            continue
        if clinical_of(item)[0] in OVER:
            chart.cancer_before.add(item.key)
        else:
            chart.cancer_again[item.key] = owner.key


def _cancers_of(item: Item) -> frozenset[str]:
    """The malignancies a condition names, without those that never are the cancer a study treats (a basal cell
    carcinoma, a carcinoma in situ) unless a profile says so."""
    terms = catalogue()
    concepts = named(item.body.get("code")).concepts
    return frozenset(c for c in concepts if is_cancer(c) and not terms.is_a(c, "other malignancy"))


def _same(a: Item, b: Item) -> bool:
    """Whether two conditions may be the same cancer: one names what the other names, or something broader."""
    return any(related(x, y) for x in _cancers_of(a) for y in _cancers_of(b))


def _groups(items: list[Item]) -> list[list[Item]]:
    """The conditions that are the same cancer together, the most specific of each first; groups in record order."""
    groups: list[list[Item]] = []
    for item in sorted(items, key=lambda i: -len(closure_of(_cancers_of(i)))):
        group = next((g for g in groups if _same(g[0], item)), None)
        if group is None:
            groups.append([item])
        else:
            group.append(item)
    return sorted(groups, key=lambda g: items.index(g[0]))


# --- what it is ----------------------------------------------------------------------------------------

_EXTENT = (
    (re.compile(r"\blocally[ -]advanced\b|局部晚期"), "locally advanced"),
    (re.compile(r"(?<!non-)(?<!non )\bmetasta(?:tic|sis|ses)\b(?! not)|转移性|\bc?p?m1[a-d]?\b"), "metastatic"),
    (re.compile(r"(?<!locally )(?<!locally-)\badvanced\b|(?<!局部)晚期"), "advanced"),
    (re.compile(r"^(?:ajcc |uicc |figo |ann arbor |clinical |pathologic(?:al)? |stage |group )*(?:iv|4)[a-c]?$"),
     "advanced"),
    (re.compile(r"(?:iv|4)期"), "advanced"),
)  # fmt: skip
_TAG = re.compile(r"\s*\([a-z ]+\)$")  # the semantic tag of a SNOMED CT name
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
        bare = _TAG.sub("", said).strip()
        if not _NO_EXTENT.search(bare):
            found |= {extent for pattern, extent in _EXTENT if pattern.search(bare)}
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
    confirmed: set[str] = set()
    status: set[str] = set()
    same = [item, *(i for i in chart.by_kind["Condition"] if chart.cancer_again.get(i.key) == item.key)]
    for one in same:
        _told(chart, one, extent, confirmed)
        if clinical_of(one)[0] in ("relapse", "recurrence") or _IN_RELAPSE.search(
            text_of(one.body.get("code")).lower()
        ):
            status.add("relapsed")
    features: set[str] = set()
    supporting: list[str] = []
    for field, word, mark in (*chart.cancer_marks.get(item.key, ()), *chart.cancer_marks.get("", ())):
        {"status": status, "feature": features, "extent": extent}[field].add(word)
        supporting.append(mark.key)
        chart.read.add(mark.key)
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


_IN_RELAPSE = re.compile(r"\bin relapse\b|(?<!non-)(?<!non )\brelapsed\b")


def _told(chart: Chart, item: Item, extent: set[str], confirmed: set[str]) -> None:
    """What one condition tells of extent and confirmation, added to what others told."""
    for stage in objs(item.body.get("stage")):
        summary = stage.get("summary")
        said = extent_in(words_of(summary))
        if {c for _, c in codes_of(summary)} & _STAGE_IV:
            said |= {"advanced"}
        if not said and text_of(summary):
            chart.skip(item, f"stage '{text_of(summary)[:60]}' says neither advanced nor metastatic")
        extent |= said
    extent |= extent_in((text_of(item.body.get("code")).lower(),))
    for evidence in objs(item.body.get("evidence")):
        for code in objs(evidence.get("code")):
            how = _confirmed(words_of(code))
            if how is not None:
                confirmed.add(how)
            else:
                chart.skip(item, f"evidence '{text_of(code)[:60]}' is not understood")


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
        if clinical_of(other)[0] in OVER:
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
        key = chart.cancer_again.get(target.key, target.key) if target is not None else None
        if key in chart.cancer_keys:
            keys.append(key)
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
