"""``study audit --against``: its answer, JSON, errors of one line, and the run that docs/audit.md shows."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from study.cli import main

PAGE = Path(__file__).parents[2] / "docs" / "audit.md"


def call(*words):
    return CliRunner().invoke(main, ["audit", *map(str, words)])


@pytest.fixture
def files(tmp_path, monkeypatch):
    rng = np.random.default_rng(3)
    a = -rng.exponential(1, (4, 20)).astype(np.float32)
    b = np.minimum(a + rng.normal(0, 0.1, a.shape), 0).astype(np.float32)
    positive, gap = b.copy(), b.copy()
    positive[2, 3], gap[1, 4] = 0.25, np.nan
    arrays = {"a": a, "b": b, "short": b[:, :10], "positive": positive, "gap": gap, "none": np.full_like(a, np.nan)}
    arrays |= {"whole": np.zeros((4, 20), int), "t": np.full((4, 20), -100), "few": np.zeros(3, int)}
    for name, array in arrays.items():
        np.save(tmp_path / f"{name}.npy", array)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_answer_is_said_and_written(files):
    out = call("a.npy", "--against", "b.npy")
    assert out.exit_code == 0, out.output
    lines = out.stdout.splitlines()
    assert lines[0].startswith("a.npy (a) against b.npy (b): 4 sequences of 20 tokens; a in float32")
    written = call("a.npy", "--against", "b.npy", "--output", "o.txt", "--json", "o.json", "--band", "0.9,1.1")
    assert (written.exit_code, written.stdout) == (0, "")
    held = json.loads((files / "o.json").read_text(encoding="utf-8"))
    assert held["band"] == [0.9, 1.1]
    assert held["answer"] == (files / "o.txt").read_text(encoding="utf-8").splitlines()
    assert held["answer"][1] == lines[1]
    assert len(held["sequences"]) == 4
    assert sum(row["outside"] for row in held["sequences"]) == held["outside"] > 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--against", "short.npy"), "a.npy has shape (4, 20), short.npy (4, 10)"),
        (("--against", "positive.npy"), "positive.npy has 0.25 at (2, 3) (sequence, token)"),
        (("--against", "gap.npy"), "gap.npy has nan at (1, 4) (sequence, token)"),
        (("--against", "whole.npy"), "whole.npy holds int64; log-probabilities are of float16"),
        (("t.npy", "--against", "b.npy", "--ignore-index", "-100"), "have no token that is not left out"),
        (("few.npy", "--against", "b.npy", "--ignore-index", "-100"), "there are 3 targets for 80 log-probabilities"),
        (("--against", "b.npy", "--band", "1.2"), "--band is two ratios, as 0.8,1.2, not '1.2'"),
        (("--against", "b.npy", "--band", "1.2,0.8"), "a band runs from one ratio to a larger one"),
        (("--against", "b.npy", "--band", "nan,1"), "a band runs from one ratio to a larger one"),
        (("--against", "b.npy", "--format", "float17"), "no format named 'float17'"),
        (("--against", "b.npy", "--full"), "--full says nothing of two engines"),
        (("--against", "b.npy", "--html", "x.html"), "--html says nothing of two engines"),
        (("--against", "b.npy", "--json", "no/x.json"), "--json 'no/x.json': there is no such folder"),
    ],
)
def test_wrong_use_is_one_line(files, words, says):
    out = call("a.npy", *words)
    assert (out.exit_code, out.output.count("Error: ")) == (2, 1), out.output
    assert says in out.output.splitlines()[-1]


def test_two_files_without_a_token_are_refused(files):
    out = call("none.npy", "--against", "none.npy")
    assert out.exit_code == 2
    assert "have no token" in out.output


def test_the_run_of_the_page(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = PAGE.read_text(encoding="utf-8").partition("## Two engines")[2]
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    exec(compile(code, "engines.py", "exec"), {})  # noqa: S102 - our own page
    command, *shown = re.findall(r"```text\n(.*?)```", text, re.DOTALL)[0].splitlines()
    out = call(*command.removeprefix("$ study audit ").split())
    assert out.exit_code == 0, out.output
    lines = out.stdout.splitlines()
    assert [line.split(";")[0] for line in lines[:5]] == [line.split(";")[0] for line in shown[:5]]
    assert [line.split("  ")[0] for line in lines[5:]] == [line.split("  ")[0] for line in shown[5:]]
