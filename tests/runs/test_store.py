"""The results folder: whole files or none, damage named, and stamps that notice every change."""

import fcntl
import hashlib
import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from study.runs import digests, store

TABLE = pd.DataFrame({"name": ["a", "b"], "value": [0.1, np.inf], "hex": ["0x1p-3", "nan"], "gap": [np.nan, 5e-324]})


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_text_is_written_with_its_folders_and_replaced(folder):
    path = folder / "a" / "b.txt"
    store.write(path, "one\n")
    store.write(path, "two ∞\n")
    assert path.read_bytes() == "two ∞\n".encode()
    assert path.stat().st_mode & 0o777 == 0o644
    assert [p.name for p in (folder / "a").iterdir()] == ["b.txt"]


@pytest.mark.parametrize("moment", ["fsync", "replace"])
def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(folder, monkeypatch, moment):
    def fail(*_args):
        raise OSError("disk full")

    path = folder / "a.txt"
    store.write(path, "old")
    monkeypatch.setattr(*((os, "fsync") if moment == "fsync" else (Path, "replace")), fail)
    with pytest.raises(OSError, match="disk full"):
        store.write(path, "new")
    assert path.read_text() == "old"
    assert [p.name for p in folder.iterdir()] == ["a.txt"]


def test_what_a_killed_process_left_is_removed_and_what_is_being_written_is_not(folder):
    left, held = folder / "tmpleft", folder / "tmpheld"
    left.touch()
    with held.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        store.tidy(folder)
        assert held.exists()
    assert not left.exists()


def test_text_that_cannot_be_encoded_leaves_the_old_file(folder):
    path = folder / "a.txt"
    store.write(path, "old")
    with pytest.raises(UnicodeEncodeError):
        store.write(path, "\ud800")
    assert path.read_text() == "old"
    assert [p.name for p in folder.iterdir()] == ["a.txt"]


def test_a_table_comes_back_as_it_was():
    store.write_table("one", "sweep", TABLE)
    pd.testing.assert_frame_equal(store.read_table("one", "sweep"), TABLE, check_exact=True)


def test_every_digit_of_a_number_comes_back():
    bits = np.random.default_rng(1).integers(0, 2**64, 5000, dtype=np.uint64).view(np.float64)
    table = pd.DataFrame({"x": [*bits[np.isfinite(bits)], 5e-324, 1.7976931348623157e308, -np.inf]})
    store.write_table("one", "numbers", table)
    assert (store.read_table("one", "numbers")["x"].to_numpy() == table["x"].to_numpy()).all()


@pytest.mark.parametrize("damage", [b"", b"\xff\xfe\x00", b"a,b\n1,2\n1,2,3,4\n", b"\n\n"])
def test_a_damaged_table_is_named_with_what_to_do(folder, damage):
    path = folder / "results" / "one" / "sweep.csv"
    path.parent.mkdir(parents=True)
    path.write_bytes(damage)
    remedy = r"; restore it \(git checkout results/one/sweep.csv\) or make it anew \(study run one\)"
    with pytest.raises(store.DamagedResultsError, match=f"results/one/sweep.csv is not as it was written{remedy}"):
        store.read_table("one", "sweep")
    (path.parent / digests.FILE).write_text(json.dumps({path.name: [hashlib.sha256(damage).hexdigest()]}))
    with pytest.raises(store.DamagedResultsError, match=f"results/one/sweep.csv cannot be read .*{remedy}") as caught:
        store.read_table("one", "sweep")
    assert "\n" not in str(caught.value)


def test_a_missing_table_and_one_without_rows_are_named(folder):
    with pytest.raises(
        store.DamagedResultsError, match=r"results/one/sweep.csv is missing; restore it .*make it anew \(study run one"
    ):
        store.read_table("one", "sweep")
    store.write_table("one", "sweep", TABLE[:0])
    with pytest.raises(store.DamagedResultsError, match=r"results/one/sweep.csv has no rows; restore it"):
        store.read_table("one", "sweep")


def test_any_edit_of_a_table_is_damage(folder):
    store.write_table("one", "sweep", TABLE)
    store.write_table("one", "other", TABLE)
    assert not list(digests.damaged(store.RESULTS))
    path = store.RESULTS / "one" / "sweep.csv"
    path.write_text(path.read_text().replace("0.1", "0.2"))
    with pytest.raises(store.DamagedResultsError, match="not as it was written"):
        store.read_table("one", "sweep")
    (path.parent / "other.csv").unlink()
    assert [line.partition(";")[0] for line in digests.damaged(store.RESULTS)] == [
        "results/one/sweep.csv is not as it was written",
        "results/one/other.csv is missing",
    ]
    (path.parent / digests.FILE).unlink()
    assert len(list(digests.damaged(store.RESULTS))) == 1, "a table of which nothing is recorded is not believed"


@pytest.mark.parametrize("moment", ["the table", "its digest"])
def test_a_run_that_ends_between_a_table_and_its_digest_leaves_no_damage(folder, monkeypatch, moment):
    store.write_table("one", "sweep", TABLE)

    def killed(*_args):
        raise KeyboardInterrupt

    monkeypatch.setattr(*((store, "write") if moment == "the table" else (digests, "settle")), killed)
    with pytest.raises(KeyboardInterrupt):
        store.write_table("one", "sweep", TABLE[:1])
    monkeypatch.undo()
    assert len(store.read_csv(folder / "results/one/sweep.csv")) == (2 if moment == "the table" else 1)


# Stamps


@pytest.fixture
def made(folder):
    path = folder / "made.csv"
    path.write_text("1")
    store.stamp("one", "mark", [path])
    return path


def test_a_stamp_is_current_while_mark_and_files_are_the_same(made):
    assert store.is_current("one", "mark")
    assert not store.is_current("one", "another mark")
    assert not store.is_current("two", "mark")


def test_a_changed_or_missing_file_is_not_current(made):
    made.write_text("2")
    assert not store.is_current("one", "mark")
    made.write_text("1")
    assert store.is_current("one", "mark")
    made.unlink()
    assert not store.is_current("one", "mark")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "{}", '{"mark": "mark"}', '{"mark": "mark", "files": [1]}', "\x00"]
)
def test_a_damaged_stamp_is_not_current(made, text):
    (store.STAMPS / "one.json").write_text(text)
    assert not store.is_current("one", "mark")


def test_a_stamp_is_readable_json(made):
    assert json.loads((store.STAMPS / "one.json").read_text())["mark"] == "mark"


# Fingerprints


@pytest.fixture
def script(folder):
    path = folder / "script.py"
    path.write_text(
        "import numpy\nfrom study.formats import Format\n\ndef late():\n    from study.certified import exact\n"
    )
    return path


def test_a_fingerprint_is_the_same_twice_and_follows_the_source(script):
    before = store.fingerprint([script])
    assert store.fingerprint([script]) == before
    script.write_text(script.read_text() + "\n# changed\n")
    assert store.fingerprint([script]) != before


def test_a_fingerprint_follows_what_else_matters(script, monkeypatch):
    before = store.fingerprint([script], 1)
    assert store.fingerprint([script], 2) != before
    monkeypatch.setattr(store.metadata, "version", lambda _name: "0")
    assert store.fingerprint([script], 1) != before


def test_imports_are_followed_also_late_and_indirect_ones(script):
    names = {path.name for path in store.sources([script])}
    assert {"script.py", "format.py", "exact.py"} <= names
    script.write_text("import study.measurement.case\n")
    assert {"case.py", "errors.py", "exact.py"} <= {path.name for path in store.sources([script])}


def test_names_to_skip_are_not_followed(script):
    assert "exact.py" not in {path.name for path in store.sources([script], skip=("study.certified.exact",))}


def test_a_changed_library_changes_the_fingerprint(script, monkeypatch):
    before = store.fingerprint([script])
    read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda p: read(p) + (b"#" if p.name == "exact.py" else b""))
    assert store.fingerprint([script]) != before
