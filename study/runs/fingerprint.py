"""The numerical fingerprint: a hash of the bits that a machine's functions, sums, products and draws give.

Two machines with one fingerprint give one set of tables. NumPy's functions differ by vector level, by width, and by
whether an array is contiguous; drawn normals rest on the C library. A processor's name says none of this.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import metadata
from typing import TYPE_CHECKING, Any

import numpy as np

from study.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

FUNCTIONS = ("exp", "log", "log1p", "expm1", "tanh", "sqrt", "logaddexp")
"""NumPy's functions that an algorithm, or the drawing of inputs, calls and whose last bits are not laid down."""

MEASURED = ("numpy", "scipy", "scikit-learn")
"""Packages whose own functions stand in tables of everyone."""

LENGTHS = (1, 2, 3, 5, 7, 37, 1009, 4099)


@cache
def fingerprint() -> str:
    """Twelve hexadecimal digits; the same in every run on a machine, whatever its BLAS."""
    digest = hashlib.sha256()
    for part in (*_elementary(), *_reduced(), *_drawn()):
        digest.update(_bits(part))
    digest.update(repr([metadata.version(name) for name in MEASURED]).encode())
    return digest.hexdigest()[:12]


def _bits(values: NDArray[Any]) -> bytes:
    """Bits that tell results apart, one NaN as good as another."""
    with np.errstate(all="ignore"):
        return np.where(values != values, np.zeros((), values.dtype), values).tobytes()  # noqa: PLR0124 - NaN


def _probe(count: int) -> NDArray[np.float64]:
    """Numbers of both signs from 2**-12 to 2**10, made of random integers, which are the same everywhere."""
    rng = np.random.default_rng(0)
    sign, exponent = rng.choice([-1, 1], count), rng.integers(-12, 11, count)
    scaled: NDArray[np.float64] = np.ldexp(sign * rng.integers(2**52, 2**53, count).astype(np.float64), exponent - 53)
    return scaled


def _elementary() -> Iterator[NDArray[Any]]:
    for form in FORMATS.values():
        if not form.computes:
            continue
        x = form.round(_probe(8192))
        for name in FUNCTIONS:
            function = getattr(np, name)
            for each in (x, x[::3], np.abs(x), *(x[:n] for n in LENGTHS[:5])):
                with np.errstate(all="ignore"):
                    yield np.asarray(function(each, each[::-1]) if function.nin == 2 else function(each))


def _reduced() -> Iterator[NDArray[Any]]:
    for form in FORMATS.values():
        if not form.computes:
            continue
        for n in LENGTHS:
            x = form.round(np.abs(_probe(3 * n)).reshape(3, n) % 1 + 0.5)
            for axis in (0, 1):
                yield from (np.add.reduce(x, axis=axis), np.multiply.reduce(x, axis=axis), np.cumsum(x, axis=axis))
    x = _probe(64 * 64).reshape(64, 64)
    yield np.einsum("ij,jk->ik", x, x)


def _drawn() -> Iterator[NDArray[Any]]:
    rng = np.random.default_rng(1)
    yield rng.standard_normal(20_000)
    yield rng.dirichlet(np.ones(10), 200)
    yield rng.random(100)
