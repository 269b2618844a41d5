"""Blocks bound the scratch and leave no trace in the values; numba is not imported before it is needed."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc

import numpy as np
import pytest

from study.certified import engine
from study.certified.engine import blocks
from study.problems import PROBLEMS

ROW_PROBLEMS = ("logsumexp", "softmax", "log_softmax", "log_likelihood", "likelihood", "entropy")


@pytest.mark.parametrize("problem", [*ROW_PROBLEMS, "softplus"])
def test_values_do_not_depend_on_the_blocks(problem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.random.default_rng(2).random((300, 7))
    whole = getattr(engine, problem)(x)
    monkeypatch.setattr(blocks, "ENTRIES", 11)
    parts = getattr(engine, problem)(x)
    for name in ("hi", "lo", "exponent"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(parts, name))


@pytest.mark.parametrize("problem", [*ROW_PROBLEMS, "sigmoid"])
def test_scratch_stays_small(problem: str) -> None:
    x = np.random.default_rng(3).random((200_000, 5))
    getattr(engine, problem)(x[:10])
    tracemalloc.start()
    value = getattr(engine, problem)(x)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak - 4 * value.hi.nbytes < 64 * 2**20


def test_importing_the_engine_leaves_numba_out() -> None:
    code = "import sys; from study.certified import engine; assert 'numba' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_public_name_is_there() -> None:
    assert all(callable(getattr(engine, problem.engine)) for problem in PROBLEMS.values() if problem.engine)
    with pytest.raises(AttributeError):
        _ = engine.absent
