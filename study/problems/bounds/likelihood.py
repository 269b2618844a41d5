"""Bounds on products of probabilities and sums of their logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from study.problems.bounds.model import elementary, relative, strict

if TYPE_CHECKING:
    from study.certified.exact import Exact
    from study.formats import Format
    from study.problems.bounds.model import Args, Floats


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


def sequential_log_sum(form: Format, args: Args, reference: Exact) -> Floats:  # noqa: ARG001 - one call for all
    """gamma_(n-1+k) for logs of one sign, p_i <= 1 (Higham, section 4.2)."""
    return _log_sum(form, args, args[0].shape[-1] - 1 + elementary(form))


def pairwise_log_sum(form: Format, args: Args, reference: Exact) -> Floats:  # noqa: ARG001 - one call for all
    """gamma_(ceil(log2 n)+k) for logs of one sign (Higham, section 4.2)."""
    return _log_sum(form, args, np.ceil(np.log2(max(args[0].shape[-1], 1))) + elementary(form))


def compensated_log_sum(form: Format, args: Args, reference: Exact) -> Floats:
    """(k + 1) u + gamma_(n-1)**2 for logs of one sign (Ogita, Rump and Oishi 2005, proposition 4.5)."""
    gamma = strict(args[0].shape[-1] - 1, form.u)
    return _log_sum(form, args, 0) + strict(elementary(form) + 1, form.u) + gamma**2 + 0 * reference.hi


def wide_log_sum(form: Format, args: Args, reference: Exact) -> Floats:  # noqa: ARG001 - one call for all
    """(k + 1) u + gamma_(n-1) of the wider format, for logs of one sign."""
    wider = 2.0 ** -(53 if form.p == 24 else 24)
    return _log_sum(form, args, elementary(form) + 1) + strict(args[0].shape[-1] - 1, wider)


def log_of_product(form: Format, args: Args, reference: Exact) -> Floats:
    """(gamma_(n-1) + k u |l|) / |l|, l = log prod p_i, without underflow of the product."""
    (p,), value, k = args, reference.to_float(), elementary(form)
    with np.errstate(over="ignore"):
        safe = (np.exp(value) >= 2 * form.xmin) & np.all((p > 0) & (p <= 1), axis=-1)
    absolute = strict(p.shape[-1] - 1, form.u) * (1 + k * form.u) + k * form.u * np.abs(value)
    return relative(np.where(safe, absolute, np.inf), value)


def minus_log(form: Format, args: Args, reference: Exact) -> Floats:  # noqa: ARG001 - one call for all
    """K u: the log of one number."""
    return elementary(form) * form.u + 0 * reference.to_float()


def scaled_product(form: Format, args: Args, reference: Exact) -> Floats:
    """gamma_(n-1) wherever the result is normal, and half the spacing of the subnormal numbers below."""
    (p,), value = args, reference.to_float()
    half = form.emin - form.p - reference.exponent  # xmins / 2 itself is no binary64 number
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        lost = np.ldexp(1 / np.abs(reference.hi), np.clip(half, -2000, 2000).astype(np.int32))
    return strict(p.shape[-1] - 1, form.u) + np.where(np.abs(value) < form.xmin * 2, lost, 0)


def log_of_scaled_product(form: Format, args: Args, reference: Exact) -> Floats:
    """(gamma_(n-1) + (2k + 3) u (log 2 + |E| log 2)) / |l|: log of the mantissa, plus the exponent E times log 2."""
    (p,), value, k = args, reference.to_float(), elementary(form)
    exponent = np.abs(value) / np.log(2.0) + 1
    absolute = strict(p.shape[-1] - 1, form.u) * (1 + k * form.u) + strict(2 * k + 3, form.u) * np.log(2.0) * (
        1 + exponent
    )
    return relative(np.where(np.all(p > 0, axis=-1), absolute, np.inf), value)
