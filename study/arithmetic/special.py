"""SciPy's functions in the dtype of their argument: in 16 bits evaluated in float32 and rounded once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mpmath
import numpy as np
import scipy.special
from array_api_compat import array_namespace

from study.arithmetic.held import Held, bare
from study.arithmetic.reductions import like

if TYPE_CHECKING:
    from collections.abc import Callable


def _rounded(function: Any, exact: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def of(x: Any) -> Any:
        if hasattr(x, "looked_up"):
            return x.looked_up(of)
        if hasattr(x, "step"):
            return x.step(function.__name__, of(x.computed), np.frompyfunc(exact, 1, 1)(x.exact))
        if isinstance(x, Held) and x.recipe.steps:
            return function(x)
        held = np.asarray(bare(x))
        values = function(held.astype(np.float32) if held.dtype.itemsize < 4 else held)
        return like(values if isinstance(x, np.ndarray) else array_namespace(x).asarray(values), x)

    return of


erfc = _rounded(scipy.special.erfc, mpmath.erfc)
"""1 − erf x, the complementary error function."""
erfcx = _rounded(scipy.special.erfcx, lambda x: mpmath.exp(x * x) * mpmath.erfc(x))
"""exp(x²) erfc x."""
gamma = _rounded(scipy.special.gamma, mpmath.gamma)
"""Γ(x)."""
gammaln = _rounded(scipy.special.gammaln, mpmath.loggamma)
"""log |Γ(x)|."""
