"""The command: its answer, what it writes, its errors and its workers, in a process of its own where that matters."""

import json
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from study.cli import main

PUBLISHED = Path(__file__).parents[1] / "published" / "data_presoftmax.mat"


@pytest.fixture
def files(tmp_path):
    rng = np.random.default_rng(7)
    np.save(tmp_path / "x.npy", rng.normal(0, 4, (6, 50)).astype(np.float32))
    np.save(tmp_path / "t.npy", np.array([1, 2, -100, 3, 4, 49]))
    return tmp_path


def call(*words):
    return CliRunner().invoke(main, ["audit", *map(str, words)])


def test_the_answer_is_said_and_written_in_every_form(files):
    words = (files / "x.npy", files / "t.npy", "--ignore-index", -100, "--format", "float16,float32")
    out = call(*words)
    assert out.exit_code == 0, out.output
    lines = out.stdout.splitlines()
    assert re.match(r"x\.npy: mean loss [\d.]{20,} nats, exactly; perplexity [\d.]+$", lines[0])
    assert lines[-1] == "more: --full, --json FILE, --html FILE"
    written = call(*words, "--output", files / "a.txt", "--json", files / "a.json", "--html", files / "a.html")
    assert (written.exit_code, written.stdout) == (0, "")
    assert (files / "a.txt").read_text(encoding="utf-8") == out.stdout
    held = json.loads((files / "a.json").read_text(encoding="utf-8"))
    assert held["answer"][0] == lines[0]
    assert held["measured"] == 5
    assert {score["format"] for score in held["scores"]} == {"float16", "float32"}
    assert lines[1] in (files / "a.html").read_text(encoding="utf-8").replace("&gt;", ">")


def test_full_and_recipes(files):
    out = call(files / "x.npy", "--full", "--format", "float16", "--recipe", "compute wide")
    assert out.exit_code == 0, out.output
    assert "## What softmax sums to" in out.stdout
    assert "shifted, compute wide" in out.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("t.npy",), "is -100; --ignore-index -100 leaves such out"),
        (("--format", "float17"), "no format named 'float17'"),
        (("--format", "float8_e8m0fnu"), "no formula computes in float8_e8m0fnu"),
        (("--recipe", "nosuch"), "no recipe 'nosuch'"),
        (("--axis", "2"), "axis must be one of the 2"),
        (("--json", "nowhere/x.json"), "--json 'nowhere/x.json': there is no such folder"),
        (("--html", "nowhere/x.html"), "--html 'nowhere/x.html': there is no such folder"),
        (("--variable", "y"), "it holds one array"),
    ],
)
def test_wrong_use_is_one_line(files, monkeypatch, words, says):
    monkeypatch.chdir(files)
    out = call("x.npy", *words)
    assert (out.exit_code, out.output.count("Error: ")) == (2, 1), out.output
    assert says in out.output.splitlines()[-1]


def test_the_published_experiment_by_one_command():
    """Blanchard, Higham and Higham (2021), section 5: 475 of 2500 overflow, none shifted; 1863 of 2025 identical."""
    out = call(PUBLISHED, "--axis", 0, "--variable", "softmat", "--full")
    assert out.exit_code == 0, out.output
    assert "10 × 2,500 logits in float64, vectors of 10 along axis 0" in out.stdout
    line = next(x for x in out.stdout.splitlines() if x.split()[:1] == ["logsumexp"] and " float16 " in x)
    assert line.partition(" float16 ")[2].split()[:5] == ["2500", "475", "0", "2025", "1863"]


@contextmanager
def started(folder, *words):
    """The command in a process of its own, its bar in a file."""
    command = [sys.executable, "-m", "study", "audit", *map(str, words), "--jobs", "2"]
    with (
        (folder / "bar").open("w", encoding="utf-8") as bar,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=bar, text=True, start_new_session=True) as running,
    ):
        try:
            yield running
        finally:
            running.kill()


def bar(folder):
    return (folder / "bar").read_text(encoding="utf-8")


def test_workers_answer_as_one_process_does(tmp_path, monkeypatch):
    rng = np.random.default_rng(8)
    np.save(tmp_path / "x.npy", rng.normal(0, 3, (40, 30_000)).astype(np.float32))
    np.save(tmp_path / "t.npy", rng.integers(0, 30_000, 40))
    with started(tmp_path, tmp_path / "x.npy", tmp_path / "t.npy", "--format", "float32") as running:
        text, _ = running.communicate()
    assert running.returncode == 0, bar(tmp_path)
    assert "measure:" in bar(tmp_path)
    monkeypatch.setattr(sys.modules["study.cli.audit"], "ALONE", 2**30)
    assert call(tmp_path / "x.npy", tmp_path / "t.npy", "--format", "float32").stdout == text


def test_ctrl_c_keeps_what_is_done(tmp_path):
    x = np.lib.format.open_memmap(tmp_path / "x.npy", "w+", np.float32, (2000, 2**18))
    x[:, ::1000] = 1
    del x
    with started(tmp_path, tmp_path / "x.npy", "--format", "float64") as running:
        end = time.monotonic() + 120
        while not re.search(r"measure: .*\| [1-9]", bar(tmp_path)) and time.monotonic() < end:
            time.sleep(0.1)
        running.send_signal(signal.SIGINT)
        text, _ = running.communicate()
    assert running.returncode == 130, bar(tmp_path)
    assert re.match(r"x\.npy, stopped after [\d,]+ of 2,000 vectors: mean log Σ exp x ", text)
    assert "Traceback" not in bar(tmp_path)
