"""What people sign, state and judge; what kind of person the patient is; results with two answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from paratope.patient.model import Consent, Interval, Result, Statement
from paratope.rules.evaluate.context import Context
from paratope.rules.evaluate.derived import completed_years
from paratope.rules.evaluate.logic import Check
from paratope.rules.evaluate.quantities import compare, freshness_of
from paratope.rules.nodes import Amount, ConsentSigned, FlagIs, Judged, ResultIs, Stated, Trait
from paratope.terms import catalogue
from paratope.truth import Kind, Outcome, Reason, Truth, unknown
from paratope.units import convert

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN

AFFIRM = frozenset(
    {
        "yes", "true", "present", "adequate", "good", "sufficient", "proper", "suitable", "available", "agrees",
        "agreed", "appropriate", "acceptable", "normal", "有", "是", "足够", "同意",
    }
)  # fmt: skip
DENY = frozenset(
    {
        "none", "no", "absent", "not present", "nil", "negative", "false", "not applicable", "n/a", "none known",
        "inadequate", "poor", "insufficient", "unsuitable", "not adequate", "not suitable", "refuses", "refused",
        "无", "否", "没有", "不足", "拒绝",
    }
)  # fmt: skip
"""Answers that affirm and deny. Any other is understood only where it starts with the word asked for, or with
"no"; else a person must read it."""

UNREMARKABLE = frozenset(
    {
        "no concern", "no concerns", "nothing", "nothing of note", "nil of note", "unremarkable", "无异常",
    }
)  # fmt: skip
"""Answers that deny a concern, and so affirm, rather than deny, that all is well: only of a concern do they decide."""

NOT_JUDGES = frozenset({"patient", "relative", "parent", "guardian"})
"""Authors whose word is no investigator's judgement."""


# --- consent -------------------------------------------------------------------------------------------


def compile_consent(_node: ConsentSigned) -> Check:
    """``ConsentSigned``."""

    def run(ctx: Context) -> Outcome:
        own = [c for c in ctx.patient.consents if c.study == ctx.study]
        withdrawn = [c for c in own if not c.active and (c.when is None or c.when.first <= ctx.as_of)]
        signed = ctx.consent()
        if signed is None or signed.when is None:
            undated = [c for c in own if c.when is None]
            if withdrawn and not any(c.active for c in undated):
                return Outcome(
                    F, (Reason(Kind.BECAUSE, "consent.not_active", (withdrawn[0],)),), tuple(withdrawn)
                )
            if undated:
                reason = Reason(Kind.UNDATED, "consent.undated", (undated[0],), "signed consent")
                return unknown(reason, *undated)
            return unknown(Reason(Kind.MISSING, "consent.missing", (), "signed consent"))
        for c in withdrawn:
            if c.when is not None and c.when.first >= signed.when.last:
                return Outcome(F, (Reason(Kind.BECAUSE, "consent.not_active", (c,)),), (c, signed))
        for c in withdrawn:
            if c.when is None or c.when.last >= signed.when.first:
                reason = Reason(Kind.UNDATED, "consent.withdrawal_undated", (c, signed), "signed consent")
                return unknown(reason, c, signed)
        if _signed_alone_by_a_minor(ctx, signed):
            reason = Reason(Kind.MISSING, "consent.minor", (signed,), "signature of a legal representative")
            return unknown(reason, signed)
        return Outcome(T, (Reason(Kind.BECAUSE, "consent.signed", (signed,)),), (signed,))

    return run


ADULT = 18
"""Age in years from which a person consents alone."""


def _signed_alone_by_a_minor(ctx: Context, consent: Consent) -> bool:
    """Whether nobody but a patient who is, or may be, under age is on record as having signed."""
    if ctx.patient.born is None or consent.when is None:
        return False
    signers = set((consent.signed_by or "patient").split(" and "))
    minor = completed_years(ctx.patient.born.last, consent.when.first) < ADULT
    return minor and signers <= {"patient", "patient assent"}


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
    return newest_of([s for s in found if s.study == ctx.study] or found)


def newest_of(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """Those of the newest day; all, if none is dated."""
    dated = [s for s in statements if s.when is not None]
    if not dated:
        return tuple(statements)
    top = max((s.when for s in dated if s.when is not None), key=lambda w: (w.last, w.first))
    return tuple(s for s in dated if s.when is not None and s.when.last >= top.first)


def too_old(ctx: Context, statement: Statement, topic: str) -> Reason | None:
    """Why a statement is too old to count, or may be; None if it is current or undated."""
    limit, when = ctx.policies.freshness.get("statement"), statement.when
    if limit is None or when is None or ctx.as_of - when.first <= limit:
        return None
    if ctx.as_of - when.last > limit:
        return Reason(Kind.STALE, "statement.stale", (statement, ctx.as_of - when.last, limit), topic)
    return Reason(Kind.UNDATED, "statement.date_partial", (statement, limit), topic)


UNDECIDED = re.compile(
    r"\b(?:assess\w*|known|unknown|done|record\w*|information|data|yet|available|evaluat\w*|examin\w*|pending|determin\w*"
    r"|await\w*|tbd|n/?k|unclear|uncertain|possibly|maybe)\b|\?|待|未知|不详"
)
"""Words of an answer that is none yet."""

LIMITED = re.compile(
    r"\b(?:only|if|but|except|after|until|unless|with|when|provided|however|apart|pending)\b"
)
"""Words that take back, or tie to something, what stands before them."""


def _affirms(value: str | float | bool | None, word: str) -> bool | None:
    """Whether an answer affirms its topic (or says ``word``); None if a person must read it."""
    if isinstance(value, (bool, int, float)):
        return bool(value)  # a number of months agrees to something, none to nothing
    if value is None:
        return None
    said = value.strip().lower().rstrip(".")
    if said in DENY:
        return False
    if said in AFFIRM or said == word:
        return True
    concern = word in ("present", "none", "absent", "no")
    if said in UNREMARKABLE:
        return False if concern else None
    if UNDECIDED.search(said) or LIMITED.search(said):
        return None
    if said.startswith((f"{word},", f"{word};", f"{word} (")):
        return True
    # Asked for a concern, "no concern of any kind" denies it; of adequacy, "no difficulty" does not.
    return False if concern and said.startswith(("no ", "not ", "none ", "without ")) else None


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
        if value is False:
            value = 0  # refused: not for a day
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            return U
        return compare(Interval(float(value), float(value)), op, wanted)
    word = wanted.strip().lower()
    affirmed = _affirms(value, word)
    if affirmed is None:
        # Asked only whether there is one, a thing described in free words ("frailty") is there.
        if not isinstance(value, str) or not value.strip() or UNDECIDED.search(value.lower()):
            return U
        return T if word == "present" else F if word in ("none", "absent", "no") else U
    if word in DENY:
        said = value.strip().lower() if isinstance(value, str) else ""
        affirmed = said == word or not affirmed
    return T if affirmed else F


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
        old = too_old(ctx, found[0], topic)
        if old is not None:
            return unknown(old, *found)
        if reserved:
            signed = tuple(s for s in found if s.author is not None and s.author not in NOT_JUDGES)
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
    dated = [f for f in found if f.when is not None]
    top = dated[0].when if dated else None
    if limit is not None and (top is None or ctx.as_of - top.first > limit):
        return unknown(Reason(Kind.STALE, "flag.stale", (found[0], limit), concept), found[0])
    same_day = tuple(f for f in dated if top is not None and f.when is not None and f.when.last >= top.first)
    same_day = same_day or tuple(found)
    values = {f.value for f in same_day}
    if len(values) > 1:
        return Outcome(U, (Reason(Kind.CONFLICTING, "flag.conflict", same_day, concept),), same_day)
    newest = same_day[0]
    return Outcome(T if newest.value else F, (Reason(Kind.BECAUSE, "flag", (newest,)),), (newest,))


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


def _bearing(own: Outcome, ctx: Context) -> Outcome:
    """Pregnancy or nursing. Never true of a man; where nothing was recorded, nor of a woman without childbearing
    potential. A recorded answer counts, and a doubt about one stays."""
    male = _sex(ctx, "male")
    if male.truth is T:
        return Outcome(F, male.reasons, male.facts)
    if own.truth is not U or any(r.code not in ("result.missing", "flag.missing") for r in own.reasons):
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
            return lambda ctx: _bearing(test(ctx), ctx)
        case "breast-feeding":
            return lambda ctx: _bearing(flag(ctx, "breast-feeding"), ctx)
    raise ValueError(f"not a trait: {node.name!r}")
