"""Gradients by the differentiation of installed libraries, against the logit."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from study.formats import get_format
from study.inputs.families import rounded
from study.libraries.backends import laid_out
from study.libraries.tables import present, table
from study.measurement.case import Case
from study.measurement.judged import measure_trusted
from study.problems import get_problem
from study.problems.signature import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from study.inputs.families import Arguments

PROBLEMS = ("binary_cross_entropy_gradient", "nll_gradient")


def sweep(names: Sequence[str], logits: Sequence[float]) -> pd.DataFrame:
    """A row for each function, format, label and logit."""
    return table(_rows(names, logits))


def _rows(names: Sequence[str], logits: Sequence[float]) -> Iterator[list[dict[str, Any]]]:
    for backend in present(names):
        for function in backend.functions:
            if function.problem not in PROBLEMS:
                continue
            key = {"backend": backend.name, "version": backend.version, "problem": function.problem}
            for form in backend.formats:
                for inputs, value, case in _cases(function.problem, form, tuple(logits)):
                    found = measure_trusted(laid_out(backend, function), {inputs: case})
                    figures = found.drop(columns=["problem", "function", "format", "inputs"])
                    measured = cast("dict[str, Any]", figures.to_dict("records")[0])
                    place = {"inputs": inputs, "parameter": "logit", "value": value}
                    yield [{**key, "algorithm": function.name, "format": form, **place, **measured}]


@lru_cache(maxsize=16)
def _cases(problem: str, form: str, logits: tuple[float, ...]) -> list[tuple[str, float, Case]]:
    """Label or target, logit, and its case; what is exact of it is found once for all functions."""
    solved = get_problem(problem)
    classes = solved.signature.arguments[0] is Kind.VECTOR
    drawn = list(_arguments(logits, classes=classes))
    return [(inputs, x, Case(solved, rounded(get_format(form), args))) for inputs, x, args in drawn]


def _arguments(logits: Sequence[float], *, classes: bool) -> Iterator[tuple[str, float, Arguments]]:
    """Label or target, logit x, and the arguments: x alone, or x and two zeros."""
    for label in (1, 0):
        for x in logits:
            if classes:
                inputs = f"[x, 0, 0], target {1 - label}"
                yield inputs, x, (np.array([[x, 0.0, 0.0]]), np.array([1 - label]))
            else:
                yield f"label {label}", x, (np.array([x], dtype=np.float64), np.array([label], dtype=np.float64))
