"""Which formula, in which floating-point format, can I trust for likelihoods, softmaxes and losses?

Everything public is here; modules load when first used, so that ``import study`` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from study.errors import Outcome, error_in_u, outcomes, relative_error, scaled_error, ulp_error
    from study.exact import Exact
    from study.experiment import Experiment, Finding, Sweep
    from study.formats import FORMATS, Format, round_to
    from study.measure import measure
    from study.problems import PROBLEMS, Algorithm, Problem
    from study.reference import UncertifiedError, exact, reference

_HOME = {
    "errors": ("Outcome", "error_in_u", "outcomes", "relative_error", "scaled_error", "ulp_error"),
    "exact": ("Exact",),
    "experiment": ("Experiment", "Finding", "Sweep"),
    "formats": ("FORMATS", "Format", "round_to"),
    "measure": ("measure",),
    "problems": ("PROBLEMS", "Algorithm", "Problem"),
    "reference": ("UncertifiedError", "exact", "reference"),
}

__all__ = [
    "FORMATS",
    "PROBLEMS",
    "Algorithm",
    "Exact",
    "Experiment",
    "Finding",
    "Format",
    "Outcome",
    "Problem",
    "Sweep",
    "UncertifiedError",
    "error_in_u",
    "exact",
    "measure",
    "outcomes",
    "reference",
    "relative_error",
    "round_to",
    "scaled_error",
    "ulp_error",
]


def __getattr__(name: str) -> Any:
    for module, names in _HOME.items():
        if name in names:
            loaded = import_module(f"study.{module}")
            globals().update({each: getattr(loaded, each) for each in names})
            return globals()[name]
    raise AttributeError(f"module 'study' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
