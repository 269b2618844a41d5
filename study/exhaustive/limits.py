"""What a compiled verdict has to know of a format."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from study.formats import Format


class Limits(NamedTuple):
    """A format's precision, its exponents, and where it ends."""

    p: int
    emin: int
    emax: int
    to_zero: float
    """Up to here a value rounds to zero."""
    to_infinity: float
    """From here on a value rounds to infinity; without infinities, beyond here."""
    has_infinity: bool

    @classmethod
    def of(cls, form: Format) -> Limits:
        """The limits of a format."""
        top = (2.0 - form.overflow_margin) * 2.0**form.emax
        return cls(form.p, form.emin, form.emax, form.xmins / 2, top, form.has_infinity)
