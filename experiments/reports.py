"""What became of the reports?

Inputs on which somebody found a library wrong, from the trackers of many, given to the libraries installed here and to
our own formulas. ``experiments/reports.toml`` has the inputs and the links; what is right, and who is, is computed.
"""

from functools import partial
from pathlib import Path

from study.gate import contracts
from study.libraries import corpus
from study.report import library_sentences as sentences
from study.runs.experiment import Experiment, Finding
from study.runs.runner import run_experiments

BACKENDS = ("numpy", "scipy", "sklearn")
FILE = Path(__file__).with_suffix(".toml")

experiment = Experiment(
    __file__,
    __doc__ or "",
    order=220,
    tables={"reports": partial(corpus.verdicts, FILE, BACKENDS)},
    problems=sorted({case.problem for case in corpus.read(FILE)}),
    contracts=[contracts.faithful_on_reports],
    backends=BACKENDS,
    data=(FILE.name,),
    findings=[Finding(sentences.reported, rank=6), Finding(sentences.still_wrong("scipy"), rank=7)],
)

if __name__ == "__main__":
    run_experiments([experiment])
