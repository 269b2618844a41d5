"""References at the limits from which a format rounds to zero or to infinity."""

import mpmath
import numpy as np
import pytest

from study.certified import limits
from study.certified.certify import certified
from study.certified.errors import Outcome, compare
from study.certified.exact import Exact
from study.formats import FORMATS
from study.problems.reference import exact, reference

every_format = pytest.mark.parametrize("form", FORMATS.values(), ids=lambda f: f.name)


def raw(value):
    return mpmath.mpf(value)._mpf_


@every_format
def test_a_limit_parts_what_rounds_apart(form):
    for m, e, counts in limits.limits(form):
        limit = mpmath.ldexp(m, e)
        with mpmath.workprec(3000):
            below, above = limit * (1 - mpmath.mpf(2) ** -2500), limit * (1 + mpmath.mpf(2) ** -2500)
            assert limits.parted(raw(below), raw(above), form)
            assert limits.parted(raw(-limit), raw(-above), form) is not counts
            assert limits.parted(raw(below), raw(limit), form) is counts
            assert not limits.parted(raw(limit * (1 - 2.0**-30)), raw(below), form)


def test_a_value_beyond_the_limit_by_less_than_the_precision_asked_for():
    form = FORMATS["float8_e4m3fn"]
    (near,), (value,) = (
        certified(lambda a: a.exact(464.0) + a.exp(a.exact(-464.0)), (), 110, told) for told in (None, form)
    )
    assert near == 464 < value
    assert compare(np.array(np.nan, dtype=form.dtype), Exact.from_mpf(value)).outcome == Outcome.LIMIT


def test_a_word_that_underflows_keeps_its_sign():
    with mpmath.workprec(3000):
        held = Exact.from_mpf([1 + mpmath.mpf(2) ** -2000, 1 - mpmath.mpf(2) ** -2000, mpmath.mpf(1)])
    assert held.lo.tolist() == [5e-324, -5e-324, 0]


@every_format
def test_a_product_on_the_limit_and_beside_it(form):
    p = np.array([[form.xmins, 0.5, 1.0], [form.xmins, 0.5, 1 - form.u], [form.xmins, 0.5 + form.u, 1.0]])
    measured = compare(np.zeros(3, dtype=form.dtype), exact("likelihood", p.astype(form.dtype)))
    assert measured.outcome.tolist() == [Outcome.LIMIT, Outcome.LIMIT, Outcome.UNDERFLOW]
    assert measured.reference.lo[0] == 0


def test_equal_logits_have_an_exact_softmax():
    value = reference("softmax", np.zeros((1, 1024), dtype=FORMATS["float8_e4m3fn"].dtype))
    assert value[0, 0] == mpmath.ldexp(1, -10)


def test_the_limit_of_another_format_does_not_matter():
    """-(65520 - exp(-1e30)): where float16 overflows, and no precision of reach tells it from 65520."""
    value = exact("logsumexp", np.array([-65520.0, -1e30], dtype=np.float32))
    assert value.to_float() == -65520


def test_undecided_values_are_those_within_their_error_of_a_limit():
    held = Exact.from_mpf(
        [mpmath.ldexp(1, -25), mpmath.ldexp(1, -26), mpmath.ldexp(1, -25) * (1 + 2.0**-50)], 2.0**-100
    )
    assert limits.undecided(held, FORMATS["float16"]).tolist() == [True, False, False]
    assert not limits.undecided(held, FORMATS["float32"]).any()
    held.error[:] = 0
    assert not limits.undecided(held, FORMATS["float16"]).any()
