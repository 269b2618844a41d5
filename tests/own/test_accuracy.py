import contextlib
import time

import numpy as np
import pytest

import study
from study.measurement.guard import MisbehavedError, guarded


def textbook(x):
    shifted = x - x.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def unshifted(x):
    return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))


def maximum_of_the_wrong_axis(x):
    shifted = x - x.max(axis=0, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def eps_inside_the_log(x):
    shifted = x - x.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True) + x.dtype.type(1e-6))


def float16_accumulator(x):
    shifted = x - x.max(axis=-1, keepdims=True)
    total = np.exp(shifted).astype(np.float16).cumsum(axis=-1)[..., -1:]
    return shifted - np.log(total).astype(x.dtype)


def some_ulps_too_many(x):
    out = textbook(x)
    noise = np.random.default_rng(0).integers(-8, 9, out.shape)
    return (out * (1 + noise * np.finfo(x.dtype).eps)).astype(x.dtype)


ORDINARY = ("ordinary", "long", "beyond overflow", "ties", "many ties")


def test_a_textbook_kernel_is_normwise_accurate_on_everything():
    table = study.assert_accurate(textbook, "log_softmax", "float32", max_normwise=4)
    assert len(table) == len(study.battery("log_softmax", "float32"))
    assert (table["misbehaviour"] == "").all()


def test_and_loses_the_logs_of_probabilities_near_one():
    with pytest.raises(AssertionError, match="'one dominates': max_ulp"):
        study.assert_accurate(textbook, "log_softmax", "float32", max_ulp=100)


@pytest.mark.parametrize(
    "kernel", [unshifted, maximum_of_the_wrong_axis, eps_inside_the_log, float16_accumulator, some_ulps_too_many]
)
def test_subtly_wrong_kernels_are_caught(kernel):
    with pytest.raises(AssertionError, match=kernel.__name__):
        study.assert_accurate(kernel, "log_softmax", "float32", max_normwise=4)


def test_the_message_is_enough_to_mend_the_kernel_from():
    with pytest.raises(AssertionError) as caught:
        study.assert_accurate(unshifted, "log_softmax", "float64", inputs=np.array([[0.0, -40.0]]), max_ulp=1)
    text = str(caught.value)
    for part in ("unshifted (log_softmax, float64) on 'given': max_ulp = ", "instance 0, component 0", "0x0.0p+0"):
        assert part in text
    assert "-0x1.4000000000000p+5" in text
    assert "reference    -4.248354255291588986304978e-18" in text
    (line,) = [line.removeprefix("replay").strip() for line in text.splitlines() if line.startswith("replay")]
    exec(line, {"study": study, "np": np, "unshifted": unshifted})  # noqa: S102 - the line is offered to be run


def test_a_case_of_the_battery_replays_too(capsys):
    with pytest.raises(AssertionError) as caught:
        study.assert_accurate(textbook, "log_softmax", "float16", inputs="wide", max_ulp=1)
    (line,) = [
        line.removeprefix("replay").strip() for line in str(caught.value).splitlines() if line.startswith("replay")
    ]
    exec(line, {"study": study, "np": np, "textbook": textbook})  # noqa: S102 - as above
    assert "mpf" in capsys.readouterr().out


def test_a_mapping_of_inputs_gives_a_row_each():
    inputs = {"one": [np.zeros((1, 3)), np.array([0])], "two": [np.ones((2, 3)), np.array([1, 2])]}
    table = study.measure(study.PROBLEMS["nll"].algorithms["shifted"], "nll", "float64", inputs)
    assert table["inputs"].tolist() == ["one", "two"]
    assert table["count"].tolist() == [1, 2]


def test_a_file_of_logits(tmp_path):
    np.savez(tmp_path / "x.npz", logits=np.eye(3), targets=[0, 1, 2])
    for problem, kernel in (("log_softmax", textbook), ("nll", study.PROBLEMS["nll"].algorithms["shifted"])):
        table = study.measure(kernel, problem, "float32", tmp_path / "x.npz")
        assert table["inputs"].tolist() == ["x.npz"]
        assert table["max_normwise"][0] < 4
    np.save(tmp_path / "x.npy", np.eye(3))
    with pytest.raises(ValueError, match="holds logits; nll needs other inputs"):
        study.measure(kernel, "nll", "float32", tmp_path / "x.npy")


@pytest.mark.parametrize(
    ("budgets", "says"),
    [({}, "got none"), ({"max_ulps": 3}, "got max_ulps"), ({"max_ulp": 3, "x": 1}, "got max_ulp, x")],
)
def test_budgets_are_named(budgets, says):
    with pytest.raises(ValueError, match=says):
        study.assert_accurate(textbook, "log_softmax", "float32", **budgets)


def test_unknown_inputs_are_answered_with_the_known():
    with pytest.raises(ValueError, match="no inputs named 'hard' for softmax; there are: ordinary"):
        study.measure(textbook, "softmax", "float32", "hard")


def hangs(x):
    while True:
        with contextlib.suppress(Exception):
            time.sleep(0.01)


def raises(x):
    raise ZeroDivisionError("by zero\nin the kernel")


def changes(x):
    x += 1
    return x


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (hangs, "hangs: no result within 0.2 s"),
        (raises, "raises ZeroDivisionError: by zero"),
        (changes, "changes its input"),
        (lambda x: x.astype(np.float32), "returns dtype float32 for float64"),
        (lambda x: x[:1], r"returns shape \(1,\); \(3,\) is due for \(3,\)"),
        (lambda _: None, "returns NoneType; an array of float64 is due"),
    ],
)
def test_what_a_function_should_not_do_is_said(function, says):
    with pytest.raises(MisbehavedError, match=says):
        guarded(function, [np.zeros(3)], (3,), timeout=0.2)


def test_misbehaviour_on_one_kind_keeps_the_others():
    def picky(x):
        if not np.isfinite(x).all():
            raise ValueError("not finite")
        return textbook(x)

    table = study.measure(picky, "log_softmax", "float16")
    bad = table[table["misbehaviour"] != ""]
    assert set(bad["inputs"]) == {"minus infinity", "all minus infinity", "nan"}
    assert table[table["misbehaviour"] == ""]["max_ulp"].notna().all()
    with pytest.raises(AssertionError, match="raises ValueError: not finite"):
        study.assert_accurate(picky, "log_softmax", "float16", max_normwise=1e9)


def test_a_function_is_measured_under_a_recipe():
    plain = study.measure(wide_softmax, "softmax", "bfloat16", "long", layouts=["rows"])
    wide = study.measure(wide_softmax, "softmax", "bfloat16", "long", layouts=["rows"], recipe="compute wide")
    summed = study.measure(wide_softmax, "softmax", "bfloat16", "long", layouts=["rows"], recipe="accumulate narrow")
    assert wide["function"][0] == "wide_softmax under bfloat16:float32:float32:bfloat16"
    assert wide["max_ulp"][0] < 0.6 < plain["max_ulp"][0]
    assert summed["max_ulp"][0] > 10
    stored = study.measure(wide_softmax, "softmax", "bfloat16", "long", layouts=["rows"], recipe="store wide")
    assert stored["misbehaviour"][0] == ""
    with pytest.raises(ValueError, match="reads float16, and the format is bfloat16"):
        study.measure(wide_softmax, "softmax", "bfloat16", recipe="float16:float32")


def wide_softmax(x):
    terms = np.exp(x - x.max(axis=-1, keepdims=True))
    return terms / terms.sum(axis=-1, keepdims=True)
