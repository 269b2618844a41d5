import numpy as np
import pytest
from click.testing import CliRunner

from study.cli import main
from study.gate import Verdict


def call(*args):
    return CliRunner().invoke(main, args)


def test_list_names_everything():
    out = call("list")
    assert out.exit_code == 0
    for word in ("worked_example", "log_softmax", "minus_logsumexp", "float8_e5m2"):
        assert word in out.output


@pytest.mark.parametrize("command", ["run", "check"])
def test_an_unknown_experiment_is_wrong_use(command):
    out = call(command, "digit")
    assert out.exit_code == 2
    assert "no experiment named 'digit'; did you mean: digits" in out.output


def test_check_fails_on_a_violation(monkeypatch):
    monkeypatch.setattr(
        "study.gate.check", lambda *_, **__: Verdict(["softmax is broken"], ["nll drifted"], None, None)
    )
    out = call("check")
    assert out.exit_code == 1
    assert "softmax is broken\nnll drifted\n2 violations" in out.output


def test_check_passes_without_one(monkeypatch):
    monkeypatch.setattr("study.gate.check", lambda *_, **__: Verdict([], [], None, None))
    assert call("check").exit_code == 0


def test_audit_of_a_bad_file_is_wrong_use(tmp_path):
    np.save(tmp_path / "x.npy", np.zeros(3))
    out = call("audit", str(tmp_path / "x.npy"))
    assert out.exit_code == 2
    assert "logits are (rows, classes)" in out.output


def test_missing_results_are_named(tmp_path, monkeypatch):
    (tmp_path / "experiments").mkdir()
    source = "from study.experiment import Experiment\nexperiment = Experiment(__file__, 'Why?', tables={'t': list})\n"
    (tmp_path / "experiments" / "one.py").write_text(source)
    monkeypatch.chdir(tmp_path)
    out = call("report")
    assert out.exit_code == 1
    assert (
        "results/one/t.csv is missing; restore it (git checkout results/one/t.csv) or make it anew (study run one)"
        in out.output
    )
