"""Measured with some of its libraries: what is absent is named, what is broken breaks nothing, no row is made up."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from study.cli import main
from study.libraries.backends import BACKENDS
from study.runs import machine, partial, runner, store

ROOT = Path(__file__).parents[2]
SOURCE = '''"""Who is there?"""
import sys

import pandas as pd

from study.libraries.backends import BACKENDS, Backend
from study.libraries.tables import present
from study.runs.experiment import Experiment

for name in ("lent", "gone", "broken"):
    BACKENDS[name] = Backend(name=name, distribution="numpy", module=f"toy_{name}", functions=())
    sys.modules[f"study.libraries.backends.{name}"] = sys.modules[__name__]
NAMES = ("gone", "numpy", "broken", "lent")


def who():
    return pd.DataFrame({"problem": p, "backend": b.name, "ulps": 0.1} for p in "ab" for b in present(NAMES))


experiment = Experiment(__file__, __doc__, tables={"who": who}, backends=NAMES)
'''


@pytest.fixture
def experiment(tmp_path, monkeypatch):
    """Of NumPy, a library that is there, one that breaks when imported and one that is not there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "toy_lent.py").write_text("")
    (tmp_path / "toy_broken.py").write_text("raise OSError('libtoy.so: cannot open shared object file')")
    (tmp_path / "experiments").mkdir()
    (tmp_path / "experiments" / "roll.py").write_text(SOURCE)
    yield runner.load(tmp_path / "experiments" / "roll.py")
    for name in ("lent", "gone", "broken"):
        del BACKENDS[name], sys.modules[f"study.libraries.backends.{name}"]


def stored():
    return [tuple(row) for row in store.read_table("roll", "who").to_numpy().tolist()]


def test_what_is_absent_and_what_is_broken_is_told_apart(experiment):
    assert experiment.absent() == {
        "gone": "not installed",
        "broken": "cannot be imported: OSError: libtoy.so: cannot open shared object file",
    }
    assert "toy_broken" not in sys.modules


def test_unasked_nothing_is_measured_where_one_is_absent(experiment):
    assert runner.run_experiments([experiment]) == []
    assert runner.run_experiments([experiment], asked=["broken", "gone"]) == []
    assert not (store.RESULTS / "roll").exists()


def test_asked_for_a_library_is_measured_and_absent_ones_have_no_rows(experiment):
    assert runner.run_experiments([experiment], jobs=1, asked=["lent"]) == ["roll"]
    assert stored() == [("a", "numpy", 0.1), ("a", "lent", 0.1), ("b", "numpy", 0.1), ("b", "lent", 0.1)]
    facts = json.loads((store.RESULTS / "roll" / store.PROVENANCE).read_text(encoding="utf-8"))
    assert {"gone", "broken"}.isdisjoint(facts)
    assert "lent" in facts
    assert runner.run_experiments([experiment], jobs=1, asked=["lent"]) == []


OTHERS = pd.DataFrame(
    {
        "problem": ["a", "a", "a", "b", "b", "b"],
        "backend": ["gone", "numpy", "lent"] * 2,
        "ulps": ["0.30", "0.9", "0.9"] * 2,
    }
)


@pytest.mark.parametrize("here", [True, False], ids=["this machine", "another"])
def test_rows_of_the_absent_are_kept_as_they_are_or_left_out_if_of_another_machine(experiment, here):
    store.write_table("roll", "who", OTHERS)
    store.write_provenance("roll", machine.provenance() | {"gone": "7.0"} | ({} if here else {"numerics": "another"}))
    runner.run_experiments([experiment], jobs=1, asked=["lent"])
    theirs = [("a", "gone", 0.3), ("b", "gone", 0.3)] if here else []
    assert [row for row in stored() if row[1] == "gone"] == theirs
    assert [row for row in stored() if row[1] == "lent"] == [("a", "lent", 0.1), ("b", "lent", 0.1)]
    text = (store.RESULTS / "roll" / "who.csv").read_text(encoding="utf-8")
    assert ("a,gone,0.30\na,numpy,0.1\na,lent,0.1\nb,gone,0.30\n" in text) is here
    facts = json.loads((store.RESULTS / "roll" / store.PROVENANCE).read_text(encoding="utf-8"))
    assert facts.get("gone") == ("7.0" if here else None)


def test_where_the_number_of_rows_has_changed_what_was_made_stands_at_the_end():
    made = pd.DataFrame({"problem": ["a"], "backend": ["lent"], "new": ["1"]})
    assert partial.joined(OTHERS, made, {"gone", "numpy"}).to_numpy().tolist() == [
        ["a", "gone", "0.30", ""], ["a", "numpy", "0.9", ""], ["b", "gone", "0.30", ""], ["b", "numpy", "0.9", ""],
        ["a", "lent", "", "1"],
    ]  # fmt: skip


def test_the_command_says_what_it_left_out(experiment, monkeypatch):
    monkeypatch.setattr("study.cli.results._report", list)
    said = CliRunner().invoke(main, ["run", "--backends", "lent gone"]).output
    assert "roll: gone not installed, broken cannot be imported: OSError: libtoy.so" in said
    assert "left out" in said
    assert "computed: roll" in said
    refused = CliRunner().invoke(main, ["run", "--backends", "nobody"])
    assert (refused.exit_code, "no backend named 'nobody'" in refused.output) == (2, True)


def test_lock_files_of_libraries_agree_with_each_other_and_with_the_rest():
    pins = {}
    for file in [ROOT / "requirements" / "run.txt", *sorted((ROOT / "requirements" / "libraries").glob("*.txt"))]:
        for line in file.read_text(encoding="utf-8").splitlines():
            name, found, version = line.removesuffix(" \\").partition("==")
            if found and not line.startswith(" "):
                marker = version.partition(" ; ")[2]
                assert pins.setdefault((name, marker), version) == version, f"{file.name}: {name}"
    assert len(pins) > 40


@pytest.mark.parametrize("name", [b.name for b in BACKENDS.values()])
def test_every_library_can_be_installed_by_name(name):
    ours = (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8")
    locked = ROOT / "requirements" / "libraries" / f"{name}.txt"
    assert f"\n{BACKENDS[name].distribution}==" in ours or locked.exists()
    if locked.exists():
        made = subprocess.run(
            [shutil.which("make") or "make", "--dry-run", f".venv/library-{name}"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        assert f"requirements/libraries/{name}.txt" in made.stdout or "up to date" in made.stdout
