"""Several designs under the same truths, and one design over a grid of its parameters: lines, plain data, CSV."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from paratope.designs.calibrate import Calibration
from paratope.designs.characteristics import Characteristics
from paratope.designs.quality import accuracy, mean_above, right_levels, right_selection
from paratope.designs.simulation import Comparison, Difference, Simulated
from paratope.report.design.data import oc_data, plain, truth_data
from paratope.report.design.delimited import text
from paratope.report.design.text import Line, columns, percent, wrapped

RIGHT = (
    "Right is the level whose true DLT probability is nearest the target, or none where even the lowest is above 1.4 x "
    "target. Accuracy: 1 if a level with exactly the target is always selected, 0 for a choice at random."
)
SHOWN = 20
"""Settings of a calibration that are listed for people."""


@dataclass(frozen=True, slots=True)
class Compared:
    """``found``: designs side by side; ``labels``: what each is called; ``planned``: patients planned."""

    labels: tuple[str, ...]
    found: Comparison
    planned: int | None = None

    @property
    def target(self) -> float | None:
        """The target that all designs with one share; None where there is none, or not the same."""
        known = {d.target for d in self.found.designs if d.target is not None}
        return known.pop() if len(known) == 1 else None


def _quality(each: Characteristics, target: float | None) -> dict[str, Any]:
    if target is None:
        return {}
    return {
        "right_levels": list(right_levels(each.truth, target)),
        "right": right_selection(each, target),
        "accuracy": accuracy(each, target),
    }


def compare_data(compared: Compared) -> dict[str, Any]:
    """``target``: what right means; ``designs``: by design its label and, by truth, its characteristics as
    ``paratope design oc`` gives them, with ``right`` (Pr(right selection)) and ``accuracy`` (accuracy index), and
    ``less_first``: its differences from the first design (``mc_error``: null where exact).
    """
    found, designs = compared.found, []
    for d, (label, design) in enumerate(zip(compared.labels, found.designs, strict=True)):
        by_truth = []
        for t, results in enumerate(found.results):
            said = {**oc_data(design, results[d], compared.planned), **_quality(results[d], compared.target)}
            by_truth.append(said | ({"less_first": _difference(found.differences[t][d - 1])} if d else {}))
        designs.append({"label": label, "design": design.spec(), "by_truth": by_truth})
    truths = [truth_data(t) for t in found.truths]
    said_all: dict[str, Any] = plain(
        {"target": compared.target, "exact": found.exact, "truths": truths, "designs": designs}
    )
    return said_all


def _difference(found: Difference) -> dict[str, Any]:
    one = {name: getattr(found, name) for name in ("select_none", "n", "dlt", "above", "duration")}
    return {
        "select": [f.value for f in found.select],
        **{name: None if f is None else f.value for name, f in one.items()},
        "mc_error": {
            "select": [f.error for f in found.select],
            **{name: None if f is None else f.error for name, f in one.items()},
        },
    }


def compare_csv(compared: Compared) -> str:
    """One row per truth and design."""
    rows = []
    for t, results in enumerate(compared.found.results, 1):
        for label, each in zip(compared.labels, results, strict=True):
            quality = _quality(each, compared.target)
            rows.append(
                (
                    t,
                    label,
                    quality.get("right"),
                    quality.get("accuracy"),
                    each.select_none,
                    each.mean_n,
                    sum(each.dlt),
                    mean_above(each) if each.above else None,
                    each.stop_early,
                    None if compared.planned is None else each.more_than(compared.planned),
                    getattr(each, "duration", None),
                )
            )
    header = (
        "truth",
        "design",
        "right",
        "accuracy",
        "select_none",
        "n",
        "dlt",
        "n_above_target",
        "stop_early",
    )
    return text((*header, "more_than_planned", "duration"), rows)


def compare_lines(compared: Compared, width: int) -> Iterator[Line]:
    """Truth after truth: what each design selects, and what it costs."""
    target = compared.target
    for t, (truth, results) in enumerate(zip(compared.found.truths, compared.found.results, strict=True)):
        if t:
            yield Line("")
        yield from wrapped(", ".join(map(percent, truth.tox)), width, f"Truth {t + 1}: ", "title")
        if target is not None:
            levels = right_levels(truth, target)
            said = "no level" if levels == (0,) else "level " + ", ".join(map(str, levels))
            yield from wrapped(f"right to select, at a target of {percent(target)}: {said}", width, "  ")
        header = ["selected", *(f"level {k + 1}" for k in range(len(truth.tox))), "none"]
        rows = [
            [label, *map(percent, each.select), percent(each.select_none)]
            for label, each in zip(compared.labels, results, strict=True)
        ]
        yield from columns(header, rows, width)
        costs = [_costs(compared, each) for each in results]
        names = [name for name in costs[0] if all(c[name] is not None for c in costs)]
        cells = [
            [label, *(str(c[n]) for n in names)] for label, c in zip(compared.labels, costs, strict=True)
        ]
        yield from columns(["", *names], cells, width)
    yield Line("")
    if target is None:
        yield from wrapped(
            "The designs have different targets, or none: nothing says which level is right, so neither that nor the "
            "patients above the target are shown. Give all the same target to see them.",
            width,
            "",
            "quiet",
        )
    else:
        yield from wrapped(RIGHT, width, "", "quiet")
    yield from wrapped(_how(compared.found), width, "", "quiet")


def _costs(compared: Compared, each: Characteristics) -> dict[str, str | None]:
    duration = getattr(each, "duration", None)
    quality = _quality(each, compared.target)
    return {
        "right": percent(quality["right"]) if quality else None,
        "accuracy": f"{quality['accuracy']:.3f}" if quality else None,
        "patients": f"{each.mean_n:.2f}",
        "DLTs": f"{sum(each.dlt):.2f}",
        "above target": f"{mean_above(each):.2f}" if each.above else None,
        f"more than {compared.planned}": None
        if compared.planned is None
        else percent(each.more_than(compared.planned)),
        "days": None if duration is None else f"{duration:.0f}",
    }


def _how(found: Comparison) -> str:
    first = found.results[0][0]
    if found.exact or not isinstance(first, Simulated):
        return "Exact, without simulation."
    worst = 0.5 / first.trials**0.5
    return (
        f"Simulated on the same random patients: {first.trials:,} trials, seed {first.seed}; the Monte-Carlo standard "
        f"error of a probability is at most {percent(worst)}."
    )


# --- calibration -----------------------------------------------------------------------------------------


def calibration_data(tried: Calibration) -> dict[str, Any]:
    """``settings``, best first; ``left_out``: combinations that are no design, and why."""
    said: dict[str, Any] = plain(
        {
            "exact": True,
            "settings": [
                {
                    "values": s.values,
                    "mean_right": s.mean_right,
                    "worst_right": s.worst_right,
                    "right": s.right,
                    "accuracy": s.accuracy,
                    "n_above_target": s.above,
                    "n_mean": s.mean_n,
                    "design": s.design.spec(),
                }
                for s in tried.settings
            ],
            "left_out": [{"values": v, "problems": [str(p) for p in found]} for v, found in tried.left_out],
        }
    )
    return said


def calibration_csv(tried: Calibration) -> str:
    """One row per setting, best first."""
    names = tuple(tried.settings[0].values)
    truths = range(1, len(tried.settings[0].right) + 1)
    header = (*names, "mean_right", "worst_right", "n", "n_above_target", *(f"right_{i}" for i in truths))
    rows = [
        (*s.values.values(), s.mean_right, s.worst_right, s.mean_n, sum(s.above) / len(s.above), *s.right)
        for s in tried.settings
    ]
    return text(header, rows)


def calibration_lines(tried: Calibration, width: int) -> Iterator[Line]:
    """The best settings."""
    yield Line("How often a right level is selected", "title")
    first = tried.settings[0]
    header = [
        ", ".join(k.replace("_", "-") for k in first.values),
        "mean",
        "worst",
        *(f"truth {i + 1}" for i in range(len(first.right))),
        "patients",
        "above target",
    ]
    rows = [
        [
            ", ".join(_short(v) for v in s.values.values()),
            percent(s.mean_right),
            percent(s.worst_right),
            *map(percent, s.right),
            f"{s.mean_n:.2f}",
            f"{sum(s.above) / len(s.above):.2f}",
        ]
        for s in tried.settings[:SHOWN]
    ]
    yield from columns(header, rows, width)
    if len(tried.settings) > SHOWN:
        yield Line(f"... and {len(tried.settings) - SHOWN} more", "quiet")
    for values, found in tried.left_out:
        said = ", ".join(f"{k.replace('_', '-')} {_short(v)}" for k, v in values.items())
        yield from wrapped(f"{said}: {'; '.join(p.message for p in found)}", width, "left out: ", "quiet")
    yield from wrapped(f"{RIGHT} Patients: means over the truths.", width, "", "quiet")
    yield from wrapped("Exact, without simulation.", width, "", "quiet")


def _short(value: Any) -> str:
    if isinstance(value, list | tuple):
        return " ".join(_short(v) for v in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
