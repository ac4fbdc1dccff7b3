"""Observations with words for an answer: tests, flags, statements, findings; and antigens and lesions."""

from __future__ import annotations

from typing import Any

import pytest

from paratope.patient.fhir.amplification import amplified_by, group_of
from paratope.patient.model import AntigenTest, Interval, Lesion
from tests.patient.fhir_records import (
    LOINC,
    SCT,
    Json,
    X,
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

POSITIVE = concept("positive", (SCT, "10828004"))


def call(code: str) -> list[Json]:
    return [concept(None, ("http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", code))]


# --- positive or negative ------------------------------------------------------------------------------

ANSWERS: list[tuple[str, Json, str, bool]] = [
    ("code", {"valueCodeableConcept": concept(None, (SCT, "10828004"))}, "positive", True),
    ("code, negative", {"valueCodeableConcept": concept(None, (SCT, "260385009"))}, "negative", True),
    ("non-reactive", {"valueCodeableConcept": concept(None, (SCT, "131194007"))}, "negative", True),
    ("LOINC answer", {"valueCodeableConcept": concept(None, (LOINC, "LA6577-6"))}, "negative", True),
    ("words", {"valueString": "Non-reactive"}, "negative", True),
    ("words with a number", {"valueString": "Positive (S/CO 5.2)"}, "positive", True),
    ("Chinese", {"valueString": "阴性"}, "negative", True),
    ("Chinese with a sign", {"valueString": "阳性（+）"}, "positive", True),
    ("a sign", {"valueString": "(-)"}, "negative", True),
    ("weakly positive", {"valueString": "weakly positive"}, "positive", True),
    ("not detected", {"valueString": "not detected"}, "negative", True),
    ("boolean", {"valueBoolean": False}, "negative", True),
    ("indeterminate", {"valueString": "equivocal"}, "indeterminate", True),
    ("grey zone in Chinese", {"valueString": "灰区"}, "indeterminate", True),
    ("interpretation only", {"interpretation": call("NEG")}, "negative", True),
    ("a number with its interpretation", {"valueQuantity": quantity(0.02, "IU/mL"), "interpretation": call("NEG")},
     "negative", True),
    ("a number alone", {"valueQuantity": quantity(0.02, "IU/mL")}, "indeterminate", False),
    ("prose", {"valueString": "see comment"}, "indeterminate", False),
    ("value against interpretation", {"valueCodeableConcept": POSITIVE, "interpretation": call("NEG")},
     "indeterminate", False),
    ("code against text", {"valueCodeableConcept": concept("negative", (SCT, "10828004"))}, "indeterminate", False),
    ("high says nothing of presence", {"valueString": "positive", "interpretation": call("H")}, "positive", True),
]  # fmt: skip


@pytest.mark.parametrize(("what", "value", "answer", "sound"), ANSWERS, ids=[a[0] for a in ANSWERS])
def test_answers(what: str, value: Json, answer: str, sound: bool) -> None:
    patient = read(observation(concept("HBsAg", (LOINC, "5195-3")), **value))
    (found,) = patient.results["HBsAg"]
    assert (found.value, found.problem is None) == (answer, sound), what
    assert bool(patient.unused) != sound, "a problem is also listed"


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        ({"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 8}}}, "positive"),
        ({"valueString": "1:32"}, "positive"),
        ({"valueString": "<1:2"}, "negative"),
        (
            {"valueRatio": {"numerator": {"value": 1, "comparator": "<"}, "denominator": {"value": 2}}},
            "negative",
        ),
        ({"valueString": "non-reactive"}, "negative"),
    ],
)
def test_a_titre_is_given_of_a_reactive_serum(value: Json, answer: str) -> None:
    (found,) = read(observation(concept(None, (LOINC, "20507-0")), **value)).results["RPR"]
    assert (found.value, found.problem) == (answer, None)


def test_a_titre_says_nothing_of_other_tests() -> None:
    (found,) = read(observation("HBsAg", valueString="1:32")).results["HBsAg"]
    assert found.value == "indeterminate"


def test_no_answer_no_result() -> None:
    patient = read(observation("HBsAg", dataAbsentReason=concept("unknown")))
    assert patient.results == {}
    assert [u.why for u in patient.unused] == ["HBsAg: no value (unknown)"]


def test_cytology_is_about_the_condition_in_focus() -> None:
    cns = condition("Central nervous system leukaemia", clinical="resolved", abatementDateTime="2026-03-01")
    fluid = observation(
        "Cerebrospinal fluid cytology",
        valueCodeableConcept=concept("negative"),
        focus=[{"reference": f"Condition/{cns['id']}"}],
    )
    (found,) = read(cancer("B-cell acute lymphoblastic leukaemia"), cns, fluid).results[
        "cerebrospinal fluid cytology"
    ]
    assert (found.value, found.about) == ("negative", f"Condition/{cns['id']}")


# --- yes or no -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"valueBoolean": True}, True),
        ({"valueBoolean": False}, False),
        ({"valueCodeableConcept": concept(None, (SCT, "373066001"))}, True),
        ({"valueCodeableConcept": concept("No")}, False),
        ({"valueString": "是"}, True),
        ({"valueString": "perhaps"}, None),
        ({}, None),
    ],
)
def test_flags(value: Json, said: bool | None) -> None:
    flags = read(observation("Liver metastases present", **value)).flags.get("liver metastases", ())
    assert [f.value for f in flags] == ([] if said is None else [said])


def test_a_coded_metastasis_is_the_flag_it_names() -> None:
    given = condition(concept(None, ("http://hl7.org/fhir/sid/icd-10-cm", "C78.7")))
    assert [f.value for f in read(cancer("Breast carcinoma"), given).flags["liver metastases"]] == [True]
    gone = condition("Liver metastases", status="refuted")
    assert [f.value for f in read(gone).flags["liver metastases"]] == [False]


def test_a_finding_observed_as_absent_is_a_stated_negative() -> None:
    found = entry(observation("Pericardial effusion", valueBoolean=False))
    assert (found.present, found.concepts) == (False, frozenset({"pericardial effusion"}))
    assert entry(observation("Pericardial effusion", valueCodeableConcept=POSITIVE)).present is True
    assert (
        "says neither present nor absent"
        in unused(observation("Pericardial effusion", valueString="trace"))[0]
    )


# --- statements ----------------------------------------------------------------------------------------


def role(code: str) -> Json:
    return {"resourceType": "PractitionerRole", "id": code.replace(" ", "-"), "code": [concept(code)]}


def study(key: str) -> Json:
    return extension(
        "http://hl7.org/fhir/StructureDefinition/workflow-researchStudy",
        valueReference={"type": "ResearchStudy", "identifier": {"system": "s", "value": key}},
    )


STATEMENTS: list[tuple[str, Json, str, Any]] = [
    ("Estimated life expectancy", {"valueQuantity": quantity(52, "wk", "wk")}, "life expectancy", 52.0),
    ("Estimated life expectancy", {"valueQuantity": quantity(364, "d", "d")}, "life expectancy", 52.0),
    ("Estimated life expectancy", {"valueQuantity": quantity(12, "wk", "wk", comparator=">=")}, "life expectancy",
     12.0),
    ("Estimated life expectancy", {"valueString": "at least 12 wk"}, "life expectancy", 12.0),
    ("Estimated life expectancy", {"valueQuantity": quantity(12, "wk", "wk", comparator="<")}, "life expectancy",
     "<12 wk"),
    ("Venous access", {"valueCodeableConcept": concept("Adequate")}, "venous access", "adequate"),
    ("Contraindication to apheresis", {"valueCodeableConcept": concept("none")}, "apheresis contraindication", "none"),
    ("Access to other clinical trials", {"valueString": "screen failure: HSCT within 3 months"},
     "access to other trials",
     "screen failure: HSCT within 3 months"),
    ("Expected benefit exceeds risk", {"valueBoolean": True}, "benefit exceeds risk", True),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value", "topic", "said"), STATEMENTS)
def test_statements(text: str, value: Json, topic: str, said: Any) -> None:
    ((found,),) = read(observation(text, **value)).statements.values()
    assert (found.topic, found.value) == (topic, said)
    assert (found.author, found.study) == (None, None)


def test_a_statement_has_an_author_by_role_and_a_study() -> None:
    given = observation(
        "Other reason for unsuitability",
        valueCodeableConcept=concept("none"),
        performer=[{"reference": "PractitionerRole/investigator"}],
        extension=[study("NCT07409766")],
    )
    found = reading(role("investigator"), given)
    ((statement,),) = found.patient.statements.values()
    assert (statement.author, statement.study) == ("investigator", "NCT07409766")
    assert found.supports == {"PractitionerRole/investigator": statement.source}


@pytest.mark.parametrize(
    ("performer", "author"),
    [
        ({"resourceType": "Organization", "id": "o", "name": "apheresis unit"}, "apheresis unit"),
        ({"resourceType": "Practitioner", "id": "o", "name": [{"family": "Secret"}]}, "practitioner"),
        (
            {"resourceType": "Practitioner", "id": "o", "qualification": [{"code": concept("Oncologist")}]},
            "oncologist",
        ),
        ({"resourceType": "RelatedPerson", "id": "o", "relationship": [concept("mother")]}, "mother"),
    ],
)
def test_roles_never_names(performer: Json, author: str) -> None:
    given = observation(
        "Venous access", valueString="adequate", performer=[{"reference": f"{performer['resourceType']}/o"}]
    )
    ((statement,),) = read(performer, given).statements.values()
    assert statement.author == author
    assert "Secret" not in repr(statement)


def test_an_author_who_is_not_in_the_file_is_unknown() -> None:
    given = observation(
        "Venous access",
        valueString="adequate",
        performer=[{"reference": "Practitioner/9", "display": "Dr X"}],
    )
    patient = read(given)
    ((statement,),) = patient.statements.values()
    assert statement.author is None
    assert [u.why for u in patient.unused] == ["who stated it is not in the file"]


def test_contraception_has_parts_and_its_months_as_its_number() -> None:
    given = observation(
        "Contraception agreement",
        component=[
            {
                "code": concept("Contraception duration after last dose"),
                "valueQuantity": quantity(1, "a", "a"),
            },
            {"code": concept("Agrees not to donate gametes"), "valueBoolean": True},
        ],
    )
    ((found,),) = read(given).statements.values()
    assert found.value == 12.0
    assert found.parts == {"months after last dose": 12.0, "gamete donation forgone": True}


def test_severely_life_threatening_disease_is_a_statement_of_its_own() -> None:
    given = observation(
        "No effective treatment available",
        valueBoolean=True,
        component=[{"code": concept("Severely life-threatening disease"), "valueBoolean": True}],
        performer=[{"reference": "PractitionerRole/treating-physician"}],
    )
    found = read(role("treating physician"), given).statements
    assert {t: (s[0].value, s[0].author) for t, s in found.items()} == {
        "lack of effective treatment": (True, "treating physician"),
        "severely life-threatening disease": (True, "treating physician"),
    }


def test_a_part_that_is_not_understood_is_listed() -> None:
    given = observation(
        "Venous access", valueString="adequate", component=[{"code": concept("x"), "valueTime": "8:00"}]
    )
    assert unused(given) == ["component 'x' is not understood"]


# --- antigens ------------------------------------------------------------------------------------------

IHC = concept("Immunohistochemistry", (SCT, "117617002"))
FISH = concept("Fluorescence in situ hybridisation", (SCT, "426329006"))


def antigen(code: Json | str, **fields: Any) -> AntigenTest:
    ((found,),) = read(observation(code, **fields)).antigens.values()
    return found


ANTIGENS: list[tuple[str, str, Json, dict[str, Any]]] = [
    ("positive by flow", "BCMA (TNFRSF17) expression",
     {"method": concept("Flow cytometry"), "valueCodeableConcept": POSITIVE},
     {"antigen": "BCMA", "method": "flow cytometry", "value": "positive"}),
    ("a score", "HER2 (ERBB2)", {"method": IHC, "valueCodeableConcept": concept("3+")}, {"method": "IHC", "score": 3}),
    ("a score with its word", "HER2", {"method": IHC, "valueString": "IHC 2+ (equivocal)"},
     {"score": 2, "value": "equivocal"}),
    ("score 0", "HER2", {"method": IHC, "valueCodeableConcept": concept("0")}, {"score": 0, "value": None}),
    ("a score as a number", "HER2", {"method": IHC, "valueInteger": 1}, {"score": 1}),
    ("plus signs", "HER2", {"method": IHC, "valueString": "(++)"}, {"score": 2}),
    ("no number of flow is a score", "BCMA", {"method": concept("flow"), "valueInteger": 1},
     {"score": None, "problem": "its result '' is not understood"}),
    ("amplified", "HER2", {"method": FISH, "valueCodeableConcept": concept("amplified")},
     {"method": "ISH", "amplified": True, "value": None}),
    ("not amplified", "HER2", {"method": FISH, "valueCodeableConcept": concept("Not amplified")}, {"amplified": False}),
    ("not amplified in Chinese", "HER2", {"method": FISH, "valueString": "无扩增"}, {"amplified": False}),
    ("positive by ISH", "HER2", {"method": FISH, "valueCodeableConcept": POSITIVE}, {"amplified": True, "value": None}),
    ("PET", "PSMA (FOLH1) expression",
     {"method": concept("PET/CT", (SCT, "82918005")), "valueCodeableConcept": POSITIVE},
     {"method": "PET", "value": "positive"}),
    ("no method", "GPRC5D expression", {"valueCodeableConcept": POSITIVE}, {"method": None, "value": "positive"}),
    ("an odd method", "BCMA", {"method": concept("divination"), "valueCodeableConcept": POSITIVE},
     {"method": None, "problem": "the method 'divination' is not one we know"}),
    ("a share", "BCMA", {"method": concept("flow"), "valueQuantity": quantity(85, "%", "%")},
     {"percent": {"any": Interval(85, 85)}, "value": None}),
    ("interpretation", "BCMA", {"method": concept("flow"), "valueQuantity": quantity(85, "%", "%"),
                                "interpretation": call("POS")}, {"value": "positive"}),
    ("prose", "BCMA", {"method": IHC, "valueString": "patchy"}, {"value": None,
                                                              "problem": "its result 'patchy' is not understood"}),
]  # fmt: skip


@pytest.mark.parametrize(("what", "code", "fields", "wanted"), ANTIGENS, ids=[a[0] for a in ANTIGENS])
def test_antigens(what: str, code: str, fields: Json, wanted: dict[str, Any]) -> None:
    found = antigen(code, **fields)
    assert {k: getattr(found, k) for k in wanted} == wanted, what
    assert (found.problem is None) == ("problem" not in wanted)


def test_shares_of_cells_at_each_intensity() -> None:
    parts = [
        {"code": concept("Percentage of cells staining 1+"), "valueQuantity": quantity(30, "%", "%")},
        {"code": concept("% of tumour cells moderate"), "valueQuantity": quantity(25, "%", "%")},
        {"code": concept("Percentage of cells staining 3+"), "valueString": "5-10 %"},
        {"code": concept("Percentage of cells positive"), "valueInteger": 65},
        {"code": concept("Compartment assessed"), "valueCodeableConcept": concept("Stroma")},
        {"code": concept("Percentage of cells staining >=2+"), "valueQuantity": quantity(33, "%")},
        {"code": concept("H-score"), "valueInteger": 110},
    ]
    patient = read(observation("FAP expression", method=IHC, component=parts))
    ((found,),) = patient.antigens.values()
    assert found.percent == {
        "1+": Interval(30, 30), "2+": Interval(25, 25), "3+": Interval(5, 10), "any": Interval(65, 65),
    }  # fmt: skip
    assert (found.compartment, found.value) == ("stroma", None)
    said = [u.why for u in patient.unused]
    assert len(said) == 2
    assert any(">=2+" in why for why in said), "a cumulative share is not that of one intensity"
    assert any("H-score" in why for why in said)


def test_shares_beyond_all_cells_decide_nothing() -> None:
    parts = [
        {"code": concept(f"Percentage of cells staining {i}+"), "valueQuantity": quantity(60, "%")}
        for i in (2, 3)
    ]
    assert (
        antigen("PSMA expression", method=IHC, component=parts).problem
        == "its shares of cells add up to 120 %"
    )


def test_the_specimen_is_told_by_its_type() -> None:
    specimen = resource("Specimen", type=concept("marrow", (SCT, "119359002")))
    given = observation(
        "BCMA", valueCodeableConcept=POSITIVE, specimen={"reference": f"Specimen/{specimen['id']}"}
    )
    found = reading(specimen, given)
    ((test,),) = found.patient.antigens.values()
    assert test.specimen == "bone marrow" or test.specimen == "marrow"
    assert found.supports == {f"Specimen/{specimen['id']}": test.source}
    assert found.patient.unused == ()


GROUPS: list[tuple[float | None, float | None, int | None, int | None, bool | None]] = [
    # ratio, copies, IHC, ASCO/CAP 2018 group, amplified
    (2.0, 4.0, None, 1, True),
    (2.6, 6.8, None, 1, True),
    (2.0, 3.9, None, 2, None),
    (2.5, 3.0, 2, 2, False),
    (2.5, 3.0, 3, 2, True),
    (1.9, 6.0, None, 3, None),
    (1.9, 6.0, 2, 3, True),
    (1.9, 6.0, 1, 3, False),
    (1.9, 4.0, None, 4, None),
    (1.9, 5.9, 2, 4, False),
    (1.9, 5.9, 3, 4, True),
    (1.9, 3.9, None, 5, False),
    (None, 6.0, None, None, True),
    (None, 3.9, None, None, False),
    (None, 5.0, None, None, None),
    (2.4, None, None, None, None),
]


@pytest.mark.parametrize(("ratio", "copies", "ihc", "group", "amplified"), GROUPS)
def test_amplification_by_the_groups_of_2018(
    ratio: float | None, copies: float | None, ihc: int | None, group: int | None, amplified: bool | None
) -> None:
    assert group_of(ratio, copies) == group
    found, why = amplified_by(ratio, copies, ihc)
    assert found is amplified
    assert (why is None) == (amplified is not None)


def signals(ratio: float, copies: float) -> list[Json]:
    return [
        {"code": concept(None, (LOINC, "49683-6")), "valueQuantity": quantity(ratio, "ratio", "{ratio}")},
        {
            "code": concept(None, (LOINC, "74860-8")),
            "valueQuantity": quantity(copies, "copies", "{copies}/{nucleus}"),
        },
    ]


def test_numbers_decide_where_the_laboratory_gives_no_word() -> None:
    ish = observation("HER2", method=FISH, component=signals(1.8, 6.5))
    alone = read(ish)
    ((found,),) = alone.antigens.values()
    assert (found.amplified, found.ratio, found.copies) == (None, 1.8, 6.5)
    assert any("group 3 needs the immunohistochemistry" in u.why for u in alone.unused)
    ihc = observation("HER2", method=IHC, valueCodeableConcept=concept("2+"))
    (together,) = [t for t in read(ish, ihc).antigens["HER2"] if t.method == "ISH"]
    assert together.amplified is True


def test_the_laboratory_has_the_last_word() -> None:
    ish = observation(
        "HER2", method=FISH, valueCodeableConcept=concept("not amplified"), component=signals(2.6, 6.8)
    )
    patient = read(ish)
    ((found,),) = patient.antigens.values()
    assert found.amplified is False
    assert any("its word is kept" in u.why for u in patient.unused)


# --- lesions and imaging -------------------------------------------------------------------------------


def lesion(code: Json | str, **fields: Any) -> Lesion:
    (found,) = read(observation(code, **fields)).lesions
    return found


def size(code: Json | str, value: float, unit: str = "mm") -> Json:
    wanted = concept(code) if isinstance(code, str) else code
    return {"code": wanted, "valueQuantity": quantity(value, unit, unit)}


def test_a_lesion_with_its_components() -> None:
    found = lesion(
        concept("Tumour lesion size", (LOINC, "21889-1")),
        bodySite=concept("lung", (SCT, "39607008")),
        method=concept("CT", (SCT, "77477000")),
        component=[
            size(concept(None, (LOINC, "33728-7")), 2.4, "cm"),
            size("CT slice thickness", 5),
            {"code": concept("Lesion type"), "valueCodeableConcept": concept("soft tissue")},
        ],
    )
    assert found.longest is not None
    assert found.longest.low == pytest.approx(24)
    assert (found.site, found.kind, found.modality, found.slice_thickness) == ("lung", "soft tissue", "CT", 5)
    assert found.when is not None
    assert found.problem is None


def test_a_lymph_node_by_its_short_axis() -> None:
    found = lesion(
        "Lymph node lesion size (short axis)", component=[size("Short axis", 19)], bodySite=concept("iliac")
    )
    assert (found.short_axis, found.longest, found.kind, found.site) == (
        Interval(19, 19),
        None,
        "lymph node",
        "iliac",
    )


def test_a_size_as_the_value_itself() -> None:
    assert lesion(concept(None, (LOINC, "21889-1")), valueQuantity=quantity(72, "mm")).longest == Interval(
        72, 72
    )


def test_a_lesion_that_cannot_be_sized_is_a_lesion_all_the_same() -> None:
    for fields in ({}, {"valueString": "large"}, {"component": [size("Longest diameter", 5, "kg")]}):
        found = lesion(concept(None, (LOINC, "21889-1")), **fields)
        assert found.longest is None
        assert found.problem is not None


def test_a_size_of_a_specimen_is_no_imaged_lesion() -> None:
    given = observation(
        concept(None, (LOINC, "21889-1")),
        valueQuantity=quantity(72, "mm"),
        specimen={"reference": "Specimen/1"},
    )
    patient = read(given)
    assert patient.lesions == ()
    assert "measured on a specimen" in patient.unused[0].why


RAD = [concept(None, ("http://terminology.hl7.org/CodeSystem/v2-0074", "RAD"))]


@pytest.mark.parametrize(
    ("what", "given", "modality"),
    [
        ("by category", resource("DiagnosticReport", status="final", category=RAD, code=concept("CT"),
                                 effectiveDateTime="2026-06-07"), "CT"),
        ("by code", resource("DiagnosticReport", status="final", code=concept("MRI", (LOINC, "18748-4")),
                             effectiveDateTime="2026-06-07"), "MRI"),
        ("a study", resource("ImagingStudy", status="available", modality=[{"code": "PT"}],
                             started="2026-06-07"), "PET"),
    ],
)  # fmt: skip
def test_imaging(what: str, given: Json, modality: str) -> None:
    (found,) = read(given).imaging
    assert found.modality == modality, what
    assert found.when is not None
    assert found.when.text == "2026-06-07"


def test_other_reports_only_bundle_their_results() -> None:
    assert (
        "not of imaging"
        in unused(resource("DiagnosticReport", status="final", code=concept("Full blood count")))[0]
    )
    assert unused(resource("DiagnosticReport", status="preliminary", category=RAD, code=concept("CT"))) == [
        "preliminary"
    ]


def test_an_unknown_extension_with_data_is_listed_and_a_modifier_stops_the_reading() -> None:
    odd = observation(
        "Venous access", valueString="adequate", extension=[{"url": f"{X}left-arm", "valueBoolean": True}]
    )
    assert unused(odd) == ["extension left-arm is not one we know"]
    turned = observation(
        "Venous access", valueString="adequate", modifierExtension=[{"url": f"{X}not", "valueBoolean": True}]
    )
    patient = read(turned)
    assert patient.statements == {}
    assert "may turn its meaning round" in patient.unused[0].why
