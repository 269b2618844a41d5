"""A stored number that was changed is not believed, whatever reads it: run, check or report."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from study.cli import main
from study.gate.verdict import Verdict
from study.problems.crosscheck import DisagreementError
from study.runs import store
from study.runs.execution import WorkerDiedError
from study.runs.fingerprint import fingerprint

CHANGED = {
    "libraries_all/row_sums.csv": ("16.0", "6.0"),
    "near_zero/normalised.csv": ("faithful", "faithfull"),
    "exhaustive/softplus_float16/summary.csv": ("12916", "12917"),
    "exhaustive/softplus_float16/histogram.csv": ("two_branch", "log1p"),
    "search/softplus_float64_two_branch/worst.csv": ("0x1", "0x2"),
    "cost/ratios.csv": ("naive", "native"),
    "baseline": ("0.5", "0.6"),
}


@pytest.fixture
def project(tmp_path, monkeypatch):
    """The experiments and the results, to be damaged."""
    for name in ("experiments", "results"):
        shutil.copytree(name, tmp_path / name, ignore=shutil.ignore_patterns("*.svg", "report.html", "__pycache__"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def command(*words):
    out = CliRunner().invoke(main, words)
    assert out.exception is None or isinstance(out.exception, SystemExit), out.exception
    return out


def damage(name):
    path = next(Path("results").glob(f"{name}/*.csv" if name == "baseline" else name))
    before, after = CHANGED[name]
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != text
    return path


@pytest.mark.parametrize("name", CHANGED)
@pytest.mark.parametrize(
    "words", [("check", "worked_example"), ("run", "worked_example"), ("report",)], ids=lambda w: w[0]
)
def test_a_changed_number_is_refused(project, name, words):
    path = damage(name)
    out = command(*words)
    if words == ("report",) and name == "baseline":
        assert out.exit_code == 0, "a report reads no baseline"
        return
    assert out.exit_code == 1
    (line,) = [line for line in out.output.splitlines() if line.startswith("Error: ")]
    assert f"{path} is not as it was written; restore it (git checkout {path}) or make it anew (" in line
    assert not Path("results/report.html").exists()


def test_a_damaged_table_that_can_be_computed_here_is(project):
    path = Path("results/worked_example/example.csv")
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"nll", b"lln", 1))
    assert command("run", "worked_example").exit_code == 0
    assert path.read_bytes() == whole


def test_without_results_what_is_missing_is_named_with_what_helps(project):
    shutil.rmtree("results")
    out = command("run", "worked_example")
    assert out.exit_code == 1
    assert Path("results/worked_example/example.csv").exists()
    assert "is missing; restore it (git checkout results/" in out.output
    assert "or make it anew (study run " in out.output


def test_a_baseline_cut_to_one_row_fails(project):
    (path,) = Path("results/baseline").glob(f"{fingerprint()}.csv")
    rows = store.read_csv(path)
    store.write_csv(path, rows[rows["experiment"] == "multilabel"][:1])
    out = command("check", "multilabel")
    assert out.exit_code == 1
    assert " lacks multilabel sweep multilabel_nll " in out.output


def test_without_a_baseline_the_gate_says_so_in_a_line_and_passes(project):
    shutil.rmtree("results/baseline")
    out = command("check", "worked_example")
    assert out.exit_code == 0
    assert f"no baseline for the fingerprint {fingerprint()}: drift is not judged; study baseline records" in out.output


def test_another_seed_is_a_table_that_is_not_the_stored_one(project):
    path = Path("experiments/multilabel.py")
    path.write_text(path.read_text().replace('parameter="n",', 'parameter="n",\n            seed="another",'))
    out = command("check", "multilabel")
    assert out.exit_code == 1
    assert "multilabel/sweep: row 0 (multilabel_nll naive float16 N(0, 1²) 1) has " in out.output


def test_an_emptied_baseline_is_one_line(project):
    for path in Path("results/baseline").glob("*.csv"):
        path.write_text("")
    out = command("check", "worked_example")
    assert out.exit_code == 1
    assert out.output.splitlines()[-1].startswith("Error: results/baseline/")


def test_a_baseline_that_cannot_be_written_is_one_line(project, monkeypatch):
    monkeypatch.setattr(
        "study.gate.verdict.check", lambda *_args, **_named: Verdict([], [], None, pd.DataFrame({"a": [1]}), None)
    )
    shutil.rmtree("results/baseline")
    Path("results/baseline").write_text("no folder")
    out = command("baseline")
    assert out.exit_code == 1
    assert out.output.splitlines()[-1].startswith("Error: [Errno ")


@pytest.mark.parametrize(
    "error", [DisagreementError("softmax: 1 is held, 2 is exact"), WorkerDiedError("a worker died")]
)
def test_what_stops_a_check_is_one_line(project, monkeypatch, error):
    def stopped(*_args, **_named):
        raise error

    monkeypatch.setattr("study.runs.runner.recompute", stopped)
    out = command("check", "worked_example")
    assert (out.exit_code, out.output) == (1, f"Error: {error}\n")
