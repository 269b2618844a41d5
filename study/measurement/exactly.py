"""Operations as they would be exactly, special values as in floating point; also on arrays of a format."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np

CARRIED = 250
"""Bits of an exact number that are not the rounding of its 300: see ``study.measurement.trace.PREC``."""


def log(x: mpmath.mpf) -> mpmath.mpf:
    """Log x; NaN below 0."""
    return mpmath.log(x) if x >= 0 else mpmath.nan


def added(a: Any, b: Any) -> Any:
    """A + b, of numbers of a format or exactly."""
    return np.frompyfunc(_sum, 2, 1)(a, b) if np.asarray(a).dtype == object else a + b


def _sum(a: mpmath.mpf, b: mpmath.mpf) -> mpmath.mpf:
    """A + b; what is left of terms that cancel beyond what the exact side carries is 0."""
    total = a + b
    return mpmath.mpf(0) if abs(total) < abs(a) * 2.0**-CARRIED else total


def divided(a: Any, b: Any) -> Any:
    """A / b, of numbers of a format or exactly."""
    return np.frompyfunc(_quotient, 2, 1)(a, b) if np.asarray(b).dtype == object else a / b


def raised(a: Any, b: Any) -> Any:
    """A**b, of numbers of a format or exactly."""
    return np.frompyfunc(_power, 2, 1)(a, b) if np.asarray(b).dtype == object else a**b


def _power(a: mpmath.mpf, b: mpmath.mpf) -> mpmath.mpf:
    if a < 0 and not mpmath.isint(b):
        return mpmath.nan
    return a**b if a or b >= 0 else mpmath.inf


def _quotient(a: mpmath.mpf, b: mpmath.mpf) -> mpmath.mpf:
    return a / b if b else (mpmath.nan if not a or mpmath.isnan(a) else mpmath.inf * mpmath.sign(a))
