"""The sweeps of ``make exhaustive``, the cheap ones first."""

from __future__ import annotations

from study.exhaustive.functions import problem_named
from study.exhaustive.specification import Specification
from study.formats import FORMATS

SCALAR = ("exp", "log", "sigmoid", "log_sigmoid", "softplus", "log1mexp", "kl_k3", "kl_k3_gradient")
SLOW = ("log_ndtr", "lgamma")
"""Without a quick reference: of 16 bits alone."""
PAIRS = (
    ("logaddexp", 1), ("softmax", 2), ("log_softmax", 2), ("binary_cross_entropy_with_logits", 1),
    ("poisson_nll", 1), ("entropy_from_logits", 2), ("entropy_from_logits_gradient", 2), ("z_loss_gradient", 2),
)  # fmt: skip
TRIPLES = (
    ("logsumexp", 3), ("softmax", 3), ("entropy_from_logits", 3), ("temperature_softmax", 2), ("gaussian_nll", 1),
    ("binomial_nll", 1),
)  # fmt: skip
NARROW = tuple(name for name, form in FORMATS.items() if form.bits == 8)
HALF = tuple(name for name, form in FORMATS.items() if form.bits == 16)


def plan() -> list[Specification]:
    """All single numbers of 16 and 32 bits, pairs of 16 and triples of 8, for our algorithms and the libraries.

    Not the z-loss, a square, and not gradients that are quotients: ties of which mpmath alone knows the side are many.
    """
    return [
        *(_all(problem, form, 1) for form in HALF for problem in SCALAR + SLOW),
        *(_all(problem, form, length) for form in NARROW for problem, length in TRIPLES),
        *(_all(problem, "float32", 1) for problem in SCALAR),
        *(_all(problem, form, length) for form in HALF for problem, length in PAIRS),
    ]


def _all(problem: str, form: str, length: int) -> Specification:
    algorithms = problem_named(problem).algorithms
    return Specification(problem, form, tuple(n for n, a in algorithms.items() if form in a.formats), length)
