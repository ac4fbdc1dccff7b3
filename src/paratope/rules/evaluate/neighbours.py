"""Rules that look beyond themselves: the study's cohorts and criteria, and the other studies on file."""

from __future__ import annotations

import re

from paratope.patient.model import Statement
from paratope.rules.evaluate.context import Context
from paratope.rules.evaluate.logic import Check, combine
from paratope.rules.evaluate.people import newest_of, too_old
from paratope.rules.nodes import Criterion, InACohort, NoOtherStudy, Unread, Withheld
from paratope.truth import Kind, Outcome, Reason, Truth, unknown

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN
TOPIC = "access to other trials"


def compile_withheld(node: Withheld) -> Check:
    """``Withheld``."""
    found = unknown(Reason(Kind.WITHHELD, "withheld", (node.what,), node.what))
    return lambda _ctx: found


def compile_unread(node: Unread) -> Check:
    """``Unread``."""
    found = unknown(Reason(Kind.UNREAD, "unread", (node.words,), node.words))
    return lambda _ctx: found


def compile_criterion(node: Criterion) -> Check:
    """``Criterion``: the value of another criterion's text."""
    wanted = node.id

    def run(ctx: Context) -> Outcome:
        if ctx.criterion is None:
            raise ValueError(f"criterion {wanted} can only be asked inside a study")
        return ctx.criterion(wanted)

    return run


def compile_in_a_cohort(_node: InACohort) -> Check:
    """``InACohort``: some cohort of this study fits."""

    def run(ctx: Context) -> Outcome:
        if ctx.cohorts is None:
            raise ValueError("cohorts can only be asked inside a study")
        cohorts = ctx.cohorts()
        if not cohorts:
            return unknown(Reason(Kind.WITHHELD, "cohorts.none", (), "cohorts"))
        found = combine([o for _, o in cohorts], T)
        fitting = tuple(name for name, o in cohorts if o.truth is T)
        if fitting:
            return Outcome(T, (Reason(Kind.BECAUSE, "cohorts", fitting), *found.reasons), found.facts)
        return found

    return run


# --- is another study open to this patient? ------------------------------------------------------------

_TRIALS = r"(?:clinical )?(?:trials?|stud(?:y|ies))"
_KIND = (
    r"(?:(?:other|further|more|open|ongoing|suitable|appropriate|alternative|comparable|recruiting|available"
    r"|eligible) )*"
)
_EVERY = rf"(?:any|all|every|each|the)(?: of the)? {_KIND}{_TRIALS}"
_REST = r"(?: (?:to|for|in|at|within|near|on)(?: [\w'-]+){1,6})?"
COVERS_ALL = re.compile(
    rf"(?:there (?:is|are) )?(?:currently )?(?:no|none of the) {_KIND}{_TRIALS}(?: (?:is|are|was|were))?(?: currently)?"
    rf"(?: (?:open|available|recruiting|suitable|accessible|possible))?{_REST}"
    rf"|(?:(?:the )?patient )?(?:is |was )?(?:not eligible|ineligible|excluded|turned down|declined|screened out)"
    rf" (?:for|from|by|in|of) {_EVERY}{_REST}"
    rf"|(?:(?:the )?patient )?(?:does not meet|did not meet|fails|failed|meets none of)(?: the)?"
    rf"(?: (?:inclusion|exclusion|eligibility|inclusion/exclusion))?(?: criteria)?(?: (?:of|for|in))? "
    rf"(?:{_EVERY}|other {_TRIALS}){_REST}"
    rf"|screen(?:ing)? failures? (?:in|for|of) {_EVERY}{_REST}"
    rf"|{_EVERY} (?:is|are|has|have|was|were)(?: been)? "
    rf"(?:closed|ended|excluded|failed|declined|unavailable|not available|not open|full){_REST}",
    re.IGNORECASE,
)
UNABLE = re.compile(
    r"(?:(?:the )?patient )?(?:is )?(?:unable|cannot|can not|not able)(?: to)? "
    r"(?:travel|participate|take part|attend|enrol|enroll)"
    rf"(?: (?:in|to|at)(?: (?:any|the|all|another|other))*(?: {_TRIALS}| trial| study)?(?: (?:sites?|centres?))?)?",
    re.IGNORECASE,
)
"""The whole first clause of a statement that covers every other study, or says that the patient cannot take part
in any. Whatever else is said speaks of one study, and a person must read it."""


REFUSED = re.compile(
    r"\b(?:fail\w*|exclud\w*|ineligible|not eligible|declin\w*|turned down|not met|does not meet|refus\w*|reject\w*"
    r"|closed|ended|full|unable|cannot|not open|no slot|unavailable)\b",
    re.IGNORECASE,
)
"""What a statement about one named study says when that study did not take the patient."""

NOT_REFUSED = re.compile(
    r"\b(?:not|no|never|without)\b[^.;]{0,20}\b(?:fail|exclud|declin|refus|reject|closed|ended|full)"
    r"|(?<!not )\beligible\b|\bstill open\b|\breserved\b",
    re.IGNORECASE,
)
"""Words that say the study did, or may still, take the patient: a person must read them."""

TAKEN_BACK = re.compile(
    r"\b(?:apart|except|but|however|besides|only|can|could|may|save|other than|unless)\b", re.IGNORECASE
)


def scope_of(statement: Statement) -> str:
    """What a statement on access covers: ``all`` other studies, ``unable`` to take part, ``one`` study, or
    ``unclear``. Only a whole first clause with nothing taken back after it covers more than one study."""
    if not isinstance(statement.value, str):
        return "unclear"
    clause, _, rest = re.sub(r"[.;,:(]", "\n", statement.value.strip()).partition("\n")
    clause = clause.strip()
    if not clause or clause.lower() in ("no", "none", "yes"):
        return "unclear"
    if not TAKEN_BACK.search(rest):
        if UNABLE.fullmatch(clause):
            return "unable"
        if COVERS_ALL.fullmatch(clause):
            return "all"
    return "one"


def _refuses(statement: Statement) -> bool:
    said = statement.value
    return isinstance(said, str) and REFUSED.search(said) is not None and NOT_REFUSED.search(said) is None


def compile_no_other_study(_node: NoOtherStudy) -> Check:
    """``NoOtherStudy``: criteria of every other study not met, or unable to obtain a drug or take part.

    It takes a dated statement. One that covers every study (or says the patient is unable to take part)
    decides, unless a study on file finds the patient eligible; one about a single study does not while
    another on file is still open. Without a statement it is unknown, whatever the other verdicts.
    """

    def run(ctx: Context) -> Outcome:
        known = [
            s for s in ctx.patient.statements.get(TOPIC, ()) if s.when is None or s.when.first <= ctx.as_of
        ]
        # On this topic a statement may name the study that turned the patient down.
        of_one = [s for s in known if s.study not in (None, ctx.study)]
        refusals = [s for s in of_one if s.when is not None and not too_old(ctx, s, TOPIC) and _refuses(s)]
        turned_down = {s.study for s in refusals}
        general = newest_of([s for s in known if s not in of_one])
        others = ctx.others or ()
        still_open = tuple(o for o in others if o.status != "excluded" and o.key not in turned_down)
        eligible = tuple(o.key for o in others if o.status == "eligible" and o.key not in turned_down)
        found = (*general, *refusals)
        if not found:
            return unknown(Reason(Kind.MISSING, "access.no_statement", (eligible,), TOPIC), *of_one)
        undated = [s for s in found if s.when is None]
        if undated:
            return unknown(Reason(Kind.UNDATED, "access.undated", (undated[0],), TOPIC), *undated)
        old = too_old(ctx, general[0], TOPIC) if general else None
        if old is not None and not refusals:
            return unknown(old, *found)
        scopes = {scope_of(s) for s in general} if old is None else set()
        if "unclear" in scopes:
            return unknown(Reason(Kind.JUDGEMENT, "access.unclear", (general[0],), TOPIC), *found)
        if "unable" in scopes:
            return Outcome(T, (Reason(Kind.BECAUSE, "access.unable", found),), found)
        if "all" in scopes:
            if eligible:
                return unknown(
                    Reason(Kind.JUDGEMENT, "access.contradicted", (found[0], eligible), TOPIC), *found
                )
            return Outcome(T, (Reason(Kind.BECAUSE, "access.none_open", found),), found)
        if still_open or not others:
            keys = tuple(o.key for o in still_open)
            return unknown(Reason(Kind.JUDGEMENT, "access.one_only", (found[0], keys), TOPIC), *found)
        return Outcome(T, (Reason(Kind.BECAUSE, "access.all_excluded", found),), found)

    return run
