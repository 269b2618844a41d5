"""Numbers and lists as people write them: the one place that formats them for sentences, tables and figures."""

from __future__ import annotations

import math
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float, figures: int = 3) -> str:
    """A number to three significant figures: 0.693, 11.1, 12,400, 1.30e−45; an int, and 1,075.0, in full."""
    if not math.isfinite(value):
        return {math.inf: "∞", -math.inf: "−∞"}.get(value, "NaN")
    if value == int(value) and (isinstance(value, int) or abs(value) < 10**4):
        return f"{int(value):,}".replace("-", "−")
    rounded = float(f"{value:.{figures - 1}e}")
    if not 1e-3 <= abs(rounded) < 10**6:
        return f"{value:.{figures - 1}e}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e").replace("-", "−")
    decimals = max(figures - 1 - math.floor(math.log10(abs(rounded))), 0)
    return f"{rounded:,.{decimals}f}".replace("-", "−")


def at_most(value: float, figures: int = 3) -> str:
    """A number rounded up, so that what is said to be no larger is not: 4.924 is at most 4.93."""
    return _directed(value, figures, ROUND_CEILING)


def at_least(value: float, figures: int = 3) -> str:
    """A number rounded down, so that what is said to be no smaller is not."""
    return _directed(value, figures, ROUND_FLOOR)


def _directed(value: float, figures: int, rounding: str) -> str:
    if isinstance(value, int) or not math.isfinite(value) or value == 0:
        return number(value, figures)
    exact = Decimal(str(float(value)))
    unit = Decimal((0, (1,), exact.adjusted() - figures + 1))
    return number(float(exact.quantize(unit, rounding=rounding)), figures)


def measure(value: float, unit: str) -> str:
    """A number and its unit; ulps are counted, so that 1 ulp and 2 ulps are told apart."""
    shown = number(value)
    return f"{shown} ulp" if unit == "ulps" and shown == "1" else f"{shown} {unit}"


def percent(share: float) -> str:
    """A share of one: 0%, 4.88%, 100%; never 0 or 100 where it is not quite."""
    if share in {0, 1}:
        return f"{100 * share:.0f}%"
    shown = number(100 * share)
    return "over 99.9%" if shown == "100" else f"{shown}%"


def plain(value: float) -> str:
    """A number that was chosen, not measured, as it is: 0.1, 2,000, 1e−9."""
    if not math.isfinite(value) or (value == int(value) and abs(value) < 10**6):
        return number(value if not math.isfinite(value) else int(value))
    return f"{value:g}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e").replace("-", "−")


def power(value: float) -> str:
    """A number with one digit for an axis: 0, 0.01, −1, 2000, 10⁶, 5·10⁶."""
    if value <= 0:
        return "0" if value == 0 else f"−{power(-value)}"
    exponent = math.floor(math.log10(value) + 1e-9)
    digit = round(value / 10.0**exponent)
    if -2 <= exponent <= 3:
        return f"{digit * 10.0**exponent:g}"
    return f"{digit}·" * (digit != 1) + f"10{str(exponent).translate(SUPERSCRIPTS)}"


def listed(parts: Iterable[str]) -> str:
    """a, b and c."""
    items = list(parts)
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)


def slug(words: str) -> str:
    """Words as an anchor: lower case letters, digits and hyphens."""
    return "-".join("".join(c if c.isalnum() and c.isascii() else " " for c in words.lower()).split())
