"""The engine held to certified arithmetic in every run: a sample, and whatever is reported."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any

import mpmath
import numpy as np

from study.certified.certify import certified, decided

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from study.certified.exact import Exact
    from study.problems.base import Problem

PREC = 110
"""Bits to which a value is recomputed at most."""
SAMPLED = 128
"""How many components of a vector are recomputed beside the reported ones."""
BITS, MORE = PREC + 10, 64
"""Of the first evaluation: enough for sums of random signs, which cancel somewhat; and how many more for claims as fine
as the definition's own, which stands in where terms cancel beyond the engine."""
DEFINITION = 2.0**-104.9
"""Claims up to this may be the definition's own, ``EXACT_PREC`` bits held in two words."""
APART = 64
"""Binades between two values of which neither is within a finite claim of the other."""
RANGE = 2**29
"""Beyond 2**±RANGE a number is beyond every format, and no longer told from those beyond MPFR's range."""


class DisagreementError(ArithmeticError):
    """The engine and the definition differ by more than the engine claims; says on what input, in hex."""


def crosscheck(problem: Problem, stacks: list[NDArray[Any]], held: Exact, reported: Iterable[tuple[int, int]]) -> None:
    """Recompute values from the definition and see that the held ones are within the errors that they claim.

    Args:
        problem: the problem.
        stacks: its arguments, all instances along the first axis.
        held: the exact values of all instances.
        reported: instance and component of each value to recompute; of a vector SAMPLED other components, too.

    Raises:
        DisagreementError: one is not.
    """
    values, wanted = held.reshape((len(stacks[0]), -1)), dict[int, set[int]]()
    for row, component in reported:
        wanted.setdefault(row, _sample(values.shape[1], row)).add(component)
    for row, components in sorted(wanted.items()):
        chosen, instance = sorted(components), [a[row] for a in stacks]
        at = chosen if problem.signature.vector_result else None
        claims = values[row, chosen]
        errors = claims.error.tolist()
        judges = [partial(holds, *claim) for claim in zip(claims.to_mpf(), errors, strict=True)]
        bits = BITS + MORE * any(0 < error <= DEFINITION for error in errors)
        verdicts = decided(problem.definition, instance, bits, judges, at, spare=0)
        if not all(verdicts):
            i = verdicts.index(False)
            (true,) = certified(problem.definition, instance, PREC, components=at and [at[i]])
            shown = "; ".join(" ".join(map(_hex, np.atleast_1d(a).ravel().tolist())) for a in instance)
            wrong, right = (mpmath.nstr(number, 30) for number in (claims.to_mpf()[i], true))
            raise DisagreementError(f"{problem.name}: {wrong} is held, {right} is exact, of {shown}")


def _sample(count: int, row: int) -> set[int]:
    if count <= SAMPLED:
        return set(range(count))
    return set(np.random.default_rng(row).choice(count, SAMPLED, replace=False).tolist())


def holds(held: mpmath.mpf, error: float, value: Any) -> bool | None:
    """Whether a held value lies within its claimed relative error of an exact one.

    Args:
        held: the value.
        error: the claim; an infinite one is that both are of one sign and beyond every format, on the same side.
        value: the exact one, a float, or the two ends of its enclosure.

    Returns:
        None where the enclosure is too wide to tell; one of PREC bits is not.
    """
    if isinstance(value, float):
        return agrees(held, mpmath.mpf(value), error)
    low, high = map(mpmath.mp.make_mpf, value)
    if low == high:
        return agrees(held, low, error)
    if not (mpmath.isfinite(low) and mpmath.isfinite(high)) or low < 0 < high:
        return None
    return mpmath.isfinite(held) and _between(held, error, low, high)


def _between(held: mpmath.mpf, error: float, low: mpmath.mpf, high: mpmath.mpf) -> bool | None:
    """``holds`` for finite ends on one side of zero."""
    near = abs(_size(low) - _size(high)) <= 1
    if math.isinf(error):
        if _beyond(low, high):
            return _beyond(low, high, held)
        return False if near else None
    if near:
        return _within(held, error, low, high)
    return bool(held != 0 and low <= held <= high) if 0 in (low, high) and _beyond(low, high) else None


def _beyond(*numbers: mpmath.mpf) -> bool:
    """Whether numbers all lie on one side of every format: of one sign, and below 2**-RANGE or above 2**RANGE."""
    sizes = [_size(number) for number in numbers]
    one_sign = not min(numbers) < 0 < max(numbers)
    return one_sign and (max(sizes) < -RANGE or min(sizes) > RANGE)


def _size(number: mpmath.mpf) -> int:
    """The e of 2**(e - 1) <= |number| < 2**e, far below all others for 0."""
    _, mantissa, exponent, bits = number._mpf_
    return int(exponent + bits) if mantissa else -(2**62)


def _within(held: mpmath.mpf, error: float, low: mpmath.mpf, high: mpmath.mpf) -> bool | None:
    """``holds`` for ends within a factor of four: in whole numbers, of the last bit of the finest of the three."""
    if abs(_size(held) - _size(low)) > APART:
        return False
    signs, mantissas, exponents, _ = zip(*(number._mpf_ for number in (held, low, high)), strict=True)
    value, *ends = (
        (-m if s else m) << (e - min(exponents)) for s, m, e in zip(signs, mantissas, exponents, strict=True)
    )
    near, far = sorted(abs(value - end) for end in ends)
    least, most = sorted(map(abs, ends))
    numerator, denominator = error.as_integer_ratio()
    if far * denominator <= numerator * least:
        return True
    if near * denominator > numerator * most and not low <= held <= high:
        return False
    return agrees(held, low, error) if (most - least) << PREC <= least else None


def agrees(value: mpmath.mpf, true: mpmath.mpf, error: float) -> bool:
    """Whether a held value lies within its claimed relative error of one that is exact to PREC bits."""
    if not mpmath.isfinite(true) or not mpmath.isfinite(value) or true == 0:
        return bool(value == true or (mpmath.isnan(value) and mpmath.isnan(true)))
    with mpmath.workprec(2 * PREC):
        return bool(abs(value / true - 1) <= mpmath.mpf(error) + mpmath.mpf(2) ** (1 - PREC))


def _hex(number: float) -> str:
    return number.hex() if isinstance(number, float) else str(number)
