"""Protocols: the computable study, read from a file, checked and explained."""

from paratope.protocol.load import Loaded, bundled, load_protocol, read_protocol
from paratope.protocol.model import (
    Ambiguity,
    Cohort,
    Criterion,
    Protocol,
    Source,
    WithheldItem,
)
from paratope.protocol.problems import Problem

__all__ = [
    "Ambiguity",
    "Cohort",
    "Criterion",
    "Loaded",
    "Problem",
    "Protocol",
    "Source",
    "WithheldItem",
    "bundled",
    "load_protocol",
    "read_protocol",
]
