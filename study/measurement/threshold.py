"""Where a formula starts to fail: found by bisection in what it computes, never from theory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from study.formats import Format


def first_integer(fails: Callable[[int], bool], limit: int = 10**7) -> int | None:
    """The smallest n from 1 on for which ``fails(n)``, given that it goes on failing; None up to the limit."""
    high = 1
    while not fails(high):
        high *= 2
        if high > limit:
            return None
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if fails(middle) else (middle, high)
    return high


def first_number(fails: Callable[[NDArray[Any]], bool], form: Format) -> float | None:
    """The smallest positive number of a format for which ``fails``, given that all larger ones fail too.

    Args:
        fails: takes a 0-d array of the format.
        form: the format, whose positive numbers are bisected in the order of their bit patterns.
    """
    low, high = 0, int(form.to_bits(form.round(form.xmax)))

    def number(pattern: int) -> NDArray[Any]:
        return form.from_bits(pattern)

    if not fails(number(high)):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if fails(number(middle)) else (middle, high)
    return float(number(high))
