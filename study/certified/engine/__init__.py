"""The reference engine: the problems in double-double arithmetic, each value with a proven error bound.

Every function takes binary64 arrays, which hold the numbers of every format here exactly, and returns ``Exact``; where
a bound cannot be claimed the error is infinite, and the value is mpmath's to find. ``docs/reference.md`` has the
analysis. numba is imported at the first use of a function, not before.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from study.certified.engine.distributions import cross_entropy, entropy, kl_divergence, weighted_mean
    from study.certified.engine.elementwise import (
        binary_cross_entropy,
        binary_cross_entropy_gradient,
        binary_cross_entropy_with_logits,
        exp,
        log,
        log1mexp,
        log_sigmoid,
        logaddexp,
        sigmoid,
        softplus,
    )
    from study.certified.engine.losses import (
        mean_nll,
        multilabel_nll,
        nll,
        nll_from_probabilities,
        perplexity,
        sequence_log_likelihood,
    )
    from study.certified.engine.ratios import importance_ratio, kl_k3, kl_k3_gradient
    from study.certified.engine.rows import (
        likelihood,
        log_likelihood,
        log_softmax,
        logsumexp,
        nll_gradient,
        softmax,
    )

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_gradient",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "entropy",
    "exp",
    "importance_ratio",
    "kl_divergence",
    "kl_k3",
    "kl_k3_gradient",
    "likelihood",
    "log",
    "log1mexp",
    "log_likelihood",
    "log_sigmoid",
    "log_softmax",
    "logaddexp",
    "logsumexp",
    "mean_nll",
    "multilabel_nll",
    "nll",
    "nll_from_probabilities",
    "nll_gradient",
    "perplexity",
    "sequence_log_likelihood",
    "sigmoid",
    "softmax",
    "softplus",
    "weighted_mean",
]

_MODULES = ("rows", "distributions", "elementwise", "losses", "ratios")


def __getattr__(name: str) -> Any:
    if name in __all__:
        for module in (import_module(f"{__name__}.{short}") for short in _MODULES):
            if hasattr(module, name):
                return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
