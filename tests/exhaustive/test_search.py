"""The search: deterministic, better than chance where that matters, its stored cases still as bad as they were."""

from pathlib import Path

import numpy as np
import pytest

from study.exhaustive.search.evolve import errors, sample, search
from study.exhaustive.search.patterns import Space
from study.exhaustive.search.run import run

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
    table, path = run(Space("softplus", "float64"), "two_branch", 2000, "test")
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
