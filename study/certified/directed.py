"""The arithmetic of ``interval`` on whole rows, by MPFR, whose every result is rounded correctly.

An end is rounded outwards and needs no widening: what lies beside a correctly rounded number is on the other side of
the exact one. Of numbers that occur often in a row, as those of 16 bits do, a function is evaluated once.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache, reduce
from typing import TYPE_CHECKING, Any

import gmpy2
import numpy as np
from mpmath.libmp import from_float

from study.certified.enclosure import Enclosure, Rounding, exact_product, mpfr, next_below
from study.certified.interval import arithmetic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from study.certified.interval import Arcs

BEYOND_16_BITS = 2**42 - 1
"""Last bits of a significand of binary64 that are zero in a number of 16 bits, or of fewer."""
TINY = 2.0**-20
FACTORED = 2.0**20
"""Size up to which exp(x - y) may be exp(x) exp(-y): each of these is far from the ends of MPFR's range."""
LOWEST, HIGHEST = gmpy2.mpfr("-inf"), gmpy2.mpfr("inf")


class DirectedArithmetic:
    """Enclosing arithmetic of ``prec`` bits on numbers and rows of them, in place of ``interval.Arithmetic``."""

    nan, inf = math.nan, math.inf

    def __init__(self, prec: int) -> None:
        self.prec = prec
        self.down, self.up = Rounding(prec, gmpy2.RoundDown), Rounding(prec, gmpy2.RoundUp)
        self._in_part = False
        self._held = Rounding(max(prec, 53), gmpy2.RoundToNearest)

    @property
    def left_range(self) -> bool:
        """Whether a number was too large or too small for MPFR, beyond 2**±2**30, and an end has become inf or 0."""
        contexts = self.down.context, self.up.context
        return self._in_part or any(context.underflow or context.overflow for context in contexts)

    def exact(self, values: Any) -> Enclosure:
        """A binary64 number, or a row of them, without width."""
        if not np.ndim(values):
            number = gmpy2.mpfr(float(values), 53)
            return Enclosure(number, number, self)
        row = np.asarray(values, dtype=np.float64)
        return self._of(row, repeated=_has_16_bits(row))

    @property
    def pi(self) -> Enclosure:
        """π."""
        return Enclosure(self.down.context.const_pi(), self.up.context.const_pi(), self)

    def difference(self, x: Any, y: Any) -> Enclosure:
        """x - y of numbers or rows of them; without width where binary64 holds every difference."""
        with np.errstate(all="ignore"):
            row = np.asarray(x - y)
            partner = row - x
            if np.any((x - (row - partner)) + (-y - partner) != 0):  # the rounding errors: Knuth's TwoSum
                return self.exact(x) - self.exact(y)
        return self._of(row, repeated=_has_16_bits(np.asarray(x)))

    def _of(self, row: Any, *, repeated: bool) -> Enclosure:
        at = None
        if repeated:
            numbers, places = np.unique(row, return_inverse=True)
            if 2 * numbers.size < row.size:  # else the counting of numbers takes longer than it saves
                row, at = numbers, places.reshape(row.shape)
        with np.errstate(all="ignore"):  # gmpy2's own test of a double squares it
            held = self._held.plus(row.astype(object))
        return Enclosure(held, held, self, at)

    def exp(self, x: Enclosure) -> Enclosure:
        """e**x."""
        return self._increasing("exp", x, lambda width, _low, value: self.up.mul(value, width))

    def exponentials(self, x: Any) -> Enclosure:
        """exp(x_i - max x) of a row of numbers, which is kept: several problems on one row ask for it."""
        return self._from(_exponentials(self.prec, x.tobytes()))

    def sums_of_exponentials(self, x: Any, shifts: Any) -> Enclosure:
        """Sum of exp(x_i - s) over each row of x, of a shift s each, which are kept as ``exponentials`` are."""
        return self._from(_sums(self.prec, x.shape, x.tobytes(), shifts.tobytes()))

    def _from(self, kept: Enclosure) -> Enclosure:
        self._in_part |= kept.made_by.left_range
        return replace(kept, made_by=self)

    def sums_of_exp(self, x: Enclosure) -> Enclosure:
        """Sum of exp(x_i) over each row: rounded up, of terms rounded up, each of which 1 - 2**(1 - prec) takes off."""
        if x.low is not x.high:
            return self.sum(self.exp(x))
        terms = self.up.exp(x.high)
        if self.up.context.underflow:
            return self.sum(self.exp(x))
        high = _objects(map(self.up.context.fsum, (terms if x.at is None else terms[x.at]).tolist()))
        twice = self.down.context.mul_2exp(gmpy2.mpfr(1), 2 - self.prec)
        return Enclosure(self.down.mul(high, self.down.context.sub(1, twice)), high, self)

    def expm1(self, x: Enclosure) -> Enclosure:
        """exp(x) - 1."""
        return self._increasing("expm1", x, lambda width, _low, value: self.up.mul(self.up.add(value, 1), width))

    def log(self, x: Enclosure) -> Enclosure:
        """Natural logarithm of x > 0; an enclosure that reaches 0 has no logarithm, and precision must rise."""
        if not np.all(x.low > 0):
            return self.line(x)
        return self._increasing("log", x, lambda width, low, _value: self.up.div(width, low))

    def log_ratio(self, p: Enclosure, q: Enclosure) -> Enclosure:
        """log(p/q) of positive rows without width; a quotient rounded up is 1 + 2**(1 - prec) times p/q at most."""
        high = self.up.log(self.up.div(p.spread().low, q.spread().low))
        drop = self.up.context.mul_2exp(gmpy2.mpfr(1), 1 - self.prec)
        return Enclosure(self.down.sub(next_below(high), drop), high, self)

    def log1p(self, x: Enclosure) -> Enclosure:
        """log(1 + x) for x > -1."""
        if not np.all(x.low > -1):
            return self.line(x)
        return self._increasing("log1p", x, lambda width, low, _value: self.up.div(width, self.down.add(low, 1)))

    def erfc(self, x: Enclosure) -> Enclosure:
        """The complementary error function, which falls, for |x| <= 2**14."""
        return Enclosure(self.down.erfc(x.high), self.up.erfc(x.low), self, x.at)

    def log_gamma(self, x: Enclosure) -> Enclosure:
        """log Γ of positive numbers without width, or of enclosures above 3/2, where it rises."""
        return Enclosure(self.down.lngamma(x.low), self.up.lngamma(x.high), self, x.at)

    def hull(self, a: Enclosure, b: Enclosure) -> Enclosure:
        """What lies in one of two enclosures, or between them."""
        return Enclosure(np.minimum(a.low, b.low), np.maximum(a.high, b.high), self, a.at)

    def _increasing(self, name: str, x: Enclosure, drop: Callable[[Any, Any, Any], Any]) -> Enclosure:
        """An increasing function from its value at the upper end, below which it ``drop``s by at most so much."""
        if not np.all(x.high < HIGHEST):
            return self.line(x)
        high = np.asarray(getattr(self.up, name)(x.high), dtype=object)
        low = np.asarray(next_below(high), dtype=object)
        wide = np.asarray(x.low is not x.high and x.low != x.high)
        if wide.any():
            part = np.s_[...] if wide.all() else wide
            starts, ends = (np.asarray(end, dtype=object)[part] for end in (x.low, x.high))
            low[part] = self.down.sub(low[part], drop(self.up.sub(ends, starts), starts, high[part]))
        return Enclosure(low[()], high[()], self, x.at)

    def line(self, x: Enclosure) -> Enclosure:
        """Nothing known, of every number of a row."""
        low, high = (np.full(np.shape(x.low), end, dtype=object)[()] for end in (LOWEST, HIGHEST))
        return Enclosure(low, high, self, x.at)

    def sum(self, terms: Enclosure) -> Enclosure:
        """Sum of a row, 0 for none, or of each of several: its ends' sums, each rounded once."""
        below, above = self.down.context.fsum, self.up.context.fsum
        if np.ndim(terms.low if terms.at is None else terms.at) > 1:
            rows = terms.spread()
            return Enclosure(_objects(map(below, rows.low.tolist())), _objects(map(above, rows.high.tolist())), self)
        low, high = terms.low, terms.high
        if terms.at is not None:
            used, times = np.unique(terms.at, return_counts=True)
            low, high = self.down.mul(low[used], times.tolist()), self.up.mul(high[used], times.tolist())
        return Enclosure(below(low.tolist()), above(high.tolist()), self)

    def chain(self, start: Enclosure, arcs: Arcs, weights: Sequence[Enclosure]) -> Enclosure:
        """The sum of the products of weights over all paths that end in each state, as in ``interval``."""
        first, rows = start.spread(), [weight.spread() for weight in weights]
        low = _paths(self.down.context, first.low.tolist(), arcs, [row.low.tolist() for row in rows])
        high = _paths(self.up.context, first.high.tolist(), arcs, [row.high.tolist() for row in rows])
        return Enclosure(_objects(low), _objects(high), self)

    def product(self, factors: Enclosure) -> Enclosure:
        """Product of a row, 1 for none."""
        row = factors.spread()
        negative, one = np.count_nonzero(row.low < 0), gmpy2.mpfr(1)
        size = abs(row) if negative else row
        low, high = reduce(self.down.context.mul, size.low, one), reduce(self.up.context.mul, size.high, one)
        return -Enclosure(low, high, self) if negative % 2 else Enclosure(low, high, self)

    def log_product(self, factors: Enclosure) -> Enclosure:
        """Log of the product of positive numbers, each without width; exactly 0 where the product is exactly 1."""
        product = self.product(factors)
        if not (product.low > 0.5 and product.high < 2):
            return self.log(product)
        exact = exact_product([from_float(float(v)) for v in factors.spread().low])
        low, high = arithmetic(self.prec).log_near_one(exact)._mpi_
        return Enclosure(mpfr(low), mpfr(high), self)

    def sum_log1p(self, terms: Enclosure) -> Enclosure:
        """Sum of log(1 + t) over a row of t >= 0: one log, of the product, unless all are tiny."""
        if not np.any(terms.high > TINY):
            return self.sum(self.log1p(terms))
        wider = DirectedArithmetic(self.prec - math.frexp(TINY)[1] + len(terms.low).bit_length())
        product = wider.product(Enclosure(terms.low, terms.high, wider, terms.at) + 1)
        return self.log(Enclosure(product.low, product.high, self))


def _has_16_bits(row: Any) -> bool:
    """Whether every number of a row of binary64 is one of 16 bits, or of fewer."""
    return not np.any(row.view(np.int64) & BEYOND_16_BITS)


@lru_cache(maxsize=8)
def _exponentials(prec: int, row: bytes) -> Enclosure:
    a, x = DirectedArithmetic(prec), np.frombuffer(row)
    return a.exp(a.difference(x, x.max()))


@lru_cache(maxsize=2)
def _sums(prec: int, shape: tuple[int, ...], rows: bytes, shifts: bytes) -> Enclosure:
    a, x, s = DirectedArithmetic(prec), np.frombuffer(rows).reshape(shape), np.frombuffer(shifts)
    if _has_16_bits(x) and np.max(np.abs(x), initial=0) < FACTORED:  # few numbers, many differences
        return a.sums_of_exp(a.exact(x)) * a.exp(a.exact(-s))
    return a.sums_of_exp(a.difference(x, s[:, None]))


def _paths(context: Any, state: list[Any], arcs: Arcs, weights: list[list[Any]]) -> list[Any]:
    """The chain of ends of one kind: of numbers that are not negative, lower ones make lower ones."""
    for step in zip(*weights, strict=True):
        state = [context.fsum([context.mul(state[i], step[k]) for i, k in into]) for into in arcs]
    return state


def _objects(values: Iterable[Any]) -> Any:
    return np.array(list(values), dtype=object)
