"""Patients with expected verdicts: statuses, cohorts, criteria; no dangerous error."""

from __future__ import annotations

import pytest

from tests.screening.cases import score_all
from tests.shared import SHARED, needs_shared


@needs_shared
def test_the_shared_cases(capsys: pytest.CaptureFixture[str]) -> None:
    assert SHARED is not None
    score = score_all(SHARED / "cases")
    with capsys.disabled():
        print(
            f"\n[cases] {score.verdicts} verdicts: {score.primary / score.verdicts:.2%} as expected, "
            f"{1 - len(score.wrong) / score.verdicts:.2%} as expected or also acceptable, "
            f"{len(score.dangerous)} dangerous; {len(score.tolerated)} tolerated statuses or cohorts"
        )
    assert score.dangerous == []
    assert score.statuses == []
    assert score.cohorts == []
    assert len(score.wrong) / score.verdicts <= 0.01, score.wrong
