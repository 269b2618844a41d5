"""Inputs written for a function elsewhere, run by the script that goes along, and judged as study measure judges."""

import ast
import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
from click.testing import CliRunner

from study.cli import main
from study.own import elsewhere

KERNELS = """
import numpy as np

def softplus(x):
    return np.logaddexp(np.zeros((), x.dtype), x).astype(x.dtype)

def naive(x):
    return np.log(1 + np.exp(x)).astype(x.dtype)

def wide(x):
    return np.logaddexp(0, x.astype(np.float64))

def raises(x):
    raise RuntimeError("no kernel image")

def flat(x):
    return x.ravel()[:1]

calls = []

def unsteady(x):
    calls.append(1)
    return x * x.dtype.type(len(calls) % 2)
"""
FORMATS = "float16,bfloat16,float32"


def study(*words):
    return CliRunner().invoke(main, [*map(str, words)])


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shipped")
    out = study("export", "softplus", folder, "--format", FORMATS)
    assert out.exit_code == 0, out.output
    return folder


@pytest.fixture
def folder(tmp_path, monkeypatch, shipped):
    (tmp_path / "far.py").write_text(KERNELS)
    shutil.copytree(shipped, tmp_path / "inputs")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield tmp_path
    sys.modules.pop("far", None)


def ran(*words):
    done = subprocess.run([sys.executable, "inputs/run.py", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def rows(file):
    return [
        {k: v for k, v in row.items() if k not in ("function", "layout", "depends_on")}
        for row in json.loads(file.read_text())
    ]


def test_the_script_needs_numpy_alone(folder):
    tree = ast.parse((folder / "inputs" / "run.py").read_text(encoding="utf-8"))
    plain = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    taken = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert plain | {name.partition(".")[0] for name in taken} <= {"numpy", *sys.stdlib_module_names}


@pytest.mark.parametrize("name", ["softplus", "naive"])
def test_the_table_and_the_verdict_are_those_of_measure(folder, name):
    assert "results in results.npz" in ran(f"far:{name}")
    judged = study("judge", "inputs", "--max-ulp", 0.51, "--json", "judged.json")
    here = ["--format", FORMATS, "--max-ulp", 0.51, "--layout", "rows", "--json", "measured.json"]
    measured = study("measure", f"far:{name}", "--problem", "softplus", *here)
    assert judged.exit_code == measured.exit_code == 1
    assert rows(folder / "judged.json") == rows(folder / "measured.json")
    (replay,) = [
        line.removeprefix("replay").strip() for line in judged.output.splitlines() if line.startswith("replay ")
    ]
    exact = next(line.split()[1] for line in judged.output.splitlines() if line.startswith("reference "))
    again = subprocess.run([sys.executable, "-c", replay], capture_output=True, text=True, check=True)
    assert exact[:12] in again.stdout


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("raises", "raises RuntimeError: no kernel image"),
        ("wide", "returns dtype float64 for float32"),
        ("flat", "returns shape (1,)"),
        ("unsteady", "gives another result for the same input the second time"),
    ],
)
def test_what_misbehaves_elsewhere_is_told_here(folder, name, says):
    ran(f"far:{name}")
    out = study("judge", "inputs")
    assert (out.exit_code, says in out.output) == (1, True), out.output


def test_how_it_is_called_is_an_expression_of_the_arguments(folder):
    ran("numpy:logaddexp", "--call", "f(x, x.dtype.type(0)).astype(x.dtype)", "--out", "other.npz")
    ran("far:softplus")
    with np.load("other.npz") as other, np.load("results.npz") as results:
        assert all(np.array_equal(other[k], results[k]) for k in results.files if k != "about")


def test_results_of_another_language_need_the_bits_alone(folder):
    ran("far:softplus")
    with np.load("results.npz") as held:
        bits = {k: held[k] for k in held.files if k != "about"}
    np.savez("rust.npz", **bits)
    assert study("judge", "inputs", "rust.npz").exit_code == 0
    np.savez("fewer.npz", **{k: v for k, v in bits.items() if k != "0"})
    assert "has no result" in study("judge", "inputs", "fewer.npz").output
    np.savez("wider.npz", **{k: v.astype(np.uint64) for k, v in bits.items()})
    assert "returns dtype uint64; the bits of float16 are due" in study("judge", "inputs", "wider.npz").output


def test_a_record_holds_what_ran_elsewhere(folder):
    ran("far:softplus")
    assert study("judge", "inputs", "--record", "budgets.toml").exit_code == 0
    assert study("judge", "inputs", "--against", "budgets.toml").exit_code == 0
    (folder / "far.py").write_text(KERNELS.replace("logaddexp(np.zeros((), x.dtype), x)", "log1p(np.exp(x))"))
    ran("far:softplus")
    out = study("judge", "inputs", "--against", "budgets.toml")
    assert (out.exit_code, "allowed" in out.output) == (1, True), out.output


def test_every_input_of_a_format_goes_along(folder):
    assert study("export", "softplus", "every", "--format", "float16", "--every").exit_code == 0
    (given,) = elsewhere.inputs("every", "float16", "every input")
    assert np.unique(given[~np.isnan(given)].view(np.uint16)).size == 2**16 - 2 * (2**10 - 1)  # all but NaN
    assert study("export", "logsumexp", "pairs", "--format", "float8_e5m2", "--every", "--lengths", 2).exit_code == 0
    (given,) = elsewhere.inputs("pairs", "float8_e5m2", "every input")
    assert given.shape == (2**16, 2)
    part = ("--every", "--part", "0x3f800000:0x3f800100")
    assert study("export", "softplus", "part", "--format", "float32", *part).exit_code == 0
    (given,) = elsewhere.inputs("part", "float32", "inputs 0x3f800000:0x3f800100")
    assert (given[0], given.size) == (1, 256)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("export", "softplus", "x", "--every"), "inputs are too many for a file; take at most 4,194,304 with --part"),
        (("export", "softplus", "x", "--part", "1:2"), "--part is of --every"),
        (("export", "softplus", "x", "--every", "--part", "1"), "'1' is no range; write START:STOP"),
        (("export", "softplus", "x", "--every", "--inputs", "ties"), "--every takes no --inputs"),
        (("export", "nll", "x", "--format", "float16", "--every"), "it cannot be swept"),
        (("export", "nosuch", "x"), "no problem named 'nosuch'"),
        (("judge", "inputs", "far.py"), "far.py is no .npz file of arrays"),
        (("judge", "inputs", "nosuch.npz"), "'nosuch.npz' does not exist"),
        (("judge", "inputs", "stranger.npz"), "has the results of other inputs than those in inputs"),
        (("judge", "changed", "stranger.npz"), "inputs.npz is not the one that manifest.json tells of"),
        (("judge", "empty", "stranger.npz"), "manifest.json"),
    ],
)
def test_wrong_use_is_one_line(folder, words, says):
    np.savez("stranger.npz", about=np.array(json.dumps({"digest": "0"})))
    shutil.copytree("inputs", "changed")
    np.savez("changed/inputs.npz", x=np.zeros(3))
    (folder / "empty").mkdir()
    out = study(*words)
    assert (out.exit_code, out.output.count("Error: ")) in {(2, 1), (1, 1)}, out.output
    assert says in out.output
    assert not (folder / "x").exists()
