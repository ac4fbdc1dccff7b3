"""In-situ hybridisation of HER2 without the laboratory's label: amplified by the groups of ASCO/CAP 2018."""

from __future__ import annotations

from dataclasses import replace

from paratope.patient.fhir.chart import Chart
from paratope.patient.model import AntigenTest, Unused


def group_of(ratio: float | None, copies: float | None) -> int | None:
    """The ASCO/CAP 2018 dual-probe group (1 to 5) of a HER2/CEP17 ratio and copies per cell; None without both.

    Source: A. C. Wolff et al., J Clin Oncol 36 (2018) 2105-2122.
    """
    if ratio is None or copies is None:
        return None
    if ratio >= 2.0:
        return 1 if copies >= 4.0 else 2
    return 3 if copies >= 6.0 else 4 if copies >= 4.0 else 5


def amplified_by(
    ratio: float | None, copies: float | None, ihc: int | None
) -> tuple[bool | None, str | None]:
    """Whether HER2 counts as amplified, and why that stays open.

    ASCO/CAP 2018 (affirmed 2023): group 1 is positive, group 5 negative; groups 2 to 4 need the concurrent
    immunohistochemistry (3+: positive; 2+: group 3 positive, groups 2 and 4 negative; 0 or 1+: negative).
    Copies alone (single probe): 6 and more positive, below 4 negative, between them open.
    """
    group = group_of(ratio, copies)
    if group is None:
        if copies is not None:
            if copies >= 6.0 or copies < 4.0:
                return copies >= 6.0, None
            return None, "4 to under 6 copies by a single probe need a dual-probe test"
        return None, "a ratio without the copy number has no ASCO/CAP 2018 group"
    if group in (1, 5):
        return group == 1, None
    if ihc is None:
        return None, f"ASCO/CAP 2018 group {group} needs the immunohistochemistry of the same tissue"
    return ihc == 3 or (group == 3 and ihc == 2), None


def settle_amplification(chart: Chart) -> None:
    """Tests by in-situ hybridisation with numbers and no label: amplified by the ASCO/CAP 2018 groups."""
    tests = [f for f in chart.facts if isinstance(f, AntigenTest) and f.antigen == "HER2"]
    scores = [t for t in tests if t.score is not None and t.problem is None]
    for n, fact in enumerate(chart.facts):
        if not isinstance(fact, AntigenTest) or fact.antigen != "HER2":
            continue
        if fact.ratio is None and fact.copies is None:
            continue
        same = {t.score for t in scores if t.when == fact.when and t.specimen in (None, fact.specimen)}
        found, why = amplified_by(fact.ratio, fact.copies, same.pop() if len(same) == 1 else None)
        if fact.amplified is None:
            if found is not None:
                words = f"{fact.text} ({'amplified' if found else 'not amplified'} by ASCO/CAP 2018)"
                chart.facts[n] = replace(fact, amplified=found, text=words)
            elif why is not None:
                chart.unused.append(Unused(fact.source, why))
        elif found is not None and found != fact.amplified:
            stated = "amplified" if fact.amplified else "not amplified"
            chart.unused.append(
                Unused(
                    fact.source,
                    f"the laboratory calls it {stated}, its numbers say otherwise: its word is kept",
                )
            )
