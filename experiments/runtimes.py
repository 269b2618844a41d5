"""And the runtimes that models are served by: ONNX Runtime, OpenVINO, MLX, optax?

The same measurements as in ``libraries`` of what runs a model once it is trained: operators of ONNX, each a model of
its own, operations of OpenVINO in the format of their input, MLX on the CPU; and optax's losses. ``make libraries``
installs and measures them.
"""

from functools import partial

from study.libraries import curves, tables
from study.libraries.backends import LAYOUTS
from study.plots.text import listed, number
from study.report import findings
from study.report.evidence import pick
from study.runs.experiment import Experiment, Finding, Tables
from study.runs.runner import run_experiments

BACKENDS = ("mlx", "onnxruntime", "openvino", "optax")
NARROW = 2.0**20
"""Ulps of float64 by which a result is off that is right in float32 alone."""


def narrow(tables: Tables) -> str | None:
    """Which functions on float64 give no more than float32 would, on ordinary inputs."""
    rows = pick(tables["battery"], format="float64", inputs="ordinary")
    off = rows[rows["max_ulp"] > NARROW]
    if off.empty:
        return None
    each = [
        f"{len(part)} of {len(pick(rows, backend=name))} by {name}" for name, part in off.groupby("backend", sort=False)
    ]
    least = f"{number(float(off['max_ulp'].min()))} ulps and more"
    return f"Of functions on float64, no more than a float32's digits are right of {listed(each)}: off by {least}."


experiment = Experiment(
    __file__,
    __doc__ or "",
    order=215,
    title="Runtimes",
    tables={
        "battery": partial(tables.on_battery, BACKENDS),
        "layouts": partial(tables.by_layout, BACKENDS),
        "row_sums": partial(curves.row_sums, BACKENDS, curves.LENGTHS, tuple(LAYOUTS)),
        "float16_axis": partial(curves.float16_axis, BACKENDS, curves.SIGMOIDS),
    },
    problems=("logsumexp", "softmax", "log_softmax", *curves.SIGMOIDS),
    backends=BACKENDS,
    findings=[
        Finding(narrow, rank=6, scope={"battery": "hard battery"}),
        Finding(findings.lost_functions, rank=6, scope={"battery": "hard battery"}),
        Finding(findings.within_one_ulp, rank=7, scope={"battery": "hard battery"}),
    ],
)

if __name__ == "__main__":
    run_experiments([experiment])
