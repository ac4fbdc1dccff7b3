"""Designs that weigh response against toxicity."""

from paratope.designs.efficacy.boin12 import Boin12
from paratope.designs.efficacy.efftox import EffTox
from paratope.designs.efficacy.tepi import Tepi

__all__ = ["Boin12", "EffTox", "Tepi"]
