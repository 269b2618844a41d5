"""What became of the reports?

Inputs on which somebody found a library wrong, from the trackers of many, given to the libraries installed here and to
our own formulas. ``experiments/reports.toml`` has the inputs and the links; what is right, and who is, is computed.
"""

from functools import partial
from pathlib import Path

from study.gate import contracts
from study.libraries import corpus
from study.plots.text import at_most
from study.report import findings
from study.report.evidence import pick
from study.runs.experiment import Experiment, Finding, Tables
from study.runs.runner import run_experiments

BACKENDS = ("numpy", "scipy", "sklearn")
FILE = Path(__file__).with_suffix(".toml")


def reported(tables: Tables) -> str | None:
    """How many reported inputs there are, and how our naive and faithful formulas fare on them."""
    rows = tables["reports"]
    ours = pick(rows[rows["verdict"] != "not applicable"], backend="study")
    naive, faithful = (pick(ours, algorithm=name) for name in ("naive", "faithful"))
    if naive.empty or faithful.empty:
        return None
    links = {link for line in rows["link"] for link in line.split()}
    return (
        f"{len(links)} reports from the field come down to {rows['title'].nunique()} inputs. The naive formula is "
        f"wrong on {len(pick(naive, verdict='wrong'))} of the {len(naive)} that it is for; faithful is within one ulp "
        f"on {len(pick(faithful, verdict='right'))} of {len(faithful)}, at most {at_most(faithful['ulps'].max())} ulps "
        "off."
    )


experiment = Experiment(
    __file__,
    __doc__ or "",
    order=220,
    tables={"reports": partial(corpus.verdicts, FILE, BACKENDS)},
    problems=sorted({case.problem for case in corpus.read(FILE)}),
    contracts=[contracts.faithful_on_reports],
    backends=BACKENDS,
    data=(FILE.name,),
    findings=[Finding(reported, rank=6), Finding(findings.still_wrong("scipy"), rank=7)],
)

if __name__ == "__main__":
    run_experiments([experiment])
