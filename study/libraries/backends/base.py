"""What a backend is: somebody's arrays, the formats they come in, and the functions that are called on them."""

from __future__ import annotations

import inspect
import pkgutil
import subprocess
import sys
import warnings
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import cache, cached_property
from importlib import metadata, util
from typing import TYPE_CHECKING, Any

import numpy as np

from study.formats import MAIN_FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from numpy.typing import NDArray


INSTALL = "make libraries, or pip install 'precision-study[torch,jax,optax,runtimes]'"
"""What installs the libraries that do not come with this one."""


class AbsentError(ImportError):
    """A backend is asked for that is not installed."""


@dataclass(frozen=True)
class LibraryFunction:
    """A function of a library for a problem, under the name that the library gives it.

    Attributes:
        problem: name of the problem.
        name: where it is found, such as ``scipy.special.logsumexp``.
        call: ``call(function, *arrays)`` on stacks, vectors along the last axis; where it has a keyword ``axis``, along
            that one.
    """

    problem: str
    name: str
    call: Callable[..., Any]

    @property
    def function(self) -> Any:
        """The library's own."""
        return _resolved(self.name)

    @cached_property
    def has_axis(self) -> bool:
        """Whether vectors may lie along another axis than the last."""
        return "axis" in inspect.signature(self.call).parameters

    def __call__(self, *arrays: Any, **axis: int) -> Any:
        """Call it on the library's own arrays."""
        return self.call(self.function, *arrays, **({"axis": -1} | axis if self.has_axis else {}))


@cache
def _resolved(name: str) -> Any:
    return pkgutil.resolve_name(name)


@dataclass(frozen=True)
class Backend:
    """An array library.

    Attributes:
        name: what it is called.
        distribution: the package that installs it.
        module: the module that is imported.
        functions: its own functions for the problems.
        swept: further functions, problem and name, that only exhaustive sweeps measure.
        needs: further modules that its functions import.
        repositories: where it is developed, as GitHub writes it.
        colour: its ink in figures, of ``study.plots.looks.HANDS``.
        to_library: a NumPy array as one of its arrays, no number changed.
        to_numpy: the way back.
        session: a context that its functions run in.
        alone: a context in which its functions run on one thread; None where it has no say in that.
        formats: names of the formats that its arrays have.
        computes: whether it has arithmetic of its own, so that our algorithms run on its arrays.
        devices: what it can compute on in this machine, by name, and what that is called; for where it is installed.
        put: one of its arrays on one of these; None where it has no say in that.
        device: where its arrays are; empty: where it puts them.
    """

    name: str
    distribution: str
    module: str
    functions: tuple[LibraryFunction, ...]
    swept: tuple[tuple[str, str], ...] = ()
    needs: tuple[str, ...] = ()
    repositories: tuple[str, ...] = ()
    colour: str = ""
    to_library: Callable[[NDArray[Any]], Any] = lambda x: x
    to_numpy: Callable[[Any], NDArray[Any]] = np.asarray
    session: Callable[[], AbstractContextManager[Any]] = nullcontext
    alone: Callable[[], AbstractContextManager[Any]] | None = None
    formats: tuple[str, ...] = MAIN_FORMATS
    computes: bool = False
    devices: Callable[[], Mapping[str, str]] = lambda: {"cpu:0": "cpu"}
    put: Callable[[Any, str], Any] | None = None
    device: str = ""

    @property
    def installed(self) -> bool:
        """Whether it is there; it is not imported to find out."""
        return all(util.find_spec(module) is not None for module in (self.module, *self.needs))

    @cached_property
    def refusal(self) -> str:
        """Why none of its functions can be called, in a few words; empty where they can.

        What has not been imported yet is imported in another process: one that breaks, or crashes, takes nothing along.
        """
        if not self.installed:
            return "not installed"
        waiting = [module for module in (self.module, *self.needs) if module not in sys.modules]
        line = [sys.executable, "-c", f"import {', '.join(waiting)}"]
        done = subprocess.run(line, capture_output=True, text=True, check=False) if waiting else None  # noqa: S603 - modules' names of ours
        if done and done.returncode:
            said = done.stderr.strip().splitlines()[-1:] or [f"ends {done.returncode}"]
            return f"cannot be imported: {said[0]}"
        return "" if self._found else f"not found here; there are: {', '.join(self.devices())}"

    @property
    def _found(self) -> bool:
        return not self.device or self._indexed in self.devices()

    @property
    def _indexed(self) -> str:
        return self.device if ":" in self.device else f"{self.device}:0"

    @cached_property
    def version(self) -> str:
        """The installed version, and what its device is called; empty where there is none."""
        if not (self.installed and self._found):
            return ""
        where = f" on {self.devices()[self._indexed]}" if self.device else ""
        try:
            return metadata.version(self.distribution) + where
        except metadata.PackageNotFoundError:  # another build of it, under another name
            return metadata.version(metadata.packages_distributions()[self.module][0]) + where

    @cache  # noqa: B019 - a backend lives as long as the program, and knows whether its device is there
    def on(self, device: str) -> Backend:
        """The same library on one of its devices, as ``cuda`` or ``gpu:1``; refused where it does not find that one.

        Raises:
            ValueError: it has no say in where its arrays are.
        """
        if (put := self.put) is None:
            raise ValueError(f"{self.name} has no devices to choose from")
        return replace(
            self, name=f"{self.name}:{device}", device=device, to_library=lambda x: put(self.to_library(x), device)
        )

    def function(self, problem: str, name: str) -> LibraryFunction:
        """Its function of that name for a problem.

        Raises:
            ValueError: it has none.
        """
        for function in self.functions:
            if (function.problem, function.name) == (problem, name):
                return function
        names = [f.name for f in self.functions if f.problem == problem]
        raise ValueError(f"{self.name} has no {name!r} for {problem}; it has: {', '.join(names) or 'none'}")

    def require(self) -> None:
        """Raise ``AbsentError`` where it is not installed, or does not find its device."""
        if not self.installed:
            raise AbsentError(f"{self.name} is not installed ({INSTALL})")
        if not self._found:
            raise AbsentError(f"{self.name} is {self.refusal}")

    def on_numpy(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """A function of its arrays as a function of NumPy arrays that keeps the dtype.

        A result of another dtype, as of a library that computes float16 in float32, is rounded to the arguments' once.

        Raises:
            AbsentError: the backend is not installed, or does not find its device.
        """
        self.require()

        def called(*args: NDArray[Any]) -> NDArray[Any]:
            with warnings.catch_warnings(), self.session():
                warnings.simplefilter("ignore")  # a warning is no result
                result = self.to_numpy(function(*map(self.to_library, args)))
            return in_format_of(result, args)

        called.__name__ = getattr(function, "name", getattr(function, "__name__", type(function).__name__))
        return called


def in_format_of(result: NDArray[Any], args: tuple[NDArray[Any], ...]) -> NDArray[Any]:
    """A result in the dtype of the first argument that holds no indices, rounded once if it is of another."""
    from study.formats import format_of

    dtype = next(a.dtype for a in args if a.dtype.kind not in "iu")
    if result.dtype == dtype or result.dtype.kind not in "fV":
        return result
    form = format_of(np.empty(0, dtype))
    return form.round(result.astype(np.float64)).reshape(result.shape)
