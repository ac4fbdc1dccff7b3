"""Truths, counts and numbers from the command line; every error is noted, none is raised."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import isfinite

from paratope.cli.design.values import hint, numbers, real, split
from paratope.designs import Problem, Truth, Unusable
from paratope.designs.base import Design
from paratope.designs.truth import truth_problems

Trouble = list[Problem]


def whole(text: str | None, place: str, problems: Trouble, low: int = 0, high: int = 10**9) -> int | None:
    """A whole number from ``low`` to ``high``; None where nothing was given or it is none."""
    if text is None:
        return None
    if re.fullmatch(r"\d[\d_,]*", text.strip()) and low <= (value := int(re.sub("[_,]", "", text))) <= high:
        return value
    said = f"from {low} to {high:,}" if high < 10**9 else f"of at least {low}"
    problems.append(Problem(place, f"expected a whole number {said}, not {text!r}"))
    return None


def number(text: str | None, place: str, problems: Trouble, low: float = 0.0) -> float | None:
    """A number above ``low``; None where nothing was given or it is none."""
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if low < value < float("inf"):
        return value
    problems.append(Problem(place, f"expected a number above {low:g}, not {text!r}"))
    return None


def values(text: str | None, place: str, problems: Trouble) -> tuple[float, ...] | None:
    """Numbers between commas."""
    if text is None:
        return None
    try:
        return tuple(numbers(text))
    except ValueError as wrong:
        problems += [
            Problem(f"{place}[{i}]", f"expected a number{hint(each)}, not {each!r}")
            for i, each in wrong.args[0]
        ]
        return None


def probabilities(text: str, place: str, problems: Trouble) -> tuple[float, ...] | None:
    """Numbers between commas, each from 0 to 1; every one that is not is said, whatever else is wrong."""
    found = values(text, place, problems)
    if found is None:  # what is a number may still be no probability
        for i, part in enumerate(split(text), 1):
            try:
                value = real(part)
            except ValueError:
                continue
            if not 0 <= value <= 1:
                problems.append(Problem(f"{place}[{i}]", f"{value:g} is not a probability: expected 0 to 1"))
    return found


def counts(text: str | None, place: str, problems: Trouble) -> tuple[int, ...] | None:
    """Whole numbers between commas."""
    found = values(text, place, problems)
    if found is None:
        return None
    wrong = [(i, v) for i, v in enumerate(found, 1) if not isfinite(v) or v != int(v) or v < 0]
    problems += [Problem(f"{place}[{i}]", f"expected a whole number from 0 on, not {v:g}") for i, v in wrong]
    return None if wrong else tuple(map(int, found))


def truths(
    tox: Sequence[str] | None,
    eff: Sequence[str] | None,
    odds_ratio: str | None,
    design: Design | None,
    problems: Trouble,
    needed: bool = True,
    levels: int | None = None,
) -> tuple[Truth, ...]:
    """The assumed truths; empty where there are none, or where one cannot be read. ``levels``: how many dose levels
    they must have, where there is no design to say so.
    """
    said, responses = list(tox or ()), list(eff or ())
    if not said:
        if needed:
            problems.append(
                Problem(
                    "--truth", "is missing: the DLT probability at each dose level, such as 0.05,0.15,0.30"
                )
            )
        return ()
    odds = number(odds_ratio, "--odds-ratio", problems)
    if responses and len(responses) != len(said):
        problems.append(
            Problem(
                "--truth-eff", f"expected one for each --truth: there are {len(said)}, not {len(responses)}"
            )
        )
        responses = []
    found = []
    for i, text in enumerate(said):
        at = f" {i + 1}" if len(said) > 1 else ""
        own = probabilities(text, f"--truth{at}", problems)
        theirs = probabilities(responses[i], f"--truth-eff{at}", problems) if responses else None
        if own is None or (responses and theirs is None):
            continue
        try:
            truth = Truth(own, theirs, 1.0 if odds is None else odds)
        except Unusable as bad:
            problems += [
                Problem(p.place.replace("tox", f"--truth{at}").replace("eff", f"--truth-eff{at}"), p.message)
                for p in bad.problems
            ]
            continue
        if design is not None:
            efficacy = len(design.columns) > 2
            problems += truth_problems(truth, design.doses, efficacy, f"--truth{at}")
        elif levels is not None:
            problems += truth_problems(truth, levels, False, f"--truth{at}")
        found.append(truth)
    return tuple(found)


def simulation(said: tuple[str | None, str, str], problems: Trouble) -> tuple[int, int, int]:
    """Trials, seed and workers."""
    trials = whole(said[0], "--trials", problems, 1, 10_000_000)
    seed = whole(said[1], "--seed", problems)
    workers = whole(said[2], "--workers", problems, 1, 1_000)
    return trials or 1, seed or 0, workers or 1
