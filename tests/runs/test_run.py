import json
import os
import subprocess
import sys

import pytest

from study.runs import machine, runner, store

SOURCE = '''"""Is it so? Yes.

Because.
"""
from study.runs.experiment import Experiment, Finding, Sweep
from study.inputs.families import uniform

experiment = Experiment(
    __file__, __doc__,
    tables={"sweep": Sweep("n", [2, 30], [uniform(0.5, 1)], {"likelihood": None}, formats=["float16"], rows=int)},
    findings=[Finding(lambda tables: f"{len(tables['sweep'])} rows", rank=1)],
)
'''
MAIN = """
if __name__ == "__main__":
    from study.runs.runner import run_experiments

    run_experiments([experiment])
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "experiments").mkdir()
    for name in ("first", "second"):
        (tmp_path / "experiments" / f"{name}.py").write_text(SOURCE)
    return tmp_path


def test_the_docstring_is_the_question(folder):
    experiment = runner.load(folder / "experiments" / "first.py")
    assert (experiment.name, experiment.question, experiment.why) == ("first", "Is it so? Yes.", "Because.")


def test_nothing_changed_recomputes_nothing(folder):
    assert runner.run_experiments(runner.discover(), jobs=1) == ["first", "second"]
    assert runner.run_experiments(runner.discover(), jobs=1) == []
    recorded = json.loads((folder / "results" / "first" / store.PROVENANCE).read_text(encoding="utf-8"))
    assert recorded == machine.provenance()


def test_touching_one_recomputes_that_one_only(folder):
    runner.run_experiments(runner.discover(), jobs=1)
    path = folder / "experiments" / "first.py"
    os.utime(path, ns=(1, 1))
    assert runner.run_experiments(runner.discover(), jobs=1) == ["first"]


def test_a_damaged_or_deleted_table_is_recomputed(folder):
    runner.run_experiments(runner.discover(), jobs=1)
    table = folder / "results" / "first" / "sweep.csv"
    whole = table.read_bytes()
    table.write_bytes(whole[:-10])
    assert runner.run_experiments(runner.discover(), jobs=1) == ["first"]
    assert table.read_bytes() == whole
    table.unlink()
    assert runner.run_experiments(runner.discover(), jobs=1) == ["first"]
    assert table.read_bytes() == whole


def test_the_library_that_an_experiment_uses_counts_and_the_rest_does_not(folder):
    used = store.sources(runner.roots(runner.load(folder / "experiments" / "first.py")), skip=runner.NOT_COMPUTING)
    names = {path.name for path in used}
    assert {"families.py", "case.py", "certify.py", "reductions.py", "errors.py", "likelihood.py"} <= names
    assert not {"verdict.py", "group.py", "findings.py"} & names
    assert "softmax.py" not in {path.name for path in used if path.parent.name == "problems"}


def test_any_number_of_workers_gives_the_same_bytes(folder):
    tables = []
    for jobs in (1, 2, 5):
        runner.run_experiments(runner.discover(["first"]), jobs=jobs)
        tables.append((folder / "results" / "first" / "sweep.csv").read_bytes())
        store.STAMPS.joinpath("first.json").unlink()
    assert tables[0] == tables[1] == tables[2]


def test_unknown_names_are_answered_with_near_ones(folder):
    with pytest.raises(ValueError, match="no experiment named 'frist'; did you mean: first"):
        runner.discover(["frist"])


def test_a_folder_without_experiments_says_so(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="no experiments in"):
        runner.discover()


def test_a_file_that_declares_none_says_so(folder):
    (folder / "experiments" / "empty.py").write_text("x = 1\n")
    with pytest.raises(TypeError, match=r"empty.py declares no experiment"):
        runner.discover()


def test_an_experiment_that_raises_leaves_the_stored_tables(folder):
    runner.run_experiments(runner.discover(), jobs=1)
    table = folder / "results" / "first" / "sweep.csv"
    whole = table.read_bytes()
    path = folder / "experiments" / "first.py"
    path.write_text(SOURCE.replace('{"likelihood": None}', '{"no_such": None}'))
    with pytest.raises(ValueError, match="no problem named 'no_such'"):
        runner.run_experiments(runner.discover(), jobs=1)
    assert table.read_bytes() == whole


def test_an_experiment_runs_by_itself(folder):
    path = folder / "experiments" / "first.py"
    path.write_text(SOURCE + MAIN)
    done = subprocess.run([sys.executable, str(path)], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (folder / "results" / "first" / "sweep.csv").exists()
