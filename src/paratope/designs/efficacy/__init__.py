"""Designs that weigh response against toxicity."""
