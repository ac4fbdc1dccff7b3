"""What was given and done: therapies, medicines, doses, procedures."""

from __future__ import annotations

from typing import Any

import pytest

from paratope.patient.fhir.drugs import drugs_in
from paratope.patient.model import TABLE_HALF_LIFE
from tests.patient.fhir_records import (
    LOINC,
    RXNORM,
    SCT,
    Json,
    M,
    cancer,
    concept,
    condition,
    entry,
    extension,
    quantity,
    read,
    reading,
    resource,
    unused,
)

CANCER_DRUG = {"profile": [f"{M}cancer-related-medication-administration"]}


def given(text: Json | str, kind: str = "MedicationAdministration", **fields: Any) -> Json:
    what = concept(text) if isinstance(text, str) else text
    usual = {"status": "completed" if kind == "MedicationAdministration" else "active"}
    return resource(kind, medicationCodeableConcept=what, **{**usual, **fields})


def regimen(text: str, *extensions: Json, **fields: Any) -> Json:
    more = {"extension": list(extensions)} if extensions else {}
    period = {"effectivePeriod": {"start": "2025-01-10", "end": "2025-12-01"}}
    return given(text, meta=CANCER_DRUG, **{**period, **more, **fields})


def classes(*codes: str) -> list[Json]:
    return [extension("therapy-class", valueCode=c) for c in codes]


def taken(text: Json | str, *dosages: Json, **fields: Any) -> Json:
    more = {"dosage": list(dosages)} if dosages else {}
    return given(
        text, "MedicationStatement", **{"effectivePeriod": {"start": "2026-02-10"}, **more, **fields}
    )


# --- anticancer therapies ------------------------------------------------------------------------------


def test_a_regimen_with_everything_said() -> None:
    found = entry(
        regimen(
            "trastuzumab deruxtecan",
            *classes("adc"),
            extension("line-of-therapy", valueInteger=2),
            extension("half-life-days", valueDecimal=5.7),
            extension("target-antigen", valueString="HER2"),
            statusReason=[concept("progression")],
        )
    )
    assert found.kind == "therapy"
    assert found.concepts == {"trastuzumab deruxtecan"}
    assert {"antibody-drug conjugate", "antibody therapy", "anticancer treatment"} <= found.closure
    assert found.attributes == {"line": 2.0, "half-life": 5.7, "outcome": "progression"}
    assert found.targets == {"HER2"}
    assert (found.start and found.start.text, found.end and found.end.text) == ("2025-01-10", "2025-12-01")
    assert found.ongoing is False


NAMES: list[tuple[str, set[str]]] = [
    ("docetaxel", {"docetaxel"}),
    ("R-CHOP", {"R-CHOP"}),
    ("bortezomib-lenalidomide-dexamethasone", {"bortezomib", "lenalidomide", "dexamethasone"}),
    ("Bortezomib / Lenalidomide", {"bortezomib", "lenalidomide"}),
    ("bortezomib + lenalidomide, 6 cycles", {"bortezomib", "lenalidomide"}),
    ("high-dose melphalan (autologous HSCT conditioning)", {"melphalan"}),
    ("Docetaxel 75 mg/m2 q3w", {"docetaxel"}),
    ("daratumumab 1800 mg subcutaneous injection", {"daratumumab"}),
    ("硼替佐米", {"bortezomib"}),
    ("BCMA CAR-T", {"BCMA CAR-T"}),
    ("CAR-T cell infusion", {"CAR-T therapy"}),
]


@pytest.mark.parametrize(("text", "names"), NAMES)
def test_names_of_drugs_and_regimens(text: str, names: set[str]) -> None:
    from paratope.terms import catalogue

    found = drugs_in(text)
    wanted = catalogue().find(text)
    assert found.names == (names if wanted is None else {wanted})
    assert found.unknown == ()


def test_transplants_named_in_brackets_were_not_given_as_a_drug() -> None:
    found = entry(regimen("fludarabine-busulfan (allogeneic HSCT conditioning)"))
    assert "stem cell transplant" not in found.closure


def test_an_antigen_before_a_cell_therapy_is_its_target() -> None:
    found = entry(regimen("CD70 CAR-T"))
    assert found.targets == {"CD70"}
    assert "CAR-T therapy" in found.closure


def test_given_classes_are_the_closed_list() -> None:
    given_ = regimen("Zauberol", *classes("chemotherapy", "anti_pd1"))
    found = entry(given_)
    assert found.concepts == {"chemotherapy", "anti-PD-1 antibody"}
    assert any("'Zauberol' is not a concept we know" in why for why in unused(given_))


def test_an_unknown_drug_may_be_of_any_class() -> None:
    assert entry(regimen("Zauberol")).concepts == {"anticancer drug therapy"}
    both = read(regimen("docetaxel + Zauberol")).entries
    assert [set(e.concepts) for e in both] == [{"docetaxel"}, {"anticancer drug therapy"}]
    assert both[0].source == both[1].source


def test_an_unknown_class_is_said() -> None:
    assert any(
        "therapy class 'wizardry'" in why for why in unused(regimen("docetaxel", *classes("wizardry")))
    )


CLASS_TABLE = [
    ("chemotherapy", "chemotherapy"), ("antibody", "antibody therapy"), ("adc", "antibody-drug conjugate"),
    ("bispecific", "bispecific antibody"), ("car_t", "CAR-T therapy"), ("immunotherapy", "immunotherapy"),
    ("anti_pd1", "anti-PD-1 antibody"), ("proteasome_inhibitor", "proteasome inhibitor"),
    ("imid", "immunomodulatory drug"), ("targeted", "targeted therapy"), ("hormonal", "hormonal therapy"),
    ("radiotherapy", "radiotherapy"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "name"), CLASS_TABLE)
def test_class_codes(code: str, name: str) -> None:
    found = entry(regimen("Zauberol", *classes(code)))
    assert found.concepts == {name}
    assert "anticancer treatment" in found.closure


OUTCOMES: list[tuple[Json, str | None]] = [
    ({"statusReason": [concept("progression")]}, "progression"),
    ({"statusReason": [concept("Progressive disease")]}, "progression"),
    ({"statusReason": [concept(None, (SCT, "407563006"))], "status": "stopped"}, "intolerance"),
    ({"statusReason": [concept("completed", (SCT, "182992009"))]}, "completed"),
    ({"statusReason": [concept("partial response")]}, "response"),
    ({"statusReason": [concept("疾病进展")]}, "progression"),
    ({"statusReason": [concept("patient moved away")]}, "patient moved away"),
    ({"extension": [extension(f"{M}treatment-termination-reason",
                              valueCodeableConcept=concept(None, (SCT, "407563006")))]}, "intolerance"),
    ({"status": "stopped"}, None),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "outcome"), OUTCOMES)
def test_outcomes(fields: Json, outcome: str | None) -> None:
    assert entry(regimen("docetaxel", **fields)).attributes.get("outcome") == outcome


def test_half_lives_only_of_what_is_known_in_every_part() -> None:
    assert entry(regimen("bortezomib")).attributes[TABLE_HALF_LIFE] == pytest.approx(4.5)
    both = entry(regimen("bortezomib-lenalidomide")).attributes[TABLE_HALF_LIFE]
    assert both == entry(regimen("bortezomib")).attributes[TABLE_HALF_LIFE], "that of the longest-lived"
    assert all(TABLE_HALF_LIFE not in e.attributes for e in read(regimen("bortezomib + Zauberol")).entries)
    assert TABLE_HALF_LIFE not in entry(regimen("Zauberol", *classes("chemotherapy"))).attributes
    assert (
        TABLE_HALF_LIFE
        not in entry(regimen("bortezomib", *classes("proteasome_inhibitor", "antibody"))).attributes
    )
    assert (
        entry(regimen("Zauberol", extension("half-life-days", valueDecimal=3))).attributes["half-life"] == 3
    )


def test_targets_given_or_known() -> None:
    assert entry(regimen("rituximab")).targets == {"CD20"}
    assert entry(regimen("Zauberol", extension("target-antigen", valueString="BCMA"))).targets == {"BCMA"}
    said = unused(regimen("rituximab", extension("target-antigen", valueString="unobtainium")))
    assert any("target antigen 'unobtainium'" in why for why in said)


def test_a_trial_drug_is_an_investigational_therapy_too() -> None:
    found = entry(regimen("docetaxel", extension("investigational-agent", valueBoolean=True)))
    assert {"docetaxel", "investigational therapy"} <= found.concepts


BAD_NUMBERS = [("line-of-therapy", {"valueInteger": 0}), ("half-life-days", {"valueDecimal": -1}),
               ("half-life-days", {"valueString": "long"})]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), BAD_NUMBERS)
def test_numbers_that_cannot_be_are_not_kept(name: str, value: Json) -> None:
    given_ = regimen("Zauberol", extension(name, **value))
    assert not {"line", "half-life"} & entry(given_).attributes.keys()
    assert any(name in why for why in unused(given_))


STATUSES: list[tuple[str, str, bool, bool]] = [
    # kind, status, read, ongoing
    ("MedicationAdministration", "completed", True, False),
    ("MedicationAdministration", "in-progress", True, True),
    ("MedicationAdministration", "stopped", True, False),
    ("MedicationAdministration", "not-done", False, False),
    ("MedicationAdministration", "entered-in-error", False, False),
    ("MedicationStatement", "active", True, True),
    ("MedicationStatement", "completed", True, False),
    ("MedicationStatement", "on-hold", True, False),
    ("MedicationStatement", "not-taken", False, False),
    ("MedicationStatement", "intended", False, False),
    ("MedicationStatement", "unknown", True, False),
    ("MedicationRequest", "active", True, True),
    ("MedicationRequest", "cancelled", False, False),
    ("MedicationRequest", "draft", False, False),
]


@pytest.mark.parametrize(("kind", "status", "is_read", "ongoing"), STATUSES)
def test_status(kind: str, status: str, is_read: bool, ongoing: bool) -> None:
    patient = read(given("docetaxel", kind, status=status, effectivePeriod={"start": "2026-01-01"}))
    assert [e.ongoing for e in patient.entries] == ([ongoing] if is_read else [])
    assert is_read or len(patient.unused) == 1


def test_one_administration_is_one_day() -> None:
    found = entry(given("docetaxel", effectiveDateTime="2026-05-20T10:00:00+08:00"))
    assert found.start == found.end
    assert found.start is not None


def test_an_order_is_dated_by_its_writing_and_a_plan_is_no_order() -> None:
    found = entry(given("docetaxel", "MedicationRequest", intent="order", authoredOn="2026-05-01"))
    assert (found.start and found.start.text, found.end, found.ongoing) == ("2026-05-01", None, True)
    assert read(given("docetaxel", "MedicationRequest", intent="plan")).entries == ()
    assert read(given("docetaxel", "MedicationRequest", doNotPerform=True)).entries == ()


def test_what_ended_on_no_recorded_day_has_ended() -> None:
    over = entry(given("docetaxel", "MedicationRequest", status="completed", authoredOn="2026-05-01"))
    assert (over.end, over.ongoing, over.attributes["active"]) == (None, False, False)
    assert "active" not in entry(given("docetaxel", "MedicationRequest", authoredOn="2026-05-01")).attributes
    assert "active" not in entry(regimen("docetaxel")).attributes


def test_an_order_lasts_as_long_as_its_supply() -> None:
    supply = {"expectedSupplyDuration": quantity(4, "weeks", "wk"), "numberOfRepeatsAllowed": 1}
    ordered = given(
        "letrozole", "MedicationRequest", status="completed", authoredOn="2026-01-01", dispenseRequest=supply
    )
    found = entry(ordered)
    assert found.end is not None
    assert found.end.last - found.end.first == 56


def test_an_antineoplastic_drug_for_something_else_is_a_medicine() -> None:
    joints = condition("Rheumatoid arthritis")
    reason = [{"reference": f"Condition/{joints['id']}"}]
    found = read(cancer(), joints, given("docetaxel", reasonReference=reason))
    assert [e.kind for e in found.entries if "docetaxel" in e.concepts] == ["medicine"]


def test_whatever_stands_on_the_list_of_anticancer_treatment_is_one() -> None:
    odd = given("Zauberol", effectiveDateTime="2025-01-01")
    listed = resource("List", status="current", mode="snapshot", title="Anticancer treatment history",
                      entry=[{"item": {"reference": f"MedicationAdministration/{odd['id']}"}}])  # fmt: skip
    patient = read(odd, listed)
    assert patient.entries[0].concepts == {"anticancer drug therapy"}
    assert [r.covers for r in patient.reviews] == ["anticancer treatment"]


# --- medicines -----------------------------------------------------------------------------------------


def test_a_concomitant_medicine() -> None:
    rate = {
        "doseAndRate": [{"rateQuantity": quantity(30, "mg/d", "mg/d")}],
        "route": concept("oral", (SCT, "26643006")),
    }
    found = entry(
        taken("hydrocortisone", rate, extension=[*classes("glucocorticoid"),
                                                extension("replacement-therapy", valueBoolean=True)],
              reasonCode=[concept("adrenal insufficiency")])
    )  # fmt: skip
    assert (found.kind, found.concepts) == ("medicine", {"hydrocortisone"})
    assert found.attributes == {"replacement": True, "daily dose": 30.0, "route": "oral"}
    assert (found.ongoing, found.note) == (True, "adrenal insufficiency")


def test_an_unknown_medicine_may_be_any_medicine() -> None:
    patient = read(taken("Zauberol 5 mg"))
    assert patient.entries[0].concepts == {"medicine"}
    assert any("'Zauberol' is not a concept we know" in u.why for u in patient.unused)
    both = read(taken("aspirin + Zauberol")).entries
    assert [set(e.concepts) for e in both] == [{"aspirin"}, {"medicine"}]
    assert read(taken("aspirin Zauberol retard")).entries[0].concepts == {"aspirin"}, (
        "a brand of a known drug"
    )


def test_a_medicine_by_its_code_or_class() -> None:
    assert entry(taken(concept("Apix", (RXNORM, "1364430")))).concepts == {"apixaban"}
    assert entry(taken(concept("Plonk", ("http://www.whocc.no/atc", "B01AC99")))).concepts == {"antiplatelet"}
    assert entry(taken(concept(None, ("http://www.whocc.no/atc", "H02AB06")))).concepts == {"glucocorticoid"}
    assert entry(taken("Plonk", extension=classes("anticoagulant"))).concepts == {"anticoagulant"}


def test_a_medicine_in_a_resource_of_its_own() -> None:
    medication = {
        "resourceType": "Medication",
        "id": "m",
        "code": concept("apixaban 5 MG Oral Tablet [Eliquis]"),
    }
    use = resource("MedicationStatement", status="active", medicationReference={"reference": "Medication/m"})
    found = reading(medication, use)
    assert found.patient.entries[0].concepts == {"apixaban"}
    assert found.supports == {"Medication/m": f"MedicationStatement/{use['id']}"}
    parts = [{"itemCodeableConcept": concept(name)} for name in ("aspirin", "apixaban")]
    inside = resource(
        "MedicationStatement", status="active", medicationReference={"reference": "#m"},
        contained=[{"resourceType": "Medication", "id": "m", "ingredient": parts}],
    )  # fmt: skip
    assert entry(inside).concepts == {"aspirin", "apixaban"}


DOSES: list[tuple[str, Json, float | None]] = [
    ("a rate", {"doseAndRate": [{"rateQuantity": quantity(10, "mg/d", "mg/d")}]}, 10),
    ("a rate in grams", {"doseAndRate": [{"rateQuantity": quantity(0.01, "g/d", "g/d")}]}, 10),
    ("twice a day", {"doseAndRate": [{"doseQuantity": quantity(5, "mg", "mg")}],
                     "timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}}}, 10),
    ("every eight hours", {"doseAndRate": [{"doseQuantity": quantity(5, "mg", "mg")}],
                           "timing": {"repeat": {"frequency": 1, "period": 8, "periodUnit": "h"}}}, 15),
    ("a timing code", {"doseAndRate": [{"doseQuantity": quantity(5, "mg", "mg")}],
                       "timing": {"code": concept(None, ("s", "BID"))}}, 10),
    ("times of day", {"doseAndRate": [{"doseQuantity": quantity(5, "mg", "mg")}],
                      "timing": {"repeat": {"timeOfDay": ["08:00", "14:00", "20:00"]}}}, 15),
    ("words", {"text": "30 mg/d"}, 30),
    ("words, twice daily", {"text": "5 mg twice daily"}, 10),
    ("a dose and words", {"doseAndRate": [{"doseQuantity": quantity(500, "ug", "ug")}], "text": "once daily"}, 0.5),
    ("weekly", {"doseAndRate": [{"doseQuantity": quantity(40, "mg", "mg")}],
                "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "wk"}}}, None),
    ("on Mondays", {"doseAndRate": [{"doseQuantity": quantity(40, "mg", "mg")}],
                    "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d",
                                          "dayOfWeek": ["mon"]}}}, None),
    ("every other day", {"doseAndRate": [{"doseQuantity": quantity(40, "mg", "mg")}],
                         "timing": {"repeat": {"frequency": 1, "period": 2, "periodUnit": "d"}}}, None),
    ("when needed", {"asNeededBoolean": True, "doseAndRate": [{"rateQuantity": quantity(10, "mg/d", "mg/d")}]}, None),
    ("tablets", {"doseAndRate": [{"doseQuantity": quantity(1, "tablet")}],
                 "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}}, None),
    ("a range", {"doseAndRate": [{"doseRange": {"low": quantity(5, "mg"), "high": quantity(10, "mg")}}]}, None),
    ("not how often", {"doseAndRate": [{"doseQuantity": quantity(5, "mg", "mg")}]}, None),
    ("weekly in words", {"text": "40 mg once weekly"}, None),
    ("prose", {"text": "as discussed"}, None),
    ("nothing", {}, None),
]  # fmt: skip


@pytest.mark.parametrize(("what", "dosage", "dose"), DOSES, ids=[d[0] for d in DOSES])
def test_daily_doses(what: str, dosage: Json, dose: float | None) -> None:
    found = entry(taken("prednisone", dosage)).attributes.get("daily dose")
    assert found == (None if dose is None else pytest.approx(dose)), what


def test_several_dosages_add_up_only_where_each_has_its_time() -> None:
    def part(milligrams: float, **more: Any) -> Json:
        repeat = {"frequency": 1, "period": 1, "periodUnit": "d", **more.pop("repeat", {})}
        return {
            "doseAndRate": [{"doseQuantity": quantity(milligrams, "mg", "mg")}],
            "timing": {"repeat": repeat},
            **more,
        }

    timed = taken("hydrocortisone", part(20, repeat={"when": ["MORN"]}), part(10, repeat={"when": ["EVE"]}))
    assert entry(timed).attributes["daily dose"] == 30
    assert "daily dose" not in entry(taken("hydrocortisone", part(20), part(10))).attributes
    taper = taken("prednisone", part(20, sequence=1), part(10, sequence=2))
    assert "daily dose" not in entry(taper).attributes
    assert any("changes over time" in why for why in unused(taper))


ROUTES: list[tuple[Json, str]] = [
    (concept("oral", (SCT, "26643006")), "oral"), (concept(None, (SCT, "47625008")), "iv"),
    (concept("s.c."), "subcutaneous"), (concept("口服"), "oral"), (concept("inhalation"), "inhaled"),
    (concept(None, ("http://standardterms.edqm.eu", "20053000")), "oral"), (concept("sublingual"), "sublingual"),
]  # fmt: skip


@pytest.mark.parametrize(("route", "word"), ROUTES)
def test_routes(route: Json, word: str) -> None:
    assert entry(taken("prednisone", {"route": route})).attributes["route"] == word


def test_growth_factors_are_supportive() -> None:
    found = entry(given("G-CSF", effectiveDateTime="2026-06-08"))
    assert (found.kind, found.concepts) == ("supportive", {"G-CSF"})
    assert "growth factor" in entry(given("pegylated G-CSF")).closure


# --- procedures ----------------------------------------------------------------------------------------


def done(code: Json | str, **fields: Any) -> Json:
    wanted = concept(code) if isinstance(code, str) else code
    return resource(
        "Procedure", code=wanted, **{"status": "completed", "performedDateTime": "2026-04-15", **fields}
    )


OPS = "http://fhir.de/CodeSystem/bfarm/ops"
PROCEDURES: list[tuple[Json | str, str, set[str]]] = [
    (concept(None, (OPS, "5-870.a1")), "procedure", {"surgery"}),
    (concept(None, (OPS, "8-522.d1")), "therapy", {"radiotherapy"}),
    (concept(None, (OPS, "8-805.03")), "therapy", {"stem cell transplant"}),
    (concept(None, (OPS, "8-800.c0")), "supportive", {"blood transfusion"}),
    ("autologous HSCT", "therapy", {"autologous stem cell transplant"}),
    (concept("allogeneic HSCT", (SCT, "234336002")), "therapy", {"allogeneic stem cell transplant"}),
    ("Haploidentical bone marrow transplantation 2019", "therapy", {"allogeneic stem cell transplant"}),
    (concept("Red blood cell transfusion", (SCT, "116863004")), "supportive", {"red cell transfusion"}),
    (concept("Minor surgery under local anaesthesia", (SCT, "387713003")), "procedure", {"minor surgery"}),
    ("Resection of a naevus", "procedure", {"surgery"}),
    ("Radiotherapy of the left hip", "therapy", {"radiotherapy"}),
    ("stereotactic radiosurgery", "therapy", {"radiosurgery"}),
    ("BCMA CAR-T", "therapy", {"BCMA CAR-T"}),
]


@pytest.mark.parametrize(("code", "kind", "concepts"), PROCEDURES)
def test_procedures(code: Json | str, kind: str, concepts: set[str]) -> None:
    found = entry(done(code))
    assert (found.kind, found.concepts, found.present) == (kind, concepts, True)
    assert found.start is not None


@pytest.mark.parametrize("name", ["Planned resection", "Consideration of surgery", "Blessing of the house"])
def test_what_is_no_procedure_that_was_done(name: str) -> None:
    patient = read(done(name))
    assert patient.entries == ()
    assert len(patient.unused) == 1


def test_radiotherapy_by_its_profile_whatever_it_is_called() -> None:
    found = entry(
        done(
            "IMRT 60 Gy", meta={"profile": [f"{M}radiotherapy-course-summary"]}, performedDateTime=None,
            performedPeriod={"start": "2026-03-01", "end": "2026-04-01"}, outcome=concept("completed"),
            extension=[extension("marrow-fraction-irradiated", valueDecimal=4.0),
                       extension(f"{M}procedure-intent",
                                 valueCodeableConcept=concept("local palliative", (SCT, "363676003")))],
        )
    )  # fmt: skip
    assert "radiotherapy" in found.concepts
    assert found.attributes == {"marrow fraction": 4.0, "local palliative": True, "outcome": "completed"}
    assert found.end is not None
    assert found.end.text == "2026-04-01"


def test_palliative_is_not_yet_local() -> None:
    whole = extension(f"{M}procedure-intent", valueCodeableConcept=concept(None, (SCT, "363676003")))
    assert "local palliative" not in entry(done("radiotherapy", extension=[whole])).attributes
    stated = [whole, extension("local-palliative", valueBoolean=False)]
    assert entry(done("radiotherapy", extension=stated)).attributes["local palliative"] is False


def test_a_course_for_the_cancer_and_its_metastasis_is_a_therapy_and_a_treatment() -> None:
    own, brain = cancer("Breast carcinoma"), condition(concept("Brain metastasis", (SCT, "94225005")))
    course = done(
        "radiosurgery", reasonReference=[{"reference": f"Condition/{c['id']}"} for c in (own, brain)]
    )
    patient = read(own, brain, course)
    assert len(patient.present["radiotherapy"]) == 1
    assert [w.text for w in patient.present["brain metastasis"][0].treated] == ["2026-04-15"]


SURGERY: list[tuple[Json, dict[str, Any]]] = [
    ({"note": [{"text": "under local anaesthesia"}]}, {"local anaesthesia": True}),
    ({"note": [{"text": "general anaesthesia"}]}, {"local anaesthesia": False}),
    ({"outcome": concept("recovered")}, {"recovered": True, "outcome": "recovered"}),
    ({"outcome": concept("not recovered")}, {"recovered": False}),
]


@pytest.mark.parametrize(("fields", "wanted"), SURGERY)
def test_surgery(fields: Json, wanted: dict[str, Any]) -> None:
    found = entry(done("Surgical procedure", **fields)).attributes
    assert {k: found.get(k) for k in wanted} == wanted


PROCEDURE_STATUS: list[tuple[str, bool | None]] = [
    ("completed", True), ("in-progress", True), ("stopped", True), ("not-done", False), ("preparation", None),
    ("entered-in-error", None), ("unknown", None),
]  # fmt: skip


@pytest.mark.parametrize(("status", "present"), PROCEDURE_STATUS)
def test_status_of_a_procedure(status: str, present: bool | None) -> None:
    patient = read(done("allogeneic HSCT", status=status))
    assert [e.present for e in patient.entries] == ([] if present is None else [present])


WHEN: list[tuple[Json, str | None]] = [
    ({"performedDateTime": "2026-04"}, "2026-04"),
    ({"performedDateTime": None, "performedAge": quantity(50, "years", "a")}, "at age 50"),
    ({"performedDateTime": None, "performedString": "2019"}, "2019"),
    ({"performedDateTime": None, "performedString": "last spring"}, None),
    ({"performedDateTime": None}, None),
]


@pytest.mark.parametrize(("fields", "text"), WHEN)
def test_dates_of_procedures(fields: Json, text: str | None) -> None:
    start = entry(done("allogeneic HSCT", **fields)).start
    assert (start.text if start is not None else None) == text


def test_code_and_text_that_disagree_are_both_kept_and_it_is_said() -> None:
    both = done(concept("autologous HSCT", (SCT, "116863004")))
    assert entry(both).concepts == {"autologous stem cell transplant", "red cell transfusion"}
    assert any("its text says autologous" in why for why in unused(both))
    assert read({**both, "status": "not-done"}).entries == (), "as a negative it proves nothing"


def test_a_code_that_is_no_medicine_is_not_one() -> None:
    assert read(taken(concept("haemoglobin", (LOINC, "718-7")))).entries[0].concepts == {"medicine"}
