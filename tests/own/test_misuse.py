import contextlib
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.io import savemat

import study
from study.cli import main
from study.inputs import readers
from study.inputs.logits import load
from study.measurement.guard import MisbehavedError, guarded

MODULE = """
import sys
import numpy as np

def textbook(x):
    shifted = x - x.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))

def prints(x):
    print("noise")
    return textbook(x)

def exits(x):
    sys.exit(0)

number = 3
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a module of functions to measure, as the current one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    Path("misused.py").write_text(MODULE)
    yield tmp_path
    for name in ("misused", "broken_on_import"):
        sys.modules.pop(name, None)


def measure(name, *options, inputs="single"):
    args = ["measure", name, "--problem", "log_softmax", "--inputs", inputs, "--max-normwise", "4", *options]
    return CliRunner().invoke(main, args)


class SilentError(Exception):
    def __str__(self):
        raise RuntimeError("no message to be had")


def raising(error):
    def function(_):
        raise error

    return function


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (raising(SystemExit(0)), "raises SystemExit: 0"),
        (raising(GeneratorExit()), "raises GeneratorExit"),
        (raising(BaseException("base")), "raises BaseException: base"),
        (raising(SilentError()), "raises SilentError"),
        (raising(ValueError("x" * 10_000)), f"raises ValueError: {'x' * 200}$"),
        (lambda x: [x, x[:1]], "raises ValueError: setting an array element"),
        (lambda x: x.tolist(), "returns dtype float64 for float32"),
        (lambda _: {}, "returns dict; an array of float32 is due"),
        (lambda x: x.astype(">f4"), "returns dtype >f4 for float32"),
        (lambda x: x.astype(complex), "returns dtype complex128 for float32"),
        (lambda _: np.float32(1), r"returns shape \(\)"),
        (lambda x, y: x + y, "raises TypeError: .*missing 1 required positional argument"),
    ],
)
def test_the_worst_a_function_can_do_is_told(function, says):
    with pytest.raises(MisbehavedError, match=says):
        guarded(function, [np.zeros(3, np.float32)], (3,))


def test_an_interrupt_from_the_keyboard_is_no_misbehaviour():
    with pytest.raises(KeyboardInterrupt):
        guarded(raising(KeyboardInterrupt()), [np.zeros(3)], (3,))


class Subclass(np.ndarray):
    """As unit and masked arrays are."""


def frozen(x):
    x.flags.writeable = False
    return x


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x[...],
        np.asfortranarray,
        lambda x: np.repeat(x, 2, axis=-1)[..., ::2],
        lambda x: x.view(Subclass),
        np.ma.array,
        frozen,
    ],
    ids=["view", "fortran", "strided", "subclass", "masked", "read-only"],
)
def test_an_array_is_an_array_whatever_its_layout(function):
    x = np.arange(6.0).reshape(2, 3)
    assert np.array_equal(guarded(function, [x], (2, 3)), x)


def test_what_a_function_prints_is_left_alone(folder):
    out = measure("misused:prints")
    assert out.exit_code == 0
    assert out.output.startswith("noise\nnoise\n")
    assert out.output.replace("noise\n", "").startswith("prints: log_softmax in float32\n")


def test_a_function_that_exits_does_not_end_the_measurement(folder):
    out = measure("misused:exits", "--format", "float16,float32")
    assert out.exit_code == 1
    assert out.output.count("raises SystemExit: 0") == 4


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("misused:numbr", "has no function 'numbr'; it has: "),
        ("misused:number", "has no function 'number'; it has: "),
        ("misused:print", "it has: prints"),
        ("misused:", "names no function; write MODULE:FUNCTION"),
        (":textbook", "names no function"),
        ("../misused:textbook", "names no function"),
        (".misused:textbook", "names no function"),
        ("misused.py:textbook", "cannot be imported: ModuleNotFoundError"),
        ("missing_module:f", "cannot be imported: ModuleNotFoundError: No module named 'missing_module'"),
    ],
)
def test_a_wrong_name_is_wrong_use(folder, name, says):
    out = measure(name)
    assert out.exit_code == 2
    assert says in out.output
    assert "Traceback" not in out.output


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("def f(x) return x", "SyntaxError: expected ':'"),
        ("1/0", "ZeroDivisionError: division by zero"),
        ("raise RuntimeError('first\\nsecond')", "RuntimeError: first\n"),
        ("import sys; sys.exit(0)", "SystemExit: 0"),
    ],
)
def test_a_module_that_does_not_import_is_wrong_use(folder, source, says):
    Path("broken_on_import.py").write_text(source)
    out = measure("broken_on_import:f")
    assert out.exit_code == 2
    assert f"module 'broken_on_import' cannot be imported: {says}" in out.output


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--format", ""], "no format named ''"),
        (["--format", "float16,,"], "no format named ''"),
        (["--max-ulp=nan"], "a budget is a number of at least 0; got max_ulp = nan"),
        (["--max-scaled=-1"], "got max_scaled = -1"),
        (["--timeout=0"], "a timeout is a positive number of seconds"),
        (["--timeout=nan"], "a timeout is"),
        (["--timeout=1e300"], "a timeout is"),
        (["--json", "nowhere/x.json"], "there is no such folder"),
        (["--problem", "softmx"], "did you mean: softmax"),
    ],
)
def test_a_wrong_option_is_wrong_use_and_nothing_is_measured(folder, options, says):
    out = measure("misused:textbook", *options)
    assert out.exit_code == 2
    assert says in out.output
    assert "normwise" not in out.output


def test_unknown_inputs_are_answered_with_those_that_come_near(folder):
    out = measure("misused:textbook", inputs="ordinry")
    assert out.exit_code == 2
    assert "did you mean: ordinary?" in out.output


def test_a_function_of_another_signature_is_told_for_every_kind():
    table = study.measure(lambda x: x, "nll", "float32")
    assert table["misbehaviour"].str.contains("raises TypeError").all()


FILES = {
    "extra.csv": ("a,b\n1,2,9\n3,4,9\n", "does not match length of data"),
    "text.csv": ("a,b\nhello,1\n", "other things than numbers"),
    "gap.csv": ("a,b\n1,\n2,3\n", r"has nan at \(0, 1\)"),
    "bare.csv": ("1,2\n3,4\n", "must be a header"),
    "header.csv": ("a,b\n", "not empty"),
    "words.csv": ("a,b,target\n1,2,0\n3,4,x\n", "targets must be whole numbers"),
    "none.csv": ("", "cannot be read"),
    "none.npy": ("", "cannot be read"),
    "cut.npy": ("\x93NUMPY", "cannot be read"),
    "cut.npz": ("PK", "cannot be read"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_logits_is_told(tmp_path, name):
    content, says = FILES[name]
    (tmp_path / name).write_text(content, encoding="latin-1")
    with pytest.raises(ValueError, match=says):
        load(tmp_path / name)


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({"x": np.eye(2)}, "no array named 'logits'; name one with --variable: x"),
        ({"logits": np.array([[{}]])}, "Python objects, which are pickles and are not read"),
        ({"logits": np.eye(2) * 1j}, "holds complex128; logits are real numbers"),
        ({"logits": np.eye(2), "targets": [[0, 1, 1]]}, "3 targets for 2 vectors"),
        ({"logits": np.eye(2), "targets": ["a", "b"]}, "one a vector"),
        ({"logits": np.eye(2), "targets": np.array([2**63, 0], np.uint64)}, "whole numbers from 0 to 1"),
    ],
)
def test_an_archive_that_is_no_logits_is_told(tmp_path, arrays, says):
    np.savez(tmp_path / "x.npz", **arrays)
    with pytest.raises(ValueError, match=says):
        load(tmp_path / "x.npz")


def test_a_folder_and_a_missing_file_are_told(tmp_path):
    (tmp_path / "folder.npy").mkdir()
    with pytest.raises(ValueError, match="is not a file"):
        load(tmp_path / "folder.npy")
    with pytest.raises(ValueError, match="No such file"):
        load(tmp_path / "missing.npy")


def header(path, shape):
    """An .npy file that promises numbers and has none."""
    with path.open("wb") as stream:
        np.lib.format.write_array_header_1_0(stream, {"descr": "<f8", "fortran_order": False, "shape": shape})


@pytest.mark.parametrize(
    ("shape", "says"),
    [
        ((10**13, 1), "promises 80,000,000,000,128 bytes, and it has 128"),
        ((10, 3), "promises 368 bytes, and it has 128"),
    ],
    ids=["72 TiB", "cut"],
)
def test_a_header_is_not_believed(tmp_path, shape, says):
    header(tmp_path / "x.npy", shape)
    out = CliRunner().invoke(main, ["audit", str(tmp_path / "x.npy")])
    assert (out.exit_code, says in out.output) == (2, True), out.output


def test_an_archive_is_not_unpacked_before_its_size_is_known(tmp_path):
    member = tmp_path / "logits.npy"
    header(member, (500_000_000, 1))
    with zipfile.ZipFile(tmp_path / "x.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(member, "logits.npy")
    with pytest.raises(ValueError, match="promises 4,000,000,128 bytes, and it has 128"):
        load(tmp_path / "x.npz")


def test_a_matrix_is_not_loaded_before_its_size_is_known(tmp_path, monkeypatch):
    savemat(tmp_path / "x.mat", {"logits": np.eye(3)}, do_compression=True)
    monkeypatch.setattr(readers, "MOST", 8)
    with pytest.raises(ValueError, match=r"it holds 9 numbers; of a \.mat file at most 8 are read"):
        load(tmp_path / "x.mat")


def test_the_file_at_fault_is_blamed(tmp_path):
    np.save(tmp_path / "x.npy", np.eye(2))
    (tmp_path / "y.npy").write_text("no targets")
    out = CliRunner().invoke(main, ["audit", str(tmp_path / "x.npy"), str(tmp_path / "y.npy")])
    assert out.exit_code == 2
    assert "y.npy cannot be read as targets" in out.output
    assert "x.npy" not in out.output


@pytest.mark.parametrize("name", ["x.npy", "x.csv"])
def test_a_variable_of_a_file_that_has_none_is_refused(tmp_path, name):
    np.save(tmp_path / "x.npy", np.eye(2))
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match=r"a variable \('logits'\) is named in a file that has several"):
        load(tmp_path / name, variable="logits")


def test_budgets_are_held_before_anything_runs():
    called = []
    with contextlib.suppress(ValueError):
        study.assert_accurate(called.append, "log_softmax", "float32", max_ulp=-1)
    assert not called
