"""Arithmetic of binary16 and bfloat16 on numbers carried in binary32: the values of NumPy's own, several times as fast.

NumPy and ml_dtypes do an operation of 16-bit numbers in binary32 and round it; so does this, whole arrays at a time
(24 >= 2p + 2 bits: rounding twice does no harm; Figueroa, *When is double rounding innocuous?*, 1995). A function of
one number is a table of what NumPy makes of all 65,536. Only what the formulas of ``study.problems`` use is here.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from study.exhaustive.rounding import look_up, round_all
from study.formats import get_format

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from study.exhaustive.rounding import Singles

FUNCTIONS = (np.exp, np.log, np.log1p, np.expm1, np.tanh)
ROUNDED = (np.add, np.subtract, np.multiply, np.true_divide)
EXACT = (np.negative, np.absolute)


class Carried(np.lib.mixins.NDArrayOperatorsMixin):
    """An array of binary16 or bfloat16 numbers.

    Attributes:
        form: name of the format.
        wide: the numbers in binary32, each one of the format's.
    """

    def __init__(self, form: str, wide: Singles) -> None:
        self.form, self.wide = form, wide

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the array."""
        return self.wide.shape

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return self.wide.ndim

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of the format."""
        return get_format(self.form).dtype

    def __array_namespace__(self, api_version: str | None = None) -> Namespace:
        """The functions on such arrays."""
        return namespace(self.form)

    def looked_up(self, function: Any) -> Carried:
        """A function of one number, which takes arrays of the format."""
        return _looked_up(self.form, function, self.wide)

    def __getitem__(self, key: Any) -> Carried:
        return Carried(self.form, self.wide[key])

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        """A function of NumPy's: comparisons as they are, results rounded."""
        numbers = [_number(self.form, x) for x in inputs]
        if ufunc in FUNCTIONS:
            return _looked_up(self.form, ufunc, numbers[0])
        result = ufunc(*numbers)
        if result.dtype == bool:
            return result
        if method != "__call__" or options or ufunc not in ROUNDED + EXACT:
            return NotImplemented
        if ufunc in ROUNDED:
            kind = get_format(self.form)
            round_all(_flat(result), kind.p, kind.emin, kind.emax)
        return Carried(self.form, result)


def _number(form: str, x: Any) -> Any:
    return x.wide if isinstance(x, Carried) else _constant(form, x)


@cache
def _constant(form: str, x: float) -> Any:
    return np.float32(get_format(form).round(x))


def _flat(x: NDArray[Any]) -> NDArray[Any]:
    """All its numbers in the order of memory, without a copy."""
    return (x if x.flags.c_contiguous else x.T).reshape(-1)


@cache
def _table(form: str, function: Any) -> Singles:
    with np.errstate(all="ignore"):
        every = function(np.arange(2**16, dtype=np.uint16).view(get_format(form).dtype))
        return np.asarray(every.astype(np.float32))


def _looked_up(form: str, function: Any, x: Singles) -> Carried:
    kind, out = get_format(form), np.empty_like(x)
    look_up(_flat(x), _table(form, function), kind.p, kind.emin, _flat(out))
    return Carried(form, out)


class Places(np.ndarray):
    """Places along the last axis; compared with others in the order of memory that is quick."""

    def __eq__(self, other: object) -> Any:
        return np.equal(np.asarray(self), np.asarray(other), order="F")

    __hash__ = None


class Namespace:
    """The array-API functions of such arrays, as far as formulas use them."""

    __name__ = "carried"
    inf, nan = np.inf, np.nan
    exp, log, log1p, expm1, tanh = FUNCTIONS
    abs, isfinite = np.absolute, np.isfinite

    def __init__(self, form: str) -> None:
        self.form = form

    def arange(self, stop: int) -> Places:
        """Places from 0 on."""
        return np.arange(stop, dtype=np.int8).view(Places)

    def where(self, condition: NDArray[np.bool_], x: Any, y: Any) -> Carried:
        """The first where the condition holds, else the second; in the order of memory, since that is quick."""
        numbers = [np.asarray(_number(self.form, z)).T for z in (x, y)]
        return Carried(self.form, np.where(np.ascontiguousarray(condition.T), *numbers).T)

    def max(self, x: Carried, axis: int, *, keepdims: bool = False) -> Carried:
        """The largest along an axis."""
        return Carried(self.form, np.max(x.wide, axis=axis, keepdims=keepdims))

    def argmax(self, x: Carried, axis: int, *, keepdims: bool = False) -> NDArray[np.int8]:
        """Where the largest, or NaN, is first along the last axis; NumPy's own takes long over short vectors."""
        largest = np.max(x.wide, axis=axis, keepdims=True)
        place = np.full(largest.shape, x.shape[axis] - 1, dtype=np.int8)
        for j in reversed(range(x.shape[axis] - 1)):
            entry = x.wide[..., j : j + 1]
            np.copyto(place, np.int8(j), where=(entry == largest) | np.isnan(entry))
        return place if keepdims else place[..., 0]

    def asarray(self, value: float, dtype: Any = None) -> Carried:  # noqa: ARG002 - of the standard
        """A number, rounded to the format."""
        return Carried(self.form, _number(self.form, value))

    def zeros_like(self, x: Carried) -> Carried:
        """Zeros."""
        return Carried(self.form, np.zeros_like(x.wide))

    def ones_like(self, x: Carried) -> Carried:
        """Ones."""
        return Carried(self.form, np.ones_like(x.wide))

    def zeros(self, shape: tuple[int, ...], dtype: Any) -> Carried:  # noqa: ARG002 - of the standard
        """Zeros."""
        return Carried(self.form, np.zeros(shape, dtype=np.float32))

    def full(self, shape: tuple[int, ...], value: float, dtype: Any) -> Carried:  # noqa: ARG002 - of the standard
        """One number over and over."""
        return Carried(self.form, np.full(shape, _number(self.form, value)))

    def cumulative_sum(self, x: Carried, axis: int = -1) -> Carried:
        """Partial sums along the last axis, each rounded."""
        out = x.wide.copy(order="K")
        total = x[..., 0]
        for j in range(1, out.shape[axis]):
            total = total + x[..., j]  # type: ignore[operator, unused-ignore]
            out[..., j] = total.wide
        return Carried(self.form, out)


@cache
def namespace(form: str) -> Namespace:
    """The functions on arrays of a format."""
    return Namespace(form)
