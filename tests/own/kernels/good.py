"""Kernels that hold the budgets of README in every main format: as a careful engineer would write them."""

import math

import numpy as np
import scipy.special

KERNELS = {}
"""By name: the problem, and the function."""


def good(problem):
    """Declare a kernel for a problem."""

    def declare(function):
        KERNELS[function.__name__] = (problem, function)
        return function

    return declare


def wide(x):
    """A 16-bit array in float32, others as they are."""
    return x.astype(np.float32) if x.dtype.itemsize == 2 else x


def shift(x):
    """What is subtracted: the maximum, or 0 where that is infinite."""
    top = x.max(axis=-1, keepdims=True)
    return np.where(np.isfinite(top), top, 0).astype(x.dtype)


def picked(x, target):
    return np.take_along_axis(x, target[..., None], axis=-1)[..., 0]


def others(x):
    """The maximum, and the sum of exp(x - max) over the other entries."""
    at = x.argmax(axis=-1)[..., None]
    terms = np.exp(x - shift(x))
    np.put_along_axis(terms, at, 0, axis=-1)
    return x.max(axis=-1, keepdims=True), terms.sum(axis=-1, keepdims=True)


@good("logsumexp")
def shifted_logsumexp(x):
    w = wide(x)
    top = shift(w)
    return (top[..., 0] + np.log(np.exp(w - top).sum(axis=-1))).astype(x.dtype)


@good("logsumexp")
def careful_logsumexp(x):
    top, rest = others(wide(x))
    return (top + np.log1p(rest))[..., 0].astype(x.dtype)


@good("logsumexp")
def logsumexp_of_scipy_in_binary64(x):
    return np.asarray(scipy.special.logsumexp(x.astype(np.float64), axis=-1)).astype(x.dtype)


@good("logsumexp")
def logsumexp_by_fsum(x):
    def one(row):
        top = row.max()
        if not math.isfinite(top):
            return top
        return top + math.log(math.fsum(np.exp(row - top)))

    w = x.astype(np.float64)
    return np.array([one(row) for row in w.reshape(-1, x.shape[-1])]).reshape(x.shape[:-1]).astype(x.dtype)


@good("softmax")
def shifted_softmax(x):
    w = wide(x)
    terms = np.exp(w - w.max(axis=-1, keepdims=True))
    return (terms / terms.sum(axis=-1, keepdims=True)).astype(x.dtype)


@good("softmax")
def softmax_times_reciprocal(x):
    w = wide(x)
    terms = np.exp(w - w.max(axis=-1, keepdims=True))
    return (terms * (1 / terms.sum(axis=-1, keepdims=True))).astype(x.dtype)


@good("softmax")
def softmax_of_scipy_in_binary64(x):
    return scipy.special.softmax(x.astype(np.float64), axis=-1).astype(x.dtype)


@good("log_softmax")
def careful_log_softmax(x):
    w = wide(x)
    top, rest = others(w)
    return ((w - top) - np.log1p(rest)).astype(x.dtype)


@good("nll")
def careful_nll(x, target):
    return -picked(careful_log_softmax(x), target)


@good("mean_nll")
def mean_of_careful_losses(x, target):
    losses = -picked(careful_log_softmax(x.astype(np.float64)), target)
    return (losses / losses.shape[-1]).sum(axis=-1).astype(x.dtype)


@good("log_likelihood")
def sum_of_logs(p):
    return np.log(wide(p)).sum(axis=-1).astype(p.dtype)


@good("log_likelihood")
def sum_of_logs_by_fsum(p):
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(p.astype(np.float64)).reshape(-1, p.shape[-1])
    return np.array([math.fsum(row) for row in logs]).reshape(p.shape[:-1]).astype(p.dtype)


@good("sigmoid")
def two_branch_sigmoid(x):
    w = wide(x)
    e = np.exp(-np.abs(w))
    return (np.where(w >= 0, 1, e) / (1 + e)).astype(x.dtype)


@good("log_sigmoid")
def careful_log_sigmoid(x):
    w = wide(x)
    return (np.minimum(w, 0) - np.log1p(np.exp(-np.abs(w)))).astype(x.dtype)


@good("softplus")
def softplus_of_numpy(x):
    w = wide(x)
    return np.logaddexp(w, np.zeros_like(w)).astype(x.dtype)


@good("log1mexp")
def log1mexp_of_maechler(x):
    w = wide(x)
    return np.where(w > -np.log(2), np.log(-np.expm1(w)), np.log1p(-np.exp(w))).astype(x.dtype)


@good("logaddexp")
def careful_logaddexp(a, b):
    a, b, dtype = wide(a), wide(b), a.dtype
    top, gap = np.maximum(a, b), np.abs(a - b)
    return np.where(np.isfinite(gap), top + np.log1p(np.exp(-gap)), np.where(np.isnan(a + b), a + b + top, top)).astype(
        dtype
    )


@good("binary_cross_entropy")
def entropies_of_scipy(p, y):
    w, v = wide(p), wide(y)
    return (-scipy.special.xlogy(v, w) - scipy.special.xlog1py(1 - v, -w)).astype(p.dtype)


@good("entropy")
def sum_of_entr(p):
    return scipy.special.entr(wide(p)).sum(axis=-1).astype(p.dtype)


@good("cross_entropy")
def sum_of_xlogy(p, q):
    return -scipy.special.xlogy(wide(p), wide(q)).sum(axis=-1).astype(p.dtype)


@good("nll_from_probabilities")
def minus_log(p, target):
    return -np.log(picked(wide(p), target)).astype(p.dtype)
