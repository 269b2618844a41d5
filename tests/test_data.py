"""Numbers of others that experiments start from: what they are, their licence, and that recipes give them again."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

EXPERIMENTS = Path(__file__).parents[1] / "experiments"


def script(name):
    spec = importlib.util.spec_from_file_location(name, EXPERIMENTS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def stored(name):
    return pd.read_csv(EXPERIMENTS / name)


def test_frequencies_of_words_are_probabilities_of_a_language():
    table = stored("words.csv")
    shares = table["words"] * 10.0 ** (-table["centibels"] / 100)
    assert table["words"].sum() == 321_180
    assert table["centibels"].is_monotonic_increasing
    assert 0.98 < shares.sum() < 1
    assert "Attribution-ShareAlike 4.0" in (EXPERIMENTS / "words.license.txt").read_text(encoding="utf-8")


def test_words_are_counted_again():
    pytest.importorskip("wordfreq")
    assert script("_count_words").counted().reset_index(drop=True).equals(stored("words.csv"))


def test_logits_of_files_are_those_of_a_classifier_that_is_mostly_right():
    table = stored("files.csv")
    logits = table.filter(like="logit_").to_numpy()
    assert logits.shape[1] == 214
    assert (logits.astype(np.float32).astype(str) == logits.astype(str)).all()
    right = logits.argmax(axis=1) == table["target"]
    assert right.mean() > 0.7
    assert len(set(table["target"])) > 12


def test_texts_are_drawn_by_the_frequencies(monkeypatch):
    monkeypatch.setitem(sys.modules, "real_numbers", module := script("real_numbers"))
    frequencies = module.frequencies()
    assert len(frequencies) == 321_180
    assert (np.diff(frequencies) <= 0).all()
    (drawn,) = module.texts(np.random.default_rng(0), 20, 5000)
    most = frequencies[0] / frequencies.sum()
    share = (drawn == frequencies[0]).mean()
    assert abs(share - most) < 5 * np.sqrt(most / drawn.size)
    surprise = -(frequencies * np.log(frequencies)).sum() / frequencies.sum()
    assert abs(-np.log(drawn).mean() - surprise) < 5 * np.log(drawn).std() / np.sqrt(drawn.size)
