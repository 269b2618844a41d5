"""The sum of one pass, found rise by rise, has the bits of the loop over the numbers."""

import numpy as np
import pytest

from study.formats import FORMATS
from study.problems import logsumexp as lse


def one_by_one(x):
    top = np.full(x.shape[:-1], -np.inf, dtype=x.dtype)
    total = np.zeros(x.shape[:-1], dtype=x.dtype)
    for i in range(x.shape[-1]):
        entry = x[..., i]
        raised = np.where((entry > top) | np.isnan(entry), entry, top)
        shift = lse.finite(raised)
        total = total * np.exp(top - shift) + np.exp(entry - shift)
        top = raised
    return top, total


def rows(kind, shape, rng):
    x = rng.normal(0, 5, shape)
    if kind == "special":
        for value in (np.inf, -np.inf, np.nan, -0.0):
            x[rng.random(shape) < 1 / (shape[-1] + 1)] = value
        return x
    return {"plain": x, "wide": 1e4 * x, "rising": np.sort(x), "falling": -np.sort(x), "ties": np.rint(x)}[kind]


def bits(result):
    """Numbers, and the sign of zeros; a NaN is a NaN."""
    wide = np.asarray(result, dtype=np.float64)
    return result.dtype, np.where(np.isnan(wide), 0, wide).tobytes(), np.isnan(wide).tobytes()


@pytest.mark.parametrize("kind", ["plain", "wide", "rising", "falling", "ties", "special"])
@pytest.mark.parametrize("form", ["float16", "bfloat16", "float32", "float64"])
def test_the_bits_are_those_of_the_loop(form, kind):
    rng = np.random.default_rng(1)
    for shape in [(0,), (1,), (2,), (900,), (1, 300), (20, 7), (3, 4, 60), (0, 5)]:
        x = FORMATS[form].round(rows(kind, shape, rng))
        with np.errstate(all="ignore"):
            assert list(map(bits, lse.online(x))) == list(map(bits, one_by_one(x))), shape


def test_terms_are_added_between_few_rises(monkeypatch):
    """Of a row as long as a vocabulary only the rises, some log n, are taken one by one."""
    taken = []
    monkeypatch.setattr(lse, "finite", lambda top, finite=lse.finite: taken.append(1) or finite(top))
    lse.online(np.random.default_rng(2).normal(size=(1, 100_000)))
    assert len(taken) < 40
