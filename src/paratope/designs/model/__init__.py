"""Designs that fit a dose-toxicity curve: CRM, TITE-CRM and the logistic model with overdose control."""

from paratope.designs.model.blrm import Blrm, BlrmFit
from paratope.designs.model.crm import Crm
from paratope.designs.model.crm_fit import CrmFit, fit_crm
from paratope.designs.model.skeleton import indifference_skeleton
from paratope.designs.model.tite_crm import TiteCrm, patient_weights

__all__ = [
    "Blrm",
    "BlrmFit",
    "Crm",
    "CrmFit",
    "TiteCrm",
    "fit_crm",
    "indifference_skeleton",
    "patient_weights",
]
