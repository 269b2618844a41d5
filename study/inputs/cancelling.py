"""Instances whose terms cancel far beyond their format: products within u**2 of 1, divergences far below u**2.

Random numbers do not get there. Each further number is chosen for what is left of the sum or product so far, which is
known exactly or to many more bits.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

import mpmath
import numpy as np

from study.inputs.families import generator, rounded

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from study.formats import Format

PAIRS = 5
"""Pairs of corrections to a product; each halves the exponent of what is left, down to u**2."""
SCALES = 4
"""Corrections to a divergence, each smaller by the format's precision."""


def products(form: Format, rows: int, seed: str = "") -> NDArray[np.generic]:
    """Numbers of which the last are close to 1, and whose product is 1 + O(u**2).

    A number a and the next one above 1/a have a product 1 + r, 0 < r < 4u. For k = floor(sqrt(r) / eps) the factors
    1 + k eps and 1 - k eps make 1 - (k eps)**2 of it, which leaves about 2 k eps**2; and so on.

    Args:
        form: the format.
        rows: number of instances.
        seed: a name for the draw.

    Returns:
        An array of the format's dtype, of shape (rows, 2 + 2 PAIRS).
    """
    eps, one = Fraction(float(form.eps)), Fraction(1)
    out = np.ones((rows, 2 + 2 * PAIRS))
    drawn = form.round(generator("products", form.name, rows, seed).uniform(0.5, 1, rows))
    for row, value in zip(out, drawn, strict=True):
        first = Fraction(float(value))
        second = Fraction(math.ceil(1 / first / eps)) * eps
        row[:2] = float(first), float(second)
        left = first * second - one
        for i in range(2, len(row), 2):
            k = math.isqrt(max(math.floor(left / eps**2), 0))
            row[i : i + 2] = float(1 + k * eps), float(1 - k * eps)
            left = (1 + left) * (1 - (k * eps) ** 2) - 1
    (exact,) = rounded(form, (out,))
    return exact


def divergences(form: Format, rows: int, seed: str = "") -> tuple[NDArray[np.generic], NDArray[np.generic]]:
    """Pairs p, q of numbers in [0, 1] whose sum of p log(p / q) is far smaller than any of its larger terms.

    The first two terms cancel as far as the format lets them; each further p is smaller by its precision, as far as its
    range goes, and its q = p exp(r / p), rounded, for the r that is left.

    Args:
        form: the format.
        rows: number of instances.
        seed: a name for the draw.

    Returns:
        Two arrays of the format's dtype, of shape (rows, 2 + SCALES).
    """
    rng = generator("divergences", form.name, rows, seed)
    shift = np.maximum(-(form.p - 4) * np.arange(1, SCALES + 1), form.emin + form.p)
    p = np.concatenate([rng.uniform(0.3, 0.6, (rows, 2)), rng.uniform(0.5, 1, (rows, SCALES)) * 2.0**shift], axis=1)
    p = form.round(p).astype(np.float64)
    q = p.copy()
    q[:, 0] = form.round(p[:, 0] * (1 + 2.0 ** -rng.uniform(2, form.p / 2, rows))).astype(np.float64)
    with mpmath.workprec(8 * form.p + 400):
        for ps, qs in zip(p, q, strict=True):
            left = ps[0] * mpmath.log(mpmath.mpf(ps[0]) / qs[0])
            for i in range(1, len(ps)):
                qs[i] = min(float(form.round(np.array(float(ps[i] * mpmath.exp(left / ps[i]))))), 1.0)
                left += ps[i] * mpmath.log(mpmath.mpf(ps[i]) / qs[i])
    one, other = rounded(form, (p, q))
    return one, other


def densities(form: Format, rows: int, seed: str = "") -> tuple[NDArray[np.generic], ...]:
    """Observations, means and standard deviations of normal densities of 1 but for the rounding of the three.

    Args:
        form: the format.
        rows: number of instances.
        seed: a name for the draw.
    """
    rng = generator("densities", form.name, rows, seed)
    z, mean = rng.uniform(-2, 2, rows), np.where(rng.random(rows) < 0.5, 0.0, rng.standard_normal(rows))
    sigma = np.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    return rounded(form, (mean + z * sigma, mean, sigma))


def counts(form: Format, rows: int, seed: str = "") -> tuple[NDArray[np.generic], ...]:
    """Counts of every size, and rates no further from them than such counts are from their mean, or equal to them.

    Args:
        form: the format.
        rows: number of instances.
        seed: a name for the draw.
    """
    rng = generator("counts", form.name, rows, seed)
    k = np.floor(2.0 ** rng.uniform(0, form.emax - 1, rows))
    off = np.where(rng.random(rows) < 0.3, 0.0, rng.standard_normal(rows) / np.sqrt(k))
    return rounded(form, (k, k * (1 + off)))


def trials(form: Format, rows: int, seed: str = "") -> tuple[NDArray[np.generic], ...]:
    """Successes, trials of every number and their chance, as many as such trials have, none, all, or just their mean.

    Args:
        form: the format.
        rows: number of instances.
        seed: a name for the draw.
    """
    rng = generator("trials", form.name, rows, seed)
    chance = np.where(rng.random(rows) < 0.5, rng.random(rows), 2.0 ** -rng.uniform(0, form.p, rows))
    n, p = (a.astype(np.float64) for a in rounded(form, (np.floor(2.0 ** rng.uniform(0, form.emax - 1, rows)), chance)))
    off, few = rng.standard_normal(rows) * np.sqrt(np.maximum(n * p * (1 - p), 1)), np.floor(20 * rng.random(rows))
    kinds = [n * p, n * p + off, few, n - few, n * rng.random(rows)]
    k = np.clip(np.floor(np.choose(rng.integers(len(kinds), size=rows), kinds)), 0, n)
    return rounded(form, (k, n, p))
