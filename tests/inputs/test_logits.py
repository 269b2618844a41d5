"""Logits as they come: every kind of file says the same, and what is wrong is said in one line."""

import sys

import ml_dtypes
import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet
from safetensors.numpy import save_file

from study.inputs import logits
from study.inputs.logits import READERS, load, opened

LOGITS = np.array([[1.0, 2.0, 3.0], [100.0, 0.0, -5.0]])


def test_npy_npz_and_csv_say_the_same(tmp_path):
    np.save(tmp_path / "x.npy", LOGITS)
    np.save(tmp_path / "t.npy", np.array([2, 0]))
    np.savez(tmp_path / "x.npz", logits=LOGITS, targets=[2, 0])
    (tmp_path / "x.csv").write_text("a,b,c,target\n1,2,3,2\n100,0,-5,0\n")
    for found, targets in (
        load(tmp_path / "x.npy", tmp_path / "t.npy"),
        load(tmp_path / "x.npz"),
        load(tmp_path / "x.csv"),
    ):
        assert np.array_equal(found, LOGITS)
        assert np.array_equal(targets, [2, 0])


@pytest.mark.parametrize(
    ("content", "targets", "says"),
    [
        (np.array(1.0), None, r"has shape \(\); logits are \(…, classes\) and not empty"),
        (np.zeros((3, 0)), None, r"has shape \(3, 0\)"),
        (np.array([[1.0, 2.0], [1.0, np.nan]]), None, r"has nan at \(1, 1\) \(vector, class\)"),
        (np.array([[[1.0, 2.0], [np.inf, 1.0]]]), None, r"has inf at \(0, 1, 0\)"),
        (np.full((2, 2), -np.inf), None, "is masked throughout"),
        (LOGITS > 1, None, "holds bool; logits are real numbers"),
        (LOGITS.astype("V2"), None, "save it as .safetensors"),
        (np.zeros((0, 3)), None, "not empty"),
        (LOGITS, [0], "1 targets for 2 vectors"),
        (LOGITS, [0, 3], "whole numbers from 0 to 2; that of vector 1 is 3"),
        (LOGITS, [0, -100], "is -100; --ignore-index -100 leaves such out"),
        (LOGITS, [0.5, 1], "whole numbers"),
        (LOGITS, [0, np.nan], "that of vector 1 is nan"),
        (np.array([["a", "b"]]), None, "holds <U1; logits are real numbers"),
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


@pytest.mark.parametrize("content", [b"", b"\x07 nothing of the kind \n" * 9])
@pytest.mark.parametrize("name", ["x.txt", *(f"x{ending}" for ending in READERS)])
def test_damaged_files_are_named(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=name):
        load(tmp_path / name)


def test_mat_files_and_columns(tmp_path):
    from scipy.io import savemat

    savemat(tmp_path / "one.mat", {"L": LOGITS.T})
    savemat(tmp_path / "two.mat", {"L": LOGITS.T, "other": LOGITS, "targets": [[2, 0]]})
    found, targets = load(tmp_path / "one.mat", axis=0)
    assert np.array_equal(found, LOGITS)
    assert targets is None
    found, targets = load(tmp_path / "two.mat", axis=0, variable="L")
    assert np.array_equal(found, LOGITS)
    assert np.array_equal(targets, [2, 0])
    with pytest.raises(ValueError, match="no array named 'logits'; name one with --variable: L, other, targets"):
        load(tmp_path / "two.mat")
    with pytest.raises(ValueError, match=r"axis must be one of the 2 of .*, not 2"):
        load(tmp_path / "one.mat", axis=2)


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "bfloat16", "float8_e5m2", "float8_e4m3fn"])
def test_safetensors_of_every_format_are_read_where_they_lie(tmp_path, dtype):
    x = np.array([[[0.0, -2.0], [-np.inf, 3.5]]])
    x = np.maximum(x, -448) if dtype == "float8_e4m3fn" else x
    held = x.astype(getattr(ml_dtypes, dtype, dtype))
    save_file({"logits": held, "targets": np.array([[1, 0]])}, tmp_path / "x.safetensors")
    with opened(tmp_path / "x.safetensors") as found:
        assert found.stored.path == tmp_path / "x.safetensors"
        assert found.stored.dtype == held.dtype
        assert np.array_equal(found.stored.read(0, 2).astype(float), x.reshape(2, 2))
        assert found.targets.tolist() == [1, 0]
        assert (found.least, found.largest, found.masked) == ((-448, 3.5, 0) if x.min() > -999 else (-2, 3.5, 1))


def test_a_safetensors_file_with_several_tensors_wants_a_name(tmp_path):
    save_file({"a": LOGITS, "b": 2 * LOGITS}, tmp_path / "x.safetensors")
    with pytest.raises(ValueError, match="no tensor named 'logits'; name one with --variable: a, b"):
        load(tmp_path / "x.safetensors")
    assert np.array_equal(load(tmp_path / "x.safetensors", variable="b")[0], 2 * LOGITS)
    save_file({"logits": LOGITS > 1}, tmp_path / "x.safetensors")
    with pytest.raises(ValueError, match="'logits' is BOOL, which is not read"):
        load(tmp_path / "x.safetensors")


def test_parquet_has_a_column_of_lists_or_a_column_a_class(tmp_path):
    tables = (
        pa.table({"logits": list(LOGITS.astype(np.float32)), "target": [2, 0]}),
        pa.table({"a": LOGITS[:, 0], "b": LOGITS[:, 1], "target": [2, 0], "c": LOGITS[:, 2]}),
    )
    for table in tables:
        parquet.write_table(table, tmp_path / "x.parquet")
        found, targets = load(tmp_path / "x.parquet")
        assert np.array_equal(found, LOGITS)
        assert np.array_equal(targets, [2, 0])


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"l": [[1.0, 2.0], [1.0]]}, "lists of 'l' are of several lengths"),
        ({"l": [[1.0, 2.0], None]}, "lists of 'l' are of several lengths"),
        ({"l": [[1.0, None]]}, r"has nan at \(0, 1\)"),
        ({"a": ["x"]}, "other things than numbers"),
        ({"target": [1]}, "has shape"),
        ({"k": [[1.0]], "l": [[1.0]]}, "several columns of lists; name one with --variable: k, l"),
        ({"a": [1.0], "b": [2.0], "target": [None]}, "targets must be whole numbers"),
    ],
)
def test_a_parquet_file_that_is_no_logits_is_told(tmp_path, columns, says):
    parquet.write_table(pa.table(columns), tmp_path / "x.parquet")
    with pytest.raises(ValueError, match=says):
        load(tmp_path / "x.parquet")


@pytest.mark.parametrize("package", ["pyarrow", "safetensors"])
def test_a_package_that_is_absent_is_named_with_its_remedy(tmp_path, monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    ending = {"pyarrow": ".parquet", "safetensors": ".safetensors"}[package]
    (tmp_path / f"x{ending}").write_bytes(b"")
    remedy = rf"read by {package}, which is not installed: pip install 'precision-study\[files\]'"
    with pytest.raises(ImportError, match=remedy):
        load(tmp_path / f"x{ending}")


def test_ignored_targets_are_left_out(tmp_path):
    np.save(tmp_path / "x.npy", LOGITS)
    np.save(tmp_path / "t.npy", np.array([[-100], [1]]))
    with opened(tmp_path / "x.npy", tmp_path / "t.npy", ignore=-100) as found:
        assert found.targets.tolist() == [logits.IGNORED, 1]
    np.save(tmp_path / "t.npy", np.array([-100, -100]))
    with (
        pytest.raises(ValueError, match="every target is -100"),
        opened(tmp_path / "x.npy", tmp_path / "t.npy", ignore=-100),
    ):
        pass


def test_what_is_unpacked_goes_when_it_is_done(tmp_path):
    np.savez_compressed(tmp_path / "x.npz", logits=LOGITS)
    with opened(tmp_path / "x.npz") as found:
        path = found.stored.path
        assert path.exists()
    assert not path.exists()


def test_a_table_is_read_in_parts(tmp_path, monkeypatch):
    monkeypatch.setattr("study.inputs.readers.BLOCK", 6)
    rows = np.arange(30.0).reshape(10, 3)
    text = "a,b,c,target\n" + "".join(f"{a},{b},{c},{i % 3}\n" for i, (a, b, c) in enumerate(rows))
    (tmp_path / "x.csv").write_text(text)
    found, targets = load(tmp_path / "x.csv")
    assert np.array_equal(found, rows)
    assert targets.tolist() == [i % 3 for i in range(10)]


def test_a_disk_that_is_too_small_is_told_before_it_is_full(tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("usage", (), {"free": 10}))
    np.savez(tmp_path / "x.npz", logits=LOGITS)
    with pytest.raises(ValueError, match=r"unpacked it may take 176 bytes, and .* has 10; TMPDIR names another"):
        load(tmp_path / "x.npz")
