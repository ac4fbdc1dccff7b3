"""What a person is told about a rule that cannot be read: a table of mistakes and messages."""

from __future__ import annotations

import pytest

from paratope.rules.nodes import And, Any, FlagIs, ResultIs
from paratope.rules.written import RuleProblem, parse_rule

MISTAKES: list[tuple[str, str]] = [
    ("", "1:1 a rule is expected, found the end"),
    ("haemoglobin >= ninety g/L", "1:16 after 'haemoglobin >=' a number is expected, found 'ninety'"),
    ("haemoglobin >=", "1:15 after 'haemoglobin >=' a number is expected, found the end"),
    ("haemoglobin", "1:12 after 'haemoglobin' a comparison (such as >=) or 'is' is expected, found the end"),
    ("haemoglobin 90 g/L", "1:19 after 'haemoglobin 90 g/L' a comparison (such as >=) or 'is' is expected, found the "
                           "end: is a comparison missing before '90'?"),
    ("haemoglobin at least 90 g/L",
     "1:13 after 'haemoglobin' a comparison (such as >=) or 'is' is expected, found 'at': write '>='"),
    ("haemoglobin => 90 g/L",
     "1:14 after 'haemoglobin =' a number is expected, found '>': the comparisons are <, <=, >, >= and ="),
    (">= 90 g/L", "1:1 a rule is expected, found '>='"),
    ("haemoglobin >= 90 g/Q", "1:19 unknown unit 'g/Q'"),
    ("haemoglobin >= 9e999 g/L", "1:16 9e999 is too large a number"),
    ("haemoglobin >= 1,000 g/L", "1:17 after 'haemoglobin >= 1' 'and', 'or', 'relaxed to', 'x ULN', a unit or the end "
                                 "of the rule is expected, found ',': numbers are written without thousands commas"),
    ("ECOG <= 1 AND", "1:14 after 'AND' a rule is expected, found the end"),
    ("ECOG <= 1, LVEF >= 50 %", "1:10 after 'ECOG <= 1' 'and', 'or', 'relaxed to', 'x ULN', a unit or the end of the "
                                "rule is expected, found ',': sentences are joined by 'and' or 'or'"),
    ("any stroke and\n  any", "2:6 after 'and any' a name is expected, found the end"),
    ("observed a  , observed b",
     "1:13 after 'observed a' 'and', 'or' or the end of the rule is expected, found ',': sentences are joined by 'and' "
     "or 'or'"),
    ("ALT <= 2.5 ULN", "1:12 write '2.5 x ULN'"),
    ("each of ALT and AST <= 2.5 x ULN", "1:13 after 'each of ALT' a comparison (such as >=) or ',' is expected, found "
                                         "'and': in a list, names are separated by commas"),
    ("ALT <= 2.5 x ULN, relaxed to 5 x ULN with liver metastases",
     "1:43 after 'relaxed to 5 x ULN with' '(' is expected, found 'liver'"),
    ("ALT <= 2.5 x ULN, relaxed to 5 x ULN", "1:37 after 'relaxed to 5 x ULN' 'with' is expected, found the end"),
    ("age at consent between 18 years",
     "1:32 after 'age at consent between 18 years' 'and' is expected, found the end"),
    ("measurable lesions >= 1.5", "1:23 a whole number is expected, found '1.5'"),
    ("observed a unless observed b unless observed c",
     "1:30 after 'unless observed b' 'and', 'or' or the end of the rule is expected, found 'unless': with two "
     "'unless', say with parentheses what belongs together"),
    ("observed a and if observed b then observed c",
     "1:16 after 'and' a rule is expected, found 'if': inside another rule it is put in parentheses"),
    ("if observed a", "1:14 after 'if observed a' 'then' is expected, found the end"),
    ("by one reading (observed a)", "1:28 after 'observed a)' 'by another' is expected, found the end"),
    ("(observed a", "1:12 after 'observed a' ')' is expected, found the end: a parenthesis is not closed"),
    ("observed a)",
     "1:11 after 'observed a' the end of the rule is expected, found ')': there is no parenthesis to close"),
    ("at least two of (observed a; observed b)", "1:10 after 'at least' a number is expected, found 'two'"),
    ("at least 3 of (observed a; observed b)", "1:10 at least 3 of 2 does not make sense"),
    ("at least 1 of (observed a, observed b)",
     "1:26 after 'observed a' 'and', 'or', ')' or ';' is expected, found ',': the items are separated by ';'"),
    ("any stroke and/or epilepsy",
     "1:12 after 'any stroke' a window (within ..., since ...), 'and', 'or', ',', 'where' or the end of the rule is "
     "expected, found 'and/or': write 'or'"),
    ("any stroke where symptomatic", "1:18 after 'any stroke where' '(' is expected, found 'symptomatic'"),
    ("any stroke where (symptomtic)", "1:19 unknown attribute 'symptomtic': did you mean symptomatic?"),
    ("any stroke where (symptomatic is yes)",
     "1:19 'symptomatic' is a yes/no attribute: write 'symptomatic' or 'not symptomatic'"),
    ("any stroke where (grade is 3)", "1:19 'grade' is a number: write 'grade >= ...'"),
    ("any stroke where (grade >= 3 %)", "1:19 'grade' is compared with a number without a unit"),
    ("any stroke where (daily dose > 10)", "1:19 'daily dose' is compared with a number in mg/d"),
    ("any stroke where (severity >= terrible)",
     "1:31 'terrible' is not a severity: mild, moderate, severe or life-threatening"),
    ("any stroke where (outcome >= 3)", "1:19 'outcome' is a word: write 'outcome is ...'"),
    ("any stroke within 4 fortnights before screening",
     "1:21 'fortnights' is not a length of time: hours, days, weeks, months, years or half-lives"),
    ("any stroke within 4 weeks",
     "1:26 after 'any stroke within 4 weeks' 'before' or 'after' is expected, found the end"),
    ("any stroke within 4 weeks before surgery",
     "1:34 'surgery' is not a moment a study names: consent, screening, apheresis, preconditioning, administration, "
     "enrolment, last dose, today, the result or an unstated date"),
    ("any stroke within 4 weeks before today where (acute)",
     "1:40 after 'any stroke within 4 weeks before today' 'and', 'or' or the end of the rule is expected, found "
     "'where': 'where (...)' stands before the window"),
    ("any stroke (acute)",
     "1:12 after 'any stroke' a window (within ..., since ...), 'and', 'or', ',', 'where' or the end of the rule is "
     "expected, found '(': what an entry must be like is written 'where (...)'"),
    ("HBsAg is reactive", "1:10 'reactive' is not a result: positive or negative"),
    ("the patient is tall",
     "1:16 'tall' is not a trait: male, female, of childbearing potential, pregnant or breast-feeding"),
    ("HER2 scored 4+ by IHC",
     "1:13 after 'HER2 scored' a score (0, 1+, 2+ or 3+) is expected, found '4+'"),
    ("criterion E1 is met", "1:14 after 'criterion E1' 'holds' is expected, found 'is'"),
    ('not read: "these words',
     "1:11 after 'not read:' words in quotes are expected, found '\"these': the quotes are not closed"),
    ("not " * 300 + "observed a", "1:801 the rule is nested too deeply (more than about 50 levels)"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), MISTAKES, ids=[text[:60] for text, _ in MISTAKES])
def test_a_mistake_and_what_is_said(text: str, message: str) -> None:
    problems = parse_rule(text)
    assert isinstance(problems, tuple)
    assert [f"{each.line}:{each.column} {each.message}" for each in problems] == [message]


CONCEPTS = {"haemoglobin", "stroke", "epilepsy", "HBsAg"}


def known(name: str) -> bool:
    return name in CONCEPTS


def test_all_problems_of_a_rule_are_told_at_once() -> None:
    text = "haemoglobine >= 90 g/Q\nand any strock, epilepsy, strock where (colourful) within 2 weeks before dinner and"
    problems = parse_rule(
        text, known=known, suggest=lambda name: ["stroke"] if name == "strock" else ["haemoglobin"]
    )
    assert isinstance(problems, tuple)
    assert [f"{each.line}:{each.column} {each.message}".split(" names: ")[0] for each in problems] == [
        "1:1 unknown concept 'haemoglobine': did you mean haemoglobin?",
        "1:20 unknown unit 'g/Q'",
        "2:9 unknown concept 'strock': did you mean stroke?",
        "2:41 unknown attribute 'colourful'",
        "2:74 'dinner' is not a moment a study",
        "2:84 after 'and' a rule is expected, found the end",
    ]


def test_an_unknown_name_without_suggestions() -> None:
    assert parse_rule("any gout", known=known) == (RuleProblem(1, 5, "unknown concept 'gout'"),)
    assert parse_rule("any gout", known=known, suggest=lambda _: ()) == (
        RuleProblem(1, 5, "unknown concept 'gout'"),
    )


def test_expected_is_kept_apart_from_the_message() -> None:
    problems = parse_rule("any gout", known=known, suggest=lambda _: ("goitre", "gut"))
    assert isinstance(problems, tuple)
    assert problems[0].expected == ("goitre", "gut")
    problems = parse_rule("haemoglobin >= ninety")
    assert isinstance(problems, tuple)
    assert problems[0].expected == ("a number",)


def test_names_are_kept_as_written_unless_a_canonical_name_is_given() -> None:
    synonyms = {"Hb": "haemoglobin", "seizures": "epilepsy"}
    assert parse_rule("any seizures, gout", canonical=synonyms.get) == Any(("epilepsy", "gout"))
    assert parse_rule("any seizures", canonical=synonyms.get, known=known) == Any(("epilepsy",))
    assert parse_rule("Hb is positive and observed x") == And((ResultIs("Hb", "positive"), FlagIs("x")))


def test_words_that_are_not_concepts_are_not_asked_about() -> None:
    text = (
        "haemoglobin on room air >= 90 g/L and any stroke where (outcome is progression and severity >= severe) "
        "within 4 weeks before screening and criterion E1 holds"
    )
    assert not isinstance(parse_rule(text, known=known), tuple)
