"""What a problem is, and what one algorithm for it is."""

from __future__ import annotations

import operator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import array_api_compat
import numpy as np

from study.formats import KNOWN, Format
from study.problems.signature import ALONG, Kind, Signature

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from study.certified.errors import Outcome
    from study.certified.exact import Exact

    Bound = Callable[[Format, Sequence[NDArray[Any]], Exact], NDArray[np.float64]]
    """(format, arguments in binary64, reference) -> bound on the relative error, infinite where none holds."""


OF_NUMBERS = tuple(name for name, form in KNOWN.items() if form.signed)
"""The formats that algorithms are for where they do not say otherwise; the others hold scales."""


@dataclass(frozen=True)
class Algorithm:
    """One way to evaluate a problem in floating point.

    Attributes:
        problem: name of the problem.
        name: name of the algorithm.
        function: the formula, on arrays of one dtype with the vectors along the last axis.
        bound: its a-priori bound, None where none is known.
        fails: what its documented failure makes of a result (its bound says from where on), None if it has none.
        formats: names of the formats that it is for.
        keeps: whether it keeps all special values of its problem, as ``faithful`` does.
        stored: whether it takes formats of 8 bits as they are stored, and rounds to them itself.
    """

    problem: str
    name: str
    function: Callable[..., Any]
    signature: Signature
    bound: Bound | None = None
    fails: Outcome | None = None
    formats: tuple[str, ...] = OF_NUMBERS
    keeps: bool = False
    stored: bool = False

    def __call__(self, *args: Any, axis: int = -1) -> Any:
        """Evaluate the algorithm, each operation rounded to the arguments' dtype.

        A dtype of 8 bits only stores: it is widened to float32, exactly, and the result rounded back once.

        Args:
            *args: arrays of one floating-point dtype (lists: float64), integers where an index is due.
            axis: where the vectors lie.

        Returns:
            An array of the arguments' dtype, the vectors of a result along ``axis``.

        Raises:
            TypeError: a dtype is no floating-point format or none of the algorithm's, dtypes differ, an index or the
                axis is no integer, or the result is of another dtype.
            ValueError: a wrong number of arguments, or shapes or indices that do not fit.
        """
        axis = operator.index(axis)
        try:
            arrays = [arg if hasattr(arg, "dtype") else np.asarray(arg) for arg in args]
            arrays = self.signature.each(arrays, lambda x: _moved(x, axis, -1), ALONG)
            self.signature.batch(arrays)
            self.signature.check_indices(arrays)
            form, dtype = self._format(arrays)
        except (TypeError, ValueError) as error:
            raise type(error)(f"{self.problem} ({self.name}): {error}") from None
        widened = not (form.computes or self.stored)
        if widened:
            real = {kind for kind in Kind if not kind.integer}
            arrays = self.signature.each(arrays, lambda x: x.astype(np.float32), real)
        with np.errstate(all="ignore"):
            out = self.function(*arrays)
        if getattr(out, "dtype", None) != arrays[self._first].dtype:
            came = getattr(out, "dtype", type(out).__name__)
            raise TypeError(f"{self.problem} ({self.name}): returned {came} for {arrays[self._first].dtype}")
        with np.errstate(all="ignore"):
            out = np.asarray(out) if isinstance(out, np.generic) else out
            out = out.astype(dtype) if widened else out
        return _moved(out, -1, axis) if self.signature.vector_result else out

    @property
    def _first(self) -> int:
        """Position of the first argument that is not an index."""
        return next(i for i, kind in enumerate(self.signature.arguments) if not kind.integer)

    def _format(self, arrays: list[Any]) -> tuple[Format, Any]:
        """The one format, and dtype, of the arguments that are not indices; array libraries name dtypes alike."""
        pairs = zip(arrays, self.signature.arguments, strict=True)
        dtypes = {str(a.dtype).rpartition(".")[2]: a.dtype for a, kind in pairs if not kind.integer}
        if len(dtypes) > 1:
            raise TypeError(f"arguments of different dtypes: {', '.join(sorted(dtypes))}; convert them to one")
        ((name, dtype),) = dtypes.items()
        if name not in KNOWN:
            raise TypeError(f"dtype {name} is not a floating-point format; use one of: {', '.join(KNOWN)}")
        if name not in self.formats:
            raise TypeError(f"is not for {name}; it is for: {', '.join(self.formats)}")
        return KNOWN[name], dtype


def _moved(x: Any, source: int, destination: int) -> Any:
    return x if source == destination else array_api_compat.array_namespace(x).moveaxis(x, source, destination)


@dataclass
class Problem:
    """A mathematical function, and the ways to evaluate it.

    Attributes:
        name: the function's name.
        formula: its definition as a reader would write it.
        shape: its gufunc signature, ``(n),i->()``; see ``Signature``.
        definition: ``definition(arithmetic, *args)`` on one instance, in interval arithmetic.
        sensitivity: condition number times |result|, from the arguments in binary64 and the result.
        domain: what numbers the arguments are, ``real``, ``negative``, ``positive``, ``count`` or ``probability``
            (``study.inputs.domains``): one for all, or for each in turn, as in ``real, probability``.
        engine: name of the function of ``study.certified.engine`` that evaluates it fast, None if there is none.
        special: arguments that are empty, infinite, NaN or zero, and what the result is there: that of the definition
            in the extended reals, where exp(-inf) = 0, log 0 = -inf, 0 log 0 = 0, and inf - inf and inf / inf are NaN.
        code: NumPy to copy, of ordinary operations: statements on arguments named as in the formula, the result last.
        algorithms: its algorithms by name, in order of declaration.
    """

    name: str
    formula: str
    shape: str
    definition: Callable[..., Any]
    sensitivity: Callable[..., NDArray[np.float64]]
    domain: str = "real"
    engine: str | None = None
    special: tuple[tuple[tuple[Any, ...], Any], ...] = ()
    code: str = ""
    algorithms: dict[str, Algorithm] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.signature = Signature.parse(self.shape)

    @property
    def domains(self) -> list[str]:
        """The domain of each argument."""
        names = self.domain.split(", ")
        return names if len(names) > 1 else names * len(self.signature.arguments)

    def algorithm(
        self,
        *,
        bound: Bound | None = None,
        fails: Outcome | None = None,
        formats: tuple[str, ...] = OF_NUMBERS,
        keeps: bool = False,
    ) -> Callable[[Callable[..., Any]], Algorithm]:
        """Declare the decorated formula as an algorithm of this problem, under its own name."""

        def declare(function: Callable[..., Any]) -> Algorithm:
            name = function.__name__
            made = Algorithm(self.name, name, function, self.signature, bound, fails, formats, keeps)
            object.__setattr__(made, "__doc__", function.__doc__)
            self.algorithms[name] = made
            return made

        return declare

    def faithful(self, formula: Callable[..., Any], *, chosen: Callable[..., Any] | None = None) -> Algorithm:
        """Declare a formula in arithmetics of rising precision as the algorithm ``faithful``: error below one ulp.

        Args:
            formula: as for ``study.arithmetic.faithful``.
            chosen: picks from the arguments the number that the formula takes, where that is all of them that counts.
        """
        from study.arithmetic import faithful

        core = [len(kind.axes) for kind in self.signature.arguments]

        def function(*args: Any) -> Any:
            arrays = [*map(np.asarray, args)]
            if chosen:
                return faithful(formula, chosen(*arrays), core=[0])
            return faithful(formula, *arrays, core=core)

        made = Algorithm(self.name, "faithful", function, self.signature, keeps=True, stored=True)
        object.__setattr__(made, "__doc__", formula.__doc__)
        self.algorithms["faithful"] = made
        return made
