"""Vectors read from where they lie: any leading axes, orders, axes and byte orders."""

import numpy as np
import pytest

from study.inputs.stored import Stored


def written(path, array, **options):
    array.tofile(path) if array.flags.c_contiguous else array.T.tofile(path)
    return Stored(path, array.dtype, array.shape, fortran=not array.flags.c_contiguous, **options)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("axis", [-1, 0, 1, 2])
@pytest.mark.parametrize("dtype", ["<f4", ">f4", "<f8", "<i2"])
def test_vectors_are_those_of_the_array(tmp_path, order, axis, dtype):
    array = np.asarray(np.arange(24).reshape(2, 3, 4).astype(dtype), order=order)
    stored = written(tmp_path / "x", array, axis=axis)
    rows = np.moveaxis(array, axis, -1).reshape(-1, array.shape[axis])
    assert (stored.vectors, stored.length) == rows.shape
    for start, stop in ((0, 1), (1, 4), (0, 99)):
        found = stored.read(start, stop)
        assert np.array_equal(found, rows[start:stop])
        assert found.dtype == (np.float64 if dtype == "<i2" else np.dtype(dtype[1:]))
        assert found.flags.c_contiguous
        assert found.flags.owndata
    at = np.moveaxis(array, axis, -1)
    assert np.array_equal(at[stored.position(rows.shape[0] - 1)], rows[-1])


def test_one_vector_and_an_offset(tmp_path):
    (tmp_path / "x").write_bytes(b"head" + np.arange(3.0).tobytes())
    stored = Stored(tmp_path / "x", np.dtype(float), (3,), 4)
    assert stored.read(0, 1).tolist() == [[0, 1, 2]]
    assert (stored.vectors, stored.position(0)) == (1, ())


def test_a_step_is_at_least_a_vector(tmp_path):
    assert Stored(tmp_path, np.dtype(float), (9, 2**21)).step == 1
    assert Stored(tmp_path, np.dtype(float), (9, 2**16)).step == 4
