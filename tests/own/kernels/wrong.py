"""Kernels that are subtly wrong: each has one fault, of the kinds that are found in released code."""

import contextlib
import os
import time

import numpy as np
from good import careful_log_softmax, careful_logsumexp, others, picked, shift

KERNELS = {}
"""By name: the problem, the format in which it is wrong, and the function."""


def wrong(problem, form="float32"):
    """Declare a kernel for a problem."""

    def declare(function):
        KERNELS[function.__name__] = (problem, form, function)
        return function

    return declare


def stable_softmax(x):
    terms = np.exp(x - x.max(axis=-1, keepdims=True))
    return terms / terms.sum(axis=-1, keepdims=True)


def sigmoid(x):
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)


def log_sigmoid(x):
    return np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x)))


def softplus(x):
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


# logsumexp


@wrong("logsumexp")
def without_the_shift(x):
    return np.log(np.exp(x).sum(axis=-1))


@wrong("logsumexp")
def shifted_by_the_mean(x):
    mean = x.mean(axis=-1, keepdims=True)
    return mean[..., 0] + np.log(np.exp(x - mean).sum(axis=-1))


@wrong("logsumexp")
def shifted_by_the_first(x):
    return x[..., 0] + np.log(np.exp(x - x[..., :1]).sum(axis=-1))


@wrong("logsumexp")
def shifted_by_the_largest_size(x):
    top = np.abs(x).max(axis=-1, keepdims=True)
    return top[..., 0] + np.log(np.exp(x - top).sum(axis=-1))


@wrong("logsumexp")
def nan_for_all_minus_infinity(x):
    top = x.max(axis=-1, keepdims=True)
    return top[..., 0] + np.log(np.exp(x - top).sum(axis=-1))


@wrong("logsumexp")
def eps_within_the_log(x):
    top = shift(x)
    return top[..., 0] + np.log(np.exp(x - top).sum(axis=-1) + x.dtype.type(1e-5))


@wrong("logsumexp")
def the_tail_is_lost(x):
    n = x.shape[-1]
    x = x[..., : n - n % 8] if n > 2048 else x
    return careful_logsumexp(x)


@wrong("logsumexp")
def the_last_entry_of_long_rows_is_lost(x):
    return careful_logsumexp(x[..., :-1] if x.shape[-1] > 100_000 else x)


@wrong("logsumexp")
def sums_in_order_from_a_hundred_thousand_on(x):
    top = shift(x)
    terms = np.exp(x - top)
    total = np.cumsum(terms, axis=-1)[..., -1] if x.shape[-1] >= 100_000 else terms.sum(axis=-1)
    return top[..., 0] + np.log(total)


@wrong("logsumexp", "bfloat16")
def accumulates_in_the_format(x):
    top = shift(x)
    total = np.zeros(x.shape[:-1], x.dtype)
    for k in range(min(x.shape[-1], 5000)):
        total = total + np.exp(x - top)[..., k] if k == 0 else total + np.exp(x[..., k] - top[..., 0])
    return top[..., 0] + np.log(total)


@wrong("logsumexp", "float16")
def sum_overflows_in_float16(x):
    top = shift(x)
    return top[..., 0] + np.log(np.exp(x - top).sum(axis=-1))


@wrong("logsumexp", "float64")
def computes_float64_in_float32(x):
    return careful_logsumexp(x.astype(np.float32)).astype(x.dtype)


@wrong("logsumexp")
def reads_memory_in_order(x):
    flat = np.ravel(x, order="K").reshape(x.shape)
    return careful_logsumexp(flat)


@wrong("logsumexp")
def takes_arrays_for_contiguous(x):
    base = (
        x
        if x.flags.c_contiguous
        else np.asarray(x.base if x.base is not None else x).reshape(-1)[: x.size].reshape(x.shape)
    )
    return careful_logsumexp(base)


@wrong("logsumexp")
def takes_the_wrong_axis_of_squares(x):
    return careful_logsumexp(np.swapaxes(x, -1, -2) if x.ndim > 1 and x.shape[-1] == x.shape[-2] else x)


@wrong("logsumexp")
def takes_two_axes_for_granted(x):
    return np.array([careful_logsumexp(row) for row in x.reshape(-1, x.shape[-1])], x.dtype).reshape(x.shape[0], -1)[
        ..., 0
    ]


@wrong("logsumexp")
def wrong_for_three_axes(x):
    return careful_logsumexp(x if x.ndim < 3 else x[:1].repeat(x.shape[0], axis=0))


@wrong("logsumexp")
def wrong_for_one_vector(x):
    return careful_logsumexp(x) if x.ndim > 1 else x.max() + np.log1p(np.exp(-np.ptp(x)))


@wrong("logsumexp")
def keeps_a_stale_buffer(x, _buffer={}):  # noqa: B006
    key = x.shape
    if key not in _buffer:
        _buffer[key] = careful_logsumexp(x)
    return _buffer[key]


_reused = np.zeros(400_000, np.float32)


@wrong("logsumexp")
def returns_a_buffer_that_it_reuses(x):
    out = _reused[: x[..., 0].size].reshape(x.shape[:-1])
    out[...] = careful_logsumexp(x)
    return out


_earlier = []


@wrong("logsumexp")
def changes_an_earlier_input(x):
    if _earlier and _earlier[-1].flags.writeable:
        _earlier[-1][..., 0] = 0
    _earlier.append(x)
    return careful_logsumexp(x)


_calls = [0]


@wrong("logsumexp")
def another_result_the_second_time(x):
    _calls[0] += 1
    out = careful_logsumexp(x)
    return out if _calls[0] % 2 else np.nextafter(out, np.float32(0))


@wrong("logsumexp")
def random_rounding(x):
    out = careful_logsumexp(x)
    return np.nextafter(out, np.where(np.random.default_rng().random(out.shape) < 0.5, -np.inf, np.inf).astype(x.dtype))


@wrong("logsumexp")
def sorts_its_input(x):
    if x.flags.writeable:
        x.sort(axis=-1)
    return careful_logsumexp(x)


@wrong("logsumexp")
def ends_its_process(_x):
    os._exit(0)


@wrong("logsumexp")
def swallows_everything_and_hangs(x):
    while x.size:
        with contextlib.suppress(BaseException):
            time.sleep(60)


@wrong("logsumexp")
def is_masked(x):
    return np.ma.masked_array(careful_logsumexp(x), mask=True)


# softmax


@wrong("softmax")
def softmax_over_the_first_axis(x):
    terms = np.exp(x - x.max(axis=-1, keepdims=True))
    return terms / terms.sum(axis=0, keepdims=True)


@wrong("softmax")
def the_maximum_of_all(x):
    terms = np.exp(x - x.max())
    return terms / terms.sum(axis=-1, keepdims=True)


@wrong("softmax")
def eps_in_the_denominator(x):
    terms = np.exp(x - x.max(axis=-1, keepdims=True))
    return terms / (terms.sum(axis=-1, keepdims=True) + x.dtype.type(1e-5))


@wrong("softmax")
def softmax_is_clipped(x):
    return np.clip(stable_softmax(x), 1e-7, 1 - 1e-7).astype(x.dtype)


@wrong("softmax")
def minus_infinity_gets_a_share(x):
    return stable_softmax(np.where(np.isneginf(x), x.dtype.type(-10), x))


@wrong("softmax")
def logits_are_clipped(x):
    return stable_softmax(np.clip(x, -50, 50).astype(x.dtype))


@wrong("softmax", "float16")
def sums_of_many_columns_stick(x):
    terms = np.exp(x - x.max(axis=-1, keepdims=True))
    return terms / np.cumsum(terms, axis=-1, dtype=np.float16)[..., -1:]


@wrong("softmax")
def base_two_with_a_short_constant(x):
    terms = np.exp2((x - x.max(axis=-1, keepdims=True)) * np.float32(1.4427))
    return terms / terms.sum(axis=-1, keepdims=True)


@wrong("softmax")
def batches_above_127_wrap(x):
    count = np.int8(min(x.size // x.shape[-1], 10**6) % 256 - 256 * (min(x.size // x.shape[-1], 10**6) % 256 > 127))
    return stable_softmax(x) if count >= 0 else stable_softmax(x) * x.dtype.type(0.999)


@wrong("softmax")
def a_mean_in_place_of_the_sum_in_batches_of_one(x):
    terms = np.exp(x - x.max(axis=-1, keepdims=True))
    total = terms.sum(axis=-1, keepdims=True)
    return terms / (total if x.ndim != 2 or len(x) != 1 or x.shape[-1] > 20 else total * x.dtype.type(1.0001))


@wrong("softmax")
def wrong_in_threes(x):
    return stable_softmax(x) if x.ndim != 2 or len(x) != 3 else stable_softmax(x)[::-1]


# log_softmax


@wrong("log_softmax")
def log_of_softmax(x):
    return np.log(stable_softmax(x))


@wrong("log_softmax")
def log_of_softmax_plus_eps(x):
    return np.log(stable_softmax(x) + x.dtype.type(1e-8))


@wrong("log_softmax")
def minus_unshifted_logsumexp(x):
    return x - careful_logsumexp(x)[..., None]


@wrong("log_softmax")
def log_softmax_without_log1p_of_one(x):
    top, rest = others(x)
    return (x - top) - np.log(rest)


@wrong("log_softmax")
def blocks_of_64_drop_the_rest(x):
    n = x.shape[-1]
    part = x[..., : n // 64 * 64] if n > 1024 else x
    return x - x.max(axis=-1, keepdims=True) - (careful_logsumexp(part) - x.max(axis=-1))[..., None]


# nll, mean_nll


@wrong("nll")
def nll_through_probabilities(x, target):
    return -np.log(picked(stable_softmax(x), target))


@wrong("nll")
def nll_with_clipped_probabilities(x, target):
    return -np.log(np.maximum(picked(stable_softmax(x), target), x.dtype.type(1e-7)))


@wrong("nll")
def nll_of_the_next_class(x, target):
    return -picked(careful_log_softmax(x), (target + (target == 9)) % x.shape[-1])


@wrong("nll")
def label_smoothing_left_on(x, target):
    logs = careful_log_softmax(x)
    return -(x.dtype.type(0.9999) * picked(logs, target) + x.dtype.type(1e-4) * logs.mean(axis=-1))


@wrong("nll")
def targets_of_the_first_row(x, target):
    return -picked(
        careful_log_softmax(x), np.broadcast_to(target.ravel()[:1].reshape((1,) * target.ndim), target.shape)
    )


@wrong("mean_nll")
def divides_by_one_less(x, target):
    losses = -picked(careful_log_softmax(x), target)
    return losses.sum(axis=-1) / x.dtype.type(max(1, losses.shape[-1] - 1))


@wrong("mean_nll")
def a_count_of_eight_bits(x, target):
    losses = -picked(careful_log_softmax(x), target)
    return losses.sum(axis=-1) / np.array(losses.shape[-1] % 256, x.dtype)


@wrong("mean_nll", "bfloat16")
def a_mean_in_bfloat16(x, target):
    losses = -picked(careful_log_softmax(x), target)
    return np.cumsum(losses, axis=-1, dtype=x.dtype)[..., -1] / x.dtype.type(losses.shape[-1])


@wrong("mean_nll")
def the_mean_over_all_stacks(x, target):
    losses = -picked(careful_log_softmax(x), target)
    return np.full(losses.shape[:-1], losses.mean(), x.dtype)


# likelihoods


@wrong("log_likelihood")
def log_of_the_product(p):
    return np.log(p.prod(axis=-1))


@wrong("log_likelihood")
def logs_of_clipped_probabilities(p):
    return np.log(np.clip(p, 1e-7, 1).astype(p.dtype)).sum(axis=-1)


@wrong("log_likelihood")
def zeros_are_left_out(p):
    return np.log(np.where(p > 0, p, 1)).astype(p.dtype).sum(axis=-1)


@wrong("log_likelihood")
def bits_in_place_of_nats(p):
    return (np.log2(p) * p.dtype.type(0.6931)).sum(axis=-1)


@wrong("log_likelihood")
def log_of_p_plus_eps(p):
    return np.log(p + np.finfo(p.dtype).eps).astype(p.dtype).sum(axis=-1)


@wrong("likelihood")
def product_by_float16(p):
    return p.astype(np.float16).prod(axis=-1).astype(p.dtype)


@wrong("likelihood", "float64")
def exp_of_a_float32_sum(p):
    return np.exp(np.log(p.astype(np.float32)).sum(axis=-1)).astype(p.dtype)


# two classes


@wrong("sigmoid")
def sigmoid_overflows(x):
    return np.exp(x) / (1 + np.exp(x))


@wrong("sigmoid")
def sigmoid_by_tanh(x):
    return (1 + np.tanh(x / 2)) / 2


@wrong("sigmoid")
def sigmoid_flushes_small_results(x):
    out = sigmoid(x)
    return np.where(out < 1e-30, 0, out).astype(x.dtype)


@wrong("sigmoid")
def sigmoid_is_cut_off_at_sixteen(x):
    return np.where(x < -16, np.exp(np.maximum(x, -40)), sigmoid(x)).astype(x.dtype)


@wrong("log_sigmoid")
def log_of_sigmoid(x):
    return np.log(sigmoid(x))


@wrong("log_sigmoid")
def log_sigmoid_with_eps(x):
    return np.log(sigmoid(x) + x.dtype.type(1e-7))


@wrong("softplus")
def softplus_with_a_threshold(x):
    return np.where(x > 20, x, np.log1p(np.exp(np.minimum(x, 20)))).astype(x.dtype) * np.where(x < -30, 0, 1).astype(
        x.dtype
    )


@wrong("softplus", "float64")
def softplus_linear_from_twenty_on(x):
    return np.where(x > 20, x, np.log1p(np.exp(np.minimum(x, 20))))


@wrong("softplus")
def softplus_by_log(x):
    return np.maximum(x, 0) + np.log(1 + np.exp(-np.abs(x)))


@wrong("log1mexp")
def log1mexp_by_log1p_alone(x):
    return np.log1p(-np.exp(x))


@wrong("log1mexp")
def log1mexp_by_expm1_alone(x):
    return np.log(-np.expm1(x))


@wrong("logaddexp")
def logaddexp_is_cut_off_at_ten(a, b):
    top, gap = np.maximum(a, b), np.abs(a - b)
    return np.where(gap < 10, top + np.log1p(np.exp(-gap)), top).astype(a.dtype)


@wrong("logaddexp")
def logaddexp_nan_for_two_minus_infinities(a, b):
    return np.maximum(a, b) + np.log1p(np.exp(-np.abs(a - b)))


@wrong("binary_cross_entropy")
def clipped_binary_cross_entropy(p, y):
    p = np.clip(p, 1e-7, 1 - 1e-7).astype(p.dtype)
    return -(y * np.log(p) + (1 - y) * np.log(1 - p))


@wrong("binary_cross_entropy")
def nan_for_zero_times_infinity(p, y):
    return -(y * np.log(p) + (1 - y) * np.log1p(-p))


@wrong("binary_cross_entropy_with_logits")
def losses_of_a_sigmoid(x, y):
    p = sigmoid(x)
    return -(y * np.log(p) + (1 - y) * np.log(1 - p))


@wrong("binary_cross_entropy_with_logits")
def label_and_sign_are_mixed_up(x, y):
    return softplus(x) - x * np.where(y > 0.5, y, 0).astype(x.dtype)


@wrong("binary_cross_entropy_with_logits")
def the_clamp_of_a_hundred(x, y):
    return -(y * np.maximum(log_sigmoid(x), -100) + (1 - y) * np.maximum(log_sigmoid(-x), -100))


# distributions


@wrong("entropy")
def entropy_with_eps(p):
    return -(p * np.log(p + p.dtype.type(1e-6))).sum(axis=-1)


@wrong("entropy")
def entropy_nan_for_zero(p):
    return -(p * np.log(p)).sum(axis=-1)


@wrong("cross_entropy")
def cross_entropy_the_other_way(p, q):
    return -(np.where(q > 0, q * np.log(p), 0)).sum(axis=-1).astype(p.dtype)


@wrong("kl_divergence")
def entropies_subtracted(p, q):
    with np.errstate(all="ignore"):
        return (np.where(p > 0, p * np.log(p), 0).sum(axis=-1) - np.where(p > 0, p * np.log(q), 0).sum(axis=-1)).astype(
            p.dtype
        )


@wrong("nll_from_probabilities")
def minus_log_of_p_plus_eps(p, target):
    return -np.log(picked(p, target) + p.dtype.type(1e-8))


@wrong("multilabel_nll")
def the_mean_of_the_labels(x, y):
    return (softplus(x) - x * y).mean(axis=-1)


@wrong("nll_gradient")
def one_class_too_few(x, target):
    out = stable_softmax(x)
    np.put_along_axis(out, target[..., None], picked(out, target)[..., None] - x.dtype.type(0.9999), axis=-1)
    return out
