"""Instances that two numbers make: a pair of arguments, a vector of two, two classes and their complements, and a
logit beside 0 with a number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from study.inputs.domains import led
from study.problems.signature import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from study.formats import Format
    from study.problems import Problem


def pairs(problem: Problem, form: Format, numbers: NDArray[Any]) -> Iterator[tuple[NDArray[Any], ...]]:
    """Stacks of all instances of a problem that pairs of some numbers make."""
    a, b = (grid.ravel() for grid in np.meshgrid(numbers, numbers, indexing="ij"))
    both, kinds = np.stack([a, b], axis=-1), problem.signature.arguments
    if kinds == (Kind.NUMBER, Kind.NUMBER):
        yield a, b
    elif kinds == (Kind.VECTOR, Kind.VECTOR):
        yield a[:, None], b[:, None]
        yield _with_complement(form, a), _with_complement(form, b)
    elif kinds == (Kind.VECTOR,):
        yield (both,)
    elif Kind.NUMBER in kinds:
        beside = led(problem.domains[-1], b)
        logits = np.stack([a, np.zeros_like(a)], axis=-1)
        for target in (0, 1) if Kind.INDEX in kinds else ():
            yield logits, np.full(len(a), target), beside
        if Kind.INDEX not in kinds:
            yield logits, beside
    else:
        for target in (0, 1):
            batch = Kind.MATRIX in kinds
            chosen = np.full((len(a), 1) if batch else len(a), target)
            yield (both[:, None] if batch else both), chosen


def _with_complement(form: Format, p: NDArray[Any]) -> NDArray[Any]:
    """(p, 1 - p), rounded to the format."""
    wide = p.astype(np.float64)
    with np.errstate(invalid="ignore"):
        return np.stack([p, form.round(1 - wide)], axis=-1)
