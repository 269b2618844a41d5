"""A million blocks of every block format against the model in exact fractions: python -m tests.campaigns.blocks.

Prints how many blocks agree in each format, bit for bit, and the first that does not; ends with 1 if one does not.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from study.formats import nvfp4
from study.formats.blocks import MX_FORMATS, BlockFormat
from tests.campaigns import block_model

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

BATCH = 64


def patterns(rng: np.random.Generator, shape: tuple[int, int]) -> Any:
    """Finite binary32 numbers by their bits."""
    bits = rng.integers(0, 2**32, shape, dtype=np.uint32)
    infinite = (bits >> 23 & 255) == 255
    return np.where(infinite, np.uint32(0), bits).view(np.float32).astype(np.float64)


def spread(rng: np.random.Generator, shape: tuple[int, int]) -> Any:
    """Of every order of magnitude that an element may have beside the largest."""
    return np.asarray(rng.uniform(1, 2, shape).astype(np.float32) * np.exp2(rng.integers(-20, 2, shape)))


def ties(rng: np.random.Generator, shape: tuple[int, int]) -> Any:
    """Small integers over a power of two: numbers of every format, and midpoints between them."""
    return np.asarray(rng.integers(0, 130, shape) * np.exp2(rng.integers(-130, 100, (shape[0], 1))))


def edges(rng: np.random.Generator, shape: tuple[int, int]) -> Any:
    """Beside powers of two, where the shared exponent changes, and where elements saturate."""
    beside = 1 + rng.integers(-4, 5, shape) * 2.0**-24 * rng.choice([1, 2**20], shape)
    return beside.astype(np.float32) * np.exp2(rng.integers(-3, 4, shape))


def wide(rng: np.random.Generator, shape: tuple[int, int]) -> Any:
    """Of every size in binary64, where scales end."""
    return rng.uniform(1, 2, shape) * np.exp2(rng.integers(-20, 2, shape) + rng.integers(-1050, 1020, (shape[0], 1)))


def special(rng: np.random.Generator, shape: tuple[int, int]) -> Any:
    """With NaN, infinities, and whole blocks of zeros."""
    held = np.where(rng.random(shape) < 0.01, rng.choice([np.nan, np.inf, -np.inf], shape), rng.standard_normal(shape))
    return np.where(rng.random((shape[0], 1)) < 0.2, 0.0, held)


FAMILIES: dict[str, Callable[[np.random.Generator, tuple[int, int]], NDArray[Any]]] = {
    "patterns": patterns,
    "normal": lambda rng, shape: rng.standard_normal(shape, dtype=np.float32).astype(np.float64),
    "spread": spread,
    "ties": ties,
    "edges": edges,
    "tiny": lambda rng, shape: rng.integers(0, 2**12, shape) * 2.0**-149,
    "wide": wide,
    "special": special,
}


def draw(rng: np.random.Generator, family: str, blocks: int, size: int) -> Floats:
    """Blocks of numbers of both signs, in binary64."""
    shape = (blocks, size)
    return np.asarray(rng.choice([-1.0, 1.0], shape) * FAMILIES[family](rng, shape))


def same(a: Floats, b: Floats) -> bool:
    """Equal, signs of zeros included."""
    return bool(np.array_equal(a, b, equal_nan=True) and np.array_equal(np.signbit(a[a == 0]), np.signbit(b[b == 0])))


def mx_agrees(form: BlockFormat, values: Floats) -> int:
    """How many of the blocks agree with the model."""
    scales, elements = (part.astype(np.float64) for part in form.quantize(values))
    back, agreeing = form.round(values), 0
    for row, scale, element, whole in zip(values, scales[:, 0], elements, back, strict=True):
        due_scale, due = block_model.mx(row.tolist(), form.element.name)
        agreeing += (
            same(np.array([scale]), np.array([due_scale]))
            and same(element, np.array(due))
            and same(whole, np.array(due) * due_scale)
        )
    return agreeing


def nvfp4_agrees(values: Floats) -> int:
    """As ``mx_agrees``, all blocks being one tensor: all agree or none does."""
    scales, elements, tensor = nvfp4.quantize(values)
    due_tensor, due_scales, due = block_model.nvfp4(values.tolist())
    agreed = (
        same(np.array([tensor], np.float64), np.array([due_tensor]))
        and same(scales[:, 0].astype(np.float64), np.array(due_scales))
        and same(elements.astype(np.float64), np.array(due))
        and same(nvfp4.round(values), np.array(due) * np.array(due_scales)[:, None] * due_tensor)
    )
    return len(values) * agreed


def main() -> int:
    """Run the campaign."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--blocks", type=int, default=170_000, help="of each format")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    checks: dict[str, tuple[int, Callable[[Floats], int]]] = {"NVFP4": (nvfp4.SIZE, nvfp4_agrees)}
    checks |= {name: (form.size, partial(mx_agrees, form)) for name, form in MX_FORMATS.items()}
    families, failed = list(FAMILIES), False
    for name, (size, agrees) in checks.items():
        rng, done, agreeing = np.random.default_rng([given.seed, len(name)]), 0, 0
        while done < given.blocks:
            values = draw(rng, families[done // BATCH % len(families)], BATCH, size)
            held, done = agrees(values), done + BATCH
            agreeing += held
            if held < BATCH and not failed:
                sys.stdout.write(f"{name} differs in {values.tolist()}\n")
                failed = True
        sys.stdout.write(f"{name}: {agreeing:,} of {done:,} blocks agree\n")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
