"""``paratope design next`` and ``paratope design paths``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from paratope.cli.design import given
from paratope.cli.design.options import Assembled, assemble
from paratope.cli.design.show import deliver, design_page, refused, stray
from paratope.cli.terminal import reason_of
from paratope.designs import Decision, Outcomes, Problem, Unusable, decide, parse_outcomes
from paratope.designs.base import Design
from paratope.designs.decision import decide_seen
from paratope.designs.outcomes import counted
from paratope.designs.paths import dose_paths
from paratope.designs.replay import deviations, once_known
from paratope.designs.rows import Row, outcomes_on, read_rows
from paratope.designs.seen import Seen
from paratope.report.design import data, delimited, text_conduct
from paratope.report.design.sheets import unwrapped


def run_paths(
    said: Mapping[str, Any],
    words: Sequence[str],
    ahead: str,
    truth: Sequence[str] | None,
    truth_eff: Sequence[str] | None,
    odds_ratio: str | None,
    no_merge: bool,
    verbose: bool,
    format: str,
    out: Path | None,
) -> int:
    """``paratope design paths``."""
    found = assemble(said, words)
    design = found.read()
    problems = list(found.problems)
    truths = given.truths(truth, truth_eff, odds_ratio, design, problems, needed=False)
    cohorts = None if ahead.strip() == "all" else given.whole(ahead, "--ahead", problems, 1, 1_000)
    outcomes = _outcomes(found.rest, design, problems)
    if design is None or problems:
        return refused(problems)
    seen = outcomes.seen(design.doses, design.columns) if outcomes.patients else None
    if outcomes.pending:
        return refused(
            [Problem("OUTCOMES", "paths go on from known outcomes: some patients are still pending (?)")]
        )
    try:
        paths = dose_paths(design, cohorts, truths, seen, merge=not no_merge)
    except Unusable as bad:
        return refused(bad.problems)
    return deliver(
        format,
        out,
        table=lambda width: text_conduct.paths_lines(paths, width, verbose),
        data=lambda: data.paths_data(paths),
        csv=lambda: delimited.paths_csv(paths),
        html=lambda: design_page(design, paths),
    )


def run_next(
    said: Mapping[str, Any],
    words: Sequence[str],
    dated: tuple[str | None, str | None, str | None],
    presume: bool,
    counts: tuple[str | None, str | None, str | None, str | None, str | None],
    format: str,
    out: Path | None,
) -> int:
    """``paratope design next``."""
    rows, window, as_of = dated
    found = assemble({**said, "window": window}, words, also=("window",))
    design = found.read()
    problems = list(found.problems)
    ways = [name for name, way in (("OUTCOMES", found.rest), ("--rows", rows), ("--n", counts[0])) if way]
    if len(ways) > 1:
        problems.append(Problem(" and ".join(ways), "say the outcomes in one way only"))
    for name, value in zip(("--dlt", "--eff", "--both", "--dose"), counts[1:], strict=True):
        if value is not None and counts[0] is None:
            problems.append(Problem(name, "goes with --n, the patients at each dose level"))
    for name, value in (("--window", window), ("--as-of", as_of)):
        if value is not None and rows is None and (name != "--window" or "window" not in found.origin):
            problems.append(Problem(name, "goes with --rows"))
    if presume and rows is None:
        problems.append(Problem("--presume-followed", "goes with --rows"))
    if len(ways) > 1:
        return refused(problems)
    if counts[0] is not None:
        return _from_counts(design, counts, problems, format, out)
    if rows is not None:
        return _from_rows(design, found, dated, presume, problems, format, out)
    outcomes = _outcomes(found.rest, design, problems)
    if design is None or problems:
        return refused(problems)
    return _decide(design, outcomes, format, out)


def _from_rows(
    design: Design | None,
    found: Assembled,
    dated: tuple[str | None, str | None, str | None],
    presume: bool,
    problems: list[Problem],
    format: str,
    out: Path | None,
) -> int:
    """Decide from dated rows."""
    rows, window, as_of = dated
    assert rows is not None
    day = _day(as_of, problems)
    history = _read_rows(rows, design, problems)
    own = None if design is None else getattr(unwrapped(design), "window", None)
    days = own if own is not None else given.number(window, "--window", problems)
    if window is None and own is None and found.spec is not None:
        problems.append(Problem("--window", "is missing: the length of the DLT window in days"))
    if design is None or days is None or problems:
        return refused(problems)
    if presume:
        history = tuple(replace(r, followed_to=day, presumed=True) if _unsaid(r, day) else r for r in history)
    known = outcomes_on(history, days, day, lambda before: decide(design, before).size or design.first()[1])
    return _decide(design, known.outcomes, format, out, known.notes, history, days, day)


def _unsaid(row: Row, day: int) -> bool:
    return row.followed_to is None and row.dlt_on is None and row.dosed_on <= day


def _decide(
    design: Design,
    outcomes: Outcomes,
    format: str,
    out: Path | None,
    notes: Sequence[str] = (),
    history: Sequence[Row] = (),
    days: float = 0.0,
    day: int = 0,
) -> int:
    decision = decide(design, outcomes)
    decision = replace(decision, notes=(*decision.notes, *notes))
    off = deviations(design, outcomes, history, days)
    if decision.action == "wait":
        following = once_known(design, outcomes)
    elif outcomes.pending:
        following = []  # what the next cohort leads to depends on when, not only on its outcomes
    else:
        following = _after(design, outcomes.seen(design.doses, design.columns), decision)

    def page() -> str:
        told = replace(decision, notes=(*decision.notes, *off))
        known = following if decision.action == "wait" else ()
        return _page(design, outcomes, told, history, days, day, known)

    return _tell(
        design,
        decision,
        _seen_words(design, outcomes),
        off,
        following,
        format,
        out,
        page,
    )


def _from_counts(
    design: Design | None,
    counts: tuple[str | None, ...],
    problems: list[Problem],
    format: str,
    out: Path | None,
) -> int:
    """Decide from patients and DLTs per level."""
    names = ("--n", "--dlt", "--eff", "--both")
    n, tox, eff, both = (
        given.counts(text, name, problems) for text, name in zip(counts, names, strict=False)
    )
    dose = given.whole(counts[4], "--dose", problems, 1)
    if counts[1] is None:
        problems.append(Problem("--dlt", "is missing: the DLTs at each dose level"))
    if counts[4] is None and n is not None and any(n):
        problems.append(Problem("--dose", "is missing: the dose level of the last cohort"))
    if n is not None and tox is not None:
        problems += [Problem(f"--{p.place}", p.message) for p in counted(n, tox, dose, eff)]
        if both is not None:
            problems += _both_problems(n, tox, eff or (0,) * len(n), both)
    if design is not None:
        problems += _count_problems(design, n, counts, dose)
    if design is None or n is None or tox is None or problems:
        return refused(problems)
    seen = Seen.one(n, tox, dose or 0, eff, both)
    decision = decide_seen(design, seen)
    said = ", ".join(f"level {k}: {y}/{m} DLT" for k, (m, y) in enumerate(zip(n, tox, strict=True), 1) if m)
    return _tell(
        design, decision, said or "nobody treated yet", (), _after(design, seen, decision), format, out
    )


def _both_problems(
    n: tuple[int, ...], tox: tuple[int, ...], eff: tuple[int, ...], both: tuple[int, ...]
) -> list[Problem]:
    if len(both) != len(n):
        return [Problem("--both", f"has {len(both)} dose levels, the patients have {len(n)}")]
    return [
        Problem(f"--both[{k}]", f"{b} with both cannot be, with {t} DLT and {e} responses among {m}")
        for k, (m, t, e, b) in enumerate(zip(n, tox, eff, both, strict=False), 1)
        if not max(0, t + e - m) <= b <= min(t, e)
    ]


def _count_problems(
    design: Design, n: tuple[int, ...] | None, counts: tuple[str | None, ...], dose: int | None
) -> list[Problem]:
    found = []
    if n is not None and len(n) != design.doses:
        found.append(Problem("--n", f"has {len(n)} dose levels, the design has {design.doses}"))
    if n is not None and dose is not None and 1 <= dose <= len(n) and any(n) and not n[dose - 1]:
        found.append(Problem("--dose", f"the last cohort was at level {dose}, but nobody was treated there"))
    for i, name in enumerate(("--eff", "--both"), 2):
        wanted = len(design.columns) > i
        if wanted and counts[i] is None:
            found.append(Problem(name, "is missing: the design weighs efficacy too"))
        if not wanted and counts[i] is not None:
            found.append(
                Problem(name, "is for designs that weigh efficacy" if i == 2 else "is not asked for here")
            )
    if design.uses_last:
        found.append(
            Problem(
                "--n", "the last cohort's own outcomes decide too: write them as cohorts, such as 1NNN 2NTT"
            )
        )
    return found


def _tell(
    design: Design,
    decision: Decision,
    seen: str,
    off: Sequence[str],
    following: Sequence[tuple[str, Decision]],
    format: str,
    out: Path | None,
    page: Callable[[], str] | None = None,
) -> int:
    if format == "html" and page is None:
        return refused(
            [Problem("--format html", "shows cohorts: write the outcomes as 1NNN 2NTT, or as --rows")]
        )
    return deliver(
        format,
        out,
        table=lambda width: text_conduct.next_lines(design, decision, seen, off, following, width),
        data=lambda: data.next_data(design, decision, off, following),
        csv=lambda: delimited.next_csv(decision, following),
        html=page,
    )


def _page(
    design: Design,
    outcomes: Outcomes,
    decision: Decision,
    history: Sequence[Row],
    days: float,
    day: int,
    known: Sequence[tuple[str, Decision]],
) -> str:
    """The page for a safety board."""
    from paratope.report.design.board import BoardRow
    from paratope.report.design.page import render_next_page

    seen = outcomes.seen(design.doses, design.columns)
    paths = dose_paths(design, 1, (), seen) if decision.dose is not None and not outcomes.pending else None
    rows = [
        BoardRow(
            id=r.patient,
            assigned=r.assigned,
            dosed=date.fromordinal(r.dosed_on),
            received=r.received,
            dlt=None if r.dlt_on is None else date.fromordinal(r.dlt_on),
            followed_to=date.fromordinal(
                r.followed_to if r.followed_to is not None else r.dlt_on or r.dosed_on
            ),
            evaluable=r.evaluable,
        )
        for r in history
    ]
    as_of = date.fromordinal(day) if history else None
    return render_next_page(design, outcomes, decision, paths, rows, days if history else None, as_of, known)


def _after(design: Design, seen: Seen, decision: Decision) -> list[tuple[str, Decision]]:
    """What each outcome of the next cohort would lead to."""
    if decision.dose is None:
        return []
    paths = dose_paths(design, 1, (), seen, merge=False)
    nodes = {n.id: n for n in paths.nodes()}
    return [(e.label, paths.decision(nodes[e.child])) for e in paths.edges()]


def _outcomes(words: Sequence[str], design: Design | None, problems: list[Problem]) -> Outcomes:
    loose = [w for w in words if w.startswith("-")]
    problems += stray(loose)
    said = " ".join(w for w in words if not w.startswith("-"))
    doses = 20 if design is None else design.doses
    efficacy = design is None or len(design.columns) > 2
    try:
        return parse_outcomes(said, doses, efficacy)
    except Unusable as bad:
        problems += bad.problems
        return Outcomes(())


def _read_rows(path: str, design: Design | None, problems: list[Problem]) -> tuple[Row, ...]:
    try:
        content = sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        problems.append(Problem(f"--rows {path}", f"cannot be read: {reason_of(error)}"))
        return ()
    try:
        return read_rows(content, 20 if design is None else design.doses)
    except Unusable as bad:
        problems += [
            Problem(f"--rows {path}" if p.place == "$" else f"{path} {p.place}", p.message)
            for p in bad.problems
        ]
        return ()


def _day(text_: str | None, problems: list[Problem]) -> int:
    if text_ is None:
        return date.today().toordinal()
    try:
        return date.fromisoformat(text_.strip()).toordinal()
    except ValueError:
        problems.append(Problem("--as-of", f"expected a date like 2026-06-15, not {text_!r}"))
        return 0


def _seen_words(design: Design, outcomes: Outcomes) -> str:
    """The cohorts, and what of them counts at each level."""
    if not outcomes.patients:
        return "nobody treated yet"
    seen = outcomes.seen(design.doses, design.columns)
    counts = [
        f"level {k}: {seen.tox[0, k - 1]} DLT among {seen.n[0, k - 1]}"
        for k in range(1, design.doses + 1)
        if seen.n[0, k - 1]
    ]
    return f"{outcomes.written(design.columns)} ({'; '.join(counts) or 'nobody counts yet'})"
