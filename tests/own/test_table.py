import pickle

import numpy as np
import pandas as pd
import pytest

import study
from study.own.table import SHORT, Measurement, gravest, shown


def naive(x):
    return np.log(np.exp(x).sum(axis=-1))


def of_a_wrong_shape(x):
    return x


@pytest.fixture(scope="module")
def table():
    return study.measure(naive, "logsumexp", ["float32", np.float16], layouts=("rows",))


def test_it_is_a_data_frame(table, tmp_path):
    plain = pd.DataFrame(table)
    assert isinstance(table, pd.DataFrame)
    assert isinstance(table, Measurement)
    assert table["format"].unique().tolist() == ["float32", "float16"]
    assert isinstance(table["max_ulp"], pd.Series)
    assert isinstance(table[table["nan"] == 0], Measurement)
    pd.testing.assert_frame_equal(pd.DataFrame(pickle.loads(pickle.dumps(table))), plain)  # noqa: S301 - our own
    assert table.to_csv() == plain.to_csv()
    assert table.to_json(orient="records") == plain.to_json(orient="records")
    assert table.groupby("format")["count"].sum().equals(plain.groupby("format")["count"].sum())
    pd.testing.assert_frame_equal(pd.DataFrame(pd.concat([table, table])), pd.concat([plain, plain]))
    joined = table.merge(plain[["format", "inputs", "count"]], on=["format", "inputs"], suffixes=("", "_again"))
    assert (joined["count"] == joined["count_again"]).all()


def test_its_parts_look_like_any_other(table):
    assert "Empty Measurement" in repr(table.iloc[:0])
    for part in (table[["max_ulp", "count"]], table.T):
        assert repr(part) == repr(pd.DataFrame(part))
        assert part._repr_html_() == pd.DataFrame(part)._repr_html_()


def test_what_fails_first_is_shown_and_the_legend_and_the_worst_input(table):
    text = repr(table)
    assert text.count("naive: logsumexp in") == 2
    part = table[table["format"] == "float16"]
    assert f"… {len(part) - SHORT} more kinds of inputs" in text
    first = next(line for line in text[text.index("float16") :].splitlines()[2:])
    assert "overflow" in first
    assert "scaled: error over u (1 + cond) |exact|" in text
    row = gravest(part)
    assert row["overflow"] > 0
    assert f"worst: {row['inputs']!r}, input {row['worst_input']}, computed inf, exact {row['worst_reference']}" in text


def test_the_rest_with_full(table):
    lines = shown(table, full=True).splitlines()
    for kind in table["inputs"].unique():
        assert sum(line.startswith(f"  {kind}  ") for line in lines) == 2, kind


def test_a_notebook_shows_the_same(table):
    page = table._repr_html_()
    assert page.count("<table") == 2
    assert "logsumexp in float16" in page
    assert "more kinds of inputs" in page
    assert "<script" not in study.measure(naive, "logsumexp", "float32", {"<script>": [np.ones(3)]})._repr_html_()


def test_a_wrong_shape_is_told_once():
    table = study.measure(of_a_wrong_shape, "logsumexp", "float32", layouts=("rows",))
    assert (table["misbehaviour"] != "").all()
    text = repr(table)
    assert text.count("returns shape") == 1
    assert f"(and on {len(table) - 1} other kinds of inputs)" in text
    with pytest.raises(AssertionError) as caught:
        study.assert_accurate(of_a_wrong_shape, "logsumexp", "float32", layouts=("rows",), max_ulp=1)
    assert str(caught.value).count("returns shape") == 1
    assert f"and so on {len(table) - 1} other kinds of inputs" in str(caught.value)
