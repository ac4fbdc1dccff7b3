"""Runs the tables of the grammar over a text: a contextual lexer and an LALR(1) parser, in one loop.

The tables come from lark (``make_tables.py``); this is what is left to do with them when the program runs.
Which terminals are looked for depends on the parser's state: fixed phrases first, the longest first, then the
regular expressions. No recursion, no exceptions: a text that cannot be read gives a ``Stop``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from paratope.rules.written.tables import ACTIONS, FREE, GOTOS, PHRASES, RULES
from paratope.rules.written.text import Text

MAX_DEPTH = 200
"""Parser states on the stack: about fifty rules inside rules, far more than anybody can read, and few enough for
whatever goes through a rule recursively."""


class Token(NamedTuple):
    """A terminal that carries meaning: its words, and where they begin in the tidy text."""

    text: str
    at: int


class Stop(NamedTuple):
    """Where reading stopped, and which terminals could have gone on; none: nested too deeply."""

    at: int
    expected: frozenset[str]


_FIRST = re.compile(r"[<>]=?|[^\s()<>=≤≥;,\"]+|.")
_PHRASE_ENDS = re.compile(r"(?![\w+\-/*'’]|\.\w)")


def _phrases_by_first_word() -> dict[str, list[tuple[str, str, bool]]]:
    """First word: its phrases, longest first, each with its terminal and whether it must end where a word does."""
    listed: dict[str, list[tuple[str, str, bool]]] = {}
    for phrase, terminal in sorted(PHRASES.items(), key=lambda item: -len(item[0])):
        first = _FIRST.match(phrase)
        assert first is not None
        listed.setdefault(first[0], []).append((phrase, terminal, phrase[-1].isalnum()))
    return listed


_PHRASES = _phrases_by_first_word()
_FREE = {terminal: re.compile(pattern).match for terminal, pattern in FREE.items()}
_FREE_OF = [tuple((name, match) for name, match in _FREE.items() if name in row) for row in ACTIONS]


def run(text: Text, builder: object) -> Any:
    """What ``builder``'s methods make of ``text``, or a Stop.

    Each grammar rule calls the method of its name with its children: Tokens, what other methods returned, and
    None for an optional part that is not there.
    """
    tidy, lowered, length = text.tidy, text.lowered, len(text.tidy)
    states = [0]
    values: list[Any] = []
    at = 0
    while True:
        if at < length and tidy[at] == " ":
            at += 1
        state = states[-1]
        row = ACTIONS[state]
        terminal, end = "", at
        if at >= length:
            terminal = "$END"
        else:
            first = _FIRST.match(lowered, at)
            for phrase, name, whole in _PHRASES.get(first[0], ()) if first else ():
                if name in row and lowered.startswith(phrase, at):
                    end = at + len(phrase)
                    if not whole or _PHRASE_ENDS.match(lowered, end):
                        terminal = name
                        break
            else:
                for name, match in _FREE_OF[state]:
                    found = match(tidy, at)
                    if found:
                        terminal, end = name, found.end()
                        break
        action = row.get(terminal)
        while action is not None and action < 0:
            _reduce(RULES[~action], states, values, builder)
            action = ACTIONS[states[-1]].get(terminal)
        if action is None:
            return Stop(at, expected(states))
        if terminal == "$END":
            return values[0]
        if len(states) > MAX_DEPTH:
            return Stop(at, frozenset())
        states.append(action)
        values.append(Token(tidy[at:end], at))
        at = end


def _reduce(rule: tuple[Any, ...], states: list[int], values: list[Any], builder: object) -> None:
    """Replace the last symbols by what they make."""
    origin, size, build, children, splice = rule
    if build == "":
        value = values[-size + children[0]]
    else:
        parts = values[-size:]
        if splice:
            listed: list[Any] = []
            for i in children:
                if i is None:
                    listed.append(None)
                elif i in splice:
                    listed.extend(parts[i])
                else:
                    listed.append(parts[i])
        else:
            listed = [None if i is None else parts[i] for i in children]
        method: Callable[..., Any] | None = getattr(builder, build) if build else None
        value = method(*listed) if method else listed
    del states[-size:]
    del values[-size:]
    states.append(GOTOS[states[-1]][origin])
    values.append(value)


def expected(states: list[int]) -> frozenset[str]:
    """The terminals that can really come next, whatever the merged lookaheads of the last state promise."""
    return frozenset(name for name in ACTIONS[states[-1]] if _goes_on(states, name))


def _goes_on(states: list[int], terminal: str) -> bool:
    stack = list(states)
    action = ACTIONS[stack[-1]].get(terminal)
    while action is not None and action < 0:
        origin, size, *_ = RULES[~action]
        del stack[-size:]
        stack.append(GOTOS[stack[-1]][origin])
        action = ACTIONS[stack[-1]].get(terminal)
    return action is not None
