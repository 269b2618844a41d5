"""The algorithm ``faithful`` of every problem as a function on arrays: ``study.problems.kernels.softmax(x, axis=0)``.

Arguments are arrays of one format (``study.FORMATS``), float64 where they are lists or Python numbers; a target is
integers. The result is a NumPy array of that format, rounded to it once. Stacks broadcast as in NumPy. The n numbers of
a vector lie along ``axis``, counted in each argument by itself, and come last in the shapes below. Infinities, NaN and
empty vectors give what ``study.problems.special`` says, without a warning.

Errors are in ulps of the format, for up to 2**20 numbers an instance; a result within half an ulp is correctly rounded.
Less than one is what ``faithful`` promises; the largest measured is that of docs/faithful.md, over all its formats.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from study.problems import get_problem

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def _faithful(problem: str, *args: Any, axis: int = -1, keepdims: bool = False) -> NDArray[Any]:
    algorithm = get_problem(problem).algorithms["faithful"]
    try:
        axis = operator.index(axis)
    except TypeError:
        raise TypeError(f"{problem} (faithful): axis must be an integer, got {axis!r}") from None
    arrays = []
    for position, (arg, kind) in enumerate(zip(args, algorithm.signature.arguments, strict=True)):
        try:
            array = np.asarray(arg)
        except (TypeError, ValueError) as error:
            raise type(error)(f"{problem} (faithful): argument {position} is no array: {error}") from None
        if "n" in kind.axes and not -array.ndim <= axis < array.ndim:
            raise ValueError(f"{problem} (faithful): argument {position} of shape {array.shape} has no axis {axis}")
        if not (hasattr(arg, "dtype") or kind.integer) and array.dtype.kind in "iu":
            array = array.astype(np.float64)
        arrays.append(array)
    out: NDArray[Any] = algorithm(*arrays, axis=axis)
    return np.expand_dims(out, axis) if keepdims else out


def binary_cross_entropy(p: ArrayLike, y: ArrayLike, /) -> NDArray[Any]:
    """−y log p − (1 − y) log(1 − p), the loss of a label y under a probability p; NaN outside [0, 1].

    Shapes: p, y and the result (…). Error: less than one ulp; the largest measured, 0.500000.
    Raises ValueError where the shapes do not broadcast, TypeError for a dtype that is no format, or for two dtypes.
    """
    return _faithful("binary_cross_entropy", p, y)


def binary_cross_entropy_gradient(x: ArrayLike, y: ArrayLike, /) -> NDArray[Any]:
    """1 / (1 + exp(−x)) − y, binary cross entropy differentiated by its logit x; NaN for y outside [0, 1].

    Shapes: x, y and the result (…). Error: less than one ulp; the largest measured, 0.500000.
    Raises ValueError where the shapes do not broadcast, TypeError for a dtype that is no format, or for two dtypes.
    """
    return _faithful("binary_cross_entropy_gradient", x, y)


def binary_cross_entropy_with_logits(x: ArrayLike, y: ArrayLike, /) -> NDArray[Any]:
    """softplus(x) − x y, the loss of a label y under a logit x; NaN for y outside [0, 1].

    Shapes: x, y and the result (…). Error: less than one ulp; the largest measured, 0.500000.
    Raises ValueError where the shapes do not broadcast, TypeError for a dtype that is no format, or for two dtypes.
    """
    return _faithful("binary_cross_entropy_with_logits", x, y)


def cross_entropy(p: ArrayLike, q: ArrayLike, /, *, axis: int = -1) -> NDArray[Any]:
    """−Σ pᵢ log qᵢ, where 0 log 0 = 0: the loss of q if classes occur as p says; NaN outside [0, 1].

    Shapes: p and q (…, n), the result (…). Error: less than one ulp; the largest measured, 0.500000.
    Raises ValueError for a missing axis, or shapes that do not fit; TypeError for a dtype that is no format, or two.
    """
    return _faithful("cross_entropy", p, q, axis=axis)


def entropy(p: ArrayLike, /, *, axis: int = -1, keepdims: bool = False) -> NDArray[Any]:
    """−Σ pᵢ log pᵢ, where 0 log 0 = 0; NaN outside [0, 1].

    Shapes: p (…, n), the result (…), (…, 1) if ``keepdims``. Error: less than one ulp; the largest measured, 0.500000.
    Raises ValueError where p has no such axis, TypeError for a dtype that is no format.
    """
    return _faithful("entropy", p, axis=axis, keepdims=keepdims)


def kl_divergence(p: ArrayLike, q: ArrayLike, /, *, axis: int = -1) -> NDArray[Any]:
    """Σ pᵢ log(pᵢ / qᵢ), where 0 log 0 = 0: what q costs above the entropy of p; NaN outside [0, 1].

    Shapes: p and q (…, n), the result (…). Error: less than one ulp; the largest measured, 0.500000.
    Raises ValueError for a missing axis, or shapes that do not fit; TypeError for a dtype that is no format, or two.
    """
    return _faithful("kl_divergence", p, q, axis=axis)


def likelihood(p: ArrayLike, /, *, axis: int = -1, keepdims: bool = False) -> NDArray[Any]:
    """∏ pᵢ, the likelihood of independent observations.

    Shapes: p (…, n), the result (…), (…, 1) if ``keepdims``. Error: less than one ulp; the largest measured, 0.500000.
    Raises ValueError where p has no such axis, TypeError for a dtype that is no format.
    """
    return _faithful("likelihood", p, axis=axis, keepdims=keepdims)


def log1mexp(x: ArrayLike, /) -> NDArray[Any]:
    """log(1 − exp x), the log of the complement of a probability that is held as its log x; NaN for x > 0.

    Shapes: x and the result (…). Error: less than one ulp; the largest measured, 0.500000.
    Raises TypeError for a dtype that is no format.
    """
    return _faithful("log1mexp", x)


def log_likelihood(p: ArrayLike, /, *, axis: int = -1, keepdims: bool = False) -> NDArray[Any]:
    """Σ log pᵢ, the log-likelihood of independent observations; NaN for negative numbers.

    Shapes: p (…, n), the result (…), (…, 1) if ``keepdims``. Error: less than one ulp; the largest measured, 0.500000.
    Raises ValueError where p has no such axis, TypeError for a dtype that is no format.
    """
    return _faithful("log_likelihood", p, axis=axis, keepdims=keepdims)


def log_sigmoid(x: ArrayLike, /) -> NDArray[Any]:
    """−log(1 + exp(−x)), the log of the sigmoid.

    Shapes: x and the result (…). Error: less than one ulp; the largest measured, 0.500000.
    Raises TypeError for a dtype that is no format.
    """
    return _faithful("log_sigmoid", x)


def log_softmax(x: ArrayLike, /, *, axis: int = -1) -> NDArray[Any]:
    """xⱼ − log Σ exp xᵢ, the logs of the probabilities that softmax makes.

    Shapes: x and the result (…, n). Error: less than one ulp; the largest measured, 0.500000.
    Raises ValueError where x has no such axis, TypeError for a dtype that is no format.
    """
    return _faithful("log_softmax", x, axis=axis)


def logaddexp(a: ArrayLike, b: ArrayLike, /) -> NDArray[Any]:
    """log(exp a + exp b), the sum of two numbers that are held as logs.

    Shapes: a, b and the result (…). Error: less than one ulp; the largest measured, 0.500034.
    Raises ValueError where the shapes do not broadcast, TypeError for a dtype that is no format, or for two dtypes.
    """
    return _faithful("logaddexp", a, b)


def logsumexp(x: ArrayLike, /, *, axis: int = -1, keepdims: bool = False) -> NDArray[Any]:
    """log Σ exp xᵢ, the sum of numbers that are held as logs.

    Shapes: x (…, n), the result (…), (…, 1) if ``keepdims``. Error: less than one ulp; the largest measured, 0.499999.
    Raises ValueError where x has no such axis, TypeError for a dtype that is no format.
    """
    return _faithful("logsumexp", x, axis=axis, keepdims=keepdims)


def mean_nll(logits: ArrayLike, target: ArrayLike, /, *, axis: int = -1) -> NDArray[Any]:
    """(1/b) Σ nll(logitsₖ, targetₖ), the loss of a batch; the b observations lie along the last axis but ``axis``.

    Shapes: logits (…, b, n), target (…, b), the result (…). Error: less than one ulp; the largest measured, 0.500000.
    Raises ValueError for a missing axis, shapes that do not fit, or a target outside 0 … n − 1; TypeError for a
    dtype of logits that is no format, or a target that is no integers.
    """
    return _faithful("mean_nll", logits, target, axis=axis)


def multilabel_nll(x: ArrayLike, y: ArrayLike, /, *, axis: int = -1) -> NDArray[Any]:
    """Σ softplus(xᵢ) − xᵢ yᵢ, the loss of n labels y under as many logits x.

    Shapes: x and y (…, n), the result (…). Error: less than one ulp; the largest measured, 0.500000.
    Raises ValueError for a missing axis, or shapes that do not fit; TypeError for a dtype that is no format, or two.
    """
    return _faithful("multilabel_nll", x, y, axis=axis)


def nll(logits: ArrayLike, target: ArrayLike, /, *, axis: int = -1) -> NDArray[Any]:
    """log Σ exp xᵢ − x_target for the logits x: the loss of classification, or cross entropy.

    Shapes: logits (…, n), target and the result (…). Error: less than one ulp; the largest measured, 0.500000.
    Raises ValueError for a missing axis, shapes that do not fit, or a target outside 0 … n − 1; TypeError for a
    dtype of logits that is no format, or a target that is no integers.
    """
    return _faithful("nll", logits, target, axis=axis)


def nll_from_probabilities(p: ArrayLike, target: ArrayLike, /, *, axis: int = -1) -> NDArray[Any]:
    """−log p_target, the loss of classification under probabilities p; NaN where p_target is negative.

    Shapes: p (…, n), target and the result (…). Error: less than one ulp; the largest measured, 0.500000.
    Raises ValueError for a missing axis, shapes that do not fit, or a target outside 0 … n − 1; TypeError for a
    dtype of p that is no format, or a target that is no integers.
    """
    return _faithful("nll_from_probabilities", p, target, axis=axis)


def nll_gradient(x: ArrayLike, target: ArrayLike, /, *, axis: int = -1) -> NDArray[Any]:
    """softmax(x) − onehot(target), the gradient of ``nll`` in the logits x.

    Shapes: x and the result (…, n), target (…). Error: less than one ulp; the largest measured, 0.500000.
    Raises ValueError for a missing axis, shapes that do not fit, or a target outside 0 … n − 1; TypeError for a
    dtype of x that is no format, or a target that is no integers.
    """
    return _faithful("nll_gradient", x, target, axis=axis)


def sigmoid(x: ArrayLike, /) -> NDArray[Any]:
    """1 / (1 + exp(−x)), the probability of the first of two classes under a logit x.

    Shapes: x and the result (…). Error: less than one ulp; the largest measured, 0.500000.
    Raises TypeError for a dtype that is no format.
    """
    return _faithful("sigmoid", x)


def softmax(x: ArrayLike, /, *, axis: int = -1) -> NDArray[Any]:
    """exp xⱼ / Σ exp xᵢ, the probabilities of n classes with the logits x.

    Shapes: x and the result (…, n). Error: less than one ulp; the largest measured, 0.500000.
    Raises ValueError where x has no such axis, TypeError for a dtype that is no format.
    """
    return _faithful("softmax", x, axis=axis)


def softplus(x: ArrayLike, /) -> NDArray[Any]:
    """log(1 + exp x), the integral of the sigmoid.

    Shapes: x and the result (…). Error: less than one ulp; the largest measured, 0.500000.
    Raises TypeError for a dtype that is no format.
    """
    return _faithful("softplus", x)
