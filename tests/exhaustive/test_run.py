"""A sweep from end to end: the same bytes from any workers and surroundings, and after any damage."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from study.exhaustive import run, shards
from study.exhaustive import stored as stored_tables
from study.exhaustive.specification import Specification
from study.exhaustive.tally import Tally
from study.formats import FORMATS
from study.inputs.domains import led
from study.report import exhaustive
from study.runs import store

SPEC = Specification("sigmoid", "float16", ("naive", "ratio", "half_tanh", "two_branch", "faithful"))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def tables():
    return {path.name: path.read_bytes() for path in sorted(Path("results/exhaustive").rglob("*.csv"))}


def stored():
    return sorted(Path(".cache/sweeps").rglob("*.json"))


def test_damage_is_recomputed_and_nothing_else(folder, monkeypatch):
    run.run(SPEC, jobs=1)
    whole, files = tables(), stored()
    assert len(whole) == 2
    assert len(files) == 16
    before = {path: path.stat().st_mtime_ns for path in files}
    text = files[0].read_text()
    files[0].write_text(text[: len(text) // 2])
    files[1].write_text("")
    files[2].unlink()
    files[3].write_text(files[3].read_text().replace("4096", "4097", 1))
    files[4].write_bytes(b"\xff\x00")
    files[5].write_text(files[6].read_text())
    Path("results/exhaustive/sigmoid_float16/summary.csv").write_text("torn")
    files[7].with_name("tmp0").write_text("left by a process that was killed")
    run.run(SPEC, jobs=2)
    assert tables() == whole
    assert sorted(path for path in Path(".cache").rglob("*") if path.is_file()) == files
    unchanged = [path for path in files if path.stat().st_mtime_ns == before[path]]
    assert unchanged == files[6:]


def test_a_part_is_merged_into_what_is_stored(folder):
    _, left = run.run(SPEC, jobs=1)
    assert left == []
    whole = tables()
    part = replace(SPEC, algorithms=("two_branch",))
    _, left = run.run(part, jobs=1)
    assert left == ["naive", "ratio", "half_tanh", "faithful"]
    assert tables() == whole
    summary = store.read_csv(Path("results/exhaustive/sigmoid_float16/summary.csv"))
    library = summary[:1].assign(algorithm="torch.sigmoid")
    store.write_csv(Path("results/exhaustive/sigmoid_float16/summary.csv"), pd.concat([summary, library]))
    assert run.run(SPEC, jobs=1)[1] == ["torch.sigmoid"]
    assert (
        list(store.read_csv(Path("results/exhaustive/sigmoid_float16/summary.csv"))["algorithm"])[-1] == "torch.sigmoid"
    )


def test_rows_that_were_left_keep_what_they_were_measured_with(folder):
    run.run(SPEC, jobs=1)
    path = Path("results/exhaustive/sigmoid_float16/provenance.json")
    facts = json.loads(path.read_text())
    path.write_text(json.dumps({**facts, "numpy": "2.3.0"}))
    run.run(replace(SPEC, algorithms=("naive",)), jobs=1)
    now = json.loads(path.read_text())
    assert (now["numpy"], now["earlier"]["ratio"]["numpy"]) == (facts["numpy"], "2.3.0")
    run.run(SPEC, jobs=1)
    assert json.loads(path.read_text()) == facts


def test_a_part_is_not_merged_into_damage(folder):
    run.run(SPEC, jobs=1)
    path = Path("results/exhaustive/sigmoid_float16/summary.csv")
    path.write_text("torn")
    with pytest.raises(store.DamagedResultsError, match=r"summary.csv is not as it was written; restore it"):
        run.run(replace(SPEC, algorithms=("naive",)), jobs=1)
    assert path.read_text() == "torn"


def test_every_input_is_counted(folder):
    run.run(SPEC, jobs=1)
    path = Path("results/exhaustive/sigmoid_float16/summary.csv")
    summary, histogram = (store.read_csv(path.with_name(f"{name}.csv")) for name in stored_tables.NAMES)
    assert list(stored_tables.unaccounted(summary, histogram)) == []
    for column, what in (("inputs", "inputs"), ("count", "results"), ("normal", "outcomes")):
        short = summary.assign(**{column: summary[column] - 1})
        (line, *_) = stored_tables.unaccounted(short, histogram)
        assert f" {what}; every input makes 65,536" in line
    assert len(list(stored_tables.unaccounted(summary, histogram[histogram["algorithm"] != "naive"]))) == 1
    store.write_csv(path, summary.assign(count=summary["count"] - 1))
    with pytest.raises(store.DamagedResultsError, match=r"summary.csv: sigmoid naive in float16 has 65,535 results"):
        exhaustive.tables()


@pytest.mark.parametrize(
    ("name", "form", "length", "due"),
    [
        ("exp", "float16", 1, (65536, 65536)),
        ("softmax", "float8_e5m2", 3, (2**24, 3 * 2**24)),
        ("binary_cross_entropy_with_logits", "float16", 1, (2**32, 65536 * (0x3C00 + 2))),
        ("lgamma", "bfloat16", 1, (65536, 0x7F80 + 2)),
        ("poisson_nll", "float16", 1, (2**32, 7170 * (0x7C00 + 2))),
    ],
)
def test_how_many_inputs_and_results_there_are(name, form, length, due):
    assert stored_tables.every(name, FORMATS[form], length) == due


@pytest.mark.parametrize("form", ["float16", "bfloat16", "float8_e4m3fn", "float8_e5m2"])
@pytest.mark.parametrize("domain", ["probability", "positive", "count"])
def test_as_many_numbers_lie_in_a_domain_as_are_counted(domain, form):
    kind = FORMATS[form]
    every = np.arange(2**kind.bits, dtype=f"u{kind.bits // 8}").view(kind.dtype)
    with np.errstate(invalid="ignore"):
        inside = (every >= 0) & (every == led(domain, every))
    assert stored_tables.inside(domain, kind) == inside.sum()


def test_other_code_or_another_specification_is_another_shard(folder):
    shard = next(SPEC.shards())
    shard = replace(shard, algorithms=("naive", "two_branch"))
    shards.write(shard, "one", {name: Tally() for name in shard.algorithms})
    assert shards.read(shard, "one") == {"naive": Tally(), "two_branch": Tally()}
    assert shards.read(shard, "two") == {}
    assert shards.read(list(SPEC.shards())[1], "one") == {}
    shards.write(replace(shard, algorithms=("ratio",)), "one", {"ratio": Tally()})
    assert list(shards.read(shard, "one")) == ["naive", "two_branch", "ratio"]


def test_a_worker_with_other_code_refuses(folder):
    with pytest.raises(run.AnotherMachineError, match="would be mixed"):
        run._work((next(SPEC.shards()), "another"))


def test_tallies_add_up_in_any_order():
    tallies = [Tally(1, worst_ulp=w, worst_input=i) for w, i in ((1.0, 5), (2.0, 9), (2.0, 3), (0.0, 1))]
    forward, backward = sum(tallies, Tally()), sum(reversed(tallies), Tally())
    assert forward == backward
    assert (forward.count, forward.worst_ulp, forward.worst_input) == (4, 2.0, 3)


def test_a_full_disk_is_named_and_leaves_no_half_file(folder, monkeypatch):
    def full(_fd):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        run.run(SPEC, jobs=1)
    assert not list(Path(".cache").rglob("*.*"))
    monkeypatch.undo()
    monkeypatch.chdir(folder)
    run.run(SPEC, jobs=1)
    assert len(stored()) == 16


@pytest.mark.parametrize("how", ["ulimit -f 1", "touch results"])
def test_a_disk_that_takes_nothing_is_one_line_with_a_file_name(folder, how):
    command = (
        f"{how}; exec {sys.executable} -m study sweep sigmoid --format float16 --algorithms {','.join(SPEC.algorithms)}"
    )
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("Error")]
    assert ".cache/sweeps/" in line or "results/exhaustive/sigmoid_float16" in line
    assert "Traceback" not in done.stderr
    assert not list(Path(".cache").rglob("tmp*"))
    Path("results").unlink(missing_ok=True)
    run.run(SPEC, jobs=1)
    assert len(tables()) == 2


@pytest.mark.parametrize(
    "surroundings",
    [
        {"JOBS": "4", "PYTHONHASHSEED": "77", "LC_ALL": "C.UTF-8", "TZ": "Asia/Kathmandu", "OMP_NUM_THREADS": "3"},
    ],
)
def test_surroundings_do_not_matter(folder, surroundings):
    command = [sys.executable, "-m", "study", "sweep", "sigmoid", "--format", "float16"]
    command += ["--algorithms", ",".join(SPEC.algorithms)]
    done = subprocess.run(command, env={**os.environ, **surroundings}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    elsewhere = tables()
    for path in stored():
        path.unlink()
    run.run(SPEC, jobs=2)
    assert tables() == elsewhere
