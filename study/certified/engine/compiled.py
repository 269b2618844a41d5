"""How the kernels run: compiled by numba and cached, or interpreted where STUDY_ENGINE=interpreted."""

from __future__ import annotations

import hashlib
import os
import struct
from fractions import Fraction
from functools import cache
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numba
import numpy as np
from llvmlite import ir
from numba.core.caching import FunctionCache, IndexDataCacheFile
from numba.extending import intrinsic
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Callable

    F = TypeVar("F", bound=Callable[..., Any])

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Whole = int | np.signedinteger[Any]

INTERPRETED = os.environ.get("STUDY_ENGINE") == "interpreted"


@cache
def _source_digest(*folders: Path) -> str:
    sources = [source for folder in folders for source in sorted(folder.glob("*.py"))]
    return hashlib.sha256(b"\0".join(source.read_bytes() for source in sources)).hexdigest()


class _PackageCache(FunctionCache):
    """numba's cache on disk, stale as soon as any file of the engine or of the function's own package changes."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)  # type: ignore[no-untyped-call]
        digest = _source_digest(*sorted({Path(__file__).parent, Path(function.__code__.co_filename).parent}))
        self._cache_file = IndexDataCacheFile(self._cache_path, self._impl.filename_base, digest)  # type: ignore[no-untyped-call]


def _compile(function: F, *, forceinline: bool = False) -> Any:
    return numba.njit(error_model="numpy", forceinline=forceinline)(function)


def inline(function: F) -> F:
    """A scalar step of a kernel: compiled into its callers, without contraction or reordering."""
    return function if INTERPRETED else cast("F", _compile(function, forceinline=True))


def stage(function: F) -> F:
    """A loop of a kernel, by itself so that it compiles to vector instructions."""
    return function if INTERPRETED else cast("F", _compile(function))


def kernel(function: F) -> F:
    """A loop over arrays: compiled at its first call and cached on disk."""
    if INTERPRETED:
        return np.errstate(all="ignore")(function)
    dispatcher = _compile(function)
    dispatcher._cache = _PackageCache(function)  # noqa: SLF001 -- numba's own cache watches one file only
    return cast("F", dispatcher)


def _interpreted_fma(a: float, b: float, c: float) -> float:
    if isfinite(a) and isfinite(b) and isfinite(c):
        return float(Fraction(float(a)) * Fraction(float(b)) + Fraction(float(c)))
    return a * b + c


def _interpreted_bits(x: float) -> int:
    return int(struct.unpack("<q", struct.pack("<d", x))[0])


def _interpreted_from_bits(n: int) -> float:
    return float(struct.unpack("<d", struct.pack("<q", n))[0])


@intrinsic
def _compiled_fma(_context: Any, _a: Any, _b: Any, _c: Any) -> Any:
    double = numba.types.float64
    return double(double, double, double), lambda _c, builder, _s, arguments: builder.fma(*arguments)


@intrinsic
def _compiled_bits(_context: Any, _x: Any) -> Any:
    signature = numba.types.int64(numba.types.float64)
    return signature, lambda _c, builder, _s, arguments: builder.bitcast(arguments[0], ir.IntType(64))


@intrinsic
def _compiled_from_bits(_context: Any, _n: Any) -> Any:
    signature = numba.types.float64(numba.types.int64)
    return signature, lambda _c, builder, _s, arguments: builder.bitcast(arguments[0], ir.DoubleType())


fma: Any = _interpreted_fma if INTERPRETED else _compiled_fma
"""a b + c, rounded once."""
bits: Any = _interpreted_bits if INTERPRETED else _compiled_bits
"""The 64 bits of a binary64 number, as an integer."""
from_bits: Any = _interpreted_from_bits if INTERPRETED else _compiled_from_bits
"""The binary64 number with the given 64 bits."""
