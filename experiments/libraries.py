"""Which released library is wrong, where, and by how much?

People call ``scipy.special.logsumexp``, not a formula. Every function is measured under its own name on the hard
battery, in each format, with vectors as rows, as columns and strided. PyTorch and JAX have an experiment of their own,
``libraries_all``, which ``make libraries`` runs.
"""

from functools import partial

from study import plots
from study.libraries import curves, tables
from study.libraries.backends import LAYOUTS
from study.report import captions
from study.report import library_sentences as sentences
from study.report.evidence import pick
from study.runs.experiment import Experiment, Figure, Finding
from study.runs.runner import run_experiments

BACKENDS = ("numpy", "scipy", "sklearn")
TIES = "more ties than float16 counts"

experiment = Experiment(
    __file__,
    __doc__ or "",
    order=200,
    tables={
        "backends": partial(tables.presence, BACKENDS),
        "battery": partial(tables.on_battery, BACKENDS),
        "layouts": partial(tables.by_layout, BACKENDS),
        "row_sums": partial(curves.row_sums, BACKENDS, curves.LENGTHS, tuple(LAYOUTS)),
        "float16_axis": partial(curves.float16_axis, BACKENDS, curves.SIGMOIDS),
    },
    problems=("logsumexp", "softmax", "log_softmax", *curves.SIGMOIDS),
    backends=BACKENDS,
    figures={
        "row_sums": Figure(
            lambda tables: plots.lines(
                pick(tables["row_sums"], format="float16"),
                "n",
                "row_sum",
                by="backend",
                panel=["layout"],
                across="equal logits n",
                up="sum of the row",
                columns=3,
            ),
            captions.row_sums("float16"),
        ),
    },
    findings=[
        Finding(sentences.row_sum("float16", "columns", 4096), rank=4),
        Finding(sentences.infinite("logsumexp", "float16", TIES), rank=7),
        Finding(sentences.zero("log_softmax", "float64", "one dominates"), rank=7),
        Finding(sentences.lost_functions, rank=7, scope={"battery": "hard battery"}),
        Finding(sentences.within_one_ulp, rank=7, scope={"battery": "hard battery"}),
    ],
)

if __name__ == "__main__":
    run_experiments([experiment])
