"""Which formula, in which floating-point format, can I trust for likelihoods, softmaxes and losses?

What is public is here. Importing it takes NumPy and mpmath along; pandas and SciPy load when first needed.
"""

from study.certified.certify import UncertifiedError
from study.certified.errors import Outcome, error_in_u, outcomes, relative_error, scaled_error, ulp_error
from study.certified.exact import Exact
from study.formats import FORMATS, Format, round_to
from study.inputs.battery import battery
from study.own.accuracy import assert_accurate, measure
from study.problems import PROBLEMS, Algorithm, Problem, kernels
from study.problems.reference import exact, reference
from study.runs.experiment import Experiment, Finding, Sweep

__version__ = "0.1.0"

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
    "assert_accurate",
    "battery",
    "error_in_u",
    "exact",
    "kernels",
    "measure",
    "outcomes",
    "reference",
    "relative_error",
    "round_to",
    "scaled_error",
    "ulp_error",
]
