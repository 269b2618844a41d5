"""Special values, written down once: what each problem is where its arguments are empty, infinite, NaN or zero.

They are those of the definitions in the extended reals, where exp(-inf) = 0, log 0 = -inf, 0 log 0 = 0, and inf - inf
and inf / inf are undefined (NaN). A ``faithful`` algorithm keeps all of them; ``KEEPERS`` names the others that do.
"""

from __future__ import annotations

from math import inf, nan
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from study.formats import Format
    from study.problems.base import Problem

Case = tuple[tuple[Any, ...], Any]
"""Arguments and the result."""

SPECIAL: dict[str, tuple[Case, ...]] = {
    "likelihood": (
        (([],), 1), (([1.0],), 1), (([0.5, 0.0],), 0), (([-0.0],), 0), (([0.5, nan],), nan), (([0.0, inf],), nan),
        (([0.0, -inf],), nan), (([0.0, nan],), nan), (([inf, 0.5],), inf),
    ),
    "log_likelihood": (
        (([],), 0), (([1.0, 1.0],), 0), (([0.5, 0.0],), -inf), (([-0.0],), -inf), (([nan],), nan), (([-1.0],), nan),
        (([0.0, inf],), nan), (([0.5, inf],), inf), (([2.0, 0.5],), 0),
    ),
    "logsumexp": (
        (([],), -inf), (([0.0],), 0), (([-0.0],), 0), (([3.5],), 3.5), (([-inf],), -inf), (([-inf, -inf],), -inf),
        (([inf],), inf), (([inf, inf, -inf],), inf), (([inf, 0.0],), inf), (([-inf, 2.0],), 2), (([nan, 0.0],), nan),
        (([nan, inf],), nan),
    ),
    "logaddexp": (
        ((-inf, -inf), -inf), ((-inf, 2.0), 2), ((2.0, -inf), 2), ((inf, -inf), inf), ((inf, inf), inf),
        ((inf, 0.0), inf), ((nan, 0.0), nan), ((0.0, nan), nan), ((nan, inf), nan),
    ),
    "softmax": (
        (([],), []), (([7.0],), [1]), (([-inf, 0.0],), [0, 1]), (([0.0, -0.0],), [0.5, 0.5]),
        (([-inf, -inf],), [nan, nan]), (([inf, 0.0],), [nan, 0]), (([inf, inf],), [nan, nan]),
        (([nan, 0.0],), [nan, nan]),
    ),
    "log_softmax": (
        (([],), []), (([7.0],), [0]), (([-inf, 0.0],), [-inf, 0]), (([-inf, -inf],), [nan, nan]),
        (([inf, 0.0],), [nan, -inf]), (([inf, inf],), [nan, nan]), (([nan, 0.0],), [nan, nan]),
    ),
    "nll": (
        (([7.0], 0), 0), (([-inf, 0.0], 1), 0), (([-inf, 0.0], 0), inf), (([inf, 0.0], 1), inf), (([inf, 0.0], 0), nan),
        (([-inf, -inf], 0), nan), (([nan, 0.0], 1), nan),
    ),
    "mean_nll": (
        (([[7.0], [1.0]], [0, 0]), 0), (([[-inf, 0.0], [0.0, -inf]], [1, 0]), 0), (([[-inf, 0.0]], [0]), inf),
        (([[nan, 0.0], [0.0, -inf]], [0, 0]), nan), (([[inf, 0.0], [0.0, -inf]], [0, 0]), nan),
    ),
    "nll_from_probabilities": (
        (([0.0, 1.0], 1), 0), (([0.0, 1.0], 0), inf), (([-0.0], 0), inf), (([inf], 0), -inf), (([-1.0], 0), nan),
        (([nan, 1.0], 1), 0), (([nan, 1.0], 0), nan),
    ),
    "cross_entropy": (
        (([], []), 0), (([1.0, 0.0], [1.0, 0.0]), 0), (([0.0, 1.0], [0.0, 1.0]), 0), (([1.0, 0.0], [0.0, 1.0]), inf),
        (([0.0], [nan]), nan), (([nan], [1.0]), nan), (([2.0], [0.5]), nan), (([0.5], [2.0]), nan),
    ),
    "entropy": (
        (([],), 0), (([1.0, 0.0, -0.0],), 0), (([nan, 1.0],), nan), (([2.0],), nan), (([-0.5],), nan), (([inf],), nan),
    ),
    "kl_divergence": (
        (([], []), 0), (([0.5, 0.5], [0.5, 0.5]), 0), (([1.0, 0.0], [1.0, 0.0]), 0), (([0.0, 1.0], [0.5, 1.0]), 0),
        (([1.0, 0.0], [0.0, 1.0]), inf), (([0.5, 0.5], [0.25, 1.0]), 0), (([nan], [1.0]), nan), (([0.5], [2.0]), nan),
        (([0.0], [nan]), nan), (([2.0], [1.0]), nan), (([1.0], [-0.0]), inf),
    ),
    "sigmoid": (((0.0,), 0.5), ((-0.0,), 0.5), ((inf,), 1), ((-inf,), 0), ((nan,), nan)),
    "log_sigmoid": (((inf,), 0), ((-inf,), -inf), ((nan,), nan)),
    "softplus": (((-inf,), 0), ((inf,), inf), ((nan,), nan)),
    "log1mexp": (((0.0,), -inf), ((-0.0,), -inf), ((-inf,), 0), ((1.0,), nan), ((inf,), nan), ((nan,), nan)),
    "binary_cross_entropy": (
        ((0.0, 0.0), 0), ((1.0, 1.0), 0), ((0.0, 1.0), inf), ((1.0, 0.0), inf), ((0.0, 0.5), inf), ((1.0, 0.5), inf),
        ((nan, 0.0), nan), ((0.5, nan), nan), ((2.0, 0.5), nan), ((0.5, -1.0), nan), ((0.5, 2.0), nan),
        ((2.0, 1.0), nan),
    ),
    "binary_cross_entropy_with_logits": (
        ((inf, 1.0), 0), ((-inf, 0.0), 0), ((-inf, -0.0), 0), ((inf, 0.0), inf), ((-inf, 1.0), inf), ((inf, 0.5), inf),
        ((-inf, 0.5), inf),
        ((nan, 0.0), nan), ((0.0, nan), nan), ((0.0, 2.0), nan), ((1.0, -1.0), nan),
    ),
    "multilabel_nll": (
        (([], []), 0), (([inf, -inf], [1.0, 0.0]), 0), (([inf, 0.0], [0.0, 0.0]), inf), (([nan, 0.0], [0.0, 0.0]), nan),
        (([inf, 0.0], [0.0, nan]), nan),
    ),
    "nll_gradient": (
        (([7.0], 0), [0]), (([-inf], 0), [nan]), (([nan], 0), [nan]),
        (([-inf, 0.0], 1), [0, 0]), (([-inf, 0.0], 0), [-1, 1]), (([inf, 0.0], 1), [nan, -1]),
        (([inf, 0.0], 0), [nan, 0]), (([-inf, -inf], 0), [nan, nan]), (([nan, 0.0], 1), [nan, nan]),
    ),
    "binary_cross_entropy_gradient": (
        ((0.0, 0.5), 0), ((inf, 1.0), 0), ((-inf, 0.0), 0), ((inf, 0.0), 1), ((-inf, 1.0), -1), ((inf, 0.5), 0.5),
        ((nan, 0.0), nan), ((0.0, nan), nan), ((0.0, 2.0), nan),
    ),
}  # fmt: skip
"""For each problem its special arguments and what the result is there."""

KEEPERS: dict[str, tuple[str, ...]] = {
    "logsumexp": ("shifted", "log1p", "one_pass", "compensated"),
    "logaddexp": ("log1p",),
    "log_likelihood": ("sum_log", "pairwise"),
    "sigmoid": ("two_branch",),
    "log_sigmoid": ("two_branch",),
    "softplus": ("two_branch",),
    "log1mexp": ("maechler",),
    "nll_from_probabilities": ("plain",),
}
"""Algorithms besides ``faithful`` that keep all special values of their problem."""


def stacks(problem: Problem, form: Format) -> Iterator[tuple[NDArray[Any], ...]]:
    """A problem's special arguments in a format, those of one shape as one stack."""
    found: dict[tuple[Any, ...], list[tuple[Any, ...]]] = {}
    for given, _ in SPECIAL[problem.name]:
        found.setdefault(tuple(np.shape(a) for a in given), []).append(given)
    for stack in found.values():
        yield tuple(
            np.array(values, np.int64) if kind.integer else form.round(np.array(values, np.float64))
            for values, kind in zip(zip(*stack, strict=True), problem.signature.arguments, strict=True)
        )
