import numpy as np
import pytest

from study.formats import FORMATS
from study.measurement.threshold import first_integer, first_number


@pytest.mark.parametrize("first", [1, 2, 3, 7, 8, 1000, 12345])
def test_first_integer_is_found(first):
    assert first_integer(lambda n: n >= first) == first


def test_no_failure_is_none():
    assert first_integer(lambda _: False, limit=100) is None
    assert first_number(lambda _: False, FORMATS["float16"]) is None


@pytest.mark.parametrize("form", FORMATS.values(), ids=str)
def test_first_number_is_the_formats_own(form):
    edge = form.round(3.3)
    assert first_number(lambda x: bool(x >= edge), form) == float(edge)
    assert first_number(lambda x: bool(x > np.array(form.xmax).astype(form.dtype) / 2), form) > form.xmax / 2
