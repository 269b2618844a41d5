"""Whatever a function does, it does in a process of its own, and that is told."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import study
from study.cli import main
from study.measurement.guard import MisbehavedError
from study.measurement.layouts import LAYOUTS, MEMORY, arranged, arrangements
from study.own.budgets import complaints, fixed
from study.own.isolated import Isolated
from study.problems import PROBLEMS

X = np.array([[1.0, 2.0, 4.0], [0.5, 0.25, 8.0]])


def total(x):
    return x.sum(axis=-1)


def call(function, timeout=20.0):
    with Isolated(function, timeout) as isolated:
        return isolated([X], (2,))


def test_a_result_comes_back():
    assert np.array_equal(call(total), X.sum(axis=-1))
    offset = np.float64(3)
    assert np.array_equal(call(lambda x: x.sum(axis=-1) + offset), X.sum(axis=-1) + 3)


def hangs(_):
    while True:
        with contextlib.suppress(BaseException):
            time.sleep(60)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda _: os._exit(0), "ends its process"),
        (lambda _: os.kill(os.getpid(), signal.SIGSEGV), "ends its process"),
        (hangs, "hangs: no result within 0.5 s"),
        (lambda x: np.ma.masked_array(x.sum(axis=-1), mask=True), "returns masked entries"),
        (lambda _: sys.exit(3), "raises SystemExit: 3"),
        (lambda _: 1 / 0, "raises ZeroDivisionError: division by zero"),
        (lambda x: x, r"returns shape \(2, 3\)"),
    ],
    ids=["exit", "crash", "hang", "masked", "sys.exit", "raises", "shape"],
)
def test_what_it_does_is_told_and_nothing_is_lost(function, says):
    with Isolated(function, 0.5) as isolated:
        with pytest.raises(MisbehavedError, match=says):
            isolated([X], (2,))
        with pytest.raises(MisbehavedError, match="since it hung before" if "hangs" in says else says):
            isolated([X], (2,))


def test_a_function_that_cannot_be_sent_is_called_here():
    here, lock = [], threading.Lock()

    def function(x):
        with lock:
            here.append(x)
        return x.sum(axis=-1)

    assert np.array_equal(call(function), X.sum(axis=-1))
    assert here


def test_an_interrupt_is_an_interrupt():
    def function(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        call(function)


def test_a_script_without_a_guard_measures_its_own_function(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import numpy as np\nimport study\n\n"
        "def own(x):\n    print('called')\n    return np.log(np.exp(x).sum(axis=-1))\n\n"
        "print(study.measure(own, 'logsumexp', 'float32', 'ordinary', layouts=())['max_ulp'].max() < 4)\n"
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False, timeout=60)
    assert (done.stdout, done.stderr, done.returncode) == ("called\nTrue\n", "", 0)


def test_earlier_arrays_are_watched():
    table = study.measure(total_of_a_buffer, "log_likelihood", "float64", np.array([[0.5, 0.25], [0.5, 0.5]]))
    assert table["misbehaviour"].str.contains("changes arrays of an earlier call").all()


def total_of_a_buffer(p, _kept=[]):  # noqa: B006
    _kept.append(p)
    if len(_kept) > 1 and _kept[0].flags.writeable:
        _kept[0][...] = 0
    return np.log(p).sum(axis=-1)


def test_inputs_that_are_none_are_wrong_use():
    with pytest.raises(ValueError, match="inputs are none"):
        study.assert_accurate(total, "log_likelihood", "float64", inputs={}, max_ulp=1)


def test_a_budget_is_told_with_digits_that_tell_it_from_the_figure():
    row = {
        "function": "f",
        "problem": "p",
        "format": "float32",
        "inputs": "x",
        "misbehaviour": "",
        "max_ulp": 2.0000001,
    }
    row |= dict.fromkeys(("nan", "overflow", "missed", "underflow"), 0)
    for value, said in ((2.0000001, "2.0000001"), (np.inf, "inf")):
        (complaint,) = complaints(pd.DataFrame([row | {"max_ulp": value}]), fixed(max_ulp=2))
        assert complaint.lines == (f"f (p, float32) on 'x': max_ulp = {said}, 2 allowed",)


# Layouts


@pytest.mark.parametrize("memory", MEMORY)
@pytest.mark.parametrize("shape", [(3,), (2, 3), (2, 3, 4), (0, 3)])
def test_numbers_are_the_same_elsewhere_in_memory(memory, shape):
    x = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    assert np.array_equal(arranged(memory, x), x)


def test_places_in_memory_are_what_they_say():
    x = np.arange(12.0).reshape(3, 4)
    assert arranged("column-major", x).flags.f_contiguous
    assert arranged("strided", x).strides[-1] == 16
    assert not arranged("view", x).flags.c_contiguous
    assert not arranged("read-only", x).flags.writeable


def test_every_layout_holds_instances_of_the_stack():
    signature = PROBLEMS["nll"].signature
    x, target = np.arange(40.0).reshape(4, 10), np.arange(4)
    found = list(arrangements(signature, (x, target), LAYOUTS))
    assert {*LAYOUTS} - {"rows"} == {a.name for a in found}
    for other in found:
        stacks = signature.stacked(other.args)
        assert np.array_equal(stacks[0], x[other.instances])
        assert np.array_equal(stacks[1], target[other.instances])
    assert {a.args[0].shape for a in found} >= {(2, 2, 10), (10,), (10, 10), (1, 10), (3, 10), (129, 10), (300, 10)}


def wrong_alone(x):
    return np.log(np.exp(x - x.max(axis=-1, keepdims=True)).sum(axis=-1)) + (x.max(axis=-1) if x.ndim > 1 else 0)


def test_a_layout_that_is_worse_is_named():
    with pytest.raises(AssertionError, match=r"on 'ordinary': max_scaled = .*, 20 allowed \(worst as alone\)"):
        study.assert_accurate(wrong_alone, "logsumexp", "float32", "ordinary", max_scaled=20)
    rows = [name for name in LAYOUTS if name != "alone"]
    table = study.assert_accurate(wrong_alone, "logsumexp", "float32", "ordinary", layouts=rows, max_scaled=20)
    assert set(table["depends_on"].str.split(", ").sum()) <= {
        "",
        "column-major",
        "strided",
        "view",
        "square",
        "batches",
    }
    with pytest.raises(ValueError, match="no layout named 'nonsense'; there are: rows, column-major"):
        study.measure(wrong_alone, "logsumexp", "float32", layouts=["nonsense"])


def test_an_eight_bit_format_is_measured():
    table = study.measure(PROBLEMS["softmax"].algorithms["shifted"], "softmax", "float8_e4m3fn", "ordinary")
    assert isinstance(table, pd.DataFrame)
    assert table["misbehaviour"].tolist() == [""]


# The command

MODULES = {
    "ends": "import os\ndef f(x): os._exit(0)\n",
    "hangs": "import time\ndef f(x):\n  while True:\n    try: time.sleep(9)\n    except BaseException: pass\n",
    "on_import": "import time\nwhile True:\n    try: time.sleep(9)\n    except BaseException: pass\n",
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, source in MODULES.items():
        Path(f"{name}.py").write_text(source)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("ends", "ends its process"),
        ("hangs", "hangs: no result within 1 s"),
        ("on_import", "not loaded within 5 s"),
    ],
)
def test_a_kernel_that_does_nothing_does_not_pass(folder, name, says):
    command = ["measure", f"{name}:f", "--problem", "softmax", "--timeout", "1", "--max-ulp", "4"]
    out = CliRunner().invoke(main, command)
    assert (out.exit_code, says in out.output) == (1, True), out.output


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--layout", "nonsense"], "no layout named 'nonsense'"),
        (["--json", ""], "--json names no file"),
        (["--json", "nowhere/x.json"], "there is no such folder"),
        (["--layout", ""], "no layout named ''"),
    ],
)
def test_an_option_is_heeded_or_refused(folder, options, says):
    out = CliRunner().invoke(main, ["measure", "ends:f", "--problem", "softmax", *options])
    assert (out.exit_code, says in out.output) == (2, True), out.output
