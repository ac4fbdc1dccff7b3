"""What people sign, state and judge; what kind of person the patient is; results with two answers."""

from __future__ import annotations

from dataclasses import replace

from paratope.patient.model import Interval, Result, Statement
from paratope.rules.evaluate.context import Context
from paratope.rules.evaluate.logic import Check
from paratope.rules.evaluate.measures import compare, freshness_of
from paratope.rules.nodes import Amount, ConsentSigned, FlagIs, Judged, ResultIs, Stated, Trait
from paratope.terms import catalogue
from paratope.truth import Kind, Outcome, Reason, Truth, unknown
from paratope.units import convert

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN

NEGATIVE_WORDS = frozenset(
    {"none", "no", "absent", "not present", "nil", "negative", "false", "not applicable"}
)
"""Answers that deny the topic of a statement."""


# --- consent -------------------------------------------------------------------------------------------


def compile_consent(_node: ConsentSigned) -> Check:
    """``ConsentSigned``."""

    def run(ctx: Context) -> Outcome:
        signed = ctx.consent()
        if signed is not None:
            return Outcome(T, (Reason(Kind.BECAUSE, "consent.signed", (signed,)),), (signed,))
        own = [c for c in ctx.patient.consents if c.study == ctx.study]
        withdrawn = [c for c in own if not c.active]
        if withdrawn:
            return Outcome(
                F, (Reason(Kind.BECAUSE, "consent.not_active", (withdrawn[0],)),), tuple(withdrawn)
            )
        undated = [c for c in own if c.when is None]
        if undated:
            return unknown(
                Reason(Kind.UNDATED, "consent.undated", (undated[0],), "signed consent"), undated[0]
            )
        return unknown(Reason(Kind.MISSING, "consent.missing", (), "signed consent"))

    return run


# --- statements ----------------------------------------------------------------------------------------


def _newest_statements(ctx: Context, topic: str, whole: str | None = None) -> tuple[Statement, ...]:
    """The newest day's statements on a topic that are about this study or about none in particular.

    ``whole``: the statement the topic may be a part of (forgoing gamete donation, of contraception).
    """
    recorded = [*ctx.patient.statements.get(topic, ())]
    if whole is not None:
        statements = ctx.patient.statements.get(whole, ())
        recorded += [replace(s, value=s.parts[topic]) for s in statements if topic in s.parts]
    found = [
        s for s in recorded if s.study in (None, ctx.study) and (s.when is None or s.when.first <= ctx.as_of)
    ]
    about_this = [s for s in found if s.study == ctx.study]
    found = about_this or found
    dated = [s for s in found if s.when is not None]
    if not dated:
        return tuple(found)
    top = max((s.when for s in dated if s.when is not None), key=lambda w: (w.last, w.first))
    return tuple(s for s in dated if s.when is not None and s.when.last >= top.first)


def _denies(value: str | float | bool | None) -> bool | None:
    """Whether an answer denies its topic; None if the answer is empty."""
    if value is None:
        return None
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return value.strip().lower() in NEGATIVE_WORDS
    return False


def _limit(wanted: Amount, topic: str, unit: str) -> Interval:
    """The number a statement is held against, in the unit of its topic."""
    limit = convert(wanted.value, wanted.unit, unit) if wanted.unit else wanted.value
    if limit is None:
        raise ValueError(f"{wanted.unit!r} does not measure {topic}")
    if unit == "wk" and wanted.unit not in ("wk", "weeks", "week"):
        limit = float(int(limit))  # people estimate in whole weeks: three months are thirteen
    return Interval(limit, limit)


def _says(statement: Statement, op: str, wanted: str | Interval) -> Truth:
    value = statement.value
    if isinstance(wanted, Interval):
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            return U
        return compare(Interval(float(value), float(value)), op, wanted)
    denied = _denies(value)
    if denied is None:
        return U
    word = wanted.strip().lower()
    if word in ("yes", "present"):
        return F if denied else T
    if word in ("no", "absent", "none"):
        return T if denied else F
    return T if isinstance(value, str) and value.strip().lower() == word else F


def compile_statement(node: Stated | Judged) -> Check:
    """``Stated`` and ``Judged``: a statement on record decides; without one a stated fact is missing, and a
    judgement stays with the person it is reserved to."""
    topic = node.topic
    concept = catalogue().get(topic)
    unit = concept.unit if concept is not None and concept.unit is not None else ""
    parents = concept.parents if concept is not None else ()
    whole = parents[0] if parents else None
    reserved = isinstance(node, Judged)
    op = "is" if isinstance(node, Judged) else node.op
    wanted = node.value if isinstance(node.value, str) else _limit(node.value, topic, unit)
    absent = Reason(
        Kind.JUDGEMENT if reserved else Kind.MISSING,
        "judgement.reserved" if reserved else "statement.missing",
        (topic,),
        topic,
    )
    nothing = Outcome(U, (absent,))

    def run(ctx: Context) -> Outcome:
        found = _newest_statements(ctx, topic, whole)
        if not found:
            return nothing
        if reserved:
            signed = tuple(s for s in found if s.author is not None)
            if not signed:
                return unknown(Reason(Kind.JUDGEMENT, "judgement.unsigned", (found[0],), topic), *found)
            found = signed
        values = {_says(s, op, wanted) for s in found}
        if T in values and F in values:
            return Outcome(U, (Reason(Kind.CONFLICTING, "statement.conflict", found, topic),), found)
        if U in values:
            return Outcome(U, (Reason(Kind.UNUSABLE, "statement.unclear", (found[0],), topic),), found)
        (value,) = values
        return Outcome(value, (Reason(Kind.BECAUSE, "statement", found),), found)

    return run


# --- results with two answers --------------------------------------------------------------------------


def newest_results(ctx: Context, test: str) -> tuple[Result, ...] | Outcome:
    """The newest day's usable results of a qualitative test, or the unknown that explains their absence."""
    found = [r for r in ctx.patient.results.get(test, ()) if r.when is None or r.when.first <= ctx.as_of]
    if not found:
        return unknown(Reason(Kind.MISSING, "result.missing", (test,), test))
    limit = freshness_of(ctx, test)
    dated = [r for r in found if r.when is not None]
    if not dated:
        if limit is not None:
            return unknown(Reason(Kind.UNDATED, "result.undated", (found[0],), test), found[0])
        return tuple(found)
    top = dated[0].when
    assert top is not None
    if limit is not None and ctx.as_of - top.first > limit:
        return unknown(
            Reason(Kind.STALE, "result.stale", (dated[0], ctx.as_of - top.last, limit), test), dated[0]
        )
    return tuple(r for r in dated if r.when is not None and r.when.last >= top.first)


def compile_result(node: ResultIs) -> Check:
    """``ResultIs``."""
    test, wanted = node.test, node.value

    def run(ctx: Context) -> Outcome:
        found = newest_results(ctx, test)
        if isinstance(found, Outcome):
            return found
        values = {r.value for r in found}
        if any(r.problem for r in found) or not values <= {"positive", "negative"}:
            return Outcome(U, (Reason(Kind.UNUSABLE, "result.unclear", (found[0],), test),), found)
        if len(values) > 1:
            return Outcome(U, (Reason(Kind.CONFLICTING, "result.conflict", found, test),), found)
        return Outcome(T if wanted in values else F, (Reason(Kind.BECAUSE, "result", found),), found)

    return run


# --- flags and traits ----------------------------------------------------------------------------------


def flag(ctx: Context, concept: str) -> Outcome:
    """The newest yes/no observation."""
    found = [f for f in ctx.patient.flags.get(concept, ()) if f.when is None or f.when.first <= ctx.as_of]
    if not found:
        return unknown(Reason(Kind.MISSING, "flag.missing", (concept,), concept))
    limit = freshness_of(ctx, concept)
    top = found[0].when
    if limit is not None and (top is None or ctx.as_of - top.first > limit):
        return unknown(Reason(Kind.STALE, "flag.stale", (found[0], limit), concept), found[0])
    same_day = tuple(f for f in found if f.when == top)
    values = {f.value for f in same_day}
    if len(values) > 1:
        return Outcome(U, (Reason(Kind.CONFLICTING, "flag.conflict", same_day, concept),), same_day)
    return Outcome(T if found[0].value else F, (Reason(Kind.BECAUSE, "flag", (found[0],)),), (found[0],))


def compile_flag(node: FlagIs) -> Check:
    """``FlagIs``."""
    concept = node.concept
    return lambda ctx: flag(ctx, concept)


def _sex(ctx: Context, wanted: str) -> Outcome:
    fact = ctx.patient.sex_fact
    if ctx.patient.sex is None or fact is None:
        return unknown(Reason(Kind.MISSING, "sex.missing", (), "sex"))
    return Outcome(T if ctx.patient.sex == wanted else F, (Reason(Kind.BECAUSE, "sex", (fact,)),), (fact,))


def _childbearing(ctx: Context) -> Outcome:
    male = _sex(ctx, "male")
    if male.truth is T:
        return Outcome(F, male.reasons, male.facts)
    return flag(ctx, "childbearing potential")


def _unless_not_childbearing(own: Outcome, ctx: Context) -> Outcome:
    """A recorded answer counts; without one, nobody without childbearing potential is pregnant or nurses."""
    if own.truth is not U:
        return own
    potential = _childbearing(ctx)
    return potential if potential.truth is F else own


def compile_trait(node: Trait) -> Check:
    """``Trait``."""
    match node.name:
        case "male" | "female" as sex:
            return lambda ctx: _sex(ctx, sex)
        case "of childbearing potential":
            return _childbearing
        case "pregnant":
            test = compile_result(ResultIs("pregnancy test", "positive"))
            return lambda ctx: _unless_not_childbearing(test(ctx), ctx)
        case "breast-feeding":
            return lambda ctx: _unless_not_childbearing(flag(ctx, "breast-feeding"), ctx)
    raise ValueError(f"not a trait: {node.name!r}")
