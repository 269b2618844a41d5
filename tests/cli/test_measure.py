import json
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ET

import pytest
from click.testing import CliRunner

from study.cli import main

KERNELS = """
import numpy as np

def nll(x, targets):
    x = x - x.max(axis=-1, keepdims=True)
    picked = np.take_along_axis(x, targets[..., None], axis=-1)[..., 0]
    return np.log(np.exp(x).sum(axis=-1)) - picked

def worse(x, targets):
    return nll(x, targets) * (1 + 8 * np.finfo(x.dtype).eps)
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "measured.py").write_text(KERNELS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield tmp_path
    sys.modules.pop("measured", None)


def measure(function, *options):
    return CliRunner().invoke(main, ["measure", f"measured:{function}", "--problem", "nll", *options])


FEW = ("--lengths", "3,1000", "--layout", "rows")


def test_lengths_are_measured_alone(folder):
    out = measure("nll", "--format", "float32,torch.bfloat16", *FEW, "--json", "x.json")
    assert out.exit_code == 0, out.output
    found = [(row["format"], row["inputs"], row["count"]) for row in json.loads((folder / "x.json").read_text())]
    assert found == [(form, f"length {n}", 64) for form in ("float32", "bfloat16") for n in (3, 1000)]
    assert "max ulp: spacings" in out.output
    assert "worst input: 'length" in out.output


def test_a_record_is_written_held_and_kept(folder):
    assert measure("nll", *FEW, "--record", "budgets.toml").exit_code == 0
    text = (folder / "budgets.toml").read_text()
    assert [*tomllib.loads(text)["measured:nll"]["nll"]["float32"]] == ["length 3", "length 1000"]
    assert measure("nll", *FEW, "--against", "budgets.toml").exit_code == 0
    out = measure("nll", "--max-ulp", "0", *FEW, "--record", "budgets.toml")
    assert (out.exit_code, "not recorded budgets.toml is as it was" in out.output) == (1, True)
    assert (folder / "budgets.toml").read_text() == text


def test_a_kernel_that_got_worse_is_refused_everywhere(folder):
    assert measure("nll", *FEW, "--record", "budgets.toml").exit_code == 0
    text = (folder / "budgets.toml").read_text().replace("measured:nll", "measured:worse")
    (folder / "budgets.toml").write_text(text)
    out = measure("worse", *FEW, "--against", "budgets.toml", "--junit", "out.xml", "--annotate")
    assert out.exit_code == 1
    assert "worse (nll, float32) on 'length 3': max_ulp = " in out.output
    (noted, *_) = [line for line in out.output.splitlines() if line.startswith("::error title=precision::")]
    assert "%0Aworst input: 'length" in noted
    suite = ET.parse(folder / "out.xml").getroot()[0]  # noqa: S314 - our own file
    assert (suite.get("tests"), suite.get("failures")) == ("2", "2")
    assert all(case.find("failure").text.count("replay  ") == 1 for case in suite)
    assert float(suite[0].find("properties")[0].get("value")) > 4
    assert measure("worse", *FEW, "--against", "budgets.toml", "--factor", "1e9").exit_code == 0
    assert "::error" not in measure("worse", *FEW, "--against", "budgets.toml").output


def test_github_is_told_where_it_runs(folder, monkeypatch):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert "::error title=precision::worse (nll, float32)" in measure("worse", *FEW, "--max-ulp", "1").output
    assert "::error" not in measure("worse", *FEW).output


def test_the_replay_line_of_a_failing_nll_runs(folder):
    out = measure("nll", "--inputs", "one dominates", "--layout", "rows", "--max-ulp", "1")
    assert out.exit_code == 1
    (line,) = [line.removeprefix("replay").strip() for line in out.output.splitlines() if line.startswith("replay ")]
    ran = subprocess.run([sys.executable, "-c", line], capture_output=True, text=True, check=True)
    (computed,) = [line.split()[1] for line in out.output.splitlines() if line.startswith("computed ")]
    (exact,) = [line.split()[1] for line in out.output.splitlines() if line.startswith("reference ")]
    assert float(ran.stdout.split("]")[0].strip("[")) == pytest.approx(float(computed), rel=1e-6)
    assert exact[:12] in ran.stdout


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--factor", "2"), "--factor is of --against"),
        (("--lengths", "a"), "'a' is no length; write whole numbers"),
        (("--lengths", "0"), "a row has at least 1 entry, not 0"),
        (("--lengths", "9", "--inputs", "ties"), "give them or inputs, not both"),
        (("--against", "nosuch.toml"), "'nosuch.toml' does not exist"),
        (("--record", "nowhere/x.toml"), "--record 'nowhere/x.toml': there is no such folder"),
        (("--against", "other.toml"), "other.toml has no record of measured:nll; it has: none"),
        (("--record", "damaged.toml", *FEW), "damaged.toml is no TOML"),
    ],
)
def test_wrong_use_is_one_line_and_loses_nothing(folder, options, says):
    (folder / "other.toml").write_text("")
    (folder / "damaged.toml").write_text("= no")
    out = measure("nll", *options)
    assert (out.exit_code, out.output.count("Error: ")) == (2, 1), out.output
    assert says in out.output
    assert (folder / "damaged.toml").read_text() == "= no"


PAIRS = """
import numpy as np
from study.libraries.backends import BACKENDS
from study.libraries.backends.base import Backend

BACKENDS["pairs"] = Backend(
    name="pairs", distribution="numpy", module="numpy", functions=(), to_library=lambda x: (x, "cpu:0"),
    to_numpy=lambda pair: pair[0], devices=lambda: {"cpu:0": "", "off:0": ""},
    put=lambda pair, device: (pair[0] * 1.01 if device == "off" and pair[0].dtype.kind == "f" else pair[0], device),
)

def nll(x, targets):
    from measured import nll
    return nll(x[0], targets[0]), x[1]
"""


@pytest.mark.parametrize(("device", "code"), [((), 0), (("--device", "cpu"), 0), (("--device", "off"), 1)])
def test_a_function_of_a_librarys_arrays_is_measured_where_they_are(folder, device, code):
    (folder / "paired.py").write_text(PAIRS)
    command = ["measure", "paired:nll", "--problem", "nll", *FEW, "--max-ulp", "1e4", "--arrays", "pairs", *device]
    prepared = f"import sys; sys.path.insert(0, ''); import paired; from study.cli import main; main({command!r})"
    done = subprocess.run([sys.executable, "-c", prepared], capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    assert ("replay" in done.stdout) or code == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("measured:nll", "--arrays", "nobody"), "no backend named 'nobody'; there are: "),
        (("measured:nll", "--device", "cuda"), "numpy has no devices to choose from"),
        (("scipy.special.log_softmax", "--device", "cuda"), "scipy has no devices to choose from"),
        (("scipy.special.log_softmax", "--arrays", "torch"), "--arrays is of a function of yours"),
    ],
)
def test_what_is_wrong_with_a_device_is_told_in_one_line(folder, options, said):
    problem = "log_softmax" if "log_softmax" in options[0] else "nll"
    out = CliRunner().invoke(main, ["measure", *options, "--problem", problem, *FEW[:2]])
    assert (out.exit_code, said in out.output.splitlines()[-1]) == (2, True), out.output
