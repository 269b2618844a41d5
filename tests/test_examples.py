import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[1] / "docs" / "examples" / "own_kernel"


@pytest.fixture
def project(tmp_path):
    return Path(shutil.copytree(EXAMPLE, tmp_path / "project"))


def call(project, *command):
    done = subprocess.run([sys.executable, "-m", *command], cwd=project, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_its_budgets_hold(project):
    code, out = call(project, "pytest", "-q", "-p", "no:cacheprovider")
    assert code == 0, out
    assert "= precision =" in out


def test_and_catch_a_kernel_that_got_worse(project):
    kernels = project / "kernels.py"
    source = kernels.read_text()
    assert source.count("np.log1p(terms.sum(axis=-1, keepdims=True))") == 1
    kernels.write_text(source.replace("np.log1p(terms.sum(", "np.log(1 + terms.sum("))
    code, out = call(project, "pytest", "-q", "-p", "no:cacheprovider")
    assert code == 1
    assert "careful_log_softmax (log_softmax, float64) on 'one dominates': max_ulp" in out


def test_from_the_command_line(project):
    command = ("study", "measure", "kernels:log_softmax", "--problem", "log_softmax", "--inputs", "one dominates")
    code, out = call(project, *command, "--max-normwise", "4")
    assert code == 0, out
    code, out = call(project, *command, "--max-ulp", "4")
    assert code == 1
    assert "'one dominates': max_ulp" in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("kernels:log_sofmax", "--problem", "log_softmax"), "has no function 'log_sofmax'; it has: log_softmax"),
        (("kernels", "--problem", "log_softmax"), "write MODULE:FUNCTION"),
        (("kernel:f", "--problem", "log_softmax"), "module 'kernel' cannot be imported"),
        (("kernels:log_softmax", "--problem", "softmx"), "no problem named 'softmx'; did you mean: softmax"),
        (("kernels:log_softmax", "--problem", "softmax", "--format", "float61"), "no format named 'float61'"),
        (("kernels:log_softmax", "--problem", "softmax", "--inputs", "no.npy"), "no.npy cannot be read as logits"),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(project, arguments, says):
    code, out = call(project, "study", "measure", *arguments)
    assert code == 2
    assert says in out
    assert "Traceback" not in out
