"""Bounds on the entropy of softmax and its gradient: each operation's share, to first order.

g is softmax, l its log, H the entropy; ``Shares`` has the sizes that other bounds on logits take, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from study.problems.bounds.logsumexp import logsumexp_shifted_absolute, shifted_sum
from study.problems.bounds.model import elementary, relative, spread, strict
from study.problems.bounds.softmax import exact_logsumexp, log_softmax_shifted_absolute

if TYPE_CHECKING:
    from study.certified.exact import Exact
    from study.formats import Format
    from study.problems.bounds.model import Args, Floats


class Shares(NamedTuple):
    """Softmax of rows in binary64, enough to tell sizes.

    Attributes:
        g: softmax, 0 where masked.
        error: absolute error of the shifted softmax, what underflows included.
        fall: |l|, 0 where masked.
    """

    g: Floats
    error: Floats
    fall: Floats

    @classmethod
    def of(cls, form: Format, x: Floats) -> Shares:
        """Those of finite or masked logits."""
        top, range_, _ = spread(x)
        k, used = elementary(form), np.isfinite(x)
        with np.errstate(all="ignore"):
            first = np.arange(x.shape[-1]) == np.argmax(x, axis=-1)[..., None]
            rest = np.sum(np.where(first, 0, np.exp(x - top[..., None])), axis=-1, keepdims=True)
            fall = np.where(used, (top[..., None] - x) + np.log1p(rest), 0)
            g = np.where(used, np.exp(-fall), 0)
            share = strict(shifted_sum(form, x) + range_ + k + 1, form.u)[..., None]
            return cls(g, np.where(used, g * share + (k + 1) * form.xmins, 0), fall)


def _added(form: Format, terms: Floats, value: Floats) -> Floats:
    """Relative error of a sum of terms of one sign, from the absolute errors of the terms."""
    n = terms.shape[-1]
    with np.errstate(invalid="ignore"):
        own = np.sum(terms, axis=-1) + n * form.xmins
        absolute = own + strict(n, form.u) * (np.abs(value) + own)
    return relative(np.where(np.isfinite(absolute), absolute, np.inf), value)


def entropy_of_softmax(form: Format, args: Args, reference: Exact) -> Floats:
    """sum g ((|l| + 2) e + (k + 1) u |l|) / H + n u, e the relative error of softmax, while all g are normal."""
    (x,), k = args, elementary(form)
    g, error, fall = Shares.of(form, x)
    terms = error * (fall + 2) + strict(k + 1, form.u) * (g + error) * (fall + 0.3)
    usable = np.all((g >= 2 * form.xmin) & (error < g / 4), axis=-1, keepdims=True)
    return _added(form, np.where(usable, terms, np.inf), reference.to_float())


def entropy_of_log_softmax(form: Format, args: Args, reference: Exact) -> Floats:
    """sum g (|l| (e + u) + a) / H + n u, e the relative error of softmax, a the absolute one of log-softmax."""
    (x,) = args
    g, error, fall = Shares.of(form, x)
    with np.errstate(invalid="ignore"):
        log = np.where(np.isfinite(x), log_softmax_shifted_absolute(form, x, -fall), 0)
    terms = error * (fall + log) + g * log + strict(1.0, form.u) * (g + error) * (fall + log)
    return _added(form, terms, reference.to_float())


def entropy_minus_mean(form: Format, args: Args, reference: Exact) -> Floats:
    """(error of logsumexp + sum g |x| (e + n u)) / H + u, e the relative error of softmax; of finite logits."""
    (x,), value = args, reference.to_float()
    g, error, _ = Shares.of(form, x)
    with np.errstate(all="ignore"):
        mean = np.sum((error + strict(x.shape[-1], form.u) * (g + error)) * np.abs(x), axis=-1)
        absolute = (logsumexp_shifted_absolute(form, x, exact_logsumexp(x)) + mean) * (1 + form.u)
        absolute = absolute + x.shape[-1] * form.xmins + form.u * np.abs(value)
    finite = np.isfinite(absolute) & np.isfinite(x).all(axis=-1)
    return relative(np.where(finite, absolute, np.inf), value)


def entropy_gradient_centred(form: Format, args: Args, reference: Exact) -> Floats:
    """g (e |d - D| + u d + E) / |value|, d = max - x, D its mean under softmax within E = sum g d (e + (n + 1) u)."""
    (x,), value = args, reference.to_float()
    g, error, _ = Shares.of(form, x)
    top, _, _ = spread(x)
    with np.errstate(all="ignore"):
        far = np.where(np.isfinite(x), top[..., None] - x, 0)
        mean = np.sum(g * far, axis=-1, keepdims=True)
        off = np.sum((error + strict(x.shape[-1] + 1, form.u) * (g + error)) * far, axis=-1, keepdims=True)
        off = off + x.shape[-1] * form.xmins
        apart = np.abs(far - mean) + off + form.u * far
        absolute = error * apart + (g + error) * (off + form.u * far + strict(3.0, form.u) * apart) + form.xmins
    return relative(np.where(np.isfinite(absolute), absolute, np.inf), value)
