"""What R prints for inputs drawn at random, against what the command prints: R BOIN 2.7.2, R dfcrm 0.2-2.1, R Keyboard
0.1.3. Every call goes through the command line.
"""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from typer.testing import CliRunner

from paratope.cli.app import app

MODEL = {"empiric": "power", "logistic": "logistic"}


def ask(*words: object) -> Any:
    found = CliRunner().invoke(app, ["design", *map(str, words), "--format", "json"])
    assert found.exit_code == 0, found.stderr
    return json.loads(found.stdout, parse_constant=pytest.fail)


# crm(): model, method, target, scale, prior, patients, mtd, estimate, post.var. R's integrate() is told to reach a
# relative error of 1e-4 only, and its optimize() to stop within 1e-4.
FITS = [
    ("logistic", "bayes", 0.3, 1.15758369, "0.126254,0.204709,0.3",
     "3N 2N 3N 1N 1N 1N 1N 1N 2N 2N 1N 1N 1N 1N 2N 1N 3N 3T 1N 1N", 3, 0.334595529004, 0.03713069525),
    ("logistic", "bayes", 0.15, 0.6, "0.036077,0.15,0.362055,0.577735,0.726376,0.813908,0.864328",
     "6T 1T 6T 5N 1N 7N 5N 5N 1T 4N 5N 7T 3N 2N", 1, -0.135605305316, 0.05492929283),
    ("empiric", "bayes", 0.2, 1.15758369, "0.143637,0.2,0.263189,0.330496,0.399201,0.466901",
     "5T 6T 4N", 1, -0.612850944515, 0.503492592),
    ("empiric", "bayes", 0.2, 1.15758369, "0.05956,0.096368,0.143637,0.2,0.263189,0.330496,0.399201",
     "1T 3N 1N 4N 3N 7T 1T 7N 7T 2T 6N 7T 3N 3T 4T 5N", 1, -0.896341085077, 0.1154764337),
    ("logistic", "bayes", 0.2, 1.15758369, "0.064461,0.099025,0.144356,0.2",
     "2N 1N 2T 1T 1N 3N 4T 4T 1N 1N", 1, -0.436021015351, 0.04295233141),
    ("empiric", "mle", 0.3, 0.6, "0.009916,0.052431,0.151975,0.3,0.463299",
     "4N 5N 1N 5T 4N 5N 2T 1N 4N 4N 4N 1N 3N 5T 1N 5N 2N 5N 1N 1N 5N 4T 1N 5N", 4, 0.146817147606, 0.07812990809),
    ("empiric", "mle", 0.33, 0.6, "0.33,0.430548,0.52701",
     "3T 2N 2T 1T 3T 1N 1N 1N 2N 2N 2T 2N 2T 1N", 1, -0.0246947401261, 0.1493957724),
    ("logistic", "mle", 0.2, 1.15758369, "0.022723,0.054518,0.112354,0.2",
     "3N 1N 1N 3N 4N 2N 2N 3N 3N 1N 2N 4T 2N 2N 3N 3T", 4, -0.0605998527144, None),
]  # fmt: skip


@pytest.mark.parametrize("row", FITS, ids=lambda r: f"{r[0]}-{r[1]}-{r[6]}-{r[7]}")
def test_crm_fits(row: tuple[Any, ...]) -> None:
    model, method, target, scale, prior, patients, mtd, estimate, variance = row
    words = ["--design", "crm", "--doses", prior.count(",") + 1, "--target", target, "--skeleton", prior]
    words += ["--scale", scale, "--model", MODEL[model], "--cohort-size", 1, "--cohorts", 30]
    if method == "mle":
        words += ["--method", "likelihood", "--initial", "one-level-up"]
    said = ask("next", patients, *words)["decision"]["numbers"]
    near = 2e-6 if method == "bayes" else 2e-5
    assert said["recommended"] == mtd
    assert said["estimate"] == pytest.approx(estimate, abs=near)
    if variance is not None:  # R's own variance of a logistic likelihood is often wrong, even negative
        assert said["variance"] == pytest.approx(variance, abs=2 * near)


# getprior(halfwidth, target, nu, nlevel, model)
@pytest.mark.parametrize(
    ("model", "target", "halfwidth", "doses", "nu", "skeleton"),
    [
        ("logistic", 0.4, 0.04, 7, 1,
         "0.4 0.4782277538 0.5501860202 0.6137292677 0.668222454 0.7140489844 0.7521312013"),
        ("logistic", 0.2, 0.12, 3, 2, "0.03358869661 0.2 0.4936562492"),
        ("empiric", 0.25, 0.1, 7, 2,
         "0.0816629709 0.25 0.4643377453 0.6540842165 0.7906348546 0.8780965368 0.9305883273"),
        ("empiric", 0.33, 0.08, 8, 8,
         "2.644729542e-11 1.573918996e-07 4.213325191e-05 0.001534505326 0.0154935054 0.06854739966 0.1783878067 0.33"),
    ],
)  # fmt: skip
def test_skeletons(model: str, target: float, halfwidth: float, doses: int, nu: int, skeleton: str) -> None:
    words = ["--design", "crm", "--doses", doses, "--target", target, "--halfwidth", halfwidth, "--nu", nu]
    said = ask("next", "1N", *words, "--model", MODEL[model])["decision"]["numbers"]
    assert said["skeleton"] == pytest.approx([float(v) for v in skeleton.split()], rel=1e-9)


# select.mtd(target, npts, ntox, cutoff.eli, extrasafe, boundMTD); 0 where it prints 99
@pytest.mark.parametrize(
    ("target", "cutoff", "flags", "n", "dlt", "mtd"),
    [
        (0.4, 0.9, "--extra-safe-stop", "9,3", "4,3", 1),
        (0.4, 0.9, "", "3,3,15", "0,2,6", 2),
        (0.2, 0.95, "--bound-mtd", "6,15,9,9,0,0,0", "2,3,3,2,0,0,0", 1),
        (0.25, 0.9, "--extra-safe-stop", "3,9,6,15,0,0,0", "0,0,1,3,0,0,0", 4),
        (0.33, 0.9, "", "12,1,6,15,0", "1,0,3,7,0", 3),
        (0.15, 0.9, "--extra-safe-stop", "15,1", "7,1", 0),
    ],
)
def test_boin_selects(target: float, cutoff: float, flags: str, n: str, dlt: str, mtd: int) -> None:
    counts = [int(v) for v in n.split(",")]
    words = [
        "--design",
        "boin",
        "--doses",
        len(counts),
        "--target",
        target,
        "--cutoff",
        cutoff,
        *flags.split(),
    ]
    words += ["--cohort-size", 1, "--cohorts", sum(counts)]
    dose = max(k for k, v in enumerate(counts, 1) if v)
    decision = ask("next", *words, "--n", n, "--dlt", dlt, "--dose", dose)["decision"]
    assert (decision["action"], decision["selected"]) == ("stop", mtd)


# get.oc(..., ntrial = 20000), get.oc.kb(..., ntrial = 10000), crmsim(..., nsim = 2000, seed = 1009)
SIMULATED = [
    (20_000, "boin --target .3 --cohorts 8 --extra-safe-stop --offset .1", ".25,.35,.5,.6", "30.065 36.335 8.005 .95"),
    (20_000, "boin --target .2 --cohorts 12 --early-stop-n 9", ".02,.08,.2,.35,.5,.6",
     "3.25 27.955 52.665 15.015 .955 .05"),
    (20_000, "boin --target .3 --titration", ".05,.15,.30,.45,.60", "1.16 21.625 56.65 19.56 .98"),
    (20_000, "boin --target .25 --cohorts 24 --cohort-size 1 --start 2", ".1,.25,.4", "23.13 59.53 16.715"),
    (20_000, "boin --target .35 --cohorts 9 --cohort-size 2 --cutoff .9 --bound-mtd", ".4,.5,.6,.7",
     "39.05 12.465 2.155 .115"),
    (20_000, "boin --target .3 --cohorts 7 --cohort-size 4 --p-saf .2 --p-tox .4 --early-stop-n 12",
     ".05,.1,.2,.32,.5", "1.545 11.93 44.075 36.3 6.125"),
    (20_000, "boin --target .25 --titration --extra-safe-stop --early-stop-n 12", ".02,.05,.1,.18,.26,.4",
     ".03 .875 8.79 31.82 43.07 15.35"),
    (10_000, "keyboard --target .3", ".05,.15,.30,.45,.60", "1.07 23.04 55.16 19.32 1.39"),
    (10_000, "keyboard --target .25 --early-stop-n 9 --early-stop-rule simple", ".05,.12,.25,.4",
     "6.11 31.84 46.35 15.66"),
    (2_000, "crm --target .25 --halfwidth .05 --nu 3 --cohorts 8", ".05,.12,.25,.4,.55", "1.05 18.7 51.8 25.6 2.85"),
    (2_000, "crm --target .2 --halfwidth .06 --nu 2 --model logistic --cohort-size 2 --start 2", ".1,.2,.35,.5",
     "28.5 48.85 20.25 2.4"),
    (2_000, "crm --target .25 --cohorts 8 --start 3 --no-skipping=no --no-coherence", ".05,.12,.25,.4,.55",
     "1.6 22.75 55.45 18.75 1.45"),
]  # fmt: skip


@pytest.mark.parametrize(("trials", "words", "truth", "selected"), SIMULATED, ids=lambda v: str(v)[:40])
def test_exact_characteristics_lie_where_r_simulates_them(
    trials: int, words: str, truth: str, selected: str
) -> None:
    doses = truth.count(",") + 1
    found = ask("oc", "--doses", doses, "--truth", truth, "--design", *words.split())
    assert sum(found["select"]) + found["select_none"] == pytest.approx(1, abs=1e-12)
    for exact, per_cent in zip(found["select"], selected.split(), strict=True):
        share = float(per_cent) / 100
        error = math.sqrt(max(exact * (1 - exact), 1 / trials) / trials)
        assert share == pytest.approx(exact, abs=4.5 * error + 5e-5)
