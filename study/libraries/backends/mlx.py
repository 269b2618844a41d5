"""MLX on the CPU: mlx.core and mlx.nn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from study.libraries.backends.base import Backend, LibraryFunction

if TYPE_CHECKING:
    from contextlib import AbstractContextManager


def _session() -> AbstractContextManager[Any]:
    import mlx.core as mx

    stream: AbstractContextManager[Any] = mx.stream(mx.cpu)
    return stream


def _to(x: Any) -> Any:
    import mlx.core as mx

    if x.dtype.name == "bfloat16":
        return mx.array(x.view(np.uint16)).view(mx.bfloat16)
    return mx.array(x, dtype=getattr(mx, x.dtype.name))


def _back(x: Any) -> Any:
    import mlx.core as mx

    if x.dtype == mx.bfloat16:
        import ml_dtypes

        return np.array(x.view(mx.uint16)).view(ml_dtypes.bfloat16)
    return np.array(x)


def _losses(loss: Any, x: Any, t: Any) -> Any:
    return loss(x, t, reduction="none")


def _summed_logs(total: Any, p: Any, axis: int) -> Any:
    import mlx.core as mx

    return total(mx.log(p), axis=axis)


BACKEND = Backend(
    name="mlx",
    distribution="mlx",
    module="mlx",
    functions=(
        LibraryFunction("logsumexp", "mlx.core.logsumexp", lambda f, x, axis: f(x, axis=axis)),
        LibraryFunction("softmax", "mlx.core.softmax", lambda f, x, axis: f(x, axis=axis)),
        LibraryFunction("log_softmax", "mlx.nn.log_softmax", lambda f, x, axis: f(x, axis=axis)),
        LibraryFunction("nll", "mlx.nn.losses.cross_entropy", _losses),
        LibraryFunction("sigmoid", "mlx.core.sigmoid", lambda f, x: f(x)),
        LibraryFunction("log_sigmoid", "mlx.nn.log_sigmoid", lambda f, x: f(x)),
        LibraryFunction("softplus", "mlx.nn.softplus", lambda f, x: f(x)),
        LibraryFunction("logaddexp", "mlx.core.logaddexp", lambda f, a, b: f(a, b)),
        LibraryFunction("binary_cross_entropy_with_logits", "mlx.nn.losses.binary_cross_entropy", _losses),
        LibraryFunction("likelihood", "mlx.core.prod", lambda f, p, axis: f(p, axis=axis)),
        LibraryFunction("log_likelihood", "mlx.core.sum", _summed_logs),
    ),
    repositories=("ml-explore/mlx",),
    colour="indigo",
    to_library=_to,
    to_numpy=_back,
    session=_session,
)
