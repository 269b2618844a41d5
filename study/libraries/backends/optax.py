"""optax: losses on JAX's arrays."""

from __future__ import annotations

from study.libraries.backends.base import Backend, LibraryFunction
from study.libraries.backends.jax import BACKEND as JAX

BACKEND = Backend(
    name="optax",
    distribution="optax",
    module="optax",
    functions=(
        LibraryFunction("nll", "optax.softmax_cross_entropy_with_integer_labels", lambda f, x, t: f(x, t)),
        LibraryFunction(
            "binary_cross_entropy_with_logits", "optax.sigmoid_binary_cross_entropy", lambda f, x, y: f(x, y)
        ),
    ),
    repositories=("google-deepmind/optax",),
    colour="plum",
    to_library=JAX.to_library,
    to_numpy=JAX.to_numpy,
    session=JAX.session,
)
