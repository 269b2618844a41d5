"""Maximising likelihood is minimising cross entropy: are the two the same number in floating point as well?

Over n observations with frequencies p the log-likelihood under q is −n times the cross entropy of p and q, and the
cross entropy is the entropy plus the Kullback-Leibler divergence. Equal in exact arithmetic, these roads are not
equally accurate.
"""

from typing import Any

import numpy as np
import pandas as pd

from study.certified.errors import error_in_u
from study.formats import FORMATS, MAIN_FORMATS
from study.inputs.families import Family, generator
from study.plots.text import listed, number, plain
from study.problems import get_problem
from study.problems.reference import exact
from study.report.evidence import measurements, pick
from study.runs.experiment import Experiment, Finding, Sweep, Tables
from study.runs.runner import run_experiments

CLASSES = 8


def roads() -> pd.DataFrame:
    """Cross entropy of a sample, over counts and over observations, each against the exact one."""
    rows = []
    for name in MAIN_FORMATS:
        form = FORMATS[name]
        for n in (16, 64, 256, 1024, 4096):
            rng = generator("cross_entropy_equivalence", n)
            q = form.round(rng.dirichlet(np.ones(CLASSES)))
            counts = np.bincount(rng.integers(CLASSES, size=n), minlength=CLASSES)
            p = form.round(counts / n)  # n is a power of two, so that nothing is lost but what n exceeds 2**p by
            reference = exact("cross_entropy", p, q)
            seen = np.repeat(q, counts)
            total = get_problem("log_likelihood").algorithms["sum_log"](seen)
            by_observations = form.round(-total.astype(np.float64) / n)
            by_counts = get_problem("cross_entropy").algorithms["xlogy"](p, q)
            for road, value in (("observations", by_observations), ("counts", by_counts)):
                error = float(error_in_u(np.asarray(value), reference))
                rows.append({"format": name, "n": n, "road": road, "value": float(value), "error_u": error})
    return pd.DataFrame(rows)


def close(rng: np.random.Generator, rows: int, distance: Any) -> tuple[np.ndarray[Any, Any], ...]:
    """A distribution and a model of it that is off by that much in every class; some classes are impossible."""
    p = rng.dirichlet(np.ones(CLASSES), rows)
    p[:, 0] = np.where(np.arange(rows) % 4 == 0, 0, p[:, 0])
    q = p * np.exp(float(distance) * rng.standard_normal(p.shape))
    return p / p.sum(axis=-1, keepdims=True), q / q.sum(axis=-1, keepdims=True)


def two_roads(tables: Tables) -> str | None:
    """The same number from counts and from observations, and which road is the more accurate."""
    table = tables["roads"]
    observed, counted = (
        pick(table, road=road).groupby("format")["error_u"].max() for road in ("observations", "counts")
    )
    if not (counted < observed).all():
        return None
    each = listed(f"{number(observed[n])} against {number(counted[n])} u in {n}" for n in ("float16", "float64"))
    return (
        f"Over up to {plain(table['n'].max())} observations the mean loss has a larger error than the cross "
        f"entropy of their frequencies in each of {len(observed)} formats: {each}."
    )


def divergence(tables: Tables) -> str | None:
    """What cross entropy minus entropy leaves of a small divergence."""
    rows = measurements(tables, problem="kl_divergence", format="float32")
    closest = rows[rows["value"] == rows["value"].min()]
    worst = closest.groupby("algorithm")["max_relative"].max()
    if not worst["faithful"] < 1e-6 < worst["difference"]:
        return None
    return (
        f"Where a model is off by {plain(closest['value'].iloc[0])}, its divergence as cross entropy minus entropy in "
        f"float32 has a relative error of up to {number(worst['difference'])}, term by term with log1p of "
        f"{number(worst['log1p'])}, and faithful of {number(worst['faithful'])}."
    )


experiment = Experiment(
    __file__,
    __doc__ or "",
    order=80,
    title="Cross entropy",
    tables={
        "roads": roads,
        "distance": Sweep(
            parameter="distance",
            values=[1e-4, 1e-3, 0.01, 0.1, 1, 10, 40],
            families=[Family("q = p exp(d z)", close)],
            problems={"cross_entropy": None, "entropy": None, "kl_divergence": None},
            rows=lambda _distance: 20,
        ),
    },
    problems=("log_likelihood", "cross_entropy"),
    findings=[Finding(two_roads, rank=8), Finding(divergence, rank=7)],
)

if __name__ == "__main__":
    run_experiments([experiment])
