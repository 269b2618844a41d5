"""TensorFlow on the CPU, eagerly: tf.nn and tf.math."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from study.libraries.backends.base import Backend, LibraryFunction

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def _session() -> Iterator[None]:
    """On the CPU."""
    import tensorflow as tf

    with tf.device("CPU"):
        yield


def _to(x: Any) -> Any:
    import tensorflow as tf

    return tf.constant(x)


def _back(x: Any) -> Any:
    return x.numpy()


def _reduced(f: Any, x: Any, axis: int) -> Any:
    return f(x, axis=axis)


BACKEND = Backend(
    name="tensorflow",
    distribution="tensorflow-cpu",
    module="tensorflow",
    functions=(
        LibraryFunction("logsumexp", "tensorflow.math.reduce_logsumexp", _reduced),
        LibraryFunction("softmax", "tensorflow.nn.softmax", _reduced),
        LibraryFunction("log_softmax", "tensorflow.nn.log_softmax", _reduced),
        LibraryFunction(
            "nll", "tensorflow.nn.sparse_softmax_cross_entropy_with_logits", lambda f, x, t: f(labels=t, logits=x)
        ),
        LibraryFunction(
            "binary_cross_entropy_with_logits",
            "tensorflow.nn.sigmoid_cross_entropy_with_logits",
            lambda f, x, y: f(labels=y, logits=x),
        ),
        LibraryFunction("sigmoid", "tensorflow.math.sigmoid", lambda f, x: f(x)),
        LibraryFunction("log_sigmoid", "tensorflow.math.log_sigmoid", lambda f, x: f(x)),
        LibraryFunction("softplus", "tensorflow.math.softplus", lambda f, x: f(x)),
        LibraryFunction("lgamma", "tensorflow.math.lgamma", lambda f, x: f(x)),
        LibraryFunction("likelihood", "tensorflow.math.reduce_prod", _reduced),
    ),
    repositories=("tensorflow/tensorflow",),
    colour="black",
    to_library=_to,
    to_numpy=_back,
    session=_session,
)
