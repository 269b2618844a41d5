"""Real numbers, of any precision, rounded to a format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mpmath
import numpy as np

from study.formats.known import get_format

if TYPE_CHECKING:
    from study.formats.format import Format


def round_to(value: mpmath.mpf, form: str | Format) -> Any:
    """Round an mpmath number to a format, once, to nearest even.

    Args:
        value: an mpf of any precision, or infinity or NaN.
        form: the format or its name.

    Returns:
        A scalar of the format's dtype. From (2 - margin) 2**emax on, the result is what the format's ``overflow`` says,
        of value's sign; a result below xmin is rounded to a multiple of xmins.

    Raises:
        TypeError: value is not an mpf.
        ValueError: no format has that name, or it is one of scales, which are powers of two.
    """
    form = get_format(form)
    if not isinstance(value, mpmath.mpf):
        raise TypeError(f"round_to takes an mpmath mpf, not {type(value).__name__}; mpmath.mpf(float(x)) is exact")
    if not form.signed:
        raise ValueError(f"{form.name} holds scales, powers of two; round to one of numbers")
    if not mpmath.isfinite(value) or value == 0:
        return form.round(float(value))[()]
    sign, man, exp, bc = value._mpf_
    drop = max(exp + bc - 1, form.emin) - form.p + 1 - exp
    integer, unit = int(man), exp + drop
    if drop > bc:  # below half a unit
        integer = 0
    elif drop > 0:
        integer, rest = divmod(integer, 1 << drop)
        half = 1 << (drop - 1)
        integer += rest > half or (rest == half and integer & 1)
    else:
        integer <<= -drop
    overflowed = integer.bit_length() + unit - 1 > form.emax or integer * 2.0**unit > form.xmax
    magnitude = form.overflowed if overflowed else integer * 2.0**unit
    return np.array(-magnitude if sign else magnitude).astype(form.dtype)[()]
