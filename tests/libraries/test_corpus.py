from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from study.gate import contracts
from study.libraries import corpus
from study.measurement.case import Case
from study.problems import PROBLEMS

FILE = Path("experiments/reports.toml")


@pytest.fixture(scope="module")
def few(tmp_path_factory):
    file = tmp_path_factory.mktemp("corpus") / "few.toml"
    file.write_text(
        """
        [[case]]
        links = ["a", "b"]
        title = "a small result is lost"
        problem = "log_softmax"
        format = "float64"
        arguments = [[50.0, 0.0]]
        fixed = "2.0"
        mechanism = true

        [[case]]
        links = ["c"]
        title = "columns"
        problem = "softmax"
        format = "float16"
        layout = "columns"
        arguments = [{ value = 0.0, n = 4096 }]

        [[case]]
        links = ["d"]
        title = "a batch"
        problem = "mean_nll"
        format = "float16"
        arguments = [{ row = [0.0, 20.0], times = 40 }, { row = 0, times = 40 }]
        """
    )
    return corpus.verdicts(file, ["scipy", "sklearn"])


def verdict(table, **equal):
    for column, value in equal.items():
        table = table[table[column] == value]
    return table["verdict"].item()


def test_every_case_fits_its_problem_and_no_link_comes_twice():
    cases = corpus.read(FILE)
    links = [link for case in cases for link in case.links]
    assert len(cases) >= 80
    assert len(set(links)) == len(links)
    for case in cases:
        args = case.inputs()
        PROBLEMS[case.problem].signature.batch(args)
        PROBLEMS[case.problem].signature.check_indices(args)
        assert case.written()


def test_verdicts_are_computed(few):
    if few["version"].iloc[0].startswith("1.17."):
        assert verdict(few, title="a small result is lost", backend="scipy") == "wrong"
        assert verdict(few, title="columns", backend="scipy") == "wrong"
    assert verdict(few, title="a small result is lost", algorithm="naive") == "wrong"
    assert verdict(few, title="a batch", backend="scipy") == "not applicable"
    assert (few[few["algorithm"] == "faithful"]["verdict"] == "right").all()


def test_where_it_was_fixed_and_whose_the_numbers_are_is_told_of_every_function(few):
    told = few.groupby("title")[["fixed", "whose"]].agg(set)
    assert told.loc["a small result is lost"].to_list() == [{"2.0"}, {"ours"}]
    assert told.loc["columns"].to_list() == [{""}, {"reported"}]


def test_a_library_without_the_axis_is_left_out(few):
    assert few[(few["title"] == "columns") & (few["backend"] == "sklearn")].empty


def test_half_the_digits_part_inexact_from_wrong():
    case = Case(PROBLEMS["softplus"], (np.array([1.0], np.float32),))
    due = np.log1p(np.exp(np.float64(1)))
    said = [
        corpus._judged(case, lambda _, k=k: np.array([due * (1 + k)], np.float32))["verdict"]
        for k in (0.0, 1e-5, 1e-3, np.nan)
    ]
    assert said == ["right", "inexact", "wrong", "wrong"]
    assert corpus._judged(case, lambda _: 1 / 0)["misbehaviour"] == "raises ZeroDivisionError: division by zero"


def test_the_contract_finds_a_faithful_that_is_not(few):
    assert list(contracts.faithful_on_reports({"reports": few})) == []
    broken = few.assign(verdict=few["verdict"].where(few["algorithm"] != "faithful", "inexact"))
    assert len(list(contracts.faithful_on_reports({"reports": pd.DataFrame(broken)}))) == 3
