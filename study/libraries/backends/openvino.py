"""OpenVINO on the CPU: models of one operation, computed in the format of their input; binary64 has no kernel there."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from study.libraries.backends.base import Backend, LibraryFunction

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

TYPES = {"float16": "f16", "bfloat16": "bf16", "float32": "f32"}


def _modelled(*attributes: Any, axes: bool = False) -> Callable[..., Any]:
    """A call that runs an operation with these attributes, and, where it has some, with its axis first."""

    def run(operation: Any, x: NDArray[Any], axis: int = -1) -> NDArray[Any]:
        at = (axis,) if axes else ()
        return _computed(_compiled(operation, x.dtype.name, x.ndim, (*at, *attributes)), x)

    def without_axis(operation: Any, x: NDArray[Any]) -> NDArray[Any]:
        return run(operation, x)

    return run if axes else without_axis


@cache
def _compiled(operation: Any, dtype: str, axes: int, attributes: tuple[Any, ...]) -> Any:
    """A request of a model that is that operation, computed in the dtype of its input."""
    import openvino

    kind = getattr(openvino.Type, TYPES[dtype])
    given = openvino.opset13.parameter([-1] * axes, kind)
    model = openvino.Model([operation(given, *attributes)], [given])
    hint = {"INFERENCE_PRECISION_HINT": kind}
    return openvino.Core().compile_model(model, "CPU", hint).create_infer_request()


def _computed(request: Any, x: NDArray[Any]) -> NDArray[Any]:
    """The result; numbers of 16 bits go in and out as their bits, since NumPy has no bfloat16."""
    import openvino

    kind = request.get_compiled_model().inputs[0].get_element_type()
    tensor = openvino.Tensor(kind, x.shape)
    tensor.data.view(f"u{x.itemsize}")[...] = x.view(f"u{x.itemsize}")
    request.infer([tensor])
    return np.array(request.get_output_tensor(0).data).view(f"u{x.itemsize}").view(x.dtype)


BACKEND = Backend(
    name="openvino",
    distribution="openvino",
    module="openvino",
    functions=(
        LibraryFunction("softmax", "openvino.opset13.softmax", _modelled(axes=True)),
        LibraryFunction("log_softmax", "openvino.opset13.log_softmax", _modelled(axes=True)),
        LibraryFunction("sigmoid", "openvino.opset13.sigmoid", _modelled()),
        LibraryFunction("softplus", "openvino.opset13.softplus", _modelled()),
        LibraryFunction("likelihood", "openvino.opset13.reduce_prod", _modelled(axes=True)),
    ),
    repositories=("openvinotoolkit/openvino",),
    colour="brown",
    formats=tuple(TYPES),
)
