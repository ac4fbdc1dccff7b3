"""The cancer the studies would treat: ``the cancer is MYELOMA where (...)``."""

from __future__ import annotations

from collections.abc import Callable

from paratope.patient.model import Cancer
from paratope.rules.evaluate.context import Context
from paratope.rules.evaluate.filters import NO, YES, Fit, most_specific
from paratope.rules.evaluate.logic import Check
from paratope.rules.nodes import AllOf, AnyOf, But, CancerIs, Filter, OneOf, Reserved
from paratope.terms import catalogue
from paratope.truth import AND, NOT, OR, Kind, Outcome, Reason, Truth

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN

IMPLIES: dict[str, tuple[str, ...]] = {"metastatic": ("advanced",), "locally advanced": ("advanced",)}
"""Words of extent that say another."""

OPEN_SETS = frozenset({"feature", "status"})
"""What is recorded word by word: one word on record does not deny another."""

_SETS = {"extent": "extent", "confirmed by": "confirmed_by", "status": "status", "feature": "features"}


def compile_cancer(node: CancerIs) -> Check:
    """``CancerIs``: of the cancer under study."""
    terms = catalogue()
    wanted = frozenset(node.concepts)
    broader = frozenset(a for c in wanted for a in terms.ancestors(c)) - wanted
    accept = _cancer_filter(node.where) if node.where is not None else None

    def run(ctx: Context) -> Outcome:
        cancers = ctx.patient.cancers
        if not cancers:
            return Outcome(U, (Reason(Kind.MISSING, "cancer.missing", (), "diagnosis"),))
        outcomes = [_one_cancer(c, node, wanted, broader, accept) for c in cancers]
        first = outcomes[0]
        if all(o.truth is first.truth for o in outcomes):
            return first
        reason = Reason(Kind.CONFLICTING, "cancer.several", tuple(c.text for c in cancers), "diagnosis")
        return Outcome(U, (reason,), tuple(cancers))

    return run


def _one_cancer(
    cancer: Cancer,
    node: CancerIs,
    wanted: frozenset[str],
    broader: frozenset[str],
    accept: Callable[[Cancer], Fit] | None,
) -> Outcome:
    facts = (cancer,)
    truth = T
    reasons: tuple[Reason, ...] = ()
    if wanted and not cancer.closure & wanted:
        specific = most_specific(cancer)
        if not (specific & broader) and specific:
            return Outcome(F, (Reason(Kind.BECAUSE, "cancer.other", (cancer, node.concepts)),), facts)
        truth = U
        reasons = (Reason(Kind.MISSING, "kind.vague", (cancer.text, node.concepts), "diagnosis"),)
    if accept is not None:
        fit = accept(cancer)
        truth = AND[truth, fit.truth]
        if truth is F:
            return Outcome(F, (Reason(Kind.BECAUSE, "cancer.not_so", (cancer,)),), facts)
        reasons += fit.reasons
    if truth is U:
        return Outcome(U, reasons, facts)
    return Outcome(T, (Reason(Kind.BECAUSE, "cancer", (cancer,)),), facts)


def _cancer_filter(node: Filter) -> Callable[[Cancer], Fit]:
    match node:
        case AllOf(items) | AnyOf(items):
            table, dominant = (AND, F) if isinstance(node, AllOf) else (OR, T)
            checks = [_cancer_filter(i) for i in items]

            def folded(cancer: Cancer) -> Fit:
                truth = NOT[dominant]
                reasons: tuple[Reason, ...] = ()
                for check in checks:
                    fit = check(cancer)
                    truth = table[truth, fit.truth]
                    reasons += fit.reasons
                return Fit(truth, reasons if truth is U else ())

            return folded
        case But(item):
            inner = _cancer_filter(item)

            def negated(cancer: Cancer) -> Fit:
                fit = inner(cancer)
                return Fit(NOT[fit.truth], fit.reasons)

            return negated
        case OneOf(attribute, words) if attribute in _SETS:
            field, accepted = _SETS[attribute], frozenset(words)

            def member(cancer: Cancer) -> Fit:
                recorded: frozenset[str] = getattr(cancer, field)
                implied = recorded.union(*(IMPLIES.get(word, ()) for word in recorded))
                if implied & accepted:
                    return YES
                if not recorded or attribute in OPEN_SETS:
                    code = "feature.missing" if attribute == "feature" else "attribute.missing"
                    words_missing = (attribute, cancer.text, tuple(sorted(accepted)))
                    args = words_missing if code == "feature.missing" else words_missing[:2]
                    return Fit(U, (Reason(Kind.MISSING, code, args, cancer.text),))
                return NO

            return member
        case Reserved(what):
            return lambda _cancer: Fit(U, (Reason(Kind.JUDGEMENT, "reserved", (what,), what),))
    asked = getattr(node, "attribute", type(node).__name__)
    return lambda cancer: Fit(U, (Reason(Kind.UNREAD, "filter.not_of_cancer", (asked, cancer.text)),))
