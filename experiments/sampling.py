"""Which token would have been drawn?

A draw is an inverted sum or an arg max, and an error counts by the token it brings. What is drawn, over every number
that the generator can give, is compared with the exact probabilities by total variation: the share of draws that are of
another token than is due. A draft of speculative decoding is accepted or not with a probability that errs too.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from study import plots
from study.formats import KNOWN, MAIN_FORMATS, Format, format_of
from study.inputs.families import generator
from study.measurement.decisions import acceptance, drawing
from study.measurement.decisions.given import probabilities
from study.plots.text import listed, number, percent, plain
from study.problems.reference import exact
from study.report.evidence import one, pick
from study.runs.experiment import Experiment, Figure, Finding, Tables
from study.runs.runner import run_experiments

Floats = np.ndarray[Any, Any]

HALVES = ("float16", "bfloat16")
ROWS, TOKENS = 20, 4096
REPORTED = {"tokens": 151_936, "draws": 20_000, "drawn": 85}
"""In pytorch#192812: one token has all the probability, and that often another was drawn."""
SPREAD, RARE = 3, 1e-6
LENGTHS = [2**k for k in range(4, 18)]
GRID, LOGS = "k 2⁻ᵖ", {"−log(−log u)": False, "−log(−log1p(−u))": True}
DRAWN_IN = (*HALVES, "float32")


def uniforms(form: Format) -> dict[str, drawing.Numbers]:
    """Ways to draw u in a format; the last is PyTorch's."""
    if form.name not in HALVES:
        return {GRID: drawing.grid(form)}
    return {
        GRID: drawing.grid(form),
        "cast": drawing.narrowed(form),
        "cast, 1 as 0": drawing.narrowed(form, wrapped=True),
    }


def drawn(logits: Floats, p: Floats) -> Iterator[tuple[str, str, Floats]]:
    """Formula, random numbers, and the distribution that is drawn from."""
    form = format_of(p)
    given = uniforms(form) if form.name in HALVES else {GRID: None}
    for name, uniform in given.items():
        yield "cᵢ > u", name, drawing.inverse(p, uniform)
        yield "cᵢ ≥ u", name, drawing.inverse(p, uniform, included=True)
        yield "cᵢ/cₙ > u", name, drawing.inverse(p, uniform, divided=True)
        for formula, less in LOGS.items():
            if uniform is not None:
                keys = drawing.gumbel(logits, uniform, of_one_less=less)
                yield formula, name, drawing.winners(keys, uniform.chances)
    if form.name in HALVES:
        waiting = drawing.exponential(form)
        yield "p/e", "cast", drawing.winners(drawing.race(p, waiting), waiting.chances)


def draws() -> pd.DataFrame:
    """Total variation, and draws of a token that cannot be, of 32 tokens of which half are masked."""
    given = SPREAD * generator("draws").standard_normal(32)
    given[::2] = -np.inf
    rows = []
    for name in MAIN_FORMATS:
        logits = KNOWN[name].round(given)
        due, p = probabilities(logits)
        for formula, numbers, chances in drawn(logits, p):
            rows.append({"format": name, "algorithm": formula, "numbers": numbers,
                         "total_variation": drawing.total_variation(chances, due),
                         "impossible": float(chances[:32][given == -np.inf].sum()),
                         "beyond": float(chances[32:].sum())})  # fmt: skip
    return pd.DataFrame(rows)


def rare() -> pd.DataFrame:
    """What becomes of a token of probability 10⁻⁶ beside another, with u as PyTorch draws it."""
    rows = []
    for form in (KNOWN[name] for name in DRAWN_IN):
        name, uniform = list(uniforms(form).items())[-1]
        logits = form.round([0.0, np.log(RARE)])
        due, p = probabilities(logits)
        keys = drawing.gumbel(logits, uniform)
        made = drawing.winners(keys, uniform.chances) if form.name in HALVES else drawing.of_two(keys)
        for formula, chances in {"cᵢ > u": drawing.inverse(p, uniform), "−log(−log u)": made}.items():
            rows.append({"format": form.name, "algorithm": formula, "numbers": name,
                         "p": float(due.to_float()[1]), "drawn": float(chances[1])})  # fmt: skip
    return pd.DataFrame(rows)


def masked() -> pd.DataFrame:
    """How often a token of probability 0 is drawn where one token has all of it, as in pytorch#192812."""
    others, rows = REPORTED["tokens"] - 1, []
    for form in (KNOWN[name] for name in HALVES):
        waiting, ends = drawing.exponential(form), form.round([0.0, -np.inf])
        cases = [("p/e", "cast", waiting, drawing.race(form.round([1.0, 0.0]), waiting))]
        for name, uniform in uniforms(form).items():
            for formula, less in LOGS.items():
                cases.append((formula, name, uniform, drawing.gumbel(ends, uniform, of_one_less=less)))
        for formula, name, numbers, keys in cases:
            wrong = drawing.beaten(keys[0], keys[1], others, numbers.chances)
            rows.append({"format": form.name, "algorithm": formula, "numbers": name, "n": others + 1,
                         "impossible": wrong, "expected": wrong * REPORTED["draws"]})  # fmt: skip
    return pd.DataFrame(rows)


def vocabularies() -> pd.DataFrame:
    """Total variation of draws by partial sums against the number of tokens, with u as PyTorch draws it."""
    given = SPREAD * generator("vocabularies").standard_normal(LENGTHS[-1])
    uniform = {name: drawing.narrowed(KNOWN[name], wrapped=True) for name in HALVES}
    rows = []
    for n in LENGTHS:
        for name in DRAWN_IN:
            due, p = probabilities(KNOWN[name].round(given[:n]))
            for sums, wide in {"rounded at each step": False, "summed wide, rounded once": True}.items():
                chances = drawing.inverse(p, uniform.get(name), wide=wide)
                rows.append({"n": n, "format": name, "partial_sums": sums,
                             "total_variation": drawing.total_variation(chances, due),
                             "beyond": float(chances[n])})  # fmt: skip
    return pd.DataFrame(rows)


def accepted() -> pd.DataFrame:
    """Errors of the probability of acceptance, of a target's logits and a draft's, N(0, 1) apart."""
    given = SPREAD * generator("target").standard_normal((ROWS, TOKENS))
    near = given + generator("draft").standard_normal(given.shape)
    rows = []
    for form in (KNOWN[name] for name in MAIN_FORMATS):
        target, draft = form.round(given), form.round(near)
        p, q = exact("softmax", target), exact("softmax", draft)
        due, weight = acceptance.due(p, q), q.to_float()
        for formula, accept in acceptance.FORMULAS.items():
            made = accept(target, draft).astype(np.float64)
            chance = np.nan_to_num(made, nan=0.0)
            rows.append({"format": form.name, "algorithm": formula, "count": made.size,
                         "nan": int(np.isnan(made).sum()), "refused": int(((due == 1) & (chance < 1)).sum()),
                         "worst_share": float(np.abs(chance - due).max()),
                         "mean_share": float((weight * np.abs(chance - due)).sum() / ROWS)})  # fmt: skip
    return pd.DataFrame(rows)


def off(tables: Tables) -> str | None:
    """Total variation of a draw from the largest vocabulary, by format."""
    table = tables["vocabularies"]
    last = pick(table, n=table["n"].max()).set_index(["partial_sums", "format"])["total_variation"]
    stepwise, once = last["rounded at each step"], last["summed wide, rounded once"]
    if not min(stepwise["bfloat16"], once["bfloat16"]) > 0.1 > stepwise["float32"]:
        return None
    return (
        f"Of draws among {int(table['n'].max()):,} tokens by partial sums in bfloat16 {percent(stepwise['bfloat16'])} "
        f"are of another token than is due, {percent(once['bfloat16'])} where sums are rounded once; in float16 "
        f"{percent(stepwise['float16'])}, in float32 {percent(stepwise['float32'])}."
    )


def too_often(tables: Tables) -> str | None:
    """How often a rare token is drawn with few random bits."""
    rows = pick(tables["rare"], algorithm="−log(−log u)").set_index("format")
    times = rows["drawn"] / rows["p"]
    if not times["bfloat16"] > times["float16"] > 10:
        return None
    each = listed(f"{number(float(times[form]))} times as often in {form}" for form in ("bfloat16", "float16"))
    return (
        f"By −log(−log u), u drawn as by torch.rand, a token of probability {plain(RARE)} is drawn {each}, u being 0 "
        f"too often; {number(float(times['float32']))} times in float32."
    )


def impossible(tables: Tables) -> str | None:
    """How often a token of probability 0 is drawn, beside the reported count."""
    row = one(tables["masked"], format="float16", algorithm="p/e")
    cast = one(tables["masked"], format="float16", algorithm="−log(−log u)", numbers="cast")
    if not 0 < row["impossible"] < cast["impossible"]:
        return None
    return (
        f"By arg max p/e, e cast to float16, {number(row['expected'])} of {REPORTED['draws']:,} draws from "
        f"{REPORTED['tokens']:,} tokens are of probability 0 (pytorch#192812: {REPORTED['drawn']}); by −log(−log u), "
        f"where a cast makes u 1 (pytorch#197079), {percent(cast['impossible'])}."
    )


def undecided(tables: Tables) -> str | None:
    """What becomes of p/q where both underflow."""
    by_ratio, by_logs = (one(tables["acceptance"], format="float16", algorithm=name) for name in ("ratio", "logs"))
    if not by_ratio["nan"] > by_logs["nan"]:
        return None
    return (
        f"In float16, p/q of speculative decoding is 0/0 for {percent(by_ratio['nan'] / by_ratio['count'])} of tokens; "
        f"exp(log p − log q) is NaN for {percent(by_logs['nan'] / by_logs['count'])}."
    )


def shown(tables: Tables) -> pd.DataFrame:
    """Sums rounded at each step, where total variation is above 10⁻⁴."""
    rows = pick(tables["vocabularies"], partial_sums="rounded at each step")
    return rows.loc[rows["total_variation"] > 1e-4]


experiment = Experiment(
    __file__,
    __doc__ or "",
    order=53,
    title="Sampling",
    tables={
        "draws": draws, "rare": rare, "masked": masked, "vocabularies": vocabularies, "acceptance": accepted,
    },
    problems=("softmax", "log_softmax"),
    figures={
        "vocabularies": Figure(
            lambda tables: plots.lines(
                shown(tables),
                "n",
                "total_variation",
                by="format",
                panel=["partial_sums"],
                across="number of tokens n",
                up="total variation",
            ),
            off,
        )
    },
    findings=[
        Finding(impossible, rank=6), Finding(too_often, rank=7), Finding(undecided, rank=8),
    ],
)  # fmt: skip

if __name__ == "__main__":
    run_experiments([experiment])
