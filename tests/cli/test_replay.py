import pytest

from study.cli.replay import replay
from study.runs import runner
from study.runs.store import read_table

SOURCE = '''"""Why?"""
from study.arithmetic.recipe import Recipe
from study.runs.experiment import Experiment, Sweep
from study.inputs.families import scaled_normal

experiment = Experiment(__file__, __doc__, tables={
    "sweep": Sweep("top", [2, 50], [scaled_normal(12)], {"softmax": None}, rows=lambda _: 20),
    "mixed": Sweep(
        "top", [2, 50], [scaled_normal(12)], {"softmax": ["naive", "stable"]}, rows=lambda _: 20,
        recipes=[
            Recipe("bfloat16", "float32", store="bfloat16"),
            Recipe("float32", accumulate="bfloat16"),
            Recipe("float16", flushed=True),
        ],
    ),
    "other": list,
})
'''


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("project")
    (path / "experiments").mkdir()
    (path / "experiments" / "one.py").write_text(SOURCE)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(path)
        (experiment,) = runner.discover()
        runner.run_experiments([experiment], jobs=1)
        yield path


@pytest.mark.parametrize("name", ["sweep", "mixed"])
def test_a_replayed_case_has_the_stored_error(folder, name):
    table = read_table("one", name)
    for number in range(len(table)):
        text = replay(f"one/{name}/{number}")
        stored = table["max_ulp"].iloc[number]
        last = text.splitlines()[-1].split()
        assert last[0] == "error"
        assert float(last[1]) == pytest.approx(stored, rel=1e-5)


def test_it_shows_the_steps(folder):
    lines = replay("one/sweep/1").splitlines()
    assert lines[0].startswith("one/sweep/1: ")
    assert " in float16, N(0, 1)" in lines[0]
    assert "2 steps, at most 0.5 ulp off: max, subtract" in lines[5]
    assert lines[6].startswith("exp ")
    assert lines[6].endswith(" bits")
    assert lines[-4].startswith("divide ")


def test_an_error_that_is_not_the_stored_one_has_that_beside_it(folder, monkeypatch):
    monkeypatch.setattr("study.cli.replay_stored.store.numerics_of", lambda _: "other")
    table = read_table("one", "sweep").assign(max_ulp=7.0)
    monkeypatch.setattr("study.cli.replay.read_table", lambda *_: table)
    assert "stored    7 ulp, under the numerical fingerprint other, and this is" in replay("one/sweep/1")


@pytest.mark.parametrize(
    ("case", "says"),
    [
        ("one", "EXPERIMENT/TABLE/ROW"),
        ("one/sweep/x", "EXPERIMENT/TABLE/ROW"),
        ("two/sweep/0", "no experiment named 'two'; did you mean: one"),
        ("one/swep/0", "no sweep named 'swep'; it has: sweep"),
        ("one/other/0", "no sweep named 'other'"),
        ("one/sweep/999", "rows 0 … [0-9]+, not 999"),
    ],
)
def test_what_is_wrong_is_said(folder, case, says):
    with pytest.raises(ValueError, match=says):
        replay(case)
