"""Reads a rule: text -> node, or every problem of it at once, in plain words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from paratope.rules.nodes import Rule
from paratope.rules.written.automaton import Stop, run
from paratope.rules.written.build import Builder, Found, did_you_mean
from paratope.rules.written.complaints import complain
from paratope.rules.written.text import Text


@dataclass(frozen=True, slots=True)
class RuleProblem:
    """What is wrong with a rule, and where: line and column within its text, both from 1.

    ``expected``: what could have stood there instead, or the names that look like an unknown one.
    """

    line: int
    column: int
    message: str
    expected: tuple[str, ...] = ()


def parse_rule(
    text: str,
    known: Callable[[str], bool] | None = None,
    canonical: Callable[[str], str | None] | None = None,
    suggest: Callable[[str], Iterable[str]] | None = None,
) -> Rule | tuple[RuleProblem, ...]:
    """The rule a text says, or its problems (never empty), in the order of their places.

    ``canonical`` gives the name to keep for a name as written (None: keep it as written). ``known`` says
    whether a name is a concept; every unknown one is a problem, with the names ``suggest`` offers.
    Without them any words may be a name.
    """
    read = Text(text)
    builder = Builder(canonical)
    result = run(read, builder)
    found = builder.problems
    if known is not None:
        found += _unknown(builder.names_used, known, suggest)
    if isinstance(result, Stop):
        found.append(complain(read, result))
    if not found:
        rule: Rule = result
        return rule
    return tuple(
        RuleProblem(*read.place(each.at), each.message, each.expected)
        for each in sorted(found, key=lambda each: each.at)
    )


def _unknown(
    names: Iterable[tuple[str, int]],
    known: Callable[[str], bool],
    suggest: Callable[[str], Iterable[str]] | None,
) -> list[Found]:
    """One problem for each unknown name, at its first place."""
    problems: dict[str, Found] = {}
    for name, at in names:
        if name not in problems and not known(name):
            close = tuple(suggest(name)) if suggest is not None else ()
            problems[name] = Found(at, f"unknown concept '{name}'{did_you_mean(close)}", close)
    return list(problems.values())
