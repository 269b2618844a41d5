"""Recomputed tables against stored ones, on this fingerprint and on another."""

import json

import numpy as np
import pandas as pd
import pytest

from study.gate import differences
from study.inputs.families import scaled_normal
from study.runs import store
from study.runs.experiment import Experiment, Sweep
from study.runs.runner import measure_sweep

SWEEP = Sweep("n", [2, 5], [scaled_normal(10)], {"softmax": ["naive", "shifted"]}, rows=lambda _: 5)


@pytest.fixture
def stored(tmp_path, monkeypatch):
    """An experiment, its tables, and where their fingerprint is said."""
    monkeypatch.chdir(tmp_path)
    experiment = Experiment(str(tmp_path / "one.py"), "Why?", {"sweep": SWEEP, "other": lambda: None})
    tables = {"sweep": pd.DataFrame(measure_sweep("one", SWEEP)), "other": pd.DataFrame({"a": [1.5]})}
    for name, table in tables.items():
        store.write_table("one", name, table)
    return experiment, tables


def written_under(numerics):
    (store.RESULTS / "one" / store.PROVENANCE).write_text(json.dumps({"numerics": numerics}))


def test_the_same_tables_differ_nowhere(stored):
    for numerics in (differences.fingerprint(), "another"):
        written_under(numerics)
        assert list(differences.differences(*stored)) == []


@pytest.mark.parametrize("column", ["max_ulp", "median_cond", "worst_row", "inputs"])
def test_any_cell_is_held_under_the_same_fingerprint(stored, column):
    written_under(differences.fingerprint())
    experiment, tables = stored
    worse = tables["sweep"].copy()
    worse[column] = worse[column].astype(object)
    worse.loc[3, column] = 77
    (line,) = differences.differences(experiment, {**tables, "sweep": worse})
    assert line.startswith("one/sweep: row 3 (softmax shifted bfloat16 ")
    assert f"has {column} = 77, and " in line
    (line,) = differences.differences(experiment, {**tables, "other": pd.DataFrame({"a": [1.25]})})
    assert line.startswith("one/other: row 0 () has a = 1.25, and 1.5 is stored")
    (line,) = differences.differences(experiment, {**tables, "sweep": worse[1:]})
    assert "15 rows of" in line


def test_elsewhere_what_the_inputs_decide_is_held(stored):
    written_under("another")
    experiment, tables = stored
    sweep = tables["sweep"]
    errors = sweep.assign(max_ulp=sweep["max_ulp"] * 2, bound_used=0.5, worst_row=0)
    close = sweep.assign(median_cond=sweep["median_cond"] * (1 + 1e-6))
    for table in (errors, close):
        assert not list(differences.differences(experiment, {**tables, "sweep": table}))
    other_seed = sweep.assign(median_cond=sweep["median_cond"] * np.where(sweep.index == 6, 1.1, 1))
    (line,) = differences.differences(experiment, {**tables, "sweep": other_seed})
    assert "row 6 (softmax naive float64 " in line
    (line,) = differences.differences(experiment, {**tables, "sweep": sweep.assign(count=sweep["count"] + 1)})
    assert "has count = " in line
