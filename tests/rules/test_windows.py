"""Windows of time against every day that a date, an anchor or an end may mean."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paratope.patient.build import build_patient
from paratope.patient.model import Consent, Entry, Fact, Review, When
from paratope.rules import nodes as n
from paratope.rules.evaluate import Context, compile_rule
from paratope.rules.evaluate.context import PlannedDate
from paratope.rules.evaluate.windows import FAR, shift
from paratope.truth import Outcome, Truth

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN
TODAY = date(2026, 6, 15).toordinal()
REVIEWED = Review("anticancer treatment", "List/1", None, "treatment history")


def between(first: int, last: int) -> When:
    return When(first, last, f"{date.fromordinal(first)} to {date.fromordinal(last)}")


def treatment(start: When | None, end: When | None, **more: float) -> Entry:
    return Entry(
        "therapy", frozenset({"radiotherapy"}), frozenset(), "Procedure/1", "radiotherapy", start=start, end=end,
        attributes=more,
    )  # fmt: skip


def ask(window: n.Window, facts: list[Fact], plan: dict[str, int], as_of: int = TODAY) -> Outcome:
    rule = n.Any(("radiotherapy",), None, window)
    return compile_rule(rule)(Context(build_patient("X", [*facts, REVIEWED]), as_of, "TEST", plan))


# --- every day that is meant ----------------------------------------------------------------------------

DAYS_IN = {"hours": 1 / 24, "days": 1, "weeks": 7}

spans = st.tuples(st.integers(1, 5), st.sampled_from(["days", "weeks"])) | st.tuples(
    st.sampled_from([24, 48, 72]), st.just("hours")
)
ranges = st.tuples(st.integers(-30, 0), st.integers(0, 4))


def inside(direction: str, lengths: list[float], start: int, last: int, anchor: int) -> bool:
    """The plain meaning, of one course of treatment and one day of the anchor."""
    if direction == "since":
        return last >= anchor
    if direction == "after":
        return last >= anchor and start < anchor + lengths[0]
    return start <= anchor and anchor - last < min(lengths)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["before", "before", "after", "since"]),
    st.lists(spans, min_size=1, max_size=2),
    ranges,
    ranges,
    st.one_of(st.none(), ranges),
)
def test_a_window_holds_exactly_when_it_does_on_every_day_that_is_meant(
    direction: str,
    written: list[tuple[int, str]],
    began: tuple[int, int],
    ended: tuple[int, int],
    anchored: tuple[int, int] | None,
) -> None:
    """The anchor is a consent of a partial date, or nothing fixes it: then it is any day from today."""
    spans_ = tuple(n.Span(c, u) for c, u in written[: {"before": 2, "after": 1, "since": 0}[direction]])
    lengths = [s.count * DAYS_IN[s.unit] for s in spans_]
    first = TODAY + min(began[0], ended[0])
    start = between(first, min(first + began[1], TODAY + ended[0]))
    end = between(TODAY + ended[0], TODAY + ended[0] + ended[1])
    facts: list[Fact] = [treatment(start, end)]
    anchors = range(TODAY, TODAY + 100)
    if anchored is not None:
        signed = between(TODAY + anchored[0], min(TODAY, TODAY + anchored[0] + anchored[1]))
        facts.append(Consent("TEST", "Consent/1", signed, "consent"))
        anchors = range(signed.first, signed.last + 1)
    completed = {
        inside(direction, lengths, s, e, a)
        for s in range(start.first, start.last + 1)
        for e in range(end.first, end.last + 1)
        for a in anchors
    }
    expected = U if len(completed) == 2 else T if True in completed else F
    found = ask(n.Window(spans_, direction, ("consent",)), facts, {})
    if expected is T and anchored is None:
        assert found.truth in (T, U)  # the days from today have no last one
    else:
        assert found.truth is expected


# --- the day from which -----------------------------------------------------------------------------------

lasting = st.one_of(
    st.tuples(st.integers(1, 40), st.just("days")),
    st.tuples(st.integers(1, 12), st.just("weeks")),
    st.tuples(st.integers(1, 24), st.just("months")),
    st.tuples(st.integers(1, 3), st.just("years")),
    st.tuples(st.integers(1, 6), st.just("half-lives")),
)
ends = st.builds(
    lambda month, day, more: (
        (date(2026, 1, 1) + timedelta(days=31 * month)).replace(day=day).toordinal() + more
    ),
    st.integers(0, 4),
    st.integers(1, 25),
    st.integers(0, 3),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(lasting, min_size=1, max_size=2), ends, st.integers(0, 10), st.integers(1, 20), st.booleans())
def test_the_window_opens_on_the_day_that_is_told_and_not_before(
    written: list[tuple[int, str]], last: int, rough: int, half_life: int, denied: bool
) -> None:
    window = n.Window(tuple(n.Span(c, u) for c, u in written), "before", ("apheresis",))
    end = between(last - rough, last)
    facts: list[Fact] = [treatment(between(last - 90, last - 90), end, **{"half-life": float(half_life)})]
    held = ask(window, facts, {"apheresis": last})
    assert held.truth is T or rough
    if held.flips is None:
        return
    assert held.truth is T
    assert ask(window, facts, {"apheresis": held.flips}).truth is F
    assert ask(window, facts, {"apheresis": held.flips - 1}).truth is not F
    if not rough:
        assert ask(window, facts, {"apheresis": held.flips - 1}).truth is T
    if denied:
        rule = n.Not(n.Any(("radiotherapy",), None, window))
        context = Context(build_patient("X", [*facts, REVIEWED]), TODAY, "TEST", {"apheresis": last})
        assert compile_rule(rule)(context).flips == held.flips


def test_no_date_alone_helps_while_it_goes_on() -> None:
    window = n.Window((n.Span(4, "weeks"),), "before", ("apheresis",))
    going_on = treatment(between(TODAY - 9, TODAY - 9), None)
    going_on = Entry(
        going_on.kind, going_on.concepts, going_on.closure, "s", "t", start=going_on.start, ongoing=True
    )
    held = ask(window, [going_on], {"apheresis": TODAY})
    assert (held.truth, held.flips) == (T, None)


def test_of_several_the_last_one_to_leave_decides() -> None:
    window = n.Window((n.Span(4, "weeks"),), "before", ("apheresis",))
    first, second = (treatment(None, between(TODAY - d, TODAY - d)) for d in (20, 5))
    held = ask(window, [first, second], {"apheresis": TODAY})
    assert held.flips == TODAY - 5 + 28
    assert ask(window, [first, second], {"apheresis": TODAY + 23}).truth is F
    assert ask(window, [first, second], {"apheresis": TODAY + 22}).truth is T


def test_either_of_two_anchors_needs_the_later_day() -> None:
    window = n.Window((n.Span(4, "weeks"),), "before", ("apheresis", "preconditioning"))
    held = ask(
        window,
        [treatment(None, between(TODAY, TODAY))],
        {"apheresis": TODAY + 3, "preconditioning": TODAY + 9},
    )
    assert (held.truth, held.flips) == (T, TODAY + 28)


# --- counting in the calendar ----------------------------------------------------------------------------


@settings(max_examples=200)
@given(st.integers(date(1950, 1, 1).toordinal(), date(2100, 1, 1).toordinal()), st.integers(0, 600))
def test_months_back_and_forth(day: int, months: int) -> None:
    back = shift(day, -months, "months")
    assert back <= day
    assert shift(back, months, "months") <= day < shift(back + 4, months, "months")
    if date.fromordinal(day).day <= 28:
        assert shift(back, months, "months") == day
    assert shift(day, -months / 12, "years") == back or months % 12


@settings(max_examples=100)
@given(
    st.integers(1, FAR),
    st.integers(1, FAR),
    st.sampled_from(["days", "weeks", "months", "years"]),
    st.integers(0, 99),
)
def test_later_days_stay_later(a: int, b: int, unit: str, count: int) -> None:
    a, b = sorted((a, b))
    assert shift(a, -count, unit) <= shift(b, -count, unit)
    assert shift(a, count, unit) <= shift(b, count, unit)


@pytest.mark.parametrize(
    ("day", "count", "unit", "expected"),
    [
        ("2024-02-29", 1, "years", "2025-02-28"),
        ("2024-02-29", 4, "years", "2028-02-29"),
        ("2025-03-31", -1, "months", "2025-02-28"),
        ("2024-03-31", -1, "months", "2024-02-29"),
        ("2025-12-31", 2, "months", "2026-02-28"),
        ("2025-01-15", -13, "months", "2023-12-15"),
        ("2026-06-15", -72, "hours", "2026-06-12"),
    ],
)
def test_days_the_month_lacks(day: str, count: float, unit: str, expected: str) -> None:
    assert shift(date.fromisoformat(day).toordinal(), count, unit) == date.fromisoformat(expected).toordinal()


def test_the_calendar_has_an_end_either_way() -> None:
    assert shift(40, -1, "years") == 1
    assert shift(FAR, 9999, "years") == FAR
    assert shift(FAR, 99999, "weeks") == FAR
    assert shift(1, -5, "days") == 1


# --- when something was the case -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "truth"), [("procedure", F), ("vaccine", F), ("condition", U), ("therapy", U), ("trial", U)]
)
def test_without_an_end_a_procedure_is_a_day_and_a_disease_may_last(kind: str, truth: Truth) -> None:
    entry = Entry(
        kind, frozenset({"radiotherapy"}), frozenset(), "s", "t", start=between(TODAY - 90, TODAY - 90)
    )
    window = n.Window((n.Span(4, "weeks"),), "before", ("apheresis",))
    assert ask(window, [entry], {"apheresis": TODAY}).truth is truth


def test_a_planned_date_is_cited_as_one() -> None:
    fact = PlannedDate("apheresis", TODAY)
    assert (fact.source, fact.text) == ("plan", "planned apheresis 2026-06-15")
    assert (fact.when.first, fact.when.last) == (TODAY, TODAY)
