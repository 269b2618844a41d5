"""NumPy: its log-add-exp, and the sums and products that people write."""

from __future__ import annotations

from typing import Any

import numpy as np

from study.libraries.backends.base import Backend, LibraryFunction


def _summed_logs(total: Any, p: Any, axis: int) -> Any:
    with np.errstate(divide="ignore"):
        return total(np.log(p), axis=axis)


BACKEND = Backend(
    name="numpy",
    distribution="numpy",
    module="numpy",
    functions=(
        LibraryFunction("logaddexp", "numpy.logaddexp", lambda f, a, b: f(a, b)),
        LibraryFunction("logsumexp", "numpy.logaddexp.reduce", lambda f, x, axis: f(x, axis=axis)),
        LibraryFunction("softplus", "numpy.logaddexp", lambda f, x: f(np.zeros_like(x), x)),
        LibraryFunction("log_sigmoid", "numpy.logaddexp", lambda f, x: -f(np.zeros_like(x), -x)),
        LibraryFunction("likelihood", "numpy.prod", lambda f, p, axis: f(p, axis=axis)),
        LibraryFunction("log_likelihood", "numpy.sum", _summed_logs),
    ),
    swept=(("exp", "numpy.exp"), ("log", "numpy.log")),
    repositories=("numpy/numpy",),
    colour="blue",
)
