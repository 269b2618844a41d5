"""Does stochastic rounding save a long sum?

To nearest, a sum that has outgrown its terms stands still: ones stop at 256 in bfloat16, at 2048 in float16. Rounded up
or down at random, such that the mean is right, it goes on; terms of one sign then have a bound that no number of them
enlarges, and that holds with a stated probability. It is a rescue, not a cure: pairs and blocks do better.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from study import plots
from study.arithmetic.reductions import pairwise_sum, sequential_sum, wide_sum
from study.arithmetic.rounded import rounded_sum
from study.formats import FORMATS, Format
from study.formats.rounding import Stochastic, toward_zero
from study.inputs.families import generator
from study.plots.text import at_least, at_most, listed, number, percent
from study.problems.bounds import probabilistic as likely
from study.report.evidence import one, pick
from study.runs.experiment import Experiment, Figure, Finding, Tables
from study.runs.runner import run_experiments

HALVES = (FORMATS["bfloat16"], FORMATS["float16"])
SUMS = 100
FAILS = 0.01
ONES = 2**15
LONG = 10**5
LENGTHS = tuple(2**k for k in range(4, 18))
BLOCK = 64


def logs(form: Format, n: int) -> np.ndarray[Any, Any]:
    """-log p of n probabilities from U(1/2, 1), each rounded to the format, as is its log."""
    p = form.round(generator("stochastic rounding").uniform(0.5, 1, n)).astype(float)
    return form.round(-np.log(p) + 0.0)


def stochastic(form: Format) -> Stochastic:
    """A rounding of more random bits than any of these sums has after its last place: its mean is exact."""
    return Stochastic(generator("stochastic rounding", form.name), 32)


def ones() -> pd.DataFrame:
    """What a sum of ones comes to."""
    rows = []
    for form in HALVES:
        x = np.ones(ONES, form.dtype)
        found = {
            "nearest": sequential_sum(x),
            "toward zero": rounded_sum(form, x, toward_zero),
            "stochastic": rounded_sum(form, x, stochastic(form), np.zeros(SUMS)),
        }
        for rounding, sums in found.items():
            each = np.atleast_1d(np.asarray(sums, dtype=float))
            row = {"format": form.name, "rounding": rounding, "n": ONES, "sums": each.size}
            rows.append(row | {"smallest": each.min(), "median": np.median(each), "largest": each.max()})
    return pd.DataFrame(rows)


def growth() -> pd.DataFrame:
    """Relative errors of sums of logs, and their bounds, against the number of terms."""
    rows = []
    for form in HALVES:
        x, rounding = logs(form, LENGTHS[-1]), stochastic(form)
        cut, random, before = np.zeros(()), np.zeros(SUMS), 0
        for n in LENGTHS:
            cut = rounded_sum(form, x[before:n], toward_zero, cut)
            random, before = rounded_sum(form, x[before:n], rounding, random), n
            errors, limit = off(random, x[:n]), random_bound(form, x[:n]).error
            rows.append(
                {
                    "format": form.name,
                    "n": n,
                    "nearest": off(sequential_sum(x[:n]), x[:n]),
                    "toward_zero": off(cut, x[:n]),
                    "stochastic_median": np.median(errors),
                    "stochastic_worst": np.max(errors),
                    "sums": SUMS,
                    "above": np.count_nonzero(errors > limit),
                    "stochastic_bound": limit,
                    "nearest_bound": likely.worst(likely.nearest(form, n - 1)).error,
                }
            )
    return pd.DataFrame(rows)


def off(computed: Any, x: np.ndarray[Any, Any]) -> Any:
    """Relative errors of sums of the same terms."""
    exact = math.fsum(x.astype(float))
    return np.abs(np.asarray(computed, dtype=float) - exact) / exact


def random_bound(form: Format, x: np.ndarray[Any, Any]) -> likely.Bound:
    """The smaller of the bounds on the sum of these terms of one sign, in order, rounded stochastically."""
    share = float(np.max(x.astype(float)) / np.sum(x.astype(float)))
    return min(
        likely.forward(likely.level(FAILS, form.eps), likely.stochastic(form, len(x) - 1)),
        likely.growing_sum(form, likely.level(FAILS), share),
    )


def bounds() -> pd.DataFrame:
    """What each bound says of a sum of 100,000 logs, and its error."""
    rows = []
    for form in HALVES:
        x, wide, pairs = logs(form, LONG), FORMATS["float32"], likely.pairwise(LONG)
        blocks = np.concatenate([x, np.zeros(-LONG % BLOCK, form.dtype)]).reshape(-1, BLOCK)
        random = rounded_sum(form, x, stochastic(form), np.zeros(SUMS))
        ways: list[tuple[str, str, Any, Sequence[likely.Roundings]]] = [
            ("in order", "nearest", sequential_sum(x), [likely.nearest(form, LONG - 1)]),
            ("in pairs", "nearest", pairwise_sum(x), [likely.nearest(form, pairs)]),
            ("in blocks", "nearest", wide_sum(sequential_sum(blocks)), likely.blocked(LONG, BLOCK, form, wide)),
            ("in order", "stochastic", random, [likely.stochastic(form, LONG - 1)]),
        ]
        for order, rounding, computed, roundings in ways:
            modelled = likely.forward(likely.level(FAILS, form.u), *roundings)
            probable = modelled if rounding == "nearest" else random_bound(form, x)
            row = {"format": form.name, "order": order, "rounding": rounding, "n": LONG}
            row |= {"error": float(np.median(off(computed, x))), "probable": probable.error}
            rows.append(row | {"worst_case": likely.worst(*roundings).error})
    return pd.DataFrame(rows)


def ones_go_on(tables: Tables) -> str | None:
    """Where sums of ones stop, and that they do not when rounded stochastically."""
    rows = tables["ones"]
    stopped = pick(rows, rounding="nearest").set_index("format")["largest"]
    random = pick(rows, rounding="stochastic")
    if not (random["smallest"] > 2 * random["format"].map(stopped)).all():
        return None
    stops = listed(f"at {number(int(value))} in {form}" for form, value in stopped.items())
    n, least, most = int(random["n"].iloc[0]), random["smallest"] / random["n"], random["largest"] / random["n"]
    return (
        f"A sum of {n:,} ones stops {stops}; rounded stochastically, {int(random['sums'].iloc[0])} sums end at "
        f"{at_least(float(least.min()))} to {at_most(float(most.max()))} times what is due."
    )


def a_bound_that_speaks(tables: Tables) -> str | None:
    """Which bounds of a long sum are below one."""
    order = one(tables["bounds"], format="bfloat16", order="in order", rounding="nearest")
    random = one(tables["bounds"], format="bfloat16", rounding="stochastic")
    pairs = one(tables["bounds"], format="bfloat16", order="in pairs")
    if not (min(order["worst_case"], order["probable"]) > 1 > max(random["probable"], pairs["worst_case"])):
        return None
    return (
        f"Of {LONG:,} logs in bfloat16, added in order, bounds to nearest are above 1; rounded stochastically, "
        f"{at_most(100 * random['probable'])}% holds for 99% of sums; in pairs, to nearest, "
        f"{at_most(100 * pairs['worst_case'])}% is certain."
    )


def the_model_fails(tables: Tables) -> str | None:
    """Where rounding errors to nearest are not as the probabilistic model has them."""
    row = one(tables["bounds"], format="float16", order="in order", rounding="nearest")
    if not row["probable"] < row["error"]:
        return None
    return (
        f"To nearest, errors of mean zero are a model, and a sum that stands still breaks it: {LONG:,} logs in float16 "
        f"are off by {percent(row['error'])}, where the model has 99% of sums below {at_most(100 * row['probable'])}%."
    )


def longest(tables: Tables) -> str | None:
    """The errors of the longest sum in bfloat16 by rounding, and its bound."""
    row = one(tables["growth"], format="bfloat16", n=LENGTHS[-1])
    if not row["stochastic_worst"] <= row["stochastic_bound"] < row["nearest"]:
        return None
    return (
        f"Of {int(row['n']):,} logs in bfloat16, {percent(row['nearest'])} is lost to nearest; rounded stochastically, "
        f"the sum is off by {percent(row['stochastic_median'])} in the median of {int(row['sums'])}, and by at most "
        f"{at_most(100 * row['stochastic_worst'])}%."
    )


def as_often_as_stated(tables: Tables) -> Iterator[str]:
    """Errors beyond a probable bound, or beyond one that always holds."""
    for _, row in tables["growth"].iterrows():
        place = f"{row['n']:,} terms in {row['format']}"
        if row["above"] > stats.binom.ppf(1 - 1e-6, row["sums"], FAILS):
            yield f"{row['above']} of {row['sums']} sums of {place} are beyond a bound that {FAILS:.0%} may exceed"
        if row["nearest"] > row["nearest_bound"]:
            yield f"the sum of {place}, to nearest, is beyond its worst case"


def shown(tables: Tables) -> pd.DataFrame:
    """The table of errors, its bounds ending where they say nothing."""
    table = tables["growth"].copy()
    for name in ("stochastic_bound", "nearest_bound"):
        table.loc[table[name] >= 1, name] = np.inf
    return table


experiment = Experiment(
    __file__,
    __doc__ or "",
    order=26,
    title="Stochastic rounding",
    tables={"ones": ones, "growth": growth, "bounds": bounds},
    figures={
        "growth": Figure(
            lambda tables: plots.lines(
                shown(tables),
                "n",
                {
                    "nearest": "to nearest",
                    "stochastic_worst": f"worst of {SUMS}",
                    "stochastic_median": "stochastic",
                    "toward_zero": "toward zero",
                    "nearest_bound": "bound to nearest",
                    "stochastic_bound": "99% bound",
                },
                across="number of logs n",
                up="relative error",
            ),
            longest,
        )
    },
    findings=[
        Finding(ones_go_on, rank=7),
        Finding(a_bound_that_speaks, rank=7),
        Finding(the_model_fails, rank=8),
    ],
    contracts=[as_often_as_stated],
)

if __name__ == "__main__":
    run_experiments([experiment])
