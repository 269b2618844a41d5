"""SciPy's functions in the dtype of their argument: in 16 bits evaluated in float32 and rounded once."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import mpmath
import numpy as np
from array_api_compat import array_namespace

from study.arithmetic.held import Held, bare
from study.arithmetic.reductions import like

if TYPE_CHECKING:
    from collections.abc import Callable


def _rounded(name: str, exact: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def of(x: Any) -> Any:
        if hasattr(x, "looked_up"):
            return x.looked_up(of)
        if hasattr(x, "step"):
            return x.step(name, of(x.computed), np.frompyfunc(exact, 1, 1)(x.exact))
        function = _function(name)
        if isinstance(x, Held) and x.recipe.steps:
            return function(x)
        held = np.asarray(bare(x))
        values = function(held.astype(np.float32) if held.dtype.itemsize < 4 else held)
        return like(values if isinstance(x, np.ndarray) else array_namespace(x).asarray(values), x)

    return of


def digamma(x: Any) -> Any:
    """The slope of log Γ(x), in binary64."""
    return _function("digamma")(x)


@cache
def _function(name: str) -> Any:
    """SciPy's, which takes long to import."""
    import scipy.special

    return getattr(scipy.special, name)


erfc = _rounded("erfc", mpmath.erfc)
"""1 − erf x, the complementary error function."""
erfcx = _rounded("erfcx", lambda x: mpmath.exp(x * x) * mpmath.erfc(x))
"""exp(x²) erfc x."""
gamma = _rounded("gamma", mpmath.gamma)
"""Γ(x)."""
gammaln = _rounded("gammaln", mpmath.loggamma)
"""log |Γ(x)|."""
