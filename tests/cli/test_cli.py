import json

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from study.cli import main
from study.gate.verdict import Verdict
from study.libraries.backends import get_backend


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
        "study.gate.verdict.check", lambda *_, **__: Verdict(["softmax is broken"], ["nll drifted"], None, None, None)
    )
    out = call("check")
    assert out.exit_code == 1
    assert "softmax is broken\nnll drifted\n2 violations" in out.output


@pytest.mark.parametrize(("broken", "code"), [([], 0), (["softmax is broken"], 1)])
def test_check_says_it_as_json(monkeypatch, tmp_path, broken, code):
    moved = pd.DataFrame({"figure": ["max_ulp"], "ratio": [np.inf]})
    monkeypatch.setattr("study.gate.verdict.check", lambda *_, **__: Verdict(broken, [], moved, None, None))
    monkeypatch.setattr("study.gate.drift.lines", lambda _: [])
    out = call("check", "--json", "-")
    assert out.exit_code == code
    facts = {"ok": not broken, "broken": broken, "drifted": [], "moved": [{"figure": "max_ulp", "ratio": None}]}
    assert json.loads(out.output) == facts
    assert call("check", "--json", str(tmp_path / "x.json")).exit_code == code
    assert json.loads((tmp_path / "x.json").read_text()) == facts


def test_check_passes_without_one(monkeypatch):
    monkeypatch.setattr("study.gate.verdict.check", lambda *_, **__: Verdict([], [], None, None, None))
    assert call("check").exit_code == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("search logsumexp --algorithm naive --format nosuch", "no format named 'nosuch'"),
        ("search logsumexp --algorithm nosuch", "has no algorithm 'nosuch' in float64; it has: naive"),
        ("sweep softplus --format float16 --start x", "'x' is no input; write its bit patterns as a number"),
        ("sweep softplus --format nosuch", "no format named 'nosuch'"),
        ("sweep softplus --format float16 --algorithms=", "softplus has no algorithm ''; it has: naive"),
        ("replay digits/losses/\u0663", "is no case; it has the form EXPERIMENT/TABLE/ROW"),
        ("replay exhaustive/softplus_float16/nosuch", "has no 'nosuch'; it has: naive"),
        ("replay search/nosuch/0", "is no case; it is search/NAME/"),
        ("replay exhaustive/exp_float32/torch.exp", "the library of torch.exp is not installed"),
        ("measure scipy.special.softmax --problem softmax --layout nonsense", "no layout named 'nonsense'"),
        ("measure numpy.exp --problem nosuch", "no problem named 'nosuch'"),
        ("audit README.md", "its name ends in '.md'"),
        ("audit README.md --output nowhere/x.md", "--output 'nowhere/x.md': there is no such folder"),
        ("audit README.md --output=", "--output names no file"),
    ],
)
def test_wrong_use_is_one_line_that_names_what_is_wrong(words, says):
    if "torch" in words and get_backend("torch").installed:
        pytest.skip("torch is installed")
    out = call(*words.split(" "))
    assert (out.exit_code, out.output.count("Error: ")) == (2, 1), out.output
    assert says in out.output.splitlines()[-1]


def test_audit_of_a_bad_file_is_wrong_use(tmp_path):
    np.save(tmp_path / "x.npy", np.zeros((3, 0)))
    out = call("audit", str(tmp_path / "x.npy"))
    assert out.exit_code == 2
    assert "logits are (…, classes)" in out.output


def test_missing_results_are_named(tmp_path, monkeypatch):
    (tmp_path / "experiments").mkdir()
    source = (
        "from study.runs.experiment import Experiment\nexperiment = Experiment(__file__, 'Why?', tables={'t': list})\n"
    )
    (tmp_path / "experiments" / "one.py").write_text(source)
    monkeypatch.chdir(tmp_path)
    out = call("report")
    assert out.exit_code == 1
    assert (
        "results/one/t.csv is missing; restore it (git checkout results/one/t.csv) or make it anew (study run one)"
        in out.output
    )
