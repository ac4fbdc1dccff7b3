"""Small protocols for the tests: written as a person would write them, read by the real loader."""

from __future__ import annotations

import re

from paratope.protocol import Protocol, read_protocol
from paratope.protocol.lint import Finding, lint
from paratope.rules.nodes import Rule
from paratope.rules.written import parse_rule

HEAD = "paratope: 1\nkey: S\ntitle: a study\n"


def rule(text: str) -> Rule:
    """The rule a text says; a text that says none is a mistake in the test."""
    found = parse_rule(text)
    assert not isinstance(found, tuple), found
    return found


def criteria(*lines: str) -> str:
    """`I1: RULE` or `I1 (role: cohort, cohort: A): RULE` as the criteria of a file; the section goes by the first
    letter of the id."""
    written = ["criteria:"]
    for line in lines:
        found = re.fullmatch(r"(\S+)(?: \((.*?)\))?: (.*)", line, re.DOTALL)
        assert found is not None, line
        id, extra, text = found.groups()
        section = "inclusion" if id.startswith("I") else "exclusion"
        quoted = text.replace("'", "''")
        more = f", {extra}" if extra else ""
        written.append(f"  - {{id: {id}, section: {section}, text: words, rule: '{quoted}'{more}}}")
    return "\n".join(written) + "\n"


def protocol(*lines: str, more: str = "") -> Protocol:
    """A protocol with these criteria and further YAML."""
    loaded = read_protocol(HEAD + more + criteria(*lines))
    assert loaded.protocol is not None, [str(p) for p in loaded.problems]
    return loaded.protocol


def found(*lines: str, more: str = "", codes: tuple[str, ...]) -> list[Finding]:
    """The findings with one of these codes."""
    return [f for f in lint(protocol(*lines, more=more)) if f.code in codes]
