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


def _perplexities(loss: Any, logits: Any, target: Any) -> Any:
    return _batches(loss, logits, target).exp()


def _smoothed(loss: Any, logits: Any, target: Any, share: Any) -> Any:
    import torch

    rows = zip(logits, target, share.tolist(), strict=True)
    return torch.stack([loss(x, t, label_smoothing=e) for x, t, e in rows])


def _gradient_of_smoothed(loss: Any, logits: Any, target: Any, share: Any) -> Any:
    import torch

    x = logits.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(_smoothed(loss, x, target, share).sum(), x)
    return gradient


def _attention(attend: Any, scores: Any, v: Any) -> Any:
    """One query, 1, against keys that are the scores, unscaled."""
    import torch

    query = torch.ones_like(scores[..., :1, None])
    return attend(query, scores[..., None], v[..., None], scale=1.0)[..., 0, 0]


def _alignment(loss: Any, logits: Any, labels: Any) -> Any:
    import torch

    steps, count = (torch.full((len(logits),), n) for n in (logits.shape[1], labels.shape[1]))
    return loss(logits.log_softmax(-1).swapaxes(0, 1), labels, steps, count, reduction="none")


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


F, DRAWN = "torch.nn.functional", "torch.distributions"

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
        LibraryFunction("temperature_softmax", f"{F}.softmax", lambda f, x, t: f(x / t[..., None], dim=-1)),
        LibraryFunction("perplexity", f"{F}.cross_entropy", _perplexities),
        LibraryFunction("cross_entropy_label_smoothing", f"{F}.cross_entropy", _smoothed),
        LibraryFunction("cross_entropy_label_smoothing_gradient", f"{F}.cross_entropy", _gradient_of_smoothed),
        LibraryFunction("weighted_mean", f"{F}.scaled_dot_product_attention", _attention),
        LibraryFunction("ctc_loss", f"{F}.ctc_loss", _alignment),
        LibraryFunction("log_ndtr", "torch.special.log_ndtr", lambda f, x: f(x)),
        LibraryFunction("lgamma", "torch.lgamma", lambda f, x: f(x)),
        LibraryFunction(
            "gaussian_nll", f"{F}.gaussian_nll_loss", lambda f, x, m, s: f(m, x, s * s, full=True, reduction="none")
        ),
        LibraryFunction("gaussian_nll", f"{DRAWN}.Normal", lambda f, x, m, s: -f(m, s).log_prob(x)),
        LibraryFunction(
            "gaussian_log_likelihood",
            f"{DRAWN}.Normal",
            lambda f, x, m, s: f(m[..., None], s[..., None]).log_prob(x).sum(-1),
        ),
        LibraryFunction("poisson_nll", f"{DRAWN}.Poisson", lambda f, k, rate: -f(rate).log_prob(k)),
        LibraryFunction("entropy_from_logits", f"{DRAWN}.Categorical", lambda f, x: f(logits=x).entropy()),
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
