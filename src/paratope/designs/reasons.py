"""The rules by which designs decide, each with its name, its sentence and its source.

A design names the rule that decided; the sentence is filled with the numbers of the situation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """``key``: what programs read, ``family.rule``. ``says``: a sentence with ``{places}`` for numbers.
    ``source``: paper, guideline or section that the rule is from.
    """

    key: str
    says: str
    source: str = ""

    def sentence(self, numbers: Mapping[str, object]) -> str:
        """The sentence for one situation."""
        return self.says.format_map(numbers)


_RULES: list[Rule] = []


def declare(key: str, says: str, source: str = "") -> int:
    """Enter a rule in the list; returns the number by which arrays of rulings name it."""
    if any(r.key == key for r in _RULES):
        raise ValueError(f"two rules are called {key}")
    _RULES.append(Rule(key, says, source))
    return len(_RULES) - 1


def rule(number: int) -> Rule:
    """The rule behind a number."""
    return _RULES[number]


def rules() -> tuple[Rule, ...]:
    """All rules declared so far."""
    return tuple(_RULES)


START = declare("start", "nobody has been treated yet: the study starts at dose level {next}")
MAXIMUM = declare("maximum-n", "the planned maximum of {max_n} patients is reached")
