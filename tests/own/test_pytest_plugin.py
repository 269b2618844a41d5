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
