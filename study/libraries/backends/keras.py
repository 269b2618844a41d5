"""Keras on TensorFlow's arrays: keras.ops and keras.losses, a label a row."""

from __future__ import annotations

from study.libraries.backends.base import Backend, LibraryFunction
from study.libraries.backends.tensorflow import BACKEND as TENSORFLOW

LOSSES = "keras.losses"

BACKEND = Backend(
    name="keras",
    distribution="keras",
    module="keras",
    needs=("tensorflow",),
    functions=(
        LibraryFunction("logsumexp", "keras.ops.logsumexp", lambda f, x, axis: f(x, axis=axis)),
        LibraryFunction("softmax", "keras.ops.softmax", lambda f, x, axis: f(x, axis=axis)),
        LibraryFunction("log_softmax", "keras.ops.log_softmax", lambda f, x, axis: f(x, axis=axis)),
        LibraryFunction("nll", f"{LOSSES}.sparse_categorical_crossentropy", lambda f, x, t: f(t, x, from_logits=True)),
        LibraryFunction(
            "binary_cross_entropy_with_logits",
            f"{LOSSES}.binary_crossentropy",
            lambda f, x, y: f(y[:, None], x[:, None], from_logits=True),
        ),
        LibraryFunction(
            "binary_cross_entropy", f"{LOSSES}.binary_crossentropy", lambda f, p, y: f(y[:, None], p[:, None])
        ),
        LibraryFunction("logaddexp", "keras.ops.logaddexp", lambda f, a, b: f(a, b)),
    ),
    repositories=("keras-team/keras",),
    colour="plum",
    to_library=TENSORFLOW.to_library,
    to_numpy=TENSORFLOW.to_numpy,
    session=TENSORFLOW.session,
)
