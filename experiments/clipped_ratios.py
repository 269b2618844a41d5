"""When do two engines' log-probabilities disagree enough to clip?

A policy is trained on tokens that another engine drew, each weighted by the ratio exp(log p − log q) of what the two
say of it, clipped outside a band around 1. Here both hold one and the same model, so that every ratio should be 1. They
differ in roundings alone: of every sum of the residual stream, to one of the two neighbours in the format, as orders of
summation decide. Logits, the exact products of the last state and the weights, and their exact log-probabilities are
rounded once. A model rounds elsewhere, too: only orders of magnitude are compared.
"""

from typing import Any

import numpy as np
import pandas as pd

from study.formats import get_format
from study.formats.rounding import Stochastic
from study.inputs.families import Arguments, Family, generator
from study.plots.text import at_most, number
from study.problems import kernels
from study.report.evidence import measurements, pick
from study.runs.experiment import Experiment, Finding, Sweep, Tables
from study.runs.runner import run_experiments

Floats = np.ndarray[Any, Any]

VOCABULARY, WIDTH, CONTEXTS, DRAWN = 128_256, 16, 32, 32
"""Classes, numbers of a hidden state, hidden states, and tokens drawn after each."""
SUMS = 48
"""Of the residual stream: 24 layers, as of the model of the published shares, attention and MLP each added to it."""
SPREAD = 5.0
"""Standard deviation of the logits: from √(2 log V) = 4.85 on, few tokens have most of the probability."""
GRIDS = 2.0**6, 2.0**40
"""Weights and updates are multiples of their reciprocals, so that binary64 holds every logit, in any order."""
WIDE_LOGITS = "bfloat16, logits in float32"
CHAINS = {
    "float32": ("float32", "float32", "float32"),
    "float16": ("float16", "float16", "float16"),
    "bfloat16": ("bfloat16", "bfloat16", "bfloat16"),
    WIDE_LOGITS: ("bfloat16", "float32", "float32"),
    "bfloat16, logits in float32, stored in bfloat16": ("bfloat16", "float32", "bfloat16"),
}
"""What the residual stream, the logits and the log-probabilities are rounded to."""
BANDS = {"share_beyond_10": 0.1, "share_beyond_20": 0.2}
PUBLISHED = {("bfloat16", "bfloat16"): 8.0, ("bfloat16", "float32"): 3.7}
"""Per cent of tokens outside [0.9, 1.1], trainer and sampler; Qwen2.5-0.5B-Instruct, huggingface/trl#6789."""
ORDER = 10
"""By what factor a share may be off a published one that is said to be of its order."""
RANDOM_BITS = 20


def two_engines() -> pd.DataFrame:
    """For each pair of engines how far the ratios of tokens drawn from the model are from 1."""
    rng = generator("clipped_ratios")
    weights = _on_grid(rng.standard_normal((VOCABULARY, WIDTH)) * (SPREAD / np.sqrt(WIDTH)), GRIDS[0])
    updates = _on_grid(rng.standard_normal((SUMS, CONTEXTS, WIDTH)) / np.sqrt(SUMS), GRIDS[1])
    target = drawn(rng, updates.sum(axis=0) @ weights.T)
    trainers, samplers = (
        {name: engine(which, chain, updates, weights, target) for name, chain in CHAINS.items()}
        for which in ("trainer", "sampler")
    )
    pairs = [*((name, name) for name in CHAINS), ("bfloat16", "float32")]
    return pd.DataFrame(
        {"trainer": a, "sampler": b, "tokens": target.size, **ratios(trainers[a] - samplers[b])} for a, b in pairs
    )


def _on_grid(values: Floats, inverse: float) -> Floats:
    return np.rint(values * inverse) / inverse


def drawn(rng: np.random.Generator, logits: Floats) -> Floats:
    """Tokens drawn from the softmax of each row of logits."""
    p = np.cumsum(np.exp(logits - logits.max(axis=-1, keepdims=True)), axis=-1)
    return np.stack([np.searchsorted(row, rng.random(DRAWN) * row[-1]) for row in p])


def engine(which: str, chain: tuple[str, str, str], updates: Floats, weights: Floats, target: Floats) -> Floats:
    """What one engine says of each token: its log-probability, as a format stores it."""
    stream, computed, stored = (get_format(name) for name in chain)
    rounding, state = Stochastic(generator(which, stream.name), RANDOM_BITS), np.zeros(updates.shape[1:])
    for update in updates:
        state = rounding(stream, state + update).astype(np.float64)
    logits = computed.round(state @ weights.T)
    log = np.take_along_axis(kernels.log_softmax(logits), target, axis=-1)
    return np.asarray(stored.round(log.astype(np.float64)).astype(np.float64))


def ratios(log: Floats) -> dict[str, float]:
    """Shares of ratios exp(log) outside the bands, in per cent, and how far the logs are from 0."""
    ratio, size = np.exp(log), np.abs(log)
    shares = {name: 100 * float(np.mean(np.abs(ratio - 1) > width)) for name, width in BANDS.items()}
    return {**shares, "mean_log": float(log.mean()), "sd_log": float(log.std()), "max_log": float(size.max())}


def token_log_probabilities(noise: float) -> Family:
    """Log-probabilities of T tokens, −Exp(1), and those of an engine that is off by N(0, noise²)."""

    def draw(rng: np.random.Generator, rows: int, length: Any) -> Arguments:
        p = -rng.standard_exponential((rows, int(length)))
        return p, np.minimum(p + noise * rng.standard_normal(p.shape), 0)

    return Family(f"apart by N(0, {noise:g}²)", draw)


def log_ratios() -> Family:
    """Log-ratios from N(0, spread²), the parameter being the spread."""
    return Family("N(0, spread²)", lambda rng, rows, spread: (spread * rng.standard_normal(rows),))


def leaving(tables: Tables) -> dict[tuple[str, str], float]:
    """Per cent of tokens whose ratio leaves [0.9, 1.1], by trainer and sampler."""
    rows = tables["two_engines"]
    return dict(zip(zip(rows["trainer"], rows["sampler"], strict=True), rows["share_beyond_10"], strict=True))


def clipped(tables: Tables) -> str | None:
    """Which share of tokens leaves [0.9, 1.1], in bfloat16 and in wider formats, beside what is published."""
    share, (both, one) = leaving(tables), PUBLISHED
    logits = share[WIDE_LOGITS, WIDE_LOGITS]
    if any(share[name, name] for name in ("float16", "float32")) or not logits < share[both]:
        return None
    if not all(due / ORDER < share[pair] < due * ORDER for pair, due in PUBLISHED.items()):
        return None
    return (
        f"Of one model in two bfloat16 engines {number(share[both], 2)}% of ratios leave [0.9, 1.1] (published: "
        f"{PUBLISHED[both]:g}%), with float32 logits {number(logits, 2)}%, with one in float32 "
        f"{number(share[one], 2)}% ({PUBLISHED[one]:g}%); in float16 and in float32 0%."
    )


def sums(tables: Tables) -> str | None:
    """What the difference of two sums costs a ratio beside the sum of differences."""
    rows = measurements(tables, problem="importance_ratio", format="float32")
    longest = rows[rows["value"] == rows["value"].max()].groupby("algorithm")["max_relative"].max()
    apart, together = longest["exp_of_difference"], longest["exp_of_sum"]
    if not together < apart:
        return None
    return (
        f"The ratio of {int(rows['value'].max()):,} tokens in float32 is off by up to {at_most(100 * apart)}% as "
        f"exp(Σp − Σq), by {at_most(100 * together)}% as exp Σ(p − q)."
    )


def estimator(tables: Tables) -> str | None:
    """Where the estimator k3 of two close models has no digit right, by the formula in use."""
    rows = pick(tables["k3"], problem="kl_k3", format="float32", algorithm=["naive", "expm1", "series"])
    worst = rows.pivot_table(index="value", columns="algorithm", values="max_relative")
    bad = worst[worst["naive"] >= 1]
    if bad.empty or not worst["series"].max() < worst["expm1"].max():
        return None
    return (
        f"In float32 exp r − r − 1 has results without a digit up to log-ratios from N(0, {bad.index.max():g}²), "
        f"expm1 r − r is off by up to {at_most(100 * worst['expm1'].max())}%, k3's series by "
        f"{at_most(100 * worst['series'].max())}%."
    )


experiment = Experiment(
    __file__,
    __doc__ or "",
    order=63,
    title="Importance ratios",
    tables={
        "two_engines": two_engines,
        "sweep": Sweep(
            "T",
            [1, 16, 128, 1024, 4096],
            [token_log_probabilities(0.05), token_log_probabilities(1e-3)],
            {"importance_ratio": None},
            rows=lambda length: max(1, min(50, 4096 // length)),
        ),
        "k3": Sweep(
            "spread",
            [1e-6, 1e-4, 1e-3, 1e-2, 0.1, 1, 10],
            [log_ratios()],
            {"kl_k3": None, "kl_k3_gradient": None},
        ),
    },
    problems=["log_softmax"],
    findings=[Finding(clipped, rank=5), Finding(sums, rank=7), Finding(estimator, rank=6)],
)

if __name__ == "__main__":
    run_experiments([experiment])
