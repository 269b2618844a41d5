import xml.etree.ElementTree as ET

pytest_plugins = ["pytester"]

KERNELS = """
import numpy as np
import pytest

def textbook(x):
    shifted = x - x.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))

@pytest.mark.parametrize("form", ["float16", "float32"])
def test_good(precision, form):
    precision(textbook, problem="log_softmax", format=form, inputs="ordinary", max_normwise=4)

def test_bad(precision):
    precision(textbook, problem="log_softmax", format="float32", inputs="one dominates", max_ulp=4)
"""


def test_budgets_pass_fail_and_are_summarised(pytester):
    pytester.makepyfile(KERNELS)
    result = pytester.runpytest_subprocess("--junitxml=out.xml", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines([
        "*textbook (log_softmax, float32) on 'one dominates': max_ulp = *, 4 allowed*",
        "*= precision =*",
        "function * problem * format * figure * measured * budget * room",
        "textbook *log_softmax *float16 *max_normwise * 4 * [0-9]*%",
        "textbook *log_softmax *float32 *max_ulp * 4 * none",
    ])  # fmt: skip
    properties = {p.get("name"): float(p.get("value")) for p in ET.parse(pytester.path / "out.xml").iter("property")}  # noqa: S314 - our own file
    assert 0 < properties["textbook.log_softmax.float16.max_normwise"] < 4
    assert properties["textbook.log_softmax.float32.max_ulp"] > 4


def test_without_budgets_there_is_no_summary(pytester):
    pytester.makepyfile("def test_nothing(): pass")
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*= precision =*")


HELD = """
import numpy as np
from kernel import good

def test_good(precision):
    precision.hold(good, problem="logsumexp", format="float32", inputs="ordinary")

def test_broken(precision, monkeypatch):
    def good(x):
        return np.log(np.exp(x).sum(axis=-1)) * np.float32(1.00001)
    good.__module__ = "kernel"
    precision.hold(good, problem="logsumexp", format="float32", inputs="ordinary")

def test_tolerated(precision):
    precision.hold(good, problem="logsumexp", format="float32", inputs="ordinary", against="low.toml", factor=1e6)

def test_unknown(precision):
    precision.hold(np.exp, problem="logsumexp", format="float32", inputs="ordinary")
"""


def test_a_record_is_held(pytester):
    good = "import numpy as np\n\ndef good(x):\n    return np.log(np.exp(x).sum(axis=-1))\n"
    pytester.makepyfile(kernel=good, test_held=HELD)
    for file, error in (("budgets.toml", 1.0), ("low.toml", 1e-3)):
        (pytester.path / file).write_text(
            '["kernel:good".logsumexp.float32]\n'
            f"ordinary = {{max_ulp = {error}, max_scaled = {error}, max_normwise = {error}, wrong = 0}}\n"
        )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines([
        "*good (logsumexp, float32) on 'ordinary': max_ulp = *, 1.5 allowed*",
        "replay *",
        "*has no record of numpy:exp; it has: kernel:good*",
        "*= precision =*",
    ])  # fmt: skip
