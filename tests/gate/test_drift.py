import json

import numpy as np
import pandas as pd
import pytest

from study.gate import drift
from study.gate.verdict import drifted

KEY = dict(
    zip(drift.KEY, ["digits", "losses", "softmax", "shifted", "float16", "held-out digits", "max_ulp"], strict=True)
)


def errors(figure="max_ulp", **by_algorithm):
    return pd.DataFrame(
        [{**KEY, "figure": figure, "algorithm": name, "worst": value} for name, value in by_algorithm.items()]
    )


def sweep(**columns):
    wrong = {"overflow": 0, "underflow": 0, "nan": 0, "missed": 0}
    return pd.DataFrame([{**KEY, **wrong, "count": 100, "max_ulp": 1.0, "median_ulp": 0.25, **columns}]).drop(
        columns="figure"
    )


def test_the_summary_is_the_worst_of_the_ordinary_rows_and_all_wrong_outcomes():
    rows = pd.concat([sweep(max_ulp=2.0), sweep(max_ulp=3.00004), sweep(max_ulp=np.inf, median_ulp=9, nan=1)])
    worst = drift.summary({("digits", "losses"): rows}).set_index("figure")["worst"]
    assert worst.to_dict() == {"max_ulp": 3.0, "median_ulp": 0.25, "wrong": 1.0}


def test_no_sweeps_have_no_summary():
    assert drift.summary({}).empty


def test_what_moved_is_told_worst_first():
    changes = drift.moved(errors(a=1.0, b=1.0, c=1.0, d=1.0), errors(a=1.0, b=3.0, c=5.0, d=0.25))
    assert changes["algorithm"].tolist() == ["c", "b", "d"]
    assert changes["ratio"].tolist() == [5.0, 3.0, 0.25]
    assert drift.lines(changes, most=1)[-1] == "… and 2 more"


def test_growth_beyond_four_times_is_a_violation():
    found = list(drifted(drift.moved(errors(a=1.0, b=1.0), errors(a=4.0, b=4.1))))
    assert len(found) == 1
    assert "digits losses softmax b float16 held-out digits max_ulp: 4.1, 4.1 times the recorded 1" in found[0]


@pytest.mark.parametrize(
    ("figure", "recorded", "enough", "too_much"),
    [("max_ulp", 0.0, 1.9, 2.1), ("median_ulp", 0.0, 0.375, 0.4), ("median_ulp", 1.0, 1.5, 1.6), ("wrong", 0, 0, 1)],
)
def test_each_figure_has_its_room(figure, recorded, enough, too_much):
    assert not list(drifted(drift.moved(errors(figure, a=recorded), errors(figure, a=enough))))
    assert list(drifted(drift.moved(errors(figure, a=recorded), errors(figure, a=too_much))))


def test_failures_that_go_away_are_drift_too():
    assert not list(drifted(drift.moved(errors("wrong", a=8), errors("wrong", a=2))))
    assert list(drifted(drift.moved(errors("wrong", a=8), errors("wrong", a=1))))
    assert not list(drifted(drift.moved(errors(a=8), errors(a=1))))


def test_new_and_vanished_rows_are_told_but_no_violation():
    changes = drift.moved(errors(a=1.0), errors(b=1.0))
    assert len(changes) == 2
    assert not list(drifted(changes))


def test_a_record_is_read_back(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert drift.read() is None
    drift.record(errors(a=1.5))
    assert drift.read().to_dict("list") == errors(a=1.5).to_dict("list")


@pytest.mark.parametrize("disabled", ["X86_V4 AVX512_ICL AVX512_SPR", "X86_V3 X86_V4 AVX512_ICL AVX512_SPR"])
def test_each_vector_level_has_its_own(disabled):
    import os
    import subprocess
    import sys

    from numpy._core._multiarray_umath import __cpu_features__

    if not __cpu_features__.get("X86_V4"):
        pytest.skip("this processor has no level to switch off")
    code = "from study.gate.drift import path; print(path().stem)"
    environment = {**os.environ, "NPY_DISABLE_CPU_FEATURES": disabled}
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert out.stdout.strip() != drift.path().stem


def test_a_median_of_a_handful_is_not_held():
    rows = pd.concat([sweep(count=drift.MANY - 1, median_ulp=9.0), sweep(count=drift.MANY, median_ulp=0.5)])
    worst = drift.summary({("digits", "losses"): rows}).set_index("figure")["worst"]
    assert worst["median_ulp"] == 0.5
    few = drift.summary({("digits", "losses"): sweep(count=1)})
    assert set(few["figure"]) == {"max_ulp", "wrong"}


def test_a_baseline_that_was_cut_is_named():
    measured = errors(a=1.0, b=2.0, c=3.0)
    assert list(drift.incomplete(measured, measured)) == []
    (line,) = drift.incomplete(measured[:1], measured)
    assert " lacks digits losses softmax b float16 held-out digits max_ulp, and 1 more figures,: study baseline" in line
    (line,) = drift.incomplete(measured, measured[1:])
    assert " has digits losses softmax a float16 held-out digits max_ulp that are measured no longer" in line


def test_a_baseline_is_for_its_fingerprint(tmp_path, monkeypatch):
    monkeypatch.setattr(drift.store, "RESULTS", tmp_path / "results")
    assert drift.read() is None
    drift.record(errors(a=1.0))
    assert drift.read()["worst"].tolist() == [1.0]
    monkeypatch.setattr(drift, "fingerprint", lambda: "another")
    assert drift.read() is None
    drift.record(errors(a=2.0))
    facts = json.loads((tmp_path / "results/baseline/provenance.json").read_text())
    assert len(facts) == 2
    assert facts["another"]["numpy"]
