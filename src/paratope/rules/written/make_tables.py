"""Make ``tables.py`` from ``grammar.lark``: ``python -m paratope.rules.written.make_tables``.

Lark reads the grammar, proves it LALR(1) (a conflict is an error) and computes the tables; they are kept as
plain literals, so that the program does not spend its start on importing lark and computing them again. The
numbers behind this are in ``docs/decisions/rules-written-with-lark.md``. A test fails when they are stale.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def make_tables() -> str:
    """The source text of ``tables.py`` for the grammar as it stands."""
    from lark import Lark

    grammar = (HERE / "grammar.lark").read_text(encoding="utf-8")
    parser = Lark(grammar, start="rule", parser="lalr", lexer="contextual", maybe_placeholders=True)
    phrases, free = _terminals(parser.terminals)
    return _source(phrases, free, *_automaton(parser))


def _terminals(terminals: Iterable[Any]) -> tuple[dict[str, str], dict[str, str]]:
    """Fixed phrases ({phrase in lower case: terminal}) and free ones ({terminal: regular expression})."""
    phrases: dict[str, str] = {}
    free: dict[str, str] = {}
    for terminal in sorted(terminals, key=lambda t: (-t.priority, str(t.name))):
        if terminal.name == "__IGNORE_0":
            continue
        pattern = terminal.pattern.to_regexp()
        listed = _strings(pattern)
        if listed is None:
            free[terminal.name] = pattern
        else:
            phrases.update((phrase.lower(), terminal.name) for phrase in listed)
    return phrases, free


def _strings(pattern: str) -> list[str] | None:
    """The strings a pattern made only of alternative strings stands for; None of any other pattern."""
    body = pattern[3:-1] if pattern.startswith("(?:") and pattern.endswith(")") else pattern
    listed = [re.sub(r"\\(.)", r"\1", part) for part in re.split(r"(?<!\\)\|", body)]
    if any(re.fullmatch(pattern, text) is None for text in listed):
        return None
    return None if any(sign in text for text in listed for sign in r"[]\?*^{}") else listed


def _automaton(parser: Any) -> tuple[list[dict[str, int]], list[dict[str, int]], list[Any]]:
    """Actions, gotos and rules, as ``tables.py`` explains them; state 0 is the start.

    Lark numbers states as they come out of a set; here they are numbered in the order in which they are met
    from the start, so that the same grammar always gives the same file.
    """
    from lark.parsers.lalr_analysis import Shift

    table = parser.parser.parser._parse_table
    reduced = {
        argument for row in table.states.values() for action, argument in row.values() if action is not Shift
    }
    ordered = sorted(reduced, key=lambda rule: (rule.origin.name, [s.name for s in rule.expansion]))
    numbers = {rule: number for number, rule in enumerate(ordered)}
    nonterminals = {rule.origin.name for rule in ordered}

    met = {table.start_states["rule"]: 0}
    waiting = list(met)
    for state in waiting:
        for _, (action, argument) in sorted(table.states[state].items()):
            if action is Shift and argument not in met:
                met[argument] = len(met)
                waiting.append(argument)

    actions: list[dict[str, int]] = []
    gotos: list[dict[str, int]] = []
    for state in waiting:
        row = sorted((str(name), *what) for name, what in table.states[state].items())
        gotos.append({name: met[argument] for name, _, argument in row if name in nonterminals})
        actions.append({
            name: met[argument] if action is Shift else ~numbers[argument]
            for name, action, argument in row
            if name not in nonterminals
        })  # fmt: skip
    end = met[table.end_states["rule"]]
    actions[end] = {"$END": end}
    return actions, gotos, [_reduction(rule) for rule in ordered]


def _reduction(rule: Any) -> tuple[str, int, str | None, tuple[int | None, ...], tuple[int, ...]]:
    """One entry of RULES, with lark's own meaning of ``?rule``, ``_TERMINAL``, ``[optional]`` and repetition."""
    length = len(rule.expansion)
    empty = [False] * length if not rule.options.empty_indices else list(rule.options.empty_indices)
    left = iter(range(length))
    shown = [None if is_empty else next(left) for is_empty in empty]
    children = tuple(
        i for i in shown if i is None or not (rule.expansion[i].is_term and rule.expansion[i].filter_out)
    )
    splice = tuple(i for i in children if i is not None and rule.expansion[i].name.startswith("__"))
    alone = rule.options.expand1 and rule.alias is None and len(children) == 1 and not splice
    name = str(rule.origin.name)
    build = "" if alone else None if name.startswith("__") else str(rule.alias or name)
    return name, length, build, children, splice


def _source(
    phrases: dict[str, str],
    free: dict[str, str],
    actions: list[dict[str, int]],
    gotos: list[dict[str, int]],
    rules: list[Any],
) -> str:
    lines = [
        '"""The tables of the written form. Made from ``grammar.lark`` by ``make_tables.py``; do not edit."""',
        "",
        "# ruff: noqa: E501",
        "# fmt: off",
        "",
        "# fixed phrase in lower case: terminal",
        "PHRASES: dict[str, str] = {",
        *(f"    {phrase!r}: {name!r}," for phrase, name in sorted(phrases.items())),
        "}",
        "",
        "# terminal: regular expression; tried in this order",
        "FREE: dict[str, str] = {",
        *(f"    {name!r}: {pattern!r}," for name, pattern in free.items()),
        "}",
        "",
        "# by state (0: the start): what to do with a terminal: go to a state (>= 0; the state itself: the end) or",
        "# reduce a rule (its complement)",
        "ACTIONS: list[dict[str, int]] = [",
        *(f"    {row!r}," for row in actions),
        "]",
        "",
        "# by state: where to go with what was reduced, if anything can be reduced there",
        "GOTOS: dict[int, dict[str, int]] = {",
        *(f"    {state}: {row!r}," for state, row in enumerate(gotos) if row),
        "}",
        "",
        "# what it reduces to; how many symbols; the builder's name (empty: the only child is passed on; None: a",
        "# repetition, whose children become its parent's); which symbols are its children (None: absent); which",
        "# of them are repetitions",
        "RULES: list[tuple[str, int, str | None, tuple[int | None, ...], tuple[int, ...]]] = [",
        *(f"    {rule!r}," for rule in rules),
        "]",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    (HERE / "tables.py").write_text(make_tables(), encoding="utf-8")
