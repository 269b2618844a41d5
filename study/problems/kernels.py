"""The algorithm ``faithful`` of every problem as a function on arrays: ``study.kernels.softmax(x, axis=0)``.

Arguments are arrays of one format (``study.FORMATS``), float64 where they are lists or Python numbers; a target is
integers. The result is a NumPy array of that format, rounded to it once. Stacks broadcast as in NumPy. The n numbers of
a vector lie along ``axis``, counted in each argument by itself, and come last in the shapes below. Infinities, NaN and
empty vectors give the ``special`` values of the problem, without a warning.

Errors are less than one ulp of the format, for up to 2**20 numbers an instance; a result within half an ulp is
correctly rounded. The largest measured are in docs/faithful.md. A function is made of what its problem declares.
"""

from __future__ import annotations

import inspect
import operator
import sys
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from study.problems.registry import PROBLEMS
from study.problems.signature import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from study.problems.base import Problem

SHAPES = {kind: f"(…{''.join(f', {axis}' for axis in kind.axes)})" for kind in Kind}


def __getattr__(name: str) -> Callable[..., NDArray[Any]]:
    if name not in __dir__():
        raise AttributeError(f"no kernel named {name!r}; there are: {', '.join(__dir__())}")
    return _kernel(name)


def __dir__() -> list[str]:
    return sorted(name for name, problem in PROBLEMS.items() if "faithful" in problem.algorithms)


def arguments(problem: Problem) -> list[str]:
    """What the formulas of a problem call its arguments."""
    return list(inspect.signature(next(iter(problem.algorithms.values())).function).parameters)


@cache
def _kernel(name: str) -> Callable[..., NDArray[Any]]:
    problem = PROBLEMS[name]

    def kernel(*args: Any, **options: Any) -> NDArray[Any]:
        try:
            signature.bind(*args, **options)
        except TypeError as error:
            raise TypeError(f"{name}{signature}: {error}") from None
        return _faithful(problem, *args, **options)

    signature = _signature(problem)
    kernel.__name__, kernel.__qualname__, kernel.__module__ = name, name, __name__
    kernel.__doc__ = _doc(problem)
    vars(kernel)["__signature__"] = signature
    return kernel


def _signature(problem: Problem) -> inspect.Signature:
    option = partial(inspect.Parameter, kind=inspect.Parameter.KEYWORD_ONLY)
    options = [option("axis", default=-1)] if "n" in problem.signature.arguments[0].axes else []
    options += [option("keepdims", default=False)] if problem.shape == "(n)->()" else []
    given = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_ONLY) for name in arguments(problem)]
    return inspect.Signature([*given, *options])


def _doc(problem: Problem) -> str:
    kinds = problem.signature.arguments
    shapes = [f"{name} {SHAPES[kind]}" for name, kind in zip(arguments(problem), kinds, strict=True)]
    result = "(…, n)" if problem.signature.vector_result else "(…)"
    refused = ["a dtype that is no format", "or two of them" if len(kinds) > 1 else ""]
    refused += ["a target that is no integers"] if any(kind.integer for kind in kinds) else []
    unfit = "shapes that do not fit, or a target outside 0 … n − 1" if any(kind.integer for kind in kinds) else "shapes"
    return "\n".join(
        [
            problem.formula,
            "",
            str(sys.modules[problem.definition.__module__].__doc__).partition("\n")[0],
            "",
            f"Shapes: {', '.join(shapes)}; the result {result}. Error: less than one ulp of the format.",
            f"Raises TypeError for {', '.join(filter(None, refused))}; ValueError for a missing axis or {unfit}.",
        ]
    )


def _faithful(problem: Problem, *args: Any, axis: int = -1, keepdims: bool = False) -> NDArray[Any]:
    algorithm, said = problem.algorithms["faithful"], f"{problem.name} (faithful)"
    try:
        axis = operator.index(axis)
    except TypeError:
        raise TypeError(f"{said}: axis must be an integer, got {axis!r}") from None
    arrays = []
    for position, (arg, kind) in enumerate(zip(args, algorithm.signature.arguments, strict=True)):
        try:
            array = np.asarray(arg)
        except (TypeError, ValueError) as error:
            raise type(error)(f"{said}: argument {position} is no array: {error}") from None
        if "n" in kind.axes and not -array.ndim <= axis < array.ndim:
            raise ValueError(f"{said}: argument {position} of shape {array.shape} has no axis {axis}")
        if not (hasattr(arg, "dtype") or kind.integer) and array.dtype.kind in "iu":
            array = array.astype(np.float64)
        arrays.append(array)
    out: NDArray[Any] = algorithm(*arrays, axis=axis)
    return np.expand_dims(out, axis) if keepdims else out
