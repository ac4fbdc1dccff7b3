"""The target antigen: what the tumour's tests say today.

A test is current only if it was taken after the last dose of every therapy directed at the same antigen (the
antigen may be lost under it), and not before the as-of date's policy limit, if the study sets one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from paratope.patient.model import AntigenTest, Interval
from paratope.rules.evaluate.context import Context
from paratope.rules.evaluate.logic import Check
from paratope.rules.evaluate.quantities import compare
from paratope.rules.evaluate.windows import LASTING
from paratope.rules.nodes import Amplified, Expresses, HScore, Scored, Stained
from paratope.truth import Kind, Outcome, Reason, Truth, distinct, unique, unknown

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN
ANY = "some antigen"

Read = Callable[[AntigenTest], tuple[Truth, Reason | None]]


def _current(
    ctx: Context, antigen: str, methods: tuple[str, ...] | None
) -> tuple[AntigenTest, ...] | Outcome:
    """The tests of the newest day that count, or the unknown that explains why none does."""
    found = [
        t
        for t in ctx.patient.antigens.get(antigen, ())
        if (t.when is None or t.when.first <= ctx.as_of)
        and (t.method in methods if methods is not None else t.method != "PET")
    ]
    what = antigen if methods is None else f"{antigen} by {' or '.join(methods)}"
    if not found:
        elsewhere = ctx.patient.antigens.get(antigen, ())
        code = "antigen.other_method" if elsewhere else "antigen.missing"
        return unknown(Reason(Kind.MISSING, code, (what, tuple(elsewhere)), what), *elsewhere)
    dated = [t for t in found if t.when is not None]
    therapies = [
        e
        for e in ctx.patient.entries
        if e.present and antigen in e.targets and (e.start is None or e.start.first <= ctx.as_of)
    ]
    if not dated:
        if therapies or ctx.policies.freshness.get("antigen") is not None:
            return unknown(Reason(Kind.UNDATED, "antigen.undated", (found[0],), what), found[0])
        return tuple(found)
    top = dated[0].when
    assert top is not None
    limit = ctx.policies.freshness.get("antigen")
    if limit is not None and ctx.as_of - top.first > limit:
        return unknown(Reason(Kind.STALE, "antigen.stale", (dated[0], limit), what), dated[0])
    for therapy in therapies:
        ended = therapy.end if therapy.kind in LASTING else therapy.end or therapy.start
        if therapy.ongoing or ended is None or top.first <= ended.last:
            reason = Reason(Kind.STALE, "antigen.before_therapy", (dated[0], therapy), what)
            return unknown(reason, dated[0], therapy)
    return tuple(t for t in dated if t.when is not None and t.when.last >= top.first)


def _read_all(tests: Sequence[AntigenTest], read: Read, what: str) -> Outcome:
    read_out = [read(t) for t in tests]
    values = {truth for truth, _ in read_out}
    facts = tuple(tests)
    if T in values and F in values:
        return Outcome(U, (Reason(Kind.CONFLICTING, "antigen.conflict", facts, what),), facts)
    if U in values:  # one test of the day is open: what it says may be the truth
        return Outcome(U, unique(r for _, r in read_out if r is not None), facts)
    (value,) = values
    return Outcome(value, (Reason(Kind.BECAUSE, "antigen", facts),), facts)


def _problem(test: AntigenTest, what: str) -> Reason:
    return Reason(Kind.UNUSABLE, "antigen.unusable", (test, test.problem), what)


def compile_expresses(node: Expresses) -> Check:
    """``Expresses``: positive by any assay of tissue or cells. Imaging of the antigen (PET) is not one."""
    antigen = node.antigen

    def read(test: AntigenTest) -> tuple[Truth, Reason | None]:
        if test.problem:
            return U, _problem(test, antigen)
        if test.value == "positive":
            return T, None
        if test.value == "negative" or test.score == 0:
            return F, None
        return U, Reason(Kind.JUDGEMENT, "antigen.not_called", (test,), antigen)

    def one(ctx: Context, name: str) -> Outcome:
        tests = _current(ctx, name, None)
        return tests if isinstance(tests, Outcome) else _read_all(tests, read, name)

    if antigen != ANY:
        return lambda ctx: one(ctx, antigen)

    def any_antigen(ctx: Context) -> Outcome:
        positive = [o for name in ctx.patient.antigens if (o := one(ctx, name)).truth is T]
        if positive:
            return Outcome(
                T, tuple(r for o in positive for r in o.reasons), tuple(f for o in positive for f in o.facts)
            )
        return unknown(Reason(Kind.MISSING, "antigen.none_positive", (), "antigen report"))

    return any_antigen


def compile_scored(node: Scored) -> Check:
    """``Scored``: the newest immunohistochemistry score."""
    wanted = frozenset(node.scores)

    def read(test: AntigenTest) -> tuple[Truth, Reason | None]:
        if test.problem:
            return U, _problem(test, node.antigen)
        if test.score is None:
            if test.value == "negative" and not wanted & {0, 1}:
                return F, None  # laboratories call 0 and 1+ negative
            return U, Reason(Kind.MISSING, "antigen.no_score", (test,), f"{node.antigen} IHC score")
        return (T if test.score in wanted else F), None

    return _by_method(node.antigen, ("IHC",), read)


def ish_group(test: AntigenTest) -> int | None:
    """The dual-probe HER2 group, 1 to 5, of the ratio to CEP17 and the copies per cell; None without both.

    Source: A. C. Wolff et al., ASCO/CAP HER2 testing in breast cancer, focused update, J Clin Oncol 36 (2018)
    2105-2122, figures 3 to 6.
    """
    if test.ratio is None or test.copies is None:
        return None
    if test.ratio >= 2.0:
        return 1 if test.copies >= 4.0 else 2
    if test.copies >= 6.0:
        return 3
    return 4 if test.copies >= 4.0 else 5


def compile_amplified(node: Amplified) -> Check:
    """``Amplified``: the newest in-situ hybridisation. The laboratory's own call counts; without one the HER2
    group decides, groups 2 to 4 together with the newest immunohistochemistry score."""
    positive_with = {2: (3,), 3: (2, 3), 4: (3,)}

    def run(ctx: Context) -> Outcome:
        stained = _current(ctx, node.antigen, ("IHC",))
        scored = () if isinstance(stained, Outcome) else tuple(t for t in stained if not t.problem)
        scores = {t.score for t in scored}
        score = scores.pop() if len(scores) == 1 else None
        used: list[AntigenTest] = []

        def read(test: AntigenTest) -> tuple[Truth, Reason | None]:
            if test.problem:
                return U, _problem(test, node.antigen)
            if test.amplified is not None:
                return (T if test.amplified else F), None
            group = ish_group(test) if node.antigen == "HER2" and test.value != "equivocal" else None
            if group in (1, 5):
                return (T if group == 1 else F), None
            if group is not None and score in (2, 3):
                used.extend(scored)
                return (T if score in positive_with[group] else F), None
            return U, Reason(Kind.MISSING, "antigen.not_called", (test,), f"{node.antigen} ISH")

        tests = _current(ctx, node.antigen, ("ISH",))
        if isinstance(tests, Outcome):
            return tests
        outcome = _read_all(tests, read, node.antigen)
        return outcome._replace(facts=distinct((*outcome.facts, *used)))

    return run


def _share(test: AntigenTest, intensity: int, cumulative: bool) -> Interval | None:
    """The share of cells at an intensity (or at it and above), as far as the report says, in percent.

    A test called negative, or scored 0, stains no cell that counts. Of several intensities the unreported ones
    may make up what is left.
    """
    if not test.percent and (test.score == 0 or (test.value == "negative" and intensity >= 2)):
        return Interval(0, 0)
    parts = [f"{i}+" for i in range(intensity, 4)] if cumulative else [f"{intensity}+"]
    known = [share for p in parts if (share := test.percent.get(p)) is not None]
    if not known:
        return None
    low = sum(k.low for k in known)
    if len(known) == len(parts):
        return Interval(low, sum(k.high for k in known))
    return Interval(
        low, max(low, 100 - sum(share.low for p, share in test.percent.items() if p not in ("any", *parts)))
    )


def compile_stained(node: Stained) -> Check:
    """``Stained``: the share of cells at an intensity (or at it and above)."""
    limit = Interval(node.percent, node.percent)
    what = f"{node.antigen} IHC intensity and proportion"

    def read(test: AntigenTest) -> tuple[Truth, Reason | None]:
        if test.problem:
            return U, _problem(test, node.antigen)
        share = _share(test, node.intensity, node.cumulative)
        truth = U if share is None else compare(share, node.op, limit)
        if truth is U:
            return U, Reason(Kind.MISSING, "antigen.no_proportion", (test, node.intensity), what)
        return truth, None

    return _by_method(node.antigen, ("IHC",), read)


def compile_h_score(node: HScore) -> Check:
    """``HScore``: 1 x %1+ + 2 x %2+ + 3 x %3+, from 0 to 300."""
    limit = Interval(node.value, node.value)
    what = f"{node.antigen} IHC intensity and proportion"

    def read(test: AntigenTest) -> tuple[Truth, Reason | None]:
        if test.problem:
            return U, _problem(test, node.antigen)
        score = h_score(test)
        truth = U if score is None else compare(score, node.op, limit)
        if truth is U:
            return U, Reason(Kind.MISSING, "antigen.no_proportion", (test, 0), what)
        return truth, None

    return _by_method(node.antigen, ("IHC",), read)


def h_score(test: AntigenTest) -> Interval | None:
    """The H-score of a test whose cells are reported at every intensity; None otherwise.

    Source: K. S. McCarty et al., Arch Pathol Lab Med 109 (1985) 716-721.
    """
    parts = [test.percent.get(f"{i}+") for i in (1, 2, 3)]
    if any(p is None for p in parts):
        return None
    known = [p for p in parts if p is not None]
    return Interval(
        sum(i * p.low for i, p in enumerate(known, 1)), sum(i * p.high for i, p in enumerate(known, 1))
    )


def _by_method(antigen: str, methods: tuple[str, ...], read: Read) -> Check:
    def run(ctx: Context) -> Outcome:
        tests = _current(ctx, antigen, methods)
        return tests if isinstance(tests, Outcome) else _read_all(tests, read, antigen)

    return run
