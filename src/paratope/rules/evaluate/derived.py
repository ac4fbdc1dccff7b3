"""Quantities computed from facts: age, creatinine clearance, corrected calcium, lesions, steroid dose."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from paratope.patient.model import Imaging, Interval, Lesion
from paratope.rules.evaluate.context import Context
from paratope.rules.evaluate.quantities import Found, Quantity, compare, newest
from paratope.rules.nodes import LesionCount
from paratope.truth import Kind, Outcome, Reason, Truth, unique, unknown
from paratope.units import convert

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN


@lru_cache(maxsize=65536)
def completed_years(born: int, day: int) -> int:
    """Age in completed years; someone born on 29 February turns a year older on 1 March in common years."""
    b, d = date.fromordinal(born), date.fromordinal(day)
    return d.year - b.year - ((d.month, d.day) < (b.month, b.day))


def age_at_consent(ctx: Context) -> Found:
    """Completed years on the signed or planned day of consent; with neither, on the as-of date, and said so."""
    born = ctx.patient.born
    if born is None or ctx.patient.born_fact is None:
        return unknown(Reason(Kind.MISSING, "born.missing", (), "date of birth"))
    anchor = ctx.anchor("consent")
    last = anchor.last if anchor.last is not None else anchor.first
    low, high = completed_years(born.last, anchor.first), completed_years(born.first, last)
    facts = (ctx.patient.born_fact,) if anchor.fact is None else (ctx.patient.born_fact, anchor.fact)
    working = Reason(Kind.NOTE, "age", (low, high, anchor)) if anchor.fact is None else None
    return Quantity(Interval(low, high), None, None, facts, working)


def _single(found: Found | tuple[Quantity, ...], measure: str) -> Found:
    """One quantity where a formula needs one; two differing results of a day are a conflict."""
    if isinstance(found, (Outcome, Quantity)):
        return found
    first = found[0]
    if all(q.value == first.value for q in found):
        return first
    facts = tuple(f for q in found for f in q.facts)
    return Outcome(U, (Reason(Kind.CONFLICTING, "measure.conflict", facts, measure),), facts)


def _gather(ctx: Context, *measures: str) -> tuple[Quantity, ...] | Outcome:
    found = [_single(newest(ctx, m), m) for m in measures]
    lacking = [f for f in found if isinstance(f, Outcome)]
    if lacking:
        reasons = unique(r for o in lacking for r in o.reasons)
        facts = tuple(f for o in found for f in o.facts)
        return Outcome(U, reasons, facts)
    return tuple(f for f in found if isinstance(f, Quantity))


def cockcroft_gault(age: float, weight_kg: float, creatinine_umol_l: float, female: bool) -> float:
    """Creatinine clearance in mL/min: (140 - age) x weight / (72 x creatinine in mg/dL), x 0.85 in women.

    Actual body weight. Source: D. W. Cockcroft and M. H. Gault, Nephron 16 (1976) 31-41.
    """
    mg_dl = creatinine_umol_l / 88.4
    return (140 - age) * weight_kg / (72 * mg_dl) * (0.85 if female else 1.0)


def cockcroft_gault_clearance(ctx: Context) -> Found:
    """By Cockcroft-Gault from the newest current creatinine and the newest body weight."""
    born = ctx.patient.born
    parts = _gather(ctx, "creatinine", "body weight")
    missing: list[Reason] = []
    if born is None or ctx.patient.born_fact is None:
        missing.append(Reason(Kind.MISSING, "born.missing", (), "date of birth"))
    if isinstance(parts, Outcome):
        return Outcome(U, (*parts.reasons, *missing), parts.facts)
    if missing or born is None or ctx.patient.born_fact is None:
        return Outcome(U, tuple(missing))
    creatinine, weight = parts
    sexes = {"male": (False,), "female": (True,)}.get(ctx.patient.sex or "", (False, True))
    ages = (completed_years(born.last, ctx.as_of), completed_years(born.first, ctx.as_of))
    if creatinine.value.low <= 0 or weight.value.low <= 0:
        return unknown(Reason(Kind.UNUSABLE, "measure.not_positive", creatinine.facts, "creatinine"))
    values = [
        cockcroft_gault(age, kg, umol, female)
        for age in ages
        for kg in (weight.value.low, weight.value.high)
        for umol in (creatinine.value.low, creatinine.value.high)
        for female in sexes
    ]
    facts = (*creatinine.facts, *weight.facts, ctx.patient.born_fact)
    if ctx.patient.sex_fact is not None:
        facts = (*facts, ctx.patient.sex_fact)
    value = Interval(min(values), max(values))
    working = Reason(Kind.NOTE, "cockcroft_gault", (value, ages[0], weight.value.low, creatinine.facts[0]))
    return Quantity(value, None, None, facts, working)


def creatinine_clearance(ctx: Context) -> Found:
    """A measured clearance if a current one is on record, else Cockcroft-Gault; the working says which."""
    measured = _single(newest(ctx, "measured creatinine clearance"), "measured creatinine clearance")
    if isinstance(measured, Outcome) and all(
        r.code in ("measure.missing", "measure.stale") for r in measured.reasons
    ):
        return cockcroft_gault_clearance(ctx)
    return measured


def corrected_calcium(ctx: Context) -> Found:
    """Total calcium + 0.02 x (40 - albumin in g/L), mmol/L, against calcium's own range.

    Source: R. B. Payne et al., BMJ 4 (1973) 643-646, as rounded in common use. Unreliable in myeloma with a
    paraprotein that binds calcium and when albumin is below 30 g/L.
    """
    parts = _gather(ctx, "calcium", "albumin")
    if isinstance(parts, Outcome):
        return parts
    calcium, albumin = parts
    # Rounded to the printed precision of calcium, so that 2.11 stays 2.11 in binary.
    low = round(calcium.value.low + 0.02 * (40 - albumin.value.high), 4)
    high = round(calcium.value.high + 0.02 * (40 - albumin.value.low), 4)
    value = Interval(low, high, calcium.value.low_open, calcium.value.high_open)
    working = Reason(Kind.NOTE, "corrected_calcium", (value, calcium.facts[0], albumin.facts[0]))
    return Quantity(value, calcium.low, calcium.high, (*calcium.facts, *albumin.facts), working)


# --- lesions -------------------------------------------------------------------------------------------


def measurable(lesion: Lesion) -> Truth:
    """RECIST 1.1 measurability at baseline, from size, kind and slice thickness.

    Non-nodal: longest diameter >= 10 mm by CT with slices <= 5 mm, else >= 2 x the slice thickness; lymph
    node: short axis >= 15 mm; bone without a soft-tissue part and ultrasound: not measurable. A slice
    thickness that is not stated is taken as 5 mm or less. Source: E. A. Eisenhauer et al., Eur J Cancer 45
    (2009) 228-247, section 3.
    """
    if lesion.problem or (lesion.modality is not None and "ultraso" in lesion.modality.lower()):
        return U if lesion.problem else F
    if lesion.kind == "bone":
        return F
    nodal = lesion.kind == "lymph node"
    size = lesion.short_axis if nodal else lesion.longest
    if size is None:
        return U
    least = 15.0 if nodal else 10.0
    if lesion.slice_thickness is not None and lesion.slice_thickness > 5 and not nodal:
        least = 2 * lesion.slice_thickness
    return compare(size, ">=", Interval(least, least))


class Seen(NamedTuple):
    """What imaging shows today: lesions of the newest imaging, older ones that may be gone, the facts."""

    lesions: tuple[Lesion, ...]
    perhaps: tuple[Lesion, ...]
    reports: tuple[object, ...]


SAME_IMAGING = 28
"""Lesions and reports at most this many days apart are taken as one round of imaging."""


def current_lesions(ctx: Context) -> Seen | Outcome:
    """The lesions of the newest round of imaging, if it is current."""
    limit = ctx.policies.freshness.get("imaging")
    seen: tuple[Imaging | Lesion, ...] = (*ctx.patient.imaging, *ctx.patient.lesions)
    known = [i for i in seen if i.when is None or i.when.first <= ctx.as_of]
    if not known:
        return unknown(Reason(Kind.MISSING, "imaging.missing", (), "imaging"))
    dated = [(i, i.when) for i in known if i.when is not None]
    if len(dated) < len(known):
        undated = next(i for i in known if i.when is None)
        return unknown(Reason(Kind.UNDATED, "imaging.undated", (undated,), "imaging"), undated)
    latest, day = max(dated, key=lambda pair: (pair[1].last, pair[1].first))
    if limit is not None and ctx.as_of - day.first > limit:
        if ctx.as_of - day.last > limit:
            return unknown(Reason(Kind.STALE, "imaging.stale", (latest, limit), "imaging"), latest)
        return unknown(Reason(Kind.UNDATED, "imaging.date_partial", (latest, limit), "imaging"), latest)
    now: list[Lesion] = []
    before: list[Lesion] = []
    reports: list[object] = []
    for item, when in dated:
        recent = item is latest or day.last - when.first <= SAME_IMAGING
        if isinstance(item, Lesion):
            (now if recent else before).append(item)
        elif recent:
            reports.append(item)
    return Seen(tuple(now), tuple(before), tuple(reports))


def compile_lesion_count(node: LesionCount) -> Callable[[Context], Outcome]:
    """``LesionCount``: how many lesions of the current imaging are measurable (and small enough)."""
    limit = None
    if node.up_to is not None:
        millimetres = convert(node.up_to.value, node.up_to.unit, "mm")
        if millimetres is None:
            raise ValueError(f"{node.up_to.unit!r} is no length")
        limit = Interval(millimetres, millimetres)

    def counts(lesion: Lesion) -> Truth:
        own = measurable(lesion)
        size = lesion.longest or lesion.short_axis
        if limit is None or own is F:
            return own
        small = U if size is None or lesion.problem else compare(size, "<=", limit)
        if small is F:
            return F
        return T if own is T and small is T else U

    def run(ctx: Context) -> Outcome:
        found = current_lesions(ctx)
        if isinstance(found, Outcome):
            return found
        values = [counts(i) for i in found.lesions]
        certain = sum(v is T for v in values)
        possible = sum(v is U for v in values) + sum(counts(i) is not F for i in found.perhaps)
        number = Interval(certain, certain + possible)
        truth = compare(number, node.op, Interval(node.count, node.count))
        facts = (*found.lesions, *found.reports)
        if truth is U:
            reason = Reason(Kind.MISSING, "lesions.unclear", (number,), "lesion sizes")
            return Outcome(U, (reason,), (*facts, *found.perhaps))
        told = Reason(Kind.BECAUSE, "lesions", (certain, node.up_to, node.op, node.count))
        return Outcome(truth, (told,), facts)

    return run


def largest_lesion(ctx: Context) -> Found:
    """Largest diameter of any lesion of the current imaging, in mm; 0 if imaging shows none."""
    found = current_lesions(ctx)
    if isinstance(found, Outcome):
        return found
    sizes = [(i, i.longest or i.short_axis) for i in found.lesions if not i.problem]
    known = [(i, size) for i, size in sizes if size is not None]
    if len(known) < len(found.lesions):
        return unknown(Reason(Kind.MISSING, "lesion.unsized", (), "lesion sizes"), *found.lesions)
    unsized = math.inf  # an older lesion that was never measured may be of any size
    older = [size.high if (size := i.longest or i.short_axis) else unsized for i in found.perhaps]
    if not known:
        if found.perhaps:
            reason = Reason(
                Kind.MISSING, "lesions.unclear", (Interval(0, len(found.perhaps)),), "lesion sizes"
            )
            return unknown(reason, *found.perhaps)
        return Quantity(Interval(0, 0), None, None, found.reports)
    low, high = max(size.low for _, size in known), max(size.high for _, size in known)
    biggest = max(known, key=lambda pair: pair[1].high)[0]
    return Quantity(Interval(low, max([high, *older])), None, None, (biggest, *found.reports))


DERIVED: dict[str, Callable[[Context], Found]] = {
    "age at consent": age_at_consent,
    "Cockcroft-Gault clearance": cockcroft_gault_clearance,
    "creatinine clearance": creatinine_clearance,
    "corrected calcium": corrected_calcium,
    "largest lesion diameter": largest_lesion,
}
"""Measures that are computed; each is marked ``derived`` in the terms."""
