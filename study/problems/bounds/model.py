"""The model of rounding that the bounds share.

fl(a op b) = (a op b)(1 + d), |d| <= u (Higham, *Accuracy and Stability*, section 2.2), and elementary functions within
k u, where k = ``elementary(format)``; the papers take k = 1. First-order terms c u are made strict as
c u / (1 - 2 c u), and what gradual underflow adds is bounded by multiples of xmins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from study.formats import Format

    Floats = NDArray[np.float64]
    Args = Sequence[NDArray[Any]]


def elementary(form: Format) -> float:
    """Error of NumPy's exp, log and log1p in units of u.

    NumPy holds its binary32 and binary64 functions to 4 ulps (its ``umath-validation-set`` tests), that is 8 u; 16-bit
    formats are evaluated in binary32 and rounded once more.
    """
    return 8.0 if form.p >= 24 else 1 + 8 * 2.0**-24 / form.u


CEPHES = {"erfc": 5.7e-14, "gamma": 2.3e-15, "gammaln": 5.4e-16, "erfcx": 1e-13}
"""Largest relative errors that the sources of SciPy's functions tell: Cephes of its own tests (of log gamma absolutely
where it is below 1), Faddeeva's erfcx as its aim. Twice that is allowed, as twice NumPy's ulps are."""


def special(form: Format, name: str) -> float:
    """Error of a function of SciPy in units of u: evaluated in binary64, and rounded for narrower formats."""
    own = 2 * CEPHES[name] / form.u
    return float(own) if form.p == 53 else 1 + float(own) + (2.0**-24 / form.u if form.p < 24 else 0)


def strict(c: Any, u: float) -> Floats:
    """A first-order bound c u with its higher-order terms: c u / (1 - 2 c u), infinite from c u = 1/2 on."""
    cu = np.asarray(c, dtype=np.float64) * u
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(cu < 0.5, cu / (1 - 2 * cu), np.inf)


def spread(x: Floats) -> tuple[Floats, Floats, Floats]:
    """max, R, and n of the finite entries of each vector."""
    finite = np.isfinite(x)
    top = np.max(np.where(finite, x, -np.inf), axis=-1)
    low = np.min(np.where(finite, x, np.inf), axis=-1)
    return top, top - low, np.asarray(x.shape[-1], dtype=np.float64)


def relative(absolute: Floats, value: Floats) -> Floats:
    """An absolute error bound relative to the value; infinite where either is no ordinary number."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(np.isfinite(absolute) & (value != 0), absolute / np.abs(value), np.inf)
