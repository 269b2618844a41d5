"""Bounds on likelihoods and perplexities of sequences: the share of each token, and of sums and products of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from study.certified.exact import Exact
from study.problems.bounds.losses import losses_of, mean_nll
from study.problems.bounds.model import elementary, relative, strict
from study.problems.bounds.ratios import exponential
from study.problems.bounds.softmax import log_softmax_shifted, softmax_shifted
from study.problems.bounds.softmax import nll as loss_of

if TYPE_CHECKING:
    from study.formats import Format
    from study.problems.bounds.model import Args, Floats

ADDITIONS = {"sequential": lambda b: b - 1, "pairwise": lambda b: np.ceil(np.log2(max(b, 1))), "wide": lambda _b: 1}
"""On the way of a term, by the order of a sum."""


def log_sum(additions: Any, *, of: Any = log_softmax_shifted, wide: bool = False) -> Any:
    """The worst token's own bound, and the additions on the way of each: all terms are of one sign."""

    def bound(form: Format, args: Args, reference: Exact) -> Floats:
        count, total = args[0].shape[-2], np.abs(reference.to_float())
        roundings = strict(additions(count), form.u) + (strict(count, 2.0**-24) if wide else 0)
        return _of_one_sign(form, args, total, of, roundings)

    return bound


def compensated_log_sum(form: Format, args: Args, reference: Exact) -> Floats:
    """The worst token's own bound, u, and gamma_(b-1)**2 (Ogita, Rump and Oishi 2005, proposition 4.5)."""
    roundings = strict(1, form.u) + strict(args[0].shape[-2] - 1, form.u) ** 2
    return _of_one_sign(form, args, np.abs(reference.to_float()), log_softmax_shifted, roundings)


def _of_one_sign(form: Format, args: Args, total: Floats, of: Any, roundings: Any) -> Floats:
    with np.errstate(all="ignore"):
        worst = _worst(form, args, loss_of(of))
        return np.where((total > 0) & (total < form.xmax / 2), worst * (1 + roundings) + roundings, np.inf)


def _worst(form: Format, args: Args, bound: Any) -> Floats:
    """The largest bound on the loss of a token."""
    return np.asarray(np.max(bound(form, args, Exact.from_float(losses_of(*args))), axis=-1, initial=0))


def _tokens(form: Format, args: Args) -> Floats:
    """The sum of the errors of the softmaxes of all tokens."""
    x, target = args
    with np.errstate(all="ignore"):
        terms = np.exp(x - np.max(x, axis=-1, keepdims=True))
        every = softmax_shifted(form, (x,), Exact.from_float(terms / np.sum(terms, axis=-1, keepdims=True)))
        return np.asarray(np.sum(np.take_along_axis(every, target[..., None], -1)[..., 0], axis=-1))


def _product(form: Format, args: Args) -> Floats:
    """Twice the sum of the tokens' errors and gamma_(b-1): what log of a product that stays normal is off by."""
    error = _tokens(form, args) + strict(args[0].shape[-2] - 1, form.u)
    normal = np.sum(losses_of(*args), axis=-1) < -np.log(4 * form.xmin)
    return np.where(normal & (error < 0.25), 2 * error, np.inf)


def log_of_product(form: Format, args: Args, reference: Exact) -> Floats:
    """(2 (Σ softmax's errors + gamma_(b-1)) + k u |value|) / |value|, while the product is a normal number."""
    value = np.abs(reference.to_float())
    return relative(_product(form, args) * (1 + form.u) + elementary(form) * form.u * value, value)


def root_of_product(form: Format, args: Args, reference: Exact) -> Floats:
    """exp(E) − 1 and k u: E = 2 (Σ softmax's errors + gamma_(b-1)) / b + 3 u log perplexity, of the exponent."""
    value = reference.to_float()
    mean = np.mean(losses_of(*args), axis=-1)
    return exponential(form, _product(form, args) / args[0].shape[-2] + strict(3, form.u) * mean, value)


def product_of_roots(form: Format, args: Args, reference: Exact) -> Floats:
    """exp(E) − 1 and k u: E = 2 Σ softmax's errors / b + 3 u log perplexity + b (k + 1) u."""
    value, b, tokens = reference.to_float(), args[0].shape[-2], _tokens(form, args)
    mean = np.mean(losses_of(*args), axis=-1)
    absolute = 2 * tokens / b + strict(3, form.u) * mean + strict(b * (elementary(form) + 1), form.u)
    return exponential(form, np.where(tokens < 0.25, absolute, np.inf), value)


def exp_of_mean(order: str) -> Any:
    """exp(E) − 1 and k u, E what the mean loss is off by, and u of it for a b that the format rounds."""
    of_mean = mean_nll(ADDITIONS[order], wide=order == "wide")

    def bound(form: Format, args: Args, reference: Exact) -> Floats:
        mean = np.mean(losses_of(*args), axis=-1)
        absolute = (of_mean(form, args, Exact.from_float(mean)) + strict(1, form.u)) * mean
        return exponential(form, np.where(mean > 0, absolute, 0), reference.to_float())

    return bound
