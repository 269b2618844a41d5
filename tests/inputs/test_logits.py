import numpy as np
import pytest

from study.inputs.logits import load

LOGITS = np.array([[1.0, 2.0, 3.0], [100.0, 0.0, -5.0]])


def test_npy_npz_and_csv_say_the_same(tmp_path):
    np.save(tmp_path / "x.npy", LOGITS)
    np.save(tmp_path / "t.npy", np.array([2, 0]))
    np.savez(tmp_path / "x.npz", logits=LOGITS, targets=[2, 0])
    (tmp_path / "x.csv").write_text("a,b,c,target\n1,2,3,2\n100,0,-5,0\n")
    for logits, targets in (
        load(tmp_path / "x.npy", tmp_path / "t.npy"),
        load(tmp_path / "x.npz"),
        load(tmp_path / "x.csv"),
    ):
        assert np.array_equal(logits, LOGITS)
        assert np.array_equal(targets, [2, 0])


@pytest.mark.parametrize(
    ("content", "targets", "says"),
    [
        (np.array([1.0, 2.0]), None, r"has shape \(2,\); logits are \(rows, classes\)"),
        (np.array([[1.0, np.nan]]), None, "not finite"),
        (np.zeros((0, 3)), None, "not empty"),
        (LOGITS, [0], "1 targets for 2 rows"),
        (LOGITS, [0, 3], "whole numbers from 0 to 2"),
        (LOGITS, [0.5, 1], "whole numbers"),
        (np.array([["a", "b"]]), None, "not finite numbers"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, content, targets, says):
    np.save(tmp_path / "x.npy", content)
    second = None
    if targets is not None:
        second = tmp_path / "t.npy"
        np.save(second, np.array(targets))
    with pytest.raises(ValueError, match=says):
        load(tmp_path / "x.npy", second)


@pytest.mark.parametrize("name", ["x.txt", "x.npy", "x.npz", "x.csv", "x.mat"])
def test_damaged_files_are_named(tmp_path, name):
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(ValueError, match=name):
        load(tmp_path / name)


def test_mat_files_and_columns(tmp_path):
    from scipy.io import savemat

    savemat(tmp_path / "one.mat", {"L": LOGITS.T})
    savemat(tmp_path / "two.mat", {"L": LOGITS.T, "other": LOGITS, "targets": [[2, 0]]})
    logits, targets = load(tmp_path / "one.mat", axis=0)
    assert np.array_equal(logits, LOGITS)
    assert targets is None
    logits, targets = load(tmp_path / "two.mat", axis=0, variable="L")
    assert np.array_equal(logits, LOGITS)
    assert np.array_equal(targets, [2, 0])
    with pytest.raises(ValueError, match="no array named 'logits'; name one with --variable: L, other, targets"):
        load(tmp_path / "two.mat")
    with pytest.raises(ValueError, match="axis must be 0"):
        load(tmp_path / "one.mat", axis=2)
