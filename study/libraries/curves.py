"""Curves of what installed libraries compute: row sums of softmax against its length, errors along the float16 axis."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from study.formats import FORMATS
from study.libraries.backends import laid_out
from study.libraries.tables import present
from study.measurement.case import Case
from study.problems import get_problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from study.libraries.backends import Backend, LibraryFunction

LENGTHS = (1, 10, 100, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536, 70000, 100000)
"""Row lengths of both experiments on libraries."""
SIGMOIDS = ("sigmoid", "log_sigmoid", "softplus")
"""Problems of one number, for the whole float16 axis."""
ROWS = 8
"""Equal rows beside each other, so that a column is not contiguous."""
BINS = 124
"""The finite float16 numbers, -65504 to 65504, in so many parts of 512 neighbours."""


def row_sums(names: Sequence[str], lengths: Sequence[int], layouts: Sequence[str]) -> pd.DataFrame:
    """The exact sum of the computed softmax of n equal logits, by library, format and layout; 1 is due."""
    import pandas as pd

    return pd.DataFrame(
        {
            "backend": backend.name,
            "version": backend.version,
            "problem": "softmax",
            "algorithm": function.name,
            "format": form,
            "layout": layout,
            "n": n,
            "row_sum": _row_sum(backend, function, form, layout, n),
        }
        for backend in present(names)
        for function in backend.functions
        if function.problem == "softmax"
        for form in backend.formats
        for layout in layouts
        if function.has_axis or layout != "columns"
        for n in lengths
    )


def _row_sum(backend: Backend, function: LibraryFunction, form: str, layout: str, n: int) -> float:
    equal = np.zeros((ROWS, n), FORMATS[form].dtype)
    row = laid_out(backend, function, layout)(equal)[0]
    return math.fsum(row.astype(np.float64).tolist())


def float16_axis(names: Sequence[str], problems: Sequence[str]) -> pd.DataFrame:
    """The worst error of functions of one number in each part of the float16 axis; every finite number is measured."""
    import pandas as pd

    axis = finite_float16()
    rows: list[dict[str, Any]] = []
    for problem in problems:
        case = Case(get_problem(problem), (axis,))
        for backend in present(names):
            for function in backend.functions:
                if function.problem != problem:
                    continue
                computed = laid_out(backend, function)(axis)
                key = {"backend": backend.name, "version": backend.version, "problem": problem}
                ulps = case.compare(computed).ulps
                rows += [
                    {**key, "algorithm": function.name, "format": "float16", **part} for part in _parts(axis, ulps)
                ]
    return pd.DataFrame(rows)


def finite_float16() -> NDArray[np.float16]:
    """Every finite float16 number in order, zero once."""
    positive = np.arange(0x7C00, dtype=np.uint16).view(np.float16)
    return np.concatenate([-positive[:0:-1], positive])


def _parts(axis: NDArray[np.float16], ulps: NDArray[np.float64]) -> list[dict[str, Any]]:
    parts = []
    for numbers, errors in zip(np.array_split(axis, BINS), np.array_split(ulps, BINS), strict=True):
        at = int(np.argmax(errors))
        parts.append({
            "from_logit": float(numbers[0]), "to_logit": float(numbers[-1]), "count": len(numbers),
            "worst_logit": float(numbers[at]), "max_ulp": float(errors[at]),
        })  # fmt: skip
    return parts
