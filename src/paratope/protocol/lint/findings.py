"""What a lint says, and what it looks at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from paratope.protocol.lint.normal import Scope, clauses, normal, passing
from paratope.protocol.model import Criterion, Protocol
from paratope.protocol.patients import LittlePatient
from paratope.protocol.walk import criteria_used
from paratope.rules.nodes import Rule

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing worth a look. ``error``: the protocol cannot be right; ``warning``: it probably is not;
    ``note``: right, but a reader should know. ``code`` is the check's name; ``criteria`` the ids concerned;
    ``place`` the path in the protocol file (or a span of the study's text), ``line`` its line if known.
    """

    code: str
    severity: Severity
    criteria: tuple[str, ...]
    place: str
    line: int | None
    message: str


@dataclass(frozen=True, slots=True)
class Hurdle:
    """A criterion as something to get past. See ``normal`` for weaker and stronger."""

    index: int
    criterion: Criterion
    weaker: Rule  # true whenever the patient passes
    stronger: Rule  # true only when the patient passes
    failing: Rule  # true only when the patient fails

    @property
    def id(self) -> str:
        return self.criterion.id

    @property
    def place(self) -> str:
        return f"$.criteria[{self.index}].rule"

    @property
    def demands(self) -> tuple[Rule, ...]:
        """What it demands, one by one."""
        return clauses(self.stronger)

    def meets(self, other: Hurdle) -> bool:
        """Whether some patient faces both."""
        mine, theirs = self.criterion.cohort, other.criterion.cohort
        return mine is None or theirs is None or mine == theirs


@dataclass(frozen=True)
class Study:
    """Everything a check may look at. ``text``: the study's own text; ``as_of``: a day, as its ordinal."""

    protocol: Protocol
    text: str | None = None
    as_of: int | None = None
    patients: Sequence[LittlePatient] | None = None
    line_of: Callable[[str], int | None] = field(default=lambda place: None)  # noqa: ARG005

    @cached_property
    def scope(self) -> Scope:
        """What references between criteria stand for."""
        return Scope(
            {c.id: c.rule for c in self.protocol.criteria}, tuple(c.rule for c in self.protocol.cohorts)
        )

    def rests_on(self, id: str) -> frozenset[str]:
        """The criteria that a criterion refers to, directly or through others."""
        return self._references.get(id, frozenset())

    @cached_property
    def _references(self) -> dict[str, frozenset[str]]:
        direct = {c.id: criteria_used(c.rule) for c in self.protocol.criteria}
        found: dict[str, frozenset[str]] = {}
        for id, ids in direct.items():
            seen: dict[str, None] = {}
            waiting = list(ids)
            while waiting:
                following = waiting.pop()
                if following not in seen:
                    seen[following] = None
                    waiting.extend(direct.get(following, ()))
            found[id] = frozenset(seen)
        return found

    @cached_property
    def hurdles(self) -> tuple[Hurdle, ...]:
        """The criteria that decide something; illustrative ones do not."""
        found = []
        for i, c in enumerate(self.protocol.criteria):
            if c.role == "illustrative":
                continue
            included = c.section == "inclusion"
            found.append(
                Hurdle(
                    i, c,
                    passing(c.rule, c.section, weaker=True, scope=self.scope),
                    passing(c.rule, c.section, weaker=False, scope=self.scope),
                    normal(c.rule, true=not included, weaker=False, scope=self.scope),
                )
            )  # fmt: skip
        return tuple(found)

    def find(
        self, code: str, severity: Severity, message: str, place: str, criteria: tuple[str, ...] = ()
    ) -> Finding:
        """A finding, with its line."""
        return Finding(code, severity, criteria, place, self.line_of(place), message)
