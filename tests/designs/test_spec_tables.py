"""Every row of the tables of decisions holds."""

from __future__ import annotations

import pytest

from paratope.designs import decide, parse_outcomes, read_design
from tests.designs.spec import Case, cases


@pytest.mark.parametrize("case", cases(), ids=lambda c: f"{c.section}: {c.outcomes or 'nothing yet'}")
def test_row(case: Case) -> None:
    design = read_design(case.design)
    said = decide(design, parse_outcomes(case.outcomes, design.doses, "eff" in design.columns))
    found = {key: getattr(said, key) for key in case.then}
    if "admissible" in found:
        found["admissible"] = list(found["admissible"])
    assert found == case.then, said
    if said.action == "stop":
        assert said.dose is None
        assert "selected" in case.then, "a row that stops says what is selected"
    if case.because is not None:
        assert case.because in said.reason
    if case.noted is not None:
        assert case.noted in " ".join(said.notes)
