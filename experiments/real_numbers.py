"""Does it hold on numbers that nobody here made? The words of English, and a classifier in production.

Texts are words drawn by their frequencies in wordfreq, each with its probability; the logs of all these frequencies are
the logits of a vocabulary. magika, which tells types of files apart, gives logits of files of this repository. Both are
stored beside this file, by ``_count_words.py`` and ``_classify_files.py``.
"""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from study.certified.exact import Exact
from study.formats import KNOWN, MAIN_FORMATS
from study.inputs.families import Arguments, Family, generator
from study.measurement import outcome
from study.measurement.decisions import drawing, nucleus
from study.measurement.decisions.given import probabilities
from study.plots.text import at_most, listed, number, percent, plain
from study.report.evidence import by_format, one, pick
from study.runs.experiment import Experiment, Finding, Sweep, Tables
from study.runs.runner import run_experiments

WORDS, FILES = (Path(__file__).with_name(name) for name in ("words.csv", "files.csv"))
TEXTS, LONGEST = 200, 1000
"""Texts whose products are followed, and words of each."""
TOP, DECIDED = 0.9, ("float16", "bfloat16", "float32")
PROBLEMS = ("logsumexp", "softmax", "log_softmax", "nll")
FORMULAS = dict.fromkeys(PROBLEMS, ("naive", "shifted", "faithful"))


@cache
def frequencies() -> np.ndarray[Any, Any]:
    """The frequency of each word, the largest first."""
    table = pd.read_csv(WORDS)
    return np.repeat(10.0 ** (-table["centibels"].to_numpy() / 100), table["words"])


def texts(rng: np.random.Generator, rows: int, n: Any) -> Arguments:
    """Texts of n words drawn by their frequencies: the probabilities of the words."""
    sums = np.cumsum(frequencies())
    return (frequencies()[np.searchsorted(sums, rng.uniform(0, sums[-1], (rows, int(n))), side="right")],)


def vocabulary(rng: np.random.Generator, rows: int, n: Any) -> Arguments:
    """The logs of the n largest frequencies, and words drawn by them."""
    logits = np.log(frequencies()[: int(n)])
    return np.tile(logits, (rows, 1)), np.argmax(logits + rng.gumbel(size=(rows, int(n))), axis=-1)


@cache
def classified() -> Arguments:
    """Logits of files, numbers of binary32, and their right types."""
    table = pd.read_csv(FILES)
    logits = table.filter(like="logit_").to_numpy().astype(np.float32)
    return logits.astype(np.float64, order="C"), table["target"].to_numpy()


def lost() -> pd.DataFrame:
    """After how many words the product of their probabilities is zero."""
    (drawn,) = texts(generator("texts"), TEXTS, LONGEST)
    rows = []
    for name in MAIN_FORMATS:
        product = np.multiply.accumulate(KNOWN[name].round(drawn), axis=-1)
        first = 1 + np.argmax(product == 0, axis=-1)
        if not (product[:, -1] == 0).all():
            raise ValueError(f"a product of {LONGEST} probabilities of words is not zero in {name}")
        rows.append({"format": name, "texts": TEXTS, "first_n": int(first.min()), "median_n": float(np.median(first)),
                     "last_n": int(first.max())})  # fmt: skip
    return pd.DataFrame(rows)


def every_word(name: str) -> tuple[Exact, np.ndarray[Any, Any]]:
    """The probabilities of all words, exactly and rounded to a format, from the logs of their frequencies."""
    return probabilities(KNOWN[name].round(np.log(frequencies())))


def drawn() -> pd.DataFrame:
    """Total variation of a word drawn by partial sums, with u as PyTorch draws it."""
    rows = []
    for name in DECIDED:
        due, p = every_word(name)
        chances = drawing.inverse(p, drawing.narrowed(KNOWN[name], wrapped=True) if KNOWN[name].bits == 16 else None)
        rows.append({"format": name, "n": len(p), "total_variation": drawing.total_variation(chances, due),
                     "beyond": float(chances[-1])})  # fmt: skip
    return pd.DataFrame(rows)


def kept() -> pd.DataFrame:
    """How many words top-p keeps."""
    rows = []
    for name in DECIDED:
        due, p = every_word(name)
        size = int(nucleus.size(due.reshape((1, -1)), TOP)[0])
        for formula, keep in nucleus.FORMULAS.items():
            rows.append({"top_p": TOP, "format": name, "algorithm": formula, "n": len(p),
                         "kept": int(keep(p, TOP).sum()), "due": size})  # fmt: skip
    return pd.DataFrame(rows)


def a_paragraph(tables: Tables) -> str | None:
    """When the likelihood of a text is zero, and its log by the sum of logs."""
    ends = tables["lost"].set_index("format")["median_n"]
    rows = pick(tables["texts"], problem="log_likelihood", algorithm="sum_log", format="float64")
    whole = one(rows, value=rows["value"].max())
    if not ends["float64"] < whole["value"] or outcome.gone(rows).any():
        return None
    after = by_format(ends, lambda n: number(float(n)))
    return (
        f"A product of probabilities of English words, drawn by frequency, is 0 after {after} (medians); a sum of "
        f"{int(whole['value']):,} logs is off by {at_most(whole['max_ulp'], 2)} ulps in float64."
    )


def types_of_files(tables: Tables) -> str | None:
    """Where the naive softmax loses the types of files, and what the shifted one does with the same logits."""
    rows = pick(tables["files"], problem="softmax")
    naive = pick(rows, algorithm="naive")
    gone = naive[outcome.gone(naive)]
    shifted = pick(rows, algorithm="shifted")
    if gone.empty or outcome.gone(shifted).any():
        return None
    largest = classified()[0].max()
    return (
        f"On logits of magika, up to {number(float(largest))}, the naive softmax loses {outcome.losses(gone).sum():,} "
        f"of {gone['count'].sum():,} results in {listed(gone['format'])}; the shifted one is off by "
        f"{at_most(one(shifted, format='float16')['max_ulp'])} ulps there."
    )


def a_word(tables: Tables) -> str | None:
    """What is drawn and kept of a whole vocabulary in bfloat16."""
    narrow, wide = (one(tables["drawn"], format=name)["total_variation"] for name in ("bfloat16", "float32"))
    words = one(tables["kept"], format="bfloat16", algorithm="descending")
    if not (narrow > 0.1 > wide and words["kept"] > 2 * words["due"]):
        return None
    return (
        f"Of English words drawn by partial sums in bfloat16 {percent(narrow)} are another than is due, in float32 "
        f"{percent(wide)}; top-p {plain(TOP)} summed from above in bfloat16 keeps {words['kept']:,} words where "
        f"{words['due']:,} are due."
    )


def a_vocabulary(tables: Tables) -> str | None:
    """What is left of the softmax over a whole vocabulary in bfloat16."""
    rows = pick(tables["all_words"], problem="softmax", format="bfloat16")
    shifted, faithful = (one(rows, algorithm=name) for name in ("shifted", "faithful"))
    if not shifted["max_relative"] > 10 * faithful["max_relative"]:
        return None
    return (
        f"Over the {int(shifted['value']):,} words of wordfreq, the shifted softmax in bfloat16, summed in order, is "
        f"{number(1 + shifted['max_relative'])} times what is due at worst: its sum stands still."
    )


experiment = Experiment(
    __file__,
    __doc__ or "",
    order=51,
    title="Words and files",
    tables={
        "texts": Sweep(
            parameter="n",
            values=[1, 3, 10, 30, 100, 300, 1000, 10_000],
            families=[Family("English words", texts)],
            problems=dict.fromkeys(("likelihood", "log_likelihood")),
            rows=lambda n: max(2, min(20, 20_000 // n)),
        ),
        "lost": lost,
        "drawn": drawn,
        "kept": kept,
        "vocabulary": Sweep(
            parameter="n",
            values=[28_917],
            families=[Family("log frequencies", vocabulary)],
            problems=FORMULAS,
            rows=lambda _: 1,
        ),
        "all_words": Sweep(
            parameter="n",
            values=[321_180],
            families=[Family("log frequencies", vocabulary)],
            problems=FORMULAS,
            formats=["float16", "bfloat16"],
            rows=lambda _: 1,
        ),
        "files": Sweep(
            parameter="classes",
            values=[214],
            families=[Family("magika's logits", lambda *_: classified())],
            problems=dict.fromkeys(PROBLEMS),
        ),
    },
    data=[WORDS.name, FILES.name],
    findings=[
        Finding(a_paragraph, rank=5),
        Finding(types_of_files, rank=6),
        Finding(a_word, rank=6),
        Finding(a_vocabulary, rank=7),
    ],
)

if __name__ == "__main__":
    run_experiments([experiment])
