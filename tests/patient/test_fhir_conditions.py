"""Conditions: the cancer, other diseases, stated negatives."""

from __future__ import annotations

from typing import Any

import pytest

from paratope.patient.model import Cancer
from tests.patient.fhir_records import (
    ICD10,
    LOINC,
    SCT,
    Json,
    M,
    cancer,
    concept,
    condition,
    entry,
    extension,
    observation,
    quantity,
    read,
    reading,
    resource,
    unused,
)


def the_cancer(*resources: Json) -> Cancer:
    (found,) = read(*resources).cancers
    return found


# --- which condition is the cancer ---------------------------------------------------------------------


def test_the_profile_says_which_is_the_cancer() -> None:
    skin = condition("Basal cell carcinoma of skin", clinical="inactive")
    patient = read(skin, cancer("Gastric adenocarcinoma"))
    assert [c.text for c in patient.cancers] == ["Gastric adenocarcinoma"]
    assert [e.text for e in patient.entries] == ["Basal cell carcinoma of skin"]
    assert "other malignancy" in patient.entries[0].closure


def test_another_cancer_becomes_an_other_malignancy() -> None:
    other = condition("Breast carcinoma", clinical="inactive", abatementDateTime="2019-05-01")
    patient = read(other, cancer("Gastric adenocarcinoma"))
    assert patient.entries[0].concepts == {"breast carcinoma", "other malignancy"}


def test_without_a_profile_the_only_malignancy_is_the_cancer() -> None:
    patient = read(condition("Small cell lung cancer", clinical="active"), condition("Hypertension"))
    assert [c.text for c in patient.cancers] == ["Small cell lung cancer"]
    assert [e.text for e in patient.entries] == ["Hypertension"]


def test_of_several_malignancies_nobody_but_a_person_can_say() -> None:
    patient = read(condition("Small cell lung cancer"), condition("Breast carcinoma"))
    assert patient.cancers == ()
    assert [u.why.split(":")[1] for u in patient.unused] == [" which is to be treated is unknown"] * 2
    assert all("other malignancy" not in e.closure for e in patient.entries)


def test_of_several_malignancies_the_one_that_is_not_over_counts() -> None:
    old = condition("Breast carcinoma", clinical="resolved", abatementDateTime="2010-01-01")
    patient = read(condition("Small cell lung cancer", clinical="active"), old)
    assert [c.text for c in patient.cancers] == ["Small cell lung cancer"]
    assert "other malignancy" in patient.entries[0].concepts


def test_what_no_study_treats_is_not_the_cancer_by_default() -> None:
    assert read(condition("Basal cell carcinoma of skin")).cancers == ()
    over = read(condition("Multiple myeloma", clinical="remission"))
    assert over.cancers == ()
    assert any("whether it is the one to be treated is unknown" in u.why for u in over.unused)


def test_the_same_cancer_recorded_at_every_visit_is_one_cancer() -> None:
    icd10cm = "http://hl7.org/fhir/sid/icd-10-cm"
    visits = [condition(concept(None, (icd10cm, c))) for c in ("C90.00", "C90.02", "C90.0")]
    seen = status(concept("refractory"), visits[2])
    vague = condition("Malignant neoplastic disease")
    found = reading(*visits, vague, seen)
    (only,) = found.patient.cancers
    assert only.concepts == {"multiple myeloma"}
    assert only.status == {"refractory"}
    assert found.patient.entries == ()
    assert {f"Condition/{c['id']}" for c in (*visits, vague)} == {only.source, *found.supports}


def test_the_profiled_cancer_and_its_plain_copies_are_one_cancer() -> None:
    copy = condition(concept("Multiple myeloma in relapse", (SCT, "109989006")), clinical="active")
    patient = read(cancer(), copy)
    assert len(patient.cancers) == 1
    assert patient.cancers[0].status == {"relapsed"}
    assert patient.entries == ()


def test_the_same_cancer_earlier_is_not_called_another() -> None:
    patient = read(cancer("Breast carcinoma"), condition("Breast carcinoma", clinical="remission"))
    assert len(patient.cancers) == 1
    assert "other malignancy" not in patient.entries[0].closure
    assert any("at an earlier time" in u.why for u in patient.unused)


def test_of_several_primary_cancers_the_active_one_counts() -> None:
    old = cancer("Breast carcinoma", clinical="remission")
    patient = read(old, cancer("Multiple myeloma", clinical="active"))
    assert [c.text for c in patient.cancers] == ["Multiple myeloma"]
    assert [e.text for e in patient.entries] == ["Breast carcinoma"]
    assert "other malignancy" in patient.entries[0].concepts


def test_two_active_primary_cancers_are_both_kept_and_each_is_another_malignancy_to_the_other() -> None:
    patient = read(cancer("Breast carcinoma"), cancer("Multiple myeloma"))
    assert len(patient.cancers) == 2
    assert len(patient.present["other malignancy"]) == 2
    assert sum("one of 2 primary cancers" in u.why for u in patient.unused) == 2


def test_a_refuted_cancer_is_no_cancer() -> None:
    patient = read(condition("Multiple myeloma", status="refuted"))
    assert patient.cancers == ()
    assert patient.entries[0].present is False


# --- what is known of it -------------------------------------------------------------------------------


def test_diagnosis_extent_and_confirmation() -> None:
    found = the_cancer(
        cancer(
            concept("Gastric adenocarcinoma", (SCT, "408647009"), (ICD10, "C16.9")),
            stage=[{"summary": concept("metastatic")}],
            evidence=[{"code": [concept("Histology")]}],
            extension=[
                extension(
                    "http://hl7.org/fhir/StructureDefinition/condition-assertedDate",
                    valueDateTime="2023-05-01",
                )
            ],
        )
    )
    assert found.concepts == {"gastric adenocarcinoma"}
    assert "solid tumour" in found.closure
    assert (found.extent, found.confirmed_by) == ({"metastatic"}, {"histology"})
    assert found.when is not None
    assert found.when.text == "2023-05-01"


EXTENTS = [
    ("advanced", {"advanced"}),
    ("locally advanced", {"locally advanced"}),
    ("Locally advanced or metastatic", {"locally advanced", "metastatic"}),
    ("Stage IV", {"advanced"}),
    ("AJCC stage IVB", {"advanced"}),
    ("Stage 4 (qualifier value)", {"advanced"}),
    ("Stage IVC", {"advanced"}),
    ("cT3 N1 M1a", {"metastatic"}),
    ("M0", set()),
    ("no metastases", set()),
    ("Stage II", set()),
    ("局部晚期", {"locally advanced"}),
    ("IV期", {"advanced"}),
]


@pytest.mark.parametrize(("said", "extent"), EXTENTS)
def test_extent_in_words(said: str, extent: set[str]) -> None:
    assert the_cancer(cancer("Gastric adenocarcinoma", stage=[{"summary": concept(said)}])).extent == extent


CONFIRMATIONS = [
    ("Histology", {"histology"}),
    ("Bone marrow examination", {"bone marrow examination"}),
    ("Cytology of ascites", {"cytology"}),
    ("Biopsy-proven (pathology report)", {"histology"}),
    ("组织病理学", {"histology"}),
    ("Clinical impression", set()),
]


@pytest.mark.parametrize(("said", "how"), CONFIRMATIONS)
def test_confirmation_in_words(said: str, how: set[str]) -> None:
    assert the_cancer(cancer(evidence=[{"code": [concept(said)]}])).confirmed_by == how


def status(value: Json | None, focus: Json | None = None, **fields: Any) -> Json:
    about = {} if focus is None else {"focus": [{"reference": f"Condition/{focus['id']}"}]}
    given = {} if value is None else {"valueCodeableConcept": value}
    return observation(concept("Cancer disease status", (LOINC, "97509-4")), **given, **about, **fields)


STATUSES = [
    ("relapsed", {"relapsed"}),
    ("refractory", {"refractory"}),
    ("relapsed and refractory", {"relapsed", "refractory"}),
    ("R/R", {"relapsed", "refractory"}),
    ("复发难治", {"relapsed", "refractory"}),
    ("not refractory", set()),
    ("Patient's condition improved", set()),
]


@pytest.mark.parametrize(("said", "words"), STATUSES)
def test_status_of_the_cancer_in_focus(said: str, words: set[str]) -> None:
    own = cancer()
    seen = status(concept(said), own)
    patient = read(own, seen)
    assert patient.cancers[0].status == words
    assert patient.cancers[0].supporting == ((f"Observation/{seen['id']}",) if words else ())
    assert bool(patient.unused) == (not words)


def test_a_status_of_something_else_is_not_the_cancers() -> None:
    own, other = cancer(), condition("Hypertension")
    patient = read(own, other, status(concept("relapsed"), other))
    assert patient.cancers[0].status == frozenset()
    assert any("not the cancer under study" in u.why for u in patient.unused)


def test_without_focus_the_only_cancer_is_meant() -> None:
    assert read(cancer(), status(concept("relapsed"))).cancers[0].status == {"relapsed"}
    two = read(cancer("Breast carcinoma"), cancer(), status(concept("relapsed")))
    assert all(not c.status for c in two.cancers)
    assert any("does not say of which cancer" in u.why for u in two.unused)


def test_a_relapse_is_relapsed_by_its_clinical_status() -> None:
    assert the_cancer(cancer(clinical="relapse")).status == {"relapsed"}
    assert the_cancer(cancer(clinical="recurrence")).status == {"relapsed"}
    assert the_cancer(cancer(clinical="active")).status == frozenset()


def test_features() -> None:
    own = cancer("B-cell acute lymphoblastic leukaemia")
    seen = observation(
        "Disease feature",
        valueCodeableConcept=concept("Persistent minimal residual disease"),
        focus=[{"reference": f"Condition/{own['id']}"}],
    )
    assert read(own, seen).cancers[0].features == {"persistent minimal residual disease"}


def test_morphology_names_a_tumour_that_has_only_a_text() -> None:
    shape = extension(
        f"{M}histology-morphology-behavior",
        valueCodeableConcept=concept(None, ("http://terminology.hl7.org/CodeSystem/icd-o-3", "8200/3")),
    )
    assert the_cancer(cancer("Tumour of the parotid", extension=[shape])).concepts == {
        "adenoid cystic carcinoma"
    }


def test_a_primary_cancer_without_a_name_is_a_cancer_all_the_same() -> None:
    patient = read(cancer("Chimaeroma"))
    assert patient.cancers[0].concepts == {"cancer"}
    assert any("'Chimaeroma' is not a concept we know" in u.why for u in patient.unused)


def test_a_text_more_exact_than_its_code_wins() -> None:
    broad = cancer(concept("Colorectal adenocarcinoma", (SCT, "781382000")))
    assert the_cancer(broad).concepts == {"colorectal adenocarcinoma"}


def test_a_confirmed_metastasis_makes_the_one_solid_tumour_metastatic() -> None:
    spread = condition(concept(None, (SCT, "94381002")), meta={"profile": [f"{M}secondary-cancer-condition"]})
    patient = read(cancer("Breast carcinoma"), spread)
    assert patient.cancers[0].extent == {"metastatic"}
    assert len(patient.cancers) == 1
    assert read(cancer("Multiple myeloma"), spread).cancers[0].extent == frozenset()


# --- present, absent, neither --------------------------------------------------------------------------

VERIFICATIONS = [
    ("confirmed", True),
    (None, True),
    ("refuted", False),
    ("entered-in-error", None),
    ("provisional", None),
    ("differential", None),
    ("unconfirmed", None),
    ("odd", None),
]


@pytest.mark.parametrize(("code", "present"), VERIFICATIONS)
def test_verification(code: str | None, present: bool | None) -> None:
    patient = read(condition("Stroke", status=code))
    assert [e.present for e in patient.entries] == ([] if present is None else [present])
    assert len(patient.unused) == (present is None)


def test_what_is_refuted_is_refuted_exactly() -> None:
    assert read(condition("Active infection", status="refuted")).absent.keys() == {"active infection"}
    assert read(condition(concept("Stroke", (SCT, "230690007")), status="refuted")).absent.keys() == {
        "stroke"
    }
    # a code finer than any we know is read as its category: as a finding that will do, as a negative it will not
    finer = concept(None, (ICD10, "I63.9"))
    assert "stroke" in read(condition(finer)).present
    patient = read(condition(finer, status="refuted"))
    assert patient.entries == ()
    assert any("it proves nothing" in u.why for u in patient.unused)


def test_a_refuted_thing_that_code_and_text_call_differently_proves_nothing() -> None:
    patient = read(condition(concept("Stroke", (SCT, "128613002")), status="refuted"))
    assert patient.entries == ()
    assert any("what was refuted is not clear" in u.why for u in patient.unused)


def test_a_negative_in_words_is_not_read_as_a_finding() -> None:
    patient = read(condition("No history of stroke"))
    assert patient.entries == ()
    assert patient.unused[0].why == "code text 'No history of stroke' is not a concept we know"


def test_both_names_are_kept_where_code_and_text_differ_and_it_is_said() -> None:
    patient = read(condition(concept("Stroke", (SCT, "128613002"))))
    assert patient.entries[0].concepts == {"stroke", "epilepsy"}
    assert patient.unused[0].why == "its code means epilepsy, its text says stroke"


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (concept(None, ("http://hl7.org/fhir/sid/icd-10-cm", "E10.65")), "type 1 diabetes"),
        (concept(None, ("urn:oid:2.16.840.1.113883.6.90", "I26.99")), "pulmonary embolism"),
        (concept(None, ("http://fhir.de/CodeSystem/bfarm/icd-10-gm", "J84.1")), "pulmonary fibrosis"),
        (concept("肺栓塞"), "pulmonary embolism"),
        (concept("Leukemia of the CNS (central nervous system leukemia)"), None),
        (concept("Autoimmune hypothyroidism", (SCT, "40930008")), "autoimmune hypothyroidism"),
        ({"coding": [{"display": "Pulmonary embolism"}]}, "pulmonary embolism"),
        ({"coding": [{"code": "x", "display": "Pulmonary embolism"}]}, "pulmonary embolism"),
    ],
)
def test_codes_and_texts(code: Json, name: str | None) -> None:
    patient = read(condition(code))
    assert [set(e.concepts) for e in patient.entries] == ([{name}] if name is not None else [])
    assert bool(patient.unused) == (name is None)


# --- course --------------------------------------------------------------------------------------------

ACTIVITY: list[tuple[str, Json, bool | None]] = [
    ("active", {"clinical": "active"}, True),
    ("recurrence", {"clinical": "recurrence"}, True),
    ("resolved", {"clinical": "resolved"}, False),
    ("inactive", {"clinical": "inactive"}, False),
    ("remission", {"clinical": "remission"}, False),
    ("an end in the past", {"abatementDateTime": "2026-05-01"}, False),
    ("an end to come", {"abatementDateTime": "2027-01-01"}, True),
    ("an end in words", {"abatementString": "long ago"}, False),
    ("no status, no end", {}, True),
    ("active, yet ended", {"clinical": "active", "abatementDateTime": "2026-05-01"}, None),
    ("resolved by its note", {"note": [{"text": "resolved after 3 days of antibiotics"}]}, False),
    ("a symptom resolved", {"note": [{"text": "fever resolved"}]}, True),
    ("a note does not overrule the status", {"clinical": "active", "note": [{"text": "resolved"}]}, True),
]


@pytest.mark.parametrize(("what", "fields", "active"), ACTIVITY, ids=[a[0] for a in ACTIVITY])
def test_active(what: str, fields: Json, active: bool | None) -> None:
    assert entry(condition("Tuberculosis", **fields)).attributes.get("active") is active, what


def test_an_event_is_not_active_for_want_of_an_end() -> None:
    assert "active" not in entry(condition("Stroke", onsetDateTime="2025-11-01")).attributes


ONSETS: list[tuple[str, Json, str | None]] = [
    ("a day", {"onsetDateTime": "2026-02-10"}, "2026-02-10"),
    ("a year", {"onsetDateTime": "2019"}, "2019"),
    ("a period", {"onsetPeriod": {"start": "2026-02-01", "end": "2026-02-10"}}, "2026-02-01"),
    ("an age", {"onsetAge": quantity(40, "years", "a")}, "at age 40"),
    ("a range of ages", {"onsetRange": {"low": quantity(40, "a", "a"), "high": quantity(45, "a", "a")}},
     "at age 40 to 45"),
    ("words with a year", {"onsetString": "in 2019"}, "2019"),
    ("words", {"onsetString": "childhood"}, None),
    ("only recorded", {"recordedDate": "2015-03-01"}, "by 2015-03-01"),
    ("months of age", {"onsetAge": quantity(6, "mo", "mo")}, None),
    ("before the birth", {"onsetDateTime": "1960-01-01"}, None),
]  # fmt: skip


@pytest.mark.parametrize(("what", "fields", "text"), ONSETS, ids=[o[0] for o in ONSETS])
def test_onset(what: str, fields: Json, text: str | None) -> None:
    start = entry(condition("Stroke", **fields)).start
    assert (start.text if start is not None else None) == text, what


def test_the_end_is_the_abatement_but_of_a_malignancy_its_last_active_day() -> None:
    last = [extension("last-active-date", valueDate="2024-05-01")]
    skin = condition(
        "Squamous cell carcinoma of skin", clinical="inactive", abatementDateTime="2025-01-01", extension=last
    )
    (found,) = read(cancer(), skin).entries
    assert found.end is not None
    assert found.end.text == "2024-05-01"
    other = entry(condition("Tuberculosis", abatementDateTime="2025-01-01", extension=last))
    assert other.end is not None
    assert other.end.text == "2025-01-01"


def test_an_end_before_the_beginning_is_no_end() -> None:
    given = condition("Tuberculosis", onsetDateTime="2025-01-01", abatementDateTime="2024-01-01")
    found = entry(given)
    assert (found.start, found.end) == (None, None)
    assert any("before it begins" in why for why in unused(given))


def test_ongoing_only_by_its_status() -> None:
    assert entry(condition("Tuberculosis", clinical="active")).ongoing is True
    assert entry(condition("Tuberculosis")).ongoing is False
    assert (
        entry(condition("Tuberculosis", clinical="active", abatementDateTime="2026-01-01")).ongoing is False
    )


# --- attributes ----------------------------------------------------------------------------------------

ATTRIBUTES: list[tuple[str, Json, dict[str, Any]]] = [
    ("yes/no extensions", {"extension": [extension("symptomatic", valueBoolean=True),
                                         extension("stable-anticoagulation", valueBoolean=True),
                                         extension("steroid-or-eiaed-14d", valueBoolean=False),
                                         extension("investigator-waiver", valueBoolean=True)]},
     {"symptomatic": True, "stable anticoagulation": True, "steroid or enzyme inducer": False, "waived": True}),
    ("a grade", {"extension": [extension("toxicity-grade", valueInteger=2)]}, {"grade": 2.0}),
    ("treated by its status", {"clinicalStatus": concept("treated")}, {"treated": True}),
    ("replacement by its status", {"clinicalStatus": concept("ongoing on replacement")}, {"replacement": True}),
    ("severity as a code", {"severity": concept(None, (SCT, "24484000"))}, {"severity": "severe"}),
    ("severity in words", {"severity": concept("moderate")}, {"severity": "moderate"}),
    ("NYHA as severity", {"severity": concept("NYHA III")}, {"NYHA class": 3.0}),
    ("NYHA as a stage", {"stage": [{"summary": concept("NYHA class 2")}]}, {"NYHA class": 2.0}),
    ("NYHA as a coded stage", {"stage": [{"summary": concept(None, (SCT, "420913000"))}]}, {"NYHA class": 3.0}),
    ("NYHA in the note", {"note": [{"text": "stable, NYHA class II"}]}, {"NYHA class": 2.0}),
    ("asymptomatic", {"note": [{"text": "asymptomatic"}]}, {"symptomatic": False}),
    ("afebrile and uncomplicated", {"note": [{"text": "uncomplicated; afebrile"}]},
     {"afebrile": True, "uncomplicated": True}),
    ("controlled", {"note": [{"text": "well controlled on amlodipine"}]}, {"controlled": True}),
    ("uncontrolled", {"note": [{"text": "poorly controlled"}]}, {"controlled": False}),
    ("no cause", {"note": [{"text": "no cause found"}]}, {"unexplained": True}),
    ("stable", {"note": [{"text": "stable on MRI since March"}]}, {"stable": True}),
    ("a cause", {"extension": [extension("http://hl7.org/fhir/StructureDefinition/condition-dueTo",
                                         valueCodeableConcept=concept("dehydration"))]},
     {"cause": "dehydration", "unexplained": False}),
]  # fmt: skip


@pytest.mark.parametrize(("what", "fields", "wanted"), ATTRIBUTES, ids=[a[0] for a in ATTRIBUTES])
def test_attributes(what: str, fields: Json, wanted: dict[str, Any]) -> None:
    found = entry(condition("Heart failure", **fields)).attributes
    assert {k: found.get(k) for k in wanted} == wanted, what


SILENT = [
    "no symptoms, not treated", "possibly resolved", "to be treated", "mother treated for this", "NYHA II or III",
    "untreated", "planned curative resection", "pain well controlled", "排除高血压",
]  # fmt: skip


@pytest.mark.parametrize("note", SILENT)
def test_notes_that_state_nothing(note: str) -> None:
    found = entry(condition("Heart failure", note=[{"text": note}]))
    assert set(found.attributes) <= {"active"}
    assert found.attributes["active"] is True
    assert found.note == note


REFINED = [
    ("Syncope", "vasovagal", {"vasovagal syncope"}),
    ("Syncope", "not vasovagal", {"syncope"}),
    ("Syncope", "vasovagal?", {"syncope"}),
    ("Stroke", "lacunar stroke", {"ischaemic stroke"}),
    ("Prior gene-modified T-cell therapy", "BCMA CAR-T", {"BCMA CAR-T"}),
    ("Cardiac arrhythmia", "atrial fibrillation since 2020", {"atrial fibrillation"}),
    ("Cardiac arrhythmia", "excluded ventricular tachycardia", {"arrhythmia"}),
    ("Cardiac arrhythmia", "hypertension", {"arrhythmia"}),
    ("Cardiomyopathy", "non-ischaemic", {"non-ischaemic cardiomyopathy"}),
    ("Cardiomyopathy", "not dilated", {"cardiomyopathy"}),
    ("Indwelling drain or catheter", "PICC line", {"central venous catheter"}),
    ("Indwelling drain or catheter", "no PICC line", {"indwelling drain"}),
]


@pytest.mark.parametrize(("text", "note", "concepts"), REFINED)
def test_a_note_narrows_what_is_recorded_and_adds_nothing(text: str, note: str, concepts: set[str]) -> None:
    assert entry(condition(text, note=[{"text": note}])).concepts == concepts


@pytest.mark.parametrize(
    ("cause", "concepts"),
    [
        ("vasovagal", {"vasovagal syncope"}),
        ("dehydration", {"dehydration syncope"}),
        ("possibly vasovagal", {"syncope"}),
    ],
)
def test_a_cause_narrows_too(cause: str, concepts: set[str]) -> None:
    due = extension(
        "http://hl7.org/fhir/StructureDefinition/condition-dueTo", valueCodeableConcept=concept(cause)
    )
    found = entry(condition("Syncope", extension=[due]))
    assert found.concepts == concepts
    assert found.attributes["cause"] == cause


def test_the_antigen_of_a_cell_therapy_named_in_a_note() -> None:
    found = entry(condition("Prior gene-modified T-cell therapy", note=[{"text": "BCMA CAR-T"}]))
    assert found.targets == {"BCMA"}


def test_a_toxicity_is_one_by_its_category() -> None:
    category = [
        concept(None, ("http://terminology.hl7.org/CodeSystem/condition-category", "problem-list-item")),
        concept("Unresolved toxicity of prior therapy"),
    ]
    known = entry(condition("Hypophysitis with secondary adrenal insufficiency", category=category))
    assert "unresolved toxicity" in known.closure
    assert "hypophysitis with secondary adrenal insufficiency" in known.closure
    patient = read(condition("Sausage fingers", category=category))
    assert patient.entries[0].concepts == {"unresolved toxicity"}
    assert any("'Sausage fingers' is not a concept we know" in u.why for u in patient.unused)


def test_a_grade_in_words_only_of_what_ctcae_grades() -> None:
    category = [concept("Unresolved toxicity of prior therapy")]
    assert (
        entry(condition("Peripheral neuropathy", note=[{"text": "grade 2"}], category=category)).attributes[
            "grade"
        ]
        == 2
    )
    assert (
        "grade"
        not in entry(condition("Follicular lymphoma", note=[{"text": "grade 2"}]), cancer()).attributes
    )


def test_a_site_completes_a_name() -> None:
    found = entry(condition("Carcinoma in situ", bodySite=[concept("cervix")], clinical="inactive"), cancer())
    assert "carcinoma in situ of cervix" in found.concepts


# --- treatments ----------------------------------------------------------------------------------------


def test_its_treatments_are_dated_by_the_resources_that_record_them() -> None:
    skin = condition("Basal cell carcinoma of skin", clinical="inactive")
    about = [{"reference": f"Condition/{skin['id']}"}]
    cut = resource(
        "Procedure", status="completed", code=concept("Treatment of malignancy"), performedDateTime="2025-06-10",
        reasonReference=about,
        extension=[extension(f"{M}procedure-intent", valueCodeableConcept=concept("curative", (SCT, "373808002")))],
    )  # fmt: skip
    found = reading(cancer(), skin, cut)
    (only,) = found.patient.entries
    assert [w.text for w in only.treated] == ["2025-06-10"]
    assert only.attributes == {"treated": True, "curative": True, "active": False}
    assert found.supports == {f"Procedure/{cut['id']}": f"Condition/{skin['id']}"}
    assert found.patient.unused == ()


def test_each_dose_given_for_a_condition_is_a_treatment_of_it() -> None:
    syphilis = condition(concept("Syphilis", (SCT, "76272004")), clinical="resolved")
    doses = [
        resource(
            "MedicationAdministration", status="completed", effectiveDateTime=day,
            medicationCodeableConcept=concept("amoxicillin"),
            reasonReference=[{"reference": f"Condition/{syphilis['id']}"}],
        )
        for day in ("2021-03-15", "2021-03-01", "2021-03-08")
    ]  # fmt: skip
    found = read(syphilis, *doses)
    assert [w.text for w in found.present["syphilis"][0].treated] == [
        "2021-03-01",
        "2021-03-08",
        "2021-03-15",
    ]
    assert len(found.present["antibiotic"]) == 3


def test_a_dose_that_was_not_given_treats_nothing() -> None:
    syphilis = condition("Syphilis", clinical="resolved")
    missed = resource(
        "MedicationAdministration", status="not-done", effectiveDateTime="2021-03-01",
        medicationCodeableConcept=concept("amoxicillin"),
        reasonReference=[{"reference": f"Condition/{syphilis['id']}"}],
    )  # fmt: skip
    assert read(syphilis, missed).entries[0].treated == ()
