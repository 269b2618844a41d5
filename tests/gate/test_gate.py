import dataclasses

import numpy as np
import pandas as pd
import pytest

from study.certified.errors import Outcome
from study.formats import FORMATS
from study.gate.verdict import broken, exceeded_bounds, missing_failures, unfaithful, violations
from study.inputs.families import scaled_normal, uniform
from study.measurement.case import Case
from study.problems import PROBLEMS
from study.runs.experiment import Experiment, Sweep
from study.runs.runner import measure_sweep


def sweep(problem, **changes):
    family = uniform(0.5, 1) if PROBLEMS[problem].domain == "probability" else scaled_normal(10)
    given = {"parameter": "n", "values": [5, 300], "families": [family], "problems": {problem: None}}
    return Sweep(**{**given, "rows": lambda _: 5, **changes})


def table(declared):
    return pd.DataFrame(measure_sweep("test", declared))


def swap(monkeypatch, problem, name, function):
    """Put a broken kernel in the place of an algorithm."""
    real = PROBLEMS[problem].algorithms[name]
    monkeypatch.setitem(PROBLEMS[problem].algorithms, name, dataclasses.replace(real, function=function))


@pytest.mark.parametrize("problem", ["likelihood", "log_likelihood", "logsumexp", "softmax", "log_softmax", "nll"])
def test_ours_pass(problem):
    assert list(exceeded_bounds("t", table(sweep(problem)))) == []


def one_ulp_too_many(p):
    return np.nextafter(np.cumprod(p, axis=-1)[..., -1] * (1 + 1e-3), 0).astype(p.dtype)


def without_the_shift_in_the_sum(x):
    top = x.max(axis=-1, keepdims=True)
    return top[..., 0] + np.log(np.exp(x - top / 2).sum(axis=-1))


@pytest.mark.parametrize(
    ("problem", "algorithm", "kernel"),
    [
        ("likelihood", "naive", one_ulp_too_many),
        ("logsumexp", "shifted", without_the_shift_in_the_sum),
        ("log_softmax", "shifted", lambda x: x - x.max(axis=-1, keepdims=True)),
        ("softmax", "shifted", lambda x: np.exp(x - x.max(-1, keepdims=True)) / (1 + np.exp(x).sum(-1, keepdims=True))),
    ],
)
def test_a_broken_kernel_exceeds_its_bound(monkeypatch, problem, algorithm, kernel):
    swap(monkeypatch, problem, algorithm, kernel)
    declared = sweep(problem, problems={problem: [algorithm]}, formats=["float32", "float64"])
    found = list(exceeded_bounds("t", table(declared)))
    assert found
    assert all(
        problem in line and "times its a-priori bound; worst input " in line and "0x1." in line for line in found
    )


def test_a_kernel_that_answers_nan_exceeds_its_bound(monkeypatch):
    swap(monkeypatch, "logsumexp", "shifted", lambda x: np.full(x.shape[:-1], np.nan, x.dtype))
    assert list(exceeded_bounds("t", table(sweep("logsumexp", problems={"logsumexp": ["shifted"]}))))


@pytest.mark.parametrize("form", ["float16", "float32", "float64"])
def test_faithful_keeps_its_ulp(form):
    assert not list(broken("t", table(sweep("log_softmax", problems={"log_softmax": ["faithful"]}, formats=[form]))))


@pytest.mark.parametrize(
    ("broken_one", "says"),
    [
        (lambda y: np.nextafter(np.nextafter(y, -np.inf), -np.inf), "ulp, 0 wrong outcomes"),
        (lambda y: np.where(y == y.max(axis=-1, keepdims=True), np.nan, y), "error inf ulp, 10 wrong outcomes"),
    ],
    ids=["two ulps", "nan"],
)
def test_a_broken_faithful_kernel_is_reported_on_every_row(monkeypatch, broken_one, says):
    real = PROBLEMS["log_softmax"].algorithms["faithful"].function
    swap(monkeypatch, "log_softmax", "faithful", lambda x: broken_one(real(x)).astype(x.dtype))
    rows = table(
        sweep("log_softmax", problems={"log_softmax": ["faithful"]}, formats=["float32", "float64"], rows=lambda _: 10)
    )
    found = list(unfaithful("t", rows))
    assert len(found) == len(rows) == 4
    assert all("log_softmax faithful in float" in line and says in line and "0x" in line for line in found)
    assert list(broken("t", rows)) == found


def test_an_unfaithful_formula_of_another_name_is_held_to_its_own_bound_alone():
    assert not list(unfaithful("t", table(sweep("log_softmax", problems={"log_softmax": ["minus_logsumexp"]}))))


def test_documented_failures_are_found_where_they_are():
    tops = [1, 100, 1000]
    declared = sweep("softmax", values=tops, families=[scaled_normal(10)], problems={"softmax": ["naive"]})
    assert list(missing_failures([table(declared)])) == []


def test_a_naive_formula_that_no_longer_fails_is_reported(monkeypatch):
    swap(monkeypatch, "softmax", "naive", PROBLEMS["softmax"].algorithms["shifted"].function)
    declared = sweep("softmax", values=[1, 100, 1000], families=[scaled_normal(10)], problems={"softmax": ["naive"]})
    found = list(missing_failures([table(declared)]))
    assert len(found) == 4
    assert "softmax naive in float16 is documented to end in nan, and no longer does" in " ".join(found)


def test_an_experiments_own_contracts_count(tmp_path):
    experiment = Experiment(
        str(tmp_path / "e.py"), "Why?", tables={"t": lambda: None}, contracts=[lambda tables: iter(tables["t"]["line"])]
    )
    assert list(violations(experiment, {"t": pd.DataFrame({"line": ["broken promise"]})})) == ["broken promise"]


def test_a_row_counts_every_value():
    problem, form = PROBLEMS["logsumexp"], FORMATS["float16"]
    args = (form.round(np.array([[1.0, 2.0], [11.0, 12.0], [60000.0, 1.0]])),)
    row = Case(problem, args).measure(problem.algorithms["naive"])
    assert row["count"] == 3 == sum(row[o.name.lower()] for o in Outcome)
    assert row["overflow"] == 2
    assert row["worst_row"] == 1, "65536, the next number after xmax, is more ulps from 12.3 than from 60000"
