"""Measure the designs: exact operating characteristics, dose paths and simulation, beside their peers in R.

    python benchmarks/designs.py [--peers/--no-peers]

One core. Start-up is not counted. Peers run in the same session where Rscript and the package are present. Prints
a Markdown table; ``benchmarks/README.md`` keeps the last one.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

from paratope.designs import Truth, characteristics, read_design  # noqa: E402
from paratope.designs.base import Design  # noqa: E402
from paratope.designs.paths import dose_paths  # noqa: E402
from paratope.designs.simulation import Clock, simulate  # noqa: E402

P = (0.05, 0.15, 0.30, 0.45, 0.60)
SKELETON = {"halfwidth": 0.05, "target": 0.25, "nu": 3}


def design(name: str, **parameters: object) -> Design:
    """A design over five levels."""
    return read_design({"design": name, "doses": 5, **parameters})


@dataclass(frozen=True)
class Peer:
    """An R call that does comparable work ``times`` its own ``trials``."""

    package: str
    call: str
    trials: int


@dataclass(frozen=True)
class Task:
    """One row: what, our work, its aim, and a peer where there is one.

    ``trials``: simulated trials, 0 for exact work; a peer's time is compared per trial where both simulate, else
    with the whole of its own simulation, whose error is then said.
    """

    what: str
    work: Callable[[], object]
    aim: str
    trials: int = 0
    peer: Peer | None = None


def tasks() -> list[Task]:
    """Everything that is measured."""
    truth = (Truth(P),)
    boin = design("boin", target=0.30)
    crm = design("crm", **SKELETON)
    boin_peer = (
        "library(BOIN); get.oc(target=.30,p.true=c(.05,.15,.30,.45,.60),ncohort=10,cohortsize=3,ntrial=10000)"
    )
    crm_peer = (
        "library(dfcrm); sk<-getprior(.05,.25,3,5); crmsim(PI=c(.05,.15,.30,.45,.60),prior=sk,target=.25,n=30,x0=1,"
        "nsim=1000,mcohort=3,restrict=TRUE,count=FALSE)"
    )
    tite_peer = (
        "library(dfcrm); sk<-getprior(.05,.25,3,5); titesim(PI=c(.05,.15,.30,.45,.60),prior=sk,target=.25,n=30,x0=3,"
        "nsim=100,obswin=6,rate=4,accrual='poisson',count=FALSE)"
    )
    return [
        Task(
            "exact BOIN, 5 levels, 10 cohorts of 3",
            lambda: characteristics(design("boin", target=0.30), truth),
            "under 0.1 s",
            peer=Peer("BOIN", boin_peer, 10_000),
        ),
        Task(
            "exact CRM, 5 levels, 10 cohorts of 3",
            lambda: characteristics(design("crm", **SKELETON), truth),
            "under 0.5 s",
            peer=Peer("dfcrm", crm_peer, 1_000),
        ),
        Task(
            "exact BOIN, 5 levels, 24 cohorts of 1",
            lambda: characteristics(design("boin", target=0.30, cohort_size=1, cohorts=24), truth),
            "under 2 s",
        ),
        Task(
            "exact CRM, 5 levels, 24 cohorts of 1",
            lambda: characteristics(design("crm", **SKELETON, cohort_size=1, cohorts=24), truth),
            "under 2 s",
        ),
        *(
            Task(
                f"3+3 over 5 levels, {variant}: exact, with every path",
                lambda variant=variant: list(  # type: ignore[misc]
                    dose_paths(design("3+3", variant=variant), truths=truth).nodes()
                ),
                "under 10 ms",
            )
            for variant in ("no-deescalation", "deescalate-to-six", "six-at-mtd")
        ),
        Task(
            "simulate BOIN, 100,000 studies",
            lambda: simulate(boin, truth[0], trials=100_000, seed=1),
            "under 1 s",
            100_000,
            Peer("BOIN", boin_peer, 10_000),
        ),
        Task(
            "simulate CRM, 10,000 studies",
            lambda: simulate(crm, truth[0], trials=10_000, seed=1),
            "-",
            10_000,
            Peer("dfcrm", crm_peer, 1_000),
        ),
        Task(
            "simulate TITE-CRM with its clock, 10,000 studies of 30",
            lambda: simulate(
                design("tite-crm", **SKELETON, cohort_size=1, cohorts=30),
                truth[0],
                trials=10_000,
                seed=1,
                clock=Clock(),
            ),
            "under 10 s",
            10_000,
            Peer("dfcrm", tite_peer, 100),
        ),
    ]


def seconds(work: Callable[[], object], runs: int = 5) -> float:
    """Median processor seconds, after one warm-up."""
    taken = []
    for _ in range(runs + 1):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return statistics.median(taken[1:])


def peer_seconds(call: str) -> float | None:
    """Processor seconds of an R call without R's own start; None where R or the package is missing."""
    if shutil.which("Rscript") is None:
        return None
    timed = f"x <- system.time(invisible(capture.output({{{call}}})))"
    script = f"suppressMessages({{{timed}}}); cat('TIME', x[['user.self']])"
    done = subprocess.run(["Rscript", "-e", script], capture_output=True, text=True, check=False)
    found = done.stdout.rpartition("TIME ")[2]
    return float(found) if done.returncode == 0 and found else None


def row(task: Task, peers: dict[str, float | None]) -> str:
    """A line of the table."""
    ours = seconds(task.work, runs=3 if task.trials else 5)
    said = f"{ours * 1000:.1f} ms" if ours < 0.1 else f"{ours:.2f} s"
    beside = "-"
    if task.peer is not None and (theirs := peers.get(task.peer.call)) is not None:
        if task.trials:
            ratio = (theirs / task.peer.trials) / (ours / task.trials)
            beside = f"R {task.peer.package}: {theirs:.1f} s for {task.peer.trials:,}; **{ratio:,.0f}** x per study"
        else:
            beside = (
                f"R {task.peer.package} simulates {task.peer.trials:,} in {theirs:.1f} s; **{theirs / ours:,.0f}** x, "
                "and no error"
            )
    return f"| {task.what} | {said} | {task.aim} | {beside} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", action=argparse.BooleanOptionalAction, default=True)
    chosen = parser.parse_args()
    todo = tasks()
    calls = {t.peer.call for t in todo if t.peer is not None}
    peers = {call: peer_seconds(call) for call in sorted(calls)} if chosen.peers else {}
    if chosen.peers and not any(peers.values()):
        print("No peer was run: Rscript, or the packages BOIN and dfcrm, are not here.", file=sys.stderr)
    print(f"Python {platform.python_version()}, {platform.machine()}, one core; processor time, median.\n")
    print("| what | measured | aim | peer, same session |\n|---|---|---|---|")
    for task in todo:
        print(row(task, peers), flush=True)


if __name__ == "__main__":
    main()
