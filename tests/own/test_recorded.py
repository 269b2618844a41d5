import tomllib

import numpy as np
import pandas as pd
import pytest

import study
from study.own.accuracy import check
from study.own.budgets import BUDGETS
from study.own.recorded import FACTOR, FLOORS, Record, key_of, recorded


def shifted(x):
    top = x.max(axis=-1, keepdims=True)
    return top[..., 0] + np.log(np.exp(x - top).sum(axis=-1))


def broken(x):
    return np.log(np.exp(x).sum(axis=-1))


KINDS = {"inputs": "ordinary", "layouts": ("rows",)}


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "budgets.toml"
    text = ""
    for inputs in ("ordinary", "beyond overflow"):
        table = study.measure(shifted, "logsumexp", ["float32", "float16"], inputs, layouts=("rows",))
        text = recorded(text, path, "mine:shifted", table)
    path.write_text(text)
    return path


def test_what_is_recorded_is_read_back(file):
    held = tomllib.loads(file.read_text())["mine:shifted"]["logsumexp"]
    assert [*held] == ["float32", "float16"]
    assert [*held["float32"]] == ["ordinary", "beyond overflow"]
    row = study.measure(shifted, "logsumexp", "float16", **KINDS).iloc[0]
    assert held["float16"]["ordinary"] == {**{name: row[name] for name in BUDGETS}, "wrong": 0}


@pytest.mark.parametrize("value", [0.0, np.inf, 1e300, 5e-324, 0.1])
def test_every_figure_and_name_survives(tmp_path, value):
    row = dict.fromkeys(BUDGETS, value) | dict.fromkeys(("nan", "overflow", "missed", "underflow"), 2)
    row |= {"problem": "softmax", "format": "float32", "inputs": 'a "kind", of [its] own = ü', "misbehaviour": ""}
    text = recorded("", tmp_path / "x", "my.module:f", pd.DataFrame([row]))
    (kind,) = tomllib.loads(text)["my.module:f"]["softmax"]["float32"].items()
    assert kind == (row["inputs"], {**dict.fromkeys(BUDGETS, value), "wrong": 8})


def test_the_rest_of_a_record_stays_comments_too(file):
    before = '# by hand\n["other:f".softmax.float32]\nordinary = {max_ulp = 1.0}  # why\n'
    table = study.measure(shifted, "logsumexp", "float32", **KINDS)
    after = recorded(before, file, "mine:shifted", table)
    assert after.startswith(before)
    assert {*tomllib.loads(after)} == {"other:f", "mine:shifted"}
    assert recorded(after, file, "mine:shifted", table) == after


def test_a_kernel_is_held_to_its_record(file):
    record = Record.read(file, "mine:shifted")
    assert not check(shifted, "logsumexp", ["float32", "float16"], record, **KINDS).complaints


def test_a_broken_kernel_is_caught_with_its_worst_input_and_a_line_that_replays_it(file):
    record = Record.read(file, "mine:shifted")
    checked = check(broken, "logsumexp", "float16", record, inputs="beyond overflow", layouts=("rows",))
    assert "on 'beyond overflow': max_ulp = " in checked.text
    assert "wrong = 64, 0 allowed" in checked.text
    assert "worst input: 'beyond overflow'" in checked.text
    assert "replay " in checked.text


@pytest.mark.parametrize("figure", [*BUDGETS, "wrong"])
def test_each_figure_alone_fails(file, figure):
    row = study.measure(shifted, "logsumexp", "float32", **KINDS).iloc[0].to_dict()
    limits = Record.read(file, "mine:shifted")(row)
    assert all(row[name] <= limits[name] for name in BUDGETS)
    if figure == "wrong":
        assert limits[figure] == 0
    else:
        assert limits[figure] == FACTOR * max(row[figure], FLOORS[figure])


def test_what_correct_rounding_costs_is_no_worse_than_nothing(file):
    figures = {"p": {"float32": {"x": {**dict.fromkeys(BUDGETS, 0.0), "wrong": 3}}}}
    limits = Record(file, "f", 2.0, figures)({"problem": "p", "format": "float32", "inputs": "x"})
    assert limits == {"max_ulp": 1.0, "max_scaled": 2.0, "max_normwise": 2.0, "wrong": 3}


def test_what_is_not_recorded_is_complained_of(file):
    record = Record.read(file, "mine:shifted")
    checked = check(shifted, "logsumexp", "float32", record, inputs="ties", layouts=("rows",))
    assert f"on 'ties': is not recorded in {file}" in checked.text
    assert "not recorded" in check(shifted, "logsumexp", "float64", record, **KINDS).text


def test_what_misbehaves_is_not_recorded(file):
    table = study.measure(lambda x: x, "logsumexp", "float32", **KINDS)
    with pytest.raises(ValueError, match=r"returns shape .*; nothing is recorded"):
        recorded("", file, "mine:wrong", table)


@pytest.mark.parametrize(
    ("text", "name", "factor", "says"),
    [
        ("= no", "mine:f", 1.5, "is no TOML"),
        ("", "mine:f", 1.5, "has no record of mine:f; it has: none"),
        ('["mine:g".softmax]', "mine:f", 1.5, "has no record of mine:f; it has: mine:g"),
        ("", "mine:f", 0.5, "a factor is at least 1; got 0.5"),
        ("", "mine:f", float("nan"), "a factor is at least 1; got nan"),
    ],
)
def test_wrong_use_is_one_line(tmp_path, text, name, factor, says):
    (tmp_path / "b.toml").write_text(text)
    with pytest.raises(ValueError, match=says):
        Record.read(tmp_path / "b.toml", name, factor)


def test_a_function_is_recorded_under_its_module():
    assert key_of(np.linalg.norm) == "numpy.linalg:norm"
