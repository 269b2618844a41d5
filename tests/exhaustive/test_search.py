"""The search: deterministic, better than chance where that matters, its stored cases still as bad as they were."""

from pathlib import Path

import numpy as np
import pytest

from study.certified.errors import Outcome
from study.cli.replay_stored import replay
from study.exhaustive.search.evolve import errors, sample, search
from study.exhaustive.search.lost import Lost
from study.exhaustive.search.patterns import Space
from study.exhaustive.search.run import run
from study.inputs.families import generator
from study.measurement.case import Case

SPACE = Space("logsumexp", "float32", 3)


def test_codes_are_in_the_order_of_the_numbers_and_come_back():
    values = np.array([[-2.0, -0.5, 0.0], [2.0**-149, 1.0, 3.5]])
    codes = SPACE.encode(values)
    assert (SPACE.decode(codes) == values.astype(np.float32)).all()
    assert (np.diff(codes.ravel()) > 0).all()
    assert SPACE.decode(np.array([2**40]))[0] == np.finfo(np.float32).max


def test_a_search_finds_the_same_again_and_more_than_chance():
    first, again = (search(SPACE, "shifted", 8000, "test") for _ in range(2))
    assert (first.codes == again.codes).all()
    assert (first.ulps == again.ulps).all()
    assert first.ulps[0] > 10 * sample(SPACE, "shifted", 8000, "test").ulps[0]
    assert errors(SPACE, "shifted", first.codes)[0] == first.ulps[0]


def test_inputs_stay_in_the_domain():
    label = Space("binary_cross_entropy_with_logits", "float64")
    _, y = label.arguments(label.draw(np.random.default_rng(1), 500))
    assert ((y >= 0) & (y <= 1)).all()
    (x,) = Space("log1mexp", "float64").arguments(label.draw(np.random.default_rng(1), 500)[:, :1])
    assert (x <= 0).all()


def test_a_search_is_stored_with_its_label(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    table, path, lost = run(Space("softplus", "float64"), "two_branch", 2000, "test")
    assert lost == {"searched: a lower bound": [], "random": []}
    assert path.exists()
    assert list(table["found_by"].unique()) == ["searched: a lower bound", "random"]
    with pytest.raises(ValueError, match="softplus has no algorithm 'no' in float64"):
        run(Space("softplus", "float64"), "no", 2000, "test")


@pytest.mark.parametrize("path", sorted(Path("results/search").glob("*/worst.csv")), ids=lambda path: path.parent.name)
def test_stored_cases_are_not_worse_than_when_they_were_found(path):
    """Libraries' exp and log differ by an ulp or two from machine to machine, which cancellation magnifies."""
    import pandas as pd

    for row in pd.read_csv(path).to_dict("records"):
        space = Space(row["problem"], row["format"], row["length"])
        numbers = [float.fromhex(v) for v in str(row["input"]).replace(";", "").split()]
        (found,) = errors(space, row["algorithm"], space.encode(np.array([numbers])))
        assert found <= 4 * row["ulps"] + 4


def test_what_is_lost_is_counted_and_shown():
    space = Space("softplus", "float16")
    found = sample(space, "naive", 4000, "test")
    case = Case(space.function, tuple(space.arguments(found.lost.first[Outcome.OVERFLOW][None])))
    assert case.measure(space.function.algorithms["naive"])["overflow"] == 1
    rng = generator("random", "softplus", "float16", 1, "naive", "test")
    codes = np.concatenate([space.draw(rng, 2048), space.draw(rng, 4000 - 2048)])
    row = Case(space.function, tuple(space.arguments(codes))).measure(space.function.algorithms["naive"])
    assert {o.name.lower(): n for o, n in found.lost.counts.items()} == {o: row[o] for o in ("overflow", "underflow")}


def test_each_input_is_lost_once_as_the_gravest():
    lost, more = Lost(), Lost()
    lost.add(np.array([[1], [2], [3]]), np.array([[3, 2], [0, 5], [3, 3]]))
    more.add(np.array([[4], [5]]), np.array([[4, 2], [2, 0]]))
    lost.merge(more)
    assert lost.counts == {Outcome.OVERFLOW: 2, Outcome.UNDERFLOW: 1, Outcome.NAN: 1}
    assert {o: int(code[0]) for o, code in lost.first.items()} == {
        Outcome.OVERFLOW: 1, Outcome.UNDERFLOW: 3, Outcome.NAN: 4,
    }  # fmt: skip


def test_a_problem_with_targets_is_searched_stored_and_replayed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    space = Space("nll", "float32", 3)
    logits, target = space.arguments(space.draw(np.random.default_rng(0), 100))
    assert logits.shape == (100, 3)
    assert set(target) == {0, 1, 2}
    table, path, _ = run(space, "naive", 2000, "test")
    assert path.parent.name == "nll3_float32_naive"
    for number, row in enumerate(table[:3].to_dict("records")):
        text = replay(f"search/nll3_float32_naive/{number}")
        assert f"error     {row['ulps']:.6g} ulp" in text


@pytest.mark.parametrize(
    ("problem", "algorithm"), [("mean_nll", "sequential"), ("hmm_forward", "naive"), ("ctc_loss", "log_space")]
)
def test_batches_and_chains_are_searched_stored_and_replayed(problem, algorithm, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    space = Space(problem, "float32", 4)
    args = space.arguments(space.draw(np.random.default_rng(0), 50))
    assert [a.shape[1:] for a in args] == space.shapes
    table, _, _ = run(space, algorithm, 2000, "test")
    for number, row in enumerate(table[:2].to_dict("records")):
        assert f"error     {row['ulps']:.6g} ulp" in replay(f"search/{problem}4_float32_{algorithm}/{number}")
