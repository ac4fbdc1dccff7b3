"""Rules that look beyond themselves: the study's cohorts and criteria, and the other studies on file."""

from __future__ import annotations

import re

from paratope.patient.model import Statement
from paratope.rules.evaluate.context import Context
from paratope.rules.evaluate.logic import Check, combine
from paratope.rules.evaluate.people import _newest_statements
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

COVERS_ALL = re.compile(
    r"\b(no|none|not any|without)\b[^.;]{0,60}\b(trial|trials|study|studies)\b"
    r"|\b(all|every|any)\b[^.;]{0,40}\b(trial|trials|study|studies)\b[^.;]{0,60}"
    r"\b(closed|ended|excluded?|failed|ineligible|not eligible|unavailable|declined)\b"
    r"|\b(not eligible|ineligible)\b[^.;]{0,30}\b(all|any|every|other)\b",
    re.IGNORECASE,
)
UNABLE = re.compile(
    r"\b(unable|cannot|can not|could not|not able)\b[^.;]{0,60}"
    r"\b(obtain|participate|travel|attend|enrol|enroll|join|reach|access)\b"
    r"|\brecruitment\b[^.;]{0,40}\b(ended|closed|completed|stopped)\b",
    re.IGNORECASE,
)
"""How a free-text statement of access is read. What neither pattern covers speaks of one study only."""


def scope_of(statement: Statement) -> str:
    """What a statement on access covers: ``all`` other studies, ``unable`` to take part, or ``one`` study."""
    if isinstance(statement.value, bool):
        return "all" if statement.value else "open"
    text = str(statement.value or "")
    if UNABLE.search(text):
        return "unable"
    return "all" if COVERS_ALL.search(text) else "one"


def compile_no_other_study(_node: NoOtherStudy) -> Check:
    """``NoOtherStudy``: criteria of every other study not met, or unable to obtain a drug or take part.

    It takes a dated statement. One that covers every study (or says the patient is unable to take part)
    decides, unless a study on file finds the patient eligible; one about a single study does not while
    another on file is still open. Without a statement it is unknown, whatever the other verdicts.
    """

    def run(ctx: Context) -> Outcome:
        found = tuple(s for s in _newest_statements(ctx, TOPIC))
        others = ctx.others or ()
        still_open = tuple(o for o in others if o.status != "excluded")
        eligible = tuple(o.key for o in others if o.status == "eligible")
        if not found:
            return unknown(Reason(Kind.MISSING, "access.no_statement", (eligible,), TOPIC))
        undated = [s for s in found if s.when is None]
        if undated:
            return unknown(Reason(Kind.UNDATED, "access.undated", (undated[0],), TOPIC), *undated)
        scopes = {scope_of(s) for s in found}
        if "unable" in scopes:
            return Outcome(T, (Reason(Kind.BECAUSE, "access.unable", found),), found)
        if "open" in scopes:
            return Outcome(F, (Reason(Kind.BECAUSE, "access.open", found),), found)
        if "all" in scopes:
            if eligible:
                return unknown(
                    Reason(Kind.JUDGEMENT, "access.contradicted", (found[0], eligible), TOPIC), *found
                )
            return Outcome(T, (Reason(Kind.BECAUSE, "access.none_open", found),), found)
        if still_open:
            keys = tuple(o.key for o in still_open)
            return unknown(Reason(Kind.JUDGEMENT, "access.one_only", (found[0], keys), TOPIC), *found)
        return Outcome(T, (Reason(Kind.BECAUSE, "access.all_excluded", found),), found)

    return run
