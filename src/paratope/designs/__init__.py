"""Dose-finding designs: frozen specifications that decide with reasons, and their operating characteristics.

A design sees outcomes only, never patients or protocols: a live study, a simulation and a textbook table use the
same object.
"""

from paratope.designs.catalogue import NAMES
from paratope.designs.characteristics import Characteristics, characteristics
from paratope.designs.deciding import decide
from paratope.designs.decision import Decision
from paratope.designs.outcomes import Outcomes, Patient, parse_outcomes
from paratope.designs.problems import Problem, Unusable
from paratope.designs.spec import read_design
from paratope.designs.truth import Truth

__all__ = [
    "NAMES",
    "Characteristics",
    "Decision",
    "Outcomes",
    "Patient",
    "Problem",
    "Truth",
    "Unusable",
    "characteristics",
    "decide",
    "parse_outcomes",
    "read_design",
]
