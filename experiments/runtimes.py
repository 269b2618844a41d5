"""And TensorFlow, Keras, and the runtimes that models are served by: ONNX Runtime, OpenVINO, optax?

The same measurements as in ``libraries`` of what runs a model once it is trained: operators of ONNX, each a model of
its own, operations of OpenVINO in the format of their input, TensorFlow's and Keras's run eagerly; optax's losses.
``make libraries`` installs and measures them.
"""

from functools import partial

from study.libraries import curves, tables
from study.libraries.backends import LAYOUTS
from study.report import findings
from study.runs.experiment import Experiment, Finding
from study.runs.runner import run_experiments

BACKENDS = ("keras", "onnxruntime", "openvino", "optax", "tensorflow")

experiment = Experiment(
    __file__,
    __doc__ or "",
    order=215,
    title="TensorFlow, runtimes",
    tables={
        "battery": partial(tables.on_battery, BACKENDS),
        "layouts": partial(tables.by_layout, BACKENDS),
        "row_sums": partial(curves.row_sums, BACKENDS, curves.LENGTHS, tuple(LAYOUTS)),
        "float16_axis": partial(curves.float16_axis, BACKENDS, curves.SIGMOIDS),
    },
    problems=("logsumexp", "softmax", "log_softmax", *curves.SIGMOIDS),
    backends=BACKENDS,
    findings=[
        Finding(findings.within_one_ulp, rank=7, scope={"battery": "hard battery"}),
    ],
)

if __name__ == "__main__":
    run_experiments([experiment])
