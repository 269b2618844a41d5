"""NVFP4: blocks of 16 E2M1 numbers with an E4M3 scale each, and a binary32 scale for all of them.

NVIDIA, *Pretraining Large Language Models with NVFP4* (2025, arXiv 2509.25149), appendix C, in exact divisions: kernels
multiply by reciprocals rounded to binary32, and may differ from this in the last bit of a scale or an element.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from study.formats.blocks import block_maxima, spread, with_axis
from study.formats.known import get_format

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

SIZE = 16
"""Elements of a block."""
ELEMENT, SCALE, TENSOR_SCALE = get_format("float4_e2m1fn"), get_format("float8_e4m3fn"), get_format("float32")


def quantize(values: ArrayLike) -> tuple[NDArray[Any], NDArray[Any], np.float32]:
    """Scales, elements and the tensor's scale.

    Tensor scale s = max |v| / (6 · 448) over all values, rounded to binary32: at least its smallest number, and 1 where
    all values are zero. Scale of a block b = max |v| / (6 s), rounded to E4M3. Element v / (b s), rounded to E2M1; zero
    where b is. All roundings are to nearest even, and saturate. NaN or an infinity anywhere makes s NaN, and with it
    all numbers; scales and elements are then 0.

    Args:
        values: numbers; they are rounded to binary32 first, for which one rounding of each quotient is then exact.

    Returns:
        Scales of shape (…, ceil(n / 16)) and elements of shape (…, n) in their formats, and s.

    Raises:
        ValueError: values have no axis.
    """
    values = TENSOR_SCALE.round(with_axis(values)).astype(np.float64)
    blocks = block_maxima(values, SIZE)
    tensor = _tensor_scale(float(blocks.max(initial=0.0)))
    if np.isnan(tensor):
        return SCALE.round(np.zeros(blocks.shape)), ELEMENT.round(np.zeros(values.shape)), tensor
    scales = SCALE.saturating.round(blocks / (ELEMENT.xmax * float(tensor)))
    each = spread(scales.astype(np.float64), SIZE, values.shape[-1]) * float(tensor)
    return scales, ELEMENT.round(np.divide(values, each, out=np.copysign(0.0, values), where=each > 0)), tensor


def _tensor_scale(largest: float) -> np.float32:
    if largest == 0:
        return np.float32(1)
    if not np.isfinite(largest):
        return np.float32(np.nan)
    return np.float32(max(largest / (ELEMENT.xmax * SCALE.xmax), TENSOR_SCALE.xmins))


def dequantize(scales: NDArray[Any], elements: NDArray[Any], tensor_scale: float | np.float32) -> NDArray[np.float64]:
    """The numbers that scales and elements stand for, exactly, in binary64.

    Raises:
        ValueError: there are more or fewer scales than blocks.
    """
    each = spread(scales.astype(np.float64), SIZE, elements.shape[-1]) * np.float64(tensor_scale)
    return np.asarray(each * elements.astype(np.float64))


def round(values: ArrayLike) -> NDArray[np.float64]:  # noqa: A001 - named as that of the other formats
    """What is left of numbers that are held in the format, in binary64."""
    return dequantize(*quantize(values))
