"""Measure Paratope: start-up, one patient, a batch of 1,000, memory, and where the time goes.

    make bench                     (or: python benchmarks/run.py [--patients N] [--profile])

Prints a Markdown table; ``benchmarks/README.md`` keeps the last one, with the machine it was made on.
"""

from __future__ import annotations

import argparse
import cProfile
import io
import json
import os
import platform
import pstats
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "src" / "paratope" / "patient" / "examples"
AS_OF = date(2026, 6, 15).toordinal()


def wall(command: list[str], runs: int = 5) -> float:
    """Median wall seconds of a command, after one warm-up."""
    times = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])


def bundles() -> list[list[dict[str, Any]]]:
    """The resources of the example patients that are FHIR bundles."""
    found = []
    for path in sorted(EXAMPLES.glob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(data, dict) and data.get("resourceType") == "Bundle":
            found.append(data)
    return found


def varied(base: list[Any], count: int) -> Iterator[str]:
    """``count`` bundles as JSON text: the examples over and over, their numbers moved a little."""
    for i in range(count):
        bundle = json.loads(json.dumps(base[i % len(base)]))
        for entry in bundle["entry"]:
            resource_ = entry["resource"]
            if resource_["resourceType"] == "Patient":
                resource_["identifier"] = [{"value": f"BENCH-{i:04d}"}]
            quantity = resource_.get("valueQuantity")
            if quantity and resource_["resourceType"] == "Observation":
                quantity["value"] = round(quantity["value"] * (0.7 + (i * 7919 % 61) / 100), 2)
        yield json.dumps(bundle)


def seconds(work: Callable[[], int]) -> tuple[float, int]:
    """Processor seconds of ``work`` and the count it returns."""
    start = time.process_time()
    count = work()
    return time.process_time() - start, count


def batch(patients: int, profile: bool) -> list[tuple[str, str]]:
    """Reading, screening and writing a batch of patients on one core."""
    from paratope.patient.fhir import read_bundle
    from paratope.protocol import bundled, load_protocol
    from paratope.report.document import patient_part
    from paratope.screening import prepare, screen

    studies = []
    for key in bundled():
        loaded = load_protocol(key)
        assert loaded.protocol is not None, loaded.problems
        studies.append(prepare(loaded.protocol))
    texts = list(varied(bundles(), patients))
    read: list[Any] = []

    def reading() -> int:
        for text in texts:
            read.extend(read_bundle(json.loads(text)))
        return len(read)

    reading_s, _ = seconds(reading)
    screen(read[0], studies, AS_OF)  # warm the caches

    def screening() -> int:
        return sum(len(s.criteria) for p in read for s in screen(p, studies, AS_OF).studies)

    def screening_and_writing() -> int:
        verdicts = 0
        for p in read:
            result = screen(p, studies, AS_OF)
            json.dumps(patient_part(result))
            verdicts += sum(len(s.criteria) for s in result.studies)
        return verdicts

    def memory() -> int:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    before = memory()
    screening_s, verdicts = seconds(screening)
    after = memory()
    written_s, _ = seconds(screening_and_writing)
    rows = [
        (f"read {patients} FHIR bundles", f"{1000 * reading_s / patients:.2f} ms a bundle"),
        (f"screen {patients} patients x {len(studies)} studies", f"{verdicts / screening_s:,.0f} verdicts/s"),
        ("the same, written as JSON with every reason", f"{verdicts / written_s:,.0f} verdicts/s"),
        ("memory added by screening them", f"{(after - before) / 1024:.1f} MiB in all"),
    ]
    if profile:
        profiler = cProfile.Profile()
        profiler.runcall(screening)
        shown = io.StringIO()
        pstats.Stats(profiler, stream=shown).sort_stats("tottime").print_stats(25)
        print(shown.getvalue(), file=sys.stderr)
    return rows


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=1000)
    parser.add_argument("--profile", action="store_true")
    chosen = parser.parse_args()
    program = [sys.executable, "-m", "paratope"]
    one = str(next(iter(sorted(EXAMPLES.glob("*.json")))))
    rows = [
        ("`paratope --help`", f"{wall([*program, '--help']):.2f} s"),
        ("one patient, five studies, as a table", f"{wall([*program, 'screen', one]):.2f} s"),
        (
            "one patient, five studies, as a dossier",
            f"{wall([*program, 'screen', one, '--format', 'html']):.2f} s",
        ),
        *batch(chosen.patients, chosen.profile),
    ]
    cores = os.cpu_count()
    print(
        f"Python {platform.python_version()}, {platform.machine()}, {cores} cores, one used; medians of 5.\n"
    )
    print("| what | measured |\n|---|---|")
    for what, value in rows:
        print(f"| {what} | {value} |")


if __name__ == "__main__":
    main()
