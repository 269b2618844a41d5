"""A function that looks at its neighbours is seen; one that does not is said to give one result."""

import numpy as np
import pytest

from study.libraries import company as module
from study.libraries.backends import BACKENDS, Backend, LibraryFunction

WHERE = ["rows", "strided rows", "columns"]


def total(x, axis):
    """Numbers added one by one along the axis: the same whatever lies beside them."""
    return np.add.accumulate(x, axis=axis).take(-1, axis=axis)


def of_the_batch(x, axis):
    """The same, but a batch of more than 16 is added the other way round."""
    rows = x.shape[1 - axis % 2]
    return total(np.flip(x, axis=axis) if rows > 16 else x, axis)


def in_c_order(x, axis):
    """The same, added the other way round where the row is strided."""
    return total(x if x.strides[axis] == x.itemsize else np.flip(x, axis=axis), axis)


@pytest.fixture
def measured(monkeypatch):
    def made(function):
        added = LibraryFunction("log_likelihood", "toy.sum", lambda _f, x, axis: function(np.log(x), axis))
        toy = Backend(name="toy", distribution="numpy", module="numpy", functions=(added,), formats=("float32",))
        monkeypatch.setitem(BACKENDS, "toy", toy)
        monkeypatch.setattr(module, "_ours", lambda _problems: [])
        monkeypatch.setattr("study.libraries.backends.base._resolved", lambda name: name)
        return module.company(["toy"], ["log_likelihood"]).set_index("company")

    return made


def test_what_looks_at_nothing_but_the_row_has_one_result(measured):
    table = measured(total)
    assert list(table.index) == WHERE
    assert (table["results"] == 1).all()
    assert not table[["differing", "spread_ulps", "first"]].to_numpy().any()


def test_what_depends_on_the_batch_is_seen_from_the_smallest_on(measured):
    table = measured(of_the_batch)
    assert (table["results"] == 2).all()
    assert (table["first"] == 129).all()
    assert (table["differing"] > 0).all()
    assert (table["spread_ulps"] >= 1).all()


def test_what_depends_on_memory_is_told_apart(measured):
    table = measured(in_c_order)
    assert table["results"].to_dict() == {"rows": 1, "strided rows": 2, "columns": 2}


def test_a_number_beside_no_number_is_infinitely_far():
    far = module._spread([np.array([1.0, np.nan]), np.array([1.0, 2.0])])
    assert far == np.inf
    assert module._spread([np.array([np.inf, 1.0]), np.array([np.inf, 1.0 + 2**-52])]) == 1


def test_our_formulas_are_measured_beside_the_libraries(monkeypatch):
    monkeypatch.setattr(module, "LENGTHS", (3, 50))
    monkeypatch.setattr(module, "BATCHES", (2, 129))
    table = module.company([], ["log_likelihood"])
    assert set(table["backend"]) == {module.OURS}
    assert "faithful" in set(table["algorithm"])
    assert (table["results"] == 1).all()
