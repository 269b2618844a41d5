"""optax: losses on JAX's arrays."""

from __future__ import annotations

from typing import Any

from study.libraries.backends.base import Backend, LibraryFunction
from study.libraries.backends.jax import BACKEND as JAX


def _alignment(loss: Any, logits: Any, labels: Any) -> Any:
    import jax.numpy as jnp

    return loss(logits, jnp.zeros(logits.shape[:2], logits.dtype), labels, jnp.zeros(labels.shape, logits.dtype))


BACKEND = Backend(
    name="optax",
    distribution="optax",
    module="optax",
    functions=(
        LibraryFunction("nll", "optax.softmax_cross_entropy_with_integer_labels", lambda f, x, t: f(x, t)),
        LibraryFunction(
            "binary_cross_entropy_with_logits", "optax.sigmoid_binary_cross_entropy", lambda f, x, y: f(x, y)
        ),
        LibraryFunction("ctc_loss", "optax.ctc_loss", _alignment),
    ),
    repositories=("google-deepmind/optax",),
    colour="plum",
    to_library=JAX.to_library,
    to_numpy=JAX.to_numpy,
    session=JAX.session,
)
