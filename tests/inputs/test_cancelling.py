import numpy as np
import pytest

from study.formats import FORMATS
from study.inputs.cancelling import divergences, products
from study.problems.reference import reference

every_format = pytest.mark.parametrize("form", [f for f in FORMATS.values() if f.computes], ids=lambda f: f.name)


@every_format
def test_products_are_1_to_about_the_square_of_the_unit_roundoff(form):
    x = products(form, 20)
    assert x.dtype == form.dtype
    values = reference("log_likelihood", x)
    assert all(abs(value) < 4096 * form.u**2 for value in values)


@pytest.mark.parametrize("name", ["bfloat16", "float32", "float64"])
def test_divergences_are_far_below_what_cancels(name):
    form = FORMATS[name]
    p, q = divergences(form, 20)
    assert p.dtype == q.dtype == form.dtype
    assert np.all((p >= 0) & (q >= 0) & (p <= 1) & (q <= 1))
    values = reference("kl_divergence", p, q)
    assert all(0 < abs(value) < form.u**2 for value in values)


def test_the_same_seed_is_the_same_instances():
    assert np.array_equal(products(FORMATS["float32"], 5, "a"), products(FORMATS["float32"], 5, "a"))
    assert not np.array_equal(products(FORMATS["float32"], 5, "a"), products(FORMATS["float32"], 5, "b"))
