"""Inputs on which the engine's claims are checked: random ones over the whole range, and adversarial ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ml_dtypes
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MAX = float(np.finfo(np.float64).max)
TINIEST = 5e-324
SCALES = (1e-300, 1e-20, 1e-8, 1e-3, 0.3, 1.0, 5.0, 30.0, 300.0, 1e4, 1e8)


def rounded(x: Floats, dtype: Any) -> Floats:
    """The nearest numbers of a format, those beyond its range at its ends."""
    largest = float(ml_dtypes.finfo(dtype).max)  # type: ignore[no-untyped-call]
    return np.clip(x, -largest, largest).astype(dtype).astype(np.float64)


def scalars(rng: np.random.Generator, count: int) -> Floats:
    """Numbers of every size, near 0, near 1 and near the switches of the engine, with the ends of the range."""
    share = max(1, count // (len(SCALES) + 4))
    spread = [rng.normal(size=share) * scale for scale in SCALES]
    near = [1 + rng.normal(size=share) * scale for scale in (1e-15, 1e-9, 1e-3)]
    switches = np.array([0.25, 0.41, np.log(2), 200.0, 2.0**31, 2.0**-110, 2.0**-9, np.log(2) / 512, 1.4142, 709.78])
    edges = np.concatenate([[s, np.nextafter(s, 0), np.nextafter(s, np.inf), -s] for s in switches])
    ends = np.array([0.0, TINIEST, -TINIEST, 2.0**-1022, MAX, -MAX, 1e300, -1e300])
    grid = rng.integers(-300, 300, size=share) * np.log(2) / 256
    return np.concatenate([*spread, *near, edges, ends, grid])


def logits(rng: np.random.Generator, rows: int, n: int) -> dict[str, Floats]:
    """Rows of logits by family."""
    probabilities = rng.dirichlet(np.ones(n), size=rows) if n > 1 else np.ones((rows, 1))
    dominant = rng.normal(size=(rows, n))
    dominant[np.arange(rows), rng.integers(n, size=rows)] += rng.choice([40.0, 700.0, 3e4, 1e9], size=rows)
    zero_largest = rng.choice([-1.0, 1.0], size=(rows, 1)) * 10.0 ** rng.uniform(-3, 9, size=(rows, n))
    return {
        "normal": rng.normal(size=(rows, n)) * rng.choice([1e-9, 1e-3, 1.0, 30.0, 700.0], size=(rows, 1)),
        "equal": np.broadcast_to(rng.choice([0.0, -1.0, -np.log(n), 1e4, MAX, -MAX], size=(rows, 1)), (rows, n)),
        "dominant": dominant,
        "cancelling": np.log(np.maximum(probabilities, 1e-300)),
        "ends": rng.choice([MAX, -MAX, 1.0, 0.0, TINIEST, -1e300, 745.0, -745.0], size=(rows, n)),
        "one_sided": zero_largest - np.where(zero_largest > 0, zero_largest.max(axis=1, keepdims=True), 0.0),
    }


def factors(rng: np.random.Generator, rows: int, n: int) -> dict[str, Floats]:
    """Rows of likelihoods by family."""
    return {
        "uniform": 1.0 - rng.random((rows, n)),
        "near_one": 1.0 - rng.random((rows, n)) * rng.choice([1e-16, 1e-9, 1e-3], size=(rows, 1)),
        "tiny": 10.0 ** rng.uniform(-320, -1, size=(rows, n)) + TINIEST,
        "densities": np.exp(rng.normal(size=(rows, n))),
        "ends": rng.choice([TINIEST, 2.0**-1022, 1.0, 0.5, MAX, 1 - 2.0**-53, 1 + 2.0**-52], size=(rows, n)),
    }
