"""Designs that fit a dose-toxicity curve: CRM, TITE-CRM and the logistic model with overdose control."""
