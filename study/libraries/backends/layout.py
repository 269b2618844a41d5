"""How the vectors lie in memory: along which axis, and which axis is contiguous."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from study.problems import get_problem
from study.problems.signature import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from study.libraries.backends.base import Backend, LibraryFunction

LAYOUTS = {
    "rows": "C order, axis −1: each vector contiguous",
    "columns": "C order, axis 0: the vectors are columns",
    "strided rows": "Fortran order, axis −1: neighbours of a vector far apart",
}
"""What each is."""


def laid_out(backend: Backend, function: LibraryFunction, layout: str = "rows") -> Callable[..., Any]:
    """A library's function as one of NumPy arrays with vectors along the last axis, called in another layout.

    Args:
        backend: whose it is.
        function: the function.
        layout: one of ``LAYOUTS``.

    Raises:
        AbsentError: the backend is not installed.
        ValueError: no such layout, or the function takes vectors along the last axis only.
    """
    if layout not in LAYOUTS:
        raise ValueError(f"no layout named {layout!r}; there are: {', '.join(LAYOUTS)}")
    if layout == "columns" and not function.has_axis:
        raise ValueError(f"{function.name} takes its vectors along the last axis only")
    signature = get_problem(function.problem).signature
    if layout == "rows":
        return backend.on_numpy(function)

    def columns(*args: Any) -> Any:
        result = function(*args, axis=0)
        return backend.to_library(np.moveaxis(backend.to_numpy(result), 0, -1)) if signature.vector_result else result

    columns.__name__ = function.name
    call = backend.on_numpy(columns if layout == "columns" else function)
    change = _columns if layout == "columns" else np.asfortranarray

    def called(*args: NDArray[Any]) -> NDArray[Any]:
        return np.asarray(call(*signature.each(args, change, {Kind.VECTOR})))

    called.__name__ = function.name
    return called


def _columns(x: NDArray[Any]) -> NDArray[Any]:
    return np.ascontiguousarray(np.moveaxis(x, -1, 0))
