"""Seeded faults, each one replacement in one file of the engine."""

from __future__ import annotations

from typing import NamedTuple


class Mutant(NamedTuple):
    """A fault: in ``file`` the text ``sound`` becomes ``faulty``."""

    name: str
    file: str
    sound: str
    faulty: str


MUTANTS = [
    Mutant(
        "last word of log 2",
        "tables.py",
        "words(mpmath.log(2), 2)",
        "words(mpmath.log(2) + mpmath.mpf(2)**-97, 2)",
    ),
    Mutant("last word of log(2)/256", "exponential.py", "fma(k, STEP_3, d)", "d"),
    Mutant("low words of 2**(j/256)", "exponential.py", "sl + (tl + q)", "sl + q"),
    Mutant("low word of 1/24", "exponential.py", "lo + E4L, E3H", "lo, E3H"),
    Mutant("low words of -log(c)", "tables.py", "-mpmath.log(mpmath.mpf(c))", "mpmath.mpf(-float(mpmath.log(c)))"),
    Mutant("low word of 1/5", "logarithm.py", "L5H, L5L)\n", "L5H, -L5L)\n"),
    Mutant(
        "dropped renormalisation",
        "arithmetic.py",
        "return fast_two_sum(ch, cl + fma(al",
        "return (ch, cl + fma(al",
    ),
    Mutant("rounding error of a product", "arithmetic.py", "return p, fma(a, b, -p)", "return p, 0.0"),
    Mutant("Dekker's sum for Knuth's", "arithmetic.py", "(a - (s - t)) + (b - t)", "b - t"),
    Mutant("cross term of a square", "arithmetic.py", "q = fma(2.0 * zh, zl, q)", "q = fma(zh, zl, q)"),
    Mutant("wrong exponent", "softmax_rows.py", ">> 8) + ge", ">> 8) + ge + 1"),
    Mutant("exponent of a subnormal factor", "row_products.py", "(e - UP if up else e)", "e"),
    Mutant(
        "missing undecided test",
        "softmax_rows.py",
        "(bound if x[j] - largest > -EDGE else 1.0)",
        "(bound)",
    ),
    Mutant("cancellation not charged", "combinations.py", "(share(absolute, s) + own) * SLACK", "own * SLACK"),
    Mutant(
        "cancellation in a row not charged",
        "row_sums.py",
        "share(absolute * (1.0 + n * ROUNDING), s)",
        "absolute",
    ),
    Mutant("too small a bound", "exponential.py", "EXP_ERROR = 2.0**-103", "EXP_ERROR = 2.0**-108"),
    Mutant("first entry not left out", "exponential_sums.py", "if j >= 0 and j < width", "if j > 0 and j < width"),
    Mutant("terms held too early", "exponential_sums.py", "LOWEST = -200.0", "LOWEST = -50.0"),
    Mutant("series too narrow", "logarithms.py", "xh >= -0.25 and xh <= 0.41", "xh >= -0.25 and xh <= 0.0"),
]
