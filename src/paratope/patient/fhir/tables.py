"""What other systems' words mean here: small tables, so that a new hospital's habits are a line, not code."""

from __future__ import annotations

CLASS_CODES = {
    "chemotherapy": "chemotherapy",
    "antibody": "antibody therapy",
    "adc": "antibody-drug conjugate",
    "bispecific": "bispecific antibody",
    "car_t": "CAR-T therapy",
    "immunotherapy": "immunotherapy",
    "anti_pd1": "anti-PD-1 antibody",
    "proteasome_inhibitor": "proteasome inhibitor",
    "imid": "immunomodulatory drug",
    "targeted": "targeted therapy",
    "hormonal": "hormonal therapy",
    "radiotherapy": "radiotherapy",
    "antiplatelet": "antiplatelet",
    "anticoagulant": "anticoagulant",
    "antibiotic": "antibiotic",
    "antiviral": "antiviral",
    "glucocorticoid": "glucocorticoid",
    "thyroid_hormone": "thyroid hormone",
    "insulin": "insulin",
}
"""Codes of the therapy-class extension to concepts; another code is looked up as a name."""

YES_NO_EXTENSIONS = {
    "symptomatic": "symptomatic",
    "stable": "stable",
    "acute": "acute",
    "controlled": "controlled",
    "treated": "treated",
    "curative": "curative",
    "systemic-therapy": "systemic therapy",
    "stable-anticoagulation": "stable anticoagulation",
    "steroid-or-eiaed-14d": "steroid or enzyme inducer",
    "replacement-therapy": "replacement",
    "investigator-waiver": "waived",
    "local-palliative": "local palliative",
    "local-anaesthesia": "local anaesthesia",
    "recovered": "recovered",
    "needs-intervention": "needs intervention",
    "unexplained": "unexplained",
}
"""Boolean extensions, by the last part of their url, to attributes."""

NUMBER_EXTENSIONS = {
    "toxicity-grade": "grade",
    "nyha-class": "NYHA class",
    "line-of-therapy": "line",
    "half-life-days": "half-life",
    "marrow-fraction-irradiated": "marrow fraction",
}
"""Numeric extensions, by the last part of their url, to attributes."""

LIMITS = {
    "grade": (0, 5), "NYHA class": (1, 4), "line": (1, 30), "half-life": (0, 400), "marrow fraction": (0, 100),
    "daily dose": (0, 1_000_000),
}  # fmt: skip
"""What these attributes can be; a number outside is a slip."""

OUTCOMES = (
    ("progression", ("progression", "progressive disease", "progressed", "pd", "disease progression",
                     "treatment failure", "refractory", "no response", "relapse", "relapsed", "进展", "疾病进展",
                     "无效", "266721009")),
    ("intolerance", ("intolerance", "intolerant", "toxicity", "adverse event", "adverse reaction", "side effect",
                     "unacceptable toxicity", "not tolerated", "不耐受", "毒性", "不良反应", "407563006",
                     "Treatment not tolerated (situation)")),
    ("response", ("response", "responded", "complete response", "partial response", "remission",
                  "complete remission", "partial remission", "cr", "pr", "vgpr", "缓解", "完全缓解", "部分缓解")),
    ("stable disease", ("stable disease", "sd", "疾病稳定")),
    ("completed", ("completed", "complete", "treatment completed", "finished", "as planned", "完成", "182992009",
                   "Treatment completed (situation)")),
    ("recovered", ("recovered", "full recovery", "uneventful recovery", "healed", "已恢复", "恢复")),
    ("not recovered", ("not recovered", "未恢复")),
    ("failed collection", ("failed collection", "collection failed", "failed mobilisation", "采集失败")),
)  # fmt: skip
"""How a treatment ended: the word of the rule language, and the words and codes that mean it."""

OUTCOME_OF = {word.casefold(): outcome for outcome, words in OUTCOMES for word in words}

REVIEWS = {
    "anticancer treatment": "anticancer treatment",
    "medicine": "medicines",
    "supportive care": "supportive care",
    "drug allergy": "allergies",
}
"""A list's concept to what its review covers."""

REVIEW_WORDS = (
    (("anticancer", "antineoplastic", "cancer treatment", "oncology treatment", "tumour treatment",
      "抗肿瘤治疗史"), "anticancer treatment"),
    (("supportive care", "transfusions and growth", "transfusion history", "支持治疗"), "supportive care"),
    (("allerg", "过敏史"), "allergies"),
    (("medication", "medicines", "用药"), "medicines"),
)  # fmt: skip
"""Words of a list's title to what its review covers, tried in this order where its code says nothing."""

REVIEW_CODES = {
    "10160-0": "medicines", "48765-2": "allergies", "29549-3": "medicines",
}  # fmt: skip
"""LOINC codes of lists and sections: history of medication use, allergies, medications administered."""

NIL_KNOWN = {
    "716186003": "allergies", "no-known-allergies": "allergies", "no-known-medications": "medicines",
    "787481004": "medicines",
}  # fmt: skip
"""Codes that say "none known": SNOMED CT no known allergy, no known medications; IPS absent-unknown."""

NO_DRUG_ALLERGY = frozenset({"409137002", "no-known-medication-allergies"})
"""No known drug allergy: refutes just that."""

NO_OTHER_ALLERGY = frozenset(
    {"429625007", "428607008", "no-known-food-allergies", "no-known-environmental-allergies"}
)
NO_INFORMATION = frozenset({"no-allergy-info", "no-medication-info", "no-problem-info", "no-procedure-info"})

TRIAL_PHASES = {
    "on-study": "on study", "on-study-intervention": "on study", "on-study-observation": "on study",
    "follow-up": "follow-up", "off-study": "completed", "withdrawn": "withdrawn",
}  # fmt: skip
"""ResearchSubject.status to the phase of a participation; the other statuses are no participation."""

NOT_ENROLLED = frozenset(
    {
        "candidate",
        "potential-candidate",
        "screening",
        "eligible",
        "ineligible",
        "not-registered",
        "pending-on-study",
    }
)

NOT_USED = {
    "AdverseEvent": "adverse-event reports are not read; a condition or toxicity is read from a Condition",
    "Appointment": "appointments are not facts about the patient's health",
    "AuditEvent": "it records access, not health",
    "CarePlan": "plans are not facts",
    "CareTeam": "who cares for the patient is asked by no study",
    "Claim": "bills are not clinical facts",
    "ClinicalImpression": "assessments in free text are not read",
    "Communication": "messages are not read",
    "Coverage": "insurance is asked by no study",
    "Device": "devices are not read",
    "DeviceUseStatement": "devices are not read",
    "DocumentReference": "documents in free text are not read",
    "Encounter": "visits are not facts about the patient's health",
    "EpisodeOfCare": "visits are not facts about the patient's health",
    "ExplanationOfBenefit": "bills are not clinical facts",
    "FamilyMemberHistory": "a relative's disease is not the patient's",
    "Flag": "alerts are not read",
    "Goal": "goals are not facts",
    "Media": "images are not read",
    "MedicationDispense": "what a pharmacy handed out is not what the patient took",
    "MolecularSequence": "sequences are not read",
    "NutritionOrder": "plans are not facts",
    "OperationOutcome": "a server's message, not a fact about a patient",
    "Provenance": "it tells where other resources come from",
    "QuestionnaireResponse": "questionnaires are not read; their answers are read from Observations",
    "RequestGroup": "plans are not facts",
    "RiskAssessment": "risks are not facts",
    "ServiceRequest": "an order is not a result",
    "Task": "tasks are not facts",
    "VisionPrescription": "asked by no study",
}
"""Resource types that are recognised and not used, and why."""

UNREFERRED = "nothing that was read refers to it"
"""Why a supporting resource (a specimen, an author) was not used."""
