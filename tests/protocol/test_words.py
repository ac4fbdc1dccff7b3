"""A protocol in plain English."""

from __future__ import annotations

from pathlib import Path

import pytest

from paratope.protocol import Protocol, bundled, load_protocol
from paratope.protocol.words import Section, describe, describe_criterion
from tests.protocol.small import protocol

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "cd19.yaml"


def example() -> Protocol:
    whole = load_protocol(EXAMPLE).protocol
    assert whole is not None
    return whole


def lines(sections: tuple[Section, ...], title: str) -> dict[str, str]:
    (section,) = [s for s in sections if s.title == title]
    return {line.label: line.text for line in section.lines}


def test_the_example_in_words() -> None:
    sections = describe(example())
    assert sections[0].title == "CAR-T cells against CD19 for B-cell lymphoma"
    assert sections[0].lead == "CD19-EXAMPLE (CD19 example)"
    assert lines(sections, sections[0].title) == {
        "Phase": "phase 1",
        "Status": "recruiting (as of 2026-05-01)",
        "Patients": "18",
        "Ages in the record": "18 years to 75 years",
        "Text found as": "plain text",
    }
    treatment = lines(sections, "Treatment")
    assert (
        treatment["Dose levels"]
        == "level 1: 1e6 CAR+ cells/kg; level 2: 3e6 CAR+ cells/kg; level 3: 1e7 CAR+ cells/kg"
    )
    assert treatment["Dose-limiting toxicity"] == "not stated"
    assert treatment["Escalation"] == "3+3, 3 patients at a time"
    assert lines(sections, "Outcomes") == {"Outcomes": "none listed"}
    assert lines(sections, "Policies")["Results"].startswith(
        "blood up to 14 days old; vitals up to 28 days old"
    )
    (inclusion,) = [s for s in sections if s.title == "Inclusion criteria"]
    assert inclusion.lines[0].points == ("age at consent between 18 and 75 years",)
    asked = [line.text for s in sections if s.title == "Questions to send" for line in s.lines]
    assert "From which day do the three months after a transplant count?" in asked


def test_one_criterion_in_words() -> None:
    (section,) = describe_criterion(example(), "E2")
    assert section.title == "Exclusion criterion E2"
    told = {line.label: line for line in section.lines}
    assert told["Rule"].text == "any stem cell transplant within 3 months before an unstated date"
    assert told["Text"].text == "cd19.txt, line 11, characters 492 to 529"
    assert told["Unclear"].points[-1] == "ask: From which day do the three months after a transplant count?"
    assert describe_criterion(example(), "E9") == ()


def test_what_is_withheld_is_said_to_be_so() -> None:
    parts = ("regimens", "dose_levels", "lymphodepletion", "visits", "escalation")
    more = "".join(f"{part}: withheld\n" for part in parts) + "dlt: {window: withheld}\n"
    sections = describe(protocol("I1: consent is signed", more=more))
    treatment = lines(sections, "Treatment")
    for label in ("Regimens", "Dose levels", "Lymphodepletion", "Escalation"):
        assert treatment[label] == "not in the public record"
    assert treatment["Dose-limiting toxicity"] == "window: not in the public record"
    assert lines(sections, "Schedule") == {"Visits": "not in the public record"}


@pytest.mark.parametrize("key", bundled())
def test_every_study_can_be_told(key: str) -> None:
    whole = load_protocol(key).protocol
    assert whole is not None
    told = {line.label for section in describe(whole) for line in section.lines}
    assert {c.id for c in whole.criteria} <= told
    for criterion in whole.criteria:
        assert describe_criterion(whole, criterion.id)
    words = [text for s in describe(whole) for line in s.lines for text in (line.text, *line.points)]
    assert not [w for w in words if "None" in w or "Span(" in w or w == "withheld"]
