"""scikit-learn: its softmax, and its log loss of one observation at a time, which it averages over the batch."""

from __future__ import annotations

from typing import Any

import numpy as np

from study.libraries.backends.base import Backend, LibraryFunction


def _log_loss(loss: Any, p: Any, target: Any) -> Any:
    """The loss of each row: a batch of one, no mean to be taken."""
    classes = np.arange(p.shape[-1])
    return np.array([loss([t], row[None], labels=classes) for row, t in zip(p, target, strict=True)])


BACKEND = Backend(
    name="sklearn",
    distribution="scikit-learn",
    module="sklearn",
    functions=(
        LibraryFunction("softmax", "sklearn.utils.extmath.softmax", lambda f, x: f(x)),
        LibraryFunction("nll_from_probabilities", "sklearn.metrics.log_loss", _log_loss),
    ),
    repositories=("scikit-learn/scikit-learn",),
    colour="black",
)
