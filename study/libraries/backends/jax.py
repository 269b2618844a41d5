"""JAX: jax.nn and jax.scipy.special; gradients by its own differentiation."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from study.libraries.backends.base import Backend, LibraryFunction

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def _session() -> Iterator[None]:
    """64-bit numbers for as long as a call takes, on the CPU where nothing else is said."""
    import jax

    with jax.enable_x64(new_val=True), jax.default_device(jax.devices("cpu")[0]):
        yield


def _to(x: Any) -> Any:
    import jax.numpy as jnp

    return jnp.asarray(x)


def _devices() -> dict[str, str]:
    import jax

    kinds = sorted({"cpu", jax.default_backend()})
    return {f"{kind}:{i}": device.device_kind for kind in kinds for i, device in enumerate(jax.devices(kind))}


def _put(x: Any, device: str) -> Any:
    import jax

    kind, _, index = device.partition(":")
    return jax.device_put(x, jax.devices(kind)[int(index or 0)])


def _summed_logs(total: Any, p: Any, axis: int) -> Any:
    import jax.numpy as jnp

    return total(jnp.log(p), axis=axis)


def _of_target(log_softmax: Any, x: Any, target: Any) -> Any:
    import jax.numpy as jnp

    return -jnp.take_along_axis(log_softmax(x), target[..., None], axis=-1)[..., 0]


def _gradient_of_nll(log_softmax: Any, x: Any, target: Any) -> Any:
    import jax

    return jax.grad(lambda x: _of_target(log_softmax, x, target).sum())(x)


def _gradient_from_softplus(softplus: Any, x: Any, y: Any) -> Any:
    import jax

    return jax.grad(lambda x: (softplus(x) - x * y).sum())(x)


def _gradient_from_log_sigmoid(log_sigmoid: Any, x: Any, y: Any) -> Any:
    import jax

    return jax.grad(lambda x: (-y * log_sigmoid(x) - (1 - y) * log_sigmoid(-x)).sum())(x)


def _attention(attend: Any, scores: Any, v: Any) -> Any:
    """One query, 1, against keys that are the scores, unscaled."""
    import jax.numpy as jnp

    key, value = (a[..., None, None] for a in (scores, v))
    return attend(jnp.ones_like(key[:, :1]), key, value, scale=1.0)[:, 0, 0, 0]


SPECIAL, STATS = "jax.scipy.special", "jax.scipy.stats"

BACKEND = Backend(
    name="jax",
    distribution="jax",
    module="jax",
    functions=(
        LibraryFunction("logsumexp", f"{SPECIAL}.logsumexp", lambda f, x, axis: f(x, axis=axis)),
        LibraryFunction("softmax", "jax.nn.softmax", lambda f, x, axis: f(x, axis=axis)),
        LibraryFunction("log_softmax", "jax.nn.log_softmax", lambda f, x, axis: f(x, axis=axis)),
        LibraryFunction("nll", "jax.nn.log_softmax", _of_target),
        LibraryFunction("mean_nll", "jax.nn.log_softmax", lambda f, x, t: _of_target(f, x, t).mean(axis=-1)),
        LibraryFunction("sigmoid", "jax.nn.sigmoid", lambda f, x: f(x)),
        LibraryFunction("log_sigmoid", "jax.nn.log_sigmoid", lambda f, x: f(x)),
        LibraryFunction("softplus", "jax.nn.softplus", lambda f, x: f(x)),
        LibraryFunction("log1mexp", "jax.nn.log1mexp", lambda f, x: f(-x)),
        LibraryFunction("logaddexp", "jax.numpy.logaddexp", lambda f, a, b: f(a, b)),
        LibraryFunction("entropy", f"{SPECIAL}.entr", lambda f, p, axis: f(p).sum(axis=axis)),
        LibraryFunction("kl_divergence", f"{SPECIAL}.rel_entr", lambda f, p, q, axis: f(p, q).sum(axis=axis)),
        LibraryFunction("cross_entropy", f"{SPECIAL}.xlogy", lambda f, p, q, axis: -f(p, q).sum(axis=axis)),
        LibraryFunction("likelihood", "jax.numpy.prod", lambda f, p, axis: f(p, axis=axis)),
        LibraryFunction("log_likelihood", "jax.numpy.sum", _summed_logs),
        LibraryFunction("temperature_softmax", "jax.nn.softmax", lambda f, x, t: f(x / t[..., None])),
        LibraryFunction("weighted_mean", "jax.nn.dot_product_attention", _attention),
        LibraryFunction("log_ndtr", f"{SPECIAL}.log_ndtr", lambda f, x: f(x)),
        LibraryFunction("lgamma", f"{SPECIAL}.gammaln", lambda f, x: f(x)),
        LibraryFunction("gaussian_nll", f"{STATS}.norm.logpdf", lambda f, x, m, s: -f(x, m, s)),
        LibraryFunction(
            "gaussian_log_likelihood",
            f"{STATS}.norm.logpdf",
            lambda f, x, m, s: f(x, m[..., None], s[..., None]).sum(axis=-1),
        ),
        LibraryFunction("poisson_nll", f"{STATS}.poisson.logpmf", lambda f, k, rate: -f(k, rate)),
        LibraryFunction("nll_gradient", "jax.nn.log_softmax", _gradient_of_nll),
        LibraryFunction("binary_cross_entropy_gradient", "jax.nn.softplus", _gradient_from_softplus),
        LibraryFunction("binary_cross_entropy_gradient", "jax.nn.log_sigmoid", _gradient_from_log_sigmoid),
    ),
    swept=(("exp", "jax.numpy.exp"), ("log", "jax.numpy.log")),
    repositories=("jax-ml/jax", "google/jax"),
    colour="violet",
    to_library=_to,
    to_numpy=np.asarray,
    session=_session,
    computes=True,
    devices=_devices,
    put=_put,
)
