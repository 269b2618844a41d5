import pandas as pd
import pytest

from study.report import advice, answer
from study.runs.runner import discover
from study.runs.store import read_tables


@pytest.fixture(scope="module")
def rows():
    return answer.measured([(e, read_tables(e)) for e in discover() if e.name in {"softmax_range", "near_zero"}])


def texts(rows):
    return {
        (name, line[0].text): [value.text for value in line]
        for name, view in advice.views(rows).items()
        for line in view.rows
    }


def test_the_plain_formula_is_not_the_faithful_one(rows):
    for line in texts(rows).values():
        assert line[1] != "faithful"
        assert float(line[6]) <= 1


def test_it_says_where_naive_breaks(rows):
    assert texts(rows)["softmax", "float64"][8] == "NaN, underflow at largest logit = 720"


def test_a_domain_ends_before_the_first_value_beyond_the_budget(rows):
    some = rows[(rows["problem"] == "log_softmax") & (rows["format"] == "float32") & (rows["algorithm"] == "log1p")]
    assert "margin ≤" in advice.domain(some)
    assert all(extent.endswith("(all)") for extent in advice.domain(some.assign(max_ulp=100.0)).split("; "))
    worse = some.assign(max_ulp=some["max_ulp"].where(some["value"] < some["value"].max(), 101.0))
    assert advice.domain(worse) != advice.domain(some)
    assert set(advice.domain(some.assign(nan=1)).split("; ")) == {f"no {name}" for name in some["parameter"].unique()}


def test_a_formula_that_gets_worse_is_not_advised_any_more(rows):
    before = texts(rows)["softmax", "float32"]
    worse = rows.assign(max_ulp=rows["max_ulp"].where(rows["algorithm"] != before[1], 1e5))
    assert texts(worse)["softmax", "float32"][1] != before[1]


def test_where_nothing_was_timed_no_cost_is_shown(rows, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert {line[5] for line in texts(rows).values()} == {"–"}


def test_no_rows_have_no_table():
    assert advice.views(pd.DataFrame()) == {}
