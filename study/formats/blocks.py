"""Blocks of numbers that share a scale, a power of two: the OCP Microscaling Formats (MX) Specification 1.0 (2023)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from study.formats.known import get_format

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from study.formats.format import Format

    Floats = NDArray[np.float64]

SCALE = get_format("float8_e8m0fnu")


@dataclass(frozen=True)
class BlockFormat:
    """Numbers along the last axis in blocks; the last block of a row may be shorter. A number is scale times element.

    Attributes:
        name: MXFP8_E4M3, ….
        element: the format of the elements.
        size: elements of a block.
    """

    name: str
    element: Format
    size: int = 32

    def quantize(self, values: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
        """Scales and elements, by section 6.3.

        The scale is 2**(floor(log2 max |v|) - emax) with the emax of the elements; an element is v / scale, rounded to
        nearest even, saturated at ±xmax. Where the specification leaves it open: a scale below the least becomes the
        least, which a block of zeros has too; a scale above the largest, which no binary32 number needs, is NaN; so is
        that of a block with NaN or an infinity, whose elements are then 0.

        Args:
            values: numbers, held in binary64.

        Returns:
            Scales of shape (…, ceil(n / size)) and elements of shape (…, n), in their formats.

        Raises:
            ValueError: values have no axis.
        """
        values = with_axis(values)
        largest = block_maxima(values, self.size)
        exponent = np.frexp(largest)[1] - 1 - self.element.emax
        exponent = np.maximum(np.where(largest == 0, SCALE.emin, exponent), SCALE.emin)
        scales = SCALE.round(np.where(np.isfinite(largest), np.ldexp(1.0, exponent), np.nan))
        each = spread(scales.astype(np.float64), self.size, values.shape[-1])
        with np.errstate(invalid="ignore", under="ignore"):
            scaled = np.where(np.isnan(each), 0.0, values / each)
        return scales, self.element.saturating.round(scaled)

    def dequantize(self, scales: NDArray[Any], elements: NDArray[Any]) -> Floats:
        """The numbers that scales and elements stand for, exactly, in binary64; NaN where the scale is (section 5.1).

        Raises:
            ValueError: there are more or fewer scales than blocks.
        """
        return spread(scales.astype(np.float64), self.size, elements.shape[-1]) * elements.astype(np.float64)

    def round(self, values: ArrayLike) -> Floats:
        """What is left of numbers that are held in the format, in binary64."""
        return self.dequantize(*self.quantize(values))


def with_axis(values: ArrayLike) -> Floats:
    """Numbers in binary64, which must have an axis to be blocked along.

    Raises:
        ValueError: they have none.
    """
    values = np.asarray(values, dtype=np.float64)
    if not values.ndim:
        raise ValueError("blocks lie along the last axis, and a single number has none; give an array")
    return values


def block_maxima(values: Floats, size: int) -> Floats:
    """The largest |value| of each block along the last axis; NaN where there is a NaN."""
    count = -(-values.shape[-1] // size)
    padded = np.zeros((*values.shape[:-1], count * size))
    padded[..., : values.shape[-1]] = np.abs(values)
    return np.asarray(padded.reshape((*values.shape[:-1], count, size)).max(axis=-1))


def spread(scales: Floats, size: int, length: int) -> Floats:
    """The scale of each of so many elements.

    Raises:
        ValueError: there are more or fewer scales than blocks.
    """
    if scales.shape[-1] != -(-length // size):
        raise ValueError(
            f"{length} elements make {-(-length // size)} blocks of {size}, and {scales.shape[-1]} scales came"
        )
    return np.repeat(scales, size, axis=-1)[..., :length]


MXFP8_E4M3 = BlockFormat("MXFP8_E4M3", get_format("float8_e4m3fn"))
MXFP8_E5M2 = BlockFormat("MXFP8_E5M2", get_format("float8_e5m2"))
MXFP6_E2M3 = BlockFormat("MXFP6_E2M3", get_format("float6_e2m3fn"))
MXFP6_E3M2 = BlockFormat("MXFP6_E3M2", get_format("float6_e3m2fn"))
MXFP4 = BlockFormat("MXFP4", get_format("float4_e2m1fn"))

MX_FORMATS = {form.name: form for form in (MXFP8_E4M3, MXFP8_E5M2, MXFP6_E2M3, MXFP6_E3M2, MXFP4)}
"""The floating-point formats of the specification's table 1; MXINT8 is not among them."""
