"""The commented form that ``paratope patient template`` prints: to be filled in, and to be read as it stands."""

from __future__ import annotations

TEMPLATE = """\
# A patient record in plain form. Change the examples, delete what is not known: what is not written is
# unknown, never absent. Names are found by any usual spelling, English or Chinese. Dates: 2026-06-10,
# 2026-06 or 2026. No names of persons: an identifier of your own is enough.

patient:
  id: EXAMPLE-0
  sex: female
  born: 1968-04-02
  extracted: 2026-06-15          # the day this record was taken

cancer:
  is: gastric adenocarcinoma
  extent: metastatic             # advanced, locally advanced, metastatic
  confirmed by: histology        # histology, cytology, bone marrow examination
  status: refractory             # relapsed, refractory, or both as [relapsed, refractory]
  diagnosed: 2023-05

# Numbers as printed, each with its unit and the laboratory's own range. Values that begin with > need quotes.
labs:
  - {is: haemoglobin, value: 108 g/L, range: 115-150 g/L, on: 2026-06-10}
  - {is: neutrophils, value: 3.1 10^9/L, range: 1.8-6.3 10^9/L, on: 2026-06-10}
  - {is: platelets, value: 188 10^9/L, range: 125-350 10^9/L, on: 2026-06-10}
  - {is: lymphocytes, value: 1.2 10^9/L, on: 2026-06-10}
  - {is: creatinine, value: 0.8 mg/dL, range: 0.5-1.0 mg/dL, on: 2026-06-10}
  - {is: ALT, value: 32 U/L, range: "<= 40 U/L", on: 2026-06-10}
  - {is: AST, value: 28 U/L, range: "<= 40 U/L", on: 2026-06-10}
  - {is: total bilirubin, value: 11 umol/L, range: 3-21 umol/L, on: 2026-06-10}
  - {is: HBV DNA, value: "<20 IU/mL", range: 0-20 IU/mL, on: 2026-06-09}

vitals:
  - {is: body weight, value: 61 kg}
  - {is: oxygen saturation, value: 97 %, condition: room air, on: 2026-06-10}

scores:
  - {is: ECOG, value: 1, on: 2026-06-10}

echo:
  - {is: LVEF, value: 60-65 %, method: echocardiography, on: 2026-05-28}

tests:
  - {is: HBsAg, result: negative, on: 2026-06-09}
  - {is: HIV antibody, result: negative, on: 2026-06-09}

# The target antigen on the tumour.
antigens:
  - {is: HER2, by: IHC, score: 2+, specimen: tumour biopsy, on: 2026-05-20}
  - {is: HER2, by: ISH, result: amplified, specimen: tumour biopsy, on: 2026-05-22}
  # - {is: PSMA, by: IHC, cells: {1+: 30 %, 2+: 25 %, 3+: 8 %}, on: 2026-05-20}
  # - {is: BCMA, by: flow cytometry, result: positive, on: 2026-05-20}

# Every treatment of the cancer, one entry each; `to` is the last dose. `is` also takes a list of drugs.
therapies:
  - {is: [capecitabine, oxaliplatin], from: 2023-06, to: 2024-02, line: 1, outcome: progression}
  - {is: trastuzumab deruxtecan, from: 2025-03-01, to: 2026-03-20, line: 2, outcome: progression}
  # - {is: radiotherapy, on: 2026-01-12, local palliative: yes, marrow fraction: 4 %}

# Medicines for anything else; one without `to` is ongoing.
medicines:
  - {is: levothyroxine, daily dose: 75 ug/d, route: oral, replacement: yes, from: 2019}
  # - {is: prednisone, daily dose: 5 mg twice daily, route: oral, from: 2026-05-01, to: 2026-05-14}

# What is, was or happened: diseases, events, surgery, vaccines, transfusions, allergies, other trials.
findings:
  - {is: autoimmune hypothyroidism, on: 2019, controlled: yes}
  - {is: pulmonary embolism, on: 2026-02-10, symptomatic: yes, stable anticoagulation: yes}

# Asked about and absent. What is not named here counts as never asked.
none of:
  - active infection
  - CNS tumour
  - epilepsy
  - stroke
  - heart failure
  - arrhythmia
  - lung disease
  - immunodeficiency
  - other malignancy

# Lists that somebody went through and found complete: what is not on them is absent.
reviewed: [anticancer treatment, medicines, supportive care, allergies]

lesions:
  - {site: liver, longest: 24 mm, slice thickness: 5 mm, kind: soft tissue, on: 2026-06-07}

imaging:
  - {is: CT, on: 2026-06-07}

flags: {liver metastases: yes, childbearing potential: no}

# What a person stated and signed.
statements:
  - {about: life expectancy, value: 52 weeks, by: investigator, on: 2026-06-10}
  - {about: venous access, value: adequate, by: apheresis unit, on: 2026-06-10}
  - {about: contraception, value: 12 months, on: 2026-06-08, parts: {gamete donation forgone: yes}}

consents:
  - {study: NCT07409766, on: 2026-06-08, by: patient}

# Anything else worth keeping; used by no criterion.
notes: []
"""
"""A whole form, read without a problem (a test sees to it)."""
