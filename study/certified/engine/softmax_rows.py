"""softmax and log_softmax of rows, one output an entry, from what each row shares."""

from __future__ import annotations

import numpy as np

from study.certified.engine.arithmetic import (
    ADD_ERROR,
    MULTIPLY_ERROR,
    add,
    multiply,
    normalise,
    power_of_two,
    two_sum,
)
from study.certified.engine.bounds import FAR, SLACK, share
from study.certified.engine.compiled import Floats, Integers, inline, kernel, stage
from study.certified.engine.exponential import EXP_ERROR, lift, reduce, series
from study.certified.engine.exponentials import EDGE, look_up

BLOCK = 1024


@inline
def ordinary(x: float, largest: float) -> bool:
    """Both are finite."""
    return abs(x) < np.inf and abs(largest) < np.inf


@stage
def reduce_differences(x: Floats, largest: float, rh: Floats, rl: Floats, whole: Floats) -> None:
    """r and k of every x_j - largest, held at -2**31 where it lies below."""
    for j in range(x.size):
        d, e = two_sum(x[j], -largest)
        inside = d > -EDGE
        rh[j], rl[j], whole[j] = reduce(d if inside else -EDGE, e if inside else 0.0)


@stage
def scaled_exponentials(
    x: Floats,
    largest: float,
    scratch: Floats,
    gh: float,
    gl: float,
    ge: int,
    bound: float,
    out_hi: Floats,
    out_lo: Floats,
    out_exponent: Integers,
    out_error: Floats,
) -> None:
    """exp(x_j - largest) g, its bound, and the special values."""
    for j in range(x.size):
        s, t = series(scratch[0, j], scratch[1, j])
        s, t = lift(scratch[3, j], scratch[4, j], s, t)
        s, t = multiply(s, t, gh, gl)
        s, t, k = normalise(s, t, (np.int64(scratch[2, j]) >> 8) + ge)
        plain = ordinary(x[j], largest)
        limit = 0.0 if x[j] < largest else np.nan
        out_hi[j] = s if plain else limit
        out_lo[j] = t if plain else 0.0
        out_exponent[j] = k if plain else 0
        out_error[j] = (bound if x[j] - largest > -EDGE else 1.0) if plain else 0.0


@kernel
def softmax_rows(
    x: Floats,
    largest: Floats,
    gh: Floats,
    gl: Floats,
    ge: Integers,
    gerr: Floats,
    out_hi: Floats,
    out_lo: Floats,
    out_exponent: Integers,
    out_error: Floats,
    powers: Floats,
) -> None:
    """exp(x_ij - largest_i) g_i."""
    rows, n = x.shape
    scratch = np.empty((5, BLOCK))
    for r in range(rows):
        bound = (gerr[r] + EXP_ERROR + MULTIPLY_ERROR) * SLACK
        for start in range(0, n, BLOCK):
            b = slice(start, min(start + BLOCK, n))
            count = b.stop - start
            reduce_differences(x[r, b], largest[r], scratch[0][:count], scratch[1][:count], scratch[2][:count])
            look_up(scratch[2][:count], powers, scratch[3][:count], scratch[4][:count])
            scaled_exponentials(
                x[r, b],
                largest[r],
                scratch,
                gh[r],
                gl[r],
                ge[r],
                bound,
                out_hi[r, b],
                out_lo[r, b],
                out_exponent[r, b],
                out_error[r, b],
            )


@stage
def falls(
    x: Floats,
    largest: float,
    gh: float,
    gl: float,
    ge: int,
    gerr: float,
    out_hi: Floats,
    out_lo: Floats,
    out_exponent: Integers,
    out_error: Floats,
) -> None:
    """-((largest - x_j) + g), in quarters so that the difference cannot overflow; g > 0.3 wherever 0 < it < 1."""
    unit = power_of_two(max(ge, FAR) - 2)
    yh, yl = gh * unit, gl * unit
    for j in range(x.size):
        d, e = two_sum(largest * 0.25, -0.25 * x[j])
        s, t = add(d, e, yh, yl)
        top = x[j] == largest
        bound = gerr if top else share(yh * gerr, s) + ADD_ERROR
        s, t, k = normalise(s, t, 2)
        plain = ordinary(x[j], largest)
        limit = -np.inf if x[j] < largest else np.nan
        out_hi[j] = (-gh if top else -s) if plain else limit
        out_lo[j] = (-gl if top else -t) if plain else 0.0
        out_exponent[j] = (ge if top else k) if plain else 0
        out_error[j] = bound * SLACK if plain else 0.0


@kernel
def log_softmax_rows(
    x: Floats,
    largest: Floats,
    gh: Floats,
    gl: Floats,
    ge: Integers,
    gerr: Floats,
    out_hi: Floats,
    out_lo: Floats,
    out_exponent: Integers,
    out_error: Floats,
) -> None:
    """-((largest_i - x_ij) + g_i)."""
    for r in range(x.shape[0]):
        falls(
            x[r],
            largest[r],
            gh[r],
            gl[r],
            ge[r],
            gerr[r],
            out_hi[r],
            out_lo[r],
            out_exponent[r],
            out_error[r],
        )
