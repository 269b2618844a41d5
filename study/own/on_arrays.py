"""A function of a library's arrays, called with NumPy's: wherever the library keeps them, on a device too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from study.libraries.backends import Backend, get_backend
from study.measurement.judged import name_of
from study.own.named import loaded, python_of

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class OnArrays:
    """A function of a backend's arrays as one of NumPy's.

    Attributes:
        function: the function, or what has a method ``load`` that gives it.
        backend: whose arrays it takes and returns, and where they are.
    """

    function: Callable[..., Any]
    backend: Backend

    @property
    def __name__(self) -> str:
        return name_of(self.function)

    @property
    def python(self) -> tuple[str, str]:
        """Python that makes it, and its name there."""
        before, name = python_of(self.function)
        made = f"h = get_backend({self.backend.name!r}).on_numpy({name}); "
        return f"{before}from study.libraries.backends import get_backend; {made}", "h"

    def __call__(self, *args: Any) -> Any:
        """Call it on the backend's arrays."""
        return self.load()(*args)

    def load(self) -> Callable[..., Any]:
        """The function of NumPy's arrays, loaded; raises as that does, and where the backend is not installed."""
        return self.backend.on_numpy(loaded(self.function))


def on_arrays(function: Callable[..., Any], backend: str | Backend) -> Callable[..., Any]:
    """A function of a backend's arrays, by name as ``torch`` or ``torch:cuda``; itself where these are NumPy's.

    Raises:
        ValueError: there is no such backend, or it has no devices.
        AbsentError: it is not installed, or does not find the device.
    """
    found = get_backend(backend)
    if found.name == "numpy":
        return function
    found.require()
    return OnArrays(function, found)
