"""Arrays that know their recipe: NumPy arrays whose operations round, and whose sums accumulate, as it says.

NumPy's functions give them back (its protocols ``__array_ufunc__`` and ``__array_function__``, NEP 13 and NEP 18), so
that an algorithm written for arrays runs under a recipe without a line of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from study.formats import format_of, get_format
from study.formats.rounding import flush, nearest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from study.arithmetic.recipe import Recipe

EXACT = {
    "amax", "amin", "argmax", "argmin", "argsort", "atleast_1d", "broadcast_arrays", "broadcast_to", "concatenate",
    "copy", "empty_like", "expand_dims", "flip", "full_like", "isfinite", "isinf", "isnan", "max", "min", "moveaxis",
    "ones_like", "ravel", "repeat", "reshape", "shape", "size", "sort", "squeeze", "stack", "swapaxes", "take",
    "take_along_axis", "transpose", "where", "zeros_like", "astype", "permute_dims", "result_type", "can_cast",
}  # fmt: skip
"""NumPy's functions that round nothing."""
EXTREMES = {np.maximum, np.minimum}
"""Ufuncs whose reductions round nothing."""
SUMS = {"sum": np.add, "prod": np.multiply, "cumsum": np.add, "cumprod": np.multiply, "mean": np.add}
"""Those that run in an accumulator, left to right, a step at a time."""
OTHERS = {"dot", "einsum", "inner", "matmul", "nanmean", "nanprod", "nansum", "tensordot", "trapezoid", "vdot"}
"""Those whose accumulator NumPy does not say."""


class Held(np.ndarray[Any, Any]):
    """An array under a recipe.

    Attributes:
        recipe: the recipe.
    """

    recipe: Recipe

    def __array_finalize__(self, source: Any) -> None:
        if source is not None and hasattr(source, "recipe"):
            self.recipe = source.recipe

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, out: Any = None, **options: Any) -> Any:
        """The ufunc on plain arrays; its result rounded, and flushed, as the recipe says."""
        recipe = next(x.recipe for x in inputs if isinstance(x, Held))
        given = [bare(x) for x in inputs]
        if recipe.mixed and method == "reduce" and ufunc in {np.add, np.multiply}:
            result = _reduced(ufunc, given[0], recipe, **options)
        elif recipe.mixed and (ufunc is np.matmul or (method != "__call__" and ufunc not in EXTREMES)):
            raise TypeError(f"{ufunc.__name__}.{method} has no stated accumulator under {recipe}")
        elif not recipe.steps or (method != "__call__" and ufunc in EXTREMES):
            result = getattr(ufunc, method)(*given, **options)
        elif method == "__call__":
            result = _rounded(ufunc, given, recipe, options)
        else:
            raise TypeError(f"{ufunc.__name__}.{method} has no stated rounding under {recipe}")
        made = rewrapped(result, recipe)
        if out is None:
            return made
        out[0][...] = bare(made)
        return out[0]

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """The function on plain arrays; one that rounds by itself is refused where the recipe rounds otherwise."""
        recipe = self.recipe
        name = function.__name__
        if recipe.mixed and (name in OTHERS or (recipe.steps and name not in EXACT)):
            raise TypeError(f"numpy.{name} has no stated rounding under {recipe}")
        given, options = bare(args), {name: bare(value) for name, value in kwargs.items()}
        if recipe.mixed and function.__name__ in SUMS:
            return rewrapped(_summed(function.__name__, *given, recipe=recipe, **options), recipe)
        return rewrapped(function(*given, **options), recipe)


def hold(array: NDArray[Any], recipe: Recipe) -> Held:
    """An array under a recipe, sharing its memory."""
    held = array.view(Held)
    held.recipe = recipe
    return held


def bare(value: Any) -> Any:
    """Plain arrays for those under a recipe, in lists and tuples too."""
    if isinstance(value, Held):
        return value.view(np.ndarray)
    return type(value)(map(bare, value)) if isinstance(value, list | tuple) else value


def rewrapped(value: Any, recipe: Recipe) -> Any:
    """Floating-point arrays under a recipe, in lists and tuples too; all else as it is."""
    if isinstance(value, list | tuple):
        return type(value)(rewrapped(part, recipe) for part in value)
    if isinstance(value, np.ndarray | np.generic) and value.dtype.kind not in "biuOSU":
        return hold(np.asarray(value), recipe)
    return value


def _summed(name: str, x: Any, axis: Any = None, *, recipe: Recipe, keepdims: Any = False, **options: Any) -> Any:
    """NumPy's sum, product, mean, or running ones, in the recipe's accumulator."""
    if any(value is not None and value is not np._NoValue for value in options.values()):  # noqa: SLF001 - its default
        raise TypeError(f"numpy.{name} with {', '.join(options)} has no stated accumulator under {recipe}")
    if name.startswith("cum"):
        x = x.reshape(-1) if axis is None else np.moveaxis(x, axis, -1)
        out = _running(SUMS[name], x, recipe)
        return out if axis is None else np.moveaxis(out, -1, axis)
    total = _reduced(SUMS[name], x, recipe, axis, keepdims=keepdims is True)
    return total / x.dtype.type(x.size // max(total.size, 1)) if name == "mean" else total


def _reduced(ufunc: Any, x: Any, recipe: Recipe, axis: Any = 0, *, keepdims: bool = False, **options: Any) -> Any:
    """A sum or product along axes, left to right in the recipe's accumulator, in the dtype of its terms."""
    if any(value is not None and value is not True for value in options.values()):
        raise TypeError(f"numpy.{ufunc.__name__}.reduce with {', '.join(options)} is not stated under {recipe}")
    axes = tuple(a % x.ndim for a in (range(x.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)))
    rest = [n for a, n in enumerate(x.shape) if a not in axes]
    terms = np.moveaxis(x, axes, range(-len(axes), 0)).reshape((*rest, -1)) if axes else x[..., None]
    empty = np.full(rest, ufunc.identity, x.dtype)
    total = _running(ufunc, terms, recipe)[..., -1] if terms.shape[-1] else empty
    return np.expand_dims(total, axes) if keepdims else total


def _running(ufunc: Any, terms: Any, recipe: Recipe) -> Any:
    form, of = get_format(recipe.accumulate), format_of(terms)
    if recipe.steps:
        raise TypeError(f"numpy.{ufunc.__name__}.reduce has no stated rounding under {recipe}")
    partial = ufunc.accumulate(form.round(terms.astype(np.float64)), axis=-1)
    return partial if form is of else of.round(partial.astype(np.float64))


def _rounded(ufunc: np.ufunc, given: list[Any], recipe: Recipe, options: dict[str, Any]) -> Any:
    """A ufunc in binary64, rounded to the format of its operands: once for what is exact there, or nearly."""
    form = format_of(next(x for x in given if isinstance(x, np.ndarray) and x.dtype.kind not in "biu"))
    wide = [_wide(x, flushed=recipe.flushed) for x in given]
    with np.errstate(all="ignore"):
        result = ufunc(*wide, **options)
    parts = result if isinstance(result, tuple) else (result,)
    rounding = recipe.rounding or nearest
    done = tuple(
        part if np.asarray(part).dtype.kind in "biu" else _finished(rounding(form, part), form, flushed=recipe.flushed)
        for part in parts
    )
    return done if isinstance(result, tuple) else done[0]


def _wide(value: Any, *, flushed: bool) -> Any:
    if not isinstance(value, np.ndarray) or value.dtype.kind in "biu":
        return value
    return (flush(format_of(value), value) if flushed else value).astype(np.float64)


def _finished(values: NDArray[Any], form: Any, *, flushed: bool) -> NDArray[Any]:
    return flush(form, values) if flushed else values
