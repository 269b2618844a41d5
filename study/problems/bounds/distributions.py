"""Bounds on sums over distributions: cross entropy, entropy, Kullback-Leibler divergence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from study.problems.bounds.model import elementary, relative, strict

if TYPE_CHECKING:
    from study.certified.exact import Exact
    from study.formats import Format
    from study.problems.bounds.model import Args, Floats


def cross_entropy(form: Format, args: Args, reference: Exact) -> Floats:
    """(k + n) u for numbers in (0, 1]: terms of one sign."""
    (p, q), value, k = args, reference.to_float(), elementary(form)
    n = p.shape[-1]
    with np.errstate(all="ignore"):
        bound = strict(k + n, form.u) + n * form.xmins / value
    usable = np.all((p > 0) & (p <= 1) & (q > 0) & (q <= 1), axis=-1)
    return np.where(usable & np.isfinite(bound), bound, np.inf)


def entropy(form: Format, args: Args, reference: Exact) -> Floats:
    """(k + n) u for numbers in (0, 1]."""
    return cross_entropy(form, (args[0], args[0]), reference)


def _kl(form: Format, args: Args, reference: Exact, ratio: float, logs: float) -> Floats:
    p, q = args
    n, k = p.shape[-1], elementary(form)
    usable = np.all((p > 0) & (p <= 1) & (q > 0) & (q <= 1), axis=-1)
    p, q = (np.where(usable[..., None], v, 0.5) for v in (p, q))
    log = np.abs(np.log(p) - np.log(q))
    unstable = ratio + logs * k * (np.abs(np.log(p)) + np.abs(np.log(q)))
    absolute = np.sum(p * (log * (k + n + 1) + 2 * unstable), axis=-1)
    usable = usable & np.all((p / q > 2 * form.xmin) & (p / q < form.xmax / 2), axis=-1)
    bounded = strict(1, form.u) * absolute * (1 + 2 * (n + k) * form.u) + 2 * n * form.xmins
    return relative(np.where(usable, bounded, np.inf), reference.to_float())


def kl_ratio(form: Format, args: Args, reference: Exact) -> Floats:
    """((k + n + 1) sum p |log(p/q)| + sum p) u / |value|, to within a factor 2 of the quotient's share."""
    return _kl(form, args, reference, ratio=1, logs=0)


def kl_logs(form: Format, args: Args, reference: Exact) -> Floats:
    """((n + 1) sum p |log(p/q)| + k sum p (|log p| + |log q|)) u / |value|, likewise."""
    return _kl(form, args, reference, ratio=0, logs=1)


def kl_log1p(form: Format, args: Args, reference: Exact) -> Floats:
    """((k + n + 1) sum p |log(p/q)| + 2 sum |p - q| max(1, p/q, q/p)) u / |value|: (p - q)/q is within 2u of itself."""
    p, q = args
    plain = _kl(form, args, reference, ratio=0, logs=0)
    with np.errstate(all="ignore"):
        share = np.sum(np.abs(p - q) * np.maximum(p / q, q / p), axis=-1)
        bound = plain + 4 * form.u * share / np.abs(reference.to_float())
        cancels = np.any((p - q) / q < -1 + 8 * form.u, axis=-1)
    return np.where(np.isfinite(bound) & ~cancels, bound, np.inf)
