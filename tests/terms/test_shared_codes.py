"""Every code and text of the sample bundles is understood, at the right generality."""

from __future__ import annotations

import csv

import pytest

from paratope.terms import catalogue
from tests.shared import SHARED, needs_shared

GROUPS_OF_WORDS = {
    # attribute values, not concepts: the patient readers know these words
    "disease_status",
    "confirmed_by",
    "extent",
    "feature",
    "result",
    "outcome",
    "intent",
    "severity",
    "route",
    "lesion_kind",
    "inhaled_oxygen",
}

TEXTS = {
    "Haemoglobin": "haemoglobin",
    "Oxygen saturation (SpO2)": "oxygen saturation",
    "Bilirubin, total": "total bilirubin",
    "Creatinine": "creatinine",
    "eGFR (CKD-EPI)": "eGFR",
    "Pregnancy test (hCG), qualitative": "pregnancy test",
    "Currently breast-feeding": "breast-feeding",
    "Treponema pallidum antibody": "treponemal antibody",
    "B-cell acute lymphoblastic leukaemia": "B-cell acute lymphoblastic leukaemia",
    "Central nervous system tumour, metastasis or involvement": "CNS tumour",
    "Epilepsy or seizure": "epilepsy",
    "Myocardial infarction or coronary revascularisation": "coronary event",
    "Allogeneic haematopoietic stem cell transplantation": "allogeneic stem cell transplant",
    "allogeneic HSCT": "allogeneic stem cell transplant",
    "autologous HSCT": "autologous stem cell transplant",
    "Non-healing wound, ulcer or fracture": "unhealed wound",
    "Gastrointestinal ulcer or bleeding": "gastrointestinal ulcer",
    "Prior exposure to a VSV-G pseudotyped vector": "VSV-G vector exposure",
    "Prior gene-modified T-cell therapy": "gene-modified T-cell therapy",
    "Participation in another clinical trial": "trial participation",
    "Unresolved toxicity of prior therapy": "unresolved toxicity",
    "Dyspnoea at rest": "rest dyspnoea",
    "Squamous cell carcinoma of skin": "cutaneous squamous cell carcinoma",
    "Papillary thyroid carcinoma": "papillary thyroid carcinoma",
    "Group A streptococcal pharyngitis": "GAS pharyngitis",
    "Cystitis": "cystitis",
    "Autoimmune hypothyroidism": "autoimmune hypothyroidism",
    "Minor surgery under local anaesthesia": "minor surgery",
    "BCMA (TNFRSF17) expression": "BCMA",
    "HER2 (ERBB2)": "HER2",
    "Radionuclide ventriculography (MUGA)": "MUGA",
    "Fluorescence in situ hybridisation": "ISH",
    "high-dose melphalan (autologous HSCT conditioning)": "melphalan",
    "Pegylated G-CSF": "pegylated G-CSF",
    "Liver metastases present": "liver metastases",
    "Anticancer treatment history": "anticancer treatment",
    "Concomitant medication review": "medicine",
    "Supportive care review (transfusions and growth factors)": "supportive care",
    "Estimated life expectancy": "life expectancy",
    "Severely life-threatening disease": "severely life-threatening disease",
}

CODES = {
    # codes broader than the text beside them keep their own generality
    ("http://snomed.info/sct", "781382000"): "colorectal cancer",
    ("http://snomed.info/sct", "234336002"): "stem cell transplant",
    ("http://snomed.info/sct", "387713003"): "surgery",
    ("http://snomed.info/sct", "40930008"): "hypothyroidism",
    ("http://hl7.org/fhir/sid/icd-10", "C73"): "thyroid cancer",
    ("http://hl7.org/fhir/sid/icd-10", "C34.9"): "lung cancer",
    ("http://hl7.org/fhir/sid/icd-10", "C91.0"): "acute lymphoblastic leukaemia",
    ("http://hl7.org/fhir/sid/icd-10", "C16.9"): "gastric cancer",
    ("http://hl7.org/fhir/sid/icd-10", "C50.9"): "breast cancer",
    ("http://hl7.org/fhir/sid/icd-10", "C61"): "prostate cancer",
    ("http://hl7.org/fhir/sid/icd-10", "C25.9"): "pancreatic cancer",
    ("http://hl7.org/fhir/sid/icd-10", "C79.3"): "CNS metastasis",
    # exact ones
    ("http://snomed.info/sct", "254632001"): "small cell lung cancer",
    ("http://snomed.info/sct", "94225005"): "brain metastasis",
    ("http://hl7.org/fhir/sid/icd-10", "C83.3"): "diffuse large B-cell lymphoma",
    ("http://loinc.org", "2160-0"): "creatinine",
    ("http://loinc.org", "14682-9"): "creatinine",
}


def rows() -> list[dict[str, str]]:
    if SHARED is None:
        return []
    with (SHARED / "cases" / "codes.tsv").open(encoding="utf-8") as file:
        return [r for r in csv.DictReader(file, delimiter="\t") if r["group"] not in GROUPS_OF_WORDS]


def placed(row: dict[str, str]) -> str | None:
    text = row["text_in_bundle"]
    return None if text.startswith("(") else catalogue().find(text)


@needs_shared
@pytest.mark.parametrize("row", rows(), ids=lambda r: f"{r['group']}-{r['local_code']}-{r['code']}")
def test_text_and_code_are_found(row: dict[str, str]) -> None:
    known, text = catalogue(), row["text_in_bundle"]
    name = placed(row)
    if not text.startswith("("):
        assert name is not None, text
        assert name == TEXTS.get(text, name)
    if row["code"]:
        found = known.by_code(row["system"], row["code"])
        assert len(found) == 1
        assert found[0] == CODES.get((row["system"], row["code"]), found[0])
        # the text is the code's concept or narrower: never something else
        assert name is None or known.is_a(name, found[0]), (text, found)


@needs_shared
def test_the_tricky_ones_are_really_there() -> None:
    texts = {row["text_in_bundle"] for row in rows()}
    codes = {(row["system"], row["code"]) for row in rows()}
    assert TEXTS.keys() <= texts
    assert CODES.keys() <= codes


@needs_shared
@pytest.mark.parametrize("row", [r for r in rows() if r["group"] == "finding"], ids=lambda r: r["local_code"])
def test_a_finding_answers_a_topic(row: dict[str, str]) -> None:
    known, name = catalogue(), placed(row)
    assert name is not None
    topics = {n for n in known.ancestors(name) if (c := known.get(n)) is not None and c.topic}
    if row["local_code"] != "unresolved_toxicity|hypophysitis with secondary adrenal insufficiency":
        assert topics  # that one is told to be a toxicity by its category
