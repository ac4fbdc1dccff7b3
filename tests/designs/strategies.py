"""Random designs, truths and situations for properties."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from paratope.designs.base import BaseDesign, Design
from paratope.designs.interval import Boin, I3plus3, Keyboard, Mtpi2
from paratope.designs.modifiers import (
    Coherence,
    EnoughAtDose,
    MaximumN,
    NoSkipping,
    Precision,
    Titration,
    TooToxic,
)
from paratope.designs.seen import Seen
from paratope.designs.three_plus_three import VARIANTS, ThreePlusThree

TARGETS = (0.1, 0.2, 0.25, 0.3, 0.33, 0.4, 0.5)
CUTOFFS = (0.7, 0.9, 0.95)
probabilities = st.one_of(st.sampled_from([0.0, 0.05, 0.1, 0.3, 0.5, 0.9, 1.0]), st.floats(0, 1))


def truths(doses: int, rising: bool = False) -> st.SearchStrategy[tuple[float, ...]]:
    """True DLT probabilities, not falling if ``rising``."""
    some = st.lists(probabilities, min_size=doses, max_size=doses)
    return some.map(sorted).map(tuple) if rising else some.map(tuple)


@st.composite
def interval_designs(draw: st.DrawFn, paths: int = 10**9, most_doses: int = 4) -> BaseDesign:
    """A plain interval design of any kind, small enough for ``paths`` paths."""
    size = draw(st.integers(1, 3))
    fits = [c for c in range(1, 7) if (size + 1) ** c <= paths]
    common: dict[str, Any] = {
        "doses": draw(st.integers(1, most_doses)),
        "cohort_size": size,
        "cohorts": draw(st.sampled_from(fits)),
        "target": draw(st.sampled_from(TARGETS)),
    }
    common["start"] = draw(st.integers(1, common["doses"]))
    kind = draw(st.sampled_from(["boin", "boin", "keyboard", "mtpi2", "i3+3"]))
    if kind == "boin":
        common["cutoff"] = draw(st.sampled_from(CUTOFFS))
        common["extra_safe_stop"] = draw(st.booleans())
        common["bound_mtd"] = draw(st.booleans())
        most = size * common["cohorts"]
        common["early_stop_n"] = draw(st.one_of(st.none(), st.integers(1, most)))
        return Boin(**common)
    margin = st.sampled_from([0.03, 0.05, 0.08])
    common["margin_low"], common["margin_high"] = draw(margin), draw(margin)
    return {"keyboard": Keyboard, "mtpi2": Mtpi2, "i3+3": I3plus3}[kind](**common)


@st.composite
def three_plus_threes(draw: st.DrawFn) -> BaseDesign:
    """Any 3+3, from any level, with or without a maximum of cohorts."""
    doses = draw(st.integers(1, 4))
    return ThreePlusThree(
        doses=doses,
        variant=draw(st.sampled_from(VARIANTS)),
        start=draw(st.integers(1, doses)),
        cohorts=draw(st.one_of(st.none(), st.integers(1, 2 * doses))),
        target=draw(st.sampled_from(TARGETS)),
    )


plain_designs = st.one_of(interval_designs(), three_plus_threes())


@st.composite
def modified(draw: st.DrawFn, most: int = 3) -> Design:
    """A design with up to ``most`` modifiers around it, in any order."""
    design: Design = draw(plain_designs)
    for _ in range(draw(st.integers(0, most))):
        kind = draw(st.integers(0, 6))
        level = draw(st.integers(1, design.doses))
        n = draw(st.integers(1, 9))
        share = draw(st.sampled_from([0.3, 0.5, 0.7]))
        design = [
            lambda d: Titration(inner=d),
            lambda d, at=level, s=share: TooToxic(inner=d, level=at, certainty=s),
            lambda d, n=n: EnoughAtDose(inner=d, n=n),
            lambda d, s=share: Precision(inner=d, width=s),
            lambda d, n=n: MaximumN(inner=d, n=n),
            lambda d, n=n: NoSkipping(inner=d, above=("current", "tried")[n % 2]),
            lambda d: Coherence(inner=d),
        ][kind](design)
    return design


@st.composite
def situations(draw: st.DrawFn, design: Design, most: int = 8) -> Seen:
    """Any situation, also those to which the design would never lead: levels left out, too many patients."""
    k = design.doses
    n = draw(st.lists(st.integers(0, most), min_size=k, max_size=k))
    tox = [draw(st.integers(0, each)) for each in n]
    dose = draw(st.integers(1, k))
    columns = [n, tox]
    if len(design.columns) > 2:
        eff = [draw(st.integers(0, each)) for each in n]
        low = [max(0, e + t - each) for e, t, each in zip(eff, tox, n, strict=True)]
        both = [draw(st.integers(b, min(e, t))) for b, e, t in zip(low, eff, tox, strict=True)]
        columns += [eff, both]
    columns = columns[: len(design.columns)]
    last = [min(3, c[dose - 1]) for c in columns]
    if last[0] == 0:
        last = [0] * len(columns)
    counts = np.array(columns, dtype=np.int64).T[None]
    return Seen(counts, np.array([dose], np.int64), np.array([last], np.int64))
