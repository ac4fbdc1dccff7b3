"""Glucocorticoids as prednisone equivalents."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from paratope.patient.model import Entry, Interval
from paratope.rules.evaluate.context import Context
from paratope.rules.evaluate.entries import Wanted
from paratope.rules.evaluate.filters import FilterCheck, compile_filter
from paratope.rules.evaluate.logic import Check
from paratope.rules.evaluate.quantities import compare
from paratope.rules.evaluate.windows import Extent, extent_of, in_window
from paratope.rules.nodes import SteroidDose, Window
from paratope.terms import catalogue
from paratope.truth import Kind, Outcome, Reason, Truth, unique
from paratope.units import convert

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN
CLASS = "glucocorticoid"
LOCAL_ROUTES = frozenset({"inhaled", "topical", "nasal", "ophthalmic", "intra-articular"})
"""Routes that are no systemic treatment."""


def prednisone_equivalent(entry: Entry) -> float | None:
    """Daily dose in mg of prednisone; None if the dose, or which drug it is of, is not known."""
    dose = entry.attributes.get("daily dose")
    if not isinstance(dose, (int, float)) or isinstance(dose, bool):
        return None
    terms = catalogue()
    found = {c.prednisone_5mg for name in entry.concepts if (c := terms.get(name)) and c.prednisone_5mg}
    return float(dose) * 5.0 / found.pop() if len(found) == 1 else None


class Course(NamedTuple):
    """One glucocorticoid as it may count: when it was taken, its daily dose in mg of prednisone (None: unknown),
    and the reasons that leave it open whether it counts."""

    entry: Entry
    extent: Extent | None
    dose: float | None
    reasons: tuple[Reason, ...]


def compile_steroid_dose(node: SteroidDose) -> Check:
    """``SteroidDose``: the highest daily dose reached, courses taken on the same day together, against a limit.
    Without a window, the dose on the as-of date."""
    accept = compile_filter(node.where) if node.where is not None else None
    limit_mg = convert(node.bound.value, node.bound.unit, "mg/d")
    if limit_mg is None:
        raise ValueError(f"{node.bound.unit!r} is no daily dose")
    limit = Interval(limit_mg, limit_mg)
    wanted = Wanted.of(CLASS)

    def run(ctx: Context) -> Outcome:
        courses = [
            c
            for entry in unique((*ctx.patient.present.get(CLASS, ()), *wanted.vaguely(ctx)))
            if entry.kind in ("medicine", "therapy")
            and (c := _course(ctx, entry, accept, node.window)) is not None
        ]
        low, high = _surely(courses), _perhaps(courses)
        reasons = [r for c in courses for r in c.reasons]
        reasons += [
            Reason(Kind.MISSING, "dose.missing", (c.entry.text,), c.entry.text)
            for c in courses
            if c.dose is None
        ]
        asked = wanted.asked(ctx)
        if asked is None and not ctx.presume:
            high = math.inf
            reasons.append(Reason(Kind.MISSING, "not_asked", (CLASS,), "medicines"))
        total = Interval(low, high)
        truth = compare(total, node.op, limit)
        counted = tuple(c.entry for c in courses)
        facts = (*counted, *(asked or ()))
        if truth is U:
            overlap = Reason(Kind.UNDATED, "steroid.overlap", (counted,), "medicines")
            return Outcome(U, unique(reasons) or (overlap,), facts)
        told = Reason(Kind.BECAUSE, "steroid_dose", (total, node.op, node.bound, counted))
        # Presumed, if it would be open were the rest not taken as absent.
        presumed = asked is None and compare(Interval(low, math.inf), node.op, limit) is U
        notes = (Reason(Kind.NOTE, "presumed", ((CLASS,),)),) if presumed else ()
        return Outcome(truth, (told, *notes), facts, None, presumed)

    return run


def _course(ctx: Context, entry: Entry, accept: FilterCheck | None, window: Window | None) -> Course | None:
    """How an entry counts; None if it certainly does not."""
    if entry.attributes.get("route") in LOCAL_ROUTES:
        return None
    if entry.start is not None and entry.start.first > ctx.as_of:
        return None
    reasons: tuple[Reason, ...] = ()
    if CLASS not in entry.closure:
        reasons = (Reason(Kind.MISSING, "kind.vague", (entry.text, (CLASS,)), entry.text),)
    if accept is not None:
        fit = accept(ctx, entry)
        if fit.truth is F:
            return None
        reasons += fit.reasons
    extent = extent_of(entry, ctx, acute=False)
    if extent is None:
        undated = Reason(Kind.UNDATED, "date.missing", (entry.text,), entry.text)
        return Course(entry, None, prednisone_equivalent(entry), (*reasons, undated))
    held = in_window(extent, window or NOW, ctx, None, entry.text)
    if held.truth is F:
        return None
    return Course(entry, extent, prednisone_equivalent(entry), (*reasons, *held.reasons))


NOW = Window((), "since", ("today",))
"""Still taken on the as-of date."""


def _surely(courses: Sequence[Course]) -> float:
    """The highest summed dose of courses that certainly count and certainly overlap."""
    firm = [
        (c.extent, c.dose) for c in courses if not c.reasons and c.extent is not None and c.dose is not None
    ]
    days = [extent.start[1] for extent, _ in firm]
    return max(
        (sum(dose for extent, dose in firm if extent.start[1] <= day <= extent.last[0]) for day in days),
        default=0.0,
    )


def _perhaps(courses: Sequence[Course]) -> float:
    """At most this: for each course, its dose and that of every course that may overlap it."""
    if any(c.dose is None for c in courses):
        return math.inf
    return max((sum(c.dose or 0.0 for c in courses if _may_overlap(c, at)) for at in courses), default=0.0)


def _may_overlap(a: Course, b: Course) -> bool:
    if a.extent is None or b.extent is None:
        return True
    return a.extent.start[0] <= b.extent.last[1] and b.extent.start[0] <= a.extent.last[1]
