"""Designs that may decide while patients are still in their DLT window."""

from paratope.designs.timed.followed import Followed, TimedDesign
from paratope.designs.timed.rolling_six import RollingSix
from paratope.designs.timed.tite_boin import TimedBoundary, TiteBoin

__all__ = ["Followed", "RollingSix", "TimedBoundary", "TimedDesign", "TiteBoin"]
