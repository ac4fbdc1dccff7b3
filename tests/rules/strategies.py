"""Hypothesis strategies for rules and filters of every kind, nested to any depth.

``rules()`` and ``filters()`` give anything; ``rule_of(kind)`` and ``filter_of(kind)`` one kind of node.
"""

from __future__ import annotations

from functools import cache

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from paratope.rules import nodes as n
from paratope.rules.attributes import ATTRIBUTES, SEVERITIES
from paratope.rules.manual import reserved_words
from paratope.rules.walk import FILTER_KINDS, RULE_KINDS

# --- words ---------------------------------------------------------------------------------------------

RESERVED = frozenset(reserved_words())
NOT_IN_VALUES = {"and", "or", "if", "then", "unless", "where", "within", "since", "before", "and/or"}

_letters = st.sampled_from("abcdehilmnopqrstxyBCDGHRSTéöαβ血红蛋白")
_word_signs = st.sampled_from("abcehlnorstCDH0123456789+-/'血癌")
_word = st.builds(lambda first, rest: first + "".join(rest), _letters, st.lists(_word_signs, max_size=7))
_later_word = st.one_of(_word, st.sampled_from(["1", "2", "19", "of", "in", "at", "with", "to", "St.John"]))


def _free(words: list[str]) -> bool:
    joined = " ".join(words).lower()
    return not RESERVED.intersection(joined.split()) and "at least" not in joined


_made_up = st.builds(lambda first, rest: [first, *rest], _word, st.lists(_later_word, max_size=3))
names: SearchStrategy[str] = st.one_of(
    st.sampled_from([
        "haemoglobin", "creatinine clearance", "age at consent", "carcinoma in situ of cervix", "anti-PD-1 antibody",
        "HER2", "SARS-CoV-2 infection", "type 1 diabetes", "CD4+ T cells", "5-fluorouracil", "Crohn's disease",
        "VSV-G vector exposure", "血红蛋白", "nodal disease", "anyone", "island disease", "thennish", "H-scores",
    ]),
    _made_up.filter(_free).map(" ".join),
)  # fmt: skip
values: SearchStrategy[str] = st.one_of(
    st.sampled_from(
        ["adequate", "yes", "no", "not done", "on study", "out of specification", "present", "2+"]
    ),
    st.lists(_later_word, min_size=1, max_size=3)
    .filter(lambda words: not NOT_IN_VALUES.intersection(" ".join(words).lower().split()))
    .map(" ".join),
)
texts: SearchStrategy[str] = st.text(max_size=30)


def several(items: SearchStrategy, least: int = 1, most: int = 3) -> SearchStrategy:
    return st.lists(items, min_size=least, max_size=most).map(tuple)


# --- parts ---------------------------------------------------------------------------------------------

numbers: SearchStrategy[float] = st.one_of(
    st.integers(-5, 2000).map(float),
    st.sampled_from([0.5, 1.0, 2.5, 1e5, 1e6, 2.5e6, 1.5e9, 5e9, 123456.0, 1e-7, 0.1 + 0.2]),
    st.floats(allow_nan=False, allow_infinity=False),
)
positive = numbers.filter(lambda value: value > 0)
operators = st.sampled_from(["<", "<=", ">", ">=", "="])
UNITS = (
    "g/L",
    "10*9/L",
    "/uL",
    "umol/L",
    "U/L",
    "%",
    "mL/min",
    "mg/d",
    "mm",
    "copies/mL",
    "IU/mL",
    "days",
    "years",
)
amounts = st.builds(n.Amount, numbers, st.sampled_from(("", *UNITS)))
multiples = st.builds(n.Multiple, positive, st.sampled_from(["ULN", "LLN"]))
bounds = st.one_of(amounts, multiples)
spans = st.builds(
    n.Span, positive, st.sampled_from(["hours", "days", "weeks", "months", "years", "half-lives"])
)
anchors = several(st.sampled_from(n.ANCHORS))
windows = st.one_of(
    st.builds(n.Window, several(spans, 0, 2), st.sampled_from(["before", "after"]), anchors),
    st.builds(n.Window, st.just(()), st.just("since"), anchors),
)
maybe_windows = st.none() | windows


@st.composite
def limits(draw: st.DrawFn) -> tuple[str, n.Bound, n.Bound | None]:
    """Operator, bound and upper bound: of ``between`` either both bounds have a unit or none has."""
    op = draw(st.one_of(operators, st.just("between")))
    low = draw(bounds)
    if op != "between":
        return op, low, None
    if isinstance(low, n.Amount) and not low.unit:
        return op, low, n.Amount(draw(numbers), "")
    high = bounds.filter(lambda bound: isinstance(bound, n.Multiple) or bound.unit)
    return op, low, draw(high)


# --- filters -------------------------------------------------------------------------------------------


def _attributes(type_: str) -> SearchStrategy[str]:
    return st.sampled_from([name for name, attribute in ATTRIBUTES.items() if attribute.type == type_])


_numeric_holds = st.builds(
    lambda name, op, value: n.Holds(name, op, n.Amount(value, ATTRIBUTES[name].unit)),
    _attributes("number"), operators, numbers,
)  # fmt: skip
_grade_holds = st.builds(n.Holds, _attributes("grade word"), operators, st.sampled_from(SEVERITIES))

_SIMPLE_FILTERS: dict[type, SearchStrategy] = {
    n.Yes: st.builds(n.Yes, _attributes("yes/no")),
    n.Holds: _numeric_holds | _grade_holds,
    n.OneOf: st.builds(n.OneOf, _attributes("word"), several(values))
    | st.builds(n.OneOf, _attributes("grade word"), several(st.sampled_from(SEVERITIES))),
    n.IsA: st.builds(n.IsA, several(names)),
    n.InactiveIn: st.builds(n.InactiveIn, windows),
    n.TreatedIn: st.builds(n.TreatedIn, windows),
    n.Reserved: st.builds(n.Reserved, texts),
}


@cache
def _compound_filters(depth: int) -> dict[type, SearchStrategy]:
    inside = filters(depth - 1)
    return {
        n.AllOf: st.builds(n.AllOf, several(inside, 2)),
        n.AnyOf: st.builds(n.AnyOf, several(inside, 2)),
        n.But: st.builds(n.But, inside),
    }


@cache
def filters(depth: int = 2) -> SearchStrategy[n.Filter]:
    """Filters of any kind, connectives nested at most ``depth`` deep."""
    simple = st.one_of(*_SIMPLE_FILTERS.values())
    return simple if depth == 0 else st.one_of(simple, *_compound_filters(depth).values())


maybe_filters = st.none() | filters()

# --- rules ---------------------------------------------------------------------------------------------

_SIMPLE_RULES: dict[type, SearchStrategy] = {
    n.Normal: st.builds(n.Normal, several(names)),
    n.LesionCount: st.builds(n.LesionCount, operators, st.integers(0, 200000), st.none() | amounts),
    n.SteroidDose: st.builds(n.SteroidDose, operators, amounts, maybe_filters, maybe_windows),
    n.Any: st.builds(n.Any, several(names), maybe_filters, maybe_windows),
    n.CancerIs: st.builds(n.CancerIs, several(names, 0), maybe_filters),
    n.ResultIs: st.builds(n.ResultIs, names, st.sampled_from(["positive", "negative"])),
    n.Trait: st.builds(n.Trait, st.sampled_from(n.TRAITS)),
    n.FlagIs: st.builds(n.FlagIs, names),
    n.Expresses: st.builds(n.Expresses, names),
    n.Scored: st.builds(n.Scored, names, several(st.integers(0, 3))),
    n.Amplified: st.builds(n.Amplified, names),
    n.Stained: st.builds(n.Stained, names, st.integers(0, 3), st.booleans(), operators, numbers),
    n.HScore: st.builds(n.HScore, names, operators, numbers),
    n.ConsentSigned: st.just(n.ConsentSigned()),
    n.Stated: st.builds(n.Stated, names, st.just("is"), values)
    | st.builds(n.Stated, names, operators, amounts),
    n.Judged: st.builds(n.Judged, names, values),
    n.Withheld: st.builds(n.Withheld, texts),
    n.Unread: st.builds(n.Unread, texts),
    n.InACohort: st.just(n.InACohort()),
    n.Criterion: st.builds(n.Criterion, st.sampled_from(["I1", "E1.1", "I3.HER2", "E6a", "I1_b"])),
    n.NoOtherStudy: st.just(n.NoOtherStudy()),
}


def _comparisons(inside: SearchStrategy) -> SearchStrategy[n.Compare]:
    return st.builds(
        lambda measures, limit, condition, relaxed: n.Compare(measures, *limit, condition, relaxed),
        several(names),
        limits(),
        st.none() | st.sampled_from(["room air", "supplemental oxygen"]),
        several(st.tuples(bounds, inside), 0, 2),
    )


@cache
def _compound_rules(depth: int) -> dict[type, SearchStrategy]:
    inside = rules(depth - 1)
    return {
        n.And: st.builds(n.And, several(inside, 2)),
        n.Or: st.builds(n.Or, several(inside, 2)),
        n.Not: st.builds(n.Not, inside),
        n.Unless: st.builds(n.Unless, inside, inside),
        n.AtLeast: several(inside).flatmap(
            lambda items: st.builds(n.AtLeast, st.integers(1, len(items)), st.just(items))
        ),
        n.Applies: st.builds(n.Applies, inside, inside),
        n.Readings: st.builds(n.Readings, several(inside, 2)),
        n.Reflex: st.builds(n.Reflex, inside, inside),
        n.Compare: _comparisons(inside),
    }


@cache
def rules(depth: int = 4) -> SearchStrategy[n.Rule]:
    """Rules of any kind, rules inside rules at most ``depth`` deep."""
    simple = st.one_of(*_SIMPLE_RULES.values())
    return simple if depth == 0 else st.one_of(*_compound_rules(depth).values(), simple)


@cache
def deep_rules(depth: int = 4) -> SearchStrategy[n.Rule]:
    """Rules with another rule inside them, ``depth`` times over."""
    if depth == 0:
        return rules(0)
    inside = deep_rules(depth - 1)
    return st.one_of(
        st.builds(lambda a, b: n.And((a, b)), inside, rules(1)),
        st.builds(lambda a, b: n.Or((b, a)), inside, rules(1)),
        st.builds(n.Not, inside),
        st.builds(n.Unless, inside, rules(1)),
        st.builds(n.Unless, rules(1), inside),
        st.builds(n.Applies, inside, rules(1)),
        st.builds(n.Reflex, rules(1), inside),
        st.builds(lambda a, b: n.Readings((a, b)), inside, rules(1)),
        st.builds(lambda a, b: n.AtLeast(1, (a, b)), inside, rules(1)),
        st.builds(lambda a: n.Compare(("ALT",), "<=", n.Multiple(2.5, "ULN"), None, None, ((n.Multiple(5, "ULN"), a),)),
                  inside),
    )  # fmt: skip


def rule_of(kind: type, depth: int = 2) -> SearchStrategy[n.Rule]:
    """Rules of one kind. A kind nobody taught this module is a KeyError."""
    return {**_SIMPLE_RULES, **_compound_rules(depth)}[kind]


def filter_of(kind: type, depth: int = 2) -> SearchStrategy[n.Filter]:
    """Filters of one kind. A kind nobody taught this module is a KeyError."""
    return {**_SIMPLE_FILTERS, **_compound_filters(depth)}[kind]


GENERATED = frozenset(_SIMPLE_RULES) | frozenset(_compound_rules(1)) | frozenset(_SIMPLE_FILTERS) | frozenset(
    _compound_filters(1)
)  # fmt: skip
"""The kinds of node these strategies give."""

assert frozenset(RULE_KINDS + FILTER_KINDS) >= GENERATED
