"""Designs that compare the DLTs at the current dose level with fixed boundaries: the interval designs."""

from paratope.designs.interval.base import Boundary, IntervalDesign
from paratope.designs.interval.boin import Boin
from paratope.designs.interval.i3plus3 import I3plus3
from paratope.designs.interval.keyboard import Keyboard, Mtpi2
from paratope.designs.interval.table import DecisionTable

__all__ = ["Boin", "Boundary", "DecisionTable", "I3plus3", "IntervalDesign", "Keyboard", "Mtpi2"]
