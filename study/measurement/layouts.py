"""How a kernel is called: the same instances in other shapes, batches and places in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from study.problems.signature import Signature

BATCHES = (1, 3, 129, 300)
MOST = 2**18
"""Numbers of a batch that is made up by repeating instances."""


def _strided(x: NDArray[Any]) -> NDArray[Any]:
    return np.repeat(x, 2, axis=-1)[..., ::2] if x.ndim else x


def _view(x: NDArray[Any]) -> NDArray[Any]:
    """The middle of a larger array."""
    out: NDArray[Any] = np.pad(x, 1, mode="edge")[(slice(1, -1),) * x.ndim] if x.size else x
    return out


def _read_only(x: NDArray[Any]) -> NDArray[Any]:
    x = x.copy()
    x.flags.writeable = False
    return x


MEMORY: dict[str, Callable[[NDArray[Any]], NDArray[Any]]] = {
    "rows": np.ascontiguousarray,
    "column-major": np.asfortranarray,
    "strided": _strided,
    "view": _view,
    "read-only": _read_only,
}
"""Places in memory; ``rows`` is C order, each vector contiguous."""

LAYOUTS = (*MEMORY, "three axes", "alone", "square", "batches")
"""All that a kernel is called in: ``alone`` without an axis of instances, ``square`` as many of them as entries."""


@dataclass(frozen=True)
class Arrangement:
    """Instances as a kernel is to be given them.

    Attributes:
        name: which of ``LAYOUTS``.
        args: the arguments.
        instances: which instances these are, in order.
    """

    name: str
    args: list[NDArray[Any]]
    instances: NDArray[np.intp]

    @property
    def memory(self) -> str:
        """Their place in memory."""
        return self.name if self.name in MEMORY else "rows"


def arranged(memory: str, x: NDArray[Any]) -> NDArray[Any]:
    """An array, elsewhere in memory."""
    return MEMORY[memory](x) if x.ndim else x


def arrangements(signature: Signature, args: Sequence[NDArray[Any]], names: Sequence[str]) -> Iterator[Arrangement]:
    """Some or all instances of a stack in each layout of these names but the first, which is how they are given."""
    stacks = signature.stacked(args)
    count = len(stacks[0])
    every, n = np.arange(count), signature.length(args)
    for name in names:
        if name in MEMORY and name != "rows":
            yield Arrangement(name, stacks, every)
    if "three axes" in names and count:
        axes = (2, count // 2) if count % 2 == 0 else (1, count)
        yield Arrangement("three axes", [a.reshape(*axes, *a.shape[1:]) for a in stacks], every)
    if "alone" in names and n is not None:
        for k in sorted({0, count // 2, count - 1} & {*range(count)}):
            yield Arrangement("alone", [a[k] for a in stacks], every[k : k + 1])
    sizes = [("square", n)] if n is not None and n > 1 else []
    for name, size in [*sizes, *(("batches", b) for b in BATCHES)]:
        if name in names and count and size <= BATCHES[-1] and size * max(a[0].size for a in stacks) <= MOST:
            chosen = np.arange(size) % count
            yield Arrangement(name, [a[chosen] for a in stacks], chosen)
