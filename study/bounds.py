"""A-priori bounds on the relative error, each with its source.

The model (Higham, section 2.2): fl(a op b) = (a op b)(1 + d), |d| <= u, and elementary functions within k u, where
k = ``elementary(format)``; the papers take k = 1. First-order terms c u are made strict as c u / (1 - 2 c u), and what
gradual underflow adds is bounded by multiples of xmins. A bound is infinite where its theorem says nothing.

BHH: Blanchard, D. J. Higham and N. J. Higham, *Accurately computing the log-sum-exp and softmax functions*,
IMA J. Numer. Anal. 41 (2021), doi:10.1093/imanum/draa038. R = max x - min x over the finite entries, y = logsumexp(x).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from study.exact import Exact
    from study.formats import Format

    Floats = NDArray[np.float64]
    Args = Sequence[NDArray[Any]]


def elementary(form: Format) -> float:
    """Error of NumPy's exp, log and log1p in units of u.

    NumPy holds its binary32 and binary64 functions to 4 ulps (its ``umath-validation-set`` tests), that is 8 u; 16-bit
    formats are evaluated in binary32 and rounded once more.
    """
    return 8.0 if form.p >= 24 else 1 + 8 * 2.0**-24 / form.u


def strict(c: Any, u: float) -> Floats:
    """A first-order bound c u with its higher-order terms: c u / (1 - 2 c u), infinite from c u = 1/2 on."""
    cu = np.asarray(c, dtype=np.float64) * u
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(cu < 0.5, cu / (1 - 2 * cu), np.inf)


def _spread(x: Floats) -> tuple[Floats, Floats, Floats]:
    """max, R, and n of the finite entries of each vector."""
    finite = np.isfinite(x)
    top = np.max(np.where(finite, x, -np.inf), axis=-1)
    low = np.min(np.where(finite, x, np.inf), axis=-1)
    return top, top - low, np.asarray(x.shape[-1], dtype=np.float64)


def _relative(absolute: Floats, value: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(np.isfinite(absolute) & (value != 0), absolute / np.abs(value), np.inf)


def _exponentials(form: Format, x: Floats, y: Floats) -> Floats:
    """Relative error of sum exp x_i, unshifted: (n - 1 + k) u, while the terms and their sum stay in range."""
    n, k = x.shape[-1], elementary(form)
    with np.errstate(over="ignore", divide="ignore"):
        total = np.exp(y)
        error = strict(n - 1 + k, form.u) + n * k * form.xmins / total
    return np.where((total < form.xmax / 2) & (error < 0.5), error, np.inf)


def _shifted_sum(form: Format, x: Floats) -> Floats:
    """Coefficient of u in the relative error of sum exp(x_i - max): R + k + n - 1 (BHH, section 4)."""
    _, spread, n = _spread(x)
    k = elementary(form)
    return np.asarray(spread + k + n - 1 + n * k * form.xmins / form.u)


def product(form: Format, args: Args, reference: Exact) -> Floats:
    """gamma_(n-1) in any order, without underflow (Higham, section 3.1)."""
    (p,), value = args, reference.to_float()
    safe = (np.abs(value) >= 2 * form.xmin) & np.all(np.abs(p) <= 1, axis=-1)
    return np.where(safe, strict(p.shape[-1] - 1, form.u), np.inf)


def exp_of_log_sum(form: Format, args: Args, reference: Exact) -> Floats:
    """exp(c u) - 1 with c = (n - 1 + k) |l| + k, l = sum log p_i <= 0: about n u |l|."""
    (p,), k = args, elementary(form)
    with np.errstate(divide="ignore"):
        log = np.abs(np.log(np.abs(reference.hi + reference.lo)) + reference.exponent * np.log(2.0))
    c = (p.shape[-1] - 1 + k) * log
    safe = (reference.to_float() >= 2 * form.xmin) & np.all(p <= 1, axis=-1)
    return np.where(safe, np.expm1(strict(c, form.u)) * (1 + k * form.u) + k * form.u, np.inf)


def _log_sum(form: Format, args: Args, c: float) -> Floats:
    (p,) = args
    return np.where(np.all((p > 0) & (p <= 1), axis=-1), strict(c, form.u), np.inf)


def sequential_log_sum(form: Format, args: Args, reference: Exact) -> Floats:  # noqa: ARG001 - one call for all bounds
    """gamma_(n-1+k) for logs of one sign, p_i <= 1 (Higham, section 4.2)."""
    return _log_sum(form, args, args[0].shape[-1] - 1 + elementary(form))


def pairwise_log_sum(form: Format, args: Args, reference: Exact) -> Floats:  # noqa: ARG001 - as above
    """gamma_(ceil(log2 n)+k) for logs of one sign (Higham, section 4.2)."""
    return _log_sum(form, args, np.ceil(np.log2(max(args[0].shape[-1], 1))) + elementary(form))


def compensated_log_sum(form: Format, args: Args, reference: Exact) -> Floats:
    """(k + 1) u + gamma_(n-1)**2 for logs of one sign (Ogita, Rump and Oishi 2005, proposition 4.5)."""
    gamma = strict(args[0].shape[-1] - 1, form.u)
    return _log_sum(form, args, 0) + strict(elementary(form) + 1, form.u) + gamma**2 + 0 * reference.hi


def wide_log_sum(form: Format, args: Args, reference: Exact) -> Floats:  # noqa: ARG001 - as above
    """(k + 1) u + gamma_(n-1) of the wider format, for logs of one sign."""
    wider = 2.0 ** -(53 if form.p == 24 else 24)
    return _log_sum(form, args, elementary(form) + 1) + strict(args[0].shape[-1] - 1, wider)


def log_of_product(form: Format, args: Args, reference: Exact) -> Floats:
    """(gamma_(n-1) + k u |l|) / |l|, l = log prod p_i, without underflow of the product."""
    (p,), value, k = args, reference.to_float(), elementary(form)
    with np.errstate(over="ignore"):
        safe = (np.exp(value) >= 2 * form.xmin) & np.all((p > 0) & (p <= 1), axis=-1)
    absolute = strict(p.shape[-1] - 1, form.u) * (1 + k * form.u) + k * form.u * np.abs(value)
    return _relative(np.where(safe, absolute, np.inf), value)


def logsumexp_unshifted(form: Format, args: Args, reference: Exact) -> Floats:
    """K u + (n - 1 + k) u / |y| (BHH, theorem 3.2)."""
    (x,), y, k = args, reference.to_float(), elementary(form)
    return _relative(_exponentials(form, x, y) * (1 + k * form.u) * 2 + k * form.u * np.abs(y), y)


def logsumexp_shifted_printed(form: Format, args: Args, reference: Exact) -> Floats:
    """|y + n - xmin| u / |y| (BHH, theorem 4.2 as printed, k = 1): the rounding of the final addition is left out."""
    (x,), y = args, reference.to_float()
    top, spread, n = _spread(x)
    return _relative(np.abs(y + n - (top - spread)) * form.u, y)


def logsumexp_shifted_absolute(form: Format, x: Floats, y: Floats) -> Floats:
    """Absolute error of max + log(sum exp(x_i - max)): u |y| + (R + n - 1 + k + k log s) u, log s = y - max."""
    top, _, _ = _spread(x)
    k = elementary(form)
    log_sum = np.maximum(y - top, 0)
    return (1 + (k + 1) * form.u) * strict(_shifted_sum(form, x) + k * log_sum, form.u) + form.u * np.abs(y)


def logsumexp_shifted(form: Format, args: Args, reference: Exact) -> Floats:
    """(|y| + R + n - 1 + k + k (y - max)) u / |y|: BHH, theorem 4.2, with the final addition's rounding."""
    (x,), y = args, reference.to_float()
    return _relative(logsumexp_shifted_absolute(form, x, y), y)


def softmax_unshifted(form: Format, args: Args, reference: Exact) -> Floats:
    """(n + 2k) u (BHH, theorem 3.3, n + 3 for k = 1), plus what underflow costs the component."""
    (x,), g, k = args, reference.to_float(), elementary(form)
    with np.errstate(all="ignore"):
        y = np.max(x, axis=-1) + np.log(np.sum(np.exp(x - np.max(x, axis=-1, keepdims=True)), axis=-1))
        numerator = (k + 1) * form.u + k * form.xmins / np.exp(x) + form.xmins / g
    return np.where(np.isnan(numerator), np.inf, 2 * _exponentials(form, x, y)[..., None] + numerator)


def softmax_shifted(form: Format, args: Args, reference: Exact) -> Floats:
    """(n + 2k + 2R) u (BHH, theorem 4.3), plus what underflow costs the component."""
    (x,), g, k = args, reference.to_float(), elementary(form)
    _, spread, _ = _spread(x)
    with np.errstate(all="ignore"):
        c = _shifted_sum(form, x) + spread + k + 1
        bound = strict(c, form.u)[..., None] + (k + 1) * form.xmins / g
    return np.where(np.isnan(bound), np.inf, bound)


def log_of_softmax_unshifted(form: Format, args: Args, reference: Exact) -> Floats:
    """K u + (error of the unshifted softmax) / |log g|, while g is a normal number."""
    return _log_of_softmax(form, args, reference, softmax_unshifted)


def log_of_softmax_shifted(form: Format, args: Args, reference: Exact) -> Floats:
    """K u + (n + 2k + 2R) u / |log g|, while g is a normal number."""
    return _log_of_softmax(form, args, reference, softmax_shifted)


def _log_of_softmax(form: Format, args: Args, reference: Exact, softmax: Any) -> Floats:
    from study.exact import Exact

    value, k = reference.to_float(), elementary(form)
    with np.errstate(over="ignore", under="ignore"):
        g = np.exp(value)
    inner = softmax(form, args, Exact.from_float(g))
    usable = (g >= 2 * form.xmin) & (inner < 0.25)
    return _relative(np.where(usable, 2 * inner * (1 + k * form.u) + k * form.u * np.abs(value), np.inf), value)


def log_softmax_from_logsumexp(form: Format, args: Args, reference: Exact) -> Floats:
    """(error of the shifted logsumexp + u |x_j - y|) / |x_j - y|."""
    (x,), value = args, reference.to_float()
    with np.errstate(invalid="ignore"):
        y = np.max(x - value, axis=-1)
    absolute = logsumexp_shifted_absolute(form, x, y)[..., None] * (1 + form.u) + form.u * np.abs(value)
    return _relative(absolute, value)


def log_softmax_shifted(form: Format, args: Args, reference: Exact) -> Floats:
    """(|x_j - max| + R + n - 1 + k + k log s + |x_j - y|) u / |x_j - y|, log s = y - max: each operation's share."""
    (x,), value, k = args, reference.to_float(), elementary(form)
    top, _, _ = _spread(x)
    with np.errstate(invalid="ignore"):
        distance = top[..., None] - x
        log_sum = np.max(-distance - value, axis=-1)
    coefficient = (_shifted_sum(form, x) + k * np.maximum(log_sum, 0))[..., None]
    absolute = (1 + (k + 2) * form.u) * (strict(coefficient, form.u) + form.u * distance) + form.u * np.abs(value)
    return _relative(np.where(np.isfinite(absolute), absolute, np.inf), value)


def nll(log_softmax_bound: Any) -> Any:
    """The bound of a component of log-softmax is that of the loss, minus that component."""

    def bound(form: Format, args: Args, reference: Exact) -> Floats:
        x, target = args
        y = reference.to_float()
        values = x - (np.take_along_axis(x, target[..., None], -1) + y[..., None])
        from study.exact import Exact

        every = log_softmax_bound(form, (x,), Exact.from_float(values))
        return np.take_along_axis(every, target[..., None], -1)[..., 0]

    bound.__doc__ = log_softmax_bound.__doc__
    return bound
