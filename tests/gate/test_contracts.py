import pandas as pd
import pytest

from study.formats import FORMATS
from study.gate import contracts
from study.runs.runner import load
from study.runs.store import read_tables


def overflow(**row):
    return {"first_overflow": pd.DataFrame([{"problem": "softmax", "algorithm": "naive", "format": "float16", **row}])}


def underflow(**row):
    return {"first_underflow": pd.DataFrame([{"format": "float16", "held": 0.5, **row}])}


@pytest.mark.parametrize(
    ("form", "edge"), [("float16", 11.09), ("bfloat16", 88.72), ("float32", 88.72), ("float64", 709.78)]
)
def test_exp_overflows_where_the_literature_says(form, edge):
    assert float(contracts.log_overflow(FORMATS[form])) == pytest.approx(edge, abs=0.005)


def test_the_naive_formula_must_fail_where_exp_overflows():
    assert not list(contracts.overflow_of_exp(overflow(first_logit=11.09375)))
    for elsewhere in (11.0, 11.25, float("nan")):
        (line,) = contracts.overflow_of_exp(overflow(first_logit=elsewhere))
        assert line.startswith(f"softmax naive in float16 fails from {elsewhere} on; 11.09")


def test_the_shifted_softmax_must_not_fail():
    assert not list(contracts.overflow_of_exp(overflow(algorithm="shifted", first_logit=float("nan"))))
    assert list(contracts.overflow_of_exp(overflow(algorithm="shifted", first_logit=500.0)))


def test_a_product_must_underflow_where_its_exact_value_does():
    assert not list(contracts.underflow_of_product(underflow(first_n=25)))
    for elsewhere in (23, 27):
        assert list(contracts.underflow_of_product(underflow(first_n=elsewhere)))


@pytest.mark.parametrize("name", ["product_underflow", "softmax_range"])
def test_the_stored_tables_keep_them(name):
    experiment = load(f"experiments/{name}.py")
    tables = read_tables(experiment)
    assert [line for contract in experiment.contracts for line in contract(tables)] == []
