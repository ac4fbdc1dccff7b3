"""One place that knows which function gives each node kind its meaning."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any as Anything

from paratope.rules import nodes as n
from paratope.rules.evaluate import antigens, neighbours, people
from paratope.rules.evaluate.cancer import compile_cancer
from paratope.rules.evaluate.derived import compile_lesion_count
from paratope.rules.evaluate.entries import compile_any
from paratope.rules.evaluate.logic import Check, all_of, any_of, count_of, not_, readings, reflex
from paratope.rules.evaluate.measures import compile_compare, compile_normal
from paratope.rules.evaluate.steroids import compile_steroid_dose


@lru_cache(maxsize=8192)
def compile_rule(rule: n.Rule) -> Check:
    """The rule as a function of a context. Raises ValueError for a rule no protocol loader lets through
    (a unit that does not measure the quantity)."""
    return MEANINGS[type(rule)](rule)


_CONNECTIVES: dict[type, Callable[[Anything], Check]] = {
    n.And: lambda r: all_of([compile_rule(i) for i in r.items]),
    n.Or: lambda r: any_of([compile_rule(i) for i in r.items]),
    n.Not: lambda r: not_(compile_rule(r.item)),
    n.Unless: lambda r: all_of([compile_rule(r.item), not_(compile_rule(r.exception))]),
    n.AtLeast: lambda r: count_of(r.count, [compile_rule(i) for i in r.items]),
    n.Applies: lambda r: any_of([not_(compile_rule(r.population)), compile_rule(r.item)]),
    n.Readings: lambda r: readings([compile_rule(i) for i in r.items]),
    n.Reflex: lambda r: reflex(compile_rule(r.item), compile_rule(r.screen)),
}

_LEAVES: dict[type, Callable[[Anything], Check]] = {
    n.Compare: lambda r: compile_compare(r, compile_rule),
    n.Normal: compile_normal,
    n.LesionCount: compile_lesion_count,
    n.SteroidDose: compile_steroid_dose,
    n.Any: compile_any,
    n.CancerIs: compile_cancer,
    n.ResultIs: people.compile_result,
    n.Trait: people.compile_trait,
    n.FlagIs: people.compile_flag,
    n.Expresses: antigens.compile_expresses,
    n.Scored: antigens.compile_scored,
    n.Amplified: antigens.compile_amplified,
    n.Stained: antigens.compile_stained,
    n.HScore: antigens.compile_h_score,
    n.ConsentSigned: people.compile_consent,
    n.Stated: people.compile_statement,
    n.Judged: people.compile_statement,
    n.Withheld: neighbours.compile_withheld,
    n.Unread: neighbours.compile_unread,
    n.InACohort: neighbours.compile_in_a_cohort,
    n.Criterion: neighbours.compile_criterion,
    n.NoOtherStudy: neighbours.compile_no_other_study,
}

MEANINGS = {**_CONNECTIVES, **_LEAVES}
