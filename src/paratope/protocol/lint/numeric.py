"""Numbers: units that are missing or do not fit, limits nobody could have, limits beside the record's fields."""

from __future__ import annotations

from collections.abc import Iterator

from paratope.protocol.lint.findings import Finding, Study
from paratope.protocol.lint.limits import AGE, Limit, at_least_as_tight, limit_of
from paratope.protocol.lint.normal import clauses, normal
from paratope.protocol.quantities import number_faults
from paratope.protocol.times import length_text
from paratope.rules import nodes as n
from paratope.rules.nodes import Rule, Span


def units(study: Study) -> Iterator[Finding]:
    """A number without the unit it needs (`unit-missing`), with one that does not fit (`unit-wrong`), or out of
    all proportion (`implausible`): a lost exponent turns 10*9/L into 109/L."""
    for i, c in enumerate(study.protocol.criteria):
        for fault in number_faults(c.rule):
            yield study.find(
                fault.code, "error", f"{c.id}: {fault.message}", f"$.criteria[{i}].rule", (c.id,)
            )
    for i, cohort in enumerate(study.protocol.cohorts):
        for fault in number_faults(cohort.rule):
            yield study.find(
                fault.code, "error", f"cohort {cohort.name}: {fault.message}", f"$.cohorts[{i}].rule"
            )


def record_fields(study: Study) -> Iterator[Finding]:
    """The record's own age and sex fields against the criteria. A highest age includes that whole year, so a
    text that says "under 70" beside a field that says 70 disagrees."""
    identity = study.protocol.identity
    for op, field, name in (
        (">=", identity.minimum_age, "minimum_age"),
        ("<=", identity.maximum_age, "maximum_age"),
    ):
        limits = list(_age_limits(study, op[0]))
        place = f"$.identity.{name}"
        if field is None:
            continue
        said = _years(op, field)
        if said is None:
            continue
        if not limits:
            message = f"the record's {name.replace('_', ' ')} is {length_text(field)}; no inclusion criterion says so"
            yield study.find("age-field", "warning", message, place)
        for id, limit in limits:
            if limit != said:
                wider = at_least_as_tight(limit, said)
                end = "highest" if op == "<=" else "lowest"
                message = (
                    f"{id} sets the {end} age at {limit.value:g} completed years, the record's field at "
                    f"{length_text(field)}: the {'field' if wider else 'criterion'} admits more"
                )
                yield study.find("age-field", "warning", message, place, (id,))
    yield from _sex(study)


def _age_limits(study: Study, direction: str) -> Iterator[tuple[str, Limit]]:
    for c in study.protocol.criteria:
        if c.section != "inclusion" or c.role != "gate" or c.cohort is not None:
            continue
        for clause in clauses(normal(c.rule, weaker=True)):
            limit = limit_of(clause)
            if limit is not None and limit.of[:2] == ("measure", AGE) and limit.op[0] == direction:
                yield c.id, limit


def _years(op: str, span: Span) -> Limit | None:
    per = {"years": 1, "months": 12}.get(span.unit)
    return None if per is None else limit_of(n.Compare((AGE,), op, n.Amount(span.count / per, "years")))


def _sex(study: Study) -> Iterator[Finding]:
    field = study.protocol.identity.sex
    for i, c in enumerate(study.protocol.criteria):
        only = _only_sex(c.rule) if c.section == "inclusion" else None
        if only is not None and field is not None and field.lower() != only:
            message = f"{c.id} admits only {only} patients, the record's sex field says {field}"
            yield study.find("sex-field", "warning", message, f"$.criteria[{i}].rule", (c.id,))


def _only_sex(rule: Rule) -> str | None:
    for clause in clauses(normal(rule, weaker=True)):
        if isinstance(clause, n.Trait) and clause.name in ("male", "female"):
            return clause.name
    return None
