"""The formats: one entry each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from study.formats.format import Format, Overflow, Specials

if TYPE_CHECKING:
    from numpy.typing import NDArray

KNOWN: dict[str, Format] = {
    form.name: form
    for form in (
        Format("float16", 16, 11, "vermilion", tabled=True),
        Format("bfloat16", 16, 8, "blue", tabled=True),
        Format("float32", 32, 24, "green", tabled=True),
        Format("float64", 64, 53, "violet", tabled=True),
        Format("float8_e4m3fn", 8, 4, "black", Specials.LAST, Overflow.NAN, tabled=True),
        Format("float8_e5m2", 8, 3, "brown", tabled=True),
        Format("float6_e2m3fn", 6, 4, "indigo", Specials.NONE, Overflow.SATURATE),
        Format("float6_e3m2fn", 6, 3, "plum", Specials.NONE, Overflow.SATURATE),
        Format("float4_e2m1fn", 4, 2, "vermilion", Specials.NONE, Overflow.SATURATE),
        Format("float8_e8m0fnu", 8, 1, "blue", Specials.LAST, Overflow.NAN, signed=False),
    )
}
"""Every format: IEEE 754-2019 (bfloat16: its rules on 8 bits of exponent); OCP 8-bit Floating Point Specification 1.0
(e4m3fn, e5m2), by its non-saturating mode, ``saturating`` being the other; OCP Microscaling Formats (MX) 1.0 (6 and 4
bits; e8m0fnu, the scale)."""

FORMATS: dict[str, Format] = {name: form for name, form in KNOWN.items() if form.tabled}
"""Those that tables are made of unless they say otherwise."""

MAIN_FORMATS = tuple(name for name, form in FORMATS.items() if form.computes)
"""Those of them that are computed in; the others are stored in."""


def get_format(form: Any) -> Format:
    """The format of that name, or of that dtype: ``"float32"``, ``np.float32``, ``torch.bfloat16``.

    Raises:
        TypeError: that is neither a Format nor a name nor a dtype.
        ValueError: no format has that name.
    """
    if isinstance(form, Format):
        return form
    name = (form if isinstance(form, str) else _dtype_name(form)).removeprefix("torch.")
    if name not in KNOWN:
        raise ValueError(f"no format named {name!r}; there are: {', '.join(KNOWN)}")
    return KNOWN[name]


def _dtype_name(dtype: Any) -> str:
    """NumPy's, ml_dtypes' and JAX's dtypes and scalar types are dtypes to NumPy; PyTorch's only say what they are."""
    if str(dtype).startswith("torch."):
        return str(dtype)
    try:
        if dtype is not None:  # which is float64 to NumPy
            return str(np.dtype(dtype).name)
    except TypeError:
        pass
    raise TypeError(f"a Format, its name or a dtype is due, not {type(dtype).__name__}")


def format_of(values: NDArray[Any]) -> Format:
    """The format that an array is stored in.

    Raises:
        TypeError: its dtype is none of the formats'.
    """
    if values.dtype.name not in KNOWN:
        raise TypeError(f"dtype {values.dtype} is not a floating-point format; use one of: {', '.join(KNOWN)}")
    return KNOWN[values.dtype.name]
