"""Sums over the paths of a chain, every number with an exponent of its own: nothing cancels, nothing underflows."""

from __future__ import annotations

import numpy as np

from study.certified.engine.arithmetic import (
    ADD_ERROR,
    MULTIPLY_ERROR,
    SCALE_ERROR,
    add,
    multiply,
    normalise,
    power_of_two,
    scale,
)
from study.certified.engine.bounds import FAR, SLACK
from study.certified.engine.compiled import Floats, Integers, Whole, inline, kernel
from study.certified.engine.row_products import mantissa

HELD = 2.0**-298
"""Error of a term held at 2**-300 of what it is added to."""

Number = tuple[float, float, Whole]


@inline
def plus(ah: float, al: float, ae: Whole, bh: float, bl: float, be: Whole) -> Number:
    """Sum of two scaled double-doubles of one sign."""
    e = ae if ah != 0.0 else be
    f = be if bh != 0.0 else e
    common = max(e, f)
    u, v = power_of_two(max(e - common, FAR)), power_of_two(max(f - common, FAR))
    s, t = add(ah * u, al * u, bh * v, bl * v)
    return normalise(s, t, common)


@kernel
def forward(
    start: Floats,
    transition: Floats,
    likelihoods: Floats,
    out_hi: Floats,
    out_lo: Floats,
    out_exponent: Integers,
    out_error: Floats,
) -> None:
    """The sum of the last of v_1 = start b_1, v_t = (v_(t-1) A) b_t, of finite numbers >= 0."""
    rows, steps, n = likelihoods.shape
    hi, lo, exponent = np.empty((2, n)), np.empty((2, n)), np.empty((2, n), dtype=np.int64)
    matrix, power = np.empty((n, n)), np.empty((n, n), dtype=np.int64)
    for r in range(rows):
        for i in range(n):
            hi[0, i], exponent[0, i] = mantissa(start[r, i])
            lo[0, i] = 0.0
            for j in range(n):
                matrix[i, j], power[i, j] = mantissa(transition[r, i, j])
        for step in range(steps):
            now, then = step % 2, (step + 1) % 2
            for j in range(n):
                s, t, e = hi[now, j], lo[now, j], exponent[now, j]
                if step > 0:
                    s, t = 0.0, 0.0
                    for i in range(n):
                        x, y = scale(hi[now, i], lo[now, i], matrix[i, j])
                        s, t, e = plus(s, t, e, x, y, exponent[now, i] + power[i, j])
                m, f = mantissa(likelihoods[r, step, j])
                s, t = scale(s, t, m)
                hi[then, j], lo[then, j], exponent[then, j] = normalise(s, t, e + f)
        s, t, e = 0.0, 0.0, np.int64(0)
        for j in range(n):
            s, t, e = plus(s, t, e, hi[steps % 2, j], lo[steps % 2, j], exponent[steps % 2, j])
        out_hi[r], out_lo[r], out_exponent[r] = s, t, e
        out_error[r] = (steps * 2 * SCALE_ERROR + (steps + 1) * n * (ADD_ERROR + HELD)) * SLACK


@inline
def following(state: Whole, symbol: Whole, labels: Integers) -> Whole:
    """Where a symbol leads: to 2k after k labels and blanks, 2k - 1 on the k-th label, 2l + 1 where none of them fits.

    Blanks are 0, so that a label of 0 is never reached.
    """
    done = (state + 1) // 2
    here = labels[done - 1] if state % 2 == 1 and done <= labels.size else 0
    if state > 2 * labels.size or symbol == here:
        return state
    if symbol == 0:
        return 2 * done
    return 2 * done + 1 if done < labels.size and symbol == labels[done] else 2 * labels.size + 1


@kernel
def alignments(
    hi: Floats,
    lo: Floats,
    exponent: Integers,
    error: Floats,
    labels: Integers,
    out_hi: Floats,
    out_lo: Floats,
    out_exponent: Integers,
    out_error: Floats,
) -> None:
    """Sums of the products of e_t(path_t) over all paths that end in each state, e within ``error`` of each row."""
    rows, steps, n = hi.shape
    states = out_hi.shape[1]
    wh, wl, we = np.empty(states), np.empty(states), np.empty(states, dtype=np.int64)
    for r in range(rows):
        vh, vl, ve = out_hi[r], out_lo[r], out_exponent[r]
        vh[:], vl[:], ve[:] = 0.0, 0.0, 0
        vh[0] = 1.0
        for step in range(steps):
            wh[:], wl[:], we[:] = 0.0, 0.0, 0
            for state in range(states):
                for c in range(n):
                    x, y = multiply(vh[state], vl[state], hi[r, step, c], lo[r, step, c])
                    j = following(state, c, labels[r])
                    wh[j], wl[j], we[j] = plus(wh[j], wl[j], we[j], x, y, ve[state] + exponent[r, step, c])
            vh[:], vl[:], ve[:] = wh, wl, we
        out_error[r] = steps * (error[r] + MULTIPLY_ERROR + n * states * (ADD_ERROR + HELD)) * SLACK
