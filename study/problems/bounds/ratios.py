"""Bounds on ratios of probabilities held as logs, and on the estimator k3 made of one: each operation's share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from study.problems.bounds.model import elementary, relative, strict

if TYPE_CHECKING:
    from study.certified.exact import Exact
    from study.formats import Format
    from study.problems.bounds.model import Args, Floats


def exponential(form: Format, absolute: Floats, value: Floats) -> Floats:
    """expm1(E) (1 + k u) + k u: exp of an argument that is off by E, where the result is a normal number."""
    k = elementary(form)
    with np.errstate(over="ignore", invalid="ignore"):
        bound = np.expm1(absolute) * (1 + k * form.u) + k * form.u
    inside = (value >= 2 * form.xmin) & (value <= form.xmax / 2)
    return np.where(inside & np.isfinite(bound), bound, np.inf)


def exp_of_sum(additions: Any) -> Any:
    """exp(gamma Σ|pᵢ − qᵢ|) − 1, gamma of a rounded difference and the additions on a term's way, and k u."""

    def bound(form: Format, args: Args, reference: Exact) -> Floats:
        p, q = args
        size = np.sum(np.abs(p - q), axis=-1)
        absolute = np.where(size < form.xmax / 2, strict(1 + additions(p.shape[-1]), form.u) * size, np.inf)
        return exponential(form, absolute, reference.to_float())

    return bound


def exp_of_wide_sum(form: Format, args: Args, reference: Exact) -> Floats:
    """exp(u Σ|pᵢ − qᵢ| + u |Σ (pᵢ − qᵢ)| + gamma of the wider format Σ|pᵢ − qᵢ|) − 1, and k u."""
    p, q = args
    size, wider = np.sum(np.abs(p - q), axis=-1), 2.0 ** -(53 if form.p == 24 else 24)
    absolute = (strict(2, form.u) + strict(p.shape[-1], wider)) * size
    return exponential(form, np.where(size < form.xmax / 2, absolute, np.inf), reference.to_float())


def exp_of_difference(form: Format, args: Args, reference: Exact) -> Floats:
    """exp(gamma_n (Σ|pᵢ| + Σ|qᵢ|)) − 1, and k u."""
    p, q = args
    size = np.sum(np.abs(p), axis=-1) + np.sum(np.abs(q), axis=-1)
    absolute = np.where(size < form.xmax / 2, strict(p.shape[-1], form.u) * size, np.inf)
    return exponential(form, absolute, reference.to_float())


def product_of_ratios(form: Format, args: Args, reference: Exact) -> Floats:
    """exp(u Σ|pᵢ − qᵢ| + (n (k + 1) − 1) u) − 1, while every factor and partial product is a normal number."""
    p, q = args
    n, k, value = p.shape[-1], elementary(form), reference.to_float()
    with np.errstate(invalid="ignore"):
        each = p - q
        logs = np.concatenate([each, np.cumsum(each, axis=-1)], axis=-1)
        safe = np.all((logs > np.log(2 * form.xmin)) & (logs < np.log(form.xmax / 2)), axis=-1)
    absolute = strict(np.sum(np.abs(each), axis=-1), form.u) + strict(n * (k + 1), form.u)
    return np.where(safe, np.expm1(np.where(safe, absolute, 0)), np.inf) + 0 * value


def ratio_of_products(form: Format, args: Args, reference: Exact) -> Floats:
    """gamma of 2 n (k + 1) roundings, for log-probabilities whose products are normal numbers."""
    p, q = args
    n, k, value = p.shape[-1], elementary(form), reference.to_float()
    low = np.log(2 * form.xmin)
    negative = np.all((p <= 0) & (q <= 0), axis=-1)
    safe = negative & (np.sum(p, axis=-1) > low) & (np.sum(q, axis=-1) > low)
    inside = safe & (value >= 2 * form.xmin) & (value <= form.xmax / 2)
    return np.where(inside, strict(2 * n * (k + 1), form.u), np.inf)


def _grown(r: Floats, value: Floats) -> Floats:
    """exp r − 1 of k3 = exp r − 1 − r."""
    return np.where(r > 0, value + r, np.expm1(np.minimum(r, 0)))


def _k3(form: Format, sizes: Floats, value: Floats) -> Floats:
    k = elementary(form)
    absolute = strict(1, form.u) * sizes * (1 + 4 * k * form.u) + 4 * (k + 1) * form.xmins
    return relative(np.where(value < form.xmax / 4, absolute, np.inf), value)


def k3_naive(form: Format, args: Args, reference: Exact) -> Floats:
    """(k exp r + 2 value + 1) u / value."""
    (r,), value = args, reference.to_float()
    return _k3(form, elementary(form) * (_grown(r, value) + 1) + 2 * value + 1, value)


def k3_from_ratio(form: Format, args: Args, reference: Exact) -> Floats:
    """(k exp r + |exp r − 1| + k + k |r| + value) u / value while exp r is a normal number."""
    (r,), value, k = args, reference.to_float(), elementary(form)
    grown = _grown(r, value)
    sizes = k * (grown + 2) + np.abs(grown) + k * np.abs(r) + value
    return np.where(r > np.log(2 * form.xmin), _k3(form, sizes, value), np.inf)


def k3_expm1(form: Format, args: Args, reference: Exact) -> Floats:
    """(k |exp r − 1| + value) u / value: about 2 k u / |r| near 0."""
    (r,), value = args, reference.to_float()
    return _k3(form, elementary(form) * np.abs(_grown(r, value)) + value, value)


def k3_series(form: Format, args: Args, reference: Exact) -> Floats:
    """5 u for |r| < 1, two products and a sum whose terms fall by more than 2.7; else as ``k3_expm1``."""
    (r,), value = args, reference.to_float()
    return np.where(np.abs(r) < 1, _k3(form, 5 * value, value), k3_expm1(form, args, reference))


def k3_gradient_naive(form: Format, args: Args, reference: Exact) -> Floats:  # noqa: ARG001 - one call for all
    """(k exp r + |value|) u / |value|."""
    value = reference.to_float()
    return _k3(form, elementary(form) * (value + 1) + np.abs(value), value)


def k3_gradient_chained(form: Format, args: Args, reference: Exact) -> Floats:
    """((k + 1) + (k + 2) |value|) u / |value| while exp r and its reciprocal are normal numbers."""
    (r,), value, k = args, reference.to_float(), elementary(form)
    normal = r > np.log(max(2 * form.xmin, 4 / form.xmax))
    return np.where(normal, _k3(form, k + 5 + (k + 2) * np.abs(value), value), np.inf)


def k3_gradient_expm1(form: Format, args: Args, reference: Exact) -> Floats:  # noqa: ARG001 - one call for all
    """K u."""
    value = reference.to_float()
    return _k3(form, elementary(form) * np.abs(value), value)
