"""Arithmetic over arrays of ``Exact``: every operation carries its proven error bound along.

Within the engine an error bound e says |true - held| <= e |held|, for large e too; ``settle`` turns it into the
bound of ``Exact``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from study.certified.engine import combinations, exponentials, logarithms
from study.certified.engine.arithmetic import ADD_ERROR
from study.certified.engine.bounds import SLACK
from study.certified.engine.exponential import LESS_ONE_ABSOLUTE, LESS_ONE_ERROR
from study.certified.engine.tables import LOGARITHMS, POWERS, RECIPROCALS
from study.certified.exact import MAX_EXPONENT, Exact

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from study.certified.engine.compiled import Floats, Integers

UNDECIDED = 2.0**-64
"""Larger bounds claim nothing."""
VANISHED = -(2**31)
"""Exponents below it are lower than any that a format, or a power of two of it, has."""
SURE = 2.0**-40
"""Up to this bound an argument of 2**31 moves its exponential by less than 0.3 per cent."""
SIZE_KNOWN = 2.0
"""Up to this bound the true value is at most three times the held one."""


def settle(value: Exact) -> None:
    """Turn bounds relative to the held values into bounds relative to the true ones, infinite beyond 2**-64.

    A value of which no more is known than that it lies below 2**-2**31 saturates.
    """
    gone = (value.error > UNDECIDED) & (value.error <= SIZE_KNOWN) & (value.exponent < VANISHED) & (value.hi != 0)
    if gone.any():
        value.hi[gone], value.lo[gone] = np.copysign(1.0, value.hi[gone]), 0.0
        value.exponent[gone] = -MAX_EXPONENT
    value.error[:] = np.where(value.error <= UNDECIDED, value.error * SLACK, np.inf)


def blank(shape: tuple[int, ...]) -> Exact:
    """An array to be filled in."""
    return Exact(np.empty(shape), np.empty(shape), np.empty(shape, dtype=np.int64), np.empty(shape))


def parts(value: Exact) -> tuple[Floats, Floats, Integers, Floats]:
    """The four components."""
    return value.hi, value.lo, value.exponent, value.error


def run(loop: Callable[..., None], *operands: Exact, tables: tuple[NDArray[np.float64], ...] = ()) -> Exact:
    """Broadcast the operands and run a kernel over all their entries."""
    shape = np.broadcast_shapes(*(operand.shape for operand in operands))
    flat = [
        np.ascontiguousarray(part if part.shape == shape else np.broadcast_to(part, shape)).reshape(-1)
        for operand in operands
        for part in parts(operand)
    ]
    out = blank((flat[0].size,))
    loop(*flat, *parts(out), *tables)
    return out.reshape(shape)


def where(condition: NDArray[np.bool_], a: Exact, b: Exact) -> Exact:
    """Entries of a where the condition holds, of b elsewhere."""
    return Exact(*(np.where(condition, x, y) for x, y in zip(parts(a), parts(b), strict=True)))


def negative(a: Exact) -> Exact:
    """-a."""
    return Exact(-a.hi, -a.lo, a.exponent, a.error)


def add(a: Exact, b: Exact) -> Exact:
    """a + b, the cancellation in its bound."""
    return run(combinations.sums, a, b)


def multiply(a: Exact, b: Exact) -> Exact:
    """a b."""
    return run(combinations.products, a, b)


def divide(a: Exact, b: Exact) -> Exact:
    """a / b."""
    return run(combinations.quotients, a, b)


def exp(a: Exact) -> Exact:
    """exp(a); from a = 2**31 on saturated, infinite in every format; nothing is claimed where a may be anything."""
    out = run(exponentials.exponentials, a, tables=(POWERS,))
    large = a.exponent >= exponentials.LARGEST
    if large.any():
        out.error[large & ~(a.error <= SURE)] = np.inf
        beyond = large & (a.error <= SURE) & (a.hi > 0)
        out.hi[beyond], out.lo[beyond], out.exponent[beyond], out.error[beyond] = 1.0, 0.0, MAX_EXPONENT, np.inf
    return out


def log(a: Exact) -> Exact:
    """log(a)."""
    return run(logarithms.logarithms, a, tables=(RECIPROCALS, LOGARITHMS))


def log1p(a: Exact) -> Exact:
    """log(1 + a)."""
    return run(logarithms.logarithms_of_one_plus, a, tables=(RECIPROCALS, LOGARITHMS))


def difference(a: NDArray[np.float64], b: NDArray[np.float64]) -> Exact:
    """a - b of doubles, exactly."""
    a, b = np.broadcast_arrays(a, b)
    out = blank((a.size,))
    combinations.differences(np.ascontiguousarray(a).reshape(-1), np.ascontiguousarray(b).reshape(-1), *parts(out))
    return out.reshape(a.shape)


def exactly(a: Floats) -> Exact:
    """Doubles as they are."""
    return difference(a, np.zeros(1))


def one_less_exp(x: NDArray[np.float64]) -> Exact:
    """1 - exp(x) for doubles -0.75 <= x < 0."""
    given = exactly(x.reshape(-1))
    out = blank(given.shape)
    exponentials.exponentials_less_one(given.hi, given.exponent, out.hi, out.lo, out.exponent, POWERS)
    size = -np.expm1(x.reshape(-1))
    out.error[:] = np.minimum(LESS_ONE_ERROR, LESS_ONE_ABSOLUTE / size + ADD_ERROR)
    return negative(out).reshape(x.shape)
