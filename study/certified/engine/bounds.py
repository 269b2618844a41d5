"""How error bounds are carried: within the engine a bound e says |true - held| <= e |held|, for large e too."""

from __future__ import annotations

import numpy as np

from study.certified.engine.compiled import inline

SLACK = 1.0 + 2.0**-40
"""Pays for the rounding of the bounds themselves, and for their second order."""
TINY = 2.0**-1000
"""Relative, of words lost to underflow."""
FAR = -300
"""Words below 2**-300 of what they are added to are held there: their size no longer matters."""


@inline
def share(absolute: float, size: float) -> float:
    """An absolute error relative to the value held; nothing is claimed of a zero that is not exact."""
    return 0.0 if absolute == 0.0 else absolute / abs(size)


@inline
def growth(error: float) -> float:
    """Bound on |log(1 + t)| for |t| <= error."""
    return error / (1.0 - error) if error < 0.5 else np.inf
