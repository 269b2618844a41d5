import numpy as np
import pandas as pd
import pytest

from study.report import findings
from study.runs.runner import load

KEY = {"backend": "lib", "version": "1.0", "algorithm": "lib.f", "format": "float16"}
FINE = dict.fromkeys(("overflow", "underflow", "nan", "missed", "limit"), 0)


def battery(**changed):
    row = KEY | FINE | {"problem": "softplus", "inputs": "ordinary", "misbehaviour": None, "max_ulp": 0.5}
    row |= {"worst_computed": 1.0, "worst_reference": 1.0, "count": 8}
    return {"battery": pd.DataFrame([row | changed])}


def test_row_sums_that_are_off_are_told_and_others_are_not():
    row = KEY | {"layout": "columns", "n": 4096}
    sentence = findings.row_sum("float16", "columns", 4096)
    assert "sums to 2 by lib.f (1.0)" in sentence({"row_sums": pd.DataFrame([row | {"row_sum": 2.0}])})
    assert sentence({"row_sums": pd.DataFrame([row | {"row_sum": 1.01}])}) is None


def test_infinite_and_zero_results_are_told_where_they_should_not_be():
    infinite = findings.infinite("softplus", "float16", "ordinary")
    assert "is infinite, not 11.2, by lib.f (1.0) in 1 of 8 results" in infinite(
        battery(overflow=1, worst_computed=np.inf, worst_reference=11.156)
    )
    assert infinite(battery()) is None
    zero = findings.zero("softplus", "float16", "ordinary")
    assert "is 0, not 0.00100, by lib.f" in zero(battery(underflow=1, worst_computed=0.0, worst_reference=1e-3))
    assert zero(battery(underflow=1, worst_computed=1.0)) is None
    assert "is 0, not 0.00100 for one, by lib.f (1.0) in 2 of" in zero(
        battery(underflow=2, worst_computed=0.0, worst_reference=1e-3)
    )


def test_what_is_within_an_ulp_and_what_has_no_digit_right():
    assert "lib.f (softplus) is within one ulp throughout" in findings.within_one_ulp(battery())
    assert "none is within" in findings.within_one_ulp(battery(max_ulp=2.0))
    assert findings.lost_functions(battery()) is None
    assert "1 of 1 library functions have no digit right" in findings.lost_functions(battery(nan=1))


@pytest.fixture
def reports():
    rows = [
        {"title": "one", "link": "a b", "backend": "study", "algorithm": "naive", "verdict": "wrong"},
        {"title": "one", "link": "a b", "backend": "study", "algorithm": "faithful", "verdict": "right"},
        {"title": "one", "link": "a b", "backend": "lib", "algorithm": "lib.f", "verdict": "wrong"},
    ]
    return {"reports": pd.DataFrame(rows).assign(version="1.0", format="float16", ulps=0.5)}


def test_reports_are_counted(reports):
    reported = load("experiments/reports.py").findings[0].sentence
    assert reported(reports).startswith("2 reports from the field come down to 1 inputs.")
    assert "wrong today on 1 of 1 reported inputs" in findings.still_wrong("lib")(reports)
    twice = {"reports": pd.concat([reports["reports"], reports["reports"].assign(algorithm="lib.g")])}
    assert "wrong today on 1 of 1 reported inputs" in findings.still_wrong("lib")(twice)
    mended = {"reports": reports["reports"].assign(verdict="right")}
    assert findings.still_wrong("lib")(mended) is None
