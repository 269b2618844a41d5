"""ONNX Runtime on the CPU: models of one operator, which ``onnx`` writes; bfloat16 has no kernel there."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any

from study.libraries.backends.base import Backend, LibraryFunction

if TYPE_CHECKING:
    from collections.abc import Callable

OPSET = 17
"""The last one in which a reduction's axes are attributes."""


class Operator(LibraryFunction):
    """An operator of ONNX, ``onnxruntime.Softmax``: a model of it alone, run."""

    @property
    def function(self) -> Callable[..., Any]:
        """A function of NumPy arrays; keywords are the operator's attributes."""
        return partial(_run, self.name.rpartition(".")[2])


def _run(operator: str, *arrays: Any, **attributes: Any) -> Any:
    kinds = tuple((a.dtype.name, a.ndim) for a in arrays)
    session = _session(operator, kinds, tuple(sorted(attributes.items())))
    return session.run(None, {f"x{i}": a for i, a in enumerate(arrays)})[0]


@cache
def _session(operator: str, kinds: tuple[tuple[str, int], ...], attributes: tuple[tuple[str, Any], ...]) -> Any:
    """A session of a model that is that operator, for arrays of these dtypes and numbers of axes."""
    import numpy as np
    import onnxruntime
    from onnx import helper

    def of(dtype: str) -> int:
        return int(helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))

    given = [helper.make_tensor_value_info(f"x{i}", of(d), [None] * axes) for i, (d, axes) in enumerate(kinds)]
    result = helper.make_tensor_value_info("y", of(kinds[0][0]), None)
    node = helper.make_node(operator, [v.name for v in given], ["y"], **{k: _plain(v) for k, v in attributes})
    graph = helper.make_graph([node], operator, given, [result])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _reduced(f: Any, x: Any, axis: int) -> Any:
    return f(x, axes=(axis,), keepdims=0)


BACKEND = Backend(
    name="onnxruntime",
    distribution="onnxruntime",
    module="onnxruntime",
    needs=("onnx",),
    functions=(
        Operator("logsumexp", "onnxruntime.ReduceLogSumExp", _reduced),
        Operator("softmax", "onnxruntime.Softmax", lambda f, x, axis: f(x, axis=axis)),
        Operator("log_softmax", "onnxruntime.LogSoftmax", lambda f, x, axis: f(x, axis=axis)),
        Operator("nll", "onnxruntime.SoftmaxCrossEntropyLoss", lambda f, x, t: f(x, t, reduction="none")),
        Operator("sigmoid", "onnxruntime.Sigmoid", lambda f, x: f(x)),
        Operator("softplus", "onnxruntime.Softplus", lambda f, x: f(x)),
        Operator("likelihood", "onnxruntime.ReduceProd", _reduced),
    ),
    repositories=("microsoft/onnxruntime",),
    colour="blue",
    formats=("float16", "float32", "float64"),
)
