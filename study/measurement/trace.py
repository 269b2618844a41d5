"""An algorithm step by step: every intermediate as the format holds it, beside what it would be exactly.

``Traced`` arrays carry both through the formula's own code, by way of the array-API namespace that it asks them for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import mpmath
import numpy as np

from study.certified.errors import ulp_error
from study.certified.exact import Exact

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from study.problems import Algorithm

PREC = 300
"""Bits in which the exact side is carried."""


@dataclass(frozen=True)
class Step:
    """One operation.

    Attributes:
        operation: its name.
        computed: its results in the format.
        exact: what they would be had every operation so far been exact, to PREC bits.
    """

    operation: str
    computed: NDArray[Any]
    exact: NDArray[np.object_]

    @property
    def max_ulp(self) -> float:
        """Largest error so far, in ulps of the exact intermediate."""
        return float(np.max(ulp_error(self.computed, Exact.from_mpf(self.exact)), initial=0))


def trace(algorithm: Algorithm, *args: NDArray[Any]) -> list[Step]:
    """Run an algorithm on NumPy arrays and return its steps, in order.

    Raises:
        TypeError: the algorithm does more than the array API offers, so that its steps cannot be seen.
    """
    if algorithm.stored:
        raise TypeError(f"{algorithm.problem} {algorithm.name} cannot be traced: it is not written in the array API")
    steps: list[Step] = []
    with mpmath.workprec(PREC), np.errstate(all="ignore"):
        exact = np.frompyfunc(mpmath.mpf, 1, 1)
        traced = [Traced(a, exact(a.astype(np.float64)), steps) if a.dtype.kind not in "iu" else a for a in args]
        try:
            algorithm.function(*traced)
        except (AttributeError, NotImplementedError) as error:
            raise TypeError(f"{algorithm.problem} {algorithm.name} cannot be traced: {error}") from None
    return steps


@dataclass(frozen=True, eq=False)
class Traced:
    """An array in a format together with its exact values; quacks like an array of the array API."""

    computed: NDArray[Any]
    exact: NDArray[np.object_]
    steps: list[Step] = field(repr=False)

    def __array_namespace__(self, **_: Any) -> Any:
        return _Namespace(self.steps)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the array."""
        return self.computed.shape

    @property
    def dtype(self) -> Any:
        """The format's dtype."""
        return self.computed.dtype

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return self.computed.ndim

    def rearranged(self, change: Callable[[NDArray[Any]], Any]) -> Traced:
        """The same numbers elsewhere: no arithmetic, no step."""
        return Traced(np.asarray(change(self.computed)), np.asarray(change(self.exact), dtype=object), self.steps)

    def step(self, name: str, computed: Any, exact: Any) -> Traced:
        """Note one operation."""
        made = Traced(np.asarray(computed), np.asarray(exact, dtype=object), self.steps)
        self.steps.append(Step(name, made.computed, made.exact))
        return made

    def __getitem__(self, index: Any) -> Traced:
        return self.rearranged(lambda part: part[index])

    def _binary(self, name: str, other: Any, operation: Callable[[Any, Any], Any]) -> Traced:
        if isinstance(other, Traced):
            return self.step(name, operation(self.computed, other.computed), operation(self.exact, other.exact))
        exact = np.frompyfunc(mpmath.mpf, 1, 1)(np.asarray(other, dtype=np.float64))
        return self.step(name, operation(self.computed, other), operation(self.exact, exact))

    def __add__(self, other: Any) -> Traced:
        return self._binary("add", other, lambda a, b: a + b)

    def __sub__(self, other: Any) -> Traced:
        return self._binary("subtract", other, lambda a, b: a - b)

    def __mul__(self, other: Any) -> Traced:
        return self._binary("multiply", other, lambda a, b: a * b)

    def __truediv__(self, other: Any) -> Traced:
        divide = np.frompyfunc(_quotient, 2, 1)
        return self._binary("divide", other, lambda a, b: divide(a, b) if a.dtype == object else a / b)

    def __radd__(self, other: Any) -> Traced:
        return self._binary("add", other, lambda a, b: b + a)

    def __rmul__(self, other: Any) -> Traced:
        return self._binary("multiply", other, lambda a, b: b * a)

    def __rsub__(self, other: Any) -> Traced:
        return self._binary("subtract", other, lambda a, b: b - a)

    def __neg__(self) -> Traced:
        return self.rearranged(lambda part: -part)

    def __abs__(self) -> Traced:
        return self.rearranged(abs)

    def __lt__(self, other: Any) -> Any:
        return self.computed < _plain(other)

    def __le__(self, other: Any) -> Any:
        return self.computed <= _plain(other)

    def __gt__(self, other: Any) -> Any:
        return self.computed > _plain(other)

    def __ge__(self, other: Any) -> Any:
        return self.computed >= _plain(other)


class _Namespace:
    """As much of the array API as the formulas use; decisions are taken on the computed side."""

    __name__ = __name__
    inf, nan = np.inf, np.nan

    def __init__(self, steps: list[Step]) -> None:
        self._steps = steps

    def exp(self, x: Traced) -> Traced:
        return x.step("exp", np.exp(x.computed), np.frompyfunc(mpmath.exp, 1, 1)(x.exact))

    def expm1(self, x: Traced) -> Traced:
        return x.step("expm1", np.expm1(x.computed), np.frompyfunc(mpmath.expm1, 1, 1)(x.exact))

    def log(self, x: Traced) -> Traced:
        return x.step("log", np.log(x.computed), np.frompyfunc(_log, 1, 1)(x.exact))

    def log1p(self, x: Traced) -> Traced:
        return x.step("log1p", np.log1p(x.computed), np.frompyfunc(lambda v: _log(1 + v), 1, 1)(x.exact))

    def cumulative_sum(self, x: Traced, axis: int = -1) -> Traced:
        return x.step("sum", np.cumsum(x.computed, axis=axis), np.cumsum(x.exact, axis=axis))

    def cumulative_prod(self, x: Traced, axis: int = -1) -> Traced:
        return x.step("product", np.cumprod(x.computed, axis=axis), np.cumprod(x.exact, axis=axis))

    def max(self, x: Traced, axis: int | None = None, *, keepdims: bool = False) -> Traced:
        return x.step("max", x.computed.max(axis=axis, keepdims=keepdims), x.exact.max(axis=axis, keepdims=keepdims))

    def where(self, condition: Any, x: Any, y: Any) -> Traced:
        some = x if isinstance(x, Traced) else y
        x, y = (v if isinstance(v, Traced) else self.full(some.shape, v, dtype=some.dtype) for v in (x, y))
        computed, exact = (np.where(condition, *sides) for sides in ((x.computed, y.computed), (x.exact, y.exact)))
        return Traced(computed, exact, self._steps)

    def full(self, shape: Any, value: float, *, dtype: Any) -> Traced:
        return Traced(np.full(shape, value, dtype), np.full(shape, mpmath.mpf(value), object), self._steps)

    def zeros(self, shape: Any, *, dtype: Any) -> Traced:
        return self.full(shape, 0, dtype=dtype)

    def arange(self, stop: int) -> Any:
        return np.arange(stop)

    def argmax(self, x: Traced, axis: int = -1, *, keepdims: bool = False) -> Any:
        return np.argmax(x.computed, axis=axis, keepdims=keepdims)

    def zeros_like(self, x: Traced) -> Traced:
        return self.full(x.shape, 0, dtype=x.dtype)

    def isfinite(self, x: Traced) -> Any:
        return np.isfinite(x.computed)

    def abs(self, x: Traced) -> Traced:
        return abs(x)

    def asarray(self, x: Any, **_: Any) -> Any:
        return x

    def moveaxis(self, x: Traced, source: int, destination: int) -> Traced:
        return x.rearranged(lambda part: np.moveaxis(part, source, destination))

    def broadcast_to(self, x: Any, shape: Any) -> Any:
        return x.rearranged(lambda p: np.broadcast_to(p, shape)) if isinstance(x, Traced) else np.broadcast_to(x, shape)

    def take_along_axis(self, x: Traced, indices: Any, axis: int = -1) -> Traced:
        return x.rearranged(lambda part: np.take_along_axis(part, indices, axis))

    def concat(self, parts: list[Traced], axis: int = -1) -> Traced:
        computed, exact = (
            np.concatenate(side, axis) for side in zip(*((p.computed, p.exact) for p in parts), strict=True)
        )
        return Traced(computed, exact, self._steps)


def _plain(x: Any) -> Any:
    return x.computed if isinstance(x, Traced) else x


def _log(x: mpmath.mpf) -> mpmath.mpf:
    return mpmath.log(x) if x >= 0 else mpmath.nan


def _quotient(a: mpmath.mpf, b: mpmath.mpf) -> mpmath.mpf:
    return a / b if b else (mpmath.nan if not a or mpmath.isnan(a) else mpmath.inf * mpmath.sign(a))
