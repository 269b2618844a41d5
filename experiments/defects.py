"""Which defects found here does no tracker have, and are they still there?

What a maintainer needs, ready to paste: the call, the input, what the installed version prints, what is exact. Both are
computed from the code that is shown, in a process of its own. ``experiments/defects.toml`` declares them, with the
searches that found no thread of it (27 November 2026), which cannot prove that there is none.
"""

from functools import partial
from math import isfinite
from pathlib import Path

from study.libraries import defects
from study.plots.text import listed, number
from study.report.evidence import pick
from study.runs.experiment import Experiment, Finding, Tables
from study.runs.runner import run_experiments

FILE = Path(__file__).with_suffix(".toml")
BACKENDS = tuple(sorted({defect.backend for defect in defects.read(FILE)}))


def still(tables: Tables) -> str | None:
    """How many are still there, in which versions, and what they print instead of ordinary numbers."""
    wrong = pick(tables["values"], verdict="wrong")
    if wrong.empty:
        return None
    titles, versions = wrong.drop_duplicates("title"), wrong.drop_duplicates("backend")
    where = [
        f"{(titles['backend'] == row.backend).sum()} in {row.backend} {row.version}" for row in versions.itertuples()
    ]
    computed = wrong["computed"].astype(float)
    counts = {"NaN": computed.isna(), "zeros": computed == 0, "infinities": computed.abs() == float("inf")}
    printed = [f"{hits.sum()} {words}" for words, hits in counts.items() if hits.any()]
    pairs = [(c, r) for c, r in zip(computed, wrong["reference"], strict=True) if c and isfinite(c)]
    if pairs:
        printed.append(" for ".join(number(float(x)) for x in max(pairs, key=lambda pair: abs(pair[0] - pair[1]))))
    return (
        f"Of {tables['values']['title'].nunique()} unreported defects found here {len(titles)} are in the versions "
        f"installed, {listed(where)}: they print {listed(printed)}."
    )


experiment = Experiment(
    __file__,
    __doc__ or "",
    order=222,
    title="Defects",
    tables={"texts": partial(defects.texts, FILE), "values": partial(defects.values, FILE)},
    backends=BACKENDS,
    data=(FILE.name,),
    findings=[Finding(still, rank=6)],
)

if __name__ == "__main__":
    run_experiments([experiment])
