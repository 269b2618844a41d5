"""When is a likelihood too high, and when too low? Densities.

The likelihood of measurements is a product of densities, which may be far above one as well as below: of a narrow
normal distribution it leaves the range upwards. Their logs are sums of few terms as long as no density, and no normal
distribution function, is computed on the way.
"""

from typing import Any

import numpy as np

from study import plots
from study.inputs.families import Family
from study.measurement import outcome
from study.plots.text import at_most, number, plain
from study.report.evidence import by_format, main, measurements, pick
from study.runs.experiment import Experiment, Figure, Finding, Sweep, Tables
from study.runs.runner import run_experiments

Arrays = tuple[np.ndarray[Any, Any], ...]
NARROW, WIDE = 0.01, 100.0
LENGTHS = (1, 3, 10, 30, 60, 100, 200, 400, 1000)
MEASUREMENTS = 400
TAIL = (0.5, 1, 2, 3, 5, 6, 10, 13, 14, 15, 20, 37, 38, 39, 40, 100, 200)
SCALES = (1.0, 0.1, 0.01, 1e-3, 1.5e-4, 1e-10, 1e-23, 1e-100, 1e-163)


def observations(sigma: float) -> Family:
    """n observations of N(0.1, σ²), and these two numbers; the parameter is n."""

    def draw(rng: np.random.Generator, rows: int, n: Any) -> Arrays:
        x = 0.1 + sigma * rng.standard_normal((rows, int(n)))
        return x, np.full(rows, 0.1), np.full(rows, sigma)

    return Family(f"σ = {sigma:g}", draw)


def tail(side: float) -> Family:
    """Numbers from d to 1.01 d on one side of 0, the parameter being d."""
    return Family(
        "below 0" if side < 0 else "above 0",
        lambda rng, rows, d: (side * d * rng.uniform(1, 1.01, rows),),
    )


def scaled(away: float) -> Family:
    """One observation at so many σ from the mean, and N(0, σ²) besides, the parameter being σ."""

    def draw(rng: np.random.Generator, rows: int, sigma: Any) -> Arrays:
        return sigma * (away + rng.standard_normal(rows)), np.zeros(rows), np.full(rows, float(sigma))

    return Family(f"N({away:g} σ, σ²)" if away else "N(0, σ²)", draw)


def mixture() -> Family:
    """An observation at the parameter's distance above the last of five components of σ = 1 or less around 0."""

    def draw(rng: np.random.Generator, rows: int, far: Any) -> Arrays:
        means, weights = rng.uniform(-1, 1, (rows, 5)), rng.dirichlet(np.ones(5), rows)
        return means.max(axis=-1) + far, weights, means, rng.uniform(0.5, 1, (rows, 5))

    return Family("five components", draw)


def counted() -> Family:
    """A count, the parameter, and rates about as far from it as counts of that rate are."""

    def draw(rng: np.random.Generator, rows: int, k: Any) -> Arrays:
        return np.full(rows, float(k)), k * np.exp(rng.standard_normal(rows) / np.sqrt(k))

    return Family("rates about k", draw)


def drawn(chance: float) -> Family:
    """n trials, the parameter, and about as many successes as these have; of a chance 3/n where it is 0."""

    def draw(rng: np.random.Generator, rows: int, n: Any) -> Arrays:
        p = np.full(rows, chance or min(3 / n, 0.5))
        k = np.floor(n * p + rng.uniform(-1, 1, rows) * np.sqrt(n * p))
        return np.clip(k, 0, n), np.full(rows, float(n)), p

    return Family(f"p = {chance:g}" if chance else "p = 3/n", draw)


def around() -> Family:
    """Numbers within a hundredth of the parameter."""
    return Family("x (1 ± 0.01)", lambda rng, rows, x: (x * rng.uniform(0.99, 1.01, rows),))


def product_overflows(tables: Tables) -> str | None:
    """From which n on a product of densities is infinite, and what the sums of their logs keep of 400."""
    rows = pick(measurements(tables, problem="gaussian_log_likelihood"), inputs=observations(NARROW).name)
    product = pick(rows, algorithm="naive")
    lost = product[product["overflow"] == product["count"]].groupby("format")["value"].min()
    there = pick(rows, format="float64", value=MEASUREMENTS)
    sums = there[~there["algorithm"].isin(["naive", "faithful"])].set_index("algorithm")["max_ulp"]
    if lost.empty or lost.get("float64", np.inf) > MEASUREMENTS or not sums.min() <= 1:
        return None
    return (
        f"Densities of σ = {NARROW} multiply to ∞ by n = {by_format(lost, plain)}. At {MEASUREMENTS} in float64 "
        f"the sum of their logs ({sums.idxmin()}) is off by {at_most(sums.min(), 2)} ulps."
    )


def log_of_tail(tables: Tables) -> str | None:
    """From where on the log of Φ is −∞, and what the formulas for tails keep."""
    rows = pick(measurements(tables, problem="log_ndtr"), inputs=tail(-1).name)
    naive = pick(rows, algorithm="naive")
    lost = naive[naive["overflow"] == naive["count"]].groupby("format")["value"].min()
    kept = pick(rows, algorithm=["erfcx", "fraction"])
    if lost.empty or outcome.losses(kept).any():
        return None
    return (
        f"log of Φ(x) is −∞ from x = {by_format(-lost, plain)}; by erfcx or a continued fraction it keeps to "
        f"{at_most(kept['max_ulp'].max(), 2)} ulps down to {plain(-rows['value'].max())}."
    )


def clamped(tables: Tables) -> str | None:
    """What a least variance of 1e-6 makes of narrow densities."""
    rows = measurements(tables, problem="gaussian_nll")
    wrong = pick(rows, algorithm="clamped_variance", format="float64", inputs=scaled(0).name)
    plain_sum = pick(rows, algorithm="sum_of_logs", format="float64", inputs=scaled(0).name)
    off = wrong[wrong["max_relative"] > 0.1]
    if off.empty or not (plain_sum["max_relative"] < 1e-12).all():
        return None
    return (
        f"PyTorch's least variance, 1e−6, makes the loss of σ = {plain(off['value'].max())} wrong by "
        f"up to {number(100 * off.sort_values('value')['max_relative'].iloc[-1], 2)}%; log σ + ½ z² keeps "
        f"{at_most(plain_sum['max_ulp'].max(), 2)} ulps."
    )


def far_from_all(tables: Tables) -> str | None:
    """From which distance on a mixture's density underflows, and its responsibilities with it."""
    rows = measurements(tables, problem="gaussian_responsibilities")
    naive = pick(rows, algorithm="naive")
    lost = naive[naive["nan"] == naive["count"]].groupby("format")["value"].min()
    if lost.empty or outcome.losses(pick(rows, algorithm="shifted", format="float64")).any():
        return None
    return (
        f"Responsibilities of a mixture are 0/0 for a point by {by_format(lost, plain)} away from all components; "
        "softmax of the logs of the densities gives them."
    )


def counts(tables: Tables) -> str | None:
    """What the loss of a count loses where its terms cancel."""
    rows = pick(measurements(tables, problem="poisson_nll"), format="float64")
    worst = rows.groupby("algorithm")["max_ulp"].max()
    if not worst["saddle_point"] < worst["logs"] / 10 or outcome.losses(pick(rows, algorithm="saddle_point")).any():
        return None
    most = pick(rows, algorithm="stirling")["max_relative"].max()
    return (
        f"The loss of a count k up to {plain(rows['value'].max())} in float64: λ − k log λ + log k! is off by up to "
        f"{at_most(worst['logs'], 2)} ulps, Loader's form by {at_most(worst['saddle_point'], 2)}; PyTorch's Stirling "
        f"by up to {number(100 * most, 2)}%."
    )


def trials(tables: Tables) -> str | None:
    """What the loss of successes loses where log factorials cancel."""
    rows = pick(measurements(tables, problem="binomial_nll"), inputs=drawn(0.3).name)
    worst = pick(rows, format="float64").groupby("algorithm")["max_ulp"].max()
    narrow = pick(rows, format="float32").groupby("algorithm")["max_relative"].max()
    if not worst["saddle_point"] < worst["logs"] / 10 or not narrow["logs"] > 1 > narrow["saddle_point"]:
        return None
    return (
        f"The loss of about 0.3 n of n trials, n up to {plain(rows['value'].max())}: log factorials cancel to errors "
        f"of {number(worst['logs'], 2)} ulps in float64 and {number(100 * narrow['logs'], 2)}% in float32, Loader's "
        f"form to {number(worst['saddle_point'], 2)} ulps and {number(100 * narrow['saddle_point'], 2)}%."
    )


experiment = Experiment(
    __file__,
    __doc__ or "",
    order=22,
    title="Densities",
    tables={
        "sweep": Sweep(
            "n",
            LENGTHS,
            [observations(NARROW), observations(WIDE)],
            {"gaussian_likelihood": None, "gaussian_log_likelihood": None},
            rows=lambda n: max(4, min(20, 2000 // n)),
        ),
        "tail": Sweep("distance from 0", TAIL, [tail(-1), tail(1)], {"log_ndtr": None}, rows=lambda _d: 20),
        "scale": Sweep(
            "σ",
            SCALES,
            [scaled(0), scaled(45)],
            {"gaussian_nll": None, "gaussian_nll_gradient": None, "gaussian_nll_sigma_gradient": None},
            rows=lambda _s: 30,
        ),
        "mixture": Sweep(
            "distance from 0",
            (0, 1, 3, 6, 10, 14, 20, 40, 60),
            [mixture()],
            {"gaussian_mixture_nll": None, "gaussian_responsibilities": None},
            rows=lambda _d: 20,
        ),
        "count": Sweep(
            "k",
            (1, 2, 5, 10, 30, 40, 100, 170, 300, 1000, 10000),
            [counted()],
            {"poisson_nll": None, "poisson_nll_gradient": None},
            rows=lambda _k: 20,
        ),
        "trials": Sweep(
            "n",
            (1, 3, 10, 30, 100, 1000, 10**4, 10**6, 10**9),
            [drawn(0.3), drawn(0)],
            {"binomial_nll": None},
            rows=lambda _n: 20,
        ),
        "gamma": Sweep(
            "x", (0.01, 0.5, 1, 1.5, 2, 3, 10, 40, 100, 200, 1000), [around()], {"lgamma": None}, rows=lambda _x: 20
        ),
    },
    figures={
        "tail": Figure(
            lambda tables: plots.errors(main(tables["tail"], problem="log_ndtr", inputs=tail(-1).name), across="−x"),
            log_of_tail,
        )
    },
    findings=[
        Finding(product_overflows, rank=3),
        Finding(clamped, rank=6),
        Finding(far_from_all, rank=7),
        Finding(counts, rank=8),
        Finding(trials, rank=8),
    ],
)

if __name__ == "__main__":
    run_experiments([experiment])
