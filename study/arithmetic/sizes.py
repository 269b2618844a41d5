"""Sizes of numbers as powers of two, in any arithmetic of ``study.arithmetic.faithful``: of what cancels."""

from __future__ import annotations

from typing import Any

import numpy as np

from study.arithmetic.scaled import Scaled

FAR = 2.0**40
"""Beyond any exponent: the size of nothing is 2**-FAR."""


def log2(a: Any, x: Any) -> Any:
    """log2 |x| in binary64, roughly; −∞ for 0."""
    with np.errstate(divide="ignore"):
        return a.scaled(x).log2() if hasattr(a, "scaled") else np.log2(np.abs(getattr(x, "hi", x)))


def power(a: Any, exponent: Any) -> Any:
    """2**exponent, at most twice of it, as a number that cancels; what is no number of the arithmetic is infinite."""
    if not hasattr(a, "scaled"):
        with np.errstate(over="ignore"):
            return a.number(np.exp2(exponent))
    whole = np.ceil(np.clip(exponent, -FAR, FAR)).astype(np.int64)
    return Scaled.of((np.ones(whole.shape), np.zeros(whole.shape)), whole)
