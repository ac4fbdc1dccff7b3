"""Score the screening of the shared cases against their expected verdicts."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path

from paratope.patient.fhir import read_bundle
from paratope.protocol import bundled, load_protocol
from paratope.report.document import why
from paratope.screening import Screening, Study, prepare, read_plan, screen

DECIDED = {"met", "not_met"}


@dataclass
class Score:
    """How a screening compares: verdicts in all and those that differ, statuses and cohorts that differ."""

    verdicts: int = 0
    primary: int = 0
    wrong: list[str] = field(default_factory=list)
    dangerous: list[str] = field(default_factory=list)
    statuses: list[str] = field(default_factory=list)
    cohorts: list[str] = field(default_factory=list)
    tolerated: list[str] = field(default_factory=list)


@lru_cache(maxsize=1)
def studies() -> tuple[Study, ...]:
    found = []
    for key in bundled():
        loaded = load_protocol(key)
        assert loaded.protocol is not None, loaded.problems
        found.append(prepare(loaded.protocol))
    return tuple(found)


def screened(cases: Path, case: str, as_of: str) -> Screening:
    """The screening of one case."""
    (patient,) = read_bundle(json.loads((cases / "bundles" / f"{case}.json").read_text(encoding="utf-8")))
    plan, problems = read_plan(json.loads((cases / "plans" / f"{case}.json").read_text()))
    assert not problems
    return screen(patient, studies(), date.fromisoformat(as_of).toordinal(), plan)


def compare(score: Score, expected: dict, screening: Screening) -> None:  # type: ignore[type-arg]
    """Add one case to the score."""
    case = expected["case"]
    results = {s.protocol.key: s for s in screening.studies}
    for key, study in expected["studies"].items():
        result = results[key]
        status = result.status.value
        if status != study["overall"]:
            where = score.tolerated if status in study["overall_tolerated"] else score.statuses
            where.append(f"{case} {key}: {status}, expected {study['overall']}")
        for name, word in (study.get("cohorts") or {}).items():
            (found,) = (c for c in result.cohorts if c.name == name)
            if found.word != word:
                also = (study.get("cohorts_also") or {}).get(name, [])
                where = score.tolerated if found.word in also else score.cohorts
                where.append(
                    f"{case} {key} cohort {name}: {found.word}, expected {word}: {why(found.outcome)}"
                )
        by_id = {r.criterion.id: r for r in result.criteria}
        assert set(by_id) == set(study["criteria"]), (key, set(by_id) ^ set(study["criteria"]))
        for id, wanted in study["criteria"].items():
            r = by_id[id]
            said, right = r.verdict.value, wanted["verdict"]
            score.verdicts += 1
            score.primary += said == right
            acceptable = {right, *wanted.get("also_acceptable", [])}
            if r.effect.value != wanted["effect"] and said == right:
                score.wrong.append(f"{case} {key} {id}: effect {r.effect.value}, expected {wanted['effect']}")
            if said in acceptable:
                continue
            line = f"{case} {key} {id}: {said}, expected {right} ({wanted['why']}): {why(r.outcome)}"
            score.wrong.append(line)
            if said in DECIDED:
                score.dangerous.append(line)


def score_all(cases: Path) -> Score:
    """Every case of a folder."""
    score = Score()
    for path in sorted((cases / "expected").glob("*.json")):
        expected = json.loads(path.read_text())
        compare(score, expected, screened(cases, expected["case"], expected["as_of"]))
    return score
