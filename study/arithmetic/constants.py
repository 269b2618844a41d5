"""Constants of the formulas, from mpmath; each arithmetic holds them in its own words."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import mpmath

if TYPE_CHECKING:
    from collections.abc import Callable

    Constant = Callable[..., Any]
    """``constant(mp, *orders)`` in an mpmath context, whose precision is set."""

SPARE = 60
"""Bits beyond those that are held."""


def half_log_two_pi(mp: Any) -> Any:
    """log(2 π)/2: minus the log of the standard normal density at 0."""
    return mp.log(2 * mp.pi) / 2


def log_two(mp: Any) -> Any:
    """log 2: what an exponent counts."""
    return mp.log(2)


@cache
def value(bits: int, constant: Constant, *orders: int) -> Any:
    """The constant as an mpf, within 2**-bits."""
    mp = mpmath.MPContext()
    mp.prec = bits + SPARE
    return constant(mp, *orders)


@cache
def words(constant: Constant, *orders: int) -> tuple[float, float]:
    """The constant in two words, within 2**-106."""
    held = value(160, constant, *orders)
    return float(held), float(held - float(held))
