import itertools
import math

import numpy as np
import pandas as pd
import pytest

from study.formats import FORMATS
from study.measurement import outcome
from study.problems import PROBLEMS
from study.problems.reference import exact
from study.problems.special import stacks
from study.report import answer, exhaustive
from study.report.writer import shown
from study.runs.store import read_tables

ROW = {
    "experiment": "e", "backend": "numpy", "problem": "softmax", "format": "float32", "inputs": "i", "parameter": "x",
    "value": 1, "count": 10, "max_ulp": 1.0, "median_ulp": 0.3, "p99_ulp": 0.9, "max_relative": 1e-7, "normal": 10,
    "subnormal": 0, "overflow": 0, "underflow": 0, "nan": 0, "limit": 0, "missed": 0, "row": "e/sweep/0",
}  # fmt: skip


def table(*rows):
    return pd.DataFrame([{**ROW, **row} for row in rows])


def test_the_smallest_worst_error_is_recommended():
    cell = answer.cell(table({"algorithm": "naive", "max_ulp": 9.0}, {"algorithm": "shifted", "max_ulp": 2.5}))
    assert (cell.algorithm, cell.error, cell.grade, cell.naive) == ("shifted", "2.50 ulps", "near", "fine")


def test_a_formula_that_fails_is_not_recommended_however_accurate_elsewhere():
    cell = answer.cell(table({"algorithm": "naive", "max_ulp": 0.6, "nan": 1}, {"algorithm": "shifted", "max_ulp": 50}))
    assert (cell.algorithm, cell.naive) == ("shifted", "NaN")


def test_the_recommendation_follows_the_table():
    rows = [{"algorithm": "naive", "max_ulp": 3.0}, {"algorithm": "shifted", "max_ulp": 4.0}]
    assert answer.cell(table(*rows)).algorithm == "naive"
    rows[0]["overflow"] = 1
    assert answer.cell(table(*rows)).algorithm == "shifted"


@pytest.mark.parametrize(
    ("change", "mark"),
    [
        ({}, "fine"),
        ({"nan": 1, "overflow": 5}, "NaN"),
        ({"overflow": 5}, "overflow"),
        ({"missed": 1}, "wrong"),
        ({"max_ulp": 2.0**23}, "wrong"),
        ({"limit": 10, "max_relative": 1.0}, "underflow"),
        ({"limit": 10, "max_relative": 0.0}, "fine"),
    ],
)
def test_marks_of_the_naive_formula(change, mark):
    assert answer.naive_mark(table({"algorithm": "naive", **change})) == mark


def test_grades():
    grades = (
        *(("float64", 0.6, "exact"), ("float64", 508, "exact"), ("float32", 0.6, "near"), ("float32", 99, "far")),
        *(("float16", 0.5, "far"), ("float16", 30, "off"), ("float32", 2.0**23, "lost"), ("float32", math.inf, "lost")),
    )
    for form, worst, grade in grades:
        assert answer.cell(table({"algorithm": "naive", "format": form, "max_ulp": worst})).grade == grade


def test_digits_right_compare_formats():
    """A float64 result with 508 ulps is better than a float16 one with half."""
    assert answer.digits(508, "float64") > 12 > answer.digits(0.5, "float32") > answer.digits(0.5, "float16") > 3
    assert answer.digits(math.inf, "float32") == answer.digits(2.0**23, "float32") == 0


def test_a_product_that_leaves_the_range_has_its_logarithm_named_instead():
    rows = [{"problem": "likelihood", "algorithm": "naive", "parameter": "n", "value": n} for n in (10, 100)]
    rows[1] |= {"limit": 10, "max_relative": 1.0, "max_ulp": 7e-56}
    cell = answer.cell(table(*rows))
    assert (cell.instead, cell.ends) == ("log_likelihood", "out of range from n = 100")
    assert answer.cell(table(rows[0])).instead == ""
    scalar = answer.cell(table(*({**row, "problem": "sigmoid", "algorithm": "two_branch"} for row in rows)))
    assert (scalar.instead, scalar.ends) == ("", "out of range from n = 100")


@pytest.mark.parametrize(("worst", "named"), [(2.0**12, "shifted"), (2.0**12 + 1, "faithful")])
def test_faithful_is_recommended_where_no_plain_formula_keeps_half_the_digits(worst, named):
    rows = table({"algorithm": "shifted", "max_ulp": worst}, {"algorithm": "faithful", "max_ulp": 0.5})
    assert answer.cell(rows).algorithm == named


def test_the_number_is_of_every_input_where_every_input_was_tried():
    rows = table({"algorithm": "shifted", "max_ulp": 1.0}, {"algorithm": "faithful", "max_ulp": 0.5})
    tried = table({"algorithm": "shifted", "max_ulp": 3.0, "row": "exhaustive/softmax_float32/shifted"})
    cell = answer.cell(rows, tried)
    assert (cell.algorithm, cell.error, cell.exhaustive) == ("shifted", "3 ulps", True)
    assert not answer.cell(rows).exhaustive
    assert answer.cell(rows, tried.assign(overflow=1)).algorithm == "faithful"


def test_a_row_is_lost_when_no_digit_is_right():
    rows = table({"max_ulp": 0.09 * 2**24}, {"max_ulp": 0.11 * 2**24}, {"nan": 1})
    assert outcome.lost(rows).tolist() == [False, True, True]
    assert outcome.words(rows.iloc[1:2]) == "no digit right"


def test_other_backends_do_not_answer():
    class Declared:
        name, tables = "e", {}

    assert answer.matrix(answer.measured([(Declared, {})])) == []


SPECIAL = pd.DataFrame([
    {"problem": "softmax", "algorithm": "shifted", "format": "float32", "cases": 8, "lost": 3, "first_lost": "[∞, 0]"},
    {"problem": "softmax", "algorithm": "online", "format": "float32", "cases": 8, "lost": 0, "first_lost": ""},
])  # fmt: skip


def test_a_cell_says_which_special_arguments_its_formula_loses():
    rows = table({"algorithm": "shifted", "max_ulp": 2.0}, {"algorithm": "online", "max_ulp": 3.0})
    assert answer.cell(rows, special=SPECIAL).loses == "loses [∞, 0] and 2 more"
    assert answer.cell(rows, special=SPECIAL.assign(lost=0)).loses == ""
    assert answer.cell(rows[rows["algorithm"] == "online"], special=SPECIAL).loses == ""


def test_what_is_lost_at_special_arguments_alone_does_not_decide():
    rows = table({"algorithm": "shifted", "max_ulp": 2.0}, {"algorithm": "faithful", "max_ulp": 0.5})
    tried = table({"algorithm": "shifted", "max_ulp": math.inf, "nan": 3, "row": "exhaustive/s/shifted"})
    assert answer.cell(rows, tried, SPECIAL).algorithm == "shifted"
    assert answer.cell(rows, tried.assign(nan=4), SPECIAL).algorithm == "faithful"
    assert answer.cell(rows, tried).algorithm == "faithful"


def test_every_cell_of_the_report_keeps_special_arguments_or_says_so():
    stored = [(e, read_tables(e)) for e in shown()]
    special = answer.specials(stored)
    for cell in itertools.chain(*answer.matrix(answer.measured(stored), exhaustive.rows(exhaustive.tables()), special)):
        problem, form, lost = PROBLEMS[cell.problem], FORMATS[cell.form], 0
        for args in stacks(problem, form):
            due = exact(problem, *args).to_mpf().astype(np.float64)
            result = np.asarray(problem.algorithms[cell.algorithm](*args)).astype(np.float64)
            lost += int((np.isnan(result) & ~np.isnan(due)).reshape(len(args[0]), -1).any(axis=-1).sum())
        assert bool(lost) == bool(cell.loses), (cell, lost)
