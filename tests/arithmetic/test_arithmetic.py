"""The operations that ``faithful`` is made of, each against mpmath: within its proven error, and no worse than it was.

Errors in u**2 = 2**-106 of the exact result. The first bound is that of docs/arithmetic.md, the second what was
measured on these inputs: IEEE's basic operations alone decide it, and exp2 where it makes the inputs, hence the room.
"""

from fractions import Fraction
from functools import cache

import mpmath
import numpy as np
import pytest

from study.arithmetic import binary64, doubledouble, errorfree, fixedpoint, quick
from study.arithmetic.integers import Integer, nearest
from study.arithmetic.scaled import Scaled, total
from study.inputs.families import generator

COUNT = 1500
ROOM = 1.25
MP = mpmath.MPContext()
MP.prec = 400


def words(name, low, high, signs=(1.0,)):
    """Double-doubles of random sign and size, many with words of few bits or a second word as large as may be."""
    rng = generator("arithmetic", name)
    hi = rng.choice(signs, COUNT) * np.exp2(rng.uniform(low, high, COUNT))
    hi = np.where(rng.random(COUNT) < 0.2, np.exp2(np.rint(np.log2(np.abs(hi)))) * (1 + 2.0**-52), hi)
    half = np.spacing(np.abs(hi)) / 2
    lo = half * rng.choice([-1, 1, 0], COUNT) * rng.choice([1 - 2.0**-53, 1 - 2.0**-26, 0.5, 0.3, 2.0**-40], COUNT)
    return errorfree.two_sum(hi, lo)


def exact(pair):
    return [MP.mpf(float(h)) + MP.mpf(float(v)) for h, v in zip(*pair, strict=True)]


def error(pair, due):
    """The largest relative error, in u**2."""
    held = exact(pair) if isinstance(pair, tuple) else [
        MP.ldexp(value, int(e)) for value, e in zip(exact((pair.hi, pair.lo)), pair.exponent, strict=True)
    ]  # fmt: skip
    return float(max(abs(h / d - 1) if d else abs(h) for h, d in zip(held, due, strict=True)) * MP.mpf(2) ** 106)


def beside(pair, name):
    """Numbers that nearly cancel with others, down to the last bits."""
    rng = generator("arithmetic", name)
    hi, lo = pair
    return errorfree.two_sum(-hi * (1 + np.exp2(-rng.uniform(1, 53, COUNT))), lo * rng.uniform(-1, 1, COUNT))


@pytest.mark.parametrize(
    ("name", "proven", "measured"),
    [("add", 3, 1.56), ("cancelling add", 3, 0.31), ("multiply", 7, 4.33), ("divide", 15, 4.12)],
)
def test_basic_operations(name, proven, measured):
    x, y = words(name, -2, 2, (1.0, -1.0)), words(name + " y", -2, 2, (1.0, -1.0))
    y = beside(x, name) if name.startswith("cancelling") else y
    operation = name.split()[-1]
    due = {
        "add": lambda a, b: a + b,
        "multiply": lambda a, b: a * b,
        "divide": lambda a, b: a / b,
    }[operation]
    found = error(getattr(errorfree, operation)(x, y), [due(a, b) for a, b in zip(exact(x), exact(y), strict=True)])
    assert found <= min(proven, ROOM * measured)


def test_products_and_differences_of_doubles_are_exact():
    (x, _), (y, _) = words("p", -30, 30, (1.0, -1.0)), words("q", -30, 30)
    a, b = exact((x, 0 * x)), exact((y, 0 * y))
    assert error(errorfree.two_product(x, y), [v * w for v, w in zip(a, b, strict=True)]) == 0
    difference = Scaled.number(x) - Scaled.number(y)
    assert error(difference, [v - w for v, w in zip(a, b, strict=True)]) == 0


FUNCTIONS = [
    ("exp", -11, 10.5, (-1.0,), 13, 1.45),
    ("exp", -60, 3, (1.0, -1.0), 13, 1.42),
    ("expm1", -60, -8.51, (1.0, -1.0), 11, 2.66),
    ("expm1", -8, -0.55, (-1.0,), 1060, 166),
    ("log", 0.4, 40, (1.0,), 40, 1.7),
    ("log", -40, -0.4, (1.0,), 40, 2.2),
    ("log", -0.4, 0.4, (1.0,), 660, 220),
    ("log", -0.0056, 0.0056, (1.0,), 14, 2.2),
    ("log1p", -60, -8.51, (1.0, -1.0), 11, 3.49),
    ("log1p", -8, -1, (-1.0, 1.0), 1430, 277),
    ("log1p", -1, 40, (1.0,), 1430, 2.49),
]


@pytest.mark.parametrize(("function", "low", "high", "signs", "proven", "measured"), FUNCTIONS)
def test_functions(function, low, high, signs, proven, measured):
    x = words(f"{function} {low}", low, high, signs)
    due = [getattr(MP, function)(v) for v in exact(x)]
    found = error(getattr(doubledouble, function)(Scaled.of(x)), due)
    assert found <= min(proven, ROOM * measured)


def test_logs_beside_one():
    """On both sides of where the table begins, 1 - 1/256 and 1 + 1/256, the worst of ``log``."""
    hi = np.concatenate([1 + s * (1 / 256 + 2.0**-52 * np.arange(-200, 200)) for s in (-1, 1)])
    lo = np.spacing(hi) * np.tile([0.49, -0.49, 0.3, 0.25], len(hi) // 4)
    found = error(doubledouble.log(Scaled.of((hi, lo))), [MP.log(v) for v in exact((hi, lo))])
    assert found <= min(660, ROOM * 332)


def test_sums_and_products_of_many():
    hi, lo = words("many", -1, 0)
    row = Scaled.of((hi[None, :1024], lo[None, :1024]))
    numbers = exact((hi[:1024], lo[:1024]))
    assert error(total(row), [MP.fsum(numbers)]) <= min(3 * 10, ROOM * 0.55)
    assert error(doubledouble.product(row), [MP.fprod(numbers)]) <= min(7 * 1023, ROOM * 7.53)


def test_fixed_point_is_absolutely_exact_to_its_noise():
    x = -np.exp2(generator("arithmetic", "fixed").uniform(-40, 9, 60))
    fine = mpmath.MPContext()
    fine.prec = 1600
    for function, numbers in (("exp", x), ("log", -x), ("log1p", -x / 1024), ("expm1", x)):
        held = getattr(fixedpoint, function)(fixedpoint.number(numbers)).units
        due = [fine.ldexp(getattr(fine, function)(fine.mpf(float(v))), fixedpoint.BITS) for v in numbers]
        assert max(abs(fine.mpf(int(h)) - d) for h, d in zip(held, due, strict=True)) < 2**50


def test_an_integer_of_thousands_of_bits_keeps_the_sign_of_what_its_words_leave_out():
    """A rest too small for the second word, and too large for binary64 by itself."""
    for sign in (1, -1):
        held = nearest(np.array([Integer((3 << 5000) + sign * (1 << 2500))], dtype=object), 0, 70)
        assert (held.hi, np.sign(held.lo), held.exponent) == (0.75, sign, 5002)


@pytest.mark.parametrize(("x", "due"), [(2799.0, 2799.0), (1e5, 2800.0), (1e300, 2800.0)])
def test_fixed_points_exponential_is_held_where_every_format_ends(x, due):
    value = fixedpoint.scaled(fixedpoint.exp(fixedpoint.number(np.array([x]))))
    assert value.log2()[0] == pytest.approx(due / np.log(2), rel=1e-12)


def test_fixed_points_exponential_of_positive_numbers_is_relatively_exact():
    x = np.array([1e-5, 1.0, 88.7, 709.7, 2000.0])
    value = fixedpoint.scaled(fixedpoint.exp(fixedpoint.number(x)))
    assert error(value, [MP.exp(MP.mpf(float(v))) for v in x]) <= 1


@cache
def differences(n):
    """Pairs of rows whose differences cancel, and one whose do not; the exact sums of these, in units of 2**-200."""
    rng = generator("sums of differences", n)
    p = np.rint(rng.standard_normal(n) * np.exp2(rng.uniform(0, 60, n))) * 2.0**-60
    rows = [(p, q) for q in (rng.permutation(p), np.rint(p * 2**50 * (1 + 1e-9)) / 2**50, -np.abs(p))]
    return [(*pair, units(pair[0]) - units(pair[1])) for pair in rows]


def units(row):
    return sum(int(v) for v in np.ldexp(row, 110).astype(object)) << 90


@pytest.mark.parametrize("arithmetic", [binary64, quick, doubledouble, fixedpoint], ids=lambda a: a.__name__)
@pytest.mark.parametrize("n", [1, 7, 129, 5000, 10**5])
def test_sums_of_differences_are_within_their_bound(arithmetic, n):
    """Relative to the sum of their sizes: docs/arithmetic.md."""
    for p, q, due in differences(n):
        found = arithmetic.total(arithmetic.number(p) - arithmetic.number(q))
        off = abs(as_fraction(found) - Fraction(due, 1 << 200))
        assert off <= Fraction(arithmetic.SUM_ERROR) * Fraction(float(np.sum(np.abs(p) + np.abs(q))))


def as_fraction(found):
    """What an arithmetic holds."""
    if isinstance(found, Scaled):
        return (Fraction(float(found.hi)) + Fraction(float(found.lo))) * Fraction(2) ** max(int(found.exponent), -1000)
    if hasattr(found, "units"):
        return Fraction(int(found.units[()]), 1 << fixedpoint.BITS)
    return Fraction(float(found.hi)) + Fraction(float(found.low)) if hasattr(found, "low") else Fraction(float(found))
