import numpy as np
import pytest

from study.libraries.backends import LAYOUTS, LibraryFunction, get_backend, laid_out

SEEN = []


def softmax(_, x, axis):
    SEEN.append((x.shape, axis, x.flags.c_contiguous))
    terms = np.exp(x)
    return terms / terms.sum(axis=axis, keepdims=True)


FUNCTION = LibraryFunction("softmax", "numpy.exp", softmax)
ROWS = LibraryFunction("softmax", "numpy.exp", lambda _, x: x)


@pytest.mark.parametrize(
    ("layout", "seen"),
    [("rows", ((3, 4), -1, True)), ("columns", ((4, 3), 0, True)), ("strided rows", ((3, 4), -1, False))],
)
def test_a_layout_changes_what_the_function_sees_and_not_the_result(layout, seen):
    x = np.arange(12.0).reshape(3, 4) / 7
    SEEN.clear()
    result = laid_out(get_backend("numpy"), FUNCTION, layout)(x)
    assert [seen] == SEEN
    np.testing.assert_allclose(result, np.exp(x) / np.exp(x).sum(axis=-1, keepdims=True), rtol=1e-15)


def test_layouts_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match="no layout named 'diagonal'; there are: rows, columns, strided rows"):
        laid_out(get_backend("numpy"), FUNCTION, "diagonal")
    with pytest.raises(ValueError, match="takes its vectors along the last axis only"):
        laid_out(get_backend("numpy"), ROWS, "columns")


def test_every_layout_is_described():
    assert all(LAYOUTS.values())
