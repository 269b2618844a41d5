"""Interval arithmetic at a chosen precision: the mathematics in which the problems are defined.

mpmath's ``iv`` does the arithmetic. Its exp and log round a value that itself carries an error of some 2**-12 units
in the last place, so each is widened here by a whole unit: what is returned encloses the exact value. Rows of numbers
are arrays of intervals.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, Any

import mpmath
import numpy as np
from mpmath.ctx_iv import MPIntervalContext
from mpmath.libmp import (
    MPZ_ONE,
    finf,
    fninf,
    from_float,
    from_man_exp,
    fzero,
    mpf_exp,
    mpf_log,
    mpf_mul,
    round_ceiling,
    round_floor,
    round_nearest,
)

from study.certified.enclosure import exact_product, rounded_outwards

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    Arcs = Sequence[Sequence[tuple[int, int]]]

Interval = Any
"""An mpmath ``iv.mpf``: a pair of mpf that encloses an exact value."""


def _over_rows(function: Callable[[Arithmetic, Any], Interval]) -> Callable[[Arithmetic, Any], Any]:
    @wraps(function)
    def applied(self: Arithmetic, x: Any) -> Any:
        if not np.ndim(x):
            return function(self, x)
        return _array([function(self, number) for number in np.ravel(x)], np.shape(x))

    return applied


def _array(intervals: list[Interval], shape: tuple[int, ...]) -> Any:
    out = np.empty(len(intervals), dtype=object)
    out[:] = intervals
    return out.reshape(shape)


class Arithmetic:
    """Enclosing arithmetic of ``prec`` bits. Each instance has its own mpmath context: nothing global is touched.

    Making one takes longer than most evaluations: ``arithmetic`` keeps those in use.
    """

    nan = float("nan")
    inf = float("inf")

    def __init__(self, prec: int) -> None:
        self._iv = MPIntervalContext()
        self._iv.prec = prec
        self._set_unit()
        self._kept = lru_cache(maxsize=8)(self._exponentials)

    def _set_unit(self) -> None:
        """The factors 1 ± 2**(1 - prec): at least one unit in the last place, wherever in its binade a value lies."""
        bits = self.prec - 1
        self._below = from_man_exp((MPZ_ONE << bits) - 1, -bits)
        self._above = from_man_exp((MPZ_ONE << bits) + 1, -bits)

    @property
    def prec(self) -> int:
        """Working precision in bits."""
        return int(self._iv.prec)

    @contextmanager
    def more_bits(self, bits: int) -> Iterator[None]:
        """Work with that many bits more, to survive a cancellation known beforehand."""
        before = self.prec
        try:
            self._iv.prec = before + max(bits, 0)
            self._set_unit()
            yield
        finally:
            self._iv.prec = before
            self._set_unit()

    @_over_rows
    def exact(self, value: float) -> Interval:
        """The interval of zero width that holds one binary64 number, whatever the working precision."""
        point = from_float(float(value))
        return self._iv.make_mpf((point, point))

    @property
    def pi(self) -> Interval:
        """π."""
        return +self._iv.pi

    def _widened(self, function: Any, x: Interval) -> Interval:
        lower, upper = x._mpi_
        if lower == upper:
            low = high = function(lower, self.prec, round_nearest)
        else:
            low, high = function(lower, self.prec, round_floor), function(upper, self.prec, round_ceiling)
        ends = [mpf_mul(end, unit) for end in (low, high) for unit in (self._below, self._above)]
        numbers = [mpmath.mp.make_mpf(end) for end in ends]
        return self._iv.make_mpf((min(numbers)._mpf_, max(numbers)._mpf_))

    @_over_rows
    def exp(self, x: Interval) -> Interval:
        """e**x, exactly 1 for 0."""
        if x._mpi_ == (fzero, fzero):
            return self.exact(1.0)
        return self._widened(mpf_exp, x)

    @_over_rows
    def log(self, x: Interval) -> Interval:
        """Natural logarithm of x > 0; an enclosure that reaches 0 has no logarithm, and precision must rise."""
        if x._mpi_[0] == fzero or x.a < 0:
            return self._iv.mpf([-self.inf, self.inf])
        return self._widened(mpf_log, x)

    def log_ratio(self, p: Any, q: Any) -> Any:
        """log(p/q) of two rows of positive numbers without width."""
        return self.log(p / q)

    @_over_rows
    def log1p(self, x: Interval) -> Interval:
        """log(1 + x) for x > -1/2: x - x**2 <= log(1 + x) <= x where x is tiny."""
        lost = -magnitude(x)
        if lost > self.prec + 4:
            return self.hull(x - x * x, x)
        with self.more_bits(lost):
            return self.log(1 + x)

    @_over_rows
    def expm1(self, x: Interval) -> Interval:
        """exp(x) - 1: x <= exp(x) - 1 <= x + x**2 where x is tiny."""
        lost = -magnitude(x)
        if lost > self.prec + 4:
            return self.hull(x, x + x * x)
        with self.more_bits(lost):
            return self.exp(x) - 1

    @_over_rows
    def erfc(self, x: Interval) -> Interval:
        """The complementary error function, which falls, for |x| <= 2**14."""
        return self._iv.make_mpf(rounded_outwards("erfc", reversed(x._mpi_), self.prec))

    @_over_rows
    def log_gamma(self, x: Interval) -> Interval:
        """log Γ of a positive number without width, or of an interval above 3/2, where it rises."""
        return self._iv.make_mpf(rounded_outwards("lngamma", x._mpi_, self.prec))

    def exponentials(self, x: Any) -> Any:
        """exp(x_i - max x) of a row of numbers, which is kept: several problems on one row ask for it."""
        return self._kept(self.prec, x.tobytes())

    def _exponentials(self, _prec: int, row: bytes) -> Any:
        x = np.frombuffer(row)
        return self.exp(self.difference(x, x.max()))

    def sums_of_exponentials(self, x: Any, shifts: Any) -> Any:
        """Sum of exp(x_i - s) over each row of x, of a shift s each."""
        return self.sum(self.exp(self.difference(x, shifts[:, None])))

    def difference(self, x: Any, y: Any) -> Any:
        """x - y of rows of binary64 numbers."""
        return self.exact(x) - self.exact(y)

    def sum(self, terms: Any) -> Any:
        """Sum of the terms, 0 for none; of several rows, the sum of each."""
        if np.ndim(terms) > 1:
            return _array([self.sum(row) for row in terms], terms.shape[:-1])
        return sum(terms, self._iv.mpf(0))

    def sum_log1p(self, terms: Iterable[Interval]) -> Interval:
        """Sum of log(1 + t) over the terms t > -1/2."""
        return self.sum(self.log1p(term) for term in terms)

    def chain(self, start: Any, arcs: Arcs, weights: Any) -> Any:
        """The sum of the products of weights over all paths that end in each state.

        Args:
            start: what each state starts with.
            arcs: for each state those that lead to it: the state that each comes from, and its weight.
            weights: one number a step each; neither they nor the start are negative.
        """
        state = list(start)
        for step in zip(*weights, strict=True):
            state = [self.sum(state[i] * step[k] for i, k in into) for into in arcs]
        return _array(state, (len(state),))

    def product(self, factors: Iterable[Interval]) -> Interval:
        """Product of the factors, 1 for none."""
        out = self._iv.mpf(1)
        for factor in factors:
            out = out * factor
        return out

    def log_product(self, factors: Iterable[Interval]) -> Any:
        """Log of the product of positive factors, one log for all: exactly 0 where the product is exactly 1."""
        product = self.product(factors)
        if product.a > 0.5 and product.b < 2:
            return self.log_near_one(exact_product([factor._mpi_[0] for factor in factors]))
        return self.log(product)

    def log_near_one(self, number: Any) -> Interval:
        """Log of a number near 1, all bits of which are given."""
        with self.more_bits(2 * self.prec):
            return self.log1p(self._iv.make_mpf((number, number)) - 1)

    def hull(self, a: Interval, b: Interval) -> Interval:
        """What lies in one of two intervals, or between them."""
        return self._iv.mpf([min(a.a, b.a), max(a.b, b.b)])


def magnitude(x: Interval) -> int:
    """Smallest e with |x| <= 2**e for all of the interval; very small for zero, very large where it is unbounded."""
    if fninf in x._mpi_ or finf in x._mpi_:
        return 10**9
    ends = [exp + bc for sign, man, exp, bc in x._mpi_ if man]
    return max(ends, default=-(10**9))


class _Kept(threading.local):
    """The arithmetics of one thread, since each changes its precision for a while in ``more_bits``."""

    def __init__(self) -> None:
        self.of = lru_cache(maxsize=16)(Arithmetic)


_KEPT = _Kept()


def arithmetic(prec: int) -> Arithmetic:
    """This thread's arithmetic of ``prec`` bits."""
    return _KEPT.of(prec)
