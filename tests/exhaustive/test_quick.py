"""Quick references: each within its bound of the engine, at special values exactly what the engine says."""

from itertools import product

import numpy as np
import pytest

from study.certified import engine
from study.exhaustive.quick import KERNELS
from study.exhaustive.settle import words

SPECIAL = np.array([np.inf, -np.inf, np.nan, 0.0, -0.0, 1.0, -1.0, 3.4e38, -3.4e38, 1e-45, -1e-45, 88.7, -103.9])
VECTORS = ("logsumexp", "softmax", "log_softmax")
SINGLE = ("exp", "log", "sigmoid", "softplus", "log_sigmoid", "log1mexp", "kl_k3", "kl_k3_gradient")


def numbers(count, seed=1):
    rng = np.random.default_rng(seed)
    patterns = rng.integers(0, 2**32, count, dtype=np.uint32).view(np.float32)
    patterns = patterns[~np.isnan(patterns)]
    return np.concatenate([patterns, rng.normal(size=count).astype(np.float32) * 20]).astype(np.float64)


def arguments(name, length=3):
    x = numbers(5000)
    if name in SINGLE:
        return [np.concatenate([x, SPECIAL])]
    a, b = np.array(list(product(SPECIAL, repeat=2))).T
    y = np.resize(numbers(5000, 2), len(x))
    y[::5] = x[::5] + np.spacing(x[::5].astype(np.float32)) * np.resize([-2.0, -1.0, 0.0, 1.0, 2.0], len(x[::5]))
    first, second = np.concatenate([x, a]), np.concatenate([y, b])
    if name == "binary_cross_entropy_with_logits":
        return [first, np.where(np.abs(second) <= 1, np.abs(second), 0.5)]
    if name == "logaddexp":
        return [first, second]
    return [np.stack([first, second, first[::-1]][:length], axis=-1)]


@pytest.mark.parametrize(("name", "length"), [(name, 3) for name in KERNELS] + [(name, 2) for name in VECTORS])
def test_every_value_is_within_its_bound(name, length):
    args = [np.ascontiguousarray(a[: min(map(len, arguments(name)))]) for a in arguments(name, length)]
    with np.errstate(all="ignore"):
        held = getattr(engine, name)(*args)
        due, rest, error = words(held)
        columns = [np.empty(due.T.shape) for _ in range(3)]
        KERNELS[name](*(np.ascontiguousarray(a.T) for a in args), *columns)
        hi, lo, bound = (part.T for part in columns)
        off = np.abs((due - hi) + (rest - lo)) - error
    same = (hi + lo == due) | (np.isnan(hi + lo) & np.isnan(due))
    beyond = (off <= 2.0**-430) & (np.signbit(hi + lo) == np.signbit(due)) | np.isinf(hi) & (held.exponent >= 430)
    unclaimed = ~(held.error <= 2.0**-80)
    assert (same | beyond | unclaimed | (off <= bound)).all()
    finite = np.isfinite(hi + lo)
    assert (bound[finite] <= 2.0**-46 * (np.abs(hi) + np.abs(lo))[finite]).all()
