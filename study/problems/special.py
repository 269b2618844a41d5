"""The special arguments of a problem, as stacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from study.formats import Format
    from study.problems.base import Problem


def stacks(problem: Problem, form: Format) -> Iterator[tuple[NDArray[Any], ...]]:
    """A problem's special arguments in a format, those of one shape as one stack."""
    found: dict[tuple[Any, ...], list[tuple[Any, ...]]] = {}
    for given, _ in problem.special:
        found.setdefault(tuple(np.shape(a) for a in given), []).append(given)
    for stack in found.values():
        yield tuple(
            np.array(values, np.int64) if kind.integer else form.round(np.array(values, np.float64))
            for values, kind in zip(zip(*stack, strict=True), problem.signature.arguments, strict=True)
        )
