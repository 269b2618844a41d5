"""The bound of an algorithm under a recipe that computes and sums in one format."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from study.formats import get_format

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from numpy.typing import NDArray

    from study.arithmetic.recipe import Recipe
    from study.certified.exact import Exact
    from study.formats import Format
    from study.problems.base import Bound


def under(bound: Bound | None, recipe: Recipe) -> Bound | None:
    """b + u + b u: the algorithm's bound b in the computing format, and the rounding u to the stored one.

    The stored numbers are exact in the computing format, so that b holds for them as they are. It says nothing where
    the result may be subnormal or overflow in the stored format, and there is none (None) where sums run in another
    format, weights are rounded, or operations round otherwise than to nearest.
    """
    computed, stored = get_format(recipe.compute), get_format(recipe.store)
    narrowed = get_format(recipe.input).p > computed.p
    if bound is None or narrowed or recipe.mixed:
        return None
    if computed is stored:
        return bound

    def limit(_form: Format, args: Sequence[NDArray[Any]], reference: Exact) -> NDArray[np.float64]:
        limits = np.asarray(bound(computed, args, reference))
        size = np.abs(reference.to_float())
        with np.errstate(invalid="ignore", over="ignore"):
            held = (size * (1 - limits) >= stored.xmin) & (size * (1 + limits) <= stored.xmax)
            return np.where(held, limits + stored.u + limits * stored.u, np.inf)

    return limit
