"""A bound that nothing comes near any more is reported."""

import dataclasses

import pandas as pd
import pytest

from study.gate import bound_use
from study.inputs.families import scaled_normal
from study.problems import PROBLEMS
from study.runs import store
from study.runs.experiment import Sweep
from study.runs.runner import measure_sweep

SWEEP = Sweep("n", [1, 50], [scaled_normal(10)], {"softmax": ["shifted"], "log_softmax": ["log1p"]}, rows=lambda _: 20)


def used():
    return bound_use.used({("e", "t"): pd.DataFrame(measure_sweep("e", SWEEP))})


@pytest.fixture(scope="module")
def recorded():
    return used()


def test_the_same_uses_are_fine(recorded):
    assert set(recorded["format"]) == {"float16", "bfloat16", "float32", "float64"}
    assert (recorded["used"] > 0.01).all()
    assert list(bound_use.loosened(recorded, recorded)) == []
    tighter = recorded.assign(used=recorded["used"] * 2)
    assert list(bound_use.loosened(recorded, tighter)) == []


@pytest.mark.parametrize(("times", "here"), [(2, True), (10, True), (10, False), (1000, False)])
def test_a_loosened_bound_is_named(monkeypatch, recorded, times, here):
    monkeypatch.setattr(store, "numerics_of", lambda _folder: bound_use.fingerprint() if here else "another")
    real = PROBLEMS["softmax"].algorithms["shifted"]
    loose = dataclasses.replace(real, bound=lambda *args: times * real.bound(*args))
    monkeypatch.setitem(PROBLEMS["softmax"].algorithms, "shifted", loose)
    found = list(bound_use.loosened(recorded, used()))
    assert len(found) == 4
    assert found[0].startswith("the bound of softmax shifted in bfloat16 is used to ")
    assert all("it is loosened" in line for line in found)


def test_a_bound_that_is_gone_or_new_is_named(recorded):
    some = recorded[recorded["problem"] == "softmax"]
    assert len(list(bound_use.loosened(recorded, some))) == 4
    (line, *_) = bound_use.loosened(some, recorded)
    assert "log_softmax log1p in bfloat16 is not in " in line
    (line,) = bound_use.loosened(None, recorded)
    assert "used.csv is missing: study baseline records" in line


def test_what_is_recorded_comes_back(tmp_path, monkeypatch, recorded):
    monkeypatch.setattr(store, "RESULTS", tmp_path / "results")
    assert bound_use.read() is None
    bound_use.record(recorded)
    pd.testing.assert_frame_equal(bound_use.read(), recorded)
