"""Compiled loops of ``study.arithmetic.quick``: numbers of two words, a value in one pass over memory.

What leaves the range in which an error bound holds becomes NaN, and so does all that is made of it. docs/arithmetic.md
derives the bounds; numba neither contracts nor reorders, so that each operation is rounded as it is written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numba
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

SPLIT = 134217729.0
"""2**27 + 1 (Veltkamp)."""
LOW, HIGH, BIAS = 2.0**-900, 2.0**900, 1023
FAR = 600.0
"""Beyond it exp leaves that range."""
ROUND = 1.5 * 2.0**52
"""Added and subtracted, it rounds to an integer."""
NEAR = 2.0**-11
"""Below it log1p x is the series of x itself."""
EXP_STEPS, LOG_STEPS = 4096, 2048
CHUNK = 512
"""Numbers whose table entries are gathered before the arithmetic, which then compiles to vector instructions."""
THIRD, THIRD_LOW = 1 / 3, 2.0**-54 / 3
"""1/3 in two words."""

inline: Callable[[Any], Any] = numba.njit(error_model="numpy", forceinline=True)
part: Callable[[Any], Any] = numba.njit(error_model="numpy", nogil=True)


def loop(function: Callable[..., Any]) -> Any:
    """Compile, and keep what is compiled where there is a place to write."""
    try:
        return numba.njit(error_model="numpy", cache=True, nogil=True)(function)
    except RuntimeError:
        return part(function)


@inline
def _two_sum(a: Any, b: Any) -> Any:
    s = a + b
    v = s - a
    return s, (a - (s - v)) + (b - v)


@inline
def _fast(a: Any, b: Any) -> Any:
    s = a + b
    return s, b - (s - a)


@inline
def _two_product(a: Any, b: Any) -> Any:
    p = a * b
    c, d = SPLIT * a, SPLIT * b
    ah, bh = c - (c - a), d - (d - b)
    al, bl = a - ah, b - bh
    return p, ((ah * bh - p) + ah * bl + al * bh) + al * bl


@inline
def _add(xh: Any, xl: Any, yh: Any, yl: Any) -> Any:
    s, e = _two_sum(xh, yh)
    t, f = _two_sum(xl, yl)
    v, w = _fast(s, e + t)
    return _fast(v, f + w)


@inline
def _multiply(xh: Any, xl: Any, yh: Any, yl: Any) -> Any:
    p, e = _two_product(xh, yh)
    return _fast(p, e + (xh * yl + xl * yh))


@inline
def _held(h: Any, zero: Any) -> Any:
    """h, or NaN where it is out of range; 0 where that is exact."""
    size = abs(h)
    return h if ((size >= LOW) & (size <= HIGH)) | ((h == 0.0) & zero) else np.nan


@loop
def add(xh: Any, xl: Any, yh: Any, yl: Any, hi: Any, lo: Any) -> None:
    """Sums; infinite where a term is, NaN where they overflow."""
    for i in range(xh.size):
        h, e = _add(xh[i], xl[i], yh[i], yl[i])
        infinite = (abs(xh[i]) == np.inf) | (abs(yh[i]) == np.inf)
        hi[i], lo[i] = xh[i] + yh[i] if infinite else h, 0.0 if infinite else e


@loop
def multiply(xh: Any, xl: Any, yh: Any, yl: Any, hi: Any, lo: Any) -> None:
    """Products."""
    for i in range(xh.size):
        h, lo[i] = _multiply(xh[i], xl[i], yh[i], yl[i])
        hi[i] = _held(h, (xh[i] == 0.0) | (yh[i] == 0.0))


@loop
def divide(xh: Any, xl: Any, yh: Any, yl: Any, hi: Any, lo: Any) -> None:
    """Quotients."""
    for i in range(xh.size):
        q = xh[i] / yh[i]
        p, e = _two_product(q, yh[i])
        rest = ((xh[i] - p) - (e + q * yl[i])) + xl[i]
        h, lo[i] = _fast(q, rest / yh[i])
        hi[i] = _held(h, xh[i] == 0.0)


@loop
def choose(condition: Any, a: Any, b: Any, out: Any) -> None:
    """A where a condition holds, else b: no branch, which NumPy takes for each number."""
    for i in range(out.size):
        out[i] = a[i] if condition[i] else b[i]


@loop
def total(xh: Any, xl: Any, hi: Any, lo: Any) -> None:
    """Sums of rows, in four strands."""
    n = xh.shape[1]
    for row in range(xh.shape[0]):
        ah = al = bh = bl = ch = cl = dh = dl = 0.0
        for i in range(0, n - 3, 4):
            ah, al = _add(ah, al, xh[row, i], xl[row, i])
            bh, bl = _add(bh, bl, xh[row, i + 1], xl[row, i + 1])
            ch, cl = _add(ch, cl, xh[row, i + 2], xl[row, i + 2])
            dh, dl = _add(dh, dl, xh[row, i + 3], xl[row, i + 3])
        for i in range(n - n % 4, n):
            ah, al = _add(ah, al, xh[row, i], xl[row, i])
        ah, al = _add(ah, al, bh, bl)
        ch, cl = _add(ch, cl, dh, dl)
        hi[row], lo[row] = _add(ah, al, ch, cl)


@part
def _powers(xh: Any, xl: Any, tables: Any, index: Any, out: Any) -> None:
    """r + r2, 2**(k/EXP_STEPS) as two words and a power of two, for x = k log(2)/EXP_STEPS + r + r2; beyond, of 0."""
    steps, high, low, twos = tables
    for i in range(xh.size):
        inside = abs(xh[i]) <= FAR
        x, rest = xh[i] if inside else 0.0, xl[i] if inside else 0.0
        k = (x * steps[0] + ROUND) - ROUND
        t, te = _two_sum(x, -(k * steps[1]))
        h, he = _two_sum(t, -(k * steps[2]))
        out[0, i], out[1, i] = _fast(h, he + (te + (rest - k * steps[3])))
        index[i] = np.int64(k)
    for i in range(xh.size):
        j = index[i] & (EXP_STEPS - 1)
        out[2, i], out[3, i], out[4, i] = high[j], low[j], twos[(index[i] >> 12) + 900]


@part
def _exp(xh: Any, r: Any, r2: Any, high: Any, low: Any, scale: Any, hi: Any, lo: Any) -> None:
    for i in range(xh.size):
        f, t = r[i], high[i]
        p = f * f * (0.5 + f * (1 / 6 + f * (1 / 24 + f / 120))) + (r2[i] + f * r2[i])
        m, me = _two_product(t, f)
        h, e = _fast(t, m)
        h, e = _fast(h, e + (me + t * p + low[i] * (1.0 + f)))
        inside = abs(xh[i]) <= FAR
        hi[i] = h * scale[i] if inside else (0.0 if xh[i] == -np.inf else np.nan)
        lo[i] = e * scale[i] if inside else 0.0


@part
def _expm1(xh: Any, r: Any, r2: Any, high: Any, low: Any, scale: Any, hi: Any, lo: Any) -> None:
    for i in range(xh.size):
        f = r[i]
        s, se = _two_product(f, f)
        q, ql = _fast(f, 0.5 * s)
        tail = f * s * (1 / 6 + f * (1 / 24 + f * (1 / 120 + f / 720)))
        q, ql = _fast(q, ql + (0.5 * se + (r2[i] + f * r2[i]) + tail))
        wh, wl = high[i] * scale[i], low[i] * scale[i]
        a, al = _two_sum(wh, -1.0)
        a, al = _fast(a, al + wl)
        m, ml = _multiply(wh, wl, q, ql)
        h, lo[i] = _add(a, al, m, ml)
        inside = (abs(xh[i]) <= FAR) & ((abs(xh[i]) >= LOW) | (xh[i] == 0.0))
        hi[i] = h if inside else np.nan


@loop
def exp(xh: Any, xl: Any, less: Any, tables: Any, hi: Any, lo: Any) -> None:
    """e**x for |x| <= FAR, and 0 for -inf; or e**x less 1 for |x| <= FAR."""
    index, a = np.empty(CHUNK, np.int64), np.empty((5, CHUNK))
    for i in range(0, xh.size, CHUNK):
        j = min(i + CHUNK, xh.size)
        _powers(xh[i:j], xl[i:j], tables, index, a)
        if less:
            _expm1(xh[i:j], a[0], a[1], a[2], a[3], a[4], hi[i:j], lo[i:j])
        else:
            _exp(xh[i:j], a[0], a[1], a[2], a[3], a[4], hi[i:j], lo[i:j])


@inline
def _series(a: Any, rest: Any, f: Any, f2: Any) -> Any:
    """a + rest + log1p(f + f2)."""
    s, t = _two_sum(a, f)
    q, qe = _two_product(f, f)
    s, t2 = _two_sum(s, -0.5 * q)
    c, ce = _two_product(f, q)
    d, de = _two_product(c, THIRD)
    s, t3 = _two_sum(s, d)
    tail = q * q * (-1 / 4 + f * (1 / 5 + f * (-1 / 6 + f * (1 / 7 - f / 8))))
    cube = de + ((ce + f * qe) * THIRD + c * THIRD_LOW)
    return _fast(s, ((t + t2) + t3) + ((rest + f2 * (1.0 - f + f * f)) + ((tail + cube) - 0.5 * qe)))


@part
def _log(xh: Any, xl: Any, two: Any, two_low: Any, a: Any, hi: Any, lo: Any) -> None:
    r, high, low, scale, e = a[0], a[1], a[2], a[3], a[4]
    for i in range(xh.size):
        p, pe = _two_product(xh[i] * scale[i], r[i])
        f, f2 = _fast(p - 1.0, pe + xl[i] * scale[i] * r[i])
        h, lo[i] = _series(e[i] * two + high[i], e[i] * two_low + low[i], f, f2)
        hi[i] = h if (xh[i] >= LOW) & (xh[i] <= HIGH) else np.nan


@loop
def log(xh: Any, xl: Any, bits: Any, tables: Any, hi: Any, lo: Any) -> None:
    """e log 2 - log r + log1p(r m - 1) for x = 2**e m, given the bits of xh."""
    two, inverse, high, low, twos = tables
    a = np.empty((5, CHUNK))
    for start in range(0, xh.size, CHUNK):
        stop = min(start + CHUNK, xh.size)
        for i in range(stop - start):
            e = (bits[start + i] >> 52) - BIAS
            ok = (e >= -900) & (e <= 900)
            j = (bits[start + i] >> 41) & (LOG_STEPS - 1) if ok else 0
            e = e if ok else 0
            a[0, i], a[1, i], a[2, i], a[3, i] = inverse[j], high[j], low[j], twos[900 - e]
            a[4, i] = e + (1.0 if inverse[j] < 0.7071 else 0.0)
        _log(xh[start:stop], xl[start:stop], two[0], two[1], a, hi[start:stop], lo[start:stop])


@loop
def log1p_near(xh: Any, xl: Any, hi: Any, lo: Any) -> None:
    """log(1 + x) instead of what is there, where x is small; NaN where x has lost its second word."""
    for i in range(xh.size):
        size = abs(xh[i])
        near = size < NEAR
        h, e = _series(0.0, 0.0, xh[i] if near else 0.0, xl[i] if near else 0.0)
        sound = (size >= LOW) | (xh[i] == 0.0)
        hi[i] = (h if near else hi[i]) if sound else np.nan
        lo[i] = e if near else lo[i]
