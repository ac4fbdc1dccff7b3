"""Loading a protocol: every problem at once, with its place, line, column and plain words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from paratope.protocol import bundled, load_protocol, read_protocol
from paratope.protocol.load import STUDIES, path_of
from paratope.protocol.model import FORMAT
from paratope.rules.policies import FRESHNESS

GOOD = """\
paratope: 1
key: S
title: a study
cohorts: [{name: A, target: CD19, rule: criterion I2 holds}]
criteria:
  - id: I1
    section: inclusion
    text: Adults.
    rule: age at consent >= 18 years
  - {id: I2, section: inclusion, text: The target., rule: the tumour expresses CD19, cohort: A, role: cohort}
"""

# What is replaced in GOOD, by what; then the place, line, column and words of the one problem expected.
BROKEN = [
    ("title: a study\n", "", "$", 1, 1, "'title' is missing"),
    ("paratope: 1", "paratope: 2", "$.paratope", 1, 1, f"reads version {FORMAT} of the format, not 2"),
    ("key: S", "key: S\nkye: T", "$.kye", 3, 1, "no field 'kye'; did you mean 'key'?"),
    ("key: S", "key: S\nkey: T", "$.key", 3, None, "written twice"),
    ("key: S", "key: []", "$.key", 2, 1, "expected text, found a list"),
    ("key: S", "key: S\ndlt: {windw: 28 days}", "$.dlt.windw", 3, 7, "did you mean 'window'?"),
    ("key: S", "key: S\ndlt: {window: four weeks}", "$.dlt.window", 3, 7, "expected a length of time such as"),
    ("key: S", "key: S\ndlt: hidden", "$.dlt", 3, 1, "expected a mapping with the fields window"),
    ("key: S", "key: S\nnotes: one", "$.notes", 3, 1, "expected a list, found 'one'"),
    ("key: S", "key: S\nidentity: {enrolment: many}", "$.identity.enrolment", 3, 12, "a whole number"),
    ("key: S", "key: S\nidentity: {phase: PHASE_1}", "$.identity.phase", 3, 12, "did you mean 'PHASE1'?"),
    ("key: S", "key: S\nidentity: {start: 2026-13-01}", "$.identity.start", 3, 12, "expected a date such as"),
    ("key: S", "key: S\nidentity: {monitoring_committee: maybe}", "$.identity.monitoring_committee", 3, 12, "true or"),
    ("key: S", "key: S\nvisits: [{at: some day}]", "$.visits[0].at", 3, 11, "expected a time such as"),
    ("key: S", "key: S\nfreshness: {bloods: 28}", "$.freshness.bloods", 3, 13, "did you mean 'blood'?"),
    ("key: S", "key: S\nfreshness: {blood: weekly}", "$.freshness.blood", 3, 13, "expected a whole number"),
    ("key: S", "key: S\npolicies: {copies: [1, 2]}", "$.policies.copies", 3, 12, "there is no policy 'copies'"),
    ("key: S", "key: S\npolicies: {copies_per_iu: [1]}", "$.policies.copies_per_iu", 3, 12, "a list of 2 values"),
    ("key: S", "key: S\nproduct: {name: x, targets: [CD91]}", "$.product.targets[0]", 3, 1, "unknown antigen 'CD91'"),
    ("key: S", "key: S\nproduct: {name: x, targets: [haemoglobin]}", "$.product.targets[0]", 3, 1, "not a antigen"),
    ("key: S", "key: S\nalso_says: [{field: identity.fase, value: a, where: b}]", "$.also_says[0].field", 3, 14,
     "did you mean 'identity.phase'?"),
    ("key: S", "key: S\nrecord: {eligibility: [9, 9]}", "$.record.eligibility", 3, 10, "not 9 to 9"),
    ("key: S", "key: S\nregimens: [{name: r, doses: [{day: 1}], gate: {before_day: 7, rule: none}}]",
     "$.regimens[0].gate.before_day", 3, 48, "has no dose on day 7; it has 1"),
    ("key: S", "key: S\ndose_levels: [{level: 2, amount: 1, unit: cells}, {level: 1, amount: 1, unit: cells}]",
     "$.dose_levels[1].level", 3, None, "1 comes after 2"),
    ("section: inclusion\n", "section: inclusive\n", "$.criteria[0].section", 7, 5, "did you mean 'inclusion'?"),
    ("id: I1", "id: I 1", "$.criteria[0].id", 6, 5, "'I 1' is no id"),
    ("id: I1", "id: I2", "$.criteria[1].id", 10, 6, "already a criterion 'I2' (criteria[0])"),
    ("role: cohort", "role: gait", "$.criteria[1].role", 10, 97, "did you mean 'gate'?"),
    ("cohort: A,", "cohort: B,", "$.criteria[1].cohort", 10, 86, "there is no cohort 'B'; there are A"),
    ("criterion I2 holds", "criterion I9 holds", "$.cohorts[0].rule", 4, 35, "there is no criterion 'I9'"),
    ("the tumour expresses CD19", "fits a cohort", "$.cohorts[0].rule", 4, 35, "it rests on itself: the cohorts"),
    ("age at consent >= 18 years", "criterion I1 holds", "$.criteria[0].rule", 9, 5, "rests on itself: I1 -> I1"),
    ("age at consent >= 18 years", "age at consent >= 18", "$.criteria[0].rule", 9, 29, "needs a unit, such as a"),
    ("age at consent >= 18 years", "age at consent >= 18 g/L", "$.criteria[0].rule", 9, 29, "does not convert"),
    ("age at consent >= 18 years", "ECOG <= 2 years", "$.criteria[0].rule", 9, 19, "a score without a unit"),
    ("age at consent >= 18 years", "Hb >= 90 g/L", "$.criteria[0].rule", 9, 11, "write 'haemoglobin'"),
    ("age at consent >= 18 years", "haemoglobine >= 90 g/L", "$.criteria[0].rule", 9, 11,
     "did you mean 'haemoglobin'?"),
    ("age at consent >= 18 years", "HBsAg >= 90 g/L", "$.criteria[0].rule", 9, 11, "'HBsAg' is a test, not a measure"),
    ("age at consent >= 18 years", "any haemoglobin", "$.criteria[0].rule", 9, 15, "something on a patient's record"),
    ("age at consent >= 18 years", "age at consent >=", "$.criteria[0].rule", 9, 28, "number"),
    ("    rule: age at consent >= 18 years", "    rule: >-\n      any stroke\n      or any stroek",
     "$.criteria[0].rule",
     11, 14, "unknown name 'stroek'; did you mean 'stroke'?"),
    ("    rule: age at consent >= 18 years", "    rule: 'any stroke\n      or any stroek'", "$.criteria[0].rule",
     10, 14, "unknown name 'stroek'"),
    ("    rule: age at consent >= 18 years", "    rule:", "$.criteria[0].rule", 9, 5, "expected a rule, found nothing"),
    ("    rule: age at consent >= 18 years", "    rule: any stroke\n    source: {line: 0, span: [7, 3]}",
     "$.criteria[0].source.line", 10, 14, "lines are counted from 1"),
]  # fmt: skip


def test_a_good_file_has_no_problem() -> None:
    loaded = read_protocol(GOOD)
    assert loaded.problems == ()
    assert loaded.protocol is not None
    assert [c.id for c in loaded.protocol.criteria] == ["I1", "I2"]
    assert loaded.line_of("$.criteria[0].rule") == 9
    assert loaded.line_of("$.criteria[0].evidence") == 6  # left out: the line of what would hold it
    assert path_of("$.criteria[3].rule") == ("criteria", 3, "rule")


@pytest.mark.parametrize(
    ("old", "new", "where", "line", "column", "words"), BROKEN, ids=[b[1][-40:] for b in BROKEN]
)
def test_a_problem_is_told_in_its_place(
    old: str, new: str, where: str, line: int, column: int | None, words: str
) -> None:
    text = GOOD.replace(old, new, 1)
    loaded = read_protocol(text)
    assert loaded.protocol is None
    first = next((p for p in loaded.problems if p.place == where), None)
    assert first is not None, [str(p) for p in loaded.problems]
    assert words in first.message
    assert (first.line, first.column) == (line, column)


def test_all_problems_come_at_once_in_the_order_of_the_file() -> None:
    text = GOOD
    for old, new in (("title: a study\n", ""), ("id: I1", "id: I2"), ("cohort: A,", "cohort: B,")):
        text = text.replace(old, new)
    text = text.replace("age at consent >= 18 years", "age at consnt >= 18 years")
    loaded = read_protocol(text)
    assert [p.place for p in loaded.problems] == [
        "$", "$.criteria[0].rule", "$.criteria[1].id", "$.criteria[1].cohort",
    ]  # fmt: skip
    assert str(loaded.problems[1]).startswith("$.criteria[0].rule (line 8, column 11): unknown measure")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("a: 1\n---\nb: 2\n", "several documents"),
        ("- 1\n", "expected a mapping"),
        ("key: [1\ntitle: 2", "not YAML"),
        ("key: \0", "not a text file"),
        ("key: *x\n", ""),
    ],
)
def test_what_is_no_protocol_is_refused_in_words(text: str, words: str) -> None:
    loaded = read_protocol(text)
    assert loaded.protocol is None
    assert any(words in p.message for p in loaded.problems)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    missing = load_protocol(tmp_path / "none.yaml")
    assert "cannot be read" in missing.problems[0].message
    odd = tmp_path / "odd.yaml"
    odd.write_bytes(b"key: \xff\xfe")
    assert "UTF-8" in load_protocol(odd).problems[0].message
    assert "cannot be read" in load_protocol(tmp_path).problems[0].message
    assert "cannot be read" in load_protocol("a\0.yaml").problems[0].message
    assert "there is no file and no study" in load_protocol("x" * 5000).problems[0].message
    assert load_protocol("NCT0740976").problems[0].message.endswith("did you mean 'NCT07409766'?")


def test_json_is_read_too() -> None:
    data = {
        "paratope": 1,
        "key": "S",
        "title": "t",
        "criteria": [
            {"id": "I1", "section": "inclusion", "text": "x", "rule": "consent is signed", "judgement": True}
        ],
    }
    loaded = read_protocol(json.dumps(data))
    assert loaded.protocol is not None
    assert loaded.protocol.criteria[0].judgement is True


def test_freshness_and_policies_change_the_defaults_and_reach_the_policies() -> None:
    assert read_protocol(GOOD).protocol.policies.freshness == dict(FRESHNESS)  # type: ignore[union-attr]
    more = "freshness: {blood: 14, serology: 30, echo: null}\npolicies: {instance_answers_topic: false}\n"
    changed = read_protocol(GOOD + more).protocol
    assert changed is not None
    assert changed.freshness == {**FRESHNESS, "blood": 14, "serology": 30, "echo": None}
    assert changed.policies.freshness == changed.freshness
    assert changed.policies.instance_answers_topic is False
    assert changed.policies.copies_per_iu == read_protocol(GOOD).protocol.policies.copies_per_iu  # type: ignore[union-attr]


@pytest.mark.parametrize("key", bundled())
def test_the_studies_that_come_with_the_program(key: str) -> None:
    loaded = load_protocol(key)
    assert loaded.problems == ()
    assert loaded.protocol is not None
    assert loaded.protocol.key == key
    assert Path(loaded.origin) == STUDIES / f"{key}.yaml"
    assert load_protocol(key.upper()) == load_protocol(key.lower()) == loaded
    if loaded.protocol.short is not None:
        assert load_protocol(loaded.protocol.short.title()).protocol == loaded.protocol


def test_there_are_five_studies() -> None:
    assert set(bundled()) == {"NCT07395479", "in-vivo-iit", "NCT07409766", "NCT04008524", "NCT06101082"}
