"""Every design by its name; a design's module is read when it is asked for."""

from __future__ import annotations

from importlib import import_module

from paratope.designs.base import BaseDesign

_WHERE = {
    "3+3": "three_plus_three:ThreePlusThree",
    "i3+3": "interval:I3plus3",
    "mtpi2": "interval:Mtpi2",
    "keyboard": "interval:Keyboard",
    "boin": "interval:Boin",
    "table": "interval:DecisionTable",
    "crm": "model:Crm",
    "blrm": "model:Blrm",
    "tite-crm": "model:TiteCrm",
    "tite-boin": "timed:TiteBoin",
    "rolling6": "timed:RollingSix",
    "boin12": "efficacy:Boin12",
    "efftox": "efficacy:EffTox",
    "tepi": "efficacy:Tepi",
}

NAMES = tuple(_WHERE)
"""The names by which designs are asked for."""


def design_class(name: str) -> type[BaseDesign]:
    """The design of that name (one of `NAMES`)."""
    module, _, cls = _WHERE[name].partition(":")
    found: type[BaseDesign] = getattr(import_module(f"paratope.designs.{module}"), cls)
    return found
