"""How many observations until the likelihood underflows, and what is lost on the way?

A likelihood is a product of many numbers below one. It leaves the range of every format sooner or later, while
the sum of the logs grows no faster than their number. Before it does, though, the product is as a rule the more
accurate way to the likelihood, unless the factors are so near one that their log is small: the logarithm wins by range,
and where the log itself is wanted.
"""

from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from study import plots
from study.formats import FORMATS, MAIN_FORMATS, Format
from study.gate import contracts
from study.inputs.families import constant, uniform
from study.measurement.case import single
from study.measurement.threshold import first_integer
from study.problems import get_problem
from study.report import captions, product_sentences, sentences
from study.report.evidence import main
from study.runs.experiment import Experiment, Figure, Finding, Sweep
from study.runs.runner import run_experiments

PROBABILITIES = (0.5, 0.1)
DENSITY = 39.9
"""Of a normal distribution of standard deviation 0.01 at its mean: 1 / (0.01 √(2 π)) = 39.89…"""
LENGTHS = (1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610, 987, 1597, 2584, 4181, 6765, 10_000)


def first_underflow() -> pd.DataFrame:
    """For each format the first n for which the product of n equal probabilities is zero."""
    rows = []
    for form in FORMATS.values():
        for p in PROBABILITIES:
            held = form.round(p)
            n = first_integer(partial(ends, held))
            rows.append({"format": form.name, "p": p, "held": float(held), "first_n": n})
    return pd.DataFrame(rows)


def values() -> pd.DataFrame:
    """Products of n equal probabilities, and of n equal densities, beside the sums of their logs, format by format."""
    return pd.DataFrame(
        [
            row
            for name in MAIN_FORMATS
            for factor in (PROBABILITIES[-1], DENSITY)
            for row in in_range(FORMATS[name], factor)
        ]
    )


def in_range(form: Format, factor: float) -> list[dict[str, Any]]:
    """The product and the sum of logs at lengths up to the longest, and where the product ends."""
    held, rows = form.round(factor), []
    end = first_integer(partial(ends, held), LENGTHS[-1]) or 1
    for n in sorted({*LENGTHS, end, max(end - 1, 1)}):
        product, log = (
            single(*way, np.full(n, held)) for way in (("likelihood", "naive"), ("log_likelihood", "sum_log"))
        )
        rows.append(
            {
                "format": form.name,
                "factor": factor,
                "n": n,
                "product": product["computed"],
                "product_exact": product["reference"],
                "log": log["computed"],
                "log_exact": log["reference"],
                "log_ulps": log["ulps"],
            }
        )
    return rows


def ends(p: Any, n: int) -> bool:
    """Whether the product of n factors p is zero or infinite."""
    product = get_problem("likelihood").algorithms["naive"](np.full(n, p))
    return not product or bool(np.isinf(product))


experiment = Experiment(
    __file__,
    __doc__ or "",
    order=20,
    title="The product",
    tables={
        "sweep": Sweep(
            parameter="n",
            values=[
                1,
                2,
                4,
                7,
                10,
                20,
                37,
                40,
                70,
                100,
                200,
                400,
                700,
                1000,
                1009,
                2000,
                4000,
                4099,
                7000,
                10000,
                10007,
            ],
            families=[constant(0.5), constant(0.1), uniform(0.5, 1), uniform(0.05, 1), uniform(0.99, 1)],
            problems={"likelihood": None, "log_likelihood": None},
            rows=lambda n: max(4, min(200, 20000 // n)),
        ),
        "first_underflow": first_underflow,
        "values": values,
    },
    problems=["likelihood"],
    contracts=[contracts.underflow_of_product],
    figures={
        "values": Figure(lambda tables: plots.values(tables["values"]), captions.product_ends),
        "likelihood": Figure(
            lambda tables: plots.errors(main(tables["sweep"], problem="likelihood", inputs="U(0.5, 1)")),
            captions.product_while_it_lasts("U(0.5, 1)"),
        ),
    },
    findings=[
        Finding(sentences.first_underflow(p=0.1), rank=1),
        Finding(product_sentences.product_beats_logs, rank=7),
        Finding(product_sentences.cost_of_returning("U(0.5, 1)")),
    ],
)

if __name__ == "__main__":
    run_experiments([experiment])
