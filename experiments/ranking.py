"""Which tokens would have been kept, and which comes first?

Top-p and the greedy choice end in a decision, and an error counts by what it decides. The probabilities are softmax
computed wide and rounded to the format once, so that it is the ranking that errs: its sums, its threshold, its ties.
The exact nucleus is the smallest set of tokens whose exact probabilities sum to p or more.
"""

from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtri

from study.arithmetic.reductions import WIDER
from study.formats import KNOWN, MAIN_FORMATS
from study.inputs.families import generator
from study.measurement.decisions import nucleus
from study.measurement.decisions.given import probabilities
from study.plots.text import listed, percent, plain
from study.report.evidence import one, pick
from study.runs.experiment import Experiment, Finding, Tables
from study.runs.runner import run_experiments

ROWS, TOKENS = 20, 4096
TOPS = (1e-8, 1e-4, 1e-3, 0.9)
VOCABULARY, GREEDY, LEADING = 128_256, 5120, 64
"""Tokens of a vocabulary, rows whose greedy token is looked at, and the largest logits of each that are drawn."""
SPREAD = 3


def top_p() -> pd.DataFrame:
    """How many tokens formulas keep of rows of logits from N(0, 1), beside the exact nucleus."""
    drawn = np.sort(generator("top_p").standard_normal((ROWS, TOKENS)), axis=-1)[:, ::-1]
    rows = []
    for name in MAIN_FORMATS:
        due, p = probabilities(KNOWN[name].round(drawn))
        for top in TOPS:
            sizes = nucleus.size(due, top)
            for formula, keep in nucleus.FORMULAS.items():
                if formula == "wide" and name not in WIDER:
                    continue
                kept = keep(p, top)
                right = (kept == (np.arange(TOKENS) < sizes[:, None])).all(axis=-1)
                rows.append({"top_p": top, "format": name, "algorithm": formula, "rows": ROWS,
                             "right": int(right.sum()), "emptied": int((~kept.any(axis=-1)).sum()),
                             "kept": float(np.median(kept.sum(axis=-1))), "due": float(np.median(sizes))})  # fmt: skip
    return pd.DataFrame(rows)


def leading() -> np.ndarray[Any, Any]:
    """The largest of N(0, 1) logits of a vocabulary, in random order: the uniform ones are products of powers.

    The largest of n uniform numbers is e^(−E/n), the next that times e^(−E′/(n − 1)), E exponential (Rényi 1953).
    """
    rng = generator("greedy")
    spacings = rng.exponential(size=(GREEDY, LEADING)) / np.arange(VOCABULARY, VOCABULARY - LEADING, -1)
    largest = -ndtri(-np.expm1(-np.cumsum(spacings, axis=-1)))
    return rng.permuted(largest, axis=-1)


def greedy() -> pd.DataFrame:
    """How often the first largest logit is another one once logits are stored."""
    rows = []
    for mean in (0, 10):
        logits = mean + SPREAD * leading()
        for name in ("float16", "bfloat16", "float32"):
            stored = KNOWN[name].round(logits).astype(np.float64)
            tied = (stored == stored.max(axis=-1, keepdims=True)).sum(axis=-1)
            changed = stored.argmax(axis=-1) != logits.argmax(axis=-1)
            rows.append({"logits": f"N({mean}, {SPREAD}²)", "format": name, "rows": GREEDY, "n": VOCABULARY,
                         "changed": float(changed.mean()), "tied": float((tied > 1).mean())})  # fmt: skip
    return pd.DataFrame(rows)


def emptied(tables: Tables) -> str | None:
    """Where the sum from below leaves every token masked, and what the sum from above keeps there."""
    cases = {"bfloat16": 1e-3, "float16": 1e-4}
    rows = pd.concat([pick(tables["top_p"], format=form, top_p=top) for form, top in cases.items()])
    below, above = (pick(rows, algorithm=name) for name in ("ascending", "descending"))
    if below.empty or (below["emptied"] < below["rows"]).any() or (above["right"] < above["rows"]).any():
        return None
    said = listed(f"{plain(top)} in {form}" for form, top in cases.items())
    return (
        f"At top-p {said}, tokens kept by their sum from below up (mlx-lm#1912) are 0 in {below['emptied'].sum()} of "
        f"{below['rows'].sum()} rows; summed from above, the one that is due is kept."
    )


def standing(tables: Tables) -> str | None:
    """How many tokens a sum keeps that stands still below top-p."""
    rows = pick(tables["top_p"], format="bfloat16", top_p=tables["top_p"]["top_p"].max())
    kept, wide = (one(rows, algorithm=name) for name in ("descending", "wide"))
    if not kept["kept"] > 1.5 * kept["due"]:
        return None
    return (
        f"At top-p {plain(kept['top_p'])} over {TOKENS:,} probabilities in bfloat16, a sum from above stands still and "
        f"keeps {plain(kept['kept'])} tokens where {plain(kept['due'])} are due (medians); summed in float32, "
        f"{plain(wide['kept'])}."
    )


def ties(tables: Tables) -> str | None:
    """How often storing logits changes the greedy token."""
    rows = pick(tables["greedy"], logits=tables["greedy"]["logits"].iloc[0]).set_index("format")["changed"]
    if not rows["bfloat16"] > rows["float16"] > rows["float32"]:
        return None
    halves = listed(f"{percent(rows[form])} in {form}" for form in ("bfloat16", "float16"))
    return (
        f"Of rows of {VOCABULARY:,} logits from N(0, {SPREAD}²), storing them changes the greedy token of {halves}; "
        "sglang#33627 reports 2.75% in bfloat16."
    )


experiment = Experiment(
    __file__,
    __doc__ or "",
    order=52,
    title="Ranking",
    tables={"top_p": top_p, "greedy": greedy},
    problems=("softmax",),
    findings=[Finding(emptied, rank=4), Finding(ties, rank=5), Finding(standing, rank=7)],
)

if __name__ == "__main__":
    run_experiments([experiment])
