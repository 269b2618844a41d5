import pandas as pd
import pytest

from study.report import answer, cost
from study.runs import store

SAMPLED = {"problem": "softplus", "max_ulp": 1.0, "nan": 0, "overflow": 0, "missed": 0, "underflow": 0}
CELL = answer.Cell("softplus", "float32", "two_branch", 2.0, "near", "overflow", "binary/logits/1")


@pytest.fixture
def times(tmp_path, monkeypatch):
    """Two formulas timed, one of them twice as slow."""
    monkeypatch.setattr(store, "RESULTS", tmp_path)
    rows = [("faithful", 20.0), ("two_branch", 2.0), ("naive", 1.0)]
    table = pd.DataFrame(
        {"problem": "softplus", "algorithm": a, "format": "float32", "times_naive": t, "ns_per_number": t}
        for a, t in rows
    )
    store.write_table("cost", "ratios", table)
    return table


@pytest.fixture
def sampled(times):
    return pd.DataFrame([SAMPLED | {"algorithm": a, "format": "float32"} for a in times["algorithm"]])


def test_times_are_told_shown_and_drawn(times, sampled):
    section = cost.section(sampled, [[CELL]])
    assert "naive: 20 in float32" in section.claims[0].sentence
    assert (
        "the answer names takes, by the median over the problems, this many times as long as naive: 2 in float32"
        in (section.claims[1].sentence)
    )
    assert [line[3].text for line in section.tables[0].rows] == ["1", "2", "20"]
    assert section.pictures == []
    assert set(cost.packages()) == {"cost/datapackage.json"}


def test_the_figure_says_what_stability_costs(times, sampled):
    store.write_table("cost", "ratios", times.assign(problem="log_softmax", format="float64"))
    (picture,) = cost.section(sampled.assign(problem="log_softmax", format="float64"), [[CELL]]).pictures
    assert picture.caption == (
        "Of the formulas for log_softmax in float64, these lose nothing: naive × 1 (≤ 1 ulps), "
        "two_branch × 2 (≤ 1 ulps) and faithful × 20 (≤ 1 ulps)."
    )
    assert "× 20   1 ulp" in picture.alt
    lossy = sampled.assign(problem="log_softmax", format="float64", nan=(sampled["algorithm"] == "naive").astype(int))
    assert "naive" not in cost.section(lossy, [[CELL]]).pictures[0].caption


def test_other_times_make_other_sentences(times):
    store.write_table("cost", "ratios", times.assign(times_naive=times["times_naive"] * 3))
    assert "naive: 60 in float32" in cost.claims([[CELL]])[0].sentence


def test_without_times_there_is_no_section(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "RESULTS", tmp_path)
    assert cost.section(pd.DataFrame([SAMPLED]), []) is None
    assert cost.claims([]) == []
    assert cost.packages() == {}
