"""The table of CONTRIBUTING: what is added in one file alone is measured, run, checked and reported."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOYS = ROOT / "tests" / "toys"
MINE = """
import numpy as np

def squared(x):
    return x * x

def rough(x):
    return np.square(x.astype(np.float16)).astype(x.dtype)

def softplus(x):
    return np.logaddexp(x.dtype.type(0), x)
"""


class Copy:
    """A copy of the package in a folder of its own, with a file added."""

    def __init__(self, folder):
        self.folder = folder
        shutil.copytree(ROOT / "study", folder / "study")
        (folder / "mine.py").write_text(MINE)

    def add(self, toy, place):
        (self.folder / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(TOYS / toy, self.folder / place)

    def python(self, *arguments):
        return subprocess.run(
            [sys.executable, *arguments], cwd=self.folder, capture_output=True, text=True, check=False,
            env=os.environ | {"PYTHONPATH": str(self.folder), "JOBS": "1"},
        )  # fmt: skip

    def study(self, *arguments, ends=0):
        done = self.python("-m", "study", *arguments)
        assert done.returncode == ends, done.stdout + done.stderr
        return done.stdout + done.stderr


@pytest.fixture
def copy(tmp_path):
    return Copy(tmp_path)


def test_a_problem_is_one_file(copy):
    copy.add("square.py", "study/problems/square.py")
    assert "square" in copy.study("list")
    own = ["--problem", "square", "--format", "float32", "--max-ulp", "0.5"]
    copy.study("measure", "mine:squared", *own)
    assert "worst input" in copy.study("measure", "mine:rough", *own, ends=1)
    held = copy.python(
        "-c",
        "import study\n"
        "from study.gate import catalogue, verdict\n"
        "table = catalogue.of_problem('square')\n"
        "print(*verdict.broken('square', table), *verdict.missing_failures([table]))\n"
        "print(study.kernels.square([4.0]), study.kernels.square.__doc__.splitlines()[0])",
    )
    assert held.stdout.splitlines() == ["", "[16.] x²"], held.stderr


def test_an_algorithm_is_one_function_and_its_bound_is_held(copy):
    problem = copy.folder / "study" / "problems" / "softplus.py"
    problem.write_text(
        problem.read_text()
        + "\n\n@softplus.algorithm(bound=lambda form, _args, _reference: np.full(np.shape(_reference.hi), form.u))\n"
        "def toy(x: Any) -> Any:\n"
        '    """Log(1 + exp x), with a bound that it does not keep."""\n'
        "    return array_namespace(x).log(1 + array_namespace(x).exp(x))\n"
    )
    assert "toy" in copy.study("list")
    held = copy.python(
        "-c",
        "from study.gate import catalogue, verdict\n"
        "print(*verdict.broken('softplus', catalogue.of_problem('softplus')), sep='\\n')",
    )
    assert held.stdout.strip(), held.stderr
    assert all(" toy " in line for line in held.stdout.splitlines())


def test_a_library_is_one_file(copy):
    copy.add("toy.py", "study/libraries/backends/toy.py")
    assert re.search(r"^  .*\btoy\b", copy.study("list"), re.MULTILINE)
    made = copy.python(
        "-c",
        "from study.libraries.tables import on_battery\n"
        "from study.plots.looks import hand\n"
        "from study.exhaustive.functions import problem_named\n"
        "rows = on_battery(['toy'])\n"
        "print(set(rows['backend']), hand('toy').ink.name, 'numpy.exp2' in problem_named('exp').algorithms)",
    )
    assert made.stdout.strip() == "{'toy'} plum True", made.stderr


def test_an_experiment_with_its_figure_and_finding_is_one_file(copy):
    copy.add("shares.py", "experiments/shares.py")
    copy.study("run")
    assert (copy.folder / "results" / "shares" / "error.svg").exists()
    finding = re.compile(r"The softplus of numbers is at most [\d.]+ ulps off\.")
    for page in ("README.md", "report.html"):
        text = (copy.folder / "results" / page).read_text(encoding="utf-8")
        assert finding.search(text), page
        assert "How far is the softplus off?" in text
    copy.study("baseline")
    copy.study("check", "shares")
    table = copy.folder / "results" / "shares" / "sweep.csv"
    table.write_text(table.read_text().replace("two_branch", "naive", 1))
    assert "is not as it was written" in copy.study("check", "shares", ends=1)
