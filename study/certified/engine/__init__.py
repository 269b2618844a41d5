"""The reference engine: the problems in double-double arithmetic, each value with a proven error bound.

Every function takes binary64 arrays, which hold the numbers of every format here exactly, and returns ``Exact``; where
a bound cannot be claimed the error is infinite, and the value is mpmath's to find. ``docs/reference.md`` has the
analysis. numba is imported at the first use of a function, not before.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import Any

MODULES = (
    "rows", "distributions", "elementwise", "losses", "densities", "mixtures", "normal", "chains",
    "logits", "targets", "gamma", "trials", "ratios",
)  # fmt: skip
"""Those with functions of problems, under the names that the problems give."""
_FILES = {file.name for file in pkgutil.iter_modules(__path__)}


def __getattr__(name: str) -> Any:
    if not (name.startswith("_") or name in _FILES):
        for module in (import_module(f"{__name__}.{short}") for short in MODULES):
            if hasattr(module, name):
                return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
