"""Probabilities in definitions: floats stand for 0, infinities and NaN, intervals for all other values."""

from __future__ import annotations

from typing import Any

import numpy as np

ONE = np.float64(1).view(np.uint64)


def are_probabilities(*values: Any) -> bool:
    """Whether all numbers, or all of rows, lie in [0, 1]."""
    return all(np.all((v >= 0) & (v <= 1)) for v in map(np.asarray, values))


def finite(values: Any) -> bool:
    """Whether all are numbers, and none is infinite."""
    return bool(np.min(values, initial=0.0) > -np.inf and np.max(values, initial=0.0) < np.inf)


def checked(*values: Any) -> Any:
    """Probabilities in binary64, and NaN where one of them is none."""
    if all(np.max(v.view(np.uint64), initial=0) <= ONE for v in values):
        return values
    inside = np.all([(v >= 0) & (v <= 1) for v in values], axis=0)
    return [np.where(inside, v, np.nan) for v in values]


def minus_log(a: Any, p: float) -> Any:
    """-log p for p in [0, 1]."""
    return a.inf if p == 0 else 0.0 if p == 1 else -a.log(a.exact(p))


def minus_log1m(a: Any, p: float) -> Any:
    """-log(1 - p) for p in [0, 1]."""
    if p in (0, 1):
        return a.inf if p else 0.0
    return -a.log1p(-a.exact(p)) if p <= 0.5 else -a.log(1 - a.exact(p))
