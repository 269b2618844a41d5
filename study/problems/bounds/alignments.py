"""Bounds on the loss of labels of which only the order is known; a path of T steps is a product of T probabilities.

The sum over paths moves by at most as much as the path that moves most. No probability of a state after t steps is
below the product of the smallest ones that are read: its log is at most A_t in size.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from study.certified.exact import Exact
from study.problems.bounds.model import elementary, relative, strict
from study.problems.bounds.softmax import exact_logsumexp, log_softmax_shifted_absolute, softmax_shifted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from study.formats import Format
    from study.problems.bounds.model import Args, Floats


def _read(values: Floats, labels: NDArray[Any]) -> Floats:
    """The largest number of each step among the classes that are read: labels and blanks."""
    blank = values[..., 0]
    if not labels.shape[-1]:
        return blank
    places = np.broadcast_to(labels[..., None, :], (*values.shape[:-1], labels.shape[-1]))
    return np.asarray(np.maximum(np.max(np.take_along_axis(values, places, axis=-1), axis=-1), blank))


def _logs(x: Floats) -> Floats:
    """Log-softmax in binary64: enough to tell sizes."""
    return x - exact_logsumexp(x)[..., None]


def log_space(form: Format, args: Args, reference: Exact) -> Floats:
    """Σ (b_t + (3 A_t + 2.4 k + 3) u) / |value|, b_t of log-softmax: two logaddexp and a sum a step."""
    (x, labels), value, k = args, reference.to_float(), elementary(form)
    if not x.shape[-2]:
        return np.where(value == 0, 0.0, np.inf)
    with np.errstate(all="ignore"):
        logs = _logs(x)
        own = np.sum(_read(log_softmax_shifted_absolute(form, x, logs), labels), axis=-1)
        sizes = np.cumsum(_read(np.abs(logs), labels), axis=-1)
        steps = np.sum(3 * sizes + 2.4 * k + 3, axis=-1) + np.abs(value) + 1.2 * k + 0.3
        absolute = strict(1, form.u) * steps * 1.01 + own * (1 + 4 * form.u)
        held = np.isfinite(value) & (sizes[..., -1] < form.xmax / 4) & (absolute < 1)
    return relative(np.where(held, absolute, np.inf), value)


def naive(form: Format, args: Args, reference: Exact) -> Floats:
    """(Σ s_t + (3 T + 1) u) / |value| + k u, s_t of softmax, while the smallest product of a path is normal."""
    (x, labels), value, k = args, reference.to_float(), elementary(form)
    if not x.shape[-2]:
        return np.where(value == 0, 0.0, np.inf)
    with np.errstate(all="ignore"):
        logs = _logs(x)
        own = np.sum(_read(softmax_shifted(form, (x,), Exact.from_float(np.exp(logs))), labels), axis=-1)
        lowest = -np.sum(_read(np.abs(logs), labels), axis=-1)
        error = np.expm1(own) + strict(3 * x.shape[-2] + 1, form.u)
        held = np.isfinite(value) & (lowest > np.log(8 * form.xmin)) & (error < 0.25)
        absolute = error / (1 - error) * (1 + k * form.u) + k * form.u * np.abs(value)
    return relative(np.where(held, absolute, np.inf), value)
