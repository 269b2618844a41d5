"""Seeded inputs: the same numbers whoever asks and in whatever order, rounded once."""

import numpy as np
import pytest

from study.formats import FORMATS
from study.inputs.battery import battery
from study.inputs.families import constant, generator, rounded, scaled_normal, shifted_normal, uniform


def test_a_generator_depends_on_its_key_alone():
    first = generator("a", 1.0).random(3)
    generator("b").random(100)
    np.random.default_rng(0).random(5)
    assert (generator("a", 1.0).random(3) == first).all()
    for other in (("a", 2.0), ("b", 1.0), ("a",), ("a", 1.0, "c")):
        assert (generator(*other).random(3) != first).all()


@pytest.mark.parametrize("n", [1, 2, 3, 10])
@pytest.mark.parametrize("family", [scaled_normal, shifted_normal])
@pytest.mark.parametrize("top", [0.5, 11.0, 700.0])
def test_the_largest_logit_is_the_parameter(family, n, top):
    x, target = family(n).draw(generator("test"), 300, top)
    assert x.shape == (300, n)
    assert np.allclose(x.max(axis=-1), top, rtol=1e-15)
    assert set(np.unique(target)) <= set(range(n))


def test_uniform_numbers_lie_within_their_limits_and_constants_are_one_instance():
    (x,) = uniform(0.25, 0.5).draw(generator("test"), 50, 40)
    assert x.shape == (50, 40)
    assert x.min() >= 0.25
    assert x.max() < 0.5
    (y,) = constant(0.1).draw(generator("test"), 50, 40)
    assert y.shape == (1, 40)
    assert (y == 0.1).all()


@pytest.mark.parametrize("form", FORMATS)
def test_numbers_are_rounded_to_the_format_and_indices_are_left_alone(form):
    x, index = np.array([0.1, 1 + 2.0**-8 + 2.0**-40]), np.array([3])
    numbers, same = rounded(FORMATS[form], (x, index))
    assert numbers.dtype == FORMATS[form].dtype
    assert (numbers == FORMATS[form].round(x)).all()
    assert same is index


def test_rows_of_a_length_are_ordinary_ones_and_fewer_where_they_are_long():
    kinds = battery("nll", "float32", [3, 128256])
    assert {kind: [a.shape for a in args] for kind, args in kinds.items()} == {
        "length 3": [(64, 3), (64,)],
        "length 128256": [(2, 128256), (2,)],
    }
    assert 0.99 < kinds["length 128256"][0].std() < 1.01
    assert battery("likelihood", "float32", [5])["length 5"][0].min() >= 0.05
    again = battery("nll", "float32", [128256])["length 128256"]
    assert all((a == b).all() for a, b in zip(again, kinds["length 128256"], strict=True))
    with pytest.raises(ValueError, match="softplus takes numbers, no rows"):
        battery("softplus", "float32", [5])
