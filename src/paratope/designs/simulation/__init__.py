"""Simulation of what has a clock or no small state, with its Monte-Carlo error beside every figure."""

from paratope.designs.simulation.board import PatientRow
from paratope.designs.simulation.clock import Clock
from paratope.designs.simulation.compare import Comparison, Difference, Figure, compare
from paratope.designs.simulation.courses import one_course
from paratope.designs.simulation.run import Progress, simulate
from paratope.designs.simulation.simulated import Errors, Simulated

__all__ = [
    "Clock",
    "Comparison",
    "Difference",
    "Errors",
    "Figure",
    "PatientRow",
    "Progress",
    "Simulated",
    "compare",
    "one_course",
    "simulate",
]
