"""English."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from paratope.report.phrases.words import SIGNS, bound, dated, day, facts, interval, number, quantity


def _list(words: Sequence[str]) -> str:
    return ", ".join(words)


def _limit(op: str, b: Any, upper: Any) -> str:
    if op == "between":
        return f"{bound(b)} to {bound(upper)}"
    return f"{SIGNS[op]} {bound(b)}"


def _measure(measure: str, q: Any, op: str, b: Any, upper: Any) -> str:
    return f"{quantity(measure, q, b)}; limit {_limit(op, b, upper)}"


def _age(_low: float, _high: float, anchor: Any) -> str:
    return f"age counted on {day(anchor.first)}, as no date of consent is given"


def _steroids(total: Any, op: str, b: Any, counted: Sequence[Any]) -> str:
    if not counted:
        return "no systemic glucocorticoid that counts"
    return f"prednisone-equivalent {interval(total)} mg/d ({facts(counted)}); limit {_limit(op, b, None)}"


def _none_fits(_wanted: Sequence[str], passed: Sequence[Any]) -> str:
    return f"on record but not as the text asks: {facts(passed)}"


REASONS: dict[str, Callable[..., str]] = {
    # numbers
    "measure": _measure,
    "measure.normal": lambda m, q: (
        f"{quantity(m, q)}; laboratory's range {number(q.low) if q.low is not None else '…'}"
        f"–{number(q.high) if q.high is not None else '…'}"
    ),
    "measure.missing": lambda m: f"no {m} on record",
    "measure.stale": lambda m, age, limit: f"{dated(m)} is {age} days old; at most {limit} days count",
    "measure.undated": lambda m: f"{m.text} has no date",
    "measure.date_partial": lambda m, limit: (
        f"{dated(m)}: too coarse a date to tell whether it is within {limit} days"
    ),
    "measure.unusable": lambda m, why: f"{dated(m)} cannot be used: {why}",
    "measure.unusable_same_day": lambda m, why: (
        f"of several results of one day, {dated(m)} cannot be used: {why}"
    ),
    "measure.not_positive": lambda m: f"{dated(m)} cannot be used in a formula",
    "measure.conflict": lambda *ms: f"results of one day disagree where it decides: {facts(ms)}",
    "measure.imprecise": lambda m, q, op, b: (
        f"{quantity(m, q, b)} is not exact enough to tell whether {_limit(op, b, None)}"
    ),
    "measure.imprecise_range": lambda m, q: (
        f"{quantity(m, q)} is not exact enough to tell whether it is normal"
    ),
    "measure.assay_decides": lambda m, q, op, b: (
        f"{quantity(m, q)}: whether that is {_limit(op, b, None)} depends on the assay's conversion"
    ),
    "measure.condition_other": lambda m, wanted: f"{dated(m)} was taken on {m.condition}, not on {wanted}",
    "measure.condition_unstated": lambda m, wanted: (
        f"{dated(m)} does not say whether it was taken on {wanted}"
    ),
    "range.missing": lambda m, side: (
        f"{dated(m)} comes without the laboratory's own {'range' if side == 'range' else side}"
    ),
    "range.one_sided": lambda m: f"{dated(m)} comes with only one limit of the laboratory's range",
    "born.missing": lambda: "no date of birth on record",
    "age": _age,
    "cockcroft_gault": lambda v, age, kg, creatinine: (
        f"Cockcroft-Gault {number(round(v.low, 1))}"
        f" mL/min from age {age}, {number(kg)} kg, {dated(creatinine)}"
    ),
    "corrected_calcium": lambda v, ca, alb: (
        f"corrected with {dated(alb)}: {dated(ca)} + 0.02 × (40 − albumin)"
    ),
    # imaging
    "imaging.missing": lambda: "no imaging on record",
    "imaging.stale": lambda i, limit: f"{dated(i)} is the newest imaging; at most {limit} days count",
    "imaging.undated": lambda i: f"{i.text} has no date",
    "imaging.date_partial": lambda i, limit: (
        f"{dated(i)}: too coarse a date to tell whether it is within {limit} days"
    ),
    "lesions": lambda found, up_to, op, count: (
        f"{found} measurable lesion{'' if found == 1 else 's'}"
        f"{f' of at most {bound(up_to)}' if up_to else ''}; wanted {SIGNS[op]} {count}"
    ),
    "lesions.unclear": lambda found: (
        f"between {interval(found)} lesions may be measurable; sizes or kinds are missing"
    ),
    "lesion.unsized": lambda: "a lesion has no size on record",
    # entries
    "found": lambda entries: f"on record: {facts(entries)}",
    "none": lambda wanted: f"asked and absent: {_list(wanted)}",
    "none_fits": _none_fits,
    "presumed": lambda wanted: f"absence presumed, not recorded: {_list(wanted)}",
    "not_asked": lambda concept: f"nothing on record says whether there is or was: {concept}",
    "kind.vague": lambda text, wanted: f"'{text}' does not say whether it is {' or '.join(wanted)}",
    "attribute.missing": lambda attribute, text: f"'{text}': {attribute} is not recorded",
    "attribute.unclear": lambda attribute, text, word: (
        f"'{text}': {attribute} is given as '{word}', which is not a known answer"
    ),
    "feature.missing": lambda _attribute, text, words: (
        f"'{text}': nothing on record says whether there is {' or '.join(words)}"
    ),
    "date.missing": lambda text: f"'{text}' has no date",
    "date.partial": lambda what, anchor: (
        f"the date of '{what}' is too coarse, or {anchor} not fixed closely enough, to tell"
    ),
    "treatment.undated": lambda text: f"when '{text}' was last treated is not recorded",
    "refuted_and_present": lambda found, denied: (
        f"the record both states ({_list(found)}) and denies ({_list(denied)}) it"
    ),
    "reserved": lambda what: f"a person must say: {what}",
    "filter.not_of_cancer": lambda asked, text: f"'{asked}' cannot be asked of the cancer '{text}'",
    "window.unpublished": lambda what, anchor: (
        f"'{what}': how long before {anchor} is not in the public record"
    ),
    "window.unpublished_after": lambda what, anchor: (
        f"'{what}': how long after {anchor} is not in the public record"
    ),
    "half_life.table": lambda what, days: (
        f"half-life of '{what}' from the table of drugs, {number(days)} days; the record gives none"
    ),
    "half_life.not_documented": lambda what, days: (
        f"the table of drugs has {number(days)} days for '{what}', shown only: it decides nothing here"
    ),
    "half_life.unknown": lambda what: f"no half-life known for '{what}'",
    "anchor.unknown": lambda name, what: (
        f"'{what}' is near enough that the date of {name} decides; the plan does not give it"
    ),
    "anchor.unstated": lambda what: (
        f"the text names no date to count from, and for '{what}' the plausible ones disagree"
    ),
    "dose.missing": lambda text: f"'{text}': no daily dose that can be converted",
    "steroid.overlap": lambda entries: (
        f"whether these were taken on the same day is not recorded: {facts(entries)}"
    ),
    "steroid_dose": _steroids,
    # cancer
    "cancer": lambda c: dated(c),
    "cancer.other": lambda c, wanted: f"{c.text}: not {' or '.join(wanted)}",
    "cancer.not_so": lambda c: f"{c.text}: not as the text asks",
    "cancer.missing": lambda: "no cancer diagnosis on record",
    "cancer.several": lambda *texts: (
        f"several cancers on record, and it matters which is meant: {_list(texts)}"
    ),
    # antigens
    "antigen": lambda *tests: facts(tests),
    "antigen.missing": lambda what, _others: f"no test of {what} on record",
    "antigen.other_method": lambda what, others: f"no test of {what}; on record: {facts(others)}",
    "antigen.undated": lambda test: f"{test.text} has no date",
    "antigen.stale": lambda test, limit: f"{dated(test)} is older than {limit} days",
    "antigen.before_therapy": lambda test, therapy: (
        f"{dated(test)} was taken before the end of {dated(therapy)}: not evidence of expression now"
    ),
    "antigen.conflict": lambda *tests: f"tests of one day disagree: {facts(tests)}",
    "antigen.unusable": lambda test, why: f"{dated(test)} cannot be used: {why}",
    "antigen.not_called": lambda test: f"{dated(test)}: the report does not call it positive or negative",
    "antigen.no_score": lambda test: f"{dated(test)} gives no score",
    "antigen.no_proportion": lambda test, _i: (
        f"{dated(test)} does not give the share of cells at that intensity"
    ),
    "antigen.none_positive": lambda: "no current report of a positive antigen",
    # people
    "consent.signed": lambda c: dated(c),
    "consent.missing": lambda: "consent not signed yet",
    "consent.withdrawal_undated": lambda w, c: f"{dated(w)} is not active, and may be later than {dated(c)}",
    "consent.minor": lambda c: (
        f"{dated(c)}: the patient was under age, and no legal representative is on record as having signed"
    ),
    "consent.undated": lambda c: f"{c.text} has no date",
    "consent.not_active": lambda c: f"{dated(c)} is not active",
    "statement": lambda *statements: facts(statements),
    "statement.missing": lambda topic: f"no statement on record about: {topic}",
    "statement.stale": lambda s, age, limit: f"{dated(s)} is {age} days old; at most {limit} days count",
    "statement.date_partial": lambda s, limit: (
        f"{dated(s)}: too coarse a date to tell whether it is within {limit} days"
    ),
    "statement.conflict": lambda *statements: f"statements of one day disagree: {facts(statements)}",
    "statement.unclear": lambda s: f"{dated(s)} does not answer the question",
    "judgement.reserved": lambda topic: f"reserved to the investigator, who has not stated: {topic}",
    "judgement.unsigned": lambda s: f"{dated(s)}: who judged is not recorded",
    "result": lambda *results: facts(results),
    "result.missing": lambda test: f"no {test} on record",
    "result.stale": lambda r, age, limit: f"{dated(r)} is {age} days old; at most {limit} days count",
    "result.undated": lambda r: f"{r.text} has no date",
    "result.unclear": lambda r: f"{dated(r)} is neither positive nor negative",
    "result.conflict": lambda *results: f"results of one day disagree: {facts(results)}",
    "flag": lambda f: dated(f),
    "flag.missing": lambda concept: f"not recorded: {concept}",
    "flag.stale": lambda f, limit: f"{dated(f)} is older than {limit} days or undated",
    "flag.conflict": lambda *flags: f"observations of one day disagree: {facts(flags)}",
    "sex": lambda f: f.text,
    "sex.missing": lambda: "sex not recorded",
    # logic and neighbours
    "readings.disagree": lambda *_values: (
        "the text can be read in more than one way, and here the readings disagree"
    ),
    "reflex.screen_negative": lambda: "the screening test is negative, so the confirming test is not needed",
    "reflex.conflict": lambda: "the screening test is negative although the confirming test is not",
    "withheld": lambda what: f"not in the public record: {what}",
    "unread": lambda words: f"words no rule covers: {words}",
    "cohorts": lambda *names: f"fits {_list(names)}",
    "cohorts.none": lambda: "the public record names no cohort",
    "access.no_statement": lambda eligible: (
        "no dated statement about access to other studies"
        + (f"; this record is eligible for {_list(eligible)}" if eligible else "")
    ),
    "access.undated": lambda s: f"{s.text} has no date",
    "access.unable": lambda *s: f"stated as unable to take part elsewhere: {facts(s)}",
    "access.none_open": lambda *s: f"stated that no other study is open: {facts(s)}",
    "access.all_excluded": lambda *s: f"{facts(s)}; every other study on file excludes",
    "access.one_only": lambda s, keys: (
        f"{dated(s)} speaks of one study; on this record still open: {_list(keys)}"
    ),
    "access.unclear": lambda s: f"{dated(s)} does not answer the question",
    "access.contradicted": lambda s, keys: f"{dated(s)}, but this record is eligible for {_list(keys)}",
}

LISTED: dict[str, str] = {
    "not_asked": ", ",
    "window.unpublished": "', '",
    "window.unpublished_after": "', '",
    "half_life.unknown": "', '",
    "statement.missing": ", ",
    "judgement.reserved": ", ",
    "flag.missing": ", ",
}
"""Reasons of which several are said as one sentence: what stands between their first arguments."""

TEXTS: dict[str, str] = {
    "status.excluded": "excluded",
    "status.incomplete": "incomplete, facts are missing",
    "status.needs_judgement": "needs judgement",
    "status.eligible": "no obstacle on record, to be confirmed by the investigators",
    "verdict.met": "met",
    "verdict.not_met": "not met",
    "verdict.unknown": "unknown",
    "verdict.judgement": "needs judgement",
    "value.met": "true",
    "value.not_met": "false",
    "value.unknown": "unknown",
    "value.judgement": "for a person to judge",
    "section.inclusion": "inclusion",
    "section.exclusion": "exclusion",
    "effect.long.pass": "no obstacle",
    "effect.long.fail": "this excludes the patient",
    "effect.long.open": "open",
    "effect.long.cohort_only": "decides only which cohort fits",
    "effect.long.illustrative": "an example in the text; decides nothing",
    "explain.verdict": "verdict on the text: {verdict}; {effect}",
    "explain.ambiguity": "The text is ambiguous: {about}",
    "explain.ask": "To ask: {question}",
    "effect.pass": "passes",
    "effect.fail": "fails",
    "effect.open": "open",
    "effect.judgement": "judge",
    "effect.cohort_only": "cohort",
    "effect.illustrative": "example",
    "table.patient": "Patient {patient}, as of {as_of}",
    "table.presumed": "Absence of what was not asked is presumed (by your choice); such verdicts say so.",
    "table.cohorts": "cohorts",
    "table.more": "... and {count} more still open (use -v)",
    "table.also_open": "{count} more criteria are open, and would not change this (use -v)",
    "table.also_open.one": "1 more criterion is open, and would not change this (use -v)",
    "table.unused": "{count} parts of the record were not used (use -v to list them)",
    "table.unused.one": "1 part of the record was not used (use -v to list it)",
    "from": "from {day}, if nothing else changes",
    "disclaimer": "This says what the public texts say of the facts on record. It promises nothing: "
    "the investigators of each study decide.",
    "lang": "en",
    "unknown_date": "unknown date",
    "place": "line {line} of the study's text",
    "cohort.match": "fits",
    "cohort.no": "does not fit",
    "cohort.unknown": "unknown",
    "cohort.judgement": "for a person to judge",
    "need.missing": "not on record",
    "need.stale": "on record, but out of date",
    "need.undated": "on record, but without a usable date",
    "need.conflicting": "on record, but contradictory",
    "need.unusable": "on record, but not usable",
    "record_status": "the registry says: {status}, as of {date}; confirm before referring",
    "record_status.none": "the public text gives no recruitment status; ask before referring",
    "margin.fails": "{measure} lies {distance} from the limit of {limit}, on the side that stands in the way",
    "margin.keeps": "{measure} lies only {distance} from the limit of {limit}, on the good side",
    "margin.on": "{measure} lies exactly on the limit of {limit}",
    "change.several": "{count} criteria exclude: {ids}",
    "change.no_cohort": "no cohort fits",
    "change.withheld": "numbers only the site can give, for {ids}",
    "change.sole": "{id} alone excludes; without it the answer would be: {status}",
    "change.date": "{id}: no longer an obstacle from {day}, if nothing else changes",
    "change.facts": "{count} facts to bring: {what}",
    "change.facts.one": "one fact to bring: {what}",
    "change.judgement": "the investigators' judgement on {ids}",
    "bring.other": "other records",
    "bring.what": "must show",
    "bring.why": "why",
    "bring.fresh": "how fresh",
    "bring.for": "asked by",
    "bring.nothing": "Nothing is missing that a document could show.",
    "fresh": "at most {days} days old on the day of screening",
    "question.open": "{id}: {why}. What does the protocol say?",
    "question.judge": "{id}: does the investigator see an obstacle here? ({text})",
    "question.marginal": "{id}: {margin}; would a repeat be asked for?",
    "policy.freshness": "Results of class '{cls}' count for {days} days (house policy; no study says).",
    "policy.windows": "'Within N days before X' means fewer than N days have passed; months are calendar months; a signed date beats a planned one.",
    "policy.age": "Age is in completed years on the day of consent.",
    "policy.topic": "A topic on which something is recorded counts as asked about, so nothing else on that topic is taken as unasked.",
    "page.title": "Screening dossier, {patient}",
    "page.heading": "Screening dossier: {patient}",
    "page.as_of": "Judged as of {as_of}. Results older than their limit, and anything after this day, do not count.",
    "page.studies": "Studies and cohorts",
    "page.study": "study",
    "page.status": "answer",
    "page.cohorts": "cohorts",
    "page.cohort": "cohort",
    "page.fits": "fits?",
    "page.no_cohorts": "one cohort",
    "page.change": "what would change it",
    "page.bring": "What to bring",
    "page.bring.lead": "For the studies that do not already exclude: the facts that are missing, by the document that would show them.",
    "page.dates": "Dates and limits",
    "page.washouts": "Dates from which a waiting time has passed",
    "page.no_washouts": "No criterion fails for a waiting time alone.",
    "page.expiring": "How long the present results count",
    "page.fact": "result",
    "page.last_day": "last day it counts",
    "page.near": "Limits nearly met or barely kept (within 10 %)",
    "page.no_near": "None.",
    "page.from": "from",
    "page.where": "criterion",
    "page.what": "what it asks",
    "page.questions": "Questions to ask the sites",
    "page.no_questions": "None: every study either excludes or is decided.",
    "page.failing": "What excludes",
    "page.open": "Open: facts are missing",
    "page.judgement": "Open: a person must judge",
    "page.cohort_criteria": "What routes to a cohort",
    "page.passing": "No obstacle",
    "page.examples": "Examples in the text (they decide nothing)",
    "page.evidence": "evidence",
    "page.date": "date",
    "page.source": "source",
    "page.rule": "Rule:",
    "page.ambiguity": "Unclear in the text:",
    "page.presumed": "(absence presumed)",
    "page.record": "The record and how it was read",
    "page.unused.lead": "Parts of the record that were not understood or not used:",
    "page.all_used": "Every part of the record was used.",
    "page.policies": "Policies applied",
    "page.made_by": "Made by Paratope {version} (terms {terms}). The rules are our paraphrases of the public texts; the texts and the investigators decide.",
}
