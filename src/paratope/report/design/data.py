"""Designs, decisions, paths and operating characteristics as plain data, ready to be JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import MISSING
from typing import Any

import numpy as np

from paratope.designs.base import Design
from paratope.designs.catalogue import NAMES, design_class
from paratope.designs.characteristics import Characteristics
from paratope.designs.decision import Decision
from paratope.designs.fields import Parameter, parameters
from paratope.designs.modifiers import MODIFIERS
from paratope.designs.paths import Paths
from paratope.designs.simulation.simulated import Simulated
from paratope.designs.truth import Truth
from paratope.report.design.sheets import protocol_sheet, unwrapped


def plain(value: Any) -> Any:
    """``value`` with numbers and lists that JSON knows; what is no finite number becomes null."""
    if isinstance(value, Mapping):
        return {str(plain(k)): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


# --- the catalogue ---------------------------------------------------------------------------------------


def catalogue_data() -> list[dict[str, Any]]:
    """Every design and modifier: name, title, source."""
    return [about(name) for name in (*NAMES, *MODIFIERS)]


def about(name: str) -> dict[str, Any]:
    """What a design or modifier is."""
    if name in MODIFIERS:
        return {"modifier": name, "title": _first_line(MODIFIERS[name])}
    cls = design_class(name)
    return {"design": name, "title": cls.title, "source": cls.source}


def _first_line(cls: type) -> str:
    return " ".join((cls.__doc__ or "").split("\n\n")[0].split()).rstrip(".")


def parameters_data(name: str) -> list[dict[str, Any]]:
    """The parameters of a design or modifier: option, kind, bounds, default, meaning."""
    cls: type = design_class(name) if name in NAMES else MODIFIERS[name]
    found = []
    for f, p in parameters(cls):
        required = f.default is MISSING
        found.append(
            {
                "parameter": f.name,
                "option": "--" + f.name.replace("_", "-"),
                "kind": p.kind,
                "bounds": bounds(p),
                "required": required,
                "default": None if required else plain(f.default),
                "meaning": p.help,
            }
        )
    return found


def bounds(p: Parameter) -> str:
    """What a parameter may hold, in words."""
    span = ""
    if math.isfinite(p.low) and math.isfinite(p.high):
        span = f" between {p.low:g} and {p.high:g}" if p.open else f" from {p.low:g} to {p.high:g}"
    elif math.isfinite(p.low):
        span = f" above {p.low:g}" if p.open else f" from {p.low:g} on"
    kinds = {
        "whole": "whole number" + span,
        "number": "number" + span,
        "flag": "yes or no",
        "choice": ", ".join(p.choices),
        "numbers": ("rising numbers" if p.rising else "numbers") + span,
        "table": "rows",
    }
    return kinds.get(p.kind, p.kind)


# --- truths and operating characteristics ----------------------------------------------------------------


def truth_data(truth: Truth) -> dict[str, Any]:
    """A truth: ``truth`` holds the DLT probabilities, ``truth_efficacy`` those of response."""
    said: dict[str, Any] = {"truth": list(truth.tox)}
    if truth.eff is not None:
        said |= {"truth_efficacy": list(truth.eff), "odds_ratio": truth.odds_ratio}
    return said


def oc_data(design: Design, found: Characteristics, planned: int | None = None) -> dict[str, Any]:
    """Operating characteristics under one truth. Lists run over dose levels 1 to K; distributions map a number
    to its probability. Of a simulation, ``mc_error`` holds the standard error of each figure, under its name.
    """
    said: dict[str, Any] = {"design": design.spec(), **truth_data(found.truth)}
    if isinstance(found, Simulated):
        said |= {"exact": False, "trials": found.trials, "seed": found.seed, "states": found.states}
    else:
        said |= {"exact": True, "states": found.states, "situations": found.visited, "paths": found.paths}
    said |= figures_data(found)
    if planned is not None:
        said["planned"] = planned
        said["more_than_planned"] = found.more_than(planned)
    if isinstance(found, Simulated):
        said |= _simulated_data(found, planned)
    checked: dict[str, Any] = plain(said)
    return checked


def _simulated_data(found: Simulated, planned: int | None) -> dict[str, Any]:
    """What only a simulation has."""
    e = found.mc_error
    error: dict[str, Any] = {
        "select": e.select,
        "select_none": e.select_none,
        "n": e.n,
        "dlt": e.dlt,
        "n_total": {"mean": e.mean_n, "distribution": e.n_total},
        "dlt_total": {"distribution": e.dlt_total},
        "stop_early": e.stop_early,
        "ended_by": e.ended_by,
    }
    if e.above:
        error["above_target"] = {"distribution": e.above}
    if e.response is not None:
        error["response"] = e.response
    if planned is not None:
        p = found.more_than(planned)
        error["more_than_planned"] = math.sqrt(max(p * (1 - p), 0.0) / found.trials)
    said: dict[str, Any] = {}
    if found.clock is not None:
        said["clock"] = {f.name: getattr(found.clock, f.name) for f, _ in parameters(type(found.clock))}
        said["duration"] = {"mean": found.duration, "quantiles": found.duration_quantiles}
        error["duration"] = {"mean": e.duration}
        for name in ("suspended", "replaced", "turned_away", "backfilled"):
            said[name], error[name] = getattr(found, name), getattr(e, name)
    return {**said, "mc_error": error}


def figures_data(found: Characteristics) -> dict[str, Any]:
    """The figures that exact and simulated operating characteristics share."""
    said: dict[str, Any] = {
        "select": found.select,
        "select_none": found.select_none,
        "n": found.n,
        "dlt": found.dlt,
    }
    if found.response is not None:
        said["response"] = found.response
    return {
        **said,
        "n_total": {"mean": found.mean_n, "distribution": found.n_total},
        "dlt_total": {"mean": _mean(found.dlt_total), "distribution": found.dlt_total},
        "above_target": {"mean": _mean(found.above), "distribution": found.above} if found.above else None,
        "stop_early": found.stop_early,
        "ended_by": found.ended_by,
    }


def _mean(distribution: Mapping[int, float]) -> float:
    return sum(n * p for n, p in distribution.items())


# --- tables ----------------------------------------------------------------------------------------------


def table_data(design: Design) -> dict[str, Any]:
    """The decision table of a design that has one."""
    sheet = protocol_sheet(design)
    assert sheet is not None
    rows = [dict(zip(sheet.columns, row, strict=True)) for row in sheet.rows]
    said: dict[str, Any] = {"design": design.spec(), "table": rows, "notes": list(sheet.notes)}
    limits = getattr(unwrapped(design), "limits", None)
    if isinstance(limits, tuple):
        said["lambda_e"], said["lambda_d"] = limits
    checked: dict[str, Any] = plain(said)
    return checked


# --- decisions and paths ---------------------------------------------------------------------------------


def decision_data(decision: Decision) -> dict[str, Any]:
    """A decision with its reason and numbers."""
    said: dict[str, Any] = plain(
        {
            "action": decision.action,
            "dose": decision.dose,
            "size": decision.size,
            "rule": decision.rule,
            "reason": decision.reason,
            "admissible": decision.admissible,
            "selected": decision.selected,
            "numbers": decision.numbers,
            "notes": decision.notes,
        }
    )
    return said


def next_data(
    design: Design, decision: Decision, deviations: Sequence[str], following: Sequence[tuple[str, Decision]]
) -> dict[str, Any]:
    """A decision, what was not on protocol, and what each outcome of the next cohort would lead to."""
    return {
        "design": plain(design.spec()),
        "decision": decision_data(decision),
        "deviations": list(deviations),
        "next_cohort": [{"outcome": label, **decision_data(then)} for label, then in following],
    }


def paths_data(paths: Paths) -> dict[str, Any]:
    """The situations (``nodes``), and the outcomes that lead from one to the next (``edges``).

    Probabilities run over the truths, in their order; without a truth there are none.
    """
    nodes = []
    for node in paths.nodes():
        decision = paths.decision(node)
        said = {
            "id": node.id,
            "depth": node.depth,
            "n": [c[0] for c in node.counts],
            "dlt": [c[1] for c in node.counts],
        }
        if len(paths.design.columns) > 2:
            said["response"] = [c[2] for c in node.counts]
        nodes.append(
            {
                **said,
                "action": decision.action,
                "dose": node.dose,
                "size": node.size,
                "selected": node.selected,
                "rule": decision.rule,
                "reason": decision.reason,
                "paths": node.paths,
                "probability": list(node.p) if paths.truths else [],
            }
        )
    edges = [
        {
            "from": e.parent,
            "to": e.child,
            "dose": e.dose,
            "outcome": e.label,
            "n": e.outcome[0],
            "dlt": e.outcome[1],
            "probability": list(e.p) if paths.truths else [],
        }
        for e in paths.edges()
    ]
    size = paths.expected()
    said_paths: dict[str, Any] = plain(
        {
            "design": paths.design.spec(),
            "truths": [truth_data(t) for t in paths.truths],
            "situations": size["nodes"],
            "ends": size["ends"],
            "paths": size["paths"],
            "nodes": nodes,
            "edges": edges,
        }
    )
    return said_paths
