"""Arrays that carry beside the numbers of a format what these would be had every operation so far been exact.

They go through a formula's own code by way of the array-API namespace that it asks them for, and note every operation.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import mpmath
import numpy as np

from study.measurement.exactly import added, divided, log, raised
from study.measurement.steps import Step

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


@dataclass
class Noted:
    """What was done so far.

    Attributes:
        row: the instance, along the first axis, that the exact side is about; None where there is but one.
        steps: the operations.
    """

    row: int | None = None
    steps: list[Step] = field(default_factory=list)

    def chosen(self, values: Any, ndim: int) -> Any:
        """Of an array over all instances, with that many axes, the part that the exact side is about."""
        whole = self.row is None or np.ndim(values) < ndim or len(values) == 1
        return values if whole else values[slice(self.row, (self.row or 0) + 1)]


@dataclass(frozen=True, eq=False)
class Traced:
    """An array in a format together with its exact values; quacks like an array of the array API."""

    computed: NDArray[Any]
    exact: NDArray[np.object_]
    noted: Noted = field(repr=False)
    source: frozenset[int] = frozenset()

    def __array_namespace__(self, **_: Any) -> Any:
        return _Namespace(self.noted)

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
        computed, exact = np.asarray(change(self.computed)), np.asarray(change(self.exact), dtype=object)
        return Traced(computed, exact, self.noted, self.source)

    def step(self, name: str, computed: Any, exact: Any, *others: Traced) -> Traced:
        """Note one operation on this array and others."""
        steps = self.noted.steps
        operands = self.source.union(*(other.source for other in others))
        made = Traced(np.asarray(computed), np.asarray(exact, dtype=object), self.noted, frozenset({len(steps)}))
        steps.append(Step(name, self.noted.chosen(made.computed, made.ndim), made.exact, operands))
        return made

    def __getitem__(self, index: Any) -> Traced:
        return self.rearranged(lambda part: part[index])

    def _binary(self, name: str, other: Any, operation: Callable[[Any, Any], Any]) -> Traced:
        if isinstance(other, Traced):
            both = operation(self.computed, other.computed), operation(self.exact, other.exact)
            return self.step(name, *both, other)
        exact = np.frompyfunc(mpmath.mpf, 1, 1)(np.asarray(other, dtype=np.float64))
        return self.step(name, operation(self.computed, other), operation(self.exact, exact))

    def __add__(self, other: Any) -> Traced:
        return self._binary("add", other, added)

    def __sub__(self, other: Any) -> Traced:
        return self._binary("subtract", other, lambda a, b: added(a, -b))

    def __mul__(self, other: Any) -> Traced:
        return self._binary("multiply", other, lambda a, b: a * b)

    def __truediv__(self, other: Any) -> Traced:
        return self._binary("divide", other, divided)

    def __pow__(self, other: Any) -> Any:
        return self._binary("power", other, raised)

    def __rtruediv__(self, other: Any) -> Traced:
        return self._binary("divide", other, lambda a, b: divided(b, a))

    def __radd__(self, other: Any) -> Traced:
        return self._binary("add", other, lambda a, b: added(b, a))

    def __rmul__(self, other: Any) -> Traced:
        return self._binary("multiply", other, lambda a, b: b * a)

    def __rsub__(self, other: Any) -> Traced:
        return self._binary("subtract", other, lambda a, b: added(b, -a))

    def __neg__(self) -> Traced:
        return self.rearranged(lambda part: -part)

    def __abs__(self) -> Traced:
        return self.rearranged(abs)

    def __eq__(self, other: object) -> Any:
        return self.computed == _plain(other)

    def __ne__(self, other: object) -> Any:
        return self.computed != _plain(other)

    def __hash__(self) -> int:
        return id(self)

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

    def __init__(self, noted: Noted) -> None:
        self._noted = noted

    def exp(self, x: Traced) -> Traced:
        return x.step("exp", np.exp(x.computed), np.frompyfunc(mpmath.exp, 1, 1)(x.exact))

    def expm1(self, x: Traced) -> Traced:
        return x.step("expm1", np.expm1(x.computed), np.frompyfunc(mpmath.expm1, 1, 1)(x.exact))

    def log(self, x: Traced) -> Traced:
        return x.step("log", np.log(x.computed), np.frompyfunc(log, 1, 1)(x.exact))

    def log1p(self, x: Traced) -> Traced:
        return x.step("log1p", np.log1p(x.computed), np.frompyfunc(lambda v: log(1 + v), 1, 1)(x.exact))

    def cumulative_sum(self, x: Traced, axis: int = -1) -> Traced:
        return x.step("sum", np.cumsum(x.computed, axis=axis), np.cumsum(x.exact, axis=axis))

    def cumulative_prod(self, x: Traced, axis: int = -1) -> Traced:
        return x.step("product", np.cumprod(x.computed, axis=axis), np.cumprod(x.exact, axis=axis))

    def max(self, x: Traced, axis: int | None = None, *, keepdims: bool = False) -> Traced:
        return x.step("max", x.computed.max(axis=axis, keepdims=keepdims), x.exact.max(axis=axis, keepdims=keepdims))

    def where(self, condition: Any, x: Any, y: Any) -> Traced:
        some = x if isinstance(x, Traced) else y
        x, y = (v if isinstance(v, Traced) else self.full(some.shape, v, dtype=some.dtype) for v in (x, y))
        computed = np.where(condition, x.computed, y.computed)
        ours = self._noted.chosen(condition, computed.ndim)
        taken = [v for v, seen in ((x, np.any(ours)), (y, not np.all(ours))) if seen]
        source = frozenset[int]().union(*(v.source for v in taken))
        return Traced(computed, np.where(ours, x.exact, y.exact), self._noted, source)

    def full(self, shape: Any, value: float, *, dtype: Any) -> Traced:
        computed = np.full(shape, value, dtype)
        part = self._noted.chosen(computed, computed.ndim)
        return Traced(computed, np.full(part.shape, mpmath.mpf(value), object), self._noted)

    def zeros(self, shape: Any, *, dtype: Any) -> Traced:
        return self.full(shape, 0, dtype=dtype)

    def arange(self, stop: int) -> Any:
        return np.arange(stop)

    def argmax(self, x: Traced, axis: int = -1, *, keepdims: bool = False) -> Any:
        return np.argmax(x.computed, axis=axis, keepdims=keepdims)

    def zeros_like(self, x: Traced) -> Traced:
        return self.full(x.shape, 0, dtype=x.dtype)

    def ones_like(self, x: Traced) -> Traced:
        return self.full(x.shape, 1, dtype=x.dtype)

    def isfinite(self, x: Traced) -> Any:
        return np.isfinite(x.computed)

    def abs(self, x: Traced) -> Traced:
        return abs(x)

    def asarray(self, x: Any, **_: Any) -> Any:
        return x

    def moveaxis(self, x: Traced, source: int, destination: int) -> Traced:
        return x.rearranged(lambda part: np.moveaxis(part, source, destination))

    def broadcast_to(self, x: Any, shape: Any) -> Any:
        if not isinstance(x, Traced):
            return np.broadcast_to(x, shape)
        computed = np.broadcast_to(x.computed, shape)
        part = self._noted.chosen(computed, computed.ndim)
        return Traced(computed, np.broadcast_to(x.exact, part.shape), x.noted, x.source)

    def take_along_axis(self, x: Traced, indices: Any, axis: int = -1) -> Traced:
        ours = self._noted.chosen(indices, np.ndim(indices))
        return x.step("take", np.take_along_axis(x.computed, indices, axis), np.take_along_axis(x.exact, ours, axis))

    def concat(self, parts: list[Traced], axis: int = -1) -> Traced:
        computed, exact = (
            np.concatenate(side, axis) for side in zip(*((p.computed, p.exact) for p in parts), strict=True)
        )
        return Traced(computed, exact, self._noted, frozenset[int]().union(*(p.source for p in parts)))


def _plain(x: Any) -> Any:
    return x.computed if isinstance(x, Traced) else x
