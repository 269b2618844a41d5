"""PyTorch: torch and torch.nn.functional; gradients by its own differentiation."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from study.libraries.backends.base import Backend, LibraryFunction

if TYPE_CHECKING:
    from collections.abc import Iterator


def _to(x: Any) -> Any:
    import torch

    if x.dtype.name == "bfloat16":  # unknown to torch.from_numpy: the bits are carried over
        return torch.from_numpy(x.view(np.int16)).view(torch.bfloat16)
    return torch.from_numpy(x if x.flags.writeable else x.copy())


def _back(x: Any) -> Any:
    import torch

    x = x.detach().cpu()
    if x.dtype == torch.bfloat16:
        import ml_dtypes

        return x.contiguous().view(torch.int16).numpy().view(ml_dtypes.bfloat16)
    return x.numpy()


def _devices() -> dict[str, str]:
    import torch

    kind = torch.accelerator.current_accelerator()
    if kind is None:
        return {"cpu:0": "cpu"}
    named = getattr(torch.get_device_module(kind), "get_device_name", lambda _index: kind.type)
    return {"cpu:0": "cpu"} | {f"{kind.type}:{i}": named(i) for i in range(torch.accelerator.device_count())}


def _summed_logs(total: Any, p: Any, axis: int) -> Any:
    return total(p.log(), dim=axis)


def _batches(loss: Any, logits: Any, target: Any) -> Any:
    import torch

    return torch.stack([loss(x, t) for x, t in zip(logits, target, strict=True)])


def _gradient(loss: Any, x: Any, y: Any) -> Any:
    import torch

    x = x.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(loss(x, y, reduction="sum"), x)
    return gradient


def _through_sigmoid(loss: Any, x: Any, y: Any) -> Any:
    return _gradient(lambda x, y, reduction: loss(x.sigmoid(), y, reduction=reduction), x, y)


@contextmanager
def _alone() -> Iterator[None]:
    """On one thread."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


F = "torch.nn.functional"

BACKEND = Backend(
    name="torch",
    distribution="torch",
    module="torch",
    functions=(
        LibraryFunction("logsumexp", "torch.logsumexp", lambda f, x, axis: f(x, dim=axis)),
        LibraryFunction("softmax", f"{F}.softmax", lambda f, x, axis: f(x, dim=axis)),
        LibraryFunction("log_softmax", f"{F}.log_softmax", lambda f, x, axis: f(x, dim=axis)),
        LibraryFunction("nll", f"{F}.cross_entropy", lambda f, x, t: f(x, t, reduction="none")),
        LibraryFunction("mean_nll", f"{F}.cross_entropy", _batches),
        LibraryFunction("nll_from_probabilities", f"{F}.nll_loss", lambda f, p, t: f(p.log(), t, reduction="none")),
        LibraryFunction("sigmoid", "torch.sigmoid", lambda f, x: f(x)),
        LibraryFunction("log_sigmoid", f"{F}.logsigmoid", lambda f, x: f(x)),
        LibraryFunction("softplus", f"{F}.softplus", lambda f, x: f(x)),
        LibraryFunction("logaddexp", "torch.logaddexp", lambda f, a, b: f(a, b)),
        LibraryFunction("binary_cross_entropy", f"{F}.binary_cross_entropy", lambda f, p, y: f(p, y, reduction="none")),
        LibraryFunction(
            "binary_cross_entropy_with_logits",
            f"{F}.binary_cross_entropy_with_logits",
            lambda f, x, y: f(x, y, reduction="none"),
        ),
        LibraryFunction(
            "multilabel_nll",
            f"{F}.binary_cross_entropy_with_logits",
            lambda f, x, y, axis: f(x, y, reduction="none").sum(dim=axis),
        ),
        LibraryFunction("entropy", "torch.special.entr", lambda f, p, axis: f(p).sum(dim=axis)),
        LibraryFunction("cross_entropy", "torch.special.xlogy", lambda f, p, q, axis: -f(p, q).sum(dim=axis)),
        LibraryFunction(
            "kl_divergence", f"{F}.kl_div", lambda f, p, q, axis: f(q.log(), p, reduction="none").sum(dim=axis)
        ),
        LibraryFunction("likelihood", "torch.prod", lambda f, p, axis: f(p, dim=axis)),
        LibraryFunction("log_likelihood", "torch.sum", _summed_logs),
        LibraryFunction("nll_gradient", f"{F}.cross_entropy", _gradient),
        LibraryFunction("binary_cross_entropy_gradient", f"{F}.binary_cross_entropy_with_logits", _gradient),
        LibraryFunction("binary_cross_entropy_gradient", f"{F}.binary_cross_entropy", _through_sigmoid),
    ),
    swept=(("exp", "torch.exp"), ("log", "torch.log")),
    repositories=("pytorch/pytorch",),
    colour="vermilion",
    to_library=_to,
    to_numpy=_back,
    alone=_alone,
    computes=True,
    devices=_devices,
    put=lambda x, device: x.to(device),
)
