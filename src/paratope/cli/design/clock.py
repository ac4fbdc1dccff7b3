"""The clock of a simulation from options; every error is noted, none is raised."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from paratope.cli.design import given
from paratope.cli.design.asked import CLOCK as OPTIONS
from paratope.cli.design.values import convert
from paratope.designs import Problem, Unusable
from paratope.designs.base import Design
from paratope.designs.fields import parameters
from paratope.designs.simulation import Clock
from paratope.designs.timed.wrapped import timed_core

CLOCK = tuple(OPTIONS)
MONTH = 30.0
"""Days for which ``--rate`` counts arriving patients."""


def read_clock(said: Mapping[str, Any], designs: Sequence[Design], problems: list[Problem]) -> Clock | None:
    """The clock that the options ask for. None without any, unless a design decides with pending patients: then
    one with that design's window.
    """
    known = {f.name: p for f, p in parameters(Clock)}
    chosen = {k: said[k] for k in CLOCK if said.get(k) not in (None, False)}
    values: dict[str, Any] = {}
    for key, value in chosen.items():
        option = "--" + key.replace("_", "-")
        if key == "rate":
            rate = given.number(value, option, problems)
            values["arrival"] = MONTH / rate if rate else 1.0
            if "arrival" in chosen:
                problems.append(Problem(option, "says the same as --arrival: give one of them"))
        else:
            before = len(problems)
            values[key] = convert(known[key], value, option, problems)
            if len(problems) > before:
                del values[key]
    cores = [c for d in designs if (c := timed_core(d)) is not None]
    if not chosen and not cores:
        return None
    if "window" not in values and cores:
        values["window"] = cores[0].window
    try:
        return Clock(**values)
    except Unusable as bad:
        said_so = [p.place for p in problems]
        for p in bad.problems:
            place = p.place.replace("$.", "--").replace("_", "-")
            if place not in said_so:
                problems.append(Problem(place, p.message))
        return None


def progress(trials: int, which: int = 1, of: int = 1) -> Callable[[int, int], None] | None:
    """A line on standard error that says how far the simulation is, when a person watches; else None."""
    if not sys.stderr.isatty():
        return None

    def tick(done: int, all_: int) -> None:
        truth = f" of truth {which} of {of}" if of > 1 else ""
        line = f"{done:,} of {trials:,} trials{truth}" if done < all_ else "\x1b[K"
        print(f"\r{line}", end="" if done < all_ else "\r", file=sys.stderr, flush=True)

    return tick
