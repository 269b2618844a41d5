"""The domains of arguments: what numbers each is for, and how any number is led into it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

DOMAINS: dict[str, Callable[[NDArray[Any]], NDArray[Any]]] = {
    "real": lambda x: x,
    "negative": lambda x: -np.abs(x),
    "positive": np.abs,
    "count": lambda x: np.floor(np.abs(x)),
    "probability": lambda x: np.minimum(np.abs(x), np.ones((), dtype=x.dtype)),
}
"""By name: led there, bit by bit the same for numbers that lie in it. Zero is left to the ``positive``."""


def led(domain: str, x: NDArray[Any]) -> NDArray[Any]:
    """The numbers, each in the domain.

    Raises:
        KeyError: no such domain.
    """
    return DOMAINS[domain](x)
