"""How long a text until its likelihood is lost, and what does its perplexity cost?

The likelihood of a text is a product of as many probabilities as it has tokens, each from its own softmax. The sum of
their logs is not lost, but in a narrow format it stops growing, and a perplexity is the exponential of its mean.
"""

from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from study.formats import MAIN_FORMATS, get_format
from study.inputs.families import Arguments, Family, generator, rounded
from study.measurement.threshold import first_integer
from study.plots.text import at_most, listed, number
from study.problems import get_problem
from study.report.evidence import by_format, measurements, pick
from study.runs.experiment import Experiment, Finding, Sweep, Tables
from study.runs.runner import run_experiments

VOCABULARY = 4
"""So few that long texts are cheap: what is asked is how errors add up over tokens."""
LENGTHS = (1, 10, 30, 100, 1000, 10_000)
NARROW = ("float16", "bfloat16")


def text(spread: float) -> Family:
    """One text of T tokens, drawn from the softmax of logits from N(0, spread²), as of a calibrated model."""

    def draw(rng: np.random.Generator, _rows: int, length: Any) -> Arguments:
        x = spread * rng.standard_normal((1, int(length), VOCABULARY))
        return x, np.argmax(x + rng.gumbel(size=x.shape), axis=-1)

    return Family(f"drawn, N(0, {spread:g}²)", draw)


def foreign() -> Family:
    """One text of T tokens that have nothing to do with their logits, from N(0, 1)."""

    def draw(rng: np.random.Generator, _rows: int, length: Any) -> Arguments:
        shape = (1, int(length), VOCABULARY)
        return rng.standard_normal(shape), rng.integers(VOCABULARY, size=shape[:2])

    return Family("any, N(0, 1)", draw)


FAMILIES = [text(5), foreign()]


def first_lost() -> pd.DataFrame:
    """For each format the first T for which the product of the probabilities of a text's first T tokens is zero."""
    rows = []
    for family in FAMILIES:
        drawn = family.draw(generator("text_length", family.name), 1, LENGTHS[-1])
        loss = get_problem("mean_nll").algorithms["pairwise"](*drawn)[0]
        for name in MAIN_FORMATS:
            logits, target = rounded(get_format(name), drawn)
            first = first_integer(partial(is_lost, logits, target), LENGTHS[-1])
            rows.append({"inputs": family.name, "format": name, "nats": float(loss), "first_T": first})
    return pd.DataFrame(rows)


def is_lost(logits: Any, target: Any, length: int) -> bool:
    """Whether the product of the first so many probabilities is zero: the log of it is not finite."""
    log = get_problem("sequence_log_likelihood").algorithms["naive"]
    return bool(np.isinf(log(logits[0, :length], target[0, :length])))


def likelihood(tables: Tables) -> str | None:
    """After how many tokens the likelihood of a text is zero, format by format."""
    rows = pick(tables["first_lost"], inputs=foreign().name).dropna()
    if rows.empty:
        return None
    each = by_format(rows.set_index("format")["first_T"].astype(int), "{:,}".format)
    nats = number(rows["nats"].iloc[0], 2)
    return f"The likelihood of a text of {nats} nats a token is zero from this token on: {each}."


def longest(tables: Tables, form: str) -> dict[str, float]:
    """The largest relative error of the perplexity of the longest texts, in per cent, by algorithm."""
    rows = measurements(tables, problem="perplexity", format=form)
    worst = rows[rows["value"] == rows["value"].max()].groupby("algorithm")["max_relative"].max()
    return {str(name): 100 * float(error) for name, error in worst.items()}


def perplexity(tables: Tables) -> str | None:
    """How far off the perplexity of the longest text is in narrow formats, by a sum in the format and a wide one."""
    said = []
    for form in NARROW:
        worst = longest(tables, form)
        if not worst["wide"] < worst["sequential"]:
            return None
        said.append(f"{at_most(worst['sequential'])}% in {form}, {at_most(worst['wide'])}% by a float32 sum")
    return f"The perplexity of {LENGTHS[-1]:,} tokens is off by at most {listed(said)}."


def roots(tables: Tables) -> str | None:
    """What it costs to keep a product of probabilities in range by taking the root of each."""
    worst = {form: longest(tables, form) for form in ("float32", "bfloat16")}
    if not all(w["roots"] > w["pairwise"] for w in worst.values()):
        return None
    each = [f"{at_most(w['roots'])}% against {at_most(w['pairwise'])}% in {f}" for f, w in worst.items()]
    return f"The perplexity as a product of roots stays in range; it is off by at most {listed(each)} by logs in pairs."


experiment = Experiment(
    __file__,
    __doc__ or "",
    order=62,
    title="Length of a text",
    tables={
        "sweep": Sweep(
            parameter="T",
            values=LENGTHS,
            families=FAMILIES,
            problems={"sequence_log_likelihood": None, "perplexity": None},
            rows=lambda _length: 1,
        ),
        "first_lost": first_lost,
    },
    problems=["sequence_log_likelihood", "mean_nll"],
    findings=[Finding(likelihood, rank=6), Finding(perplexity, rank=5), Finding(roots, rank=8)],
)

if __name__ == "__main__":
    run_experiments([experiment])
