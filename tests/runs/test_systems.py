"""Without what only Unix has: no fcntl, fork, forkserver, alarm nor handed-over sockets, as on Windows."""

import subprocess
import sys

import pytest

WITHOUT = """
import multiprocessing, os, signal, socket, sys

sys.modules["fcntl"] = sys.modules["resource"] = None
for module, names in (
    (os, "fork"), (signal, "pthread_sigmask setitimer alarm SIGALRM SIGKILL SIGCHLD"), (socket, "send_fds recv_fds")
):
    for name in names.split():
        if hasattr(module, name):
            delattr(module, name)
if __name__ == "__main__":
    context = multiprocessing.context
    multiprocessing.get_all_start_methods = lambda: ["spawn"]
    context._concrete_contexts = {"spawn": context._concrete_contexts["spawn"]}
"""


@pytest.fixture
def without(tmp_path):
    """Runs a script where these are missing, in an empty folder."""

    def run(code):
        script = tmp_path / "script.py"
        lines = WITHOUT + 'if __name__ == "__main__":\n' + "".join(f"    {line}\n" for line in code.splitlines())
        script.write_text(lines)
        done = subprocess.run(
            [sys.executable, script], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_every_module_is_imported(without):
    out = without(
        "import pkgutil, importlib, study\n"
        "names = [m.name for m in pkgutil.walk_packages(study.__path__, 'study.')]\n"
        "print(len([importlib.import_module(n) for n in names if not n.endswith('__main__')]))"
    )
    assert int(out) > 200


def test_files_are_written_whole_and_leftovers_removed(without, tmp_path):
    (tmp_path / "tmpleft").touch()
    without(
        "from pathlib import Path\n"
        "from study.runs import files\n"
        "files.write(Path('a/b.txt'), 'one')\n"
        "files.write(Path('a/b.txt'), 'two')\n"
        "files.tidy(Path())"
    )
    assert (tmp_path / "a" / "b.txt").read_text() == "two"
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b.txt"]
    assert not (tmp_path / "tmpleft").exists()


def test_a_function_is_measured(without):
    out = without(
        "import numpy as np, study\n"
        "def mine(x):\n    return np.log(np.exp(x).sum(axis=-1))\n"
        "table = study.measure(mine, 'logsumexp', 'float32', inputs='ordinary')\n"
        "print(table['max_ulp'].max() < 4)"
    )
    assert out == "True\n"


def test_an_experiment_is_run_by_workers(without, tmp_path):
    out = without(
        "from study.cli import main\n"
        "main(['new', 'one'], standalone_mode=False)\n"
        "main(['run', '--jobs', '2'], standalone_mode=False)"
    )
    assert "overflows from 30 in float16" in out
    assert (tmp_path / "results" / "one" / "sweep.csv").exists()
