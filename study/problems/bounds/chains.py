"""Bounds on the forward recursion of a hidden Markov chain; infinite where a number may leave the range of the format.

A path of T steps among n states is a product of 2T numbers, and n - 1 additions a step are made to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from study.problems.bounds.model import elementary, relative, strict

if TYPE_CHECKING:
    from study.certified.exact import Exact
    from study.formats import Format
    from study.problems.bounds.model import Args, Floats


AXES = ((-1,), (-1, -2), (-1, -2))
"""Those of an instance of each argument."""


def _least(args: Args) -> Floats:
    """The smallest positive number of each instance's arguments, in turn; NaN where one is no probability."""
    out = []
    for x, axes in zip(args, AXES, strict=True):
        least = np.min(np.where(x > 0, x, np.inf), axis=axes, initial=np.inf)
        out.append(np.where(np.all((x >= 0) & (x <= 1), axis=axes), np.minimum(least, 1.0), np.nan))
    return np.stack(np.broadcast_arrays(*out))


def forward(form: Format, args: Args, reference: Exact) -> Floats:
    """(gamma_c + k u |l|) / |l|, c = 2T - 1 + T (n - 1), while the least product of a path is normal."""
    steps, n = args[2].shape[-2:]
    value, k = reference.to_float(), elementary(form)
    start, transition, likelihoods = np.log2(_least(args))
    lowest = start + (steps - 1) * transition + steps * likelihoods
    safe = (lowest >= form.emin + 1) & (steps * np.log2(n) < form.emax - 1)
    absolute = strict(2 * steps - 1 + steps * (n - 1), form.u) * (1 + k * form.u) + k * form.u * np.abs(value)
    return relative(np.where(safe, absolute, np.inf), value)


def scaled_forward(form: Format, args: Args, reference: Exact) -> Floats:
    """(gamma_c + gamma_(T-1+k) S) / |l|, c = T (n + 2) + n, S the sum of |log c_t|.

    Numbers m and above, and at most 1, make scaled ones above m**2 / 2n, and products above m**4 / 2n. S is |l| where
    rows sum to at most 1, so that no c_t exceeds it; elsewhere 2 T times the larger of log n and -2 log m.
    """
    steps, n = args[2].shape[-2:]
    value, k = reference.to_float(), elementary(form)
    least = np.min(_least(args), axis=0)
    start, transition, likelihoods = (np.all(x > 0, axis=axes) for x, axes in zip(args, AXES, strict=True))
    safe = start & transition & likelihoods & (4 * np.log2(least) - np.log2(2 * n) >= form.emin + 1)
    one_sign = (np.sum(args[0], axis=-1) <= 1) & np.all(np.sum(args[1], axis=-1) <= 1, axis=-1)
    most = 2 * steps * np.maximum(np.log(n), -2 * np.log(least))
    product = strict(steps * (n + 2) + n, form.u)
    sizes = np.where(one_sign, np.abs(value) + 3 * product, most)
    absolute = product * (1 + k * form.u) + strict(steps - 1 + k, form.u) * sizes
    return relative(np.where(safe, absolute, np.inf), value)
