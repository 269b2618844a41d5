"""And with PyTorch and JAX beside them?

The same measurements as in ``libraries``, and the inputs of ``reports``, of every backend. Our own formulas run on the
arrays of both libraries too: the same code, each operation theirs.
"""

from functools import partial
from pathlib import Path

from study.gate import contracts
from study.libraries import corpus, curves, tables
from study.report import findings
from study.runs.experiment import Experiment, Finding
from study.runs.runner import run_experiments

ALL = ("jax", "numpy", "scipy", "sklearn", "torch")
TIES = "more ties than float16 counts"
REPORTS = Path(__file__).with_name("reports.toml")

experiment = Experiment(
    __file__,
    __doc__ or "",
    order=210,
    title="PyTorch and JAX",
    tables={
        "backends": partial(tables.presence, ALL),
        "battery": partial(tables.on_battery, ALL),
        "layouts": partial(tables.by_layout, ALL),
        "ours": partial(tables.ours, ALL),
        "row_sums": partial(curves.row_sums, ALL, curves.LENGTHS, ("rows", "columns")),
        "float16_axis": partial(curves.float16_axis, ALL, curves.SIGMOIDS),
        "reports": partial(corpus.verdicts, REPORTS, ALL),
    },
    problems=("logsumexp", "softmax", "log_softmax", *curves.SIGMOIDS),
    contracts=[contracts.faithful_on_reports],
    backends=ALL,
    data=(REPORTS.name,),
    findings=[
        Finding(findings.row_sum("bfloat16", "columns", 4096), rank=7),
        Finding(findings.infinite("logsumexp", "float16", TIES), rank=7),
        Finding(findings.zero("nll", "float32", "one dominates"), rank=7),
        Finding(findings.lost_functions, rank=6, scope={"battery": "hard battery"}),
        Finding(findings.within_one_ulp, rank=7, scope={"battery": "hard battery"}),
        Finding(findings.still_wrong("torch"), rank=7),
        Finding(findings.still_wrong("jax"), rank=7),
    ],
)

if __name__ == "__main__":
    run_experiments([experiment])
