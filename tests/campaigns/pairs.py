"""Instances that two numbers make: a pair of arguments, a vector of two, two classes, their complements, a chain, and a
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
    elif problem.signature.chain:
        square = np.stack([both, both[:, ::-1]], axis=1)
        of_two = {Kind.VECTOR: both, Kind.SQUARE: square, Kind.MATRIX: both[:, None]}
        yield tuple(of_two.get(kind, np.ones((len(a), 1), int)) for kind in kinds)
    elif kinds[0] is Kind.VECTOR and kinds.count(Kind.NUMBER) == 1:
        yield from _beside_a_number(problem, a, led(problem.domains[-1], b))
    elif not any(kind.integer for kind in kinds):
        for rest in (b, np.ones_like(b)):
            given = [a, b, *[rest] * (len(kinds) - 2)]
            yield tuple(v if kind is Kind.NUMBER else v[:, None] for v, kind in zip(given, kinds, strict=True))
    else:
        for target in (0, 1):
            batch = Kind.MATRIX in kinds
            chosen = np.full((len(a), 1) if batch else len(a), target)
            yield (both[:, None] if batch else both), chosen


def _beside_a_number(problem: Problem, a: NDArray[Any], number: NDArray[Any]) -> Iterator[tuple[NDArray[Any], ...]]:
    """Rows of a and 0 with a number each, and either as the target where there is one."""
    rows, has_target = np.stack([a, np.zeros_like(a)], axis=-1), Kind.INDEX in problem.signature.arguments
    for target in (0, 1) if has_target else (0,):
        yield rows, *([np.full(len(a), target)] if has_target else []), number


def _with_complement(form: Format, p: NDArray[Any]) -> NDArray[Any]:
    """(p, 1 - p), rounded to the format."""
    wide = p.astype(np.float64)
    with np.errstate(invalid="ignore"):
        return np.stack([p, form.round(1 - wide)], axis=-1)
