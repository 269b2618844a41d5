"""A function by its name, MODULE:FUNCTION or a library's own, imported where it is to be called."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, Any

from study.measurement.judged import name_of

if TYPE_CHECKING:
    from collections.abc import Callable

SUGGESTED = 8
"""How many functions of a module are named where none comes near."""


def python_of(function: Any) -> tuple[str, str]:
    """Python that imports or makes a function, and its name there; no Python where it has only a name."""
    found: tuple[str, str] = getattr(function, "python", ("", name_of(function)))
    return found


def loaded(function: Any) -> Callable[..., Any]:
    """What a function's name stands for; raises as its ``load`` does."""
    found: Callable[..., Any] = function.load() if hasattr(function, "load") else function
    return found


@dataclass(frozen=True)
class Named:
    """A function of a module.

    Attributes:
        module: the module's name; the current folder is searched first.
        function: the function's.
    """

    module: str
    function: str

    @classmethod
    def parse(cls, name: str) -> Named:
        """Read ``mykernels:log_softmax``.

        Raises:
            ValueError: that names no function.
        """
        module, _, function = name.partition(":")
        if not (function and all(part.isidentifier() for part in module.split("."))):
            raise ValueError(f"{name!r} names no function; write MODULE:FUNCTION, as in mykernels:log_softmax")
        return cls(module, function)

    @property
    def __name__(self) -> str:
        return self.function

    @property
    def python(self) -> tuple[str, str]:
        """Python that imports it, and its name there."""
        return f"from {self.module} import {self.function}; ", self.function

    def __call__(self, *args: Any) -> Any:
        """Import it and call it."""
        return self.load()(*args)

    def load(self) -> Callable[..., Any]:
        """Import it.

        Raises:
            ValueError: the module cannot be imported, or has no such function.
        """
        from study.measurement.guard import said

        sys.path.insert(0, "")
        try:
            module = import_module(self.module)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - a module may do anything on import, sys.exit() too
            raise ValueError(f"module {self.module!r} cannot be imported: {said(error)}") from None
        function: Callable[..., Any] | None = getattr(module, self.function, None)
        if not callable(function):
            names = [n for n, value in vars(module).items() if callable(value) and not n.startswith("_")]
            near = get_close_matches(self.function, names) or names[:SUGGESTED]
            raise ValueError(  # noqa: TRY004 - the name is wrong, not the type
                f"module {self.module!r} has no function {self.function!r}; it has: {', '.join(near) or 'none'}"
            )
        return function


@dataclass(frozen=True)
class OfLibrary:
    """A library's function for a problem.

    Attributes:
        problem: the problem's name.
        name: the function's, as the library has it.
        layout: how it is called, see ``study.libraries.backends.laid_out``.
        device: of its library, where not that on which the library puts its arrays itself.
    """

    problem: str
    name: str
    layout: str
    device: str = ""

    @property
    def __name__(self) -> str:
        return self.name

    @property
    def python(self) -> tuple[str, str]:
        """Python that looks it up, and its name there."""
        where = f", {self.device!r}" * bool(self.device)
        found = f"laid_out(*find_function({self.problem!r}, {self.name!r}{where}), {self.layout!r})"
        return f"from study.libraries.backends import find_function, laid_out; f = {found}; ", "f"

    def __call__(self, *args: Any) -> Any:
        """Look it up and call it."""
        return self.load()(*args)

    def load(self) -> Callable[..., Any]:
        """Look it up.

        Raises:
            ValueError: no library has it, or it does not take that layout or has no devices.
            AbsentError: the library is not installed, or does not find the device.
        """
        from study.libraries.backends import find_function, laid_out

        if "." not in self.name:
            raise ValueError(f"{self.name!r} names no function; write MODULE:FUNCTION, as in mykernels:log_softmax")
        return laid_out(*find_function(self.problem, self.name, self.device), self.layout)
