"""Recipes: what numbers are stored in, what operations round to, what sums accumulate in, what results are stored in.

A kernel reads narrow numbers, computes in wider ones and stores a narrow result; which of the four may be narrow is the
question of every mixed-precision kernel (Blanchard, Higham, Lopez, Mary and Pranesh, *Mixed precision block fused
multiply-add*, SIAM J. Sci. Comput. 42(3), 2020). An algorithm knows nothing of its recipe: it is in the arrays.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from study.arithmetic.held import hold
from study.formats import KNOWN, Format, format_of, get_format

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from study.formats.rounding import Rounding

WIDE = "float32"
"""What an 8-bit format is computed in, where a recipe does not say."""


@dataclass(frozen=True)
class Recipe:
    """The formats of a computation, by name.

    Attributes:
        input: what arguments are stored in; the exact values are those of the stored numbers.
        compute: what each operation rounds to; empty: the input's, float32 where that only stores.
        accumulate: what sums and products run in, their terms rounded to it; empty: ``compute``.
        store: what results are stored in, rounded once; empty: the input's.
        weights: what the weights of a weighted sum are rounded to; empty: nothing more.
        rounding: of every operation, ``study.formats.rounding``; None: to nearest even, by the machine itself.
        flushed: whether operations take subnormal operands for zero, and make zero of subnormal results.

    Raises:
        ValueError: no format has such a name, or operations are to round to one that only stores.
    """

    input: str
    compute: str = ""
    accumulate: str = ""
    store: str = ""
    weights: str = ""
    rounding: Rounding | None = None
    flushed: bool = False

    def __post_init__(self) -> None:
        compute = self.compute or (self.input if get_format(self.input).computes else WIDE)
        for name, value in {
            "compute": compute, "accumulate": self.accumulate or compute, "store": self.store or self.input
        }.items():  # fmt: skip
            object.__setattr__(self, name, value)
        for name in (self.compute, self.accumulate):
            if not get_format(name).computes:
                raise ValueError(f"{name} only stores; operations round to one of: {', '.join(computing())}")
        get_format(self.store), get_format(self.weights or self.store)

    def __str__(self) -> str:
        """``input:compute:accumulate:store``, ``:weights`` where they have a format, and any other rounding."""
        parts = [self.input, self.compute, self.accumulate, self.store, *filter(None, [self.weights])]
        rounding = getattr(self.rounding, "__name__", type(self.rounding).__name__) if self.rounding else ""
        return ", ".join(filter(None, [":".join(parts), rounding, "flushed" * self.flushed]))

    @property
    def plain(self) -> bool:
        """Whether all is in one format, to nearest even."""
        return self == Recipe(self.input)

    @property
    def steps(self) -> bool:
        """Whether single operations round otherwise than the machine does."""
        return bool(self.rounding or self.flushed)

    @property
    def mixed(self) -> bool:
        """Whether the arrays themselves must know of it: more than conversions before and after."""
        return bool(self.accumulate != self.compute or self.weights or self.steps)

    def run(self, function: Callable[..., Any], *args: Any) -> NDArray[Any]:
        """Evaluate a function of arrays under the recipe.

        Args:
            function: an ``Algorithm``, or any function of NumPy arrays of one dtype, its sums by
                ``study.arithmetic.reductions``.
            *args: arrays of the input format, integers where an index is due.

        Returns:
            The result in the stored format.

        Raises:
            TypeError: an array is of another format than the recipe reads, or the function calls what has no stated
                rounding under it.
        """
        out = np.asarray(function(*map(self._read, args)))
        return converted(out, get_format(self.store))

    def _read(self, arg: Any) -> Any:
        array = np.asarray(arg)
        if array.dtype.kind in "iu":
            return array
        if (form := format_of(array)).name != self.input:
            raise TypeError(f"arguments are {form.name}, and the recipe {self} reads {self.input}")
        array = converted(array, get_format(self.compute))
        return hold(array, self) if self.mixed else array


def converted(array: NDArray[Any], form: Format) -> NDArray[Any]:
    """Numbers in another format, rounded to nearest even once; by the dtypes' own cast where that rounds once."""
    if array.dtype == form.dtype:
        return array
    given = format_of(array)
    exact = given.p <= form.p and given.emax <= form.emax and given.emin >= form.emin
    with np.errstate(invalid="ignore", over="ignore"):
        if exact or (given.name == WIDE and form.bits == 16):
            return array.astype(form.dtype)
        return form.round(array.astype(np.float64))


def computing() -> list[str]:
    """Names of the formats that operations can round to."""
    return [name for name, form in KNOWN.items() if form.computes]


RECIPES: dict[str, Callable[[str], Recipe]] = {
    "plain": Recipe,
    "compute wide": lambda name: Recipe(name, WIDE),
    "store wide": lambda name: Recipe(name, WIDE, store=WIDE),
    "accumulate narrow": lambda name: Recipe(name, WIDE, accumulate=name),
    "narrow weights": lambda name: Recipe(name, WIDE, weights="float8_e4m3fn"),
    "flushed": lambda name: replace(Recipe(name), flushed=True),
}
"""Those in use, by name, of an input's format: all in one format; read narrow, compute in float32, store narrow (what
kernels of PyTorch, JAX and Triton do); store the float32 result; sums in the storage format (the bug of many);
attention with its weights in float8; flush to zero (accelerators, and CPUs under ``-ffast-math``)."""


def parse(text: str, form: str = "") -> Recipe:
    """A recipe from its name and the input's format, or spelled ``input:compute:accumulate:store``.

    Raises:
        ValueError: it is neither; names that there are are given.
    """
    if text in RECIPES:
        return RECIPES[text](form or "float32")
    parts = text.split(":")
    if not 2 <= len(parts) <= 5:
        known = ", ".join(map(repr, RECIPES))
        raise ValueError(f"no recipe {text!r}; there are {known}, or INPUT:COMPUTE:ACCUMULATE:STORE, formats by name")
    spelled, compute, accumulate, store, weights = (*parts, "", "", "")[:5]
    return Recipe(spelled, compute, accumulate, store, weights)
