"""The series of the estimator k3, its gradient, and what their formulas in use lose."""

import math

import mpmath
import numpy as np
import pytest

from study.arithmetic import binary64, doubledouble, quick
from study.formats import FORMATS
from study.problems import PROBLEMS
from study.problems.kl_k3 import CLOSE, NEAR, degree, terms

K3, GRADIENT = PROBLEMS["kl_k3"].algorithms, PROBLEMS["kl_k3_gradient"].algorithms
PRECISIONS = sorted({form.p for form in FORMATS.values() if form.computes})


def left_out(r, last):
    """What the series to r**last lacks of exp r − 1 − r, relative to that."""
    with mpmath.workprec(400):
        held = mpmath.fsum(mpmath.mpf(r) ** j / mpmath.factorial(j) for j in range(2, last + 1))
        return abs(1 - held / (mpmath.expm1(r) - r))


@pytest.mark.parametrize("p", PRECISIONS)
def test_the_series_leaves_out_half_a_unit_and_has_no_term_too_many(p):
    worst = [max(left_out(r, last) for r in (-NEAR, NEAR)) for last in (degree(p), degree(p) - 1)]
    assert worst[0] <= 2.0 ** -(p + 1)
    assert worst[1] > 2.0 ** -(p + 2)


@pytest.mark.parametrize("bits", [binary64.BITS, quick.BITS, doubledouble.BITS])
def test_faithful_leaves_out_what_no_arithmetic_sees(bits):
    assert max(left_out(r, terms(bits) + 2) for r in (-CLOSE, CLOSE)) <= mpmath.ldexp(1, -bits)


@pytest.mark.parametrize("name", [name for name, form in FORMATS.items() if form.computes])
def test_the_estimator_is_never_negative_but_by_the_formula_in_use(name):
    form = FORMATS[name]
    r = form.round(np.linspace(-4, 4, 9999) * np.sqrt(form.u))
    assert (K3["series"](r) >= 0).all()
    assert (K3["faithful"](r) >= 0).all()
    assert (K3["naive"](r) < 0).any()


@pytest.mark.parametrize("name", ["float32", "float64"])
def test_where_exp_underflows_a_gradient_by_way_of_the_ratio_is_zero_times_infinity(name):
    form = FORMATS[name]
    r = form.round(np.array([1.2 * math.log(form.xmins), 1.2 * math.log(form.xmax)]))
    assert np.isnan(GRADIENT["chained"](r)[0])
    assert GRADIENT["expm1"](r).tolist() == [-1, math.inf]
    assert np.isinf(K3["from_ratio"](r)[0])
    assert K3["series"](r)[0] == pytest.approx(-float(r[0]) - 1)


def test_a_log_ratio_of_two_close_engines_has_no_digit_by_the_formula_in_use():
    r = np.float32(1e-4)
    due = float(r) ** 2 / 2
    assert abs(K3["naive"](r) / due - 1) >= 1
    assert abs(K3["expm1"](r) / due - 1) < 1e-2
    assert abs(K3["series"](r) / due - 1) < 1e-4
