"""Numbers: units that are missing or do not fit, limits nobody could have, limits beside the record's fields."""

from __future__ import annotations

from collections.abc import Iterator

from paratope.protocol.lint.findings import Finding, Study
from paratope.protocol.lint.limits import Limit, at_least_as_tight, canonical, limit_of
from paratope.protocol.lint.normal import clauses, normal
from paratope.protocol.times import length_text
from paratope.rules import nodes as n
from paratope.rules.attributes import ATTRIBUTES
from paratope.rules.nodes import Rule, Span
from paratope.rules.walk import walk
from paratope.terms import catalogue
from paratope.units import convert, parse_unit

AGE = "age at consent"


def units(study: Study) -> Iterator[Finding]:
    """A number without the unit it needs (`unit-missing`), with one that does not fit (`unit-wrong`), or out of
    all proportion (`implausible`): a lost exponent turns 10*9/L into 109/L."""
    for i, c in enumerate(study.protocol.criteria):
        for code, message in _number_faults(c.rule):
            yield study.find(code, "error", f"{c.id}: {message}", f"$.criteria[{i}].rule", (c.id,))
    for i, cohort in enumerate(study.protocol.cohorts):
        for code, message in _number_faults(cohort.rule):
            yield study.find(code, "error", f"cohort {cohort.name}: {message}", f"$.cohorts[{i}].rule")


def _number_faults(rule: Rule) -> Iterator[tuple[str, str]]:
    for part in walk(rule):
        match part:
            case n.Compare(measures, _, bound, upper, _, relaxed):
                for measure in measures:
                    for given in (bound, upper, *(b for b, _ in relaxed)):
                        if isinstance(given, n.Amount):
                            yield from _amount_fault(measure, given)
            case n.Stated(topic, _, n.Amount() as given):
                yield from _amount_fault(topic, given)
            case n.SteroidDose(_, given):
                yield from _unit_fault("prednisone-equivalent dose", given, "mg/d", None)
            case n.LesionCount(_, _, n.Amount() as given):
                yield from _unit_fault("lesion diameter", given, "mm", None)
            case n.Holds(attribute, _, n.Amount() as given):
                yield from _attribute_fault(attribute, given)
            case n.Stained(antigen, intensity, _, _, percent):
                if not 0 <= percent <= 100:
                    yield "implausible", f"{percent:g} % of cells stained for {antigen} is no share"
                if not 0 <= intensity <= 3:
                    yield "implausible", f"staining of {antigen} is graded 0 to 3+, not {intensity}+"
            case n.HScore(antigen, _, value) if not 0 <= value <= 300:
                yield (
                    "implausible",
                    f"an H-score lies between 0 and 300; that of {antigen} is compared with {value:g}",
                )
            case _:
                pass


def _amount_fault(name: str, given: n.Amount) -> Iterator[tuple[str, str]]:
    concept = catalogue().get(name)
    if concept is None or concept.unit is None:
        return
    faults = list(_unit_fault(name, given, concept.unit, concept.molar_mass))
    yield from faults
    scaled = canonical(name, given)
    if faults or scaled is None or concept.plausible is None:
        return
    low, high = concept.plausible
    if not low <= scaled[0] <= high:
        yield (
            "implausible",
            (
                f"nobody has {name} of {given.value:g} {given.unit}".rstrip()
                + f": it lies between {low:g} and {high:g} {concept.unit}".rstrip()
            ),
        )


def _unit_fault(name: str, given: n.Amount, wanted: str, molar_mass: str | None) -> Iterator[tuple[str, str]]:
    if given.unit == wanted:
        return
    if not given.unit:
        yield "unit-missing", f"{name} {given.value:g} needs a unit, such as {wanted}"
    elif not wanted:
        yield "unit-wrong", f"{name} is a score without a unit, not {given.value:g} {given.unit}"
    elif parse_unit(given.unit) is None:
        yield "unit-wrong", f"'{given.unit}' is no unit this program knows; {name} is measured in {wanted}"
    elif convert(given.value, given.unit, wanted, molar_mass) is None:
        yield "unit-wrong", f"{name} is measured in {wanted}, which {given.unit} does not convert to"


def _attribute_fault(name: str, given: n.Amount) -> Iterator[tuple[str, str]]:
    attribute = ATTRIBUTES.get(name)
    if attribute is None or attribute.type != "number":
        return
    yield from _unit_fault(name, given, attribute.unit, None)
    if name == "grade" and not 1 <= given.value <= 5:
        yield "implausible", f"grades run from 1 to 5, not {given.value:g}"
    if name == "NYHA class" and not 1 <= given.value <= 4:
        yield "implausible", f"NYHA classes run from 1 to 4, not {given.value:g}"


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
