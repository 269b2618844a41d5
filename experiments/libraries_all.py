"""And with PyTorch and JAX beside them?

The same measurements as in ``libraries``, and the inputs of ``reports``, of every backend. Our own formulas run on the
arrays of both libraries too: the same code, each operation theirs.
"""

from functools import partial
from pathlib import Path

from study import contracts, corpus, libraries, library_curves
from study.backends import BACKENDS
from study.experiment import Experiment, Finding
from study.report import library_sentences as sentences

ALL = tuple(BACKENDS)
TIES = "more ties than float16 counts"
REPORTS = Path(__file__).with_name("reports.toml")

experiment = Experiment(
    __file__,
    __doc__ or "",
    order=210,
    title="PyTorch and JAX",
    tables={
        "backends": partial(libraries.presence, ALL),
        "battery": partial(libraries.on_battery, ALL),
        "layouts": partial(libraries.by_layout, ALL),
        "ours": partial(libraries.ours, ALL),
        "row_sums": partial(library_curves.row_sums, ALL, library_curves.LENGTHS, ("rows", "columns")),
        "float16_axis": partial(library_curves.float16_axis, ALL, library_curves.SIGMOIDS),
        "reports": partial(corpus.verdicts, REPORTS, ALL),
    },
    problems=("logsumexp", "softmax", "log_softmax", *library_curves.SIGMOIDS),
    contracts=[contracts.faithful_on_reports],
    backends=ALL,
    data=(REPORTS.name,),
    findings=[
        Finding(sentences.row_sum("bfloat16", "columns", 4096), rank=7),
        Finding(sentences.infinite("logsumexp", "float16", TIES), rank=7),
        Finding(sentences.zero("nll", "float32", "one dominates"), rank=7),
        Finding(sentences.lost_functions, rank=6, scope={"battery": "hard battery"}),
        Finding(sentences.within_one_ulp, rank=7, scope={"battery": "hard battery"}),
        Finding(sentences.still_wrong("torch"), rank=7),
        Finding(sentences.still_wrong("jax"), rank=7),
    ],
)

if __name__ == "__main__":
    experiment.main()
