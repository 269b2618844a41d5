"""SciPy's functions in the dtype of their argument; in 16 bits evaluated in float32 and rounded once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.special
from array_api_compat import array_namespace

from study.arithmetic.held import Held, bare
from study.arithmetic.reductions import like

if TYPE_CHECKING:
    from collections.abc import Callable


def _rounded(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def of(x: Any) -> Any:
        if isinstance(x, Held) and x.recipe.steps:
            return function(x)
        held = np.asarray(bare(x))
        values = function(held.astype(np.float32) if held.dtype.itemsize < 4 else held)
        return like(values if isinstance(x, np.ndarray) else array_namespace(x).asarray(values), x)

    return of


erfc = _rounded(scipy.special.erfc)
"""1 − erf x, the complementary error function."""
erfcx = _rounded(scipy.special.erfcx)
"""exp(x²) erfc x."""
gamma = _rounded(scipy.special.gamma)
"""Γ(x)."""
gammaln = _rounded(scipy.special.gammaln)
"""log |Γ(x)|."""
