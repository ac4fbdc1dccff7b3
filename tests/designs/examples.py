"""One design or more of every name, small enough to be walked exactly: what the conformance test runs on.

A new design is held to everything once it is entered in `SPECS`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from paratope.designs import NAMES, Unusable, read_design
from paratope.designs.base import Design

SKELETON = [0.08, 0.16, 0.25]

SPECS: dict[str, list[dict[str, Any]]] = {
    "3+3": [
        {"doses": 3, "variant": "no-deescalation"},
        {"doses": 3, "variant": "deescalate-to-six", "start": 2},
        {"doses": 3, "variant": "six-at-mtd"},
        {"doses": 2, "variant": "six-at-mtd", "cohorts": 3, "target": 0.3},
        {"doses": 1, "variant": "deescalate-to-six"},
    ],
    "i3+3": [{"doses": 3, "target": 0.25, "cohorts": 4}, {"doses": 2, "cohort_size": 1, "cohorts": 8}],
    "mtpi2": [{"doses": 3, "cohorts": 4}, {"doses": 3, "target": 0.1, "cohort_size": 2, "cohorts": 4}],
    "keyboard": [{"doses": 3, "cohorts": 4}, {"doses": 1, "cohort_size": 1, "cohorts": 6}],
    "boin": [
        {"doses": 3, "cohorts": 5},
        {"doses": 3, "target": 0.25, "cohorts": 5, "start": 3, "extra_safe_stop": True, "bound_mtd": True},
        {"doses": 2, "cohort_size": 1, "cohorts": 9, "early_stop_n": 6},
        {"doses": 3, "cohorts": 5, "early_stop_n": 6, "early_stop_rule": "simple"},
    ],
    "table": [
        {
            "doses": 3,
            "cohort_size": 2,
            "cohorts": 3,
            "rows": [
                [1, None, None, None],
                [2, 0, 2, 2],
                [3, 0, 2, 3],
                [4, 0, 2, 3],
                [5, 1, 3, 3],
                [6, 1, 3, 4],
            ],
        },
    ],
    "crm": [
        {"doses": 3, "target": 0.25, "skeleton": SKELETON, "cohorts": 4},
        {
            "doses": 3,
            "target": 0.25,
            "skeleton": SKELETON,
            "cohort_size": 1,
            "cohorts": 7,
            "model": "logistic",
        },
    ],
    "blrm": [{"doses": 3, "dose_amounts": [1, 2, 4], "reference": 4, "cohorts": 4}],
    "tite-crm": [{"doses": 3, "target": 0.25, "skeleton": SKELETON, "cohorts": 4}],
    "tite-boin": [{"doses": 3, "cohorts": 4}],
    "rolling6": [{"doses": 3}],
    "boin12": [{"doses": 2, "cohorts": 3}, {"doses": 2, "cohort_size": 1, "cohorts": 5}],
    "efftox": [
        {
            "doses": 2,
            "cohort_size": 1,
            "cohorts": 3,
            "amounts": [2, 6.6],
            "tox_mean": [-7.9593, 1.5482],
            "tox_sd": [3.5487, 3.5018],
            "eff_mean": [0.7367, 3.4181, 0],
            "eff_sd": [2.5423, 2.4406, 0.2],
        }
    ],
    "tepi": [{"doses": 2, "cohorts": 3}],
}

MODIFIED: list[dict[str, Any]] = [
    {
        "design": "3+3",
        "doses": 3,
        "variant": "deescalate-to-six",
        "modifiers": [{"modifier": "titration"}, {"modifier": "maximum-n", "n": 10}],
    },
    {
        "design": "boin",
        "doses": 3,
        "cohorts": 4,
        "modifiers": [
            {"modifier": "titration"},
            {"modifier": "too-toxic", "level": 2, "limit": 0.4, "certainty": 0.7},
            {"modifier": "too-toxic", "certainty": 0.8},
        ],
    },
    {
        "design": "keyboard",
        "doses": 3,
        "cohorts": 5,
        "start": 2,
        "modifiers": [
            {"modifier": "enough-at-dose", "n": 6},
            {"modifier": "coherence"},
            {"modifier": "precision", "width": 0.5},
            {"modifier": "no-skipping", "above": "tried"},
        ],
    },
]


def specifications() -> Iterator[dict[str, Any]]:
    """Every example as plain data."""
    for name, some in SPECS.items():
        for each in some:
            yield {"design": name, **each}
    yield from MODIFIED


def examples() -> dict[str, Design]:
    """Every example by a readable name; those that cannot be made are left out."""
    found = {}
    for spec in specifications():
        try:
            design = read_design(spec)
        except (ImportError, AttributeError, Unusable):  # told by `missing`
            continue
        label = "-".join(
            str(v) for k, v in spec.items() if k in ("design", "variant", "cohort_size", "start")
        )
        wraps = "+".join(m["modifier"] for m in spec.get("modifiers", []))
        found[f"{len(found)}-{label}{'-in-' + wraps if wraps else ''}"] = design
    return found


def missing() -> list[str]:
    """Names of the catalogue without an example, and names whose examples cannot all be made."""
    made = [design.name for design in examples().values()]
    wanted = [str(spec["design"]) for spec in specifications()]
    return [name for name in NAMES if made.count(name) != wanted.count(name) or name not in made]
