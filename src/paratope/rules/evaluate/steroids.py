"""Glucocorticoids as prednisone equivalents."""

from __future__ import annotations

from paratope.patient.model import Entry, Interval
from paratope.rules.evaluate.context import Context
from paratope.rules.evaluate.entries import Wanted
from paratope.rules.evaluate.filters import compile_filter
from paratope.rules.evaluate.logic import Check
from paratope.rules.evaluate.measures import compare
from paratope.rules.evaluate.windows import extent_of, in_window
from paratope.rules.nodes import SteroidDose
from paratope.terms import catalogue
from paratope.truth import AND, Kind, Outcome, Reason, Truth, unique
from paratope.units import convert

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN
CLASS = "glucocorticoid"
LOCAL_ROUTES = frozenset({"inhaled", "topical", "nasal", "ophthalmic", "intra-articular"})
"""Routes that are no systemic treatment."""


def prednisone_equivalent(entry: Entry) -> float | None:
    """Daily dose in mg of prednisone; None if the dose or the drug's equivalence is not known."""
    dose = entry.attributes.get("daily dose")
    if not isinstance(dose, (int, float)) or isinstance(dose, bool):
        return None
    terms = catalogue()
    for name in entry.concepts:
        concept = terms.get(name)
        if concept is not None and concept.prednisone_5mg:
            return float(dose) * 5.0 / concept.prednisone_5mg
    return None


def compile_steroid_dose(node: SteroidDose) -> Check:
    """``SteroidDose``: the summed prednisone-equivalent daily dose against a limit."""
    accept = compile_filter(node.where) if node.where is not None else None
    limit_mg = convert(node.bound.value, node.bound.unit, "mg/d")
    if limit_mg is None:
        raise ValueError(f"{node.bound.unit!r} is no daily dose")
    limit = Interval(limit_mg, limit_mg)
    wanted = Wanted.of(CLASS)

    def run(ctx: Context) -> Outcome:
        low = high = 0.0
        reasons: list[Reason] = []
        counted: list[Entry] = []
        seen: list[Entry] = []
        for entry in (*ctx.patient.present.get(CLASS, ()), *wanted.vaguely(ctx)):
            if entry.kind not in ("medicine", "therapy") or entry in seen:
                continue
            seen.append(entry)
            truth = T if CLASS in entry.closure else U
            why: tuple[Reason, ...] = ()
            if truth is U:
                why = (Reason(Kind.MISSING, "kind.vague", (entry.text, (CLASS,)), entry.text),)
            if entry.attributes.get("route") in LOCAL_ROUTES:
                continue
            if accept is not None:
                fit = accept(ctx, entry)
                truth, why = AND[truth, fit.truth], (*why, *fit.reasons)
            if node.window is not None and truth is not F:
                extent = extent_of(entry, ctx, acute=False)
                if extent is None:
                    truth, why = U, (*why, Reason(Kind.UNDATED, "date.missing", (entry.text,), entry.text))
                else:
                    held = in_window(extent, node.window, ctx, None, entry.text)
                    truth, why = AND[truth, held.truth], (*why, *held.reasons)
            if truth is F:
                continue
            dose = prednisone_equivalent(entry)
            counted.append(entry)
            if dose is None:
                high = float("inf")
                reasons.extend(why)
                reasons.append(Reason(Kind.MISSING, "dose.missing", (entry.text,), entry.text))
                continue
            high += dose
            if truth is T:
                low += dose
            else:
                reasons.extend(why)
        asked = wanted.asked(ctx)
        if asked is None and not ctx.presume:
            high = float("inf")
            reasons.append(Reason(Kind.MISSING, "not_asked", (CLASS,), "medicines"))
        total = Interval(low, high)
        truth = compare(total, node.op, limit)
        facts = (*counted, *(asked or ()))
        if truth is U:
            return Outcome(U, unique(reasons), facts)
        told = Reason(Kind.BECAUSE, "steroid_dose", (total, node.op, node.bound, tuple(counted)))
        return Outcome(truth, (told,), facts, None, asked is None and truth is F)

    return run
