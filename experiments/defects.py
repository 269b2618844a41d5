"""Which defects found here does no tracker have, and are they still there?

What a maintainer needs, ready to paste: the call, the input, what the installed version prints, what is exact. Both are
computed from the code that is shown, in a process of its own. ``experiments/defects.toml`` declares them, with the
searches that found no thread of it (27 November 2026), which cannot prove that there is none.
"""

from functools import partial
from pathlib import Path

from study.libraries import defects
from study.plots.text import listed
from study.report.evidence import pick
from study.runs.experiment import Experiment, Finding, Tables
from study.runs.runner import run_experiments

FILE = Path(__file__).with_suffix(".toml")
BACKENDS = tuple(sorted({defect.backend for defect in defects.read(FILE)}))


def still(tables: Tables) -> str | None:
    """How many are still there, in which versions."""
    wrong = pick(tables["values"], verdict="wrong").drop_duplicates("title")
    if wrong.empty:
        return None
    where = [f"{len(part)} in {name} {part['version'].iloc[0]}" for name, part in wrong.groupby("backend", sort=False)]
    return (
        f"{len(wrong)} of {tables['values']['title'].nunique()} defects found here, of which no thread is known, are "
        f"in the versions installed: {listed(where)}."
    )


def lost(tables: Tables) -> str | None:
    """What is printed instead of ordinary numbers."""
    wrong = pick(tables["values"], verdict="wrong")
    computed = wrong["computed"].astype(float)
    nan, zero, infinite = computed.isna(), computed == 0, computed.abs() == float("inf")
    words = [f"{k.sum()} {name}" for name, k in (("NaN", nan), ("zeros", zero), ("infinities", infinite)) if k.any()]
    if not words:
        return None
    return f"Where ordinary numbers are due, {len(wrong)} of them, these defects print {listed(words)}."


experiment = Experiment(
    __file__,
    __doc__ or "",
    order=222,
    title="Defects",
    tables={"texts": partial(defects.texts, FILE), "values": partial(defects.values, FILE)},
    backends=BACKENDS,
    data=(FILE.name,),
    findings=[Finding(still, rank=6), Finding(lost, rank=7)],
)

if __name__ == "__main__":
    run_experiments([experiment])
