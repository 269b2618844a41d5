"""And on an accelerator?

The same measurements as in ``libraries`` of what PyTorch and JAX compute on a device of theirs. Elsewhere they are left
as they are: ``study run devices --backends torch:cuda`` adds the rows of a machine that has one.
"""

from functools import partial

from study.libraries import curves, tables
from study.report import findings
from study.runs.experiment import Experiment, Finding
from study.runs.runner import run_experiments

DEVICES = ("torch:cuda", "jax:gpu")

experiment = Experiment(
    __file__,
    __doc__ or "",
    order=212,
    title="Devices",
    tables={
        "battery": partial(tables.on_battery, DEVICES),
        "layouts": partial(tables.by_layout, DEVICES),
        "ours": partial(tables.ours, DEVICES),
        "row_sums": partial(curves.row_sums, DEVICES, curves.LENGTHS, ("rows", "columns")),
    },
    problems=("logsumexp", "softmax", "log_softmax", *curves.SIGMOIDS),
    backends=DEVICES,
    findings=[
        Finding(findings.lost_functions, rank=6, scope={"battery": "hard battery"}),
        Finding(findings.within_one_ulp, rank=7, scope={"battery": "hard battery"}),
    ],
)

if __name__ == "__main__":
    run_experiments([experiment])
