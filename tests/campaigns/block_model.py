"""Block formats from their definitions, a number at a time, in exact fractions: no code of ``study.formats`` runs here.

The numbers of an element's format are written out from its exponent and fraction bits; an element is the nearest of
them, of two equally near the one of even pattern, and the last one for all that is beyond.
"""

from __future__ import annotations

from bisect import bisect_right
from fractions import Fraction
from functools import cache
from math import inf, isfinite, nan
from struct import pack, unpack

ELEMENTS = {
    "float8_e4m3fn": (4, 3, 7, 1),
    "float8_e5m2": (5, 2, 15, 4),
    "float6_e2m3fn": (2, 3, 1, 0),
    "float6_e3m2fn": (3, 2, 3, 0),
    "float4_e2m1fn": (2, 1, 1, 0),
}
"""Exponent bits, fraction bits, bias, and how many of the last patterns are no finite numbers."""
EMAX = {"float8_e4m3fn": 8, "float8_e5m2": 15, "float6_e2m3fn": 2, "float6_e3m2fn": 4, "float4_e2m1fn": 2}
"""The emax_elem of the specification's section 6.3."""


@cache
def numbers(element: str) -> list[Fraction]:
    """The non-negative finite numbers of a format, in the order of their patterns, which is their own."""
    width, fraction, bias, special = ELEMENTS[element]
    patterns = range(2 ** (width + fraction) - special)
    fields = [(pattern >> fraction, pattern % 2**fraction) for pattern in patterns]
    return [
        (Fraction(f, 2**fraction) + (e > 0)) * Fraction(2) ** (max(e, 1) - bias)  # the field 0 is that of subnormals
        for e, f in fields
    ]


def nearest(value: Fraction, element: str) -> Fraction:
    """The number of the format nearest to a non-negative value."""
    known = numbers(element)
    below = bisect_right(known, value) - 1
    if below == len(known) - 1:
        return known[below]
    low, high = value - known[below], known[below + 1] - value
    up = high < low or (high == low and below % 2 == 1)
    return known[below + up]


def signed(magnitude: Fraction, value: float) -> float:
    """A magnitude as a float, with the sign of a value, also of zero."""
    return -float(magnitude) if str(value).startswith("-") else float(magnitude)


def floor_log2(value: Fraction) -> int:
    """The k of 2**k <= value < 2**(k + 1)."""
    k = value.numerator.bit_length() - value.denominator.bit_length()
    return k if Fraction(2) ** k <= value else k - 1


def mx(block: list[float], element: str) -> tuple[float, list[float]]:
    """Scale and elements of one MX block: section 6.3, with what docs/formats.md says of what is left open there."""
    if not all(isfinite(v) for v in block):
        return nan, [0.0] * len(block)
    exact = [abs(Fraction(v)) for v in block]
    largest = max(exact)
    shared = max(floor_log2(largest) - EMAX[element], -127) if largest else -127
    if shared > 127:
        return nan, [0.0] * len(block)
    scale = Fraction(2) ** shared
    return float(scale), [signed(nearest(x / scale, element), v) for x, v in zip(exact, block, strict=True)]


def single(value: Fraction) -> float:
    """A non-negative fraction, below the largest number, rounded to binary32."""
    if value == 0:
        return 0.0
    unit = Fraction(2) ** (max(floor_log2(value), -126) - 23)
    return float(round(value / unit) * unit)


def to_single(value: float) -> float:
    """A float rounded to binary32, by C's own conversion."""
    try:
        held: float = unpack("f", pack("f", value))[0]
    except OverflowError:
        return inf
    return held


def nvfp4(blocks: list[list[float]]) -> tuple[float, list[float], list[list[float]]]:
    """Tensor scale, scales and elements of blocks of NVFP4."""
    held = [[to_single(v) for v in block] for block in blocks]
    if not all(isfinite(v) for block in held for v in block):
        return nan, [0.0] * len(held), [[0.0] * len(block) for block in held]
    largest = [max(abs(Fraction(v)) for v in block) for block in held]
    whole = max(largest)
    tensor = Fraction(max(single(whole / (6 * 448)), 2.0**-149)) if whole else Fraction(1)
    scales = [nearest(amax / (6 * tensor), "float8_e4m3fn") for amax in largest]
    elements = [
        [signed(nearest(abs(Fraction(v)) / (b * tensor), "float4_e2m1fn") if b else Fraction(0), v) for v in block]
        for block, b in zip(held, scales, strict=True)
    ]
    return float(tensor), [float(b) for b in scales], elements
